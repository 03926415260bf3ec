//! Reference systems: those in which coordinates may be asked and answered beside our own, which is longitude and
//! latitude of WGS 84 (CRS84).
//!
//! Transformations are PROJ's, through GDAL. Coordinates come and go in the order the authority gives the axes: EPSG:4326
//! is latitude, longitude.

use std::cell::Cell;

use gdal::{
    errors::GdalError,
    spatial_ref::{AxisMappingStrategy, CoordTransform, SpatialRef},
};
use geo::{Coord, CoordsIter, Geometry, LineString, MapCoords, Point, Polygon, coord};

/// A reference system we offer.
#[derive(Debug, PartialEq, Eq)]
pub struct Crs {
    /// EPSG code; `None` for CRS84, which is not EPSG's.
    epsg: Option<u32>,
    /// Its address in the OGC's register.
    pub uri: &'static str,
    /// Coordinates are degrees, else metres.
    pub in_degrees: bool,
}

/// Longitude, latitude of WGS 84.
pub static CRS84: Crs = Crs { epsg: None, uri: "http://www.opengis.net/def/crs/OGC/1.3/CRS84", in_degrees: true };

/// All systems we offer, our own first: WGS 84, Web Mercator, and the zones of Peru in WGS 84 and in Peru96. Zone 17 of
/// Peru96 is EPSG:5839: EPSG:5388 was withdrawn from the registry because its false northing was wrong.
pub static OFFERED: [&Crs; 10] = [
    &CRS84,
    &Crs { epsg: Some(4326), uri: "http://www.opengis.net/def/crs/EPSG/0/4326", in_degrees: true },
    &Crs { epsg: Some(3857), uri: "http://www.opengis.net/def/crs/EPSG/0/3857", in_degrees: false },
    &Crs { epsg: Some(32717), uri: "http://www.opengis.net/def/crs/EPSG/0/32717", in_degrees: false },
    &Crs { epsg: Some(32718), uri: "http://www.opengis.net/def/crs/EPSG/0/32718", in_degrees: false },
    &Crs { epsg: Some(32719), uri: "http://www.opengis.net/def/crs/EPSG/0/32719", in_degrees: false },
    &Crs { epsg: Some(5373), uri: "http://www.opengis.net/def/crs/EPSG/0/5373", in_degrees: true },
    &Crs { epsg: Some(5387), uri: "http://www.opengis.net/def/crs/EPSG/0/5387", in_degrees: false },
    &Crs { epsg: Some(5389), uri: "http://www.opengis.net/def/crs/EPSG/0/5389", in_degrees: false },
    &Crs { epsg: Some(5839), uri: "http://www.opengis.net/def/crs/EPSG/0/5839", in_degrees: false },
];

/// Segments into which each side of a box is cut before it is transformed: a straight side in one system is a curve in
/// another.
const SEGMENTS: u32 = 64;

/// Why coordinates cannot be had in a system.
#[derive(Debug, thiserror::Error)]
pub enum CrsError {
    /// A system we do not offer.
    #[error("\"{0}\" is not offered; the systems are: {list}", list = OFFERED.map(|crs| crs.uri).join(", "))]
    Unknown(String),
    /// Coordinates the system has no place for.
    #[error("the coordinates have no place in this reference system")]
    OutOfRange,
    /// PROJ cannot be used: its database is missing, say.
    #[error("the transformation cannot be prepared: {0}")]
    Proj(#[from] GdalError),
}

impl Crs {
    /// Whether it is WGS 84 with latitude first.
    pub fn is_latitude_longitude(&self) -> bool {
        self.epsg == Some(4326)
    }

    /// The offered system of that address; `EPSG:32718` and the safe form `[EPSG:32718]` are understood too.
    ///
    /// # Errors
    /// [`CrsError::Unknown`], which lists what is offered.
    pub fn find(text: &str) -> Result<&'static Crs, CrsError> {
        let short = text.trim_start_matches('[').trim_end_matches(']').strip_prefix("EPSG:");
        let epsg = short.and_then(|code| code.parse::<u32>().ok());
        let found = OFFERED.iter().find(|crs| crs.uri == text || (epsg.is_some() && crs.epsg == epsg));
        found.copied().ok_or_else(|| CrsError::Unknown(text.chars().take(80).collect()))
    }
}

/// The way between CRS84 and another system. Belongs to the thread that made it, as PROJ's objects do.
#[derive(Debug)]
pub struct Projection(Way);

#[derive(Debug)]
enum Way {
    Same,
    /// Between longitude, latitude and latitude, longitude.
    Swapped,
    ByProj(CoordTransform),
}

impl Projection {
    /// From CRS84 to another system.
    ///
    /// # Errors
    /// [`CrsError::Proj`].
    pub fn to(crs: &Crs) -> Result<Projection, CrsError> {
        Projection::between(crs, CoordTransform::new)
    }

    /// From another system to CRS84.
    ///
    /// # Errors
    /// [`CrsError::Proj`].
    pub fn from(crs: &Crs) -> Result<Projection, CrsError> {
        Projection::between(crs, |own, other| CoordTransform::new(other, own))
    }

    fn between(
        crs: &Crs,
        transform: impl FnOnce(&SpatialRef, &SpatialRef) -> Result<CoordTransform, GdalError>,
    ) -> Result<Projection, CrsError> {
        let epsg = match crs.epsg {
            None => return Ok(Projection(Way::Same)),
            Some(_) if crs.is_latitude_longitude() => return Ok(Projection(Way::Swapped)),
            Some(epsg) => epsg,
        };
        let mut own = SpatialRef::from_epsg(4326)?;
        own.set_axis_mapping_strategy(AxisMappingStrategy::TraditionalGisOrder);
        let mut other = SpatialRef::from_epsg(epsg)?;
        other.set_axis_mapping_strategy(AxisMappingStrategy::AuthorityCompliant);
        Ok(Projection(Way::ByProj(transform(&own, &other)?)))
    }

    /// The geometry in the other system.
    ///
    /// # Errors
    /// [`CrsError::OutOfRange`].
    pub fn apply(&self, geometry: &Geometry<f64>) -> Result<Geometry<f64>, CrsError> {
        let transform = match &self.0 {
            Way::Same => return Ok(geometry.clone()),
            Way::Swapped => return Ok(geometry.map_coords(|c| coord! { x: c.y, y: c.x })),
            Way::ByProj(transform) => transform,
        };
        // PROJ turns a longitude back into range step by step: of a number without bounds it would never come back.
        if geometry.coords_iter().any(|c| !(c.x.abs() <= FARTHEST && c.y.abs() <= FARTHEST)) {
            return Err(CrsError::OutOfRange);
        }
        let (mut x, mut y): (Vec<f64>, Vec<f64>) = geometry.coords_iter().map(|c| (c.x, c.y)).unzip();
        transform.transform_coords(&mut x, &mut y, &mut []).map_err(|_| CrsError::OutOfRange)?;
        if x.iter().chain(&y).any(|number| !number.is_finite()) {
            return Err(CrsError::OutOfRange);
        }
        // `map_coords` visits positions in the order of `coords_iter`.
        let at = Cell::new(0);
        Ok(geometry.map_coords(|_| {
            let moved = coord! { x: x[at.get()], y: y[at.get()] };
            at.set(at.get() + 1);
            moved
        }))
    }
}

/// No coordinate of a place on the Earth is greater than this in any offered system, in degrees or metres.
const FARTHEST: f64 = 1e8;

/// The area of a box given by two corners, in its own system, its sides cut into short segments. A box without width or
/// height is a line or a point.
pub fn box_area(first: Coord<f64>, last: Coord<f64>) -> Geometry<f64> {
    if first == last {
        return Point(first).into();
    }
    if first.x == last.x || first.y == last.y {
        return LineString(vec![first, last]).into();
    }
    let corners = [first, coord! { x: last.x, y: first.y }, last, coord! { x: first.x, y: last.y }, first];
    let side = |pair: &[Coord<f64>]| {
        let (from, step) = (pair[0], (pair[1] - pair[0]) / f64::from(SEGMENTS));
        (0..SEGMENTS).map(move |n| from + step * f64::from(n)).collect::<Vec<_>>()
    };
    let mut ring: Vec<_> = corners.windows(2).flat_map(side).collect();
    ring.push(first);
    Polygon::new(LineString(ring), vec![]).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn moved(crs: &str, x: f64, y: f64) -> (f64, f64) {
        let crs = Crs::find(crs).expect("offered");
        let there = Projection::to(crs).expect("PROJ").apply(&geo::Point::new(x, y).into()).expect("in range");
        let back = Projection::from(crs).expect("PROJ").apply(&there).expect("in range");
        let Geometry::Point(back) = back else { panic!("a point stays a point") };
        assert!((back.x() - x).abs() < 1e-9 && (back.y() - y).abs() < 1e-9, "{back:?}");
        let Geometry::Point(there) = there else { panic!("a point stays a point") };
        (there.x(), there.y())
    }

    #[test]
    fn coordinates_come_in_the_order_of_the_authority_and_come_back() {
        assert_eq!(moved("EPSG:4326", -77.0, -12.0), (-12.0, -77.0));
        // On the central meridian of zone 18 and the equator: by definition of the zone.
        let (east, north) = moved("http://www.opengis.net/def/crs/EPSG/0/32718", -75.0, 0.0);
        assert!((east - 500_000.0).abs() < 1e-6 && (north - 10_000_000.0).abs() < 1e-6, "{east} {north}");
        let (latitude, longitude) = moved("[EPSG:5373]", -77.0, -12.0);
        assert!((latitude + 12.0).abs() < 2e-5 && (longitude + 77.0).abs() < 2e-5, "{latitude} {longitude}");
    }

    #[test]
    fn coordinates_beyond_the_earth_are_refused_at_once() {
        for epsg in ["EPSG:3857", "EPSG:32718", "EPSG:5839"] {
            let crs = Crs::find(epsg).expect("offered");
            for (x, y) in [(6e16, 1.0), (1.0, -6e16), (f64::INFINITY, 0.0), (f64::NAN, 0.0)] {
                let refused = Projection::from(crs).expect("PROJ").apply(&geo::Point::new(x, y).into());
                assert!(matches!(refused, Err(CrsError::OutOfRange)), "{epsg} {x} {y}: {refused:?}");
            }
        }
    }

    #[test]
    fn what_is_not_offered_lists_what_is() {
        let error = Crs::find("EPSG:24878").expect_err("not offered");
        assert!(error.to_string().contains("EPSG/0/32718"), "{error}");
    }

    #[test]
    fn a_box_keeps_its_corners() {
        let area = box_area(coord! { x: 0.0, y: 0.0 }, coord! { x: 2.0, y: 1.0 });
        assert_eq!(area.coords_count(), 4 * SEGMENTS as usize + 1);
        assert!((geo::Area::unsigned_area(&area) - 2.0).abs() < 1e-12);
    }
}
