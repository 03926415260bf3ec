use std::sync::{Arc, LazyLock};

use geo::{BoundingRect, Coord, CoordsIter, Geometry, Intersects, LinesIter, MultiPolygon, Rect, Validation};
use rstar::{RTree, RTreeObject, primitives::Rectangle};

use crate::{
    analysis::{AreaJson, OverlapQuestion, QuestionError, question::refused, shared::geodesic_m2},
    index::Snapshot,
    model::{AROUND_PERU, Layer},
    overlay::{OverlayError, is_valid, union},
};

/// Name by which the area of a question is asked about like a layer.
pub const AREA: &str = "area";
/// Corners of an area that is asked about, at most.
const MAX_CORNERS: usize = 100_000;
/// Of an area with more corners it is not told what makes it invalid: that takes the square of their number.
const EXPLAINED: usize = 1_000;
/// Degrees of longitude that an edge may span.
const MAX_EDGE: f64 = 60.0;
/// Pairs of edges with boxes that meet, at most.
const MAX_NEAR: usize = 3_000_000;
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
        let read = |area: &AreaJson| area.0.clone().map_err(|error| refused("area", error));
        self.area.as_ref().map(read).transpose()
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

    /// The same question with its area checked, and its parts put together where they lie on or beside one another. Takes a while
    /// where there are many corners.
    ///
    /// # Errors
    /// [`QuestionError`].
    pub fn with_area_checked(mut self) -> Result<OverlapQuestion, QuestionError> {
        for (member, text) in [("area_name", &self.area_name), ("where_a", &self.where_a), ("where_b", &self.where_b)] {
            if text.as_ref().is_some_and(|text| text.contains('\0')) {
                return Err(refused(member, "it holds the character U+0000"));
            }
        }
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
        self.area = Some(AreaJson(Ok(checked(area)?)));
        Ok(self)
    }

    /// The area as a layer with one feature; `None` where there is none.
    ///
    /// # Errors
    /// [`QuestionError`].
    pub fn area_as_layer(&self) -> Result<Option<Arc<Snapshot>>, QuestionError> {
        let properties = serde_json::json!({"name": self.area_name}).to_string();
        let snapshot =
            |area| Arc::new(Snapshot::of(&LAYER, std::iter::once((properties, Some(Geometry::MultiPolygon(area))))));
        Ok(self.area()?.map(snapshot))
    }
}

fn checked(area: MultiPolygon<f64>) -> Result<MultiPolygon<f64>, QuestionError> {
    let corners = area.coords_count();
    if corners > MAX_CORNERS {
        return Err(refused("area", format!("it has {corners} corners; at most {MAX_CORNERS} are taken")));
    }
    if corners == 0 {
        return Err(refused("area", "expected polygons of GeoJSON, in degrees"));
    }
    let on_earth = |corner: Coord<f64>| corner.x.abs() <= 180.0 && corner.y.abs() <= 90.0;
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
    // A geodesic between places farther apart may go another way than the line on the map.
    if area.lines_iter().any(|edge| edge.dx().abs() > MAX_EDGE) {
        let detail = format!("an edge of it spans more than {MAX_EDGE} degrees; add corners, or ask without an area");
        return Err(refused("area", detail));
    }
    if is_intricate(&area) {
        return Err(refused("area", "its edges lie too close together to be checked in time; simplify it"));
    }
    let sound = |area: &MultiPolygon<f64>| is_valid(area).unwrap_or(false);
    if sound(&area) {
        return Ok(area);
    }
    let parts: Vec<_> = area.0.iter().map(|polygon| MultiPolygon(vec![polygon.clone()])).collect();
    if parts.len() > 1 && parts.iter().all(sound) {
        let united = union::<OverlayError>(&parts.iter().collect::<Vec<_>>(), || Ok(()));
        return united.map_err(|error| refused("area", error));
    }
    let why = if corners > EXPLAINED { None } else { area.check_validation().err() };
    Err(why.map_or_else(
        || refused("area", "it crosses itself, or its rings cross one another"),
        |why| refused("area", why),
    ))
}

/// Whether so many pairs of edges are near one another that checking the area would take seconds.
fn is_intricate(area: &MultiPolygon<f64>) -> bool {
    let boxes: Vec<Rectangle<[f64; 2]>> =
        area.lines_iter().map(|edge| Rectangle::from_corners(edge.start.x_y().into(), edge.end.x_y().into())).collect();
    let tree = RTree::bulk_load(boxes.clone());
    let mut near = 0_usize;
    boxes.iter().any(|own| {
        near += tree.locate_in_envelope_intersecting(own.envelope()).take(MAX_NEAR).count();
        near > MAX_NEAR
    })
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
    fn parts_beside_and_on_one_another_are_one_area() {
        let square = |x: f64, y: f64| json!([[[x, y], [x + 1.0, y], [x + 1.0, y + 1.0], [x, y + 1.0], [x, y]]]);
        let united = |coordinates: Json| {
            about(json!({"type": "MultiPolygon", "coordinates": coordinates}))
                .expect("sound")
                .area()
                .expect("read")
                .expect("an area")
        };
        assert_eq!(united(json!([square(-76.0, -10.0), square(-75.0, -10.0)])).0.len(), 1);
        assert_eq!(united(json!([square(-76.0, -10.0), square(-75.5, -9.5)])).0.len(), 1);
        assert_eq!(united(json!([square(-76.0, -10.0), square(-73.0, -10.0)])).0.len(), 2);
    }

    #[test]
    fn an_area_that_takes_long_to_check_is_refused_soon() {
        let corner = |at: u32| {
            let (sin, cos) = (f64::from(at) / 40_000.0 * std::f64::consts::TAU).sin_cos();
            let reach = if at.is_multiple_of(2) { 0.5 } else { 0.1 };
            json!([-76.0 + reach * cos, -9.0 + reach * sin])
        };
        let mut star: Vec<Json> = (0..40_000).map(corner).collect();
        star.push(star[0].clone());
        let began = std::time::Instant::now();
        let error =
            about(json!({"type": "Polygon", "coordinates": [star]})).expect_err("too many edges beside one another");
        assert!(error.detail.contains("simplify") && began.elapsed().as_secs() < 10, "{error} {:?}", began.elapsed());
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
            json!({"type": "Polygon", "coordinates": [[[-179, -60], [179, -60], [179, 60], [-179, 60], [-179, -60]]]}),
            json!({"type": "Polygon", "coordinates": [[[-76, -10, 1], [-75], [-75, -9], [-76, -10, 1]]]}),
            json!({"type": "Polygon"}),
            json!("Polygon"),
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
