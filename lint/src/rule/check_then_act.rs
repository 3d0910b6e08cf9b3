//! What is checked isn't what is changed, or it is checked only after it was changed.
//!
//! ## What it does
//!
//! Looks at what a handler does in its order, the functions that it calls included, and fires in two cases:
//!
//! * the object is looked up and checked by a name from the path, and then changed by the same name instead of by what was found;
//! * something is deleted or changed before the first refusal that compares the caller with the object or the request.
//!
//! It stays silent where the change uses the object that was checked, or the id by which it was checked: an id doesn't move from one object to another, a name does.
//! Whether a call changes something is judged by its name (`delete_…`, `update_…`), so the confidence is medium.
//!
//! ## Why it matters
//!
//! Between the check and the change the name may come to mean another object, and the caller changes what nobody checked. And what was changed before the check stays changed
//! when the check refuses.
//!
//! ## Bad
//!
//! ```rs
//! let agent = permitted(&caller, store.agent_by_name(&name).await?)?;
//! store.delete_agent_by_name(&name).await?;
//! ```
//!
//! ## Good
//!
//! ```rs
//! let agent = permitted(&caller, store.agent_by_name(&name).await?)?;
//! store.delete_agent(agent.id).await?;
//! ```
//!
//! ## How to fix
//!
//! Check first, and change what was checked: by its id, or in the same statement.
//!
//! ## How to suppress
//!
//! Above the handler or its registration:
//!
//! ```rs
//! // route-role: allow(check-then-act) -- names are never given twice
//! ```

use std::collections::BTreeSet;

use super::engine::evidence;
use crate::resolve::{Act, Answer, AnswerKind, Behavior, ObjectKey};

use super::{Check, Confidence, Context, Finding, RouteView, Rule, Severity, Subject};

/// The rule.
pub(super) const RULE: Rule = Rule {
    name: "check-then-act",
    subject: Subject::Routes,
    severity: Severity::Warning,
    needs_policy: false,
    since: "0.1.0",
    source: include_str!("check_then_act.rs"),
    check: Check::Surface(check),
};

/// First words of calls that change what others rely on. `insert` and `set` are as often said of maps and options.
const CHANGES: &[&str] = &[
    "delete", "remove", "destroy", "drop", "purge", "revoke", "update", "save", "rename", "archive", "rotate", "create",
];

fn check(context: &Context<'_>) -> Vec<Finding> {
    let mut seen = BTreeSet::new();
    context
        .routes_documented_first()
        .filter(|view| !matches!(view.route.method.as_str(), "GET" | "HEAD" | "OPTIONS"))
        .filter_map(|view| {
            let behavior = view.route.behavior.as_deref()?;
            let finding = by_name(&view, behavior).or_else(|| too_early(&view, behavior))?;
            seen.insert(view.handler().span).then_some(finding)
        })
        .collect()
}

/// Checked by what a name meant, changed by the name.
fn by_name(view: &RouteView<'_>, behavior: &Behavior) -> Option<Finding> {
    let parameters = path_parameters(&view.route.path);
    let is_name = |key: &ObjectKey| match key {
        ObjectKey::Path(index) => parameters.get(usize::from(*index)).is_some_and(|name| names_a_name(name)),
        ObjectKey::Input => false,
    };
    let is_check = |answer: &&Answer| matches!(answer.kind, AnswerKind::Denied | AnswerKind::Collapsed);
    for check in behavior.answers.iter().filter(is_check) {
        let Some(key) = check.objects.iter().find(|key| is_name(key)) else { continue };
        let act = behavior.acts.iter().find(|act| {
            act.order > check.order && changes(act) && act.keys.contains(key) && !act.objects.contains(key)
        });
        let Some(act) = act else { continue };
        let parameter = match key {
            ObjectKey::Path(index) => parameters.get(usize::from(*index)).copied().unwrap_or_default(),
            ObjectKey::Input => "",
        };
        let finding = Finding::new(
            &RULE,
            format!("`{}` checks what `{parameter}` means and then changes by that name again", view.title()),
        )
        .confidence(Confidence::Medium)
        .about_route(view.index)
        .at(view.handler().span, "checks one object and may change another");
        let finding = evidence::mark(finding, &check.place, "refuses by the object that has the name now");
        let finding = evidence::mark(finding, &act.place, "changes the object that has the name then");
        return Some(finding.help(format!("change the object that was checked by its id, not by `{parameter}`")));
    }
    None
}

/// Changed before anything was checked.
fn too_early(view: &RouteView<'_>, behavior: &Behavior) -> Option<Finding> {
    let is_check = |answer: &&Answer| {
        matches!(answer.kind, AnswerKind::Denied | AnswerKind::Requested | AnswerKind::Bound | AnswerKind::Collapsed)
            && matches!(answer.status, Some(401 | 403 | 404))
    };
    let check = behavior.answers.iter().filter(is_check).min_by_key(|answer| answer.order)?;
    let act = behavior.acts.iter().find(|act| {
        act.order < check.order
            && !exclude(&act.branches, &check.branches)
            && act.waits
            && changes(act)
            && !(act.keys.is_empty() && act.objects.is_empty())
    })?;
    let finding = Finding::new(&RULE, format!("`{}` changes something before it checks who may", view.title()))
        .confidence(Confidence::Medium)
        .about_route(view.index)
        .at(view.handler().span, "acts first and checks after");
    let finding = evidence::mark(finding, &act.place, format!("`{}` is called first", act.name));
    let finding = evidence::mark(
        finding,
        &check.place,
        format!("only here the caller may be refused, with {}", evidence::status(check)),
    );
    Some(finding.help("move the check in front of the change; what was changed stays changed when the check refuses"))
}

/// Whether two places stand on different sides of one branch, so that never both are run.
fn exclude(left: &[(u32, u16)], right: &[(u32, u16)]) -> bool {
    left.iter().any(|(branch, side)| right.iter().any(|(other, other_side)| branch == other && side != other_side))
}

fn changes(act: &Act) -> bool {
    act.name.split('_').next().is_some_and(|word| CHANGES.contains(&word))
}

/// The parameters of a path in their order, without the marks of a catch-all.
fn path_parameters(path: &str) -> Vec<&str> {
    path.split('/')
        .filter_map(|segment| segment.strip_prefix('{')?.split('}').next())
        .map(|parameter| parameter.trim_start_matches('*').split(':').next().unwrap_or_default())
        .collect()
}

/// Whether a parameter holds a name that can be given to another object, and not an id.
fn names_a_name(parameter: &str) -> bool {
    let last = parameter.rsplit('_').next().unwrap_or(parameter);
    matches!(last, "name" | "slug" | "handle" | "username" | "email" | "login" | "title" | "label" | "alias" | "path")
}
