//! One route of gotham: what it demands of a request before it answers, and what answers.

use std::rc::Rc;

use crate::frontend::rust::axum::RouterKind;
use crate::frontend::rust::gotham::{self, Function, Kind};
use crate::resolve::inventory::Matching;
use crate::resolve::names::Resolved;
use crate::resolve::value::{Callee, Demands, Entry, Handler, PathValue, Router, Value};
use crate::source::Span;

use super::gotham::MAX_DEPTH;
use super::poem_api::owner_of;
use super::{Environment, Evaluator};

impl Evaluator<'_, '_> {
    /// A path, and what is demanded of a request, that wait for their handler.
    pub(super) fn waiting(
        &mut self,
        router: &Rc<Router>,
        kind: Kind,
        demands: Demands,
        path: Option<&Value>,
        span: Span,
    ) -> Value {
        let mut waiting = Router::clone(router);
        waiting.entries.clear();
        waiting.kind = RouterKind::Gotham(Kind::Single);
        waiting.around.demands = waiting.around.demands.and(demands);
        if kind == Kind::Builder {
            waiting.around.prefixes = self.paths_as(path.unwrap_or(&Value::Unknown), span, gotham::template);
        }
        Value::Router(Rc::new(waiting))
    }

    /// What `request(vec![Method::GET, Method::POST], …)` or a matcher demands.
    pub(super) fn requested(&mut self, value: &Value, place: Span, depth: usize) -> Demands {
        let asked = match self.forced(value) {
            Value::List(methods) => {
                let methods = methods.iter().map(|method| self.method_demand(method, place).methods);
                methods.collect::<Option<Vec<_>>>().map(|methods| Demands::of_methods(methods.concat()))
            }
            Value::Call(call) if depth <= MAX_DEPTH => {
                let function = match &call.callee {
                    Callee::Path(path) => match &path.resolved {
                        Resolved::External(names) => gotham::function(names),
                        _ => None,
                    },
                    _ => None,
                };
                match (function, call.arguments.as_slice()) {
                    (Some(Function::MethodMatcher), [methods]) => Some(self.requested(methods, place, depth + 1)),
                    (Some(Function::BothMatchers), [one, other]) => {
                        let one = self.requested(one, place, depth + 1);
                        Some(one.and(self.requested(other, place, depth + 1)))
                    }
                    (Some(Function::Matcher), []) => Some(Demands::default()),
                    (Some(Function::Matcher), _) => Some(self.other_demand(call.span)),
                    _ => owner_of(&Value::Call(call.clone())).map(|_| self.other_demand(place)),
                }
            }
            own => owner_of(&own).map(|_| self.other_demand(place)),
        };
        asked.unwrap_or_else(|| {
            self.note_unresolved(place, "the methods of this route could not be evaluated", None);
            Demands::default()
        })
    }

    /// What a function makes that is to make a handler: `|| Ok(handler)`.
    pub(super) fn gotham_made(&mut self, maker: &Value) -> Value {
        match self.forced(maker) {
            Value::Closure(closure) => {
                let made = self.call_closure(&closure, Vec::new());
                self.forced(&made)
            }
            made => made,
        }
    }

    /// A handler: a function, a closure, or a value of a type that answers.
    pub(super) fn gotham_handler(&mut self, value: &Value, place: Span) -> Rc<Handler> {
        let value = self.forced(value);
        if let Some(owner) = owner_of(&value)
            && self.associated(&owner, "handle").is_some()
        {
            let module = owner.module;
            let resolved = Resolved::Member(owner, vec!["handle".to_owned()]);
            let answer = PathValue { resolved, generics: Vec::new(), module, span: place };
            return self.handler(Value::Path(Rc::new(answer)), false, place);
        }
        let is_service = matches!(&value, Value::Call(_));
        self.handler(value, is_service, place)
    }

    /// Lets a server have a router, or the one handler that answers everything.
    pub(super) fn serve_gotham(&mut self, served: &Value, place: Span) {
        let served = self.gotham_made(served);
        match &served {
            Value::Router(_) | Value::Choice(_) => self.sink(&served, true),
            Value::Closure(_) | Value::Path(_) | Value::Record(_) => {
                let mut router = self.empty_router(RouterKind::Gotham(Kind::Builder), place);
                let handler = self.gotham_handler(&served, place);
                for path in ["", "/{*_}"] {
                    let entry = self.entry("ANY", path, handler.clone(), place);
                    Rc::make_mut(&mut router).entries.push(Entry { bare_parameters: true, ..entry });
                }
                self.sink(&Value::Router(router), true);
            }
            Value::Never => {}
            _ => self.note_unresolved(
                place,
                "what is served here could not be followed; its routes are missing from the inventory",
                None,
            ),
        }
    }

    /// Gives a waiting route its handler, and the route to the builder that it came from.
    pub(super) fn gotham_route(
        &mut self,
        environment: &mut Environment,
        waiting: &Rc<Router>,
        handler: &Rc<Handler>,
        span: Span,
    ) {
        let demands = &waiting.around.demands;
        let mut added = Vec::new();
        for (when, path) in &waiting.around.prefixes {
            for method in demands.methods_of("ANY") {
                let entry = self.entry(&method, path, handler.clone(), span);
                let conditions = [when.as_slice(), &demands.conditions].concat();
                // It asks the routes of a path one after the other until the matcher of one is content.
                let (matching, layers) = (Matching::Ordered, waiting.attached.clone());
                added.push(Entry { layers, conditions, matching, bare_parameters: true, ..entry });
            }
        }
        self.register(waiting, span);
        self.give(environment, waiting, added);
    }
}
