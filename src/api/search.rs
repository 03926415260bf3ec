use std::sync::Arc;

use axum::{Json, extract::State};
use geo::{Geometry, Point};
use serde::Serialize;

use crate::{
    api::{Problem, params::Params},
    crs::{Crs, Projection},
    index::{Feature, Hits, Index, Snapshot},
    model::{AROUND_PERU, Access, Bbox, Value, WrittenPlace, fold, read_written_place},
};

const DEFAULT_LIMIT: usize = 20;
const MAX_LIMIT: usize = 100;
/// See [`Hits::best`].
const RANKS: u8 = 4;

/// What bears a name or code, across layers.
#[derive(Serialize)]
pub(super) struct SearchResults {
    query: String,
    /// How many there are.
    number_matched: usize,
    /// Where the text itself says a place, as coordinates.
    places: Vec<FoundPlace>,
    results: Vec<SearchResult>,
}

/// A place that the text says.
#[derive(Serialize)]
struct FoundPlace {
    /// Longitude, latitude.
    point: [f64; 2],
    /// The UTM zone it was told or taken in; `None` of degrees.
    zone: Option<u8>,
}

/// Places that a text says as coordinates; metres of a zone that is not told only where they lie in or near Peru.
fn places_in(text: &str) -> Vec<FoundPlace> {
    let place = |written| {
        let (point, zone) = match written {
            WrittenPlace::Degrees { longitude, latitude } => (Point::new(longitude, latitude), None),
            WrittenPlace::Utm { zone, easting, northing } => {
                let crs = Crs::find(&format!("EPSG:{}", 32_700 + u32::from(zone))).ok()?;
                let projected =
                    Projection::from(crs).and_then(|from| from.apply(&Point::new(easting, northing).into()));
                let Ok(Geometry::Point(point)) = projected else { return None };
                (point, Some(zone))
            }
        };
        let is_near = zone.is_none() || AROUND_PERU.contains(point.x(), point.y());
        is_near.then_some(FoundPlace { point: [point.x(), point.y()], zone })
    };
    read_written_place(text).into_iter().filter_map(place).collect()
}

#[derive(Serialize)]
struct SearchResult {
    layer: &'static str,
    id: i64,
    name: Value,
    code: Value,
    category: Value,
    point: Option<[f64; 2]>,
    bbox: Option<Bbox>,
    /// Where it lies, in words: `Cajamarca · Celendín`; then its company, when that is what was found.
    context: String,
    synthetic: bool,
}

/// `GET /api/search?q=…`: names and codes that contain the text or all its words, concessions whose holder does, and cases
/// whose company or place does, without regard to accents and case. The best come first; among equals layers take turns,
/// in the catalogue's order, so that a layer with many hits leaves room for the others.
pub(super) async fn search(State(index): State<Arc<Index>>, params: Params) -> Result<Json<SearchResults>, Problem> {
    params.allow_only(["q", "limit"])?;
    let limit = params.limit(DEFAULT_LIMIT, MAX_LIMIT)?;
    let text = fold(params.get("q").unwrap_or_default());
    if text.is_empty() {
        return Err(Problem::bad_parameter("q", "expected at least one letter or digit of a name or code"));
    }
    let snapshots: Vec<_> = index.snapshots(Access::Public).collect();
    let hits: Vec<_> = snapshots.iter().map(|snapshot| snapshot.search(&text, limit)).collect();
    let number_matched = hits.iter().map(|hits| hits.matched).sum();
    let mut results = vec![];
    for rank in 0..RANKS {
        let of_rank = |hits: &Hits| hits.best.iter().copied().filter(|(own, _)| *own == rank).collect::<Vec<_>>();
        let mut layers: Vec<_> = snapshots.iter().zip(hits.iter().map(|hits| of_rank(hits).into_iter())).collect();
        while results.len() < limit {
            let next = layers.iter_mut().filter_map(|(snapshot, hits)| Some((snapshot, hits.next()?.1)));
            let round: Vec<_> = next.map(|(snapshot, slot)| result(snapshot, snapshot.feature(slot), &text)).collect();
            if round.is_empty() {
                break;
            }
            results.extend(round);
        }
    }
    results.truncate(limit);
    let query = params.get("q").unwrap_or_default().to_owned();
    Ok(Json(SearchResults { places: places_in(&query), query, number_matched, results }))
}

fn result(snapshot: &Snapshot, feature: &Feature, text: &str) -> SearchResult {
    let layer = snapshot.layer();
    let value = |name: &str| snapshot.position(name).map(|position| feature.value(position));
    let places = ["department", "province", "district"].into_iter().filter(|name| *name != layer.name_field);
    // Who it belongs to, when that is what was found.
    let words = || text.split_whitespace();
    let is_found = |who: &&str| words().any(|word| fold(who).contains(word));
    let who = ["company", "holder"].into_iter().filter_map(|name| value(name)?.as_text()).filter(is_found);
    let context: Vec<_> = places.filter_map(|name| value(name)?.as_text()).chain(who).collect();
    let known = |name: &str| value(name).map_or(Value::Null, Value::from);
    SearchResult {
        layer: &layer.id,
        id: feature.id,
        name: known(&layer.name_field),
        code: known("code"),
        category: layer.category_field.as_deref().map_or(Value::Null, known),
        point: feature.label().map(|point| [point.x(), point.y()]),
        bbox: feature.bbox,
        context: context.join(" · "),
        synthetic: snapshot.source_of(feature).is_some_and(|source| source.synthetic),
    }
}
