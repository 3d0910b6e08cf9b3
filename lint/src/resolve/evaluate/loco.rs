//! loco: the routes of controllers, those of the application, and the hooks of a type that `cli::main::<App>()` serves.
//!
//! The prefix of a controller holds for whatever it has, before and after; that of the application for what is added later. Both are kept
//! in [`Around`].

use std::rc::Rc;

use crate::frontend::rust::axum::RouterKind;
use crate::frontend::rust::loco::{self, Function, Kind, Operation};
use crate::frontend::rust::types::{TypeArgument, TypeRef, ident_text};
use crate::resolve::inventory::Condition;
use crate::resolve::modules::Definition;
use crate::resolve::names::{Resolved, Space};
use crate::resolve::value::{Around, Entry, PathValue, Router, Value};
use crate::source::Span;

use super::dispatch::as_unit_struct;
use super::{Environment, Evaluator};

type Prefixes = Vec<(Vec<Condition>, String)>;

impl Evaluator<'_, '_> {
    /// What a function of loco gives; `None` for any other function.
    pub(super) fn loco_function(
        &mut self,
        environment: &Environment,
        path: &PathValue,
        arguments: &[Value],
        span: Span,
    ) -> Option<Value> {
        let Resolved::External(names) = &path.resolved else { return None };
        let kind = match loco::function(names)? {
            Function::New(kind) => kind,
            Function::At => {
                let mut routes = self.empty_router(RouterKind::Loco(Kind::Routes), span);
                let prefix = arguments.first().cloned().unwrap_or(Value::Unknown);
                Rc::make_mut(&mut routes).around.prefixes = self.paths(&prefix, span);
                return Some(Value::Router(routes));
            }
            Function::WithDefaults => {
                let mut routes = self.empty_router(RouterKind::Loco(Kind::App), span);
                for (path, name) in loco::DEFAULTS {
                    let resolved = Resolved::External(loco::monitoring(name));
                    let module = environment.module;
                    let answer = Value::Path(Rc::new(PathValue { resolved, generics: Vec::new(), module, span }));
                    let handler = self.handler(answer, true, span);
                    let methods = vec![self.method_handler("GET".to_owned(), handler)];
                    self.add_entries(Rc::make_mut(&mut routes), path, &methods, &[], span);
                }
                return Some(Value::Router(routes));
            }
            Function::Main => {
                self.serve_hooks(path, span);
                return Some(Value::Unknown);
            }
        };
        Some(self.new_router(RouterKind::Loco(kind), span))
    }

    /// A method of `Routes` or `AppRoutes`; `None` if it isn't one of theirs.
    pub(super) fn loco_call(
        &mut self,
        environment: &Environment,
        router: &Rc<Router>,
        arguments: &[Value],
        call: &syn::ExprMethodCall,
        span: Span,
    ) -> Option<Value> {
        let RouterKind::Loco(kind) = router.kind else { return None };
        let operation = loco::operation(kind, &ident_text(&call.method))?;
        let argument = |index: usize| arguments.get(index).cloned().unwrap_or(Value::Unknown);
        let mut router = router.clone();
        match operation {
            Operation::Keep => {}
            Operation::Add => {
                let place = self.argument_span(environment, &call.args, 1, span);
                let methods = self.method_handlers(argument(1), place);
                for (conditions, path) in self.paths(&argument(0), span) {
                    self.add_entries(Rc::make_mut(&mut router), &path, &methods, &conditions, span);
                }
            }
            Operation::Layer => {
                let layers = self.layers(environment, arguments, &call.args);
                for entry in &mut Rc::make_mut(&mut router).entries {
                    entry.layers.extend(layers.iter().rev().cloned());
                }
            }
            Operation::Prefix => {
                Rc::make_mut(&mut router).around.prefixes = self.paths(&argument(0), span);
            }
            Operation::NestPrefix => {
                let below = self.paths(&argument(0), span);
                let router = Rc::make_mut(&mut router);
                router.around.prefixes = joined(&router.around.prefixes, &below);
            }
            Operation::AddRoutes => {
                let prefixes = router.around.prefixes.clone();
                self.add_routes(Rc::make_mut(&mut router), &prefixes, &argument(0), span);
            }
            Operation::NestRoutes => {
                let below = self.paths(&argument(0), span);
                let prefixes = joined(&router.around.prefixes, &below);
                self.add_routes(Rc::make_mut(&mut router), &prefixes, &argument(1), span);
            }
        }
        Some(Value::Router(router))
    }

    /// Adds one controller's routes, or a list of them, to those of the application.
    fn add_routes(&mut self, router: &mut Router, prefixes: &Prefixes, value: &Value, span: Span) {
        let value = self.forced(value);
        if let Value::List(values) = &value {
            values.iter().for_each(|value| self.add_routes(router, prefixes, value, span));
            return;
        }
        for (conditions, inner) in self.routers(value, span) {
            if !self.has_room(router, &inner, span) {
                continue;
            }
            // The application's own routes were put below its prefix when they were added.
            let prefixes = match inner.kind {
                RouterKind::Loco(Kind::App) => Prefixes::new(),
                _ => joined(prefixes, &inner.around.prefixes),
            };
            for mut entry in below(&inner, &prefixes) {
                entry.mounts.push(span);
                entry.conditions.extend(conditions.iter().cloned());
                router.entries.push(entry);
            }
        }
    }

    /// What loco makes of its routes: a router of axum's, with the prefix of a controller in front of its paths.
    pub(super) fn finished_loco(&self, router: &Rc<Router>) -> Rc<Router> {
        let RouterKind::Loco(kind) = router.kind else { return router.clone() };
        let prefixes = if kind == Kind::Routes { router.around.prefixes.clone() } else { Prefixes::new() };
        let entries = below(router, &prefixes);
        Rc::new(Router { kind: RouterKind::Plain, entries, around: Around::default(), ..Router::clone(router) })
    }

    /// `cli::main::<App>()`: serves the routes of the type's hooks, as its other hooks leave them.
    fn serve_hooks(&mut self, path: &PathValue, span: Span) {
        let app = match path.generics.first() {
            Some(TypeArgument::Type(TypeRef::Path(ty))) => self.modules.resolve(path.module, &ty.names, Space::Type),
            _ => Resolved::External(Vec::new()),
        };
        let routes = match &app {
            Resolved::Item(app) => self.hook(app, "routes", vec![Value::Unknown]),
            _ => None,
        };
        let (Resolved::Item(app), Some(Value::Router(routes))) = (&app, routes) else {
            self.note_unresolved(
                span,
                "the routes of this application could not be followed; they are missing from the inventory",
                None,
            );
            return;
        };
        let mut served = self.finished_loco(&routes);
        if let Some(before) = self.hook(app, "before_routes", vec![Value::Unknown])
            && let Value::Router(before) = self.forced(&before)
        {
            Rc::make_mut(&mut served).entries.extend(before.entries.iter().cloned());
        }
        let initializers = self.hook(app, "initializers", vec![Value::Unknown]);
        let initializers = initializers.and_then(|list| self.elements(&list)).unwrap_or_default();
        let mut served = Value::Router(served);
        for initializer in initializers {
            let initializer = as_unit_struct(&initializer).unwrap_or(initializer);
            let Value::Record(record) = &initializer else { continue };
            let Some(owner) = record.definition.clone() else { continue };
            if let Some(function) = self.associated(&owner, "after_routes") {
                let arguments = vec![served.clone(), Value::Unknown];
                let (value, _) =
                    self.call_definition(&function, Some(owner), Some(initializer.clone()), arguments, Rc::default());
                served = self.after_hook(value, served);
            }
        }
        if let Some(after) = self.hook(app, "after_routes", vec![served.clone(), Value::Unknown]) {
            served = self.after_hook(after, served);
        }
        self.sink(&served, true);
    }

    /// What a hook made of a router; the router as it was if that isn't known.
    fn after_hook(&mut self, value: Value, before: Value) -> Value {
        match self.forced(&value) {
            value @ (Value::Router(_) | Value::Choice(_)) => value,
            _ => before,
        }
    }

    /// The value of a type's own hook.
    fn hook(&mut self, app: &Definition, name: &str, arguments: Vec<Value>) -> Option<Value> {
        let function = self.associated(app, name)?;
        Some(self.call_definition(&function, Some(app.clone()), None, arguments, Rc::default()).0)
    }
}

/// Every prefix of one list in front of every one of another.
fn joined(above: &Prefixes, below: &Prefixes) -> Prefixes {
    let nothing = vec![(Vec::new(), String::new())];
    let above = if above.is_empty() { &nothing } else { above };
    let below = if below.is_empty() { &nothing } else { below };
    let join = |(when, prefix): &(Vec<Condition>, String)| {
        let join =
            |(more, path): &(Vec<Condition>, String)| ([when.as_slice(), more].concat(), loco::joined(prefix, path));
        below.iter().map(join).collect::<Vec<_>>()
    };
    above.iter().flat_map(join).collect()
}

/// The entries of a router behind prefixes, as loco writes their paths.
fn below(router: &Router, prefixes: &Prefixes) -> Vec<Entry> {
    let with_prefix = |(when, prefix): &(Vec<Condition>, String)| {
        let under = |entry: &Entry| {
            let mut entry = entry.clone();
            entry.path = loco::joined(prefix, &entry.path);
            entry.conditions.extend(when.iter().cloned());
            entry
        };
        router.entries.iter().map(under).collect::<Vec<_>>()
    };
    joined(prefixes, &Prefixes::new()).iter().flat_map(with_prefix).collect()
}
