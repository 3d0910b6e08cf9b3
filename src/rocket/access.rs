//! `Access` as a request guard, and its answers as responders.

use rocket::request::{FromRequest, Outcome};
use rocket::response::Responder;
use rocket::{Ignite, Request, Rocket, Sentinel, response};

use super::context::{Context, Passage};
use super::guard::{Rejection, refuse};
use super::render::RenderAnswer;
use crate::{Answer, gate, rejection};

/// A request guard for handlers behind a guard: who calls, and one answer for *not there* and *not yours*.
pub type Access = crate::Access<dyn RenderAnswer>;

/// The object isn't there, or isn't there for this caller: nobody can tell which.
pub type Absent = crate::Absent<dyn RenderAnswer>;

/// The caller may not do this to the object; what it is told is what the route's `denial` says.
pub type Denied = crate::Denied<dyn RenderAnswer>;

#[rocket::async_trait]
impl<'r> FromRequest<'r> for Access {
    type Error = Rejection;

    async fn from_request(request: &'r Request<'_>) -> Outcome<Self, Rejection> {
        match access(request).await {
            Ok(access) => Outcome::Success(access),
            Err(rejection) => refuse(request, rejection),
        }
    }
}

async fn access(request: &Request<'_>) -> Result<Access, Rejection> {
    let context = Context::of(request).ok_or_else(rejection::without_layer)?;
    let refuse = |answer| Rejection::new(answer, context.renderer());
    let Some(granted) = Passage::of(request).granted(request) else {
        gate::log_missing_guard();
        return Err(refuse(Answer::Undecided));
    };
    let principal = context.caller(request).await.map_err(refuse)?;
    Ok(Access::new(principal, granted, context.renderer()))
}

impl Sentinel for Access {
    fn abort(rocket: &Rocket<Ignite>) -> bool {
        rocket.state::<Context>().is_none()
    }
}

impl<'r> Responder<'r, 'static> for Absent {
    fn respond_to(self, request: &'r Request<'_>) -> response::Result<'static> {
        self.0.respond_to(request)
    }
}

impl<'r> Responder<'r, 'static> for Denied {
    fn respond_to(self, request: &'r Request<'_>) -> response::Result<'static> {
        self.0.respond_to(request)
    }
}
