//! loco: the routes of controllers, and those of the application.
//!
//! The prefix of a controller holds for whatever it has, before and after; that of the application for what is added later, or, in old versions,
//! for everything too. All are kept in [`Around`].

use std::rc::Rc;

use crate::frontend::rust::axum::RouterKind;
use crate::frontend::rust::loco::{self, Function, Kind, Operation};
use crate::frontend::rust::types::ident_text;
use crate::resolve::inventory::Condition;
use crate::resolve::names::Resolved;
use crate::resolve::value::{Around, Entry, PathValue, Router, Value};
use crate::source::Span;

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
            Function::At => {
                let mut routes = self.empty_router(RouterKind::Loco(Kind::Routes), span);
                let prefix = arguments.first().cloned().unwrap_or(Value::Unknown);
                Rc::make_mut(&mut routes).around.prefixes = self.paths(&prefix, span);
                return Some(Value::Router(routes));
            }
            Function::New(Kind::App) => loco::app(self.loco_version(environment).as_deref()),
            Function::New(kind) => kind,
            Function::WithDefaults => {
                let version = self.loco_version(environment);
                let kind = loco::app(version.as_deref());
                let mut routes = self.empty_router(RouterKind::Loco(kind), span);
                for (path, name) in loco::defaults(version.as_deref()) {
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
            Function::Stack => return Some(Value::list(Vec::new())),
            Function::Documented => return Some(arguments.first().cloned().unwrap_or(Value::Unknown)),
        };
        Some(self.new_router(RouterKind::Loco(kind), span))
    }

    /// The version of loco that the crate wants, as its manifest says it.
    fn loco_version(&self, environment: &Environment) -> Option<String> {
        let krate = self.modules.module(environment.module).krate;
        self.modules.crates.get(krate.0)?.versions.get(loco::CRATE).cloned()
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
            Operation::Method(method) => {
                let place = self.argument_span(environment, &call.args, 1, span);
                let handler = self.handler(argument(1), false, place);
                let methods = [self.method_handler(method.to_owned(), handler)];
                for (conditions, path) in self.paths(&argument(0), span) {
                    self.add_entries(Rc::make_mut(&mut router), &path, &methods, &conditions, span);
                }
            }
            Operation::Merge => {
                self.add_handlers_of(Rc::make_mut(&mut router), &argument(0), span, &|path| path.to_owned());
            }
            Operation::Nest => {
                for (conditions, above) in self.paths(&argument(0), span) {
                    let before = router.entries.len();
                    let nested = |path: &str| loco::nested(&above, path);
                    self.add_handlers_of(Rc::make_mut(&mut router), &argument(1), span, &nested);
                    let added = Rc::make_mut(&mut router).entries.iter_mut().skip(before);
                    added.for_each(|entry| entry.conditions.extend(conditions.iter().cloned()));
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
                let covers_all = kind == Kind::OldApp;
                let prefixes = if covers_all { Prefixes::new() } else { router.around.prefixes.clone() };
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
                RouterKind::Loco(Kind::App | Kind::OldApp) => Prefixes::new(),
                _ => joined(prefixes, &inner.around.prefixes),
            };
            for mut entry in below(&inner, &prefixes) {
                entry.mounts.push(span);
                entry.conditions.extend(conditions.iter().cloned());
                router.entries.push(entry);
            }
        }
    }

    /// Adds the handlers of one controller's routes, or of a list of them, whatever their prefixes.
    fn add_handlers_of(&mut self, router: &mut Router, value: &Value, span: Span, written: &dyn Fn(&str) -> String) {
        let value = self.forced(value);
        if let Value::List(values) = &value {
            values.iter().for_each(|value| self.add_handlers_of(router, value, span, written));
            return;
        }
        for (conditions, inner) in self.routers(value, span) {
            if !self.has_room(router, &inner, span) {
                continue;
            }
            for entry in &inner.entries {
                let mut entry = entry.clone();
                entry.path = written(&entry.path);
                entry.mounts.push(span);
                entry.conditions.extend(conditions.iter().cloned());
                router.entries.push(entry);
            }
        }
    }

    /// What loco makes of its routes: a router of axum's, with the prefix of a controller in front of its paths.
    pub(super) fn finished_loco(&self, router: &Rc<Router>) -> Rc<Router> {
        let RouterKind::Loco(kind) = router.kind else { return router.clone() };
        let prefixes = if kind == Kind::App { Prefixes::new() } else { router.around.prefixes.clone() };
        let entries = below(router, &prefixes);
        Rc::new(Router { kind: RouterKind::Plain, entries, around: Around::default(), ..Router::clone(router) })
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
