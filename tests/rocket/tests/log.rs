//! What a wrong set-up says in the log.

use route_role_tests_behavior::log::{remember, says_mistakes_once, says_once_what_has_no_guard};
use route_role_tests_rocket::server::Server;
use route_role_tests_rocket::{guards, without_fairing};

#[tokio::test]
async fn mistakes_of_the_application_are_said_once() {
    remember();
    let strict = Server::start(without_fairing().attach(guards(0).only_guarded(&[]))).await.expect("a launch");
    says_mistakes_once(strict.address).await;
    says_once_what_has_no_guard(strict.address).await;
}
