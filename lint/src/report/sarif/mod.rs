//! Findings in SARIF 2.1.0, which code scanning services and editors read.

mod location;
mod result;
mod rule;

use std::io::{self, Write};

use serde::Serialize;

use self::result::{Fault, Notification};
use self::rule::Descriptor;
use super::Results;
use super::escape::visible_lines;

const SCHEMA: &str = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json";

#[derive(Serialize)]
struct Log<'a> {
    #[serde(rename = "$schema")]
    schema: &'static str,
    version: &'static str,
    runs: Vec<Run<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Run<'a> {
    tool: Tool,
    #[serde(skip_serializing_if = "Option::is_none")]
    automation_details: Option<Automation>,
    column_kind: &'static str,
    original_uri_base_ids: BaseIds,
    invocations: [Invocation; 1],
    results: Vec<Fault<'a>>,
}

/// Which of several runs of one document it is. Code scanning services tell them apart by this alone.
#[derive(Serialize)]
struct Automation {
    id: String,
}

#[derive(Serialize)]
struct Tool {
    driver: Driver,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Driver {
    name: &'static str,
    semantic_version: &'static str,
    information_uri: &'static str,
    rules: Vec<Descriptor>,
}

#[derive(Serialize)]
struct BaseIds {
    #[serde(rename = "%SRCROOT%")]
    root: Base,
}

#[derive(Serialize)]
struct Base {
    description: Text,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Invocation {
    execution_successful: bool,
    tool_execution_notifications: Vec<Notification>,
}

/// Plain text.
#[derive(Serialize)]
struct Text {
    text: String,
}

/// Writes every finding, those that are suppressed among them, and the rules; a run for each service.
pub fn write(out: &mut dyn Write, all: &[Results<'_>]) -> io::Result<()> {
    let log = Log { schema: SCHEMA, version: "2.1.0", runs: all.iter().map(run).collect() };
    serde_json::to_writer_pretty(&mut *out, &log).map_err(io::Error::from)?;
    writeln!(out)
}

fn run<'a>(results: &Results<'a>) -> Run<'a> {
    Run {
        tool: Tool {
            driver: Driver {
                name: "route-role",
                semantic_version: env!("CARGO_PKG_VERSION"),
                information_uri: env!("CARGO_PKG_REPOSITORY"),
                rules: crate::rule::ALL.iter().map(|rule| Descriptor::of(rule)).collect(),
            },
        },
        automation_details: results.service.map(|service| Automation { id: format!("route-role/{service}/") }),
        column_kind: "unicodeCodePoints",
        original_uri_base_ids: BaseIds {
            root: Base { description: Text::ours("The root of the repository, or of what was linted.") },
        },
        invocations: [Invocation {
            execution_successful: true,
            tool_execution_notifications: result::notifications(results),
        }],
        results: result::results(results),
    }
}

impl Text {
    /// Text of which no part came from source.
    fn ours(text: impl Into<String>) -> Self {
        Self { text: text.into() }
    }

    /// Text that may hold anything. Messages of this format may have links in them, `[text](target)`: nobody who writes source shall make one.
    fn of(text: &str) -> Self {
        Self { text: visible_lines(text).replace("](", "] (") }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_from_source_makes_no_links_and_hides_nothing() {
        assert_eq!(Text::of("[a](http://b)\u{202e}").text, "[a] (http://b)\\u{202e}");
    }
}
