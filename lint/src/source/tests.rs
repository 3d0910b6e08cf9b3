use std::fs;
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};

use tempfile::TempDir;

use super::{FileId, MAX_FILE_SIZE, ScanError, ScanOptions, SourceMap, SourceProblem, Sources, collect};

/// A folder with these files in it.
fn tree(files: &[(&str, &str)]) -> TempDir {
    let folder = TempDir::new().unwrap();
    for (path, text) in files {
        write(folder.path(), path, text.as_bytes());
    }
    folder
}

fn write(folder: &Path, path: &str, bytes: &[u8]) {
    let path = folder.join(path);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, bytes).unwrap();
}

fn options(root: &Path) -> ScanOptions {
    ScanOptions { roots: vec![root.to_owned()], ..ScanOptions::default() }
}

fn scan(options: &ScanOptions) -> Sources {
    collect(options, &mut SourceMap::default()).unwrap()
}

fn paths(sources: &Sources) -> Vec<&str> {
    sources.files.iter().map(|file| &*file.path).collect()
}

fn scan_paths(files: &[(&str, &str)]) -> Vec<String> {
    let folder = tree(files);
    paths(&scan(&options(folder.path()))).into_iter().map(str::to_owned).collect()
}

/// The packages, one a line.
fn packages(files: &[(&str, &str)]) -> Vec<String> {
    let folder = tree(files);
    let sources = scan(&ScanOptions { include_tests: true, ..options(folder.path()) });
    let list = |kind: &str, targets: &[super::Target]| -> String {
        targets.iter().map(|target| format!(" {kind} {}={}", target.name, target.path)).collect()
    };
    let lines = sources.packages.iter().map(|package| {
        let own = folder.path().file_name().unwrap().to_str().unwrap();
        let mut line = format!("{} in {:?} of {}", package.name.replace(own, "ROOT"), package.dir, package.edition);
        line += &list("lib", package.lib.as_slice()).replace(own.replace('-', "_").as_str(), "ROOT");
        line += &list("bin", &package.binaries).replace(own, "ROOT");
        line += &list("test", &package.tests);
        line += &list("example", &package.examples);
        line += &list("bench", &package.benches);
        for (name, index) in &package.dependencies {
            line += &format!(" uses {name}={}", sources.packages[index.0].name);
        }
        line
    });
    lines.collect()
}

#[test]
fn files_are_sorted_and_numbered_by_path_after_what_the_map_already_holds() {
    let folder = tree(&[("src/b.rs", "b"), ("src/a/c.rs", "c"), ("src/a.rs", "a"), ("README.md", "")]);
    let mut map = SourceMap::default();
    map.add("policy", "text");
    let sources = collect(&options(folder.path()), &mut map).unwrap();
    assert_eq!(paths(&sources), ["src/a.rs", "src/a/c.rs", "src/b.rs"]);
    assert_eq!(sources.files.iter().map(|file| file.id.0).collect::<Vec<_>>(), [1, 2, 3]);
    for file in &sources.files {
        assert_eq!(map.path(file.id), &*file.path);
        assert_eq!(sources.file(file.id).map(|found| &found.path), Some(&file.path));
    }
    assert!(sources.file(FileId(0)).is_none());
}

#[test]
fn the_number_of_threads_changes_nothing() {
    let names: Vec<String> = (0..200).map(|number| format!("src/m{number}.rs")).collect();
    let folder = tree(&names.iter().map(|name| (name.as_str(), name.as_str())).collect::<Vec<_>>());
    let with = |threads| {
        let options = ScanOptions { threads: NonZeroUsize::new(threads), ..options(folder.path()) };
        scan(&options).files.iter().map(|file| (file.id, file.path.clone())).collect::<Vec<_>>()
    };
    assert_eq!(with(1), with(7));
}

#[test]
fn what_git_ignores_and_what_is_hidden_or_built_is_left_out() {
    let found = scan_paths(&[
        (".gitignore", "generated/\n"),
        ("generated/a.rs", ""),
        ("src/.gitignore", "*.gen.rs\n"),
        ("src/b.gen.rs", ""),
        (".hidden/c.rs", ""),
        ("Cargo.toml", "[package]\nname = \"p\""),
        ("target/debug/build/d.rs", ""),
        ("other/target/CACHEDIR.TAG", ""),
        ("other/target/e.rs", ""),
        ("node_modules/x/f.rs", ""),
        ("src/target/mod.rs", ""),
        ("src/lib.rs", ""),
    ]);
    assert_eq!(found, ["src/lib.rs", "src/target/mod.rs"]);
}

#[test]
fn tests_of_a_package_count_only_when_asked_for_but_modules_of_that_name_always() {
    let files = [
        ("Cargo.toml", "[package]\nname = \"p\""),
        ("src/lib.rs", ""),
        ("src/tests/mod.rs", ""),
        ("tests/a.rs", ""),
        ("benches/b.rs", ""),
        ("examples/c.rs", ""),
    ];
    assert_eq!(scan_paths(&files), ["src/lib.rs", "src/tests/mod.rs"]);
    let folder = tree(&files);
    let all = scan(&ScanOptions { include_tests: true, ..options(folder.path()) });
    assert_eq!(all.files.len(), 5);
    // A folder that is pointed at is wanted, whatever its name.
    assert_eq!(paths(&scan(&options(&folder.path().join("examples")))), ["c.rs"]);
}

#[test]
fn globs_include_and_exclude_the_way_gitignore_does() {
    let folder = tree(&[("a/x.rs", ""), ("a/y.rs", ""), ("b/x.rs", ""), ("b/c/z.rs", ""), ("Cargo.toml", "")]);
    let with = |include: &[&str], exclude: &[&str]| {
        let owned = |globs: &[&str]| globs.iter().map(|glob| (*glob).to_owned()).collect();
        let options = ScanOptions { include: owned(include), exclude: owned(exclude), ..options(folder.path()) };
        paths(&scan(&options)).join(" ")
    };
    assert_eq!(with(&[], &["**/c/**"]), "a/x.rs a/y.rs b/x.rs");
    assert_eq!(with(&[], &["b"]), "a/x.rs a/y.rs");
    assert_eq!(with(&["/b"], &[]), "b/c/z.rs b/x.rs");
    assert_eq!(with(&["**/x.rs"], &["/a/"]), "b/x.rs");
}

#[test]
fn a_glob_that_is_none_is_refused() {
    let folder = tree(&[]);
    let options = ScanOptions { exclude: vec!["a/{b".to_owned()], ..options(folder.path()) };
    let error = collect(&options, &mut SourceMap::default()).unwrap_err();
    assert!(error.to_string().starts_with("the glob `a/{b` can't be understood: "), "{error}");
}

#[test]
fn several_roots_are_shown_from_their_common_folder_and_read_once() {
    let folder = tree(&[("x/a/src/lib.rs", ""), ("x/b/src/lib.rs", ""), ("x/b/c.rs", ""), ("x/d.rs", "")]);
    let roots: Vec<PathBuf> = ["x/b", "x/a", "x/b/src", "x/d.rs"].iter().map(|root| folder.path().join(root)).collect();
    let sources = scan(&ScanOptions { roots, ..ScanOptions::default() });
    assert_eq!(paths(&sources), ["a/src/lib.rs", "b/c.rs", "b/src/lib.rs", "d.rs"]);
}

#[test]
fn a_root_may_be_a_file_or_a_manifest() {
    let folder = tree(&[("a.rs", ""), ("b.rs", ""), ("p/Cargo.toml", "[package]\nname = \"p\""), ("p/src/lib.rs", "")]);
    assert_eq!(paths(&scan(&options(&folder.path().join("a.rs")))), ["a.rs"]);
    assert_eq!(paths(&scan(&options(&folder.path().join("p/Cargo.toml")))), ["src/lib.rs"]);
}

#[test]
fn a_root_that_is_missing_or_of_no_use_is_an_error() {
    let folder = tree(&[("notes.txt", "")]);
    let error = |options: &ScanOptions| collect(options, &mut SourceMap::default()).unwrap_err();
    assert!(matches!(error(&options(&folder.path().join("none"))), ScanError::NotFound(_)));
    assert!(matches!(error(&options(&folder.path().join("notes.txt"))), ScanError::NotRust(_)));
    assert!(matches!(error(&ScanOptions { roots: Vec::new(), ..ScanOptions::default() }), ScanError::NoRoot));
}

#[cfg(unix)]
#[test]
fn symbolic_links_are_not_followed() {
    let outside = tree(&[("secret.rs", "")]);
    let folder = tree(&[("src/lib.rs", "")]);
    std::os::unix::fs::symlink(folder.path(), folder.path().join("src/loop")).unwrap();
    std::os::unix::fs::symlink(outside.path(), folder.path().join("out")).unwrap();
    std::os::unix::fs::symlink(outside.path().join("secret.rs"), folder.path().join("link.rs")).unwrap();
    assert_eq!(paths(&scan(&options(folder.path()))), ["src/lib.rs"]);
}

#[test]
fn a_file_that_cannot_be_read_is_a_problem_and_the_rest_is_read() {
    let folder = tree(&[("empty.rs", ""), ("mark.rs", "\u{feff}fn f() {}")]);
    write(folder.path(), "latin.rs", b"// ok\n// caf\xe9\n");
    write(folder.path(), "huge.rs", &vec![b' '; usize::try_from(MAX_FILE_SIZE).unwrap() + 1]);
    write(folder.path(), "large.rs", &vec![b' '; usize::try_from(MAX_FILE_SIZE).unwrap()]);
    let sources = scan(&options(folder.path()));
    let (read, unread): (Vec<_>, Vec<_>) =
        sources.files.iter().map(|file| (&*file.path, file.read())).partition(|(_, read)| read.is_ok());
    assert_eq!(read.iter().map(|(path, _)| *path).collect::<Vec<_>>(), ["empty.rs", "large.rs", "mark.rs"]);
    assert_eq!(read[2].1.as_deref().unwrap(), "fn f() {}");
    let brief = |problem: SourceProblem| (problem.path, problem.offset, problem.message);
    assert_eq!(
        unread.into_iter().map(|(_, read)| brief(read.unwrap_err())).collect::<Vec<_>>(),
        [
            ("huge.rs".to_owned(), None, "this file is larger than 4 MiB and wasn't read".to_owned()),
            ("latin.rs".to_owned(), Some(12), "this file isn't UTF-8: invalid byte in line 2".to_owned()),
        ]
    );
}

#[test]
fn a_file_that_is_not_kept_is_read_again_and_has_to_be_the_same() {
    let folder = tree(&[("kept.rs", "one"), ("same.rs", "one"), ("changed.rs", "one"), ("gone.rs", "one")]);
    let sources = scan(&options(folder.path()));
    for file in &sources.files {
        let text = file.read().unwrap();
        assert_eq!(&*text, "one");
        if &*file.path == "kept.rs" {
            file.keep(&text);
        }
    }
    write(folder.path(), "kept.rs", b"longer");
    write(folder.path(), "changed.rs", b"longer");
    fs::remove_file(folder.path().join("gone.rs")).unwrap();
    let again = sources.files.iter().map(|file| match file.read() {
        Ok(text) => text.to_string(),
        Err(problem) => format!("{}: {}", problem.path, problem.message),
    });
    assert_eq!(
        again.collect::<Vec<_>>(),
        [
            "changed.rs: this file changed while it was linted",
            "gone.rs: this file can't be read: entity not found",
            "one",
            "one",
        ]
    );
}

#[test]
fn cargo_finds_crates_by_their_place() {
    assert_eq!(
        packages(&[
            ("Cargo.toml", "[package]\nname = \"my-app\"\nedition = \"2021\""),
            ("src/lib.rs", ""),
            ("src/main.rs", ""),
            ("src/bin/tool.rs", ""),
            ("src/bin/other/main.rs", ""),
            ("src/bin/other/part.rs", ""),
            ("tests/t.rs", ""),
            ("tests/common/mod.rs", ""),
            ("examples/e/main.rs", ""),
            ("benches/b.rs", ""),
        ]),
        ["my-app in \"\" of 2021 lib my_app=src/lib.rs bin my-app=src/main.rs bin other=src/bin/other/main.rs \
          bin tool=src/bin/tool.rs test t=tests/t.rs example e=examples/e/main.rs bench b=benches/b.rs"]
    );
}

#[test]
fn crates_that_the_manifest_names_replace_the_ones_found() {
    let manifest = "[package]\nname = \"p\"\n[lib]\nname = \"core\"\npath = \"lib/core.rs\"\n\
        [[bin]]\nname = \"server\"\npath = \"src/main.rs\"\n[[bin]]\nname = \"tool\"\n[[bin]]\nname = \"gone\"\npath = \"../../x.rs\"";
    let files = [("Cargo.toml", manifest), ("lib/core.rs", ""), ("src/main.rs", ""), ("src/bin/tool.rs", "")];
    assert_eq!(
        packages(&files),
        ["p in \"\" of 2015 lib core=lib/core.rs bin server=src/main.rs bin tool=src/bin/tool.rs"]
    );
}

#[test]
fn crates_are_not_looked_for_when_the_manifest_says_so() {
    let manifest = "[package]\nname = \"p\"\nautobins = false\nautolib = false\n[[bin]]\nname = \"a\"";
    let files = [("Cargo.toml", manifest), ("src/lib.rs", ""), ("src/bin/a.rs", ""), ("src/bin/b.rs", "")];
    assert_eq!(packages(&files), ["p in \"\" of 2015 bin a=src/bin/a.rs"]);
}

#[test]
fn dependencies_within_the_tree_are_linked_under_the_name_that_code_uses() {
    assert_eq!(
        packages(&[
            (
                "Cargo.toml",
                "[workspace]\nmembers = [\"crates/*\"]\n[workspace.package]\nedition = \"2024\"\n\
                 [workspace.dependencies]\nshort = { path = \"crates/long-name\", package = \"long-name\" }\nserde = \"1\"\n\
                 [patch.crates-io]\npatched = { path = \"crates/patched\" }"
            ),
            (
                "crates/app/Cargo.toml",
                "[package]\nname = \"app\"\nedition.workspace = true\n[dependencies]\nshort.workspace = true\nserde.workspace = true\n\
                 my-lib = { path = \"../my-lib\" }\npatched = \"1\"\noutside = { path = \"../../../outside\" }\n\
                 [target.'cfg(unix)'.dependencies]\nunixy = { path = \"../my-lib\" }\n[dev-dependencies]\ndev = { path = \"../long-name\" }"
            ),
            ("crates/app/src/main.rs", ""),
            ("crates/long-name/Cargo.toml", "[package]\nname = \"long-name\""),
            ("crates/my-lib/Cargo.toml", "[package]\nname = \"my-lib\""),
            ("crates/patched/Cargo.toml", "[package]\nname = \"patched\""),
        ]),
        [
            "app in \"crates/app\" of 2024 bin app=crates/app/src/main.rs uses dev=long-name uses my_lib=my-lib \
             uses patched=patched uses short=long-name uses unixy=my-lib",
            "long-name in \"crates/long-name\" of 2015",
            "my-lib in \"crates/my-lib\" of 2015",
            "patched in \"crates/patched\" of 2015",
        ]
    );
}

#[test]
fn a_malformed_manifest_is_a_problem_at_its_place_and_the_rest_goes_on() {
    let folder = tree(&[
        ("a/Cargo.toml", "[package]\nname = \"a\n"),
        ("a/src/main.rs", ""),
        ("b/Cargo.toml", "[package]\nname = \"b\""),
        ("c/Cargo.toml", "package = 1\nbin = 2\ndependencies = [1]\nlib = \"x\""),
    ]);
    let mut map = SourceMap::default();
    let sources = collect(&options(folder.path()), &mut map).unwrap();
    let [problem] = sources.problems.as_slice() else { panic!("{:?}", sources.problems) };
    assert_eq!((problem.path.as_str(), problem.offset), ("a/Cargo.toml", Some(19)));
    assert_eq!(problem.file.map(|file| map.path(file)), Some("a/Cargo.toml"));
    assert!(problem.message.starts_with("this manifest isn't valid TOML: "), "{}", problem.message);
    assert_eq!(sources.packages.iter().map(|package| package.name.as_str()).collect::<Vec<_>>(), ["a", "b"]);
    assert_eq!(sources.packages[0].binaries[0].path, "a/src/main.rs");
}

#[test]
fn files_without_a_manifest_become_a_package() {
    assert_eq!(
        packages(&[("src/main.rs", ""), ("src/lib.rs", ""), ("src/routes/main.rs", "")]),
        ["ROOT in \"\" of 2024 lib ROOT=src/lib.rs bin ROOT=src/main.rs"]
    );
    assert_eq!(packages(&[("main.rs", ""), ("a.rs", "")]), ["ROOT in \"\" of 2024 bin ROOT=main.rs"]);
    assert_eq!(packages(&[("a.rs", ""), ("b.rs", ""), ("c/d.rs", "")]), ["ROOT in \"\" of 2024 bin a=a.rs bin b=b.rs"]);
    assert_eq!(
        packages(&[("p/Cargo.toml", "[package]\nname = \"p\""), ("old/src/main.rs", ""), ("scripts/x.rs", "")]),
        ["old in \"old\" of 2024 bin old=old/src/main.rs", "p in \"p\" of 2015"]
    );
    assert_eq!(packages(&[]), [""; 0]);
}
