//! `--fix` and `--diff`: what they change, and what they leave alone.

use std::fs;
use std::path::Path;
use std::process::Command;

use serde_json::Value;
use tempfile::TempDir;

use crate::harness::{Service, names_in, repository, run_in};

/// Rules with a fix for a finding of their fixture.
const FIXABLE: [&str; 5] =
    ["api-key-rejected", "api-key-unreachable", "missing-404-collapse", "unknown-scope", "unused-suppression"];

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).expect("a folder");
    for name in names_in(from) {
        let (from, to) = (from.join(&name), to.join(&name));
        if from.is_dir() {
            copy(&from, &to);
        } else {
            fs::copy(&from, &to).expect("a copy");
        }
    }
}

fn copy_of(fixture: &str) -> TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    copy(&repository().join("fixtures").join(fixture), folder.path());
    folder
}

/// The findings that have a fix.
fn fixable(folder: &Path) -> Vec<Value> {
    let run = run_in(folder, &["check", "--format", "json"]);
    let document: Value = serde_json::from_str(&run.stdout).expect("JSON");
    let findings = document["findings"].as_array().expect("findings");
    findings.iter().filter(|finding| !finding["fix"].is_null()).cloned().collect()
}

/// A service whose handlers have attributes, under a policy with a pair of roles that differ in keys only.
fn annotated(handlers: &str) -> Service {
    let main = format!(
        "use axum::{{Router, routing::get}};\nuse route_role::route_role;\n\n#[tokio::main]\nasync fn main() {{\n    let listener = tokio::net::TcpListener::bind(\"127.0.0.1:1\").await.unwrap();\n    axum::serve(listener, Router::new().route(\"/cases\", get(list)).route(\"/cases/{{id}}\", get(show))).await.unwrap();\n}}\n\n{handlers}"
    );
    Service::with(&[("src/main.rs", &main), ("route-role.yaml", POLICY)])
}

const POLICY: &str = "version: 1
roles:
  User: { accepts: [user] }
  Actor: { accepts: [user, api_key] }
scopes: [\"case:{read,update}\"]
assignable:
  keys:
    principal: api_key
    scopes:
      - 'case:read' # what integrations begin with
";

const REJECTING: &str = "#[route_role( User ,/* keys? */ scopes = [\"case:read\"])] // \u{e9}\nasync fn list() {}\n\n#[route_role(Actor, scopes = [\"case:read\"])]\nasync fn show() {}\n";

fn main_of(service: &Service) -> String {
    fs::read_to_string(service.path().join("src/main.rs")).expect("the source")
}

fn policy_of(service: &Service) -> String {
    fs::read_to_string(service.path().join("route-role.yaml")).expect("the policy")
}

#[test]
fn a_preview_shows_every_sure_change_and_makes_none() {
    let mut shown = String::new();
    for rule in FIXABLE {
        let folder = copy_of(&format!("rules/{rule}/fires"));
        let run = run_in(folder.path(), &["check", "--diff"]);
        assert!(run.stdout.starts_with("--- a/"), "{rule}: {}", run.stdout);
        shown.push_str(&run.stdout);
        let original = repository().join("fixtures/rules").join(rule).join("fires");
        for file in ["src/main.rs", "route-role.yaml"] {
            assert_eq!(
                fs::read(folder.path().join(file)).ok(),
                fs::read(original.join(file)).ok(),
                "{rule}: {file} was changed"
            );
        }
    }
    insta::assert_snapshot!(shown);
}

#[test]
fn what_was_fixed_is_settled_and_nothing_is_left_to_fix() {
    for rule in FIXABLE {
        let folder = copy_of(&format!("rules/{rule}/fires"));
        let before = fixable(folder.path());
        assert!(before.iter().all(|finding| finding["rule"] == rule), "{before:#?}");
        let run = run_in(folder.path(), &["check", "--fix"]);
        assert!(run.stderr.starts_with("fixed "), "{rule}: {}", run.stderr);
        assert_eq!(fixable(folder.path()), Vec::<Value>::new(), "{rule}");
        let again = run_in(folder.path(), &["check", "--fix"]);
        assert!(!again.stderr.contains("fixed"), "{rule}: {}", again.stderr);
        assert_eq!(again.stdout, run.stdout, "{rule}");
    }
}

#[test]
fn a_preview_can_be_applied_as_a_patch() {
    let folder = copy_of("tracecat/before");
    let patch = run_in(folder.path(), &["check", "--diff"]).stdout;
    fs::write(folder.path().join("fix.patch"), patch).expect("a file");
    let applied = Command::new("git").args(["apply", "fix.patch"]).current_dir(folder.path()).status();
    assert!(applied.expect("git runs").success());
    let patched = tempfile::tempdir().expect("a folder");
    copy(&folder.path().join("src"), patched.path());
    let other = copy_of("tracecat/before");
    run_in(other.path(), &["check", "--fix"]);
    for name in names_in(patched.path()) {
        assert_eq!(fs::read(patched.path().join(&name)).ok(), fs::read(other.path().join("src").join(&name)).ok());
    }
}

/// `after` is a member of the workspace: it compiles, and its routes let in what they should.
#[test]
fn fixing_the_first_state_of_a_fixture_gives_the_source_of_the_second() {
    let folder = copy_of("tracecat/before");
    let run = run_in(folder.path(), &["check", "--fix", "--quiet"]);
    assert!(!run.stdout.contains("[api-key-rejected]"), "{}", run.stdout);
    let after = repository().join("fixtures/tracecat/after/src");
    for name in names_in(&after) {
        let fixed = fs::read_to_string(folder.path().join("src").join(&name)).expect("a file");
        let fixed = fixed.replace("fixture_tracecat_before", "fixture_tracecat_after");
        assert_eq!(fixed, fs::read_to_string(after.join(&name)).expect("a file"), "{name}");
    }
}

#[test]
fn only_the_bytes_of_the_role_change() {
    let service = annotated(REJECTING);
    let before = main_of(&service);
    let run = service.run(&["check", "--fix"]);
    assert_eq!(run.stderr, "fixed 1 place in 1 file\n");
    assert_eq!(main_of(&service), before.replacen(" User ,", " Actor ,", 1));
    let marked = format!("\u{feff}{before}");
    service.write("src/main.rs", &marked);
    service.run(&["check", "--fix"]);
    assert_eq!(main_of(&service), marked.replacen(" User ,", " Actor ,", 1));
    let service = annotated(&REJECTING.replace('\n', "\r\n"));
    let before = main_of(&service);
    service.run(&["check", "--fix"]);
    assert_eq!(main_of(&service), before.replacen(" User ,", " Actor ,", 1));
}

#[test]
fn a_role_is_not_swapped_where_two_would_do_or_another_guard_refuses() {
    let service = annotated(REJECTING);
    service.write("route-role.yaml", POLICY.replace("scopes: [", "  Other: { accepts: [api_key, user] }\nscopes: ["));
    assert_eq!(fixable(service.path()), Vec::<Value>::new());
    let service = annotated(REJECTING);
    service.write("route-role.yaml", POLICY.replace("[user, api_key] }", "[user, api_key], denial: not_found }"));
    assert_eq!(fixable(service.path()), Vec::<Value>::new());
}

#[test]
fn the_odd_one_of_a_family_gets_the_role_of_its_siblings() {
    let handlers: String = ["list:Actor", "show:Actor", "update:Actor", "delete:User"]
        .iter()
        .filter_map(|one| one.split_once(':'))
        .map(|(name, role)| format!("#[route_role({role}, scopes = [\"case:read\"])]\nasync fn {name}() {{}}\n"))
        .collect();
    let service = annotated(&handlers);
    let main = main_of(&service).replace("get(show)", "get(show).put(update).delete(delete)");
    service.write("src/main.rs", &main);
    // Without an allowlist no other rule has an opinion on keys.
    let policy = POLICY.split("assignable:").next().unwrap_or_default();
    service.write("route-role.yaml", policy);
    let rules: Vec<Value> = fixable(service.path()).iter().map(|finding| finding["rule"].clone()).collect();
    assert_eq!(rules, ["sibling-mismatch"]);
    service.run(&["check", "--fix"]);
    assert_eq!(main_of(&service), main.replace("route_role(User", "route_role(Actor"));
    assert!(service.run(&["check"]).stdout.starts_with("no findings\n"));
}

#[test]
fn nobody_is_let_in_who_would_receive_a_secret_or_be_asked_for_nothing() {
    let service = annotated(&REJECTING.replacen("[\"case:read\"]", "[\"case:read\"], credential = mint", 1));
    assert_eq!(fixable(service.path()), Vec::<Value>::new());
    let service = annotated(REJECTING);
    service.write(
        "route-role.yaml",
        format!("{POLICY}tiers: [member]\ncredentials:\n  key: {{ tier: member, mint: [\"GET /cases\"] }}\n"),
    );
    assert_eq!(fixable(service.path()), Vec::<Value>::new());
}

#[test]
fn a_scope_that_another_route_withholds_from_keys_is_not_added() {
    let service = annotated(
        "#[route_role(Actor, scopes = [\"case:update\"])]\nasync fn list() {}\n\n#[route_role(User, scopes = [\"case:update\"])]\nasync fn show() {}\n",
    );
    let run = service.run(&["check", "--fix"]);
    assert!(run.stdout.contains("[api-key-unreachable]"), "{}", run.stdout);
    assert_eq!(policy_of(&service), POLICY);
}

#[test]
fn nothing_is_sure_under_a_policy_with_mistakes() {
    let service = annotated(REJECTING);
    service.write("route-role.yaml", format!("{POLICY}rolse: {{}}\n"));
    let before = main_of(&service);
    let run = service.run(&["check", "--fix"]);
    assert_eq!(run.status, 2);
    assert_eq!(main_of(&service), before);
}

#[test]
fn a_scope_is_added_to_a_list_in_the_style_of_the_list() {
    let unreachable = "#[route_role(Actor, scopes = [\"case:update\"])]\nasync fn list() {}\n\n#[route_role(Actor, scopes = [\"case:read\"])]\nasync fn show() {}\n";
    for (list, fixed) in [
        (
            "    scopes:\n      - 'case:read' # first\n",
            "    scopes:\n      - 'case:read' # first\n      - 'case:update'\n",
        ),
        ("    scopes:\r\n    - case:read\r\n", "    scopes:\r\n    - case:read\r\n    - \"case:update\"\r\n"),
        ("    scopes: [ 'case:read', ] # all\n", "    scopes: [ 'case:read', 'case:update', ] # all\n"),
        ("    scopes: [\n      \"case:read\"\n    ]\n", "    scopes: [\n      \"case:read\", \"case:update\"\n    ]\n"),
    ] {
        let service = annotated(unreachable);
        let policy =
            |list: &str| POLICY.replace("    scopes:\n      - 'case:read' # what integrations begin with\n", list);
        service.write("route-role.yaml", policy(list));
        service.run(&["check", "--fix"]);
        assert_eq!(policy_of(&service), policy(fixed));
        assert!(!service.run(&["check"]).stdout.contains("[api-key-unreachable]"));
    }
}

#[test]
fn a_list_that_is_written_in_an_unusual_way_stays_valid() {
    let unreachable = "#[route_role(Actor, scopes = [\"case:update\"])]\nasync fn list() {}\n\n#[route_role(Actor, scopes = [\"case:read\"])]\nasync fn show() {}\n";
    for list in [
        "scopes:\n      -\n        case:read\n",
        "scopes: &granted\n      - &first case:read\n",
        "scopes: [ case:read # first\n      ]\n",
        "scopes:\n    - \"case:\\\n       read\"\n",
    ] {
        let service = annotated(unreachable);
        service.write(
            "route-role.yaml",
            POLICY.replace("scopes:\n      - 'case:read' # what integrations begin with\n", list),
        );
        let before = service.run(&["check"]);
        assert!(before.stdout.contains("[api-key-unreachable]"), "{}", before.stdout);
        service.run(&["check", "--fix"]);
        let after = service.run(&["check"]);
        assert!(!after.stdout.contains("[invalid-policy]"), "{list}: {}", policy_of(&service));
    }
}

#[test]
fn a_list_that_stands_elsewhere_is_left_alone() {
    let unreachable = "#[route_role(Actor, scopes = [\"case:update\"])]\nasync fn list() {}\n\n#[route_role(Actor, scopes = [\"case:read\"])]\nasync fn show() {}\n";
    let service = annotated(unreachable);
    service.write("src/scopes.rs", "pub const ALL: [&str; 1] = [\"case:read\"];\n");
    for list in ["scopes: { from: \"src/scopes.rs#ALL\" }", "scopes: [{ from: \"src/scopes.rs#ALL\" }]"] {
        let policy = POLICY.replace("scopes:\n      - 'case:read' # what integrations begin with", list);
        service.write("route-role.yaml", &policy);
        service.run(&["check", "--fix"]);
        assert_eq!(policy_of(&service), policy);
        assert!(service.run(&["check"]).stdout.contains("[api-key-unreachable]"));
    }
}

#[test]
fn an_attribute_grows_in_its_own_layout() {
    let policy = "version: 1\nlevels: { workspace: { tenant: workspace_id } }\nroles:\n  Actor: { accepts: [user], level: workspace }\nscopes: [\"case:read\"]\nresources: { case: {} }\n";
    for (attribute, fixed) in [
        ("#[route_role(Actor, resource = \"case\")]", "#[route_role(Actor, resource = \"case\", denial = not_found)]"),
        ("#[route_role(Actor,)]", "#[route_role(Actor, resource = \"case\", denial = not_found,)]"),
        (
            "#[route_role(\n    Actor,\n    resource = \"case\", // the one\n)]",
            "#[route_role(\n    Actor,\n    resource = \"case\",\n    denial = not_found, // the one\n)]",
        ),
        (
            "#[route_role(\n    Actor,\n    resource = \"case\"\n)]",
            "#[route_role(\n    Actor,\n    resource = \"case\",\n    denial = not_found,\n)]",
        ),
    ] {
        let handlers = |attribute: &str| {
            format!("#[route_role(Actor)]\nasync fn list() {{}}\n\n{attribute}\nasync fn show() {{}}\n")
        };
        let service = annotated(&handlers(attribute));
        service.write("route-role.yaml", policy);
        service.run(&["check", "--fix"]);
        assert!(main_of(&service).ends_with(&handlers(fixed)), "{}", main_of(&service));
        assert!(service.run(&["check"]).stdout.starts_with("no findings\n"));
    }
}

#[test]
fn a_macro_that_writes_the_attribute_is_left_alone() {
    let handlers = "macro_rules! handler {\n    ($name:ident, $role:ident) => {\n        #[route_role($role, scopes = [\"case:read\"])]\n        async fn $name() {}\n    };\n}\n\nhandler!(list, User);\nhandler!(show, Actor);\n";
    let service = annotated(handlers);
    let run = service.run(&["check", "--fix"]);
    assert!(run.stdout.contains("[api-key-rejected]"), "{}", run.stdout);
    assert!(main_of(&service).ends_with(handlers));
}

#[test]
fn a_suppression_goes_and_what_stands_around_it_stays() {
    let service = annotated(
        "// route-role: allow(missing-scope) -- it once had none\n/// Lists.\n#[route_role(Actor, scopes = [\"case:read\"])]\nasync fn list() {} // route-role: allow(missing-scope) -- here too\n\n// route-role: allow(missing-scope) -- and this reason\n// goes on\n#[route_role(Actor, scopes = [\"case:read\"])]\nasync fn show() {}\n",
    );
    let run = service.run(&["check", "--fix"]);
    assert_eq!(run.stderr, "fixed 2 places in 1 file\n");
    assert!(main_of(&service).ends_with(
        "}\n\n/// Lists.\n#[route_role(Actor, scopes = [\"case:read\"])]\nasync fn list() {}\n\n// route-role: allow(missing-scope) -- and this reason\n// goes on\n#[route_role(Actor, scopes = [\"case:read\"])]\nasync fn show() {}\n"
    ), "{}", main_of(&service));
}

#[test]
fn fixes_that_depend_on_each_other_are_made_one_after_the_other() {
    // The misspelt scope hides that the role refuses keys.
    let service = annotated(&REJECTING.replacen("case:read", "case:raed", 1));
    let run = service.run(&["check", "--fix"]);
    assert_eq!(run.stderr, "fixed 2 places in 1 file\n");
    assert!(run.stdout.starts_with("no findings"), "{}", run.stdout);
}

#[test]
fn what_is_suppressed_or_known_is_not_touched() {
    let service = annotated(&format!("// route-role: allow(api-key-rejected) -- sessions only\n{REJECTING}"));
    let before = main_of(&service);
    service.run(&["check", "--fix"]);
    assert_eq!(main_of(&service), before);
    let service = annotated(REJECTING);
    let before = main_of(&service);
    service.run(&["check", "--write-baseline"]);
    service.run(&["check", "--fix", "--baseline", "route-role-baseline.json"]);
    assert_eq!(main_of(&service), before);
}

#[test]
fn a_policy_outside_of_what_is_linted_is_changed_only_if_it_is_named() {
    let unreachable = "#[route_role(Actor, scopes = [\"case:update\"])]\nasync fn list() {}\n\n#[route_role(Actor, scopes = [\"case:read\"])]\nasync fn show() {}\n";
    let service = annotated(unreachable);
    let run = service.run(&["check", "--fix", "src"]);
    assert!(
        run.stderr.contains("note: `../route-role.yaml` was left alone: it lies outside of what is linted"),
        "{}",
        run.stderr
    );
    assert_eq!(policy_of(&service), POLICY);
    service.run(&["check", "--fix", "src", "--policy", "route-role.yaml"]);
    assert!(policy_of(&service).contains("- 'case:update'"), "{}", policy_of(&service));
}

#[cfg(unix)]
#[test]
fn no_link_is_followed_out_of_the_tree() {
    let unreachable = "#[route_role(Actor, scopes = [\"case:update\"])]\nasync fn list() {}\n\n#[route_role(Actor, scopes = [\"case:read\"])]\nasync fn show() {}\n";
    let service = annotated(unreachable);
    let elsewhere = tempfile::tempdir().expect("a folder");
    let target = elsewhere.path().join("policy.yaml");
    fs::rename(service.path().join("route-role.yaml"), &target).expect("it moves");
    std::os::unix::fs::symlink(&target, service.path().join("route-role.yaml")).expect("a link");
    for arguments in [&["check", "--fix"][..], &["check", "--fix", "--policy", "route-role.yaml"]] {
        let run = service.run(arguments);
        assert!(run.stderr.contains("`route-role.yaml` was left alone"), "{}", run.stderr);
        assert_eq!(fs::read_to_string(&target).expect("the policy"), POLICY);
        assert!(fs::symlink_metadata(service.path().join("route-role.yaml")).expect("a link").is_symlink());
    }
}

#[cfg(unix)]
#[test]
fn permissions_stay_and_nothing_is_left_beside_the_file() {
    use std::os::unix::fs::PermissionsExt;
    let service = annotated(REJECTING);
    let file = service.path().join("src/main.rs");
    fs::set_permissions(&file, fs::Permissions::from_mode(0o640)).expect("permissions");
    service.run(&["check", "--fix"]);
    assert_eq!(fs::metadata(&file).expect("a file").permissions().mode() & 0o777, 0o640);
    assert_eq!(names_in(&service.path().join("src")), ["main.rs"]);
}

/// A manifest of the workspace as one that stands alone beside the workspace's lock file.
fn standalone(manifest: &str) -> String {
    let root = fs::canonicalize(repository()).expect("the repository");
    let lines = manifest.lines().map(|line| match line.split_once(" = ").unwrap_or((line, "")) {
        ("version.workspace", _) => "version = \"0.1.0\"".to_owned(),
        ("edition.workspace", _) => "edition = \"2024\"".to_owned(),
        ("license.workspace", _) => String::new(),
        ("route-role", _) => format!("route-role = {{ path = {:?}, features = [\"axum\"] }}", root),
        ("serde", _) => "serde = { version = \"1\", features = [\"derive\"] }".to_owned(),
        _ => line.to_owned(),
    });
    lines.chain(["[workspace]".to_owned()]).map(|line| line + "\n").collect()
}

#[test]
fn what_was_fixed_still_compiles() {
    let folder = copy_of("tracecat/before");
    let run = run_in(folder.path(), &["check", "--fix"]);
    assert!(run.stderr.starts_with("fixed "), "{}", run.stderr);
    let manifest = folder.path().join("Cargo.toml");
    let text = fs::read_to_string(&manifest).expect("a manifest");
    fs::write(&manifest, standalone(&text)).expect("a manifest");
    fs::copy(repository().join("Cargo.lock"), folder.path().join("Cargo.lock")).expect("a lock file");
    let output = Command::new(env!("CARGO"))
        .args(["check", "--quiet", "--offline", "--target-dir", env!("CARGO_TARGET_TMPDIR")])
        .current_dir(folder.path())
        .output()
        .expect("cargo runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}
