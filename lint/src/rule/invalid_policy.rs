//! The policy file has a mistake.
//!
//! ## What it does
//!
//! Reports everything that is wrong with the policy file, each mistake at its place: unknown and duplicate keys, names that nothing declares, cycles, patterns that can't be read, levels for rules
//! that don't exist.
//!
//! ## Why it matters
//!
//! An entry that can't be used is left out, so what it should have restricted or allowed isn't part of the answer.
//!
//! ## Bad
//!
//! ```yaml
//! version: 1
//! rolse:
//!   Actor: { accepts: [user, api_key] }
//! ```
//!
//! ## Good
//!
//! ```yaml
//! version: 1
//! roles:
//!   Actor: { accepts: [user, api_key] }
//! ```
//!
//! ## How to fix
//!
//! Correct the place that is marked. `route-role schema policy` prints the schema with which an editor completes and checks the file.
//!
//! ## How to suppress
//!
//! Errors of the policy end the run with status 2, suppressed or not. A warning can be suppressed in the policy, above its line:
//!
//! ```yaml
//! # route-role: allow(invalid-policy) -- the guard comes with the next release
//! ```

use std::collections::BTreeSet;

use route_role_policy::file::problem::{self, Problem};
use route_role_policy::{Placed, suggest};

use super::{Check, Context, Finding, PolicyInFile, Rule, Severity, Subject};

/// The rule.
pub(super) const RULE: Rule = Rule {
    name: "invalid-policy",
    subject: Subject::Configuration,
    severity: Severity::Error,
    needs_policy: true,
    since: "0.1.0",
    source: include_str!("invalid_policy.rs"),
    check: Check::Surface(check),
};

fn check(context: &Context<'_>) -> Vec<Finding> {
    let Some(stated) = context.policy else { return Vec::new() };
    let mistakes = stated.problems.iter().map(|problem| of_problem(&stated, problem));
    mistakes.chain(unknown_rules(&stated)).collect()
}

fn of_problem(stated: &PolicyInFile<'_>, problem: &Problem) -> Finding {
    let place = |range: &std::ops::Range<usize>| stated.span(&Placed::new((), range.clone()));
    let finding = Finding::new(&RULE, problem.message.clone())
        .at(place(&problem.primary), problem.label.clone())
        .severity(match problem.severity {
            problem::Severity::Warning => Severity::Warning,
            problem::Severity::Error => Severity::Error,
        });
    let finding = problem.related.iter().fold(finding, |finding, (range, remark)| finding.also(place(range), remark));
    match &problem.help {
        Some(help) => finding.help(help.clone()),
        None => finding,
    }
}

/// Which rules exist is the linter's knowledge, not the policy loader's.
fn unknown_rules<'a>(stated: &PolicyInFile<'a>) -> impl Iterator<Item = Finding> + use<'a> {
    let known: BTreeSet<&str> = super::ALL.iter().map(|rule| rule.name).collect();
    let stated = *stated;
    stated.policy.rules.values().filter(move |setting| !known.contains(setting.name.as_str())).map(move |setting| {
        let help = suggest::nearest(&setting.name, super::ALL.iter().map(|rule| rule.name)).map_or_else(
            || "`route-role explain` lists the rules".to_owned(),
            |meant| format!("did you mean `{meant}`?"),
        );
        Finding::new(&RULE, format!("there is no rule `{}`", setting.name.value))
            .at(stated.span(&setting.name), "unknown rule")
            .help(help)
    })
}
