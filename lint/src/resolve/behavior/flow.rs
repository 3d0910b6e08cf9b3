//! What is known of a value inside a handler: where it comes from, and what it would answer.

use std::rc::Rc;

use crate::source::Span;

use super::check::Passed;
use super::summary::{Branches, LateFilter, Steps};
use super::typing::Type;

/// Where a value comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Origin {
    /// The parameter of the function that is being summarised; `self` comes first.
    Parameter(u16),
    /// The parameter of the route's path, by its position.
    Path(u16),
    /// Anything else that the caller sent: body, query.
    Input,
    /// Who calls.
    Caller,
    /// What the application itself holds: pools, services, settings.
    State,
    /// What a call that wasn't followed gave back: index into the lookups.
    Found(u32),
}

/// A set of origins, sorted. Most hold none or one, so a sorted list is smaller and faster than a tree.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Origins(Vec<Origin>);

impl Origins {
    pub(super) fn of(origin: Origin) -> Self {
        Self(vec![origin])
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = Origin> + '_ {
        self.0.iter().copied()
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(super) fn contains(&self, origin: Origin) -> bool {
        self.0.binary_search(&origin).is_ok()
    }

    pub(super) fn insert(&mut self, origin: Origin) {
        if let Err(at) = self.0.binary_search(&origin) {
            self.0.insert(at, origin);
        }
    }

    pub(super) fn add(&mut self, others: &Self) {
        if self.0.is_empty() {
            self.0.clone_from(&others.0);
        } else {
            others.iter().for_each(|origin| self.insert(origin));
        }
    }
}

impl FromIterator<Origin> for Origins {
    fn from_iter<I: IntoIterator<Item = Origin>>(origins: I) -> Self {
        let mut found = Self::default();
        origins.into_iter().for_each(|origin| found.insert(origin));
        found
    }
}

/// What a branch depends on.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Condition {
    /// The values that are looked at.
    pub(super) origins: Origins,
    /// The values of which only is asked whether they are there.
    pub(super) presence: Origins,
}

impl Condition {
    pub(super) fn add(&mut self, other: &Self) {
        self.origins.add(&other.origins);
        self.presence.add(&other.presence);
    }
}

/// What the policy says that an expression means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Outcome {
    Absent,
    Denied,
}

/// What an answer looks like.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Bytes {
    /// Its status, or those that it may have.
    pub(super) statuses: Vec<u16>,
    /// Texts and names of variants that go into it.
    pub(super) words: Vec<Rc<str>>,
    /// Where the values come from that go into it.
    pub(super) echo: Origins,
}

impl Bytes {
    pub(super) fn add(&mut self, other: &Self) {
        for status in &other.statuses {
            if let Err(at) = self.statuses.binary_search(status) {
                self.statuses.insert(at, *status);
            }
        }
        for word in &other.words {
            self.say(word.clone());
        }
        self.echo.add(&other.echo);
    }

    pub(super) fn say(&mut self, word: Rc<str>) {
        if self.words.len() < MAX_WORDS
            && let Err(at) = self.words.binary_search(&word)
        {
            self.words.insert(at, word);
        }
    }
}

/// Enough to tell two answers apart.
const MAX_WORDS: usize = 24;

/// An answer that turns the request down, with what it depends on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Refusal {
    pub(super) bytes: Bytes,
    /// The type of the error, and which variant of it, as long as neither was made a response.
    pub(super) ty: Type,
    pub(super) variant: Option<Rc<str>>,
    pub(super) outcome: Option<Outcome>,
    pub(super) condition: Condition,
    /// It stands for any failure of a call that wasn't followed.
    pub(super) is_failure: bool,
    /// Where it is made.
    pub(super) span: Span,
    /// The calls that lead there, from the outermost in.
    pub(super) steps: Steps,
    pub(super) order: u32,
    pub(super) branches: Branches,
}

/// What is known of a value.
#[derive(Debug, Clone, Default)]
pub(super) struct Flow {
    pub(super) origins: Origins,
    /// `None` or `Err` of this value tells that these weren't found.
    pub(super) presence: Origins,
    /// For a truth value about presence: whether `true` means that it is there.
    pub(super) present_if: Option<bool>,
    /// What it would say as (a part of) an answer.
    pub(super) statuses: Vec<u16>,
    pub(super) words: Vec<Rc<str>>,
    /// The answers that come of it where it is an `Err`.
    pub(super) refusals: Vec<Refusal>,
    pub(super) ty: Type,
    pub(super) variant: Option<Rc<str>>,
    pub(super) outcome: Option<Outcome>,
    /// The parts of a tuple.
    pub(super) parts: Option<Rc<Vec<Flow>>>,
    pub(super) closure: Option<Rc<syn::ExprClosure>>,
    /// Where it was cut to a page, if it was.
    pub(super) page: Option<Span>,
    /// Filters that were applied to it after it was cut to a page.
    pub(super) late: Vec<LateFilter>,
    /// Evaluation doesn't come back from here.
    pub(super) never: bool,
    /// It is `None`, whatever went in.
    pub(super) is_none: bool,
    /// The checks that were passed if it is no failure.
    pub(super) passed: Passed,
}

/// More late filters of one value than that tell nothing new.
const MAX_LATE: usize = 4;

/// More answers of one value than that aren't told apart.
const MAX_REFUSALS: usize = 64;

impl Flow {
    pub(super) fn from_origin(origin: Origin) -> Self {
        Self { origins: Origins::of(origin), ..Self::default() }
    }

    pub(super) fn never() -> Self {
        Self { never: true, ..Self::default() }
    }

    pub(super) fn typed(self, ty: Type) -> Self {
        Self { ty, ..self }
    }

    /// What it would say as an answer.
    pub(super) fn bytes(&self) -> Bytes {
        Bytes { statuses: self.statuses.clone(), words: self.words.clone(), echo: self.origins.clone() }
    }

    pub(super) fn condition(&self) -> Condition {
        Condition { origins: self.origins.clone(), presence: self.presence.clone() }
    }

    /// Adds what another value knows, as if both went into one.
    pub(super) fn mix(&mut self, other: &Self) {
        self.is_none = false;
        self.origins.add(&other.origins);
        let mut bytes = Bytes {
            statuses: std::mem::take(&mut self.statuses),
            words: std::mem::take(&mut self.words),
            echo: Origins::default(),
        };
        bytes.add(&Bytes { statuses: other.statuses.clone(), words: other.words.clone(), echo: Origins::default() });
        (self.statuses, self.words) = (bytes.statuses, bytes.words);
        self.refuse_all(&other.refusals);
        self.outcome = self.outcome.or(other.outcome);
        self.page = self.page.or(other.page);
        for late in &other.late {
            if self.late.len() < MAX_LATE && !self.late.contains(late) {
                self.late.push(late.clone());
            }
        }
        if let Some(variant) = other.variant.as_ref().filter(|variant| &***variant != super::macros::MESSAGE) {
            // As a part of something else, a variant is said by its name.
            let mut bytes = Bytes { words: std::mem::take(&mut self.words), ..Bytes::default() };
            bytes.say(variant.clone());
            self.words = bytes.words;
        }
    }

    /// Either of two values.
    pub(super) fn or(mut self, other: Self) -> Self {
        if self.never {
            return Self { refusals: joined(self.refusals, other.refusals), ..other };
        }
        if other.never {
            self.refuse_all(&other.refusals);
            return self;
        }
        let is_none = self.is_none && other.is_none;
        self.passed = Passed::default();
        self.mix(&Self { variant: None, ..other.clone() });
        self.is_none = is_none;
        self.presence.add(&other.presence);
        if self.ty != other.ty {
            self.ty = if self.ty == Type::Unknown { other.ty } else { self.ty };
        }
        if self.variant != other.variant {
            self.variant = None;
        }
        self.parts = match (self.parts, other.parts) {
            (Some(left), Some(right)) if left.len() == right.len() => Some(Rc::new(
                left.iter().cloned().zip(right.iter().cloned()).map(|(left, right)| left.or(right)).collect(),
            )),
            (Some(parts), None) | (None, Some(parts)) => Some(parts),
            _ => None,
        };
        self.closure = self.closure.or(other.closure);
        self.present_if = None;
        self
    }

    pub(super) fn refuse_all(&mut self, refusals: &[Refusal]) {
        for refusal in refusals {
            self.refuse(refusal.clone());
        }
    }

    pub(super) fn refuse(&mut self, refusal: Refusal) {
        if self.refusals.len() < MAX_REFUSALS && !self.refusals.contains(&refusal) {
            self.refusals.push(refusal);
        }
    }

    /// Lets go of parsed code: a summary outlives the places in it.
    pub(super) fn forget_closures(&mut self) {
        self.closure = None;
        if let Some(parts) = &self.parts {
            let mut parts = (**parts).clone();
            parts.iter_mut().for_each(Self::forget_closures);
            self.parts = Some(Rc::new(parts));
        }
    }

    /// What is inside, once it is known to be there.
    pub(super) fn payload(&self) -> Self {
        Self {
            origins: self.origins.clone(),
            ty: self.ty.payload(),
            parts: self.parts.clone(),
            closure: self.closure.clone(),
            page: self.page,
            late: self.late.clone(),
            statuses: self.statuses.clone(),
            words: self.words.clone(),
            variant: self.variant.clone(),
            ..Self::default()
        }
    }
}

fn joined(mut left: Vec<Refusal>, right: Vec<Refusal>) -> Vec<Refusal> {
    for refusal in right {
        if left.len() < MAX_REFUSALS && !left.contains(&refusal) {
            left.push(refusal);
        }
    }
    left
}
