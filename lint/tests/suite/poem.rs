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
