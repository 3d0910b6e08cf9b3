//! What a wrong set-up says in the log.

use poem::EndpointExt;
use route_role_tests_behavior::log::{
    remember, says_mistakes_once, says_once_what_has_no_guard, says_once_what_is_missing,
};
use route_role_tests_poem::server::Server;
use route_role_tests_poem::{guards, routes};

#[tokio::test]
async fn mistakes_of_the_application_are_said_once() {
    remember();
    let bare = Server::start(routes()).await.expect("a free port");
    says_once_what_is_missing(bare.address, "route_role::poem::RouteRole").await;
    let strict = Server::start(routes().with(guards(0).only_guarded(&[]))).await.expect("a free port");
    says_mistakes_once(strict.address).await;
    says_once_what_has_no_guard(strict.address).await;
}
