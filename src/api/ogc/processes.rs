//! OGC API - Processes, Part 1: Core (OGC 18-062r2): the overlaps of `/api/overlaps`, for clients that know processes.
//!
//! A job is an answer and how it was asked to be told; its name says both, so that nothing else is kept.

mod description;

use std::{str::FromStr, sync::Arc};

use axum::{
    Json, Router,
    extract::{DefaultBodyLimit, Path, State},
    http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
    routing::{get, post},
};
use serde::Deserialize;
use serde_json::{Map, Value as Json_, json};

use self::description::{OVERLAPS, description, summary};
use crate::{
    analysis::{Answer, OverlapQuestion},
    api::{
        Problem, SharedState,
        body::WholeBody,
        file::{file_name, media_type, send},
        ogc::{check_format, link},
        overlaps::{MAX_QUESTION, Part, file, page, parse},
        params::Params,
    },
    exchange::ExportFormat,
    jobs::{Asked, OverlapJobError},
};

const NO_PROCESS: &str = "http://www.opengis.net/def/exceptions/ogcapi-processes-1/1.0/no-such-process";
const NO_JOB: &str = "http://www.opengis.net/def/exceptions/ogcapi-processes-1/1.0/no-such-job";
const NOT_READY: &str = "http://www.opengis.net/def/exceptions/ogcapi-processes-1/1.0/result-not-ready";
const RESULTS: &str = "http://www.opengis.net/def/rel/ogc/1.0/results";

/// They may take longer than other requests.
pub(in crate::api) fn routes() -> Router<SharedState> {
    Router::new()
        .route("/ogc/processes", get(processes))
        .route("/ogc/processes/{process}", get(process))
        .route("/ogc/processes/{process}/execution", post(execute))
        .route("/ogc/jobs/{job}", get(status).delete(dismiss))
        .route("/ogc/jobs/{job}/results", get(results))
        .layer(DefaultBodyLimit::max(MAX_QUESTION))
}

/// `GET /ogc/processes`
async fn processes(State(state): State<SharedState>, params: Params) -> Result<Json<Json_>, Problem> {
    params.allow_only(["f", "limit"])?;
    check_format(&params)?;
    params.limit(1, 1_000)?;
    let own = link("self", "application/json", "This document", state.public_url.join("/ogc/processes"));
    Ok(Json(json!({"processes": [summary(&state.public_url)], "links": [own]})))
}

/// `GET /ogc/processes/overlaps`
async fn process(
    State(state): State<SharedState>,
    Path(process): Path<String>,
    params: Params,
) -> Result<Json<Json_>, Problem> {
    params.allow_only(["f"])?;
    check_format(&params)?;
    check_process(&process)?;
    Ok(Json(description(&state.public_url, &state.index)))
}

fn check_process(process: &str) -> Result<(), Problem> {
    match process {
        OVERLAPS => Ok(()),
        _ => Err(Problem::not_found(format!("there is one process, {OVERLAPS}")).of_kind(NO_PROCESS)),
    }
}

/// What a client sends to have a process run.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Execution {
    #[serde(default)]
    inputs: Map<String, Json_>,
    #[serde(default)]
    outputs: Option<Map<String, Json_>>,
    #[serde(default)]
    response: ResponseKind,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
enum ResponseKind {
    /// The output itself.
    #[default]
    Raw,
    /// An object with the output in it.
    Document,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct OutputAsked {
    #[serde(default)]
    format: Option<FormatAsked>,
    #[serde(default)]
    transmission_mode: Option<Transmission>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct FormatAsked {
    media_type: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Transmission {
    Value,
    Reference,
}

/// How the answer shall be told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Told {
    /// `None` of the report in JSON.
    format: Option<ExportFormat>,
    by_reference: bool,
    in_document: bool,
}

impl Told {
    /// Files do not go into a document by value.
    fn is_tellable(self) -> bool {
        !self.in_document || self.by_reference || matches!(self.format, None | Some(ExportFormat::GeoJson))
    }
}

/// Name of a job.
#[derive(Debug, PartialEq, Eq)]
struct JobName {
    /// Of the answer.
    answer: String,
    told: Told,
}

impl JobName {
    fn text(&self) -> String {
        let Told { format, by_reference, in_document } = self.told;
        let format = format.map_or("json", ExportFormat::name);
        let transmission = if by_reference { "reference" } else { "value" };
        let response = if in_document { "document" } else { "raw" };
        format!("{}-{format}-{transmission}-{response}", self.answer)
    }

    fn parse(text: &str) -> Option<JobName> {
        let [answer, format, transmission, response] = text.split('-').collect::<Vec<_>>().try_into().ok()?;
        let told = Told {
            format: if format == "json" { None } else { Some(ExportFormat::from_str(format).ok()?) },
            by_reference: transmission == "reference",
            in_document: response == "document",
        };
        let name = JobName { answer: answer.to_owned(), told };
        (name.text() == text && told.is_tellable()).then_some(name)
    }
}

fn job_named(text: &str) -> Result<JobName, Problem> {
    JobName::parse(text).ok_or_else(|| Problem::not_found("there is no job of this name").of_kind(NO_JOB))
}

impl Execution {
    /// The question, and how its answer shall be told.
    fn understood(self) -> Result<(OverlapQuestion, Told), Problem> {
        let mut question = Map::new();
        for (name, input) in self.inputs {
            question.insert(name.clone(), value_of(&name, input)?);
        }
        let question = serde_json::from_value(question.into())
            .map_err(|error| Problem::bad_body(format!("inputs: {error}; see /ogc/processes/{OVERLAPS}")))?;
        let mut told = Told { format: None, by_reference: false, in_document: self.response == ResponseKind::Document };
        for (name, output) in self.outputs.into_iter().flatten() {
            if name != OVERLAPS {
                return Err(Problem::bad_body(format!("outputs: there is one, {OVERLAPS}")));
            }
            let asked: OutputAsked =
                serde_json::from_value(output).map_err(|error| Problem::bad_body(format!("outputs: {error}")))?;
            told.by_reference = asked.transmission_mode == Some(Transmission::Reference);
            if let Some(wanted) = asked.format.and_then(|format| format.media_type) {
                told.format = format_of(&wanted)?;
            }
        }
        if !told.is_tellable() {
            return Err(Problem::bad_body(
                "outputs: files come raw, or into a document by reference (\"transmissionMode\": \"reference\")",
            ));
        }
        Ok((question, told))
    }
}

/// An input is told as it is, or as an object that has it as its value.
fn value_of(name: &str, input: Json_) -> Result<Json_, Problem> {
    let Json_::Object(mut object) = input else { return Ok(input) };
    if object.contains_key("href") {
        return Err(Problem::bad_body(format!("inputs: {name}: by value only, nothing is fetched from elsewhere")));
    }
    Ok(object.remove("value").unwrap_or(Json_::Object(object)))
}

/// The format of a media type; `None` of the report.
fn format_of(wanted: &str) -> Result<Option<ExportFormat>, Problem> {
    let plain = |text: &str| text.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    if plain(wanted) == "application/json" {
        return Ok(None);
    }
    let found = ExportFormat::ALL.iter().find(|format| plain(media_type(**format)) == plain(wanted));
    found.copied().map(Some).ok_or_else(|| {
        let known: Vec<_> = ExportFormat::ALL.iter().map(|format| media_type(*format)).collect();
        Problem::bad_body(format!("outputs: accepted are application/json, {}", known.join(", ")))
    })
}

/// `POST /ogc/processes/overlaps/execution`: 200 with the answer or, with `Prefer: respond-async`, 201 with a job.
async fn execute(
    State(state): State<SharedState>,
    Path(process): Path<String>,
    params: Params,
    headers: HeaderMap,
    WholeBody(body): WholeBody,
) -> Result<Response, Problem> {
    params.allow_only([])?;
    check_process(&process)?;
    let execution: Execution = parse(&state, body, "inputs and outputs").await?;
    let (question, told) = execution.understood()?;
    if !prefers_async(&headers) {
        // Whoever goes away is no longer waited for, and the work is called off.
        let answer = state.overlaps.ask_to_the_end(question).await?;
        return tell(&state, &answer, told).await;
    }
    let asked = state.overlaps.ask(question).await?;
    let answer = match &asked {
        Asked::Done(answer) => answer.id.clone(),
        Asked::Running(job) => {
            job.keep();
            job.id().to_owned()
        }
    };
    let name = JobName { answer, told };
    let location = state.public_url.join(&format!("/ogc/jobs/{}", name.text()));
    let headers = [
        (header::LOCATION, HeaderValue::from_str(&location).expect("an address")),
        (HeaderName::from_static("preference-applied"), HeaderValue::from_static("respond-async")),
    ];
    Ok((StatusCode::CREATED, headers, Json(status_of(&state, &name, &Ok(asked))?)).into_response())
}

/// Whether `respond-async` is among the preferences (RFC 7240), with parameters or without.
fn prefers_async(headers: &HeaderMap) -> bool {
    let told = headers.get_all("prefer").iter().filter_map(|value| value.to_str().ok());
    // What stands in quotes is no preference.
    let plain = told.map(|list| list.split('"').step_by(2).collect::<String>());
    plain.flat_map(|list| list.split(',').map(str::to_owned).collect::<Vec<_>>()).any(|preference| {
        preference.split(';').next().is_some_and(|name| name.trim().eq_ignore_ascii_case("respond-async"))
    })
}

type Outcome = Result<Asked<Arc<Answer>>, Arc<OverlapJobError>>;

/// What is known of a job (statusInfo).
fn status_of(state: &SharedState, name: &JobName, outcome: &Outcome) -> Result<Json_, Problem> {
    let own = format!("/ogc/jobs/{}", name.text());
    let mut links = vec![link("self", "application/json", "This job", state.public_url.join(&own))];
    let (status, progress, message) = match outcome {
        Ok(Asked::Done(answer)) => {
            let address = state.public_url.join(&format!("{own}/results"));
            links.push(link(RESULTS, "application/json", "Results", address));
            ("successful", Some(100), format!("{} pairs", answer.pairs.len()))
        }
        Ok(Asked::Running(job)) if job.is_queued() => ("accepted", None, "waits for its turn".to_owned()),
        Ok(Asked::Running(job)) => {
            let (done, total) = job.progress();
            let progress = (done * 100).checked_div(total).map(|percent| percent.min(99));
            ("running", progress, format!("{done} of {total}"))
        }
        Err(error) => match &**error {
            OverlapJobError::Unknown => {
                return Err(Problem::not_found("there is no job of this name").of_kind(NO_JOB));
            }
            error if error.is_called_off() => ("dismissed", None, error.to_string()),
            OverlapJobError::Answer(error) => ("failed", None, error.to_string()),
            _ => return Err(Arc::clone(error).into()),
        },
    };
    let mut told = json!({
        "jobID": name.text(),
        "processID": OVERLAPS,
        "type": "process",
        "status": status,
        "message": message,
        "links": links,
    });
    if let Some(progress) = progress {
        told["progress"] = progress.into();
    }
    Ok(told)
}

/// `GET /ogc/jobs/{job}`
async fn status(
    State(state): State<SharedState>,
    Path(job): Path<String>,
    params: Params,
) -> Result<Json<Json_>, Problem> {
    params.allow_only(["f"])?;
    check_format(&params)?;
    let name = job_named(&job)?;
    let outcome = state.overlaps.again(&name.answer).await;
    Ok(Json(status_of(&state, &name, &outcome)?))
}

/// `DELETE /ogc/jobs/{job}`: calls it off. What is done stays: an answer may be cited.
async fn dismiss(State(state): State<SharedState>, Path(job): Path<String>) -> Result<Json<Json_>, Problem> {
    let name = job_named(&job)?;
    if !state.overlaps.cancel(&name.answer) {
        let outcome = state.overlaps.again(&name.answer).await;
        status_of(&state, &name, &outcome)?;
        return Err(Problem::conflict("the job has ended; answers are kept, for they may be cited"));
    }
    Ok(Json(json!({
        "jobID": name.text(),
        "processID": OVERLAPS,
        "type": "process",
        "status": "dismissed",
        "message": "the work was called off",
        "links": [link("up", "application/json", "Processes", state.public_url.join("/ogc/processes"))],
    })))
}

/// `GET /ogc/jobs/{job}/results`
async fn results(
    State(state): State<SharedState>,
    Path(job): Path<String>,
    params: Params,
) -> Result<Response, Problem> {
    params.allow_only(["f"])?;
    let name = job_named(&job)?;
    match state.overlaps.again(&name.answer).await {
        Ok(Asked::Done(answer)) => tell(&state, &answer, name.told).await,
        Ok(Asked::Running(_)) => Err(Problem::not_found("the job is not done yet").of_kind(NOT_READY)),
        Err(error) if matches!(*error, OverlapJobError::Unknown) => {
            Err(Problem::not_found("there is no job of this name").of_kind(NO_JOB))
        }
        Err(error) => Err(error.into()),
    }
}

async fn tell(state: &SharedState, answer: &Arc<Answer>, told: Told) -> Result<Response, Problem> {
    let id = &answer.id;
    if told.by_reference {
        let format = told.format.map_or("json", ExportFormat::name);
        let address = state.public_url.join(&format!("/api/overlaps/{id}?f={format}"));
        let kind = told.format.map_or("application/json", media_type);
        if told.in_document {
            return Ok(Json(json!({OVERLAPS: {"href": address, "type": kind, "title": "The pairs"}})).into_response());
        }
        let link = format!("<{address}>; rel=\"{OVERLAPS}\"; type=\"{kind}\"");
        let link = HeaderValue::from_str(&link).expect("an address");
        return Ok((StatusCode::NO_CONTENT, [(header::LINK, link)]).into_response());
    }
    match (told.format, told.in_document) {
        (None, false) => Ok(Json(page(state, answer, Part::default()).await?).into_response()),
        (None, true) => {
            let value = page(state, answer, Part::default()).await?;
            Ok(Json(json!({OVERLAPS: {"value": value, "mediaType": "application/json"}})).into_response())
        }
        (Some(format), true) => {
            let around = ("{\"overlaps\":{\"mediaType\":\"application/geo+json\",\"value\":", "}}");
            let written = file(state, answer, format, Part::default(), usize::MAX, around).await?;
            let mut document = send(written, "overlaps.json", format);
            document.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
            Ok(document)
        }
        (Some(format), false) => {
            let written = file(state, answer, format, Part::default(), usize::MAX, ("", "")).await?;
            Ok(send(written, &file_name(OVERLAPS, format), format))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_name_of_a_job_says_how_it_is_told() {
        for format in std::iter::once(None).chain(ExportFormat::ALL.iter().copied().map(Some)) {
            for (by_reference, in_document) in [(false, false), (true, false), (false, true), (true, true)] {
                let told = Told { format, by_reference, in_document };
                let name = JobName { answer: "0123456789abcdef0123".into(), told };
                assert_eq!(JobName::parse(&name.text()).is_some(), told.is_tellable());
                assert!(JobName::parse(&name.text()).is_none_or(|read| read == name));
            }
        }
        for (told, is_async) in [
            ("respond-async", true),
            ("Respond-Async; wait=10", true),
            ("wait=10, respond-async", true),
            ("respond-sync", false),
            ("foo=\"a, respond-async, b\"", false),
            ("", false),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert("prefer", told.parse().expect("a header"));
            assert_eq!(prefers_async(&headers), is_async, "{told}");
        }
        for wrong in ["", "0123", "0123-json", "0123-nada-value-raw", "0123-json-value-nada", "0123-json-value-raw-raw"]
        {
            assert_eq!(JobName::parse(wrong), None, "{wrong}");
        }
    }
}
