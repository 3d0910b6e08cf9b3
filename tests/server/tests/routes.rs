//! What the recording router knows of its routes.

use route_role::axum::{Access, ObjectPath};
use route_role::{Guard, Mismatch, Principal, PrincipalKind};
use route_role_tests_server::{cases, routes};

#[test]
fn every_route_is_listed_with_its_full_path_and_access() {
    assert_eq!(
        routes().lock(),
        "\
# route-role lock 1
GET /cases api_key,user @workspace case:read
POST /cases api_key,user @workspace case:create
DELETE /cases/{id} user @workspace >=admin case:delete => forbidden
GET /cases/{id} api_key,user @workspace case:read => not_found
PUT /cases/{id} api_key,user @workspace case:update => not_found_unless_readable
POST /cases/{id}/notes api_key,user @workspace case:update note:create => not_found
GET /export user @workspace +export
GET /healthz everyone
GET /me user @workspace
GET /notes/{id} api_key,user @workspace case:read => not_found
GET /plain/{id} api_key,user @workspace case:read => forbidden
GET /search api_key,user @workspace case:read
GET /unbound/cases/{id} api_key,user @workspace case:read => not_found
ANY /whoami everyone
GET /workspaces/{workspace_id}/cases/{id} api_key,user @workspace case:read => not_found
"
    );
}

#[test]
fn the_list_names_handlers() {
    let routes = routes();
    let nested = routes.routes().iter().find(|route| route.path.starts_with("/workspaces")).expect("a nested route");
    assert_eq!(
        nested.to_string(),
        "GET /workspaces/{workspace_id}/cases/{id} api_key,user @workspace case:read \
         (route_role_tests_server::cases::in_workspace)"
    );
}

#[test]
fn a_lock_that_is_current_verifies_and_a_stale_one_says_what_changed() {
    let routes = routes();
    assert_eq!(routes.verify(&routes.lock()), Ok(()));
    let stale = routes.lock().replace("GET /me user @workspace", "GET /me api_key,user @workspace");
    let mismatch = routes.verify(&stale).expect_err("the access of one route differs");
    assert_eq!(
        mismatch.to_string(),
        "the program's routes are not the ones in the lock:\n\
         - GET /me api_key,user @workspace\n\
         + GET /me user @workspace\n\
         run `route-role lock` and review what it changes"
    );
    assert!(matches!(routes.verify("GET"), Err(Mismatch::Malformed(_))));
}

#[tokio::test]
async fn a_handler_can_be_called_in_a_unit_test() {
    let routes = routes();
    let declaration = routes.routes().iter().find(|route| route.path == "/cases/{id}" && route.method == "GET");
    let declaration = declaration.expect("the route").declaration();
    let access = || Access::for_test(Principal::new(PrincipalKind::USER).with_tenant("w1"), declaration);
    assert!(cases::read(Guard::for_test(), access(), ObjectPath(1)).await.is_ok());
    assert!(cases::read(Guard::for_test(), access(), ObjectPath(2)).await.is_err());
}
