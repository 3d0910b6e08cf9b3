//! Calls of functions outside the tree: those of frameworks and of the standard library that matter, and any other.

use std::rc::Rc;

use crate::frontend::rust::axum::{self, RoutingFunction};
use crate::resolve::value::{Call, Callee, MethodRouter, PathValue, Value};

use super::{Environment, Evaluator};

impl Evaluator<'_, '_> {
    pub(super) fn call_external(
        &mut self,
        environment: &mut Environment,
        path: Rc<PathValue>,
        names: &[String],
        arguments: Vec<Value>,
        call: Option<&syn::ExprCall>,
        span: crate::source::Span,
    ) -> Value {
        if let Some(value) = self.gotham_function(environment, &path, &arguments, call, span) {
            return value;
        }
        if let Some(value) = self.tide_function(names, span) {
            return value;
        }
        if let Some(value) = self.rwf_function(&path, &arguments, span) {
            return value;
        }
        if let Some(value) = self.warp_function(&path, &arguments, span) {
            return value;
        }
        if let Some(value) = self.loco_function(environment, &path, &arguments, span) {
            return value;
        }
        if let Some(value) = self.actix_function(environment, &path, &arguments, call, span) {
            return value;
        }
        if let Some(value) = self.poem_function(environment, names, &arguments, call, span) {
            return value;
        }
        if let Some(value) = self.salvo_function(environment, names, &arguments, call, span) {
            return value;
        }
        let last = names.last().map_or("", String::as_str);
        let owner = &names[..names.len().saturating_sub(1)];
        if let Some(kind) = axum::router_kind(owner) {
            if matches!(last, "new" | "default" | "with_openapi" | "from") {
                if last == "from" {
                    return self.router_from(arguments.into_iter().next().unwrap_or(Value::Unknown), kind, span);
                }
                let router = self.new_router(kind, span);
                return self.with_base_document(router, arguments.first());
            }
            if let (Some(operation), Some(Value::Router(router))) =
                (axum::router_operation(last, arguments.len().saturating_sub(1)), arguments.first())
            {
                let expressions = call.map(|call| call.args.iter().skip(1).cloned().collect()).unwrap_or_default();
                return self.router_call(environment, router.clone(), operation, &arguments[1..], &expressions, span);
            }
        }
        if owner.last().is_some_and(|owner| owner == "MethodRouter") {
            if matches!(last, "new" | "default") {
                return Value::MethodRouter(Rc::new(MethodRouter::default()));
            }
            if let Some(Value::MethodRouter(router)) = arguments.first() {
                let expressions = call.map(|call| call.args.iter().skip(1).cloned().collect()).unwrap_or_default();
                let router = router.clone();
                let value = self.method_router_call(environment, &router, last, &arguments[1..], &expressions, span);
                return value.unwrap_or(Value::MethodRouter(router));
            }
        }
        if let Some(value) = self.rocket_call(names, &arguments, span) {
            return value;
        }
        if let Some(function) = axum::routing_function(names) {
            return self.routing(environment, &function, &arguments, call, span);
        }
        match (owner.last().map(String::as_str), last) {
            (Some("Vec" | "VecDeque" | "HashMap" | "BTreeMap" | "IndexMap"), "new" | "with_capacity") => {
                Value::list(Vec::new())
            }
            (Some("String"), "new") => Value::text(""),
            // Wrappers that are what they hold.
            (
                Some("Box" | "Arc" | "Rc" | "Cow" | "String" | "Option" | "Shared" | "IntoMakeService"),
                "new" | "from" | "pin" | "Borrowed" | "Owned",
            )
            | (Some("PathBuf" | "Vec" | "HashSet" | "BTreeSet" | "HashMap" | "BTreeMap"), "from" | "from_iter")
            | (Some("future" | "future_ext" | "futures"), "ready") => {
                arguments.into_iter().next().unwrap_or(Value::Unknown)
            }
            (_, "Ok" | "Some") => arguments.into_iter().next().unwrap_or(Value::Unknown),
            // What is dropped serves nothing.
            (Some("mem") | None, "drop" | "forget") => Value::Unknown,
            (Some("mem"), "take" | "replace") => self.take_place(environment, call, arguments),
            (_, "serve" | "serve_with_shutdown") => {
                arguments.iter().for_each(|argument| self.sink(argument, true));
                Value::Unknown
            }
            // `ServiceExt::<Request>::into_make_service(app)`
            (_, "into_make_service" | "into_make_service_with_connect_info") => {
                arguments.iter().for_each(|argument| self.sink(argument, true));
                arguments.into_iter().next().unwrap_or(Value::Unknown)
            }
            (_, "panic" | "exit" | "abort") if matches!(owner.last().map(String::as_str), Some("process")) => {
                Value::Never
            }
            // What runs on another thread runs all the same; how it ends is nobody's business here.
            (_, "spawn" | "spawn_blocking" | "spawn_local" | "spawn_scoped" | "block_in_place") => {
                for argument in &arguments {
                    if let Value::Closure(closure) = argument {
                        let value = self.call_closure(closure, Vec::new());
                        self.sink(&value, false);
                    }
                }
                self.unknown_call(Callee::Path(path), arguments, Vec::new(), span)
            }
            _ => {
                if let Some(call) = call {
                    self.note_lent_away(environment, &arguments, &call.args);
                }
                self.unknown_call(Callee::Path(path), arguments, Vec::new(), span)
            }
        }
    }

    /// A call of code outside the tree. A router that goes in alone is taken to come out again, since wrapping an
    /// application is what such calls do; it also counts as leaving.
    pub(super) fn unknown_call(
        &mut self,
        callee: Callee,
        arguments: Vec<Value>,
        places: Vec<crate::source::Span>,
        span: crate::source::Span,
    ) -> Value {
        self.escape(&arguments);
        let mut routers = arguments.iter().filter(|argument| matches!(argument, Value::Router(_)));
        match (routers.next(), routers.next()) {
            (Some(router), None) => router.clone(),
            _ => Value::Call(Rc::new(Call { callee, arguments, places, span })),
        }
    }

    pub(super) fn escape(&mut self, arguments: &[Value]) {
        for argument in arguments {
            self.sink(argument, false);
        }
    }

    /// `mem::take(&mut router)` and `mem::replace(&mut router, new)`.
    fn take_place(
        &mut self,
        environment: &mut Environment,
        call: Option<&syn::ExprCall>,
        arguments: Vec<Value>,
    ) -> Value {
        let mut arguments = arguments.into_iter();
        let taken = arguments.next().unwrap_or(Value::Unknown);
        let replacement = match (arguments.next(), &taken) {
            (Some(replacement), _) => replacement,
            (None, Value::Router(router)) => self.new_router(router.kind, self.lineages[router.lineage].span),
            (None, _) => Value::Unknown,
        };
        if let Some(place) = call.and_then(|call| call.args.first()) {
            self.assign(environment, place, replacement);
        }
        taken
    }

    /// A function of `axum::routing`.
    fn routing(
        &mut self,
        environment: &Environment,
        function: &RoutingFunction,
        arguments: &[Value],
        call: Option<&syn::ExprCall>,
        span: crate::source::Span,
    ) -> Value {
        let mut router = MethodRouter::default();
        self.add_method(&mut router, environment, function, arguments, call.map(|call| &call.args), span);
        Value::MethodRouter(Rc::new(router))
    }
}
