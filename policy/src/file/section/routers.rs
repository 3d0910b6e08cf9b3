//! `routers`: how attributes and calls of the application's own register routes.

use super::super::keys;
use super::super::problem::Problem;
use super::super::reader::{Fields, Reader};
use super::super::tree::Node;
use super::{patterns, routes};
use crate::policy::NameOrVariable;
use crate::router::{RouteTarget, RouteTemplate, RouterEntry, RouterForm, RouterMeaning};
use crate::{Pattern, Placed, Policy, suggest};

/// The keys that each say what an entry does.
const MEANINGS: [&str; 4] = ["path", "route", "mount", "layer"];

pub(super) fn read(reader: &mut Reader<'_>, fields: &Fields<'_>, policy: &mut Policy) {
    let Some(node) = fields.get("routers") else { return };
    for item in reader.list(node, "`routers`") {
        let Some(entry) = entry(reader, item) else { continue };
        let earlier = policy.routers.iter().filter(|earlier| earlier.form == entry.form);
        if let Some(earlier) = earlier.into_iter().find(|earlier| earlier.pattern.covers(&entry.pattern)) {
            let message = format!("`{}` can never match", entry.pattern.value);
            let remark = format!("`{}` matches all of it first", earlier.pattern.value);
            let problem = Problem::error(entry.pattern.range(), message).with_related(earlier.pattern.range(), remark);
            reader.report(problem.with_help("put the more specific pattern first, or remove one of them".to_owned()));
        }
        policy.routers.push(entry);
    }
}

fn entry(reader: &mut Reader<'_>, item: &Node) -> Option<RouterEntry> {
    let fields = reader.fields(item, &keys::ROUTER)?;
    let (form, node) = match (fields.get("attribute"), fields.get("call")) {
        (Some(node), None) => (RouterForm::Attribute, node),
        (None, Some(node)) => (RouterForm::Call, node),
        _ => {
            let problem = Problem::error(item.range.clone(), "a router needs either `attribute` or `call`");
            reader.report(problem.with_help("write what registers its routes as a pattern".to_owned()));
            return None;
        }
    };
    let text = reader.text(node, "the pattern of a router")?;
    let pattern = patterns::pattern(reader, text)?;
    if pattern.last().is_none() {
        let problem = Problem::error(pattern.range(), "a pattern for everything would make everything a route");
        reader.report(problem.with_help("name the macro or the function".to_owned()));
        return None;
    }
    let before = reader.problems.len();
    let meaning = EntryReader { reader, form, pattern: &pattern }.meaning(&fields)?;
    // A route of which a part can't be read would be another route.
    (reader.problems.len() == before).then_some(RouterEntry { form, pattern, meaning })
}

/// Reads what one entry does, in which the metavariables of its pattern are known.
struct EntryReader<'s, 'r> {
    reader: &'s mut Reader<'r>,
    form: RouterForm,
    pattern: &'s Placed<Pattern>,
}

impl EntryReader<'_, '_> {
    fn meaning(&mut self, fields: &Fields<'_>) -> Option<RouterMeaning> {
        let given: Vec<&str> = MEANINGS.into_iter().filter(|key| fields.get(key).is_some()).collect();
        let is_attribute = self.form == RouterForm::Attribute;
        match given.as_slice() {
            [] if is_attribute && fields.get("prefix").is_some() => {
                self.only(fields, &["prefix"]);
                self.path(fields, "prefix").map(RouterMeaning::Prefix)
            }
            ["path"] => {
                self.only(fields, &["path", "method", "prefix", "handler"]);
                let method = match fields.get("method") {
                    Some(node) => Some(self.method(node)?),
                    None => None,
                };
                let path = self.path(fields, "path")?;
                self.route(fields, RouteTarget::Parts { method, path })
            }
            ["route"] => {
                self.only(fields, &["route", "prefix", "handler"]);
                let text = self.variable(fields, "route")?;
                self.route(fields, RouteTarget::Line(text))
            }
            ["mount"] if !is_attribute => {
                self.only(fields, &["mount", "prefix"]);
                let prefix = match fields.get("prefix") {
                    Some(_) => Some(self.path(fields, "prefix")?),
                    None => None,
                };
                Some(RouterMeaning::Mount { router: self.variable(fields, "mount")?, prefix })
            }
            ["layer"] if !is_attribute => {
                self.only(fields, &["layer"]);
                self.variable(fields, "layer").map(RouterMeaning::Layer)
            }
            [] => {
                let help = if is_attribute {
                    "add `path` or `route`, or `prefix` for an attribute around such functions"
                } else {
                    "add `path` or `route` with `handler`, or `mount`, or `layer`"
                };
                self.report("a router needs to say what it registers", help)
            }
            [single] => self.report(
                &format!("an attribute has no `{single}`"),
                "`mount` and `layer` are for calls; an attribute has `path`, `route` or `prefix`",
            ),
            several => {
                let keys: Vec<String> = several.iter().map(|key| format!("`{key}`")).collect();
                self.report(
                    &format!("a router can't have {} at once", keys.join(" and ")),
                    "describe what else it does in another entry",
                )
            }
        }
    }

    fn report<T>(&mut self, message: &str, help: &str) -> Option<T> {
        self.reader.report(Problem::error(self.pattern.range(), message).with_help(help.to_owned()));
        None
    }

    /// Reports keys that mean nothing beside the others.
    fn only(&mut self, fields: &Fields<'_>, known: &[&str]) {
        for key in keys::ROUTER.names {
            if !known.contains(key)
                && !matches!(*key, "attribute" | "call")
                && let Some(entry) = fields.entry(key)
            {
                let message = format!("`{key}` means nothing beside `{}`", known.first().copied().unwrap_or_default());
                self.reader.report(Problem::error(entry.key.range(), message).with_help("remove it".to_owned()));
            }
        }
    }

    fn route(&mut self, fields: &Fields<'_>, target: RouteTarget) -> Option<RouterMeaning> {
        let prefix = match fields.get("prefix") {
            Some(_) => Some(self.path(fields, "prefix")?),
            None => None,
        };
        let handler = match (self.form, fields.get("handler")) {
            (RouterForm::Attribute, None) => None,
            (RouterForm::Attribute, Some(node)) => {
                let problem = Problem::error(node.range.clone(), "the handler of an attribute is its own function");
                self.reader.report(problem.with_help("remove `handler`".to_owned()));
                None
            }
            (RouterForm::Call, Some(_)) => Some(self.variable(fields, "handler")?),
            (RouterForm::Call, None) => {
                return self.report("a call that registers a route needs `handler`", "name the `$X` that holds it");
            }
        };
        Some(RouterMeaning::Route(RouteTemplate { target, prefix, handler }))
    }

    fn method(&mut self, node: &Node) -> Option<Placed<NameOrVariable>> {
        let text = self.reader.text(node, "`method`")?;
        match variable(&text.value) {
            Some(_) => self.bound(text).map(|name| name.map(NameOrVariable::Variable)),
            None => routes::method(self.reader, text).map(|name| name.map(NameOrVariable::Name)),
        }
    }

    /// A path that is written down, or the metavariable that holds it.
    fn path(&mut self, fields: &Fields<'_>, key: &str) -> Option<Placed<NameOrVariable>> {
        let text = self.reader.text(fields.get(key)?, &format!("`{key}`"))?;
        if variable(&text.value).is_some() {
            return self.bound(text).map(|name| name.map(NameOrVariable::Variable));
        }
        if !text.value.starts_with('/') {
            let problem = Problem::error(text.range(), format!("`{}` isn't a path", text.value));
            self.reader.report(problem.with_help(format!("write `/{}`, or the `$X` that holds it", text.value)));
            return None;
        }
        Some(text.map(NameOrVariable::Name))
    }

    /// What has to be a metavariable.
    fn variable(&mut self, fields: &Fields<'_>, key: &str) -> Option<Placed<String>> {
        let text = self.reader.text(fields.get(key)?, &format!("`{key}`"))?;
        if variable(&text.value).is_none() {
            let message = format!("`{key}` must be a metavariable of the pattern, not `{}`", text.value);
            self.reader.report(Problem::error(text.range(), message).with_help("write it as `$X`".to_owned()));
            return None;
        }
        self.bound(text)
    }

    /// The name of a metavariable that the pattern binds.
    fn bound(&mut self, text: Placed<String>) -> Option<Placed<String>> {
        let name = variable(&text.value)?;
        let known = self.pattern.variables();
        if known.contains(&name) {
            let name = name.to_owned();
            return Some(text.map(|_| name));
        }
        let message = format!("`${name}` isn't bound by `{}`", self.pattern.value);
        let help = suggest::nearest(name, known.iter().copied()).map(|name| format!("did you mean `${name}`?"));
        let problem = Problem::error(text.range(), message).with_help(help);
        self.reader.report(problem.with_related(self.pattern.range(), "the pattern"));
        None
    }
}

/// The name in `$NAME`.
fn variable(text: &str) -> Option<&str> {
    text.strip_prefix('$')
}
