use std::{
    fs::File,
    io::{self, BufReader, Read},
    path::Path,
};

use crate::exchange::source::encoding::sample_around;

/// How the text of a dBASE table (the attributes of a shapefile) is written, as far as the bytes tell.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum DbfText {
    /// No byte above 127.
    Ascii,
    /// Valid UTF-8 with characters above 127; by chance this does not happen to Latin-1 text.
    Utf8,
    /// Something else.
    Other {
        /// Row (from 1) and column of the first text that is not UTF-8.
        place: String,
        /// That text, unreadable bytes replaced.
        sample: String,
    },
}

/// What we need of a dBASE table before GDAL reads it.
pub(crate) struct DbfLook {
    /// The header names a code page, so GDAL knows how to read the text.
    pub(crate) has_code_page: bool,
    /// What the bytes say.
    pub(crate) text: DbfText,
}

struct Column {
    name: String,
    is_text: bool,
    length: usize,
}

/// Reads the header and every text cell of a dBASE table.
///
/// # Errors
/// What the system says; a table that ends early is read as far as it goes.
pub(crate) fn look(path: &Path) -> io::Result<DbfLook> {
    let mut reader = BufReader::new(File::open(path)?);
    let mut header = [0; 32];
    reader.read_exact(&mut header)?;
    let header_length = usize::from(u16::from_le_bytes([header[8], header[9]]));
    let record_length = usize::from(u16::from_le_bytes([header[10], header[11]]));
    let mut descriptors = vec![0; header_length.saturating_sub(32)];
    reader.read_exact(&mut descriptors)?;
    let columns: Vec<Column> = descriptors.chunks_exact(32).take_while(|d| d[0] != 0x0D).map(column).collect();
    Ok(DbfLook { has_code_page: header[29] != 0, text: examine(reader, &columns, record_length)? })
}

fn column(descriptor: &[u8]) -> Column {
    let name = descriptor[..11].split(|byte| *byte == 0).next().unwrap_or_default();
    Column {
        name: String::from_utf8_lossy(name).into_owned(),
        is_text: descriptor[11] == b'C',
        length: usize::from(descriptor[16]),
    }
}

fn examine(mut reader: impl Read, columns: &[Column], record_length: usize) -> io::Result<DbfText> {
    let mut record = vec![0; record_length.max(1)];
    let mut found = DbfText::Ascii;
    for row in 1_u64.. {
        match reader.read_exact(&mut record) {
            Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => break,
            other => other?,
        }
        let mut rest = &record[1..];
        for column in columns {
            let (cell, after) = rest.split_at(column.length.min(rest.len()));
            rest = after;
            if !column.is_text || cell.is_ascii() {
                continue;
            }
            found = DbfText::Utf8;
            // A character cut by the column's width is incomplete, not wrong: `error_len` is then `None`.
            let wrong = std::str::from_utf8(cell.trim_ascii_end()).err().filter(|error| error.error_len().is_some());
            if let Some(error) = wrong {
                let place = format!("row {row}, column {}", column.name);
                return Ok(DbfText::Other { place, sample: sample_around(cell, error.valid_up_to()) });
            }
        }
    }
    Ok(found)
}
