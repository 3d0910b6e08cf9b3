//! What the recording router knows of its routes.

use route_role::actix::{Access, ObjectPath};
use route_role::{Guard, Mismatch, Principal, PrincipalKind};
use route_role_tests_actix::{handlers, routes};

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
HEAD /cases/{id} api_key,user @workspace case:read => not_found
PUT /cases/{id} api_key,user @workspace case:update => not_found_unless_readable
POST /cases/{id}/notes api_key,user @workspace case:update note:create => not_found
GET /export user @workspace +export
GET /me user @workspace
GET /notes/{id} api_key,user @workspace case:read => not_found
GET /unbound/cases/{id} api_key,user @workspace case:read => not_found
ANY /whoami everyone
GET /workspaces/{workspace_id}/cases/{id} api_key,user @workspace case:read => not_found
"
    );
}

#[test]
fn a_lock_that_is_current_verifies_and_a_stale_one_does_not() {
    let routes = routes();
    assert_eq!(routes.verify(&routes.lock()), Ok(()));
    let stale = routes.lock().replace("GET /me user @workspace", "GET /me api_key,user @workspace");
    assert!(matches!(routes.verify(&stale), Err(Mismatch::Different(differences)) if differences.len() == 1));
}

#[actix_web::test]
async fn a_handler_can_be_called_in_a_unit_test() {
    let routes = routes();
    let declaration = routes.routes().iter().find(|route| route.path == "/cases/{id}" && route.method == "GET");
    let declaration = declaration.expect("the route").declaration();
    let access = || Access::for_test(Principal::new(PrincipalKind::USER).with_tenant("w1"), declaration);
    assert!(handlers::read(Guard::for_test(), access(), ObjectPath(1)).await.is_ok());
    assert!(handlers::read(Guard::for_test(), access(), ObjectPath(2)).await.is_err());
}
