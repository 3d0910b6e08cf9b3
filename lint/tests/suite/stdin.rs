//! One file from the standard input.

use std::io::Write;
use std::process::Stdio;

use crate::harness::{HEALTHY, PLAIN_POLICY, Service, command};

fn check(service: &Service, file: &str, text: &[u8]) -> (i32, String, String) {
    let mut command = command();
    command.args(["check", "--quiet", "--stdin-filename", file]).current_dir(service.path());
    let mut child =
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("the binary runs");
    let mut stdin = child.stdin.take().expect("a pipe");
    // A run that needs no text may be over before all of it is written.
    let _ = stdin.write_all(text);
    drop(stdin);
    let output = child.wait_with_output().expect("it ends");
    let text = |bytes| String::from_utf8(bytes).expect("UTF-8");
    (output.status.code().expect("a status"), text(output.stdout), text(output.stderr))
}

fn opened() -> String {
    HEALTHY.replace("#[route_role(public, reason = \"health probe\")]\n", "")
}

#[test]
fn the_text_from_the_standard_input_is_what_counts() {
    let service = Service::healthy("");
    service.write("route-role.yaml", PLAIN_POLICY);
    let (status, stdout, stderr) = check(&service, "src/main.rs", opened().as_bytes());
    assert_eq!((status, stderr.as_str()), (1, ""), "{stdout}");
    assert!(stdout.contains("`GET /health` is open"), "{stdout}");
    service.write("src/main.rs", opened());
    assert_eq!(check(&service, "src/main.rs", HEALTHY.as_bytes()), (0, String::new(), String::new()));
}

#[test]
fn the_rest_comes_from_the_disk_and_is_not_reported() {
    let service = Service::with(&[
        ("src/main.rs", &opened().replace("async fn health() {}", "")),
        ("route-role.yaml", PLAIN_POLICY),
    ]);
    service.write("src/main.rs", format!("mod more;\n{}", opened()));
    service.write("src/more.rs", "pub fn unused() {}\n");
    assert_eq!(service.run(&["check"]).status, 1);
    assert_eq!(check(&service, "src/more.rs", b"pub fn unused() {}\n").0, 0);
}

#[test]
fn the_policy_may_come_from_the_standard_input() {
    let service = Service::healthy("");
    service.write("route-role.yaml", PLAIN_POLICY);
    let (status, stdout, stderr) = check(&service, "route-role.yaml", b"version: 1\nrole: {}\n");
    assert_eq!((status, stderr.as_str()), (2, ""), "{stdout}");
    assert!(stdout.contains("route-role.yaml:2:1"), "{stdout}");
}

#[test]
fn a_file_that_is_not_read_is_refused() {
    let service = Service::healthy("");
    service.write("notes.md", "x");
    let (status, stdout, stderr) = check(&service, "notes.md", b"");
    assert_eq!((status, stdout.as_str()), (2, ""));
    assert!(stderr.contains("isn't among the files that are read"), "{stderr}");
    let (status, _, stderr) = check(&service, "src/missing.rs", b"");
    assert_eq!(status, 2);
    assert!(stderr.starts_with("error: `src/missing.rs` can't be found: "), "{stderr}");
    let (status, _, stderr) = check(&service, "src/main.rs", b"\xff");
    assert_eq!(status, 2);
    assert!(stderr.starts_with("error: the standard input can't be read: "), "{stderr}");
}

#[test]
fn nothing_is_changed_while_the_text_is_not_on_the_disk() {
    let service = Service::healthy("");
    for option in ["--fix", "--diff", "--write-baseline"] {
        let run = service.run(&["check", "--stdin-filename", "src/main.rs", option]);
        assert_eq!(run.status, 2, "{option}");
        assert!(run.stderr.contains("cannot be used with"), "{}", run.stderr);
    }
}
