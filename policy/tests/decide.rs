//! What must hold of every decision.

use std::borrow::Cow;

use proptest::prelude::*;
use route_role_policy::{
    Access, Alternative, Feature, Level, Principal, PrincipalKind, Principals, Scope, ScopeClause, Tier, decide,
};

const KINDS: [PrincipalKind; 3] = [PrincipalKind::USER, PrincipalKind::API_KEY, PrincipalKind::ANONYMOUS];

fn scope() -> impl Strategy<Value = Scope> {
    (0..4u8).prop_map(|number| Scope::new(format!("case:{number}")))
}

/// Two ladders, and two tiers of one rank.
fn tier() -> impl Strategy<Value = Tier> {
    (prop_oneof!["people", "keys"], 0..3u16, prop_oneof!["a", "b"])
        .prop_map(|(ladder, rank, name)| Tier::new(ladder, rank, name))
}

fn level() -> impl Strategy<Value = Level> {
    (0..2u8).prop_map(|number| Level::new(format!("level{number}")))
}

fn feature() -> impl Strategy<Value = Feature> {
    (0..2u8).prop_map(|number| Feature::new(format!("feature{number}")))
}

fn kind() -> impl Strategy<Value = PrincipalKind> {
    (0..KINDS.len()).prop_map(|index| KINDS[index].clone())
}

fn few<T: std::fmt::Debug>(item: impl Strategy<Value = T>) -> impl Strategy<Value = Vec<T>> {
    prop::collection::vec(item, 0..3)
}

fn alternative() -> impl Strategy<Value = Alternative> {
    let principals =
        prop_oneof![Just(Principals::Everyone), few(kind()).prop_map(|kinds| Principals::Only(Cow::Owned(kinds))),];
    let clauses = few(few(scope()).prop_map(|any_of| ScopeClause { any_of: Cow::Owned(any_of) }));
    (principals, clauses, few(tier()), few(level()), few(feature())).prop_map(
        |(principals, scopes, tiers, levels, features)| Alternative {
            principals,
            scopes: scopes.into(),
            tiers: tiers.into(),
            levels: levels.into(),
            features: features.into(),
        },
    )
}

fn access() -> impl Strategy<Value = Access> {
    few(alternative()).prop_map(|alternatives| Access { alternatives: alternatives.into() })
}

fn principal() -> impl Strategy<Value = Principal> {
    (kind(), few(scope()), few(tier()), few(level()), few(feature())).prop_map(
        |(kind, scopes, tiers, levels, features)| Principal {
            scopes: scopes.into_iter().collect(),
            tiers: tiers.into_iter().collect(),
            levels: levels.into_iter().collect(),
            features: features.into_iter().collect(),
            ..Principal::new(kind)
        },
    )
}

fn allows(access: &Access, principal: &Principal) -> bool {
    decide(access, principal).is_allowed()
}

proptest! {
    #[test]
    fn holding_more_never_turns_allow_into_deny(
        access in access(), principal in principal(), scope in scope(), tier in tier(), level in level(), feature in feature(),
    ) {
        if allows(&access, &principal) {
            prop_assert!(allows(&access, &principal.clone().with_scope(scope.as_str())));
            prop_assert!(allows(&access, &principal.clone().with_tier(tier)));
            prop_assert!(allows(&access, &principal.clone().with_level(level.as_str())));
            prop_assert!(allows(&access, &principal.with_feature(feature.as_str())));
        }
    }

    #[test]
    fn either_of_two_allows_exactly_whom_one_of_them_allows(left in access(), right in access(), principal in principal()) {
        let either = allows(&left, &principal) || allows(&right, &principal);
        prop_assert_eq!(allows(&left.or(&right), &principal), either);
    }

    #[test]
    fn both_of_two_allow_exactly_whom_each_allows(left in access(), right in access(), principal in principal()) {
        let both = allows(&left, &principal) && allows(&right, &principal);
        prop_assert_eq!(allows(&left.and(&right), &principal), both);
    }

    #[test]
    fn the_canonical_order_changes_no_decision(access in access(), principal in principal()) {
        prop_assert_eq!(allows(&access.normalised(), &principal), allows(&access, &principal));
        prop_assert_eq!(access.normalised().normalised(), access.normalised());
    }

    #[test]
    fn everyone_and_nobody_are_the_neutral_elements(access in access(), principal in principal()) {
        let itself = allows(&access, &principal);
        prop_assert_eq!(allows(&access.and(&Access::EVERYONE), &principal), itself);
        prop_assert_eq!(allows(&access.or(&Access::NOBODY), &principal), itself);
        prop_assert!(!allows(&access.and(&Access::NOBODY), &principal));
        prop_assert!(allows(&access.or(&Access::EVERYONE), &principal));
    }

    #[test]
    fn demanding_the_same_twice_adds_no_alternatives(access in access()) {
        prop_assert!(access.and(&access).alternatives.len() <= access.alternatives.len());
        prop_assert!(access.or(&access).alternatives.len() <= access.alternatives.len());
    }

    #[test]
    fn an_open_access_lets_in_a_caller_who_has_nothing(access in access()) {
        prop_assert_eq!(access.is_open(), allows(&access, &Principal::anonymous()));
    }

    #[test]
    fn a_decision_names_an_alternative_that_lets_the_caller_in(access in access(), principal in principal()) {
        if let route_role_policy::Decision::Allow { alternative } = decide(&access, &principal) {
            let chosen = Access::one(access.alternatives[alternative].clone());
            prop_assert!(allows(&chosen, &principal));
        }
    }
}

proptest! {
    /// Whoever is let in by what is covered is let in by what covers it.
    #[test]
    fn covering_is_never_claimed_wrongly(wide in access(), narrow in access(), principal in principal()) {
        if wide.covers(&narrow) && decide(&narrow, &principal).is_allowed() {
            prop_assert!(decide(&wide, &principal).is_allowed());
        }
        prop_assert!(wide.or(&narrow).covers(&narrow));
        prop_assert!(narrow.covers(&wide.and(&narrow)));
    }
}
