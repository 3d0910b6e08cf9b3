//! Proves on a live router that nobody can tell *denied* from *absent*.

use std::convert::Infallible;
use std::fmt;

use axum::body::{Body, Bytes, to_bytes};
use axum::http::{HeaderName, HeaderValue, Method, Request, StatusCode, header};
use axum::response::Response;
use std::future::poll_fn;
use tower_service::Service;

/// What to ask, and as whom: a path to an object that is there and that the caller may not see, and one to an object
/// that isn't there.
#[derive(Debug, Clone)]
pub struct Probe {
    denied: String,
    absent: String,
    malformed: Option<String>,
    methods: Vec<Method>,
    headers: Vec<(String, String)>,
    ignored: Vec<HeaderName>,
}

impl Probe {
    /// Asks for two paths of one route, with `GET`.
    pub fn new(denied: impl Into<String>, absent: impl Into<String>) -> Self {
        Self {
            denied: denied.into(),
            absent: absent.into(),
            malformed: None,
            methods: vec![Method::GET],
            headers: Vec::new(),
            ignored: Vec::new(),
        }
    }

    /// Asks with these methods instead of `GET`. `HEAD` is always asked, too.
    #[must_use]
    pub fn methods(mut self, methods: impl IntoIterator<Item = Method>) -> Self {
        self.methods = methods.into_iter().collect();
        self
    }

    /// Sends a header with every request: the caller's credentials.
    #[must_use]
    pub fn header(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.headers.push((name.into(), value.into()));
        self
    }

    /// Also asks for a path of the same route with an id that can't be one; it must look absent, too.
    #[must_use]
    pub fn malformed_id(mut self, path: impl Into<String>) -> Self {
        self.malformed = Some(path.into());
        self
    }

    /// Leaves a response header out of the comparison, because it differs from response to response.
    #[must_use]
    pub fn ignore_header(mut self, name: HeaderName) -> Self {
        self.ignored.push(name);
        self
    }
}

/// Where an answer gives away that an object exists, or the probe proves nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Leak {
    /// What was asked.
    pub question: String,
    /// What the answers were.
    pub answers: String,
}

impl fmt::Display for Leak {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}: {}", self.question, self.answers)
    }
}

/// What of a response a caller can see.
#[derive(Debug, PartialEq, Eq)]
struct Seen {
    status: StatusCode,
    headers: Vec<(HeaderName, HeaderValue)>,
    body: Bytes,
}

/// Asks everything that `probe` says; see [`assert_collapsed!`](crate::assert_collapsed).
///
/// # Errors
///
/// Every question to which *denied* and *absent* answer differently.
pub async fn collapse<R>(router: R, probe: Probe) -> Result<(), Vec<Leak>>
where
    R: Service<Request<Body>, Response = Response, Error = Infallible> + Clone,
{
    let mut leaks = Vec::new();
    for question in questions(&probe) {
        let left = ask(router.clone(), &probe, &question, &question.path).await;
        let right = ask(router.clone(), &probe, &question, &probe.absent).await;
        leaks.extend(compare(&question, left, right));
    }
    if leaks.is_empty() { Ok(()) } else { Err(leaks) }
}

#[derive(Debug)]
struct Question {
    what: &'static str,
    method: Method,
    path: String,
    body: Option<&'static str>,
    must_be_refused: bool,
}

fn questions(probe: &Probe) -> Vec<Question> {
    let ask = |what, method: &Method, path: &str| Question {
        what,
        method: method.clone(),
        path: path.to_owned(),
        body: None,
        must_be_refused: true,
    };
    let mut questions = Vec::new();
    for method in probe.methods.iter().chain([&Method::HEAD]) {
        questions.push(ask("denied", method, &probe.denied));
        if let Some(malformed) = &probe.malformed {
            questions.push(ask("malformed id", method, malformed));
        }
    }
    for method in [Method::POST, Method::PUT, Method::PATCH] {
        questions.push(Question { body: Some("{"), ..ask("malformed body", &method, &probe.denied) });
    }
    // An extension method is one that no route but an `any` serves.
    if let Ok(unserved) = Method::from_bytes(b"UNSERVED") {
        questions.push(ask("wrong method", &unserved, &probe.denied));
    }
    questions
}

fn compare(question: &Question, asked: Result<Seen, String>, absent: Result<Seen, String>) -> Option<Leak> {
    let leak = |answers| {
        Some(Leak { question: format!("{} {} ({})", question.method, question.path, question.what), answers })
    };
    match (asked, absent) {
        (Err(problem), _) | (_, Err(problem)) => leak(problem),
        (Ok(asked), Ok(absent)) if asked != absent => leak(format!("{asked}, but absent is {absent}")),
        (Ok(asked), Ok(_)) if question.must_be_refused && !asked.status.is_client_error() => {
            leak(format!("{asked}: the caller isn't refused, so the probe proves nothing"))
        }
        _ => None,
    }
}

async fn ask<R>(mut router: R, probe: &Probe, question: &Question, path: &str) -> Result<Seen, String>
where
    R: Service<Request<Body>, Response = Response, Error = Infallible>,
{
    let mut request = Request::builder().method(question.method.clone()).uri(path);
    for (name, value) in &probe.headers {
        request = request.header(name, value);
    }
    if question.body.is_some() {
        request = request.header(header::CONTENT_TYPE, "application/json");
    }
    let body = question.body.map_or_else(Body::empty, Body::from);
    let request = request.body(body).map_err(|error| format!("the request can't be made: {error}"))?;
    let Ok(()) = poll_fn(|context| router.poll_ready(context)).await;
    let Ok(response) = router.call(request).await;
    let (parts, body) = response.into_parts();
    let body = to_bytes(body, usize::MAX).await.map_err(|error| format!("the body can't be read: {error}"))?;
    let mut headers: Vec<_> = parts
        .headers
        .iter()
        .filter(|(name, _)| **name != header::DATE && !probe.ignored.contains(name))
        .map(|(name, value)| (name.clone(), value.clone()))
        .collect();
    headers.sort_by(|left, right| left.0.as_str().cmp(right.0.as_str()));
    Ok(Seen { status: parts.status, headers, body })
}

impl fmt::Display for Seen {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{} {:?} {:?}", self.status.as_u16(), self.headers, self.body)
    }
}

/// Asserts on a live router that a caller can't tell an object that it may not see from one that isn't there.
///
/// It asks for both as the caller of the [`Probe`], with its methods and `HEAD`, with a malformed body, with a method
/// that the route doesn't serve, and for a malformed id if the probe has one. Status, headers and bytes must agree.
///
/// Use it in an `async` test:
///
/// ```ignore
/// assert_collapsed!(app(), Probe::new("/cases/1", "/cases/999").header("authorization", "Bearer of-another-tenant"));
/// ```
#[macro_export]
macro_rules! assert_collapsed {
    ($router:expr, $probe:expr $(,)?) => {
        if let ::std::result::Result::Err(leaks) = $crate::axum::probe::collapse($router, $probe).await {
            let leaks: ::std::vec::Vec<_> = leaks.iter().map(::std::string::ToString::to_string).collect();
            ::std::panic!("a caller can tell denied from absent:\n  {}", leaks.join("\n  "));
        }
    };
}
