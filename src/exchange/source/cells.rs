use std::borrow::Cow;

use gdal::{
    errors::GdalError,
    vector::{Feature, OGRFieldType},
};
use serde_json::Value as Json;

/// What one column of one row holds, as the file has it. An empty text counts as nothing, because GDAL does not
/// tell a missing value from an empty one.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Cell {
    Null,
    Text(String),
    Integer(i64),
    Real(f64),
}

/// The type of a column, as GDAL calls it.
pub(crate) type ColumnKind = OGRFieldType::Type;

/// Reads one column of a row. Dates come as ISO text; lists as GDAL writes them.
///
/// # Errors
/// When there is no such column.
pub(crate) fn read_cell(feature: &Feature<'_>, column: usize, kind: ColumnKind) -> Result<Cell, GdalError> {
    // Asked first for every type: a value that was never set reads as 0 through the typed functions.
    let Some(text) = feature.field_as_string(column)?.filter(|text| !text.is_empty()) else { return Ok(Cell::Null) };
    Ok(match kind {
        OGRFieldType::OFTInteger | OGRFieldType::OFTInteger64 => {
            feature.field_as_integer64(column)?.map_or(Cell::Null, Cell::Integer)
        }
        OGRFieldType::OFTReal => feature.field_as_double(column)?.map_or(Cell::Null, Cell::Real),
        OGRFieldType::OFTDate | OGRFieldType::OFTDateTime => Cell::Text(iso_date(&text)),
        _ => Cell::Text(text),
    })
}

/// `1959/12/01 00:00:00+00` as `1959-12-01T00:00:00+00`; `1959/12/01` as `1959-12-01`.
fn iso_date(text: &str) -> String {
    text.replacen('/', "-", 2).replacen(' ', "T", 1)
}

impl Cell {
    /// The cell as text; `None` when it holds nothing. Whole numbers carry no decimal point.
    pub(crate) fn text(&self) -> Option<Cow<'_, str>> {
        match self {
            Cell::Null => None,
            Cell::Text(text) => Some(Cow::Borrowed(text)),
            Cell::Integer(number) => Some(Cow::Owned(number.to_string())),
            Cell::Real(number) => Some(Cow::Owned(number.to_string())),
        }
    }

    /// The cell as a number, a decimal comma accepted.
    pub(crate) fn number(&self) -> Option<f64> {
        match self {
            Cell::Null => None,
            Cell::Integer(_) => self.text()?.parse().ok(),
            Cell::Real(number) => Some(*number),
            Cell::Text(text) => {
                let text = text.trim();
                let comma = !text.contains('.') && text.matches(',').count() == 1;
                if comma { text.replacen(',', ".", 1).parse().ok() } else { text.parse().ok() }
            }
        }
    }

    /// Whether the cell holds nothing but white space.
    pub(crate) fn is_blank(&self) -> bool {
        self.text().is_none_or(|text| text.trim().is_empty())
    }

    /// Numbers as numbers, text as text. What JSON has no number for, such as NaN, is text.
    pub(crate) fn to_json(&self) -> Json {
        match self {
            Cell::Null => Json::Null,
            Cell::Text(text) => Json::from(text.as_str()),
            Cell::Integer(number) => Json::from(*number),
            Cell::Real(number) => {
                serde_json::Number::from_f64(*number).map_or_else(|| Json::from(number.to_string()), Json::Number)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_may_carry_a_decimal_comma() {
        let number = |text: &str| Cell::Text(text.into()).number();
        assert_eq!(number(" -78,5158 "), Some(-78.5158));
        assert_eq!(number("-78.5158"), Some(-78.5158));
        assert_eq!(number("1.234,5"), None);
        assert_eq!(number("78° 30' O"), None);
    }

    #[test]
    fn dates_are_told_as_iso() {
        assert_eq!(iso_date("1959/12/01 00:00:00+00"), "1959-12-01T00:00:00+00");
        assert_eq!(iso_date("1959/12/01"), "1959-12-01");
    }
}
