//! Asks a live service, as each kind of caller, what the policy says about each route.
//!
//! `route-role codegen tests` writes the matrix: which caller gets which answer, from the same [`decide`](crate::decide())
//! that the guards ask. The application says how a request of each caller looks ([`Application`]).

mod caller;
mod expected;
mod over_http;

use std::fmt;
use std::future::poll_fn;

use axum::Router;
use axum::body::Body;
use axum::http::{HeaderMap, Method, Request, StatusCode};
use tower_service::Service;

pub use caller::Caller;
pub use expected::Expected;

use crate::{Principal, Route};

/// The variable that names a running service, `http://127.0.0.1:8080`, to be asked instead of the application's router.
pub const BASE_URL: &str = "ROUTE_ROLE_BASE_URL";

/// What the matrix needs to know of an application.
pub trait Application {
    /// The whole service. It is asked for once per request, so that nothing that one request changes matters to the next.
    fn router(&self) -> Router;

    /// What [`PolicyRouter::routes`](crate::axum::PolicyRouter::routes) lists, to be compared with the lock.
    ///
    /// A service without a `PolicyRouter` keeps no list, and its generated tests don't ask for one.
    fn routes(&self) -> Vec<Route> {
        Vec::new()
    }

    /// The headers of a request of this caller, who acts for the tenant that [`parameter`](Self::parameter) names.
    ///
    /// `None` if there can be no such caller (a key without any scope, perhaps); its requests are left out.
    fn credentials(&self, caller: &Principal) -> Option<HeaderMap>;

    /// What stands in a path for one of its parameters: the caller's tenant, the id of an object.
    fn parameter(&self, name: &str, caller: &Principal) -> String {
        let _ = (name, caller);
        "1".to_owned()
    }

    /// Whether [`parameter`](Self::parameter) names objects that are there and that the caller may see.
    ///
    /// If not, 404 is an answer to somebody who was let in, and tells nothing.
    fn has_objects(&self) -> bool {
        false
    }

    /// Whether a status is the expected one. Services whose own guards answer in their own way say so here.
    fn is_met(&self, expected: Expected, status: StatusCode) -> bool {
        expected.is_met_by(status)
    }
}

/// A route and the answers that its callers get.
#[derive(Debug, Clone, Copy)]
pub struct Row {
    /// The method, upper case.
    pub method: &'static str,
    /// The path, `/cases/{id}`.
    pub path: &'static str,
    /// Who gets which answer.
    pub answers: &'static [(Expected, &'static [Caller])],
}

/// What was asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Asked {
    /// Requests that were sent.
    pub requests: usize,
    /// Requests that weren't, because there is no such caller, or because they would have changed a running service.
    pub left_out: usize,
}

/// The answers that weren't the expected ones.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unexpected {
    answers: Vec<String>,
}

impl fmt::Display for Unexpected {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "callers don't get the answers that the policy gives:\n  {}", self.answers.join("\n  "))
    }
}

impl std::error::Error for Unexpected {}

/// Asks everything.
///
/// The application's router answers, or the service that the variable [`BASE_URL`] names. There, requests that would
/// change something are only sent for callers who are to be refused.
///
/// # Errors
///
/// Every answer that isn't the expected one, and a matrix of which nothing could be asked.
pub async fn check(application: &impl Application, matrix: &[Row]) -> Result<Asked, Unexpected> {
    let base = std::env::var(BASE_URL).ok().filter(|url| !url.is_empty());
    check_at(application, matrix, base.as_deref()).await
}

/// The same, for those who don't leave it to a variable.
///
/// # Errors
///
/// As [`check`].
pub async fn check_at(
    application: &impl Application,
    matrix: &[Row],
    base_url: Option<&str>,
) -> Result<Asked, Unexpected> {
    let mut asked = Asked { requests: 0, left_out: 0 };
    let mut answers = Vec::new();
    for row in matrix {
        for (expected, callers) in row.answers {
            for caller in *callers {
                let question = Question { row, caller: caller.principal(), expected: *expected };
                match question.ask(application, base_url).await {
                    None => asked.left_out += 1,
                    Some(Ok(status)) => {
                        asked.requests += 1;
                        if !question.is_met(application, status) {
                            answers.push(format!("{question}: expected {expected}, got {}", status.as_u16()));
                        }
                    }
                    Some(Err(problem)) => answers.push(format!("{question}: {problem}")),
                }
            }
        }
    }
    if asked.requests == 0 && answers.is_empty() {
        answers.push("nothing was asked: `credentials` has none of the callers".to_owned());
    }
    if answers.is_empty() { Ok(asked) } else { Err(Unexpected { answers }) }
}

/// One request, as one caller.
struct Question<'m> {
    row: &'m Row,
    caller: Principal,
    expected: Expected,
}

impl Question<'_> {
    /// The status; `None` if it isn't asked.
    async fn ask(&self, application: &impl Application, base_url: Option<&str>) -> Option<Result<StatusCode, String>> {
        let changes = ![Method::GET, Method::HEAD, Method::OPTIONS].iter().any(|method| method == self.row.method);
        if base_url.is_some() && changes && self.expected == Expected::LetIn {
            return None;
        }
        let headers = application.credentials(&self.caller)?;
        let path = filled(self.row.path, |name| application.parameter(name, &self.caller));
        Some(match base_url {
            Some(base) => over_http::status(base, self.row.method, &path, &headers),
            None => status(application.router(), self.row.method, &path, headers).await,
        })
    }

    fn is_met(&self, application: &impl Application, status: StatusCode) -> bool {
        let names_an_object = self.row.path.contains('{');
        // Who is let in and asks for what isn't there is told so.
        let may_be_absent = self.expected == Expected::LetIn && names_an_object && !application.has_objects();
        may_be_absent && status == StatusCode::NOT_FOUND || application.is_met(self.expected, status)
    }
}

impl fmt::Display for Question<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{} {} as {}", self.row.method, self.row.path, caller::describe(&self.caller))
    }
}

async fn status(mut router: Router, method: &str, path: &str, headers: HeaderMap) -> Result<StatusCode, String> {
    let request = Request::builder().method(method).uri(path).body(Body::empty());
    let mut request = request.map_err(|error| format!("the request can't be made: {error}"))?;
    *request.headers_mut() = headers;
    let Ok(()) = poll_fn(|context| Service::<Request<Body>>::poll_ready(&mut router, context)).await;
    let Ok(response) = router.call(request).await;
    Ok(response.status())
}

/// A path with a value for each parameter.
fn filled(path: &str, value: impl Fn(&str) -> String) -> String {
    let mut filled = String::with_capacity(path.len());
    let mut rest = path;
    while let Some((before, behind)) = rest.split_once('{') {
        let Some((name, after)) = behind.split_once('}') else { break };
        filled.push_str(before);
        filled.push_str(&value(name.trim_start_matches('*')));
        rest = after;
    }
    filled.push_str(rest);
    filled
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_parameter_of_a_path_gets_a_value() {
        let by_name = |name: &str| format!("<{name}>");
        assert_eq!(filled("/a/{id}/x-{name}.json/{*rest}", by_name), "/a/<id>/x-<name>.json/<rest>");
        assert_eq!(filled("/a/{", by_name), "/a/{");
    }
}
