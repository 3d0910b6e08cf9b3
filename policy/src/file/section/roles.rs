//! `roles`: entry contracts of routes.

use std::borrow::Cow;
use std::collections::BTreeMap;

use super::super::keys;
use super::super::problem::Problem;
use super::super::reader::{Fields, Reader};
use super::{names, tiers};
use crate::policy::Role;
use crate::{Access, Alternative, Placed, Policy, PrincipalKind, Principals, RoleName};

/// `#[route_role(public, …)]` has no role, so no role may have that name.
const RESERVED: &str = "public";

pub(super) fn read(reader: &mut Reader<'_>, fields: &Fields<'_>, policy: &mut Policy) {
    let Some(node) = fields.get("roles") else { return };
    let mut drafts: BTreeMap<String, Role> = BTreeMap::new();
    for entry in reader.map(node, "`roles`") {
        let Some(fields) = reader.fields(&entry.value, &keys::ROLE) else { continue };
        if !is_role_name(&entry.key.value) {
            let problem = Problem::error(entry.key.range(), format!("a role can't be called `{}`", entry.key.value));
            reader.report(
                problem.with_help("a role's name is an identifier, since `#[route_role(Name)]` writes it".to_owned()),
            );
            continue;
        }
        let role = draft(reader, policy, &entry.key, &fields);
        drafts.insert(entry.key.value.clone(), role);
    }
    let names: Vec<String> = drafts.keys().cloned().collect();
    for role in drafts.values_mut() {
        role.any = std::mem::take(&mut role.any)
            .into_iter()
            .filter(|other| {
                let known = names.iter().any(|name| *name == other.as_str());
                if !known {
                    let text = (*other).clone().map(|name| name.to_string());
                    let others = names.iter().map(String::as_str).filter(|name| *name != role.name.value.as_str());
                    reader.unknown(&text, "role", "roles", others);
                }
                known
            })
            .collect();
    }
    for name in &names {
        if let Some(role) = finish(reader, &drafts, name) {
            policy.roles.insert(RoleName::new(name.as_str()), role);
        }
    }
}

fn is_role_name(name: &str) -> bool {
    name != RESERVED
        && name.chars().all(|c| c.is_alphanumeric() || c == '_')
        && name.chars().next().is_some_and(|c| c.is_alphabetic() || c == '_')
}

/// A role by itself: its access doesn't yet have that of the roles that it names.
fn draft(reader: &mut Reader<'_>, policy: &Policy, name: &Placed<String>, fields: &Fields<'_>) -> Role {
    let accepts = fields.get("accepts").map(|node| names::accepts(reader, policy, node));
    let any: Vec<Placed<RoleName>> = fields
        .get("any")
        .map(|node| reader.texts(node, "`any`").into_iter().map(|name| name.map(RoleName::new)).collect())
        .unwrap_or_default();
    if accepts.is_none() && any.is_empty() {
        let problem = Problem::error(name.range(), format!("the role `{}` doesn't say whom it accepts", name.value));
        reader.report(problem.with_help("add `accepts: [user]`, or `any: [OtherRole]`".to_owned()));
    }
    if let (Some(node), Some([])) = (fields.get("accepts"), accepts.as_deref())
        && matches!(&node.kind, super::Kind::List(items) if items.is_empty())
    {
        let message = format!("the role `{}` accepts nobody", name.value);
        reader.report(Problem::error(node.range.clone(), message));
    }
    let level = fields.get("level").and_then(|node| names::level(reader, policy, node));
    let tier = fields
        .get("tier")
        .and_then(|node| reader.text(node, "`tier`"))
        .and_then(|name| tiers::resolve(reader, policy, &name));
    let features = fields.get("features").map(|node| reader.texts(node, "`features`")).unwrap_or_default();
    let features: Vec<_> = features.into_iter().filter_map(|name| names::feature(reader, policy, name)).collect();
    let own = Alternative {
        principals: match &accepts {
            // Whom a role that says nothing lets in is its other roles' affair, or nobody's.
            None if !any.is_empty() => Principals::Everyone,
            kinds => Principals::Only(kinds.iter().flatten().map(|kind| kind.value.clone()).collect()),
        },
        tiers: tier.into_iter().collect(),
        levels: level.iter().map(|level| level.value.clone()).collect(),
        features: features.into_iter().map(|feature| feature.value).collect(),
        scopes: Cow::Borrowed(&[]),
    };
    Role {
        name: name.clone().map(RoleName::new),
        access: Access::one(own).normalised(),
        accepts: accepts.unwrap_or_default(),
        level,
        any,
        denial: fields.get("denial").and_then(|node| names::denial(reader, node)),
        tenant: fields.get("tenant").and_then(|node| reader.text(node, "`tenant`")),
    }
}

/// A role with the access of the roles that it names.
fn finish(reader: &mut Reader<'_>, drafts: &BTreeMap<String, Role>, name: &str) -> Option<Role> {
    let mut role = drafts.get(name)?.clone();
    let mut path = vec![name];
    match access(drafts, name, &mut path) {
        Ok(access) => role.access = access,
        Err(closing) => {
            // The cycle is reported once, at the role that comes first in it.
            if path.iter().min() == path.first() && closing.value.as_str() == name {
                let message = format!("roles refer to each other in a circle: {} → {name}", path.join(" → "));
                reader.report(Problem::error(closing.range(), message).with_related(role.name.range(), "begins here"));
            }
            role.access = Access::NOBODY;
        }
    }
    let tier_only = role.accepts.iter().any(|kind| kind.value == PrincipalKind::ANONYMOUS);
    let demands = role.access.alternatives.iter().any(|way| !way.tiers.is_empty() || !way.levels.is_empty());
    if tier_only && demands {
        let message = format!("`{name}` accepts `anonymous`, but a caller without credentials has no tier or level");
        reader.report(Problem::warning(role.name.range(), message));
    }
    Some(role)
}

fn access<'a>(
    drafts: &'a BTreeMap<String, Role>,
    name: &str,
    path: &mut Vec<&'a str>,
) -> Result<Access, Placed<RoleName>> {
    let Some(role) = drafts.get(name) else { return Ok(Access::NOBODY) };
    if role.any.is_empty() {
        return Ok(role.access.clone());
    }
    let mut any = Access::NOBODY;
    for other in &role.any {
        let Some((key, _)) = drafts.get_key_value(other.as_str()) else { continue };
        if path.contains(&key.as_str()) {
            return Err(other.clone());
        }
        path.push(key);
        any = any.or(&access(drafts, key, path)?);
        path.pop();
    }
    Ok(role.access.and(&any))
}
