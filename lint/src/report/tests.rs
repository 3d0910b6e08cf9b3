//! What reports make of hostile and unusual source.

use super::Lines;
use super::terminal::{Colour, write_findings};
use crate::resolve::Inventory;
use crate::rule::{Finding, by_name};
use crate::source::{FileId, SourceMap, Span};

/// The report of one finding whose labels are at the given byte ranges of one file.
fn report(path: &str, text: &str, places: &[(u32, u32)]) -> String {
    let mut sources = SourceMap::default();
    let file = sources.add(path, text);
    let spans = places.iter().map(|(start, end)| Span { file, start: *start, end: *end });
    let rule = by_name("undeclared-route").expect("a rule");
    let finding =
        spans.enumerate().fold(Finding::new(rule, "something is odd").help("change it"), |finding, (index, span)| {
            if index == 0 { finding.at(span, "this") } else { finding.also(span, "that") }
        });
    print(&sources, finding, Colour::Off)
}

fn print(sources: &SourceMap, finding: Finding, colour: Colour) -> String {
    let mut out = Vec::new();
    write_findings(&mut out, &[finding], &Inventory::default(), &Lines::new(sources), colour)
        .expect("memory can be written to");
    String::from_utf8(out).expect("reports are UTF-8")
}

#[test]
fn places_far_apart_are_shown_with_a_break_between_them() {
    let text = "one\ntwo\nthree\nfour\nfive\nsix\nseven\n";
    insta::assert_snapshot!(report("src/a.rs", text, &[(4, 7), (14, 18), (28, 33)]), @r"
    warning[undeclared-route]: something is odd
      ┌─ src/a.rs:2:1
      │
    2 │ two
      │ ^^^ this
    3 │ three
    4 │ four
      │ ---- that
      ·
    7 │ seven
      │ ----- that
      │
      = help: change it

    ");
}

#[test]
fn columns_are_those_of_the_file_though_tabs_are_widened() {
    insta::assert_snapshot!(report("a.rs", "\tlet é = x;\n", &[(10, 11)]), @r"
    warning[undeclared-route]: something is odd
      ┌─ a.rs:1:10
      │
    1 │     let é = x;
      │             ^ this
      │
      = help: change it

    ");
}

#[test]
fn control_characters_of_source_never_reach_the_terminal() {
    let text = "a\u{1b}[2Jb\u{202e}c\u{0}d\rx\u{9b}31m\n";
    let shown = report("x\u{1b}]0;y\u{7}.rs", text, &[(0, 1)]);
    assert!(shown.chars().all(|character| character == '\n' || !character.is_control()), "{shown:?}");
    assert!(!shown.contains('\u{202e}'));
    assert!(shown.contains("a\\u{1b}[2Jb\\u{202e}c\\u{0}d\\rx\\u{9b}31m"), "{shown}");
}

#[test]
fn control_characters_in_messages_never_reach_the_terminal() {
    let mut sources = SourceMap::default();
    let file = sources.add("a.rs", "x");
    let rule = by_name("undeclared-route").expect("a rule");
    let span = Span { file, start: 0, end: 1 };
    let finding = Finding::new(rule, "a\u{1b}[0mb\nc").at(span, "d\u{7}e").help("f\u{8}\ng");
    let shown = print(&sources, finding, Colour::Off);
    assert!(shown.chars().all(|character| character == '\n' || !character.is_control()), "{shown:?}");
}

#[test]
fn an_overlong_line_is_cut_around_its_label() {
    let text = format!("{}NEEDLE{}\n", "x".repeat(2_000_000), "y".repeat(2_000_000));
    let shown = report("a.rs", &text, &[(2_000_000, 2_000_006)]);
    assert!(shown.len() < 2_000, "{} bytes", shown.len());
    assert!(shown.contains("…xxx"), "{shown}");
    assert!(shown.contains("NEEDLEyyy"), "{shown}");
    assert!(shown.contains("a.rs:1:2000001"), "{shown}");
}

#[test]
fn places_that_do_not_fit_the_file_are_no_trouble() {
    for (text, place) in [
        ("", (0, 0)),
        ("", (5, 9)),
        ("é", (1, 2)),
        ("a\nb", (2, 900)),
        ("a", (1, 1)),
        ("a\r\n", (2, 3)),
        ("a\n", (2, 2)),
        ("ab", (2, 1)),
    ] {
        let shown = report("a.rs", text, &[place]);
        assert!(shown.contains("a.rs:"), "{text:?} {place:?}: {shown}");
    }
}

#[test]
fn a_place_of_several_lines_is_shown_by_its_first() {
    insta::assert_snapshot!(report("a.rs", "get(\n    a,\n)\n", &[(0, 13)]), @r"
    warning[undeclared-route]: something is odd
      ┌─ a.rs:1:1
      │
    1 │ get(
      │ ^^^^ this
      │
      = help: change it

    ");
}

#[test]
fn a_finding_without_a_place_is_a_sentence() {
    let rule = by_name("syntax-error").expect("a rule");
    let shown = print(&SourceMap::default(), Finding::new(rule, "a file can't be read"), Colour::Off);
    assert_eq!(shown, "warning[syntax-error]: a file can't be read\n\n");
}

#[test]
fn colour_is_there_when_asked_for_and_only_then() {
    let mut sources = SourceMap::default();
    let file = sources.add("a.rs", "x");
    let rule = by_name("undeclared-route").expect("a rule");
    let finding = Finding::new(rule, "m").at(Span { file, start: 0, end: 1 }, "l");
    assert!(print(&sources, finding.clone(), Colour::On).contains('\u{1b}'));
    assert!(!print(&sources, finding, Colour::Off).contains('\u{1b}'));
}

#[test]
fn places_in_several_files_are_shown_file_by_file() {
    let mut sources = SourceMap::default();
    let code = sources.add("src/a.rs", "fn a() {}\n");
    let policy = sources.add("route-role.yaml", "scopes:\n  - x\n");
    let rule = by_name("api-key-rejected").expect("a rule");
    let finding = Finding::new(rule, "m")
        .at(Span { file: code, start: 3, end: 4 }, "here")
        .also(Span { file: policy, start: 12, end: 13 }, "there");
    insta::assert_snapshot!(print(&sources, finding, Colour::Off), @r"
    warning[api-key-rejected]: m
      ┌─ src/a.rs:1:4
      │
    1 │ fn a() {}
      │    ^ here
      │
      ┌─ route-role.yaml:2:5
      │
    2 │   - x
      │     - there

    ");
    assert_eq!(FileId(0), code);
}
