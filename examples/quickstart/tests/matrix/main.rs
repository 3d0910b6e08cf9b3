//! Every route, asked as every caller.

mod generated;

use axum::Router;
use axum::http::HeaderMap;
use axum::http::header::{AUTHORIZATION, HeaderValue};
use route_role::axum::matrix::Application;
use route_role::{Principal, Route};

/// The service, and how to be one of its callers.
struct Quickstart;

impl Application for Quickstart {
    fn router(&self) -> Router {
        quickstart::app().into_router()
    }

    fn routes(&self) -> Vec<Route> {
        quickstart::app().routes().to_vec()
    }

    /// Alice and her key are all the callers that there are.
    fn credentials(&self, caller: &Principal) -> Option<HeaderMap> {
        let scopes: Vec<&str> = caller.scopes.iter().map(AsRef::as_ref).collect();
        let header = match (caller.kind.as_str(), caller.levels.len(), scopes.as_slice()) {
            ("anonymous", 0, []) => return Some(HeaderMap::new()),
            ("user", 1, ["note:read", "note:write"]) => "Session alice",
            ("api_key", 1, ["note:read"]) => "Key of-alice",
            _ => return None,
        };
        Some(HeaderMap::from_iter([(AUTHORIZATION, HeaderValue::from_static(header))]))
    }

    /// Note 1, which is there and Alice's, is what the default for path parameters asks for.
    fn has_objects(&self) -> bool {
        true
    }
}

fn application() -> Quickstart {
    Quickstart
}
