//! Lists of Rocket's routes: `routes![…]`, and what becomes of such a list before it is mounted.

use std::rc::Rc;
use std::sync::Arc;

use proc_macro2::{Spacing, TokenStream, TokenTree};

use crate::frontend::rust::axum::RouterKind;
use crate::frontend::rust::meta::split_at_commas;
use crate::frontend::rust::rocket::{self, RocketMacro};
use crate::frontend::rust::types::TypePath;
use crate::resolve::inventory::{Condition, Matching};
use crate::resolve::modules::Definition;
use crate::resolve::names::{Resolved, Space};
use crate::resolve::value::{Entry, PathValue, Router, Value};
use crate::resolve::{expansion, guards, rocket as handlers};
use crate::source::Span;

use super::{Environment, Evaluator};

impl Evaluator<'_, '_> {
    /// A macro of Rocket's; `None` if it is somebody else's.
    pub(super) fn rocket_macro(&mut self, environment: &Environment, call: &syn::Macro) -> Option<Value> {
        let path = TypePath::from_syn(&call.path).names;
        let kind = rocket::routing_macro(path.last()?)?;
        let Resolved::External(names) = self.modules.resolve(environment.module, &path, Space::Macro) else {
            return None;
        };
        let is_bare = names.len() == 1;
        if !(is_bare || rocket::is_rocket(&names)) || expansion::find(self.modules, environment.module, &path).is_some()
        {
            return None;
        }
        if kind == RocketMacro::Uri {
            let text = syn::parse2::<syn::LitStr>(call.tokens.clone()).ok()?;
            return Some(Value::text(&text.value()));
        }
        let handlers = self.named_handlers(environment, &call.tokens);
        // `routes!` is utoipa-axum's name too: without a crate in front of it, the handlers say whose it is.
        let is_declared = |this: &mut Self, path: &PathValue| {
            this.function_of(path).is_some_and(|handler| handlers::declared(this.modules, &handler).is_some())
        };
        if is_bare && kind == RocketMacro::Routes && !handlers.iter().any(|path| is_declared(self, path)) {
            return None;
        }
        let span = self.span_of(environment, call);
        let mut routes = self.route_list(span);
        for handler in handlers {
            self.add_declared(Rc::make_mut(&mut routes), handler);
        }
        match kind {
            RocketMacro::RoutesAndDescription => Some(Value::tuple(vec![Value::Router(routes), Value::Unknown])),
            RocketMacro::DescribedRoutes => {
                let names = ["rocket_okapi", "handlers", "OpenApiHandler"].map(str::to_owned).to_vec();
                let resolved = Resolved::External(names);
                let page = PathValue { resolved, generics: Vec::new(), module: environment.module, span };
                let handler = self.handler(Value::Path(Rc::new(page)), true, span);
                let entry = self.entry("GET", "/openapi.json", handler, span);
                Rc::make_mut(&mut routes).entries.push(Entry { matching: Matching::Ordered, ..entry });
                Some(Value::Router(routes))
            }
            RocketMacro::Routes | RocketMacro::Uri => Some(Value::Router(routes)),
        }
    }

    /// The paths between the brackets of `routes![…]`. A local variable of the same name is never meant.
    fn named_handlers(&mut self, environment: &Environment, tokens: &TokenStream) -> Vec<PathValue> {
        split_at_commas(without_settings(tokens.clone()))
            .into_iter()
            .filter_map(|path| syn::parse2::<syn::ExprPath>(path).ok())
            .map(|path| self.path_value(environment, &path))
            .collect()
    }

    fn function_of(&self, path: &PathValue) -> Option<Definition> {
        match &path.resolved {
            Resolved::Item(definition) => Some(definition.clone()),
            _ => None,
        }
    }

    /// Adds the route that a handler's attribute declares; where `cfg` chooses between several of the name, each of them.
    fn add_declared(&mut self, routes: &mut Router, path: PathValue) {
        let span = path.span;
        let alternatives =
            self.function_of(&path).map(|handler| self.modules.alternatives(&handler)).unwrap_or_default();
        let mut found = false;
        for handler in &alternatives {
            let Some(declared) = handlers::declared(self.modules, handler) else { continue };
            found = true;
            self.listed.insert(Arc::as_ptr(&handler.item));
            let selectors = declared.route.selectors.iter().map(|selector| (selector.clone(), declared.span));
            let only = handler.item.condition.iter().filter(|_| alternatives.len() > 1);
            let only = only.map(|condition| (condition.clone(), self.modules.span(handler)));
            let conditions =
                only.chain(selectors).map(|(text, span)| Condition { text, holds: true, span }).collect::<Vec<_>>();
            let value = PathValue { resolved: Resolved::Item(handler.clone()), ..path.clone() };
            let service = self.handler(Value::Path(Rc::new(value)), false, span);
            let entry = self.entry(&declared.route.method, &declared.route.path, service, span);
            routes.entries.push(Entry { conditions, matching: Matching::Ordered, ..entry });
            self.register(routes, span);
        }
        if !found {
            let name = guards::path_text(&path);
            let text =
                format!("no route attribute of Rocket was found for `{name}`, so its method and path are unknown");
            self.note_unresolved(span, text, None);
        }
    }

    pub(super) fn route_list(&mut self, span: Span) -> Rc<Router> {
        self.empty_router(RouterKind::RocketRoutes, span)
    }

    /// One list of what may be lists of routes inside lists; `None` if anything else is among them.
    pub(super) fn listed_routes(&mut self, value: &Value, span: Span) -> Option<Rc<Router>> {
        match self.force(value) {
            Value::Router(router) if router.kind == RouterKind::RocketRoutes => Some(router),
            Value::List(values) => {
                let mut all = self.route_list(span);
                for value in values.iter() {
                    let inner = self.listed_routes(value, span)?;
                    append(Rc::make_mut(&mut all), &inner);
                }
                Some(all)
            }
            _ => None,
        }
    }

    /// What a method of a plain list does when routes are in it, or are about to come in.
    pub(super) fn list_of_routes(
        &mut self,
        environment: &mut Environment,
        list: &Rc<Vec<Value>>,
        method: &str,
        arguments: &[Value],
        call: &syn::ExprMethodCall,
        span: Span,
    ) -> Option<Value> {
        let is_routes =
            |value: &Value| matches!(value, Value::Router(router) if router.kind == RouterKind::RocketRoutes);
        match method {
            "concat" | "flatten" | "flat_map" if list.iter().any(is_routes) => {
                self.listed_routes(&Value::List(list.clone()), span).map(Value::Router)
            }
            "push" | "insert" | "append" | "extend" | "chain" if arguments.iter().any(is_routes) => {
                let routes = self.listed_routes(&Value::List(list.clone()), span)?;
                self.route_list_method(environment, routes, method, arguments, call, span)
            }
            _ => None,
        }
    }

    /// A method of a list of routes. Those that aren't known leave the routes as they are.
    pub(super) fn route_list_method(
        &mut self,
        environment: &mut Environment,
        mut routes: Rc<Router>,
        method: &str,
        arguments: &[Value],
        call: &syn::ExprMethodCall,
        span: Span,
    ) -> Option<Value> {
        match (method, arguments) {
            ("push" | "insert" | "append" | "extend" | "extend_from_slice" | "chain", [.., more]) => {
                let place = self.argument_span(environment, &call.args, arguments.len() - 1, span);
                for (conditions, more) in self.mounted(environment, more, place) {
                    let mut more = Router::clone(&more);
                    for entry in &mut more.entries {
                        entry.conditions.extend(conditions.iter().cloned());
                    }
                    append(Rc::make_mut(&mut routes), &more);
                }
                let routes = Value::Router(routes);
                if method == "chain" {
                    return Some(routes);
                }
                self.assign(environment, &call.receiver, routes);
                Some(Value::Tuple(Rc::default()))
            }
            ("len" | "is_empty", []) => Some(Value::Unknown),
            ("fold", [start, Value::Closure(closure)]) => {
                Some(self.call_closure_here(environment, closure, vec![start.clone(), Value::Router(routes)]))
            }
            ("for_each", [Value::Closure(closure)]) => {
                self.call_closure_here(environment, closure, vec![Value::Router(routes)]);
                Some(Value::Tuple(Rc::default()))
            }
            _ => Some(Value::Router(routes)),
        }
    }
}

/// Adds the routes of one list to another. They stay registered where they were.
fn append(routes: &mut Router, more: &Router) {
    routes.entries.extend(more.entries.iter().cloned());
}

/// `settings: a, b` without the settings.
fn without_settings(tokens: TokenStream) -> TokenStream {
    let tokens: Vec<TokenTree> = tokens.into_iter().collect();
    let is_colon = |token: &TokenTree| matches!(token, TokenTree::Punct(punct) if punct.as_char() == ':');
    let mut joined = false;
    for (index, token) in tokens.iter().enumerate() {
        if is_colon(token) && !joined {
            let TokenTree::Punct(punct) = token else { continue };
            if punct.spacing() == Spacing::Alone {
                return tokens.into_iter().skip(index + 1).collect();
            }
            joined = true;
        } else {
            joined = false;
        }
    }
    tokens.into_iter().collect()
}
