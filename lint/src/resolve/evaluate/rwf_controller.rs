//! What answers where a controller of rwf is mounted: one function for each method that its trait tells apart.

use std::rc::Rc;

use crate::frontend::rust::facts::ItemKind;
use crate::frontend::rust::rwf::{self, Mount, REST, TRAITS};
use crate::resolve::modules::Definition;
use crate::resolve::names::{Resolved, Space};
use crate::resolve::value::{Callee, PathValue, Value};
use crate::source::Span;

use super::Evaluator;
use super::poem_api::owner_of;

/// One function of a controller at a path.
pub(super) struct Action {
    pub(super) method: &'static str,
    /// What stands behind the path.
    pub(super) below: &'static str,
    pub(super) answer: Value,
    /// Whether it can't be looked into.
    pub(super) is_opaque: bool,
}

impl Evaluator<'_, '_> {
    /// What answers where a controller is mounted.
    pub(super) fn actions(&mut self, mount: Mount, controller: &Value, path: &str, place: Span) -> Vec<Action> {
        let own = foreign_names(controller);
        let is_wide = mount == Mount::Wildcard || own.is_some_and(rwf::answers_below);
        let below: &[&'static str] = if is_wide { &["", "/{*rest}"] } else { &[""] };
        // The function that `#[controller]` makes one of, or a controller that the framework brings along.
        let Some(owner) = owner_of(controller) else {
            let is_opaque = match controller {
                Value::Path(path) => matches!(path.resolved, Resolved::External(_)),
                controller => matches!(controller, Value::Call(_)),
            };
            let action = |below: &&'static str| Action { method: "ANY", below, answer: controller.clone(), is_opaque };
            return below.iter().map(action).collect();
        };
        if matches!(mount, Mount::Rest | Mount::Crud) {
            let has_id = [("", false), ("/{id}", true)];
            let name = if mount == Mount::Rest { "RestController" } else { "ModelController" };
            return has_id.iter().flat_map(|(below, has_id)| self.rest(&owner, name, below, *has_id, place)).collect();
        }
        let answering = self.answering_trait(&owner);
        let has_id = path.split('/').any(|segment| segment == "{id}");
        let at = |this: &mut Self, below: &'static str| match answering {
            Some("PageController") => this.page(&owner, below, place),
            Some(name @ ("RestController" | "ModelController")) => this.rest(&owner, name, below, has_id, place),
            Some(_) => vec![this.websocket(&owner, below, place)],
            None => vec![action("ANY", below, member(&owner, "handle", place))],
        };
        below.iter().flat_map(|below| at(self, below)).collect()
    }

    /// The trait that answers for a controller: what it derives, or what its own `handle` calls.
    fn answering_trait(&mut self, owner: &Definition) -> Option<&'static str> {
        let implemented: Vec<&'static str> =
            TRAITS.iter().copied().filter(|name| self.trait_functions(owner, name).is_some()).collect();
        if self.trait_functions(owner, "Controller").is_none() {
            return implemented.first().copied();
        }
        let handle = self.associated(owner, "handle")?;
        let ItemKind::Function(signature) = &handle.item.kind else { return None };
        let body = self.modules.texts.slice(handle.text, signature.body?);
        implemented.into_iter().find(|name| body.contains(&format!("{name}::handle(")))
    }

    fn page(&mut self, owner: &Definition, below: &'static str, place: Span) -> Vec<Action> {
        let defined = self.trait_functions(owner, "PageController").unwrap_or_default();
        let methods = [("get", "GET"), ("post", "POST")];
        let is_defined = |(name, _): &&(&str, &str)| defined.iter().any(|known| known == name);
        methods
            .iter()
            .filter(is_defined)
            .map(|(name, method)| action(method, below, member(owner, name, place)))
            .collect()
    }

    /// The functions of a controller of resources for a path with an `id` or without. What it doesn't define, the framework refuses, or, in the
    /// case of models, does itself.
    fn rest(&mut self, owner: &Definition, name: &str, below: &'static str, has_id: bool, place: Span) -> Vec<Action> {
        let mut defined = self.trait_functions(owner, name).unwrap_or_default();
        defined.retain(|known| REST.iter().any(|(name, ..)| name == known));
        if name == "RestController" && defined.is_empty() {
            let text =
                format!("no `impl RestController for {}` was found, so what it answers isn't known", owner.item.name);
            self.note_unresolved(place, text, None);
        }
        let answer = |(function, method, with_id): &(&str, &'static str, bool)| {
            if *with_id != has_id {
                return None;
            }
            if defined.iter().any(|known| known == function) {
                return Some(action(method, below, member(owner, function, place)));
            }
            (name == "ModelController").then(|| action(method, below, inherited(owner, name, function, place)))
        };
        REST.iter().filter_map(answer).collect()
    }

    /// A connection that stays open: what the client says on it, a function of its own answers.
    fn websocket(&mut self, owner: &Definition, below: &'static str, place: Span) -> Action {
        let name = "WebsocketController";
        let defined = self.trait_functions(owner, name).unwrap_or_default();
        let answer =
            match ["client_message", "handle_stream"].iter().find(|name| defined.iter().any(|known| known == *name)) {
                Some(function) => member(owner, function, place),
                None => inherited(owner, name, "handle", place),
            };
        action("ANY", below, answer)
    }

    /// Whether a value can be mounted.
    pub(super) fn is_controller(&mut self, value: &Value) -> bool {
        match owner_of(value) {
            Some(owner) => ["Controller"].iter().chain(TRAITS).any(|name| self.trait_functions(&owner, name).is_some()),
            None => is_function(value) || foreign_names(value).is_some_and(rwf::is_own_controller),
        }
    }

    /// The functions that a type defines of a trait of rwf's; `None` if it doesn't implement it.
    fn trait_functions(&mut self, owner: &Definition, name: &str) -> Option<Vec<String>> {
        let krate = self.modules.module(owner.module).krate;
        self.modules.load_implementations(krate, &owner.item.name);
        for implementation in self.modules.implementations(owner) {
            let ItemKind::Impl { self_type, items, of_trait: Some(of_trait) } = &implementation.item.kind else {
                continue;
            };
            let Some(path) = self_type.as_path().filter(|_| of_trait.last() == name) else { continue };
            let of = self.modules.resolve(implementation.module, &of_trait.names, Space::Type);
            let is_of_rwf = matches!(&of, Resolved::External(names) if names.len() == 1 || rwf::is_rwf(names));
            let of_type = self.modules.resolve(implementation.module, &path.names, Space::Type);
            if is_of_rwf && matches!(&of_type, Resolved::Item(definition) if definition == owner) {
                return Some(items.iter().map(|item| item.name.clone()).collect());
            }
        }
        None
    }
}

fn action(method: &'static str, below: &'static str, answer: Value) -> Action {
    Action { method, below, answer, is_opaque: false }
}

/// A function of a controller.
fn member(owner: &Definition, name: &str, place: Span) -> Value {
    let resolved = Resolved::Member(owner.clone(), vec![name.to_owned()]);
    Value::Path(Rc::new(PathValue { resolved, generics: Vec::new(), module: owner.module, span: place }))
}

/// A function that a controller has from its trait.
fn inherited(owner: &Definition, name: &str, function: &str, place: Span) -> Value {
    let resolved = Resolved::External(["rwf", "controller", name, function].map(str::to_owned).to_vec());
    Value::Path(Rc::new(PathValue { resolved, generics: Vec::new(), module: owner.module, span: place }))
}

/// Whether `#[controller]` makes a controller of it.
fn is_function(value: &Value) -> bool {
    matches!(value, Value::Path(path) if matches!(&path.resolved,
        Resolved::Item(definition) if matches!(definition.item.kind, ItemKind::Function(_))
            && definition.item.attributes.iter().any(|given| given.path.last().is_some_and(|last| last == "controller"))))
}

/// The path outside of the tree that a value is, or that makes it: `TurboStream`, `WsgiController::new("app")`.
fn foreign_names(value: &Value) -> Option<&[String]> {
    let path = match value {
        Value::Path(path) => path,
        Value::Call(call) => match &call.callee {
            Callee::Path(path) => path,
            _ => return None,
        },
        _ => return None,
    };
    match &path.resolved {
        Resolved::External(names) => Some(names),
        _ => None,
    }
}
