//! What lies on what: pairs of features of two layers, kept under a name that follows from the question.

use std::sync::Arc;

use axum::{
    Json, Router,
    extract::{Path, State},
    http::{HeaderName, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
    routing::{get, post},
};
use bytes::Bytes;
use serde_json::{Value as Json_, json};

use crate::{
    analysis::{Answer, AnswerError, MeasureError, Measurer, OverlapQuestion, QuestionError, Unfinished},
    api::{Problem, SharedState, params::Params},
    exchange::{OverlapsError, write_overlaps_csv, write_overlaps_geojson},
    index::{PastError, Snapshot},
    jobs::{Asked, OverlapJob, OverlapJobError},
    model::{DatumOperation, Source},
};

/// Bytes of a question, an area among it.
const MAX_QUESTION: usize = 4 << 20;
const DEFAULT_LIMIT: usize = 100;
const MAX_LIMIT: usize = 1_000;

/// They may take longer than other requests.
pub(super) fn routes() -> Router<SharedState> {
    Router::new().route("/api/overlaps", post(ask)).route("/api/overlaps/{id}", get(answer).delete(cancel))
}

/// `POST /api/overlaps`: the body is the question. 201 with the answer's first page, or 202 where it takes longer; `Location` has
/// its permanent address.
async fn ask(State(state): State<SharedState>, params: Params, body: Bytes) -> Result<Response, Problem> {
    params.allow_only([])?;
    if body.len() > MAX_QUESTION {
        return Err(Problem::bad_body(format!("a question has at most {} MiB", MAX_QUESTION >> 20)));
    }
    let question: OverlapQuestion =
        serde_json::from_slice(&body).map_err(|error| Problem::bad_body(format!("no question: {error}")))?;
    let answer = match state.overlaps.ask(question).await? {
        Asked::Done(answer) => answer,
        Asked::Running(job) => return Ok(under_way(&state, &job)),
    };
    let id = answer.question.id();
    let page = page(&state, &id, &answer, DEFAULT_LIMIT, 0).await?;
    Ok((StatusCode::CREATED, [location(&state, &id)], Json(page)).into_response())
}

/// `DELETE /api/overlaps/{id}`: 204 when the work was called off.
async fn cancel(State(state): State<SharedState>, Path(id): Path<String>) -> Result<StatusCode, Problem> {
    match state.overlaps.cancel(&id) {
        true => Ok(StatusCode::NO_CONTENT),
        false => Err(Problem::not_found("no question of this name is being worked out")),
    }
}

/// A source, how many features of a layer it has, and how well their places are known.
fn source((source, count): (&Source, usize)) -> Json_ {
    json!({
        "name": source.name,
        "title": {"es": source.title.es, "en": source.title.en},
        "features": count,
        "valid_on": source.valid_on,
        "received_at": source.received_at,
        "file_name": source.file_name,
        "datum_operation": source.datum_operation,
        "accuracy_m": DatumOperation::named_in(&source.datum_operation).map(|operation| operation.accuracy_m),
        "licence": source.licence,
        "synthetic": source.synthetic,
    })
}

fn location(state: &SharedState, id: &str) -> (HeaderName, HeaderValue) {
    let address = state.public_url.join(&format!("/api/overlaps/{id}"));
    (header::LOCATION, HeaderValue::from_str(&address).expect("an address"))
}

/// 202: the answer will be there later.
fn under_way(state: &SharedState, job: &OverlapJob) -> Response {
    let (done, total) = job.progress();
    let address = state.public_url.join(&format!("/api/overlaps/{}", job.id));
    let status = json!({
        "id": job.id,
        "status": if job.is_queued() { "accepted" } else { "running" },
        "done": done,
        "total": total,
        "question": job.question,
        "links": [{"rel": "self", "href": address}],
    });
    let again = (header::RETRY_AFTER, HeaderValue::from_static("1"));
    (StatusCode::ACCEPTED, [location(state, &job.id), again], Json(status)).into_response()
}

/// `GET /api/overlaps/{id}?limit=…&offset=…&f=json|csv|geojson`: the same answer at any time; 202 while it is worked out.
async fn answer(State(state): State<SharedState>, Path(id): Path<String>, params: Params) -> Result<Response, Problem> {
    params.allow_only(["limit", "offset", "f"])?;
    let limit = params.limit(DEFAULT_LIMIT, MAX_LIMIT)?;
    let offset = usize::try_from(params.whole_number("offset")?.unwrap_or(0)).unwrap_or(usize::MAX);
    let answer = match state.overlaps.again(&id).await? {
        Asked::Done(answer) => answer,
        Asked::Running(job) => return Ok(under_way(&state, &job)),
    };
    match params.get("f").unwrap_or("json") {
        "json" => Ok(Json(page(&state, &id, &answer, limit, offset).await?).into_response()),
        "csv" => {
            let write = move |body: &mut Vec<u8>| write_overlaps_csv(body, &answer);
            file("text/csv; charset=utf-8; header=present", "csv", write).await
        }
        "geojson" => {
            // All of them, unless a page is asked for.
            let limit = if params.get("limit").is_some() { limit } else { usize::MAX };
            let write = move |body: &mut Vec<u8>| write_overlaps_geojson(body, &answer, (offset, limit));
            file("application/geo+json", "geojson", write).await
        }
        _ => Err(Problem::bad_parameter("f", "accepted are json, csv and geojson")),
    }
}

async fn page(
    state: &SharedState,
    id: &str,
    answer: &Arc<Answer>,
    limit: usize,
    offset: usize,
) -> Result<Json_, Problem> {
    let of_page = Arc::clone(answer);
    let rows = tokio::task::spawn_blocking(move || {
        let mut measurer = Measurer::of(&of_page);
        let pairs = of_page.pairs.iter().skip(offset).take(limit);
        pairs.map(|pair| Ok(measurer.row(pair)?.0)).collect::<Result<Vec<_>, MeasureError>>()
    });
    let rows = rows.await.map_err(|_| Problem::internal())?.map_err(|error| {
        tracing::error!(%error, "pairs cannot be measured");
        Problem::internal()
    })?;
    let address = state.public_url.join(&format!("/api/overlaps/{id}"));
    let layer = |snapshot: &Snapshot| {
        json!({
            "id": snapshot.layer().id,
            "title": {"es": snapshot.layer().title.es, "en": snapshot.layer().title.en},
            "revision": snapshot.revision(),
            "attribution": snapshot.attribution(),
            "licence": snapshot.licence(),
            "synthetic": snapshot.has_synthetic(),
            "sources": snapshot.source_counts().map(source).collect::<Vec<_>>(),
        })
    };
    let [filter_a, filter_b] = answer.question.filters(&answer.layers);
    let next = (offset + rows.len() < answer.pairs.len())
        .then(|| json!({"rel": "next", "href": format!("{address}?limit={limit}&offset={}", offset + limit)}));
    let link = |rel: &str, format: &str| json!({"rel": rel, "href": format!("{address}?f={format}"), "title": format});
    let links: Vec<_> = [Some(json!({"rel": "self", "href": address})), next]
        .into_iter()
        .flatten()
        .chain([link("alternate", "csv"), link("alternate", "geojson")])
        .collect();
    Ok(json!({
        "id": id,
        "question": answer.question,
        "filters": {"a": filter_a, "b": filter_b},
        "layers": {"a": layer(&answer.layers.a), "b": layer(&answer.layers.b), "conflicts": layer(&answer.layers.conflicts)},
        "totals": answer.totals,
        "number_matched": answer.pairs.len(),
        "number_returned": rows.len(),
        "pairs": rows,
        "links": links,
    }))
}

async fn file(
    media_type: &'static str,
    ending: &str,
    write: impl FnOnce(&mut Vec<u8>) -> Result<(), OverlapsError> + Send + 'static,
) -> Result<Response, Problem> {
    let work = tokio::task::spawn_blocking(move || {
        let mut body = vec![];
        write(&mut body).map(|()| body)
    });
    let body = work.await.map_err(|_| Problem::internal())?.map_err(|error| {
        tracing::error!(%error, "pairs cannot be written");
        Problem::internal()
    })?;
    let name = HeaderValue::from_str(&format!("attachment; filename=\"cruces.{ending}\"")).expect("plain");
    let headers = [(header::CONTENT_TYPE, HeaderValue::from_static(media_type)), (header::CONTENT_DISPOSITION, name)];
    Ok((headers, body).into_response())
}

impl From<Arc<OverlapJobError>> for Problem {
    fn from(error: Arc<OverlapJobError>) -> Problem {
        match &*error {
            OverlapJobError::Unknown => Problem::not_found(error),
            OverlapJobError::Layer { member, error: PastError::Layer(error) } => Problem::bad_parameter(member, error),
            OverlapJobError::Layer { error, .. } => {
                tracing::warn!(%error, "a layer's past cannot be read");
                Problem::unavailable(FROM_THE_DATABASE)
            }
            OverlapJobError::Answer(AnswerError::Question(QuestionError { member, detail })) => {
                Problem::bad_parameter(member, detail)
            }
            OverlapJobError::Answer(AnswerError::Unfinished(Unfinished::Overlay(error))) => (*error).into(),
            OverlapJobError::Answer(AnswerError::Unfinished(Unfinished::Stopped)) => Problem::gone(error),
            OverlapJobError::Answer(AnswerError::Unfinished(Unfinished::TookTooLong)) | OverlapJobError::Busy => {
                Problem::unavailable(error)
            }
            OverlapJobError::Store(error) => {
                tracing::warn!(%error, "questions cannot be kept");
                Problem::unavailable(FROM_THE_DATABASE)
            }
            OverlapJobError::Interrupted => {
                tracing::error!(%error, "a question has no answer");
                Problem::internal()
            }
        }
    }
}

const FROM_THE_DATABASE: &str = "questions are kept in the database, which does not answer now";
