//! A route hands out a credential to callers who could do less than the credential's bearer.
//!
//! ## What it does
//!
//! Looks at every route that mints, rotates or reveals a credential: `#[route_role(…, credential = rotate)]` says so, or a list under `credentials` in the policy. It fires when some
//! way in asks neither for the credential's own tier nor for what one of the `issuers` of the credential is asked for. Where the policy has no entry for the credential, it notes that keys
//! of whatever tier and scopes get in.
//!
//! It stays silent on ways in for internal callers only, and on tiers of another ladder when a role under `issuers` covers them.
//!
//! ## Why it matters
//!
//! Whoever receives a secret can do what its bearer can do. A key of the lowest tier that rotates the strongest key and reads the new secret in the answer has become the strongest key,
//! and the log shows a rotation.
//!
//! ## Bad
//!
//! ```yaml
//! credentials:
//!   platform_key: { tier: full_access, rotate: ["POST /keys/{id}/rotate"] }
//! ```
//!
//! ```rs
//! // AnyKey: { accepts: [api_key], tier: read }
//! #[route_role(AnyKey, resource = "platform_key", credential = rotate)]
//! async fn rotate(Path(id): Path<u64>) -> Json<NewSecret> { /* … */ }
//! ```
//!
//! ## Good
//!
//! ```rs
//! // FullKey: { accepts: [api_key], tier: full_access }
//! #[route_role(FullKey, resource = "platform_key", credential = rotate)]
//! async fn rotate(Path(id): Path<u64>) -> Json<NewSecret> { /* … */ }
//! ```
//!
//! ## How to fix
//!
//! Ask for the credential's tier. If the handler makes sure by itself that nobody receives more than they have, name the role under `issuers`, with a comment that says how:
//!
//! ```yaml
//! credentials:
//!   platform_key: { tier: full_access, issuers: [Admin], rotate: ["POST /keys/{id}/rotate"] }
//! ```
//!
//! ## How to suppress
//!
//! Above the handler or its registration:
//!
//! ```rs
//! // route-role: allow(secret-escalation) -- a caller can only rotate the key that it calls with
//! ```

use route_role_policy::policy::{CredentialDefinition, Policy};
use route_role_policy::{Access, Alternative, Credential, PrincipalKind, Principals};

use super::engine::callers::{all_described, is_internal};
use super::engine::list::any_quoted;
use super::{Check, Confidence, Context, Finding, PolicyInFile, RouteView, Rule, Severity, Subject};
use crate::source::Span;

/// The rule.
pub(super) const RULE: Rule = Rule {
    name: "secret-escalation",
    subject: Subject::Routes,
    severity: Severity::Error,
    needs_policy: true,
    since: "0.1.0",
    source: include_str!("secret_escalation.rs"),
    check: Check::Surface(check),
};

fn check(context: &Context<'_>) -> Vec<Finding> {
    let Some(stated) = context.policy else { return Vec::new() };
    // A guard that nobody understands may be the one that asks: `unmapped-guard` speaks of it.
    let is_judged =
        |view: &RouteView<'_>| view.is_readable() && !(view.access().is_open() && view.has_unmapped_guard());
    let readable = context.routes().filter(is_judged);
    readable
        .flat_map(|view| {
            handed_out(&stated, &view).into_iter().filter_map(move |handed| {
                let weak = weak_ways(stated.policy, &handed, view.access());
                (!weak.is_empty()).then(|| report(&stated, &view, &handed, &weak))
            })
        })
        .collect()
}

/// A credential that a route hands out.
struct HandedOut<'a> {
    action: Credential,
    /// What the policy says of it.
    definition: Option<&'a CredentialDefinition>,
    /// Its name, for messages.
    name: String,
    /// Who says that the route hands it out.
    said_at: Span,
}

fn handed_out<'a>(stated: &PolicyInFile<'a>, view: &RouteView<'_>) -> Vec<HandedOut<'a>> {
    let mut handed: Vec<HandedOut<'a>> = Vec::new();
    if let Some(attribute) = &view.route.attribute
        && let Some(action) = attribute.declaration.credential
    {
        let resource = attribute.declaration.resource.as_ref();
        let definition = resource.and_then(|resource| stated.policy.credential_of(resource));
        let name = resource.map_or_else(|| "a credential".to_owned(), |resource| format!("`{resource}`"));
        handed.push(HandedOut { action, definition, name, said_at: attribute.span });
    }
    for definition in stated.policy.credentials.values() {
        let listed = definition.routes.iter().find(|(_, route)| route.matches(&view.route.method, &view.route.path));
        let is_known =
            handed.iter().any(|one| one.definition.is_some_and(|known| known.name.value == definition.name.value));
        if let Some((action, route)) = listed.filter(|_| !is_known) {
            let name = format!("`{}`", definition.name.value);
            handed.push(HandedOut { action: *action, definition: Some(definition), name, said_at: stated.span(route) });
        }
    }
    handed
}

/// The ways in for callers who could do less than the credential's bearer.
fn weak_ways<'a>(policy: &Policy, handed: &HandedOut<'_>, access: &'a Access) -> Vec<&'a Alternative> {
    let ways = access.alternatives.iter().filter(|way| way.can_be_met() && !is_internal(way));
    match handed.definition {
        Some(definition) => ways.filter(|way| !is_strong(policy, definition, way)).collect(),
        None => ways.filter(|way| way.tiers.is_empty() && way.scopes.is_empty() && names_a_key(way)).collect(),
    }
}

fn is_strong(policy: &Policy, definition: &CredentialDefinition, way: &Alternative) -> bool {
    let reaches = definition.tier.as_ref().is_some_and(|own| way.tiers.iter().any(|tier| tier.satisfies(own)));
    let way = Access::one(way.clone());
    let mut issuers = definition.issuers.iter().filter_map(|name| policy.roles.get(&name.value));
    reaches || issuers.any(|role| role.access.covers(&way))
}

/// Whether callers get in this way who are neither people nor the service itself.
fn names_a_key(way: &Alternative) -> bool {
    let beside = [PrincipalKind::USER, PrincipalKind::SERVICE, PrincipalKind::ANONYMOUS];
    matches!(&way.principals, Principals::Only(kinds) if kinds.iter().any(|kind| !beside.contains(kind)))
}

fn report(stated: &PolicyInFile<'_>, view: &RouteView<'_>, handed: &HandedOut<'_>, weak: &[&Alternative]) -> Finding {
    let verb = match handed.action {
        Credential::Mint => "mints",
        Credential::Rotate => "rotates",
        Credential::Reveal => "reveals",
    };
    let who = all_described(weak.iter().copied());
    let power = handed.definition.map_or_else(String::new, power);
    let message = format!("`{}` {verb} {}{power} for {who}", view.title(), handed.name);
    let finding = Finding::new(&RULE, message).about_route(view.index);
    let finding = match handed.definition {
        Some(_) => finding.confidence(view.confidence(Confidence::High)),
        // A key may well rotate itself: only the policy can say what else it is for.
        None => finding.severity(Severity::Note).confidence(Confidence::Low),
    };
    let admitting = view
        .restrictions()
        .filter(|(_, access)| access.alternatives.iter().any(|way| weak.iter().any(|one| is_part_of(way, one))))
        .last();
    let finding = match admitting {
        Some((guard, _)) => finding.at(guard.span, format!("lets in {who}")).also(view.handler().span, "the handler"),
        None => finding.at(view.handler().span, format!("lets in {who}")),
    };
    let finding = finding.also(handed.said_at, format!("says that the route {verb} it"));
    match handed.definition {
        Some(definition) => {
            let place = definition.tier.as_ref().map(|tier| stated.span(tier));
            let place = place.or_else(|| definition.issuers.first().map(|issuer| stated.span(issuer)));
            finding.also_at(place, bearer(definition)).help(remedy(definition))
        }
        None => {
            finding.help("ask for a tier or a scope, or say under `credentials` in the policy what its bearer can do")
        }
    }
}

/// Whether a guard's way in is one of those that a route's way in is made of.
fn is_part_of(way: &Alternative, whole: &Alternative) -> bool {
    let kinds = match (&way.principals, &whole.principals) {
        (Principals::Everyone, _) => false,
        (Principals::Only(wide), Principals::Only(narrow)) => narrow.iter().all(|kind| wide.contains(kind)),
        (Principals::Only(_), Principals::Everyone) => false,
    };
    kinds && way.tiers.iter().all(|tier| whole.tiers.contains(tier))
}

/// What its bearer can do, to stand behind a credential's name.
fn power(definition: &CredentialDefinition) -> String {
    definition.tier.as_ref().map_or_else(String::new, |tier| format!(" with tier `{}`", tier.value))
}

/// What the policy's place says of the credential.
fn bearer(definition: &CredentialDefinition) -> String {
    match &definition.principal {
        Some(kind) => format!("what `{}` callers can do with it", kind.value),
        None => "what its bearer can do".to_owned(),
    }
}

fn remedy(definition: &CredentialDefinition) -> String {
    let tier = definition.tier.as_ref().map(|tier| format!("ask for tier `{}`", tier.value));
    let issuers = (!definition.issuers.is_empty())
        .then(|| format!("let in only {}", any_quoted(definition.issuers.iter().map(|role| &role.value))));
    let ask: Vec<String> = tier.into_iter().chain(issuers).collect();
    format!(
        "{}; or name the role under `issuers` of `{}`, if its holders receive no more than they have",
        ask.join(", or "),
        definition.name.value
    )
}
