//! What lies on what: pairs of features of two layers, kept under a name that follows from the question.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};

use axum::{
    Json, Router,
    extract::{Path, State},
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
    routing::{get, post},
};
use bytes::Bytes;
use moka::future::Cache;
use serde_json::{Value as Json_, json};
use tokio::sync::Semaphore;

use crate::{
    analysis::{Answer, AnswerError, Measurer, OverlapQuestion, QuestionError, Unfinished},
    api::{Problem, SharedState, params::Params},
    exchange::{OverlapsError, write_overlaps_csv, write_overlaps_geojson},
    index::Snapshot,
    model::Access,
};

/// How long a question may take.
const LIMIT: Duration = Duration::from_secs(60);
/// How long it waits for its turn.
const PATIENCE: Duration = Duration::from_secs(5);
/// Questions worked out at once: each takes all processors.
const AT_ONCE: usize = 1;
/// Bytes of a question, an area among it.
const MAX_QUESTION: usize = 4 << 20;
/// Pairs in all answers that are kept.
const MOST_PAIRS: u64 = 500_000;
const DEFAULT_LIMIT: usize = 100;
const MAX_LIMIT: usize = 1_000;

/// Questions at work, and answers that were asked for last.
pub struct OverlapAnswers {
    kept: Cache<String, Arc<Answer>>,
    turns: Arc<Semaphore>,
}

impl OverlapAnswers {
    /// None yet.
    pub fn new() -> OverlapAnswers {
        let weigh = |_: &String, answer: &Arc<Answer>| u32::try_from(answer.pairs.len() + 100).unwrap_or(u32::MAX);
        let kept = Cache::builder().max_capacity(MOST_PAIRS).weigher(weigh).build();
        OverlapAnswers { kept, turns: Arc::new(Semaphore::new(AT_ONCE)) }
    }
}

impl Default for OverlapAnswers {
    fn default() -> OverlapAnswers {
        OverlapAnswers::new()
    }
}

/// Work that ends when nobody waits for it any more.
struct Wanted(Arc<AtomicBool>);

impl Drop for Wanted {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

/// They may take longer than other requests.
pub(super) fn routes() -> Router<SharedState> {
    Router::new().route("/api/overlaps", post(ask)).route("/api/overlaps/{id}", get(answer))
}

/// `POST /api/overlaps`: the body is the question. 201 with the answer's first page; `Location` has its permanent address.
async fn ask(State(state): State<SharedState>, params: Params, body: Bytes) -> Result<Response, Problem> {
    params.allow_only([])?;
    if body.len() > MAX_QUESTION {
        return Err(Problem::bad_body(format!("a question has at most {} MiB", MAX_QUESTION >> 20)));
    }
    let mut question: OverlapQuestion =
        serde_json::from_slice(&body).map_err(|error| Problem::bad_body(format!("no question: {error}")))?;
    let [a, b] = snapshots(&state, &question).await?;
    // What is known now is known by the last change of both layers: asked again, the question means the same.
    if question.as_known.is_none() {
        question.as_known = [&a, &b].iter().filter_map(|layer| layer.changed_at()).max().map(|time| time.to_string());
    }
    let id = question.id();
    let answer = match state.overlaps.kept.get(&id).await {
        Some(answer) => answer,
        None => {
            let answer = work_out(&state, question, a, b).await?;
            let question = serde_json::to_value(&answer.question).expect("plain data");
            state.store.keep_overlap_question(&id, &question).await?;
            state.overlaps.kept.insert(id.clone(), Arc::clone(&answer)).await;
            answer
        }
    };
    let page = page(&state, &id, &answer, DEFAULT_LIMIT, 0).await?;
    let location = HeaderValue::from_str(&state.public_url.join(&format!("/api/overlaps/{id}"))).expect("an address");
    Ok((StatusCode::CREATED, [(header::LOCATION, location)], Json(page)).into_response())
}

/// `GET /api/overlaps/{id}?limit=…&offset=…&f=json|csv|geojson`: the same answer at any time.
async fn answer(State(state): State<SharedState>, Path(id): Path<String>, params: Params) -> Result<Response, Problem> {
    params.allow_only(["limit", "offset", "f"])?;
    let limit = params.limit(DEFAULT_LIMIT, MAX_LIMIT)?;
    let offset = usize::try_from(params.whole_number("offset")?.unwrap_or(0)).unwrap_or(usize::MAX);
    let answer = match state.overlaps.kept.get(&id).await {
        Some(answer) => answer,
        None => {
            let unknown = || Problem::not_found("no question was asked under this name");
            let is_name = id.len() == 20 && id.bytes().all(|byte| byte.is_ascii_hexdigit());
            let kept = if is_name { state.store.overlap_question(&id).await? } else { None };
            let question: OverlapQuestion = serde_json::from_value(kept.ok_or_else(unknown)?).map_err(|_| unknown())?;
            let [a, b] = snapshots(&state, &question).await?;
            let answer = work_out(&state, question, a, b).await?;
            state.overlaps.kept.insert(id.clone(), Arc::clone(&answer)).await;
            answer
        }
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

/// The two layers as the public may see them, at the moment the question says.
async fn snapshots(state: &SharedState, question: &OverlapQuestion) -> Result<[Arc<Snapshot>; 2], Problem> {
    for (member, layer) in [("a", &question.a), ("b", &question.b)] {
        state.index.snapshot(layer, Access::Public).map_err(|error| Problem::bad_parameter(member, error))?;
    }
    let moment = question.moment()?;
    Ok([state.snapshot(&question.a, moment).await?, state.snapshot(&question.b, moment).await?])
}

/// Works a question out when it is its turn, and stops when the asker has left.
async fn work_out(
    state: &SharedState,
    question: OverlapQuestion,
    a: Arc<Snapshot>,
    b: Arc<Snapshot>,
) -> Result<Arc<Answer>, Problem> {
    let turns = Arc::clone(&state.overlaps.turns);
    let turn = tokio::time::timeout(PATIENCE, turns.acquire_owned())
        .await
        .map_err(|_| Problem::unavailable("other overlaps are being worked out; try again in a moment"))?
        .expect("nobody closes it");
    let stop = Arc::new(AtomicBool::new(false));
    let _wanted = Wanted(Arc::clone(&stop));
    let work = tokio::task::spawn_blocking(move || {
        let answer = Answer::work_out(question, a, b, &stop, Instant::now() + LIMIT);
        drop(turn);
        answer
    });
    Ok(Arc::new(work.await.map_err(|_| Problem::internal())??))
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
        let mut measurer = Measurer::default();
        let pairs = of_page.pairs.iter().skip(offset).take(limit);
        let row = |pair| -> Result<_, OverlapsError> { Ok(of_page.row(pair, &of_page.shared(pair)?, &mut measurer)?) };
        pairs.map(row).collect::<Result<Vec<_>, _>>()
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
        })
    };
    let filter = |told: &Option<String>, snapshot: &Snapshot| {
        told.clone().or_else(|| crate::analysis::default_filter(snapshot.layer()).map(str::to_owned))
    };
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
        "filters": {"a": filter(&answer.question.where_a, &answer.a), "b": filter(&answer.question.where_b, &answer.b)},
        "layers": {"a": layer(&answer.a), "b": layer(&answer.b)},
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

impl From<QuestionError> for Problem {
    fn from(error: QuestionError) -> Problem {
        Problem::bad_parameter(error.member, error.detail)
    }
}

impl From<AnswerError> for Problem {
    fn from(error: AnswerError) -> Problem {
        match error {
            AnswerError::Question(error) => error.into(),
            AnswerError::Unfinished(Unfinished::Overlay(error)) => error.into(),
            AnswerError::Unfinished(Unfinished::Stopped) => Problem::unavailable(format!(
                "the question takes more than {} s: ask about an area, or filter the layers",
                LIMIT.as_secs()
            )),
        }
    }
}
