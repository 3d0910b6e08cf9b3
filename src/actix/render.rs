//! How answers look: the application's choice, in one place.

use std::sync::Arc;

use actix_web::HttpResponse;
use actix_web::http::StatusCode;

use crate::rejection::Renderer;
use crate::{Answer, ProblemDocuments};

/// Turns an [`Answer`] into a response.
///
/// An application has one of these. *Denied* (where a route says `denial = not_found`) and *absent* reach it as the same
/// value, so their status, headers and bytes agree by construction, as long as the response depends on nothing else.
pub trait RenderAnswer: Send + Sync + 'static {
    /// The response that says `answer`.
    fn render(&self, answer: Answer) -> HttpResponse;
}

impl<F> RenderAnswer for F
where
    F: Fn(Answer) -> HttpResponse + Send + Sync + 'static,
{
    fn render(&self, answer: Answer) -> HttpResponse {
        self(answer)
    }
}

impl RenderAnswer for ProblemDocuments {
    fn render(&self, answer: Answer) -> HttpResponse {
        let status = StatusCode::from_u16(answer.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let mut response = HttpResponse::build(status);
        for header in self.headers(answer) {
            response.insert_header(header);
        }
        response.body(answer.problem_document())
    }
}

impl Renderer for dyn RenderAnswer {
    fn problem_documents() -> Arc<Self> {
        Arc::new(ProblemDocuments::default())
    }
}
