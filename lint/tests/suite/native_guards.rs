//! Guards that crates around the frameworks bring along, and what a policy makes of them.

use serde_json::Value;

use crate::harness::Service;

const POLICY: &str = r#"version: 1
tiers: [viewer, admin]
scopes: ["hosts:{read,write}"]
guards:
  - { match: "actix_web_grants::protect(\"ADMIN\")", accepts: [user], tier: admin }
  - { match: "actix_web_grants::protect(any($...SCOPES))", accepts: [user], scopes: { any: $...SCOPES } }
  - { match: "actix_web_grants::protect($...SCOPES, expr=$_)", accepts: [user], scopes: { all: $...SCOPES } }
  - { match: "protect_axum::protect($...SCOPES)", accepts: [user], scopes: { all: $...SCOPES } }
  - { match: "HttpAuthentication::bearer(validator)", accepts: [api_key] }
  - { match: "axum_login::login_required($_)", accepts: [user] }
  - { match: "axum_login::permission_required($_, $...SCOPES)", accepts: [user], scopes: { all: $...SCOPES } }
"#;

/// The path of each route of a service, and what each of its guards means.
fn meanings(main: &str) -> Vec<String> {
    let service = Service::with(&[("src/main.rs", main), ("route-role.yaml", POLICY)]);
    let run = service.run(&["routes", "--format", "json", "--allow-incomplete"]);
    let document: Value = serde_json::from_str(&run.stdout).unwrap_or_else(|error| panic!("{error}: {}", run.stderr));
    let word = |value: &Value| value.as_str().expect("a text").to_owned();
    let described = |route: &Value| {
        let guards = route["guards"].as_array().expect("guards").iter();
        let meanings: Vec<String> = guards.map(|guard| word(&guard["meaning"])).collect();
        format!("{}: {}", word(&route["path"]), meanings.join(" + "))
    };
    document["routes"].as_array().expect("routes").iter().map(described).collect()
}

#[test]
fn attributes_of_grants_mean_what_the_policy_says_of_their_crate() {
    let seen = meanings(
        r#"
use actix_web::{App, HttpServer, get};
use actix_web_grants::protect as needs;
async fn main() {
    HttpServer::new(|| App::new().service(admin).service(all).service(any).service(expression).service(other)).run().await
}
#[needs("ADMIN")]
#[get("/admin")]
async fn admin() {}
#[actix_web_grants::protect("hosts:read", "hosts:write")]
#[get("/all")]
async fn all() {}
#[needs(any("hosts:read", "hosts:write"))]
#[get("/any")]
async fn any() {}
#[needs("hosts:read", expr = "id == 1")]
#[get("/expression")]
async fn expression() {}
#[own_crate::protect("hosts:read")]
#[get("/other")]
async fn other() {}
"#,
    );
    assert_eq!(
        seen,
        [
            "/admin: user, admin+",
            "/all: user, hosts:read, hosts:write",
            "/any: user, hosts:read|hosts:write",
            "/expression: user, hosts:read",
            "/other: unmapped"
        ]
    );
}

#[test]
fn attributes_of_protect_axum_are_guards() {
    let seen = meanings(
        r#"
use axum::{Router, routing::get};
use protect_axum::protect;
async fn main() {
    axum::serve(listener(), Router::new().route("/read", get(read))).await
}
#[protect("hosts:read")]
async fn read() {}
"#,
    );
    assert_eq!(seen, ["/read: user, hosts:read"]);
}

#[test]
fn http_authentication_is_known_by_its_validator() {
    let seen = meanings(
        r#"
use actix_web::{App, HttpServer, web};
use actix_web_httpauth::middleware::HttpAuthentication;
async fn main() {
    HttpServer::new(|| {
        let bearer = HttpAuthentication::bearer(validator);
        App::new()
            .service(web::resource("/a").wrap(bearer).route(web::get().to(h)))
            .service(web::resource("/b").wrap(HttpAuthentication::basic(validator)).route(web::get().to(h)))
    })
}
async fn validator() {}
async fn h() {}
"#,
    );
    assert_eq!(seen, ["/a: api_key", "/b: unmapped"]);
}

#[test]
fn macros_of_axum_login_say_what_they_demand() {
    let seen = meanings(
        r#"
use axum::{Router, routing::get};
use axum_login::{login_required, permission_required as needs};
const READ: &str = "hosts:read";
async fn main() {
    let app = Router::new()
        .route("/both", get(h))
        .route_layer(needs!(Backend, login_url = "/login", READ, "hosts:write"))
        .route("/session", get(h))
        .route_layer(login_required!(auth::Backend, login_url = "/login"))
        .route("/own", get(h).layer(own::login_required!(Backend)))
        .route("/open", get(h));
    axum::serve(listener(), app).await
}
async fn h() {}
"#,
    );
    assert_eq!(seen, ["/both: user + user, hosts:read, hosts:write", "/open: ", "/own: unmapped", "/session: user"]);
}
