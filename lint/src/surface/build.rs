//! From guards to access, route by route.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use route_role_policy::policy::Role;
use route_role_policy::term::Value;
use route_role_policy::{Access, Denial, Level, Meaning, Policy, ResourceName, RoleName};

use super::neutral::is_neutral;
use super::object::{Object, object_of};
use super::table::{Certainty, DenialSource, Gap, GuardMeaning, MappedGuard, RouteSurface, Surface};
use super::variant;
use crate::resolve::{ALL_OF, ANY_OF, Condition, Guard, GuardKind, HandlerKind, Inventory, Route};

/// The surface of an inventory. Without a policy only `#[route_role]` and the neutral names have a meaning.
pub fn build(inventory: Inventory, policy: Option<&Policy>) -> Surface {
    let mut known = Known::new();
    let mut rows: Vec<RouteSurface> = inventory.routes.iter().map(|route| row(route, policy, &mut known)).collect();
    for (row, repeated) in rows.iter_mut().zip(variant::repeated(&inventory)) {
        row.is_repeated = repeated;
    }
    Surface { inventory, rows }
}

/// What guards contribute that stand on several routes. An attribute is read for each route anew.
type Known = HashMap<*const Guard, Contribution>;

/// What one guard contributes to its route.
#[derive(Clone)]
struct Contribution {
    mapped: Arc<MappedGuard>,
    denial: Option<Denial>,
    resource: Option<ResourceName>,
    roles: Vec<RoleName>,
}

impl Contribution {
    fn access(access: Access, entry: Option<usize>) -> Self {
        Self::of(MappedGuard::of(GuardMeaning::Access { access, entry }))
    }

    fn unmapped(gap: Gap) -> Self {
        Self::of(MappedGuard { gap: Some(gap), ..MappedGuard::of(GuardMeaning::Unmapped) })
    }

    fn neutral(ignored: Option<String>) -> Self {
        Self::of(MappedGuard { ignored, ..MappedGuard::of(GuardMeaning::Neutral) })
    }

    fn of(mapped: MappedGuard) -> Self {
        Self { mapped: Arc::new(mapped), denial: None, resource: None, roles: Vec::new() }
    }
}

fn row(route: &Route, policy: Option<&Policy>, known: &mut Known) -> RouteSurface {
    let contributions: Vec<Contribution> = route
        .guards
        .iter()
        .map(|guard| match guard.kind {
            GuardKind::RouteRole => contribution(route, guard, policy),
            _ => known.entry(Arc::as_ptr(guard)).or_insert_with(|| contribution(route, guard, policy)).clone(),
        })
        .collect();
    let access = access(route, &contributions);
    let levels = levels(&access);
    let roles = roles(route, &contributions);
    let tenants = tenant_parameters(route, &roles, policy);
    let object = object_of(&route.path, &tenants.iter().map(String::as_str).collect::<Vec<_>>(), policy);
    let resource = resource(route, &contributions, object.as_ref());
    let is_object_route = object.is_some();
    let tenant_bound = policy.is_some_and(|policy| levels.iter().any(|level| policy.is_tenant_bound(level)));
    let default = policy
        .filter(|_| is_object_route && tenant_bound)
        .and_then(|policy| Some(policy.defaults.denial.as_ref()?.value));
    let denial = denial(route, &contributions, default);
    RouteSurface {
        certainty: certainty(route, &contributions),
        public: public(route, policy),
        denial: denial.map(|(denial, _)| denial),
        denial_source: denial.map(|(_, source)| source),
        guards: contributions.into_iter().map(|contribution| contribution.mapped).collect(),
        access,
        resource,
        is_object_route,
        levels,
        roles,
        is_repeated: false,
    }
}

fn contribution(route: &Route, guard: &Guard, policy: Option<&Policy>) -> Contribution {
    if guard.kind == GuardKind::RouteRole {
        if !guard.conditions.is_empty() {
            return Contribution::unmapped(Gap::Conditional {
                when: Condition::in_words(&guard.conditions),
                entry: None,
            });
        }
        return match &route.attribute {
            Some(attribute) => Contribution::access(attribute.declaration.access.clone(), None),
            None => Contribution::unmapped(Gap::UnreadableAttribute),
        };
    }
    let meaning = meaning(guard, policy);
    if guard.never_refuses {
        // Whatever the policy takes it for.
        let overruled = match &meaning.mapped.meaning {
            GuardMeaning::Access { entry, .. } => *entry,
            _ => None,
        };
        let ignored = meaning.mapped.ignored.clone();
        return Contribution::of(MappedGuard { overruled, ignored, ..MappedGuard::of(GuardMeaning::Neutral) });
    }
    match meaning.mapped.meaning {
        GuardMeaning::Access { entry, .. } if !guard.conditions.is_empty() => {
            Contribution::unmapped(Gap::Conditional { when: Condition::in_words(&guard.conditions), entry })
        }
        _ => meaning,
    }
}

/// What a check means that is one of several, or several in one: a body makes one or the other, depending on the request.
fn combined(guard: &Guard, policy: Option<&Policy>) -> Option<Contribution> {
    let is_any = match guard.term.path.as_slice() {
        [name] if name == ANY_OF => true,
        [name] if name == ALL_OF => false,
        _ => return None,
    };
    let mut access = if is_any { Access::NOBODY } else { Access::EVERYONE };
    let mut first = None;
    for argument in &guard.term.args {
        let Value::Term(term) = &argument.value else { continue };
        let part = meaning(&Guard { term: term.clone(), ..guard.clone() }, policy);
        let GuardMeaning::Access { access: one, entry } = &part.mapped.meaning else { return Some(part) };
        first = first.or(*entry);
        access = if is_any { access.or(one) } else { access.and(one) };
    }
    Some(Contribution::access(access.normalised(), first))
}

/// What a guard means where it is there.
fn meaning(guard: &Guard, policy: Option<&Policy>) -> Contribution {
    if guard.kind == GuardKind::Call
        && let Some(combined) = combined(guard, policy)
    {
        return combined;
    }
    let views = std::iter::once(&guard.term).chain(&guard.expansions);
    match policy.map(|policy| policy.meaning_through(views)) {
        Some(Meaning::Access { access, denial, resource, roles, unknown_scopes, entry }) => {
            let meaning = GuardMeaning::Access { access, entry: Some(entry) };
            let mapped = MappedGuard { unknown_scopes, ..MappedGuard::of(meaning) };
            Contribution { denial, resource, roles, ..Contribution::of(mapped) }
        }
        Some(Meaning::Ignored { reason, .. }) => Contribution::neutral(Some(reason)),
        Some(Meaning::Opaque { term, entry }) => Contribution::unmapped(Gap::UnknownValue { term, entry }),
        Some(Meaning::TooDeep) => Contribution::unmapped(Gap::Circle),
        _ if is_neutral(guard) => Contribution::neutral(None),
        Some(Meaning::Unmapped { term }) => Contribution::unmapped(Gap::UnknownTerm(term)),
        None => Contribution::unmapped(Gap::UnknownTerm(guard.term.clone())),
    }
}

fn access(route: &Route, contributions: &[Contribution]) -> Access {
    let is_certain = |guard: &Arc<Guard>| guard.kind != GuardKind::RouteRole || guard.conditions.is_empty();
    let attribute = route.attribute.as_ref().filter(|_| route.guards.iter().all(is_certain));
    let attribute = attribute.map(|attribute| &attribute.declaration.access);
    let guards = contributions.iter().filter_map(|contribution| match &contribution.mapped.meaning {
        GuardMeaning::Access { access, .. } => Some(access),
        _ => None,
    });
    // The attribute is among the guards as well; demanding it twice demands nothing more.
    guards.chain(attribute).fold(Access::EVERYONE, |all, one| all.and(one)).normalised()
}

fn certainty(route: &Route, contributions: &[Contribution]) -> Certainty {
    match route.handler.kind {
        HandlerKind::Service | HandlerKind::Unknown => Certainty::Unknown,
        _ if contributions.iter().all(|contribution| contribution.mapped.meaning.is_known()) => Certainty::Proven,
        _ => Certainty::AtMost,
    }
}

fn levels(access: &Access) -> Vec<Level> {
    let levels: BTreeSet<&Level> = access.alternatives.iter().flat_map(|way| way.levels.iter()).collect();
    levels.into_iter().cloned().collect()
}

fn roles(route: &Route, contributions: &[Contribution]) -> Vec<RoleName> {
    let declared = route.attribute.iter().filter_map(|attribute| attribute.declaration.role.as_ref());
    let roles: BTreeSet<&RoleName> =
        contributions.iter().flat_map(|contribution| &contribution.roles).chain(declared).collect();
    roles.into_iter().cloned().collect()
}

/// The path parameters that bind a tenant on this route: those of all levels, since a route may stand under a tenant
/// without asking for it, then the roles' and the attribute's own.
fn tenant_parameters(route: &Route, roles: &[RoleName], policy: Option<&Policy>) -> Vec<String> {
    let declared = route.attribute.iter().filter_map(|attribute| attribute.declaration.tenant.as_deref());
    let of_levels = policy.iter().flat_map(|policy| policy.levels.values()).filter_map(|level| level.tenant.as_ref());
    let roles = policy.iter().flat_map(|policy| roles.iter().filter_map(|name| policy.roles.get(name)));
    let of_roles = roles.filter_map(|role: &Role| role.tenant.as_ref());
    of_levels.chain(of_roles).map(|tenant| tenant.value.clone()).chain(declared.map(str::to_owned)).collect()
}

fn resource(route: &Route, contributions: &[Contribution], object: Option<&Object>) -> Option<ResourceName> {
    let declared = route.attribute.as_ref().and_then(|attribute| attribute.declaration.resource.clone());
    let checked = || contributions.iter().find_map(|contribution| contribution.resource.clone());
    declared.or_else(checked).or_else(|| object?.resource.clone())
}

/// The most specific word on the denial: the attribute's, the guards', the policy's default.
///
/// Several guards refuse one after the other, so the one that hides least decides what a caller can tell.
fn denial(route: &Route, contributions: &[Contribution], default: Option<Denial>) -> Option<(Denial, DenialSource)> {
    let declared = route.attribute.as_ref().and_then(|attribute| attribute.declaration.denial);
    let guards = contributions.iter().enumerate();
    let stated = guards.filter_map(|(index, contribution)| Some((contribution.denial?, DenialSource::Guard(index))));
    let least = stated.min_by_key(|(denial, source)| (hides(*denial), *source));
    declared
        .map(|denial| (denial, DenialSource::Attribute))
        .or(least)
        .or(default.map(|denial| (denial, DenialSource::Default)))
}

fn hides(denial: Denial) -> u8 {
    match denial {
        Denial::Forbidden => 0,
        Denial::NotFoundUnlessReadable => 1,
        Denial::NotFound => 2,
    }
}

fn public(route: &Route, policy: Option<&Policy>) -> Option<String> {
    let declaration = route.attribute.as_ref().map(|attribute| &attribute.declaration);
    let declared =
        declaration.filter(|declaration| declaration.role.is_none()).and_then(|declaration| declaration.reason.clone());
    declared.map(|reason| reason.into_owned()).or_else(|| {
        let public = policy?.public_route(&route.method, &route.path)?;
        Some(public.reason.value.clone())
    })
}
