//! From what a handler does to what that means for the objects that its path addresses.

use std::collections::BTreeMap;
use std::rc::Rc;

use crate::frontend::rust::facts::ItemKind;
use crate::resolve::inventory::{self, Answer, AnswerKind, Behavior, ObjectKey, ObjectLookup, OpenFilter, Place};
use crate::resolve::modules::Definition;
use crate::resolve::type_terms::Substitution;

use super::Analyst;
use super::check::Check;
use super::flow::{Origin, Origins, Outcome, Refusal};
use super::gate::Middleware;
use super::summary::{Called, Lookup, Summary};
use super::typing::{Scope, Type};

/// Where values come from in the end, once calls that ask nothing outside are seen through.
#[derive(Debug, Clone, Default)]
struct Reach {
    /// By what the objects were looked up that play a part.
    objects: Vec<ObjectKey>,
    /// The lookups that found them.
    lookups: Vec<u32>,
    /// Parameters of the path, and other parts of the request, as they came.
    keys: Vec<ObjectKey>,
    caller: bool,
    state: bool,
}

impl Reach {
    fn has_input(&self) -> bool {
        self.keys.contains(&ObjectKey::Input)
    }

    fn has_path(&self) -> bool {
        self.keys.iter().any(|key| matches!(key, ObjectKey::Path(_)))
    }

    /// By what an object is looked up that these go into: the path says more than a body beside it.
    fn object_keys(&self) -> Vec<ObjectKey> {
        let path: Vec<ObjectKey> = self.keys.iter().copied().filter(|key| matches!(key, ObjectKey::Path(_))).collect();
        if path.is_empty() { self.keys.clone() } else { path }
    }

    fn add(&mut self, other: &Self) {
        self.objects.extend(&other.objects);
        self.keys.extend(&other.keys);
        self.lookups.extend(&other.lookups);
        self.lookups.sort_unstable();
        self.lookups.dedup();
        for list in [&mut self.objects, &mut self.keys] {
            list.sort_unstable();
            list.dedup();
        }
        self.caller |= other.caller;
        self.state |= other.state;
    }
}

/// What is known of one lookup.
struct Known {
    /// It asks something outside by a parameter of the path.
    is_primary: bool,
    is_real: bool,
    /// What goes in, seen through calls that ask nothing outside.
    inputs: Reach,
    /// Where what comes out comes from.
    reach: Reach,
}

/// A handler, read.
#[derive(Debug)]
pub(crate) struct Read {
    pub(crate) behavior: Behavior,
    /// The functions with attributes of their own that it calls.
    pub(crate) called: Vec<Called>,
    /// The checks that nobody gets past, in the order in which they are made.
    pub(crate) checks: Vec<Check>,
    /// Those that are made on some ways through the handler only.
    pub(crate) avoidable: Vec<Check>,
}

impl Analyst<'_, '_> {
    /// What a handler does, with what stands around it.
    pub(crate) fn handler(
        &mut self,
        function: &Definition,
        owner: Option<&Definition>,
        substitution: &Substitution,
        around: &[Middleware],
    ) -> Option<Read> {
        if self.memory.is_off {
            return None;
        }
        let ItemKind::Function(signature) = &function.item.kind else { return None };
        let outer = Scope { module: function.module, generics: Rc::default(), self_type: Type::Unknown };
        let mut generics = BTreeMap::new();
        for (name, (argument, module)) in substitution {
            if let crate::frontend::rust::types::TypeArgument::Type(ty) = argument {
                let scope = Scope { module: *module, ..outer.clone() };
                generics.insert(name.clone(), self.type_of(&scope, ty));
            }
        }
        let self_type = owner.map_or(Type::Unknown, |owner| Type::Own(owner.clone(), Rc::from([])));
        let scope = Scope { generics: Rc::new(generics), self_type, ..outer };
        let parameters = self.parameters(function, signature, &scope);
        let gates = self.gates(function, &parameters, around);
        let summary = self.read(function, &scope, parameters, &gates, true)?;
        let called = summary.called.clone();
        let checks = summary.passes.on_success();
        let checks = checks.iter().filter_map(|check| summary.checks.get(*check as usize)).cloned().collect();
        // Nobody asks what it does besides.
        let avoidable = summary.avoided().into_iter().cloned().collect();
        let behavior = if self.memory.only_checks { Behavior::default() } else { self.behavior(summary) };
        Some(Read { behavior, called, checks, avoidable })
    }

    fn behavior(&mut self, summary: Summary) -> Behavior {
        let known = known(&summary.lookups);
        let reach = |origins: &Origins| reach(origins, &known);
        let mut behavior = Behavior { is_cut: summary.is_cut, ..Behavior::default() };
        for refusal in summary.result.refusals {
            let refusal = self.finished(refusal);
            match answer(&refusal, &known) {
                Sorted::Answer(answer) => {
                    if !behavior.answers.contains(&answer) {
                        behavior.answers.push(answer);
                    }
                }
                Sorted::Unknown => behavior.unknown_answers += 1,
                Sorted::Nothing => {}
            }
        }
        behavior.answers.sort_by(|left, right| (left.order, &left.place).cmp(&(right.order, &right.place)));
        for (index, (lookup, known)) in (0_u32..).zip(summary.lookups.iter().zip(&known)) {
            if known.is_primary {
                behavior.lookups.push(ObjectLookup {
                    id: index,
                    name: lookup.name.to_string(),
                    objects: known.inputs.object_keys(),
                    carries_caller: known.inputs.caller,
                    place: Place { span: lookup.span, steps: lookup.steps.spans() },
                    order: lookup.order,
                });
            }
        }
        for act in &summary.acts {
            let reach = reach(&act.inputs);
            // Something that stays inside the function isn't changed for anybody else.
            if !act.awaited && !reach.state {
                continue;
            }
            behavior.acts.push(inventory::Act {
                name: act.name.to_string(),
                keys: reach.keys,
                objects: reach.objects,
                waits: act.awaited,
                place: Place { span: act.span, steps: act.steps.spans() },
                order: act.order,
                branches: act.branches.path().to_vec(),
            });
        }
        for late in &summary.result.late {
            // A filter by what a store says of the caller joins two lists rather than that it hides anything.
            if inputs(&late.origins, &known).caller {
                behavior.late_filters.push(inventory::LateFilter {
                    page: late.page,
                    filter: Place { span: late.filter, steps: late.steps.spans() },
                });
            }
        }
        for open in &summary.open_filters {
            let reach = reach(&open.list);
            if reach.caller && !reach.has_input() {
                behavior.open_filters.push(OpenFilter {
                    condition: Place { span: open.span, steps: open.steps.spans() },
                    filter: open.filter,
                });
            }
        }
        let restrictions = self.policy.map_or(&[][..], |policy| policy.restrictions.as_slice());
        behavior.asks =
            summary.asks.iter().filter_map(|ask| restrictions.get(*ask)).map(|ask| ask.when.value.clone()).collect();
        behavior.asks.sort();
        behavior
    }
}

/// Names of calls that take in what was sent, and ask nobody.
fn reads_only(name: &str) -> bool {
    let first = name.split('_').next().unwrap_or_default();
    matches!(
        first,
        "read"
            | "recv"
            | "next"
            | "poll"
            | "bytes"
            | "text"
            | "chunk"
            | "field"
            | "sleep"
            | "send"
            | "parse"
            | "decode"
            | "hash"
            | "verify"
    )
}

fn known(lookups: &[Lookup]) -> Vec<Known> {
    let mut known: Vec<Known> = Vec::with_capacity(lookups.len());
    for lookup in lookups {
        let inputs = inputs(&lookup.inputs, &known);
        let is_own = lookup.searched.as_ref().is_some_and(|searched| {
            let searched = self::inputs(searched, &known);
            searched.keys.is_empty() && searched.objects.is_empty() && !searched.caller
        });
        let is_real = lookup.awaited || inputs.state || is_own;
        let is_primary = is_real && !inputs.keys.is_empty() && !reads_only(&lookup.name);
        let reach = if is_primary {
            Reach {
                objects: inputs.object_keys(),
                lookups: vec![u32::try_from(known.len()).unwrap_or(u32::MAX)],
                ..Reach::default()
            }
        } else {
            reach(&lookup.inputs, &known)
        };
        known.push(Known { is_primary, is_real, inputs, reach });
    }
    known
}

/// What goes into a lookup: what other lookups found stays what they found, unless they asked nothing outside.
fn inputs(origins: &Origins, known: &[Known]) -> Reach {
    let mut all = Reach::default();
    for origin in origins.iter() {
        match origin {
            Origin::Found(index) => {
                let Some(lookup) = known.get(index as usize) else { continue };
                if lookup.is_primary {
                    all.objects.extend(lookup.inputs.object_keys());
                } else if lookup.is_real {
                    // A connection from the pool, the caller's own record.
                    all.add(&Reach { keys: Vec::new(), state: true, ..lookup.reach.clone() });
                } else {
                    all.add(&lookup.inputs);
                }
            }
            other => all.add(&plain(other)),
        }
    }
    all.add(&Reach::default());
    all
}

/// Where values come from in the end.
fn reach(origins: &Origins, known: &[Known]) -> Reach {
    let mut all = Reach::default();
    for origin in origins.iter() {
        match origin {
            Origin::Found(index) => {
                if let Some(lookup) = known.get(index as usize) {
                    all.add(&lookup.reach);
                }
            }
            other => all.add(&plain(other)),
        }
    }
    all
}

fn plain(origin: Origin) -> Reach {
    let nothing = Reach::default();
    match origin {
        Origin::Path(index) => Reach { keys: vec![ObjectKey::Path(index)], ..nothing },
        Origin::Input => Reach { keys: vec![ObjectKey::Input], ..nothing },
        Origin::Caller => Reach { caller: true, ..nothing },
        Origin::State => Reach { state: true, ..nothing },
        Origin::Found(_) | Origin::Parameter(_) => nothing,
    }
}

enum Sorted {
    Answer(Answer),
    Unknown,
    Nothing,
}

/// Whether the status itself is that of a refusal.
fn refuses(refusal: &Refusal) -> bool {
    !refusal.bytes.statuses.is_empty() && refusal.bytes.statuses.iter().all(|status| matches!(status, 401 | 403))
}

/// Whether an answer can mean that the caller may not: other statuses speak of the state that an object is in. A failure of
/// the server is what an error becomes that nobody gave a status.
fn may_deny(refusal: &Refusal, is_direct: bool) -> bool {
    let statuses = &refusal.bytes.statuses;
    statuses.iter().any(|status| matches!(status, 401 | 403 | 404))
        || !refusal.is_failure && is_direct && statuses.iter().all(|status| matches!(status, 400 | 422))
        || statuses.is_empty()
        || !refusal.is_failure && statuses.iter().all(|status| *status >= 500)
}

fn answer(refusal: &Refusal, known: &[Known]) -> Sorted {
    let condition = reach(&refusal.condition.origins, known);
    // The caller's own values are compared, not what a store says of the caller.
    let is_direct = inputs(&refusal.condition.origins, known).caller;
    let mut absent: Vec<ObjectKey> = Vec::new();
    let mut asks_for_caller = false;
    let mut asked: Vec<u32> = Vec::new();
    for origin in refusal.condition.presence.iter() {
        if let Origin::Found(index) = origin
            && let Some(lookup) = known.get(index as usize)
            && lookup.is_primary
        {
            absent.extend(lookup.inputs.object_keys());
            asks_for_caller |= lookup.inputs.caller;
            asked.push(index);
        }
    }
    absent.sort_unstable();
    absent.dedup();
    let is_about_objects = !condition.objects.is_empty();
    let kind = match refusal.outcome {
        Some(Outcome::Absent) if is_about_objects => AnswerKind::Absent,
        Some(Outcome::Denied) if is_about_objects && absent.is_empty() => AnswerKind::Denied,
        // Any failure of a call may be that it found nothing, but only this status says so.
        _ if refusal.is_failure && !absent.is_empty() && !refusal.bytes.statuses.contains(&404) => AnswerKind::Other,
        // «None of this id that is the caller's» is a denial where the status says so.
        _ if !absent.is_empty() && asks_for_caller && refuses(refusal) => AnswerKind::Denied,
        _ if !absent.is_empty() && condition.caller => AnswerKind::Collapsed,
        _ if !absent.is_empty() => AnswerKind::Absent,
        _ if is_about_objects && condition.caller && may_deny(refusal, is_direct) => AnswerKind::Denied,
        _ if is_about_objects => AnswerKind::Other,
        _ if condition.caller && condition.has_path() => AnswerKind::Bound,
        _ if condition.caller && condition.has_input() => AnswerKind::Requested,
        _ if condition.caller => AnswerKind::Uniform,
        _ => AnswerKind::Other,
    };
    let matters = matches!(kind, AnswerKind::Absent | AnswerKind::Denied | AnswerKind::Collapsed);
    let statuses: Vec<u16> = refusal.bytes.statuses.iter().copied().filter(|status| *status >= 400).collect();
    // Sizes, formats and rates of requests say nothing about objects.
    if statuses.iter().any(|status| matches!(status, 405 | 406 | 408 | 411 | 413 | 414 | 415 | 429)) {
        return Sorted::Nothing;
    }
    let status = match (statuses.as_slice(), refusal.outcome) {
        ([status], _) => Some(*status),
        ([], Some(Outcome::Absent)) => Some(404),
        ([], Some(Outcome::Denied)) => Some(403),
        _ => None,
    };
    match status {
        // The application's own failures say nothing about the object, unless they repeat why.
        Some(status) if status >= 500 && (!matters || refusal.bytes.words.is_empty()) => return Sorted::Nothing,
        None if refusal.outcome.is_none() => {
            let is_unknown = if refusal.is_failure { condition.caller && is_about_objects } else { matters };
            return if is_unknown { Sorted::Unknown } else { Sorted::Nothing };
        }

        _ => {}
    }
    let echo = reach(&refusal.bytes.echo, known);
    let lookups = if absent.is_empty() { condition.lookups } else { asked };
    let objects = if absent.is_empty() { condition.objects } else { absent };
    Sorted::Answer(Answer {
        kind,
        objects,
        lookups,
        status,
        words: refusal.bytes.words.iter().map(ToString::to_string).collect(),
        echoes_object: !echo.objects.is_empty(),
        echoes_request: !echo.keys.is_empty(),
        place: Place { span: refusal.span, steps: refusal.steps.spans() },
        order: refusal.order,
        branches: refusal.branches.path().to_vec(),
    })
}
