//! The handlers.

use poem::handler;
use poem::web::{Json, Path, Query};
use route_role::poem::{Absent, Access, Denied, ObjectPath};
use route_role::route_role;
use route_role_tests_behavior::cases::{Case, Draft, Limit, find, of_workspace};

mod scopes {
    pub(super) const CASE_UPDATE: &str = "case:update";
}

/// Open to everyone, whether or not it can be found out who calls; needn't be `async`.
#[route_role(public, reason = "health probe")]
#[handler]
pub(crate) fn health() -> &'static str {
    "up"
}

/// A query that can be malformed.
#[route_role(Actor, scopes = ["case:read"])]
#[poem::handler]
pub(crate) async fn search(Query(limit): Query<Limit>) -> String {
    limit.limit.to_string()
}

/// A path that can be malformed.
#[route_role(Actor, scopes = ["case:read"], denial = forbidden, resource = "case")]
#[handler]
pub(crate) fn plain(Path(id): Path<u64>) -> String {
    id.to_string()
}

/// A route without a guard, which no type can find.
#[handler]
pub(crate) fn forgotten() -> &'static str {
    "a secret"
}

/// For sessions only.
#[route_role(User)]
#[handler]
pub(crate) fn me(access: Access) -> String {
    access.principal().kind.to_string()
}

/// Open, and still it knows who calls.
#[route_role(public, reason = "says who calls")]
#[handler]
pub(crate) async fn whoami(access: Access) -> String {
    access.principal().kind.to_string()
}

/// Behind a feature.
#[route_role(User, features = ["export"])]
#[handler]
pub(crate) async fn export() -> &'static str {
    "everything"
}

/// A list: nothing in it is an object of its own.
#[route_role(Actor, scopes = ["case:read"])]
#[handler]
pub(crate) async fn list(access: Access) -> Json<Vec<Case>> {
    Json(of_workspace(access.principal().tenant.as_deref()))
}

/// A body that can be malformed.
#[route_role(Actor, scopes = ["case:create"])]
#[handler]
pub(crate) async fn create(Json(draft): Json<Draft>) -> String {
    draft.title
}

/// Absent, malformed, or of another workspace: one answer.
#[route_role(Actor, scopes = ["case:read"], resource = "case", denial = not_found)]
#[handler]
pub(crate) async fn read(access: Access, ObjectPath(id): ObjectPath<u64>) -> Result<Json<Case>, Absent> {
    access.visible(find(id), |case| case.workspace).map(Json)
}

/// The workspace is part of the path.
#[route_role(Actor, scopes = ["case:read"], resource = "case", denial = not_found, tenant = "workspace_id")]
#[handler]
pub(crate) async fn in_workspace(
    access: Access,
    Path((_workspace, id)): Path<(String, u64)>,
) -> Result<Json<Case>, Absent> {
    access.visible(find(id), |case| case.workspace).map(Json)
}

/// What a refused caller sees is the policy's default.
#[route_role(Actor, scopes = ["case:read"], resource = "note")]
#[handler]
pub(crate) async fn note(access: Access, Path(id): Path<u64>) -> Result<&'static str, Denied> {
    if id == 1 { Ok("note") } else { Err(access.denied()) }
}

/// A note changes the case that it is added to.
#[route_role(Actor, scopes = ["note:create"], resource = "note", denial = not_found, parent = "case:update")]
#[handler]
pub(crate) async fn add_note(access: Access, ObjectPath(id): ObjectPath<u64>) -> Result<&'static str, Absent> {
    access.visible(find(id), |case| case.workspace).map(|_| "added")
}

/// The attribute binds a parameter that the path doesn't have.
#[route_role(Actor, scopes = ["case:read"], tenant = "workspace_id")]
#[handler]
pub(crate) async fn without_its_tenant(Path(id): Path<u64>) -> String {
    id.to_string()
}

/// Who may read a locked case may know that it is locked.
#[route_role(Actor, scopes = [scopes::CASE_UPDATE], resource = "case", denial = not_found_unless_readable)]
#[handler]
pub(crate) async fn update(
    access: Access,
    ObjectPath(id): ObjectPath<u64>,
    Json(draft): Json<Draft>,
) -> Result<String, Denied> {
    let case = access.visible(find(id), |case| case.workspace)?;
    if case.locked { Err(access.denied_to_reader()) } else { Ok(draft.title) }
}

/// For admins; others may know that there is something to delete.
#[route_role(Admin, scopes = ["case:delete"], resource = "case", denial = forbidden)]
#[handler]
pub(crate) async fn remove(access: Access, ObjectPath(id): ObjectPath<u64>) -> Result<&'static str, Absent> {
    access.visible(find(id), |case| case.workspace).map(|_| "deleted")
}
