//! Who is refused, and how, over the network: the list that holds on every framework.

use std::io::Cursor;

use rocket::error::ErrorKind;
use rocket::fairing::AdHoc;
use rocket::http::Status;
use rocket::{Request, Response, catch, catchers};
use route_role::Answer;
use route_role_tests_behavior::client::{ask, nobody, send};
use route_role_tests_behavior::{collapses, holds};
use route_role_tests_rocket::server::Server;
use route_role_tests_rocket::{guards, without_fairing};

#[tokio::test]
async fn the_list_holds() {
    for waits in [0, 3] {
        let server = Server::start(without_fairing().attach(guards(waits))).await.expect("a launch");
        holds(server.address).await;
    }
}

#[tokio::test]
async fn absent_and_denied_are_the_same_bytes() {
    let server = Server::start(without_fairing().attach(guards(3))).await.expect("a launch");
    collapses(server.address).await;
}

#[catch(default)]
fn own_catcher(status: Status, request: &Request<'_>) -> String {
    format!("{status} for {}", request.method())
}

/// Catchers and fairings of the application's own, before and after.
#[tokio::test]
async fn the_list_holds_whatever_catches_errors_and_adds_headers() {
    let header = |name| {
        AdHoc::on_response("adds a header", move |_, response| {
            Box::pin(async move {
                response.set_raw_header(name, "1");
            })
        })
    };
    let rocket = without_fairing().register("/", catchers![own_catcher]);
    let rocket = rocket.attach(header("x-before")).attach(guards(0)).attach(header("x-after"));
    let server = Server::start(rocket).await.expect("a launch");
    holds(server.address).await;
    collapses(server.address).await;
    for token in ["user-of-w1", "key-without-scopes"] {
        let refused = send(server.address, ask("GET /cases/99", token)).await.expect("an answer");
        for name in ["x-before", "x-after", "x-content-type-options"] {
            assert!(refused.header(name).is_some(), "{name}: {refused:?}");
        }
    }
}

#[tokio::test]
async fn a_service_with_guards_does_not_launch_without_the_fairing() {
    let error = without_fairing().ignite().await.expect_err("guards without a fairing");
    assert!(matches!(error.kind(), ErrorKind::SentinelAborts(aborted) if aborted.len() >= 14), "{error:?}");
}

#[tokio::test]
async fn what_one_route_grants_is_not_granted_by_the_next_that_is_asked() {
    let server = Server::start(without_fairing().attach(guards(1))).await.expect("a launch");
    for (line, token, status) in [
        ("GET /ranked/7", "key-of-w1", 200),
        ("GET /ranked/true", "key-of-w1", 200),
        ("GET /ranked/false", "key-of-w1", 403),
        ("GET /ranked/false", "key-without-scopes", 404),
        ("GET /ranked/someone", "key-of-w1", 500),
    ] {
        assert_eq!(send(server.address, ask(line, token)).await.expect("an answer").status, status, "{line} {token}");
    }
}

#[tokio::test]
async fn the_applications_own_answers_collapse_as_well() {
    let own = |answer: Answer| {
        let body = format!("sorry: {answer:?}");
        Response::build().status(Status::new(answer.status())).sized_body(body.len(), Cursor::new(body)).finalize()
    };
    let server = Server::start(without_fairing().attach(guards(3).with_answers(own))).await.expect("a launch");
    let denied = send(server.address, ask("GET /cases/2", "user-of-w1")).await.expect("an answer");
    let absent = send(server.address, ask("GET /cases/99", "user-of-w1")).await.expect("an answer");
    let refused = send(server.address, ask("GET /cases/1", "key-without-scopes")).await.expect("an answer");
    assert_eq!(denied.body, "sorry: Absent");
    assert_eq!((&denied, &denied), (&absent, &refused));
}

#[tokio::test]
async fn a_route_without_a_guard_answers_nothing_if_the_application_says_so() {
    let forgotten = nobody("GET /forgotten");
    let lenient = Server::start(without_fairing().attach(guards(0))).await.expect("a launch");
    assert_eq!(send(lenient.address, forgotten).await.expect("an answer").body, "a secret");

    let strict = Server::start(without_fairing().attach(guards(0).only_guarded(&[]))).await.expect("a launch");
    let reply = send(strict.address, forgotten).await.expect("an answer");
    assert_eq!((reply.status, reply.body), (500, Answer::Undecided.problem_document()));
    assert_eq!(send(strict.address, nobody("GET /nowhere")).await.expect("an answer").status, 404);
    holds(strict.address).await;

    let except = guards(0).only_guarded(&["/forgotten"]);
    let except = Server::start(without_fairing().attach(except)).await.expect("a launch");
    assert_eq!(send(except.address, forgotten).await.expect("an answer").body, "a secret");
}
