use crate::exchange::arcs::straighten;

/// A closed line of positions, x before y.
pub(crate) type Ring = Vec<[f64; 2]>;

/// Everything a geometry draws, however it is nested, in two dimensions.
#[derive(Debug, Default, PartialEq)]
pub(crate) struct Drawn {
    /// Single places.
    pub(crate) points: Vec<[f64; 2]>,
    /// Areas: the exterior ring first.
    pub(crate) polygons: Vec<Vec<Ring>>,
    /// Kinds of what is neither, such as lines.
    pub(crate) others: Vec<&'static str>,
    /// Heights or measures were dropped.
    pub(crate) had_height: bool,
    /// Arcs were drawn as straight segments.
    pub(crate) had_arcs: bool,
}

/// Bytes that are no little-endian ISO WKB.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("the geometry is damaged at byte {0}")]
pub(crate) struct BadWkb(usize);

/// Nesting allowed: a polygon with curves in a surface in a collection is 5 deep. GDAL allows 32.
const MAX_DEPTH: u8 = 32;

/// Reads ISO WKB as GDAL and PostGIS write it: little-endian, with or without heights and measures.
///
/// # Errors
/// [`BadWkb`] with the position of the first byte that makes no sense.
pub(crate) fn read_wkb(bytes: &[u8]) -> Result<Drawn, BadWkb> {
    let mut walk = Walk { bytes, at: 0, drawn: Drawn::default() };
    walk.geometry(0)?;
    Ok(walk.drawn)
}

struct Walk<'a> {
    bytes: &'a [u8],
    at: usize,
    drawn: Drawn,
}

struct Header {
    kind: u32,
    dimensions: usize,
}

impl Walk<'_> {
    fn geometry(&mut self, depth: u8) -> Result<(), BadWkb> {
        let header = self.header()?;
        if depth > MAX_DEPTH {
            return Err(BadWkb(self.at));
        }
        match header.kind {
            1 => {
                let position = self.position(header.dimensions)?;
                // An empty point is a point of two NaN.
                if !position.iter().all(|coordinate| coordinate.is_nan()) {
                    self.drawn.points.push(position);
                }
            }
            2 | 8 | 9 => {
                self.line(&header, depth)?;
                self.drawn.others.push("LineString");
            }
            3 | 17 => {
                let rings = (0..self.count(4)?).map(|_| self.positions(header.dimensions)).collect::<Result<_, _>>()?;
                self.area(rings);
            }
            10 => {
                let rings = (0..self.count(9)?).map(|_| self.curve(depth + 1)).collect::<Result<_, _>>()?;
                self.area(rings);
            }
            4 | 5 | 6 | 7 | 11 | 12 | 15 | 16 => (0..self.count(5)?).try_for_each(|_| self.geometry(depth + 1))?,
            _ => return Err(BadWkb(self.at)),
        }
        Ok(())
    }

    fn area(&mut self, rings: Vec<Ring>) {
        if rings.iter().any(|ring| !ring.is_empty()) {
            self.drawn.polygons.push(rings);
        }
    }

    fn curve(&mut self, depth: u8) -> Result<Ring, BadWkb> {
        let header = self.header()?;
        self.line(&header, depth)
    }

    /// A line string, circular string or compound curve.
    fn line(&mut self, header: &Header, depth: u8) -> Result<Ring, BadWkb> {
        match header.kind {
            2 => self.positions(header.dimensions),
            8 => {
                self.drawn.had_arcs = true;
                Ok(straighten(&self.positions(header.dimensions)?))
            }
            9 if depth < MAX_DEPTH => {
                let mut ring = Ring::new();
                for _ in 0..self.count(9)? {
                    let part = self.curve(depth + 1)?;
                    let joins = ring.last().is_some_and(|last| Some(last) == part.first());
                    ring.extend(part.into_iter().skip(usize::from(joins)));
                }
                Ok(ring)
            }
            _ => Err(BadWkb(self.at)),
        }
    }

    fn header(&mut self) -> Result<Header, BadWkb> {
        if self.take::<1>()? != [1] {
            return Err(BadWkb(self.at - 1));
        }
        let code = u32::from_le_bytes(self.take()?);
        let extra = match code / 1000 {
            0 => 0,
            1 | 2 => 1,
            3 => 2,
            _ => return Err(BadWkb(self.at)),
        };
        self.drawn.had_height |= extra > 0;
        Ok(Header { kind: code % 1000, dimensions: 2 + extra })
    }

    fn positions(&mut self, dimensions: usize) -> Result<Ring, BadWkb> {
        (0..self.count(8 * dimensions)?).map(|_| self.position(dimensions)).collect()
    }

    fn position(&mut self, dimensions: usize) -> Result<[f64; 2], BadWkb> {
        let position = [f64::from_le_bytes(self.take()?), f64::from_le_bytes(self.take()?)];
        for _ in 2..dimensions {
            self.take::<8>()?;
        }
        Ok(position)
    }

    /// A count of things that take at least `size` bytes each, so that a lie cannot claim memory.
    fn count(&mut self, size: usize) -> Result<usize, BadWkb> {
        let count = u32::from_le_bytes(self.take()?) as usize;
        let left = (self.bytes.len() - self.at) / size;
        if count > left { Err(BadWkb(self.at)) } else { Ok(count) }
    }

    fn take<const N: usize>(&mut self) -> Result<[u8; N], BadWkb> {
        let bytes = self.bytes.get(self.at..self.at + N).and_then(|bytes| bytes.try_into().ok());
        self.at += N;
        bytes.ok_or(BadWkb(self.at - N))
    }
}
