//! What actix-web asks of a request before it looks at a route: guards, and middleware that is there under a condition.

use std::rc::Rc;

use crate::frontend::rust::actix;
use crate::resolve::inventory::Condition;
use crate::resolve::names::Resolved;
use crate::resolve::value::{Call, Callee, Demands, Layer, MethodRouter, Value};
use crate::source::Span;

use super::router::Arguments;
use super::{Environment, Evaluator};

/// Guards inside guards.
const MAX_DEPTH: usize = 32;

impl Evaluator<'_, '_> {
    /// What a guard demands. Those of methods say so; any other is a condition, in the words of the source.
    pub(super) fn demands(&mut self, value: &Value, place: Span) -> Demands {
        let value = self.force(value);
        self.demands_within(&value, place, 0)
    }

    fn demands_within(&mut self, value: &Value, place: Span, depth: usize) -> Demands {
        let Value::Call(call) = value else { return self.other_demand(place) };
        if depth > MAX_DEPTH {
            return self.other_demand(place);
        }
        match &call.callee {
            Callee::Path(path) => {
                let Resolved::External(names) = &path.resolved else { return self.other_demand(call.span) };
                let last = names.last().map_or("", String::as_str);
                match (last, call.arguments.first()) {
                    ("Any" | "All", Some(inner)) => self.demands_within(inner, call.span, depth + 1),
                    ("Method", Some(method)) => self.method_demand(method, call.span),
                    (name, None) if name.starts_with(char::is_uppercase) => match actix::method(name) {
                        Some(method) => Demands::of_methods(vec![method.to_owned()]),
                        None => self.other_demand(call.span),
                    },
                    _ => self.other_demand(call.span),
                }
            }
            Callee::Method { receiver, name } => self.combined(call, receiver, name, place, depth),
            Callee::Macro(_) | Callee::Other => self.other_demand(place),
        }
    }

    /// `guard::Any(a).or(b)`, `guard::All(a).and(b)`
    fn combined(&mut self, call: &Call, receiver: &Value, name: &str, place: Span, depth: usize) -> Demands {
        let Some(other) = call.arguments.first() else { return self.other_demand(place) };
        let left = self.demands_within(receiver, place, depth + 1);
        let right = self.demands_within(other, place, depth + 1);
        match (name, &left.methods, &right.methods) {
            ("and", ..) => left.and(right),
            ("or", Some(one), Some(two)) if left.conditions.is_empty() && right.conditions.is_empty() => {
                Demands::of_methods([one.as_slice(), two].concat())
            }
            _ => self.other_demand(place),
        }
    }

    pub(super) fn other_demand(&self, place: Span) -> Demands {
        Demands { methods: None, conditions: vec![Condition { text: self.span_text(place), holds: true, span: place }] }
    }

    /// `Method::GET`, wherever a method is written as a value.
    pub(super) fn method_demand(&mut self, value: &Value, place: Span) -> Demands {
        if let Value::Path(path) = value
            && let Resolved::External(names) = &path.resolved
            && let Some(name) = names.last()
            && name.chars().all(|letter| letter.is_ascii_uppercase())
        {
            return Demands::of_methods(vec![name.clone()]);
        }
        self.other_demand(place)
    }

    /// A route that only looks at the requests that a guard lets through.
    pub(super) fn demanding_route(&mut self, route: Value, demands: &Demands, place: Span) -> Value {
        let Value::MethodRouter(route) = route else { return route };
        let mut methods = Vec::new();
        for known in &route.methods {
            if demands.methods_of(&known.method).is_empty() {
                self.note_unreachable(place, &known.method, "");
            }
            for (index, method) in demands.methods_of(&known.method).into_iter().enumerate() {
                let mut handler = known.clone();
                if index > 0 {
                    handler.id = self.id();
                }
                handler.method = method;
                handler.conditions.extend(demands.conditions.iter().cloned());
                methods.push(handler);
            }
        }
        Value::MethodRouter(Rc::new(MethodRouter { methods }))
    }

    /// The layers of `wrap(…)`, from the outermost in.
    pub(super) fn wrapped(
        &mut self,
        environment: &Environment,
        arguments: &[Value],
        expressions: &Arguments,
    ) -> Vec<Rc<Layer>> {
        let (Some(Value::Call(call)), Some(expression)) = (arguments.first(), expressions.first()) else {
            return self.layers(environment, arguments, expressions);
        };
        let Some((when, inner)) = self.conditional(environment, call, expression) else {
            return self.layers(environment, arguments, expressions);
        };
        let mut layers = self.wrapped(environment, &[inner.0], &[inner.1].into_iter().collect());
        for layer in &mut layers {
            Rc::make_mut(layer).conditions.insert(0, when.clone());
        }
        layers
    }

    /// `Condition::new(enabled, middleware)` and `Condition::from_option(middleware)`: the condition, and the middleware as it is written.
    fn conditional(
        &mut self,
        environment: &Environment,
        call: &Call,
        expression: &syn::Expr,
    ) -> Option<(Condition, (Value, syn::Expr))> {
        let Callee::Path(path) = &call.callee else { return None };
        let Resolved::External(names) = &path.resolved else { return None };
        let syn::Expr::Call(written) = expression else { return None };
        if !actix::is_conditional(names) {
            return None;
        }
        let first = written.args.first()?;
        let span = self.span_of(environment, first);
        let given = call.arguments.len().checked_sub(1)?;
        let inner = (call.arguments.get(given)?.clone(), written.args.get(given)?.clone());
        let when = match given {
            0 => self.is_some(span),
            _ => Condition { text: self.span_text(span), holds: true, span },
        };
        Some((when, inner))
    }
}
