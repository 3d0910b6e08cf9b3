//! The grammar of `#[route_role(…)]` and what it means under a policy.

#![cfg(feature = "attribute")]

use route_role_policy::attribute::{Resolved, ScopeRef, Signature, parse, resolve};
use route_role_policy::file::{NoConstants, load};
use route_role_policy::{Credential, Denial, Policy, Principal, PrincipalKind, decide};

fn policy() -> Policy {
    let loaded = load(include_str!("policies/whole_format.yaml"), &mut NoConstants);
    assert_eq!(loaded.problems, []);
    loaded.policy
}

fn resolved(attribute: &str) -> Result<Resolved, Vec<String>> {
    let tokens = attribute.parse().unwrap();
    let syntax = parse(tokens).map_err(|error| error.into_iter().map(|error| error.to_string()).collect::<Vec<_>>())?;
    let constant = |path: &syn::Path| {
        path.segments.last().filter(|last| last.ident == "CASE_READ").map(|_| "case:read".to_owned())
    };
    let signature = Signature { path_parameters: Some(vec!["workspace_id".to_owned(), "id".to_owned()]) };
    resolve(&syntax, &policy(), &signature, &constant)
        .map_err(|problems| problems.into_iter().map(|problem| problem.to_string()).collect())
}

fn messages(attribute: &str) -> String {
    resolved(attribute).unwrap_err().join("\n")
}

#[test]
fn a_role_with_scopes_lets_in_whom_both_let_in() {
    let resolved = resolved(r#"Actor, scopes = ["case:read", scopes::CASE_READ2, any("case:update", "case:delete")]"#);
    assert!(resolved.as_ref().unwrap().declaration().is_none(), "a constant is unknown");
    assert!(matches!(&resolved.unwrap().clauses[1].any_of[..], [ScopeRef::Path(_)]));
    let declaration = self::resolved(r#"Actor, scopes = all(CASE_READ, any("case:update", "case:delete"))"#)
        .unwrap()
        .declaration()
        .unwrap();
    let caller = Principal::new(PrincipalKind::API_KEY).with_level("workspace").with_scope("case:read");
    assert!(!decide(&declaration.access, &caller).is_allowed());
    assert!(decide(&declaration.access, &caller.with_scope("case:delete")).is_allowed());
}

#[test]
fn the_scope_on_the_parent_is_one_more_that_the_caller_must_hold() {
    let declaration =
        resolved(r#"Actor, scopes = ["case:create"], parent = "case:update""#).unwrap().declaration().unwrap();
    let caller = Principal::new(PrincipalKind::API_KEY).with_level("workspace").with_scope("case:create");
    assert!(!decide(&declaration.access, &caller).is_allowed());
    assert!(decide(&declaration.access, &caller.with_scope("case:update")).is_allowed());
    let twice = resolved(r#"Actor, scopes = ["case:update"], parent = "case:update""#).unwrap().declaration().unwrap();
    assert_eq!(twice.access.alternatives[0].scopes.len(), 1);
}

#[test]
fn every_argument_reaches_the_declaration() {
    let declaration = resolved(
        r#"User, resource = "api_key", denial = not_found_unless_readable, credential = rotate, features = ["api_access"],
           data = ["user"], parent = "case:update", tenant = "workspace_id", reason = "see the runbook","#,
    )
    .unwrap()
    .declaration()
    .unwrap();
    assert_eq!(declaration.denial, Some(Denial::NotFoundUnlessReadable));
    assert_eq!(declaration.credential, Some(Credential::Rotate));
    assert_eq!(declaration.parent.unwrap().as_str(), "case:update");
    assert_eq!(declaration.tenant.as_deref(), Some("workspace_id"));
    assert_eq!(declaration.reason.as_deref(), Some("see the runbook"));
    assert_eq!(declaration.access.alternatives[0].features.len(), 1);
}

#[test]
fn the_level_of_the_role_binds_the_tenant() {
    assert_eq!(resolved("User").unwrap().tenant.as_deref(), Some("workspace_id"));
    assert_eq!(resolved("Viewer").unwrap().tenant, None);
}

#[test]
fn a_public_route_lets_everyone_in() {
    let declaration = resolved(r#"public, reason = "health probe""#).unwrap().declaration().unwrap();
    assert_eq!(declaration.role, None);
    assert!(declaration.access.is_open());
}

#[test]
fn mistakes_of_grammar_are_told_on_their_token() {
    let cases = [
        ("", "a role of the policy is missing"),
        ("\"User\"", "a role is written without quotes"),
        ("scopes = [\"a:b\"]", "the role comes first"),
        ("User scopes", "expected `,` behind the role"),
        ("User, scope = []", "did you mean `scopes`?"),
        ("User, scopes", "expected `scopes = …`"),
        ("User, scopes = []", "an empty list of scopes demands nothing"),
        ("User, scopes = any()", "no scope can meet an empty `any()`"),
        ("User, scopes = \"case:read\"", "`scopes` takes `[\"a:b\", …]`"),
        ("User, scopes = [any(any(\"a\"))]", "can't stand inside `any(…)`"),
        ("User, scopes = [all(\"a\")]", "can't stand inside another list"),
        ("User, scopes = [3]", "expected a scope in quotes, or the path of a constant"),
        ("User, denial = \"not_found\"", "takes a word without quotes"),
        ("User, denial = notfound", "did you mean `not_found`?"),
        ("User, credential = steal", "`credential` can't be `steal`"),
        ("User, resource = case", "expected text in quotes"),
        ("User, features = []", "the list is empty"),
        ("User, features = \"a\"", "expected a list"),
        ("User, reason = \"a\", reason = \"b\"", "`reason` is given twice"),
        ("User, reason = \"a\" resource = \"b\"", "expected `,` between arguments"),
        ("User, 3", "expected the name of an argument"),
    ];
    for (attribute, expected) in cases {
        let messages = messages(attribute);
        assert!(messages.contains(expected), "{attribute}: {messages}");
    }
}

#[test]
fn names_that_the_policy_lacks_are_told_with_the_nearest_one() {
    let cases = [
        ("Usr", "the policy declares no role `Usr`", "did you mean `User`?"),
        ("User, scopes = [\"case:raed\"]", "no scope `case:raed`", "did you mean `case:read`?"),
        ("User, resource = \"apikey\"", "no resource `apikey`", "did you mean `api_key`?"),
        ("User, features = [\"api_acess\"]", "no feature `api_acess`", "did you mean `api_access`?"),
        ("User, data = [\"usr\"]", "no data class `usr`", "did you mean `user`?"),
        ("User, parent = \"billing\"", "no scope `billing`", "declare it under `scopes`"),
        ("User, tenant = \"workspaceid\"", "no path parameter is called `workspaceid`", "did you mean `workspace_id`?"),
    ];
    for (attribute, message, help) in cases {
        let messages = messages(attribute);
        assert!(messages.contains(message) && messages.contains(help), "{attribute}: {messages}");
    }
}

#[test]
fn contradictions_are_refused() {
    let cases = [
        ("User, scopes = [\"case:read\", \"case:read\"]", "is listed twice"),
        ("User, scopes = [\"case:read\", CASE_READ]", "is listed twice"),
        ("User, scopes = [other::X, other::X]", "is listed twice"),
        ("User, denial = not_found", "no object is named"),
        ("User, reason = \" \"", "the reason is empty"),
        ("Viewer, tenant = \"workspace_id\"", "the role `Viewer` has none"),
        ("public", "a public route needs its reason"),
        ("public, reason = \"x\", scopes = [\"case:read\"]", "can't demand `scopes`"),
        ("public, reason = \"x\", features = [\"api_access\"]", "can't demand `features`"),
    ];
    for (attribute, expected) in cases {
        let messages = messages(attribute);
        assert!(messages.contains(expected), "{attribute}: {messages}");
    }
}

#[test]
fn several_mistakes_are_told_at_once() {
    assert_eq!(resolved("User, denial = x, resorce = \"a\", features = [3]").unwrap_err().len(), 3);
    assert_eq!(resolved("Usr, scopes = [\"nope\"], denial = forbidden").unwrap_err().len(), 3);
}
