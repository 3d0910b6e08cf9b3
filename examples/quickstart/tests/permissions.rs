//! The two tests that every service should have.

use route_role::assert_collapsed;
use route_role::axum::probe::Probe;

#[test]
fn the_lock_is_current() {
    let lock = include_str!("../route-role.lock");
    assert_eq!(quickstart::app().verify(lock), Ok(()));
}

#[tokio::test]
async fn nobody_learns_which_notes_exist() {
    let probe = Probe::new("/notes/2", "/notes/999").malformed_id("/notes/none");
    assert_collapsed!(quickstart::app().into_router(), probe.header("authorization", "Key of-alice"));
}
