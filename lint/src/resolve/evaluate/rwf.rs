//! rwf: lists of handlers, each a controller at a path, and engines that mount such lists below another one.

use std::rc::Rc;

use crate::frontend::rust::axum::RouterKind;
use crate::frontend::rust::facts::ItemKind;
use crate::frontend::rust::rwf::{self, Function, Kind, Mount, REST};
use crate::frontend::rust::types::{TypePath, ident_text};
use crate::resolve::inventory::{Condition, Matching};
use crate::resolve::modules::Definition;
use crate::resolve::names::{Resolved, Space};
use crate::resolve::value::{Callee, Entry, Layer, PathValue, Router, Value};
use crate::source::Span;

use super::poem_api::owner_of;
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
            Function::Files => {
                let controller = Value::Path(Rc::new(path.clone()));
                let handler = self.handler(controller, true, span);
                let mut router = self.empty_router(RouterKind::Rwf(Kind::Routes), span);
                let folder = first.cloned().unwrap_or(Value::Unknown);
                for (when, folder) in self.paths_as(&folder, span, rwf::template) {
                    self.add_rwf(
                        Rc::make_mut(&mut router),
                        "GET",
                        &format!("{folder}/{{*rest}}"),
                        &handler,
                        &when,
                        span,
                    );
                }
                Value::Router(router)
            }
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
                let mut router = router.clone();
                match (name.as_str(), arguments) {
                    ("push" | "extend" | "append" | "insert" | "add" | "chain" | "extend_from_slice", [.., more]) => {
                        self.add_handlers(Rc::make_mut(&mut router), more, &[], span, 0);
                        if matches!(name.as_str(), "add" | "chain") {
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
                    (
                        "name" | "with_rank" | "remount" | "clone" | "into" | "unwrap" | "expect" | "into_iter"
                        | "iter" | "collect" | "to_vec",
                        _,
                    ) => {}
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
                let owner = owner_of(receiver)?;
                if !self.is_controller(&owner) {
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
                self.note_unresolved(span, text, None);
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
        let actions = self.actions(mount, controller, place);
        let layers = self.controller_layers(controller);
        for (when, path) in &paths {
            for (method, below, value) in &actions {
                let is_service = matches!(value, Value::Path(path) if matches!(&path.resolved, Resolved::External(names) if !rwf::is_default_action(names)));
                let handler = self.handler(value.clone(), is_service, place);
                let path = format!("{path}{below}");
                self.add_rwf(Rc::make_mut(&mut router), method, &path, &handler, when, span);
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
        handler: &Rc<crate::resolve::value::Handler>,
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

    /// What answers at a path, by methods: the method, what follows the path, the function.
    fn actions(&mut self, mount: Mount, controller: &Value, place: Span) -> Vec<(&'static str, &'static str, Value)> {
        // The function that `#[controller]` makes one of, or a controller that the framework brings along.
        let Some(owner) = owner_of(controller) else {
            let below: &[&'static str] = if mount == Mount::Wildcard { &["", "/{*rest}"] } else { &[""] };
            return below.iter().map(|below| ("ANY", *below, controller.clone())).collect();
        };
        let own = |name: &str| {
            let resolved = Resolved::Member(owner.clone(), vec![name.to_owned()]);
            Value::Path(Rc::new(PathValue { resolved, generics: Vec::new(), module: owner.module, span: place }))
        };
        match mount {
            Mount::Rest | Mount::Crud => {
                let name = if mount == Mount::Rest { "RestController" } else { "ModelController" };
                let mut defined = self.trait_functions(&owner, name).unwrap_or_default();
                if mount == Mount::Rest && defined.is_empty() {
                    let text = format!(
                        "no `impl RestController for {}` was found, so what it answers isn't known",
                        owner.item.name
                    );
                    self.note_unresolved(place, text, None);
                }
                defined.retain(|known| REST.iter().any(|(name, ..)| name == known));
                let inherited = |name: &str| {
                    let names = ["rwf", "controller", "ModelController", name].map(str::to_owned).to_vec();
                    let resolved = Resolved::External(names);
                    Value::Path(Rc::new(PathValue {
                        resolved,
                        generics: Vec::new(),
                        module: owner.module,
                        span: place,
                    }))
                };
                REST.iter()
                    .filter_map(|(name, method, has_id)| {
                        let below = if *has_id { "/{id}" } else { "" };
                        let is_defined = defined.iter().any(|known| known == name);
                        match (is_defined, mount) {
                            (true, _) => Some((*method, below, own(name))),
                            (false, Mount::Crud) => Some((*method, below, inherited(name))),
                            // The framework answers that this isn't there.
                            (false, _) => None,
                        }
                    })
                    .collect()
            }
            Mount::Wildcard => vec![("ANY", "", own("handle")), ("ANY", "/{*rest}", own("handle"))],
            Mount::Route | Mount::Engine => match self.trait_functions(&owner, "PageController") {
                Some(defined) => [("get", "GET"), ("post", "POST")]
                    .into_iter()
                    .filter(|(name, _)| defined.iter().any(|known| known == name))
                    .map(|(name, method)| (method, "", own(name)))
                    .collect(),
                None => vec![("ANY", "", own("handle"))],
            },
        }
    }

    fn is_controller(&mut self, owner: &Definition) -> bool {
        ["Controller", "RestController", "ModelController", "PageController", "WebsocketController"]
            .iter()
            .any(|name| self.trait_functions(owner, name).is_some())
    }

    /// The functions that a type defines of a trait of rwf's; `None` if it doesn't implement it.
    fn trait_functions(&mut self, owner: &Definition, name: &str) -> Option<Vec<String>> {
        let krate = self.modules.module(owner.module).krate;
        self.modules.load_implementations(krate, &owner.item.name);
        for implementation in self.modules.implementations(owner) {
            let ItemKind::Impl { self_type, items, of_trait: Some(of_trait) } = &implementation.item.kind else {
                continue;
            };
            let Some(path) = self_type.as_path().filter(|_| of_trait.last() == name) else { continue };
            let of = self.modules.resolve(implementation.module, &of_trait.names, Space::Type);
            let is_of_rwf = matches!(&of, Resolved::External(names) if names.len() == 1 || rwf::is_rwf(names));
            let of_type = self.modules.resolve(implementation.module, &path.names, Space::Type);
            if is_of_rwf && matches!(&of_type, Resolved::Item(definition) if definition == owner) {
                return Some(items.iter().map(|item| item.name.clone()).collect());
            }
        }
        None
    }

    /// What a controller asks before it answers, from the inside out: its middleware, around which stands its check.
    fn controller_layers(&mut self, controller: &Value) -> Vec<Rc<Layer>> {
        let Some(owner) = owner_of(controller) else { return Vec::new() };
        let mut layers = Vec::new();
        for name in ["middleware", "auth"] {
            let Some((given, span)) = self.given_by(&owner, controller, name) else { continue };
            match self.forced(&given) {
                made @ (Value::Call(_) | Value::Record(_) | Value::List(_) | Value::Path(_)) => {
                    let place = value_span(&given).unwrap_or(span);
                    let mut parts = self.rwf_parts(&made, place);
                    if let Value::Call(call) = &given
                        && value_span(&made).is_none_or(|span| span != call.span)
                    {
                        for part in &mut parts {
                            let part = Rc::make_mut(part);
                            (part.wrapper, part.span) = (Some(given.clone()), place);
                        }
                    }
                    layers.extend(parts.into_iter().rev());
                }
                _ => {
                    let resolved = Resolved::Member(owner.clone(), vec![name.to_owned()]);
                    let path = PathValue { resolved, generics: Vec::new(), module: owner.module, span };
                    layers.push(self.single_layer(Value::Path(Rc::new(path)), span));
                }
            }
        }
        layers
    }

    /// What `fn auth(&self)` of a controller gives, or the field that `#[auth(field)]` names, and where that stands.
    fn given_by(&mut self, owner: &Definition, controller: &Value, name: &str) -> Option<(Value, Span)> {
        let attribute = owner.item.attributes.iter().find(|given| given.is(&[name])).cloned();
        let function = self
            .associated(owner, name)
            .filter(|function| matches!(&function.item.kind, ItemKind::Function(signature) if signature.has_receiver));
        if attribute.is_none() && function.is_none() {
            return None;
        }
        let known = match self.forced(controller) {
            known @ Value::Record(_) => known,
            _ => self.associated(owner, "default").map_or(Value::Unknown, |made| {
                self.call_alternatives(&made, Some(owner.clone()), None, Vec::new(), Rc::default()).0
            }),
        };
        if let Some(function) = function {
            let span = self.modules.span(&function);
            let value =
                self.call_alternatives(&function, Some(owner.clone()), Some(known), Vec::new(), Rc::default()).0;
            return Some((value, span));
        }
        let attribute = attribute?;
        let span = self.modules.span_of(owner.text, attribute.extent);
        let field = self.modules.texts.slice(owner.text, attribute.arguments).trim().to_owned();
        let value = match known {
            Value::Record(record) => record.fields.get(&field).cloned().unwrap_or(Value::Unknown),
            _ => Value::Unknown,
        };
        Some((value, span))
    }

    fn rwf_layer(&mut self, check: &Value, place: Span) -> Rc<Layer> {
        let mut parts = self.rwf_parts(check, place);
        match parts.len() {
            1 => parts.remove(0),
            _ => self.single_layer(check.clone(), place),
        }
    }

    /// The checks inside `AuthHandler::new(…)`, `MiddlewareSet::new(vec![…])` and `….middleware()`, from the outermost in.
    fn rwf_parts(&mut self, value: &Value, place: Span) -> Vec<Rc<Layer>> {
        if let Value::List(values) = value {
            return values.iter().flat_map(|value| self.rwf_parts(value, value_span(value).unwrap_or(place))).collect();
        }
        if let Value::Call(call) = value {
            match &call.callee {
                Callee::Path(path) if matches!(&path.resolved, Resolved::External(names) if rwf::is_wrapper(names)) => {
                    if let [inner @ (Value::List(_) | Value::Call(_) | Value::Record(_) | Value::Path(_))] =
                        call.arguments.as_slice()
                    {
                        let is_seen = !matches!(inner, Value::Record(record) if record.definition.is_none());
                        if is_seen {
                            return self.rwf_parts(inner, value_span(inner).unwrap_or(call.span));
                        }
                    }
                    // A literal of a type of the framework: its name is all that is needed.
                    if let Some(named) = self.literal_inside(call.span, path) {
                        return vec![named];
                    }
                    return vec![self.single_layer(value.clone(), call.span)];
                }
                Callee::Method { receiver, name } if matches!(name.as_str(), "handler" | "middleware" | "auth") => {
                    return self.rwf_parts(receiver, value_span(receiver).unwrap_or(place));
                }
                _ => {}
            }
        }
        vec![self.single_layer(value.clone(), place)]
    }

    /// `AuthHandler::new(Token { … })`: the type of the literal, where that is.
    fn literal_inside(&mut self, span: Span, around: &PathValue) -> Option<Rc<Layer>> {
        let source = self.modules.file_text(span.file).get(span.start as usize..span.end as usize)?.to_owned();
        let syn::Expr::Call(written) = syn::parse_str::<syn::Expr>(&source).ok()? else { return None };
        let argument = written.args.first()?;
        let syn::Expr::Struct(literal) = argument else { return None };
        let extent = crate::frontend::rust::parse::spanned(argument);
        let place = Span { start: span.start + extent.start, end: span.start + extent.end, ..span };
        let names = TypePath::from_syn(&literal.path).names;
        let resolved = self.modules.resolve(around.module, &names, Space::Type);
        let path = PathValue { resolved, generics: Vec::new(), module: around.module, span: place };
        Some(self.single_layer(Value::Path(Rc::new(path)), place))
    }

    fn single_layer(&mut self, value: Value, span: Span) -> Rc<Layer> {
        let id = self.id();
        Rc::new(Layer { id, value, wrapper: None, is_passive: false, span, conditions: Vec::new() })
    }
}

/// Where a value was written, as far as it knows.
fn value_span(value: &Value) -> Option<Span> {
    match value {
        Value::Call(call) => Some(call.span),
        Value::Path(path) => Some(path.span),
        _ => None,
    }
}
