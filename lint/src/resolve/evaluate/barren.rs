//! Calls that leave nothing behind: what they gave once is what they give again.
//!
//! Which functions may build routers is told by names alone, so that many are run that never do; some of them, such as the
//! implementations of a common trait, from everywhere. A call is remembered if nothing that hangs on routes went in and if it made,
//! registered and noted nothing.

use std::collections::HashMap;
use std::fmt::Write as _;
use std::sync::Arc;

use crate::frontend::rust::facts::Item;
use crate::resolve::inventory::Condition;
use crate::resolve::modules::Definition;
use crate::resolve::names::Resolved;
use crate::resolve::value::{Callee, PathValue, Value};

use super::associated::Generics;
use super::{Environment, Evaluator};

/// Calls with larger arguments are run again.
const MAX_KEY: usize = 2048;

/// The calls that left nothing behind, with their result and their variables at the end.
#[derive(Debug, Default)]
pub(super) struct BarrenCalls(HashMap<Key, (Value, Environment)>);

/// A function, the type that it is called for, and all that goes in.
type Key = (*const Item, Option<*const Item>, String);

/// How much of everything there is that a call can leave behind.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Traces {
    counts: [usize; 8],
}

impl BarrenCalls {
    pub(super) fn get(&self, key: &Key) -> Option<&(Value, Environment)> {
        self.0.get(key)
    }

    pub(super) fn insert(&mut self, key: Key, result: (Value, Environment)) {
        self.0.insert(key, result);
    }
}

impl Evaluator<'_, '_> {
    pub(super) fn traces(&self) -> Traces {
        Traces {
            counts: [
                self.sinks.len(),
                self.lineages.len(),
                self.registered.len(),
                self.documents.len(),
                self.notes.len(),
                self.listed.len(),
                self.next_id,
                self.cut_off,
            ],
        }
    }
}

/// What a call is known by; `None` for one that has to be run each time.
pub(super) fn key(
    definition: &Definition,
    self_type: Option<&Definition>,
    generics: &Generics,
    values: &[Option<&Value>],
) -> Option<Key> {
    let mut text = String::new();
    for (name, (argument, module)) in generics.iter() {
        write!(text, "{name}={argument:?}@{};", module.0).ok()?;
    }
    for value in values {
        match value {
            Some(value) => write_value(&mut text, value)?,
            None => text.push('-'),
        }
        text.push(';');
    }
    Some((Arc::as_ptr(&definition.item), self_type.map(|owner| Arc::as_ptr(&owner.item)), text))
}

/// Writes a value so that no other one is written the same way; `None` if routes may hang on it or it is too large.
fn write_value(text: &mut String, value: &Value) -> Option<()> {
    if text.len() > MAX_KEY {
        return None;
    }
    match value {
        Value::Unknown => text.push('?'),
        Value::Text(known) => write!(text, "{known:?}").ok()?,
        Value::Int(number) => write!(text, "{number}").ok()?,
        Value::Bool(truth) => write!(text, "{truth}").ok()?,
        Value::List(values) => write_all(text, '[', values)?,
        Value::Tuple(values) => write_all(text, '(', values)?,
        Value::Record(record) => {
            text.push('{');
            if let Some(definition) = &record.definition {
                write_definition(text, definition)?;
            }
            for (name, field) in &record.fields {
                write!(text, "{name}:").ok()?;
                write_value(text, field)?;
                text.push(',');
            }
        }
        Value::Path(path) => write_path(text, path)?,
        Value::Call(call) => {
            match &call.callee {
                Callee::Path(path) => write_path(text, path)?,
                Callee::Method { receiver, name } => {
                    write_value(text, receiver)?;
                    write!(text, ".{name}").ok()?;
                }
                Callee::Macro(names) => write!(text, "{names:?}!").ok()?,
                Callee::Other => text.push('_'),
            }
            write_all(text, '(', &call.arguments)?;
            write!(text, "{:?}{:?}", call.places, call.span).ok()?;
        }
        Value::Choice(choices) => {
            text.push('<');
            for (when, value) in choices.iter() {
                when.iter().try_for_each(|condition| write_condition(text, condition))?;
                write_value(text, value)?;
                text.push('|');
            }
        }
        Value::Never
        | Value::Closure(_)
        | Value::Router(_)
        | Value::MethodRouter(_)
        | Value::DocumentedRoutes(_)
        | Value::Document(_) => return None,
    }
    Some(())
}

fn write_all(text: &mut String, bracket: char, values: &[Value]) -> Option<()> {
    text.push(bracket);
    for value in values {
        write_value(text, value)?;
        text.push(',');
    }
    text.push(bracket);
    Some(())
}

fn write_definition(text: &mut String, definition: &Definition) -> Option<()> {
    write!(text, "{:p}", Arc::as_ptr(&definition.item)).ok()
}

fn write_path(text: &mut String, path: &PathValue) -> Option<()> {
    match &path.resolved {
        Resolved::Module(module) => write!(text, "m{}", module.0).ok()?,
        Resolved::Item(definition) => write_definition(text, definition)?,
        Resolved::Member(definition, names) => {
            write_definition(text, definition)?;
            write!(text, "{names:?}").ok()?;
        }
        Resolved::External(names) => write!(text, "e{names:?}").ok()?,
    }
    write!(text, "{:?}{}{:?}", path.generics, path.module.0, path.span).ok()
}

fn write_condition(text: &mut String, condition: &Condition) -> Option<()> {
    write!(text, "{:?}{}{:?}", condition.text, condition.holds, condition.span).ok()
}
