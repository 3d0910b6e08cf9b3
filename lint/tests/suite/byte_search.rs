//! Leaving files unparsed that the byte search finds nothing in changes no answer.

use std::path::{Path, PathBuf};

use route_role_lint::scan;
use route_role_lint::source::{ScanOptions, SourceMap};

use crate::harness::{Service, names_in, repository};

fn fixtures() -> Vec<PathBuf> {
    let root = repository().join("fixtures");
    let mut folders = Vec::new();
    for system in names_in(&root) {
        let system = root.join(system);
        for name in names_in(&system) {
            let folder = system.join(name);
            let nested = ["fires", "silent"].map(|twin| folder.join(twin));
            let found = nested.into_iter().filter(|twin| twin.is_dir()).collect::<Vec<_>>();
            folders.extend(if found.is_empty() { vec![folder] } else { found });
        }
    }
    folders.retain(|folder| folder.join("Cargo.toml").is_file());
    folders
}

/// The routes of a tree, and what could not be seen in it.
fn inventory(root: &Path, no_filter: bool) -> String {
    let options = ScanOptions { roots: vec![root.to_owned()], no_filter, ..ScanOptions::default() };
    let inventory = scan(&options, &mut SourceMap::default(), None).expect("the tree can be read");
    format!("{:#?}\n{:#?}\n{:#?}", inventory.programs, inventory.routes, inventory.notes)
}

fn assert_same_answer(root: &Path) {
    assert_eq!(inventory(root, false), inventory(root, true), "{}", root.display());
}

#[test]
fn every_fixture_gives_the_same_routes_with_and_without_the_search() {
    let fixtures = fixtures();
    assert!(fixtures.len() > 30, "{}", fixtures.len());
    for folder in fixtures {
        assert_same_answer(&folder);
    }
}

/// Nothing in these files tells of routes but the names that other files give to what does.
#[test]
fn files_that_only_use_names_of_others_are_found() {
    let service = Service::with(&[
        (
            "src/main.rs",
            "mod app; mod extract; mod paths; mod start;\n\n#[tokio::main]\nasync fn main() { start::start().await }\n",
        ),
        ("src/start.rs", "pub async fn start() { crate::app::launch(crate::paths::PREFIX).await }\n"),
        ("src/paths.rs", "pub const PREFIX: &str = \"/v1\";\n"),
        ("src/extract.rs", "pub type Caller = crate::app::Signed<u64>;\n"),
        (
            "src/app.rs",
            "use axum::{Router, routing::get};\nuse crate::extract::Caller;\n\npub struct Signed<T>(T);\n\n\
             pub async fn launch(prefix: &str) {\n    let inner = Router::new().route(\"/me\", get(me));\n    \
             axum::serve(listener(), Router::new().nest(prefix, inner)).await.unwrap();\n}\n\nasync fn me(_: Caller) {}\n",
        ),
    ]);
    let routes = service.run(&["routes", "--allow-incomplete", "--format", "csv"]);
    assert!(routes.stdout.contains(",GET,/v1/me,"), "{}{}", routes.stdout, routes.stderr);
    assert_same_answer(service.path());
}
