//! Rocket's applications: what is mounted where, and what is attached.

use std::rc::Rc;

use crate::frontend::rust::axum::RouterKind;
use crate::frontend::rust::rocket::{self, RocketFunction, RocketOperation};
use crate::resolve::inventory::{Condition, Matching};
use crate::resolve::names::Resolved;
use crate::resolve::value::{Call, Callee, Entry, Layer, PathValue, Router, Value};
use crate::source::Span;

use super::dispatch::as_unit_struct;
use super::router::nest;
use super::{Environment, Evaluator};

/// Everything below the base, which is what `FileServer` and its like answer.
const EVERYTHING: &str = "/{*path}";

impl Evaluator<'_, '_> {
    /// A call of one of Rocket's functions.
    pub(super) fn rocket_call(&mut self, names: &[String], arguments: &[Value], span: Span) -> Option<Value> {
        match rocket::function(names)? {
            RocketFunction::Build => Some(self.new_router(RouterKind::Rocket, span)),
            RocketFunction::Route { ranked } => Some(self.handwritten_route(arguments, ranked, span)),
        }
    }

    /// A method of an application; `None` if it isn't one of Rocket's.
    pub(super) fn rocket_method(
        &mut self,
        environment: &mut Environment,
        mut router: Rc<Router>,
        method: &str,
        arguments: &[Value],
        call: &syn::ExprMethodCall,
        span: Span,
    ) -> Option<Value> {
        match rocket::operation(method)? {
            RocketOperation::Keep => {}
            RocketOperation::Look => return Some(Value::Unknown),
            RocketOperation::Launch => self.sink(&Value::Router(router.clone()), true),
            RocketOperation::Mount => {
                let [base, routes] = arguments else { return Some(Value::Router(router)) };
                let place = self.argument_span(environment, &call.args, 1, span);
                let mounted = self.mounted(environment, routes, place);
                for (conditions, base) in self.paths(base, span) {
                    for (more, inner) in &mounted {
                        if self.has_room(&router, inner, span) {
                            let conditions = [conditions.as_slice(), more].concat();
                            mount(Rc::make_mut(&mut router), &base, inner, &conditions, span);
                        }
                    }
                }
            }
            RocketOperation::Attach => {
                let fairing = arguments.first().map_or(Value::Unknown, |fairing| self.force(fairing));
                if let Some(mounted) = self.mounted_by_fairing(environment, &fairing, &router) {
                    return Some(mounted);
                }
                let is_lifecycle =
                    matches!(&fairing, Value::Call(call) if external(call).is_some_and(rocket::is_lifecycle_fairing));
                if !is_lifecycle {
                    let layers = self.layers(environment, arguments, &call.args);
                    let router = Rc::make_mut(&mut router);
                    for layer in layers {
                        let layer = Rc::new(Layer { is_passive: true, ..Layer::clone(&layer) });
                        router.entries.iter_mut().for_each(|entry| entry.layers.push(layer.clone()));
                        router.attached.push(layer);
                    }
                }
            }
        }
        Some(Value::Router(router))
    }

    /// The application as a fairing leaves it that mounts routes while the application starts: `AdHoc::on_ignite("…", |rocket| …)`.
    fn mounted_by_fairing(
        &mut self,
        environment: &mut Environment,
        fairing: &Value,
        router: &Rc<Router>,
    ) -> Option<Value> {
        let application = Value::Router(router.clone());
        let after = match fairing {
            Value::Call(call) if external(call).is_some_and(rocket::is_lifecycle_fairing) => {
                match call.arguments.last()? {
                    Value::Closure(closure) => self.call_closure(closure, vec![application]),
                    Value::Path(path) => self.follow(path, &[application])?,
                    _ => return None,
                }
            }
            // A type of the tree that is a fairing by itself.
            fairing => {
                let fairing = record_of(fairing)?;
                self.own_method(environment, &fairing, "on_ignite", &[application], None)?
            }
        };
        matches!(&after, Value::Router(after) if after.kind == RouterKind::Rocket).then_some(after)
    }

    /// The routes that a value may be which is given to `mount`.
    pub(super) fn mounted(
        &mut self,
        environment: &mut Environment,
        value: &Value,
        span: Span,
    ) -> Vec<(Vec<Condition>, Rc<Router>)> {
        match self.force(value) {
            Value::Router(router) => vec![(Vec::new(), router)],
            Value::List(values) => {
                values.iter().flat_map(|value| self.mounted(environment, value, span)).collect::<Vec<_>>()
            }
            Value::Choice(choices) => choices
                .iter()
                .flat_map(|(conditions, value)| {
                    let inner = self.mounted(environment, value, span);
                    inner
                        .into_iter()
                        .map(|(more, router)| ([conditions.as_slice(), &more].concat(), router))
                        .collect::<Vec<_>>()
                })
                .collect(),
            Value::Never => Vec::new(),
            Value::DocumentedRoutes(routes) if routes.handlers.is_empty() => Vec::new(),
            value => {
                self.mounted_service(environment, value, span).into_iter().map(|router| (Vec::new(), router)).collect()
            }
        }
    }

    /// Something that becomes routes by itself: `FileServer`, a page that shows the API description, a handler of the application's own.
    fn mounted_service(&mut self, environment: &mut Environment, value: Value, span: Span) -> Option<Rc<Router>> {
        if let Some(Value::Record(record)) = record_of(&value) {
            let receiver = Value::Record(record.clone());
            let routes = self.own_method(environment, &receiver, "into", &[], None).or_else(|| self.converted(&record));
            if let Some(routes) = routes.and_then(|routes| self.listed_routes(&routes, span)) {
                return Some(routes);
            }
        }
        let mut routes = self.route_list(span);
        if let Some(pages) = self.description_pages(&value) {
            for page in pages {
                let path = page.replace("<_..>", "{*rest}");
                self.add_service(Rc::make_mut(&mut routes), "GET", &path, value.clone(), span);
            }
            return Some(routes);
        }
        let service = service_of(&value, span);
        let name: Vec<String> = Self::service_name(&service).split("::").map(str::to_owned).collect();
        let is_open = rocket::serves_everyone(&name);
        // A function of this name made it, which may as well make a list of routes.
        let is_made_by_type = name.iter().any(|part| part.starts_with(char::is_uppercase));
        if !is_open && !is_made_by_type {
            self.note_unresolved(
                span,
                "the routes that are mounted here could not be followed; they are missing from the inventory",
                None,
            );
            return None;
        }
        let method = if is_open { "GET" } else { "ANY" };
        self.add_service(Rc::make_mut(&mut routes), method, EVERYTHING, service, span);
        Some(routes)
    }

    fn add_service(&mut self, routes: &mut Router, method: &str, path: &str, service: Value, span: Span) {
        let handler = self.handler(service, true, span);
        let entry = self.entry(method, path, handler, span);
        routes.entries.push(Entry { matching: Matching::Ordered, ..entry });
        self.register(routes, span);
    }

    /// `Route::new(Method::Get, "/x", handler)`
    fn handwritten_route(&mut self, arguments: &[Value], ranked: bool, span: Span) -> Value {
        let mut routes = self.route_list(span);
        let (rank, arguments) = match arguments {
            [rank, rest @ ..] if ranked => (Some(rank), rest),
            all => (None, all),
        };
        let [method, uri, handler] = arguments else { return Value::Router(routes) };
        let method = match method {
            Value::Path(path) => {
                crate::resolve::guards::path_text(path).rsplit("::").next().map(str::to_ascii_uppercase)
            }
            _ => None,
        };
        let method = method.unwrap_or_else(|| "ANY".to_owned());
        let handler = service_of(handler, span);
        let rank =
            rank.and_then(Value::as_text).map(|rank| Condition { text: format!("rank = {rank}"), holds: true, span });
        for (mut conditions, uri) in self.paths(uri, span) {
            let path = uri.split('?').next().unwrap_or_default();
            let before = routes.entries.len();
            self.add_service(
                Rc::make_mut(&mut routes),
                &method,
                &rocket::current_notation(path),
                handler.clone(),
                span,
            );
            conditions.extend(rank.clone());
            for entry in Rc::make_mut(&mut routes).entries.iter_mut().skip(before) {
                entry.conditions.clone_from(&conditions);
            }
        }
        Value::Router(routes)
    }
}

/// A value of a type of the tree, also where only the name of a unit struct stands.
fn record_of(value: &Value) -> Option<Value> {
    match value {
        Value::Record(record) if record.definition.is_some() => Some(value.clone()),
        value => as_unit_struct(value),
    }
}

/// What is known of a service: for a value of the tree's own, its type.
fn service_of(value: &Value, span: Span) -> Value {
    match value {
        Value::Record(record) => match record.definition.clone() {
            Some(definition) => {
                let module = definition.module;
                let resolved = Resolved::Item(definition);
                Value::Path(Rc::new(PathValue { resolved, generics: Vec::new(), module, span }))
            }
            None => Value::Unknown,
        },
        Value::Call(_) | Value::Path(_) => value.clone(),
        _ => Value::Unknown,
    }
}

/// The name of a function outside the tree that a call is of.
fn external(call: &Call) -> Option<&[String]> {
    match &call.callee {
        Callee::Path(path) => match &path.resolved {
            Resolved::External(names) => Some(names),
            _ => None,
        },
        _ => None,
    }
}

/// Adds routes below a base; what is attached to the application sees their requests too.
fn mount(router: &mut Router, base: &str, inner: &Router, conditions: &[Condition], span: Span) {
    let before = router.entries.len();
    let base = if base.starts_with('/') { base.to_owned() } else { format!("/{base}") };
    nest(router, &base, inner, conditions, span, false);
    let attached = router.attached.clone();
    for entry in router.entries.iter_mut().skip(before) {
        entry.layers.extend(attached.iter().cloned());
    }
}
