//! A route changes a child object without asking for the scope on its parent.
//!
//! ## What it does
//!
//! Looks at every route that creates, changes or deletes an object of a resource with a `parent` in the policy. Where the policy names the `parent_scope`, it fires when some way in doesn't
//! demand it. Where it names only the parent, it fires, with medium confidence, on a route that demands no scope to change the parent (`agent:update` for children of an `agent`) although another route that changes the same kind of
//! child does.
//!
//! It stays silent on routes that only read, on open and public routes, and on ways in for internal callers only.
//!
//! ## Why it matters
//!
//! A key of an agent belongs to the agent: who adds one changes the agent. If only `api_key:create` is asked for, callers who may not touch the agent get hold of it through its children.
//!
//! ## Bad
//!
//! ```yaml
//! resources:
//!   agent: {}
//!   api_key: { parent: agent, parent_scope: "agent:update" }
//! ```
//!
//! ```rs
//! #[route_role(Member, scopes = ["api_key:create"], resource = "api_key")]
//! async fn create(Path(agent_id): Path<u64>) { /* … */ }
//! ```
//!
//! ## Good
//!
//! ```rs
//! #[route_role(Member, scopes = ["api_key:create"], resource = "api_key", parent = "agent:update")]
//! async fn create(Path(agent_id): Path<u64>) { /* … */ }
//! ```
//!
//! ## How to fix
//!
//! Add `parent = "…"` to the attribute, or a guard that demands the scope. At run time it is one more scope that the caller must hold.
//!
//! ## How to suppress
//!
//! Above the handler or its registration:
//!
//! ```rs
//! // route-role: allow(parent-check-missing) -- anybody may leave a note on an agent
//! ```

use route_role_policy::policy::{Policy, Resource};
use route_role_policy::{Alternative, ScopeClause};

use super::engine::callers::is_internal;
use super::{Check, Confidence, Context, Finding, PolicyInFile, RouteView, Rule, Severity, Subject};
use crate::surface::collection_of;

/// The rule.
pub(super) const RULE: Rule = Rule {
    name: "parent-check-missing",
    subject: Subject::Routes,
    severity: Severity::Warning,
    needs_policy: true,
    since: "0.1.0",
    source: include_str!("parent_check_missing.rs"),
    check: Check::Surface(check),
};

/// Methods that change something. A route for any method is for these as well.
const CHANGING: [&str; 5] = ["POST", "PUT", "PATCH", "DELETE", "ANY"];
/// Actions of a scope that change nothing.
const READING: [&str; 4] = ["read", "list", "get", "view"];

fn check(context: &Context<'_>) -> Vec<Finding> {
    let Some(stated) = context.policy else { return Vec::new() };
    let changing: Vec<Change<'_>> = context.routes().filter_map(|view| Change::of(stated.policy, view)).collect();
    let lacking = changing.iter().filter(|change| !change.meets(&change.demand));
    lacking.filter_map(|change| report(&stated, change, &changing)).collect()
}

/// A route that changes a child.
struct Change<'a> {
    view: RouteView<'a>,
    child: &'a Resource,
    demand: Demand,
}

impl<'a> Change<'a> {
    fn of(policy: &'a Policy, view: RouteView<'a>) -> Option<Self> {
        let changes = CHANGING.contains(&view.route.method.as_str());
        if !changes || !view.is_readable() || view.row.public.is_some() || view.access().is_open() {
            return None;
        }
        let child = child(policy, &view)?;
        Some(Self { view, child, demand: Demand::of(child)? })
    }

    /// Whether everybody who gets in has met a demand.
    fn meets(&self, demand: &Demand) -> bool {
        let mut ways = self.view.access().alternatives.iter().filter(|way| way.can_be_met() && !is_internal(way));
        ways.all(|way| demand.is_met(way))
    }
}

/// The resource with a parent that the route changes: the one that a guard or the policy names, else the collection that is posted to.
fn child<'a>(policy: &'a Policy, view: &RouteView<'_>) -> Option<&'a Resource> {
    let posted_to = || {
        let name = collection_of(&view.route.path).filter(|_| view.route.method == "POST")?;
        policy.resources.get(&name)
    };
    let stated = view.route.attribute.as_ref().and_then(|attribute| attribute.declaration.resource.as_ref());
    let named = stated.and_then(|name| policy.resources.get(name));
    let listed = || policy.resource_of_path(&view.route.path);
    let addressed = || policy.resources.get(view.row.resource.as_ref()?);
    named.or_else(listed).or_else(posted_to).or_else(addressed).filter(|resource| resource.parent.is_some())
}

/// What must be asked for beside the child's own scope.
enum Demand {
    /// Exactly this scope.
    Scope(String),
    /// Any scope that lets somebody change an object of this kind.
    Any { parent: String },
}

impl Demand {
    fn of(child: &Resource) -> Option<Self> {
        let parent = child.parent.as_ref()?;
        Some(match &child.parent_scope {
            Some(scope) => Self::Scope(scope.value.to_string()),
            None => Self::Any { parent: parent.value.to_string() },
        })
    }

    fn allows(&self, scope: &str) -> bool {
        match self {
            Self::Scope(wanted) => scope == wanted,
            Self::Any { parent } => {
                scope.split_once(':').is_some_and(|(of, action)| of == parent && !READING.contains(&action))
            }
        }
    }

    fn is_met(&self, way: &Alternative) -> bool {
        let demands = |clause: &ScopeClause| {
            !clause.any_of.is_empty() && clause.any_of.iter().all(|scope| self.allows(scope.as_str()))
        };
        way.scopes.iter().any(demands)
    }

    fn described(&self) -> String {
        match self {
            Self::Scope(scope) => format!("the scope `{scope}` on their parent"),
            Self::Any { parent } => format!("a scope to change their `{parent}`"),
        }
    }
}

/// Where the policy names no scope, another route must show that there is one to ask for.
fn report(stated: &PolicyInFile<'_>, change: &Change<'_>, changing: &[Change<'_>]) -> Option<Finding> {
    let Change { view, child, demand } = change;
    let sibling =
        changing.iter().find(|other| other.child.name.value == child.name.value && other.meets(demand)).map(|other| {
            (other, other.view.restrictions().last().map_or(other.view.handler().span, |(guard, _)| guard.span))
        });
    let (scope, confidence) = match demand {
        Demand::Scope(scope) => (scope.clone(), Confidence::High),
        Demand::Any { .. } => {
            let mut named = sibling.as_ref()?.0.view.access().alternatives.iter().flat_map(|way| way.named_scopes());
            (named.find(|scope| demand.allows(scope.as_str()))?.to_string(), Confidence::Medium)
        }
    };
    let finding = Finding::new(
        &RULE,
        format!("`{}` changes `{}` objects without asking for {}", view.title(), child.name.value, demand.described()),
    );
    let finding = match view.restrictions().last() {
        Some((guard, _)) => finding.at(guard.span, "doesn't ask for it").also(view.handler().span, "the handler"),
        None => finding.at(view.handler().span, "doesn't ask for it"),
    };
    let finding = match sibling {
        Some((other, place)) => finding.also(place, format!("`{}` asks for it", other.view.title())),
        None => finding,
    };
    let place = child.parent_scope.as_ref().map(|scope| stated.span(scope));
    let place = place.or_else(|| child.parent.as_ref().map(|parent| stated.span(parent)));
    let finding = finding
        .about_route(view.index)
        .confidence(view.confidence(confidence))
        .also_at(view.registration(), "registered here")
        .also_at(place, "whoever changes the child must be allowed to change this");
    Some(finding.help(match &view.route.attribute {
        Some(_) => format!("add `parent = \"{scope}\"` to the attribute"),
        None => format!("add a guard that demands `{scope}`"),
    }))
}
