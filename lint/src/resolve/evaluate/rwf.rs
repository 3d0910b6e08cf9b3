//! rwf: lists of handlers, each a controller at a path, and engines that mount such lists below another one.

use std::rc::Rc;

use crate::frontend::rust::axum::RouterKind;
use crate::frontend::rust::rwf::{self, Function, Kind, Mount};
use crate::frontend::rust::types::{TypePath, ident_text};
use crate::resolve::inventory::{Condition, Matching};
use crate::resolve::modules::ModuleId;
use crate::resolve::names::{Resolved, Space};
use crate::resolve::value::{Entry, Handler, PathValue, Router, Value};
use crate::source::Span;

use super::{Environment, Evaluator};

/// Lists inside lists.
const MAX_DEPTH: usize = 16;

impl Evaluator<'_, '_> {
    /// `route!("/x" => Controller)` and its relatives; `None` for a macro that isn't rwf's.
    pub(super) fn rwf_macro(&mut self, environment: &mut Environment, call: &syn::Macro) -> Option<Value> {
        let path = TypePath::from_syn(&call.path).names;
        let Resolved::External(names) = self.modules.resolve(environment.module, &path, Space::Macro) else {
            return None;
        };
        let mount = rwf::routing_macro(&names)?;
        let span = self.span_of(environment, call);
        let parser = syn::punctuated::Punctuated::<syn::Expr, syn::Token![=>]>::parse_terminated;
        let parts = syn::parse::Parser::parse2(parser, call.tokens.clone()).unwrap_or_default();
        let mut parts = parts.iter();
        let (Some(path), Some(controller)) = (parts.next(), parts.next()) else {
            self.note_unresolved(span, "what this macro registers could not be read", None);
            return Some(Value::Unknown);
        };
        let at = self.expression(environment, path);
        let value = self.expression(environment, controller);
        let place = self.span_of(environment, controller);
        Some(self.rwf_mounted(mount, &value, &at, place, span))
    }

    /// What a function of rwf gives; `None` for any other function.
    pub(super) fn rwf_function(&mut self, path: &PathValue, arguments: &[Value], span: Span) -> Option<Value> {
        let Resolved::External(names) = &path.resolved else { return None };
        let first = arguments.first();
        Some(match rwf::function(names)? {
            Function::Routes => Value::Router(self.rwf_list(first, Kind::Routes, span)),
            Function::Engine => Value::Router(self.rwf_list(first, Kind::Engine, span)),
            Function::Handler(mount) => {
                let [path, controller, ..] = arguments else { return None };
                self.rwf_mounted(mount, controller, path, place_of(controller).unwrap_or(span), span)
            }
            Function::HandlerOfType => {
                let [path, controller, kind] = arguments else { return None };
                let mount = match kind {
                    Value::Path(kind) => match &kind.resolved {
                        Resolved::External(names) => rwf::path_type(names),
                        _ => None,
                    },
                    _ => None,
                };
                let Some(mount) = mount else {
                    self.note_unresolved(span, "which requests this handler answers could not be evaluated", None);
                    return Some(self.new_router(RouterKind::Rwf(Kind::Routes), span));
                };
                self.rwf_mounted(mount, controller, path, place_of(controller).unwrap_or(span), span)
            }
            Function::Files => {
                let folder = first.cloned().unwrap_or(Value::Unknown);
                let paths = self.paths_as(&folder, span, rwf::template);
                self.served_files(path, &paths, span)
            }
            Function::FilesBuilder => {
                let folder = first.cloned().unwrap_or(Value::Unknown);
                let paths = self.paths_as(&folder, span, rwf::template);
                let mut files = self.empty_router(RouterKind::Rwf(Kind::Files), span);
                Rc::make_mut(&mut files).around.prefixes = paths;
                Value::Router(files)
            }
        })
    }

    /// Files below paths. What is asked for with another method gets the file too.
    fn served_files(&mut self, controller: &PathValue, paths: &[(Vec<Condition>, String)], span: Span) -> Value {
        let handler = self.handler(Value::Path(Rc::new(controller.clone())), true, span);
        let mut router = self.empty_router(RouterKind::Rwf(Kind::Routes), span);
        for (when, folder) in paths {
            self.add_rwf(Rc::make_mut(&mut router), "ANY", &format!("{folder}/{{*rest}}"), &handler, when, span);
        }
        Value::Router(router)
    }

    /// A method of `StaticFiles`.
    fn files_method(
        &mut self,
        module: ModuleId,
        files: &Rc<Router>,
        name: &str,
        arguments: &[Value],
        span: Span,
    ) -> Option<Value> {
        let served = |this: &mut Self, paths: &[(Vec<Condition>, String)]| {
            let names = ["rwf", "controller", "StaticFiles"].map(str::to_owned).to_vec();
            let path = PathValue { resolved: Resolved::External(names), generics: Vec::new(), module, span };
            this.served_files(&path, paths, span)
        };
        Some(match (name, arguments) {
            ("prefix", [path]) => {
                let mut files = files.clone();
                Rc::make_mut(&mut files).around.prefixes = self.paths_as(path, span, rwf::template);
                Value::Router(files)
            }
            ("preload" | "cache_control" | "etag_builder", _) => Value::Router(files.clone()),
            ("handler", []) => served(self, &files.around.prefixes),
            ("wildcard", [path]) => {
                let paths = self.paths_as(path, span, rwf::template);
                served(self, &paths)
            }
            _ => return None,
        })
    }

    /// A method of a controller, a handler, a list of them, an engine or a server; `None` if it isn't one of rwf's.
    pub(super) fn rwf_method(
        &mut self,
        environment: &mut Environment,
        receiver: &Value,
        arguments: &[Value],
        call: &syn::ExprMethodCall,
        span: Span,
    ) -> Option<Value> {
        let name = ident_text(&call.method);
        let is_routes =
            |value: &Value| matches!(value, Value::Router(router) if matches!(router.kind, RouterKind::Rwf(_)));
        match receiver {
            Value::Router(router) => {
                let RouterKind::Rwf(kind) = router.kind else { return None };
                if kind == Kind::Files {
                    return self.files_method(environment.module, router, &name, arguments, span);
                }
                let mut router = router.clone();
                match (name.as_str(), arguments) {
                    ("push" | "extend" | "append" | "insert" | "chain", [.., more]) => {
                        self.add_handlers(Rc::make_mut(&mut router), more, &[], span, 0);
                        if name == "chain" {
                            return Some(Value::Router(router));
                        }
                        self.assign(environment, &call.receiver, Value::Router(router));
                        return Some(Value::Tuple(Rc::default()));
                    }
                    ("launch", _) => {
                        self.sink(&Value::Router(router), true);
                        return Some(Value::Unknown);
                    }
                    ("auth", [check]) if kind == Kind::Engine => {
                        let place = self.argument_span(environment, &call.args, 0, span);
                        let layer = self.rwf_layer(check, place);
                        Rc::make_mut(&mut router).attached.push(layer);
                    }
                    ("wildcard" | "route", [path]) if kind == Kind::Engine => {
                        return Some(self.rwf_mounted(Mount::Engine, receiver, path, span, span));
                    }
                    ("len" | "is_empty", []) => return Some(Value::Unknown),
                    ("name" | "with_rank" | "remount" | "into" | "unwrap" | "expect" | "into_iter" | "collect", _) => {}
                    _ => return None,
                }
                Some(Value::Router(router))
            }
            Value::List(list)
                if matches!(name.as_str(), "push" | "extend" | "append" | "insert")
                    && arguments.iter().any(is_routes) =>
            {
                let routes = self.rwf_list(Some(&Value::List(list.clone())), Kind::Routes, span);
                self.rwf_method(environment, &Value::Router(routes), arguments, call, span)
            }
            receiver => {
                let mount = rwf::routing_method(&name)?;
                let [path] = arguments else { return None };
                if !self.is_controller(receiver) {
                    return None;
                }
                let place = self.span_of(environment, &*call.receiver);
                Some(self.rwf_mounted(mount, receiver, path, place, span))
            }
        }
    }

    /// The elements of a list as one router, where handlers are among them.
    pub(super) fn listed_handlers(&mut self, elements: &[Value], span: Span) -> Option<Value> {
        let is_routes =
            |value: &Value| matches!(value, Value::Router(router) if router.kind == RouterKind::Rwf(Kind::Routes));
        if !elements.iter().any(is_routes) {
            return None;
        }
        let list = Value::list(elements.to_vec());
        Some(Value::Router(self.rwf_list(Some(&list), Kind::Routes, span)))
    }

    fn rwf_list(&mut self, handlers: Option<&Value>, kind: Kind, span: Span) -> Rc<Router> {
        let mut router = self.empty_router(RouterKind::Rwf(kind), span);
        if let Some(handlers) = handlers {
            self.add_handlers(Rc::make_mut(&mut router), handlers, &[], span, 0);
        }
        router
    }

    fn add_handlers(&mut self, router: &mut Router, value: &Value, when: &[Condition], span: Span, depth: usize) {
        let value = self.forced(value);
        match &value {
            Value::Router(more) if depth <= MAX_DEPTH => {
                if self.has_room(router, more, span) {
                    for entry in &more.entries {
                        let mut entry = entry.clone();
                        entry.conditions.extend(when.iter().cloned());
                        router.entries.push(entry);
                    }
                }
            }
            Value::List(values) if depth <= MAX_DEPTH => {
                values.iter().for_each(|value| self.add_handlers(router, value, when, span, depth + 1));
            }
            Value::Choice(choices) if depth <= MAX_DEPTH => {
                for (more, value) in choices.iter() {
                    self.add_handlers(router, value, &[when, more].concat(), span, depth + 1);
                }
            }
            Value::Never => {}
            _ => {
                let text =
                    "a handler that is added here could not be followed; its routes are missing from the inventory";
                self.note_unresolved(place_of(&value).unwrap_or(span), text, None);
            }
        }
    }

    /// A controller at a path.
    fn rwf_mounted(&mut self, mount: Mount, controller: &Value, path: &Value, place: Span, span: Span) -> Value {
        let mut router = self.empty_router(RouterKind::Rwf(Kind::Routes), span);
        let paths = self.paths_as(path, span, rwf::template);
        if mount == Mount::Engine {
            for (when, path) in &paths {
                self.mount_engine(Rc::make_mut(&mut router), controller, path, when, span);
            }
            return Value::Router(router);
        }
        let layers = self.controller_layers(controller);
        for (when, path) in &paths {
            for action in self.actions(mount, controller, path, place) {
                let handler = self.handler(action.answer, action.is_opaque, place);
                let path = format!("{path}{}", action.below);
                self.add_rwf(Rc::make_mut(&mut router), action.method, &path, &handler, when, span);
            }
        }
        Rc::make_mut(&mut router).entries.iter_mut().for_each(|entry| entry.layers.clone_from(&layers));
        Value::Router(router)
    }

    fn add_rwf(
        &mut self,
        router: &mut Router,
        method: &str,
        path: &str,
        handler: &Rc<Handler>,
        when: &[Condition],
        span: Span,
    ) {
        let entry = self.entry(method, path, handler.clone(), span);
        self.register(router, span);
        let entry = Entry { conditions: when.to_vec(), matching: Matching::Ordered, bare_parameters: true, ..entry };
        router.entries.push(entry);
    }

    /// Puts the routes of an engine below a path. An engine calls its controllers itself: what they would ask before is never asked.
    fn mount_engine(&mut self, router: &mut Router, engine: &Value, prefix: &str, when: &[Condition], span: Span) {
        for (more, engine) in self.routers(engine.clone(), span) {
            let mut skipped = false;
            for entry in &engine.entries {
                let mut entry = entry.clone();
                skipped |= !entry.layers.is_empty();
                entry.layers.clone_from(&engine.attached);
                entry.path = format!("{prefix}{}", entry.path);
                entry.mounts.push(span);
                entry.conditions.extend([when, more.as_slice()].concat());
                router.entries.push(entry);
            }
            if skipped {
                self.note_unresolved(
                    span,
                    "an engine calls its controllers without their own `auth` and `middleware`, so those don't guard its routes",
                    Some("give the check to the engine: `engine.auth(…)`"),
                );
            }
        }
    }
}

/// Where a value was written, as far as it knows.
pub(super) fn place_of(value: &Value) -> Option<Span> {
    match value {
        Value::Call(call) => Some(call.span),
        Value::Path(path) => Some(path.span),
        _ => None,
    }
}
