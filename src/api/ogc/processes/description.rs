use serde_json::{Value as Json, json};

use crate::{
    analysis::AREA,
    api::{PublicUrl, file::media_type, ogc::link},
    exchange::ExportFormat,
    index::Index,
    model::Access,
};

/// The one process there is.
pub(super) const OVERLAPS: &str = "overlaps";

const EXECUTE: &str = "http://www.opengis.net/def/rel/ogc/1.0/execute";

/// The process as the list tells it.
pub(super) fn summary(url: &PublicUrl) -> Json {
    let own = format!("/ogc/processes/{OVERLAPS}");
    json!({
        "id": OVERLAPS,
        "title": "Overlaps",
        "description": "Which features of two layers lie on, in, at or near one another, or downstream: geodesic and UTM hectares, percentages, class, common border, who came first, conflicts near. Qué elementos de dos capas se cruzan.",
        "version": env!("CARGO_PKG_VERSION"),
        "keywords": ["overlay", "intersection", "hectares"],
        "jobControlOptions": ["sync-execute", "async-execute", "dismiss"],
        "outputTransmission": ["value", "reference"],
        "links": [
            link("self", "application/json", "This process", url.join(&own)),
            link(EXECUTE, "application/json", "Execution", url.join(&format!("{own}/execution"))),
            link("help", "text/html", "The analyst's guide", url.join("/overlaps.html")),
        ],
    })
}

/// The process with its inputs and outputs.
pub(super) fn description(url: &PublicUrl, index: &Index) -> Json {
    let layers: Vec<_> = index.snapshots(Access::Public).map(|snapshot| snapshot.layer().id.clone()).collect();
    let mut described = summary(url);
    described["inputs"] = inputs(&layers);
    let formats = ExportFormat::ALL.iter().map(|format| match format {
        ExportFormat::GeoJson => {
            json!({"type": "object", "contentMediaType": media_type(*format), "format": "geojson-feature-collection"})
        }
        format => json!({"type": "string", "contentEncoding": "binary", "contentMediaType": media_type(*format)}),
    });
    let report = json!({"type": "object", "contentMediaType": "application/json", "required": ["id", "totals", "pairs", "links"]});
    described["outputs"] = json!({OVERLAPS: {
        "title": "The pairs",
        "description": "In application/json totals, sources and the first 100 pairs, with links to the rest; in all other formats every pair, with the shape it shares.",
        "schema": {"oneOf": std::iter::once(report).chain(formats).collect::<Vec<_>>()},
    }});
    described
}

fn inputs(layers: &[String]) -> Json {
    let input = |title: &str, description: &str, schema: Json| json!({"title": title, "description": description, "schema": schema, "minOccurs": 0});
    let of_layer = |title: &str| {
        let names: Vec<_> = layers.iter().map(String::as_str).chain([AREA]).collect();
        json!({"title": title, "description": "A layer, or the area itself", "schema": {"type": "string", "enum": names}})
    };
    let text = json!({"type": "string"});
    let ids = json!({"type": "array", "items": {"type": "integer"}, "maxItems": 10_000});
    json!({
        "a": of_layer("First layer"),
        "b": of_layer("Second layer"),
        "relation": input("Relation", "How the first lies to the second", json!({
            "type": "string",
            "enum": ["intersects", "within", "contains", "touches", "near", "downstream"],
            "default": "intersects",
        })),
        "distance_m": input("Distance", "Of near: geodesic metres at most", json!({"type": "number", "exclusiveMinimum": true, "minimum": 0, "maximum": 100_000})),
        "where_a": input("Filter of the first layer", "CQL2 text; without it, what counts by default", text.clone()),
        "where_b": input("Filter of the second layer", "CQL2 text; without it, what counts by default", text.clone()),
        "ids_a": input("Features of the first layer", "Their numbers", ids.clone()),
        "ids_b": input("Features of the second layer", "Their numbers", ids),
        "area": input("Area", "What of the first layer lies in it counts; in degrees, WGS 84", json!({
            "type": "object", "contentMediaType": "application/geo+json", "format": "geojson-geometry",
        })),
        "area_name": input("Name of the area", "For what is printed", text.clone()),
        "tolerance_m": input("Tolerance", "Narrower overlaps are within tolerance; without it, the accuracy of both sources", json!({"type": "number", "minimum": 0, "maximum": 10_000})),
        "asOf": input("Day", "As it was on this day", json!({"type": "string", "format": "date"})),
        "asKnown": input("Time of knowing", "As it was known then", json!({"type": "string", "format": "date-time"})),
    })
}
