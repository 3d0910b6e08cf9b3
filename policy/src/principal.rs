//! Callers.

use std::collections::BTreeSet;

use crate::{Feature, Level, PrincipalKind, Scope, Tier};

/// A caller, with all that it brings to a decision.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Principal {
    /// What kind of caller this is.
    pub kind: PrincipalKind,
    /// The scopes it holds.
    pub scopes: BTreeSet<Scope>,
    /// The tiers it holds, at most one per ladder that matters.
    pub tiers: BTreeSet<Tier>,
    /// The levels at which it acts.
    pub levels: BTreeSet<Level>,
    /// The features that are switched on for it.
    pub features: BTreeSet<Feature>,
    /// The tenant it belongs to, where a level is tenant-bound.
    pub tenant: Option<String>,
}

impl Principal {
    /// A caller of a kind that holds nothing yet.
    pub fn new(kind: PrincipalKind) -> Self {
        Self {
            kind,
            scopes: BTreeSet::new(),
            tiers: BTreeSet::new(),
            levels: BTreeSet::new(),
            features: BTreeSet::new(),
            tenant: None,
        }
    }

    /// A caller without credentials.
    pub fn anonymous() -> Self {
        Self::new(PrincipalKind::ANONYMOUS)
    }

    /// Adds a scope.
    #[must_use]
    pub fn with_scope(mut self, scope: impl Into<Scope>) -> Self {
        self.scopes.insert(scope.into());
        self
    }

    /// Adds a tier.
    #[must_use]
    pub fn with_tier(mut self, tier: Tier) -> Self {
        self.tiers.insert(tier);
        self
    }

    /// Adds a level.
    #[must_use]
    pub fn with_level(mut self, level: impl Into<Level>) -> Self {
        self.levels.insert(level.into());
        self
    }

    /// Adds a feature.
    #[must_use]
    pub fn with_feature(mut self, feature: impl Into<Feature>) -> Self {
        self.features.insert(feature.into());
        self
    }

    /// Binds the caller to a tenant.
    #[must_use]
    pub fn with_tenant(mut self, tenant: impl Into<String>) -> Self {
        self.tenant = Some(tenant.into());
        self
    }
}
