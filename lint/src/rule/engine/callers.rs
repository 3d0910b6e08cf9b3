//! Whom a way in lets in, in words and as a question.

use route_role_policy::{Alternative, PrincipalKind, Principals};

use super::assignable::many_of;
use super::list::joined;

/// Whether only callers from inside get in this way: they act for the service itself, not for a customer.
pub fn is_internal(alternative: &Alternative) -> bool {
    matches!(&alternative.principals, Principals::Only(kinds)
        if !kinds.is_empty() && kinds.iter().all(|kind| *kind == PrincipalKind::SERVICE))
}

/// `API keys and user sessions with tier `member``: who gets in this way, as far as kind and tier say.
pub fn described(alternative: &Alternative) -> String {
    let who = match &alternative.principals {
        Principals::Everyone => "everyone".to_owned(),
        Principals::Only(kinds) => joined(kinds.iter().map(many_of)),
    };
    match alternative.tiers.as_ref() {
        [] => who,
        tiers => format!("{who} from tier {} up", joined(tiers.iter().map(|tier| format!("`{tier}`")))),
    }
}

/// What the ways in say together, each once.
pub fn all_described<'a>(alternatives: impl IntoIterator<Item = &'a Alternative>) -> String {
    let mut ways: Vec<String> = Vec::new();
    for way in alternatives.into_iter().map(described) {
        if !ways.contains(&way) {
            ways.push(way);
        }
    }
    joined(ways)
}
