//! Findings as JUnit XML: a suite per rule, a case per finding, and a case that passes for each rule that found nothing.

use std::io::{self, Write};

use super::{Results, plain};
use crate::rule::{self, Finding, Verdict};

/// A case of a suite.
struct Case {
    name: String,
    class: String,
    file: Option<(String, u32)>,
    result: Outcome,
}

enum Outcome {
    /// Nothing found, or something that fails no run: then the text says it.
    Passed(Option<String>),
    Failed {
        message: String,
        text: String,
    },
    /// Something couldn't be seen, so the check couldn't be made in full.
    Errored {
        message: String,
        text: String,
    },
    Skipped(String),
}

/// Writes the suites of all rules, in the order of the registry, service by service.
pub fn write(out: &mut dyn Write, all: &[Results<'_>]) -> io::Result<()> {
    let suites: Vec<(String, Vec<Case>)> = all
        .iter()
        .flat_map(|results| rule::ALL.iter().map(move |rule| (named(rule.name, results), cases(rule.name, results))))
        .filter(|(_, cases)| !cases.is_empty())
        .collect();
    writeln!(out, r#"<?xml version="1.0" encoding="UTF-8"?>"#)?;
    writeln!(out, r#"<testsuites name="route-role"{}>"#, counts(suites.iter().flat_map(|(_, cases)| cases)))?;
    for (name, cases) in &suites {
        writeln!(out, r#"  <testsuite name="{}"{}>"#, escaped(name), counts(cases))?;
        cases.iter().try_for_each(|case| write_case(out, case))?;
        writeln!(out, "  </testsuite>")?;
    }
    writeln!(out, "</testsuites>")
}

/// The name of a rule, behind that of the service where there are several.
fn named(rule: &str, results: &Results<'_>) -> String {
    results.service.map_or_else(|| rule.to_owned(), |service| format!("{service}: {rule}"))
}

fn cases(name: &str, results: &Results<'_>) -> Vec<Case> {
    let outcome = results.outcome;
    let standing = outcome.findings.iter().filter(|finding| finding.rule == name);
    let suppressed = outcome.suppressed.iter().filter(|known| known.finding.rule == name);
    let mut cases: Vec<Case> = standing.map(|finding| of_finding(finding, judged(finding, results), results)).collect();
    cases.extend(suppressed.map(|known| {
        let result = Outcome::Skipped(format!("suppressed: {}", known.reason));
        of_finding(&known.finding, result, results)
    }));
    if cases.is_empty() && outcome.applied.contains(&name) {
        cases.push(of_rule(name, Outcome::Passed(None), results));
    }
    if cases.is_empty() && outcome.waiting_for_policy.contains(&name) {
        cases.push(of_rule(name, Outcome::Skipped("there is no policy to go by".to_owned()), results));
    }
    cases
}

fn of_rule(name: &str, result: Outcome, results: &Results<'_>) -> Case {
    Case { name: "every route".to_owned(), class: named(name, results), file: None, result }
}

fn of_finding(finding: &Finding, result: Outcome, results: &Results<'_>) -> Case {
    let file = results.place(finding).map(|span| (results.path(span.file), results.start(span).line));
    Case { name: plain::headline(finding), class: named(finding.rule, results), file, result }
}

fn judged(finding: &Finding, results: &Results<'_>) -> Outcome {
    let message = plain::headline(finding);
    let details = plain::details(finding, results);
    let text = std::iter::once(format!("{}[{}]: {message}", finding.severity.keyword(), finding.rule)).chain(details);
    let text = text.collect::<Vec<_>>().join("\n");
    match results.demands.verdict(finding) {
        Verdict::Fails => Outcome::Failed { message, text },
        Verdict::Incomplete => Outcome::Errored { message, text },
        Verdict::Passes => Outcome::Passed(Some(text)),
    }
}

fn counts<'c>(cases: impl IntoIterator<Item = &'c Case>) -> String {
    let (mut tests, mut failures, mut errors, mut skipped) = (0, 0, 0, 0);
    for case in cases {
        tests += 1;
        match case.result {
            Outcome::Passed(_) => {}
            Outcome::Failed { .. } => failures += 1,
            Outcome::Errored { .. } => errors += 1,
            Outcome::Skipped(_) => skipped += 1,
        }
    }
    format!(r#" tests="{tests}" failures="{failures}" errors="{errors}" skipped="{skipped}""#)
}

fn write_case(out: &mut dyn Write, case: &Case) -> io::Result<()> {
    let place = case.file.as_ref().map(|(file, line)| format!(r#" file="{}" line="{line}""#, escaped(file)));
    write!(
        out,
        r#"    <testcase classname="route-role.{}" name="{}"{}"#,
        escaped(&case.class),
        escaped(&case.name),
        place.unwrap_or_default()
    )?;
    match &case.result {
        Outcome::Passed(None) => return writeln!(out, "/>"),
        Outcome::Passed(Some(text)) => write!(out, "><system-out>{}</system-out>", escaped(text))?,
        Outcome::Failed { message, text } => write_fault(out, "failure", &case.class, message, text)?,
        Outcome::Errored { message, text } => write_fault(out, "error", &case.class, message, text)?,
        Outcome::Skipped(why) => write!(out, r#"><skipped message="{}"/>"#, escaped(why))?,
    }
    writeln!(out, "</testcase>")
}

fn write_fault(out: &mut dyn Write, tag: &str, kind: &str, message: &str, text: &str) -> io::Result<()> {
    let (kind, message, text) = (escaped(kind), escaped(message), escaped(text));
    write!(out, r#"><{tag} type="{kind}" message="{message}">{text}</{tag}>"#)
}

/// Text as XML has it, in attributes and between tags. What no XML document may hold is spelt out.
fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&apos;"),
            // Line ends would become spaces in an attribute.
            '\n' => escaped.push_str("&#10;"),
            '\u{fffe}' | '\u{ffff}' => escaped.extend(character.escape_unicode()),
            character => escaped.push_str(&super::escape::shown(character)),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_stays_text() {
        assert_eq!(escaped("a]]><b c='\"'>&\n"), "a]]&gt;&lt;b c=&apos;&quot;&apos;&gt;&amp;&#10;");
    }

    #[test]
    fn what_xml_cannot_hold_is_spelt_out() {
        assert_eq!(escaped("\0\u{1b}\u{fffe}\u{7f}\r"), "\\u{0}\\u{1b}\\u{fffe}\\u{7f}\\r");
    }

    #[test]
    fn a_parser_reads_back_what_was_written() {
        let texts = ["<a b=\"c\">", "]]>", "&amp;", "line\nline", "日本 'x'"];
        for text in texts {
            let document = format!("<r a=\"{0}\">{0}</r>", escaped(text));
            let document = roxmltree::Document::parse(&document).expect("XML");
            let root = document.root_element();
            assert_eq!((root.attribute("a"), root.text()), (Some(text), Some(text)));
        }
    }

    #[test]
    fn every_character_leaves_a_document_that_can_be_read() {
        for character in (0..=0x2_ffff).filter_map(char::from_u32) {
            let text = escaped(&character.to_string());
            let document = format!("<r a=\"{text}\">{text}</r>");
            assert!(roxmltree::Document::parse(&document).is_ok(), "{character:?}");
        }
    }
}
