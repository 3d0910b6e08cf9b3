//! What the linter says of each fixture stands beside it.

use std::path::Path;

use route_role_tests_parity::linted;

fn assert_expected(folder: &str) {
    let beside = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fixtures").join(folder).join("expected");
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path(beside);
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.bind(|| {
        let fixture = linted::read(folder);
        insta::assert_snapshot!("routes", fixture.routes());
        insta::assert_snapshot!("check", fixture.check());
    });
}

macro_rules! fixtures {
    ($($name:ident),*) => {
        $(
            #[test]
            fn $name() {
                assert_expected(concat!(stringify!($name), "/before"));
                assert_expected(concat!(stringify!($name), "/after"));
            }
        )*
    };
}

fixtures!(agentex, coder, scanopy, tracecat, unstract);
