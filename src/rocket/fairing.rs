//! The fairing that an application attaches.

use std::fmt;

use rocket::fairing::{self, Fairing, Info, Kind};
use rocket::{Build, Request, Response, Rocket};

use super::context::{Context, Passage, ResolvePrincipal};
use super::render::RenderAnswer;
use crate::Answer;
use crate::unguarded::Unguarded;

/// Tells guards who calls and how refusals look.
///
/// Guards without it refuse everyone, and keep the service from being launched. Fairings that add to responses may be
/// attached before or after it; what they add is added to refusals as well.
pub struct RouteRole {
    context: Context,
    unguarded: Unguarded,
}

impl RouteRole {
    /// A fairing that asks `resolver` who calls and answers with problem documents.
    pub fn new(resolver: impl ResolvePrincipal) -> Self {
        Self { context: Context::new(resolver), unguarded: Unguarded::LetThrough }
    }

    /// Answers in the application's own way.
    #[must_use]
    pub fn with_answers(self, renderer: impl RenderAnswer) -> Self {
        Self { context: self.context.with_renderer(renderer), ..self }
    }

    /// Lets no route answer without a guard, except at the paths `except` and below them.
    ///
    /// What such a route answers is thrown away, the caller gets a 500, and the log says which route it was. The handler
    /// has run by then: this finds a forgotten attribute in the first test that asks the route, it doesn't replace it.
    #[must_use]
    pub fn only_guarded(self, except: &'static [&'static str]) -> Self {
        Self { unguarded: Unguarded::RefusedExcept(except), ..self }
    }
}

#[rocket::async_trait]
impl Fairing for RouteRole {
    fn info(&self) -> Info {
        Info { name: "route-role", kind: Kind::Ignite | Kind::Response | Kind::Singleton }
    }

    async fn on_ignite(&self, rocket: Rocket<Build>) -> fairing::Result {
        Ok(rocket.manage(self.context.clone()))
    }

    async fn on_response<'r>(&self, request: &'r Request<'_>, response: &mut Response<'r>) {
        let passage = Passage::of(request);
        if let Some(rejection) = passage.told.get() {
            // Instead of what a catcher made of the status.
            response.merge(rejection.renderer().render(rejection.answer()));
        } else if passage.granted(request).is_none() && self.must_be_guarded(request, response) {
            *response = self.context.renderer().render(Answer::Undecided);
        }
    }
}

impl RouteRole {
    fn must_be_guarded(&self, request: &Request<'_>, response: &Response<'_>) -> bool {
        let path = request.uri().path();
        self.unguarded.refuses(response.status().code, request.method().as_str(), path.as_str())
    }
}

impl fmt::Debug for RouteRole {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("RouteRole")
    }
}
