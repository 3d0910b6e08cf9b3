//! The handlers.

use rocket::serde::json::Json;
use rocket::{Route, delete, get, post, put, routes};
use route_role::rocket::{Absent, Access, Denied};
use route_role::route_role;
use route_role_tests_behavior::cases::{Case, Draft, find, of_workspace};

mod scopes {
    pub(super) const CASE_UPDATE: &str = "case:update";
}

/// All routes but those of a workspace.
pub fn routes() -> Vec<Route> {
    routes![
        health,
        search,
        plain,
        forgotten,
        me,
        whoami,
        export,
        list,
        create,
        read,
        note,
        add_note,
        without_its_tenant,
        update,
        remove,
        ranked,
        ranked_by_name,
        ranked_by_whoever
    ]
}

/// The routes of a workspace, below the one path.
pub fn of_workspaces() -> Vec<Route> {
    routes![in_workspace]
}

/// Open to everyone, whether or not it can be found out who calls; needn't be `async`.
#[route_role(public, reason = "health probe")]
#[get("/healthz")]
fn health() -> &'static str {
    "up"
}

/// A query that can be malformed.
#[route_role(Actor, scopes = ["case:read"])]
#[get("/search?<limit>")]
async fn search(limit: u64) -> String {
    limit.to_string()
}

/// A path that can be malformed.
#[route_role(Actor, scopes = ["case:read"], denial = forbidden, resource = "case")]
#[rocket::get("/plain/<id>", rank = 2)]
fn plain(id: u64) -> String {
    id.to_string()
}

/// A route without a guard, which no type can find.
#[get("/forgotten")]
fn forgotten() -> &'static str {
    "a secret"
}

/// For sessions only.
#[route_role(User)]
#[get("/me")]
fn me(access: Access) -> String {
    access.principal().kind.to_string()
}

/// Open, and still it knows who calls.
#[route_role(public, reason = "says who calls")]
#[get("/whoami")]
async fn whoami(access: Access) -> String {
    access.principal().kind.to_string()
}

/// Behind a feature.
#[route_role(User, features = ["export"])]
#[get("/export")]
async fn export() -> &'static str {
    "everything"
}

/// A list: nothing in it is an object of its own.
#[route_role(Actor, scopes = ["case:read"])]
#[get("/cases")]
async fn list(access: Access) -> Json<Vec<Case>> {
    Json(of_workspace(access.principal().tenant.as_deref()))
}

/// A body that can be malformed.
#[route_role(Actor, scopes = ["case:create"])]
#[post("/cases", format = "json", data = "<draft>")]
async fn create(draft: Json<Draft>) -> String {
    draft.into_inner().title
}

/// Absent, malformed, or of another workspace: one answer.
#[route_role(Actor, scopes = ["case:read"], resource = "case", denial = not_found)]
#[get("/cases/<id>")]
async fn read(access: Access, id: Option<u64>) -> Result<Json<Case>, Absent> {
    access.visible(id.and_then(find), |case| case.workspace).map(Json)
}

/// The workspace is part of the path.
#[route_role(Actor, scopes = ["case:read"], resource = "case", denial = not_found, tenant = "workspace_id")]
#[get("/<workspace_id>/cases/<id>")]
async fn in_workspace(access: Access, workspace_id: &str, id: u64) -> Result<Json<Case>, Absent> {
    let found = find(id).filter(|case| case.workspace == workspace_id);
    access.visible(found, |case| case.workspace).map(Json)
}

/// What a refused caller sees is the policy's default.
#[route_role(Actor, scopes = ["case:read"], resource = "note")]
#[get("/notes/<id>")]
async fn note(access: Access, id: u64) -> Result<&'static str, Denied> {
    if id == 1 { Ok("note") } else { Err(access.denied()) }
}

/// A note changes the case that it is added to.
#[route_role(Actor, scopes = ["note:create"], resource = "note", denial = not_found, parent = "case:update")]
#[post("/cases/<id>/notes")]
async fn add_note(access: Access, id: Option<u64>) -> Result<&'static str, Absent> {
    access.visible(id.and_then(find), |case| case.workspace).map(|_| "added")
}

/// The attribute binds a parameter that the path doesn't have.
#[route_role(Actor, scopes = ["case:read"], tenant = "workspace_id")]
#[get("/unbound/cases/<id>")]
async fn without_its_tenant(id: u64) -> String {
    id.to_string()
}

/// Who may read a locked case may know that it is locked.
#[route_role(Actor, scopes = [scopes::CASE_UPDATE], resource = "case", denial = not_found_unless_readable)]
#[put("/cases/<id>", data = "<draft>")]
async fn update(access: Access, id: Option<u64>, draft: Json<Draft>) -> Result<String, Denied> {
    let case = access.visible(id.and_then(find), |case| case.workspace)?;
    if case.locked { Err(access.denied_to_reader()) } else { Ok(draft.into_inner().title) }
}

/// For admins; others may know that there is something to delete.
#[route_role(Admin, scopes = ["case:delete"], resource = "case", denial = forbidden)]
#[delete("/cases/<id>")]
async fn remove(access: Access, id: Option<u64>) -> Result<&'static str, Absent> {
    access.visible(id.and_then(find), |case| case.workspace).map(|_| "deleted")
}

/// The first of the routes that are asked for one path; a name is forwarded.
#[route_role(Actor, scopes = ["case:read"], resource = "case", denial = not_found)]
#[get("/ranked/<id>", rank = 1)]
async fn ranked(id: u64) -> String {
    id.to_string()
}

/// The second, which some names are forwarded by. What is denied here may be known.
#[route_role(Actor, scopes = ["case:read"], resource = "case", denial = forbidden)]
#[get("/ranked/<name>", rank = 2)]
async fn ranked_by_name(access: Access, name: bool) -> Result<String, Denied> {
    if name { Ok(name.to_string()) } else { Err(access.denied()) }
}

/// The last, which has no guard, and still wants to know who calls.
#[get("/ranked/<name>", rank = 3)]
async fn ranked_by_whoever(access: Access, name: &str) -> String {
    format!("{} {name}", access.principal().kind)
}
