//! The guard as a request guard.

use rocket::http::Status;
use rocket::request::{FromRequest, Outcome};
use rocket::response::Responder;
use rocket::{Ignite, Request, Rocket, Sentinel, response};

use super::context::{Context, Passage};
use super::render::RenderAnswer;
use crate::gate::{self, Granted};
use crate::{Guard, Protected, Protection, rejection};

/// A refused request, which the application's [`RenderAnswer`] turns into a response.
pub type Rejection = crate::Rejection<dyn RenderAnswer>;

#[rocket::async_trait]
impl<'r, P: Protected> FromRequest<'r> for Guard<P> {
    type Error = Rejection;

    async fn from_request(request: &'r Request<'_>) -> Outcome<Self, Rejection> {
        match check(request, P::PROTECTION).await {
            Ok(granted) => {
                Passage::of(request).grant(request, granted);
                Outcome::Success(Self::granted())
            }
            Err(rejection) => refuse(request, rejection),
        }
    }
}

/// A service with a guard, but without the fairing that tells it who calls, had better not be launched.
impl<P: Protected> Sentinel for Guard<P> {
    fn abort(rocket: &Rocket<Ignite>) -> bool {
        rocket.state::<Context>().is_none()
    }
}

/// Tells the caller; the fairing has the last word about how.
pub(super) fn refuse<S>(request: &Request<'_>, rejection: Rejection) -> Outcome<S, Rejection> {
    Outcome::Error((tell(request, &rejection), rejection))
}

fn tell(request: &Request<'_>, rejection: &Rejection) -> Status {
    Passage::of(request).told.get_or_init(|| rejection.clone());
    Status::new(rejection.answer().status())
}

async fn check(request: &Request<'_>, protection: &'static Protection) -> Result<Granted, Rejection> {
    let granted = Granted::at(protection, pattern(request).as_deref());
    if gate::is_open(protection) {
        return Ok(granted);
    }
    let context = Context::of(request).ok_or_else(rejection::without_layer)?;
    let refuse = |answer| Rejection::new(answer, context.renderer());
    let principal = context.caller(request).await.map_err(refuse)?;
    let tenant = |name: &str| path_parameter(request, name);
    gate::check(protection, granted.denial, &principal, request.method().as_str(), tenant).map_err(refuse)?;
    Ok(granted)
}

/// The segments of the matched route's path, `<id>` for a parameter.
fn route_segments<'r>(request: &'r Request<'_>) -> Option<impl Iterator<Item = &'r str>> {
    let path = request.route()?.uri.as_str().split('?').next()?;
    Some(path.split('/').filter(|segment| !segment.is_empty()))
}

/// The matched route's path as it is written everywhere else, `/cases/{id}`.
fn pattern(request: &Request<'_>) -> Option<String> {
    let segments = route_segments(request)?.map(|segment| match parameter(segment) {
        Some(name) => match name.strip_suffix("..") {
            Some(rest) => format!("/{{*{rest}}}"),
            None => format!("/{{{name}}}"),
        },
        None => format!("/{segment}"),
    });
    Some(segments.collect())
}

fn path_parameter(request: &Request<'_>, name: &str) -> Option<String> {
    let mut values = request.uri().path().segments();
    route_segments(request)?
        .zip(&mut values)
        .find(|(segment, _)| parameter(segment) == Some(name))
        .map(|(_, value)| value.to_owned())
}

/// The name of a parameter of a route's path.
fn parameter(segment: &str) -> Option<&str> {
    segment.strip_prefix('<')?.strip_suffix('>')
}

/// The answer goes through Rocket's catchers, like that of a guard, so that both end up as the same response.
impl<'r> Responder<'r, 'static> for Rejection {
    fn respond_to(self, request: &'r Request<'_>) -> response::Result<'static> {
        Err(tell(request, &self))
    }
}
