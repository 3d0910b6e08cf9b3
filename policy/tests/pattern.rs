//! Patterns over guard terms.

#![cfg(feature = "file")]

use route_role_policy::Pattern;
use route_role_policy::pattern::Binding;
use route_role_policy::term::{Argument, Term, Value};

fn pattern(text: &str) -> Pattern {
    Pattern::parse(text).unwrap_or_else(|error| panic!("{text}: {error}"))
}

fn name(path: &str) -> Value {
    Value::Term(Term::name(path))
}

fn text(text: &str) -> Value {
    Value::Str(text.to_owned())
}

fn term(path: &str, args: impl IntoIterator<Item = Value>) -> Term {
    let args = args.into_iter().map(|value| Argument { name: None, value }).collect();
    Term { args, ..Term::name(path) }
}

fn with(mut term: Term, keyword: &str, value: Value) -> Term {
    term.args.push(Argument { name: Some(keyword.to_owned()), value });
    term
}

fn matches(text: &str, term: &Term) -> bool {
    pattern(text).matches(term).is_some()
}

#[test]
fn a_name_matches_by_its_last_segments() {
    let guard = term("crate::auth::Authorized", [name("Viewer")]);
    assert!(matches("Authorized<Viewer>", &guard));
    assert!(matches("auth::Authorized<Viewer>", &guard));
    assert!(matches("auth.Authorized(Viewer)", &guard));
    assert!(!matches("Authorized<Viewer>", &term("crate::auth::MyAuthorized", [name("Viewer")])));
    assert!(!matches("other::Authorized<Viewer>", &guard));
    assert!(matches("Authorized<Viewer>", &term("Authorized", [name("crate::tiers::Viewer")])));
}

#[test]
fn every_look_of_arguments_is_the_same_pattern() {
    let guard = with(term("Config", [text("a")]), "optional", Value::Bool(true));
    for look in ["Config('a', optional=True)", "Config<\"a\", optional = true>", "Config{\"a\", optional: true}"] {
        assert!(matches(look, &guard), "{look}");
    }
    assert!(matches("Authorized::<Viewer>", &term("Authorized", [name("Viewer")])));
}

#[test]
fn a_name_without_arguments_matches_only_a_term_without() {
    assert!(matches("IsUser", &Term::name("IsUser")));
    assert!(!matches("Authorized", &term("Authorized", [name("Viewer")])));
    assert!(matches("Authorized($...)", &term("Authorized", [name("Viewer")])));
    assert!(matches("Authorized($...)", &Term::name("Authorized")));
}

#[test]
fn a_metavariable_binds_and_the_rest_binds_what_is_left() {
    let guard = term("from_fn", [name("state"), name("config"), name("require_billing")]);
    let bindings = pattern("from_fn($FIRST, $...MIDDLE, require_billing)").matches(&guard).unwrap();
    assert_eq!(bindings["FIRST"], Binding::One(name("state")));
    assert_eq!(bindings["MIDDLE"], Binding::Rest(vec![Argument { name: None, value: name("config") }]));
    assert!(!matches("from_fn($..., require_login)", &guard));
    assert!(!matches("from_fn($A, $B)", &guard));
    assert!(matches("from_fn($_, $_, $_)", &guard));
}

#[test]
fn the_same_metavariable_twice_is_the_same_value_twice() {
    assert!(matches("Or<$A, $A>", &term("Or", [name("X"), name("X")])));
    assert!(!matches("Or<$A, $A>", &term("Or", [name("X"), name("Y")])));
    assert!(matches("Or<$_, $_>", &term("Or", [name("X"), name("Y")])));
}

#[test]
fn keyword_arguments_match_in_any_order_and_may_be_left_out() {
    let acl = with(with(Term::name("RoleACL"), "user", Value::Bool(true)), "key", Value::Bool(false));
    let bindings = pattern("RoleACL(key=$K, user=$U, workspace=$W)").matches(&acl).unwrap();
    assert_eq!(bindings["K"], Binding::One(Value::Bool(false)));
    assert!(!bindings.contains_key("W"));
    assert!(!matches("RoleACL(user=$U)", &acl), "a keyword that the pattern doesn't name may restrict");
    assert!(matches("RoleACL(user=$U, $...)", &acl));
    assert!(!matches("RoleACL(user=true, key=false, workspace=true)", &acl));
}

#[test]
fn literals_and_lists_match_themselves() {
    let guard = term("Allow", [Value::List(vec![text("a"), text("b")]), Value::Int(-3)]);
    assert!(matches("Allow([\"a\", 'b'], -3)", &guard));
    assert!(matches("Allow([\"a\", $...], $N)", &guard));
    assert!(!matches("Allow([\"a\"], -3)", &guard));
    assert!(!matches("Allow([\"a\", \"b\"], 3)", &guard));
}

#[test]
fn bindings_can_be_put_back() {
    let guard = term("Authorized", [Value::Term(term("Or", [name("A"), name("B")]))]);
    let bindings = pattern("Authorized<Or<$A, $B>>").matches(&guard).unwrap();
    assert_eq!(pattern("Authorized<$B>").substitute(&bindings), Some(term("Authorized", [name("B")])));
    assert_eq!(pattern("$A").substitute(&bindings), Some(Term::name("A")));
    assert_eq!(pattern("Authorized<$C>").substitute(&bindings), None);
}

#[test]
fn a_wider_pattern_covers_a_narrower_one() {
    let covers = |wide: &str, narrow: &str| pattern(wide).covers(&pattern(narrow));
    assert!(covers("A<$X>", "A<B>"));
    assert!(covers("A<$X>", "A<$Y>"));
    assert!(covers("A($...)", "A($X, $...REST)"));
    assert!(covers("A", "b::A"));
    assert!(!covers("b::A", "A"));
    assert!(!covers("A<B>", "A<$X>"));
    assert!(!covers("A($X)", "A($...)"));
    assert!(!covers("A<$X, $X>", "A<$_, $_>"));
    assert!(covers("A<$X, $X>", "A<$Y, $Y>"));
}

#[test]
fn what_cannot_be_a_pattern_is_refused_with_its_place() {
    let refused = |text: &str| Pattern::parse(text).unwrap_err();
    assert_eq!(refused("A<B").message, "expected `,` or `>`");
    assert_eq!(refused("A<B> C").range, 5..6);
    assert!(refused("").message.contains("expected a name"));
    assert!(refused("$_").message.contains("would hide every guard"));
    assert!(refused("A('x)").message.contains("never closed"));
    assert!(refused("A(99999999999999999999)").message.contains("isn't a whole number"));
    assert!(refused(&"A<".repeat(10_000)).message.contains("nested"));
    assert!(refused(&format!("A({})", "[".repeat(10_000))).message.contains("nested"));
}

#[test]
fn a_pattern_knows_its_variables_and_names() {
    let pattern = pattern("Authorized<Or<$A, crate::b::C>, k=[$...R]>");
    assert_eq!(pattern.variables(), ["A", "R"]);
    assert_eq!(pattern.names(), ["Authorized", "Or", "C"]);
}
