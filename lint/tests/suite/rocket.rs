//! Services on Rocket: what rules and policies make of request guards, ranks and fairings.

use serde_json::Value;

use crate::harness::Service;

/// A service whose handlers are `rest`, mounted as `routes`.
fn service(routes: &str, rest: &str) -> Service {
    let main = format!(
        r#"
use rocket::http::Status;
use rocket::request::{{FromRequest, Outcome, Request}};
use rocket::response::status::{{Forbidden, NotFound}};
use rocket::{{Build, Rocket, State, get, launch, post, routes}};

#[launch]
fn rocket() -> Rocket<Build> {{
    rocket::build().attach(Audit).manage(Store).mount("/", routes![{routes}])
}}

pub struct Caller {{ pub workspace: u64 }}

#[rocket::async_trait]
impl<'r> FromRequest<'r> for Caller {{
    type Error = ();
    async fn from_request(request: &'r Request<'_>) -> Outcome<Self, ()> {{
        match request.headers().get_one("x-caller") {{
            Some(_) => Outcome::Success(Caller {{ workspace: 1 }}),
            None => Outcome::Error((Status::Unauthorized, ())),
        }}
    }}
}}

{rest}
"#
    );
    Service::with(&[("src/main.rs", &main)])
}

fn with_policy(service: Service, policy: &str) -> Service {
    service.write("route-role.yaml", policy);
    service
}

fn json(service: &Service, command: &str) -> Value {
    let mut arguments = vec![command, "--format", "json"];
    if command == "check" {
        arguments.push("--allow-incomplete");
    }
    let run = service.run(&arguments);
    serde_json::from_str(&run.stdout).unwrap_or_else(|error| panic!("{error}: {}", run.stderr))
}

fn rules(service: &Service) -> Vec<String> {
    let document = json(service, "check");
    let findings = document["findings"].as_array().expect("findings");
    findings.iter().map(|finding| finding["rule"].as_str().expect("a rule").to_owned()).collect()
}

fn guards(service: &Service) -> Vec<String> {
    let document = json(service, "routes");
    let guards = document["routes"][0]["guards"].as_array().expect("guards").iter();
    guards.map(|guard| guard["text"].as_str().expect("a text").to_owned()).collect()
}

fn leaks(handler: &str) -> bool {
    rules(&service("show", handler)).iter().any(|rule| rule == "existence-leak")
}

#[test]
fn statuses_and_responders_tell_absent_from_denied() {
    assert!(leaks(
        r#"
#[get("/cases/<id>")]
async fn show(caller: Caller, id: u64, store: &State<Store>) -> Result<String, Status> {
    let case = store.case(id).await.ok_or(Status::NotFound)?;
    if case.workspace == caller.workspace { Ok(case.name) } else { Err(Status::Forbidden) }
}
"#
    ));
    assert!(leaks(
        r#"
#[get("/cases/<id>")]
async fn show(id: u64, store: &State<Store>, caller: Caller) -> Result<String, Answer> {
    let Some(case) = store.case(id).await else { return Err(Answer::Absent(NotFound("no such case"))) };
    if case.workspace != caller.workspace {
        return Err(Answer::Denied(Forbidden("not yours")));
    }
    Ok(case.name)
}
"#
    ));
    assert!(!leaks(
        r#"
#[get("/cases/<id>")]
async fn show(id: u64, store: &State<Store>, caller: Caller) -> Result<String, NotFound<&'static str>> {
    let Some(case) = store.case(id).await else { return Err(NotFound("no such case")) };
    if case.workspace != caller.workspace {
        return Err(NotFound("no such case"));
    }
    Ok(case.name)
}
"#
    ));
}

#[test]
fn nothing_in_an_option_is_a_404() {
    let show = |denied: &str| {
        leaks(&format!(
            r#"
#[get("/cases/<id>")]
async fn show(id: u64, store: &State<Store>, caller: Caller) -> Option<Result<String, Status>> {{
    let case = store.case(id).await?;
    if case.workspace != caller.workspace {{
        return {denied};
    }}
    Some(Ok(case.name))
}}
"#
        ))
    };
    assert!(show("Some(Err(Status::Forbidden))"));
    assert!(!show("None"));
}

#[test]
fn what_the_query_binds_is_the_caller_s_word_and_not_a_guard() {
    let handler = r#"
#[post("/cases/<id>?<scope>", data = "<body>")]
async fn show(id: CaseId, scope: Scope, body: Body, caller: Caller, maybe: Option<Caller>) {}
pub struct CaseId; pub struct Scope; pub struct Body;
"#;
    assert_eq!(guards(&service("show", handler)), ["Caller", "Option<Caller>"]);
    let policy = "version: 1
roles: { User: { accepts: [user] } }
guards:
  - { match: Caller, role: User }
  - { match: CaseId, ignore: \"the path\" }
  - { match: Audit, ignore: \"writes the log\" }
";
    assert_eq!(guards(&with_policy(service("show", handler), policy)), ["Audit", "CaseId", "Caller", "Option<Caller>"]);
}

#[test]
fn a_guard_that_never_refuses_leaves_the_route_open() {
    let policy = "version: 1\nroles: { User: { accepts: [user] } }\nguards: [{ match: Caller, role: User }]\n";
    let open = |parameter: &str| {
        let handler = format!("#[get(\"/cases\")]\nfn show(caller: {parameter}) {{}}\n");
        rules(&with_policy(service("show", &handler), policy)).contains(&"undeclared-route".to_owned())
    };
    assert!(open("Option<Caller>"));
    assert!(open("Result<Caller, ()>"));
    assert!(open("Outcome<Caller, ()>"));
    assert!(!open("Caller"));
}

#[test]
fn routes_that_rank_and_format_tell_apart_stand_in_nobody_s_way() {
    let handlers = r#"
#[get("/cases/<id>", rank = 1)]
fn own(id: u64, caller: Caller) {}
#[get("/cases/<name>", rank = 2)]
fn any(name: &str) {}
#[get("/<rest..>", rank = 20)]
fn rest(rest: std::path::PathBuf) {}
#[post("/cases", format = "json")]
fn json() {}
#[post("/cases", format = "form")]
fn form() {}
"#;
    let service = service("own, any, rest, json, form", handlers);
    assert!(!rules(&service).contains(&"unreachable-route".to_owned()));
    let run = service.run(&["routes"]);
    assert_eq!(run.status, 0, "{}", run.stderr);
    assert_eq!(run.stdout.matches("/cases/").count(), 2, "{}", run.stdout);
}
