//! A handler answers 404 both for an absent object and for a foreign one, but the two answers differ.
//!
//! ## What it does
//!
//! Finds the same two answers as `existence-leak`, and fires where both have the status 404 while their texts differ, or where one of them repeats something of the found object (its id, its tenant) and the other one
//! can't.
//!
//! It stays silent where both answers are made of the same words and the same parts of the request.
//!
//! ## Why it matters
//!
//! A collapsed status is no use if the body gives the difference away: «agent x does not exist» and «no access to agent 17» tell a caller as much as 404 and 403.
//!
//! ## Bad
//!
//! ```rs
//! let agent = store.agent_by_name(&name).await?.ok_or(ApiError::NotFound(name))?;
//! if agent.account_id != caller.account_id {
//!     return Err(ApiError::NotFound(agent.id.to_string()));
//! }
//! ```
//!
//! ## Good
//!
//! ```rs
//! let agent = store.agent_by_name(&name).await?.filter(|agent| agent.account_id == caller.account_id);
//! let agent = agent.ok_or(ApiError::NotFound(name))?;
//! ```
//!
//! ## How to fix
//!
//! Make both answers in one place, without anything that comes from the object. `Access::visible` does so.
//!
//! ## How to suppress
//!
//! Above the handler or its registration:
//!
//! ```rs
//! // route-role: allow(distinguishable-404) -- the names of agents are public
//! ```

use std::collections::BTreeSet;

use super::engine::evidence::{self, Pair};
use crate::resolve::{Answer, Behavior};

use super::{Check, Confidence, Context, Finding, RouteView, Rule, Severity, Subject};

/// The rule.
pub(super) const RULE: Rule = Rule {
    name: "distinguishable-404",
    subject: Subject::Routes,
    severity: Severity::Warning,
    needs_policy: false,
    since: "0.1.0",
    source: include_str!("distinguishable_404.rs"),
    check: Check::Surface(check),
};

fn check(context: &Context<'_>) -> Vec<Finding> {
    let mut seen = BTreeSet::new();
    context
        .routes_documented_first()
        .filter_map(|view| {
            let behavior = view.route.behavior.as_deref()?;
            let pairs = evidence::pairs(behavior);
            let pair = pairs.into_iter().find(|pair| pair.denied.status == Some(404) && pair.differs_in_body())?;
            let absent = pair.absent?;
            seen.insert(view.handler().span).then(|| report(&view, behavior, &pair, absent))
        })
        .collect()
}

fn report(view: &RouteView<'_>, behavior: &Behavior, pair: &Pair<'_>, absent: &Answer) -> Finding {
    let finding = Finding::new(
        &RULE,
        format!(
            "`{}` answers 404 for absent and for foreign objects, but the two answers can be told apart",
            view.title()
        ),
    )
    .confidence(Confidence::Medium)
    .about_route(view.index)
    .at(view.handler().span, format!("looks an object up by {}", evidence::sent_in(pair.key)));
    let finding = evidence::mark_lookup(finding, behavior, pair);
    let finding = evidence::mark(finding, &absent.place, format!("if there is no such object{}", says(absent)));
    let finding = evidence::mark(finding, &pair.denied.place, format!("if it isn't the caller's{}", says(pair.denied)));
    finding.help("make both answers in one place and put nothing of the object into them; `Access::visible` does so")
}

/// What goes into an answer, in words.
fn says(answer: &Answer) -> String {
    let mut parts: Vec<String> =
        answer.words.iter().filter(|word| !word.is_empty()).take(2).map(|word| format!("`{word}`")).collect();
    if answer.echoes_object {
        parts.push("something of the object".to_owned());
    }
    if answer.echoes_request {
        parts.push("what the caller sent".to_owned());
    }
    if parts.is_empty() { String::new() } else { format!(": says {}", super::engine::list::joined(parts)) }
}
