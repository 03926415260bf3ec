use jiff::civil::Date;

use crate::model::{Value, ValueRef};

/// The values of a feature's fields, one after another in as few bytes as they need: a layer has many features, and of
/// most fields a feature says nothing.
#[derive(Debug)]
pub(super) struct Values(Box<[u8]>);

// Before each value stands what it is. Numbers are little-endian; text of up to 255 bytes has a length of one byte,
// longer text one of four.
const NULL: u8 = 0;
const FALSE: u8 = 1;
const TRUE: u8 = 2;
const INTEGER: u8 = 3;
const REAL: u8 = 4;
const DATE: u8 = 5;
const TEXT: u8 = 6;
const LONG_TEXT: u8 = 7;

const SOUND: &str = "as it was packed";

impl Values {
    pub(super) fn pack(values: &[Value]) -> Values {
        let mut bytes = vec![];
        for value in values {
            match value {
                Value::Null => bytes.push(NULL),
                Value::Boolean(boolean) => bytes.push(if *boolean { TRUE } else { FALSE }),
                Value::Integer(number) => {
                    bytes.push(INTEGER);
                    bytes.extend(number.to_le_bytes());
                }
                Value::Real(number) => {
                    bytes.push(REAL);
                    bytes.extend(number.to_le_bytes());
                }
                Value::Date(date) => {
                    bytes.push(DATE);
                    bytes.extend(date.year().to_le_bytes());
                    bytes.extend([date.month(), date.day()].map(i8::cast_unsigned));
                }
                Value::Text(text) => {
                    match u8::try_from(text.len()) {
                        Ok(length) => bytes.extend([TEXT, length]),
                        Err(_) => {
                            bytes.push(LONG_TEXT);
                            bytes.extend(u32::try_from(text.len()).expect("texts are limited").to_le_bytes());
                        }
                    }
                    bytes.extend_from_slice(text.as_bytes());
                }
            }
        }
        Values(bytes.into())
    }

    /// The value at a position; `None` behind the last.
    pub(super) fn get(&self, position: usize) -> Option<ValueRef<'_>> {
        Packed(&self.0).nth(position).map(unpack)
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = ValueRef<'_>> {
        Packed(&self.0).map(unpack)
    }
}

/// What each value is, and its bytes.
struct Packed<'a>(&'a [u8]);

impl<'a> Iterator for Packed<'a> {
    type Item = (u8, &'a [u8]);

    fn next(&mut self) -> Option<(u8, &'a [u8])> {
        let (kind, rest) = self.0.split_first()?;
        let (length, rest) = match *kind {
            NULL | FALSE | TRUE => (0, rest),
            INTEGER | REAL => (8, rest),
            DATE => (4, rest),
            TEXT => rest.split_first().map(|(length, rest)| (usize::from(*length), rest)).expect(SOUND),
            _ => {
                let (length, rest) = rest.split_first_chunk().expect(SOUND);
                (u32::from_le_bytes(*length) as usize, rest)
            }
        };
        let (value, rest) = rest.split_at(length);
        self.0 = rest;
        Some((*kind, value))
    }
}

fn unpack((kind, bytes): (u8, &[u8])) -> ValueRef<'_> {
    let eight = || bytes.try_into().expect(SOUND);
    match kind {
        NULL => ValueRef::Null,
        FALSE => ValueRef::Boolean(false),
        TRUE => ValueRef::Boolean(true),
        INTEGER => ValueRef::Integer(i64::from_le_bytes(eight())),
        REAL => ValueRef::Real(f64::from_le_bytes(eight())),
        DATE => {
            let [low, high, month, day] = bytes.try_into().expect(SOUND);
            let date = Date::new(i16::from_le_bytes([low, high]), u8::cast_signed(month), u8::cast_signed(day));
            ValueRef::Date(date.expect(SOUND))
        }
        _ => ValueRef::Text(std::str::from_utf8(bytes).expect(SOUND)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_come_back_as_they_were() {
        let values = [
            Value::Text("Ñaupa".into()),
            Value::Null,
            Value::Integer(i64::MIN),
            Value::Real(-0.5),
            Value::Boolean(true),
            Value::Boolean(false),
            Value::Date(Date::new(-44, 3, 15).expect("a day")),
            Value::Text("".into()),
            Value::Text("á".repeat(40_000).into()),
            Value::Null,
        ];
        let packed = Values::pack(&values);
        assert_eq!(packed.iter().map(Value::from).collect::<Vec<_>>(), values);
        for (position, value) in values.iter().enumerate() {
            assert_eq!(packed.get(position), Some(value.borrowed()));
        }
        assert_eq!(packed.get(values.len()), None);
    }
}
