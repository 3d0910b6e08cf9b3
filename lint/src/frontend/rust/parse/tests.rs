use std::fs;
use std::path::Path;

use super::*;
use crate::source::suspect;

fn names(text: &str) -> Vec<String> {
    items(text, ParseOptions::default()).items.iter().map(|item| item.name.clone()).collect()
}

#[test]
fn every_kind_of_item_is_read_and_its_body_left_alone() {
    let text = r#"
        #![allow(dead_code)]
        use a::{b as c, d::{self, *}};
        pub(crate) const X: &[&str] = &["x"];
        static ITEMS: fn() -> Box<dyn Iterator<Item = u8>> = f;
        type Admin<T> = Authorized<And<T, X>>;
        pub async unsafe extern "C" fn f<T: Into<u8>>(State(s): State<T>) -> impl Sized where T: Copy { not rust at all }
        impl<T> Tr for Foo<T> { fn g(&self) {} const K: u8 = 1; type O = u8; }
        trait Tr { fn g(&self); fn h() {} }
        struct S<T>(T) where T: Copy;
        enum E { A, B }
        union U { a: u8 }
        extern crate alloc as heap;
        mod inline { pub fn inner() {} }
        mod file;
        macro_rules! make { () => {} }
        make!();
        crate::other! { x }
        extern "C" { fn foreign(); }
    "#;
    let facts = items(text, ParseOptions::default());
    assert_eq!(facts.errors, []);
    let names: Vec<_> = facts.items.iter().map(|item| item.name.as_str()).collect();
    assert_eq!(
        names,
        ["", "X", "ITEMS", "Admin", "f", "", "Tr", "S", "E", "U", "heap", "inline", "file", "make", "", "", ""]
    );
    let ItemKind::Constant { value: Some(value) } = facts.items[2].kind else { panic!("a constant") };
    assert_eq!(&text[value.start as usize..value.end as usize], "f");
}

#[test]
fn an_item_that_is_not_rust_is_reported_and_the_next_one_kept() {
    let facts = items("fn a() {}\nfn 1b() {}\nfn c() {}", ParseOptions::default());
    let names: Vec<_> = facts.items.iter().map(|item| item.name.as_str()).collect();
    assert_eq!(names, ["a", "c"]);
    assert_eq!(facts.errors.len(), 1);
}

/// What was left out, once the facts were seen to be those of the whole text.
fn left_out(text: &str) -> Vec<&str> {
    let options = ParseOptions { include_tests: true };
    let shape = suspect::shape(text);
    let (facts, whole) = (items_of_file(text, &shape, options), items(text, options));
    assert_eq!(format!("{facts:?}"), format!("{whole:?}"), "{text}");
    shape.details.iter().map(|detail| &text[detail.clone()]).collect()
}

#[test]
fn what_a_body_holds_changes_nothing_about_the_items() {
    assert_eq!(left_out("fn a() {1} mod b { fn c<T>(d: [u8; { 2 }]) -> T { fn e() {3} } }"), ["1", " fn e() {3} "]);
    assert_eq!(left_out("impl<T> A for B<{ 1 }> { fn c(&self); fn d(&self) -> C<{ 2 }> where T: E {3} }"), ["3"]);
    assert_eq!(left_out("trait A { fn b() -> impl C<D = [u8; { 1 }]> where for<'a> E: F<'a> {2} fn g(); }"), ["2"]);
    assert_eq!(
        left_out("const A: fn(u8) = { fn b(c: u8) -> u8 {'\u{e9}'} b }; struct D { e: fn() } fn f() {}"),
        ["'\u{e9}'", " e: fn() ", ""]
    );
    assert_eq!(left_out("macro_rules! a { () => { fn b() { 1 } } } a! { fn c() { 2 } } fn d() {3}"), ["3"]);
    assert_eq!(
        left_out("#[a(fn b() { 1 })] async fn c<const N: usize>(d: impl Fn(u8) -> u8) -> Result<(), E> {2}"),
        ["2"]
    );
}

#[test]
fn what_documents_an_item_or_is_inside_a_type_changes_nothing_about_the_items() {
    let enumeration = "/// One\n/// and two.\nenum A<T> where for<'a> T: B<'a> { C = { 1 } }";
    assert_eq!(left_out(enumeration), ["/// One\n/// and two.\n", " C = { 1 } "]);
    assert_eq!(left_out("//! All.\n/// A\nstruct B(u8); union C { a: u8 }"), ["//! All.\n/// A\n", " a: u8 "]);
    assert_eq!(left_out("a! { /// Kept\n struct B { c: u8 } } #[d(/// Kept\n)] struct E;"), [] as [&str; 0]);
}

#[test]
fn the_items_of_this_project_are_the_same_with_and_without_details() {
    fn check(folder: &Path, count: &mut usize) {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                check(&path, count);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                *count += left_out(&fs::read_to_string(&path).unwrap()).len();
            }
        }
    }
    let mut count = 0;
    check(Path::new(env!("CARGO_MANIFEST_DIR")), &mut count);
    assert!(count > 1_000, "{count}");
}

#[test]
fn test_code_is_left_out() {
    assert_eq!(
        names("#[cfg(test)] mod tests { fn a() {} } #[test] fn b() {} #[tokio::test] async fn c() {} fn d() {}"),
        ["d"]
    );
}

#[test]
fn attributes_behind_cfg_attr_are_seen() {
    let facts = items("#[cfg_attr(feature = \"docs\", utoipa::path(get), other)] fn a() {}", ParseOptions::default());
    assert_eq!(attribute_paths(&facts.items[0]), ["utoipa::path", "other"]);
}

#[test]
fn a_byte_order_mark_and_a_shebang_do_not_matter() {
    assert_eq!(names("\u{feff}fn a() {}"), ["a"]);
    assert_eq!(names("#!/usr/bin/env run\nfn a() {}"), ["a"]);
}
