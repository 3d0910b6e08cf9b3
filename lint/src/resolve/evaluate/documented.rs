//! Routers that describe themselves: utoipa-axum's, aide's, and the pages that show a description.

use std::rc::Rc;

use crate::resolve::inventory::Operation;
use crate::resolve::names::Resolved;
use crate::resolve::value::{Callee, Document, DocumentedOperation, DocumentedRoutes, MethodHandler, Router, Value};
use crate::source::Span;

use super::{Environment, Evaluator};

impl Evaluator<'_, '_> {
    /// aide writes every `api_route` down, whatever its handler says.
    pub(super) fn document(&mut self, router: &mut Router, path: &str, methods: &[MethodHandler], span: Span) {
        for method in methods {
            let operation = Operation {
                id: None,
                security: None,
                default_security: None,
                span,
                security_span: None,
                by_parameters: false,
            };
            router.document.push(DocumentedOperation {
                methods: vec![method.method.clone()],
                path: path.to_owned(),
                operation,
            });
        }
    }

    /// utoipa-axum mounts every method of one `routes!` at every path in it; only the written-down pairs are meant.
    pub(super) fn add_documented(&mut self, router: &mut Router, routes: &DocumentedRoutes, span: Span) {
        let mut paths: Vec<&str> = Vec::new();
        for (_, operation) in &routes.handlers {
            if let Some(operation) = operation
                && !paths.contains(&operation.path.as_str())
            {
                paths.push(&operation.path);
            }
        }
        for path in paths {
            for (method, operation) in &routes.handlers {
                let mut entry = self.entry(&method.method, &root_if_empty(path), method.handler.clone(), span);
                entry.layers.clone_from(&method.layers);
                entry.conditions.clone_from(&method.conditions);
                entry.accidental = operation.as_ref().is_some_and(|operation| operation.path != path);
                router.entries.push(entry);
            }
        }
        self.register(router, span);
        for (method, operation) in &routes.handlers {
            match operation {
                Some(operation) => {
                    let path = root_if_empty(&operation.path);
                    router.document.push(DocumentedOperation { path, methods: vec![method.method.clone()], ..operation.clone() });
                }
                None => self.note_unresolved(
                    span,
                    "a handler in `routes!` has no `#[utoipa::path]` that could be read; its method and path are unknown",
                    None,
                ),
            }
        }
    }

    pub(super) fn documented_routes_call(
        &mut self,
        routes: &Rc<DocumentedRoutes>,
        method: &str,
        arguments: &[Value],
        call: &syn::ExprMethodCall,
        environment: &mut Environment,
    ) -> Value {
        if method == "layer" || method == "route_layer" {
            let layers = self.layers(environment, arguments, &call.args);
            let mut routes = DocumentedRoutes::clone(routes);
            for (handler, _) in &mut routes.handlers {
                handler.layers.extend(layers.iter().rev().cloned());
            }
            return Value::DocumentedRoutes(Rc::new(routes));
        }
        Value::DocumentedRoutes(routes.clone())
    }

    /// `OpenApiRouter::with_openapi(…)` starts from the application's own description.
    pub(super) fn with_base_document(&mut self, router: Value, base: Option<&Value>) -> Value {
        match (router, base.map(|base| self.force(base))) {
            (Value::Router(router), Some(Value::Document(document))) => {
                let mut router = Router::clone(&router);
                router.document.extend(document.operations.iter().cloned());
                router.document_base = Some(document);
                Value::Router(Rc::new(router))
            }
            (router, _) => router,
        }
    }

    /// The paths of a page that shows the API description: such crates are merged like routers.
    pub(super) fn description_pages(&mut self, value: &Value) -> Option<Vec<String>> {
        let mut paths = Vec::new();
        let mut at = value.clone();
        loop {
            let Value::Call(call) = at else { return None };
            match &call.callee {
                Callee::Method { receiver, name } => {
                    if matches!(name.as_str(), "url" | "external_url_unchecked") {
                        paths.extend(call.arguments.first().and_then(Value::as_text));
                        call.arguments.iter().for_each(|argument| self.sink(argument, false));
                    }
                    at = receiver.clone();
                }
                Callee::Path(path) => {
                    let Resolved::External(names) = &path.resolved else { return None };
                    let owner = names.iter().rev().nth(1)?;
                    if !matches!(owner.as_str(), "SwaggerUi" | "Scalar" | "Redoc" | "RapiDoc") {
                        return None;
                    }
                    let first = call.arguments.first().and_then(Value::as_text)?;
                    // Swagger UI's own notation for "and everything below".
                    paths.push(first.replace("{_:.*}", "{*rest}"));
                    paths.reverse();
                    return Some(paths);
                }
                _ => return None,
            }
        }
    }
}

/// The description that a router has gathered.
pub(super) fn document_of(router: &Router) -> Document {
    Document {
        operations: router.document.clone(),
        default_security: router.document_base.as_ref().and_then(|base| base.default_security.clone()),
    }
}

fn root_if_empty(path: &str) -> String {
    if path.is_empty() { "/".to_owned() } else { path.to_owned() }
}
