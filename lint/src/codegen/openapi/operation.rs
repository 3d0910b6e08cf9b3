//! From routes to operations.

use std::collections::BTreeMap;

use route_role_policy::{Access, Policy};

use super::path::described;
use super::security::Security;
use crate::description::{METHODS, Template};
use crate::resolve::{Documentation, Route};
use crate::rule::engine::list::quoted;
use crate::surface::{Certainty, RouteSurface, Surface};

/// The operations that a surface has, with what each asks of its callers.
#[derive(Debug, Default)]
pub struct Operations {
    known: BTreeMap<Key, Result<Security, String>>,
}

/// A path without the names of its parameters, and a method in upper case.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Key {
    template: Template,
    method: String,
    /// The path with the names of its parameters.
    path: String,
}

/// An operation that nothing is said of.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct LeftAlone {
    /// Its method, upper case.
    pub method: String,
    /// Its path.
    pub path: String,
    /// Why.
    pub reason: String,
}

impl Operations {
    /// The operations of a surface, of one program or of all.
    pub fn of(surface: &Surface, policy: &Policy, program: Option<usize>) -> Self {
        let mut operations = Self::default();
        for (route, row) in surface.inventory.routes.iter().zip(&surface.rows) {
            if program.is_none_or(|program| route.program == program) {
                operations.add(route, row, policy);
            }
        }
        operations
    }

    fn add(&mut self, route: &Route, row: &RouteSurface, policy: &Policy) {
        if matches!(route.documentation, Documentation::Undocumented { .. } | Documentation::Accidental { .. }) {
            return;
        }
        let security = security_of(route, row, policy);
        let path = described(&route.path).text;
        let key = Key { template: Template::of(&path), method: route.method.clone(), path };
        let same = self.known.get(&key).is_none_or(|known| *known == security);
        let differ = || Err("several routes answer it, and their guards differ".to_owned());
        self.known.insert(key, if same { security } else { differ() });
    }

    /// What is known of the route that answers a method at a path of the description.
    pub(super) fn find(&self, method: &str, path: &str) -> Option<&Result<Security, String>> {
        let template = Template::of(path);
        let mut all = self.known.iter().filter(|(key, _)| key.template == template);
        let any = all.clone().find(|(key, _)| key.method == "ANY");
        all.find(|(key, _)| key.method == method).or(any).map(|(_, security)| security)
    }

    /// Every operation of which something is known, by path and method.
    pub(super) fn known(&self) -> impl Iterator<Item = (&str, &str, &Security)> {
        let in_description = self.known.iter().filter(|(key, _)| METHODS.contains(&key.method.as_str()));
        in_description
            .filter_map(|(key, security)| Some((key.path.as_str(), key.method.as_str(), security.as_ref().ok()?)))
    }

    /// Every operation of which nothing is known.
    pub(super) fn left_alone(&self) -> Vec<LeftAlone> {
        let reason = |key: &Key, security: &Result<Security, String>| match security {
            Ok(_) if METHODS.contains(&key.method.as_str()) => None,
            Ok(_) => Some("a description has no such method".to_owned()),
            Err(reason) => Some(reason.clone()),
        };
        let left = self.known.iter().filter_map(|(key, security)| {
            Some(LeftAlone { method: key.method.clone(), path: key.path.clone(), reason: reason(key, security)? })
        });
        left.collect()
    }
}

/// What a route asks of its callers.
///
/// # Errors
///
/// Why that isn't known, or can't be said with schemes.
pub(super) fn security_of(route: &Route, row: &RouteSurface, policy: &Policy) -> Result<Security, String> {
    let stated = match &route.documentation {
        Documentation::Documented(operation) => operation.security.as_ref().or(operation.default_security.as_ref()),
        _ => None,
    };
    match row.certainty {
        // Its handler may well ask who calls.
        Certainty::Proven if row.access == Access::EVERYONE && row.public.is_none() => {
            Err("nothing guards it, and nothing declares it public".to_owned())
        }
        Certainty::Proven => Security::of(&row.access, policy, stated.map_or(&[], Vec::as_slice)),
        Certainty::AtMost => Err(unmapped(route, row)),
        Certainty::Unknown => Err("its handler can't be read".to_owned()),
    }
}

fn unmapped(route: &Route, row: &RouteSurface) -> String {
    let unknown = route.guards.iter().zip(&row.guards).filter(|(_, mapped)| !mapped.meaning.is_known());
    let mut guards: Vec<String> = unknown.map(|(guard, _)| guard.term.to_string()).collect();
    guards.sort();
    guards.dedup();
    format!("the policy doesn't say what {} means", quoted(guards))
}
