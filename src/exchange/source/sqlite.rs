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
    if size < 512 {
        return Err(broken());
    }
    let mut pages = vec![1];
    for visited in 0.. {
        let Some(number) = pages.pop() else { break };
        if visited > MAX_PAGES {
            return Err(broken());
        }
        let page = read_page(&mut file, number, size)?;
        if let Some(name) = look_at(&page, number, &mut pages)? {
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
fn look_at(page: &[u8], number: u32, below: &mut Vec<u32>) -> io::Result<Option<String>> {
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
        } else if let Some(name) = view_in(page, at)? {
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

/// The name in a row of the schema whose type is `view`. Type and name are its first columns; a name that runs on
/// to another page is told as far as it goes.
fn view_in(page: &[u8], at: usize) -> io::Result<Option<String>> {
    let mut at = at;
    let _payload = variable(page, &mut at)?;
    let _row = variable(page, &mut at)?;
    let header = at;
    let columns = header.saturating_add(variable(page, &mut at)?);
    let text_length = |serial: usize| serial.checked_sub(13).map_or(0, |twice| twice / 2);
    let kind = text_length(variable(page, &mut at)?);
    let name = text_length(variable(page, &mut at)?);
    let kind_text = page.get(columns..columns.saturating_add(kind)).ok_or_else(broken)?;
    // A database may be in UTF-16.
    let plain = |text: &[u8]| text.iter().copied().filter(|byte| *byte != 0).collect::<Vec<u8>>();
    let is_view = plain(kind_text).eq_ignore_ascii_case(b"view");
    let name_text = &page[columns + kind..];
    let name_text = plain(&name_text[..name.min(name_text.len()).min(120)]);
    Ok(is_view.then(|| String::from_utf8_lossy(&name_text).into_owned()))
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
