//! Findings as workflow commands of GitHub Actions, which shows them beside the lines of a pull request.

use std::io::{self, Write};

use super::escape::visible;
use super::{Results, plain};
use crate::rule::{Finding, Severity};

/// Writes a command per finding.
pub fn write(out: &mut dyn Write, all: &[Results<'_>]) -> io::Result<()> {
    all.iter().try_for_each(|results| write_service(out, results))
}

fn write_service(out: &mut dyn Write, results: &Results<'_>) -> io::Result<()> {
    results.outcome.findings.iter().try_for_each(|finding| writeln!(out, "{}", command(finding, results)))
}

fn command(finding: &Finding, results: &Results<'_>) -> String {
    let mut properties: Vec<(&str, String)> = Vec::new();
    if let Some(span) = results.place(finding) {
        let (start, end) = (results.start(span), results.end(span));
        properties.push(("file", visible(&results.path(span.file)).into_owned()));
        properties.push(("line", start.line.to_string()));
        // Columns are for places on one line only.
        if start.line == end.line {
            properties.push(("col", start.column.to_string()));
            properties.push(("endColumn", end.column.to_string()));
        } else {
            properties.push(("endLine", end.line.to_string()));
        }
    }
    properties.push(("title", finding.rule.to_owned()));
    let properties: Vec<String> =
        properties.iter().map(|(name, value)| format!("{name}={}", property(value))).collect();
    let mut message = plain::headline(finding);
    for line in plain::details(finding, results) {
        message.push('\n');
        message.push_str(&line);
    }
    format!("::{} {}::{}", level(finding.severity), properties.join(","), data(&message))
}

fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Note => "notice",
        Severity::Warning => "warning",
        Severity::Error => "error",
    }
}

/// A command ends with its line, and `%` begins what stands for something else.
fn data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

/// Properties end with a comma or with `::`.
fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_in_a_text_ends_it() {
        assert_eq!(data("100%\r\n::error::x"), "100%25%0D%0A::error::x");
        assert_eq!(property("a%0A,b::c\n"), "a%250A%2Cb%3A%3Ac%0A");
    }
}
