//! What the documentation shows is what happens: every command is run, every example compared with the code that it is taken from.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use route_role_policy::file::{NoConstants, load};

use crate::harness::{Run, names_in, repository, run_in};

/// Commands that take too long, or change more than a test may. They are shown without output.
const NOT_RUN: &[&str] = &["cargo test --workspace", "cargo install --path lint", ".ci/run", "benches/compare.sh "];

/// The two ways to write a command of route-role.
const PREFIXES: [&str; 2] = ["cargo run -p route-role-lint -- ", "route-role "];

/// Pages by their path in the repository, with their text.
fn pages() -> Vec<(String, String)> {
    let mut paths: Vec<String> = ["README.md", "CONTRIBUTING.md", "CHANGELOG.md"].map(str::to_owned).to_vec();
    for folder in ["docs", "docs/how-to"] {
        let names = names_in(&repository().join(folder));
        paths.extend(names.iter().filter(|name| name.ends_with(".md")).map(|name| format!("{folder}/{name}")));
    }
    let read =
        |path: &String| fs::read_to_string(repository().join(path)).unwrap_or_else(|_| panic!("{path} is there"));
    paths.iter().map(|path| (path.clone(), read(path))).collect()
}

/// The blocks of a language.
fn blocks<'t>(text: &'t str, language: &str) -> Vec<&'t str> {
    let fence = format!("\n```{language}\n");
    text.split(fence.as_str()).skip(1).filter_map(|rest| rest.split_once("```")).map(|(block, _)| block).collect()
}

/// A command with what a page says that it prints.
struct Shown<'t> {
    command: &'t str,
    output: Vec<&'t str>,
}

fn commands(block: &str) -> Vec<Shown<'_>> {
    let mut shown: Vec<Shown<'_>> = Vec::new();
    for line in block.lines() {
        match (line.strip_prefix("$ "), shown.last_mut()) {
            (Some(command), _) => shown.push(Shown { command, output: Vec::new() }),
            (None, Some(last)) => last.output.push(line.trim_end()),
            (None, None) => panic!("a console block begins with a command, not with `{line}`"),
        }
    }
    shown
}

/// Runs a command of route-role in the repository; `None` for any other.
fn run(command: &str) -> Option<(Run, Option<usize>)> {
    let arguments = PREFIXES.iter().find_map(|prefix| command.strip_prefix(prefix))?;
    let (arguments, lines) = match arguments.split_once(" | head -") {
        Some((arguments, lines)) => (arguments, Some(lines.parse().expect("a number of lines"))),
        None => (arguments, None),
    };
    Some((run_in(&repository(), &arguments.split_whitespace().collect::<Vec<_>>()), lines))
}

/// What a terminal shows: the answer, then the remarks.
fn seen(run: &Run, lines: Option<usize>) -> String {
    let mut text = String::new();
    for line in run.stdout.lines().take(lines.unwrap_or(usize::MAX)).chain(run.stderr.lines()) {
        let _ = writeln!(text, "{}", line.trim_end());
    }
    text
}

#[test]
fn every_command_prints_what_its_page_says() {
    let mut count = 0;
    for (page, text) in pages() {
        for block in blocks(&text, "console") {
            let mut status = None;
            for Shown { command, output } in commands(block) {
                let output: String = output.iter().map(|line| format!("{line}\n")).collect();
                if command == "echo $?" {
                    let status: i32 = status.expect("a command before it");
                    assert_eq!(output, format!("{status}\n"), "{page}: the status in\n{block}");
                } else if let Some((run, lines)) = run(command) {
                    assert_eq!(output, seen(&run, lines), "{page}: {command}");
                    status = Some(run.status);
                    count += 1;
                } else {
                    assert!(NOT_RUN.iter().any(|known| command.starts_with(known)), "{page}: {command}");
                    assert_eq!(output, "", "{page}: the output of `{command}` is checked by nobody");
                }
            }
        }
    }
    assert!(count >= 10, "only {count} commands were found");
}

#[test]
fn the_run_of_all_checks_begins_with_the_command_for_tests_in_the_readme() {
    let (_, readme) = pages().swap_remove(0);
    let script = fs::read_to_string(repository().join(".ci/run")).expect("the script");
    assert!(readme.contains("\n$ cargo test --workspace\n"));
    assert!(script.contains("\nrun cargo test --workspace\n"));
}

/// The source of the quickstart, which is compiled and tested.
fn quickstart() -> Vec<String> {
    let root = repository().join("examples/quickstart");
    let files = [
        "src/lib.rs",
        "src/main.rs",
        "tests/permissions.rs",
        "tests/matrix/main.rs",
        "tests/matrix/generated.rs",
        "route-role.yaml",
        "route-role.lock",
    ];
    files.map(|file| fs::read_to_string(root.join(file)).expect("a file of the quickstart")).to_vec()
}

#[test]
fn every_rust_example_and_lock_is_a_part_of_the_quickstart() {
    let sources = quickstart();
    let mut count = 0;
    for (page, text) in pages() {
        let locks = blocks(&text, "text").into_iter().filter(|block| block.starts_with("# route-role lock"));
        for block in blocks(&text, "rust").into_iter().chain(locks) {
            for part in block.split("// …\n").map(str::trim).filter(|part| !part.is_empty()) {
                assert!(sources.iter().any(|source| source.contains(part)), "{page}: not in the quickstart:\n{part}");
                count += 1;
            }
        }
    }
    assert!(count > 0);
}

/// The guide to policies has a test of its own in the crate that reads them.
#[test]
fn every_policy_that_is_shown_is_valid() {
    for (page, text) in pages().into_iter().filter(|(page, _)| page != "docs/how-to/policy.md") {
        for block in blocks(&text, "yaml").into_iter().filter(|block| block.starts_with("version:")) {
            assert_eq!(load(block, &mut NoConstants).problems, [], "{page}:\n{block}");
        }
    }
}

#[test]
fn the_policy_of_the_how_to_for_existing_services_knows_every_guard_of_its_service() {
    let page = fs::read_to_string(repository().join("docs/how-to/adopt.md")).expect("the page");
    let policy =
        blocks(&page, "yaml").into_iter().find(|block| block.contains("guards:")).expect("a policy with guards");
    let file = tempfile::NamedTempFile::new().expect("a temporary file");
    fs::write(file.path(), policy).expect("a file can be written");
    let file = file.path().to_str().expect("a UTF-8 path");
    let run = run_in(&repository(), &["check", "--policy", file, "fixtures/scanopy/before"]);
    assert!(run.stdout.ends_with("nothing left out\n"), "{}{}", run.stdout, run.stderr);
}

#[test]
fn every_link_between_pages_leads_somewhere() {
    for (page, text) in pages() {
        let folder = repository().join(&page).parent().map(Path::to_path_buf).unwrap_or_default();
        let links = text.split("](").skip(1).filter_map(|rest| rest.split_once(')')).map(|(link, _)| link);
        for link in links.filter(|link| !link.starts_with("http") && !link.starts_with('#')) {
            let target: PathBuf = folder.join(link.split('#').next().unwrap_or(link));
            assert!(target.exists(), "{page}: {link}");
        }
    }
}
