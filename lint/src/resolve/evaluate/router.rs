//! What the methods of routers do to their routes.

use std::rc::Rc;

use syn::punctuated::Punctuated;

use crate::frontend::rust::axum::{self, RouterKind, RouterOperation};
use crate::resolve::inventory::{Condition, Matching};
use crate::resolve::value::{DocumentedOperation, Entry, HOLE, Handler, MethodHandler, Router, Value};
use crate::source::Span;

use super::documented::document_of;
use super::{Environment, Evaluator};

pub(super) type Arguments = Punctuated<syn::Expr, syn::Token![,]>;

/// More routes than any router has.
const MAX_ENTRIES: usize = 20_000;

/// Catches what no other route of a router does.
pub(super) const FALLBACK_PATH: &str = "/{*fallback}";

impl Evaluator<'_, '_> {
    pub(super) fn router_call(
        &mut self,
        environment: &mut Environment,
        mut router: Rc<Router>,
        operation: RouterOperation,
        arguments: &[Value],
        expressions: &Arguments,
        span: Span,
    ) -> Value {
        let argument = |index: usize| arguments.get(index).cloned().unwrap_or(Value::Unknown);
        match operation {
            RouterOperation::Keep => {}
            RouterOperation::Look => return Value::Unknown,
            RouterOperation::Plain => return self.plain(Value::Router(router)),
            RouterOperation::Serve => self.sink(&Value::Router(router.clone()), true),
            RouterOperation::Route { documented } => {
                let place = self.argument_span(environment, expressions, 1, span);
                let methods = self.method_handlers(argument(1), place);
                for (conditions, path) in self.paths(&argument(0), span) {
                    self.add_entries(Rc::make_mut(&mut router), &path, &methods, &conditions, span);
                    if documented {
                        self.document(Rc::make_mut(&mut router), &path, &methods, span);
                    }
                }
            }
            RouterOperation::Routes => match self.force(&argument(0)) {
                Value::DocumentedRoutes(routes) => self.add_documented(Rc::make_mut(&mut router), &routes, span),
                _ => self.note_unresolved(span, "what is registered here could not be followed", None),
            },
            RouterOperation::RouteService => {
                let handler = self.handler(argument(1), true, self.argument_span(environment, expressions, 1, span));
                let methods = vec![self.method_handler("ANY".to_owned(), handler)];
                for (conditions, path) in self.paths(&argument(0), span) {
                    self.add_entries(Rc::make_mut(&mut router), &path, &methods, &conditions, span);
                }
            }
            RouterOperation::Typed { method } => {
                let place = self.argument_span(environment, expressions, 0, span);
                // Without a path, the route is shown at one that isn't known, and a note says so.
                let path = self.typed_path(&argument(0)).map_or(Value::Unknown, |path| Value::text(&path));
                let handler = self.handler(argument(0), false, place);
                let methods = vec![self.method_handler(method.to_owned(), handler)];
                for (conditions, path) in self.paths(&path, span) {
                    self.add_entries(Rc::make_mut(&mut router), &path, &methods, &conditions, span);
                }
            }
            RouterOperation::Nest { documented } => {
                let inner = self.routers(argument(1), span);
                for (conditions, prefix) in self.paths(&argument(0), span) {
                    for (inner_conditions, inner) in &inner {
                        let conditions = [conditions.as_slice(), inner_conditions].concat();
                        if !self.has_room(&router, inner, span) {
                            continue;
                        }
                        nest(Rc::make_mut(&mut router), &prefix, inner, &conditions, span, documented);
                    }
                }
            }
            RouterOperation::NestService => {
                for (conditions, prefix) in self.paths(&argument(0), span) {
                    match self.force(&argument(1)) {
                        Value::Router(inner) => {
                            if self.has_room(&router, &inner, span) {
                                nest(Rc::make_mut(&mut router), &prefix, &inner, &conditions, span, false);
                            }
                        }
                        service => {
                            let place = self.argument_span(environment, expressions, 1, span);
                            let handler = self.handler(service, true, place);
                            let methods = vec![self.method_handler("ANY".to_owned(), handler)];
                            let path = axum::nested_path(&prefix, "/{*rest}");
                            self.add_entries(Rc::make_mut(&mut router), &path, &methods, &conditions, span);
                        }
                    }
                }
            }
            RouterOperation::Merge => {
                if let Some(description) = self.description_pages(&argument(0)) {
                    for path in description {
                        let handler =
                            self.handler(argument(0), true, self.argument_span(environment, expressions, 0, span));
                        let methods = vec![self.method_handler("GET".to_owned(), handler)];
                        self.add_entries(Rc::make_mut(&mut router), &path, &methods, &[], span);
                    }
                } else {
                    for (conditions, inner) in self.routers(argument(0), span) {
                        if !self.has_room(&router, &inner, span) {
                            continue;
                        }
                        merge(Rc::make_mut(&mut router), &inner, &conditions, span);
                    }
                }
            }
            RouterOperation::Layer { fallbacks } => {
                let layers = self.layers(environment, arguments, expressions);
                let covered = |entry: &&mut Entry| fallbacks || !entry.is_fallback;
                for entry in Rc::make_mut(&mut router).entries.iter_mut().filter(covered) {
                    entry.layers.extend(layers.iter().rev().cloned());
                }
            }
            RouterOperation::Fallback { service } => {
                let place = self.argument_span(environment, expressions, 0, span);
                // A method router serves as a fallback too: `fallback(get(page))`.
                let methods = match self.force(&argument(0)) {
                    Value::MethodRouter(methods) => methods.methods.clone(),
                    other => {
                        let handler = self.handler(other, service, place);
                        vec![self.method_handler("ANY".to_owned(), handler)]
                    }
                };
                let router = Rc::make_mut(&mut router);
                router.entries.retain(|entry| !(entry.is_fallback && entry.path == FALLBACK_PATH));
                for method in methods {
                    let entry = self.entry(&method.method, FALLBACK_PATH, method.handler, span);
                    router.entries.push(Entry {
                        is_fallback: true,
                        layers: method.layers,
                        conditions: method.conditions,
                        ..entry
                    });
                }
            }
            RouterOperation::ResetFallback => {
                // Those of nested routers go too.
                Rc::make_mut(&mut router).entries.retain(|entry| !entry.is_fallback);
            }
            RouterOperation::Split => {
                let document = Value::Document(Rc::new(document_of(&router)));
                return Value::tuple(vec![self.plain(Value::Router(router)), document]);
            }
            RouterOperation::Document => {
                let document = Rc::new(document_of(&router));
                self.documents.push(document.clone());
                // aide's `finish_api` gives the plain router back, utoipa-axum's methods the description.
                if expressions.is_empty() {
                    return Value::Document(document);
                }
                return self.plain(Value::Router(router));
            }
        }
        Value::Router(router)
    }

    /// Whether a router may take in another one: mounting a router in itself doubles it each time.
    pub(super) fn has_room(&mut self, router: &Router, inner: &Router, span: Span) -> bool {
        let has_room = router.entries.len() + inner.entries.len() <= MAX_ENTRIES;
        if !has_room {
            self.note_unresolved(
                span,
                "this router grows beyond what any service has; what is mounted here is missing from the inventory",
                None,
            );
        }
        has_room
    }

    pub(super) fn argument_span(
        &self,
        environment: &Environment,
        expressions: &Arguments,
        index: usize,
        otherwise: Span,
    ) -> Span {
        expressions.get(index).map_or(otherwise, |expression| self.span_of(environment, expression))
    }

    /// The paths that a value may be, each with the conditions under which it is.
    pub(super) fn paths(&mut self, value: &Value, span: Span) -> Vec<(Vec<Condition>, String)> {
        self.paths_as(value, span, axum::current_notation)
    }

    /// The paths that a value may be, in the notation that `notation` makes of the framework's own.
    pub(crate) fn paths_as(
        &mut self,
        value: &Value,
        span: Span,
        notation: fn(&str) -> String,
    ) -> Vec<(Vec<Condition>, String)> {
        match self.force(value) {
            Value::Choice(choices) => choices
                .iter()
                .flat_map(|(conditions, value)| {
                    let inner = self.paths_as(value, span, notation);
                    inner
                        .into_iter()
                        .map(|(more, path)| ([conditions.as_slice(), &more].concat(), path))
                        .collect::<Vec<_>>()
                })
                .collect(),
            value => {
                let text = self.text_of(&value);
                if text.contains(HOLE) {
                    self.note_unresolved(
                        span,
                        "part of this path could not be evaluated; it is shown as `{*}`",
                        Some("build the path from literals and constants"),
                    );
                }
                vec![(Vec::new(), notation(&known_segments(&text)))]
            }
        }
    }

    /// The routers that a value may be.
    pub(super) fn routers(&mut self, value: Value, span: Span) -> Vec<(Vec<Condition>, Rc<Router>)> {
        match self.force(&value) {
            Value::Router(router) => vec![(Vec::new(), router)],
            Value::Choice(choices) => choices
                .iter()
                .flat_map(|(conditions, value)| {
                    let inner = match value {
                        Value::Call(_) | Value::Unknown | Value::Tuple(_) => Vec::new(),
                        value => self.routers(value.clone(), span),
                    };
                    inner
                        .into_iter()
                        .map(|(more, router)| ([conditions.as_slice(), &more].concat(), router))
                        .collect::<Vec<_>>()
                })
                .collect(),
            Value::Tuple(values) => match values.first() {
                Some(first) => self.routers(first.clone(), span),
                None => Vec::new(),
            },
            Value::Record(record) => match record.fields.get("0") {
                Some(inner) => self.routers(inner.clone(), span),
                None => self.unknown_router(span),
            },
            Value::Never => Vec::new(),
            _ => self.unknown_router(span),
        }
    }

    fn unknown_router(&mut self, span: Span) -> Vec<(Vec<Condition>, Rc<Router>)> {
        self.note_unresolved(
            span,
            "the router that is mounted here could not be followed; its routes are missing from the inventory",
            None,
        );
        Vec::new()
    }

    pub(crate) fn handler(&mut self, value: Value, service: bool, span: Span) -> Rc<Handler> {
        Rc::new(Handler { value, service, span })
    }

    pub(super) fn entry(&mut self, method: &str, path: &str, handler: Rc<Handler>, span: Span) -> Entry {
        Entry {
            id: self.id(),
            method: method.to_owned(),
            path: path.to_owned(),
            handler,
            is_fallback: false,
            layers: Vec::new(),
            mounts: vec![span],
            conditions: Vec::new(),
            accidental: false,
            matching: Matching::Exclusive,
            answer: None,
            bare_parameters: false,
        }
    }

    pub(crate) fn add_entries(
        &mut self,
        router: &mut Router,
        path: &str,
        methods: &[MethodHandler],
        conditions: &[Condition],
        span: Span,
    ) {
        for method in methods {
            let mut entry = self.entry(&method.method, path, method.handler.clone(), span);
            entry.layers.clone_from(&method.layers);
            entry.conditions = [method.conditions.as_slice(), conditions].concat();
            router.entries.push(entry);
        }
        self.register(router, span);
    }

    /// Remembers where a router got a route, so that routers which nothing mounts can be named.
    pub(super) fn register(&mut self, router: &Router, span: Span) {
        if let Some(lineage) = self.lineages.get(router.lineage) {
            self.registered.insert((lineage.span, span));
        }
    }
}

pub(super) fn nest(
    router: &mut Router,
    prefix: &str,
    inner: &Router,
    conditions: &[Condition],
    span: Span,
    documented: bool,
) {
    for entry in &inner.entries {
        let mut entry = entry.clone();
        entry.path = axum::nested_path(prefix, &entry.path);
        entry.mounts.push(span);
        entry.conditions.extend(conditions.iter().cloned());
        router.entries.push(entry);
    }
    if documented && router.kind == RouterKind::Documenting {
        router.document.extend(inner.document.iter().map(|operation| DocumentedOperation {
            path: axum::nested_path(prefix, &operation.path),
            ..operation.clone()
        }));
    }
}

fn merge(router: &mut Router, inner: &Router, conditions: &[Condition], span: Span) {
    for entry in &inner.entries {
        let mut entry = entry.clone();
        entry.mounts.push(span);
        entry.conditions.extend(conditions.iter().cloned());
        router.entries.push(entry);
    }
    if router.kind == RouterKind::Documenting {
        router.document.extend(inner.document.iter().cloned());
        if router.document_base.is_none() {
            router.document_base.clone_from(&inner.document_base);
        }
    }
}

/// Segments of which any part is unknown become `{*}`.
fn known_segments(text: &str) -> String {
    if !text.contains(HOLE) {
        return text.to_owned();
    }
    let mut path: Vec<&str> =
        text.split('/').map(|segment| if segment.contains(HOLE) { "{*}" } else { segment }).collect();
    if path.first() == Some(&"{*}") {
        path.insert(0, "");
    }
    path.join("/")
}
