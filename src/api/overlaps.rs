//! What lies on what: pairs of features of two layers, kept under a name that follows from the question.

use std::{
    fs::File,
    io::{BufWriter, Write},
    str::FromStr,
    sync::Arc,
};

use axum::{
    Json, Router,
    body::Bytes,
    extract::{DefaultBodyLimit, Path, State},
    http::{HeaderName, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
    routing::{get, post},
};
use serde::de::DeserializeOwned;
use serde_json::{Value as Json_, json};

use crate::{
    analysis::{
        Answer, AnswerError, MeasureError, Measurer, OverlapQuestion, PairOrder, QuestionError, TotalsBy, TotalsError,
        Unfinished,
    },
    api::{
        Problem, SharedState,
        body::WholeBody,
        file::{file_name, media_type, send},
        params::Params,
    },
    exchange::{ExportFormat, OverlapsError, write_overlaps_csv, write_overlaps_file, write_overlaps_geojson},
    index::{PastError, Snapshot},
    jobs::{Asked, OverlapJob, OverlapJobError},
    model::{Access, GeometryKind, Layer, Source},
};

/// Bytes of a question, an area among it: of one with too many corners it is told how many are taken.
pub(super) const MAX_QUESTION: usize = 12 << 20;
/// Of fewer bytes a body is read at once.
const SMALL: usize = 64 << 10;
/// Of fewer pairs a file is soon written.
const FEW_PAIRS: usize = 20_000;
const DEFAULT_LIMIT: usize = 100;
const MAX_LIMIT: usize = 1_000;

/// They may take longer than other requests.
pub(super) fn routes() -> Router<SharedState> {
    Router::new()
        .route("/api/overlaps", post(ask))
        .route("/api/overlaps/{id}", get(answer).delete(cancel))
        .route("/api/overlaps/{id}/covered", get(covered))
        .route("/api/overlaps/{id}/totals", get(totals))
        .layer(DefaultBodyLimit::max(MAX_QUESTION))
}

/// `POST /api/overlaps`: the body is the question. 201 with the answer's first page, or 202 where it takes longer; `Location` has
/// its permanent address.
async fn ask(
    State(state): State<SharedState>,
    params: Params,
    WholeBody(body): WholeBody,
) -> Result<Response, Problem> {
    params.allow_only([])?;
    let question: OverlapQuestion = parse(&state, body, "a question").await?;
    let answer = match state.overlaps.ask(question).await? {
        Asked::Done(answer) => answer,
        Asked::Running(job) => return Ok(under_way(&state, &job, "")),
    };
    let id = answer.id.clone();
    let page = page(&state, &answer, Part::default()).await?;
    Ok((StatusCode::CREATED, [location(&state, &id, ""), took(&answer)], Json(page)).into_response())
}

/// Reads a body, off the async threads where it is large.
pub(super) async fn parse<T: DeserializeOwned + Send + 'static>(
    state: &SharedState,
    body: Bytes,
    expected: &'static str,
) -> Result<T, Problem> {
    let is_small = body.len() < SMALL;
    let read = move || {
        serde_json::from_slice(&body)
            .map_err(|error| Problem::bad_body(format!("expected {expected} in JSON: {error}")))
    };
    if is_small { read() } else { state.heavy.draw(read).await? }
}

/// `DELETE /api/overlaps/{id}`: 204 when the work was called off.
async fn cancel(State(state): State<SharedState>, Path(id): Path<String>) -> Result<StatusCode, Problem> {
    match state.overlaps.cancel(&id) {
        true => Ok(StatusCode::NO_CONTENT),
        false => Err(Problem::not_found("no question of this name is being worked out")),
    }
}

/// A source, how many features of a layer it has, and how well their places are known.
fn source(layer: &Layer, source: &Source, count: usize) -> Json_ {
    json!({
        "name": source.name,
        "title": {"es": source.title.es, "en": source.title.en},
        "features": count,
        "valid_on": source.valid_on,
        "received_at": source.received_at,
        "file_name": source.file_name,
        "datum_operation": source.datum_operation,
        "accuracy_m": source.accuracy_m(layer),
        "licence": source.licence,
        "synthetic": source.synthetic,
    })
}

/// Of what belongs to an answer, or of the answer itself.
fn location(state: &SharedState, id: &str, part: &str) -> (HeaderName, HeaderValue) {
    let address = state.public_url.join(&format!("/api/overlaps/{id}{part}"));
    (header::LOCATION, HeaderValue::from_str(&address).expect("an address"))
}

/// How long the answer took to be worked out, when it was.
fn took(answer: &Answer) -> (HeaderName, HeaderValue) {
    let value = format!("overlaps;dur={:.3}", answer.took.as_secs_f64() * 1000.0);
    (HeaderName::from_static("server-timing"), HeaderValue::from_str(&value).expect("a plain number"))
}

/// 202: this part of the answer will be there later.
fn under_way(state: &SharedState, job: &OverlapJob, part: &str) -> Response {
    let (done, total) = job.progress();
    let address = state.public_url.join(&format!("/api/overlaps/{}{part}", job.id()));
    let status = json!({
        "id": job.id(),
        "status": if job.is_queued() { "accepted" } else { "running" },
        "done": done,
        "total": total,
        "links": [{"rel": "self", "href": address}],
    });
    let again = (header::RETRY_AFTER, HeaderValue::from_static("1"));
    (StatusCode::ACCEPTED, [location(state, job.id(), part), again], Json(status)).into_response()
}

/// Which pairs of an answer a page shows.
pub(super) struct Part {
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
    let asked = state.overlaps.again(&id).await?;
    let answer = match asked {
        Asked::Done(answer) => answer,
        // Who wants a file takes whatever comes for one.
        asked if file_format.is_some() => state.overlaps.to_the_end(asked).await?,
        Asked::Running(job) => return Ok(under_way(&state, &job, "")),
    };
    let Some(format) = file_format else {
        return Ok(([took(&answer)], Json(page(&state, &answer, part).await?)).into_response());
    };
    let limit = if params.get("limit").is_some() { part.limit } else { usize::MAX };
    let name = file_name("cruces", format);
    let written = file(&state, &answer, format, part, limit, ("", "")).await?;
    Ok(send(written, &name, format))
}

/// Pairs as a file: in GeoJSON so many of the part, between what comes before and after it; otherwise all.
pub(super) async fn file(
    state: &SharedState,
    answer: &Arc<Answer>,
    format: ExportFormat,
    part: Part,
    limit: usize,
    around: (&'static str, &'static str),
) -> Result<File, Problem> {
    let answer = Arc::clone(answer);
    let few = answer.pairs.len() <= FEW_PAIRS;
    let write = move |go_on: &dyn Fn() -> bool| {
        write_file(format, &answer, (&part, limit), around, go_on).map_err(|error| {
            if go_on() {
                tracing::error!(%error, "pairs cannot be written");
            }
            Problem::internal()
        })
    };
    if few {
        return state.heavy.draw(move || write(&|| true)).await?;
    }
    state.heavy.run_long(move |wanted| write(&|| wanted.is_wanted())).await
}

/// Writes pairs to a file that goes with its reader.
fn write_file(
    format: ExportFormat,
    answer: &Answer,
    (part, limit): (&Part, usize),
    (before, after): (&str, &str),
    go_on: &dyn Fn() -> bool,
) -> Result<File, OverlapsError> {
    let folder = tempfile::tempdir()?;
    let path = folder.path().join(file_name("cruces", format));
    match format {
        ExportFormat::Csv => {
            let mut out = BufWriter::new(File::create(&path)?);
            write_overlaps_csv(&mut out, answer, go_on)?;
            out.flush()?;
        }
        ExportFormat::GeoJson => {
            let mut out = BufWriter::new(File::create(&path)?);
            let sorted = answer.sorted(part.order, part.descending);
            out.write_all(before.as_bytes())?;
            write_overlaps_geojson(&mut out, answer, &sorted, (part.offset, limit), go_on)?;
            out.write_all(after.as_bytes())?;
            out.flush()?;
        }
        format => _ = write_overlaps_file(&path, format, answer, false, go_on)?,
    }
    // The folder goes; what is open stays until it is read.
    Ok(File::open(&path)?)
}

/// `GET /api/overlaps/{id}/covered`: the area that all pairs cover together; 202 while it is worked out.
async fn covered(
    State(state): State<SharedState>,
    Path(id): Path<String>,
    params: Params,
) -> Result<Response, Problem> {
    params.allow_only([])?;
    let answer = match state.overlaps.again(&id).await? {
        Asked::Done(answer) => answer,
        Asked::Running(job) => return Ok(under_way(&state, &job, "/covered")),
    };
    match state.overlaps.covered_ha(&answer).await? {
        Asked::Done(covered_ha) => Ok(Json(json!({"id": id, "covered_ha": covered_ha})).into_response()),
        Asked::Running(job) => Ok(under_way(&state, &job, "/covered")),
    }
}

/// `GET /api/overlaps/{id}/totals?by=…`: what the pairs come to by groups; 202 while it is worked out.
async fn totals(State(state): State<SharedState>, Path(id): Path<String>, params: Params) -> Result<Response, Problem> {
    params.allow_only(["by"])?;
    let expected = "expected a. or b. and the name of a field of that layer, or the name of a layer of areas";
    let name = params.get("by").ok_or_else(|| Problem::bad_parameter("by", expected))?;
    let query: String = form_urlencoded::Serializer::new("/totals?".to_owned()).append_pair("by", name).finish();
    let answer = match state.overlaps.again(&id).await? {
        Asked::Done(answer) => answer,
        Asked::Running(job) => return Ok(under_way(&state, &job, &query)),
    };
    let by = match name.split_once('.') {
        Some(("a", field)) => TotalsBy::A(field.to_owned()),
        Some(("b", field)) => TotalsBy::B(field.to_owned()),
        _ => {
            let moment = answer.question.moment()?;
            let unknown = |_| Problem::bad_parameter("by", expected);
            let layer = state.index.snapshot(name, Access::Public).map_err(unknown)?.layer();
            if layer.geometry != GeometryKind::Polygon {
                return Err(Problem::bad_parameter("by", expected));
            }
            TotalsBy::Areas(state.snapshot(name, moment).await?)
        }
    };
    match state.overlaps.totals(&answer, name, by).await? {
        Asked::Done(groups) => Ok(Json(json!({"id": id, "by": name, "groups": *groups})).into_response()),
        Asked::Running(job) => Ok(under_way(&state, &job, &query)),
    }
}

/// The report of an answer, with the pairs of a part.
pub(super) async fn page(state: &SharedState, answer: &Arc<Answer>, part: Part) -> Result<Json_, Problem> {
    let (answer, address) = (Arc::clone(answer), state.public_url.join(&format!("/api/overlaps/{}", answer.id)));
    let told = match answer.is_soon_measured() {
        true => report(&answer, &address, &part),
        false => state.heavy.draw(move || report(&answer, &address, &part)).await?,
    };
    told.map_err(|error| {
        tracing::error!(%error, "pairs cannot be measured");
        Problem::internal()
    })
}

fn report(answer: &Answer, address: &str, part: &Part) -> Result<Json_, MeasureError> {
    let mut measurer = Measurer::of(answer);
    let pairs = answer.sorted(part.order, part.descending).into_iter().skip(part.offset).take(part.limit);
    let rows = pairs.map(|pair| Ok(measurer.row(pair)?.0)).collect::<Result<Vec<_>, MeasureError>>()?;
    let layer = |snapshot: &Snapshot| {
        json!({
            "id": snapshot.layer().id,
            "title": {"es": snapshot.layer().title.es, "en": snapshot.layer().title.en},
            "revision": snapshot.revision(),
            "attribution": snapshot.attribution(),
            "licence": snapshot.licence(),
            "synthetic": snapshot.has_synthetic(),
            "sources": snapshot.source_counts().map(|(of, count)| source(snapshot.layer(), of, count)).collect::<Vec<_>>(),
        })
    };
    let [filter_a, filter_b] = answer.question.filters(&answer.layers);
    let next = (part.offset + rows.len() < answer.pairs.len())
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
        "id": answer.id,
        "question": answer.question,
        "filters": {"a": filter_a, "b": filter_b},
        "area": answer.area_size.map(|(geodesic_ha, corners)| json!({"geodesic_ha": geodesic_ha, "corners": corners})),
        "layers": {"a": layer(&answer.layers.a), "b": layer(&answer.layers.b), "conflicts": layer(&answer.layers.conflicts)},
        "totals": answer.totals,
        "number_matched": answer.pairs.len(),
        "number_returned": rows.len(),
        "pairs": rows,
        "links": links,
    }))
}

impl From<QuestionError> for Problem {
    fn from(QuestionError { member, detail }: QuestionError) -> Problem {
        Problem::bad_parameter(member, detail)
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
            OverlapJobError::Answer(AnswerError::Unfinished(why))
            | OverlapJobError::Totals(TotalsError::Unfinished(why)) => match why {
                Unfinished::Overlay(error) => (*error).into(),
                Unfinished::Stopped => Problem::gone(why),
                Unfinished::TooMany => Problem::bad_body(why),
                Unfinished::TookTooLong => Problem::unavailable(why),
            },
            OverlapJobError::Totals(error) => Problem::bad_parameter("by", error),
            OverlapJobError::Busy | OverlapJobError::Full => Problem::unavailable(error),
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
