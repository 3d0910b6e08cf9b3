//! From an access to `security` and `x-required-scopes`.

use std::collections::BTreeSet;

use route_role_policy::{Access, Alternative, Policy, PrincipalKind, Principals};

use crate::codegen::json::Json;
use crate::resolve::SecurityRequirement;
use crate::rule::engine::list::any_quoted;

/// What an operation asks of its callers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Security {
    /// The ways in that can be said with schemes.
    ways: Vec<Way>,
}

/// One way in.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Way {
    /// Requirements any one of which suffices; one without schemes is for callers without credentials.
    requirements: BTreeSet<SecurityRequirement>,
    /// Clauses, of each of which one scope is needed.
    scopes: Vec<Vec<String>>,
}

impl Security {
    /// What an access comes to in the schemes of a policy. Where several schemes stand for a kind of caller, it is documented which of them go together.
    ///
    /// # Errors
    ///
    /// Why it can't be said.
    pub(super) fn of(access: &Access, policy: &Policy, documented: &[SecurityRequirement]) -> Result<Self, String> {
        if access.alternatives.is_empty() {
            return Err("nobody may call it".to_owned());
        }
        let mut ways = Vec::new();
        let mut unknown: BTreeSet<&PrincipalKind> = BTreeSet::new();
        for alternative in access.alternatives.iter() {
            let scopes: Vec<Vec<String>> = alternative
                .scopes
                .iter()
                .map(|clause| clause.any_of.iter().map(ToString::to_string).collect())
                .collect();
            let mut requirements = BTreeSet::new();
            match &alternative.principals {
                Principals::Everyone if *alternative == Alternative::UNRESTRICTED => {
                    requirements.insert(SecurityRequirement { schemes: Vec::new() });
                }
                Principals::Everyone => {
                    return Err("its guards don't say which kinds of caller they accept".to_owned());
                }
                Principals::Only(kinds) => {
                    for kind in kinds.iter() {
                        let ways_of_kind = of_kind(kind, policy, documented);
                        if ways_of_kind.is_empty() {
                            unknown.insert(kind);
                        }
                        requirements.extend(ways_of_kind);
                    }
                }
            }
            if !requirements.is_empty() {
                ways.push(Way { requirements, scopes });
            }
        }
        if ways.is_empty() {
            return Err(format!("no security scheme of the policy stands for {}", any_quoted(unknown)));
        }
        ways.sort();
        Ok(Self { ways })
    }

    /// Every alternative.
    pub(super) fn all(&self) -> impl Iterator<Item = &SecurityRequirement> {
        self.ways.iter().flat_map(|way| &way.requirements)
    }

    /// `security`: alternatives, or nothing at all where nobody needs credentials.
    pub(super) fn requirements(&self) -> Json {
        let all: BTreeSet<&SecurityRequirement> = self.ways.iter().flat_map(|way| &way.requirements).collect();
        let is_open = all.iter().all(|requirement| requirement.schemes.is_empty());
        let requirement = |requirement: &&SecurityRequirement| {
            let scheme =
                |(name, scopes): &(String, Vec<String>)| (name.clone(), Json::texts(scopes.iter().map(String::as_str)));
            Json::Object(requirement.schemes.iter().map(scheme).collect())
        };
        Json::List(if is_open { Vec::new() } else { all.iter().map(requirement).collect() })
    }

    /// `x-required-scopes`: a list of scopes all of which are needed, or, where it isn't that simple, each way in with its own. `None` if no scope is needed.
    pub(super) fn required_scopes(&self) -> Option<Json> {
        let first = self.ways.first()?;
        if self.ways.iter().all(|way| way.scopes.is_empty()) {
            return None;
        }
        let is_simple = |way: &Way| way.scopes == first.scopes && way.scopes.iter().all(|clause| clause.len() == 1);
        if self.ways.iter().all(is_simple) {
            return Some(Json::texts(first.scopes.iter().flatten().map(String::as_str)));
        }
        Some(Json::List(self.ways.iter().map(Way::required_scopes).collect()))
    }
}

impl Way {
    /// `{ schemes: [session], all: [a, b], any: [[c, d]] }`
    fn required_scopes(&self) -> Json {
        let schemes: BTreeSet<&str> = self
            .requirements
            .iter()
            .flat_map(|requirement| requirement.schemes.iter().map(|(name, _)| name.as_str()))
            .collect();
        let (all, any): (Vec<_>, Vec<_>) = self.scopes.iter().partition(|clause| clause.len() == 1);
        let mut way = Json::object([
            ("schemes", Json::texts(schemes)),
            ("all", Json::texts(all.into_iter().flatten().map(String::as_str))),
        ]);
        if !any.is_empty() {
            let any = any.into_iter().map(|clause| Json::texts(clause.iter().map(String::as_str)));
            way.set("any", Some(Json::List(any.collect())));
        }
        way
    }
}

/// What a kind of caller has to show: what is documented for it, or else any of its schemes.
fn of_kind(kind: &PrincipalKind, policy: &Policy, documented: &[SecurityRequirement]) -> Vec<SecurityRequirement> {
    if *kind == PrincipalKind::ANONYMOUS {
        return vec![SecurityRequirement { schemes: Vec::new() }];
    }
    let carries = |scheme: &str| {
        let known = policy.security.get(scheme);
        known.is_some_and(|scheme| scheme.accepts.iter().any(|accepted| accepted.value == *kind))
    };
    let stated = documented.iter().filter(|requirement| {
        !requirement.schemes.is_empty() && requirement.schemes.iter().all(|(scheme, _)| carries(scheme))
    });
    let stated: Vec<SecurityRequirement> = stated.cloned().collect();
    if !stated.is_empty() {
        return stated;
    }
    let schemes = policy.security.keys().filter(|scheme| carries(scheme));
    schemes.map(|scheme| SecurityRequirement { schemes: vec![(scheme.clone(), Vec::new())] }).collect()
}

#[cfg(test)]
mod tests {
    use route_role_policy::file::{NoConstants, load};
    use route_role_policy::lock::parse_access;

    use super::*;

    const POLICY: &str = "version: 1\nlevels: { w: {} }\ntiers: [low]\nsecurity:\n  session: { accepts: [user] }\n  csrf: { accepts: [user] }\n  key: { accepts: [api_key] }\n";

    fn said(access: &str, documented: &[&[&str]]) -> Result<(String, String), String> {
        let loaded = load(POLICY, &mut NoConstants);
        assert_eq!(loaded.problems, []);
        let tiers: Vec<_> =
            loaded.policy.ladders.iter().flat_map(|ladder| &ladder.tiers).map(|tier| tier.value.clone()).collect();
        let access = parse_access(access, &tiers).expect("an access").normalised();
        let documented: Vec<SecurityRequirement> = documented
            .iter()
            .map(|schemes| SecurityRequirement {
                schemes: schemes.iter().map(|name| ((*name).to_owned(), Vec::new())).collect(),
            })
            .collect();
        let security = Security::of(&access, &loaded.policy, &documented)?;
        let shown = |json: Json| serde_json::to_string(&json).expect("JSON");
        Ok((shown(security.requirements()), security.required_scopes().map(shown).unwrap_or_default()))
    }

    fn both(security: &str, scopes: &str) -> Result<(String, String), String> {
        Ok((security.to_owned(), scopes.to_owned()))
    }

    #[test]
    fn each_kind_has_its_schemes() {
        assert_eq!(said("api_key @w a b", &[]), both(r#"[{"key":[]}]"#, r#"["a","b"]"#));
        assert_eq!(said("api_key,user @w", &[]), both(r#"[{"csrf":[]},{"key":[]},{"session":[]}]"#, ""));
        assert_eq!(said("everyone", &[]), both("[]", ""));
        assert_eq!(said("anonymous,api_key", &[]), both(r#"[{},{"key":[]}]"#, ""));
    }

    #[test]
    fn schemes_that_are_documented_together_stay_together() {
        let documented: &[&[&str]] = &[&["session", "csrf"], &["key", "session"]];
        assert_eq!(said("user", documented), both(r#"[{"session":[],"csrf":[]}]"#, ""));
        assert_eq!(said("api_key", documented), both(r#"[{"key":[]}]"#, ""));
    }

    #[test]
    fn scopes_that_differ_from_way_to_way_are_told_with_their_schemes() {
        assert_eq!(
            said("api_key a b|c | user >=low", &[&["session"]]),
            both(
                r#"[{"key":[]},{"session":[]}]"#,
                r#"[{"schemes":["key"],"all":["a"],"any":[["b","c"]]},{"schemes":["session"],"all":[]}]"#
            )
        );
    }

    #[test]
    fn what_no_scheme_stands_for_is_not_guessed() {
        assert_eq!(said("service", &[]), Err("no security scheme of the policy stands for `service`".to_owned()));
        assert_eq!(said("api_key,service", &[]), both(r#"[{"key":[]}]"#, ""));
        assert_eq!(said("everyone a", &[]), Err("its guards don't say which kinds of caller they accept".to_owned()));
        assert_eq!(said("nobody", &[]), Err("nobody may call it".to_owned()));
    }
}
