//! Callers, as constants.

use crate::{Principal, PrincipalKind, Tier};

/// A kind of caller with what it holds: a [`Principal`] that can be written as a constant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Caller {
    kind: &'static str,
    scopes: &'static [&'static str],
    tiers: &'static [(&'static str, u16, &'static str)],
    levels: &'static [&'static str],
    features: &'static [&'static str],
}

impl Caller {
    /// A caller of a kind, who holds nothing.
    pub const fn new(kind: &'static str) -> Self {
        Self { kind, scopes: &[], tiers: &[], levels: &[], features: &[] }
    }

    /// Holds these scopes.
    #[must_use]
    pub const fn scopes(self, scopes: &'static [&'static str]) -> Self {
        Self { scopes, ..self }
    }

    /// Stands on these tiers: each with its ladder and its rank there.
    #[must_use]
    pub const fn tiers(self, tiers: &'static [(&'static str, u16, &'static str)]) -> Self {
        Self { tiers, ..self }
    }

    /// Acts at these levels.
    #[must_use]
    pub const fn levels(self, levels: &'static [&'static str]) -> Self {
        Self { levels, ..self }
    }

    /// Has these features switched on.
    #[must_use]
    pub const fn features(self, features: &'static [&'static str]) -> Self {
        Self { features, ..self }
    }

    /// The caller as guards see it.
    pub fn principal(&self) -> Principal {
        let mut principal = Principal::new(PrincipalKind::literal(self.kind));
        principal.scopes.extend(self.scopes.iter().map(|scope| (*scope).into()));
        principal.tiers.extend(self.tiers.iter().map(|(ladder, rank, name)| Tier::literal(ladder, *rank, name)));
        principal.levels.extend(self.levels.iter().map(|level| (*level).into()));
        principal.features.extend(self.features.iter().map(|feature| (*feature).into()));
        principal
    }
}

/// A caller in the words of the lock.
pub(super) fn describe(caller: &Principal) -> String {
    let mut words = vec![caller.kind.to_string()];
    words.extend(caller.levels.iter().map(|level| format!("@{level}")));
    words.extend(caller.tiers.iter().map(|tier| format!("={tier}")));
    words.extend(caller.scopes.iter().map(ToString::to_string));
    words.extend(caller.features.iter().map(|feature| format!("+{feature}")));
    words.join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_caller_is_a_principal() {
        let caller =
            Caller::new("api_key").scopes(&["a", "b"]).tiers(&[("", 1, "admin")]).levels(&["w"]).features(&["f"]);
        let principal = Principal::new(PrincipalKind::API_KEY)
            .with_scope("a")
            .with_scope("b")
            .with_tier(Tier::new("", 1, "admin"))
            .with_level("w")
            .with_feature("f");
        assert_eq!(caller.principal(), principal);
        assert_eq!(describe(&principal), "api_key @w =admin a b +f");
    }
}
