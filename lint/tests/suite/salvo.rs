//! Services on salvo: what rules make of their handlers.

use serde_json::Value;

use crate::harness::Service;

fn leaks(handler: &str) -> bool {
    let main = format!(
        r#"
use salvo::prelude::*;

#[tokio::main]
async fn main() {{
    let router = Router::with_path("cases/{{id}}").hoop(session).get(show);
    Server::new(acceptor()).serve(router).await;
}}

#[handler]
async fn session(depot: &mut Depot) {{}}

{handler}
"#
    );
    let service = Service::with(&[("src/main.rs", &main)]);
    let run = service.run(&["check", "--format", "json", "--allow-incomplete"]);
    let document: Value = serde_json::from_str(&run.stdout).unwrap_or_else(|error| panic!("{error}: {}", run.stderr));
    let findings = document["findings"].as_array().expect("findings");
    findings.iter().any(|finding| finding["rule"] == "existence-leak")
}

#[test]
fn a_handler_that_tells_absent_from_denied_leaks() {
    assert!(leaks(
        r#"
#[handler]
async fn show(req: &mut Request, depot: &mut Depot) -> Result<String, StatusError> {
    let id = req.param::<u64>("id").unwrap_or_default();
    let caller = depot.obtain::<Caller>().unwrap();
    let case = store().case(id).await.ok_or_else(StatusError::not_found)?;
    if case.workspace == caller.workspace { Ok(case.name) } else { Err(StatusError::forbidden()) }
}
"#
    ));
    assert!(leaks(
        r"
#[endpoint]
async fn show(id: PathParam<u64>, caller: Caller) -> Result<String, StatusError> {
    let Some(case) = store().case(id.into_inner()).await else { return Err(StatusError::not_found().brief(1)) };
    if case.workspace != caller.workspace {
        return Err(StatusError::forbidden());
    }
    Ok(case.name)
}
"
    ));
}

#[test]
fn a_handler_that_answers_both_alike_doesn_t_leak() {
    assert!(!leaks(
        r#"
#[handler]
async fn show(req: &mut Request, depot: &mut Depot) -> Result<String, StatusError> {
    let id = req.param::<u64>("id").unwrap_or_default();
    let caller = depot.obtain::<Caller>().unwrap();
    let case = store().case(id).await.ok_or_else(StatusError::not_found)?;
    if case.workspace == caller.workspace { Ok(case.name) } else { Err(StatusError::not_found()) }
}
"#
    ));
}
