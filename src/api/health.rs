use std::{sync::Arc, time::Duration};

use axum::{
    Json,
    extract::State,
    http::header,
    response::{IntoResponse, Response},
};
use metrics::gauge;
use metrics_exporter_prometheus::PrometheusHandle;
use serde_json::json;

use crate::{
    api::Problem,
    index::{Failure, Index},
    model::Access,
};

/// How long the index may go without hearing from the database before the node takes itself out of rotation.
const MAX_SILENCE: Duration = Duration::from_secs(10);

/// `GET /livez`: the process answers.
pub(super) async fn livez() -> &'static str {
    "ok\n"
}

/// `GET /readyz`: 200 while the snapshots follow the database, else 503. Reads are answered either way.
pub(super) async fn readyz(State(index): State<Arc<Index>>) -> Response {
    let freshness = index.freshness();
    let silence = freshness.checked.elapsed();
    let since = |trouble: String| {
        Problem::unavailable(format!("{trouble}; answers are those of {:.0}", freshness.checked_at)).into_response()
    };
    match freshness.failure {
        Some(Failure::Layer(layer)) => return since(format!("the snapshot of layer {layer} cannot be built")),
        _ if silence > MAX_SILENCE => {
            return since(format!("the database has not answered for {} s", silence.as_secs()));
        }
        _ => {}
    }
    let revision: i64 = index.snapshots(Access::Public).map(|snapshot| snapshot.revision()).sum();
    Json(json!({"status": "ready", "revision": revision, "checked_at": freshness.checked_at})).into_response()
}

/// `GET /metrics`: figures in Prometheus' text format.
pub(super) async fn metrics(State(index): State<Arc<Index>>, State(handle): State<PrometheusHandle>) -> Response {
    for snapshot in index.snapshots(Access::Public) {
        let layer = snapshot.layer().id.as_str();
        #[expect(clippy::cast_precision_loss, reason = "counts stay far below 2^53")]
        let (count, revision) = (snapshot.features().len() as f64, snapshot.revision() as f64);
        gauge!("rimay_layer_features", "layer" => layer).set(count);
        #[expect(clippy::cast_precision_loss, reason = "counts stay far below 2^53")]
        gauge!("rimay_layer_unreadable_features", "layer" => layer).set(snapshot.unreadable() as f64);
        gauge!("rimay_layer_revision", "layer" => layer).set(revision);
    }
    gauge!("rimay_index_silence_seconds").set(index.freshness().checked.elapsed().as_secs_f64());
    ([(header::CONTENT_TYPE, "text/plain; version=0.0.4")], handle.render()).into_response()
}
