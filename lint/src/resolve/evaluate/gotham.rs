//! gotham: builders that closures and functions are lent, in place of which they add routes, and the pipelines around those routes.
//!
//! Middleware of a chain of pipelines is put around each route as it is added; a scope with a chain of its own forgets the one around it.

use std::rc::Rc;

use crate::frontend::rust::axum::RouterKind;
use crate::frontend::rust::gotham::{self, Function, Kind, Operation};
use crate::frontend::rust::types::ident_text;
use crate::resolve::inventory::Condition;
use crate::resolve::names::Resolved;
use crate::resolve::value::{Demands, Entry, Layer, PathValue, Router, Value};
use crate::source::Span;

use super::router::Arguments;
use super::{Environment, Evaluator};

/// Chains inside chains.
pub(super) const MAX_DEPTH: usize = 16;

impl Evaluator<'_, '_> {
    /// What a function of gotham gives; `None` for any other function.
    pub(super) fn gotham_function(
        &mut self,
        environment: &mut Environment,
        path: &Rc<PathValue>,
        arguments: &[Value],
        call: Option<&syn::ExprCall>,
        span: Span,
    ) -> Option<Value> {
        let Resolved::External(names) = &path.resolved else { return None };
        let argument = |index: usize| arguments.get(index).cloned().unwrap_or(Value::Unknown);
        let none = Arguments::new();
        let expressions = call.map_or(&none, |call| &call.args);
        Some(match gotham::function(names)? {
            Function::SimpleRouter => {
                let place = self.argument_span(environment, expressions, 0, span);
                Value::Router(self.drawn(&argument(0), Vec::new(), place))
            }
            Function::Router => {
                let chain = self.argument_span(environment, expressions, 0, span);
                let place = self.argument_span(environment, expressions, 2, span);
                let layers = self.chained(&argument(0), &[], chain, 0);
                Value::Router(self.drawn(&argument(2), layers, place))
            }
            Function::Pipeline => self.new_router(RouterKind::Gotham(Kind::Pipeline), span),
            Function::PipelineSet => self.new_router(RouterKind::Gotham(Kind::PipelineSet), span),
            Function::SingleMiddleware => {
                let mut pipeline = self.empty_router(RouterKind::Gotham(Kind::Pipeline), span);
                let layers = self.layers(environment, arguments, expressions);
                Rc::make_mut(&mut pipeline).attached.extend(layers.into_iter().rev());
                Value::Router(pipeline)
            }
            Function::SinglePipeline => {
                Value::tuple(vec![Value::tuple(vec![argument(0), Value::tuple(Vec::new())]), Value::Unknown])
            }
            Function::Finalize => argument(0),
            Function::Start => {
                let place = self.argument_span(environment, expressions, 1, span);
                self.serve_gotham(&argument(1), place);
                Value::Unknown
            }
            // What these are, whoever is given them asks.
            Function::Files | Function::MethodMatcher | Function::Matcher | Function::BothMatchers => return None,
        })
    }

    /// A method of a builder or pipeline; `None` if it isn't one of gotham's.
    pub(super) fn gotham_method(
        &mut self,
        environment: &mut Environment,
        router: &Rc<Router>,
        arguments: &[Value],
        call: &syn::ExprMethodCall,
        span: Span,
    ) -> Option<Value> {
        let RouterKind::Gotham(kind) = router.kind else { return None };
        let argument = |index: usize| arguments.get(index).cloned().unwrap_or(Value::Unknown);
        let place = |this: &Self, index: usize| this.argument_span(environment, &call.args, index, span);
        let (first, second) = (place(self, 0), place(self, 1));
        let nothing = || Value::Tuple(Rc::default());
        Some(match gotham::operation(kind, &ident_text(&call.method))? {
            Operation::Keep => Value::Router(router.clone()),
            Operation::Methods(methods) => {
                let methods = methods.iter().map(|method| (*method).to_owned()).collect();
                self.waiting(router, kind, Demands::of_methods(methods), arguments.first(), span)
            }
            Operation::Request => {
                let demands = self.requested(&argument(0), first, 0);
                self.waiting(router, kind, demands, arguments.get(1), span)
            }
            Operation::Match => {
                let demands = self.requested(&argument(0), first, 0);
                let mut matching = router.clone();
                let known = std::mem::take(&mut Rc::make_mut(&mut matching).around.demands);
                Rc::make_mut(&mut matching).around.demands = known.and(demands);
                Value::Router(matching)
            }
            Operation::Scope => {
                let inner = self.drawn(&argument(1), router.attached.clone(), second);
                let paths = self.paths_as(&argument(0), span, gotham::template);
                let added = below(&inner, &paths, &[], span);
                self.give(environment, router, added);
                nothing()
            }
            Operation::Chain => {
                let layers = self.chained(&argument(0), &[], first, 0);
                let inner = self.drawn(&argument(1), layers, second);
                let added = below(&inner, &[(Vec::new(), String::new())], &[], span);
                self.give(environment, router, added);
                nothing()
            }
            Operation::Associate => {
                let mut lent = self.empty_router(RouterKind::Gotham(Kind::Association), span);
                let paths = self.paths_as(&argument(0), span, gotham::template);
                let association = Rc::make_mut(&mut lent);
                association.around.prefixes = paths;
                association.attached.clone_from(&router.attached);
                for (when, inner) in self.lent_out(&argument(1), &lent, second) {
                    let added = below(&inner, &[(when, String::new())], &[], span);
                    self.give(environment, router, added);
                }
                nothing()
            }
            Operation::Delegate { is_covered } => {
                let mut waiting = Router::clone(router);
                waiting.kind = RouterKind::Gotham(Kind::Delegation);
                waiting.around.prefixes = self.paths_as(&argument(0), span, gotham::template);
                waiting.entries.clear();
                if !is_covered {
                    waiting.attached.clear();
                }
                Value::Router(Rc::new(waiting))
            }
            Operation::ToRouter => {
                for (when, inner) in self.routers(argument(0), span) {
                    let demands = &router.around.demands;
                    let mut added = Vec::new();
                    for entry in below(&inner, &router.around.prefixes, &router.attached, span) {
                        for method in demands.methods_of(&entry.method) {
                            let mut entry = Entry { method, ..entry.clone() };
                            entry.conditions.extend(when.iter().chain(&demands.conditions).cloned());
                            added.push(entry);
                        }
                    }
                    self.give(environment, router, added);
                }
                nothing()
            }
            Operation::To => {
                let handler = self.gotham_handler(&argument(0), first);
                self.gotham_route(environment, router, &handler, span);
                nothing()
            }
            Operation::ToNew => {
                let made = self.gotham_made(&argument(0));
                let handler = self.gotham_handler(&made, first);
                self.gotham_route(environment, router, &handler, span);
                nothing()
            }
            Operation::Files { is_folder } => {
                let name = if is_folder { "DirHandler" } else { "FileHandler" };
                let resolved = Resolved::External(["gotham", "handler", name].map(str::to_owned).to_vec());
                let path = PathValue { resolved, generics: Vec::new(), module: environment.module, span };
                let handler = self.handler(Value::Path(Rc::new(path)), true, first);
                self.gotham_route(environment, router, &handler, span);
                nothing()
            }
            Operation::Add => {
                let mut pipeline = router.clone();
                let layers = self.layers(environment, arguments, &call.args);
                Rc::make_mut(&mut pipeline).attached.splice(0..0, layers.into_iter().rev());
                Value::Router(pipeline)
            }
            Operation::AddPipeline => Value::tuple(vec![Value::Router(router.clone()), argument(0)]),
        })
    }

    /// Adds routes to every variable that holds the builder which `origin` is, or came from.
    pub(super) fn give(&self, environment: &mut Environment, origin: &Router, added: Vec<Entry>) {
        for (_, value) in environment.scopes.iter_mut().flatten() {
            if let Value::Router(known) = value
                && known.lineage == origin.lineage
                && matches!(known.kind, RouterKind::Gotham(Kind::Builder | Kind::Association))
            {
                Rc::make_mut(known).entries.extend(added.iter().cloned());
            }
        }
    }

    /// The routes that a closure or function draws, inside of these layers.
    fn drawn(&mut self, draw: &Value, layers: Vec<Rc<Layer>>, place: Span) -> Rc<Router> {
        let mut lent = self.empty_router(RouterKind::Gotham(Kind::Builder), place);
        Rc::make_mut(&mut lent).attached = layers;
        let mut drawn = Router::clone(&lent);
        for (when, inner) in self.lent_out(draw, &lent, place) {
            for entry in &inner.entries {
                let mut entry = entry.clone();
                entry.conditions.extend(when.iter().cloned());
                drawn.entries.push(entry);
            }
        }
        Rc::new(drawn)
    }

    /// What a closure or function leaves in the builder that it is lent.
    fn lent_out(&mut self, draw: &Value, lent: &Rc<Router>, place: Span) -> Vec<(Vec<Condition>, Rc<Router>)> {
        let value = Value::Router(lent.clone());
        match self.forced(draw) {
            Value::Closure(closure) => match self.call_closure_lending(&closure, value) {
                Some(Value::Router(router)) => vec![(Vec::new(), router)],
                _ => Vec::new(),
            },
            Value::Path(path) => match self.function_at(&path) {
                Some((function, owner)) => self.configured_by(&function, owner.as_ref(), &value),
                None => self.undrawn(place),
            },
            Value::Choice(choices) => {
                let mut found = Vec::new();
                for (when, draw) in choices.iter() {
                    let drawn = self.lent_out(draw, lent, place);
                    found.extend(drawn.into_iter().map(|(more, router)| ([when.as_slice(), &more].concat(), router)));
                }
                found
            }
            Value::Never => Vec::new(),
            _ => self.undrawn(place),
        }
    }

    fn undrawn(&mut self, place: Span) -> Vec<(Vec<Condition>, Rc<Router>)> {
        let text = "what draws these routes could not be followed; they are missing from the inventory";
        self.note_unresolved(place, text, None);
        Vec::new()
    }

    /// The middleware of a chain of pipelines, from the inside out: what a chain ends with runs first.
    fn chained(&mut self, chain: &Value, when: &[Condition], place: Span, depth: usize) -> Vec<Rc<Layer>> {
        match self.forced(chain) {
            Value::Router(pipeline) if pipeline.kind == RouterKind::Gotham(Kind::Pipeline) => {
                let conditional = |layer: &Rc<Layer>| {
                    let mut layer = Layer::clone(layer);
                    layer.conditions.extend(when.iter().cloned());
                    Rc::new(layer)
                };
                pipeline.attached.iter().map(conditional).collect()
            }
            Value::Tuple(parts) if depth <= MAX_DEPTH => {
                parts.iter().flat_map(|part| self.chained(part, when, place, depth + 1)).collect()
            }
            Value::Choice(choices) if depth <= MAX_DEPTH => choices
                .iter()
                .flat_map(|(more, chain)| self.chained(chain, &[when, more].concat(), place, depth + 1))
                .collect(),
            _ => {
                let text =
                    "this chain of pipelines could not be followed, so the middleware around its routes isn't known";
                self.note_unresolved(place, text, None);
                Vec::new()
            }
        }
    }
}

/// The routes of a builder below paths, inside of more layers.
fn below(inner: &Router, paths: &[(Vec<Condition>, String)], layers: &[Rc<Layer>], span: Span) -> Vec<Entry> {
    let mut found = Vec::new();
    for (when, prefix) in paths {
        for entry in &inner.entries {
            let mut entry = entry.clone();
            entry.path = format!("{prefix}{}", entry.path);
            entry.mounts.push(span);
            entry.conditions.extend(when.iter().cloned());
            entry.layers.extend(layers.iter().cloned());
            found.push(entry);
        }
    }
    found
}
