//! `guards`: what code that carries no `#[route_role]` means.

use super::super::keys;
use super::super::problem::Problem;
use super::super::reader::{Fields, Reader};
use super::super::tree::{Kind, Node};
use super::{names, patterns, scopes, tiers};
use crate::meaning::Meaning;
use crate::policy::{Accepts, Demand, EntryMeaning, Flag, GuardEntry, NameOrVariable, Quantity, ScopeDemand};
use crate::{Feature, Level, Pattern, Placed, Policy, PrincipalKind, ResourceName, RoleName, suggest};

/// The keys of a demand: they may stand together.
const DEMANDS: [&str; 8] = ["role", "accepts", "tier", "level", "scopes", "features", "denial", "resource"];
/// The keys that are a whole meaning by themselves.
const ALONE: [&str; 3] = ["any", "all", "ignore"];

pub(super) fn read(reader: &mut Reader<'_>, fields: &Fields<'_>, policy: &mut Policy) {
    let Some(node) = fields.get("guards") else { return };
    for item in reader.list(node, "`guards`") {
        if let Some(entry) = entry(reader, policy, item) {
            report_if_shadowed(reader, policy, &entry);
            policy.guards.push(entry);
        }
    }
    // Only now is every entry there that a part of `any` or `all` may refer to.
    for entry in &policy.guards {
        check_parts(reader, policy, entry);
    }
}

fn entry(reader: &mut Reader<'_>, policy: &Policy, item: &Node) -> Option<GuardEntry> {
    let fields = reader.fields(item, &keys::GUARD)?;
    let Some(node) = fields.get("match") else {
        reader.report(Problem::error(item.range.clone(), "a guard needs `match`"));
        return None;
    };
    let text = reader.text(node, "`match`")?;
    let pattern = patterns::pattern(reader, text)?;
    if pattern.last().is_none() {
        let problem = Problem::error(pattern.range(), "a pattern for everything would hide every guard");
        reader.report(problem.with_help("name the guard".to_owned()));
        return None;
    }
    let meaning = meaning(reader, policy, &fields, &pattern)?;
    Some(GuardEntry { pattern, meaning })
}

fn meaning(
    reader: &mut Reader<'_>,
    policy: &Policy,
    fields: &Fields<'_>,
    pattern: &Placed<Pattern>,
) -> Option<EntryMeaning> {
    let given =
        |keys: &[&'static str]| keys.iter().copied().filter(|key| fields.get(key).is_some()).collect::<Vec<_>>();
    let (alone, demands) = (given(&ALONE), given(&DEMANDS));
    if alone.len() + demands.len().min(1) != 1 {
        let (message, help) = if alone.is_empty() {
            (
                "a guard needs its meaning".to_owned(),
                "add `role`, `accepts`, `scopes`, …, or `ignore: \"reason\"`".to_owned(),
            )
        } else {
            let keys: Vec<String> = alone.iter().chain(&demands).map(|key| format!("`{key}`")).collect();
            let message = format!("a guard can't have {} at once", keys.join(" and "));
            (message, "`any`, `all` and `ignore` are a whole meaning each".to_owned())
        };
        reader.report(Problem::error(pattern.range(), message).with_help(help));
        return None;
    }
    let variables: Vec<String> = pattern.variables().into_iter().map(str::to_owned).collect();
    let mut entry = EntryReader { reader, policy, pattern, variables };
    if let Some(node) = fields.get("ignore") {
        return Some(EntryMeaning::Ignore { reason: entry.reader.text(node, "the reason to ignore a guard")? });
    }
    if let Some(node) = fields.get("any") {
        return entry.parts(node, "`any`").map(EntryMeaning::Any);
    }
    if let Some(node) = fields.get("all") {
        return entry.parts(node, "`all`").map(EntryMeaning::All);
    }
    entry.demand(fields).map(|demand| EntryMeaning::Demand(Box::new(demand)))
}

/// Reads the meaning of one entry, in which the metavariables of its pattern are known.
struct EntryReader<'s, 'r> {
    reader: &'s mut Reader<'r>,
    policy: &'s Policy,
    pattern: &'s Placed<Pattern>,
    variables: Vec<String>,
}

impl EntryReader<'_, '_> {
    /// The guards of `any` or `all`. Every metavariable in them must be bound.
    fn parts(&mut self, node: &Node, what: &str) -> Option<Vec<Placed<Pattern>>> {
        let parts = patterns::patterns(self.reader, node, what);
        let mut usable = !parts.is_empty();
        if parts.is_empty() {
            self.reader.report(Problem::error(node.range.clone(), format!("{what} names no guard")));
        }
        for part in &parts {
            for variable in part.variables() {
                usable &= self.is_bound(&part.clone().map(|_| variable.to_owned()));
            }
        }
        usable.then_some(parts)
    }

    fn is_bound(&mut self, variable: &Placed<String>) -> bool {
        let known = self.variables.contains(&variable.value);
        if !known {
            let message = format!("`${}` isn't bound by `{}`", variable.value, self.pattern.value);
            let meant = suggest::nearest(&variable.value, self.variables.iter().map(String::as_str));
            let help = meant.map(|name| format!("did you mean `${name}`?"));
            let problem = Problem::error(variable.range(), message).with_help(help);
            self.reader.report(problem.with_related(self.pattern.range(), "the pattern"));
        }
        known
    }

    fn demand(&mut self, fields: &Fields<'_>) -> Option<Demand> {
        let before = self.reader.problems.len();
        let policy = self.policy;
        let demand = Demand {
            role: fields.get("role").and_then(|node| {
                self.name(node, "`role`", |reader, name| {
                    let known = policy.roles.contains_key(&RoleName::new(name.as_str()));
                    if !known {
                        reader.unknown(name, "role", "roles", policy.roles.keys().map(RoleName::as_str));
                    }
                    known
                })
            }),
            accepts: fields.get("accepts").map(|node| self.accepts(node)),
            tier: fields.get("tier").and_then(|node| {
                self.name(node, "`tier`", |reader, name| tiers::resolve(reader, policy, name).is_some())
            }),
            level: fields.get("level").and_then(|node| {
                self.name(node, "`level`", |reader, name| {
                    let known = policy.levels.contains_key(&Level::new(name.as_str()));
                    if !known {
                        reader.unknown(name, "level", "levels", policy.levels.keys().map(Level::as_str));
                    }
                    known
                })
            }),
            scopes: fields.get("scopes").and_then(|node| self.scopes(node)),
            features: fields.get("features").map(|node| self.features(node)).unwrap_or_default(),
            denial: fields.get("denial").and_then(|node| names::denial(self.reader, node)),
            resource: fields.get("resource").and_then(|node| {
                self.name(node, "`resource`", |reader, name| {
                    let known = policy.resources.contains_key(&ResourceName::new(name.as_str()));
                    if !known {
                        reader.unknown(
                            name,
                            "resource",
                            "resources",
                            policy.resources.keys().map(ResourceName::as_str),
                        );
                    }
                    known
                })
            }),
        };
        // A demand of which a part is unusable would let in more callers than the guard does.
        (self.reader.problems.len() == before).then_some(demand)
    }

    fn name(
        &mut self,
        node: &Node,
        what: &str,
        is_known: impl FnOnce(&mut Reader<'_>, &Placed<String>) -> bool,
    ) -> Option<Placed<NameOrVariable>> {
        let text = self.reader.text(node, what)?;
        self.name_of(text, is_known)
    }

    fn name_of(
        &mut self,
        text: Placed<String>,
        is_known: impl FnOnce(&mut Reader<'_>, &Placed<String>) -> bool,
    ) -> Option<Placed<NameOrVariable>> {
        if let Some(variable) = variable(&text.value) {
            let variable = text.map(|_| variable.clone());
            return self.is_bound(&variable).then(|| variable.map(NameOrVariable::Variable));
        }
        is_known(self.reader, &text).then(|| text.map(NameOrVariable::Name))
    }

    fn features(&mut self, node: &Node) -> Vec<Placed<NameOrVariable>> {
        let policy = self.policy;
        let texts = self.reader.texts(node, "`features`");
        let known = |reader: &mut Reader<'_>, name: &Placed<String>| {
            let known = policy.feature(&name.value).is_some();
            if !known {
                reader.unknown(
                    name,
                    "feature",
                    "features",
                    policy.features.iter().map(|feature: &Placed<Feature>| feature.as_str()),
                );
            }
            known
        };
        texts.into_iter().filter_map(|text| self.name_of(text, known)).collect()
    }

    /// `[user, api_key]`, or `{ user: $U, api_key: true }`.
    fn accepts(&mut self, node: &Node) -> Accepts {
        let Kind::Map(entries) = &node.kind else {
            return Accepts::Kinds(names::accepts(self.reader, self.policy, node));
        };
        let mut flags: Vec<(Placed<PrincipalKind>, Placed<Flag>)> = Vec::new();
        for entry in entries {
            let Some(kind) = names::principal(self.reader, self.policy, entry.key.clone()) else { continue };
            let range = entry.value.range.clone();
            let name = match &entry.value.kind {
                Kind::Scalar { text, .. } => variable(text),
                _ => None,
            };
            let flag = if let Some(name) = name {
                let name = Placed::new(name, range);
                if !self.is_bound(&name) {
                    continue;
                }
                name.map(Flag::Variable)
            } else {
                let truth = self.reader.flag(&entry.value, "whether a principal is accepted");
                let Some(truth) = truth else { continue };
                Placed::new(Flag::Fixed(truth), range)
            };
            flags.push((kind, flag));
        }
        Accepts::Flags(flags)
    }

    /// `["a:b"]`, `{ all: $...SCOPES }` or `{ any: ["a:b", $SCOPE] }`.
    fn scopes(&mut self, node: &Node) -> Option<ScopeDemand> {
        if let Kind::Map(_) = node.kind {
            let fields = self.reader.fields(node, &keys::SCOPE_DEMAND)?;
            return match (fields.get("all"), fields.get("any")) {
                (Some(list), None) => Some(ScopeDemand { quantity: Quantity::All, scopes: self.scope_list(list) }),
                (None, Some(list)) => Some(ScopeDemand { quantity: Quantity::Any, scopes: self.scope_list(list) }),
                _ => {
                    self.reader.report(Problem::error(node.range.clone(), "expected either `all` or `any`"));
                    None
                }
            };
        }
        Some(ScopeDemand { quantity: Quantity::All, scopes: self.scope_list(node) })
    }

    fn scope_list(&mut self, node: &Node) -> Vec<Placed<NameOrVariable>> {
        let texts = match node.kind {
            Kind::Scalar { .. } => self.reader.text(node, "a scope").into_iter().collect(),
            _ => self.reader.texts(node, "`scopes`"),
        };
        if texts.is_empty() {
            self.reader.report(Problem::error(node.range.clone(), "an empty list of scopes demands nothing"));
        }
        let policy = self.policy;
        let known = |reader: &mut Reader<'_>, name: &Placed<String>| {
            let known = policy.scope(&name.value).is_some();
            if !known {
                scopes::unknown(reader, policy, &name.clone().map(crate::ScopePattern::new));
            }
            known
        };
        texts.into_iter().filter_map(|text| self.name_of(text, known)).collect()
    }
}

/// The name in `$NAME` or `$...NAME`.
fn variable(text: &str) -> Option<String> {
    let name = text.strip_prefix('$')?;
    Some(name.strip_prefix("...").unwrap_or(name).to_owned())
}

fn report_if_shadowed(reader: &mut Reader<'_>, policy: &Policy, entry: &GuardEntry) {
    if let Some(earlier) = policy.guards.iter().find(|earlier| earlier.pattern.covers(&entry.pattern)) {
        let message = format!("`{}` can never match", entry.pattern.value);
        let remark = format!("`{}` matches all of it first", earlier.pattern.value);
        let problem = Problem::error(entry.pattern.range(), message).with_related(earlier.pattern.range(), remark);
        reader.report(problem.with_help("put the more specific pattern first, or remove one of them".to_owned()));
    }
}

/// A part of `any` or `all` without metavariables means the same on every route, so it can be tried now.
fn check_parts(reader: &mut Reader<'_>, policy: &Policy, entry: &GuardEntry) {
    let (EntryMeaning::Any(parts) | EntryMeaning::All(parts)) = &entry.meaning else { return };
    for part in parts {
        if entry.pattern.covers(part) {
            let message = format!("`{}` is explained by itself", entry.pattern.value);
            reader.report(Problem::error(part.range(), message).with_related(entry.pattern.range(), "the same guard"));
            continue;
        }
        let Some(term) = part.substitute(&Default::default()).filter(|_| part.variables().is_empty()) else { continue };
        match policy.meaning(&term) {
            Meaning::Unmapped { term } => {
                let known = policy.guards.iter().filter_map(|entry| entry.pattern.last());
                let help = suggest::nearest(term.last(), known).map(|name| format!("did you mean `{name}`?"));
                let help = help.unwrap_or_else(|| format!("add a guard with `match: \"{term}\"`"));
                reader.report(Problem::error(part.range(), format!("no guard pattern knows `{term}`")).with_help(help));
            }
            Meaning::TooDeep => {
                let message = format!("`{}` leads back to itself", part.value);
                reader.report(Problem::error(part.range(), message));
            }
            Meaning::Access { .. } | Meaning::Ignored { .. } | Meaning::Opaque { .. } => {}
        }
    }
}
