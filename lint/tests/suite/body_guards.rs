//! Checks that are calls in bodies: when they restrict a route, and when nothing can be relied on.

use serde_json::Value;

use crate::harness::Service;

const POLICY: &str = r#"
version: 1
tiers: [member, admin]
scopes: ["yank", "publish"]
roles:
  User: { accepts: [user] }
  Actor: { accepts: [user, api_key] }
  Admin: { accepts: [user], tier: admin }
guards:
  - { match: "is_admin($...)", role: Admin }
  - { match: "require_user($...)", role: User }
  - { match: "Gate::check($..., only_cookie=true)", role: User }
  - { match: "Gate::check($..., with_scope=Scope::Yank)", role: Actor, scopes: { all: [yank] } }
  - { match: "Gate::check($..., with_scope=$S)", role: Actor, scopes: { all: $S } }
"#;

/// What the route's access is, with a handler of this body; `rest` may define what it calls.
fn access(body: &str, rest: &str) -> String {
    let main = format!(
        r#"
use axum::Router;
use axum::extract::{{Path, State}};
use axum::http::{{HeaderMap, StatusCode}};
use axum::routing::post;

#[tokio::main]
async fn main() {{
    let listener = tokio::net::TcpListener::bind("127.0.0.1:8080").await.unwrap();
    axum::serve(listener, Router::new().route("/crates/{{id}}/yank", post(yank)).with_state(Store)).await.unwrap();
}}

pub enum Scope {{ Yank, Publish }}
pub const PUBLISH: &str = "publish";
pub struct Error;
impl From<StatusCode> for Error {{ fn from(_: StatusCode) -> Self {{ Error }} }}
impl axum::response::IntoResponse for Error {{
    fn into_response(self) -> axum::response::Response {{ StatusCode::FORBIDDEN.into_response() }}
}}
pub struct User {{ admin: bool }}
pub struct Gate {{ scope: Option<Scope> }}
impl Gate {{
    pub fn new() -> Self {{ Self {{ scope: None }} }}
    pub fn only_cookie() -> Self {{ Self {{ scope: None }} }}
    pub fn with_scope(self, scope: Scope) -> Self {{ Self {{ scope: Some(scope) }} }}
    pub async fn check(&self, headers: &HeaderMap) -> Result<User, Error> {{
        if headers.contains_key("x-user") {{ Ok(User {{ admin: false }}) }} else {{ Err(Error) }}
    }}
}}
pub fn require_user(headers: &HeaderMap) -> Result<User, Error> {{
    headers.get("x-user").map(|_| User {{ admin: false }}).ok_or(Error)
}}
pub fn is_admin(user: &User) -> bool {{ user.admin }}

async fn yank(State(store): State<Store>, Path(id): Path<u64>, headers: HeaderMap) -> Result<(), Error> {{
{body}
}}

{rest}
"#
    );
    let service = Service::with(&[("src/main.rs", &main), ("route-role.yaml", POLICY)]);
    let run = service.run(&["routes", "--format", "json", "--allow-incomplete"]);
    let document: Value = serde_json::from_str(&run.stdout).unwrap_or_else(|error| panic!("{error}: {}", run.stderr));
    let checked = service.run(&["check", "--format", "json", "--allow-incomplete"]);
    let findings: Value = serde_json::from_str(&checked.stdout).unwrap_or_else(|_| panic!("{}", checked.stderr));
    let open = findings["findings"].as_array().expect("findings").iter().any(|one| one["rule"] == "undeclared-route");
    let words = words(&document["routes"][0]["access"]["alternatives"]);
    // `routes` reads bodies for nothing but checks, `check` for everything: both must see the same.
    assert_eq!(open, words == "everyone", "routes says {words:?}: {findings:#}");
    words
}

/// `user admin`, `api_key,user yank`, `everyone`.
fn words(alternatives: &Value) -> String {
    let of_list = |list: &Value| {
        let words = list.as_array().expect("a list").iter();
        // A clause of scopes names those of which any is enough.
        let words = words.map(|word| word.as_str().or_else(|| word[0].as_str()).expect("a word"));
        words.collect::<Vec<_>>().join(",")
    };
    let of_way = |way: &Value| {
        let principals = match way["principals"].as_str() {
            Some(everyone) => everyone.to_owned(),
            None => of_list(&way["principals"]),
        };
        let parts = [principals, of_list(&way["tiers"]), of_list(&way["scopes"])];
        parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" ")
    };
    alternatives.as_array().expect("alternatives").iter().map(of_way).collect::<Vec<_>>().join(" | ")
}

const SAVE: &str = "store.yank(id).await; Ok(())";

/// The access of a handler with this check in front of what it does.
fn checked(check: &str) -> String {
    access(&format!("{check}\n{SAVE}"), "")
}

#[test]
fn a_check_whose_failure_leaves_is_a_guard() {
    for check in [
        "Gate::new().check(&headers).await?;",
        "let user = Gate::new().check(&headers).await?;",
        "let _user = Gate::new().check(&headers).await.map_err(|_| StatusCode::FORBIDDEN)?;",
        "let Ok(user) = Gate::new().check(&headers).await else { return Err(Error) };",
        "let user = match Gate::new().check(&headers).await { Ok(user) => user, Err(error) => return Err(error) };",
        "if let Err(error) = Gate::new().check(&headers).await { return Err(error); }",
        "if Gate::new().check(&headers).await.is_err() { return Err(Error); }",
        "let allowed = Gate::new().check(&headers).await; allowed?;",
        "let gate = Gate::new(); gate.check(&headers).await?;",
        "async { Gate::new().check(&headers).await }.await?;",
        "Box::pin(async { Gate::new().check(&headers).await?; Ok::<(), Error>(()) }).await?;",
    ] {
        assert_eq!(checked(check), "api_key,user", "{check}");
    }
}

#[test]
fn a_truth_value_is_a_guard_where_its_side_ends() {
    let user = "let user = require_user(&headers)?;";
    for check in [
        "if !is_admin(&user) { return Err(Error); }",
        "if is_admin(&user) {} else { return Err(Error); }",
        "if !is_admin(&user) || id == 0 { return Err(Error); }",
        "let admin = is_admin(&user); if !admin { return Err(Error); }",
        "ensure!(is_admin(&user), Error);",
    ] {
        assert_eq!(checked(&format!("{user} {check}")), "user admin", "{check}");
    }
    for check in [
        "if is_admin(&user) { return Err(Error); }",
        "if !is_admin(&user) && id == 0 { return Err(Error); }",
        "if !is_admin(&user) { tracing::warn!(\"no admin\"); }",
        "let admin = is_admin(&user); store.note(admin);",
        "let same = is_admin(&user) == (id == 0); if !same { return Err(Error); }",
    ] {
        assert_eq!(checked(&format!("{user} {check}")), "user", "{check}");
    }
}

#[test]
fn a_check_that_can_be_avoided_is_no_guard() {
    for check in [
        "let user = match Gate::new().check(&headers).await { Ok(user) => user, Err(_) => return Ok(()) };",
        "if let Ok(user) = Gate::new().check(&headers).await { store.note(user); } else { return Ok(()); }",
        "let Ok(user) = Gate::new().check(&headers).await else { return Ok(()) };",
        "if Gate::new().check(&headers).await.is_err() { return Ok(()); }",
        "let _ = Gate::new().check(&headers).await;",
        "Gate::new().check(&headers).await.ok();",
        "if id > 7 { Gate::new().check(&headers).await?; }",
        "if id > 7 { return Ok(()); } Gate::new().check(&headers).await?;",
        "for _ in 0..id { Gate::new().check(&headers).await?; }",
        "let later = || async { Gate::new().check(&headers).await }; store.keep(later);",
        "match id { 0 => {} _ => { Gate::new().check(&headers).await?; } }",
        "let user = Gate::new().check(&headers).await.unwrap_or(User { admin: false });",
        "if let Some(error) = Gate::new().check(&headers).await.err() { tracing::warn!(\"refused\"); }",
        "let result = Ok::<_, Error>(Gate::new().check(&headers).await); result?;",
    ] {
        assert_eq!(checked(check), "everyone", "{check}");
    }
}

#[test]
fn what_stands_on_the_passed_side_of_a_branch_may_succeed() {
    let body = "if let Ok(user) = Gate::new().check(&headers).await { store.yank(id).await; return Ok(()); } else { return Err(Error); }";
    assert_eq!(access(body, ""), "api_key,user");
    let body = "match Gate::new().check(&headers).await { Ok(_) => { store.yank(id).await; Ok(()) } Err(error) => return Err(error) }";
    assert_eq!(access(body, ""), "api_key,user");
}

#[test]
fn a_failure_may_leave_before_the_check() {
    let check = "if id == 0 { return Err(Error); } let case = store.case(id).await.ok_or(StatusCode::NOT_FOUND)?; Gate::new().check(&headers).await?;";
    assert_eq!(checked(check), "api_key,user");
}

#[test]
fn a_builder_tells_the_pattern_what_it_was_told() {
    assert_eq!(checked("Gate::only_cookie().check(&headers).await?;"), "user");
    assert_eq!(checked("Gate::new().with_scope(Scope::Yank).check(&headers).await?;"), "api_key,user yank");
    assert_eq!(checked("Gate::new().with_scope(PUBLISH).check(&headers).await?;"), "api_key,user publish");
}

#[test]
fn helpers_that_check_are_checks() {
    let helper = "
async fn authenticate(headers: &HeaderMap) -> Result<User, Error> { Gate::only_cookie().check(headers).await }
async fn administrator(headers: &HeaderMap) -> Result<User, Error> {
    let user = authenticate(headers).await?;
    if !is_admin(&user) { return Err(Error); }
    Ok(user)
}
async fn sometimes(headers: &HeaderMap, id: u64) -> Result<(), Error> {
    if id == 0 { return Ok(()); }
    Gate::new().check(headers).await?;
    Ok(())
}
fn may(user: &User) -> bool { is_admin(user) }
";
    let with = |check: &str| access(&format!("{check}\n{SAVE}"), helper);
    assert_eq!(with("authenticate(&headers).await?;"), "user");
    assert_eq!(with("administrator(&headers).await?;"), "user admin");
    assert_eq!(with("let user = authenticate(&headers).await?; if !may(&user) { return Err(Error); }"), "user admin");
    assert_eq!(with("authenticate(&headers).await.ok();"), "everyone");
    assert_eq!(with("sometimes(&headers, id).await?;"), "everyone");
}

#[test]
fn the_tail_of_a_handler_may_be_the_check() {
    assert_eq!(access("Gate::new().check(&headers).await.map(|_| ()).map_err(Error::from)", ""), "api_key,user");
}

#[test]
fn a_check_on_each_side_of_a_branch_is_one_or_the_other() {
    let helper = "
async fn one(headers: &HeaderMap) -> Result<(), Error> { Gate::new().with_scope(PUBLISH).check(headers).await?; Ok(()) }
async fn other(headers: &HeaderMap) -> Result<(), Error> { Gate::new().with_scope(Scope::Yank).check(headers).await?; Ok(()) }
";
    let with = |check: &str| access(&format!("{check}\n{SAVE}"), helper);
    assert_eq!(
        with("if id > 7 { one(&headers).await?; } else { other(&headers).await?; }"),
        "api_key,user publish | api_key,user yank"
    );
    assert_eq!(with("match id { 0 => one(&headers).await, _ => one(&headers).await }?;"), "api_key,user publish");
    assert_eq!(
        with("match id { 0 => return Err(Error), 1 => one(&headers).await?, _ => other(&headers).await? };"),
        "api_key,user publish | api_key,user yank"
    );
    assert_eq!(
        access("if id > 7 { one(&headers).await } else { one(&headers).await }", helper),
        "api_key,user publish"
    );
    assert_eq!(with("match id { 0 => Err(Error), _ => one(&headers).await }?;"), "api_key,user publish");
    assert_eq!(with("match id { 0 => Ok(()), _ => one(&headers).await }?;"), "everyone");
    assert_eq!(with("if id > 7 { one(&headers).await?; }"), "everyone");
    assert_eq!(with("if id > 7 { one(&headers).await?; } else if id > 3 { other(&headers).await?; }"), "everyone");
    assert_eq!(with("if id > 7 { return Ok(()); } else { one(&headers).await?; }"), "everyone");
    assert_eq!(
        with("if id > 7 { one(&headers).await?; return Ok(()); } else { one(&headers).await?; }"),
        "api_key,user publish"
    );
}

#[test]
fn what_a_closure_checks_says_nothing_of_who_makes_it() {
    assert_eq!(
        checked("let all: Vec<_> = (0..id).map(|_| { require_user(&headers)?; Ok::<(), Error>(()) }).collect();"),
        "everyone"
    );
    assert_eq!(checked("store.visit(|| { require_user(&headers)?; Ok::<(), Error>(()) }).await;"), "everyone");
    assert_eq!(checked("let note = || { return Ok::<(), Error>(()); }; require_user(&headers)?;"), "user");
}

/// A service whose handler takes a `Caller`, which is taken out of the request by this implementation.
fn with_extractor(implementation: &str) -> String {
    let main = format!(
        r#"
use std::convert::Infallible;
use axum::Router;
use axum::extract::FromRequestParts;
use axum::http::{{StatusCode, request::Parts}};
use axum::routing::get;

#[tokio::main]
async fn main() {{
    let listener = tokio::net::TcpListener::bind("127.0.0.1:8080").await.unwrap();
    axum::serve(listener, Router::new().route("/cases", get(list))).await.unwrap();
}}

pub struct Caller {{ name: Option<String> }}
async fn list(caller: Caller) -> &'static str {{ "cases" }}
{implementation}
"#
    );
    let policy = "version: 1\nroles: { User: { accepts: [user] } }\nguards: [{ match: Caller, role: User }]\n";
    let service = Service::with(&[("src/main.rs", &main), ("route-role.yaml", policy)]);
    service.run(&["check", "--allow-incomplete"]).stdout
}

#[test]
fn a_type_that_lets_every_request_pass_is_no_guard() {
    let infallible = "
impl<S: Send + Sync> FromRequestParts<S> for Caller {
    type Rejection = Infallible;
    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        let name = parts.headers.get(\"x-name\").and_then(|name| name.to_str().ok()?.parse().ok());
        Ok(Caller { name })
    }
}";
    let output = with_extractor(infallible);
    insta::assert_snapshot!(output);
    let succeeding = infallible
        .replace("Infallible", "StatusCode")
        .replace(".and_then(|name| name.to_str().ok()?.parse().ok())", ".map(|_| String::new())");
    assert!(with_extractor(&succeeding).contains("lets every request pass"), "{succeeding}");
}

#[test]
fn a_type_that_may_refuse_in_a_way_that_is_not_seen_stays_a_guard() {
    for body in [
        "parts.headers.get(\"x-name\").map(|_| Caller { name: None }).ok_or(StatusCode::UNAUTHORIZED)",
        "let session = Session::from_request_parts(parts, state).await; Ok(Caller { name: session.name })",
        "deny_strangers!(parts); Ok(Caller { name: None })",
        "crate::auth::find(parts).await",
    ] {
        let implementation = format!(
            "impl<S: Send + Sync> FromRequestParts<S> for Caller {{
    type Rejection = StatusCode;
    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, StatusCode> {{ {body} }}
}}"
        );
        let output = with_extractor(&implementation);
        assert!(
            !output.contains("lets every request pass") && !output.contains("undeclared-route"),
            "{body}: {output}"
        );
    }
}

/// What `undeclared-route` says of a service with a handler of this body.
fn undeclared(body: &str) -> Vec<String> {
    let main = format!(
        r#"
use axum::Router;
use axum::extract::Path;
use axum::http::{{HeaderMap, StatusCode}};
use axum::routing::post;

#[tokio::main]
async fn main() {{
    let listener = tokio::net::TcpListener::bind("127.0.0.1:8080").await.unwrap();
    axum::serve(listener, Router::new().route("/crates/{{id}}/yank", post(yank))).await.unwrap();
}}

fn require_user(headers: &HeaderMap) -> Result<(), StatusCode> {{
    if headers.contains_key("x-user") {{ Ok(()) }} else {{ Err(StatusCode::UNAUTHORIZED) }}
}}
async fn yank(Path(id): Path<u64>, headers: HeaderMap) -> Result<(), StatusCode> {{
{body}
}}
"#
    );
    let policy = POLICY.replace("require_user", if body.contains("unnamed") { "another" } else { "require_user" });
    let service = Service::with(&[("src/main.rs", &main), ("route-role.yaml", &policy)]);
    let run = service.run(&["check", "--format", "json", "--allow-incomplete"]);
    let document: Value = serde_json::from_str(&run.stdout).unwrap_or_else(|error| panic!("{error}: {}", run.stderr));
    let findings = document["findings"].as_array().expect("findings").iter();
    let described = |finding: &Value| {
        let related = finding["related"].as_array().expect("places").iter();
        let labels: Vec<&str> = related.filter_map(|place| place["message"].as_str()).collect();
        format!("{} ({}): {}", finding["message"], finding["confidence"], labels.join("; ")).replace('"', "")
    };
    findings.filter(|finding| finding["rule"] == "undeclared-route").map(described).collect()
}

#[test]
fn a_check_on_some_ways_only_is_shown_where_nothing_else_restricts_the_route() {
    insta::assert_snapshot!(
        undeclared("if id > 7 { require_user(&headers)?; } Ok(())").join("\n"),
        @"`POST /crates/{id}/yank` asks who calls on some ways through its handler only, and nothing says that the others should be open (low): registered here; not every answer gets past this"
    );
    // What follows a check may ask more of some.
    assert!(undeclared("require_user(&headers)?; if id > 7 { is_admin(&headers)?; } Ok(())").is_empty());
}

#[test]
fn a_refusal_of_the_handler_s_own_is_shown_where_no_guard_says_so() {
    insta::assert_snapshot!(
        undeclared("let unnamed = require_user(&headers); unnamed?; Ok(())").join("\n"),
        @"`POST /crates/{id}/yank` is open to everyone, and nothing says that it should be (medium): registered here; calls; answers 401 itself here; if that is its guard, map it"
    );
    insta::assert_snapshot!(
        undeclared("Ok(())").join("\n"),
        @"`POST /crates/{id}/yank` is open to everyone, and nothing says that it should be (high): registered here"
    );
}
