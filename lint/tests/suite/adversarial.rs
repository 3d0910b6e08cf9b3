//! Source that looks like something else: the routes that are listed are those that the first comment of each service promises.

use crate::harness::{names_in, repository, run_in};

#[test]
fn the_routes_of_every_adversarial_service_are_as_recorded() {
    let services = repository().join("fixtures/adversarial");
    for name in names_in(&services) {
        let run = run_in(&services.join(&name), &["routes"]);
        insta::with_settings!({ omit_expression => true }, {
            insta::assert_snapshot!(name, format!("{}{}status {}\n", run.stdout, run.stderr, run.status));
        });
    }
}
