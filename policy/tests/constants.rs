//! References of a policy to constants in Rust source.

#![cfg(feature = "constants")]

use std::fs;
use std::path::Path;

use route_role_policy::file::{ConstantSource, RustConstants, load};

fn texts_of(source: &str, name: &str) -> Result<Vec<String>, String> {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("scopes.rs"), source).unwrap();
    RustConstants::new(folder.path()).texts("scopes.rs", name)
}

fn error(source: &str, name: &str) -> String {
    texts_of(source, name).unwrap_err()
}

#[test]
fn every_way_to_write_a_list_of_texts_is_evaluated() {
    const SOURCE: &str = r#"
        use std::sync::LazyLock;
        pub const READ: &str = "case:read";
        const PREFIX: &str = "case";
        pub const WRITE: &str = concat!("case", ':', "write");
        pub const CREATE: &str = const_format::concatcp!(PREFIX, ":", "create");
        pub const SOME: [&str; 2] = [READ, self::WRITE];
        pub static ALL: &[&str] = &[READ, WRITE, CREATE, org::READ, Scope::DELETE];
        pub static JOINED: LazyLock<Vec<&str>> = LazyLock::new(|| [SOME, org::SOME].concat());
        pub static SET: LazyLock<HashSet<&str>> = LazyLock::new(|| HashSet::from([READ, WRITE]));
        pub static UNION: LazyLock<BTreeSet<&str>> = LazyLock::new(|| &*SET | &*SET2);
        pub static WIDER: LazyLock<HashSet<&str>> =
            LazyLock::new(|| SET.union(&OTHER).copied().collect());
        static OTHER: LazyLock<HashSet<&str>> = LazyLock::new(|| { HashSet::from_iter(vec!["a:b", READ]) });
        pub static CHAIN: LazyLock<Vec<&str>> = LazyLock::new(|| SOME.iter().copied().chain(org::SOME).collect());
        mod org {
            pub const READ: &str = "org:read";
            pub const SOME: [&str; 2] = [READ, super::READ];
        }
        struct Scope(&'static str);
        impl Scope { pub const DELETE: &'static str = "case:delete"; pub const OWN: &[&str] = &[Self::DELETE]; }
    "#;
    let texts = |name: &str| texts_of(SOURCE, name).unwrap();
    assert_eq!(texts("READ"), ["case:read"]);
    assert_eq!(texts("ALL"), ["case:read", "case:write", "case:create", "org:read", "case:delete"]);
    assert_eq!(texts("JOINED"), ["case:read", "case:write", "org:read", "case:read"]);
    assert_eq!(texts("SET"), ["case:read", "case:write"]);
    assert_eq!(texts("WIDER"), ["case:read", "case:write", "a:b"]);
    assert_eq!(texts("CHAIN"), ["case:read", "case:write", "org:read", "case:read"]);
    assert_eq!(texts("org::SOME"), ["org:read", "case:read"]);
    assert_eq!(texts("Scope::OWN"), ["case:delete"]);
}

#[test]
fn sets_can_be_united_with_an_operator() {
    let source = "const A: T = HashSet::from([\"a:b\"]); const B: T = &A | &HashSet::from([\"c:d\", \"a:b\"]);";
    assert_eq!(texts_of(source, "B").unwrap(), ["a:b", "c:d"]);
}

#[test]
fn what_cannot_be_evaluated_is_shown() {
    assert!(error("const A: &[&str] = &[read_env(\"X\")];", "A").contains("`read_env (\"X\")` can't be evaluated"));
    assert!(error("const ALL: &str = \"a\";", "ALLL").contains("did you mean `ALL`?"));
    assert!(error("const A: usize = 3;", "A").contains("`3` can't be evaluated"));
    assert!(error("const A = ;", "A").contains("isn't valid Rust"));
}

#[test]
fn constants_in_a_circle_are_refused() {
    assert!(error("const A: &str = B; const B: &str = concat!(A);", "A").contains("`A` refers to itself"));
}

#[test]
fn hostile_sources_are_refused_in_bounded_time() {
    let deep = format!("const A: T = {}1{};", "(".repeat(10_000), ")".repeat(10_000));
    assert!(error(&deep, "A").contains("nested"));
    let unary = format!("const A: T = {}1;", "!".repeat(100_000));
    assert!(error(&unary, "A").contains("tokens"));
    let doubling: String = (0..60).map(|n| format!("const A{n}: T = [A{m}, A{m}];", m = n + 1)).collect();
    assert!(error(&format!("{doubling} const A60: T = [];"), "A0").contains("too large"));
    assert!(error(&format!("//{}", "x".repeat(300_000)), "A").contains("bytes"));
}

#[test]
fn only_files_below_the_policy_are_read() {
    let outside = tempfile::tempdir().unwrap();
    fs::write(outside.path().join("secret.rs"), "const A: &str = \"a\";").unwrap();
    let folder = outside.path().join("project");
    fs::create_dir(&folder).unwrap();
    let mut constants = RustConstants::new(&folder);
    assert!(constants.texts("../secret.rs", "A").unwrap_err().contains("below the policy's own folder"));
    let absolute = outside.path().join("secret.rs");
    assert!(constants.texts(absolute.to_str().unwrap(), "A").unwrap_err().contains("below the policy's own folder"));
    assert!(constants.texts("missing.rs", "A").unwrap_err().contains("no such file"));
    assert_eq!(constants.files_read(), Vec::<std::path::PathBuf>::new());
}

#[cfg(unix)]
#[test]
fn a_link_that_leads_out_is_refused() {
    let outside = tempfile::tempdir().unwrap();
    fs::write(outside.path().join("secret.rs"), "const A: &str = \"a\";").unwrap();
    let folder = outside.path().join("project");
    fs::create_dir(&folder).unwrap();
    std::os::unix::fs::symlink(outside.path().join("secret.rs"), folder.join("link.rs")).unwrap();
    assert!(RustConstants::new(&folder).texts("link.rs", "A").unwrap_err().contains("a link leads out of it"));
}

#[test]
fn a_policy_takes_its_scopes_from_source_and_knows_which_files_it_read() {
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir(folder.path().join("src")).unwrap();
    fs::write(folder.path().join("src/scopes.rs"), "pub const ALL: &[&str] = &[\"a:b\", \"c:d\"];").unwrap();
    let mut constants = RustConstants::new(folder.path());
    let text = "version: 1\nscopes: { from: \"src/scopes.rs#ALL\" }\n";
    let loaded = load(text, &mut constants);
    assert_eq!(loaded.problems, []);
    assert_eq!(loaded.policy.scopes.iter().map(|scope| scope.as_str()).collect::<Vec<_>>(), ["a:b", "c:d"]);
    assert_eq!(&text[loaded.policy.scopes[0].range()], "\"src/scopes.rs#ALL\"");
    assert!(constants.files_read().iter().all(|file| file.ends_with(Path::new("src/scopes.rs"))));
    assert_eq!(constants.files_read().len(), 1);
}

#[test]
fn sources_of_other_languages_are_named_as_not_supported() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("constants.py"), "A = []").unwrap();
    let error = RustConstants::new(folder.path()).texts("constants.py", "A").unwrap_err();
    assert!(error.contains("Python sources aren't supported yet"));
}
