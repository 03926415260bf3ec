use std::{
    fs::File,
    io::{self, Read, Seek, SeekFrom},
    path::Path,
};

/// The first view in an SQLite file, if there is one, by the beginning of its name.
///
/// A view is a program that runs when it is looked at, and may run without end; SQLite and GDAL look at what a
/// GeoPackage registers as soon as it is opened. Its schema is therefore read from the file itself: it is a b-tree
/// on the first page (SQLite file format, sections 1.3, 1.6 and 2.6). Of a file that is no SQLite file nothing is said.
///
/// # Errors
/// [`io::ErrorKind::InvalidData`] when the schema makes no sense, or what the system says.
pub(crate) fn find_view(path: &Path) -> io::Result<Option<String>> {
    let mut file = File::open(path)?;
    let mut header = [0; HEADER];
    if file.read_exact(&mut header).is_err() || &header[..16] != b"SQLite format 3\0" {
        return Ok(None);
    }
    let size = match u16::from_be_bytes([header[16], header[17]]) {
        1 => 65_536,
        size => usize::from(size),
    };
    let usable = size.saturating_sub(usize::from(header[20]));
    if usable < 480 {
        return Err(broken());
    }
    let mut pages = vec![1];
    for visited in 0.. {
        let Some(number) = pages.pop() else { break };
        if visited > MAX_PAGES {
            return Err(broken());
        }
        let page = read_page(&mut file, number, size)?;
        if let Some(name) = look_at(&mut file, size, &page[..usable], number, &mut pages)? {
            return Ok(Some(name));
        }
    }
    Ok(None)
}

/// Bytes before the b-tree of the first page.
const HEADER: usize = 100;
/// Pages a schema may take: also ends the search in a file whose pages point at each other.
const MAX_PAGES: usize = 10_000;

fn broken() -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, "its schema is damaged")
}

fn read_page(file: &mut File, number: u32, size: usize) -> io::Result<Vec<u8>> {
    let before = u64::from(number.checked_sub(1).ok_or_else(broken)?);
    file.seek(SeekFrom::Start(before * size as u64))?;
    let mut page = vec![0; size];
    file.read_exact(&mut page).map_err(|_| broken())?;
    Ok(page)
}

/// Looks for a view on one page of the schema's b-tree, and adds the pages below it.
fn look_at(file: &mut File, size: usize, page: &[u8], number: u32, below: &mut Vec<u32>) -> io::Result<Option<String>> {
    let start = if number == 1 { HEADER } else { 0 };
    let (is_leaf, cells) = match page.get(start).ok_or_else(broken)? {
        0x0d => (true, start + 8),
        0x05 => (false, start + 12),
        _ => return Err(broken()),
    };
    if !is_leaf {
        below.push(page_number(page, start + 8)?);
    }
    for cell in 0..two_bytes(page, start + 3)? {
        let at = two_bytes(page, cells + 2 * cell)?;
        if !is_leaf {
            below.push(page_number(page, at)?);
        } else if let Some(name) = program_in(&row_at(file, size, page, at)?)? {
            return Ok(Some(name));
        }
    }
    Ok(None)
}

fn two_bytes(page: &[u8], at: usize) -> io::Result<usize> {
    let bytes = page.get(at..at + 2).ok_or_else(broken)?;
    Ok(usize::from(u16::from_be_bytes([bytes[0], bytes[1]])))
}

fn page_number(page: &[u8], at: usize) -> io::Result<u32> {
    let bytes = page.get(at..at + 4).and_then(|bytes| bytes.try_into().ok()).ok_or_else(broken)?;
    Ok(u32::from_be_bytes(bytes))
}

/// What statements of a schema may begin with. What a row calls itself does not count: SQLite runs its statement. Of
/// virtual tables a GeoPackage needs spatial indexes.
const HARMLESS: [&[u8]; 4] = [b"create table ", b"create index ", b"create unique index ", b"create trigger "];
/// How the statement of a spatial index goes on.
const SPATIAL_INDEX: &[u8] = b" using rtree(";
/// Bytes of a row of the schema.
const MAX_ROW: usize = 1 << 20;

/// The name in a row of the schema that makes a view, or anything else that is worked out when it is looked at. The
/// columns are type, name, table name, root page and statement.
fn program_in(record: &[u8]) -> io::Result<Option<String>> {
    let mut at = 0;
    let mut column = variable(record, &mut at)?;
    let header = record.get(..column).ok_or_else(broken)?;
    let mut columns = [&record[..0]; 5];
    for content in &mut columns {
        let end = column.saturating_add(content_length(variable(header, &mut at)?));
        *content = record.get(column..end).ok_or_else(broken)?;
        column = end;
    }
    if at != header.len() {
        return Err(broken());
    }
    let [_, name, _, _, statement] = columns.map(without_zeros);
    let statement = statement.to_ascii_lowercase();
    let has = |part: &[u8]| statement.windows(part.len()).any(|window| window == part);
    let is_harmless = match statement.as_slice() {
        // An index that follows from a table has none.
        [] => true,
        _ if statement.starts_with(b"create virtual table ") => has(SPATIAL_INDEX),
        // A generated column is worked out for each row.
        _ if statement.starts_with(b"create table ") => !has(b"generated") && !has(b" as (") && !has(b" as("),
        _ => HARMLESS.iter().any(|start| statement.starts_with(start)),
    };
    Ok((!is_harmless).then(|| String::from_utf8_lossy(&name[..name.len().min(120)]).into_owned()))
}

/// A row of the schema, with what of it stands on other pages.
fn row_at(file: &mut File, size: usize, page: &[u8], at: usize) -> io::Result<Vec<u8>> {
    let mut at = at;
    let payload = variable(page, &mut at)?;
    let _row = variable(page, &mut at)?;
    if payload > MAX_ROW {
        return Err(broken());
    }
    let usable = page.len();
    let local = local_length(payload, usable);
    let mut row = page.get(at..).and_then(|rest| rest.get(..local)).ok_or_else(broken)?.to_vec();
    let mut next = if local < payload { page_number(page, at + local)? } else { 0 };
    while row.len() < payload {
        let more = read_page(file, next, size)?;
        next = page_number(&more, 0)?;
        let rest = payload - row.len();
        row.extend_from_slice(&more[4..usable.min(4 + rest)]);
    }
    Ok(row)
}

/// Bytes of a row that stand on its own page; the rest is elsewhere (section 1.6).
fn local_length(payload: usize, usable: usize) -> usize {
    let most = usable - 35;
    let least = (usable - 12) * 32 / 255 - 23;
    match least + payload.saturating_sub(least) % (usable - 4) {
        _ if payload <= most => payload,
        length if length <= most => length,
        _ => least,
    }
}

/// Bytes of a column's content by its type (section 2.1).
fn content_length(serial: usize) -> usize {
    match serial {
        0 | 8 | 9 => 0,
        1..=4 => serial,
        5 => 6,
        6 | 7 => 8,
        // 10 and 11 are never written.
        _ => serial.saturating_sub(12) / 2,
    }
}

/// A text without regard to UTF-16, in which a database may be.
fn without_zeros(text: &[u8]) -> Vec<u8> {
    text.iter().copied().filter(|byte| *byte != 0).collect()
}

/// A number of one to nine bytes, the high ones first.
fn variable(page: &[u8], at: &mut usize) -> io::Result<usize> {
    let mut number = 0_u64;
    for index in 0..9 {
        let byte = *page.get(*at).ok_or_else(broken)?;
        *at += 1;
        if index == 8 {
            number = number << 8 | u64::from(byte);
            break;
        }
        number = number << 7 | u64::from(byte & 0x7f);
        if byte < 0x80 {
            break;
        }
    }
    usize::try_from(number).map_err(|_| broken())
}
