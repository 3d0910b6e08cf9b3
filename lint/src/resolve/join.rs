//! Where branches meet: what holds on both sides stays, what holds on one keeps its condition.

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use crate::frontend::rust::axum::RouterKind;
use crate::source::Span;

use super::inventory::Condition;
use super::value::{Entry, Layer, MethodHandler, MethodRouter, Record, Router, Value};

/// More alternatives than any path or layer has.
const MAX_CHOICES: usize = 8;

/// The value behind a branch: `left` if the conditions `when_left` hold, `right` if `when_right` do.
pub(crate) fn join(left: Value, when_left: &[Condition], right: Value, when_right: &[Condition]) -> Value {
    match (left, right) {
        (Value::Never, value) | (value, Value::Never) => value,
        (Value::Router(left), Value::Router(right)) => {
            Value::Router(Rc::new(routers(&left, when_left, &right, when_right)))
        }
        (Value::MethodRouter(left), Value::MethodRouter(right)) => {
            Value::MethodRouter(Rc::new(method_routers(&left, when_left, &right, when_right)))
        }
        (Value::Router(left), Value::List(right)) if is_empty_list_of(&left, &right) => {
            let right = Router { entries: Vec::new(), ..Router::clone(&left) };
            Value::Router(Rc::new(routers(&left, when_left, &right, when_right)))
        }
        (Value::List(left), Value::Router(right)) if is_empty_list_of(&right, &left) => {
            let left = Router { entries: Vec::new(), ..Router::clone(&right) };
            Value::Router(Rc::new(routers(&left, when_left, &right, when_right)))
        }
        (Value::Tuple(left), Value::Tuple(right)) if left.len() == right.len() => {
            let pairs = left.iter().cloned().zip(right.iter().cloned());
            Value::tuple(pairs.map(|(left, right)| join(left, when_left, right, when_right)).collect())
        }
        (Value::Record(left), Value::Record(right)) => records(&left, when_left, &right, when_right),
        (Value::Text(left), Value::Text(right)) if left == right => Value::Text(left),
        (Value::Int(left), Value::Int(right)) if left == right => Value::Int(left),
        (Value::Bool(left), Value::Bool(right)) if left == right => Value::Bool(left),
        (Value::Path(left), Value::Path(right)) if left.resolved == right.resolved => Value::Path(left),
        // An early return of an error says nothing about the router of the other side.
        (Value::Unknown, value) | (value, Value::Unknown) if value.carries_routes() => value,
        (value, Value::Call(_) | Value::Path(_)) | (Value::Call(_) | Value::Path(_), value)
            if matches!(value, Value::Router(_)) =>
        {
            value
        }
        (Value::Unknown, Value::Unknown) => Value::Unknown,
        (left, right) => {
            let mut choices = alternatives(left, when_left);
            choices.extend(alternatives(right, when_right));
            // Code that has nothing to do with routes branches without end; nobody will ask for its values.
            if choices.len() > MAX_CHOICES { Value::Unknown } else { Value::Choice(Rc::new(choices)) }
        }
    }
}

/// Whether a list without elements may be one of routes: `Vec::new()`, before anything is added.
fn is_empty_list_of(routes: &Router, list: &[Value]) -> bool {
    matches!(routes.kind, RouterKind::RocketRoutes | RouterKind::Rwf(_)) && list.is_empty()
}

/// A router that is there under conditions only.
pub(crate) fn only_when(value: &Value, when: &[Condition]) -> Value {
    let Value::Router(router) = value else { return value.clone() };
    let mut router = Router::clone(router);
    for entry in &mut router.entries {
        add_conditions(&mut entry.conditions, when);
    }
    Value::Router(Rc::new(router))
}

fn alternatives(value: Value, when: &[Condition]) -> Vec<(Vec<Condition>, Value)> {
    match value {
        Value::Choice(choices) => {
            choices.iter().map(|(conditions, value)| ([when, conditions.as_slice()].concat(), value.clone())).collect()
        }
        value => vec![(when.to_vec(), value)],
    }
}

fn records(left: &Record, when_left: &[Condition], right: &Record, when_right: &[Condition]) -> Value {
    let names: BTreeSet<&String> = left.fields.keys().chain(right.fields.keys()).collect();
    let field = |record: &Record, name: &String| record.fields.get(name).cloned().unwrap_or(Value::Unknown);
    let fields: BTreeMap<String, Value> = names
        .into_iter()
        .map(|name| (name.clone(), join(field(left, name), when_left, field(right, name), when_right)))
        .collect();
    let definition = left.definition.clone().or_else(|| right.definition.clone());
    Value::Record(Rc::new(Record { definition, fields }))
}

/// What makes an entry the same on both sides of a branch: its registration, and how it is mounted so far.
type Identity<'a> = (usize, &'a str, &'a [Span]);

fn identity(entry: &Entry) -> Identity<'_> {
    (entry.id, &entry.path, &entry.mounts)
}

fn routers(left: &Router, when_left: &[Condition], right: &Router, when_right: &[Condition]) -> Router {
    let attached = layers(&left.attached, when_left, &right.attached, when_right);
    let mut joined = Router { entries: Vec::new(), attached, ..left.clone() };
    // One place in a server or another: what is added next is at both.
    if matches!(left.kind, RouterKind::Tide(_)) && left.around.prefixes != right.around.prefixes {
        let under = |prefixes: &[(Vec<Condition>, String)], when: &[Condition]| {
            let mut prefixes = prefixes.to_vec();
            prefixes.iter_mut().for_each(|(conditions, _)| add_conditions(conditions, when));
            prefixes
        };
        let (one, other) = (under(&left.around.prefixes, when_left), under(&right.around.prefixes, when_right));
        joined.around.prefixes = [one, other].concat();
    }
    let in_right: BTreeMap<Identity<'_>, &Entry> = right.entries.iter().map(|entry| (identity(entry), entry)).collect();
    let in_left: BTreeSet<Identity<'_>> = left.entries.iter().map(identity).collect();
    for entry in &left.entries {
        let other = in_right.get(&identity(entry));
        let mut entry = entry.clone();
        match other {
            Some(other) => entry.layers = layers(&entry.layers, when_left, &other.layers, when_right),
            None => add_conditions(&mut entry.conditions, when_left),
        }
        joined.entries.push(entry);
    }
    for entry in right.entries.iter().filter(|entry| !in_left.contains(&identity(entry))) {
        let mut entry = entry.clone();
        add_conditions(&mut entry.conditions, when_right);
        joined.entries.push(entry);
    }
    if right.document.len() > joined.document.len() {
        joined.document.clone_from(&right.document);
    }
    joined
}

fn method_routers(
    left: &MethodRouter,
    when_left: &[Condition],
    right: &MethodRouter,
    when_right: &[Condition],
) -> MethodRouter {
    let mut methods: Vec<MethodHandler> = Vec::new();
    for method in &left.methods {
        let mut method = method.clone();
        match right.methods.iter().find(|other| other.id == method.id) {
            Some(other) => method.layers = layers(&method.layers, when_left, &other.layers, when_right),
            None => add_conditions(&mut method.conditions, when_left),
        }
        methods.push(method);
    }
    for method in right.methods.iter().filter(|method| left.methods.iter().all(|other| other.id != method.id)) {
        let mut method = method.clone();
        add_conditions(&mut method.conditions, when_right);
        methods.push(method);
    }
    MethodRouter { methods }
}

/// A layer of one branch only is there under that branch's conditions.
fn layers(
    left: &[Rc<Layer>],
    when_left: &[Condition],
    right: &[Rc<Layer>],
    when_right: &[Condition],
) -> Vec<Rc<Layer>> {
    let has = |layers: &[Rc<Layer>], id: usize| layers.iter().any(|layer| layer.id == id);
    let conditional = |layer: &Rc<Layer>, when: &[Condition]| {
        let mut layer = Layer::clone(layer);
        add_conditions(&mut layer.conditions, when);
        Rc::new(layer)
    };
    let mut joined: Vec<Rc<Layer>> = left
        .iter()
        .map(|layer| if has(right, layer.id) { layer.clone() } else { conditional(layer, when_left) })
        .collect();
    joined.extend(right.iter().filter(|layer| !has(left, layer.id)).map(|layer| conditional(layer, when_right)));
    joined
}

fn add_conditions(conditions: &mut Vec<Condition>, more: &[Condition]) {
    for condition in more {
        if !conditions.contains(condition) {
            conditions.push(condition.clone());
        }
    }
}
