//! What a function does, in terms of its parameters.

use std::rc::Rc;

use crate::resolve::modules::Definition;
use crate::source::Span;

use super::check::{Check, Passed};
use super::flow::{Condition, Flow, Origin, Origins, Outcome, Refusal};

/// What a function does. Computed once for each choice of its type parameters, and carried over to every call.
#[derive(Debug, Clone, Default)]
pub(super) struct Summary {
    /// Calls that were not followed and may ask some store.
    pub(super) lookups: Vec<Lookup>,
    /// Calls that were not followed and, by their name, change something.
    pub(super) acts: Vec<Act>,
    /// Filters that an empty list switches off.
    pub(super) open_filters: Vec<OpenFilter>,
    /// Functions with attributes of their own that are called on the way.
    pub(super) called: Vec<Called>,
    /// Names of restrictions that the code mentions, as indices into the policy's.
    pub(super) asks: Vec<usize>,
    /// Calls that the policy knows as guards.
    pub(super) checks: Vec<Check>,
    /// Those of them that are made on some ways only, as indices.
    pub(super) avoidable: Vec<u32>,
    /// Those of them that whoever gets a result has passed.
    pub(super) passes: Passed,
    /// What comes out, with the answers that it may be.
    pub(super) result: Flow,
    /// How many steps of order it takes.
    pub(super) length: u32,
    /// Whether a bound cut something off.
    pub(super) is_cut: bool,
}

/// A call that may ask some store for something.
#[derive(Debug, Clone)]
pub(super) struct Lookup {
    pub(super) name: Rc<str>,
    /// Where what it is called on and what it is given come from.
    pub(super) inputs: Origins,
    /// It waits, so something outside of this function's values is asked.
    pub(super) awaited: bool,
    /// What is searched, where that is seen: if none of it was sent by the caller, it is the application's own.
    pub(super) searched: Option<Origins>,
    pub(super) span: Span,
    pub(super) steps: Steps,
    pub(super) order: u32,
}

/// A call that changes something.
#[derive(Debug, Clone)]
pub(super) struct Act {
    pub(super) name: Rc<str>,
    pub(super) inputs: Origins,
    pub(super) awaited: bool,
    pub(super) span: Span,
    pub(super) steps: Steps,
    pub(super) order: u32,
    pub(super) branches: Branches,
}

/// A page that is cut first and filtered after.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct LateFilter {
    pub(super) page: Span,
    pub(super) filter: Span,
    /// What the filter looks at.
    pub(super) origins: Origins,
    pub(super) steps: Steps,
}

/// `if !ids.is_empty() { query = query.filter(ids) }`.
#[derive(Debug, Clone)]
pub(super) struct OpenFilter {
    pub(super) list: Origins,
    pub(super) span: Span,
    pub(super) filter: Span,
    pub(super) steps: Steps,
}

/// A function with attributes that is called on the way.
#[derive(Debug, Clone)]
pub(crate) struct Called {
    pub(crate) function: Definition,
    pub(crate) steps: Steps,
}

/// More of one kind than that aren't kept.
pub(super) const MAX_KEPT: usize = 96;

/// The branches that something stands in, from the outermost in: which one, and which side of it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Branches(Option<Rc<[(u32, u16)]>>);

impl Branches {
    pub(super) fn of(path: &[(u32, u16)]) -> Self {
        Self((!path.is_empty()).then(|| path.into()))
    }

    pub(super) fn path(&self) -> &[(u32, u16)] {
        self.0.as_deref().unwrap_or_default()
    }

    /// Inside other branches; what counts them goes on from `order`.
    fn inside(&self, around: &[(u32, u16)], order: u32) -> Self {
        let mut path = around.to_vec();
        path.extend(self.path().iter().map(|(branch, side)| (branch + order, *side)));
        Self::of(&path)
    }
}

/// The calls that lead to a place, from the outermost in. Many places share their tails.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Steps(Option<Rc<(Span, Steps)>>);

impl Steps {
    /// One more call in front.
    pub(super) fn behind(&self, step: Span) -> Self {
        Self(Some(Rc::new((step, self.clone()))))
    }

    pub(crate) fn spans(&self) -> Vec<Span> {
        let mut all = Vec::new();
        let mut at = self;
        while let Some(link) = &at.0 {
            all.push(link.0);
            at = &link.1;
        }
        all
    }
}

/// Carries over what was said of a function's parameters to the arguments of a call.
pub(super) struct Substitution<'a> {
    pub(super) arguments: &'a [Flow],
    /// Where the function's own lookups begin among those of the caller.
    pub(super) lookups: u32,
    pub(super) step: Span,
    pub(super) order: u32,
    /// What the call itself depends on.
    pub(super) around: &'a Condition,
    /// The branches that the call stands in.
    pub(super) branches: &'a [(u32, u16)],
}

impl Substitution<'_> {
    pub(super) fn origins(&self, origins: &Origins) -> Origins {
        let mut found = Origins::default();
        for origin in origins.iter() {
            match origin {
                Origin::Parameter(index) => {
                    if let Some(argument) = self.arguments.get(usize::from(index)) {
                        found.add(&argument.origins);
                    }
                }
                Origin::Found(index) => found.insert(Origin::Found(index + self.lookups)),
                other => found.insert(other),
            }
        }
        found
    }

    /// Whether a parameter is there is whether its argument is.
    pub(super) fn presence(&self, origins: &Origins) -> Origins {
        let mut found = Origins::default();
        for origin in origins.iter() {
            match origin {
                Origin::Parameter(index) => {
                    if let Some(argument) = self.arguments.get(usize::from(index)) {
                        found.add(&argument.presence);
                    }
                }
                Origin::Found(index) => found.insert(Origin::Found(index + self.lookups)),
                other => found.insert(other),
            }
        }
        found
    }

    pub(super) fn refusal(&self, refusal: &Refusal) -> Refusal {
        let mut mapped = refusal.clone();
        mapped.bytes.echo = self.origins(&refusal.bytes.echo);
        for argument in self.flowing(&refusal.bytes.echo) {
            mapped.bytes.add(&super::flow::Bytes {
                statuses: argument.statuses.clone(),
                words: argument.words.clone(),
                echo: Origins::default(),
            });
        }
        mapped.condition = Condition {
            origins: self.origins(&refusal.condition.origins),
            presence: self.presence(&refusal.condition.presence),
        };
        mapped.condition.add(self.around);
        mapped.steps = refusal.steps.behind(self.step);
        mapped.order = refusal.order + self.order;
        mapped.branches = refusal.branches.inside(self.branches, self.order);
        mapped
    }

    pub(super) fn flow(&self, flow: &Flow) -> Flow {
        let mut mapped = Flow {
            origins: self.origins(&flow.origins),
            presence: self.presence(&flow.presence),
            late: flow.late.iter().map(|late| self.late_filter(late)).collect(),
            refusals: flow.refusals.iter().map(|refusal| self.refusal(refusal)).collect(),
            parts: flow.parts.as_ref().map(|parts| Rc::new(parts.iter().map(|part| self.flow(part)).collect())),
            ..flow.clone()
        };
        let flowing: Vec<Flow> = self.flowing(&flow.origins).cloned().collect();
        for argument in flowing {
            let own = Flow {
                statuses: argument.statuses,
                words: argument.words,
                page: argument.page,
                late: argument.late,
                ..Flow::default()
            };
            mapped.mix(&own);
        }
        mapped
    }

    fn late_filter(&self, late: &LateFilter) -> LateFilter {
        LateFilter { origins: self.origins(&late.origins), steps: late.steps.behind(self.step), ..late.clone() }
    }

    fn flowing<'s>(&'s self, origins: &'s Origins) -> impl Iterator<Item = &'s Flow> {
        origins.iter().filter_map(|origin| match origin {
            Origin::Parameter(index) => self.arguments.get(usize::from(index)),
            _ => None,
        })
    }
}

impl Summary {
    /// Takes over what a called function does, and gives what comes out of the call.
    pub(super) fn take(&mut self, callee: &Self, substitution: &Substitution<'_>) -> Flow {
        let step = substitution.step;
        for lookup in &callee.lookups {
            self.lookups.push(Lookup {
                inputs: substitution.origins(&lookup.inputs),
                searched: lookup.searched.as_ref().map(|searched| substitution.origins(searched)),
                steps: lookup.steps.behind(step),
                order: lookup.order + substitution.order,
                ..lookup.clone()
            });
        }
        let room = |kept: usize, cut: &mut bool| {
            *cut |= kept >= MAX_KEPT;
            kept < MAX_KEPT
        };
        for act in &callee.acts {
            if room(self.acts.len(), &mut self.is_cut) {
                self.acts.push(Act {
                    inputs: substitution.origins(&act.inputs),
                    steps: act.steps.behind(step),
                    order: act.order + substitution.order,
                    branches: act.branches.inside(substitution.branches, substitution.order),
                    ..act.clone()
                });
            }
        }
        for open in &callee.open_filters {
            if room(self.open_filters.len(), &mut self.is_cut) {
                self.open_filters.push(OpenFilter {
                    list: substitution.origins(&open.list),
                    steps: open.steps.behind(step),
                    ..open.clone()
                });
            }
        }
        for called in &callee.called {
            if self.called.iter().all(|known| known.function != called.function)
                && room(self.called.len(), &mut self.is_cut)
            {
                self.called.push(Called { steps: called.steps.behind(step), ..called.clone() });
            }
        }
        for ask in &callee.asks {
            if !self.asks.contains(ask) {
                self.asks.push(*ask);
            }
        }
        self.is_cut |= callee.is_cut;
        substitution.flow(&callee.result)
    }

    /// Forgets the lookups that nothing refers to any more.
    pub(super) fn prune(&mut self) {
        let mut needed = vec![false; self.lookups.len()];
        let mut open: Vec<u32> = Vec::new();
        let mut need = |origins: &Origins| {
            for origin in origins.iter() {
                if let Origin::Found(index) = origin {
                    open.push(index);
                }
            }
        };
        visit(&self.result, &mut need);
        self.acts.iter().for_each(|act| need(&act.inputs));
        self.open_filters.iter().for_each(|filter| need(&filter.list));
        while let Some(index) = open.pop() {
            let Some(known) = needed.get_mut(index as usize) else { continue };
            if !std::mem::replace(known, true) {
                let inputs = &self.lookups[index as usize].inputs;
                open.extend(inputs.iter().filter_map(|origin| match origin {
                    Origin::Found(index) => Some(index),
                    _ => None,
                }));
            }
        }
        if needed.iter().all(|needed| *needed) {
            return;
        }
        let mut places = Vec::with_capacity(needed.len());
        let mut next = 0;
        for needed in &needed {
            places.push(next);
            next += u32::from(*needed);
        }
        let moved = |origins: &mut Origins| {
            *origins = origins
                .iter()
                .map(|origin| match origin {
                    Origin::Found(index) => Origin::Found(places.get(index as usize).copied().unwrap_or(index)),
                    other => other,
                })
                .collect();
        };
        let mut keep = needed.iter().copied();
        self.lookups.retain(|_| keep.next().unwrap_or(true));
        for lookup in &mut self.lookups {
            moved(&mut lookup.inputs);
            if let Some(searched) = &mut lookup.searched {
                moved(searched);
            }
        }
        self.acts.iter_mut().for_each(|act| moved(&mut act.inputs));
        self.open_filters.iter_mut().for_each(|filter| moved(&mut filter.list));
        change(&mut self.result, &moved);
    }
}

fn visit(flow: &Flow, need: &mut dyn FnMut(&Origins)) {
    need(&flow.origins);
    need(&flow.presence);
    flow.late.iter().for_each(|late| need(&late.origins));
    for refusal in &flow.refusals {
        need(&refusal.bytes.echo);
        need(&refusal.condition.origins);
        need(&refusal.condition.presence);
    }
    for part in flow.parts.iter().flat_map(|parts| parts.iter()) {
        visit(part, need);
    }
}

fn change(flow: &mut Flow, moved: &dyn Fn(&mut Origins)) {
    moved(&mut flow.origins);
    moved(&mut flow.presence);
    flow.late.iter_mut().for_each(|late| moved(&mut late.origins));
    for refusal in &mut flow.refusals {
        moved(&mut refusal.bytes.echo);
        moved(&mut refusal.condition.origins);
        moved(&mut refusal.condition.presence);
    }
    if let Some(parts) = &flow.parts {
        let mut changed = (**parts).clone();
        changed.iter_mut().for_each(|part| change(part, moved));
        flow.parts = Some(Rc::new(changed));
    }
}

/// What the policy says about an expression, attached to what comes out.
pub(super) fn marked(
    mut flow: Flow,
    outcome: Outcome,
    condition: &Condition,
    span: Span,
    (order, branches): (u32, Branches),
) -> Flow {
    flow.outcome = Some(outcome);
    if flow.refusals.is_empty() {
        // An error that is only made isn't given yet.
        if matches!(flow.ty, super::typing::Type::Own(..)) {
            return flow;
        }
        flow.refuse(Refusal {
            bytes: flow.bytes(),
            ty: flow.ty.error(),
            variant: None,
            outcome: Some(outcome),
            condition: condition.clone(),
            is_failure: false,
            span,
            steps: Steps::default(),
            order,
            branches,
        });
    } else {
        flow.refusals.iter_mut().for_each(|refusal| refusal.outcome = Some(outcome));
    }
    flow
}
