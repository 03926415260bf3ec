//! The OGC's own vectors for CQL2: every example can be read, text and JSON mean the same, and every predicate of the
//! abstract tests counts what the standard says.

use std::{collections::HashMap, path::PathBuf};

use gdal::{
    Dataset,
    vector::{FieldValue, LayerAccess},
};
use geo::Geometry;
use geo_traits::to_geo::ToGeoGeometry;
use rimay::model::cql2::{Filter, Property, PropertyKind, Record, Scalar, parse_json, parse_text};
use serde_json::Value as Json;

/// The vectors, or `None` with a printed reason.
fn vectors() -> Option<PathBuf> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../shared/conformance/cql2");
    if folder.is_dir() {
        return Some(folder);
    }
    println!("skipped: the conformance vectors are not there ({})", folder.display());
    None
}

fn json(folder: &std::path::Path, file: &str) -> Json {
    serde_json::from_slice(&std::fs::read(folder.join(file)).unwrap()).unwrap()
}

#[test]
fn every_example_can_be_read_and_text_and_json_mean_the_same() {
    let Some(folder) = vectors() else { return };
    let mut compared = 0;
    let examples = json(&folder, "parse_examples.json");
    for example in examples.as_array().unwrap() {
        let (name, text) = (&example["name"], example["text"].as_str().unwrap());
        let from_text = parse_text(text).unwrap_or_else(|error| panic!("{name}: {text}: {error}"));
        if example["json"].is_null() {
            continue;
        }
        let from_json = parse_json(&example["json"].to_string()).unwrap_or_else(|error| panic!("{name}: {error}"));
        assert_eq!(from_text, from_json, "{name}: {text}");
        compared += 1;
    }
    assert_eq!((examples.as_array().unwrap().len(), compared), (120, 109));
}

struct Place {
    values: Vec<Scalar<'static>>,
    geometry: Geometry<f64>,
}

impl Record for Place {
    fn value(&self, position: usize) -> Scalar<'_> {
        self.values[position].clone()
    }

    fn geometry(&self) -> Option<&Geometry<f64>> {
        Some(&self.geometry)
    }
}

struct Collection {
    properties: Vec<(String, PropertyKind)>,
    places: Vec<Place>,
}

impl Collection {
    fn read(folder: &std::path::Path, name: &str) -> Collection {
        let declared = json(folder, &format!("data/{name}.json"));
        let kind = |property: &Json| match (property["type"].as_str(), property["format"].as_str()) {
            (_, Some("date" | "date-time")) => PropertyKind::Time,
            (Some("number" | "integer"), _) => PropertyKind::Number,
            (Some("boolean"), _) => PropertyKind::Boolean,
            (Some("string"), _) => PropertyKind::Text,
            _ => PropertyKind::Geometry,
        };
        let properties: Vec<_> =
            declared["properties"].as_object().unwrap().iter().map(|(name, p)| (name.clone(), kind(p))).collect();
        let dataset = Dataset::open(folder.join("data/ne110m4cql2.gpkg")).unwrap();
        let mut layer = dataset.layer_by_name(name).unwrap();
        let places = layer
            .features()
            .map(|feature| {
                let value = |(name, kind): &(String, PropertyKind)| {
                    if *kind == PropertyKind::Geometry {
                        return Scalar::Null;
                    }
                    let index = feature.field_index(name).unwrap();
                    match feature.field(index).unwrap() {
                        None => Scalar::Null,
                        Some(FieldValue::StringValue(text)) => Scalar::Text(text.into()),
                        Some(FieldValue::IntegerValue(n)) if *kind == PropertyKind::Boolean => Scalar::Boolean(n != 0),
                        Some(FieldValue::IntegerValue(n)) => Scalar::Number(n.into()),
                        Some(FieldValue::Integer64Value(n)) => Scalar::Number(i32::try_from(n).unwrap().into()),
                        Some(FieldValue::RealValue(n)) => Scalar::Number(n),
                        Some(FieldValue::DateValue(_)) => Scalar::Date(
                            feature.field_as_string(index).unwrap().unwrap().replace('/', "-").parse().unwrap(),
                        ),
                        Some(FieldValue::DateTimeValue(time)) => {
                            Scalar::Timestamp(jiff::Timestamp::from_second(time.timestamp()).unwrap())
                        }
                        Some(other) => panic!("{name}: {other:?}"),
                    }
                };
                let wkb = feature.geometry().unwrap().wkb().unwrap();
                Place {
                    values: properties.iter().map(value).collect(),
                    geometry: wkb::reader::read_wkb(&wkb).unwrap().to_geometry(),
                }
            })
            .collect();
        Collection { properties, places }
    }

    fn count(&self, filter: &str) -> Result<usize, String> {
        let properties: Vec<_> = self.properties.iter().map(|(name, kind)| Property { name, kind: *kind }).collect();
        let expression = parse_text(filter).map_err(|error| error.to_string())?;
        let filter = Filter::compile(&expression, &properties).map_err(|error| error.to_string())?;
        Ok(self.places.iter().filter(|place| filter.passes(*place)).count())
    }
}

#[test]
fn every_predicate_of_the_abstract_tests_counts_what_the_standard_says() {
    let Some(folder) = vectors() else { return };
    let tests = json(&folder, "ats.json");
    let mut collections = HashMap::new();
    let (mut held, mut suspect, mut wrong) = (0, 0, vec![]);
    for predicate in tests["predicates"].as_array().unwrap() {
        let name = predicate["collection"].as_str().unwrap();
        let collection = collections.entry(name.to_owned()).or_insert_with(|| Collection::read(&folder, name));
        let (filter, expected) = (predicate["filter"].as_str().unwrap(), predicate["expected"].as_u64().unwrap());
        let counted = collection.count(filter);
        if predicate["note"].as_str().is_some_and(|note| note.starts_with("SUSPECT")) {
            counted.unwrap_or_else(|error| panic!("{filter}: {error}"));
            suspect += 1;
        } else if counted.as_ref().is_ok_and(|count| *count as u64 == expected) {
            held += 1;
        } else {
            wrong.push(format!("{name}: {filter}: expected {expected}, got {counted:?}"));
        }
    }
    println!("{held} predicates hold, {suspect} are suspect in the standard itself");
    assert!(wrong.is_empty(), "{} of {}:\n{}", wrong.len(), held + wrong.len(), wrong.join("\n"));
    // The formula is that of the abstract test for logical operators.
    for combination in tests["combinations"].as_array().unwrap() {
        let p: Vec<_> = combination["p"].as_array().unwrap().iter().map(|p| p.as_str().unwrap()).collect();
        let filter = format!("(not ({}) and {}) or ({} and {}) or not ({} or {})", p[1], p[0], p[2], p[3], p[0], p[3]);
        let counted = collections["ne_110m_populated_places_simple"].count(&filter);
        assert_eq!(counted.map(|count| count as u64), Ok(combination["expected"].as_u64().unwrap()), "{filter}");
    }
}
