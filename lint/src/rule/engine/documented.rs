//! Whom a documentation lets in, compared with whom the guards let in.

use std::collections::BTreeSet;

use route_role_policy::policy::Policy;
use route_role_policy::{Access, PrincipalKind, Principals, suggest};

use super::assignable::many_of;
use super::context::RouteView;
use super::finding::Confidence;
use super::list::{any_quoted, joined};
use crate::resolve::SecurityRequirement;
use crate::surface::Certainty;

/// How security is written down.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Notation {
    /// `#[utoipa::path(…, security(…))]`.
    Attribute,
    /// Parameters of types that derive `SecurityScheme`.
    Parameters,
    /// `security` of an API description.
    Document,
}

impl Notation {
    fn some(self) -> &'static str {
        match self {
            Self::Attribute => "`security(…)`",
            Self::Parameters => "a parameter that is a security scheme,",
            Self::Document => "`security`",
        }
    }

    fn none_needed(self) -> &'static str {
        match self {
            Self::Attribute => "`security(())`",
            Self::Parameters => "a variant that is `#[oai(fallback)]`",
            Self::Document => "`security: []`",
        }
    }
}

/// How documentation and guards differ.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Drift {
    /// What differs, in one sentence.
    pub message: String,
    /// What to do about it.
    pub help: String,
    /// How sure that is.
    pub confidence: Confidence,
}

/// How what is documented for a route differs from what its guards accept, if it does. Nothing may be documented at all.
pub fn drift(
    policy: &Policy,
    view: &RouteView<'_>,
    security: Option<&[SecurityRequirement]>,
    notation: Notation,
) -> Option<Drift> {
    let title = view.title();
    let accepted = Accepted::by(view.access());
    let Some(security) = security else {
        return (!accepted.anyone).then(|| Drift {
            message: format!("`{title}` documents no security, but its guards ask for {}", accepted.describe()),
            help: format!("add {} with {}", notation.some(), schemes_for(policy, &accepted.kinds)),
            confidence: Confidence::High,
        });
    };
    if let Some(unknown) = unknown_scheme(policy, security) {
        return Some(unknown_scheme_drift(policy, &title, unknown));
    }
    let documented = Documented::by(policy, security);
    let proven = view.row.certainty == Certainty::Proven;
    if documented.anyone && !accepted.anyone {
        return Some(Drift {
            message: format!("`{title}` is documented as open, but its guards ask for {}", accepted.describe()),
            help: format!("document {}", schemes_for(policy, &accepted.kinds)),
            confidence: Confidence::High,
        });
    }
    if accepted.anyone {
        // An unmapped guard may be what makes the documentation true.
        return (!documented.anyone && proven).then(|| Drift {
            message: format!("`{title}` is documented as closed, but nothing guards it"),
            help: format!(
                "add the guard that the documentation promises, or document it as open with {}",
                notation.none_needed()
            ),
            confidence: Confidence::High,
        });
    }
    kinds_drift(policy, view, &documented, &accepted)
}

fn kinds_drift(policy: &Policy, view: &RouteView<'_>, documented: &Documented, accepted: &Accepted) -> Option<Drift> {
    if policy.security.is_empty() || accepted.any_kind {
        return None;
    }
    let title = view.title();
    let refused: BTreeSet<PrincipalKind> = documented.kinds.difference(&accepted.kinds).cloned().collect();
    let documentable: BTreeSet<&PrincipalKind> =
        policy.security.values().flat_map(|scheme| scheme.accepts.iter().map(|kind| &kind.value)).collect();
    let undocumented: BTreeSet<PrincipalKind> =
        accepted.kinds.difference(&documented.kinds).filter(|kind| documentable.contains(kind)).cloned().collect();
    let many = |kinds: &BTreeSet<PrincipalKind>| joined(kinds.iter().map(many_of));
    let (message, help, confidence) = match (refused.is_empty(), undocumented.is_empty()) {
        (true, true) => return None,
        (false, true) => (
            format!("`{title}` is documented for {}, but its guards refuse them", many(&refused)),
            format!("take {} out of its `security`, or let the guards accept them", schemes_for(policy, &refused)),
            Confidence::High,
        ),
        (true, false) => (
            format!("`{title}` accepts {}, but its documentation doesn't say so", many(&undocumented)),
            format!("add {} to its `security`, or let the guards refuse them", schemes_for(policy, &undocumented)),
            view.confidence(Confidence::High),
        ),
        (false, false) => (
            format!("`{title}` is documented for {}, but accepts {}", many(&refused), many(&undocumented)),
            format!("document {} instead", schemes_for(policy, &undocumented)),
            Confidence::High,
        ),
    };
    Some(Drift { message, help, confidence })
}

/// A scheme that the policy doesn't know, where it knows any.
pub fn unknown_scheme<'a>(policy: &Policy, security: &'a [SecurityRequirement]) -> Option<&'a str> {
    let mut names = security.iter().flat_map(|requirement| requirement.schemes.iter().map(|(name, _)| name.as_str()));
    if policy.security.is_empty() { None } else { names.find(|name| !policy.security.contains_key(*name)) }
}

fn unknown_scheme_drift(policy: &Policy, title: &str, unknown: &str) -> Drift {
    Drift {
        message: format!("`{title}` is documented with the scheme `{unknown}`, which the policy doesn't know"),
        help: help_for_unknown(policy, unknown),
        confidence: Confidence::High,
    }
}

/// What to do about a scheme that the policy doesn't know.
pub fn help_for_unknown(policy: &Policy, unknown: &str) -> String {
    let known = policy.security.keys().map(String::as_str);
    suggest::help(unknown, known).unwrap_or_else(|| "declare it under `security` in the policy".to_owned())
}

/// Whether callers without credentials are let in.
pub fn is_open(view: &RouteView<'_>) -> bool {
    Accepted::by(view.access()).anyone
}

/// Whom the documentation lets in.
struct Documented {
    anyone: bool,
    kinds: BTreeSet<PrincipalKind>,
}

impl Documented {
    fn by(policy: &Policy, security: &[SecurityRequirement]) -> Self {
        let anyone = security.is_empty() || security.iter().any(|requirement| requirement.schemes.is_empty());
        let kinds = security.iter().flat_map(|requirement| kinds_with_all_schemes(policy, requirement)).collect();
        Self { anyone, kinds }
    }
}

/// The kinds that carry every scheme of a requirement (a session and its CSRF token); where no kind does, two callers in one are meant, and either counts.
fn kinds_with_all_schemes(policy: &Policy, requirement: &SecurityRequirement) -> BTreeSet<PrincipalKind> {
    let carried: Vec<BTreeSet<PrincipalKind>> = requirement
        .schemes
        .iter()
        .filter_map(|(name, _)| policy.security.get(name))
        .map(|scheme| scheme.accepts.iter().map(|kind| kind.value.clone()).collect())
        .collect();
    let common = carried.iter().skip(1).fold(carried.first().cloned().unwrap_or_default(), |common, kinds| {
        common.intersection(kinds).cloned().collect()
    });
    if common.is_empty() { carried.into_iter().flatten().collect() } else { common }
}

/// Whom the guards let in.
struct Accepted {
    anyone: bool,
    /// Some way in asks for scopes or tiers, and doesn't say of whom.
    any_kind: bool,
    kinds: BTreeSet<PrincipalKind>,
}

impl Accepted {
    fn by(access: &Access) -> Self {
        let mut accepted = Self { anyone: access.is_open(), any_kind: false, kinds: BTreeSet::new() };
        for alternative in access.alternatives.iter() {
            match &alternative.principals {
                Principals::Everyone => accepted.any_kind = true,
                Principals::Only(kinds) => accepted.kinds.extend(kinds.iter().cloned()),
            }
        }
        // A guard may name callers without credentials among those that it lets in.
        accepted.anyone |= accepted.kinds.remove(&PrincipalKind::ANONYMOUS);
        accepted
    }

    fn describe(&self) -> String {
        if self.kinds.is_empty() { "a credential".to_owned() } else { joined(self.kinds.iter().map(many_of)) }
    }
}

/// The schemes that stand for some kinds.
fn schemes_for(policy: &Policy, kinds: &BTreeSet<PrincipalKind>) -> String {
    let schemes =
        policy.security.values().filter(|scheme| scheme.accepts.iter().any(|kind| kinds.contains(&kind.value)));
    let names: Vec<&str> = schemes.map(|scheme| scheme.name.value.as_str()).collect();
    if names.is_empty() { "the schemes that its guards accept".to_owned() } else { any_quoted(names) }
}
