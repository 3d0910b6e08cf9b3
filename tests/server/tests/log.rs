//! What a wrong set-up says in the log.

use std::sync::Mutex;

use log::{Level, Log, Metadata, Record};
use route_role_tests_server::client::{Server, ask};
use route_role_tests_server::{app, routes};

static SAID: Mutex<Vec<String>> = Mutex::new(Vec::new());

struct Remember;

impl Log for Remember {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        metadata.level() <= Level::Error
    }

    fn log(&self, record: &Record<'_>) {
        if record.target() == "route_role" {
            SAID.lock().expect("no test panics while it logs").push(record.args().to_string());
        }
    }

    fn flush(&self) {}
}

async fn said_about(server: &Server, line: &str, token: &str) -> Vec<String> {
    SAID.lock().expect("no test panics while it logs").clear();
    for _ in 0..3 {
        server.send(ask(line, token)).await.expect("an answer");
    }
    SAID.lock().expect("no test panics while it logs").clone()
}

/// One test, because there is one log.
#[tokio::test]
async fn mistakes_of_the_application_are_said_once_and_failures_with_every_request() {
    log::set_boxed_logger(Box::new(Remember)).expect("no other logger");
    log::set_max_level(log::LevelFilter::Error);
    let without_layer = Server::start(routes().into_router()).await.expect("a free port");
    let server = Server::start(app()).await.expect("a free port");

    let said = said_about(&without_layer, "GET /cases", "user-of-w1").await;
    assert_eq!(
        said,
        ["every guarded route is refused: put `route_role::axum::RouteRoleLayer` around the whole service"]
    );

    let said = said_about(&server, "GET /cases", "robot").await;
    assert_eq!(said, ["callers of kind `robot` are refused: the policy file declares no such principal"]);

    let said = said_about(&server, "GET /unbound/cases/1", "user-of-w1").await;
    assert_eq!(said, ["a GET route is refused: its path has no parameter `workspace_id` to bind the tenant"]);

    let failure = "the request is refused: it can't be found out who calls: the session store doesn't answer";
    assert_eq!(said_about(&server, "GET /cases", "broken").await, [failure; 3]);

    let said = said_about(&server, "GET /cases", "key-without-scopes").await;
    assert!(said.is_empty(), "a refused caller is no mistake of the application: {said:?}");
}
