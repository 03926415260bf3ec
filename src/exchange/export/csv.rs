use std::{
    borrow::Cow,
    fmt::Write as _,
    fs::File,
    io::{BufWriter, Write},
    path::Path,
};

use crate::{
    exchange::{
        ExchangeError,
        export::{ExportSummary, Outgoing, Rows},
        shape::Shape,
    },
    model::{GeometryKind, Value},
};

/// Writes CSV after RFC 4180, UTF-8, with `id` first and the place last: `longitude` and `latitude` in degrees of
/// WGS 84, or `wkt`.
///
/// # Errors
/// [`ExchangeError::UnfitFeature`], [`ExchangeError::Unwritable`].
pub(crate) fn write_csv(path: &Path, out: &Outgoing<'_>, rows: Rows<'_>) -> Result<ExportSummary, ExchangeError> {
    let unwritable = |source| ExchangeError::Unwritable { path: path.into(), source };
    let mut file = BufWriter::new(File::create(path).map_err(unwritable)?);
    let place: &[&str] = match out.layer.geometry {
        GeometryKind::Point => &["longitude", "latitude"],
        GeometryKind::Polygon => &["wkt"],
    };
    let names = out.columns.iter().map(|column| column.name);
    let header: Vec<&str> = std::iter::once("id").chain(names).chain(place.iter().copied()).collect();
    write!(file, "{}\r\n", header.join(",")).map_err(unwritable)?;
    let mut features = 0;
    for row in rows {
        let row = row?;
        let shape = row.shape(out)?;
        let values = row.values.iter().map(cell);
        let line: Vec<String> =
            std::iter::once(row.id.to_string()).chain(values).chain(place_cells(shape, place.len())).collect();
        write!(file, "{}\r\n", line.join(",")).map_err(unwritable)?;
        features += 1;
    }
    file.flush().map_err(unwritable)?;
    Ok(ExportSummary { features, notes: Vec::new() })
}

fn cell(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::Text(text) => text_cell(text),
        Value::Integer(number) => number.to_string(),
        Value::Real(number) => number.to_string(),
        Value::Boolean(boolean) => boolean.to_string(),
        Value::Date(date) => date.to_string(),
    }
}

/// A text as a cell: quoted where it must be, and no formula.
pub fn text_cell(text: &str) -> String {
    quoted(&defused(text))
}

/// Spreadsheets run text that begins like a formula; a leading apostrophe makes it text (OWASP, CSV injection).
fn defused(text: &str) -> Cow<'_, str> {
    if text.starts_with(['=', '+', '-', '@', '\t', '\r']) { format!("'{text}").into() } else { text.into() }
}

fn quoted(text: &str) -> String {
    let needs_quotes = text.contains([',', '"', '\n', '\r', ';', '\t']) || text.trim() != text;
    if needs_quotes { format!("\"{}\"", text.replace('"', "\"\"")) } else { text.to_owned() }
}

/// As many cells as there are columns for the place.
fn place_cells(shape: Option<Shape>, columns: usize) -> Vec<String> {
    match shape {
        None => vec![String::new(); columns],
        Some(Shape::Point([x, y])) => vec![x.to_string(), y.to_string()],
        Some(Shape::Areas(areas)) => {
            let mut wkt = String::from("\"MULTIPOLYGON (");
            for (index, rings) in areas.iter().enumerate() {
                wkt.push_str(if index == 0 { "(" } else { ",(" });
                for (index, ring) in rings.iter().enumerate() {
                    wkt.push_str(if index == 0 { "(" } else { ",(" });
                    for (index, [x, y]) in ring.iter().enumerate() {
                        let separator = if index == 0 { "" } else { "," };
                        // Writing to a String does not fail.
                        _ = write!(wkt, "{separator}{x} {y}");
                    }
                    wkt.push(')');
                }
                wkt.push(')');
            }
            wkt.push_str(")\"");
            vec![wkt]
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formulas_are_defused_and_numbers_are_not() {
        let text = |text: &str| cell(&Value::Text(text.into()));
        assert_eq!(text("=1+1"), "'=1+1");
        assert_eq!(text("@SUM(A1,B1)"), "\"'@SUM(A1,B1)\"");
        assert_eq!(text("Minera \"El Águila\", S.A."), "\"Minera \"\"El Águila\"\", S.A.\"");
        assert_eq!(cell(&Value::Real(-1.5)), "-1.5");
    }
}
