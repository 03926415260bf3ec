//! What a feature was before: its versions, in the names of the OGC's discussion of them (ogcapi-features, 1057).

use std::sync::Arc;

use axum::{
    Json,
    extract::{Path, State},
    http::header,
    response::{IntoResponse, Response},
};
use serde_json::{Value, json};

use crate::{
    api::{
        Problem, PublicUrl, SharedState,
        ogc::{
            GEOJSON, check_format,
            feature_json::{Dialect, FeatureWriter},
            link,
        },
        params::Params,
    },
    crs::CRS84,
    index::Snapshot,
    model::Access,
    store::FeatureVersion,
};

/// `GET /ogc/collections/{layer}/items/{id}/versions`: all versions of a feature, oldest first, the one of now and removals
/// among them.
pub(super) async fn versions(
    State(state): State<SharedState>,
    Path((layer, id)): Path<(String, String)>,
    params: Params,
) -> Result<Response, Problem> {
    let history = History::read(&state, &layer, &id, &params).await?;
    let features = (0..history.versions.len()).map(|at| history.describe(at)).collect::<Result<Vec<_>, _>>()?;
    let document = json!({
        "type": "FeatureCollection",
        "features": features,
        "numberMatched": features.len(),
        "numberReturned": features.len(),
        "links": [
            link("self", GEOJSON, "All versions", history.address()),
            link("latest-version", GEOJSON, "The feature now", history.url.join(&history.item())),
            link("collection", "application/json", "The collection", history.url.join(&format!("/ogc/collections/{layer}"))),
        ],
    });
    Ok(([(header::CONTENT_TYPE, GEOJSON)], Json(document)).into_response())
}

/// `GET /ogc/collections/{layer}/items/{id}/versions/{version}`
pub(super) async fn version(
    State(state): State<SharedState>,
    Path((layer, id, version)): Path<(String, String, String)>,
    params: Params,
) -> Result<Response, Problem> {
    let history = History::read(&state, &layer, &id, &params).await?;
    let number = version.parse().ok();
    let at = history.versions.iter().position(|version| Some(version.version) == number).ok_or_else(|| {
        let last = history.versions.last().map_or(0, |version| version.version);
        Problem::not_found(format!("this feature has no such version; its last is {last}"))
    })?;
    Ok(([(header::CONTENT_TYPE, GEOJSON)], Json(history.describe(at)?)).into_response())
}

struct History {
    snapshot: Arc<Snapshot>,
    url: PublicUrl,
    id: i64,
    /// Oldest first; never none.
    versions: Vec<FeatureVersion>,
}

impl History {
    async fn read(state: &SharedState, layer: &str, id: &str, params: &Params) -> Result<History, Problem> {
        params.allow_only(["f"])?;
        check_format(params)?;
        let snapshot = state.index.snapshot(layer, Access::Public)?;
        let unknown = || Problem::not_found(format!("layer {layer} never had a feature with this id"));
        let digits = id.bytes().all(|b| b.is_ascii_digit());
        let id = id.parse().ok().filter(|_| digits).ok_or_else(unknown)?;
        let versions = state.store.feature_versions(layer, id).await?;
        if versions.is_empty() {
            return Err(unknown());
        }
        Ok(History { snapshot, url: state.public_url.clone(), id, versions })
    }

    /// Path of the feature.
    fn item(&self) -> String {
        format!("/ogc/collections/{}/items/{}", self.snapshot.layer().id, self.id)
    }

    fn address(&self) -> String {
        self.url.join(&format!("{}/versions", self.item()))
    }

    /// A version as a feature, with what is known of it and its links; a removal has no geometry and no properties.
    fn describe(&self, at: usize) -> Result<Value, Problem> {
        let version = &self.versions[at];
        let shown = version.feature.as_ref().and_then(|stored| self.snapshot.read(stored));
        let mut described = match &shown {
            Some(feature) => {
                let mut body = vec![];
                FeatureWriter::new(&self.snapshot, Dialect::GeoJson, &CRS84, None)?.write(&mut body, feature)?;
                body.push(b'}');
                serde_json::from_slice(&body).expect("written as JSON")
            }
            None => json!({"type": "Feature", "id": self.id, "geometry": null, "properties": null}),
        };
        described["version"] = json!(version.version);
        described["removed"] = json!(version.removed);
        described["validFrom"] = json!(version.valid_from);
        described["recordedAt"] = json!(version.recorded_at);
        described["import"] = json!(version.import_id);
        let to = |at: usize, rel: &str, title: &str| {
            link(rel, GEOJSON, title, format!("{}/{}", self.address(), self.versions[at].version))
        };
        let mut links =
            vec![to(at, "self", "This version"), link("version-history", GEOJSON, "All versions", self.address())];
        if at > 0 {
            links.push(to(at - 1, "predecessor-version", "The version before"));
        }
        if at + 1 < self.versions.len() {
            links.push(to(at + 1, "successor-version", "The version after"));
        }
        described["links"] = json!(links);
        Ok(described)
    }
}
