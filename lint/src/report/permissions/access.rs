//! An access as data, and back.

use std::collections::BTreeSet;

use route_role_policy::{Access, Alternative, Feature, Level, PrincipalKind, Principals, Scope, ScopeClause, Tier};
use serde::{Deserialize, Serialize};

use crate::surface::Certainty;

/// Who may call, and how much of the truth that is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AccessReport {
    /// The ways in; nobody gets in if there is none.
    pub alternatives: Vec<AlternativeReport>,
    /// Whether this is all there is to say.
    pub certainty: CertaintyReport,
}

/// One way in: everything that it names must hold.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AlternativeReport {
    /// The kinds of caller.
    pub principals: PrincipalsReport,
    /// All of these, of each any one.
    pub scopes: Vec<Vec<String>>,
    /// Tiers to reach.
    pub tiers: Vec<TierReport>,
    /// Levels to act at.
    pub levels: Vec<String>,
    /// Features to be switched on.
    pub features: Vec<String>,
}

/// The kinds of caller that a way accepts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum PrincipalsReport {
    /// The kind of caller doesn't matter.
    Everyone(Everyone),
    /// Only these kinds.
    Only(Vec<String>),
}

/// The word for everyone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Everyone {
    /// Callers without credentials too.
    Everyone,
}

/// A step of a ladder.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TierReport {
    /// The ladder's name; empty for the only one of a policy.
    pub ladder: String,
    /// The tier's name.
    pub name: String,
}

/// A ladder of tiers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LadderReport {
    /// Its name; empty for the only one of a policy.
    pub name: String,
    /// Its tiers, lowest first.
    pub tiers: Vec<String>,
}

/// How much of the truth an access is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CertaintyReport {
    /// All guards are known.
    Proven,
    /// Some guard isn't, so that the real access can only be narrower.
    AtMost,
    /// The handler or its guards couldn't be read.
    Unknown,
}

impl AccessReport {
    /// The report of an access.
    pub fn of(access: &Access, certainty: Certainty) -> Self {
        Self {
            alternatives: access.alternatives.iter().map(AlternativeReport::of).collect(),
            certainty: match certainty {
                Certainty::Proven => CertaintyReport::Proven,
                Certainty::AtMost => CertaintyReport::AtMost,
                Certainty::Unknown => CertaintyReport::Unknown,
            },
        }
    }

    /// The access itself, for `decide`. A tier that is on none of the ladders is one that nobody reaches.
    pub fn access(&self, ladders: &[LadderReport]) -> Access {
        Access { alternatives: self.alternatives.iter().map(|way| way.alternative(ladders)).collect() }
    }

    /// The tiers that it names and that are on none of the ladders.
    pub fn unknown_tiers<'a>(&'a self, ladders: &'a [LadderReport]) -> impl Iterator<Item = &'a TierReport> {
        self.alternatives.iter().flat_map(|way| &way.tiers).filter(|tier| rank(tier, ladders).is_none())
    }
}

impl AlternativeReport {
    fn of(alternative: &Alternative) -> Self {
        let tier = |tier: &Tier| TierReport { ladder: tier.ladder().to_owned(), name: tier.name().to_owned() };
        Self {
            principals: match &alternative.principals {
                Principals::Everyone => PrincipalsReport::Everyone(Everyone::Everyone),
                Principals::Only(kinds) => PrincipalsReport::Only(kinds.iter().map(ToString::to_string).collect()),
            },
            scopes: alternative
                .scopes
                .iter()
                .map(|clause| clause.any_of.iter().map(ToString::to_string).collect())
                .collect(),
            tiers: alternative.tiers.iter().map(tier).collect(),
            levels: alternative.levels.iter().map(ToString::to_string).collect(),
            features: alternative.features.iter().map(ToString::to_string).collect(),
        }
    }

    fn alternative(&self, ladders: &[LadderReport]) -> Alternative {
        let clause = |any_of: &Vec<String>| ScopeClause { any_of: any_of.iter().map(Scope::new).collect() };
        Alternative {
            principals: match &self.principals {
                PrincipalsReport::Everyone(_) => Principals::Everyone,
                PrincipalsReport::Only(kinds) => Principals::Only(kinds.iter().map(PrincipalKind::new).collect()),
            },
            scopes: self.scopes.iter().map(clause).collect(),
            tiers: self.tiers.iter().map(|tier| tier.tier(ladders)).collect(),
            levels: self.levels.iter().map(Level::new).collect(),
            features: self.features.iter().map(Feature::new).collect(),
        }
    }
}

impl TierReport {
    fn tier(&self, ladders: &[LadderReport]) -> Tier {
        Tier::new(&self.ladder, rank(self, ladders).unwrap_or(u16::MAX), &self.name)
    }
}

impl LadderReport {
    /// The ladders that these tiers make.
    pub fn of_tiers(tiers: BTreeSet<Tier>) -> Vec<Self> {
        let mut ladders: Vec<Self> = Vec::new();
        // They come ladder by ladder, lowest first.
        for tier in tiers {
            match ladders.last_mut().filter(|ladder| ladder.name == tier.ladder()) {
                Some(ladder) => ladder.tiers.push(tier.name().to_owned()),
                None => ladders.push(Self { name: tier.ladder().to_owned(), tiers: vec![tier.name().to_owned()] }),
            }
        }
        ladders
    }
}

fn rank(tier: &TierReport, ladders: &[LadderReport]) -> Option<u16> {
    let ladder = ladders.iter().find(|ladder| ladder.name == tier.ladder)?;
    u16::try_from(ladder.tiers.iter().position(|name| *name == tier.name)?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_access_survives_the_way_to_data_and_back() {
        let tiers = [Tier::new("keys", 0, "read"), Tier::new("keys", 1, "write"), Tier::new("people", 0, "member")];
        let way = Alternative {
            principals: Principals::Only(vec![PrincipalKind::USER].into()),
            scopes: vec![ScopeClause { any_of: vec!["a".into(), "b".into()].into() }].into(),
            tiers: vec![tiers[1].clone()].into(),
            levels: vec![Level::new("workspace")].into(),
            features: vec![Feature::new("export")].into(),
        };
        let access = Access { alternatives: vec![way, Alternative::UNRESTRICTED].into() };
        let ladders = LadderReport::of_tiers(tiers.into());
        assert_eq!(ladders.len(), 2);
        let report = AccessReport::of(&access, Certainty::Proven);
        let text = serde_json::to_string(&report).expect("JSON");
        let report: AccessReport = serde_json::from_str(&text).expect("an access");
        assert_eq!(report.access(&ladders), access);
        assert_eq!(report.unknown_tiers(&ladders).count(), 0);
        assert_eq!(report.unknown_tiers(&[]).count(), 1);
    }
}
