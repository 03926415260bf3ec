//! What lies on what: pairs of features of two layers, kept under a name that follows from the question.

use std::{fs::File, str::FromStr, sync::Arc};

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
    analysis::{
        Answer, AnswerError, MeasureError, Measurer, OverlapQuestion, PairOrder, QuestionError, TotalsBy, TotalsError,
        Unfinished, Work,
    },
    api::{
        Problem, SharedState,
        file::{file_name, media_type, send},
        params::Params,
    },
    exchange::{
        ExchangeError, ExportFormat, OverlapsError, write_overlaps_csv, write_overlaps_file, write_overlaps_geojson,
    },
    index::{PastError, Snapshot, TookTooLong},
    jobs::{Asked, OverlapJob, OverlapJobError},
    model::{Access, DatumOperation, GeometryKind, Source},
};

/// Bytes of a question, an area among it.
const MAX_QUESTION: usize = 4 << 20;
const DEFAULT_LIMIT: usize = 100;
const MAX_LIMIT: usize = 1_000;

/// They may take longer than other requests.
pub(super) fn routes() -> Router<SharedState> {
    Router::new()
        .route("/api/overlaps", post(ask))
        .route("/api/overlaps/{id}", get(answer).delete(cancel))
        .route("/api/overlaps/{id}/totals", get(totals))
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
    let page = page(&state, &id, &answer, &Part::default()).await?;
    Ok((StatusCode::CREATED, [location(&state, &id), took(&answer)], Json(page)).into_response())
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

/// How long the answer took to be worked out, when it was.
fn took(answer: &Answer) -> (HeaderName, HeaderValue) {
    let value = format!("overlaps;dur={:.3}", answer.took.as_secs_f64() * 1000.0);
    (HeaderName::from_static("server-timing"), HeaderValue::from_str(&value).expect("a plain number"))
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

/// Which pairs of an answer a page shows.
struct Part {
    order: PairOrder,
    descending: bool,
    offset: usize,
    limit: usize,
}

impl Default for Part {
    fn default() -> Part {
        Part { order: PairOrder::Area, descending: true, offset: 0, limit: DEFAULT_LIMIT }
    }
}

impl Part {
    fn of(params: &Params) -> Result<Part, Problem> {
        let sort = params.get("sort").unwrap_or("-geodesic_ha");
        let (descending, name) = sort.strip_prefix('-').map_or((false, sort), |name| (true, name));
        let Some((_, order)) = PairOrder::ALL.iter().find(|(own, _)| *own == name) else {
            let known: Vec<_> = PairOrder::ALL.iter().map(|(name, _)| *name).collect();
            let detail = format!("accepted are {}, with - before it from the greatest down", known.join(", "));
            return Err(Problem::bad_parameter("sort", detail));
        };
        Ok(Part {
            order: *order,
            descending,
            offset: usize::try_from(params.whole_number("offset")?.unwrap_or(0)).unwrap_or(usize::MAX),
            limit: params.limit(DEFAULT_LIMIT, MAX_LIMIT)?,
        })
    }

    /// The query of the next page, after so many.
    fn next(&self, shown: usize) -> String {
        let sort = PairOrder::ALL.iter().find(|(_, own)| *own == self.order).map_or("", |(name, _)| name);
        let sign = if self.descending { "-" } else { "" };
        format!("sort={sign}{sort}&limit={}&offset={}", self.limit, self.offset + shown)
    }
}

/// `GET /api/overlaps/{id}?limit=…&offset=…&sort=…&f=…`: the same answer at any time; 202 while it is worked out. Files hold all
/// pairs; GeoJSON may be asked for by pages.
async fn answer(State(state): State<SharedState>, Path(id): Path<String>, params: Params) -> Result<Response, Problem> {
    params.allow_only(["limit", "offset", "sort", "f"])?;
    let part = Part::of(&params)?;
    let format = params.get("f").unwrap_or("json");
    let file_format = ExportFormat::from_str(format).ok();
    if format != "json" && file_format.is_none() {
        return Err(Problem::bad_parameter("f", format!("accepted are json, {}", ExportFormat::names())));
    }
    let answer = match state.overlaps.again(&id).await? {
        Asked::Done(answer) => answer,
        Asked::Running(job) => return Ok(under_way(&state, &job)),
    };
    let is_paged = params.get("limit").is_some();
    match file_format {
        None => Ok(([took(&answer)], Json(page(&state, &id, &answer, &part).await?)).into_response()),
        Some(ExportFormat::Csv) => {
            let write = move |body: &mut Vec<u8>| write_overlaps_csv(body, &answer);
            in_memory("text/csv; charset=utf-8; header=present", "csv", write).await
        }
        Some(ExportFormat::GeoJson) => {
            let limit = if is_paged { part.limit } else { usize::MAX };
            let Part { order, descending, .. } = part;
            let write = move |body: &mut Vec<u8>| {
                write_overlaps_geojson(body, &answer, &answer.sorted(order, descending), (part.offset, limit))
            };
            in_memory("application/geo+json", "geojson", write).await
        }
        Some(format) => file(answer, format).await,
    }
}

/// `GET /api/overlaps/{id}/totals?by=…`: what the pairs come to by groups.
async fn totals(State(state): State<SharedState>, Path(id): Path<String>, params: Params) -> Result<Response, Problem> {
    params.allow_only(["by"])?;
    let expected = "expected a. or b. and the name of a field of that layer, or the name of a layer of areas";
    let by = params.get("by").ok_or_else(|| Problem::bad_parameter("by", expected))?.to_owned();
    let answer = match state.overlaps.again(&id).await? {
        Asked::Done(answer) => answer,
        Asked::Running(job) => return Ok(under_way(&state, &job)),
    };
    let areas = match by.split_once('.') {
        Some(("a" | "b", _)) => None,
        _ => {
            let moment = answer.question.moment()?;
            let unknown = |_| Problem::bad_parameter("by", expected);
            let layer = state.index.snapshot(&by, Access::Public).map_err(unknown)?.layer();
            if layer.geometry != GeometryKind::Polygon {
                return Err(Problem::bad_parameter("by", expected));
            }
            Some(state.snapshot(&by, moment).await?)
        }
    };
    let asked = by.clone();
    let groups = state.heavy.run(move |deadline| {
        let by = match (asked.split_once('.'), &areas) {
            (Some(("a", field)), _) => TotalsBy::A(field),
            (Some((_, field)), None) => TotalsBy::B(field),
            (_, Some(areas)) => TotalsBy::Areas(areas),
            (None, None) => return Err(Problem::bad_parameter("by", expected)),
        };
        Ok(answer.totals_by(by, &Work::until(deadline))?)
    });
    Ok(Json(json!({"id": id, "by": by, "groups": groups.await?})).into_response())
}

async fn page(state: &SharedState, id: &str, answer: &Arc<Answer>, part: &Part) -> Result<Json_, Problem> {
    let of_page = Arc::clone(answer);
    let Part { order, descending, offset, limit } = *part;
    let rows = tokio::task::spawn_blocking(move || {
        let mut measurer = Measurer::of(&of_page);
        let sorted = of_page.sorted(order, descending);
        let pairs = sorted.into_iter().skip(offset).take(limit);
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
        .then(|| json!({"rel": "next", "href": format!("{address}?{}", part.next(rows.len()))}));
    let file = |format: &ExportFormat| {
        let name = format.name();
        json!({"rel": "alternate", "href": format!("{address}?f={name}"), "type": media_type(*format), "title": name})
    };
    let links: Vec<_> = [Some(json!({"rel": "self", "href": address})), next]
        .into_iter()
        .flatten()
        .chain(ExportFormat::ALL.iter().map(file))
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

async fn in_memory(
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

async fn file(answer: Arc<Answer>, format: ExportFormat) -> Result<Response, Problem> {
    let name = file_name("cruces", format);
    let called = name.clone();
    let work = tokio::task::spawn_blocking(move || {
        let folder = tempfile::tempdir().map_err(ExchangeError::scratch)?;
        let path = folder.path().join(called);
        write_overlaps_file(&path, format, &answer, false)?;
        // The folder goes; what is open stays until it is read.
        File::open(&path).map_err(ExchangeError::scratch)
    });
    let written = work.await.map_err(|_| Problem::internal())?.map_err(|error| {
        tracing::error!(%error, "pairs cannot be written");
        Problem::internal()
    })?;
    Ok(send(written, &name, format))
}

impl From<QuestionError> for Problem {
    fn from(QuestionError { member, detail }: QuestionError) -> Problem {
        Problem::bad_parameter(member, detail)
    }
}

impl From<TotalsError> for Problem {
    fn from(error: TotalsError) -> Problem {
        match error {
            TotalsError::Unfinished(Unfinished::Overlay(error)) => error.into(),
            TotalsError::Unfinished(_) => TookTooLong.into(),
            error => Problem::bad_parameter("by", error),
        }
    }
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
            OverlapJobError::Answer(AnswerError::Unfinished(Unfinished::TooMany)) => Problem::bad_body(error),
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
