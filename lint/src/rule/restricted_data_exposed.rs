//! A key that must not see a class of data reaches a route that exposes it, and nothing on the way asks.
//!
//! ## What it does
//!
//! Takes the policy's `restrictions` (a kind of principal whose keys may carry one, and the classes of data that it denies) and `data` (the routes of each class, or `data = […]` on the route). For each route of a denied class that
//! accepts the principal, it asks whether anything on the way knows the restriction: a guard that names it, a feature that the route demands (for a restriction `no_user_data` the feature
//! `user_data`), or the name of the restriction in the handler or in anything that it calls.
//!
//! It stays silent where the route doesn't accept the principal, and where the handler, or what it calls, mentions the restriction.
//!
//! ## Why it matters
//!
//! A restricted key looks like any other key to the guard at the door. If nobody asks behind it, the restriction is a word without effect.
//!
//! ## Bad
//!
//! ```rs
//! #[route_role(Agent, data = ["user"])]
//! async fn git_ssh_key(access: Access) -> Result<String, ApiError> { key_of(access.principal()).await }
//! ```
//!
//! ## Good
//!
//! ```rs
//! #[route_role(Agent, features = ["user_data"], data = ["user"])]
//! async fn git_ssh_key(access: Access) -> Result<String, ApiError> { key_of(access.principal()).await }
//! ```
//!
//! ## How to fix
//!
//! Demand on the route what the restricted key lacks, or ask in the handler before the data is touched.
//!
//! ## How to suppress
//!
//! Above the handler or its registration:
//!
//! ```rs
//! // route-role: allow(restricted-data-exposed) -- gives the public key only
//! ```

use route_role_policy::DataClass;
use route_role_policy::policy::Restriction;

use super::{Check, Confidence, Context, Finding, PolicyInFile, RouteView, Rule, Severity, Subject};

/// The rule.
pub(super) const RULE: Rule = Rule {
    name: "restricted-data-exposed",
    subject: Subject::Routes,
    severity: Severity::Error,
    needs_policy: true,
    since: "0.1.0",
    source: include_str!("restricted_data_exposed.rs"),
    check: Check::Surface(check),
};

fn check(context: &Context<'_>) -> Vec<Finding> {
    let Some(stated) = context.policy else { return Vec::new() };
    let mut found = Vec::new();
    for view in context.routes() {
        for restriction in &stated.policy.restrictions {
            if let Some(class) = exposed(&stated, &view, restriction)
                && !is_asked(&view, restriction)
            {
                found.push(report(&stated, &view, restriction, &class));
            }
        }
    }
    found
}

/// The denied class of data that a route exposes to the restricted principal.
fn exposed(stated: &PolicyInFile<'_>, view: &RouteView<'_>, restriction: &Restriction) -> Option<DataClass> {
    view.access().accepting(&restriction.principal.value).next()?;
    let declared = view.route.attribute.as_ref().map(|attribute| &attribute.declaration.data);
    restriction.denies.iter().map(|class| &class.value).find_map(|class| {
        let by_attribute = declared.is_some_and(|declared| declared.iter().any(|one| one == class));
        let by_path = || {
            stated
                .policy
                .data
                .get(class)
                .is_some_and(|data| data.path.iter().any(|path| path.value.matches(&view.route.path)))
        };
        (by_attribute || by_path()).then(|| class.clone())
    })
}

fn is_asked(view: &RouteView<'_>, restriction: &Restriction) -> bool {
    let name = restriction.when.value.as_str();
    let permits = name.strip_prefix("no_");
    let demands = view
        .access()
        .accepting(&restriction.principal.value)
        .all(|way| way.features.iter().any(|feature| feature.as_str() == name || Some(feature.as_str()) == permits));
    let in_body =
        view.route.behavior.as_deref().is_some_and(|behavior| behavior.asks.iter().any(|asked| asked == name));
    let in_guard = view.route.guards.iter().any(|guard| guard.text.contains(name));
    demands || in_body || in_guard
}

fn report(stated: &PolicyInFile<'_>, view: &RouteView<'_>, restriction: &Restriction, class: &DataClass) -> Finding {
    let (principal, when) = (&restriction.principal.value, &restriction.when.value);
    let is_read = view.route.behavior.as_deref().is_some_and(|behavior| !behavior.is_cut);
    let confidence = if is_read { Confidence::High } else { Confidence::Medium };
    let finding = Finding::new(
        &RULE,
        format!("`{}` shows `{class}` data to a key of `{principal}` that carries `{when}`", view.title()),
    )
    .confidence(view.confidence(confidence))
    .about_route(view.index)
    .at(view.handler().span, format!("neither this nor what it calls asks for `{when}`"))
    .also_at(view.registration(), "registered here")
    .also(stated.span(&restriction.when), "this restriction denies it");
    let finding = match stated.policy.data.get(class) {
        Some(data) => finding.also(stated.span(&data.name), "this class of data"),
        None => finding,
    };
    finding
        .help(format!("demand on the route what a key with `{when}` lacks, or ask for it before the data is touched"))
}
