//! `route-role report --from`: one report over the services of many jobs.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;
use tempfile::TempDir;

use crate::harness::{Run, repository, run_in};

/// Reports of three services that have kinds of caller, tiers and scopes of their own.
pub(crate) const SERVICES: [&str; 3] = ["scanopy", "tracecat", "unstract"];

/// The reports of these fixtures, each in a file named after it.
pub(crate) struct Reports {
    folder: TempDir,
}

impl Reports {
    pub(crate) fn of(fixtures: &[&str]) -> Self {
        let reports = Self { folder: tempfile::tempdir().expect("a temporary folder") };
        for name in fixtures {
            let fixture = repository().join("fixtures").join(name).join("before");
            let run = run_in(&fixture, &["report", "--format", "json", "--service", name]);
            assert_eq!(run.status, 0, "{}", run.stderr);
            reports.write(name, &run.stdout);
        }
        reports
    }

    pub(crate) fn write(&self, name: &str, text: &str) -> PathBuf {
        let path = self.path().join(format!("{name}.json"));
        fs::write(&path, text).expect("a file can be written");
        path
    }

    pub(crate) fn path(&self) -> &Path {
        self.folder.path()
    }

    /// Puts these together, in this order.
    pub(crate) fn merge(&self, names: &[&str], format: &str) -> Run {
        let files: Vec<String> = names.iter().map(|name| format!("{name}.json")).collect();
        let from = files.iter().flat_map(|file| ["--from", file.as_str()]);
        let arguments: Vec<&str> = ["report", "--format", format].into_iter().chain(from).collect();
        run_in(self.path(), &arguments)
    }

    fn merged(&self, names: &[&str], format: &str) -> String {
        let run = self.merge(names, format);
        assert_eq!((run.status, run.stderr.as_str()), (0, ""));
        run.stdout
    }
}

#[test]
fn neither_the_order_nor_the_split_of_the_jobs_changes_a_byte() {
    let reports = Reports::of(&SERVICES);
    let [a, b, c] = SERVICES;
    for format in ["json", "markdown", "html", "csv", "mermaid"] {
        let expected = reports.merged(&[a, b, c], format);
        for order in [[a, c, b], [b, a, c], [b, c, a], [c, a, b], [c, b, a]] {
            assert_eq!(reports.merged(&order, format), expected, "{format} {order:?}");
        }
        for (first, second, rest) in [(a, b, c), (c, a, b), (b, c, a)] {
            let half = reports.merged(&[first, second], "json");
            reports.write("half", &half);
            assert_eq!(reports.merged(&[rest, "half"], format), expected, "{format} {first}+{second}, {rest}");
            // A service that two jobs report in the same words is one service.
            assert_eq!(reports.merged(&["half", first, rest], format), expected, "{format} {first} twice");
        }
    }
}

#[test]
fn a_report_from_data_is_the_report_of_the_code() {
    let reports = Reports::of(&["tracecat"]);
    let fixture = repository().join("fixtures/tracecat/before");
    for format in ["json", "markdown", "html", "csv", "mermaid"] {
        let direct = run_in(&fixture, &["report", "--format", format, "--service", "tracecat"]);
        assert_eq!(reports.merged(&["tracecat"], format), direct.stdout, "{format}");
    }
}

#[test]
fn a_report_over_many_services_says_what_keys_reach_where() {
    let reports = Reports::of(&["coder", "unstract"]);
    insta::assert_snapshot!(reports.merged(&["unstract", "coder"], "markdown"));
}

/// The message for one file, or for the second of two.
fn refusal(reports: &Reports, names: &[&str]) -> String {
    let run = reports.merge(names, "json");
    assert_eq!((run.status, run.stdout.as_str()), (2, ""), "{names:?}");
    run.stderr
}

#[test]
fn what_is_no_report_is_refused_with_the_reason() {
    let reports = Reports::of(&["unstract"]);
    let good = fs::read_to_string(reports.path().join("unstract.json")).expect("a report");
    let findings = run_in(&repository().join("fixtures/unstract/before"), &["check", "--format", "json"]).stdout;
    let truncated = &good[..good.len() / 2];
    let cases = [
        ("empty", String::new()),
        ("truncated", truncated.to_owned()),
        ("list", "[]".to_owned()),
        ("findings", findings),
        ("newer", good.replacen("\"version\": 1", "\"version\": 2", 1)),
        ("key", good.replacen("\"is_object_route\"", "\"is_thing_route\"", 1)),
        ("word", good.replacen("\"certainty\": \"proven\"", "\"certainty\": \"sure\"", 1)),
        ("nameless", good.replacen("\"name\": \"unstract\"", "\"name\": \" \"", 1)),
        ("tier", good.replacen("\"read_write\"", "\"read_only\"", 1)),
        ("script", good.replacen("\"link_base\": null", "\"link_base\": \"javascript:alert(1)//\"", 1)),
    ];
    let mut messages = String::new();
    for (name, text) in cases {
        reports.write(name, &text);
        messages.push_str(&refusal(&reports, &[name]));
    }
    messages.push_str(&refusal(&reports, &["missing"]));
    insta::assert_snapshot!(messages);
}

#[test]
fn two_services_of_one_name_are_refused_unless_they_say_the_same() {
    let reports = Reports::of(&["unstract"]);
    let good = fs::read_to_string(reports.path().join("unstract.json")).expect("a report");
    reports.write("copy", &good);
    reports.merged(&["unstract", "copy"], "json");
    reports.write("other", &good.replace("/rotate", "/turn"));
    insta::assert_snapshot!(refusal(&reports, &["unstract", "other"]), @"error: the report `other.json` can't be used: another report of the service `unstract` says something else; leave one out, or give one another name with `--service`");
}

#[test]
fn code_and_reports_are_not_read_at_once() {
    let reports = Reports::of(&["unstract"]);
    for more in [["--service", "x"], ["--policy", "x"], ["--link-base", "https://x.example"]] {
        let run = run_in(reports.path(), &[&["report", "--from", "unstract.json"][..], &more].concat());
        assert_eq!(run.status, 2, "{more:?}");
    }
    assert_eq!(run_in(reports.path(), &["report", "--from", "unstract.json", "."]).status, 2);
    assert_eq!(run_in(reports.path(), &["report", "--link-base", "javascript:x"]).status, 2);
}

#[test]
fn a_service_is_called_by_its_package_unless_somebody_says_otherwise() {
    let fixture = repository().join("fixtures/coder/before");
    let name = |arguments: &[&str]| {
        let run = run_in(&fixture, &[&["report", "--format", "json"], arguments].concat());
        let report: Value = serde_json::from_str(&run.stdout).expect("JSON");
        report["services"][0]["name"].as_str().expect("a name").to_owned()
    };
    assert_eq!(name(&[]), "fixture-coder-before");
    assert_eq!(name(&["--service", "coder"]), "coder");
    assert_eq!(name(&["src"]), "src");
    assert_eq!(run_in(&fixture, &["report", "--service", " "]).status, 2);
}
