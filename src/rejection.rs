//! A refusal on its way to the caller.

use std::fmt;
use std::sync::Arc;

use crate::Answer;

/// A refused request, which `R`, the application's renderer, turns into a response of its framework.
///
/// Each framework's module has it by its own name.
pub struct Rejection<R: ?Sized> {
    answer: Answer,
    renderer: Arc<R>,
}

/// The renderers of one framework.
pub(crate) trait Renderer {
    /// The one for requests that no layer has said anything about.
    fn problem_documents() -> Arc<Self>;
}

impl<R: ?Sized> Rejection<R> {
    pub(crate) fn new(answer: Answer, renderer: Arc<R>) -> Self {
        Self { answer, renderer }
    }

    /// What the caller is told.
    pub fn answer(&self) -> Answer {
        self.answer
    }

    pub(crate) fn renderer(&self) -> &R {
        &self.renderer
    }
}

/// The answer to a guarded request around which there is no layer: nobody has said how refusals look.
pub(crate) fn without_layer<R: Renderer + ?Sized>() -> Rejection<R> {
    Rejection { answer: Answer::Undecided, renderer: R::problem_documents() }
}

impl<R: ?Sized> Clone for Rejection<R> {
    fn clone(&self) -> Self {
        Self { answer: self.answer, renderer: Arc::clone(&self.renderer) }
    }
}

impl<R: ?Sized> fmt::Debug for Rejection<R> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_tuple("Rejection").field(&self.answer).finish()
    }
}

impl<R: ?Sized> fmt::Display for Rejection<R> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.answer.title())
    }
}

impl<R: ?Sized> std::error::Error for Rejection<R> {}
