//! The guard: to hold one is the proof that the caller was let in.

use std::fmt;
use std::marker::PhantomData;

use crate::Protection;

/// What one `#[route_role]` says, as a type.
///
/// The attribute makes a hidden type for every handler and implements this trait for it.
#[diagnostic::on_unimplemented(
    message = "`{Self}` does not say who may call a route",
    note = "put `#[route_role(…)]` on the handler instead of writing a `Guard` by hand"
)]
pub trait Protected: Send + Sync + 'static {
    /// What the attribute says, and what the policy adds to it.
    const PROTECTION: &'static Protection;
}

/// The proof that the caller satisfies `P`'s declaration.
///
/// `#[route_role]` gives a handler a guard as its first argument. It is extracted before anything else and has no public
/// constructor, so a handler that runs has been permitted to.
pub struct Guard<P> {
    protected: PhantomData<fn() -> P>,
}

impl<P: Protected> Guard<P> {
    /// Only for the extractors of the framework modules, after the caller was let in.
    #[cfg_attr(not(feature = "__framework"), allow(dead_code, reason = "each framework module is a caller"))]
    pub(crate) const fn granted() -> Self {
        Self { protected: PhantomData }
    }

    /// A guard that nobody checked, to call a handler in a unit test.
    #[cfg(feature = "test-util")]
    #[must_use]
    pub const fn for_test() -> Self {
        Self::granted()
    }
}

impl<P> fmt::Debug for Guard<P> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Guard")
    }
}

#[cfg(any(feature = "actix", feature = "axum"))]
/// A [`Guard`], as the first of a handler's arguments.
///
/// A trait of its own, so that the `GuardFirst` of a framework's routing functions doesn't tell the compiler of which types arguments are: it would then
/// complain about types that differ, instead of a guard that is missing.
pub trait IsGuard {
    /// What the guard enforces.
    const PROTECTION: &'static Protection;
}

#[cfg(any(feature = "actix", feature = "axum"))]
impl<P: Protected> IsGuard for Guard<P> {
    const PROTECTION: &'static Protection = P::PROTECTION;
}

/// The declaration that refuses everyone.
///
/// It takes the place of a declaration that could not be read, so that a mistake in an attribute never opens a route.
#[derive(Debug)]
pub enum Refused {}

impl Protected for Refused {
    const PROTECTION: &'static Protection = &Protection::REFUSED;
}

/// Fails to compile if a constant's scope is not one that the policy declares.
///
/// # Panics
///
/// While the program is compiled, if `scope` matches none of `patterns`.
#[track_caller]
pub const fn require_scope(scope: &str, patterns: &[&str], message: &'static str) {
    let mut index = 0;
    while index < patterns.len() {
        if glob(patterns[index].as_bytes(), scope.as_bytes()) {
            return;
        }
        index += 1;
    }
    panic!("{}", message);
}

/// Whether a pattern with `*` matches a text; the `const` twin of `ScopePattern::covers`.
const fn glob(pattern: &[u8], text: &[u8]) -> bool {
    let (mut at_pattern, mut at_text) = (0, 0);
    let mut retry: Option<(usize, usize)> = None;
    while at_text < text.len() {
        if at_pattern < pattern.len() && pattern[at_pattern] == b'*' {
            retry = Some((at_pattern, at_text));
            at_pattern += 1;
        } else if at_pattern < pattern.len() && pattern[at_pattern] == text[at_text] {
            at_pattern += 1;
            at_text += 1;
        } else if let Some((star, from)) = retry {
            retry = Some((star, from + 1));
            at_pattern = star + 1;
            at_text = from + 1;
        } else {
            return false;
        }
    }
    while at_pattern < pattern.len() {
        if pattern[at_pattern] != b'*' {
            return false;
        }
        at_pattern += 1;
    }
    true
}

#[cfg(test)]
mod tests {
    use route_role_policy::ScopePattern;

    use super::glob;

    #[test]
    fn the_const_match_agrees_with_the_pattern_of_the_policy() {
        let patterns = ["case:*", "case:read", "*", "", "a*b*c", "*:read", "case:**"];
        let scopes = ["case:read", "case:", "cases:read", "a-b-b-c", "a-c-b", "", "a:b:read", "case:*"];
        for pattern in patterns {
            for scope in scopes {
                assert_eq!(
                    glob(pattern.as_bytes(), scope.as_bytes()),
                    ScopePattern::new(pattern).covers(scope),
                    "pattern {pattern:?}, scope {scope:?}"
                );
            }
        }
    }
}
