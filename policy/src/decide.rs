//! The one decision.

use crate::{Access, Alternative, Feature, Level, Principal, PrincipalKind, ScopeClause, Tier};

/// What [`decide`] answers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Decision {
    /// The caller is let in, by the alternative at this index.
    Allow {
        /// Index into [`Access::alternatives`].
        alternative: usize,
    },
    /// The caller is refused.
    Deny(Refusal),
}

/// Why a caller is refused: what the nearest alternative still lacks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refusal {
    /// The access has no alternatives.
    Closed,
    /// The caller has no credentials, and some are needed.
    Unauthenticated,
    /// No alternative accepts this kind of caller.
    WrongPrincipal(PrincipalKind),
    /// The caller doesn't act at this level.
    WrongLevel(Level),
    /// A feature is switched off.
    MissingFeature(Feature),
    /// The caller's tier is below this one.
    TierTooLow(Tier),
    /// The caller holds no scope of this clause.
    MissingScope(ScopeClause),
}

impl Decision {
    /// Whether the caller is let in.
    pub fn is_allowed(&self) -> bool {
        matches!(self, Self::Allow { .. })
    }
}

/// Whether `access` lets `principal` in.
///
/// Pure, total and monotone: giving a principal one more scope, tier, level or feature never turns *allow* into *deny*,
/// and one more alternative never refuses anybody.
pub fn decide(access: &Access, principal: &Principal) -> Decision {
    let mut nearest: Option<Refusal> = None;
    for (index, alternative) in access.alternatives.iter().enumerate() {
        match lacking(alternative, principal) {
            None => return Decision::Allow { alternative: index },
            Some(refusal) => {
                if nearest.as_ref().is_none_or(|best| refusal.progress() > best.progress()) {
                    nearest = Some(refusal);
                }
            }
        }
    }
    Decision::Deny(nearest.unwrap_or(Refusal::Closed))
}

fn lacking(alternative: &Alternative, principal: &Principal) -> Option<Refusal> {
    if !alternative.principals.accepts(&principal.kind) {
        return Some(match &principal.kind {
            kind if *kind == PrincipalKind::ANONYMOUS => Refusal::Unauthenticated,
            kind => Refusal::WrongPrincipal(kind.clone()),
        });
    }
    let unmet = lacking_for_accepted_kind(alternative, principal)?;
    // A caller without credentials who lacks anything first lacks credentials.
    Some(if principal.kind == PrincipalKind::ANONYMOUS { Refusal::Unauthenticated } else { unmet })
}

fn lacking_for_accepted_kind(alternative: &Alternative, principal: &Principal) -> Option<Refusal> {
    if let Some(level) = alternative.levels.iter().find(|level| !principal.levels.contains(level)) {
        return Some(Refusal::WrongLevel(level.clone()));
    }
    if let Some(feature) = alternative.features.iter().find(|feature| !principal.features.contains(feature)) {
        return Some(Refusal::MissingFeature(feature.clone()));
    }
    let reaches = |required: &Tier| principal.tiers.iter().any(|held| held.satisfies(required));
    if let Some(tier) = alternative.tiers.iter().find(|tier| !reaches(tier)) {
        return Some(Refusal::TierTooLow(tier.clone()));
    }
    let holds = |clause: &ScopeClause| clause.any_of.iter().any(|scope| principal.scopes.contains(scope));
    alternative.scopes.iter().find(|clause| !holds(clause)).map(|clause| Refusal::MissingScope(clause.clone()))
}

impl Refusal {
    /// How far a caller came: the refusal that came farthest is the one worth telling.
    fn progress(&self) -> u8 {
        match self {
            Self::Closed => 0,
            Self::Unauthenticated => 1,
            Self::WrongPrincipal(_) => 2,
            Self::WrongLevel(_) => 3,
            Self::MissingFeature(_) => 4,
            Self::TierTooLow(_) => 5,
            Self::MissingScope(_) => 6,
        }
    }
}
