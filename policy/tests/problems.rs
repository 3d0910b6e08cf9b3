//! What the loader says about policies that are wrong.

#![cfg(feature = "file")]

use std::fmt::Write;
use std::ops::Range;
use std::time::{Duration, Instant};

use proptest::prelude::*;
use route_role_policy::Policy;
use route_role_policy::file::{NoConstants, Problem, Severity, load};

/// Problems as a reader of the file would look for them.
fn render(text: &str) -> String {
    let place = |range: &Range<usize>| {
        let before = &text[..range.start];
        let line = before.matches('\n').count() + 1;
        let column = before.len() - before.rfind('\n').map_or(0, |at| at + 1) + 1;
        let shown: String = text[range.clone()].lines().next().unwrap_or_default().chars().take(40).collect();
        format!("{line}:{column} `{shown}`")
    };
    let mut rendered = String::new();
    for problem in load(text, &mut NoConstants).problems {
        let severity = if problem.severity == Severity::Error { "error" } else { "warning" };
        writeln!(rendered, "{severity}: {}\n  at {} {}", problem.message, place(&problem.primary), problem.label)
            .unwrap();
        for (range, remark) in &problem.related {
            writeln!(rendered, "  see {} {remark}", place(range)).unwrap();
        }
        if let Some(help) = &problem.help {
            writeln!(rendered, "  help: {help}").unwrap();
        }
    }
    rendered
}

macro_rules! snapshot {
    ($($test:ident: $file:literal),+ $(,)?) => {
        $(#[test]
        fn $test() {
            insta::assert_snapshot!(render(include_str!(concat!("policies/wrong/", $file))));
        })+
    };
}

snapshot! {
    names_that_nothing_declares_and_words_that_nothing_means: "names.yaml",
    circles: "circles.yaml",
    guards_that_cannot_be_used: "guards.yaml",
    routers_that_register_nothing: "routers.yaml",
    keys_and_types: "keys.yaml",
    an_unknown_version: "version.yaml",
    assertions_that_cannot_be_used_or_broken: "assertions.yaml",
    references_that_cannot_be_read: "references.yaml",
}

fn only_problem(text: &str) -> Problem {
    let mut loaded = load(text, &mut NoConstants);
    assert_eq!(loaded.policy, Policy::default());
    assert_eq!(loaded.problems.len(), 1, "{:?}", loaded.problems);
    loaded.problems.remove(0)
}

#[test]
fn a_file_that_cannot_be_read_is_one_problem() {
    assert_eq!(only_problem("").message, "the policy is empty");
    assert_eq!(only_problem("# nothing but a remark\n").message, "the policy is empty");
    assert!(only_problem("version: [1").message.starts_with("this isn't valid YAML: "));
    assert!(only_problem("version: 1\n\tlevels: {}").message.starts_with("this isn't valid YAML: "));
    assert_eq!(only_problem("- version\n").message, "the policy must be a mapping, not a list");
    assert_eq!(
        only_problem("version: 1\n---\nversion: 1\n").message,
        "the policy is one YAML document; a second one begins here"
    );
}

#[test]
fn hostile_files_are_refused_in_bounded_time() {
    let start = Instant::now();
    assert!(only_problem(&"# padding\n".repeat(1 << 20)).message.contains("bytes; more than 1048576 are not read"));
    for nested in ["[", "- ", "{a: ", "? "] {
        let message = only_problem(&nested.repeat(50_000)).message;
        assert!(
            message.contains("nested more than 32 levels deep") || message.contains("limit"),
            "{nested}: {message}"
        );
    }
    let mut bomb = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n".to_owned();
    for n in 1..20 {
        let aliases = vec![format!("*a{}", n - 1); 10].join(", ");
        bomb.push_str(&format!("a{n}: &a{n} [{aliases}]\n"));
    }
    assert!(only_problem(&bomb).message.contains("more than 100000 values"));
    assert!(only_problem("a: &a [*a]\n").message.contains("inside the value that it refers to"));
    assert!(start.elapsed() < Duration::from_secs(10), "took {:?}", start.elapsed());
}

#[test]
fn what_is_valid_stays_usable_beside_what_is_not() {
    let text = "version: 1\nroles:\n  User: { accepts: [user] }\n  Key: { accepts: [api_kye] }\nwrong: 1\n";
    let loaded = load(text, &mut NoConstants);
    assert!(loaded.has_errors());
    assert!(loaded.policy.role_named("User").is_some());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    /// Whole lines of a valid policy, some of them cut, doubled or replaced.
    #[test]
    fn no_text_makes_the_loader_panic(
        edits in prop::collection::vec((0..4000usize, 0..60usize, "[-\\[\\]{}:,$.<>()&*!|#'\"\\\\ a-c\u{e9}\u{1F600}\\n\\t]{0,6}"), 1..6),
    ) {
        let mut text = include_str!("policies/whole_format.yaml").to_owned();
        for (at, length, replacement) in edits {
            let boundary = |at: usize| (0..=at.min(text.len())).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0);
            let range = boundary(at)..boundary(at + length);
            text.replace_range(range, &replacement);
        }
        for problem in load(&text, &mut NoConstants).problems {
            prop_assert!(text.get(problem.primary.clone()).is_some(), "{:?} doesn't fit the text", problem.primary);
            for (range, _) in problem.related {
                prop_assert!(text.get(range).is_some());
            }
        }
    }
}
