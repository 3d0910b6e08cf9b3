//! Routers that are lent, and changed in place by whom they are lent to: what was done to them comes back to every variable that holds them.

use std::rc::Rc;

use crate::frontend::rust::axum::RouterKind;
use crate::frontend::rust::facts::ItemKind;
use crate::frontend::rust::tide::Kind;
use crate::frontend::rust::{actix, gotham};
use crate::resolve::inventory::Condition;
use crate::resolve::join;
use crate::resolve::modules::Definition;
use crate::resolve::value::{Entry, Record, Router, Value};

use super::router::Arguments;
use super::{Environment, Evaluator};

impl Evaluator<'_, '_> {
    /// Gives every variable that holds the server of a value what was done to it elsewhere.
    pub(super) fn settle(&mut self, environment: &mut Environment, left: &Rc<Router>) {
        if !is_tide(left) {
            return;
        }
        let is_server = |router: &Router| router.kind == RouterKind::Tide(Kind::Server);
        every_router(environment, &mut |known| {
            if known.lineage != left.lineage || !is_tide(known) || Rc::ptr_eq(known, left) {
                return;
            }
            if !is_server(left) {
                add_missing(known, &left.entries);
            } else if is_server(known) {
                *known = left.clone();
            }
        });
    }

    /// Gives the variables of a caller what a function left in the servers and places that it was lent.
    pub(super) fn settle_lent(
        &mut self,
        environment: &mut Environment,
        function: &Definition,
        after: &Environment,
        arguments: &[Value],
    ) {
        if !arguments.iter().any(is_lent) || !matches!(function.item.kind, ItemKind::Function(_)) {
            return;
        }
        for (argument, left) in arguments.iter().zip(self.lent_to(function, after)) {
            if let (Value::Router(lent), Some(Value::Router(left))) = (argument, left)
                && lent.lineage == left.lineage
            {
                self.settle(environment, &left);
            }
        }
    }

    /// Keeps what a branch that doesn't come back did to what it was lent: the caller has it all the same.
    pub(super) fn keep_registered(&self, environment: &mut Environment, aside: &mut Environment, when: &[Condition]) {
        let mut lent: Vec<Rc<Router>> = Vec::new();
        every_router(aside, &mut |router| {
            if changes_in_place(router) && !router.entries.is_empty() {
                lent.push(router.clone());
            }
        });
        for left in lent {
            every_router(environment, &mut |known| {
                if known.lineage == left.lineage && known.kind == left.kind && !Rc::ptr_eq(known, &left) {
                    let added = left.entries.iter().filter(|entry| !has(known, entry)).cloned();
                    let added: Vec<Entry> = added.collect();
                    if !added.is_empty() {
                        let only = Router { entries: added, ..Router::clone(&left) };
                        if let Value::Router(only) = join::only_when(&Value::Router(Rc::new(only)), when) {
                            Rc::make_mut(known).entries.extend(only.entries.iter().cloned());
                        }
                    }
                }
            });
        }
    }

    /// Says that a server or place is given to code that can't be followed and may add routes to it.
    pub(super) fn note_lent_away(&mut self, environment: &Environment, arguments: &[Value], expressions: &Arguments) {
        for (value, expression) in arguments.iter().zip(expressions) {
            let Value::Router(router) = value else { continue };
            let is_lent = matches!(expression, syn::Expr::Reference(reference) if reference.mutability.is_some());
            let may_change = match router.kind {
                RouterKind::Tide(Kind::Server) => is_lent,
                RouterKind::Tide(Kind::Route | Kind::Prefix) => true,
                _ => false,
            };
            if may_change {
                let span = self.span_of(environment, expression);
                let text = "this is given to code that could not be followed; routes that it adds are missing from the inventory";
                self.note_unresolved(span, text, None);
            }
        }
    }
}

/// Whether a router is a server of tide, or a place in one.
pub(super) fn is_tide(router: &Router) -> bool {
    matches!(router.kind, RouterKind::Tide(_))
}

/// Whether a value is a server or place, which is changed by whom it is lent to.
pub(super) fn is_lent(value: &Value) -> bool {
    matches!(value, Value::Router(router) if is_tide(router))
}

/// Whether what is done to a router is done in place, wherever else it is held.
fn changes_in_place(router: &Router) -> bool {
    use gotham::Kind::{Association, Builder};
    match router.kind {
        RouterKind::Tide(_) | RouterKind::Gotham(Builder | Association) => true,
        RouterKind::Actix(kind) => kind == actix::Kind::Config,
        _ => false,
    }
}

fn has(router: &Router, wanted: &Entry) -> bool {
    router
        .entries
        .iter()
        .any(|entry| entry.id == wanted.id && entry.path == wanted.path && entry.mounts == wanted.mounts)
}

/// Adds the routes that a router doesn't have yet.
pub(super) fn add_missing(router: &mut Rc<Router>, added: &[Entry]) {
    let missing: Vec<Entry> = added.iter().filter(|entry| !has(router, entry)).cloned().collect();
    if !missing.is_empty() {
        Rc::make_mut(router).entries.extend(missing);
    }
}

/// Shows every router that the variables hold, in fields and lists too.
pub(super) fn every_router(environment: &mut Environment, see: &mut dyn FnMut(&mut Rc<Router>)) {
    for (_, value) in environment.scopes.iter_mut().flatten() {
        routers_in(value, see);
    }
}

fn routers_in(value: &mut Value, see: &mut dyn FnMut(&mut Rc<Router>)) {
    match value {
        Value::Router(router) => see(router),
        Value::Record(record) if record.fields.values().any(Value::carries_routes) => {
            let Record { fields, .. } = Rc::make_mut(record);
            fields.values_mut().for_each(|value| routers_in(value, see));
        }
        Value::Tuple(values) | Value::List(values) if values.iter().any(Value::carries_routes) => {
            Rc::make_mut(values).iter_mut().for_each(|value| routers_in(value, see));
        }
        Value::Choice(choices) if choices.iter().any(|(_, value)| value.carries_routes()) => {
            Rc::make_mut(choices).iter_mut().for_each(|(_, value)| routers_in(value, see));
        }
        _ => {}
    }
}
