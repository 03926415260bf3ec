//! PostgreSQL's COPY text format for rows on their way in.

use std::fmt::Write;

use crate::model::{IncomingFeature, Layer};

/// The rows as COPY reads them: row number, key, name, properties, source record, geometry.
pub(super) fn copy_text(layer: &Layer, features: &[IncomingFeature]) -> String {
    let mut text = String::with_capacity(features.len() * 1024);
    for feature in features {
        write_row(&mut text, layer, feature);
    }
    text
}

fn write_row(text: &mut String, layer: &Layer, feature: &IncomingFeature) {
    let name = layer.position(&layer.name_field).and_then(|position| feature.values[position].as_text());
    write!(text, "{}\t", feature.row).expect("writing to a string");
    write_text(text, &feature.key);
    text.push('\t');
    match name {
        Some(name) => write_text(text, name),
        None => text.push_str("\\N"),
    }
    text.push('\t');
    write_text(text, &properties(layer, feature));
    text.push('\t');
    write_text(text, &feature.source_record);
    text.push('\t');
    match &feature.geometry_wkb {
        Some(wkb) => write_ewkb_hex(text, wkb),
        None => text.push_str("\\N"),
    }
    text.push('\n');
}

/// A JSON object of the feature's fields.
fn properties(layer: &Layer, feature: &IncomingFeature) -> String {
    let mut object = String::from("{");
    for (position, (field, value)) in layer.fields.iter().zip(&feature.values).enumerate() {
        let separator = if position == 0 { "" } else { "," };
        let value = serde_json::to_string(value).expect("plain values are JSON");
        write!(object, "{separator}\"{}\":{value}", field.name).expect("writing to a string");
    }
    object + "}"
}

fn write_text(text: &mut String, value: &str) {
    let mut rest = value;
    while let Some(at) = rest.find(['\\', '\t', '\n', '\r', '\0']) {
        text.push_str(&rest[..at]);
        text.push_str(match rest.as_bytes()[at] {
            b'\\' => "\\\\",
            b'\t' => "\\t",
            b'\n' => "\\n",
            b'\r' => "\\r",
            // PostgreSQL's text cannot hold it, and no name needs it.
            _ => "",
        });
        rest = &rest[at + 1..];
    }
    text.push_str(rest);
}

/// Little-endian WKB with the SRID flag PostGIS reads, in hexadecimal.
fn write_ewkb_hex(text: &mut String, wkb: &[u8]) {
    const SRID_FLAG: u8 = 0x20;
    debug_assert_eq!(wkb[0], 1, "little-endian, as the exchange room writes it");
    const DIGITS: &[u8; 16] = b"0123456789ABCDEF";
    let mut byte = |byte: u8| {
        text.push(char::from(DIGITS[usize::from(byte >> 4)]));
        text.push(char::from(DIGITS[usize::from(byte & 15)]));
    };
    wkb[..4].iter().for_each(|b| byte(*b));
    byte(wkb[4] | SRID_FLAG);
    4326_u32.to_le_bytes().into_iter().for_each(&mut byte);
    wkb[5..].iter().for_each(|b| byte(*b));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_that_would_end_a_column_or_a_row_is_escaped() {
        let mut text = String::new();
        write_text(&mut text, "a\tb\nc\\N\0");
        assert_eq!(text, "a\\tb\\nc\\\\N");
    }

    #[test]
    fn geometry_says_its_reference_system() {
        let point = [&[1, 1, 0, 0, 0][..], &0_f64.to_le_bytes(), &0_f64.to_le_bytes()].concat();
        let mut text = String::new();
        write_ewkb_hex(&mut text, &point);
        assert!(text.starts_with("0101000020E6100000"), "{text}");
    }
}
