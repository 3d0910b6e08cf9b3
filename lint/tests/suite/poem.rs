//! Services on poem and poem-openapi: what rules and policies make of their handlers and security schemes.

use serde_json::Value;

use crate::harness::Service;

fn json(service: &Service, command: &str) -> Value {
    let run = service.run(&[command, "--format", "json", "--allow-incomplete"]);
    serde_json::from_str(&run.stdout).unwrap_or_else(|error| panic!("{error}: {}", run.stderr))
}

fn leaks(handler: &str) -> bool {
    let main = format!(
        r#"
use poem::http::StatusCode;
use poem::web::{{Data, Path}};
use poem::{{Error, FromRequest, Request, RequestBody, Result, Route, Server, get, handler}};

#[tokio::main]
async fn main() {{
    Server::new(listener()).run(Route::new().at("/cases/:id", get(show))).await;
}}

pub struct Caller {{ pub workspace: u64 }}

impl<'a> FromRequest<'a> for Caller {{
    async fn from_request(request: &'a Request, _: &mut RequestBody) -> Result<Self> {{
        request.header("x-caller").map(|_| Caller {{ workspace: 1 }}).ok_or(Error::from_status(StatusCode::UNAUTHORIZED))
    }}
}}

{handler}
"#
    );
    let document = json(&Service::with(&[("src/main.rs", &main)]), "check");
    let findings = document["findings"].as_array().expect("findings");
    findings.iter().any(|finding| finding["rule"] == "existence-leak")
}

#[test]
fn a_handler_that_tells_absent_from_denied_leaks() {
    assert!(leaks(
        r"
#[handler]
async fn show(caller: Caller, Path(id): Path<u64>, store: Data<&Store>) -> Result<String> {
    let case = store.case(id).await.ok_or(Error::from_status(StatusCode::NOT_FOUND))?;
    if case.workspace == caller.workspace { Ok(case.name) } else { Err(Error::from_status(StatusCode::FORBIDDEN)) }
}
"
    ));
}

#[test]
fn a_handler_that_answers_both_alike_doesn_t_leak() {
    assert!(!leaks(
        r"
#[handler]
async fn show(caller: Caller, Path(id): Path<u64>, store: Data<&Store>) -> Result<String> {
    let case = store.case(id).await.ok_or(Error::from_status(StatusCode::NOT_FOUND))?;
    if case.workspace == caller.workspace { Ok(case.name) } else { Err(Error::from_status(StatusCode::NOT_FOUND)) }
}
"
    ));
}

#[test]
fn the_scopes_of_a_security_scheme_are_what_its_guard_demands() {
    let service = Service::with(&[(
        "src/main.rs",
        r#"
use poem::{Route, Server};
use poem_openapi::{OAuthScopes, OpenApi, OpenApiService, SecurityScheme, auth::Bearer};

#[derive(SecurityScheme)]
#[oai(ty = "bearer")]
struct Token(Bearer);

#[derive(OAuthScopes)]
enum Scopes {
    #[oai(rename = "case:read")]
    Read,
}

struct Api;

#[OpenApi]
impl Api {
    #[oai(path = "/cases", method = "get")]
    async fn list(&self, #[oai(scope = "Scopes::Read")] token: Token) {}
}

#[tokio::main]
async fn main() {
    let service = OpenApiService::new(Api, "cases", "1");
    Server::new(listener()).run(Route::new().nest("/api", service)).await;
}
"#,
    )]);
    service.write(
        "route-role.yaml",
        r#"
version: 1
scopes: ["case:read"]
guards:
  - match: "Token($...SCOPES)"
    accepts: [user]
    scopes: { all: $...SCOPES }
"#,
    );
    let document = json(&service, "routes");
    let route = &document["routes"][0];
    assert_eq!(route["path"], "/api/cases");
    assert_eq!(route["access"]["certainty"], "proven", "{route:#}");
    assert_eq!(route["access"]["alternatives"][0]["scopes"], serde_json::json!([["case:read"]]), "{route:#}");
}

/// What the linter says of the security that parameters document, on operations inside a layer or not.
fn security_drift(operations: &str) -> Vec<String> {
    let main = format!(
        r#"
use poem::{{EndpointExt, Route, Server}};
use poem_openapi::auth::{{ApiKey, Bearer}};
use poem_openapi::{{OpenApi, OpenApiService, SecurityScheme}};

#[tokio::main]
async fn main() {{
    let api = OpenApiService::new(Api, "cases", "1");
    Server::new(listener()).run(Route::new().nest("/api", api)).await;
}}

#[derive(SecurityScheme)]
#[oai(rename = "key", ty = "api_key", key_name = "x-key", key_in = "header")]
struct Key(ApiKey);

#[derive(SecurityScheme)]
#[oai(ty = "bearer")]
struct Session(Bearer);

#[derive(SecurityScheme)]
enum Either {{ Key(Key), Session(Session) }}

#[derive(SecurityScheme)]
enum Anyone {{ Session(Session), #[oai(fallback)] Nobody }}

type Caller = Session;

struct ByHand;
impl<'a> poem_openapi::ApiExtractor<'a> for ByHand {{}}

struct Api;
fn users_only(endpoint: impl poem::Endpoint) -> impl poem::Endpoint {{ endpoint.with(UsersOnly) }}

#[OpenApi]
impl Api {{
{operations}
}}
"#
    );
    let policy = r#"version: 1
guards:
  - { match: Either, accepts: [user, api_key] }
  - { match: Key, accepts: [api_key] }
  - { match: Session, accepts: [user] }
  - { match: Caller, accepts: [user] }
  - { match: Anyone, accepts: [user, anonymous] }
  - { match: ByHand, accepts: [user] }
  - { match: UsersOnly, accepts: [user] }
security:
  key: { accepts: [api_key] }
  Session: { accepts: [user] }
"#;
    let service = Service::with(&[("src/main.rs", &main), ("route-role.yaml", policy)]);
    let document = json(&service, "check");
    let findings = document["findings"].as_array().expect("findings").iter();
    let drifting = findings.filter(|finding| finding["rule"] == "openapi-security-drift");
    drifting.map(|finding| format!("{}; {}", finding["message"], finding["help"]).replace('"', "")).collect()
}

#[test]
fn security_schemes_that_say_what_the_guards_accept_are_silent() {
    let silent = security_drift(
        r#"
    #[oai(path = "/either", method = "get")]
    async fn either(&self, caller: Either) {}
    #[oai(path = "/alias", method = "get")]
    async fn alias(&self, caller: Caller, page: poem_openapi::param::Query<u32>) {}
    #[oai(path = "/open", method = "get")]
    async fn open(&self) {}
    #[oai(path = "/anyone", method = "get")]
    async fn anyone(&self, caller: Anyone) {}
    #[oai(path = "/users", method = "get", transform = "users_only")]
    async fn users(&self, caller: Session) {}
    #[oai(path = "/by-hand", method = "get")]
    async fn by_hand(&self, caller: ByHand) {}
    #[oai(path = "/hidden", method = "get", transform = "users_only", hidden)]
    async fn hidden(&self, caller: Either) {}
"#,
    );
    assert_eq!(silent, Vec::<String>::new());
}

#[test]
fn what_a_layer_refuses_drifts_from_the_parameters() {
    let drifting = security_drift(
        r#"
    #[oai(path = "/layer", method = "get", transform = "users_only")]
    async fn layer(&self, caller: Either) {}
    #[oai(path = "/silent", method = "get", transform = "users_only")]
    async fn silent(&self) {}
    #[oai(path = "/fine", method = "get")]
    async fn fine(&self, caller: Session) {}
"#,
    );
    insta::assert_snapshot!(drifting.join("\n"));
}
