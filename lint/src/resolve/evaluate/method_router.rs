//! Method routers: which handler answers which method at one path.

use std::rc::Rc;

use crate::frontend::rust::axum::{self, RoutingFunction};
use crate::frontend::rust::poem;
use crate::resolve::names::Resolved;
use crate::resolve::value::{Callee, Handler, MethodHandler, MethodRouter, Value};
use crate::source::Span;

use super::router::Arguments;
use super::{Environment, Evaluator};

impl Evaluator<'_, '_> {
    pub(super) fn method_router_call(
        &mut self,
        environment: &mut Environment,
        router: &Rc<MethodRouter>,
        method: &str,
        arguments: &[Value],
        expressions: &Arguments,
        span: Span,
    ) -> Option<Value> {
        if let Some(function) = axum::method_function(method) {
            let mut router = MethodRouter::clone(router);
            self.add_method(&mut router, environment, &function, arguments, Some(expressions), span);
            return Some(Value::MethodRouter(Rc::new(router)));
        }
        match method {
            "layer" | "route_layer" => {
                let layers = self.layers(environment, arguments, expressions);
                let mut router = MethodRouter::clone(router);
                // `route_layer` of a method router leaves its fallback alone; that of the router around it doesn't.
                let covered = |handler: &&mut MethodHandler| method == "layer" || !handler.is_fallback;
                super::layer::add_layers(router.methods.iter_mut().filter(covered), &layers);
                Some(Value::MethodRouter(Rc::new(router)))
            }
            "merge" => {
                let mut router = MethodRouter::clone(router);
                if let Some(Value::MethodRouter(other)) = arguments.first().map(|other| self.force(other)) {
                    router.methods.extend(other.methods.iter().cloned());
                }
                Some(Value::MethodRouter(Rc::new(router)))
            }
            "fallback" | "fallback_service" => {
                let mut router = MethodRouter::clone(router);
                router.methods.retain(|known| !known.is_fallback);
                let function = RoutingFunction::Method { method: "ANY", service: method == "fallback_service" };
                self.add_method(&mut router, environment, &function, arguments, Some(expressions), span);
                Some(Value::MethodRouter(Rc::new(router)))
            }
            // Closures that only turn a method router around (`map`) are followed, others leave it alone.
            "map" => match arguments.first() {
                Some(Value::Closure(closure)) => {
                    Some(self.call_closure(closure, vec![Value::MethodRouter(router.clone())]))
                }
                _ => None,
            },
            _ => Some(Value::MethodRouter(router.clone())),
        }
    }

    /// The handlers of a method router.
    pub(super) fn method_handlers(&mut self, value: Value, span: Span) -> Vec<MethodHandler> {
        match self.force(&value) {
            Value::MethodRouter(router) => router.methods.clone(),
            Value::Choice(choices) => choices
                .iter()
                .flat_map(|(conditions, value)| {
                    self.method_handlers(value.clone(), span)
                        .into_iter()
                        .map(|mut method| {
                            method.conditions.extend(conditions.iter().cloned());
                            method
                        })
                        .collect::<Vec<_>>()
                })
                .collect(),
            // `.route("/x", service)` of an older axum, or a method router that can't be followed.
            other => {
                self.note_unresolved(
                    span,
                    "what answers this route could not be followed; its methods and handler are unknown",
                    None,
                );
                let handler = self.handler(other, false, span);
                vec![self.method_handler("ANY".to_owned(), handler)]
            }
        }
    }

    pub(crate) fn method_handler(&mut self, method: String, handler: Rc<Handler>) -> MethodHandler {
        MethodHandler { id: self.id(), method, handler, is_fallback: false, layers: Vec::new(), conditions: Vec::new() }
    }

    pub(super) fn add_method(
        &mut self,
        router: &mut MethodRouter,
        environment: &Environment,
        function: &RoutingFunction,
        arguments: &[Value],
        expressions: Option<&Arguments>,
        span: Span,
    ) {
        let (methods, service, position) = match function {
            RoutingFunction::Method { method, service } => (vec![(*method).to_owned()], *service, 0),
            RoutingFunction::On { service } => (self.filter_methods(arguments.first(), span), *service, 1),
        };
        let value = arguments.get(position).cloned().unwrap_or(Value::Unknown);
        let place = expressions
            .and_then(|expressions| expressions.get(position))
            .map_or(span, |expression| self.span_of(environment, expression));
        // A handler that carries layers of its own arrives as a method router without a method.
        let (handler, layers) = match &value {
            Value::MethodRouter(inner) if inner.methods.len() == 1 => {
                (inner.methods[0].handler.clone(), inner.methods[0].layers.clone())
            }
            value => {
                let service = service || super::poem::made_by(value).is_some_and(poem::is_endpoint);
                (self.handler(value.clone(), service, place), Vec::new())
            }
        };
        for method in methods {
            let mut handler = self.method_handler(method, handler.clone());
            handler.layers.clone_from(&layers);
            handler.is_fallback = matches!(function, RoutingFunction::Method { method: "ANY", .. });
            router.methods.push(handler);
        }
    }

    /// The methods of `MethodFilter::GET | MethodFilter::POST` or `MethodFilter::GET.or(…)`.
    fn filter_methods(&mut self, filter: Option<&Value>, span: Span) -> Vec<String> {
        let mut methods = Vec::new();
        let mut open: Vec<Value> = filter.cloned().into_iter().collect();
        while let Some(value) = open.pop() {
            match value {
                Value::List(values) => open.extend(values.iter().rev().cloned()),
                Value::Path(path) => {
                    if let Resolved::External(names) = &path.resolved
                        && let Some(method) = names.last().and_then(|name| axum::filter_method(name))
                    {
                        methods.push(method.to_owned());
                    }
                }
                Value::Call(call) => {
                    if let Callee::Method { receiver, .. } = &call.callee {
                        open.extend(call.arguments.iter().rev().cloned());
                        open.push(receiver.clone());
                    }
                }
                _ => {}
            }
        }
        if methods.is_empty() {
            self.note_unresolved(span, "the methods of this route could not be evaluated", None);
            methods.push("ANY".to_owned());
        }
        methods
    }
}
