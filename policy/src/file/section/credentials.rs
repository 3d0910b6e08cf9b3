//! `credentials`: what routes hand out, and how much its bearer can do.

use super::super::keys;
use super::super::problem::Problem;
use super::super::reader::{Fields, Reader};
use super::{names, routes, tiers};
use crate::policy::{CredentialDefinition, RoutePattern};
use crate::{Credential, Placed, Policy, ResourceName, RoleName};

pub(super) fn read(reader: &mut Reader<'_>, fields: &Fields<'_>, policy: &mut Policy) {
    let Some(node) = fields.get("credentials") else { return };
    for entry in reader.map(node, "`credentials`") {
        let Some(fields) = reader.fields(&entry.value, &keys::CREDENTIAL) else { continue };
        if fields.get("tier").is_none() && fields.get("issuers").is_none() {
            let message = format!("the credential `{}` doesn't say what its bearer can do", entry.key.value);
            let help = "add `tier: …`, or name the roles that may have it: `issuers: […]`".to_owned();
            reader.report(Problem::error(entry.key.range(), message).with_help(help));
        }
        let principal = fields.get("principal").and_then(|node| reader.text(node, "`principal`"));
        let tier = fields.get("tier").and_then(|node| reader.text(node, "`tier`"));
        let credential = CredentialDefinition {
            name: entry.key.clone(),
            resource: resource(reader, policy, &entry.key, &fields),
            principal: principal.and_then(|name| names::principal(reader, policy, name)),
            tier: tier.and_then(|name| Some(Placed::new(tiers::resolve(reader, policy, &name)?, name.range()))),
            issuers: issuers(reader, policy, &fields),
            routes: Credential::ALL.iter().flat_map(|action| handed_out(reader, &fields, *action)).collect(),
        };
        policy.credentials.insert(entry.key.value.clone(), credential);
    }
}

fn resource(
    reader: &mut Reader<'_>,
    policy: &Policy,
    credential: &Placed<String>,
    fields: &Fields<'_>,
) -> Option<Placed<ResourceName>> {
    let Some(node) = fields.get("resource") else {
        let namesake = credential.clone().map(ResourceName::new);
        return policy.resources.contains_key(&namesake.value).then_some(namesake);
    };
    let name = reader.text(node, "`resource`")?;
    let resource = name.clone().map(ResourceName::new);
    if !policy.resources.contains_key(&resource.value) {
        reader.unknown(&name, "resource", "resources", policy.resources.keys().map(ResourceName::as_str));
        return None;
    }
    Some(resource)
}

fn issuers(reader: &mut Reader<'_>, policy: &Policy, fields: &Fields<'_>) -> Vec<Placed<RoleName>> {
    let Some(node) = fields.get("issuers") else { return Vec::new() };
    let named = reader.texts(node, "`issuers`");
    let (known, unknown): (Vec<_>, Vec<_>) =
        named.into_iter().partition(|name| policy.role_named(&name.value).is_some());
    for name in unknown {
        reader.unknown(&name, "role", "roles", policy.roles.keys().map(RoleName::as_str));
    }
    known.into_iter().map(|name| name.map(RoleName::new)).collect()
}

fn handed_out(
    reader: &mut Reader<'_>,
    fields: &Fields<'_>,
    action: Credential,
) -> Vec<(Credential, Placed<RoutePattern>)> {
    let Some(node) = fields.get(action.keyword()) else { return Vec::new() };
    let texts = reader.texts(node, &format!("`{action}`"));
    texts.into_iter().filter_map(|text| Some((action, routes::pattern(reader, text)?))).collect()
}
