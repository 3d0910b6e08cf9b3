//! Layers: from what `layer(…)` is given to the single layers in it, from the outermost in.

use std::rc::Rc;

use crate::frontend::rust::facts::Extent;
use crate::frontend::rust::parse;
use crate::frontend::rust::types::ident_text;
use crate::resolve::inventory::Condition;
use crate::resolve::names::Resolved;
use crate::resolve::value::{Callee, Closure, Layer, MethodHandler, Value};
use crate::source::Span;

use super::router::Arguments;
use super::{Environment, Evaluator};

/// Methods of an option whose result is there whenever the option is.
const KEEP_PRESENCE: &[&str] = &["map", "as_ref", "as_deref", "as_mut", "clone", "cloned", "copied", "take"];

impl Evaluator<'_, '_> {
    /// The layers of `layer(…)`, from the outermost in.
    pub(super) fn layers(
        &mut self,
        environment: &Environment,
        arguments: &[Value],
        expressions: &Arguments,
    ) -> Vec<Rc<Layer>> {
        let mut found = Vec::new();
        for (index, value) in arguments.iter().enumerate() {
            match expressions.get(index) {
                Some(expression) => self.layers_of(environment, value, expression, &mut found),
                None => {
                    let span = self.span_of(environment, expressions);
                    self.flatten_layer(value, None, &[], span, &mut found, 0);
                }
            }
        }
        found
    }

    /// Each part of a tuple that is written down has its own place.
    fn layers_of(
        &mut self,
        environment: &Environment,
        value: &Value,
        expression: &syn::Expr,
        found: &mut Vec<Rc<Layer>>,
    ) {
        match (value, expression) {
            (Value::Tuple(parts), syn::Expr::Tuple(tuple)) if parts.len() == tuple.elems.len() => {
                for (part, expression) in parts.iter().zip(&tuple.elems) {
                    self.layers_of(environment, part, expression, found);
                }
            }
            _ => {
                let span = self.span_of(environment, expression);
                self.flatten_layer(value, None, &[], span, found, 0);
            }
        }
    }

    fn flatten_layer(
        &mut self,
        value: &Value,
        wrapper: Option<&Value>,
        conditions: &[Condition],
        span: Span,
        found: &mut Vec<Rc<Layer>>,
        depth: usize,
    ) {
        if depth > 32 {
            return;
        }
        match value {
            Value::Tuple(parts) if !parts.is_empty() => {
                for part in parts.iter() {
                    self.flatten_layer(part, wrapper, conditions, span, found, depth + 1);
                }
                return;
            }
            Value::Choice(choices) => {
                for (when, value) in choices.iter() {
                    let conditions = [conditions, when].concat();
                    self.flatten_layer(value, wrapper, &conditions, span, found, depth + 1);
                }
                return;
            }
            Value::Call(call) => match &call.callee {
                // `ServiceBuilder`: the first layer is the outermost.
                Callee::Method { receiver, name } if is_service_builder(receiver) => {
                    self.flatten_layer(receiver, wrapper, conditions, span, found, depth + 1);
                    if matches!(name.as_str(), "layer" | "option_layer") {
                        for (index, argument) in call.arguments.iter().enumerate() {
                            let place = call.places.get(index).copied().unwrap_or(call.span);
                            let mut conditions = conditions.to_vec();
                            if name == "option_layer" {
                                conditions.push(self.is_some(place));
                            }
                            self.flatten_layer(argument, wrapper, &conditions, place, found, depth + 1);
                        }
                    } else if !matches!(name.as_str(), "into_inner" | "boxed" | "boxed_clone" | "service") {
                        self.push_layer(value, wrapper, conditions, call.span, found);
                    }
                    return;
                }
                // The layer of an `Option`: `enabled.then(|| from_fn(check))`.
                Callee::Method { name, .. } if matches!(name.as_str(), "then" | "then_some" | "map" | "and_then") => {
                    let (made, place) = match call.arguments.last() {
                        Some(Value::Closure(closure)) => {
                            (self.call_closure(closure, Vec::new()), self.result_span(closure))
                        }
                        Some(value) => (value.clone(), None),
                        None => (Value::Unknown, None),
                    };
                    if matches!(made, Value::Call(_) | Value::Tuple(_) | Value::Record(_)) {
                        let before = found.len();
                        let place = place.unwrap_or(span);
                        self.flatten_layer(&made, Some(value), conditions, place, found, depth + 1);
                        if found.len() > before {
                            return;
                        }
                    }
                }
                Callee::Path(path) => match &path.resolved {
                    Resolved::External(names) if names.ends_with(&["ServiceBuilder".to_owned(), "new".to_owned()]) => {
                        return;
                    }
                    Resolved::External(names) if names.last().is_some_and(|last| last == "option_layer") => {
                        let conditions = [conditions, &[self.is_some(call.span)]].concat();
                        for argument in &call.arguments {
                            self.flatten_layer(argument, wrapper, &conditions, call.span, found, depth + 1);
                        }
                        return;
                    }
                    Resolved::Item(_) | Resolved::Member(..) => {
                        if let Some(inner) = self.follow(path, &call.arguments)
                            && matches!(inner, Value::Call(_) | Value::Tuple(_) | Value::Choice(_) | Value::Record(_))
                        {
                            let before = found.len();
                            self.flatten_layer(&inner, Some(value), conditions, span, found, depth + 1);
                            if found.len() > before {
                                return;
                            }
                        }
                    }
                    Resolved::External(_) | Resolved::Module(_) => {}
                },
                _ => {}
            },
            _ => {}
        }
        self.push_layer(value, wrapper, conditions, span, found);
    }

    /// Where a closure that is one expression says what it gives.
    fn result_span(&self, closure: &Closure) -> Option<Span> {
        match &*closure.expression.body {
            syn::Expr::Block(_) => None,
            body => Some(self.span_of(&closure.environment, body)),
        }
    }

    /// The condition under which an optional layer is there.
    pub(super) fn is_some(&self, span: Span) -> Condition {
        let file = self.modules.file_text(span.file);
        let source = file.get(span.start as usize..span.end as usize);
        let deciding = source.and_then(|source| syn::parse_str(source).ok()).map(|given| deciding(&given));
        let text = match deciding {
            Some((part, is_option)) => {
                let text = self.span_text(Span { start: span.start + part.start, end: span.start + part.end, ..span });
                if is_option { format!("{text} is Some") } else { text }
            }
            None => format!("{} is Some", self.span_text(span)),
        };
        Condition { text, holds: true, span }
    }

    fn push_layer(
        &mut self,
        value: &Value,
        wrapper: Option<&Value>,
        conditions: &[Condition],
        span: Span,
        found: &mut Vec<Rc<Layer>>,
    ) {
        let id = self.id();
        found.push(Rc::new(Layer {
            id,
            value: value.clone(),
            wrapper: wrapper.cloned(),
            is_passive: false,
            span,
            conditions: conditions.to_vec(),
        }));
    }
}

pub(super) fn add_layers<'m>(methods: impl IntoIterator<Item = &'m mut MethodHandler>, layers: &[Rc<Layer>]) {
    for method in methods {
        method.layers.extend(layers.iter().rev().cloned());
    }
}

/// What decides whether an optional value is there, and whether that is an option itself: `keys` of `keys.as_ref().map(…)`.
fn deciding(given: &syn::Expr) -> (Extent, bool) {
    match given {
        syn::Expr::MethodCall(call) if call.method == "then" || call.method == "then_some" => {
            (parse::spanned(&call.receiver), false)
        }
        syn::Expr::MethodCall(call) if KEEP_PRESENCE.contains(&ident_text(&call.method).as_str()) => {
            deciding(&call.receiver)
        }
        syn::Expr::Call(call) => match (&*call.func, call.args.first()) {
            (syn::Expr::Path(path), Some(argument))
                if path.path.segments.last().is_some_and(|last| last.ident == "option_layer") =>
            {
                deciding(argument)
            }
            _ => (parse::spanned(given), true),
        },
        syn::Expr::Paren(inner) => deciding(&inner.expr),
        syn::Expr::Reference(inner) => deciding(&inner.expr),
        _ => (parse::spanned(given), true),
    }
}

fn is_service_builder(value: &Value) -> bool {
    match value {
        Value::Call(call) => match &call.callee {
            Callee::Method { receiver, .. } => is_service_builder(receiver),
            Callee::Path(path) => {
                matches!(&path.resolved, Resolved::External(names) if names.iter().any(|name| name == "ServiceBuilder"))
            }
            _ => false,
        },
        _ => false,
    }
}
