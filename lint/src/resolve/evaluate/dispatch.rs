//! Methods that the tree itself defines: which one a call means, and what it does to its receiver.

use std::collections::BTreeMap;
use std::rc::Rc;

use crate::frontend::rust::actix;
use crate::frontend::rust::axum::{self, RouterKind};
use crate::frontend::rust::facts::ItemKind;
use crate::frontend::rust::{poem, salvo, tide};
use crate::resolve::inventory::Condition;
use crate::resolve::join::join;
use crate::resolve::modules::Definition;
use crate::resolve::names::{Resolved, Space};
use crate::resolve::value::{Callee, Record, Value};

use super::{Environment, Evaluator};

impl Evaluator<'_, '_> {
    /// A method that the tree itself defines.
    pub(super) fn own_method(
        &mut self,
        environment: &mut Environment,
        receiver: &Value,
        method: &str,
        arguments: &[Value],
        place: Option<&syn::Expr>,
    ) -> Option<Value> {
        let unit = as_unit_struct(receiver);
        let receiver = unit.as_ref().unwrap_or(receiver);
        if let Value::Record(record) = receiver
            && let Some(owner) = &record.definition
        {
            let function = self.associated(owner, method)?;
            let matters = self.builders.contains(&function)
                || arguments.iter().any(Value::carries_routes)
                || gives_itself_back(&function, owner);
            if !matters {
                return None;
            }
            let owner = owner.clone();
            return Some(self.invoke(environment, &function, Some(owner), receiver, arguments, place));
        }
        let candidates = self.builders.methods(method).to_vec();
        let candidates: Vec<(Definition, Definition)> = match receiver {
            // A trait of the tree that is implemented for routers, or for everything.
            Value::Router(router) => {
                let kind = router.kind;
                candidates.into_iter().filter(|(_, owner)| self.is_for_router(owner, kind)).collect()
            }
            Value::Unknown | Value::Call(_) | Value::Path(_) => candidates
                .into_iter()
                .filter(|(function, _)| matches!(&function.item.kind, ItemKind::Function(signature) if signature.has_receiver && signature.body.is_some()))
                .filter(|(_, owner)| is_of_a_trait(owner) || !comes_from_outside(receiver))
                .collect(),
            _ => Vec::new(),
        };
        match candidates.as_slice() {
            [] => None,
            [(function, owner)] => {
                let self_type = self.self_type(owner);
                Some(self.invoke(environment, function, self_type, receiver, arguments, place))
            }
            // Dispatch that can't be known: every implementation may be the one.
            many => {
                let mut joined: Option<(Value, Vec<Condition>)> = None;
                for (function, owner) in many {
                    let self_type = self.self_type(owner);
                    let span = self.modules.span(function);
                    let text = match &self_type {
                        Some(definition) => format!("{method} is that of {}", definition.item.name),
                        None => format!("{method} is one of several"),
                    };
                    let when = vec![Condition { text, holds: true, span }];
                    let value = self.invoke(environment, function, self_type, receiver, arguments, place);
                    // Of many that only share their name, those that build nothing aren't meant.
                    if !value.carries_routes() {
                        continue;
                    }
                    joined = Some(match joined {
                        None => (value, when),
                        Some((other, other_when)) => (join(other, &other_when, value, &when), Vec::new()),
                    });
                }
                joined.map(|(value, _)| value)
            }
        }
    }

    /// `Router::from(value)`: another router, or a type of the tree that says how it becomes one.
    pub(super) fn router_from(&mut self, value: Value, kind: RouterKind, span: crate::source::Span) -> Value {
        match &value {
            Value::Router(_) => self.plain(value),
            Value::Record(record) => match self.converted(record) {
                Some(router) => router,
                None => self.new_router(kind, span),
            },
            _ => self.new_router(kind, span),
        }
    }

    /// What `impl From<Type> for …` of the tree makes of a value, where that is a router.
    pub(super) fn converted(&mut self, record: &Rc<Record>) -> Option<Value> {
        let definition = record.definition.as_ref()?;
        for (function, _) in self.builders.methods("from").to_vec() {
            let ItemKind::Function(signature) = &function.item.kind else { continue };
            let Some(path) = signature.parameters.first().and_then(|parameter| parameter.ty.as_path()) else {
                continue;
            };
            let resolved = self.modules.resolve(function.module, &path.names, Space::Type);
            if matches!(&resolved, Resolved::Item(from) if from == definition) {
                let argument = Value::Record(record.clone());
                let (value, _) = self.call_definition(&function, None, None, vec![argument], Rc::default());
                return (matches!(value, Value::Router(_) | Value::List(_)) && value.carries_routes()).then_some(value);
            }
        }
        None
    }

    /// Runs a method that was kept as a name, if the receiver's type is of the tree.
    pub(super) fn follow_method(&mut self, receiver: &Value, method: &str, arguments: &[Value]) -> Option<Value> {
        let unit = as_unit_struct(receiver);
        let receiver = unit.as_ref().unwrap_or(receiver);
        let Value::Record(record) = receiver else { return None };
        let owner = record.definition.clone()?;
        let function = self.associated(&owner, method)?;
        let arguments = arguments.to_vec();
        Some(self.call_alternatives(&function, Some(owner), Some(receiver.clone()), arguments, Rc::default()).0)
    }

    fn invoke(
        &mut self,
        environment: &mut Environment,
        function: &Definition,
        self_type: Option<Definition>,
        receiver: &Value,
        arguments: &[Value],
        place: Option<&syn::Expr>,
    ) -> Value {
        let receiver = match (receiver, &self_type) {
            (Value::Unknown | Value::Call(_) | Value::Path(_), Some(definition)) => {
                Value::Record(Rc::new(crate::resolve::value::Record {
                    definition: Some(definition.clone()),
                    fields: std::collections::BTreeMap::new(),
                }))
            }
            _ => receiver.clone(),
        };
        let (value, after) = self.call_alternatives(
            function,
            self_type.or_else(|| Some(function.clone())),
            Some(receiver),
            arguments.to_vec(),
            Rc::default(),
        );
        self.give_back(environment, function, &after, arguments);
        self.settle_lent(environment, function, &after, arguments);
        if let Some(Value::Router(left)) = after.get("self") {
            self.settle(environment, left);
        }
        // `&mut self` methods change what they are called on.
        if let Some(changed @ Value::Record(_)) = after.get("self") {
            let changed = changed.clone();
            if let Some(place) = place {
                self.assign(environment, place, changed);
            }
        }
        value
    }

    pub(super) fn self_type(&mut self, owner: &Definition) -> Option<Definition> {
        match &owner.item.kind {
            ItemKind::Impl { self_type, .. } => {
                let path = self_type.as_path()?;
                match self.modules.resolve(owner.module, &path.names, Space::Type) {
                    Resolved::Item(definition) => Some(definition),
                    _ => None,
                }
            }
            _ => None,
        }
    }

    fn is_for_router(&mut self, owner: &Definition, kind: RouterKind) -> bool {
        match &owner.item.kind {
            ItemKind::Trait(_) => true,
            ItemKind::Impl { self_type, .. } => match self_type.as_path() {
                Some(path) => match self.modules.resolve(owner.module, &path.names, Space::Type) {
                    Resolved::External(names) => {
                        axum::router_kind(&names) == Some(kind)
                            || actix::kind(&names).map(RouterKind::Actix) == Some(kind)
                            || poem::kind(&names).map(RouterKind::Poem) == Some(kind)
                            || salvo::is_router(&names) && kind == RouterKind::Salvo
                            || matches!((tide::kind(&names), kind), (Some(of), RouterKind::Tide(is))
                                if (of == tide::Kind::Server) == (is == tide::Kind::Server))
                            || names.len() == 1 && names[0].len() == 1
                    }
                    _ => false,
                },
                None => false,
            },
            _ => false,
        }
    }
}

/// Whether a method is a step of a builder: what it is called on comes out of it.
fn gives_itself_back(function: &Definition, owner: &Definition) -> bool {
    let is_itself = |name: &str| name == "Self" || name == owner.item.name;
    matches!(&function.item.kind, ItemKind::Function(signature)
        if signature.has_receiver && signature.result.as_ref().is_some_and(|result| result.mentions(&is_itself)))
}

fn is_of_a_trait(owner: &Definition) -> bool {
    match &owner.item.kind {
        ItemKind::Impl { of_trait, .. } => of_trait.is_some(),
        kind => matches!(kind, ItemKind::Trait(_)),
    }
}

/// Whether a value was made by code outside the tree, `cors::permissive().max_age(1)`: it has the methods of traits of the tree at most.
/// What the standard library gives back is often what went in.
fn comes_from_outside(value: &Value) -> bool {
    let Value::Call(call) = value else { return false };
    match &call.callee {
        Callee::Method { receiver, .. } => comes_from_outside(receiver),
        Callee::Path(path) => match &path.resolved {
            Resolved::External(names) => {
                names.len() > 1
                    && call.arguments.is_empty()
                    && names.first().is_some_and(|first| !matches!(first.as_str(), "std" | "core" | "alloc"))
            }
            _ => false,
        },
        Callee::Macro(_) | Callee::Other => false,
    }
}

/// A unit struct is written as its path.
pub(super) fn as_unit_struct(value: &Value) -> Option<Value> {
    let Value::Path(path) = value else { return None };
    match &path.resolved {
        Resolved::Item(definition) if matches!(definition.item.kind, ItemKind::Type) => {
            let definition = Some(definition.clone());
            Some(Value::Record(Rc::new(Record { definition, fields: BTreeMap::new() })))
        }
        _ => None,
    }
}
