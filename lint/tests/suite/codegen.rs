//! Generated source: what it says, and whether the languages take it.

use std::env;
use std::fs;
use std::path::Path;
use std::process::Command;

use crate::harness::{PLAIN_POLICY, Run, Service, repository};

/// Names that end strings, comments, identifiers or lines, and names that would be one constant.
const HOSTILE: &str = r#"version: 1
levels: { class: {}, "or g\n": {}, "*/ x": {} }
tiers: { user: [low, "hi\"gh"], "k`ey": [low], x: ["y.z"], "x.y": [z] }
principals: [__proto__, agent-x, "agent-x at class"]
features: ["a`b", "${f}"]
roles:
  Self_: { accepts: [user], level: class }
  NightShift: { any: [Self_] }
scopes: ["case:read", "case-read", "it's\"q", "back\\slash", class, "*/evil", "`$x`:*", "bell\x07", "\u202Ertl", "a:*", "*:b", "日本:読む"]
assignable:
  one: { principal: api_key, scopes: [class, "a:*"] }
  two: { principal: __proto__, level: "or g\n", scopes: ["case-read", "it's\"q"] }
  three: { principal: agent-x, level: "*/ x", scopes: ["*"] }
  four: { principal: "agent-x at class", scopes: [class] }
  five: { principal: agent-x, level: class, scopes: ["case:read"] }
"#;

const TARGETS: [(&str, &str); 3] = [("rust", "words.rs"), ("typescript", "words.ts"), ("python", "words.py")];

fn hostile() -> Service {
    Service::with(&[("route-role.yaml", HOSTILE)])
}

/// Writes the files of every target for a policy.
fn written(policy: &str) -> Service {
    let service = Service::with(&[("route-role.yaml", policy)]);
    for (target, file) in TARGETS {
        let run = service.run(&["codegen", target, "--output", file]);
        assert_eq!((run.status, run.stderr.as_str()), (0, format!("wrote `{file}`\n").as_str()), "{target}");
    }
    service
}

/// Policies of every kind: hostile, with little in them, and those of services.
fn policies() -> Vec<(String, String)> {
    let mut policies = vec![
        ("hostile".to_owned(), HOSTILE.to_owned()),
        ("plain".to_owned(), PLAIN_POLICY.to_owned()),
        ("nothing".to_owned(), "version: 1\n".to_owned()),
        (
            "everything".to_owned(),
            "version: 1\nscopes: [\"*\"]\nassignable: { all: { principal: user, scopes: [\"*\"] } }\n".to_owned(),
        ),
    ];
    for path in
        ["examples/quickstart/route-role.yaml", "fixtures/scanopy/after/route-role.yaml", "examples/policies/svix.yaml"]
    {
        policies.push((path.to_owned(), fs::read_to_string(repository().join(path)).expect("a policy")));
    }
    policies
}

fn generated(target: &str) -> String {
    let run = hostile().run(&["codegen", target]);
    assert_eq!((run.status, run.stderr.as_str()), (0, ""));
    run.stdout
}

#[test]
fn rust_names_every_scope_and_says_what_it_cannot_name() {
    insta::assert_snapshot!(generated("rust"));
}

#[test]
fn typescript_has_types_for_what_it_cannot_name() {
    insta::assert_snapshot!(generated("typescript"));
}

#[test]
fn python_has_types_and_sets() {
    insta::assert_snapshot!(generated("python"));
}

/// Runs a tool on a file of a service. One that isn't there is said to be missing, which is an error where everything has to be tested.
fn accept(service: &Service, program: &str, arguments: &[&str], what: &str) {
    let output = Command::new(program).args(arguments).current_dir(service.path()).output();
    match output {
        Ok(output) => {
            let said = [output.stdout, output.stderr].map(|text| String::from_utf8_lossy(&text).into_owned()).concat();
            assert!(output.status.success(), "{program} doesn't take what is written for {what}:\n{said}");
        }
        Err(error) => {
            assert!(env::var_os("CI").is_none(), "`{program}` is needed and can't be run: {error}");
            eprintln!("skipped: `{program}` can't be run: {error}");
        }
    }
}

#[test]
fn the_compiler_takes_generated_rust_without_a_warning() {
    for (name, policy) in policies() {
        let service = written(&policy);
        let strict = ["-D", "warnings", "-D", "missing_docs", "-D", "unused", "-D", "unreachable_pub"];
        let library =
            ["--edition", "2024", "--crate-type", "lib", "--emit", "metadata", "--out-dir", "out", "words.rs"];
        accept(&service, "rustc", &[&strict[..], &library].concat(), &name);
        // In a program nobody sees what isn't used.
        service.write("main.rs", "//! A program.\nmod words;\nfn main() {}\n");
        let program = ["--edition", "2024", "--emit", "metadata", "--out-dir", "out", "main.rs"];
        accept(&service, "rustc", &[&strict[..], &program].concat(), &name);
        accept(&service, "rustfmt", &["--check", "--edition", "2024", "words.rs"], &name);
    }
}

/// What a target writes for every policy, in one folder: the tools take long to start. The answer has the names of the files, the first of which is for hostile names.
fn all(target: &str, extension: &str) -> (Service, Vec<String>) {
    let service = Service::with(&[]);
    let mut files = Vec::new();
    for (number, (name, policy)) in policies().into_iter().enumerate() {
        service.write("route-role.yaml", policy);
        let file = format!("words{number}.{extension}");
        assert_eq!(service.run(&["codegen", target, "--output", &file]).status, 0, "{name}");
        files.push(file);
    }
    (service, files)
}

fn with_files<'a>(arguments: &[&'a str], files: &'a [String]) -> Vec<&'a str> {
    arguments.iter().copied().chain(files.iter().map(String::as_str)).collect()
}

#[test]
fn generated_typescript_passes_the_strict_compiler() {
    let (service, mut files) = all("typescript", "ts");
    let uses = "import { ASSIGNABLE, type Scope } from \"./words0\";\n\
        const open: Scope[] = [\"case:read\", \"a:anything\", ...ASSIGNABLE[\"agent-x\"][\"*/ x\"]];\n\
        // @ts-expect-error: no scope of the policy\nconst unknown: Scope = \"case:raed\";\nexport { open, unknown };\n";
    service.write("uses.ts", uses);
    files.push("uses.ts".to_owned());
    accept(&service, "tsc", &with_files(&["--strict", "--noEmit", "--target", "es2022"], &files), "all policies");
}

#[test]
fn generated_python_compiles_and_passes_the_type_checker_and_the_linter() {
    let (service, files) = all("python", "py");
    let rules = "A,B,C,D1,E,F,I,N,PYI,Q,RUF,UP,W";
    for (program, arguments) in [
        ("python3", &["-m", "py_compile"][..]),
        ("mypy", &["--strict", "--cache-dir", "cache"]),
        ("ruff", &["check", "--no-cache", "--ignore", "E501", "--select", rules]),
        ("ruff", &["format", "--no-cache", "--check"]),
    ] {
        accept(&service, program, &with_files(arguments, &files), "all policies");
    }
}

#[test]
fn text_in_python_is_the_text_of_the_policy() {
    let service = written(HOSTILE);
    let script = "import words\nassert \"it's\\\"q\" in words.SCOPES and \"bell\\x07\" in words.SCOPES\n\
        assert words.ASSIGNABLE[\"__proto__\"][\"or g\\n\"] == {\"case-read\", \"it's\\\"q\"}\n";
    accept(&service, "python3", &["-c", script], "a program");
}

fn checked(service: &Service, arguments: &[&str]) -> Run {
    service.run(&[&["codegen", "rust", "--output", "src/words.rs"], arguments].concat())
}

#[test]
fn a_committed_file_is_current_stale_or_missing() {
    let service = Service::with(&[("route-role.yaml", PLAIN_POLICY), ("src/main.rs", "fn main() {}\n")]);
    let missing = checked(&service, &["--check"]);
    assert_eq!(missing.status, 5);
    assert_eq!(missing.stderr, "error: there is no `src/words.rs` yet; run this again without `--check`\n");
    assert_eq!(checked(&service, &[]).status, 0);
    let current = checked(&service, &["--check"]);
    assert_eq!((current.status, current.stderr.as_str()), (0, "`src/words.rs` is what the policy and the code say\n"));
    let file = service.path().join("src/words.rs");
    let text = fs::read_to_string(&file).expect("the file");
    service.write("src/words.rs", text.replace('\n', "\r\n"));
    assert_eq!(checked(&service, &["--check"]).status, 0, "line ends are the business of whoever checks out");
    service.write("route-role.yaml", format!("{PLAIN_POLICY}scopes: [\"case:read\"]\n"));
    let stale = checked(&service, &["--check"]);
    assert_eq!(stale.status, 5);
    assert_eq!(stale.stderr, "error: `src/words.rs` is stale; run this again without `--check`\n");
    assert_eq!(fs::read_to_string(&file).expect("the file"), text.replace('\n', "\r\n"), "nothing is written");
    assert_eq!(checked(&service, &["--check", "--exit-zero"]).status, 0);
    assert_eq!(service.run(&["codegen", "rust", "--check"]).status, 2);
}

#[test]
fn nothing_is_generated_from_a_policy_with_mistakes_or_from_none() {
    let broken = Service::with(&[("route-role.yaml", "version: 1\nroles: { User: { accept: [user] } }\n")]);
    let run = broken.run(&["codegen", "python"]);
    assert_eq!((run.status, run.stdout.as_str()), (2, ""));
    assert!(run.stderr.starts_with("error: the policy has mistakes"), "{}", run.stderr);
    let run = Service::with(&[]).run(&["codegen", "rust"]);
    assert_eq!(run.status, 2);
    assert_eq!(run.stderr, "error: there is no policy to generate from; `route-role init` writes one\n");
}

#[test]
fn the_same_policy_gives_the_same_text_from_wherever_it_is_asked_for() {
    let service = hostile();
    service.write("inner/.keep", "");
    let here = service.run(&["codegen", "typescript"]);
    let path = service.path().to_str().expect("a UTF-8 path");
    let there = crate::harness::run_in(Path::new("/"), &["codegen", "typescript", path]);
    assert_eq!(here.stdout, there.stdout);
    assert!(here.stdout.starts_with("// Generated by `route-role codegen typescript` from `route-role.yaml`.\n"));
    let inner = crate::harness::run_in(&service.path().join("inner"), &["codegen", "typescript"]);
    assert!(inner.stdout.starts_with("// Generated by `route-role codegen typescript` from `../route-role.yaml`.\n"));
}

/// The crate is compiled with the workspace, under strict lints, so the macro takes the constants too.
#[test]
fn the_linter_reads_generated_constants_in_attributes() {
    let strict = repository().join("tests/strict");
    let routes = crate::harness::run_in(&strict, &["routes", "--format", "csv"]);
    let line = routes.stdout.lines().find(|line| line.contains(",GET,/words,")).expect("the route");
    assert!(line.contains("user, action:mail:execute, case-2:read|case:2-read, @workspace"), "{line}");
}
