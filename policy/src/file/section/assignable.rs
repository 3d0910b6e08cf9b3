//! `assignable`: what principals may be granted.

use std::collections::BTreeMap;

use super::super::keys;
use super::super::problem::Problem;
use super::super::reader::{Fields, Reader};
use super::super::tree::Kind;
use super::{names, scopes};
use crate::policy::Assignable;
use crate::{Level, Placed, Policy, ScopePattern};

pub(super) fn read(reader: &mut Reader<'_>, fields: &Fields<'_>, policy: &mut Policy) {
    let Some(node) = fields.get("assignable") else { return };
    let mut entries: BTreeMap<String, Assignable> = BTreeMap::new();
    for entry in reader.map(node, "`assignable`") {
        let Some(fields) = reader.fields(&entry.value, &keys::ASSIGNABLE) else { continue };
        if let Some(assignable) = assignable(reader, policy, &entry.key, &fields) {
            entries.insert(entry.key.value.clone(), assignable);
        }
    }
    check_includes(reader, &mut entries);
    let own: BTreeMap<String, Vec<Placed<ScopePattern>>> =
        entries.iter().map(|(name, entry)| (name.clone(), entry.scopes.clone())).collect();
    let includes: BTreeMap<String, Vec<String>> = entries
        .iter()
        .map(|(name, entry)| (name.clone(), entry.include.iter().map(|other| other.value.clone()).collect()))
        .collect();
    for (name, entry) in &mut entries {
        for other in reachable(&includes, name) {
            let Some(scopes) = own.get(other) else { continue };
            let new = scopes.iter().filter(|scope| !entry.scopes.iter().any(|known| known.value == scope.value));
            let new: Vec<_> = new.cloned().collect();
            entry.scopes.extend(new);
        }
    }
    policy.assignable = entries;
}

fn assignable(
    reader: &mut Reader<'_>,
    policy: &Policy,
    name: &Placed<String>,
    fields: &Fields<'_>,
) -> Option<Assignable> {
    let listed = fields.get("scopes").map(|node| scopes::patterns(reader, node, "`scopes`")).unwrap_or_default();
    for pattern in &listed {
        if !scopes::meets_declared(policy, pattern) {
            scopes::unknown(reader, policy, pattern);
        }
    }
    let include = fields.get("include").map(|node| reader.texts(node, "`include`")).unwrap_or_default();
    let own_name = Level::new(name.value.as_str());
    let level = match fields.get("level") {
        Some(node) => names::level(reader, policy, node),
        // An entry that is called like a level speaks of that level.
        None => policy.levels.contains_key(&own_name).then(|| name.clone().map(Level::new)),
    };
    let Some(node) = fields.get("principal") else {
        let message = format!("the assignable entry `{}` doesn't say to whom", name.value);
        reader.report(Problem::error(name.range(), message).with_help("add `principal: api_key`".to_owned()));
        return None;
    };
    let kind = reader.text(node, "`principal`")?;
    let principal = names::principal(reader, policy, kind)?;
    if fields.get("scopes").is_none_or(|node| matches!(&node.kind, Kind::List(items) if items.is_empty()))
        && include.is_empty()
    {
        let message = format!("the assignable entry `{}` has no scopes", name.value);
        reader.report(Problem::warning(name.range(), message));
    }
    Some(Assignable { name: name.clone(), principal, level, scopes: listed, include })
}

fn check_includes(reader: &mut Reader<'_>, entries: &mut BTreeMap<String, Assignable>) {
    let names: Vec<String> = entries.keys().cloned().collect();
    for entry in entries.values_mut() {
        entry.include.retain(|other| {
            let known = names.contains(&other.value);
            if !known {
                reader.unknown(other, "assignable entry", "assignable", names.iter().map(String::as_str));
            }
            known
        });
    }
    let includes: BTreeMap<String, Vec<String>> = entries
        .iter()
        .map(|(name, entry)| (name.clone(), entry.include.iter().map(|other| other.value.clone()).collect()))
        .collect();
    for (name, entry) in entries.iter() {
        for other in &entry.include {
            let closes = other.value == *name || reachable(&includes, &other.value).contains(&name.as_str());
            if closes {
                let message = format!("`{name}` includes itself, through `{}`", other.value);
                reader.report(Problem::error(other.range(), message).with_related(entry.name.range(), "this entry"));
            }
        }
    }
}

/// Every entry that one includes, directly or not, in the order of the file; a cycle is walked once.
fn reachable<'a>(includes: &'a BTreeMap<String, Vec<String>>, from: &str) -> Vec<&'a str> {
    let mut found: Vec<&str> = Vec::new();
    let mut pending: Vec<&str> = includes.get(from).into_iter().flatten().rev().map(String::as_str).collect();
    while let Some(name) = pending.pop() {
        if !found.contains(&name) {
            found.push(name);
            pending.extend(includes.get(name).into_iter().flatten().rev().map(String::as_str));
        }
    }
    found
}
