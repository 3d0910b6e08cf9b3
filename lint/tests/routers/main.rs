//! What is read from the ways in which services build their routers, form by form.
//!
//! Each `.md` file beside this one is a list of cases: a heading, blocks of source, and a block `routes` with every route,
//! guard, condition and note that the linter sees in it. With `UPDATE_EXPECTED=1` the files are written anew.

mod case;
mod inventory;

use std::fs;
use std::path::Path;

use case::Case;

macro_rules! pages {
    ($($name:ident),* $(,)?) => {
        $(#[test]
        fn $name() {
            check(concat!(stringify!($name), ".md"));
        })*

        #[test]
        fn every_page_is_checked() {
            let folder = fs::read_dir(folder()).expect("the folder of this file");
            let names = folder.map(|entry| entry.expect("an entry").file_name().into_string().expect("a UTF-8 name"));
            let mut pages: Vec<String> = names.filter(|name| name.ends_with(".md")).collect();
            pages.sort();
            assert_eq!(pages, [$(concat!(stringify!($name), ".md")),*]);
        }
    };
}

pages!(
    abstraction,
    actix,
    branches,
    documentation,
    extractors,
    gotham,
    layers,
    liveness,
    loco,
    macros,
    modules,
    operations,
    own_routers,
    poem,
    programs,
    robustness,
    rocket,
    rwf,
    salvo,
    tide,
    values,
    warp
);

fn folder() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/routers"))
}

/// Reads a page, lints every case of it, and compares.
fn check(page: &str) {
    let file = folder().join(page);
    let text = fs::read_to_string(&file).unwrap_or_else(|error| panic!("{page}: {error}"));
    let cases = case::read(&text);
    assert!(!cases.is_empty(), "{page} holds cases");
    let seen: Vec<String> = cases.iter().map(Case::seen).collect();
    if std::env::var_os("UPDATE_EXPECTED").is_some() {
        fs::write(&file, case::rewritten(&text, &seen)).expect("the page can be written");
        return;
    }
    let wrong: Vec<String> = cases
        .iter()
        .zip(&seen)
        .filter(|(case, seen)| case.expected != **seen)
        .map(|(case, seen)| format!("## {}\n\nexpected:\n{}\nseen:\n{seen}", case.name, case.expected))
        .collect();
    assert!(wrong.is_empty(), "{page}: {} of {} cases differ\n\n{}", wrong.len(), cases.len(), wrong.join("\n"));
}
