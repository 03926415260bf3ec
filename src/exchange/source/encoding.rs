use std::{
    fs::File,
    io::{self, BufRead, BufReader, BufWriter, Read, Write},
    path::Path,
};

use encoding_rs::{CoderResult, Encoding, UTF_8};

use crate::exchange::ExchangeError;

/// The encoding of that name, such as `UTF-8`, `ISO-8859-1` or `latin1`.
///
/// # Errors
/// [`ExchangeError::UnknownEncoding`], which lists some.
pub(crate) fn encoding_named(name: &str) -> Result<&'static Encoding, ExchangeError> {
    let unknown = || ExchangeError::UnknownEncoding { asked: name.chars().take(60).collect() };
    Encoding::for_label(name.trim().as_bytes()).ok_or_else(unknown)
}

/// The name under which GDAL (through iconv) knows an encoding.
pub(crate) fn gdal_name(encoding: &'static Encoding) -> String {
    encoding.name().strip_prefix("windows-").map_or_else(|| encoding.name().to_owned(), |page| format!("CP{page}"))
}

/// What has to be done so that a text file reads as UTF-8.
pub(crate) enum TextState {
    /// Nothing: it is UTF-8.
    Utf8,
    /// It must be rewritten from this encoding.
    Other(&'static Encoding),
}

/// Finds out how a text file is encoded: by its byte order mark, as told, else it must be UTF-8 throughout.
///
/// # Errors
/// [`ExchangeError::NotUtf8`] or [`ExchangeError::WrongEncoding`] with the line, or what the system says.
pub(crate) fn examine(path: &Path, told: Option<&'static Encoding>) -> Result<TextState, ExchangeError> {
    let unreadable = |source| ExchangeError::Unreadable { path: path.into(), source };
    let mut reader = BufReader::new(File::open(path).map_err(unreadable)?);
    let marked = Encoding::for_bom(reader.fill_buf().map_err(unreadable)?).map(|(encoding, _)| encoding);
    match marked.or(told) {
        Some(encoding) if encoding != UTF_8 => Ok(TextState::Other(encoding)),
        stated => match first_line_not_utf8(reader).map_err(unreadable)? {
            None => Ok(TextState::Utf8),
            Some((line, sample)) => {
                let (path, place) = (path.to_path_buf(), format!("line {line}"));
                Err(match stated {
                    Some(_) => ExchangeError::WrongEncoding { path, encoding: "UTF-8".into(), place, sample },
                    None => ExchangeError::NotUtf8 { path, place, sample },
                })
            }
        },
    }
}

/// Writes `from` to `to` in UTF-8.
///
/// # Errors
/// [`ExchangeError::WrongEncoding`] when bytes do not fit the encoding, or what the system says.
pub(crate) fn rewrite(from: &Path, encoding: &'static Encoding, to: &Path) -> Result<(), ExchangeError> {
    let unreadable = |source| ExchangeError::Unreadable { path: from.into(), source };
    let input = File::open(from).map_err(unreadable)?;
    let mut output = BufWriter::new(File::create(to).map_err(unreadable)?);
    let fits = decode(input, encoding, &mut output).and_then(|fits| output.flush().map(|()| fits));
    match fits.map_err(unreadable)? {
        true => Ok(()),
        false => Err(ExchangeError::WrongEncoding {
            path: from.into(),
            encoding: encoding.name().into(),
            place: "somewhere".into(),
            sample: "\u{FFFD}".into(),
        }),
    }
}

/// Whether every byte had a meaning.
fn decode(mut input: impl Read, encoding: &'static Encoding, output: &mut impl Write) -> io::Result<bool> {
    let mut decoder = encoding.new_decoder();
    let (mut raw, mut text) = (vec![0; 64 << 10], vec![0; 64 << 10]);
    let mut fits = true;
    loop {
        let length = input.read(&mut raw)?;
        let mut rest = &raw[..length];
        loop {
            let (result, read, written, replaced) = decoder.decode_to_utf8(rest, &mut text, length == 0);
            output.write_all(&text[..written])?;
            fits &= !replaced;
            rest = &rest[read..];
            if result == CoderResult::InputEmpty {
                break;
            }
        }
        if length == 0 {
            return Ok(fits);
        }
    }
}

/// Line number from 1, and the line around the first byte that is not UTF-8.
fn first_line_not_utf8(mut reader: impl BufRead) -> io::Result<Option<(u64, String)>> {
    let mut line = Vec::new();
    for number in 1.. {
        line.clear();
        if reader.read_until(b'\n', &mut line)? == 0 {
            break;
        }
        if let Err(error) = std::str::from_utf8(&line) {
            return Ok(Some((number, sample_around(&line, error.valid_up_to()))));
        }
    }
    Ok(None)
}

/// The text around a byte, at most some 40 characters of it, with what is not UTF-8 replaced.
pub(crate) fn sample_around(text: &[u8], position: usize) -> String {
    let part = &text[position.saturating_sub(20)..text.len().min(position + 20)];
    String::from_utf8_lossy(part).trim_start_matches('\u{FFFD}').trim().to_owned()
}

/// The text before UTF-8 was read as Latin-1, once or more often: `ENCAÑADA` for `ENCAÃ‘ADA`; `None` where that did not
/// happen. It cannot be mistaken: letters of Latin-1 that happen to be UTF-8 make no words.
pub(crate) fn decoded_once(text: &str) -> Option<String> {
    if !text.contains(['Ã', 'Â']) {
        return None;
    }
    let (bytes, _, lost) = encoding_rs::WINDOWS_1252.encode(text);
    let once = String::from_utf8(bytes.into_owned()).ok().filter(|_| !lost)?;
    Some(decoded_once(&once).unwrap_or(once))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_decoded_twice_is_recognised() {
        assert_eq!(decoded_once("LA ENCAÃ‘ADA").as_deref(), Some("LA ENCAÑADA"));
        assert_eq!(decoded_once("CaÃƒÂ±ariaco").as_deref(), Some("Cañariaco"), "three times");
        assert_eq!(decoded_once("LA ENCAÑADA"), None);
        assert_eq!(decoded_once("São João, ÂNGELO"), None);
    }

    #[test]
    fn encodings_are_known_by_their_usual_names() {
        for name in ["ISO-8859-1", "latin1", " windows-1252 "] {
            assert_eq!(gdal_name(encoding_named(name).expect("known")), "CP1252");
        }
        assert!(encoding_named("Latin-Peru").expect_err("unknown").to_string().contains("ISO-8859-1"));
    }

    #[test]
    fn the_first_bad_line_is_named() {
        let text = b"codigo,nombre\n1,CA\xD1ARIS\n2,X\n";
        let (line, sample) = first_line_not_utf8(&text[..]).expect("in memory").expect("Latin-1");
        assert_eq!((line, sample.as_str()), (2, "1,CA\u{FFFD}ARIS"));
    }
}
