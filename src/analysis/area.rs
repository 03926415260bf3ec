use std::sync::{Arc, LazyLock};

use geo::{BoundingRect, Coord, CoordsIter, Geometry, Intersects, LinesIter, MultiPolygon, Rect, Validation};
use geojson::GeoJson;

use crate::{
    analysis::{OverlapQuestion, QuestionError, question::refused, shared::geodesic_m2},
    index::Snapshot,
    model::{AROUND_PERU, Layer, from_geojson},
    overlay::is_valid,
};

/// Name by which the area of a question is asked about like a layer.
pub const AREA: &str = "area";
/// Corners of an area that is asked about, at most.
const MAX_CORNERS: usize = 100_000;
/// Of an area with more corners it is not told what makes it invalid: that takes the square of their number.
const EXPLAINED: usize = 5_000;
/// Characters of its name, at most.
const MAX_NAME: usize = 200;

static LAYER: LazyLock<Layer> =
    LazyLock::new(|| toml::from_str(include_str!("area.toml")).expect("area.toml is sound"));

impl OverlapQuestion {
    /// The area that was asked about, if it can be one.
    ///
    /// # Errors
    /// [`QuestionError`].
    pub fn area(&self) -> Result<Option<MultiPolygon<f64>>, QuestionError> {
        let Some(area) = &self.area else { return Ok(None) };
        let mut polygons = vec![];
        for geometry in geometries_in(area.clone()) {
            match from_geojson(geometry).map_err(|error| refused("area", error))? {
                Geometry::Polygon(polygon) => polygons.push(polygon),
                Geometry::MultiPolygon(areas) => polygons.extend(areas),
                _ => return Err(expected()),
            }
        }
        Ok(Some(MultiPolygon(polygons)))
    }

    /// How large the area is, in hectares (geodesic, to a hundredth of a square metre), and how many corners it has.
    ///
    /// # Errors
    /// [`QuestionError`].
    pub fn area_size(&self) -> Result<Option<(f64, usize)>, QuestionError> {
        let corners = |area: &MultiPolygon<f64>| area.lines_iter().count();
        Ok(self.area()?.map(|area| ((geodesic_m2(&area) * 100.0).round() / 1e6, corners(&area))))
    }

    /// Whether one of the layers is the area itself.
    fn is_about_area(&self) -> bool {
        self.a == AREA || self.b == AREA
    }

    /// What the first layer's features are cut to.
    ///
    /// # Errors
    /// [`QuestionError`].
    pub(super) fn cut(&self) -> Result<Option<MultiPolygon<f64>>, QuestionError> {
        if self.is_about_area() { Ok(None) } else { self.area() }
    }

    /// The same question with its area checked and written in one way, so that it has one name however it was sent. Takes a while
    /// where there are many corners.
    ///
    /// # Errors
    /// [`QuestionError`].
    pub fn with_area_checked(mut self) -> Result<OverlapQuestion, QuestionError> {
        if self.area_name.as_ref().is_some_and(|name| self.area.is_none() || name.chars().count() > MAX_NAME) {
            return Err(refused(
                "area_name",
                format!("expected the name of an area, of {MAX_NAME} characters at most"),
            ));
        }
        let Some(area) = self.area()? else {
            return match self.is_about_area() {
                true => Err(refused(
                    "area",
                    "where a layer is \"area\", the question needs this member: a Polygon or MultiPolygon of GeoJSON",
                )),
                false => Ok(self),
            };
        };
        check(&area)?;
        self.area = Some(GeoJson::Geometry((&area).into()));
        Ok(self)
    }

    /// The area as a layer with one feature; `None` where there is none.
    ///
    /// # Errors
    /// [`QuestionError`].
    pub fn area_as_layer(&self) -> Result<Option<Arc<Snapshot>>, QuestionError> {
        let properties = serde_json::json!({"name": self.area_name}).to_string();
        let snapshot =
            |area| Arc::new(Snapshot::of(&LAYER, std::iter::once((properties, Geometry::MultiPolygon(area)))));
        Ok(self.area()?.map(snapshot))
    }
}

/// Those of a geometry, a feature or a collection.
fn geometries_in(area: GeoJson) -> Vec<geojson::Geometry> {
    match area {
        GeoJson::Geometry(geometry) => vec![geometry],
        GeoJson::Feature(feature) => feature.geometry.into_iter().collect(),
        GeoJson::FeatureCollection(all) => all.features.into_iter().filter_map(|feature| feature.geometry).collect(),
    }
}

fn check(area: &MultiPolygon<f64>) -> Result<(), QuestionError> {
    let corners = area.coords_count();
    if corners > MAX_CORNERS {
        return Err(refused("area", format!("it has {corners} corners; at most {MAX_CORNERS} are taken")));
    }
    let on_earth = |corner: Coord<f64>| corner.x.abs() <= 180.0 && corner.y.abs() <= 90.0;
    if corners == 0 {
        return Err(expected());
    }
    if let Some(wrong) = area.coords_iter().find(|corner| !on_earth(*corner)) {
        let detail = format!(
            "{} {} are no longitude and latitude; GeoJSON is in degrees (WGS 84), not in UTM",
            wrong.x, wrong.y
        );
        return Err(refused("area", detail));
    }
    let around = Rect::new((AROUND_PERU.west, AROUND_PERU.south), (AROUND_PERU.east, AROUND_PERU.north));
    let far = |rect: Rect<f64>| !rect.intersects(&around);
    if area.bounding_rect().is_some_and(far) {
        let detail = "it lies more than 2 degrees outside Peru; probably the axes are swapped: longitude comes first";
        return Err(refused("area", detail));
    }
    if is_valid(area).unwrap_or(false) {
        return Ok(());
    }
    let why = if corners > EXPLAINED { None } else { area.check_validation().err() };
    Err(why.map_or_else(
        || refused("area", "it crosses itself, or its parts lie on one another; dissolve them first"),
        |why| refused("area", why),
    ))
}

fn expected() -> QuestionError {
    refused("area", "expected a valid Polygon or MultiPolygon of GeoJSON, in degrees")
}

#[cfg(test)]
mod tests {
    use serde_json::{Value as Json, json};

    use super::*;
    use crate::model::Catalogue;

    fn about(area: Json) -> Result<OverlapQuestion, QuestionError> {
        let question = json!({"a": AREA, "b": "districts", "area": area});
        serde_json::from_value::<OverlapQuestion>(question).expect("a question").with_area_checked()
    }

    #[test]
    fn no_layer_bears_its_name() {
        assert!(Catalogue::built_in().layer(AREA).is_err());
        assert_eq!(LAYER.id, AREA);
    }

    #[test]
    fn it_has_one_name_however_it_was_sent() {
        let ring = json!([[[-76, -10], [-75, -10], [-75, -9], [-76, -10]]]);
        let plain = about(json!({"type": "Polygon", "coordinates": ring})).expect("sound");
        let more = json!({"type": "Polygon", "bbox": [-76, -10, -75, -9], "note": "mine", "coordinates": ring});
        assert_eq!(plain.id(), about(more).expect("sound").id());
        let feature =
            json!({"type": "Feature", "properties": {"n": 1}, "geometry": {"type": "Polygon", "coordinates": ring}});
        assert_eq!(plain.id(), about(feature.clone()).expect("sound").id());
        let collection = json!({"type": "FeatureCollection", "features": [feature, {"type": "Feature", "properties": {}, "geometry": null}]});
        assert_eq!(plain.id(), about(collection).expect("sound").id());
        let layer = plain.area_as_layer().expect("sound").expect("an area");
        assert_eq!(layer.features().len(), 1);
    }

    #[test]
    fn what_is_no_area_is_refused() {
        for wrong in [
            json!({"type": "Polygon", "coordinates": []}),
            json!({"type": "Polygon", "coordinates": [[]]}),
            json!({"type": "MultiPolygon", "coordinates": []}),
            json!({"type": "Polygon", "coordinates": [[[-76, -10], [-75, -10]]]}),
            json!({"type": "Polygon", "coordinates": [[[-76, -10], [-75, -10], [-76, -10]]]}),
            json!({"type": "Polygon", "coordinates": [[[-76, -10], [-75, -9], [-75, -10], [-76, -9], [-76, -10]]]}),
            json!({"type": "Polygon", "coordinates": [[[-276, -10], [-75, -10], [-75, -9], [-276, -10]]]}),
            json!({"type": "Polygon", "coordinates": [[[-10, -76], [-10, -75], [-9, -75], [-10, -76]]]}),
            json!({"type": "Point", "coordinates": [-76, -10]}),
            json!({"type": "FeatureCollection", "features": []}),
        ] {
            let error = about(wrong.clone()).expect_err(&wrong.to_string());
            assert_eq!(error.member, "area");
        }
        let without =
            serde_json::from_value::<OverlapQuestion>(json!({"a": AREA, "b": "districts"})).expect("a question");
        assert_eq!(without.with_area_checked().expect_err("no area").member, "area");
    }
}
