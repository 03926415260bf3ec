use geo::{Coord, LineString, MultiPolygon, Polygon};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error};
use serde_json::value::RawValue;

/// The polygons of a GeoJSON geometry, feature or collection, or why there are none. What else a GeoJSON object holds is not read.
/// Written as a MultiPolygon.
#[derive(Debug, Clone, PartialEq)]
pub struct AreaJson(pub(super) Result<MultiPolygon<f64>, String>);

/// Nothing but what leads to polygons.
#[derive(Deserialize)]
struct Object<'a> {
    #[serde(rename = "type")]
    kind: String,
    #[serde(borrow, default)]
    coordinates: Option<&'a RawValue>,
    #[serde(borrow, default)]
    geometry: Option<Box<Object<'a>>>,
    #[serde(borrow, default)]
    geometries: Vec<Object<'a>>,
    #[serde(borrow, default)]
    features: Vec<Object<'a>>,
}

type Position = Vec<f64>;

impl Object<'_> {
    fn collect(&self, polygons: &mut Vec<Polygon<f64>>) -> Result<(), String> {
        match self.kind.as_str() {
            "Polygon" => polygons.push(polygon(self.read::<Vec<Vec<Position>>>()?)?),
            "MultiPolygon" => {
                for rings in self.read::<Vec<Vec<Vec<Position>>>>()? {
                    polygons.push(polygon(rings)?);
                }
            }
            "Feature" => self.geometry.iter().try_for_each(|geometry| geometry.collect(polygons))?,
            "FeatureCollection" => self.features.iter().try_for_each(|feature| feature.collect(polygons))?,
            "GeometryCollection" => self.geometries.iter().try_for_each(|geometry| geometry.collect(polygons))?,
            _ => return Err("expected a Polygon or MultiPolygon of GeoJSON, or features with such".to_owned()),
        }
        Ok(())
    }

    fn read<T: serde::de::DeserializeOwned>(&self) -> Result<T, String> {
        let told = self.coordinates.ok_or("it has no coordinates")?;
        serde_json::from_str(told.get()).map_err(|error| format!("coordinates: {error}"))
    }
}

fn polygon(rings: Vec<Vec<Position>>) -> Result<Polygon<f64>, String> {
    let mut rings = rings.into_iter().map(ring).collect::<Result<Vec<_>, _>>()?.into_iter();
    let exterior = rings.next().ok_or("a polygon needs a ring")?;
    Ok(Polygon::new(exterior, rings.collect()))
}

fn ring(positions: Vec<Position>) -> Result<LineString<f64>, String> {
    if positions.len() < 4 || positions.first() != positions.last() {
        return Err("a ring needs at least 4 positions, the last as the first".to_owned());
    }
    let coordinate = |position: Position| match position[..] {
        [x, y, ..] if x.is_finite() && y.is_finite() => Ok(Coord { x, y }),
        _ => Err("a position needs two numbers at least, longitude and latitude".to_owned()),
    };
    positions.into_iter().map(coordinate).collect()
}

impl<'de> Deserialize<'de> for AreaJson {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<AreaJson, D::Error> {
        let told = Box::<RawValue>::deserialize(deserializer)?;
        let object: Object<'_> = match serde_json::from_str(told.get()) {
            Ok(object) => object,
            Err(error) if error.is_data() => return Ok(AreaJson(Err(format!("it is no GeoJSON: {error}")))),
            Err(error) => return Err(D::Error::custom(error)),
        };
        let mut polygons = vec![];
        let read = object.collect(&mut polygons);
        Ok(AreaJson(read.map(|()| MultiPolygon(polygons))))
    }
}

impl Serialize for AreaJson {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let areas = self.0.as_ref().map_err(serde::ser::Error::custom)?;
        geojson::Geometry::from(areas).serialize(serializer)
    }
}
