//! How an access changed, in words.

use std::collections::{BTreeMap, BTreeSet};

use route_role_policy::{Access, Alternative, PrincipalKind, Principals, Tier};

use super::sentence::Sentence;
use crate::rule::engine::list::joined;

/// One way in which a route changed.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Effect {
    /// For whom it is better.
    pub direction: Direction,
    /// What happened.
    pub text: Sentence,
    /// Whether it names what only this route has, so that no other route changed in the same way.
    pub is_own: bool,
}

/// Whether callers can do more or less.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Direction {
    /// More.
    Opened,
    /// Perhaps more.
    Unsure,
    /// Less.
    Closed,
    /// Neither.
    Neutral,
}

/// Something that one access asks of a caller and another doesn't.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Gain {
    Everyone,
    Kind,
    Tier { from: Tier, to: Option<Tier> },
    Scopes(Vec<String>),
    Level(String),
    Feature(String),
}

impl Effect {
    pub(super) fn new(direction: Direction, text: Sentence) -> Self {
        Self { direction, text, is_own: false }
    }

    /// The same, not for sure.
    pub(super) fn perhaps(self) -> Self {
        Self { direction: Direction::Unsure, text: self.text.perhaps(), ..self }
    }

    /// Something that no other route can share.
    pub(super) fn own(text: Sentence) -> Self {
        Self { direction: Direction::Neutral, text, is_own: true }
    }
}

/// What callers can do by `after` that they couldn't by `before`, in words.
pub(super) fn opened(before: &Access, after: &Access) -> Vec<Effect> {
    effects(before, after, Direction::Opened)
}

/// What callers could do by `before` that they can't by `after`, in words.
pub(super) fn closed(before: &Access, after: &Access) -> Vec<Effect> {
    effects(after, before, Direction::Closed)
}

fn effects(narrow: &Access, wide: &Access, direction: Direction) -> Vec<Effect> {
    let words = |(gain, kinds): (&Gain, &Vec<PrincipalKind>)| Effect::new(direction, gain.words(kinds, direction));
    let found: Vec<Effect> = gains(narrow, wide).iter().map(words).collect();
    if !found.is_empty() {
        return found;
    }
    let text = match direction {
        Direction::Closed => "refuses callers whom it let in",
        _ => "lets in callers whom it refused",
    };
    vec![Effect::new(direction, Sentence::new(text))]
}

/// What `wide` no longer asks, with the kinds of caller of whom it doesn't.
fn gains(narrow: &Access, wide: &Access) -> BTreeMap<Gain, Vec<PrincipalKind>> {
    let mut gains: BTreeMap<Gain, Vec<PrincipalKind>> = BTreeMap::new();
    if wide.is_open() && !narrow.is_open() {
        gains.insert(Gain::Everyone, Vec::new());
        return gains;
    }
    for kind in kinds(narrow, wide) {
        let asked: Vec<&Alternative> = narrow.accepting(&kind).collect();
        let asks: Vec<&Alternative> = wide.accepting(&kind).collect();
        let mut add = |gain| gains.entry(gain).or_default().push(kind.clone());
        match (asked.is_empty(), asks.is_empty()) {
            (_, true) => {}
            (true, false) => add(Gain::Kind),
            (false, false) => dropped(&asked, &asks).into_iter().for_each(add),
        }
    }
    gains
}

/// The kinds of caller that either access names. One that no access names is like those that it lets in as everyone.
fn kinds(left: &Access, right: &Access) -> BTreeSet<PrincipalKind> {
    let mut kinds = BTreeSet::new();
    for alternative in left.alternatives.iter().chain(right.alternatives.iter()) {
        match &alternative.principals {
            Principals::Everyone => kinds.extend([PrincipalKind::ANONYMOUS]),
            Principals::Only(named) => kinds.extend(named.iter().cloned()),
        }
    }
    kinds
}

/// What every way in asked, and not every way in asks any more.
fn dropped(asked: &[&Alternative], asks: &[&Alternative]) -> Vec<Gain> {
    let mut gains = Vec::new();
    let ladders: BTreeSet<&str> = asked.iter().flat_map(|way| way.tiers.iter()).map(Tier::ladder).collect();
    for ladder in ladders {
        let Some(from) = lowest(asked, ladder) else { continue };
        let to = lowest(asks, ladder);
        if to.as_ref().is_none_or(|to| !to.satisfies(&from)) {
            gains.push(Gain::Tier { from, to });
        }
    }
    let scopes = |way: &Alternative| -> BTreeSet<Vec<String>> {
        let clauses = way.scopes.iter();
        clauses.map(|clause| clause.any_of.iter().map(ToString::to_string).collect()).collect()
    };
    let levels = |way: &Alternative| way.levels.iter().map(ToString::to_string).collect();
    let features = |way: &Alternative| way.features.iter().map(ToString::to_string).collect();
    gains.extend(lost(asked, asks, scopes).into_iter().map(Gain::Scopes));
    gains.extend(lost(asked, asks, levels).into_iter().map(Gain::Level));
    gains.extend(lost(asked, asks, features).into_iter().map(Gain::Feature));
    gains
}

fn lost<T: Ord + Clone>(
    asked: &[&Alternative],
    asks: &[&Alternative],
    of: impl Fn(&Alternative) -> BTreeSet<T>,
) -> Vec<T> {
    let common = |ways: &[&Alternative]| {
        ways.iter().map(|way| of(way)).reduce(|left, right| left.intersection(&right).cloned().collect())
    };
    let (before, after) = (common(asked).unwrap_or_default(), common(asks).unwrap_or_default());
    before.difference(&after).cloned().collect()
}

/// The lowest tier that lets anybody in; `None` if a way in asks for none.
fn lowest(ways: &[&Alternative], ladder: &str) -> Option<Tier> {
    let of_way = |way: &&Alternative| way.tiers.iter().filter(|tier| tier.ladder() == ladder).max().cloned();
    ways.iter().map(of_way).collect::<Option<Vec<Tier>>>()?.into_iter().min_by_key(Tier::rank)
}

impl Gain {
    fn words(&self, kinds: &[PrincipalKind], direction: Direction) -> Sentence {
        let opened = direction == Direction::Opened;
        match self {
            Self::Everyone if opened => Sentence::new("open to everyone"),
            Self::Everyone => Sentence::new("no longer open to everyone"),
            Self::Kind if opened => Sentence::new(format!("open to {}", callers(kinds))),
            Self::Kind => Sentence::new(format!("closed to {}", callers(kinds))),
            Self::Tier { from, to: Some(to) } if opened => Sentence::new("open to a lower tier: ")
                .name(to.name())
                .and(" instead of ")
                .name(from.name())
                .and(for_kinds(kinds)),
            Self::Tier { from, to: None } if opened => {
                Sentence::new("no longer asks for tier ").name(from.name()).and(for_kinds(kinds))
            }
            Self::Tier { from, to: Some(to) } => Sentence::new("asks for a higher tier: ")
                .name(from.name())
                .and(" instead of ")
                .name(to.name())
                .and(for_kinds(kinds)),
            Self::Tier { from, to: None } => Sentence::new("asks for tier ").name(from.name()).and(for_kinds(kinds)),
            Self::Scopes(any_of) => {
                let noun = if any_of.len() == 1 { "scope " } else { "one of the scopes " };
                let verb = if opened { "no longer requires " } else { "requires " };
                Sentence::new(format!("{verb}{noun}")).name(any_of.join("|")).and(for_kinds(kinds))
            }
            Self::Level(level) if opened => {
                Sentence::new("no longer bound to level ").name(level).and(for_kinds(kinds))
            }
            Self::Level(level) => Sentence::new("bound to level ").name(level).and(for_kinds(kinds)),
            Self::Feature(feature) if opened => {
                Sentence::new("no longer needs feature ").name(feature).and(for_kinds(kinds))
            }
            Self::Feature(feature) => Sentence::new("needs feature ").name(feature).and(for_kinds(kinds)),
        }
    }
}

fn for_kinds(kinds: &[PrincipalKind]) -> String {
    match kinds {
        [only] if *only == PrincipalKind::ANONYMOUS => String::new(),
        kinds => format!(" ({})", callers(kinds)),
    }
}

/// Kinds of caller in words. Their names come from a policy that was validated: they are words of letters.
fn callers(kinds: &[PrincipalKind]) -> String {
    joined(kinds.iter().map(caller))
}

/// A kind of caller in words.
pub(crate) fn caller(kind: &PrincipalKind) -> String {
    match kind.as_str() {
        "user" => "users".to_owned(),
        "api_key" => "API keys".to_owned(),
        "service" => "services".to_owned(),
        "anonymous" => "callers without credentials".to_owned(),
        other => format!("callers of kind {other}"),
    }
}
