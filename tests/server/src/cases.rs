//! The handlers.

use axum::Json;
use axum::extract::{Path, Query};
use route_role::axum::{Absent, Access, Denied, ObjectPath};
use route_role::route_role;
use route_role_tests_behavior::cases::{Case, Draft, Limit, find, of_workspace};

mod scopes {
    pub(super) const CASE_UPDATE: &str = "case:update";
}

/// Open to everyone, whether or not it can be found out who calls.
#[route_role(public, reason = "health probe")]
pub async fn health() -> &'static str {
    "up"
}

/// For sessions only.
#[route_role(User)]
pub async fn me(access: Access) -> String {
    access.principal().kind.to_string()
}

/// Open, and still it knows who calls.
#[route_role(public, reason = "says who calls")]
pub async fn whoami(access: Access) -> String {
    access.principal().kind.to_string()
}

/// Behind a feature.
#[route_role(User, features = ["export"])]
pub async fn export() -> &'static str {
    "everything"
}

/// A list: nothing in it is an object of its own.
#[route_role(Actor, scopes = ["case:read"])]
pub async fn list(access: Access) -> Json<Vec<Case>> {
    Json(of_workspace(access.principal().tenant.as_deref()))
}

/// A query that can be malformed.
#[route_role(Actor, scopes = ["case:read"])]
pub async fn search(Query(limit): Query<Limit>) -> String {
    limit.limit.to_string()
}

/// A path that can be malformed.
#[route_role(Actor, scopes = ["case:read"], resource = "case", denial = forbidden)]
pub async fn plain(Path(id): Path<u64>) -> String {
    id.to_string()
}

/// A body that can be malformed.
#[route_role(Actor, scopes = ["case:create"])]
pub async fn create(Json(draft): Json<Draft>) -> String {
    draft.title
}

/// Absent, or of another workspace: one answer.
#[route_role(Actor, scopes = ["case:read"], resource = "case", denial = not_found)]
pub async fn read(access: Access, ObjectPath(id): ObjectPath<u64>) -> Result<Json<Case>, Absent> {
    access.visible(find(id), |case| case.workspace).map(Json)
}

/// The workspace is part of the path.
#[route_role(Actor, scopes = ["case:read"], resource = "case", denial = not_found, tenant = "workspace_id")]
pub async fn in_workspace(access: Access, Path((_workspace, id)): Path<(String, u64)>) -> Result<Json<Case>, Absent> {
    access.visible(find(id), |case| case.workspace).map(Json)
}

/// What a refused caller sees is the policy's default.
#[route_role(Actor, scopes = ["case:read"], resource = "note")]
pub async fn note(access: Access, Path(id): Path<u64>) -> Result<String, Denied> {
    if id == 1 { Ok("note".to_owned()) } else { Err(access.denied()) }
}

/// A note changes the case that it is added to.
#[route_role(Actor, scopes = ["note:create"], resource = "note", denial = not_found, parent = "case:update")]
pub async fn add_note(access: Access, ObjectPath(id): ObjectPath<u64>) -> Result<&'static str, Absent> {
    access.visible(find(id), |case| case.workspace).map(|_| "added")
}

/// The attribute binds a parameter that the path doesn't have.
#[route_role(Actor, scopes = ["case:read"], tenant = "workspace_id")]
pub async fn without_its_tenant(Path(id): Path<u64>) -> String {
    id.to_string()
}

/// Who may read a locked case may know that it is locked.
#[route_role(Actor, scopes = [scopes::CASE_UPDATE], resource = "case", denial = not_found_unless_readable)]
pub async fn update(
    access: Access,
    ObjectPath(id): ObjectPath<u64>,
    Json(draft): Json<Draft>,
) -> Result<String, Denied> {
    let case = access.visible(find(id), |case| case.workspace)?;
    if case.locked { Err(access.denied_to_reader()) } else { Ok(draft.title) }
}

/// For admins; others may know that there is something to delete.
#[route_role(Admin, scopes = ["case:delete"], resource = "case", denial = forbidden)]
pub async fn delete(access: Access, ObjectPath(id): ObjectPath<u64>) -> Result<&'static str, Absent> {
    access.visible(find(id), |case| case.workspace).map(|_| "deleted")
}
