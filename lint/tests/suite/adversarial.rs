//! Source that looks like something else.

use crate::harness::{names_in, repository, run_in};

#[test]
fn the_routes_of_every_adversarial_service_are_as_recorded() {
    let services = repository().join("fixtures/rules/../adversarial");
    let _ = services;
    for name in names_in(&repository().join("lint/tests/adversarial")) {
        let run = run_in(&repository().join("lint/tests/adversarial").join(&name), &["routes"]);
        insta::with_settings!({ omit_expression => true }, {
            insta::assert_snapshot!(name.clone(), format!("{}{}status {}\n", run.stdout, run.stderr, run.status));
        });
    }
}
