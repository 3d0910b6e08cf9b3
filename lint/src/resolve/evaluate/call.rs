//! Calls of functions.

use std::collections::BTreeMap;
use std::rc::Rc;
use std::sync::Arc;

use syn::parse::Parser as _;

use crate::frontend::rust::facts::{Item, ItemKind};
use crate::frontend::rust::types::{TypeRef, ident_text};
use crate::resolve::inventory::Condition;
use crate::resolve::join::{join, only_when};
use crate::resolve::modules::Definition;
use crate::resolve::names::Resolved;
use crate::resolve::value::{Call, Callee, PathValue, Record, Value};

use super::associated::Generics;
use super::{Environment, Evaluator, MAX_CALL_DEPTH, barren};

impl Evaluator<'_, '_> {
    pub(super) fn call(&mut self, environment: &mut Environment, call: &syn::ExprCall) -> Value {
        let span = self.span_of(environment, call);
        let callee = self.expression(environment, &call.func);
        let arguments: Vec<Value> = call.args.iter().map(|argument| self.expression(environment, argument)).collect();
        if arguments.iter().any(|argument| matches!(argument, Value::Never)) {
            return Value::Never;
        }
        match callee {
            Value::Closure(closure) => self.call_closure_here(environment, &closure, arguments),
            Value::Path(path) => self.call_path(environment, path, arguments, Some(call), span),
            _ => {
                self.note_lent_away(environment, &arguments, &call.args);
                self.escape(&arguments);
                Value::Call(Rc::new(Call { callee: Callee::Other, arguments, places: Vec::new(), span }))
            }
        }
    }

    pub(super) fn call_path(
        &mut self,
        environment: &mut Environment,
        path: Rc<PathValue>,
        arguments: Vec<Value>,
        call: Option<&syn::ExprCall>,
        span: crate::source::Span,
    ) -> Value {
        if let Some(value) = self.own_call(environment, &path, &arguments, call, span) {
            return value;
        }
        match &path.resolved {
            Resolved::External(names) => {
                let names = names.clone();
                self.call_external(environment, path, &names, arguments, call, span)
            }
            Resolved::Item(definition) if matches!(definition.item.kind, ItemKind::Type) => {
                let fields =
                    arguments.into_iter().enumerate().map(|(index, value)| (index.to_string(), value)).collect();
                Value::Record(Rc::new(Record { definition: Some(definition.clone()), fields }))
            }
            Resolved::Item(definition) if matches!(definition.item.kind, ItemKind::Function(_)) => {
                let definition = definition.clone();
                if self.builders.contains(&definition) || arguments.iter().any(Value::carries_routes) {
                    let generics = self.generics_for(&definition, None, &path);
                    let (value, after) = self.call_alternatives(&definition, None, None, arguments.clone(), generics);
                    self.settle_lent(environment, &definition, &after, &arguments);
                    self.write_back(environment, &definition, after, call, 0);
                    return self.named_filter(value, &path, &arguments, span);
                }
                Value::Call(Rc::new(Call { callee: Callee::Path(path.clone()), arguments, places: Vec::new(), span }))
            }
            Resolved::Member(owner, names) => {
                if let Some(document) = self.openapi_document(owner, names) {
                    return document;
                }
                let Some(function) =
                    names.last().filter(|_| names.len() == 1).and_then(|name| self.associated(owner, name))
                else {
                    // Derived, most likely: each field has its own default.
                    if names == &["default"] && arguments.is_empty() {
                        let definition = Some(owner.clone());
                        return Value::Record(Rc::new(Record { definition, fields: BTreeMap::new() }));
                    }
                    self.escape(&arguments);
                    return Value::Call(Rc::new(Call {
                        callee: Callee::Path(path),
                        arguments,
                        places: Vec::new(),
                        span,
                    }));
                };
                if matches!(owner.item.kind, ItemKind::Trait(_)) {
                    // `Trait::method(receiver, …)` runs the receiver's own.
                    if let (Some(receiver), rest) = self.receiver_of(&function, arguments.clone())
                        && let Some(value) = self.own_method(
                            environment,
                            &receiver,
                            &function.item.name,
                            &rest,
                            call.and_then(|call| call.args.first()),
                        )
                    {
                        return value;
                    }
                }
                if self.builders.contains(&function) || arguments.iter().any(Value::carries_routes) {
                    let (receiver, rest) = self.receiver_of(&function, arguments);
                    let generics = self.generics_for(&function, Some(owner), &path);
                    let owner = owner.clone();
                    let shift = usize::from(receiver.is_some());
                    let (value, after) =
                        self.call_alternatives(&function, Some(owner), receiver, rest.clone(), generics);
                    self.settle_lent(environment, &function, &after, &rest);
                    self.write_back(environment, &function, after, call, shift);
                    return value;
                }
                Value::Call(Rc::new(Call { callee: Callee::Path(path.clone()), arguments, places: Vec::new(), span }))
            }
            _ => {
                if let Some(call) = call {
                    self.note_lent_away(environment, &arguments, &call.args);
                }
                self.escape(&arguments);
                Value::Call(Rc::new(Call { callee: Callee::Path(path), arguments, places: Vec::new(), span }))
            }
        }
    }

    /// `Type::method(receiver, …)`
    fn receiver_of(&self, function: &Definition, mut arguments: Vec<Value>) -> (Option<Value>, Vec<Value>) {
        match &function.item.kind {
            ItemKind::Function(signature) if signature.has_receiver && !arguments.is_empty() => {
                let receiver = arguments.remove(0);
                (Some(receiver), arguments)
            }
            _ => (None, arguments),
        }
    }

    /// Runs the function behind a path, if it is in the tree.
    pub(super) fn follow(&mut self, path: &PathValue, arguments: &[Value]) -> Option<Value> {
        let arguments = arguments.to_vec();
        match &path.resolved {
            Resolved::Item(definition) if matches!(definition.item.kind, ItemKind::Function(_)) => {
                let definition = definition.clone();
                let generics = self.generics_for(&definition, None, path);
                Some(self.call_alternatives(&definition, None, None, arguments, generics).0)
            }
            Resolved::Member(owner, names) => {
                let [name] = names.as_slice() else { return None };
                let function = self.associated(owner, name)?;
                let (receiver, rest) = self.receiver_of(&function, arguments);
                let generics = self.generics_for(&function, Some(owner), path);
                Some(self.call_alternatives(&function, Some(owner.clone()), receiver, rest, generics).0)
            }
            _ => None,
        }
    }

    /// Calls a function; where `cfg` chooses between several of the name, each of them.
    pub(super) fn call_alternatives(
        &mut self,
        definition: &Definition,
        self_type: Option<Definition>,
        receiver: Option<Value>,
        arguments: Vec<Value>,
        generics: Generics,
    ) -> (Value, Environment) {
        let alternatives = if self_type.is_none() { self.modules.alternatives(definition) } else { Vec::new() };
        if alternatives.len() < 2 {
            return self.call_definition(definition, self_type, receiver, arguments, generics);
        }
        let mut joined: Option<(Value, Vec<Condition>, Environment)> = None;
        for alternative in alternatives {
            let span = self.modules.span(&alternative);
            let text = alternative.item.condition.clone();
            let when: Vec<Condition> = text.into_iter().map(|text| Condition { text, holds: true, span }).collect();
            let (value, after) =
                self.call_definition(&alternative, None, receiver.clone(), arguments.clone(), generics.clone());
            joined = Some(match joined {
                None => (value, when, after),
                Some((other, other_when, environment)) => {
                    (join(other, &other_when, value, &when), Vec::new(), environment)
                }
            });
        }
        match joined {
            Some((value, _, environment)) => (value, environment),
            None => self.call_definition(definition, self_type, receiver, arguments, generics),
        }
    }

    /// Calls one function, and gives its result and its variables at the end.
    pub(super) fn call_definition(
        &mut self,
        definition: &Definition,
        self_type: Option<Definition>,
        receiver: Option<Value>,
        arguments: Vec<Value>,
        generics: Generics,
    ) -> (Value, Environment) {
        let key: *const Item = Arc::as_ptr(&definition.item);
        let mut environment = Environment::new(definition.module, definition.text, self_type);
        environment.generics = generics;
        if self.stack.contains(&key) {
            self.cut_off += 1;
            let span = self.modules.span(definition);
            let message = format!(
                "`{}` calls itself while it builds a router; what the inner call adds isn't known",
                definition.item.name
            );
            self.note_unresolved(span, message, None);
            return (Value::Unknown, environment);
        }
        if self.stack.len() >= MAX_CALL_DEPTH {
            self.cut_off += 1;
            let span = self.modules.span(definition);
            self.note_unresolved(
                span,
                format!("the calls that lead to `{}` are nested too deeply to follow", definition.item.name),
                None,
            );
            return (Value::Unknown, environment);
        }
        let inputs: Vec<Option<&Value>> =
            std::iter::once(receiver.as_ref()).chain(arguments.iter().map(Some)).collect();
        let call = barren::key(definition, environment.self_type.as_ref(), &environment.generics, &inputs);
        if let Some(known) = call.as_ref().and_then(|call| self.barren.get(call)) {
            return known.clone();
        }
        let (Some(body), ItemKind::Function(signature)) = (self.body(definition), &definition.item.kind) else {
            return (Value::Unknown, environment);
        };
        let before = self.traces();
        environment.text = body.text;
        if let Some(module) = body.module {
            environment.module = module;
        }
        if signature.has_receiver {
            environment.declare("self", receiver.unwrap_or(Value::Unknown));
        }
        let mut arguments = arguments.into_iter();
        for parameter in &signature.parameters {
            let value = arguments.next().unwrap_or(Value::Unknown);
            let source = self.modules.texts.slice(definition.text, parameter.pattern).to_owned();
            if let Ok(pattern) = syn::Pat::parse_single.parse_str(&source) {
                self.bind(&mut environment, &pattern, value);
            }
        }
        self.evaluated.insert(key);
        self.stack.push(key);
        self.returns.push(Vec::new());
        let conditions = std::mem::take(&mut self.conditions);
        let value = self.block(&mut environment, &body.block);
        self.conditions = conditions;
        let returned = self.returns.pop().unwrap_or_default();
        self.stack.pop();
        let result = (join_returns(value, returned), environment);
        if let Some(call) = call
            && self.traces() == before
        {
            self.barren.insert(call, result.clone());
        }
        result
    }

    /// Gives variables that were lent as `&mut` what the function left in them.
    fn write_back(
        &mut self,
        environment: &mut Environment,
        definition: &Definition,
        after: Environment,
        call: Option<&syn::ExprCall>,
        shift: usize,
    ) {
        let (Some(call), ItemKind::Function(signature)) = (call, &definition.item.kind) else { return };
        for (argument, parameter) in call.args.iter().skip(shift).zip(&signature.parameters) {
            let place = match argument {
                syn::Expr::Reference(reference) if reference.mutability.is_some() => &*reference.expr,
                // A reference that the caller was lent itself is lent on.
                syn::Expr::Path(_) if matches!(parameter.ty, TypeRef::Reference(_)) => argument,
                _ => continue,
            };
            let source = self.modules.texts.slice(definition.text, parameter.pattern).to_owned();
            let Ok(pattern) = syn::Pat::parse_single.parse_str(&source) else { continue };
            if let syn::Pat::Ident(name) = &pattern
                && let Some(value) = after.get(&ident_text(&name.ident))
            {
                self.assign(environment, place, value.clone());
            }
        }
    }
}

/// The value of a function: of its last expression and of every `return`.
pub(super) fn join_returns(value: Value, returned: Vec<(Vec<Condition>, Value)>) -> Value {
    // Behind `#[cfg(…)] return …;` the end of the block is never reached.
    let is_nothing = matches!(&value, Value::Tuple(parts) if parts.is_empty());
    let falls_through = is_nothing && returned.iter().any(|(_, value)| value.carries_routes());
    let end = Some((Vec::new(), value)).filter(|(_, value)| !falls_through && !matches!(value, Value::Never));
    let joined = returned.into_iter().rev().fold(end, |rest, (when, value)| match rest {
        None => Some((when, value)),
        Some((_, rest)) => {
            // Where there was one condition, what follows runs when it doesn't hold.
            let otherwise = match when.as_slice() {
                [single] if value.carries_routes() => vec![Condition { holds: !single.holds, ..single.clone() }],
                _ => Vec::new(),
            };
            Some((Vec::new(), join(rest, &otherwise, value, &when)))
        }
    });
    joined.map_or(Value::Never, |(when, value)| only_when(&value, &when))
}
