//! Cases in a page of Markdown.

use std::fs;
use std::path::PathBuf;

use route_role_lint::source::{ScanOptions, SourceMap};
use route_role_policy::Policy;
use route_role_policy::file::{FILE_NAME, NoConstants, load};

use crate::inventory::described;

/// A small service, and what is to be seen in it.
#[derive(Debug, Default)]
pub(crate) struct Case {
    pub(crate) name: String,
    /// Path and text of each file.
    files: Vec<(String, String)>,
    pub(crate) expected: String,
}

/// Serves the router that a case's `app` makes, so that cases needn't say how.
const MAIN: &str = "\nasync fn main() { axum::serve(listener(), app()).await }\n";

/// The cases of a page.
pub(crate) fn read(page: &str) -> Vec<Case> {
    let mut cases: Vec<Case> = Vec::new();
    let mut lines = page.lines();
    while let Some(line) = lines.next() {
        if let Some(name) = line.strip_prefix("## ") {
            cases.push(Case { name: name.to_owned(), ..Case::default() });
        } else if let Some(fence) = line.strip_prefix("```") {
            let block: String =
                lines.by_ref().take_while(|line| *line != "```").flat_map(|line| [line, "\n"]).collect();
            let case = cases.last_mut().expect("a heading before the first block");
            match fence.split_once(' ') {
                Some((_, path)) => case.files.push((path.to_owned(), block)),
                None if fence == "routes" => case.expected = block,
                None => case.files.push(("src/main.rs".to_owned(), with_main(block))),
            }
        }
    }
    cases
}

fn with_main(source: String) -> String {
    if source.contains("fn main(") { source } else { source + MAIN }
}

/// The page with what was seen in place of what was expected.
pub(crate) fn rewritten(page: &str, seen: &[String]) -> String {
    let mut seen = seen.iter();
    let mut written = String::new();
    let mut lines = page.lines();
    while let Some(line) = lines.next() {
        written.push_str(line);
        written.push('\n');
        if line == "```routes" {
            lines.by_ref().take_while(|line| *line != "```").for_each(drop);
            written.push_str(seen.next().map_or("", String::as_str));
            written.push_str("```\n");
        }
    }
    written
}

impl Case {
    /// The policy among the files of the case, if there is one.
    fn policy(&self) -> Option<Policy> {
        let (_, text) = self.files.iter().find(|(path, _)| path == FILE_NAME)?;
        let loaded = load(text, &mut NoConstants);
        assert_eq!(loaded.problems, [], "{}", self.name);
        Some(loaded.policy)
    }

    /// What the linter sees, which must not depend on which files the byte search leaves out.
    pub(crate) fn seen(&self) -> String {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let manifest = ("Cargo.toml".to_owned(), "[package]\nname = \"service\"\nedition = \"2024\"\n".to_owned());
        let has_manifest = self.files.iter().any(|(path, _)| path == "Cargo.toml");
        for (path, text) in self.files.iter().chain((!has_manifest).then_some(&manifest)) {
            let file = folder.path().join(path);
            fs::create_dir_all(file.parent().expect("a folder")).expect("a folder can be made");
            fs::write(file, text).expect("a file can be written");
        }
        let policy = self.policy();
        let filtered = scan(folder.path().to_owned(), false, policy.as_ref());
        assert_eq!(
            filtered,
            scan(folder.path().to_owned(), true, policy.as_ref()),
            "{}: the byte search changes the answer",
            self.name
        );
        filtered
    }
}

fn scan(root: PathBuf, no_filter: bool, policy: Option<&Policy>) -> String {
    let options = ScanOptions { roots: vec![root], no_filter, ..ScanOptions::default() };
    let mut map = SourceMap::default();
    let inventory = route_role_lint::scan(&options, &mut map, policy).expect("a readable folder");
    described(&inventory, &map)
}
