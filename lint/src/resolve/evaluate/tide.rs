//! tide's servers, and the places in them that `at` gives: what their methods do.
//!
//! A place is a borrowed part of its server: what is done to it, is done to the server. It has the server's lineage, and each endpoint that it gets
//! goes to every variable that holds the server. Middleware of a place is around the endpoints that it gets afterwards; middleware of a server is
//! around all of its routes, and is put there when the server leaves or is nested.

use std::rc::Rc;

use crate::frontend::rust::actix;
use crate::frontend::rust::axum::RouterKind;
use crate::frontend::rust::tide::{self, Kind, Operation};
use crate::frontend::rust::types::ident_text;
use crate::resolve::inventory::{Condition, Matching, Note, NoteKind};
use crate::resolve::names::Resolved;
use crate::resolve::value::{Around, Callee, Entry, Handler, PathValue, Router, Value};
use crate::source::Span;

use super::lent::{add_missing, every_router, is_tide};
use super::{Environment, Evaluator};

impl Evaluator<'_, '_> {
    /// What a function of tide gives; `None` for any other function.
    pub(super) fn tide_function(&mut self, names: &[String], span: Span) -> Option<Value> {
        tide::makes_server(names).then(|| self.new_router(RouterKind::Tide(Kind::Server), span))
    }

    /// A server or place that comes from somewhere unknown.
    pub(super) fn unseen_tide(&mut self, kind: Kind, span: Span) -> Value {
        let mut router = self.empty_router(RouterKind::Tide(kind), span);
        if kind != Kind::Server {
            // Where in the server it is, only its caller knows.
            Rc::make_mut(&mut router).around.prefixes = vec![(Vec::new(), "/{*}".to_owned())];
        }
        Value::Router(router)
    }

    /// A method of a server or place; `None` if it isn't one of tide's.
    pub(super) fn tide_method(
        &mut self,
        environment: &mut Environment,
        router: &Rc<Router>,
        arguments: &[Value],
        call: &syn::ExprMethodCall,
        span: Span,
    ) -> Option<Value> {
        let RouterKind::Tide(kind) = router.kind else { return None };
        let mut router = router.clone();
        let argument = |index: usize| arguments.get(index).cloned().unwrap_or(Value::Unknown);
        let place = |this: &Self, index: usize| this.argument_span(environment, &call.args, index, span);
        let (first, second) = (place(self, 0), place(self, 1));
        match tide::operation(kind, &ident_text(&call.method))? {
            Operation::Keep => {}
            Operation::Look => return Some(Value::Unknown),
            Operation::Serve => {
                self.sink(&Value::Router(router), true);
                return Some(Value::Unknown);
            }
            Operation::At => {
                let paths = self.paths_as(&argument(0), span, str::to_owned);
                return Some(Value::Router(Rc::new(place_in(&router, kind, &paths))));
            }
            Operation::With => {
                let layers = self.layers(environment, arguments, &call.args);
                // What came first runs first.
                Rc::make_mut(&mut router).attached.splice(0..0, layers.into_iter().rev());
            }
            Operation::Reset => Rc::make_mut(&mut router).attached.clear(),
            Operation::Strip => Rc::make_mut(&mut router).kind = RouterKind::Tide(Kind::Prefix),
            Operation::Endpoint { method } => {
                self.tide_endpoint(environment, &mut router, (&[], method), &argument(0), first, span);
            }
            Operation::Method => {
                let methods = self.tide_methods(&argument(0), first);
                for (when, method) in methods {
                    self.tide_endpoint(environment, &mut router, (&when, &method), &argument(1), second, span);
                }
            }
            Operation::Nest => self.tide_nest(environment, &mut router, &argument(0), first, span),
            Operation::Folder | Operation::File => {
                let is_folder = ident_text(&call.method) == "serve_dir";
                let name = if is_folder { "ServeDir" } else { "ServeFile" };
                let resolved = Resolved::External(["tide", "fs", name].map(str::to_owned).to_vec());
                let path = PathValue { resolved, generics: Vec::new(), module: environment.module, span };
                let handler = self.handler(Value::Path(Rc::new(path)), true, first);
                let mut at = Router::clone(&router);
                if is_folder {
                    at.around.prefixes.iter_mut().for_each(|(_, path)| *path = tide::files(path));
                }
                let added = self.tide_entries(&at, "GET", &handler, span);
                self.give_route(environment, &mut router, added);
                self.hold(environment, call, &router);
                return Some(Value::Tuple(Rc::default()));
            }
        }
        self.hold(environment, call, &router);
        Some(Value::Router(router))
    }

    /// Gives the variable that a chain of methods began with its new state: each of these methods gives `&mut Self` back.
    fn hold(&mut self, environment: &mut Environment, call: &syn::ExprMethodCall, router: &Rc<Router>) {
        if let Some(holder) = holder(&call.receiver)
            && matches!(self.expression(environment, holder), Value::Router(held) if held.lineage == router.lineage)
        {
            self.assign(environment, holder, Value::Router(router.clone()));
        }
        self.settle(environment, router);
    }

    /// Adds what answers a method at a place, under the conditions under which it is this method.
    fn tide_endpoint(
        &mut self,
        environment: &mut Environment,
        router: &mut Rc<Router>,
        (of_method, method): (&[Condition], &str),
        endpoint: &Value,
        place: Span,
        span: Span,
    ) {
        let endpoint = self.forced(endpoint);
        let servers = servers_in(&endpoint);
        if servers.is_empty() {
            let endpoint = unwrapped(&endpoint);
            let is_service = matches!(&endpoint, Value::Call(_));
            let handler = self.handler(endpoint, is_service, place);
            let mut added = self.tide_entries(router, method, &handler, span);
            added.iter_mut().for_each(|entry| entry.conditions.extend(of_method.iter().cloned()));
            self.give_route(environment, router, added);
            return;
        }
        let strips = router.kind == RouterKind::Tide(Kind::Prefix);
        for (when, server) in servers {
            let server = self.finished(&server);
            let mut added = Vec::new();
            for (more, prefix) in router.around.prefixes.clone() {
                let prefix = tide::template(&prefix);
                for entry in &server.entries {
                    let method = match (method, entry.method.as_str()) {
                        ("ANY", method) | (method, "ANY") => Some(method),
                        (one, other) => (one == other).then_some(one),
                    };
                    let path = if strips {
                        Some(tide::nested(&prefix, &entry.path))
                    } else {
                        tide::overlap(&prefix, &entry.path)
                    };
                    // No request for the route gets to the server.
                    let (Some(method), Some(path)) = (method, path) else { continue };
                    let mut entry = Entry { method: method.to_owned(), path, ..entry.clone() };
                    entry.mounts.push(span);
                    entry.conditions.extend(of_method.iter().chain(&when).chain(&more).cloned());
                    entry.layers.extend(router.attached.iter().cloned());
                    added.push(entry);
                }
            }
            if added.is_empty() && !server.entries.is_empty() {
                self.notes.insert(Note {
                    kind: NoteKind::DeadRouter,
                    message: "none of the routes of this server is at a path that it is asked for here".to_owned(),
                    help: Some("`nest` takes the prefix off before it asks a server".to_owned()),
                    span: Some(place),
                });
            }
            if self.has_room(router, &server, span) {
                self.give_all(environment, router, &added);
            }
        }
    }

    /// `nest(server)`; in early versions `nest(|route| …)`, which only lends the place.
    fn tide_nest(
        &mut self,
        environment: &mut Environment,
        router: &mut Rc<Router>,
        nested: &Value,
        place: Span,
        span: Span,
    ) {
        let lent = Value::Router(router.clone());
        match self.forced(nested) {
            Value::Closure(closure) => {
                if let Some(Value::Router(left)) = self.call_closure_lending(&closure, lent) {
                    self.settle(environment, &left);
                    *router = left;
                }
            }
            Value::Path(path) if self.function_at(&path).is_some() => {
                let Some((function, owner)) = self.function_at(&path) else { return };
                for (_, left) in self.configured_by(&function, owner.as_ref(), &lent) {
                    self.settle(environment, &left);
                    *router = left;
                }
            }
            server if !servers_in(&server).is_empty() => {
                let kind = router.kind;
                Rc::make_mut(router).kind = RouterKind::Tide(Kind::Prefix);
                self.tide_endpoint(environment, router, (&[], "ANY"), &server, place, span);
                Rc::make_mut(router).kind = kind;
            }
            Value::Never => {}
            _ => {
                let text =
                    "the server that is nested here could not be followed; its routes are missing from the inventory";
                self.note_unresolved(place, text, None);
            }
        }
    }

    /// The methods of `method(Method::Get, …)`, each with the conditions under which it is the one.
    fn tide_methods(&mut self, value: &Value, place: Span) -> Vec<(Vec<Condition>, String)> {
        match self.forced(value) {
            Value::Path(path) => {
                if let Resolved::External(names) = &path.resolved
                    && let Some(method) = names.last().and_then(|name| actix::method(&name.to_ascii_lowercase()))
                {
                    return vec![(Vec::new(), method.to_owned())];
                }
            }
            Value::Choice(choices) => {
                let methods = choices.iter().flat_map(|(when, value)| {
                    let found = self.tide_methods(value, place);
                    found
                        .into_iter()
                        .map(|(more, method)| ([when.as_slice(), &more].concat(), method))
                        .collect::<Vec<_>>()
                });
                return methods.collect();
            }
            _ => {}
        }
        self.note_unresolved(place, "the method of this route could not be evaluated", None);
        vec![(Vec::new(), "ANY".to_owned())]
    }

    fn tide_entries(&mut self, at: &Router, method: &str, handler: &Rc<Handler>, span: Span) -> Vec<Entry> {
        let mut added = Vec::new();
        let strips = at.kind == RouterKind::Tide(Kind::Prefix);
        for (when, path) in &at.around.prefixes {
            let below = strips.then(|| tide::below(path, "*"));
            for path in [Some(path.clone()), below].into_iter().flatten() {
                let entry = self.entry(method, &tide::template(&path), handler.clone(), span);
                let (layers, conditions) = (at.attached.clone(), when.clone());
                let matching = Matching::Ordered;
                added.push(Entry { layers, conditions, matching, bare_parameters: true, ..entry });
            }
        }
        self.register(at, span);
        added
    }

    /// Adds an endpoint to a place and to its server. What the server had for the same method and path is no longer asked.
    fn give_route(&mut self, environment: &mut Environment, router: &mut Rc<Router>, added: Vec<Entry>) {
        let is_certain = |entry: &Entry| entry.conditions.is_empty() && !entry.path.contains("{*}");
        let is_same = |one: &Entry, other: &Entry| {
            one.method == other.method && is_certain(other) && nameless(&one.path) == nameless(&other.path)
        };
        let mut replaced = Vec::new();
        every_router(environment, &mut |known| {
            if known.lineage == router.lineage && is_tide(known) {
                let is_old = |entry: &Entry| entry.mounts.len() == 1 && added.iter().any(|new| is_same(entry, new));
                if known.entries.iter().any(is_old) {
                    let known = Rc::make_mut(known);
                    let is_other = |entry: &&Entry| is_old(entry) && !added.iter().any(|new| answers_alike(entry, new));
                    replaced.extend(known.entries.iter().filter(is_other).cloned());
                    known.entries.retain(|entry| !is_old(entry));
                }
            }
        });
        // Where only one branch registers it again, the other still has the old one.
        for old in replaced.into_iter().filter(|_| self.conditions.is_empty()) {
            self.notes.insert(Note {
                kind: NoteKind::DeadRouter,
                message: format!(
                    "`{} {}` is registered again later, and tide keeps the last; this one isn't served",
                    old.method, old.path
                ),
                help: Some("delete one of the two".to_owned()),
                span: old.mounts.first().copied(),
            });
        }
        Rc::make_mut(router).entries.retain(|entry| !added.iter().any(|new| is_same(entry, new)));
        self.give_all(environment, router, &added);
    }

    /// Adds routes to a place, and to every variable that holds its server or a place in it.
    fn give_all(&mut self, environment: &mut Environment, router: &mut Rc<Router>, added: &[Entry]) {
        add_missing(router, added);
        let lineage = router.lineage;
        every_router(environment, &mut |known| {
            if known.lineage == lineage && is_tide(known) {
                add_missing(known, added);
            }
        });
    }

    /// A server as it leaves, with its middleware around all of its routes.
    pub(super) fn finished_tide(&self, router: &Rc<Router>) -> Rc<Router> {
        if router.kind != RouterKind::Tide(Kind::Server) || router.attached.is_empty() {
            return router.clone();
        }
        let mut done = Router::clone(router);
        for entry in &mut done.entries {
            entry.layers.extend(done.attached.iter().cloned());
        }
        done.attached.clear();
        Rc::new(done)
    }
}

/// A place in a server, or below another place.
fn place_in(router: &Router, kind: Kind, paths: &[(Vec<Condition>, String)]) -> Router {
    let mut place = Router { entries: Vec::new(), kind: RouterKind::Tide(Kind::Route), ..router.clone() };
    if kind == Kind::Server {
        // Its middleware isn't the place's.
        place.attached.clear();
        place.around = Around { prefixes: paths.to_vec(), ..Around::default() };
    } else {
        let below = |(when, prefix): &(Vec<Condition>, String)| {
            let join =
                |(more, path): &(Vec<Condition>, String)| ([when.as_slice(), more].concat(), tide::below(prefix, path));
            paths.iter().map(join).collect::<Vec<_>>()
        };
        place.around.prefixes = router.around.prefixes.iter().flat_map(below).collect();
    }
    place
}

/// The servers that a value may be.
fn servers_in(value: &Value) -> Vec<(Vec<Condition>, Rc<Router>)> {
    match value {
        Value::Router(router) if router.kind == RouterKind::Tide(Kind::Server) => vec![(Vec::new(), router.clone())],
        Value::Choice(choices) => choices
            .iter()
            .filter_map(|(when, value)| match value {
                Value::Router(router) if is_tide(router) => Some((when.clone(), router.clone())),
                _ => None,
            })
            .collect(),
        _ => Vec::new(),
    }
}

/// What answers, inside of what only carries it.
fn unwrapped(value: &Value) -> Value {
    let Value::Call(call) = value else { return value.clone() };
    match (&call.callee, call.arguments.first()) {
        (Callee::Path(path), Some(inner)) => match &path.resolved {
            Resolved::External(names) if tide::wraps_endpoint(names) => inner.clone(),
            _ => value.clone(),
        },
        (Callee::Method { receiver, .. }, _) => match unwrapped(receiver) {
            // What a method makes of something else isn't known.
            Value::Call(_) => value.clone(),
            inner if matches!(receiver, Value::Call(_)) => inner,
            _ => value.clone(),
        },
        _ => value.clone(),
    }
}

/// The variable or field that a chain of methods changes; none if it begins with a place that nobody keeps.
fn holder(expression: &syn::Expr) -> Option<&syn::Expr> {
    match expression {
        syn::Expr::MethodCall(call) => {
            let name = ident_text(&call.method);
            let mut operations =
                [Kind::Server, Kind::Route].into_iter().filter_map(|kind| tide::operation(kind, &name));
            let gives_itself = |operation: Operation| {
                use Operation::{Endpoint, Method, Nest, Reset, Strip, With};
                matches!(operation, Endpoint { .. } | Method | Nest | Reset | Strip | With)
            };
            operations.any(gives_itself).then(|| holder(&call.receiver)).flatten()
        }
        syn::Expr::Paren(inner) => holder(&inner.expr),
        syn::Expr::Reference(inner) => holder(&inner.expr),
        syn::Expr::Path(_) | syn::Expr::Field(_) | syn::Expr::Unary(_) => Some(expression),
        _ => None,
    }
}

/// A path without the names of its parameters: two that differ in them only are one to tide.
fn nameless(path: &str) -> String {
    let segments = path.split('/').map(|segment| match segment.strip_prefix('{') {
        Some(rest) if rest.starts_with('*') => "{*}",
        Some(_) => "{}",
        None => segment,
    });
    segments.collect::<Vec<_>>().join("/")
}

/// Whether it makes no difference which of two entries is asked.
fn answers_alike(one: &Entry, other: &Entry) -> bool {
    let is_same = match (&one.handler.value, &other.handler.value) {
        (Value::Closure(one), Value::Closure(other)) => Rc::ptr_eq(one, other),
        (Value::Path(one), Value::Path(other)) => one.resolved == other.resolved,
        _ => false,
    };
    let layers = |entry: &Entry| entry.layers.iter().map(|layer| layer.id).collect::<Vec<_>>();
    is_same && layers(one) == layers(other)
}
