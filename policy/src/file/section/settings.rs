//! `defaults`, `security`, `rules` and `paths`.

use super::super::keys;
use super::super::problem::Problem;
use super::super::reader::{Fields, Reader};
use super::names;
use crate::Policy;
use crate::policy::{RuleLevel, RuleSetting, SecurityScheme};

pub(super) fn read(reader: &mut Reader<'_>, fields: &Fields<'_>, policy: &mut Policy) {
    defaults(reader, fields, policy);
    security(reader, fields, policy);
    rules(reader, fields, policy);
    paths(reader, fields, policy);
}

fn defaults(reader: &mut Reader<'_>, fields: &Fields<'_>, policy: &mut Policy) {
    let Some(fields) = fields.get("defaults").and_then(|node| reader.fields(node, &keys::DEFAULTS)) else { return };
    policy.defaults.denial = fields.get("denial").and_then(|node| names::denial(reader, node));
}

fn security(reader: &mut Reader<'_>, fields: &Fields<'_>, policy: &mut Policy) {
    let Some(node) = fields.get("security") else { return };
    for entry in reader.map(node, "`security`") {
        let Some(fields) = reader.fields(&entry.value, &keys::SECURITY) else { continue };
        let Some(node) = fields.get("accepts") else {
            let message = format!("the security scheme `{}` doesn't say whose credential it is", entry.key.value);
            reader.report(Problem::error(entry.key.range(), message).with_help("add `accepts: [user]`".to_owned()));
            continue;
        };
        let scheme = SecurityScheme { name: entry.key.clone(), accepts: names::accepts(reader, policy, node) };
        policy.security.insert(entry.key.value.clone(), scheme);
    }
}

fn rules(reader: &mut Reader<'_>, fields: &Fields<'_>, policy: &mut Policy) {
    let Some(node) = fields.get("rules") else { return };
    for entry in reader.map(node, "`rules`") {
        let what = format!("the level of `{}`", entry.key.value);
        if let Some(level) = reader.keyword(&entry.value, &what, &RuleLevel::KEYWORDS) {
            policy.rules.insert(entry.key.value.clone(), RuleSetting { name: entry.key.clone(), level });
        }
    }
}

fn paths(reader: &mut Reader<'_>, fields: &Fields<'_>, policy: &mut Policy) {
    let Some(fields) = fields.get("paths").and_then(|node| reader.fields(node, &keys::PATHS)) else { return };
    policy.paths.include = fields.get("include").map(|node| reader.globs(node, "`include`")).unwrap_or_default();
    policy.paths.exclude = fields.get("exclude").map(|node| reader.globs(node, "`exclude`")).unwrap_or_default();
}
