//! The callers as whom a route is asked for.

use std::collections::BTreeSet;

use route_role_policy::{Access, Alternative, Policy, Principal, PrincipalKind, Principals, Tier};

use crate::codegen::Vocabulary;
use crate::codegen::rust::literal;

/// A kind of caller with what it holds.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Caller {
    kind: String,
    levels: BTreeSet<String>,
    tiers: BTreeSet<Tier>,
    scopes: BTreeSet<String>,
    features: BTreeSet<String>,
}

impl Caller {
    /// A caller who holds nothing.
    pub(super) fn nothing(kind: &str) -> Self {
        Self {
            kind: kind.to_owned(),
            levels: BTreeSet::new(),
            tiers: BTreeSet::new(),
            scopes: BTreeSet::new(),
            features: BTreeSet::new(),
        }
    }

    /// A caller of no kind who holds all that the policy names: of tiers the highest of each ladder.
    pub(super) fn with_all_of(policy: &Policy) -> Self {
        let words = Vocabulary::of(policy);
        Self {
            kind: String::new(),
            levels: words.levels.into_iter().collect(),
            tiers: policy.ladders.iter().filter_map(|ladder| Some(ladder.tiers.last()?.value.clone())).collect(),
            scopes: words.scopes.named.into_iter().collect(),
            features: words.features.into_iter().collect(),
        }
    }

    /// Adds every scope that an access names.
    pub(super) fn add_scopes(&mut self, access: &Access) {
        let scopes = access.alternatives.iter().flat_map(|way| way.named_scopes());
        self.scopes.extend(scopes.map(ToString::to_string));
    }

    /// The same as a caller of a kind.
    pub(super) fn of_kind(&self, kind: &str) -> Self {
        Self { kind: kind.to_owned(), ..self.clone() }
    }

    pub(super) fn kind(&self) -> &str {
        &self.kind
    }

    /// The caller as guards see it.
    pub(super) fn principal(&self) -> Principal {
        let mut principal = Principal::new(PrincipalKind::new(self.kind.as_str()));
        principal.levels.extend(self.levels.iter().map(|level| level.as_str().into()));
        principal.tiers.extend(self.tiers.iter().cloned());
        principal.scopes.extend(self.scopes.iter().map(|scope| scope.as_str().into()));
        principal.features.extend(self.features.iter().map(|feature| feature.as_str().into()));
        principal
    }

    /// The caller as a constant of Rust, made from one of its kind who holds nothing.
    pub(super) fn expression(&self, nothing: Option<&str>) -> String {
        let list = |items: &BTreeSet<String>| items.iter().map(|item| literal(item)).collect::<Vec<_>>().join(", ");
        let mut text = nothing.map_or_else(|| format!("Caller::new({})", literal(&self.kind)), str::to_owned);
        let mut with = |method: &str, items: String| {
            if !items.is_empty() {
                text.push_str(&format!(".{method}(&[{items}])"));
            }
        };
        let tier = |tier: &Tier| format!("({}, {}, {})", literal(tier.ladder()), tier.rank(), literal(tier.name()));
        with("levels", list(&self.levels));
        with("tiers", self.tiers.iter().map(tier).collect::<Vec<_>>().join(", "));
        with("scopes", list(&self.scopes));
        with("features", list(&self.features));
        text
    }
}

/// For each way in and each kind of caller that it accepts: who holds just what it asks for, and who lacks one thing of it.
pub(super) fn callers(access: &Access, policy: &Policy) -> Vec<Caller> {
    let mut callers = Vec::new();
    for way in access.alternatives.iter() {
        let kinds: Vec<&PrincipalKind> = match &way.principals {
            Principals::Everyone => policy.principal_kinds().collect(),
            Principals::Only(kinds) => kinds.iter().collect(),
        };
        // Who has no credentials holds nothing.
        for kind in kinds.into_iter().filter(|kind| **kind != PrincipalKind::ANONYMOUS) {
            callers.extend(around(way, kind, policy));
        }
    }
    callers
}

fn around(way: &Alternative, kind: &PrincipalKind, policy: &Policy) -> Vec<Caller> {
    let just = Caller {
        kind: kind.to_string(),
        levels: way.levels.iter().map(ToString::to_string).collect(),
        tiers: way.tiers.iter().cloned().collect(),
        scopes: way.scopes.iter().filter_map(|clause| Some(clause.any_of.first()?.to_string())).collect(),
        features: way.features.iter().map(ToString::to_string).collect(),
    };
    let mut callers = Vec::new();
    let mut add = |change: &dyn Fn(&mut Caller)| {
        let mut caller = just.clone();
        change(&mut caller);
        callers.push(caller);
    };
    add(&|_| {});
    for level in &just.levels {
        add(&|caller| caller.levels.retain(|held| held != level));
    }
    for tier in &just.tiers {
        add(&|caller| {
            caller.tiers.remove(tier);
            caller.tiers.extend(below(tier, policy));
        });
    }
    for feature in &just.features {
        add(&|caller| caller.features.retain(|held| held != feature));
    }
    for clause in way.scopes.iter() {
        let is_asked_for = |scope: &String| clause.any_of.iter().any(|asked| asked.as_str() == scope);
        let without = |caller: &mut Caller| caller.scopes.retain(|scope| !is_asked_for(scope));
        add(&without);
        for scope in clause.any_of.iter().skip(1) {
            add(&|caller| {
                without(caller);
                caller.scopes.insert(scope.to_string());
            });
        }
    }
    callers
}

/// The tier below.
fn below(tier: &Tier, policy: &Policy) -> Option<Tier> {
    let steps = policy.ladders.iter().flat_map(|ladder| &ladder.tiers).map(|step| &step.value);
    let lower = steps.filter(|step| step.ladder() == tier.ladder() && step.rank() < tier.rank());
    lower.max_by_key(|step| step.rank()).cloned()
}

#[cfg(test)]
mod tests {
    use route_role_policy::file::{NoConstants, load};
    use route_role_policy::lock::parse_access;

    use super::*;

    #[test]
    fn callers_hold_just_enough_or_lack_one_thing() {
        let policy =
            load("version: 1\ntiers: [low, high]\nlevels: { w: {} }\nfeatures: [f]\n", &mut NoConstants).policy;
        let tiers: Vec<Tier> = policy.ladders[0].tiers.iter().map(|tier| tier.value.clone()).collect();
        let access = parse_access("api_key @w >=high a b|c +f", &tiers).unwrap();
        let shown: Vec<String> =
            callers(&access, &policy).iter().map(|caller| caller.expression(Some("KEY"))).collect();
        let expected = [
            r#"KEY.levels(&["w"]).tiers(&[("", 1, "high")]).scopes(&["a", "b"]).features(&["f"])"#,
            r#"KEY.tiers(&[("", 1, "high")]).scopes(&["a", "b"]).features(&["f"])"#,
            r#"KEY.levels(&["w"]).tiers(&[("", 0, "low")]).scopes(&["a", "b"]).features(&["f"])"#,
            r#"KEY.levels(&["w"]).tiers(&[("", 1, "high")]).scopes(&["a", "b"])"#,
            r#"KEY.levels(&["w"]).tiers(&[("", 1, "high")]).scopes(&["b"]).features(&["f"])"#,
            r#"KEY.levels(&["w"]).tiers(&[("", 1, "high")]).scopes(&["a"]).features(&["f"])"#,
            r#"KEY.levels(&["w"]).tiers(&[("", 1, "high")]).scopes(&["a", "c"]).features(&["f"])"#,
        ];
        assert_eq!(shown, expected);
    }
}
