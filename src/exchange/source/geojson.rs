use std::{
    collections::HashSet,
    fs::File,
    io::{self, BufRead, BufReader},
    ops::Range,
    path::Path,
};

use serde_json::Value as Json;

/// What GDAL does not tell of a GeoJSON file. It takes a reference system that it cannot resolve, or that stands
/// behind the features, for WGS 84; and a geometry that it cannot read for none.
#[derive(Debug, Default)]
pub(crate) struct GeoJsonFacts {
    /// The different `crs` members of the file, its features and their geometries. Null is no statement.
    pub(crate) crs_members: Vec<Json>,
    /// Where `crs` members stand that are more than a name or a code: GDAL would open addresses in them.
    pub(crate) links: Vec<Range<u64>>,
    rows: u64,
    placeless: HashSet<u64>,
    unreadable: HashSet<u64>,
}

impl GeoJsonFacts {
    /// Looks through a file, whatever its size, holding little of it. What is no GeoJSON is left to GDAL to refuse.
    ///
    /// # Errors
    /// What the system says.
    pub(crate) fn gather(path: &Path) -> io::Result<GeoJsonFacts> {
        let mut scan = Scan::new(BufReader::with_capacity(64 << 10, File::open(path)?));
        scan.file()?;
        Ok(scan.facts)
    }

    /// Why the geometry of a row (from 1) is not what it says, given whether GDAL found one.
    pub(crate) fn why_unreadable(&self, row: u64, is_drawn: bool) -> Option<&'static str> {
        if self.unreadable.contains(&row) {
            return Some("the geometry has a coordinate that is not a number");
        }
        let is_lost = !is_drawn && row <= self.rows && !self.placeless.contains(&row);
        is_lost.then_some("the geometry cannot be read")
    }
}

/// Nesting of geometry collections that is followed.
const MAX_DEPTH: u8 = 32;
/// Bytes of a name or of a `crs` member that are looked at.
const MAX_KEPT: usize = 64 << 10;

/// Where an object stands.
#[derive(Clone, Copy, PartialEq)]
enum Place {
    File,
    Feature,
    Geometry,
}

/// What the geometry of one row says.
#[derive(Default)]
struct Drawing {
    has_numbers: bool,
    has_others: bool,
}

/// A reader of JSON that forgives what GDAL forgives, such as `NaN` and line ends inside texts.
struct Scan<R> {
    input: R,
    at: u64,
    /// Copy of what is being read, while somebody wants it.
    kept: Option<Vec<u8>>,
    drawing: Drawing,
    facts: GeoJsonFacts,
}

impl<R: BufRead> Scan<R> {
    fn new(input: R) -> Scan<R> {
        Scan { input, at: 0, kept: None, drawing: Drawing::default(), facts: GeoJsonFacts::default() }
    }

    fn file(&mut self) -> io::Result<()> {
        // A byte order mark may stand before it.
        while self.peek()?.is_some_and(|byte| byte != b'{') {
            self.next()?;
        }
        self.object(Place::File, 0)?;
        if self.facts.rows == 0 && (self.drawing.has_numbers || self.drawing.has_others) {
            // The file is a single feature or geometry.
            self.end_row();
        }
        Ok(())
    }

    fn end_row(&mut self) {
        self.facts.rows += 1;
        let Drawing { has_numbers, has_others } = std::mem::take(&mut self.drawing);
        if has_others {
            self.facts.unreadable.insert(self.facts.rows);
        } else if !has_numbers {
            self.facts.placeless.insert(self.facts.rows);
        }
    }

    /// Reads the object that begins here.
    fn object(&mut self, place: Place, depth: u8) -> io::Result<()> {
        self.next()?;
        while let Some(byte) = self.significant()? {
            match byte {
                b'"' | b'\'' => {
                    let key = self.text()?;
                    if self.significant()? == Some(b':') {
                        self.next()?;
                    }
                    self.member(place, &key.to_ascii_lowercase(), depth)?;
                }
                _ => {
                    self.next()?;
                    if byte == b'}' {
                        break;
                    }
                }
            }
        }
        Ok(())
    }

    /// Reads the value of a member. GDAL does not regard the case of names.
    fn member(&mut self, place: Place, key: &str, depth: u8) -> io::Result<()> {
        let first = self.significant()?;
        match (place, key) {
            (_, "crs") => self.crs(),
            (Place::File, "features") if first == Some(b'[') => self.objects(Place::Feature, depth),
            (Place::File | Place::Feature, "geometry") => match first {
                Some(b'{') => self.object(Place::Geometry, depth),
                // `null`
                Some(b'n') => self.value(),
                _ => self.no_geometry(),
            },
            (Place::File | Place::Geometry, "geometries") if first == Some(b'[') && depth < MAX_DEPTH => {
                self.objects(Place::Geometry, depth + 1)
            }
            (Place::File | Place::Geometry, "coordinates") if first == Some(b'[') => self.coordinates(),
            (Place::Geometry, "coordinates" | "geometries") => self.no_geometry(),
            _ => self.value(),
        }
    }

    fn no_geometry(&mut self) -> io::Result<()> {
        self.drawing.has_others = true;
        self.value()
    }

    /// Reads the objects of the array that begins here; GDAL leaves out what is none.
    fn objects(&mut self, place: Place, depth: u8) -> io::Result<()> {
        self.next()?;
        while let Some(byte) = self.significant()? {
            match byte {
                b'{' => {
                    self.object(place, depth)?;
                    if place == Place::Feature {
                        self.end_row();
                    }
                }
                b']' => return self.next().map(drop),
                // Broken JSON: GDAL refuses it.
                b'}' => break,
                b',' => _ = self.next()?,
                _ => self.value()?,
            }
        }
        Ok(())
    }

    fn coordinates(&mut self) -> io::Result<()> {
        let mut depth = 0_u64;
        while let Some(byte) = self.significant()? {
            match byte {
                b'[' => depth += 1,
                b']' => depth -= 1,
                b'0'..=b'9' => self.drawing.has_numbers = true,
                b',' | b'-' | b'+' | b'.' | b'e' | b'E' => {}
                b'}' => break,
                _ => {
                    self.drawing.has_others = true;
                    self.value()?;
                    continue;
                }
            }
            self.next()?;
            if depth == 0 {
                break;
            }
        }
        Ok(())
    }

    fn crs(&mut self) -> io::Result<()> {
        let start = self.at;
        self.kept = Some(Vec::new());
        self.value()?;
        let text = self.kept.take().unwrap_or_default();
        let member =
            serde_json::from_slice(&text).unwrap_or_else(|_| Json::from(String::from_utf8_lossy(&text).into_owned()));
        if !is_name_or_code(&member) {
            self.facts.links.push(start..self.at);
        }
        if !member.is_null() && !self.facts.crs_members.contains(&member) {
            self.facts.crs_members.push(member);
        }
        Ok(())
    }

    /// Reads a value of any kind and forgets it.
    fn value(&mut self) -> io::Result<()> {
        let mut depth = 0_u64;
        while let Some(byte) = self.significant()? {
            match byte {
                b'"' | b'\'' => _ = self.text()?,
                b'{' | b'[' => {
                    depth += 1;
                    self.next()?;
                }
                // The end of what the value stands in.
                b'}' | b']' | b',' if depth == 0 => break,
                b'}' | b']' => {
                    depth -= 1;
                    self.next()?;
                }
                b',' | b':' => _ = self.next()?,
                _ => self.word()?,
            }
            if depth == 0 {
                break;
            }
        }
        Ok(())
    }

    /// Reads a number or a word such as `null`.
    fn word(&mut self) -> io::Result<()> {
        let goes_on = |byte: u8| !byte.is_ascii_whitespace() && !b"{}[],:\"'".contains(&byte);
        while self.peek()?.is_some_and(goes_on) {
            self.next()?;
        }
        Ok(())
    }

    /// Reads a text and returns its beginning, without the quotes.
    fn text(&mut self) -> io::Result<String> {
        let quote = self.next()?;
        let mut raw = Vec::new();
        while let Some(byte) = self.next()? {
            if Some(byte) == quote {
                break;
            }
            let escaped = if byte == b'\\' { self.next()? } else { None };
            if raw.len() < MAX_KEPT {
                raw.push(byte);
                raw.extend(escaped);
            }
        }
        let text = String::from_utf8_lossy(&raw).into_owned();
        let unescaped = || serde_json::from_str(&format!("\"{text}\"")).ok();
        Ok(if text.contains('\\') { unescaped().unwrap_or(text) } else { text })
    }

    /// The next byte that is no white space.
    fn significant(&mut self) -> io::Result<Option<u8>> {
        while self.peek()?.is_some_and(|byte| byte.is_ascii_whitespace()) {
            self.next()?;
        }
        self.peek()
    }

    fn peek(&mut self) -> io::Result<Option<u8>> {
        Ok(self.input.fill_buf()?.first().copied())
    }

    fn next(&mut self) -> io::Result<Option<u8>> {
        let byte = self.peek()?;
        if let Some(byte) = byte {
            self.input.consume(1);
            self.at += 1;
            if let Some(kept) = self.kept.as_mut().filter(|kept| kept.len() < MAX_KEPT) {
                kept.push(byte);
            }
        }
        Ok(byte)
    }
}

/// Whether a `crs` member holds a name or a code and nothing else, in which an address could hide.
fn is_name_or_code(member: &Json) -> bool {
    let is = |key: &String, wanted: &[&str]| wanted.iter().any(|wanted| key.eq_ignore_ascii_case(wanted));
    let is_plain = |properties: &Json| {
        properties.as_object().is_some_and(|p| p.len() == 1 && p.keys().all(|key| is(key, &["name", "code"])))
    };
    member.is_null()
        || member.is_string()
        || member.as_object().is_some_and(|crs| {
            crs.iter().all(|(key, value)| is(key, &["type"]) || is(key, &["properties"]) && is_plain(value))
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn facts(text: &str) -> GeoJsonFacts {
        let mut scan = Scan::new(text.as_bytes());
        scan.file().expect("in memory");
        scan.facts
    }

    #[test]
    fn a_reference_system_is_found_wherever_it_stands_and_only_there() {
        let named = r#"{"type":"name","properties":{"name":"EPSG:24877"}}"#;
        let column = r#""properties":{"crs":"a column","features":[{"crs":1}]}"#;
        for text in [
            format!("\u{feff} {{\"crs\" : {named},\"features\":[{{{column}}}]}}"),
            format!("{{\"features\":[{{{column},\"geometry\":{{\"coordinates\":[1,2]}}}}], \"CRS\":{named}}}"),
            format!("{{\"features\":[{{{column},\"geometry\":{{\"coordinates\":[1,2],\"\\u0063rs\":{named}}}}}]}}"),
            format!("{{\"geometry\":{{\"geometries\":[{{\"crs\":{named}}},{{\"crs\":{named}}}]}},{column}}}"),
        ] {
            let facts = facts(&text);
            assert_eq!(facts.crs_members, [serde_json::from_str::<Json>(named).expect("JSON")], "{text}");
            assert_eq!(facts.links, [], "{text}");
        }
        assert!(facts(r#"{"crs":null,"features":[]}"#).crs_members.is_empty());
        assert!(facts("[{\"crs\": 1").crs_members.len() <= 1, "no JSON is no reason to fail");
    }

    #[test]
    fn whatever_could_hide_an_address_is_found() {
        for member in [
            r#"{"type":"link","properties":{"url":"http://127.0.0.1/"}}"#,
            r#"{"type":"name","TYPE":"link","properties":{"name":"EPSG:1","url":"x"}}"#,
            r#"{"type":"name","properties":{"name":"EPSG:1"},"url":"x"}"#,
        ] {
            let text = format!("{{\"crs\": {member}}}");
            let facts = facts(&text);
            let spans: Vec<&str> = facts
                .links
                .iter()
                .map(|s| &text[s.start.try_into().unwrap_or(0)..s.end.try_into().unwrap_or(0)])
                .collect();
            assert_eq!(spans, [member]);
        }
    }

    #[test]
    fn rows_that_draw_nothing_are_told_from_rows_that_cannot_be_read() {
        let rows = [
            (r#"{"geometry":{"type":"Point","coordinates":[-75.5,-1e1]}}"#, None, Some("the geometry cannot be read")),
            (r#"{"geometry":null}"#, None, None),
            (r#"{"properties":{"coordinates":["a"]}}"#, None, None),
            (r#"{"geometry":{"type":"Point","coordinates":[]}}"#, None, None),
            (r#"{"geometry":{"type":"Circle","coordinates":[-75,-10]}}"#, None, Some("the geometry cannot be read")),
        ];
        let odd = [
            r#"{"geometry":{"type":"Point","coordinates":[NaN,-7]}}"#,
            r#"{"geometry":{"type":"Point","coordinates":[-75,null]}}"#,
            r#"{"geometry":{"coordinates":[["-75",-7],{"a":[]}],"type":"LineString"}}"#,
            r#"{"geometry":"POINT (-75 -7)"}"#,
            r#"{"geometry":{"geometries":[{"coordinates":[-75,Infinity]}]}}"#,
        ];
        let all: Vec<&str> = rows.iter().map(|row| row.0).chain(["7", "null"]).chain(odd).collect();
        let facts = facts(&format!("{{\"features\": [{}]}}", all.join(",\n")));
        for (row, (text, drawn, lost)) in (1..).zip(rows) {
            assert_eq!((facts.why_unreadable(row, true), facts.why_unreadable(row, false)), (drawn, lost), "{text}");
        }
        for (row, text) in (6..).zip(odd) {
            assert!(facts.why_unreadable(row, true).is_some_and(|why| why.contains("not a number")), "{text}");
        }
        assert_eq!(facts.rows, 10);
    }
}
