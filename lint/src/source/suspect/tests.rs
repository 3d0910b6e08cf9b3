use std::fs;
use std::path::Path;

use super::{MAX_DEPTH, may_not_parse, shape};

#[track_caller]
fn suspected(text: &str) {
    assert!(syn::parse_file(text).is_err(), "this parses: {text}");
    assert!(may_not_parse(text), "not suspected: {text}");
}

#[track_caller]
fn trusted(text: &str) {
    assert!(syn::parse_file(text).is_ok(), "this doesn't parse: {text}");
    assert!(!may_not_parse(text), "suspected: {text}");
}

#[test]
fn a_comma_between_statements_is_suspected() {
    suspected("fn f() { A::b(c(1)), A::b(c(2)) }");
    suspected("impl A { fn f(&self) -> B { Pattern::Port(1), Pattern::Port(2) } }");
    suspected("fn f() { if x { g(), h() } }");
    suspected("fn f() { if let Some(x) = y { g(), h() } }");
    suspected("fn f() { for x in y { g(), } }");
    suspected("fn f() { match x { A => { g(), h() } } }");
    suspected("fn f() { let g = |a, b| { a, b }; }");
    suspected("fn f() { let x = unsafe { a, b }; }");
    suspected("fn f() { while i < n { a(), b() } }");
    suspected("fn f() where A: B, C: D { a, b }");
}

#[test]
fn commas_that_belong_to_types_patterns_closures_and_clauses_are_trusted() {
    trusted("fn f() { let x: HashMap<A, Vec<B>> = g::<A, B>(); <A as B<C, D>>::e(); }");
    trusted("fn f() { let g = |a, b: A<B, C>| a; let h = move |a, b| { a }; let i = || 1; }");
    trusted("fn f() { fn g<A, B>() where A: C<D, E>, B: F, { } }");
    trusted("fn f() { struct A<B, C>(B, C) where B: D, C: E; impl<B, C> F<B, C> for A<B, C> {} }");
    trusted("fn f() { let A { a, b } = c; let (a, b) = d; let [a, b] = e; G { a, b } }");
    trusted("fn f() { if let A { a, b } = c { d } for E { a, b } in g {} }");
    trusted("fn f() { match unsafe { x } { A => 1, B | C => 2, _ if a < b => { 3 } d => 4 } }");
    trusted("fn f() -> [A; { 3 }] where for<'a, 'b> A: B<'a, 'b>, [(); { N }]: C, { D { a, b } }");
    trusted("fn f() { impl A for B { const C: D = E { a: 1, b: 2 }; } let x = F { a: unsafe { g() }, b: 2 }; }");
    trusted("fn f() { while i < n { i += 1; } Self { a, b } }");
    trusted("fn f() { let x: Box<dyn Fn(A) -> B<C, D>> = a || b && c::<D, E>() | f; }");
    trusted("fn f() { use a::{b, c::{d, e}}; g! { a, b => $c }; vec![1, 2; 3]; #[a(b, c = d)] h(); }");
}

#[test]
fn groups_that_do_not_match_are_suspected() {
    for text in ["fn f() {", "fn f() }", "fn f() { ( }", "}", "fn f() { [) }", "mod a { fn b() {} } }", "a!(}"] {
        suspected(text);
    }
}

#[test]
fn what_does_not_end_is_suspected() {
    for text in [
        "const A: &str = \"abc;",
        "const A: &str = r#\"abc\";",
        "/* /* */ fn f() {}",
        "const A: char = '\\n;\n",
        "const A: &[u8] = b\"abc;",
        "const A: char = '",
        "/*",
    ] {
        suspected(text);
    }
}

#[test]
fn literals_and_comments_hide_what_is_in_them() {
    trusted(
        "const A: &str = \"} \\\" {\"; const B: &str = r##\"}\"# {\"##; const C: char = '}'; const D: char = '\\'';",
    );
    trusted(
        "const A: u8 = b'{'; const B: &[u8] = b\"}\"; const C: &[u8] = br#\"{\"#; const D: &CStr = c\"}\"; const E: &CStr = cr\"{\";",
    );
    trusted("/* } /* { */ ) */ // }\n/// }\nfn f<'a>(r#fn: &'a str) -> &'static str { 'b: loop { break 'b r#fn; } }");
    trusted(
        "const A: char = '\u{e9}'; const B: char = '\u{1f600}'; const C: char = '\\u{1F600}'; const D: char = '\"';",
    );
    trusted("#!/usr/bin/env run\nfn f() {}");
    trusted("#![allow(a)]\nfn f() {}");
    trusted(
        "const A: f64 = 1.0e-5 + 1. + 2.5e+3_f64 - x.0.1; const B: R = 0..5; const C: u8 = 1.max(2); const D: E = ..=0xE;",
    );
}

#[test]
fn neighbours_that_never_stand_together_are_suspected() {
    for text in [
        "fn f() { a b }",
        "fn f() { let x = 1 2; }",
        "fn f() { g() h() }",
        "fn f() { a[0] b }",
        "fn f() { g(a \"b\") }",
        "fn f() { g(a,, b) }",
        "fn f() { g(a; b) }",
        "fn f() { let x = ; }",
        "fn f() { a. ; }",
        "fn f() { g(a::) }",
        "fn f() { a => b }",
        "fn f() { $a }",
        "fn f() { \u{60}a\u{60} }",
        "<<<<<<< ours\nfn f() {}\n=======\n>>>>>>> theirs\n",
        "struct A { b: C d: E }",
    ] {
        suspected(text);
    }
}

#[test]
fn contextual_keywords_and_odd_neighbours_are_trusted() {
    trusted("union U { a: u8 } unsafe auto trait A {} macro_rules! b { ($c:ident d) => { $c d } } extern crate e;");
    trusted("pub(crate) struct A(pub(in crate::b) C, pub D); pub(crate) fn e() -> ! { loop {} }");
    trusted("fn f() { let x = &raw const y; let z = a as &mut dyn B; return c; g(..); h(a..); let D { .. } = e; }");
    trusted("fn f() { m!(a b c) ; m! { , => } let x = m![$ ` 1 2]; }".replace('`', "").as_str());
    trusted("use a::*; type B = dyn C + ; fn d<E>() where E:, { }");
    trusted("extern \"C\" { fn f(a: u8, ...); } fn g() { if a {} *b = 1; }");
}

#[test]
fn nesting_is_measured() {
    let cases: [(&str, &str, &str); 9] = [
        ("(", "1", ")"),
        ("[", "1", "]"),
        ("{", "", "}"),
        ("a!{", "", "}"),
        ("!", "a", ""),
        ("return ", "a", ""),
        ("if a {} else ", "{}", ""),
        ("a = ", "b", ""),
        ("&mut ", "b", ""),
    ];
    for (open, middle, close) in cases {
        let nested = |times: usize| format!("fn f() {{ {}{middle}{} }}", open.repeat(times), close.repeat(times));
        assert!(!shape(&nested(50)).is_too_deep(), "{open}");
        assert!(shape(&nested(50)).depth >= 50, "{open}");
        assert!(shape(&nested(10_000)).is_too_deep(), "{open}");
    }
    for link in ["A<", "A < ", "fn() -> ", "A<fn() -> ", "A<B, ", "&'a ", "*const "] {
        assert!(shape(&format!("type A = {}B;", link.repeat(10_000))).is_too_deep(), "{link}");
    }
    assert!(shape(&format!("fn f() {{ {}a }}", "a + ".repeat(10_000))).is_too_deep());
    assert!(shape(&format!("fn f() {{ a{} }}", ".b()".repeat(10_000))).is_too_deep());
}

#[test]
fn what_is_long_but_not_deep_stays_shallow() {
    let many = |text: &str| shape(&format!("fn f() {{ {} }}", text.repeat(10_000))).depth;
    for text in [
        "a < b; ",
        "if a < b { c = d } ",
        "if a { b } else { c } ",
        "let x: A<B> = c; ",
        "a.b(c, d); ",
        "match a { b if c < d => e, f => { g = h } } ",
        "fn g() -> A { b } ",
        "#[a] struct B; ",
        "m!(a < b < c < d); ",
    ] {
        assert!(many(text) < 20, "{text}: {}", many(text));
    }
    let router = format!("fn f() {{ Router::new(){} }}", ".route(\"/a\", get(b))".repeat(500));
    assert!(!shape(&router).is_too_deep());
}

#[test]
fn what_is_let_through_can_be_parsed_on_a_thread_of_the_pool() {
    let options = crate::source::ScanOptions::default();
    let pool = crate::source::pool(&options).unwrap();
    for (open, close) in
        [("(", ")"), ("{", "}"), ("[", "]"), ("!", ""), ("|a| ", ""), ("A<", ">"), ("if a {} else ", "")]
    {
        let times = MAX_DEPTH as usize - 20;
        let middle = if open == "A<" { "B" } else { "{}" };
        let text = format!("{}{middle}{}", open.repeat(times), close.repeat(times));
        let text = if open == "A<" { format!("type C = {text};") } else { format!("fn f() {{ {text} }}") };
        assert!(!shape(&text).is_too_deep(), "{open}");
        assert!(pool.install(|| syn::parse_file(&text).is_ok()), "{open}");
    }
}

#[test]
fn nothing_makes_it_panic() {
    let nasty = "fn f() { r#\"\u{e9}\" 'x '\\ b' /* \" } { ( 1.e+ $ => , <<< >>> || | .. :: #![ ' \u{1f600} \\";
    let characters: Vec<char> = nasty.chars().collect();
    for start in 0..characters.len() {
        for end in start..=characters.len() {
            let text: String = characters[start..end].iter().collect();
            let details = shape(&text).details;
            assert!(details.iter().all(|detail| text.get(detail.clone()).is_some()), "{text}");
        }
    }
}

#[test]
fn this_project_is_trusted() {
    fn check(folder: &Path, count: &mut usize) {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                check(&path, count);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                let shape = shape(&fs::read_to_string(&path).unwrap());
                assert!(!shape.suspicious && shape.depth < 60, "{}: {shape:?}", path.display());
                *count += 1;
            }
        }
    }
    let mut count = 0;
    check(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"), &mut count);
    assert!(count > 10);
}
