//! `data`, `restrictions` and `public`: what is said of routes by their paths.

use super::super::keys;
use super::super::problem::Problem;
use super::super::reader::{Fields, Reader};
use super::super::tree::{Kind, Node};
use super::names;
use crate::policy::{DataDefinition, PublicRoute, Restriction, RoutePattern};
use crate::{DataClass, PathGlob, Placed, Policy, suggest};

const METHODS: [&str; 10] = ["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS", "TRACE", "CONNECT", "ANY"];

pub(super) fn data(reader: &mut Reader<'_>, fields: &Fields<'_>, policy: &mut Policy) {
    let Some(node) = fields.get("data") else { return };
    for entry in reader.map(node, "`data`") {
        let name = entry.key.clone().map(DataClass::new);
        let path = reader.globs(&entry.value, "a class of data");
        policy.data.insert(name.value.clone(), DataDefinition { name, path });
    }
}

pub(super) fn restrictions(reader: &mut Reader<'_>, fields: &Fields<'_>, policy: &mut Policy) {
    let Some(node) = fields.get("restrictions") else { return };
    for item in reader.list(node, "`restrictions`") {
        if let Some(restriction) = restriction(reader, policy, item) {
            policy.restrictions.push(restriction);
        }
    }
}

fn restriction(reader: &mut Reader<'_>, policy: &Policy, item: &Node) -> Option<Restriction> {
    let fields = reader.fields(item, &keys::RESTRICTION)?;
    let principal = required(reader, &fields, "principal", keys::RESTRICTION.of);
    let when = required(reader, &fields, "when", keys::RESTRICTION.of);
    let denies = fields.get("denies").map(|node| reader.texts(node, "`denies`")).unwrap_or_default();
    let denies: Vec<_> = denies.into_iter().filter_map(|name| names::data_class(reader, policy, name)).collect();
    if fields.get("denies").is_none() {
        let problem = Problem::error(item.range.clone(), "a restriction needs `denies`");
        reader.report(problem.with_help("list the classes of data that such a caller may not see".to_owned()));
    }
    Some(Restriction { principal: names::principal(reader, policy, principal?)?, when: when?, denies })
}

pub(super) fn public(reader: &mut Reader<'_>, fields: &Fields<'_>, policy: &mut Policy) {
    let Some(node) = fields.get("public") else { return };
    for item in reader.list(node, "`public`") {
        if let Some(route) = public_route(reader, item) {
            policy.public.push(route);
        }
    }
}

fn public_route(reader: &mut Reader<'_>, item: &Node) -> Option<PublicRoute> {
    let fields = reader.fields(item, &keys::PUBLIC)?;
    let path = required(reader, &fields, "path", keys::PUBLIC.of).map(|text| text.map(PathGlob::new));
    let reason = required(reader, &fields, "reason", keys::PUBLIC.of);
    let methods = match fields.get("method") {
        None => Vec::new(),
        Some(node @ Node { kind: Kind::List(_), .. }) => reader.texts(node, "`method`"),
        Some(node) => reader.text(node, "`method`").into_iter().collect(),
    };
    let methods = methods.into_iter().filter_map(|name| method(reader, name)).collect();
    Some(PublicRoute { path: path?, methods, reason: reason? })
}

/// Routes by method and path, `POST /keys`, or by path alone.
pub(super) fn pattern(reader: &mut Reader<'_>, text: Placed<String>) -> Option<Placed<RoutePattern>> {
    let (method, path) = match text.value.split_once(char::is_whitespace) {
        Some((name, path)) => {
            let name = method(reader, Placed::new(name.to_owned(), text.range()))?;
            (Some(name.value), path.trim().to_owned())
        }
        None => (None, text.value.clone()),
    };
    if !path.starts_with(['/', '*']) {
        let problem = Problem::error(text.range(), format!("`{}` is no route", text.value));
        reader.report(
            problem.with_help("write a method and a path, `POST /keys/{id}/rotate`, or a path alone".to_owned()),
        );
        return None;
    }
    Some(text.map(|_| RoutePattern { method, path: PathGlob::new(path) }))
}

/// A method, upper case.
pub(super) fn method(reader: &mut Reader<'_>, name: Placed<String>) -> Option<Placed<String>> {
    if METHODS.contains(&name.as_str()) {
        return Some(name);
    }
    let problem = Problem::error(name.range(), format!("`{}` is no HTTP method", name.value));
    reader.report(problem.with_help(suggest::help(&name.value, METHODS)));
    None
}

pub(super) fn required(reader: &mut Reader<'_>, fields: &Fields<'_>, key: &str, of: &str) -> Option<Placed<String>> {
    match fields.get(key) {
        Some(node) => reader.text(node, &format!("`{key}`")),
        None => {
            reader.report(Problem::error(fields.node.range.clone(), format!("{of} needs `{key}`")));
            None
        }
    }
}
