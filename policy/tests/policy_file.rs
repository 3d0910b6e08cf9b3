//! Reading policy files.

#![cfg(feature = "file")]

use route_role_policy::file::{NoConstants, load};
use route_role_policy::term::{Argument, Term, Value};
use route_role_policy::{Access, Meaning, Policy, Principal, PrincipalKind, RoleName, Scope, Tier, decide};

const DESIGN: &str = include_str!("policies/whole_format.yaml");

fn valid(text: &str) -> Policy {
    let loaded = load(text, &mut NoConstants);
    assert_eq!(loaded.problems, []);
    loaded.policy
}

fn name(path: &str) -> Value {
    Value::Term(Term::name(path))
}

fn term(path: &str, args: Vec<Value>) -> Term {
    let args = args.into_iter().map(|value| Argument { name: None, value }).collect();
    Term { args, ..Term::name(path) }
}

fn access(policy: &Policy, term: &Term) -> Access {
    match policy.meaning(term) {
        Meaning::Access { access, .. } => access,
        other => panic!("{term} means {other:?}"),
    }
}

#[test]
fn the_other_ways_to_write_things_are_read_without_complaint() {
    let policy = valid(include_str!("policies/variants.yaml"));
    let key = &policy.roles[&RoleName::new("Key")].access;
    let holder = Principal::new(PrincipalKind::API_KEY).with_tier(Tier::new("keys", 1, "read_write"));
    assert!(!decide(key, &holder).is_allowed());
    assert!(decide(key, &holder.with_feature("api_access")).is_allowed());
    let anyone = &policy.roles[&RoleName::new("Anyone")];
    assert_eq!(anyone.access.alternatives.len(), 2);
    assert!(anyone.access.alternatives.iter().all(|way| way.levels.iter().any(|level| level.as_str() == "workspace")));
    assert!(policy.knows_scope(&Scope::literal("action:core.http:execute")));
    assert!(!policy.knows_scope(&Scope::literal("action:core.http:read")));
}

#[test]
fn the_whole_format_is_read_without_complaint() {
    let policy = valid(DESIGN);
    assert_eq!(policy.scopes.len(), 9);
    let organization = &policy.assignable["organization"];
    assert_eq!(organization.scopes.iter().map(|scope| scope.as_str()).collect::<Vec<_>>(), ["org:read", "case:*"]);
    assert_eq!(&DESIGN[organization.scopes[1].range()], "\"case:*\"");
    assert!(policy.public_route("GET", "/api/health").is_some());
    assert!(policy.public_route("POST", "/api/health").is_none());
    assert_eq!(policy.resource_of_path("/api-keys/{id}").unwrap().name.as_str(), "api_key");
}

#[test]
fn a_guard_made_of_guards_means_what_they_mean_together() {
    let policy = valid(DESIGN);
    let or = term("crate::auth::Authorized", vec![Value::Term(term("Or", vec![name("Member"), name("IsDaemon")]))]);
    let access = access(&policy, &or);
    let member = Principal::new(PrincipalKind::API_KEY).with_tier(Tier::new("", 2, "admin"));
    assert!(decide(&access, &member).is_allowed());
    assert!(decide(&access, &Principal::new(PrincipalKind::new("daemon"))).is_allowed());
    assert!(!decide(&access, &Principal::new(PrincipalKind::USER).with_tier(Tier::new("", 0, "viewer"))).is_allowed());
}

#[test]
fn a_guard_of_which_one_part_is_unknown_is_unmapped_by_that_part() {
    let policy = valid(DESIGN);
    let weird = term("Weird", vec![]);
    let or = term("Authorized", vec![Value::Term(term("Or", vec![name("Member"), Value::Term(weird.clone())]))]);
    assert_eq!(policy.meaning(&or), Meaning::Unmapped { term: weird });
    let other = term("MyAuthorized", vec![name("Member")]);
    assert_eq!(policy.meaning(&other), Meaning::Unmapped { term: other.clone() });
}

#[test]
fn scopes_that_nothing_declares_are_demanded_and_reported() {
    let policy = valid(DESIGN);
    let guard = term("require_scope", vec![Value::Str("case:read".into()), Value::Str("case:raed".into())]);
    let Meaning::Access { access, unknown_scopes, .. } = policy.meaning(&guard) else { panic!() };
    assert_eq!(unknown_scopes, ["case:raed"]);
    assert!(!decide(&access, &Principal::anonymous().with_scope("case:read")).is_allowed());
    assert!(access.alternatives[0].named_scopes().any(|scope| *scope == Scope::literal("case:raed")));
}

#[test]
fn a_flag_that_is_left_out_accepts_nobody_and_one_that_is_unknown_is_opaque() {
    let policy = valid(DESIGN);
    let flag = |name: &str, value| Argument { name: Some(name.to_owned()), value };
    let acl = |args| Term { args, ..Term::name("RoleACL") };
    let user = access(&policy, &acl(vec![flag("allow_user", Value::Bool(true))]));
    assert!(decide(&user, &Principal::new(PrincipalKind::USER)).is_allowed());
    assert!(!decide(&user, &Principal::new(PrincipalKind::API_KEY)).is_allowed());
    let opaque = acl(vec![flag("allow_user", Value::Opaque("settings.allow".into()))]);
    assert!(matches!(policy.meaning(&opaque), Meaning::Opaque { .. }));
}

#[test]
fn wrappers_mean_what_they_wrap_and_both_of_two_mean_both() {
    let policy = valid(
        "
version: 1
tiers: [viewer, admin]
roles: { External: { accepts: [service] } }
guards:
  - { match: 'Authorized<AllowUnverified<$P>>', all: ['Authorized<$P>'] }
  - { match: 'Authorized<And<$A, $B>>', all: ['Authorized<$A>', 'Authorized<$B>'] }
  - { match: 'Authorized<IsUser>', accepts: [user], denial: not_found }
  - { match: 'Authorized<IsExternalService<$_>>', role: External }
  - { match: 'Authorized<$T>', accepts: [user, api_key], tier: $T, denial: forbidden }
",
    );
    let both = term("And", vec![name("IsUser"), Value::Term(term("AllowUnverified", vec![name("Admin")]))]);
    let guard = term("Authorized", vec![Value::Term(term("AllowUnverified", vec![Value::Term(both)]))]);
    let Meaning::Access { access, denial, .. } = policy.meaning(&guard) else { panic!() };
    assert_eq!(denial, Some(route_role_policy::Denial::Forbidden), "the refusal that hides least can be told apart");
    let admin = Tier::new("", 1, "admin");
    assert!(decide(&access, &Principal::new(PrincipalKind::USER).with_tier(admin.clone())).is_allowed());
    assert!(!decide(&access, &Principal::new(PrincipalKind::API_KEY).with_tier(admin)).is_allowed());
    assert!(!decide(&access, &Principal::new(PrincipalKind::USER)).is_allowed());
}

#[test]
fn the_first_known_view_of_an_aliased_guard_counts() {
    let policy = valid(DESIGN);
    let alias = Term::name("crate::auth::Caller");
    let expanded = term("Authorized", vec![name("Member")]);
    assert!(matches!(policy.meaning_through([&alias, &expanded]), Meaning::Access { .. }));
    assert_eq!(policy.meaning_through([&alias]), Meaning::Unmapped { term: alias.clone() });
}

#[test]
fn a_credential_is_the_resource_of_its_name_and_knows_its_routes() {
    let policy = valid(DESIGN);
    let key = policy.credential_of(&route_role_policy::ResourceName::new("api_key")).expect("declared");
    assert_eq!(key.tier.as_ref().map(|tier| tier.name()), Some("admin"));
    let handed_out = |method: &str, path: &str| -> Vec<String> {
        let routes = key.routes.iter().filter(|(_, route)| route.matches(method, path));
        routes.map(|(action, _)| action.to_string()).collect()
    };
    assert_eq!(handed_out("POST", "/api-keys"), ["mint"]);
    assert_eq!(handed_out("GET", "/api-keys"), Vec::<String>::new());
    assert_eq!(handed_out("ANY", "/api-keys"), ["mint"]);
    assert_eq!(handed_out("PUT", "/api-keys/{id}/rotate"), ["rotate"]);
}
