//! Notes that belong to workspaces.

use axum::Json;
use axum::http::request::Parts;
use route_role::axum::routing::get;
use route_role::axum::{Absent, Access, ObjectPath, PolicyRouter, ResolveError, RouteRoleLayer};
use route_role::{Principal, PrincipalKind, route_role};
use serde::Serialize;

/// A note.
#[derive(Clone, Serialize)]
pub struct Note {
    id: u64,
    workspace: u64,
    text: &'static str,
}

const NOTES: [Note; 2] =
    [Note { id: 1, workspace: 1, text: "mine" }, Note { id: 2, workspace: 2, text: "somebody else's" }];

/// Who may call stands on the handler. The attribute checks it against `route-role.yaml` while this is compiled, and
/// refuses everyone else before any argument is extracted.
#[route_role(Actor, scopes = ["note:read"], resource = "note")]
async fn get_note(access: Access, ObjectPath(id): ObjectPath<u64>) -> Result<Json<Note>, Absent> {
    let found = NOTES.into_iter().find(|note| note.id == id);
    // A note of another workspace and no note at all are one and the same 404.
    access.visible(found, |note| note.workspace).map(Json)
}

#[route_role(User, scopes = ["note:write"])]
async fn create_note(text: String) -> String {
    text
}

/// A route without a guard would not compile; one for everyone says why.
#[route_role(public, reason = "probe of the load balancer")]
async fn health() -> &'static str {
    "ok"
}

/// Who calls is the application's own business: sessions, keys, tokens. Here a header says so.
fn caller(parts: &Parts) -> Result<Option<Principal>, ResolveError> {
    let Some(header) = parts.headers.get("authorization") else { return Ok(None) };
    let principal = match header.to_str()? {
        "Session alice" => Principal::new(PrincipalKind::USER).with_scope("note:read").with_scope("note:write"),
        "Key of-alice" => Principal::new(PrincipalKind::API_KEY).with_scope("note:read"),
        _ => return Ok(None),
    };
    Ok(Some(principal.with_level("workspace").with_tenant("1")))
}

/// The routes, each with its access: `app().routes()` lists them.
pub fn app() -> PolicyRouter {
    PolicyRouter::new()
        .route("/health", get(health))
        .route("/notes", route_role::axum::routing::post(create_note))
        .route("/notes/{id}", get(get_note))
        .layer(RouteRoleLayer::new(caller))
}
