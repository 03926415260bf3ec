use std::any::Any;

use axum::{
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use serde::Serialize;
use serde_json::Value as Json;

use crate::crs::CrsError;
use crate::index::TookTooLong;
use crate::jobs::JobError;
use crate::model::{BboxError, PeriodError, UnknownLayer, ValueError, cases::Wrong};
use crate::overlay::OverlayError;
use crate::store::{CaseError, EditError, MappingError, RollbackError};
use crate::tiles::TileAddressError;

/// What a client is told when something is wrong (RFC 9457). The request id is filled in at the edge.
#[derive(Debug, Clone, Serialize, thiserror::Error)]
#[error("{detail}")]
pub struct Problem {
    /// Address that says what kind of problem it is, where a standard has one.
    #[serde(rename = "type")]
    kind: &'static str,
    #[serde(serialize_with = "as_number")]
    status: StatusCode,
    title: &'static str,
    detail: String,
    /// The query parameter at fault.
    #[serde(skip_serializing_if = "Option::is_none")]
    parameter: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    request_id: Option<String>,
    #[serde(flatten, skip_serializing_if = "Option::is_none")]
    about_body: Option<Box<AboutBody>>,
    /// Seconds after which to try again.
    #[serde(skip)]
    retry_after: Option<u16>,
}

/// What more is told of a body that was not taken.
#[derive(Debug, Clone, Serialize)]
#[serde(untagged)]
enum AboutBody {
    /// What is wrong with each member, in both languages.
    Wrong { errors: Vec<Wrong> },
    /// What is there now, and what was sent in its place.
    Changed { current: Json, yours: Json },
}

/// Title of the problem of a question that was given up.
const TOO_SLOW: &str = "Too slow";

impl Problem {
    /// Status of the answer.
    pub(super) fn status(&self) -> StatusCode {
        self.status
    }

    /// 400: a query parameter cannot be understood. `detail` says what would be accepted.
    pub fn bad_parameter(parameter: &str, detail: impl std::fmt::Display) -> Problem {
        let parameter: String = parameter.chars().take(60).collect();
        let detail = format!("parameter {parameter}: {detail}");
        Problem { parameter: Some(parameter), ..Problem::new(StatusCode::BAD_REQUEST, "Bad parameter", detail) }
    }

    /// 400: the body cannot be understood. `detail` says what would be accepted.
    pub fn bad_body(detail: impl std::fmt::Display) -> Problem {
        Problem::new(StatusCode::BAD_REQUEST, "Bad body", detail.to_string())
    }

    /// 422: members of the body are not what they may be.
    pub fn wrong_members(errors: Vec<Wrong>) -> Problem {
        let told = errors.iter().map(|wrong| format!("{}: {}", wrong.member, wrong.en)).collect::<Vec<_>>().join("; ");
        let about_body = Some(Box::new(AboutBody::Wrong { errors }));
        Problem { about_body, ..Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "Not as it must be", told) }
    }

    /// 412: what should be new is there already.
    pub fn taken(wrong: Wrong) -> Problem {
        Problem { status: StatusCode::PRECONDITION_FAILED, ..Problem::wrong_members(vec![wrong]) }
    }

    /// 412: it is no longer as the caller saw it; both versions are told.
    pub fn changed(detail: impl std::fmt::Display, current: Json, yours: Json) -> Problem {
        let about_body = Some(Box::new(AboutBody::Changed { current, yours }));
        Problem { about_body, ..Problem::precondition_failed(detail) }
    }

    /// 401: the caller has not shown a token that may write.
    pub fn unauthorized() -> Problem {
        let detail = "writing needs the header Authorization: Bearer and the token of this server";
        Problem::new(StatusCode::UNAUTHORIZED, "Not authorised", detail.into())
    }

    /// 401: who calls is not known.
    pub fn signed_out(detail: impl std::fmt::Display) -> Problem {
        Problem::new(StatusCode::UNAUTHORIZED, "Not signed in", detail.to_string())
    }

    /// 429: too many tries; after so many seconds again.
    pub fn too_often(detail: impl std::fmt::Display, seconds: u16) -> Problem {
        let problem = Problem::new(StatusCode::TOO_MANY_REQUESTS, "Too many tries", detail.to_string());
        Problem { retry_after: Some(seconds), ..problem }
    }

    /// 403: nobody may.
    pub fn forbidden(detail: impl std::fmt::Display) -> Problem {
        Problem::new(StatusCode::FORBIDDEN, "Forbidden", detail.to_string())
    }

    /// 413: there is more of it than is taken.
    pub fn too_large(detail: impl std::fmt::Display) -> Problem {
        Problem::new(StatusCode::PAYLOAD_TOO_LARGE, "Too large", detail.to_string())
    }

    /// 415: the body is of another kind than the method takes.
    pub fn unsupported_media_type(accepted: &str) -> Problem {
        let detail = format!("the body must be {accepted}, and Content-Type say so");
        Problem::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "Unsupported media type", detail)
    }

    /// 409: it contradicts what is there.
    pub fn conflict(detail: impl std::fmt::Display) -> Problem {
        Problem::new(StatusCode::CONFLICT, "Conflict", detail.to_string())
    }

    /// 410: it was there, or was going to be.
    pub fn gone(detail: impl std::fmt::Display) -> Problem {
        Problem::new(StatusCode::GONE, "Gone", detail.to_string())
    }

    /// 412: it is no longer as the caller saw it.
    pub fn precondition_failed(detail: impl std::fmt::Display) -> Problem {
        Problem::new(StatusCode::PRECONDITION_FAILED, "Changed meanwhile", detail.to_string())
    }

    /// 428: the caller has not said what they saw.
    pub fn precondition_required() -> Problem {
        let detail = "say in If-Match the ETag the feature was served with, so that no change of another is lost";
        Problem::new(StatusCode::PRECONDITION_REQUIRED, "If-Match is needed", detail.into())
    }

    /// 404: there is no such thing. `detail` says what there is.
    pub fn not_found(detail: impl std::fmt::Display) -> Problem {
        Problem::new(StatusCode::NOT_FOUND, "Not found", detail.to_string())
    }

    /// 405: the resource is there, the method is not.
    pub fn method_not_allowed() -> Problem {
        let detail = "this resource does not know the method; the header Allow names those it knows";
        Problem::new(StatusCode::METHOD_NOT_ALLOWED, "Method not allowed", detail.into())
    }

    /// 500: our fault. The cause is in the log, not here.
    pub fn internal() -> Problem {
        Problem::new(StatusCode::INTERNAL_SERVER_ERROR, "Internal error", "the request could not be completed".into())
    }

    /// 503: not now.
    pub fn unavailable(detail: impl std::fmt::Display) -> Problem {
        Problem::new(StatusCode::SERVICE_UNAVAILABLE, "Not ready", detail.to_string())
    }

    /// Whether a question was given up because its time was over.
    pub(super) fn is_too_slow(&self) -> bool {
        self.title == TOO_SLOW
    }

    /// The same problem, of a kind that a standard has an address for.
    pub(super) fn of_kind(self, kind: &'static str) -> Problem {
        Problem { kind, ..self }
    }

    /// The same problem, naming the request.
    pub(super) fn with_request_id(self, id: &str) -> Problem {
        Problem { request_id: Some(id.to_owned()), ..self }
    }

    fn new(status: StatusCode, title: &'static str, detail: String) -> Problem {
        Problem {
            kind: "about:blank",
            status,
            title,
            detail,
            parameter: None,
            request_id: None,
            about_body: None,
            retry_after: None,
        }
    }
}

impl From<UnknownLayer> for Problem {
    fn from(error: UnknownLayer) -> Problem {
        Problem::not_found(error)
    }
}

impl From<(&str, CrsError)> for Problem {
    fn from((parameter, error): (&str, CrsError)) -> Problem {
        match error {
            CrsError::Unknown(_) | CrsError::OutOfRange => Problem::bad_parameter(parameter, error),
            CrsError::Proj(_) => {
                tracing::error!(%error, "coordinates cannot be transformed");
                Problem::internal()
            }
        }
    }
}

impl From<EditError> for Problem {
    fn from(error: EditError) -> Problem {
        match &error {
            EditError::NoSuchFeature => Problem::not_found(error),
            EditError::Changed { .. } => Problem::precondition_failed(error),
            EditError::CodeTaken(_) | EditError::Registered => Problem::conflict(error),
            EditError::KeyOfOther => {
                Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "Idempotency-Key is taken", error.to_string())
            }
            EditError::Busy => Problem::unavailable(error),
            EditError::InvalidGeometry { .. } | EditError::Refused(_) => Problem::bad_body(error),
            EditError::Store(failure) if failure.is_outage() => {
                Problem::unavailable("the database does not answer; nothing was written")
            }
            EditError::Store(failure) => {
                tracing::error!(error = %failure, "a feature cannot be written");
                Problem::internal()
            }
        }
    }
}

impl From<CaseError> for Problem {
    fn from(error: CaseError) -> Problem {
        match &error {
            CaseError::Unknown | CaseError::UnknownFact | CaseError::UnknownTarget => Problem::not_found(error),
            CaseError::Changed { .. } => Problem::precondition_failed(error),
            CaseError::CodeTaken(_) | CaseError::Twice(_) | CaseError::NotMergeable(_) => Problem::conflict(error),
            CaseError::KeyOfOther => {
                Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "Idempotency-Key is taken", error.to_string())
            }
            CaseError::Wrong(wrong) => Problem::wrong_members(vec![Wrong::clone(wrong)]),
            CaseError::Refused(_) => Problem::bad_body(error),
            CaseError::Busy => Problem::unavailable(error),
            CaseError::Store(failure) if failure.is_outage() => {
                Problem::unavailable("the database does not answer; nothing was written")
            }
            CaseError::Store(failure) => {
                tracing::error!(error = %failure, "the register of cases cannot be used");
                Problem::internal()
            }
        }
    }
}

impl From<JobError> for Problem {
    fn from(error: JobError) -> Problem {
        match &error {
            JobError::Unknown => Problem::not_found(error),
            JobError::Busy | JobError::NotExamined(_) => Problem::conflict(error),
            JobError::Layer(_) => Problem::bad_parameter("layer", error),
            JobError::Option { name, detail } => Problem::bad_parameter(name, detail),
            JobError::TooLarge => Problem::too_large(error),
            JobError::Full => Problem::unavailable(error),
            JobError::Disk(_) => {
                tracing::error!(%error, "a file that was sent cannot be kept");
                Problem::internal()
            }
        }
    }
}

impl From<MappingError> for Problem {
    fn from(error: MappingError) -> Problem {
        match error {
            MappingError::Unknown { .. } => Problem::bad_parameter("mapping", error),
            MappingError::Store(error) => error.into(),
        }
    }
}

impl From<RollbackError> for Problem {
    fn from(error: RollbackError) -> Problem {
        match error {
            RollbackError::Unknown(_) => Problem::not_found(error),
            RollbackError::Already { .. } | RollbackError::NotNewest { .. } => Problem::conflict(error),
            RollbackError::Store(error) => error.into(),
        }
    }
}

impl From<TookTooLong> for Problem {
    fn from(error: TookTooLong) -> Problem {
        Problem { title: TOO_SLOW, ..Problem::unavailable(error) }
    }
}

impl From<TileAddressError> for Problem {
    fn from(error: TileAddressError) -> Problem {
        Problem::not_found(format!("there is no such tile: {error}"))
    }
}

impl From<BboxError> for Problem {
    fn from(error: BboxError) -> Problem {
        Problem::bad_parameter("bbox", error)
    }
}

impl From<PeriodError> for Problem {
    fn from(error: PeriodError) -> Problem {
        Problem::bad_parameter("datetime", error)
    }
}

impl From<OverlayError> for Problem {
    fn from(error: OverlayError) -> Problem {
        tracing::error!(%error);
        Problem::internal()
    }
}

impl From<(&str, ValueError)> for Problem {
    fn from((parameter, error): (&str, ValueError)) -> Problem {
        Problem::bad_parameter(parameter, error)
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let body = serde_json::to_vec(&self).expect("a problem is plain JSON");
        let content_type = HeaderValue::from_static("application/problem+json");
        let mut response = (self.status, [(header::CONTENT_TYPE, content_type)], body).into_response();
        if self.status == StatusCode::UNAUTHORIZED {
            response.headers_mut().insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        let retry_after = self.retry_after.or((self.status == StatusCode::SERVICE_UNAVAILABLE).then_some(5));
        if let Some(seconds) = retry_after {
            response.headers_mut().insert(header::RETRY_AFTER, seconds.into());
        }
        response.extensions_mut().insert(self);
        response
    }
}

/// A panic is our fault; it was logged where it happened.
pub(super) fn on_panic(_: Box<dyn Any + Send>) -> Response {
    Problem::internal().into_response()
}

fn as_number<S: serde::Serializer>(status: &StatusCode, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_u16(status.as_u16())
}
