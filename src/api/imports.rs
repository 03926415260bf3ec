//! Files in over HTTP: sent, examined, looked at, committed or given up; and the vintages that came of it.

use std::{collections::BTreeMap, convert::Infallible, time::Duration};

use axum::{
    Json, Router,
    body::Body,
    extract::{Path, State},
    http::{HeaderValue, StatusCode, header},
    response::{
        IntoResponse, Response, Sse,
        sse::{Event, KeepAlive},
    },
    routing::{get, post},
};
use futures_util::{Stream, StreamExt, stream};
use serde_json::{Value as Json_, json};

use crate::{
    api::{Problem, SharedState, params::Params, token::Editor},
    jobs::{ImportOptions, JobState, JobStatus, Upload},
    model::{Access, Catalogue},
    store::RolledBack,
};

/// A client that sends nothing of its file for so long is let go.
const SILENCE: Duration = Duration::from_secs(30);
/// How long sending a file may take in all.
const UPLOAD_TIME: Duration = Duration::from_secs(30 * 60);
/// Parameters that say how a file is read and what is said of it: the flags of `rimay import`.
pub(super) const OPTIONS: [&str; 14] = [
    "layer",
    "preset",
    "source-crs",
    "operation",
    "encoding",
    "source-layer",
    "columns",
    "mapping",
    "source",
    "licence",
    "attribution",
    "valid-on",
    "allow-outside",
    "overwrite-edits",
];

/// Resources that answer at once.
pub(super) fn routes() -> Router<SharedState> {
    Router::new()
        .route("/api/imports/{id}", get(job).delete(cancel))
        .route("/api/imports/{id}/events", get(events))
        .route("/api/imports/{id}/changes", get(changes))
        .route("/api/imports/{id}/examine", post(examine))
        .route("/api/imports/{id}/commit", post(commit))
        .route("/api/vintages", get(vintages))
}

/// What may take longer than other requests: sending a large file, taking a large vintage back.
pub(super) fn uploads() -> Router<SharedState> {
    Router::new().route("/api/imports", get(jobs).post(create)).route("/api/vintages/{id}/rollback", post(roll_back))
}

/// `POST /api/imports?layer=…&file=NAME`: the body is the file. 202 with the job, which examines it and keeps nothing.
async fn create(_: Editor, State(state): State<SharedState>, params: Params, body: Body) -> Result<Response, Problem> {
    params.allow_only(OPTIONS.into_iter().chain(["file"]))?;
    let options = options(&state, &params).await?;
    Catalogue::built_in().layer(&options.layer).map_err(|error| Problem::bad_parameter("layer", error))?;
    let name = params.get("file").unwrap_or_default();
    let mut upload = Upload::begin(name).await?;
    let receive = async {
        let mut body = body.into_data_stream();
        loop {
            match tokio::time::timeout(SILENCE, body.next()).await {
                Ok(Some(Ok(bytes))) => upload.write(&bytes).await?,
                Ok(None) => return Ok(upload),
                Ok(Some(Err(_))) => return Err(Problem::bad_body("the file broke off")),
                Err(_) => return Err(Problem::bad_body("nothing more of the file came for 30 s")),
            }
        }
    };
    let received = tokio::time::timeout(UPLOAD_TIME, receive).await;
    let upload = received.map_err(|_| Problem::bad_body("the file took longer than 30 minutes"))??;
    let job = state.imports.begin(upload, options).await?;
    Ok(accepted(&state, &job.status()))
}

/// `GET /api/imports`: those of this node, the oldest first.
async fn jobs(_: Editor, State(state): State<SharedState>) -> Json<Json_> {
    Json(json!({"imports": state.imports.all()}))
}

/// `GET /api/imports/{id}`
async fn job(_: Editor, State(state): State<SharedState>, Path(id): Path<String>) -> Result<Json<JobStatus>, Problem> {
    Ok(Json(state.imports.job(&id)?.status()))
}

/// `GET /api/imports/{id}/events`: its status now and whenever it changes, as server-sent events, until it rests.
async fn events(
    _: Editor,
    State(state): State<SharedState>,
    Path(id): Path<String>,
) -> Result<Sse<impl Stream<Item = Result<Event, Infallible>>>, Problem> {
    let mut status = state.imports.job(&id)?.watch();
    status.mark_changed();
    let told = stream::unfold(Some(status), |status| async {
        let mut status = status?;
        status.changed().await.ok()?;
        let now = status.borrow_and_update().clone();
        let event = Event::default().event("status").json_data(&now).expect("plain data");
        Some((Ok(event), (!is_at_rest(now.state)).then_some(status)))
    });
    Ok(Sse::new(told).keep_alive(KeepAlive::default()))
}

/// `GET /api/imports/{id}/changes`: what it does to each feature, as GeoJSON.
async fn changes(_: Editor, State(state): State<SharedState>, Path(id): Path<String>) -> Result<Response, Problem> {
    let job = state.imports.job(&id)?;
    let body = tokio::fs::read(job.changes()).await;
    let body = body.map_err(|_| Problem::conflict("the import is not examined; there are no changes to tell"))?;
    let mut response = body.into_response();
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/geo+json"));
    Ok(response)
}

/// `POST /api/imports/{id}/examine?layer=…`: the same file once more, otherwise.
async fn examine(
    _: Editor,
    State(state): State<SharedState>,
    Path(id): Path<String>,
    params: Params,
) -> Result<Response, Problem> {
    params.allow_only(OPTIONS)?;
    let job = state.imports.examine(&id, options(&state, &params).await?)?;
    Ok(accepted(&state, &job.status()))
}

/// `POST /api/imports/{id}/commit`: does what was examined; 409 where it is not examined.
async fn commit(editor: Editor, State(state): State<SharedState>, Path(id): Path<String>) -> Result<Response, Problem> {
    let job = state.imports.commit(&id, editor.account)?;
    Ok(accepted(&state, &job.status()))
}

/// `DELETE /api/imports/{id}`: gives it up; what was committed stays.
async fn cancel(_: Editor, State(state): State<SharedState>, Path(id): Path<String>) -> Result<StatusCode, Problem> {
    state.imports.cancel(&id)?;
    Ok(StatusCode::NO_CONTENT)
}

/// `GET /api/vintages?layer=…&source=…`: what was imported, the newest first. Who took it in, and its report, are not for all.
async fn vintages(State(state): State<SharedState>, params: Params) -> Result<Json<Json_>, Problem> {
    params.allow_only(["layer", "source"])?;
    if let Some(layer) = params.get("layer") {
        state.index.snapshot(layer, Access::Public).map_err(|error| Problem::bad_parameter("layer", error))?;
    }
    let vintages = state.store.vintages(params.get("layer"), params.get("source"), false).await?;
    let told = vintages.iter().map(|vintage| {
        json!({
            "id": vintage.id,
            "layer": vintage.layer,
            "source": vintage.source,
            "valid_on": vintage.valid_on,
            "received_at": vintage.received_at,
            "rolled_back_at": vintage.rolled_back_at,
            "licence": vintage.licence,
            "attribution": vintage.attribution,
            "datum_operation": vintage.datum_operation,
            "demonstration": vintage.demonstration,
            "merge": vintage.report["merge"],
        })
    });
    Ok(Json(json!({"vintages": told.collect::<Vec<_>>()})))
}

/// `POST /api/vintages/{id}/rollback`: takes the newest vintage of its source back.
async fn roll_back(
    editor: Editor,
    State(state): State<SharedState>,
    Path(id): Path<String>,
) -> Result<Json<RolledBack>, Problem> {
    let id = id.parse().map_err(|_| Problem::not_found("there is no import with this id"))?;
    Ok(Json(state.store.roll_back(id, editor.account.as_deref()).await?))
}

fn accepted(state: &SharedState, status: &JobStatus) -> Response {
    let address = state.public_url.join(&format!("/api/imports/{}", status.id));
    let location = HeaderValue::from_str(&address).expect("an address");
    (StatusCode::ACCEPTED, [(header::LOCATION, location)], Json(status)).into_response()
}

fn is_at_rest(state: JobState) -> bool {
    matches!(state, JobState::Examined | JobState::Committed | JobState::Failed | JobState::Cancelled)
}

pub(super) async fn options(state: &SharedState, params: &Params) -> Result<ImportOptions, Problem> {
    let text = |name: &str| params.get(name).filter(|text| !text.is_empty()).map(str::to_owned);
    let epsg = |name: &'static str| {
        let code = text(name).map(|text| text.strip_prefix("EPSG:").unwrap_or(&text).parse());
        code.transpose().map_err(|_| Problem::bad_parameter(name, "expected EPSG:n, such as EPSG:32718"))
    };
    let day = text("valid-on").map(|day| crate::model::Moment::parse_day(&day)).transpose();
    let layer = text("layer").ok_or_else(|| Problem::bad_parameter("layer", "say the layer it goes into"))?;
    let mut columns = text("columns").map_or(Ok(BTreeMap::new()), |told| {
        let expected = r#"expected a JSON object of fields and their columns, such as {"name":"NOMBRE"}"#;
        serde_json::from_str(&told).map_err(|_| Problem::bad_parameter("columns", expected))
    })?;
    if let Some(name) = text("mapping") {
        state.store.add_column_mapping(&layer, &name, &mut columns).await?;
    }
    Ok(ImportOptions {
        layer,
        preset: text("preset"),
        source_crs: epsg("source-crs")?,
        operation: epsg("operation")?,
        encoding: text("encoding"),
        source_layer: text("source-layer"),
        columns,
        source: text("source"),
        licence: text("licence"),
        attribution: text("attribution"),
        valid_on: day.map_err(|error| Problem::bad_parameter("valid-on", error))?,
        allow_outside: params.truth("allow-outside")?,
        overwrite_edits: params.truth("overwrite-edits")?,
    })
}
