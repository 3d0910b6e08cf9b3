//! How answers look: the application's choice, in one place.

use axum::body::Body;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::Response;

use crate::Answer;

/// Turns an [`Answer`] into a response.
///
/// An application has one of these. *Denied* (where a route says `denial = not_found`) and *absent* reach it as the same
/// value, so their status, headers and bytes agree by construction, as long as the response depends on nothing else.
pub trait RenderAnswer: Send + Sync + 'static {
    /// The response that says `answer`.
    fn render(&self, answer: Answer) -> Response;
}

impl<F> RenderAnswer for F
where
    F: Fn(Answer) -> Response + Send + Sync + 'static,
{
    fn render(&self, answer: Answer) -> Response {
        self(answer)
    }
}

/// Renders answers as problem documents (RFC 9457) that name no object.
#[derive(Debug, Clone)]
pub struct ProblemDocuments {
    challenge: HeaderValue,
}

impl ProblemDocuments {
    /// The value of `www-authenticate` in a 401, which must have one (RFC 9110); `Bearer` unless said otherwise.
    #[must_use]
    pub fn with_challenge(challenge: HeaderValue) -> Self {
        Self { challenge }
    }
}

impl Default for ProblemDocuments {
    fn default() -> Self {
        Self { challenge: HeaderValue::from_static("Bearer") }
    }
}

impl RenderAnswer for ProblemDocuments {
    fn render(&self, answer: Answer) -> Response {
        let mut response = Response::new(Body::from(answer.problem_document()));
        *response.status_mut() = StatusCode::from_u16(answer.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
        if answer == Answer::Unauthenticated {
            headers.insert(header::WWW_AUTHENTICATE, self.challenge.clone());
        }
        response
    }
}
