use proc_macro2::TokenStream;

use super::{Budget, ExpandError, Rules};

fn tokens(text: &str) -> TokenStream {
    text.parse().unwrap()
}

/// Text without its white space, so that a test doesn't depend on how tokens are printed.
fn squeeze(text: &str) -> String {
    tokens(text).to_string().split_whitespace().collect()
}

fn try_expand(definition: &str, invocation: &str) -> Result<String, ExpandError> {
    let rules = Rules::parse(tokens(definition))?;
    let expanded = rules.expand(tokens(invocation), &tokens("crate"), &mut Budget::default())?;
    Ok(expanded.to_string())
}

#[track_caller]
fn check(definition: &str, invocation: &str, expected: &str) {
    assert_eq!(squeeze(&try_expand(definition, invocation).unwrap()), squeeze(expected));
}

#[test]
fn an_arm_without_metavariables_is_written_as_it_is() {
    check("() => { fn f() -> u8 { 1 } }", "", "fn f() -> u8 { 1 }");
}

#[test]
fn each_kind_of_fragment_matches_and_is_spliced() {
    check("($i:ident) => { fn $i() {} }", "r#type", "fn r#type() {}");
    check("($t:ty) => { struct S($t); }", "Vec<Option<&'a str>>", "struct S(Vec<Option<&'a str>>);");
    check("($e:expr) => { f($e) }", "a + b * 2", "f(a + b * 2)");
    check("($e:expr_2021) => { f($e) }", "a + b", "f(a + b)");
    check("($t:tt $u:tt) => { $u $t }", "(a b) =>", "=> (a b)");
    check("($l:literal, $m:literal, $n:literal) => { [$l, $m, $n] }", "-1, \"x\", true", "[-1, \"x\", true]");
    check("($p:path) => { use $p; }", "a::b::C", "use a::b::C;");
    check("($p:pat) => { match x { $p => 1 } }", "Some(A | B)", "match x { Some(A | B) => 1 }");
    check("($p:pat_param | $q:pat_param) => { [$p, $q] }", "1 | 2", "[1, 2]");
    check("($s:stmt) => { { $s; } }", "let x: u8 = 1", "{ let x: u8 = 1; }");
    check("($b:block) => { fn f() $b }", "{ 1; 2 }", "fn f() { 1; 2 }");
    check("($i:item) => { $i }", "pub struct S { a: u8 }", "pub struct S { a: u8 }");
    check("($l:lifetime) => { &$l str }", "'static", "&'static str");
    check("($(#[$m:meta])*) => { $(#[$m])* struct S; }", "#[a] #[b(c = 1)]", "#[a] #[b(c = 1)] struct S;");
    check("($v:vis $n:ident) => { $v fn $n() {} }", "pub(crate) f", "pub(crate) fn f() {}");
    check("($v:vis $n:ident) => { $v fn $n() {} }", "f", "fn f() {}");
}

#[test]
fn an_underscore_is_a_token_but_not_an_identifier() {
    check("($i:ident) => { ident } ; (_) => { underscore }", "_", "underscore");
    check("($e:expr_2021) => { value } ; ($t:tt) => { token }", "_", "token");
}

#[test]
fn the_first_arm_that_matches_is_taken_and_mismatches_fall_through() {
    let definition = "(get $e:expr) => { A($e) }; (post $e:expr) => { B($e) }; ($($t:tt)*) => { C }";
    check(definition, "get x", "A(x)");
    check(definition, "post x.y()", "B(x.y())");
    check(definition, "put x", "C");
    check(definition, "get", "C");
}

#[test]
fn tokens_must_be_the_same_token_not_the_same_characters() {
    assert_eq!(try_expand("($a:ident : $b:ident) => {}", "x::y"), Err(ExpandError::NoArmMatches));
    assert_eq!(try_expand("($a:tt < $b:tt) => {}", "1 <= 2"), Err(ExpandError::NoArmMatches));
    check("($a:literal => $b:literal) => { ($a, $b) }", "\"x\" => 1", "(\"x\", 1)");
    check("(\"x\" 1 $a:ident) => { $a }", "\"x\" 1 y", "y");
    assert_eq!(try_expand("(\"x\") => {}", "\"y\""), Err(ExpandError::NoArmMatches));
    assert_eq!(try_expand("([$a:ident]) => {}", "(x)"), Err(ExpandError::NoArmMatches));
}

#[test]
fn no_arm_matches_what_is_left_over() {
    assert_eq!(try_expand("($a:ident) => {}", "a b"), Err(ExpandError::NoArmMatches));
    assert_eq!(try_expand("($a:ident) => {}", ""), Err(ExpandError::NoArmMatches));
    assert_eq!(try_expand("(($a:ident)) => {}", "(a b)"), Err(ExpandError::NoArmMatches));
}

#[test]
fn repetitions_match_with_and_without_separators() {
    check("($($a:ident)*) => { [$($a),*] }", "a b c", "[a, b, c]");
    check("($($a:ident),*) => { $($a)* }", "", "");
    check("($($a:ident)=>+) => { $($a);* }", "a => b", "a; b");
    check("($($a:ident)and+) => { $($a)or* }", "a and b", "a or b");
    check("($($a:ident)?) => { [$($a)?] }", "a", "[a]");
    assert_eq!(try_expand("($($a:ident)+) => {}", ""), Err(ExpandError::NoArmMatches));
    assert_eq!(try_expand("($($a:ident)?) => {}", "a b"), Err(ExpandError::NoArmMatches));
}

#[test]
fn a_trailing_comma_is_optional_when_the_pattern_says_so() {
    for invocation in ["a, b", "a, b,"] {
        check("($($a:expr),* $(,)?) => { [$($a),*] }", invocation, "[a, b]");
        check("($($a:expr),+ $(,)*) => { [$($a),*] }", invocation, "[a, b]");
    }
    assert_eq!(try_expand("($($a:expr),*) => { [$($a),*] }", "a, b,"), Err(ExpandError::NoArmMatches));
}

#[test]
fn repetitions_nest() {
    check(
        "($($name:ident { $($field:ident : $ty:ty),* $(,)? })*) => { $(struct $name { $(pub $field: $ty,)* })* }",
        "A { x: u8, y: Vec<u8> } B {} C { z: (u8, u8), }",
        "struct A { pub x: u8, pub y: Vec<u8>, } struct B {} struct C { pub z: (u8, u8), }",
    );
}

#[test]
fn metavariables_repeat_in_lockstep_and_outer_ones_stay_the_same() {
    check(
        "($s:ident; $($m:ident $p:literal),*) => { $($s.$m($p);)* }",
        "r; get \"/a\", post \"/b\"",
        "r.get(\"/a\"); r.post(\"/b\");",
    );
    check("($($a:ident)*; $($b:ident)*) => { $($a = $b;)* }", "a b; c d", "a = c; b = d;");
    assert_eq!(
        try_expand("($($a:ident)*; $($b:ident)*) => { $($a = $b;)* }", "a b; c"),
        Err(ExpandError::Repetition("b".to_owned()))
    );
}

#[test]
fn a_metavariable_at_the_wrong_depth_is_an_error() {
    assert_eq!(try_expand("($($a:ident)*) => { $a }", "a b"), Err(ExpandError::Repetition("a".to_owned())));
    assert_eq!(try_expand("($a:ident) => { $($a)* }", "a"), Err(ExpandError::Repetition("a".to_owned())));
}

#[test]
fn a_token_muncher_takes_one_step_at_a_time() {
    let definition = "(@go [$($done:tt)*]) => { [$($done)*] };
        (@go [$($done:tt)*] $head:tt $($tail:tt)*) => { m!(@go [$($done)* ($head)] $($tail)*) };
        ($($all:tt)*) => { m!(@go [] $($all)*) }";
    check(definition, "a b", "m!(@go [] a b)");
    check(definition, "@go [] a b", "m!(@go [(a)] b)");
    check(definition, "@go [(a) (b)]", "[(a) (b)]");
}

#[test]
fn the_crate_of_the_definition_is_written_for_dollar_crate() {
    check("() => { $crate::f($crate::X) }", "", "crate::f(crate::X)");
    let rules = Rules::parse(tokens("() => { $crate::f() }")).unwrap();
    let expanded = rules.expand(tokens(""), &tokens("other_crate"), &mut Budget::default()).unwrap();
    assert_eq!(squeeze(&expanded.to_string()), "other_crate::f()");
}

#[test]
fn precedence_of_a_fragment_survives_printing() {
    check("($a:expr, $b:expr) => { $a * $b }", "1 + 2, x", "(1 + 2) * x");
    check("($a:expr) => { $a.f() }", "&x", "(&x).f()");
    check("($a:expr) => { $a.f() }", "x.g()", "x.g().f()");
    check("($a:expr) => { $a.f() }", "match x { _ => y }", "(match x { _ => y }).f()");
    check("($a:expr) => { if $a {} }", "S { x: 1 } == s", "if (S { x: 1 } == s) {}");
    check("($a:expr) => { !$a }", "x == y", "!(x == y)");
    check("($a:literal) => { $a.abs() }", "-1", "(-1).abs()");
    check("($p:pat) => { |&$p| 1 }", "A | B", "|&(A | B)| 1");
    check("($t:ty) => { fn f(x: &$t) {} }", "dyn A + B", "fn f(x: &(dyn A + B)) {}");
    check("($t:ty) => { Box<$t> }", "dyn A + B", "Box<dyn A + B>");
}

#[test]
fn a_fragment_that_nothing_can_tear_apart_gets_no_parentheses() {
    check(
        "($a:expr) => { f($a, $a); let x = $a; return $a; }",
        "a + b",
        "f(a + b, a + b); let x = a + b; return a + b;",
    );
    check("($a:expr) => { match x { _ => $a, } }", "if y { 1 } else { 2 }", "match x { _ => if y { 1 } else { 2 }, }");
}

#[test]
fn a_spliced_fragment_stays_one_token_for_the_next_macro() {
    let first = Rules::parse(tokens("($a:expr, $t:ty) => { $a $t }")).unwrap();
    let second = Rules::parse(tokens("($a:tt $t:tt) => { both }")).unwrap();
    let mut budget = Budget::default();
    let between = first.expand(tokens("x.y(), Vec<u8>"), &tokens("crate"), &mut budget).unwrap();
    let last = second.expand(between, &tokens("crate"), &mut budget).unwrap();
    assert_eq!(last.to_string(), "both");
}

#[test]
fn a_macro_defined_in_a_body_keeps_its_own_metavariables() {
    check(
        "($name:ident) => { macro_rules! $name { ($x:expr) => { f($x) } } }",
        "inner",
        "macro_rules! inner { ($x:expr) => { f($x) } }",
    );
}

#[test]
fn doc_comments_match_as_attributes() {
    check(
        "($(#[$m:meta])* $n:ident) => { $(#[$m])* struct $n; }",
        "/// What it is.\nThing",
        "#[doc = \" What it is.\"] struct Thing;",
    );
}

#[test]
fn arms_may_use_any_delimiters_and_end_with_a_semicolon() {
    check("[$a:ident] => ($a); {$($t:tt)*} => [x];", "a", "a");
}

#[test]
fn what_is_not_a_definition_is_refused_with_the_reason() {
    for (definition, reason) in [
        ("($a:ident)", "expected `=>`"),
        ("($a:ident) => x", "expected an arm's body"),
        ("x => {}", "expected an arm's pattern"),
        ("() => {} () => {}", "expected `;`"),
        ("($a) => {}", "`$a` has no fragment specifier"),
        ("($a:thing) => {}", "`thing` isn't a fragment specifier"),
        ("($($a:ident),) => {}", "a repetition without"),
        ("($) => {}", "`$` at the end of a pattern"),
        ("() => { $ }", "`$` at the end of a body"),
        ("() => { $(x)* }", "uses no metavariable"),
        ("($($a:ident)*) => { ${count($a)} }", "unstable"),
    ] {
        let error = Rules::parse(tokens(definition)).unwrap_err().to_string();
        assert!(error.contains(reason), "{definition}: {error}");
    }
}

#[test]
fn an_expansion_without_end_stops_at_the_budget() {
    let rules = Rules::parse(tokens("($($t:tt)*) => { m!($($t)* ; $($t)*) }")).unwrap();
    let mut budget = Budget::default();
    let mut invocation = tokens("a b c");
    let error = loop {
        match rules.expand(invocation, &tokens("crate"), &mut budget) {
            Ok(expanded) => {
                let proc_macro2::TokenTree::Group(group) = expanded.into_iter().last().unwrap() else { unreachable!() };
                invocation = group.stream();
            }
            Err(error) => break error,
        }
    };
    assert_eq!(error, ExpandError::BudgetSpent);
}

#[test]
fn an_expansion_that_never_grows_stops_at_the_number_of_expansions() {
    let rules = Rules::parse(tokens("() => { m!() }")).unwrap();
    let mut budget = Budget::new(1_000_000, 100);
    let count = (0..1000).take_while(|_| rules.expand(tokens(""), &tokens("crate"), &mut budget).is_ok()).count();
    assert_eq!(count, 100);
}

#[test]
fn repetitions_that_multiply_stop_at_the_budget() {
    let names: String = (0..1000).map(|number| format!("a{number} ")).collect();
    let definition = "($($a:ident)*; $($b:ident)*) => { $($a $([$b])*)* }";
    let error = try_expand(definition, &format!("{names};{names}"));
    // The outer repetition drives `$b` in lockstep with `$a`; nothing is left for the inner one.
    assert_eq!(error, Err(ExpandError::Repetition("b".to_owned())));
    let definition = "($n:ident; $(($($b:ident)*))*) => { $($($b $n $n $n $n)*)* }";
    let rows: String = (0..100).map(|_| format!("({names})")).collect();
    assert_eq!(try_expand(definition, &format!("n; {rows}")), Err(ExpandError::BudgetSpent));
}

#[test]
fn a_repetition_that_can_be_empty_ends() {
    check("($($v:vis)*) => { x }", "", "x");
    assert_eq!(try_expand("($($v:vis)*) => { x }", "a"), Err(ExpandError::NoArmMatches));
}

#[test]
fn deep_nesting_is_refused_before_it_is_parsed() {
    let deep = |depth: usize| format!("{}1{}", "(".repeat(depth), ")".repeat(depth));
    check("($e:expr) => { x }", &deep(95), "x");
    assert_eq!(try_expand("($e:expr) => { x }", &deep(2_000)), Err(ExpandError::TooDeep));
    let generics = format!("{}u8{}", "A<".repeat(5_000), ">".repeat(5_000));
    assert_eq!(try_expand("($t:ty) => { x }", &generics), Err(ExpandError::TooDeep));
    assert_eq!(try_expand("($e:expr) => { x }", &format!("{}x", "!".repeat(5_000))), Err(ExpandError::TooDeep));
    assert_eq!(try_expand(&format!("({}) => {{}}", deep(2_000)), ""), Err(ExpandError::TooDeep));
    for link in ["A<B, ", "fn() -> ", "A<fn() -> "] {
        assert_eq!(try_expand("($t:ty) => { x }", &link.repeat(2_000)), Err(ExpandError::TooDeep), "{link}");
    }
    for link in ["return ", "if x {} else ", "x = ", "&mut ", "|a| -> B "] {
        let invocation = format!("{}x", link.repeat(2_000));
        assert_eq!(try_expand("($e:expr) => { x }", &invocation), Err(ExpandError::TooDeep), "{link}");
    }
    check("($e:expr) => { x }", &format!("{}1", "1 + ".repeat(4_000)), "x");
    assert_eq!(try_expand("($e:expr) => { x }", &format!("{}1", "1 + ".repeat(40_000))), Err(ExpandError::TooDeep));
}
