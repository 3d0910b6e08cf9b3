//! What the guide shows of this framework is a part of this service.

use route_role_tests_behavior::documentation::shows_parts_of;

#[test]
fn the_guide_shows_parts_of_the_service() {
    let sources = [include_str!("../src/lib.rs"), include_str!("../src/handlers.rs"), include_str!("../src/server.rs")];
    shows_parts_of("poem", &sources);
}
