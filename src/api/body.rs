use axum::{
    body::Bytes,
    extract::{FromRequest, Request},
    http::StatusCode,
};

use crate::api::Problem;

/// The whole body of a request, as far as the route's limit goes.
pub(super) struct WholeBody(pub(super) Bytes);

impl<S: Send + Sync> FromRequest<S> for WholeBody {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<WholeBody, Problem> {
        let body = Bytes::from_request(request, state).await;
        body.map(WholeBody).map_err(|error| match error.status() {
            StatusCode::PAYLOAD_TOO_LARGE => Problem::too_large("the body is larger than this resource takes"),
            _ => Problem::bad_body(error),
        })
    }
}
