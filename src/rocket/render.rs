//! How answers look: the application's choice, in one place.

use std::io::Cursor;
use std::sync::Arc;

use rocket::Response;
use rocket::http::Status;

use crate::rejection::Renderer;
use crate::{Answer, ProblemDocuments};

/// Turns an [`Answer`] into a response.
///
/// An application has one of these. *Denied* (where a route says `denial = not_found`) and *absent* reach it as the same
/// value, so their status, headers and bytes agree by construction, as long as the response depends on nothing else.
///
/// Headers that other fairings add to responses stay.
pub trait RenderAnswer: Send + Sync + 'static {
    /// The response that says `answer`.
    fn render(&self, answer: Answer) -> Response<'static>;
}

impl<F> RenderAnswer for F
where
    F: Fn(Answer) -> Response<'static> + Send + Sync + 'static,
{
    fn render(&self, answer: Answer) -> Response<'static> {
        self(answer)
    }
}

impl RenderAnswer for ProblemDocuments {
    fn render(&self, answer: Answer) -> Response<'static> {
        let document = answer.problem_document();
        let mut response = Response::new();
        response.set_status(Status::new(answer.status()));
        for (name, value) in self.headers(answer) {
            response.set_raw_header(name, value.to_owned());
        }
        response.set_sized_body(document.len(), Cursor::new(document));
        response
    }
}

impl Renderer for dyn RenderAnswer {
    fn problem_documents() -> Arc<Self> {
        Arc::new(ProblemDocuments::default())
    }
}
