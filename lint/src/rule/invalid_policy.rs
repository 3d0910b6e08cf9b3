//! The policy file has a mistake.
//!
//! ## What it does
//!
//! Reports everything that is wrong with the policy file, each mistake at its place: unknown and duplicate keys, names that nothing declares, cycles, patterns that can't be read, levels for rules
//! that don't exist. A guard pattern that matches nothing on any route is a note, and a warning when none of the patterns matches anything.
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

use std::collections::{BTreeMap, BTreeSet};

use route_role_policy::file::problem::{self, Problem};
use route_role_policy::policy::{EntryMeaning, GuardEntry};
use route_role_policy::term::{Term, Value};
use route_role_policy::{Meaning, Pattern, Placed, suggest};

use crate::resolve::{Guard, GuardKind};
use crate::surface::{Gap, GuardMeaning};

use super::engine::list::counted;
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
    let idle = idle_patterns(context, &stated);
    mistakes.chain(unknown_rules(&stated)).chain(idle).chain(overruled(context, &stated)).collect()
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

/// Entries that take something for a guard that lets every request pass.
fn overruled(context: &Context<'_>, stated: &PolicyInFile<'_>) -> Vec<Finding> {
    let mut found: BTreeMap<usize, (&Guard, usize)> = BTreeMap::new();
    for (route, row) in context.inventory().routes.iter().zip(&context.surface.rows) {
        for (guard, mapped) in route.guards.iter().zip(&row.guards) {
            if let Some(entry) = mapped.overruled {
                found.entry(entry).or_insert((guard, 0)).1 += 1;
            }
        }
    }
    found
        .into_iter()
        .filter_map(|(entry, (guard, routes))| {
            let entry = stated.policy.guards.get(entry)?;
            let message = format!("`{}` is taken for a guard, but lets every request pass", guard.text);
            Some(
                Finding::new(&RULE, message)
                    .severity(Severity::Warning)
                    .at(stated.span(&entry.pattern), "gives it a meaning")
                    .also(guard.span, format!("restricts nobody here ({})", counted(routes, "route")))
                    .help("its own code never answers with an error: give the meaning to what refuses the request, or `ignore` it"),
            )
        })
        .collect()
}

/// Patterns that match no guard of any route: written for code that has changed, or misspelt.
fn idle_patterns(context: &Context<'_>, stated: &PolicyInFile<'_>) -> Vec<Finding> {
    let entries = &stated.policy.guards;
    if context.inventory().routes.iter().all(|route| route.guards.is_empty()) {
        return Vec::new();
    }
    let (mut matched, ignored) = matched_entries(context);
    matched.extend(entries_of_called(context, stated));
    matched.extend(entries_of_parts(context, stated));
    let indirect: BTreeSet<Option<&str>> = entries.iter().flat_map(parts).map(|part| part.last()).collect();
    let is_idle = |(index, entry): &(usize, &GuardEntry)| match &entry.meaning {
        EntryMeaning::Ignore { reason } => !ignored.contains(reason.value.as_str()),
        _ => !matched.contains(index) && !indirect.contains(&entry.pattern.last()),
    };
    let idle: Vec<&GuardEntry> = entries.iter().enumerate().filter(is_idle).map(|(_, entry)| entry).collect();
    if let (Some(first), true) = (idle.first(), idle.len() == entries.len()) {
        return vec![
            Finding::new(&RULE, "no pattern under `guards` matches any guard of the routes")
                .severity(Severity::Warning)
                .at(stated.span(&first.pattern), "the first of them")
                .help("`route-role routes` shows the guards that were found; is this the policy of another service?"),
        ];
    }
    idle.into_iter()
        .map(|entry| {
            Finding::new(&RULE, format!("the pattern `{}` matches no guard of any route", entry.pattern.value))
                .severity(Severity::Note)
                .at(stated.span(&entry.pattern), "matches nothing")
                .help("correct the pattern, or delete the entry")
        })
        .collect()
}

/// The entries that some guard matched, and the reasons of those that made a guard be ignored.
fn matched_entries<'a>(context: &Context<'a>) -> (BTreeSet<usize>, BTreeSet<&'a str>) {
    let guards = context.surface.rows.iter().flat_map(|row| &row.guards);
    let matched = guards.clone().filter_map(|guard| match (&guard.meaning, &guard.gap) {
        (GuardMeaning::Access { entry, .. }, _) => *entry,
        (_, Some(Gap::UnknownValue { entry, .. })) => Some(*entry),
        (_, Some(Gap::Conditional { entry, .. })) => *entry,
        _ => guard.overruled,
    });
    (matched.collect(), guards.filter_map(|guard| guard.ignored.as_deref()).collect())
}

/// The entries that a guard on a function matches that some handler calls.
fn entries_of_called(context: &Context<'_>, stated: &PolicyInFile<'_>) -> BTreeSet<usize> {
    let behaviors = context.inventory().routes.iter().filter_map(|route| route.behavior.as_deref());
    behaviors
        .flat_map(|behavior| &behavior.called_guards)
        .filter_map(|called| {
            match stated.policy.meaning_through(std::iter::once(&called.guard.term).chain(&called.guard.expansions)) {
                Meaning::Access { entry, .. } => Some(entry),
                _ => None,
            }
        })
        .collect()
}

/// The entries that the parts of a combined check match.
fn entries_of_parts(context: &Context<'_>, stated: &PolicyInFile<'_>) -> BTreeSet<usize> {
    let mut found = BTreeSet::new();
    let guards = context.inventory().routes.iter().flat_map(|route| &route.guards);
    let mut open: Vec<&Term> = guards.filter(|guard| guard.kind == GuardKind::Call).map(|guard| &guard.term).collect();
    while let Some(term) = open.pop() {
        match stated.policy.meaning(term) {
            Meaning::Access { entry, .. } => {
                found.insert(entry);
            }
            _ => open.extend(term.args.iter().filter_map(|argument| match &argument.value {
                Value::Term(part) => Some(part),
                _ => None,
            })),
        }
    }
    found
}

/// What an entry made of other guards refers to.
fn parts(entry: &GuardEntry) -> &[Placed<Pattern>] {
    match &entry.meaning {
        EntryMeaning::Any(parts) | EntryMeaning::All(parts) => parts,
        EntryMeaning::Demand(_) | EntryMeaning::Ignore { .. } => &[],
    }
}
