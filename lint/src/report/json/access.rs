//! An access as JSON.

use route_role_policy::{Access as PolicyAccess, Alternative as PolicyAlternative, Principals as PolicyPrincipals};
use serde::Serialize;

use crate::surface::{Certainty, RouteSurface};

/// Who may call.
#[derive(Serialize)]
pub(super) struct Access<'a> {
    alternatives: Vec<Alternative<'a>>,
    certainty: &'static str,
}

#[derive(Serialize)]
struct Alternative<'a> {
    principals: Principals<'a>,
    /// All of these, of each any one.
    scopes: Vec<Vec<&'a str>>,
    tiers: Vec<&'a str>,
    levels: Vec<&'a str>,
    features: Vec<&'a str>,
}

#[derive(Serialize)]
#[serde(untagged)]
enum Principals<'a> {
    Everyone(&'static str),
    Only(Vec<&'a str>),
}

impl<'a> Access<'a> {
    pub(super) fn of(row: &'a RouteSurface) -> Self {
        Self {
            alternatives: alternatives(&row.access),
            certainty: match row.certainty {
                Certainty::Proven => "proven",
                Certainty::AtMost => "at_most",
                Certainty::Unknown => "unknown",
            },
        }
    }
}

fn alternatives(access: &PolicyAccess) -> Vec<Alternative<'_>> {
    access.alternatives.iter().map(Alternative::of).collect()
}

impl<'a> Alternative<'a> {
    fn of(alternative: &'a PolicyAlternative) -> Self {
        Self {
            principals: match &alternative.principals {
                PolicyPrincipals::Everyone => Principals::Everyone("everyone"),
                PolicyPrincipals::Only(kinds) => Principals::Only(kinds.iter().map(AsRef::as_ref).collect()),
            },
            scopes: alternative.scopes.iter().map(|clause| clause.any_of.iter().map(AsRef::as_ref).collect()).collect(),
            tiers: alternative.tiers.iter().map(|tier| tier.name()).collect(),
            levels: alternative.levels.iter().map(AsRef::as_ref).collect(),
            features: alternative.features.iter().map(AsRef::as_ref).collect(),
        }
    }
}
