//! The lock and the diff, over a service with a history.

use std::path::Path;
use std::process::Command;

use serde_json::Value;

use crate::harness::{Run, Service, command, repository};

const POLICY: &str = r#"version: 1
levels: { workspace: {} }
tiers: [member, admin]
roles:
  User: { accepts: [user], tier: member }
  Actor: { accepts: [user, api_key], level: workspace }
  Admin: { accepts: [user], tier: admin }
scopes: ["note:{read,write}", "org:read"]
assignable:
  keys: { principal: api_key, level: workspace, scopes: ["note:read"] }
resources: { note: {} }
guards:
  - { match: "Authorized<User>", role: User }
  - { match: "Authorized<Admin>", role: Admin }
  - { match: "require_admin", role: Admin }
public:
  - { path: "/health", reason: "probe" }
"#;

const MAIN: &str = r#"mod admin;
mod notes;

use axum::{Router, routing::get};

#[tokio::main]
async fn main() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:1").await.unwrap();
    axum::serve(listener, app()).await.unwrap();
}

fn app() -> Router {
    Router::new().merge(notes::routes()).merge(admin::routes()).route("/health", get(health))
}

async fn health() {}
"#;

const NOTES: &str = r#"use axum::{Router, routing::{get, post}};
use route_role::route_role;

pub fn routes() -> Router {
    Router::new()
        .route("/notes", get(list).post(create))
        .route("/notes/{id}", get(read).delete(remove))
        .route("/export", post(export))
}

#[route_role(Actor, scopes = ["note:read"])]
async fn list() {}

#[route_role(Actor, scopes = ["note:write"])]
async fn create() {}

#[route_role(Actor, scopes = ["note:read"], resource = "note", denial = not_found)]
async fn read() {}

async fn remove(_: Authorized<Admin>) {}

async fn export(_: Authorized<User>) {}

pub struct Authorized<T>(T);
pub struct Admin;
pub struct User;
"#;

const ADMIN: &str = r#"use axum::{Router, middleware::from_fn, routing::get};

pub fn routes() -> Router {
    Router::new().route("/admin/users", get(users)).route("/admin/audit", get(audit)).layer(from_fn(require_admin))
}

async fn users() {}

async fn audit() {}

async fn require_admin(request: axum::extract::Request, next: axum::middleware::Next) -> axum::response::Response {
    next.run(request).await
}
"#;

fn git(folder: &Path, arguments: &[&str]) {
    let identity = ["-c", "user.name=nobody", "-c", "user.email=nobody@example.org", "-c", "commit.gpgsign=false"];
    let mut command = Command::new("git");
    command.arg("-C").arg(folder).args(identity).args(arguments).env("GIT_CONFIG_NOSYSTEM", "1");
    for variable in ["GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE"] {
        command.env_remove(variable);
    }
    let output = command.output().expect("git runs");
    assert!(output.status.success(), "git {arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
}

fn commit(service: &Service) {
    git(service.path(), &["add", "-A"]);
    git(service.path(), &["commit", "-q", "-m", "change", "--allow-empty"]);
}

/// The service, committed as `base`.
fn service() -> Service {
    let files = [("route-role.yaml", POLICY), ("src/main.rs", MAIN), ("src/notes.rs", NOTES), ("src/admin.rs", ADMIN)];
    let service = Service::with(&files);
    git(service.path(), &["init", "-q"]);
    commit(&service);
    git(service.path(), &["tag", "base"]);
    service
}

/// Everything at once: a guard is swapped, a scope becomes assignable, a layer moves, a handler and its file get other names, a route goes, another comes.
fn changed() -> Service {
    let service = service();
    let notes = NOTES
        .replace("Authorized<Admin>", "Authorized<User>")
        .replace("        .route(\"/export\", post(export))\n", "")
        .replace("denial = not_found", "denial = forbidden");
    service.write(
        "src/notes.rs",
        notes
            .replace("#[route_role(Actor, scopes = [\"note:read\"])]", "#[route_role(User, scopes = [\"note:read\"])]"),
    );
    let layer = ".layer(from_fn(require_admin))";
    let moved = ADMIN.replace(layer, "").replace(".route(\"/admin/audit\"", &format!("{layer}.route(\"/admin/audit\""));
    service.write("src/console.rs", moved.replace("users)", "all_users)").replace("fn users", "fn all_users"));
    std::fs::remove_file(service.path().join("src/admin.rs")).expect("a file that is there");
    let main = MAIN.replace("admin", "console");
    service.write("src/main.rs", main.replace("get(health))", "get(health)).route(\"/version\", get(health))"));
    service.write("route-role.yaml", POLICY.replace("\"note:read\"]", "\"note:*\"]"));
    service
}

fn diff(service: &Service, arguments: &[&str]) -> Run {
    service.run(&[&["diff"], arguments].concat())
}

fn json(run: &Run) -> Value {
    serde_json::from_str(&run.stdout).unwrap_or_else(|_| panic!("{}{}", run.stdout, run.stderr))
}

fn classes(run: &Run) -> Vec<String> {
    let document = json(run);
    let changes = document["changes"].as_array().expect("changes");
    changes.iter().map(|change| change["class"].as_str().expect("a class").to_owned()).collect()
}

#[test]
fn a_change_is_told_worst_first() {
    let service = changed();
    let run = diff(&service, &["base"]);
    assert_eq!((run.status, run.stderr.as_str()), (0, ""));
    insta::assert_snapshot!("terminal", run.stdout);
}

#[test]
fn a_comment_on_a_pull_request_is_short_and_folds_the_rest() {
    insta::assert_snapshot!("markdown", diff(&changed(), &["base", "--format", "markdown"]).stdout);
}

#[test]
fn the_json_document_follows_its_schema() {
    let service = changed();
    let run = diff(&service, &["base", "--format", "json"]);
    let schema = json(&service.run(&["schema", "drift"]));
    let validator = jsonschema::validator_for(&schema).expect("a valid schema");
    let errors: Vec<String> = validator.iter_errors(&json(&run)).map(|error| error.to_string()).collect();
    assert!(errors.is_empty(), "{errors:#?}");
    insta::assert_snapshot!("json", run.stdout);
}

#[test]
fn two_commits_compare_as_commit_and_work_tree_do_and_nothing_is_written() {
    let service = changed();
    let from_work_tree = diff(&service, &["base"]).stdout;
    commit(&service);
    assert_eq!(diff(&service, &["base", "HEAD"]).stdout, from_work_tree);
    let status = Command::new("git").arg("-C").arg(service.path()).args(["status", "--porcelain"]).output();
    assert_eq!(status.expect("git runs").stdout, b"");
    assert!(diff(&service, &["HEAD", "base"]).stdout.contains("narrowed"));
    assert_eq!(diff(&service, &["HEAD", "HEAD"]).stdout, "nothing changed in who may call which route\n");
}

#[test]
fn only_what_was_asked_for_fails() {
    let service = changed();
    assert_eq!(diff(&service, &["base", "--fail-on", "widened"]).status, 5);
    assert_eq!(diff(&service, &["base", "--fail-on", "added"]).status, 5);
    commit(&service);
    git(service.path(), &["tag", "changed"]);
    service.write("src/notes.rs", NOTES.replace("        .route(\"/export\", post(export))\n", ""));
    assert_eq!(diff(&service, &["changed", "--fail-on", "added"]).status, 0);
    assert_eq!(diff(&service, &["changed", "--fail-on", "any"]).status, 5);
}

#[test]
fn code_that_only_looks_different_has_not_drifted() {
    let service = service();
    service.write(
        "src/notes.rs",
        format!("// A comment.\n\n{}", NOTES.replace("(_: ", "(\n    _: ").replace(".route(", "\n\n.route(")),
    );
    service.write("src/admin.rs", ADMIN.replace("from_fn(require_admin)", "from_fn(\n    require_admin,\n)"));
    service.write("route-role.yaml", format!("# A comment.\n{POLICY}"));
    let run = diff(&service, &["base", "--fail-on", "any"]);
    assert_eq!((run.status, run.stdout.as_str()), (0, "nothing changed in who may call which route\n"));
}

#[test]
fn a_handler_with_another_name_in_another_file_has_moved() {
    let service = service();
    service.write("src/console.rs", ADMIN.replace("users)", "people)").replace("fn users", "fn people"));
    std::fs::remove_file(service.path().join("src/admin.rs")).expect("a file that is there");
    service.write("src/main.rs", MAIN.replace("admin", "console"));
    let run = diff(&service, &["base", "--format", "json", "--fail-on", "widened"]);
    assert_eq!((run.status, classes(&run)), (0, vec!["moved".to_owned(); 2]));
}

#[test]
fn a_path_with_another_prefix_is_the_same_route() {
    let service = service();
    service.write("src/main.rs", MAIN.replace(".merge(notes::routes())", ".nest(\"/v1\", notes::routes())"));
    let run = diff(&service, &["base", "--format", "json"]);
    assert_eq!(classes(&run), vec!["moved"; 5]);
}

#[test]
fn what_many_routes_have_in_common_is_said_first() {
    let service = service();
    let policy = POLICY.replace("accepts: [user], tier: member }", "accepts: [user, api_key], tier: member }");
    service.write(
        "route-role.yaml",
        policy.replace("accepts: [user], tier: admin }", "accepts: [user, api_key], tier: member }"),
    );
    let notes = NOTES.replace("#[route_role(Actor, scopes = [\"note:write\"])]", "#[route_role(Actor)]");
    service
        .write("src/notes.rs", notes.replace("#[route_role(Actor, scopes = [\"note:read\"])]", "#[route_role(Actor)]"));
    let run = diff(&service, &["base"]);
    insta::assert_snapshot!("in_short", run.stdout);
    let text = diff(&service, &["base", "--format", "markdown"]).stdout;
    assert!(text.contains("\n\n- 4 routes: open to API keys\n"), "{text}");
}

#[test]
fn a_route_that_moves_with_others_and_changes_is_found_again() {
    let service = service();
    service.write("src/main.rs", MAIN.replace(".merge(notes::routes())", ".nest(\"/v1\", notes::routes())"));
    let notes = NOTES.replace("async fn remove(_: Authorized<Admin>)", "async fn erase(_: Authorized<User>)");
    service.write("src/notes.rs", notes.replace("delete(remove)", "delete(erase)"));
    let run = diff(&service, &["base", "--fail-on", "widened"]);
    assert_eq!((run.status, run.stdout.lines().next()), (5, Some("1 route widened, 4 routes moved")), "{}", run.stdout);
    assert!(run.stdout.contains("DELETE /v1/notes/{id} (was `DELETE /notes/{id}`; handler "), "{}", run.stdout);
}

#[test]
fn what_is_mounted_once_more_is_told_from_what_is_new() {
    let service = service();
    service.write("src/main.rs", MAIN.replace("get(health))", "get(health)).nest(\"/v1\", notes::routes())"));
    let text = diff(&service, &["base"]).stdout;
    assert!(text.contains("  POST /v1/export (like `POST /export`)\n"), "{text}");
}

#[test]
fn what_a_known_guard_lets_in_is_not_said_to_have_been_open_where_another_was_not_known() {
    let service = service();
    service.write("src/notes.rs", NOTES.replace("export(_: Authorized<User>", "export(_: Badge<User>"));
    let text = diff(&service, &["base"]).stdout;
    assert!(text.contains("- perhaps open to everyone\n"), "{text}");
    commit(&service);
    service.write("src/notes.rs", NOTES);
    let text = diff(&service, &["HEAD"]).stdout;
    assert!(!text.contains("open to everyone") && text.contains("without the guard `Badge<User>`"), "{text}");
}

#[test]
fn a_guard_that_nobody_knows_is_never_called_narrower() {
    let service = service();
    service.write(
        "src/notes.rs",
        NOTES.replace("export(_: Authorized<User>", "export(_: Authorized<User>, _: Authorized<Owner>"),
    );
    let run = diff(&service, &["base", "--format", "json", "--fail-on", "widened"]);
    assert_eq!((run.status, classes(&run)), (4, vec!["unknown".to_owned()]));
    assert_eq!(json(&run)["coverage"][0]["after"], 1);
    assert_eq!(diff(&service, &["base", "--fail-on", "widened", "--allow-incomplete"]).status, 0);
    commit(&service);
    service.write("src/notes.rs", NOTES);
    assert_eq!(classes(&diff(&service, &["HEAD", "--format", "json"])), ["unknown"]);
}

#[test]
fn tiers_are_told_by_their_names() {
    let service = service();
    service.write("route-role.yaml", POLICY.replace("[member, admin]", "[guest, member, admin]"));
    assert_eq!(diff(&service, &["base"]).stdout, "nothing changed in who may call which route\n");
    service.write("route-role.yaml", POLICY.replace("[member, admin]", "[admin, member]"));
    assert!(diff(&service, &["base", "--fail-on", "widened"]).status == 5);
}

#[test]
fn text_from_source_stays_text_in_a_comment() {
    let service = service();
    service.write("src/main.rs", MAIN.replace("\"/health\"", "\"/x|</code><script>`*@all*`\""));
    let text = diff(&service, &["base", "--format", "markdown"]).stdout;
    assert!(!text.contains("<script>") && !text.contains("@all"), "{text}");
}

#[test]
fn what_cannot_be_compared_is_said() {
    let service = service();
    let failing = |arguments: &[&str]| {
        let run = diff(&service, arguments);
        assert_eq!((run.status, run.stdout.as_str()), (2, ""), "{arguments:?}");
        run.stderr
    };
    assert!(failing(&["nowhere"]).starts_with("error: there is no commit `nowhere`; "));
    assert!(failing(&["base", "--path", "missing"]).contains("`missing` can't be opened"));
    let shallow = tempfile::tempdir().expect("a folder");
    commit(&service);
    let from = format!("file://{}", service.path().display());
    git(shallow.path(), &["clone", "-q", "--depth=1", &from, "clone"]);
    let mut clone = command();
    let run = clone.args(["diff", "HEAD~1"]).current_dir(shallow.path().join("clone")).output().expect("it runs");
    let said = String::from_utf8_lossy(&run.stderr).into_owned();
    assert!(said.contains("this shallow clone has no commit `HEAD~1`"), "{said}");
    let mut outside = command();
    let run = outside.args(["diff", "HEAD"]).current_dir(shallow.path()).output().expect("it runs");
    assert!(String::from_utf8_lossy(&run.stderr).contains("isn't in a git repository"));
    let mut without_git = command();
    let run = without_git.args(["diff", "HEAD"]).current_dir(service.path()).env("PATH", "").output().expect("it runs");
    assert!(String::from_utf8_lossy(&run.stderr).contains("`git` isn't installed"));
}

#[test]
fn submodules_are_left_out_on_both_sides() {
    let (service, other) = (service(), service());
    git(
        service.path(),
        &[
            "-c",
            "protocol.file.allow=always",
            "submodule",
            "--quiet",
            "add",
            &other.path().display().to_string(),
            "vendor/other",
        ],
    );
    commit(&service);
    let run = diff(&service, &["HEAD"]);
    assert_eq!(run.stdout, "nothing changed in who may call which route\n");
    assert!(run.stderr.contains("1 submodule (`vendor/other`) is left out"), "{}", run.stderr);
}

#[test]
fn a_folder_is_compared_by_the_policy_above_it() {
    let service = service();
    service.write("src/notes.rs", NOTES.replace("Authorized<Admin>", "Authorized<User>"));
    let whole = diff(&service, &["base", "--format", "json"]);
    let part = diff(&service, &["base", "--format", "json", "--path", "src"]);
    assert_eq!((classes(&part), classes(&whole)), (vec!["widened".to_owned()], vec!["widened".to_owned()]));
    assert!(part.stdout.contains("\"file\": \"notes.rs\""), "{}", part.stdout);
    service.write("other.yaml", POLICY.replace("tier: admin", "tier: member"));
    let by_other = diff(&service, &["base", "--policy", "other.yaml"]);
    assert!(by_other.stdout.starts_with("nothing changed"), "{}", by_other.stdout);
}

#[test]
fn only_this_side_of_a_fork_is_shown() {
    let service = service();
    git(service.path(), &["checkout", "-q", "-b", "other"]);
    service.write("src/notes.rs", NOTES.replace("Authorized<Admin>", "Authorized<User>"));
    commit(&service);
    git(service.path(), &["checkout", "-q", "-b", "mine", "base"]);
    service.write("src/main.rs", MAIN.replace("get(health))", "get(health)).route(\"/version\", get(health))"));
    commit(&service);
    assert_eq!(classes(&diff(&service, &["other", "mine", "--format", "json"])), ["added", "narrowed"]);
    assert_eq!(classes(&diff(&service, &["other", "mine", "--format", "json", "--merge-base"])), ["added"]);
    assert_eq!(classes(&diff(&service, &["other", "--format", "json", "--merge-base"])), ["added"]);
}

#[test]
fn a_first_policy_changes_nothing_by_itself() {
    let service = service();
    git(service.path(), &["rm", "-q", "route-role.yaml"]);
    commit(&service);
    service.write("route-role.yaml", POLICY);
    let run = diff(&service, &["HEAD"]);
    assert_eq!(run.stdout, "nothing changed in who may call which route\n");
    assert!(run.stderr.contains("has no policy, so both sides are read by that of the work tree"), "{}", run.stderr);
}

/// The policy, with assertions that the service keeps to.
fn asserting(entries: &str) -> String {
    format!("{POLICY}assert:\n{entries}")
}

const ASSERTIONS: &str = r#"  - { name: members delete nothing, never: { tier: member, method: DELETE } }
  - never: { principal: api_key, scope: "note:write" }
  - { name: nobody but people calls the console, never: { principal: api_key, path: "/admin/**" } }
"#;

#[test]
fn a_broken_assertion_comes_first_and_fails_as_widened() {
    let service = service();
    service.write("route-role.yaml", asserting(ASSERTIONS));
    commit(&service);
    service.write("src/notes.rs", NOTES.replace("Authorized<Admin>", "Authorized<User>"));
    service.write("route-role.yaml", asserting(ASSERTIONS).replace("\"note:read\"]", "\"note:*\"]"));
    let run = diff(&service, &["HEAD", "--fail-on", "widened"]);
    assert_eq!(run.status, 5, "{}", run.stderr);
    insta::assert_snapshot!("broken_assertions", run.stdout);
    let comment = diff(&service, &["HEAD", "--format", "markdown"]).stdout;
    insta::assert_snapshot!("broken_assertions_markdown", comment);
    let readme = std::fs::read_to_string(repository().join("README.md")).expect("the README");
    assert!(readme.contains(comment.trim_end()), "the README shows this comment");
    let document = json(&diff(&service, &["HEAD", "--format", "json"]));
    assert_eq!(document["assertions"][0]["change"], "broken");
    assert_eq!(document["assertions"][0]["name"], "members delete nothing");
    assert_eq!(document["assertions"][1]["grants"][0]["scope"], "note:*");
    let schema = json(&service.run(&["schema", "drift"]));
    assert!(jsonschema::is_valid(&schema, &document));
}

#[test]
fn a_new_route_that_breaks_an_assertion_is_a_widening() {
    let service = service();
    service.write("route-role.yaml", asserting(ASSERTIONS));
    commit(&service);
    let main = MAIN.replace("get(health))", "get(health)).route(\"/admin/version\", get(health))");
    service.write("src/main.rs", &main);
    let run = diff(&service, &["HEAD", "--fail-on", "widened"]);
    assert_eq!((run.status, run.stdout.lines().next()), (5, Some("1 assertion broken, 1 route added")));
    commit(&service);
    // It is broken as before, and the route has another name.
    service.write("src/main.rs", main.replace("/admin/version", "/admin/release"));
    let run = diff(&service, &["HEAD", "--format", "json", "--fail-on", "widened"]);
    assert_eq!((run.status, classes(&run)), (0, vec!["moved".to_owned()]));
    assert_eq!(json(&run)["assertions"], Value::Array(Vec::new()));
}

#[test]
fn an_assertion_that_is_gone_or_says_less_is_a_widening_and_one_that_says_more_is_none() {
    let service = service();
    service.write("route-role.yaml", asserting(ASSERTIONS));
    commit(&service);
    let after = |entries: String| {
        service.write("route-role.yaml", asserting(&entries));
        let run = diff(&service, &["HEAD", "--fail-on", "widened"]);
        (run.status, run.stdout.lines().next().unwrap_or_default().to_owned())
    };
    let elsewhere = ASSERTIONS.replace("/admin/**", "/admin/users/**");
    assert_eq!(after(elsewhere), (5, "1 assertion dropped, 1 assertion added".to_owned()));
    let fewer: Vec<&str> = ASSERTIONS.lines().skip(1).collect();
    assert_eq!(after(fewer.join("\n")), (5, "1 assertion dropped".to_owned()));
    insta::assert_snapshot!("dropped_assertion", diff(&service, &["HEAD"]).stdout);
    assert_eq!(after(ASSERTIONS.replace("principal: api_key, scope", "scope")), (0, "1 assertion added".to_owned()));
    let renamed = ASSERTIONS.replace("delete nothing", "never delete");
    assert_eq!(after(renamed), (0, "nothing changed in who may call which route".to_owned()));
}

#[test]
fn a_lock_is_written_beside_the_policy_and_checked() {
    let service = service();
    let missing = service.run(&["check", "--locked"]);
    let said = "error: there is no lock at `route-role.lock`; `route-role lock` writes one\n";
    assert_eq!((missing.status, missing.stderr.as_str()), (2, said));
    let run = service.run(&["lock", "src"]);
    assert_eq!(run.status, 0, "{}", run.stderr);
    assert!(!service.path().join("src/route-role.lock").exists());
    service.run(&["lock"]);
    insta::assert_snapshot!("lock", lock(&service));
    assert_eq!(service.run(&["lock", "--check"]).status, 0);
    assert_eq!(service.run(&["check", "--locked"]).status, service.run(&["check"]).status);
    service.write("route-role.lock", lock(&service).replace('\n', "\r\n"));
    assert_eq!(service.run(&["lock", "--check"]).status, 0);
}

#[test]
fn a_stale_lock_is_explained() {
    let service = service();
    service.run(&["lock"]);
    service.write("src/notes.rs", NOTES.replace("Authorized<Admin>", "Authorized<User>"));
    let run = service.run(&["lock", "--check"]);
    assert_eq!(run.status, 5);
    assert!(
        run.stdout.contains("DELETE /notes/{id}")
            && run.stdout.contains("open to a lower tier: `member` instead of `admin`"),
        "{}",
        run.stdout
    );
    assert!(run.stderr.contains("have the change reviewed"), "{}", run.stderr);
    let check = service.run(&["check", "--locked", "--format", "json"]);
    assert_eq!(check.status, 5);
    assert!(json(&check)["findings"].is_array() && check.stderr.contains("1 route widened"), "{}", check.stderr);
    service.write("route-role.lock", lock(&service) + "# a remark\n");
    service.write("src/notes.rs", NOTES);
    let run = service.run(&["lock", "--check"]);
    assert_eq!((run.status, run.stdout.as_str()), (5, ""));
    assert!(run.stderr.contains("not as `route-role lock` writes it"), "{}", run.stderr);
    service.write("route-role.lock", "GET\n");
    assert!(service.run(&["lock", "--check"]).stderr.contains("line 1: expected a method, a path and an access"));
}

#[test]
fn a_lock_does_not_depend_on_the_order_of_the_code() {
    let service = service();
    service.run(&["lock"]);
    let before = lock(&service);
    let turned = NOTES
        .replace(".route(\"/export\", post(export))", "")
        .replace("Router::new()", "Router::new().route(\"/export\", post(export))");
    service.write("src/notes.rs", turned.replace("\"note:read\"]", "\"note:read\",]"));
    service.write(
        "src/main.rs",
        MAIN.replace(
            ".merge(notes::routes()).merge(admin::routes())",
            ".merge(admin::routes()).merge(notes::routes())",
        ),
    );
    service.write(
        "route-role.yaml",
        POLICY.replace("[user, api_key]", "[api_key, user]").replace("{read,write}", "{write,read}"),
    );
    service.run(&["lock"]);
    assert_eq!(lock(&service), before);
}

#[test]
fn nothing_is_locked_by_a_policy_with_mistakes_or_without_routes() {
    let service = service();
    service.write("route-role.yaml", "version: 1\nrolse: {}\n");
    assert_eq!(service.run(&["lock"]).status, 2);
    service.write("route-role.yaml", POLICY);
    service.write("src/main.rs", "fn main() {}\n");
    assert_eq!(service.run(&["lock", "src/main.rs"]).status, 3);
    assert!(!service.path().join("route-role.lock").exists());
}

fn lock(service: &Service) -> String {
    std::fs::read_to_string(service.path().join("route-role.lock")).expect("a lock")
}
