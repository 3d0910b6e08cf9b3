//! Asks a running program who may call a route.

use std::future::poll_fn;

use axum::Router;
use axum::body::Body;
use axum::http::{Request, StatusCode};
use tower_service::Service;

/// The answer to a request for a path whose parameters are all `1`, without a body.
///
/// # Panics
///
/// If the request can't be made, which fails the test.
pub async fn status(mut app: Router, method: &str, path: &str, header: Option<(&str, &str)>) -> StatusCode {
    let mut request = Request::builder().method(method).uri(filled(path));
    if let Some((name, value)) = header {
        request = request.header(name, value);
    }
    let request = request.body(Body::empty()).expect("a fixture's path is a path");
    let Ok(()) = poll_fn(|context| Service::<Request<Body>>::poll_ready(&mut app, context)).await;
    let Ok(response) = app.call(request).await;
    response.status()
}

/// Whether an answer is one to a caller who was let in.
pub fn lets_in(status: StatusCode) -> bool {
    ![StatusCode::UNAUTHORIZED, StatusCode::PAYMENT_REQUIRED, StatusCode::FORBIDDEN].contains(&status)
}

/// Whether there is such a route.
pub fn is_served(status: StatusCode) -> bool {
    ![StatusCode::NOT_FOUND, StatusCode::METHOD_NOT_ALLOWED].contains(&status)
}

fn filled(path: &str) -> String {
    let segments = path.split('/').map(|segment| if segment.starts_with('{') { "1" } else { segment });
    segments.collect::<Vec<_>>().join("/")
}
