//! `resources`: the kinds of object that routes address.

use super::super::keys;
use super::super::problem::Problem;
use super::super::reader::{Fields, Reader};
use super::names;
use crate::policy::Resource;
use crate::{Placed, Policy, ResourceName, Scope};

pub(super) fn read(reader: &mut Reader<'_>, fields: &Fields<'_>, policy: &mut Policy) {
    let Some(node) = fields.get("resources") else { return };
    for entry in reader.map(node, "`resources`") {
        let Some(fields) = reader.fields(&entry.value, &keys::RESOURCE) else { continue };
        let name = entry.key.clone().map(ResourceName::new);
        let feature = fields.get("feature").and_then(|node| reader.text(node, "`feature`"));
        let parent_scope = parent_scope(reader, policy, &fields);
        let resource = Resource {
            parent_scope,
            parent: fields
                .get("parent")
                .and_then(|node| reader.text(node, "`parent`"))
                .map(|name| name.map(ResourceName::new)),
            secret: fields.get("secret").and_then(|node| reader.flag(node, "`secret`")).unwrap_or(false),
            feature: feature.and_then(|name| names::feature(reader, policy, name)),
            path: fields.get("path").map(|node| reader.globs(node, "`path`")).unwrap_or_default(),
            name,
        };
        policy.resources.insert(resource.name.value.clone(), resource);
    }
    check_parents(reader, policy);
}

fn parent_scope(reader: &mut Reader<'_>, policy: &Policy, fields: &Fields<'_>) -> Option<Placed<Scope>> {
    let scope = reader.text(fields.get("parent_scope")?, "`parent_scope`")?;
    if fields.get("parent").is_none() {
        let problem =
            Problem::error(scope.range(), "`parent_scope` is a scope on the parent, but there is no `parent`");
        reader.report(problem.with_help("name the resource that owns this one: `parent: …`".to_owned()));
        return None;
    }
    if policy.scope(&scope.value).is_none() {
        reader.unknown(&scope, "scope", "scopes", policy.scopes.iter().map(|declared| declared.as_str()));
        return None;
    }
    Some(scope.map(Scope::new))
}

fn check_parents(reader: &mut Reader<'_>, policy: &mut Policy) {
    let known = policy.resources.clone();
    for resource in policy.resources.values_mut() {
        let Some(parent) = &resource.parent else { continue };
        if !known.contains_key(&parent.value) {
            let text = parent.clone().map(|name| name.to_string());
            reader.unknown(&text, "resource", "resources", known.keys().map(ResourceName::as_str));
            resource.parent = None;
            continue;
        }
        let mut ancestor = Some(parent);
        // As many steps as there are resources lead out of the family, or round in a circle.
        for _ in 0..known.len() {
            match ancestor {
                Some(name) if name.value == resource.name.value => {
                    let message = format!("`{}` is its own ancestor", resource.name.value);
                    reader.report(Problem::error(parent.range(), message));
                    break;
                }
                Some(name) => ancestor = known.get(&name.value).and_then(|resource| resource.parent.as_ref()),
                None => break,
            }
        }
    }
}
