//! Who is refused, and how, over the network: the list that holds on every framework.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use route_role::Answer;
use route_role_tests_actix::server::Server;
use route_role_tests_actix::{configure, guards};
use route_role_tests_behavior::client::{Ask, ask, nobody, send};
use route_role_tests_behavior::{collapses, holds, refuses_without_layer};

#[actix_web::test]
async fn the_list_holds_with_a_resolver_that_answers_at_once() {
    holds(Server::start(guards(0), configure).expect("a free port").address).await;
}

/// actix-web polls all extractors of a handler at once, so the others fail while the guard still waits.
#[actix_web::test]
async fn the_list_holds_with_a_resolver_that_waits() {
    holds(Server::start(guards(3), configure).expect("a free port").address).await;
}

#[actix_web::test]
async fn a_refusal_that_another_argument_swallows_is_the_answer_all_the_same() {
    for waits in [0, 1, 2] {
        let server = Server::start(guards(waits), configure).expect("a free port");
        for (token, status) in [("user-of-w1", 400), ("key-of-w1", 403), ("broken", 500)] {
            let reply = send(server.address, ask("GET /swallowed?limit=none", token)).await.expect("an answer");
            assert_eq!(reply.status, status, "{waits} {token}: {reply:?}");
        }
        let reply = send(server.address, ask("GET /swallowed?limit=7", "user-of-w1")).await.expect("an answer");
        assert_eq!(reply.body, "true 7");
    }
}

#[actix_web::test]
async fn absent_and_denied_are_the_same_bytes() {
    for waits in [0, 3] {
        collapses(Server::start(guards(waits), configure).expect("a free port").address).await;
    }
}

#[actix_web::test]
async fn without_the_middleware_everything_but_open_routes_is_refused() {
    refuses_without_layer(Server::start_bare(configure).expect("a free port").address).await;
}

#[actix_web::test]
async fn the_applications_own_answers_collapse_as_well() {
    let own = |answer: Answer| {
        let status = StatusCode::from_u16(answer.status()).unwrap_or_default();
        HttpResponse::build(status).body(format!("sorry: {answer:?}"))
    };
    let server = Server::start(guards(3).with_answers(own), configure).expect("a free port");
    let denied = send(server.address, ask("GET /cases/2", "user-of-w1")).await.expect("an answer");
    let absent = send(server.address, ask("GET /cases/99", "user-of-w1")).await.expect("an answer");
    let refused = send(server.address, ask("GET /cases/1", "key-without-scopes")).await.expect("an answer");
    let overtaken = Ask { body: Some("{"), ..ask("PUT /cases/1", "key-of-w1") };
    let overtaken = send(server.address, overtaken).await.expect("an answer");
    assert_eq!(denied.body, "sorry: Absent");
    assert_eq!((&denied, &denied, &denied), (&absent, &refused, &overtaken));
}

#[actix_web::test]
async fn a_route_without_a_guard_answers_nothing_if_the_application_says_so() {
    let forgotten = nobody("GET /forgotten");
    let lenient = Server::start(guards(0), configure).expect("a free port");
    assert_eq!(send(lenient.address, forgotten).await.expect("an answer").body, "a secret");

    let strict = Server::start(guards(0).only_guarded(&[]), configure).expect("a free port");
    let reply = send(strict.address, forgotten).await.expect("an answer");
    assert_eq!((reply.status, reply.body), (500, Answer::Undecided.problem_document()));
    assert_eq!(send(strict.address, nobody("GET /nowhere")).await.expect("an answer").status, 404);
    holds(strict.address).await;

    let except = Server::start(guards(0).only_guarded(&["/forgotten"]), configure).expect("a free port");
    assert_eq!(send(except.address, forgotten).await.expect("an answer").body, "a secret");
}
