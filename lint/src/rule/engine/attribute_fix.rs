//! Changes of a `#[route_role]` that are sure.

use std::collections::BTreeSet;

use route_role_policy::policy::{Policy, Role};
use route_role_policy::{Alternative, PrincipalKind, Principals};

use super::assignable::Grants;
use super::attribute_text::AttributeText;
use super::context::{Context, RouteView};
use super::fix::Fix;
use super::list::quoted;
use crate::source::Span;
use route_role_policy::attribute::Subject;

/// Lets more kinds of caller in by the one role that differs from the route's in nothing else.
pub fn accept(context: &Context<'_>, view: &RouteView<'_>, kinds: &BTreeSet<&PrincipalKind>) -> Option<Fix> {
    let policy = context.policy?.policy;
    let attribute = view.route.attribute.as_ref()?;
    let role = policy.roles.get(attribute.declaration.role.as_ref()?)?;
    // Another guard of the route may be what refuses them.
    let others = view.restrictions().filter(|(guard, _)| guard.span != attribute.span);
    if others.into_iter().any(|(_, access)| kinds.iter().any(|kind| access.accepting(kind).next().is_none())) {
        return None;
    }
    if hands_out_a_credential(policy, view) || !kinds.iter().all(|kind| could_be_granted(policy, view, kind)) {
        return None;
    }
    let mut wider = policy.roles.values().filter(|other| differs_only_by_accepting(role, other, kinds));
    let (Some(wider), None) = (wider.next(), wider.next()) else { return None };
    let written = AttributeText::read(context.sources, attribute.span)?;
    let Subject::Role(ident) = &written.syntax.subject else { return None };
    let place = written.span_of(ident.span());
    let is_there = context.sources.snippet(place) == role.name.value.as_str();
    is_there.then(|| {
        Fix::one(
            format!("accept {} by the role `{}`", quoted(kinds.iter()), wider.name.value),
            place,
            wider.name.value.as_str(),
        )
    })
}

/// Who receives a secret is never decided by comparing with neighbours.
fn hands_out_a_credential(policy: &Policy, view: &RouteView<'_>) -> bool {
    let declared = view.route.attribute.as_ref().is_some_and(|attribute| attribute.declaration.credential.is_some());
    let mut listed = policy.credentials.values().flat_map(|credential| &credential.routes);
    declared || listed.any(|(_, route)| route.matches(&view.route.method, &view.route.path))
}

/// Whether a caller of this kind, once accepted, is asked for something, and for nothing that it can't be granted.
fn could_be_granted(policy: &Policy, view: &RouteView<'_>, kind: &PrincipalKind) -> bool {
    let is_listed = policy.assignable_to(kind, None).next().is_some();
    view.access().alternatives.iter().all(|way| {
        let asks = !way.scopes.is_empty() || !way.tiers.is_empty();
        let grants = Grants::at_levels(policy, kind, &way.levels);
        asks && (!is_listed || grants.unmet(way).is_empty())
    })
}

/// Whether a role is another one that accepts these kinds of caller too, and is the same in everything else.
fn differs_only_by_accepting(role: &Role, other: &Role, kinds: &BTreeSet<&PrincipalKind>) -> bool {
    let same_terms = |left: &Alternative, right: &Alternative| {
        (&left.scopes, &left.tiers, &left.levels, &left.features)
            == (&right.scopes, &right.tiers, &right.levels, &right.features)
    };
    let value = |role: &Role| {
        (role.denial.as_ref().map(|denial| denial.value), role.tenant.as_ref().map(|tenant| tenant.value.clone()))
    };
    let ([one], [wide]) = (role.access.alternatives.as_ref(), other.access.alternatives.as_ref()) else { return false };
    let (Principals::Only(own), Principals::Only(all)) = (&one.principals, &wide.principals) else { return false };
    let wanted: BTreeSet<&PrincipalKind> = own.iter().chain(kinds.iter().copied()).collect();
    own.len() < all.len()
        && all.iter().collect::<BTreeSet<_>>() == wanted
        && same_terms(one, wide)
        && value(role) == value(other)
}

/// Says in the attribute that a refused caller sees the 404 of an absent object. The object is named, too, where the policy knows it.
pub fn deny_as_not_found(context: &Context<'_>, policy: &Policy, view: &RouteView<'_>) -> Option<Fix> {
    let attribute = view.route.attribute.as_ref()?;
    let written = AttributeText::read(context.sources, attribute.span)?;
    if written.syntax.denial.is_some() {
        return None;
    }
    let resource = match &written.syntax.resource {
        Some(_) => None,
        None => Some(view.row.resource.as_ref().filter(|name| policy.resources.contains_key(*name))?),
    };
    let arguments: Vec<String> = resource
        .map(|name| format!("resource = \"{name}\""))
        .into_iter()
        .chain(["denial = not_found".to_owned()])
        .collect();
    let (place, text) = appended(context, &written, &arguments)?;
    Some(Fix::one("declare `denial = not_found`", place, text))
}

/// Where and how further arguments are added to an attribute, in its own layout.
fn appended(context: &Context<'_>, written: &AttributeText, arguments: &[String]) -> Option<(Span, String)> {
    let text = context.sources.snippet(written.arguments);
    let tokens: Vec<proc_macro2::TokenTree> = text.parse::<proc_macro2::TokenStream>().ok()?.into_iter().collect();
    let (first, last) = (tokens.first()?.span().byte_range(), tokens.last()?.span().byte_range());
    let ends_with_comma = text.get(last.clone())? == ",";
    let before = text.get(..first.start)?;
    let separator = match before.rfind('\n') {
        Some(line) => format!("\n{}", before.get(line + 1..)?),
        None => " ".to_owned(),
    };
    let is_vertical = before.contains('\n');
    let mut added = String::new();
    for argument in arguments {
        if !added.is_empty() || !ends_with_comma {
            added.push(',');
        }
        added.push_str(&separator);
        added.push_str(argument);
    }
    if ends_with_comma || is_vertical {
        added.push(',');
    }
    let at = written.arguments.start.checked_add(u32::try_from(last.end).ok()?)?;
    Some((Span { file: written.arguments.file, start: at, end: at }, added))
}
