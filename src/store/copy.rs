//! PostgreSQL's COPY text format for rows on their way in.

use std::fmt::Write;

use serde_json::{Map, Value as Json};

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
    let properties: Map<String, Json> = layer
        .fields
        .iter()
        .zip(&feature.values)
        .map(|(field, value)| (field.name.clone(), serde_json::to_value(value).expect("plain values are JSON")))
        .collect();
    let name = layer.position(&layer.name_field).and_then(|position| feature.values[position].as_text());
    write!(text, "{}\t", feature.row).expect("writing to a string");
    write_text(text, &feature.key);
    text.push('\t');
    match name {
        Some(name) => write_text(text, name),
        None => text.push_str("\\N"),
    }
    for json in [&Json::Object(properties), &feature.source_record] {
        text.push('\t');
        write_text(text, &json.to_string());
    }
    text.push('\t');
    match &feature.geometry_wkb {
        Some(wkb) => write_ewkb_hex(text, wkb),
        None => text.push_str("\\N"),
    }
    text.push('\n');
}

fn write_text(text: &mut String, value: &str) {
    for c in value.chars() {
        match c {
            '\\' => text.push_str("\\\\"),
            '\t' => text.push_str("\\t"),
            '\n' => text.push_str("\\n"),
            '\r' => text.push_str("\\r"),
            // PostgreSQL's text cannot hold it, and no name needs it.
            '\0' => {}
            c => text.push(c),
        }
    }
}

/// Little-endian WKB with the SRID flag PostGIS reads, in hexadecimal.
fn write_ewkb_hex(text: &mut String, wkb: &[u8]) {
    const SRID_FLAG: u8 = 0x20;
    debug_assert_eq!(wkb[0], 1, "little-endian, as the exchange room writes it");
    let mut byte = |byte: u8| write!(text, "{byte:02X}").expect("writing to a string");
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
