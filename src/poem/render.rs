//! How answers look: the application's choice, in one place.

use std::sync::Arc;

use poem::Response;
use poem::http::StatusCode;

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
        let status = StatusCode::from_u16(answer.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let response = Response::builder().status(status);
        let response = self.headers(answer).fold(response, |response, (name, value)| response.header(name, value));
        response.body(answer.problem_document())
    }
}

impl Renderer for dyn RenderAnswer {
    fn problem_documents() -> Arc<Self> {
        Arc::new(ProblemDocuments::default())
    }
}
