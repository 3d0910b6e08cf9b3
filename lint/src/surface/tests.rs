use route_role_policy::file::{NoConstants, load};
use route_role_policy::term::{Argument, Term, Value};
use route_role_policy::{
    Access, Declaration, Denial, Policy, Principal, PrincipalKind, ResourceName, RoleName, decide,
};

use super::*;
use crate::resolve::inventory::Attribute;
use crate::resolve::{
    Condition, Documentation, Guard, GuardKind, Handler, HandlerKind, Inventory, Matching, Operation, Program, Route,
};
use crate::source::{FileId, Span};

const POLICY: &str = "
version: 1
levels: { organization: {}, workspace: { tenant: workspace_id } }
roles:
  Actor: { accepts: [user, api_key], level: workspace }
resources: { case: {}, secret_note: { path: ['/notes/**'] } }
scopes: [case:read]
guards:
  - { match: Session, accepts: [user], level: workspace }
  - { match: 'Owned<$T>', level: workspace, denial: forbidden, resource: case }
  - { match: 'require_scope($...S)', scopes: { all: $...S } }
  - { match: 'from_fn(audit)', ignore: writes a log }
defaults: { denial: not_found }
public: [{ path: /health, method: GET, reason: probe }]
";

const NOWHERE: Span = Span { file: FileId(0), start: 0, end: 0 };

fn policy() -> Policy {
    let loaded = load(POLICY, &mut NoConstants);
    assert_eq!(loaded.problems, []);
    loaded.policy
}

fn guard(kind: GuardKind, term: Term) -> Guard {
    Guard {
        kind,
        text: term.to_string(),
        term,
        expansions: Vec::new(),
        conditions: Vec::new(),
        never_refuses: false,
        span: NOWHERE,
        local: true,
    }
}

fn extractor(path: &str) -> Guard {
    guard(GuardKind::Extractor, Term::name(path))
}

fn call(path: &str, value: Value) -> Term {
    Term { args: vec![Argument { name: None, value }], ..Term::name(path) }
}

fn route(path: &str, guards: Vec<Guard>) -> Route {
    Route {
        program: 0,
        method: "GET".into(),
        path: path.into(),
        handler: Handler { name: "crate::handler".into(), kind: HandlerKind::Function, span: NOWHERE },
        guards: guards.into_iter().map(std::sync::Arc::new).collect(),
        attribute: None,
        documentation: Documentation::None,
        mounts: Vec::new(),
        conditions: Vec::new(),
        matching: Matching::Exclusive,
        scope_uses: Vec::new(),
        behavior: None,
    }
}

fn row(route: Route, policy: Option<&Policy>) -> RouteSurface {
    let inventory =
        Inventory { programs: vec![Program { name: "service".into() }], routes: vec![route], ..Inventory::default() };
    build(inventory, policy).rows.remove(0)
}

fn allows(access: &Access, kind: PrincipalKind) -> bool {
    decide(access, &Principal::new(kind).with_level("workspace")).is_allowed()
}

#[test]
fn a_route_without_guards_is_open_and_proven_so() {
    let row = row(route("/cases", vec![]), Some(&policy()));
    assert!(row.access.is_open());
    assert_eq!(row.certainty, Certainty::Proven);
    assert_eq!(row.public, None);
}

#[test]
fn guards_add_up() {
    let scope = guard(GuardKind::Layer, call("require_scope", Value::Str("case:read".into())));
    let row = row(route("/cases", vec![scope, extractor("crate::Session")]), Some(&policy()));
    assert!(!allows(&row.access, PrincipalKind::USER));
    let holder = Principal::new(PrincipalKind::USER).with_level("workspace").with_scope("case:read");
    assert!(decide(&row.access, &holder).is_allowed());
    assert!(!decide(&row.access, &Principal { kind: PrincipalKind::API_KEY, ..holder }).is_allowed());
}

#[test]
fn a_guard_that_nothing_knows_leaves_the_access_an_upper_bound() {
    let row = row(route("/cases", vec![extractor("crate::Mystery"), extractor("crate::Session")]), Some(&policy()));
    assert_eq!(row.certainty, Certainty::AtMost);
    assert!(matches!(&row.guards[0].gap, Some(Gap::UnknownTerm(term)) if term.last() == "Mystery"));
    assert!(!row.access.is_open());
}

#[test]
fn a_guard_that_may_be_absent_restricts_nothing() {
    let condition = |text: &str, holds| Condition { text: text.into(), holds, span: NOWHERE };
    let conditions = vec![condition("config.auth", true), condition("config.open", false)];
    let sometimes = Guard { conditions: conditions.clone(), ..extractor("crate::Session") };
    let row = row(route("/cases", vec![sometimes]), Some(&policy()));
    assert!(row.access.is_open());
    assert_eq!(row.certainty, Certainty::AtMost);
    let when = "if `config.auth` and unless `config.open`".to_owned();
    assert_eq!(row.guards[0].gap, Some(Gap::Conditional { when, entry: Some(0) }));
    assert!(row.levels.is_empty());
}

#[test]
fn a_conditional_guard_that_restricts_nothing_stays_neutral() {
    let conditions = vec![Condition { text: "config.log".into(), holds: true, span: NOWHERE }];
    let audit =
        Term { args: vec![Argument { name: None, value: Value::Term(Term::name("audit")) }], ..Term::name("from_fn") };
    let row = row(route("/cases", vec![Guard { conditions, ..guard(GuardKind::Layer, audit) }]), Some(&policy()));
    assert_eq!(row.certainty, Certainty::Proven);
    assert!(row.guards[0].ignored.is_some());
}

#[test]
fn a_guard_is_seen_through_its_aliases() {
    let aliased = Guard { expansions: vec![Term::name("crate::auth::Session")], ..extractor("crate::Caller") };
    let row = row(route("/cases", vec![aliased]), Some(&policy()));
    assert_eq!(row.certainty, Certainty::Proven);
    assert!(allows(&row.access, PrincipalKind::USER));
}

#[test]
fn an_ignored_guard_restricts_nothing_and_says_why() {
    let audit = guard(GuardKind::Layer, call("axum::middleware::from_fn", Value::Term(Term::name("audit"))));
    let row = row(route("/cases", vec![audit]), Some(&policy()));
    assert!(row.guards[0].meaning.is_known());
    assert_eq!(row.guards[0].ignored.as_deref(), Some("writes a log"));
    assert!(row.access.is_open());
}

#[test]
fn without_a_policy_only_neutral_names_are_known() {
    let state = Guard { local: false, ..extractor("axum::extract::State") };
    let row = row(route("/cases", vec![state, extractor("crate::Session")]), None);
    assert!(row.guards[0].meaning.is_known());
    assert!(!row.guards[1].meaning.is_known());
    assert_eq!(row.certainty, Certainty::AtMost);
}

#[test]
fn a_service_is_not_looked_into() {
    let mut opaque = route("/files/{*path}", vec![extractor("crate::Session")]);
    opaque.handler.kind = HandlerKind::Service;
    let row = row(opaque, Some(&policy()));
    assert_eq!(row.certainty, Certainty::Unknown);
    assert!(!row.is_object_route);
}

#[test]
fn the_default_denial_holds_for_object_routes_at_tenant_bound_levels_only() {
    let policy = policy();
    let session = || vec![extractor("crate::Session")];
    let object = row(route("/workspaces/{workspace_id}/cases/{id}", session()), Some(&policy));
    assert_eq!((object.denial, object.denial_source), (Some(Denial::NotFound), Some(DenialSource::Default)));
    assert_eq!(object.resource, Some(ResourceName::new("case")));
    assert_eq!(row(route("/workspaces/{workspace_id}/cases", session()), Some(&policy)).denial, None);
    assert_eq!(row(route("/cases/{id}", vec![]), Some(&policy)).denial, None);
}

#[test]
fn a_guards_own_denial_comes_before_the_default() {
    let owned = guard(GuardKind::Extractor, call("crate::Owned", Value::Term(Term::name("Thing"))));
    let row = row(route("/things/{id}", vec![extractor("crate::Session"), owned]), Some(&policy()));
    assert_eq!((row.denial, row.denial_source), (Some(Denial::Forbidden), Some(DenialSource::Guard(1))));
    assert_eq!(row.resource, Some(ResourceName::new("case")));
}

#[test]
fn the_policy_says_which_kind_of_object_a_path_addresses() {
    let row = row(route("/notes/{id}", vec![]), Some(&policy()));
    assert_eq!(row.resource, Some(ResourceName::new("secret_note")));
}

#[test]
fn the_attribute_is_a_guard_like_any_other() {
    let policy = policy();
    let mut declared = route("/cases/{id}", vec![guard(GuardKind::RouteRole, Term::name("route_role"))]);
    declared.attribute = Some(Attribute {
        declaration: Declaration {
            role: Some(RoleName::new("Actor")),
            access: policy.roles[&RoleName::new("Actor")].access.clone(),
            resource: None,
            denial: Some(Denial::NotFoundUnlessReadable),
            credential: None,
            data: Vec::new().into(),
            parent: None,
            tenant: None,
            reason: None,
        },
        span: NOWHERE,
    });
    let unreadable = Route { attribute: None, ..declared.clone() };
    let declared = row(declared, Some(&policy));
    assert_eq!(declared.certainty, Certainty::Proven);
    assert_eq!(declared.roles, [RoleName::new("Actor")]);
    assert_eq!(declared.denial_source, Some(DenialSource::Attribute));
    assert!(allows(&declared.access, PrincipalKind::API_KEY));
    assert_eq!(row(unreadable, Some(&policy)).certainty, Certainty::AtMost);
}

#[test]
fn a_public_route_carries_its_reason() {
    let policy = policy();
    assert_eq!(row(route("/health", vec![]), Some(&policy)).public.as_deref(), Some("probe"));
    assert_eq!(row(Route { method: "POST".into(), ..route("/health", vec![]) }, Some(&policy)).public, None);
}

#[test]
fn a_route_that_is_mounted_one_way_or_another_counts_once() {
    let condition = |holds| vec![Condition { text: "prefix.is_empty()".into(), holds, span: NOWHERE }];
    let mounted = |path: &str, holds: Option<bool>, guards: Vec<Guard>| Route {
        conditions: holds.map(condition).unwrap_or_default(),
        ..route(path, guards)
    };
    let repeated = |one: Route, other: Route| {
        let rows = build(Inventory { routes: vec![one, other], ..Inventory::default() }, None).rows;
        (rows[0].is_repeated, rows[1].is_repeated)
    };
    let here = || mounted("/cases", Some(true), vec![extractor("crate::Session")]);
    assert_eq!(repeated(here(), mounted("/{*}/cases", Some(false), vec![extractor("crate::Session")])), (false, true));
    // The documented one is the one to look at.
    let operation = Operation {
        id: None,
        security: None,
        default_security: None,
        span: NOWHERE,
        security_span: None,
        by_parameters: false,
    };
    let documented = Route { documentation: Documentation::Documented(operation), ..here() };
    assert_eq!(repeated(Route { conditions: condition(false), ..here() }, documented), (true, false));
    // Both may be there, the guards differ, or it is another route.
    assert_eq!(repeated(here(), mounted("/{*}/cases", None, vec![extractor("crate::Session")])), (false, false));
    assert_eq!(repeated(here(), mounted("/{*}/cases", Some(true), vec![extractor("crate::Session")])), (false, false));
    assert_eq!(repeated(here(), mounted("/{*}/cases", Some(false), vec![])), (false, false));
    assert_eq!(repeated(here(), mounted("/cases/all", Some(false), vec![extractor("crate::Session")])), (false, false));
}
