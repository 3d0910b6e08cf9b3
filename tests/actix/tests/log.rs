//! What a wrong set-up says in the log.

use route_role_tests_actix::server::Server;
use route_role_tests_actix::{configure, guards};
use route_role_tests_behavior::log::{
    remember, says_mistakes_once, says_once_what_has_no_guard, says_once_what_is_missing,
};

#[actix_web::test]
async fn mistakes_of_the_application_are_said_once() {
    remember();
    let bare = Server::start_bare(configure).expect("a free port");
    says_once_what_is_missing(bare.address, "route_role::actix::RouteRole").await;
    let strict = Server::start(guards(0).only_guarded(&[]), configure).expect("a free port");
    says_mistakes_once(strict.address).await;
    says_once_what_has_no_guard(strict.address).await;
}
