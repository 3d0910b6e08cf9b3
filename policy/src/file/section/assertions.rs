//! `assert`: accesses that are never granted.

use super::super::braces;
use super::super::keys;
use super::super::problem::Problem;
use super::super::reader::{Fields, Reader};
use super::super::tree::{Kind, Node};
use super::{names, routes, scopes, tiers};
use crate::assertion::{Assertion, NamedAccess};
use crate::{PathGlob, Placed, Policy, PrincipalKind, ResourceName, ScopePattern};

pub(super) fn read(reader: &mut Reader<'_>, fields: &Fields<'_>, policy: &mut Policy) {
    let Some(node) = fields.get("assert") else { return };
    let mut assertions: Vec<Assertion> = Vec::new();
    for item in reader.list(node, "`assert`") {
        let Some(assertion) = assertion(reader, policy, item) else { continue };
        let namesake = assertion.name.as_ref().and_then(|name| {
            assertions.iter().filter_map(|known| known.name.as_ref()).find(|known| known.value == name.value)
        });
        if let (Some(name), Some(first)) = (&assertion.name, namesake) {
            let problem = Problem::error(name.range(), format!("two assertions are called `{}`", name.value));
            reader.report(problem.with_related(first.range(), "the first one"));
        }
        assertions.push(assertion);
    }
    policy.assertions = assertions;
}

fn assertion(reader: &mut Reader<'_>, policy: &Policy, item: &Node) -> Option<Assertion> {
    let fields = reader.fields(item, &keys::ASSERTION)?;
    let name = fields.get("name").and_then(|node| reader.text(node, "`name`"));
    let reason = fields.get("reason").and_then(|node| reader.text(node, "`reason`"));
    let Some(node) = fields.get("never") else {
        let problem = Problem::error(item.range.clone(), "an assertion needs `never`");
        reader.report(
            problem.with_help("name the access: `never: { principal: api_key, path: \"/admin/**\" }`".to_owned()),
        );
        return None;
    };
    let never = never(reader, policy, node)?;
    Some(Assertion { name, never: Placed::new(never, node.range.clone()), reason })
}

/// The access that is named. One whose parts aren't all valid isn't used: without them it would name more, or nothing.
fn never(reader: &mut Reader<'_>, policy: &Policy, node: &Node) -> Option<NamedAccess> {
    let fields = reader.fields(node, &keys::NEVER)?;
    let mut parts = Parts { reader, policy, fields, is_valid: true };
    let access = NamedAccess {
        principals: parts.each("principal", names::principal),
        scopes: parts.scopes(),
        tier: parts.one("tier", |reader, policy, name| {
            Some(Placed::new(tiers::resolve(reader, policy, &name)?, name.range()))
        }),
        level: parts.one("level", names::level_named),
        resource: parts.one("resource", resource),
        paths: parts.each("path", path),
        methods: parts.each("method", |reader, _, name| routes::method(reader, name)),
    };
    if !parts.is_valid {
        return None;
    }
    if access.is_empty() {
        let problem = Problem::error(node.range.clone(), "`never` names no access");
        reader.report(problem.with_help(format!("say which: {}", keys::NEVER.names.join(", "))));
        return None;
    }
    holds_nothing(reader, &access, node);
    Some(access)
}

/// Callers without credentials have neither scopes nor tiers nor a level: nothing could ever break such an assertion.
fn holds_nothing(reader: &mut Reader<'_>, access: &NamedAccess, node: &Node) {
    let is_anonymous = |kind: &Placed<PrincipalKind>| kind.value == PrincipalKind::ANONYMOUS;
    let asks = !access.scopes.is_empty() || access.tier.is_some() || access.level.is_some();
    if asks && !access.principals.is_empty() && access.principals.iter().all(is_anonymous) {
        let message = "this can never be granted: callers without credentials have no scopes, no tier and no level";
        let problem = Problem::error(node.range.clone(), message);
        reader.report(problem.with_help("leave out `scope`, `tier` and `level`, or name another principal".to_owned()));
    }
}

/// Takes the parts of a named access, and notes whether one couldn't be used.
struct Parts<'r, 'c, 'n> {
    reader: &'r mut Reader<'c>,
    policy: &'r Policy,
    fields: Fields<'n>,
    is_valid: bool,
}

impl Parts<'_, '_, '_> {
    /// A text, or a list of texts.
    fn texts(&mut self, key: &str) -> Vec<Placed<String>> {
        let Some(entry) = self.fields.entry(key) else { return Vec::new() };
        let what = format!("`{key}`");
        let texts = match &entry.value.kind {
            Kind::List(items) if items.is_empty() => {
                self.reader.report(Problem::error(entry.value.range.clone(), format!("{what} lists nothing")));
                Vec::new()
            }
            Kind::List(_) => self.reader.texts(&entry.value, &what),
            _ => self.reader.text(&entry.value, &what).into_iter().collect(),
        };
        self.is_valid &= !texts.is_empty();
        texts
    }

    fn each<T>(
        &mut self,
        key: &str,
        read: impl Fn(&mut Reader<'_>, &Policy, Placed<String>) -> Option<Placed<T>>,
    ) -> Vec<Placed<T>> {
        let texts = self.texts(key);
        let count = texts.len();
        let values: Vec<_> = texts.into_iter().filter_map(|text| read(self.reader, self.policy, text)).collect();
        self.is_valid &= values.len() == count;
        values
    }

    fn one<T>(
        &mut self,
        key: &str,
        read: impl Fn(&mut Reader<'_>, &Policy, Placed<String>) -> Option<Placed<T>>,
    ) -> Option<Placed<T>> {
        let entry = self.fields.entry(key)?;
        let text = self.reader.text(&entry.value, &format!("`{key}`"));
        let value = text.and_then(|text| read(self.reader, self.policy, text));
        self.is_valid &= value.is_some();
        value
    }

    fn scopes(&mut self) -> Vec<Placed<ScopePattern>> {
        let mut patterns = Vec::new();
        for text in self.texts("scope") {
            match braces::expand(&text.value) {
                Ok(expanded) => {
                    let range = text.range();
                    patterns.extend(expanded.into_iter().map(|one| Placed::new(ScopePattern::new(one), range.clone())));
                }
                Err(reason) => {
                    self.is_valid = false;
                    let message = format!("this scope pattern can't be used: {reason}");
                    self.reader.report(Problem::error(text.range(), message));
                }
            }
        }
        for pattern in &patterns {
            if !self.policy.scopes.iter().any(|declared| declared.meets(pattern)) {
                self.is_valid = false;
                scopes::unknown(self.reader, self.policy, pattern);
            }
        }
        patterns
    }
}

fn resource(reader: &mut Reader<'_>, policy: &Policy, name: Placed<String>) -> Option<Placed<ResourceName>> {
    let resource = name.clone().map(ResourceName::new);
    if policy.resources.contains_key(&resource.value) {
        return Some(resource);
    }
    reader.unknown(&name, "resource", "resources", policy.resources.keys().map(ResourceName::as_str));
    None
}

fn path(reader: &mut Reader<'_>, _: &Policy, text: Placed<String>) -> Option<Placed<PathGlob>> {
    if text.value.starts_with(['/', '*']) {
        return Some(text.map(PathGlob::new));
    }
    let problem = Problem::error(text.range(), format!("`{}` is no path of a route", text.value));
    reader.report(problem.with_help(format!("begin with a slash: `/{}`", text.value)));
    None
}
