//! salvo's routers and services: what their methods do.
//!
//! Paths, filters and middleware hold for all that a router gets, before and after. Middleware is put around each route at once; paths
//! and filters are kept in [`Around`] until the router is pushed into another one, or leaves.

use std::rc::Rc;

use crate::frontend::rust::actix;
use crate::frontend::rust::axum::RouterKind;
use crate::frontend::rust::salvo::{self, Function, Operation};
use crate::frontend::rust::types::ident_text;
use crate::resolve::handlers;
use crate::resolve::inventory::Condition;
use crate::resolve::names::Resolved;
use crate::resolve::value::{Around, Callee, Demands, Layer, PathValue, Router, Value};
use crate::source::Span;

use super::poem::made_by;
use super::router::Arguments;
use super::{Environment, Evaluator};

/// Filters inside filters.
const MAX_DEPTH: usize = 32;

impl Evaluator<'_, '_> {
    /// What a function of salvo gives; `None` for any other function.
    pub(super) fn salvo_function(
        &mut self,
        environment: &mut Environment,
        names: &[String],
        arguments: &[Value],
        call: Option<&syn::ExprCall>,
        span: Span,
    ) -> Option<Value> {
        let function = salvo::function(names)?;
        let router = self.salvo_router(span);
        match function {
            Function::Router => Some(Value::Router(router)),
            Function::With(method) => {
                let none = Arguments::new();
                let expressions = call.map_or(&none, |call| &call.args);
                self.salvo_operation(environment, router, method, arguments, expressions, span)
            }
            Function::Service => {
                let mut service = router;
                for (when, inner) in self.pushed(arguments.first().unwrap_or(&Value::Unknown), span) {
                    self.mount(Rc::make_mut(&mut service), &inner, &when, span);
                }
                Some(Value::Router(service))
            }
        }
    }

    pub(super) fn salvo_router(&mut self, span: Span) -> Rc<Router> {
        let mut router = self.empty_router(RouterKind::Salvo, span);
        Rc::make_mut(&mut router).around = Around { prefixes: vec![(Vec::new(), String::new())], ..Around::default() };
        router
    }

    /// A method of a router or service; `None` if it isn't one of salvo's.
    pub(super) fn salvo_call(
        &mut self,
        environment: &mut Environment,
        router: &Rc<Router>,
        arguments: &[Value],
        call: &syn::ExprMethodCall,
        span: Span,
    ) -> Option<Value> {
        let name = ident_text(&call.method);
        self.salvo_operation(environment, router.clone(), &name, arguments, &call.args, span)
    }

    fn salvo_operation(
        &mut self,
        environment: &mut Environment,
        mut router: Rc<Router>,
        name: &str,
        arguments: &[Value],
        expressions: &Arguments,
        span: Span,
    ) -> Option<Value> {
        let argument = |index: usize| arguments.get(index).cloned().unwrap_or(Value::Unknown);
        let place = self.argument_span(environment, expressions, 0, span);
        match salvo::operation(name)? {
            Operation::Keep => {}
            Operation::Path => {
                let paths = self.paths_as(&argument(0), span, salvo::template);
                below(Rc::make_mut(&mut router), &paths);
            }
            Operation::Handler { method } => {
                let handler = self.goal(&argument(0));
                let is_service = matches!(handler, Value::Call(_));
                let handler = self.handler(handler, is_service, place);
                let methods = vec![self.method_handler(method.to_owned(), handler)];
                self.add_covered(Rc::make_mut(&mut router), "", &methods, &[], span);
            }
            Operation::Push => {
                let pushed = arguments.last().cloned().unwrap_or(Value::Unknown);
                for (when, inner) in self.pushed(&pushed, span) {
                    if self.has_room(&router, &inner, span) {
                        self.mount(Rc::make_mut(&mut router), &inner, &when, span);
                    }
                }
            }
            Operation::Hoop => {
                let layers = self.layers(environment, arguments, expressions);
                cover(Rc::make_mut(&mut router), &layers);
            }
            Operation::HoopWhen => {
                let written = expressions.iter().take(1).cloned().collect();
                let mut layers = self.layers(environment, &[argument(0)], &written);
                let when = self.argument_span(environment, expressions, 1, span);
                let when = Condition { text: self.span_text(when), holds: true, span: when };
                layers.iter_mut().for_each(|layer| Rc::make_mut(layer).conditions.insert(0, when.clone()));
                cover(Rc::make_mut(&mut router), &layers);
            }
            Operation::Filter => {
                let (paths, demands) = self.filtered(&argument(0), place, 0);
                let router = Rc::make_mut(&mut router);
                if let Some(paths) = paths {
                    below(router, &paths);
                }
                router.around.demands = std::mem::take(&mut router.around.demands).and(demands);
            }
            Operation::Selector => {
                let when = Condition { text: format!("{name} = {}", self.span_text(place)), holds: true, span: place };
                Rc::make_mut(&mut router).around.demands.conditions.push(when);
            }
            Operation::Then => {
                let after = match argument(0) {
                    Value::Closure(closure) => {
                        self.call_closure_here(environment, &closure, vec![Value::Router(router.clone())])
                    }
                    Value::Path(path) => {
                        self.call_path(environment, path, vec![Value::Router(router.clone())], None, span)
                    }
                    _ => Value::Unknown,
                };
                if matches!(after, Value::Router(_)) {
                    return Some(after);
                }
                self.note_unresolved(span, "what is done to this router could not be followed", None);
            }
        }
        Some(Value::Router(router))
    }

    /// A method of something of salvo's that is no router: an API description, a page that shows one.
    pub(super) fn salvo_value_call(
        &mut self,
        receiver: &Value,
        name: &str,
        arguments: &[Value],
        span: Span,
    ) -> Option<Value> {
        let names = made_by(receiver).filter(|names| salvo::is_salvo(names))?;
        match name {
            // The description looks at the router, which stays where it is.
            "merge_router" | "merge_router_with_base" => Some(receiver.clone()),
            "into_router" if salvo::serves_everyone(names) => {
                let has_pages = salvo::has_pages_below(names);
                let mut router = self.salvo_router(span);
                let handler = self.handler(receiver.clone(), true, span);
                let methods = vec![self.method_handler("GET".to_owned(), handler)];
                for (when, path) in self.paths_as(arguments.first()?, span, salvo::template) {
                    let path = if has_pages { format!("{path}/{{*rest}}") } else { path };
                    self.add_covered(Rc::make_mut(&mut router), &path, &methods, &when, span);
                }
                Some(Value::Router(router))
            }
            _ => None,
        }
    }

    /// The routers that a value may be that is pushed into another one.
    fn pushed(&mut self, value: &Value, span: Span) -> Vec<(Vec<Condition>, Rc<Router>)> {
        match self.forced(value) {
            Value::Router(router) => vec![(Vec::new(), router)],
            Value::List(routers) | Value::Tuple(routers) => {
                routers.iter().flat_map(|router| self.pushed(router, span)).collect()
            }
            Value::Choice(choices) => choices
                .iter()
                .flat_map(|(when, value)| {
                    let routers = self.pushed(value, span);
                    routers
                        .into_iter()
                        .map(|(more, router)| ([when.as_slice(), &more].concat(), router))
                        .collect::<Vec<_>>()
                })
                .collect(),
            Value::Never => Vec::new(),
            _ => {
                let text =
                    "the router that is pushed here could not be followed; its routes are missing from the inventory";
                self.note_unresolved(span, text, None);
                Vec::new()
            }
        }
    }

    /// A handler as it is given to a router: a function, a value whose type is one, or a method that `#[craft]` makes one.
    fn goal(&mut self, value: &Value) -> Value {
        if let Value::Call(call) = value {
            let (owner, name) = match &call.callee {
                Callee::Method { receiver: Value::Record(record), name } => (record.definition.clone(), name.clone()),
                Callee::Method { receiver: receiver @ Value::Call(_), name } => match self.forced(receiver) {
                    Value::Record(record) => (record.definition.clone(), name.clone()),
                    _ => (None, name.clone()),
                },
                Callee::Path(path) => match &path.resolved {
                    Resolved::Member(owner, names) => (Some(owner.clone()), names.join("::")),
                    _ => (None, String::new()),
                },
                _ => (None, String::new()),
            };
            if let Some(owner) = owner
                && let Some(function) = self.associated(&owner, &name)
                && handlers::is_marked(self.modules, &function, salvo::is_craft)
            {
                let resolved = Resolved::Member(owner.clone(), vec![name]);
                return Value::Path(Rc::new(PathValue {
                    resolved,
                    generics: Vec::new(),
                    module: owner.module,
                    span: call.span,
                }));
            }
        }
        self.forced(value)
    }

    /// What a filter lets through: paths, methods, or anything else in the words of the source.
    #[expect(clippy::type_complexity, reason = "the paths are what `paths_as` gives")]
    fn filtered(
        &mut self,
        value: &Value,
        place: Span,
        depth: usize,
    ) -> (Option<Vec<(Vec<Condition>, String)>>, Demands) {
        let value = self.forced(value);
        let Value::Call(call) = &value else { return (None, self.other_demand(place)) };
        if depth > MAX_DEPTH {
            return (None, self.other_demand(place));
        }
        match &call.callee {
            Callee::Path(path) => {
                let Resolved::External(names) = &path.resolved else { return (None, self.other_demand(place)) };
                let mut last = names.iter().rev().map(String::as_str);
                match (last.next().unwrap_or_default(), last.next().unwrap_or_default(), call.arguments.first()) {
                    ("path", _, Some(path)) | ("new", "PathFilter", Some(path)) => {
                        (Some(self.paths_as(path, place, salvo::template)), Demands::default())
                    }
                    ("MethodFilter", _, Some(method)) | ("method", _, Some(method)) => {
                        (None, self.method_demand(method, place))
                    }
                    (name, _, None) => match actix::method(name) {
                        Some(method) => (None, Demands::of_methods(vec![method.to_owned()])),
                        None => (None, self.other_demand(place)),
                    },
                    _ => (None, self.other_demand(place)),
                }
            }
            Callee::Method { receiver, name } => {
                let Some(other) = call.arguments.first() else { return (None, self.other_demand(place)) };
                let (left_paths, left) = self.filtered(receiver, place, depth + 1);
                let (right_paths, right) = self.filtered(other, place, depth + 1);
                match (name.as_str(), left_paths, right_paths) {
                    ("and", Some(left_paths), Some(right_paths)) => {
                        (Some(joined(&left_paths, &right_paths)), left.and(right))
                    }
                    ("and", left_paths, right_paths) => (left_paths.or(right_paths), left.and(right)),
                    ("or", None, None) => match (&left.methods, &right.methods) {
                        (Some(one), Some(two)) if left.conditions.is_empty() && right.conditions.is_empty() => {
                            (None, Demands::of_methods([one.as_slice(), two].concat()))
                        }
                        _ => (None, self.other_demand(place)),
                    },
                    ("or", Some(left_paths), Some(right_paths)) if is_free(&left) && is_free(&right) => {
                        (Some([left_paths, right_paths].concat()), Demands::default())
                    }
                    _ => (None, self.other_demand(place)),
                }
            }
            Callee::Macro(_) | Callee::Other => (None, self.other_demand(place)),
        }
    }

    /// A router as it leaves, with its own paths and filters put around its routes.
    pub(super) fn finished(&mut self, router: &Rc<Router>) -> Rc<Router> {
        if router.kind != RouterKind::Salvo {
            return self.finished_loco(&self.finished_tide(router));
        }
        let mut done = Router { entries: Vec::new(), attached: Vec::new(), ..Router::clone(router) };
        done.around = Around { prefixes: vec![(Vec::new(), String::new())], ..Around::default() };
        let span = self.lineages.get(router.lineage).map(|lineage| lineage.span);
        let Some(span) = span else { return router.clone() };
        self.mount(&mut done, router, &[], span);
        // Nothing mounted it.
        for entry in &mut done.entries {
            entry.mounts.pop();
        }
        Rc::new(done)
    }
}

/// Puts a router below one more path.
fn below(router: &mut Router, paths: &[(Vec<Condition>, String)]) {
    router.around.prefixes = joined(&router.around.prefixes, paths);
}

/// Every path of one list below every path of another.
fn joined(above: &[(Vec<Condition>, String)], below: &[(Vec<Condition>, String)]) -> Vec<(Vec<Condition>, String)> {
    let join = |(when, prefix): &(Vec<Condition>, String)| {
        below
            .iter()
            .map(|(more, path)| ([when.as_slice(), more].concat(), format!("{prefix}{path}")))
            .collect::<Vec<_>>()
    };
    above.iter().flat_map(join).collect()
}

fn is_free(demands: &Demands) -> bool {
    demands.methods.is_none() && demands.conditions.is_empty()
}

/// Puts middleware around all that a router has and will get, inside of what is around it already: what came first runs first.
fn cover(router: &mut Router, layers: &[Rc<Layer>]) {
    let inside_out: Vec<Rc<Layer>> = layers.iter().rev().cloned().collect();
    for entry in &mut router.entries {
        let own = entry.layers.len().saturating_sub(router.attached.len());
        entry.layers.splice(own..own, inside_out.iter().cloned());
    }
    router.attached.splice(0..0, inside_out);
}
