//! Input that is broken, hostile or huge: a clear message, the right status, and the rest is linted.

use crate::harness::{HEALTHY, PLAIN_POLICY, Run, Service};

/// The route of the healthy part is still found.
fn assert_rest_is_linted(run: &Run) {
    assert!(run.stdout.contains("1 route in 1 program"), "status {}\n{}{}", run.status, run.stdout, run.stderr);
}

/// A healthy service with one more module.
fn with_module(text: impl AsRef<[u8]>) -> Service {
    let service = Service::healthy("mod other;\n");
    service.write("src/other.rs", text);
    service.write("route-role.yaml", PLAIN_POLICY);
    service
}

#[test]
fn a_file_that_does_not_parse_is_reported_with_its_place() {
    let service = with_module("use axum::Router;\n\npub fn router( -> Router {\n    Router::new()\n}\n");
    let run = service.run(&["check"]);
    assert_eq!(run.status, 4);
    assert!(run.stdout.contains("warning[syntax-error]"), "{}", run.stdout);
    assert!(run.stdout.contains("src/other.rs:3:"), "{}", run.stdout);
    assert_rest_is_linted(&run);
}

#[test]
fn invalid_utf_8_is_reported_with_its_file() {
    let service = with_module(b"use axum::Router;\nconst X: &str = \"\xff\xfe\";\n");
    let run = service.run(&["check"]);
    assert_eq!(run.status, 4, "{}{}", run.stdout, run.stderr);
    assert!(run.stdout.contains("src/other.rs"), "{}", run.stdout);
    assert_rest_is_linted(&run);
}

#[test]
fn an_empty_file_is_no_trouble() {
    let run = with_module("").run(&["check"]);
    assert_eq!(run.status, 0, "{}{}", run.stdout, run.stderr);
    assert_rest_is_linted(&run);
}

#[test]
fn a_huge_file_is_left_out_and_said_to_be() {
    let run = with_module(format!("use axum::Router;\n{}", "const A: u8 = 0;\n".repeat(650_000))).run(&["check"]);
    assert_eq!(run.status, 4, "{}{}", run.stdout, run.stderr);
    assert!(run.stdout.contains("src/other.rs"), "{}", run.stdout);
    assert_rest_is_linted(&run);
}

#[test]
fn deep_nesting_does_not_overflow_the_stack() {
    let parentheses = format!("use axum::Router;\nconst X: u8 = {}0{};\n", "(".repeat(10_000), ")".repeat(10_000));
    let generics =
        format!("use axum::Router;\nfn route(_: {}u8{}) {{}}\n", "Option<".repeat(10_000), ">".repeat(10_000));
    let blocks =
        format!("use axum::Router;\nfn route() -> Router {}Router::new(){}\n", "{".repeat(10_000), "}".repeat(10_000));
    let references =
        format!("use axum::Router;\nfn route(_: {}u8) -> Router {{ Router::new() }}\n", "&".repeat(10_000));
    let negations = format!("use axum::Router;\nfn route() -> bool {{ {}Router::new() }}\n", "!".repeat(10_000));
    let chain = format!(
        "use axum::Router;\npub fn route() -> Router {{ Router::new(){} }}\n",
        ".with_state(())".repeat(10_000)
    );
    let modules = format!("use axum::Router;\n{}{}\n", "mod a{".repeat(10_000), "}".repeat(10_000));
    let imports = format!("use axum::Router;\nuse a::{}b{};\n", "{a::".repeat(10_000), "}".repeat(10_000));
    for text in [parentheses, generics, blocks, references, negations, chain, modules, imports] {
        let run = with_module(&text).run(&["check"]);
        assert!([0, 4].contains(&run.status), "{}: {} {}", &text[..60], run.status, run.stderr);
        assert_rest_is_linted(&run);
    }
}

#[test]
fn a_router_that_nests_itself_ends() {
    let text = HEALTHY.replace(
        "Router::new().route(\"/health\", get(health))",
        "Router::new().route(\"/health\", get(health)).nest(\"/again\", app())",
    );
    let run = Service::with(&[("src/main.rs", &text), ("route-role.yaml", PLAIN_POLICY)]).run(&["check"]);
    assert_eq!(run.status, 4, "{}{}", run.stdout, run.stderr);
    assert!(run.stdout.contains("[unresolved-route]"), "{}", run.stdout);
}

#[test]
fn routers_that_build_each_other_end() {
    let text = HEALTHY.replace("get(health))", "get(health)).merge(ping())")
        + "fn ping() -> Router {\n    Router::new().merge(pong())\n}\n\nfn pong() -> Router {\n    Router::new().nest(\"/pong\", ping())\n}\n";
    let run = Service::with(&[("src/main.rs", &text), ("route-role.yaml", PLAIN_POLICY)]).run(&["check"]);
    assert_eq!(run.status, 4, "{}{}", run.stdout, run.stderr);
    assert!(run.stdout.contains("[unresolved-route]"), "{}", run.stdout);
}

#[test]
fn macros_that_expand_without_end_are_stopped() {
    let endless = "macro_rules! again {\n    () => { again!(); };\n    (grow $($t:tt)*) => { again!(grow $($t)* $($t)* x); };\n}\n";
    for call in ["again!();\n", "again!(grow x y z);\n", "fn f() -> axum::Router { again!() }\n"] {
        let service =
            with_module(format!("use axum::Router;\n{endless}{call}pub fn f2() -> Router {{ Router::new() }}\n"));
        let run = service.run(&["check"]);
        assert!([0, 4].contains(&run.status), "{call}: {} {}", run.status, run.stderr);
        assert_rest_is_linted(&run);
    }
}

#[cfg(unix)]
#[test]
fn a_symlink_loop_is_no_trouble() {
    let service = Service::healthy("");
    service.write("route-role.yaml", PLAIN_POLICY);
    std::os::unix::fs::symlink("..", service.path().join("src/loop")).expect("a link");
    std::os::unix::fs::symlink("self", service.path().join("src/self")).expect("a link");
    let run = service.run(&["check"]);
    assert_eq!(run.status, 0, "{}{}", run.stdout, run.stderr);
    assert_rest_is_linted(&run);
}

#[test]
fn a_policy_that_cannot_be_used_ends_with_2() {
    let bomb = (1..=9).fold("a0: &a0 [x, x, x, x, x, x, x, x, x]\n".to_owned(), |text, level| {
        let aliases = vec![format!("*a{}", level - 1); 9].join(", ");
        format!("{text}a{level}: &a{level} [{aliases}]\n")
    });
    let deep = format!("version: 1\nroles: {}{}\n", "[".repeat(10_000), "]".repeat(10_000));
    for (policy, said) in [
        ("", "empty"),
        ("# only a comment\n", "empty"),
        ("version: [1\n", "route-role.yaml"),
        ("- a\n- b\n", "route-role.yaml"),
        ("version: 1\nversion: 1\n", "route-role.yaml"),
        ("\u{0}", "route-role.yaml"),
        (bomb.as_str(), "route-role.yaml"),
        (deep.as_str(), "route-role.yaml"),
        ("a: &a [*a]\n", "route-role.yaml"),
        (
            "version: 1\nscopes: [\"a:b\"]\nassignable:\n  x: { principal: api_key, include: [x], scopes: [\"a:b\"] }\n",
            "x",
        ),
    ] {
        let service = Service::healthy("");
        service.write("route-role.yaml", policy);
        let run = service.run(&["check"]);
        assert_eq!(run.status, 2, "{policy:.60}: {}{}", run.stdout, run.stderr);
        assert!(run.stdout.contains("error[invalid-policy]"), "{policy:.60}: {}", run.stdout);
        assert!(run.stdout.contains(said), "{policy:.60}: {}", run.stdout);
        assert_rest_is_linted(&run);
    }
}

#[test]
fn a_policy_that_is_not_text_ends_with_2() {
    let service = Service::healthy("");
    service.write("route-role.yaml", b"version: 1\n\xff");
    let run = service.run(&["check"]);
    assert_eq!((run.status, run.stdout.as_str()), (2, ""));
    assert!(run.stderr.contains("isn't valid UTF-8"), "{}", run.stderr);
}

#[test]
fn a_policy_that_is_a_folder_ends_with_2() {
    let service = Service::healthy("");
    let run = service.run(&["check", "--policy", "src"]);
    assert_eq!(run.status, 2);
    assert!(run.stderr.starts_with("error: the policy `src` can't be read"), "{}", run.stderr);
}

#[test]
fn a_policy_that_does_not_exist_ends_with_2_and_says_how_to_make_one() {
    let run = Service::healthy("").run(&["check", "--policy", "nowhere.yaml"]);
    assert_eq!(run.status, 2);
    assert_eq!(run.stderr, "error: there is no policy at `nowhere.yaml`; `route-role init` writes one\n");
}

#[test]
fn a_policy_whose_patterns_match_nothing_is_pointed_out() {
    let service = Service::with(&[(
        "src/main.rs",
        &HEALTHY.replace("async fn health() {}", "async fn health(_: axum::http::HeaderMap) {}"),
    )]);
    service.write("route-role.yaml", format!("{PLAIN_POLICY}guards:\n  - match: NoSuchGuard\n    role: User\n"));
    let run = service.run(&["check"]);
    assert_eq!(run.status, 1, "{}{}", run.stdout, run.stderr);
    assert!(run.stdout.contains("no pattern under `guards` matches any guard"), "{}", run.stdout);
}

#[test]
fn a_path_that_does_not_exist_ends_with_2() {
    let service = Service::healthy("");
    for command in ["check", "routes"] {
        let run = service.run(&[command, "nowhere"]);
        assert_eq!(run.status, 2);
        assert!(run.stderr.contains("`nowhere` doesn't exist"), "{}", run.stderr);
    }
}

#[test]
fn source_that_steers_terminals_is_spelt_out() {
    let text =
        HEALTHY.replace("#[route_role(public, reason = \"health probe\")]\n", "/* \u{1b}]0;owned\u{7} \u{202e} */ ");
    let service = Service::with(&[("src/main.rs", &text)]);
    for arguments in [&["check"][..], &["routes"], &["init", "--stdout"]] {
        let run = service.run(arguments);
        let all = run.stdout + &run.stderr;
        assert!(all.chars().all(|character| character == '\n' || !character.is_control()), "{arguments:?}: {all:?}");
        assert!(!all.contains('\u{202e}'), "{arguments:?}: {all:?}");
    }
}
