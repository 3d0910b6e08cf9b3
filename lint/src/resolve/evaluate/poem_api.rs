//! poem-openapi: `OpenApiService::new(…)`, and the operations that `#[OpenApi]` finds in the `impl` of a type.

use std::rc::Rc;

use crate::frontend::rust::actix;
use crate::frontend::rust::axum::RouterKind;
use crate::frontend::rust::facts::{Attribute, Item, ItemKind};
use crate::frontend::rust::meta::split_at_commas;
use crate::frontend::rust::poem::{self, Kind};
use crate::resolve::handlers;
use crate::resolve::inventory::Condition;
use crate::resolve::modules::Definition;
use crate::resolve::names::{Resolved, Space};
use crate::resolve::operation::{self, PartValue};
use crate::resolve::value::{Callee, MethodHandler, MethodRouter, PathValue, Router, Value};
use crate::source::Span;

use super::Evaluator;

/// Tuples inside tuples.
const MAX_DEPTH: usize = 16;

/// What `#[oai(…)]` says about an operation.
struct Operation {
    methods: Vec<String>,
    path: String,
    /// A function that the endpoint is given to.
    transform: Option<Value>,
    span: Span,
}

impl Evaluator<'_, '_> {
    /// `OpenApiService::new(apis, title, version)`
    pub(super) fn api_service(&mut self, arguments: &[Value], span: Span) -> Value {
        let mut router = self.empty_router(RouterKind::Poem(Kind::Service), span);
        if let Some(apis) = arguments.first() {
            self.add_apis(Rc::make_mut(&mut router), apis, &[], span, 0);
        }
        Value::Router(router)
    }

    fn add_apis(&mut self, router: &mut Router, value: &Value, conditions: &[Condition], span: Span, depth: usize) {
        if depth > MAX_DEPTH {
            return;
        }
        let value = self.forced(value);
        match &value {
            Value::Tuple(apis) | Value::List(apis) => {
                apis.iter().for_each(|api| self.add_apis(router, api, conditions, span, depth + 1));
            }
            Value::Choice(choices) => {
                for (when, api) in choices.iter() {
                    self.add_apis(router, api, &[conditions, when].concat(), span, depth + 1);
                }
            }
            Value::Never => {}
            value => match owner_of(value) {
                Some(owner) => self.add_operations(router, &owner, conditions, span),
                None => {
                    let text = "the API that is served here could not be followed; its operations are missing from the inventory";
                    self.note_unresolved(span, text, None);
                }
            },
        }
    }

    /// Adds every operation of a type.
    fn add_operations(&mut self, router: &mut Router, owner: &Definition, conditions: &[Condition], span: Span) {
        let krate = self.modules.module(owner.module).krate;
        self.modules.load_implementations(krate, &owner.item.name);
        let mut found = false;
        for implementation in self.modules.implementations(owner) {
            let ItemKind::Impl { self_type, items, .. } = &implementation.item.kind else { continue };
            let Some(path) = self_type.as_path() else { continue };
            let resolved = self.modules.resolve(implementation.module, &path.names, Space::Type);
            let Some(attribute) = handlers::marked(self.modules, &implementation, poem::is_api_attribute) else {
                continue;
            };
            if !matches!(&resolved, Resolved::Item(definition) if definition == owner) {
                continue;
            }
            found = true;
            let prefix = self.api_prefix(&implementation, &attribute);
            for item in items.iter().filter(|item| matches!(item.kind, ItemKind::Function(_))) {
                self.add_operation(router, owner, &implementation, item, &prefix, conditions);
            }
        }
        if !found {
            let text = format!(
                "no `#[OpenApi]` was found on an `impl` of `{}`, so its operations are missing from the inventory",
                owner.item.name
            );
            self.note_unresolved(span, text, None);
        }
    }

    /// `#[OpenApi(prefix_path = "/x")]`
    fn api_prefix(&mut self, implementation: &Definition, attribute: &Attribute) -> String {
        for (name, value) in self.parts(implementation, attribute) {
            if let (true, Some(PartValue::Expression(value))) = (name == "prefix_path", value) {
                return operation::text(self, implementation, attribute, &value);
            }
        }
        String::new()
    }

    fn parts(&self, definition: &Definition, attribute: &Attribute) -> Vec<(String, Option<PartValue>)> {
        let source = self.modules.texts.slice(definition.text, attribute.arguments);
        let parts = source.parse().map(split_at_commas).unwrap_or_default();
        parts.into_iter().map(operation::named).collect()
    }

    fn add_operation(
        &mut self,
        router: &mut Router,
        owner: &Definition,
        implementation: &Definition,
        item: &std::sync::Arc<Item>,
        prefix: &str,
        conditions: &[Condition],
    ) {
        let function = Definition { item: item.clone(), ..implementation.clone() };
        let Some(attribute) = item.attributes.iter().find(|attribute| attribute.is(&["oai"])) else { return };
        let Some(described) = self.read_operation(&function, attribute) else { return };
        let when: Vec<Condition> = item
            .condition
            .iter()
            .map(|text| Condition { text: text.clone(), holds: true, span: self.modules.span(&function) })
            .collect();
        let conditions = [conditions, &when].concat();
        let path = PathValue {
            resolved: Resolved::Member(owner.clone(), vec![item.name.clone()]),
            generics: Vec::new(),
            module: implementation.module,
            span: self.modules.span(&function),
        };
        let full = Value::text(&format!("{prefix}/{}", described.path));
        let handler = self.handler(Value::Path(Rc::new(path)), false, self.modules.span(&function));
        let methods: Vec<MethodHandler> =
            described.methods.iter().map(|method| self.method_handler(method.clone(), handler.clone())).collect();
        let methods = self.transformed(methods, described.transform.as_ref(), described.span);
        for (more, path) in self.paths_as(&full, described.span, |path| poem::operation_path("", path)) {
            self.add_entries(router, &path, &methods, &[conditions.as_slice(), &more].concat(), described.span);
        }
    }

    /// `#[oai(path = "/x", method = "get", transform = "with_limit")]`; `None` for a function that is no operation.
    fn read_operation(&mut self, function: &Definition, attribute: &Attribute) -> Option<Operation> {
        let mut methods = Vec::new();
        let mut path = None;
        let mut transform = None;
        for (name, value) in self.parts(function, attribute) {
            let Some(PartValue::Expression(value)) = value else { continue };
            match name.as_str() {
                "path" => path = Some(operation::text(self, function, attribute, &value)),
                "method" => {
                    let text = operation::text(self, function, attribute, &value);
                    methods.extend(actix::method(&text).map(str::to_owned));
                }
                "transform" => {
                    let name = syn::parse2::<syn::LitStr>(value.clone())
                        .map_or(value, |name| name.value().parse().unwrap_or_default());
                    transform = Some(self.named_function(function, attribute, &name.to_string()));
                }
                _ => {}
            }
        }
        let span = self.modules.span_of(function.text, attribute.extent);
        if methods.is_empty() && path.is_some() {
            self.note_unresolved(span, "the methods of this route could not be evaluated", None);
            methods.push("ANY".to_owned());
        }
        Some(Operation { methods, path: path?, transform, span })
    }

    fn named_function(&mut self, function: &Definition, attribute: &Attribute, name: &str) -> Value {
        let span = self.modules.span_of(function.text, attribute.extent);
        let names: Vec<String> = name.split("::").map(|part| part.trim().to_owned()).collect();
        let resolved = self.modules.resolve(function.module, &names, Space::Value);
        Value::Path(Rc::new(PathValue { resolved, generics: Vec::new(), module: function.module, span }))
    }

    /// What a function makes of an endpoint: the same with layers around it, as far as the function can be followed.
    fn transformed(
        &mut self,
        methods: Vec<MethodHandler>,
        transform: Option<&Value>,
        span: Span,
    ) -> Vec<MethodHandler> {
        let Some(Value::Path(path)) = transform else { return methods };
        let endpoint = Value::MethodRouter(Rc::new(MethodRouter { methods: methods.clone() }));
        if let Some(Value::MethodRouter(after)) = self.follow(path, &[endpoint]) {
            return after.methods.clone();
        }
        let text = format!(
            "what `{}` puts around this operation could not be followed",
            crate::resolve::guards::path_text(path)
        );
        self.note_unresolved(span, text, None);
        methods
    }
}

/// The type that a value is of, as far as an API is concerned.
pub(super) fn owner_of(value: &Value) -> Option<Definition> {
    let of_type = |definition: &Definition| matches!(definition.item.kind, ItemKind::Type).then(|| definition.clone());
    match value {
        Value::Record(record) => record.definition.clone(),
        Value::Path(path) => match &path.resolved {
            Resolved::Item(definition) => of_type(definition),
            _ => None,
        },
        // A constructor that a macro writes: `Api::new(pool)`, `Api::default()`.
        Value::Call(call) => match &call.callee {
            Callee::Path(path) => match &path.resolved {
                Resolved::Member(definition, _) => of_type(definition),
                _ => None,
            },
            _ => None,
        },
        _ => None,
    }
}
