//! Several services under one root, each with a policy of its own.

use std::fs;
use std::path::Path;
use std::process::Command;

use serde_json::Value;

use crate::harness::{Run, Service, names_in, repository, run_in};

/// A copy of the fixture. `names` decides in which order its files are made.
fn copy(from: &Path, to: &Service, below: &str, order: fn(&mut Vec<String>)) {
    let mut names = names_in(&from.join(below));
    order(&mut names);
    for name in names {
        let path = if below.is_empty() { name } else { format!("{below}/{name}") };
        match from.join(&path) {
            folder if folder.is_dir() => copy(from, to, &path, order),
            file => to.write(&path, fs::read(file).expect("a file that can be read")),
        }
    }
}

fn monorepo() -> Service {
    let service = Service::with(&[]);
    copy(&repository().join("fixtures/monorepo"), &service, "", |_| {});
    service
}

fn json(run: &Run) -> Value {
    serde_json::from_str(&run.stdout).unwrap_or_else(|_| panic!("{}{}", run.stdout, run.stderr))
}

fn texts<'v>(list: &'v Value, key: &str) -> Vec<&'v str> {
    list.as_array().expect("a list").iter().map(|item| item[key].as_str().expect("a text")).collect()
}

/// What `check` prints of each service, by its heading.
fn sections(run: &Run) -> Vec<(String, String)> {
    let parts = run.stdout.split("service ").skip(1).filter_map(|part| part.split_once("\n\n"));
    parts
        .map(|(name, text)| (name.to_owned(), text.split("\n\n").collect::<Vec<_>>().join("\n\n")))
        .map(|(name, text)| (name, text.rsplit_once(" services: ").map_or(text.clone(), |(text, _)| text.to_owned())))
        .map(|(name, text)| (name, text.trim_end_matches(|end: char| end.is_ascii_digit() || end == '\n').to_owned()))
        .collect()
}

const NEWSLETTER: &str = r#"use axum::{Router, routing::post};

async fn subscribe() {}

#[tokio::main]
async fn main() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:1").await.unwrap();
    axum::serve(listener, Router::new().route("/invoices", post(subscribe))).await.unwrap();
}
"#;

fn add_newsletter(service: &Service) {
    service.write("services/a-newsletter/Cargo.toml", "[package]\nname = \"newsletter\"\nedition = \"2024\"\n");
    service.write("services/a-newsletter/src/main.rs", NEWSLETTER);
    service.write("services/a-newsletter/route-role.yaml", "version: 1\nroles: { User: { accepts: [user] } }\n");
}

#[test]
fn each_service_is_linted_by_its_own_policy_and_reported_under_its_name() {
    let run = run_in(&repository().join("fixtures/monorepo"), &["check"]);
    insta::assert_snapshot!(format!("{}{}status {}\n", run.stdout, run.stderr, run.status));
}

#[test]
fn another_service_changes_nothing_in_what_is_said_of_the_others() {
    let service = monorepo();
    let before = sections(&service.run(&["check"]));
    assert_eq!(before.len(), 3);
    add_newsletter(&service);
    let mut after = sections(&service.run(&["check"]));
    assert_eq!(after.remove(0).0, "services/a-newsletter");
    assert_eq!(after, before);
}

#[test]
fn the_order_in_which_files_lie_on_the_disk_changes_nothing() {
    let (one, other) = (Service::with(&[]), Service::with(&[]));
    copy(&repository().join("fixtures/monorepo"), &one, "", |_| {});
    copy(&repository().join("fixtures/monorepo"), &other, "", |names| names.reverse());
    for format in ["terminal", "json", "sarif", "gitlab"] {
        let run = one.run(&["check", "--format", format]);
        assert_eq!(run.stdout, other.run(&["check", "--format", format, "--threads", "1"]).stdout, "{format}");
    }
}

#[test]
fn the_json_document_names_the_service_of_each_finding_and_follows_its_schema() {
    let service = monorepo();
    let document = json(&service.run(&["check", "--format", "json"]));
    let schema = json(&service.run(&["schema", "findings"]));
    assert!(jsonschema::is_valid(&schema, &document));
    let names = ["services/billing", "services/library", "services/library/plugins/ratings"];
    assert_eq!(texts(&document["services"], "service"), names);
    assert_eq!(texts(&document["findings"], "service"), names[..2]);
    assert_eq!(document["coverage"]["routes"], 8);
    let alone = json(&service.run(&["check", "--format", "json", "services/billing"]));
    assert!(alone.get("services").is_none() && alone["findings"][0].get("service").is_none());
}

#[test]
fn sarif_has_a_run_for_each_service_that_tells_itself_from_the_others() {
    let document = json(&monorepo().run(&["check", "--format", "sarif"]));
    let runs = document["runs"].as_array().expect("runs");
    let ids: Vec<&str> = runs.iter().filter_map(|run| run["automationDetails"]["id"].as_str()).collect();
    let expected = ["services/billing", "services/library", "services/library/plugins/ratings"];
    assert_eq!(ids, expected.map(|name| format!("route-role/{name}/")));
    let uri = &runs[0]["results"][0]["locations"][0]["physicalLocation"]["artifactLocation"]["uri"];
    assert_eq!(uri, "services/billing/src/main.rs");
}

#[test]
fn what_two_services_have_in_common_has_a_fingerprint_for_each() {
    let service = monorepo();
    add_newsletter(&service);
    let twin = service.path().join("services/b-newsletter");
    fs::create_dir_all(&twin).expect("a folder");
    for file in ["Cargo.toml", "route-role.yaml", "src/main.rs"] {
        let text = fs::read(service.path().join("services/a-newsletter").join(file)).expect("a file");
        service.write(&format!("services/b-newsletter/{file}"), text);
    }
    let issues = json(&service.run(&["check", "--format", "gitlab"]));
    let mut prints = texts(&issues, "fingerprint");
    let count = prints.len();
    prints.sort_unstable();
    prints.dedup();
    assert_eq!(prints.len(), count);
    let junit = service.run(&["check", "--format", "junit"]).stdout;
    let document = roxmltree::Document::parse(&junit).expect("XML");
    let suites = document.descendants().filter(|node| node.has_tag_name("testsuite"));
    assert!(
        suites
            .filter_map(|suite| suite.attribute("name"))
            .any(|name| name == "services/b-newsletter: undeclared-route")
    );
}

#[test]
fn a_policy_at_the_root_is_for_what_has_none_of_its_own() {
    let service = monorepo();
    service.write("route-role.yaml", "version: 1\npublic: [{ path: /reindex, reason: internal }]\n");
    let run = service.run(&["check", "--format", "json"]);
    assert_eq!(run.stderr, "");
    let services = json(&run)["services"].clone();
    assert_eq!(
        texts(&services, "service"),
        [".", "services/billing", "services/library", "services/library/plugins/ratings"]
    );
    let routes = services.as_array().expect("services").iter().map(|one| one["coverage"]["routes"].clone());
    // What a library offers is a route of the root, which it belongs to; nothing of the others is.
    assert_eq!(routes.collect::<Vec<_>>(), [3, 4, 3, 1]);
}

#[test]
fn a_web_program_without_a_policy_is_said_and_makes_the_answer_incomplete() {
    let service = monorepo();
    let status = |arguments: &[&str]| service.run(&[&["check"], arguments].concat()).status;
    service.write(
        "services/billing/route-role.yaml",
        "version: 1\nrules: { undeclared-route: off, unmapped-guard: off }\n",
    );
    service.write(
        "services/library/route-role.yaml",
        "version: 1\nrules: { unmapped-guard: off }\npaths: { exclude: [\"/src/generated/**\"] }\n",
    );
    assert_eq!(status(&[]), 4);
    assert_eq!(status(&["--allow-incomplete"]), 0);
    fs::remove_dir_all(service.path().join("tools")).expect("a folder that is there");
    assert_eq!(status(&[]), 0);
}

#[test]
fn the_exit_status_is_that_of_the_worst_service() {
    let service = monorepo();
    assert_eq!(service.run(&["check"]).status, 1);
    service.write("services/library/plugins/ratings/src/main.rs", "fn main() {}\n");
    let run = service.run(&["check"]);
    assert_eq!(run.status, 3);
    assert!(
        run.stderr.contains("no routes were found in the service `services/library/plugins/ratings`"),
        "{}",
        run.stderr
    );
    service.write("services/billing/route-role.yaml", "version: 1\nrolse: {}\n");
    assert_eq!(service.run(&["check"]).status, 2);
}

#[test]
fn what_is_ignored_is_no_service_and_a_named_policy_is_the_only_one() {
    let service = monorepo();
    service.write(".gitignore", "services/library/plugins/\n");
    let document = json(&service.run(&["check", "--format", "json"]));
    assert_eq!(texts(&document["services"], "service"), ["services/billing", "services/library"]);
    let named = service.run(&["check", "--format", "json", "--policy", "services/billing/route-role.yaml"]);
    assert!(json(&named).get("services").is_none());
}

#[test]
fn a_file_from_the_standard_input_concerns_the_service_that_it_belongs_to() {
    let service = monorepo();
    let mut command = crate::harness::command();
    let text = fs::read_to_string(service.path().join("services/billing/src/main.rs")).expect("a file");
    let path = service.path().join("input.rs");
    fs::write(&path, text.replace("_: Person", "")).expect("a file can be written");
    command.args(["check", "--format", "json", "--stdin-filename", "services/billing/src/main.rs"]);
    command.current_dir(service.path()).stdin(fs::File::open(path).expect("a file"));
    let output = command.output().expect("it runs");
    let document: Value = serde_json::from_slice(&output.stdout).expect("JSON");
    assert_eq!(texts(&document["findings"], "path"), ["/invoices", "/invoices/export"]);
}

#[test]
fn each_service_has_a_lock_and_a_baseline_of_its_own() {
    let service = monorepo();
    assert_eq!(service.run(&["lock"]).status, 0);
    let lock = |name: &str| service.path().join(name).join("route-role.lock");
    assert!(!service.path().join("route-role.lock").exists() && !lock("tools/reindex").exists());
    insta::assert_snapshot!("lock", fs::read_to_string(lock("services/billing")).expect("a lock"));
    assert_eq!(service.run(&["lock", "--check"]).status, 0);
    assert_eq!(service.run(&["lock", "--stdout"]).status, 2);
    let text = fs::read_to_string(lock("services/library")).expect("a lock");
    service.write("services/library/route-role.lock", text.replace("/books ", "/book "));
    let run = service.run(&["check", "--locked", "--deny", "error"]);
    assert_eq!(run.status, 5);
    assert!(
        run.stderr.contains("`services/library/route-role.lock`") && !run.stderr.contains("billing"),
        "{}",
        run.stderr
    );

    service.run(&["check", "--write-baseline"]);
    assert!(service.path().join("services/billing/route-role-baseline.json").exists());
    let known = json(&service.run(&["check", "--format", "json", "--baseline", "route-role-baseline.json"]));
    assert_eq!((known["known"].as_u64(), known["findings"].as_array().map(Vec::len)), (Some(2), Some(0)));
}

#[test]
fn only_the_places_of_the_service_that_is_meant_are_fixed() {
    let service = monorepo();
    let run = service.run(&["check", "--diff"]);
    assert_eq!((run.status, run.stdout.as_str()), (1, ""));
}

fn git(service: &Service, arguments: &[&str]) {
    let identity = ["-c", "user.name=nobody", "-c", "user.email=nobody@example.org", "-c", "commit.gpgsign=false"];
    let mut command = Command::new("git");
    command.arg("-C").arg(service.path()).args(identity).args(arguments).env("GIT_CONFIG_NOSYSTEM", "1");
    for variable in ["GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE"] {
        command.env_remove(variable);
    }
    assert!(command.output().expect("git runs").status.success(), "git {arguments:?}");
}

fn committed() -> Service {
    let service = monorepo();
    git(&service, &["init", "-q"]);
    git(&service, &["add", "-A"]);
    git(&service, &["commit", "-q", "-m", "base"]);
    service
}

#[test]
fn a_change_is_told_service_by_service() {
    let service = committed();
    assert_eq!(service.run(&["diff", "HEAD"]).stdout, "nothing changed in who may call which route\n");
    add_newsletter(&service);
    fs::remove_dir_all(service.path().join("services/library/plugins")).expect("a folder that is there");
    let main = fs::read_to_string(service.path().join("services/library/src/main.rs")).expect("a file");
    service.write("services/library/src/main.rs", main.replace("acquire(_: Caller<Staff>)", "acquire(_: Person)"));
    let run = service.run(&["diff", "HEAD", "--fail-on", "widened"]);
    assert_eq!((run.status, run.stderr.as_str()), (5, ""));
    insta::assert_snapshot!("diff", run.stdout);
    insta::assert_snapshot!("diff_markdown", service.run(&["diff", "HEAD", "--format", "markdown"]).stdout);
    let document = json(&service.run(&["diff", "HEAD", "--format", "json"]));
    assert!(jsonschema::is_valid(&json(&service.run(&["schema", "drift"])), &document));
    let fates: Vec<_> =
        document["services"].as_array().expect("services").iter().map(|one| one["change"].clone()).collect();
    assert_eq!(fates, [Value::from("added"), Value::Null, Value::Null, Value::from("removed")]);
    let names = texts(&document["changes"], "service");
    assert_eq!(names, ["services/a-newsletter", "services/library", "services/library/plugins/ratings"]);
}

#[test]
fn a_folder_that_gets_a_policy_of_its_own_is_compared_with_what_it_was() {
    let service = committed();
    service.write("tools/reindex/route-role.yaml", "version: 1\npublic: [{ path: /reindex, reason: internal }]\n");
    let run = service.run(&["diff", "HEAD", "--fail-on", "widened", "--format", "json"]);
    let document = json(&run);
    assert_eq!((run.status, &document["changes"]), (0, &Value::Array(Vec::new())));
    assert_eq!(document["services"].as_array().expect("services").len(), 4);
    assert_eq!(service.run(&["diff", "HEAD", "--fail-on", "any"]).status, 5);
}

#[test]
fn a_library_that_services_share_changes_each_that_uses_it() {
    let service = committed();
    let library = fs::read_to_string(service.path().join("libs/session/src/lib.rs")).expect("a file");
    service.write("libs/session/src/lib.rs", library.replace("\"/about\"", "\"/version\""));
    let document = json(&service.run(&["diff", "HEAD", "--format", "json"]));
    assert_eq!(texts(&document["changes"], "service"), ["services/billing"]);
    assert_eq!(document["changes"][0]["class"], "moved");
}

#[test]
fn one_report_is_made_of_all_services_and_the_jobs_may_be_split() {
    let service = monorepo();
    let whole = service.run(&["report", "--format", "json"]);
    assert_eq!(whole.status, 4, "{}", whole.stderr);
    let names = ["services/billing", "services/library", "services/library/plugins/ratings"];
    assert_eq!(texts(&json(&whole)["services"], "name"), names);
    service.write("whole.json", &whole.stdout);
    let merged = service.run(&["report", "--from", "whole.json", "--from", "whole.json", "--format", "json"]);
    assert_eq!(merged.stdout, whole.stdout);
    let named = service.run(&["report", "--service", "shop"]);
    assert_eq!((named.status, named.stdout.as_str()), (2, ""));
    assert!(named.stderr.contains("there are several services"), "{}", named.stderr);
}
