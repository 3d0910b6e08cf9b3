//! Accesses that are never granted.

#![cfg(feature = "file")]

use route_role_policy::assertion::{AssertedRoute, Assertion, Breach, Knowledge, Proof};
use route_role_policy::file::{NoConstants, load};
use route_role_policy::lock::parse_access;
use route_role_policy::{Access, Policy, ResourceName, Tier};

const WORDS: &str = r#"
version: 1
levels: { organization: {}, workspace: {} }
tiers: { people: [viewer, member, admin], keys: [read, write] }
principals: [agent]
scopes: ["org:secret:{read,update}", "org:read", "case:read", "action:*:run"]
resources: { key: {} }
assignable:
  workspace: { principal: api_key, scopes: ["case:*", "action:*"] }
  organization: { principal: api_key, include: [workspace], scopes: ["org:*"] }
  agents: { principal: agent, scopes: ["org:read"] }
"#;

fn policy(never: &str) -> Policy {
    let loaded = load(&format!("{WORDS}assert:\n  - never: {{ {never} }}\n"), &mut NoConstants);
    assert_eq!(loaded.problems, []);
    loaded.policy
}

fn access(words: &str) -> Access {
    let people = ["viewer", "member", "admin"].iter().zip(0..).map(|(name, rank)| Tier::new("people", rank, *name));
    let keys = ["read", "write"].iter().zip(0..).map(|(name, rank)| Tier::new("keys", rank, *name));
    parse_access(words, &people.chain(keys).collect::<Vec<_>>()).unwrap()
}

/// What `GET /admin/keys/{id}` with an access does to an assertion.
fn breach_with(never: &str, words: &str, knowledge: Knowledge) -> Option<Breach> {
    let policy = policy(never);
    let (access, resource) = (access(words), ResourceName::new("key"));
    let route = AssertedRoute {
        method: "GET",
        path: "/admin/keys/{id}",
        resource: Some(&resource),
        access: &access,
        knowledge,
    };
    policy.assertions[0].never.breach(&policy, &route)
}

/// The kinds of caller that are let in against the assertion.
fn let_in(never: &str, words: &str) -> Vec<String> {
    let breach = breach_with(never, words, Knowledge::All);
    assert!(breach.as_ref().is_none_or(|breach| breach.proof == Proof::Proven));
    breach.map(|breach| breach.principals.iter().map(ToString::to_string).collect()).unwrap_or_default()
}

#[test]
fn a_kind_of_caller_is_let_in_by_any_way_that_accepts_it() {
    assert_eq!(let_in("principal: api_key", "user"), [""; 0]);
    assert_eq!(let_in("principal: api_key", "user >=people/admin | api_key"), ["api_key"]);
    assert_eq!(let_in("principal: [api_key, user]", "everyone"), ["api_key", "user"]);
    assert_eq!(let_in("principal: anonymous", "user"), [""; 0]);
    assert_eq!(let_in("principal: anonymous", "everyone"), ["anonymous"]);
    assert_eq!(let_in("path: /admin/**", "agent,user"), ["agent", "user"]);
}

#[test]
fn a_scope_counts_where_a_way_in_asks_for_it_and_it_may_be_granted() {
    let never = "principal: api_key, scope: org:secret:*";
    assert_eq!(let_in(never, "api_key,user @organization org:secret:read"), ["api_key"]);
    assert_eq!(let_in(never, "api_key org:read|org:secret:read"), ["api_key"]);
    assert_eq!(let_in(never, "api_key org:read"), [""; 0]);
    assert_eq!(let_in(never, "api_key"), [""; 0]);
    // No list of that level has it.
    assert_eq!(let_in(never, "api_key @workspace org:secret:read"), [""; 0]);
    // Some scope is missing that can't be granted either.
    assert_eq!(let_in("principal: agent, scope: org:read", "agent org:read org:secret:read"), [""; 0]);
    // Nothing says what people may be granted.
    assert_eq!(let_in("scope: org:secret:*", "user org:secret:read"), ["user"]);
}

#[test]
fn a_tier_is_the_highest_that_the_caller_has() {
    let never = "tier: people.member";
    assert_eq!(let_in(never, "user >=people/admin"), [""; 0]);
    assert_eq!(let_in(never, "user >=people/member"), ["user"]);
    assert_eq!(let_in(never, "user >=people/viewer"), ["user"]);
    assert_eq!(let_in(never, "user"), ["user"]);
    assert_eq!(let_in(never, "api_key >=keys/read"), [""; 0]);
    assert_eq!(let_in(never, "user >=people/admin | api_key"), ["api_key"]);
}

#[test]
fn a_level_counts_where_a_way_in_asks_for_it() {
    assert_eq!(let_in("level: organization", "user @organization | api_key @workspace"), ["user"]);
    assert_eq!(let_in("level: organization", "user"), [""; 0]);
}

#[test]
fn a_route_is_meant_by_its_path_method_and_resource_together() {
    assert_eq!(let_in("path: /admin/**, method: [GET, POST], resource: key", "user"), ["user"]);
    assert_eq!(let_in("path: /admin/**, method: POST", "user"), [""; 0]);
    assert_eq!(let_in("path: [/other, '/admin/*/{id}']", "user"), ["user"]);
    assert_eq!(let_in("path: /admins/**", "user"), [""; 0]);
}

#[test]
fn what_is_not_known_is_never_fine_and_never_proven() {
    let proof = |never, words, knowledge| breach_with(never, words, knowledge).map(|breach| breach.proof);
    assert_eq!(proof("principal: api_key", "everyone", Knowledge::UpperBound), Some(Proof::UnlessRefused));
    assert_eq!(proof("principal: api_key", "user", Knowledge::UpperBound), None);
    assert_eq!(proof("scope: org:read", "api_key", Knowledge::UpperBound), Some(Proof::Open));
    assert_eq!(proof("level: workspace", "api_key", Knowledge::UpperBound), Some(Proof::Open));
    assert_eq!(proof("principal: api_key", "everyone", Knowledge::Little), Some(Proof::Open));
    // Put together when the program runs.
    assert_eq!(proof("scope: action:shell:run", "api_key action:*:run", Knowledge::All), Some(Proof::Open));
    let policy = policy("path: /admin/**");
    let (path, access) = ("/{*}/keys", Access::EVERYONE);
    let route = AssertedRoute { method: "ANY", path, resource: None, access: &access, knowledge: Knowledge::All };
    assert_eq!(policy.assertions[0].never.breach(&policy, &route).unwrap().proof, Proof::Open);
}

#[test]
fn a_list_grants_what_it_shares_with_the_assertion() {
    let granted = |never: &str| -> Vec<String> {
        let policy = policy(never);
        let lists = policy.assertions[0].never.granted_by(&policy);
        lists.into_iter().map(|(entry, scope)| format!("{} {}", entry.name.value, scope.value)).collect()
    };
    assert_eq!(granted("principal: api_key, scope: org:secret:*"), ["organization org:*"]);
    assert_eq!(granted("scope: org:read"), ["agents org:read", "organization org:*"]);
    assert_eq!(granted("scope: org:read, level: workspace"), ["agents org:read"]);
    assert_eq!(granted("principal: user, scope: org:read"), [""; 0]);
    assert_eq!(granted("principal: api_key, scope: action:shell:run"), ["organization action:*", "workspace action:*"]);
    // The routes tell.
    assert_eq!(granted("principal: api_key, scope: org:read, path: /admin/**"), [""; 0]);
    assert_eq!(granted("principal: api_key"), [""; 0]);
}

#[test]
fn an_assertion_covers_another_that_names_less() {
    let only = |never: &str| policy(never).assertions.remove(0);
    let covers = |wide: &str, narrow: &str| only(wide).never.covers(&only(narrow).never);
    assert!(covers("principal: api_key", "principal: api_key, path: /admin/**"));
    assert!(covers("principal: [api_key, user]", "principal: user"));
    assert!(covers("scope: org:*", "scope: [org:secret:*, org:read]"));
    assert!(covers("tier: people.admin", "tier: people.member"));
    assert!(!covers("principal: api_key, path: /admin/**", "principal: api_key"));
    assert!(!covers("principal: api_key", "path: /admin/**"));
    assert!(!covers("tier: people.member", "tier: people.admin"));
    assert!(!covers("level: workspace", "level: organization"));
    assert!(!covers("path: /admin/*", "path: /admin/**"));
}

#[test]
fn an_assertion_without_a_name_is_called_by_what_it_says() {
    let title = |never: &str| Assertion::title(&policy(never).assertions[0]);
    assert_eq!(
        title("tier: people.member, principal: [user, api_key], path: /admin/**, method: GET"),
        "never: { principal: [user, api_key], tier: people.member, method: GET, path: /admin/** }"
    );
}
