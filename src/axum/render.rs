//! How answers look: the application's choice, in one place.

use std::sync::Arc;

use axum::body::Body;
use axum::http::{HeaderName, HeaderValue, StatusCode};
use axum::response::Response;

use crate::rejection::Renderer;
use crate::{Answer, ProblemDocuments};

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

impl RenderAnswer for ProblemDocuments {
    fn render(&self, answer: Answer) -> Response {
        let mut response = Response::new(Body::from(answer.problem_document()));
        *response.status_mut() = StatusCode::from_u16(answer.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        for (name, value) in self.headers(answer) {
            if let Ok(value) = HeaderValue::from_str(value) {
                response.headers_mut().insert(HeaderName::from_static(name), value);
            }
        }
        response
    }
}

impl Renderer for dyn RenderAnswer {
    fn problem_documents() -> Arc<Self> {
        Arc::new(ProblemDocuments::default())
    }
}
