use axum::{Json, extract::State};
use jiff::Timestamp;
use serde::Serialize;

use crate::{
    api::{Problem, SharedState, basemap::BasemapDocument, params::Params, tiles},
    index::Snapshot,
    model::{Access, Bbox, Code, FieldType, GeometryKind, Source, Style, Text},
};

/// All layers with what a map and a form need to show them.
#[derive(Serialize)]
pub(super) struct CatalogueDocument {
    name: &'static str,
    version: &'static str,
    /// Changes to all layers together: differs whenever any layer differs.
    revision: i64,
    updated_at: Option<Timestamp>,
    layers: Vec<LayerDocument>,
    /// What lies under them, where it is not our own.
    basemap: Option<BasemapDocument>,
}

#[derive(Serialize)]
struct LayerDocument {
    id: &'static str,
    title: &'static Text,
    description: &'static Text,
    geometry: GeometryKind,
    name_field: &'static str,
    category_field: Option<&'static str>,
    list_fields: &'static [String],
    visible: bool,
    min_zoom: u8,
    fields: Vec<FieldDocument>,
    style: &'static Style,
    count: usize,
    bbox: Option<Bbox>,
    revision: i64,
    updated_at: Option<Timestamp>,
    /// Path of its vector tiles, with places for zoom, column and row.
    tiles: String,
    sources: Vec<SourceDocument>,
}

#[derive(Serialize)]
struct FieldDocument {
    name: &'static str,
    title: &'static Text,
    #[serde(rename = "type")]
    kind: FieldType,
    unit: Option<&'static str>,
    codes: &'static [Code],
}

/// Where features came from and what may be done with them.
#[derive(Serialize)]
pub(super) struct SourceDocument {
    preset: String,
    source: Text,
    licence: String,
    attribution: String,
    demonstration: bool,
    synthetic: bool,
    count: usize,
    /// Day the data is of, where that is known.
    valid_on: Option<String>,
    received_at: Timestamp,
    file_name: String,
}

impl SourceDocument {
    fn new((source, count): (&Source, usize)) -> SourceDocument {
        SourceDocument {
            preset: source.name.clone(),
            source: source.title.clone(),
            licence: source.licence.clone(),
            attribution: source.attribution.clone(),
            demonstration: source.demonstration,
            synthetic: source.synthetic,
            count,
            valid_on: source.valid_on.map(|day| day.to_string()),
            received_at: source.received_at,
            file_name: source.file_name.clone(),
        }
    }
}

/// `GET /api/catalogue`
pub(super) async fn catalogue(
    State(state): State<SharedState>,
    params: Params,
) -> Result<Json<CatalogueDocument>, Problem> {
    params.allow_only([])?;
    let snapshots: Vec<_> = state.index.snapshots(Access::Public).collect();
    Ok(Json(CatalogueDocument {
        name: "Rimay",
        version: env!("CARGO_PKG_VERSION"),
        revision: snapshots.iter().map(|snapshot| snapshot.revision()).sum(),
        updated_at: snapshots.iter().filter_map(|snapshot| snapshot.changed_at()).max(),
        layers: snapshots.iter().map(|snapshot| layer_document(snapshot)).collect(),
        basemap: state.basemap.document(),
    }))
}

fn layer_document(snapshot: &Snapshot) -> LayerDocument {
    let layer = snapshot.layer();
    LayerDocument {
        id: &layer.id,
        title: &layer.title,
        description: &layer.description,
        geometry: layer.geometry,
        name_field: &layer.name_field,
        category_field: layer.category_field.as_deref(),
        list_fields: &layer.list_fields,
        visible: layer.visible,
        min_zoom: layer.min_zoom,
        fields: snapshot
            .fields()
            .iter()
            .map(|field| FieldDocument {
                name: &field.name,
                title: &field.title,
                kind: field.kind,
                unit: field.unit.as_deref(),
                codes: &field.codes,
            })
            .collect(),
        style: &layer.style,
        count: snapshot.features().len(),
        bbox: snapshot.extent(),
        revision: snapshot.revision(),
        updated_at: snapshot.changed_at(),
        tiles: tiles::template(snapshot),
        sources: snapshot.source_counts().map(SourceDocument::new).collect(),
    }
}
