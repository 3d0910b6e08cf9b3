//! Who is refused, and how, over the network: the list that holds on every framework, and what only axum has.

use route_role_tests_behavior::{collapses, holds, refuses_without_layer};
use route_role_tests_server::client::{Ask, Reply, Server, ask, nobody};
use route_role_tests_server::principals::Resolver;
use route_role_tests_server::{app, routes};

use axum::Router;
use route_role::axum::RouteRoleLayer;

fn app_that_waits() -> Router {
    routes().layer(RouteRoleLayer::new(Resolver { waits: 3 })).into_router()
}

async fn reply(request: Ask<'_>) -> Reply {
    let server = Server::start(app()).await.expect("a free port");
    server.send(request).await.expect("an answer")
}

#[tokio::test]
async fn the_list_holds() {
    for app in [app(), app_that_waits()] {
        holds(Server::start(app).await.expect("a free port").address).await;
    }
}

#[tokio::test]
async fn absent_and_denied_are_the_same_bytes() {
    collapses(Server::start(app_that_waits()).await.expect("a free port").address).await;
}

#[tokio::test]
async fn without_the_layer_everything_but_open_routes_is_refused() {
    refuses_without_layer(Server::start(routes().into_router()).await.expect("a free port").address).await;
}

#[tokio::test]
async fn a_tenant_in_the_path_that_is_no_text_is_refused() {
    assert_eq!(reply(ask("GET /workspaces/%ff/cases/1", "user-of-w1")).await.status, 500);
}

#[tokio::test]
async fn methods_of_any_name_are_guarded() {
    assert_eq!(reply(nobody("PURGE /whoami")).await.body, "anonymous");
    assert_eq!(reply(ask("PURGE /whoami", "broken")).await.status, 500);
}

#[tokio::test]
async fn the_cause_of_a_failure_is_for_the_log() {
    let reply = reply(ask("GET /cases", "broken")).await;
    assert!(!reply.body.contains("session store"), "{}", reply.body);
}
