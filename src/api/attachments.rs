//! Files of cases: for its institution and those it is shared with, never for the public.

use axum::{
    Json, Router,
    extract::{DefaultBodyLimit, Path, State},
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
    routing::get,
};
use serde_json::{Value as Json_, json};

use crate::{
    api::{
        Problem, SharedState,
        body::WholeBody,
        cases::{checked_id, hindered, source_class, unknown, viewer, writer},
        params::Params,
    },
    model::cases::Wrong,
    people::Caller,
    store::NewAttachment,
};

/// Bytes of a file.
const MAX_FILE: usize = 10 << 20;
/// Media types that are taken, each with the ending of its names.
const MEDIA_TYPES: [(&str, &str); 9] = [
    ("application/pdf", "pdf"),
    ("image/jpeg", "jpg"),
    ("image/png", "png"),
    ("text/plain", "txt"),
    ("text/csv", "csv"),
    ("application/vnd.openxmlformats-officedocument.wordprocessingml.document", "docx"),
    ("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "xlsx"),
    ("application/vnd.oasis.opendocument.text", "odt"),
    ("audio/mpeg", "mp3"),
];

pub(super) fn routes() -> Router<SharedState> {
    Router::new()
        .route("/api/cases/{id}/attachments", get(list).post(add))
        .route("/api/cases/{id}/attachments/{file}", get(show).delete(remove))
        .layer(DefaultBodyLimit::max(MAX_FILE))
}

/// `GET /api/cases/{id}/attachments`
async fn list(
    State(state): State<SharedState>,
    caller: Caller,
    Path(id): Path<String>,
) -> Result<Json<Json_>, Problem> {
    let viewer = viewer(Some(&caller));
    let id = checked_id(&id)?;
    state.store.case(viewer, id, None, Some("name"), 1).await?.ok_or_else(unknown)?;
    Ok(Json(json!({"attachments": state.store.attachments(viewer, id).await?})))
}

/// `POST /api/cases/{id}/attachments?name=…&source-class=…`: the body is the file; its name's ending tells what it is.
async fn add(
    State(state): State<SharedState>,
    caller: Caller,
    Path(id): Path<String>,
    params: Params,
    WholeBody(body): WholeBody,
) -> Result<Response, Problem> {
    let viewer = writer(&caller)?;
    params.allow_only(["name", "source-class"])?;
    let id = checked_id(&id)?;
    let name = params.get("name").map(str::trim).unwrap_or_default();
    let endings: Vec<_> = MEDIA_TYPES.iter().map(|(_, ending)| *ending).collect();
    let lower = name.to_lowercase().replace(".jpeg", ".jpg");
    let known = MEDIA_TYPES.iter().find(|(_, ending)| lower.ends_with(&format!(".{ending}")));
    let (media_type, _) = known
        .filter(|_| name.chars().count() <= 200 && !name.contains(['/', '\\', '\n', '\r', '"']))
        .ok_or_else(|| {
            let endings = endings.join(", ");
            Problem::wrong_members(vec![Wrong {
                member: "name".into(),
                es: format!("el archivo tiene que terminar en uno de: {endings}"),
                en: format!("the file's name must end in one of {endings}"),
            }])
        })?;
    let source_class = source_class(&params)?;
    if body.is_empty() {
        return Err(Problem::bad_body("the file is empty"));
    }
    let new = NewAttachment { name, media_type, content: &body, source_class };
    match state.store.attach(viewer, id, &new).await {
        Ok(file) => Ok((StatusCode::CREATED, Json(json!({"id": file}))).into_response()),
        Err(error) => Err(hindered(&state, viewer, id, error).await),
    }
}

/// `GET /api/cases/{id}/attachments/{file}`: the file, to be saved and not to be shown by a browser.
async fn show(
    State(state): State<SharedState>,
    caller: Caller,
    Path((id, file)): Path<(String, String)>,
) -> Result<Response, Problem> {
    let viewer = viewer(Some(&caller));
    let found = state.store.attachment(viewer, checked_id(&id)?, checked_id(&file)?).await?;
    let (name, media_type, content) = found.ok_or_else(|| Problem::not_found("there is no such file"))?;
    let name: String = form_urlencoded::byte_serialize(name.as_bytes()).collect::<String>().replace('+', "%20");
    let mut headers = HeaderMap::new();
    headers.insert(
        header::CONTENT_TYPE,
        HeaderValue::from_str(&media_type).unwrap_or(HeaderValue::from_static("application/octet-stream")),
    );
    let disposition = format!("attachment; filename*=UTF-8''{name}");
    headers.insert(header::CONTENT_DISPOSITION, HeaderValue::from_str(&disposition).expect("escaped"));
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    Ok((headers, content).into_response())
}

/// `DELETE /api/cases/{id}/attachments/{file}`: it no longer belongs to the case.
async fn remove(
    State(state): State<SharedState>,
    caller: Caller,
    Path((id, file)): Path<(String, String)>,
) -> Result<StatusCode, Problem> {
    let viewer = writer(&caller)?;
    let id = checked_id(&id)?;
    match state.store.detach(viewer, id, checked_id(&file)?).await {
        Ok(()) => Ok(StatusCode::NO_CONTENT),
        Err(error) => Err(hindered(&state, viewer, id, error).await),
    }
}
