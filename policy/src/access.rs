//! What the guards of a route add up to.

use std::borrow::Cow;

use crate::{Feature, Level, Principal, PrincipalKind, Scope, Tier, decide};

/// Who may call a route: any one of the alternatives lets a caller in.
///
/// Without alternatives nobody may call it; the alternative that asks for nothing lets everyone in.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Access {
    /// The ways in.
    pub alternatives: Cow<'static, [Alternative]>,
}

/// One way in: everything that it names must hold.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Alternative {
    /// The kinds of caller that this way accepts.
    pub principals: Principals,
    /// Scopes, every clause of which the caller must meet.
    pub scopes: Cow<'static, [ScopeClause]>,
    /// Tiers, each of which the caller must reach.
    pub tiers: Cow<'static, [Tier]>,
    /// Levels, at each of which the caller must act.
    pub levels: Cow<'static, [Level]>,
    /// Features, each of which must be switched on for the caller.
    pub features: Cow<'static, [Feature]>,
}

/// The kinds of caller that an alternative accepts.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Principals {
    /// The kind of caller doesn't matter: `anonymous` is in.
    Everyone,
    /// Only these kinds.
    Only(Cow<'static, [PrincipalKind]>),
}

/// Scopes of which a caller must hold at least one.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ScopeClause {
    /// The scopes; an empty clause can't be met.
    pub any_of: Cow<'static, [Scope]>,
}

impl Access {
    /// Everyone may call.
    pub const EVERYONE: Self = Self { alternatives: Cow::Borrowed(&[Alternative::UNRESTRICTED]) };
    /// Nobody may call.
    pub const NOBODY: Self = Self { alternatives: Cow::Borrowed(&[]) };

    /// An access with one way in.
    pub fn one(alternative: Alternative) -> Self {
        Self { alternatives: Cow::Owned(vec![alternative]) }
    }

    /// Whether a caller without credentials, who holds nothing, is let in.
    pub fn is_open(&self) -> bool {
        decide(self, &Principal::anonymous()).is_allowed()
    }

    /// The ways in that accept a kind of caller.
    pub fn accepting<'a>(&'a self, kind: &'a PrincipalKind) -> impl Iterator<Item = &'a Alternative> {
        self.alternatives.iter().filter(move |alternative| alternative.principals.accepts(kind))
    }

    /// Either of two accesses suffices.
    #[must_use]
    pub fn or(&self, other: &Self) -> Self {
        Self::from_alternatives(self.alternatives.iter().chain(other.alternatives.iter()).cloned().collect())
    }

    /// Both accesses must be granted.
    #[must_use]
    pub fn and(&self, other: &Self) -> Self {
        let both = self
            .alternatives
            .iter()
            .flat_map(|left| other.alternatives.iter().filter_map(|right| left.and(right)))
            .collect();
        Self::from_alternatives(both)
    }

    /// Whether everyone whom `other` lets in is let in here too, as far as comparing alternative by alternative tells.
    ///
    /// A *yes* is certain. A *no* may be wrong where it takes several alternatives together to cover one.
    pub fn covers(&self, other: &Self) -> bool {
        let met = other.alternatives.iter().filter(|alternative| alternative.can_be_met());
        let mut met = met.map(Alternative::normalised);
        met.all(|narrow| self.alternatives.iter().any(|wide| wide.asks_no_more_than(&narrow)))
    }

    /// The same access without redundant alternatives and in one order, so that equal accesses compare equal.
    #[must_use]
    pub fn normalised(&self) -> Self {
        Self::from_alternatives(self.alternatives.iter().map(Alternative::normalised).collect())
    }

    /// Alternatives that nobody can meet are left out, and so are those that ask for at least as much as another one: they
    /// let nobody in whom that one refuses. This also keeps long conjunctions of choices from growing without bound.
    fn from_alternatives(mut alternatives: Vec<Alternative>) -> Self {
        alternatives.sort();
        let mut kept: Vec<Alternative> = Vec::new();
        for alternative in alternatives.into_iter().filter(Alternative::can_be_met) {
            if !kept.iter().any(|other| other.asks_no_more_than(&alternative)) {
                kept.retain(|other| !alternative.asks_no_more_than(other));
                kept.push(alternative);
            }
        }
        Self { alternatives: Cow::Owned(kept) }
    }
}

impl Alternative {
    /// The way in that asks for nothing.
    pub const UNRESTRICTED: Self = Self {
        principals: Principals::Everyone,
        scopes: Cow::Borrowed(&[]),
        tiers: Cow::Borrowed(&[]),
        levels: Cow::Borrowed(&[]),
        features: Cow::Borrowed(&[]),
    };

    /// The way in that meets both; `None` if no kind of caller can.
    pub fn and(&self, other: &Self) -> Option<Self> {
        Some(Self {
            principals: self.principals.and(&other.principals)?,
            scopes: union(&self.scopes, &other.scopes),
            tiers: highest(&self.tiers, &other.tiers),
            levels: union(&self.levels, &other.levels),
            features: union(&self.features, &other.features),
        })
    }

    /// Whether any caller at all could be let in.
    pub fn can_be_met(&self) -> bool {
        !matches!(&self.principals, Principals::Only(kinds) if kinds.is_empty())
            && self.scopes.iter().all(|clause| !clause.any_of.is_empty())
    }

    /// Whether everyone whom `other` lets in is let in here too.
    fn asks_no_more_than(&self, other: &Self) -> bool {
        let principals = match (&self.principals, &other.principals) {
            (Principals::Everyone, _) => true,
            (Principals::Only(_), Principals::Everyone) => false,
            (Principals::Only(wide), Principals::Only(narrow)) => narrow.iter().all(|kind| wide.contains(kind)),
        };
        let meets =
            |wide: &ScopeClause, narrow: &ScopeClause| narrow.any_of.iter().all(|scope| wide.any_of.contains(scope));
        principals
            && self.scopes.iter().all(|clause| other.scopes.iter().any(|narrow| meets(clause, narrow)))
            && self.tiers.iter().all(|tier| other.tiers.iter().any(|higher| higher.satisfies(tier)))
            && self.levels.iter().all(|level| other.levels.contains(level))
            && self.features.iter().all(|feature| other.features.contains(feature))
    }

    fn normalised(&self) -> Self {
        let clauses: Vec<ScopeClause> =
            self.scopes.iter().map(|clause| ScopeClause { any_of: union(&clause.any_of, &[]) }).collect();
        let principals = match &self.principals {
            Principals::Everyone => Principals::Everyone,
            Principals::Only(kinds) => Principals::Only(union(kinds, &[])),
        };
        Self {
            principals,
            scopes: union(&clauses, &[]),
            tiers: highest(&self.tiers, &[]),
            levels: union(&self.levels, &[]),
            features: union(&self.features, &[]),
        }
    }

    /// Every scope that is named in any clause.
    pub fn named_scopes(&self) -> impl Iterator<Item = &Scope> {
        self.scopes.iter().flat_map(|clause| clause.any_of.iter())
    }
}

impl Principals {
    /// Whether a kind of caller is accepted.
    pub fn accepts(&self, kind: &PrincipalKind) -> bool {
        match self {
            Self::Everyone => true,
            Self::Only(kinds) => kinds.contains(kind),
        }
    }

    fn and(&self, other: &Self) -> Option<Self> {
        let kinds = match (self, other) {
            (Self::Everyone, rest) | (rest, Self::Everyone) => return Some(rest.clone()),
            (Self::Only(left), Self::Only(right)) => {
                left.iter().filter(|kind| right.contains(kind)).cloned().collect::<Vec<_>>()
            }
        };
        if kinds.is_empty() { None } else { Some(Self::Only(Cow::Owned(kinds))) }
    }
}

impl ScopeClause {
    /// A clause that one scope meets.
    pub fn one(scope: Scope) -> Self {
        Self { any_of: Cow::Owned(vec![scope]) }
    }
}

fn union<T: Ord + Clone>(left: &[T], right: &[T]) -> Cow<'static, [T]> {
    let mut both = [left, right].concat();
    both.sort();
    both.dedup();
    Cow::Owned(both)
}

/// Of tiers on one ladder only the highest counts.
fn highest(left: &[Tier], right: &[Tier]) -> Cow<'static, [Tier]> {
    let mut both = [left, right].concat();
    both.sort();
    both.dedup();
    let exceeded = |tier: &Tier| both.iter().any(|other| other.satisfies(tier) && !tier.satisfies(other));
    let kept = both.iter().filter(|tier| !exceeded(tier)).cloned().collect();
    Cow::Owned(kept)
}
