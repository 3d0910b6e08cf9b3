//! What a wrong set-up says in the log.

use route_role_tests_behavior::log::{remember, says_mistakes_once, says_once_what_is_missing};
use route_role_tests_server::client::Server;
use route_role_tests_server::{app, routes};

#[tokio::test]
async fn mistakes_of_the_application_are_said_once() {
    remember();
    let bare = Server::start(routes().into_router()).await.expect("a free port");
    says_once_what_is_missing(bare.address, "route_role::axum::RouteRoleLayer").await;
    says_mistakes_once(Server::start(app()).await.expect("a free port").address).await;
}
