//! Who is refused, and how, over the network: the list that holds on every framework.

use poem::http::StatusCode;
use poem::{EndpointExt, Response};
use route_role::Answer;
use route_role_tests_behavior::client::{ask, nobody, send};
use route_role_tests_behavior::{collapses, holds, refuses_without_layer};
use route_role_tests_poem::server::Server;
use route_role_tests_poem::{guards, routes};

#[tokio::test]
async fn the_list_holds() {
    for waits in [0, 3] {
        let server = Server::start(routes().with(guards(waits))).await.expect("a free port");
        holds(server.address).await;
    }
}

#[tokio::test]
async fn absent_and_denied_are_the_same_bytes() {
    let server = Server::start(routes().with(guards(3))).await.expect("a free port");
    collapses(server.address).await;
}

#[tokio::test]
async fn without_the_middleware_everything_but_open_routes_is_refused() {
    refuses_without_layer(Server::start(routes()).await.expect("a free port").address).await;
}

#[tokio::test]
async fn the_applications_own_answers_collapse_as_well() {
    let own = |answer: Answer| {
        let status = StatusCode::from_u16(answer.status()).unwrap_or_default();
        Response::builder().status(status).body(format!("sorry: {answer:?}"))
    };
    let server = Server::start(routes().with(guards(3).with_answers(own))).await.expect("a free port");
    let denied = send(server.address, ask("GET /cases/2", "user-of-w1")).await.expect("an answer");
    let absent = send(server.address, ask("GET /cases/99", "user-of-w1")).await.expect("an answer");
    let refused = send(server.address, ask("GET /cases/1", "key-without-scopes")).await.expect("an answer");
    assert_eq!(denied.body, "sorry: Absent");
    assert_eq!((&denied, &denied), (&absent, &refused));
}

#[tokio::test]
async fn a_route_without_a_guard_answers_nothing_if_the_application_says_so() {
    let forgotten = nobody("GET /forgotten");
    let lenient = Server::start(routes().with(guards(0))).await.expect("a free port");
    assert_eq!(send(lenient.address, forgotten).await.expect("an answer").body, "a secret");

    let strict = Server::start(routes().with(guards(0).only_guarded(&[]))).await.expect("a free port");
    let reply = send(strict.address, forgotten).await.expect("an answer");
    assert_eq!((reply.status, reply.body), (500, Answer::Undecided.problem_document()));
    assert_eq!(send(strict.address, nobody("GET /nowhere")).await.expect("an answer").status, 404);
    holds(strict.address).await;

    let except = routes().with(guards(0).only_guarded(&["/forgotten"]));
    let except = Server::start(except).await.expect("a free port");
    assert_eq!(send(except.address, forgotten).await.expect("an answer").body, "a secret");
}
