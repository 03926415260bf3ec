use std::{fmt, str::FromStr};

use serde::{Serialize, Serializer, ser::SerializeTuple};

/// A bounding box in degrees, WGS 84: west, south, east, north. `west > east` crosses the antimeridian.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Bbox {
    /// Western longitude, −180 to 180.
    pub west: f64,
    /// Southern latitude, −90 to 90.
    pub south: f64,
    /// Eastern longitude, −180 to 180.
    pub east: f64,
    /// Northern latitude, −90 to 90.
    pub north: f64,
}

/// The outline of Peru's land, drawn by hand to about a third of a degree, as WKT in EPSG:4326: coordinates far outside
/// are suspect. The country spans 81.33° W to 68.65° W and 18.35° S to 0.04° S (limits of the district layer).
pub const PERU_OUTLINE: &str = "POLYGON((-80.4 -3.3, -81.4 -4.3, -81.3 -6.1, -79.9 -7.2, -78.7 -9.0, -77.3 -11.8, -76.5 -13.9, -75.4 -15.5, -72.6 -17.1, -71.4 -17.8, -70.3 -18.4, -69.3 -17.4, -68.7 -16.2, -68.6 -12.5, -69.4 -10.9, -70.5 -9.3, -72.2 -9.8, -73.3 -9.2, -74.1 -7.4, -72.9 -5.1, -69.9 -4.4, -70.0 -2.7, -72.9 -2.1, -73.5 -1.3, -75.2 0.1, -75.7 -1.4, -77.9 -2.9, -78.7 -4.7, -79.6 -4.5, -80.4 -4.4, -80.4 -3.3))";

/// Two degrees around Peru: what a person places outside has its axes swapped, or another reference system.
pub const AROUND_PERU: Bbox = Bbox { west: -83.4, south: -20.4, east: -66.6, north: 2.1 };

/// Why a text is not a bounding box.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BboxError {
    /// Neither 4 nor 6 comma-separated numbers.
    #[error("expected 4 numbers west,south,east,north (or 6 with heights), got {0}")]
    Count(usize),
    /// Something that is not a finite number.
    #[error("\"{0}\" is not a finite number")]
    NotANumber(String),
    /// South lies north of north.
    #[error("south is greater than north")]
    SouthAboveNorth,
    /// Outside ±180 or ±90 degrees.
    #[error("longitudes must lie within ±180 and latitudes within ±90")]
    OutOfRange,
}

impl Bbox {
    /// The box as one or, across the antimeridian, two ordinary boxes with west ≤ east.
    pub fn parts(&self) -> impl Iterator<Item = Bbox> + use<> {
        let (first, second) = if self.west <= self.east {
            (*self, None)
        } else {
            (Bbox { east: 180.0, ..*self }, Some(Bbox { west: -180.0, ..*self }))
        };
        std::iter::once(first).chain(second)
    }

    /// Whether the point lies inside or on the edge. Not for boxes across the antimeridian.
    pub fn contains(&self, longitude: f64, latitude: f64) -> bool {
        (self.west..=self.east).contains(&longitude) && (self.south..=self.north).contains(&latitude)
    }

    /// The smallest box around both. Not for boxes across the antimeridian.
    pub fn union(&self, other: &Bbox) -> Bbox {
        Bbox {
            west: self.west.min(other.west),
            south: self.south.min(other.south),
            east: self.east.max(other.east),
            north: self.north.max(other.north),
        }
    }

    /// The two corners of a box in any reference system: 4 finite numbers, or 6 with heights, which are dropped.
    ///
    /// # Errors
    /// [`BboxError::Count`], [`BboxError::NotANumber`].
    pub fn parse_numbers(text: &str) -> Result<[f64; 4], BboxError> {
        let numbers = text
            .split(',')
            .map(|part| {
                let number = part.trim().parse::<f64>().ok().filter(|n| n.is_finite());
                number.ok_or_else(|| BboxError::NotANumber(part.trim().chars().take(40).collect()))
            })
            .collect::<Result<Vec<_>, _>>()?;
        match numbers[..] {
            [a, b, c, d] | [a, b, _, c, d, _] => Ok([a, b, c, d]),
            _ => Err(BboxError::Count(numbers.len())),
        }
    }

    /// West, south, east, north.
    pub fn to_array(self) -> [f64; 4] {
        [self.west, self.south, self.east, self.north]
    }
}

impl From<[f64; 4]> for Bbox {
    fn from([west, south, east, north]: [f64; 4]) -> Self {
        Bbox { west, south, east, north }
    }
}

/// Reads the OGC API form: 4 numbers, or 6 with heights, which are ignored.
impl FromStr for Bbox {
    type Err = BboxError;

    fn from_str(text: &str) -> Result<Self, BboxError> {
        let bbox = Bbox::from(Bbox::parse_numbers(text)?);
        let range = |limit: f64, value: f64| value.abs() <= limit;
        if !(range(180.0, bbox.west) && range(180.0, bbox.east) && range(90.0, bbox.south) && range(90.0, bbox.north)) {
            return Err(BboxError::OutOfRange);
        }
        if bbox.south > bbox.north {
            return Err(BboxError::SouthAboveNorth);
        }
        Ok(bbox)
    }
}

impl fmt::Display for Bbox {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:.5},{:.5},{:.5},{:.5}", self.west, self.south, self.east, self.north)
    }
}

impl Serialize for Bbox {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut tuple = serializer.serialize_tuple(4)?;
        for value in self.to_array() {
            tuple.serialize_element(&value)?;
        }
        tuple.end()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn four_and_six_numbers_are_boxes() {
        let four: Bbox = "-79,-8,-77,-6".parse().expect("four numbers");
        let six: Bbox = "-79,-8,0,-77,-6,4000".parse().expect("six numbers");
        assert_eq!(four, six);
    }

    #[test]
    fn what_is_no_box_says_why() {
        assert_eq!("1,2,3".parse::<Bbox>(), Err(BboxError::Count(3)));
        assert_eq!("1,2,3,4,5".parse::<Bbox>(), Err(BboxError::Count(5)));
        assert_eq!("NaN,0,1,1".parse::<Bbox>(), Err(BboxError::NotANumber("NaN".into())));
        assert_eq!("0,inf,1,1".parse::<Bbox>(), Err(BboxError::NotANumber("inf".into())));
        assert_eq!("0,5,1,4".parse::<Bbox>(), Err(BboxError::SouthAboveNorth));
        assert_eq!("0,5,181,6".parse::<Bbox>(), Err(BboxError::OutOfRange));
    }

    #[test]
    fn across_the_antimeridian_a_box_has_two_parts() {
        let bbox: Bbox = "170,-10,-170,10".parse().expect("legal");
        let parts: Vec<_> = bbox.parts().map(Bbox::to_array).collect();
        assert_eq!(parts, [[170.0, -10.0, 180.0, 10.0], [-180.0, -10.0, -170.0, 10.0]]);
    }
}
