//! A suppression does nothing: what it allows isn't there, or it can't be read.
//!
//! ## What it does
//!
//! Reports suppressions of rules that ran and found nothing at that place, suppressions without a reason, and suppressions of rules that don't exist. The last two suppress nothing.
//!
//! It stays silent about rules that didn't run, because they are off or because there is no policy.
//!
//! ## Why it matters
//!
//! A suppression that outlives its cause hides the next finding at the same place. One without a reason can't be judged by whoever reads it next.
//!
//! ## Bad
//!
//! ```rs
//! // route-role: allow(missing-scope)
//! async fn list_cases(auth: Actor) { /* … */ }
//! ```
//!
//! ## Good
//!
//! ```rs
//! // route-role: allow(missing-scope) -- tells a key about itself, nothing else
//! async fn whoami(auth: Actor) { /* … */ }
//! ```
//!
//! ## How to fix
//!
//! Delete it, correct the rule's name, or add the reason behind `--`.
//!
//! ## How to suppress
//!
//! It can't be suppressed in place: there is always something to correct. `rules: { unused-suppression: off }` in the policy switches it off, where
//! `// route-role: allow(unused-suppression)` would be its own next finding.

use route_role_policy::suggest;

use super::engine::suppression::{Unsettled, UnsettledCause};
use super::{Check, Finding, Fix, Rule, Severity, Subject};

/// The rule.
pub(super) const RULE: Rule = Rule {
    name: "unused-suppression",
    subject: Subject::Configuration,
    severity: Severity::Warning,
    needs_policy: false,
    since: "0.1.0",
    source: include_str!("unused_suppression.rs"),
    check: Check::Suppressions(check),
};

fn check(unsettled: &[Unsettled]) -> Vec<Finding> {
    unsettled.iter().map(report).collect()
}

fn report(unsettled: &Unsettled) -> Finding {
    let (message, label, help) = match &unsettled.cause {
        UnsettledCause::NoReason => (
            "a suppression without a reason suppresses nothing".to_owned(),
            "why?",
            "add the reason: `allow(…) -- the reason`".to_owned(),
        ),
        UnsettledCause::Unreadable => (
            "this comment for the linter can't be read".to_owned(),
            "not of the form `allow(rule) -- reason`",
            "write `route-role: allow(rule-name) -- the reason`".to_owned(),
        ),
        UnsettledCause::UnknownRule(rule) => (
            format!("there is no rule `{rule}` to suppress"),
            "unknown rule",
            suggest::nearest(rule, super::ALL.iter().map(|rule| rule.name)).map_or_else(
                || "`route-role explain` lists the rules".to_owned(),
                |meant| format!("did you mean `{meant}`?"),
            ),
        ),
        UnsettledCause::Unused(rule) => (
            format!("`{rule}` finds nothing here that needs to be suppressed"),
            "does nothing",
            "delete the suppression".to_owned(),
        ),
    };
    let fix = unsettled.removal.map(|comment| Fix::one("delete the suppression", comment, ""));
    Finding::new(&RULE, message).at(unsettled.span, label).help(help).fix(fix)
}
