//! What is read of handlers: how the policy's words count, and where reading ends.

use std::fmt::Write as _;

use serde_json::Value;

use crate::harness::Service;

/// A service with one route by id; `rest` defines the handler `show`, which may use `Caller` and `Store`.
fn service(rest: &str) -> Service {
    let main = format!(
        r#"
use axum::Router;
use axum::extract::{{FromRequestParts, Path, State}};
use axum::http::{{StatusCode, request::Parts}};
use axum::routing::get;

#[tokio::main]
async fn main() {{
    let listener = tokio::net::TcpListener::bind("127.0.0.1:8080").await.unwrap();
    axum::serve(listener, Router::new().route("/cases/{{id}}", get(show)).with_state(Store)).await.unwrap();
}}

pub struct Caller {{ pub workspace: u64 }}

impl<S: Send + Sync> FromRequestParts<S> for Caller {{
    type Rejection = StatusCode;
    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, StatusCode> {{
        parts.headers.get("x-caller").map(|_| Caller {{ workspace: 1 }}).ok_or(StatusCode::UNAUTHORIZED)
    }}
}}

{rest}
"#
    );
    Service::with(&[("src/main.rs", &main)])
}

fn rules(service: &Service) -> Vec<String> {
    let run = service.run(&["check", "--format", "json", "--allow-incomplete"]);
    let document: Value = serde_json::from_str(&run.stdout).unwrap_or_else(|error| panic!("{error}: {}", run.stderr));
    let findings = document["findings"].as_array().expect("findings");
    findings.iter().map(|finding| finding["rule"].as_str().expect("a rule").to_owned()).collect()
}

fn leaks(service: &Service) -> bool {
    rules(service).iter().any(|rule| rule == "existence-leak")
}

/// The two answers, behind whatever leads to `look`.
const LOOK: &str = r#"
async fn look(store: &Store, caller: &Caller, id: u64) -> Result<(), StatusCode> {
    let case = store.case(id).await.ok_or(StatusCode::NOT_FOUND)?;
    if case.workspace == caller.workspace { Ok(()) } else { Err(StatusCode::FORBIDDEN) }
}
"#;

const SHOW: &str = r#"
async fn show(State(store): State<Store>, caller: Caller, Path(id): Path<u64>) -> Result<(), StatusCode> {
    step0(&store, &caller, id).await
}
"#;

/// A chain of so many functions down to `look`.
fn chain(length: usize) -> String {
    let mut text = format!("{LOOK}{SHOW}");
    for step in 0..length {
        let next = if step + 1 == length { "look".to_owned() } else { format!("step{}", step + 1) };
        let _ = writeln!(
            text,
            "async fn step{step}(store: &Store, caller: &Caller, id: u64) -> Result<(), StatusCode> {{ {next}(store, caller, id).await.map_err(|status| if false {{ StatusCode::CONFLICT }} else {{ status }})?; if id == 0 {{ return Err(StatusCode::CONFLICT); }} Ok(()) }}"
        );
    }
    text
}

#[test]
fn a_condition_about_some_or_all_objects_says_whether_any_is_there() {
    let with = |condition: &str| {
        service(&format!(
            r#"
async fn show(State(store): State<Store>, caller: Caller, Json(ids): Json<Vec<u64>>) -> Result<(), StatusCode> {{
    let cases = store.get_all(ids).await;
    if {condition} {{ return Err(StatusCode::FORBIDDEN); }}
    store.close_all(&cases).await;
    Ok(())
}}
"#
        ))
    };
    // Ids of nothing are passed over, those of others aren't.
    assert!(leaks(&with("cases.iter().any(|case| case.workspace != caller.workspace)")));
    assert!(leaks(&with("!cases.iter().all(|case| case.workspace == caller.workspace)")));
    // One answer for both.
    assert!(!leaks(&with("!cases.iter().any(|case| case.workspace == caller.workspace)")));
}

#[test]
fn a_check_of_what_the_object_never_has_refuses_nobody() {
    let with = |network: &str| {
        service(&format!(
            r#"
{SHOW}
pub struct Store;
impl Store {{
    fn network_of(&self, case: &Case) -> Option<u64> {{ {network} }}
}}
async fn step0(store: &Store, caller: &Caller, id: u64) -> Result<(), StatusCode> {{
    let case: Case = store.case(id).await.ok_or(StatusCode::NOT_FOUND)?;
    check(store.network_of(&case), caller.workspace)
}}
fn check(network: Option<u64>, own: u64) -> Result<(), StatusCode> {{
    if let Some(network) = network && network != own {{ return Err(StatusCode::FORBIDDEN); }}
    Ok(())
}}
"#
        ))
    };
    assert!(leaks(&with("Some(case.network)")));
    assert!(leaks(&with("if case.open { None } else { Some(case.network) }")));
    assert!(!leaks(&with("None")));
}

#[test]
fn a_chain_of_calls_is_followed() {
    let direct = "async fn step0(store: &Store, caller: &Caller, id: u64) -> Result<(), StatusCode> { if id == 0 { return Err(StatusCode::CONFLICT); } step1(store, caller, id).await }\n\
                  async fn step1(store: &Store, caller: &Caller, id: u64) -> Result<(), StatusCode> { if id == 1 { return Err(StatusCode::CONFLICT); } look(store, caller, id).await }\n";
    assert!(leaks(&service(&format!("{LOOK}{SHOW}{direct}"))));
}

#[test]
fn a_chain_that_is_too_long_ends_somewhere_and_the_run_goes_on() {
    let run = service(&chain(400)).run(&["check", "--allow-incomplete"]);
    assert_ne!(run.status, 70, "{}", run.stderr);
    assert!(run.stdout.contains("1 route in 1 program"), "{}", run.stdout);
    assert!(run.stdout.contains("1 answer of handlers not known"), "{}", run.stdout);
}

#[test]
fn functions_that_call_each_other_without_end_are_read_once() {
    let circle = "async fn step0(store: &Store, caller: &Caller, id: u64) -> Result<(), StatusCode> { if id > 9 { return Err(StatusCode::CONFLICT); } step1(store, caller, id).await?; look(store, caller, id).await }\n\
                  async fn step1(store: &Store, caller: &Caller, id: u64) -> Result<(), StatusCode> { if id > 8 { return Err(StatusCode::CONFLICT); } step0(store, caller, id - 1).await }\n";
    assert!(leaks(&service(&format!("{LOOK}{SHOW}{circle}"))));
}

#[test]
fn a_huge_function_is_read_to_its_end() {
    let mut lines = String::new();
    for line in 0..4000 {
        let _ = writeln!(lines, "    let value{line} = store.number(id, {line});");
    }
    let huge = format!(
        "async fn step0(store: &Store, caller: &Caller, id: u64) -> Result<(), StatusCode> {{\n{lines}    look(store, caller, id).await\n}}\n"
    );
    assert!(leaks(&service(&format!("{LOOK}{SHOW}{huge}"))));
}

#[test]
fn what_the_policy_says_of_calls_counts() {
    // Neither the errors nor what makes them are part of the tree.
    let foreign = r#"
async fn show(State(store): State<Store>, caller: Caller, Path(id): Path<u64>) -> Result<(), answers::Answer> {
    let case = store.case(id).await.ok_or_else(|| answers::nothing_there(id))?;
    if case.workspace != caller.workspace {
        return Err(answers::keep_out());
    }
    Ok(())
}
"#;
    let service = service(foreign);
    assert!(!leaks(&service), "nobody knows what they answer");
    service.write(
        "route-role.yaml",
        "version: 1\nroles: { User: { accepts: [user] } }\nguards: [{ match: Caller, role: User }]\noutcomes:\n  absent: [\"answers::nothing_there($...)\"]\n  denied: [\"answers::keep_out()\"]\n",
    );
    assert!(leaks(&service), "the policy says so");
}

#[test]
fn a_denial_that_a_pattern_names_is_one_where_it_is_called() {
    let foreign = r#"
async fn show(State(store): State<Store>, caller: Caller, Path(id): Path<u64>) -> Result<(), StatusCode> {
    let case = store.case(id).await.ok_or(StatusCode::NOT_FOUND)?;
    permissions::check_read(&caller, &case)?;
    Ok(())
}
"#;
    let service = service(foreign);
    assert!(!leaks(&service), "a name proves nothing");
    service.write(
        "route-role.yaml",
        "version: 1\nroles: { User: { accepts: [user] } }\nguards: [{ match: Caller, role: User }]\noutcomes: { denied: [\"check_read($...)\"] }\n",
    );
    assert!(leaks(&service), "the policy says so");
}

/// An extractor that loads the case of the path; `refuse` is what it answers for somebody else's.
fn loading_extractor(refuse: &str) -> String {
    format!(
        r#"
pub struct OwnCase {{ pub case: Case }}

impl FromRequestParts<Store> for OwnCase {{
    type Rejection = StatusCode;
    async fn from_request_parts(parts: &mut Parts, store: &Store) -> Result<Self, StatusCode> {{
        let caller = Caller::from_request_parts(parts, store).await?;
        let Path(id) = Path::<u64>::from_request_parts(parts, store).await.map_err(|_| StatusCode::NOT_FOUND)?;
        let case: Case = store.case(id).await.ok_or(StatusCode::NOT_FOUND)?;
        if case.workspace != caller.workspace {{ return Err(StatusCode::{refuse}); }}
        Ok(Self {{ case }})
    }}
}}
"#
    )
}

#[test]
fn an_extractor_that_loads_the_object_answers_for_the_handler() {
    let with = |refuse: &str| {
        let extractor = loading_extractor(refuse);
        service(&format!("{extractor}\nasync fn show(guard: OwnCase) -> Json<Case> {{ Json(guard.case) }}\n"))
    };
    assert!(leaks(&with("FORBIDDEN")));
    assert!(!leaks(&with("NOT_FOUND")));
}

#[test]
fn an_extractor_made_of_one_that_loads_is_followed() {
    let with = |refuse: &str| {
        let extractor = loading_extractor(refuse);
        service(&format!(
            r#"{extractor}
pub struct OpenCase(OwnCase);
impl FromRequestParts<Store> for OpenCase {{
    type Rejection = StatusCode;
    async fn from_request_parts(parts: &mut Parts, store: &Store) -> Result<Self, StatusCode> {{
        let own = parts.extract_with_state::<OwnCase, _>(store).await?;
        if own.case.closed {{ return Err(StatusCode::CONFLICT); }}
        Ok(Self(own))
    }}
}}
async fn show(guard: OpenCase) -> Json<Case> {{ Json(guard.0.case) }}
"#
        ))
    };
    assert!(leaks(&with("FORBIDDEN")));
}

#[test]
fn an_extractor_that_looks_at_the_caller_alone_refuses_everybody_alike() {
    let lookup = r#"
pub struct Member { pub workspace: u64 }
impl FromRequestParts<Store> for Member {
    type Rejection = StatusCode;
    async fn from_request_parts(parts: &mut Parts, store: &Store) -> Result<Self, StatusCode> {
        let caller = Caller::from_request_parts(parts, store).await?;
        let member = store.member(caller.workspace).await.ok_or(StatusCode::NOT_FOUND)?;
        if member.banned { return Err(StatusCode::FORBIDDEN); }
        Ok(Self { workspace: caller.workspace })
    }
}
async fn show(State(store): State<Store>, member: Member, Path(id): Path<u64>) -> Result<Json<Case>, StatusCode> {
    store.case_of(id, member.workspace).await.map(Json).ok_or(StatusCode::NOT_FOUND)
}
"#;
    assert!(!leaks(&service(lookup)));
}

/// The same service, its route inside `layer`.
fn layered(layer: &str, rest: &str) -> Service {
    let main = format!(
        r#"
use axum::Router;
use axum::extract::{{FromRequestParts, Path, Request, State}};
use axum::http::{{StatusCode, request::Parts}};
use axum::middleware::{{self, Next}};
use axum::response::Response;
use axum::routing::get;

#[tokio::main]
async fn main() {{
    let listener = tokio::net::TcpListener::bind("127.0.0.1:8080").await.unwrap();
    let app = Router::new().route("/cases/{{id}}", get(show)).route_layer({layer}).with_state(Store);
    axum::serve(listener, app).await.unwrap();
}}

pub struct Caller {{ pub workspace: u64 }}

impl<S: Send + Sync> FromRequestParts<S> for Caller {{
    type Rejection = StatusCode;
    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, StatusCode> {{
        parts.headers.get("x-caller").map(|_| Caller {{ workspace: 1 }}).ok_or(StatusCode::UNAUTHORIZED)
    }}
}}

async fn show(State(store): State<Store>, Path(id): Path<u64>) -> Result<Json<Case>, StatusCode> {{
    store.load(id).await.map(Json).ok_or(StatusCode::NOT_FOUND)
}}

{rest}
"#
    );
    Service::with(&[("src/main.rs", &main)])
}

#[test]
fn a_middleware_that_loads_the_object_answers_for_the_handler() {
    let with = |refuse: &str, path: &str| {
        layered(
            "middleware::from_fn_with_state(Store, own_case)",
            &format!(
                r#"
async fn own_case(State(store): State<Store>, {path} caller: Caller, request: Request, next: Next) -> Result<Response, StatusCode> {{
    let case: Case = store.case(id).await.ok_or(StatusCode::NOT_FOUND)?;
    if case.workspace != caller.workspace {{ return Err(StatusCode::{refuse}); }}
    Ok(next.run(request).await)
}}
"#
            ),
        )
    };
    assert!(leaks(&with("FORBIDDEN", "Path(id): Path<u64>,")));
    assert!(!leaks(&with("NOT_FOUND", "Path(id): Path<u64>,")));
}

#[test]
fn an_extractor_in_a_layer_answers_for_the_handler() {
    let with = |refuse: &str| {
        layered("middleware::from_extractor_with_state::<OwnCase, _>(Store)", &loading_extractor(refuse))
    };
    assert!(leaks(&with("FORBIDDEN")));
    assert!(!leaks(&with("NOT_FOUND")));
}

#[test]
fn a_caller_who_may_not_ask_is_refused_before_anything_is_looked_up() {
    let check = "if !caller.is_admin { return Err(StatusCode::FORBIDDEN); }";
    let look = "let case = store.case(id).await.ok_or(StatusCode::NOT_FOUND)?;";
    let with = |first: &str, second: &str| {
        service(&format!(
            r#"
async fn show(State(store): State<Store>, caller: Caller, Path(id): Path<u64>) -> Result<Json<Case>, StatusCode> {{
    {first}
    {second}
    store.read(id, caller.workspace).await.map(Json).ok_or(StatusCode::NOT_FOUND)
}}
"#
        ))
    };
    assert!(!leaks(&with(check, look)));
    assert!(leaks(&with(look, check)));
}

#[test]
fn the_policy_s_default_denial_is_believed_only_where_the_handler_doesn_t_prove_the_opposite() {
    let policy = "version: 1
levels:
  workspace: { tenant: workspace_id }
roles:
  Member: { accepts: [user], level: workspace }
guards:
  - { match: Caller, role: Member }
  - { match: \"State($_)\", ignore: \"the store\" }
defaults: { denial: forbidden }
";
    let collapse = |answer: &str| {
        let main = format!(
            r#"
use axum::Router;
use axum::extract::{{FromRequestParts, Path, State}};
use axum::http::{{StatusCode, request::Parts}};
use axum::routing::get;

#[tokio::main]
async fn main() {{
    let listener = tokio::net::TcpListener::bind("127.0.0.1:8080").await.unwrap();
    let app = Router::new().route("/cases/{{id}}", get(show)).route("/{{_workspace_id}}/plans", get(plans));
    axum::serve(listener, app.with_state(Store)).await.unwrap();
}}

pub struct Caller {{ pub workspace: u64 }}
impl<S: Send + Sync> FromRequestParts<S> for Caller {{
    type Rejection = StatusCode;
    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, StatusCode> {{
        parts.headers.get("x-caller").map(|_| Caller {{ workspace: 1 }}).ok_or(StatusCode::UNAUTHORIZED)
    }}
}}

async fn show(caller: Caller, Path(id): Path<u64>, State(store): State<Store>) -> Result<String, StatusCode> {{
    let case = store.case(id).await.ok_or(StatusCode::NOT_FOUND)?;
    if case.workspace == caller.workspace {{ Ok(case.name) }} else {{ Err(StatusCode::{answer}) }}
}}
async fn plans(caller: Caller) {{}}
"#
        );
        let service = Service::with(&[("src/main.rs", &main), ("route-role.yaml", policy)]);
        let run = service.run(&["check", "--format", "json", "--allow-incomplete"]);
        let document: Value =
            serde_json::from_str(&run.stdout).unwrap_or_else(|error| panic!("{error}: {}", run.stderr));
        let findings = document["findings"].as_array().expect("findings").iter();
        let found = findings.filter(|finding| finding["rule"] == "missing-404-collapse");
        found
            .map(|finding| format!("{} ({})", finding["message"], finding["confidence"]).replace('"', ""))
            .collect::<Vec<_>>()
    };
    assert_eq!(collapse("NOT_FOUND"), Vec::<String>::new());
    assert_eq!(
        collapse("FORBIDDEN"),
        [
            "by the policy's default, `GET /cases/{id}` answers `forbidden` for an object of another tenant, so its existence can be probed (medium)"
        ]
    );
}
