//! What the parameters of a handler are: parts of the request, the caller, or the application itself.

use crate::frontend::rust::facts::{Function, ItemKind, Parameter};
use crate::frontend::rust::rocket::{Bound, RouteAttribute};
use crate::frontend::rust::types::{TypePath, TypeRef};
use crate::resolve::modules::{Definition, ModuleId};
use crate::resolve::names::{Resolved, Space};
use crate::resolve::rocket;

use super::Analyst;
use super::combinator::parts_of;
use super::flow::{Flow, Origin};
use super::typing::{Scope, Type};

/// What a parameter of a handler holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Role {
    /// What the path of the route binds.
    Path,
    /// Any other part of the request.
    Input,
    /// Who calls: a guard, or whatever the application makes of the request.
    Caller,
    /// What the application holds.
    State,
}

/// Extractors of frameworks by their last name.
pub(super) fn known(name: &str) -> Option<Role> {
    Some(match name {
        "Path" | "MatchedPath" | "RawPathParams" | "PathParam" => Role::Path,
        "Query" | "Json" | "Form" | "Multipart" | "Bytes" | "String" | "RawQuery" | "RawForm" | "Body"
        | "TypedHeader" | "WebSocketUpgrade" | "Option" | "QsQuery" | "Uri" | "OriginalUri" | "Method" | "Payload"
        | "Valid" | "Validated" | "JsonRejection" | "Request" | "Xml" | "Protobuf" | "JsonBody" | "FormBody"
        | "QueryParam" | "PlainText" => Role::Input,
        "State" | "Data" | "Inject" | "Response" | "FlowCtrl" => Role::State,
        _ => return None,
    })
}

/// Words in the names of types that an application keeps for itself.
const OWN: &[&str] = &[
    "pool",
    "db",
    "database",
    "state",
    "client",
    "service",
    "services",
    "store",
    "repo",
    "repository",
    "config",
    "settings",
    "context",
    "registry",
    "cache",
    "queue",
    "mailer",
    "sender",
    "app",
    "storage",
];

impl Analyst<'_, '_> {
    /// The values that the parameters of a handler hold.
    pub(super) fn parameters(&mut self, handler: &Definition, signature: &Function, scope: &Scope) -> Vec<Flow> {
        if let Some(declared) = rocket::declared(self.modules, handler) {
            let route = &declared.route;
            return signature
                .parameters
                .iter()
                .map(|parameter| self.rocket_parameter(handler, route, parameter, scope))
                .collect();
        }
        let mut path_index = 0;
        signature
            .parameters
            .iter()
            .map(|parameter| {
                let is_data = parameter.ty.as_path().is_some_and(|path| known(path.last()) == Some(Role::Input));
                let ty = if is_data { Type::Unknown } else { self.type_of(scope, &parameter.ty) };
                self.parameter(handler.module, &parameter.ty, ty, &mut path_index)
            })
            .collect()
    }

    /// A parameter of a handler of Rocket's: its name says whether the request binds it, everything else is a request guard.
    fn rocket_parameter(
        &mut self,
        handler: &Definition,
        route: &RouteAttribute,
        parameter: &Parameter,
        scope: &Scope,
    ) -> Flow {
        let name = rocket::name_of(self.modules, handler, parameter).to_owned();
        match route.bound(&name) {
            Some(Bound::Path) => {
                let position = route.path_position(&name).and_then(|position| u16::try_from(position).ok());
                let ty = self.type_of(scope, &parameter.ty);
                Flow::from_origin(Origin::Path(position.unwrap_or(u16::MAX))).typed(ty)
            }
            Some(Bound::Input) => Flow::from_origin(Origin::Input),
            None => {
                let ty = self.type_of(scope, &parameter.ty);
                let role = match parameter.ty.as_path().map(TypePath::last) {
                    // What a guard says that never refuses.
                    Some("Option" | "Result" | "Outcome") => Role::Caller,
                    Some(name) if name.ends_with("Conn") || name.ends_with("Connection") => Role::State,
                    _ => self.role(handler.module, &parameter.ty, &ty),
                };
                let origin = match role {
                    Role::State => Origin::State,
                    Role::Caller => Origin::Caller,
                    Role::Path | Role::Input => Origin::Input,
                };
                Flow::from_origin(origin).typed(ty)
            }
        }
    }

    fn parameter(&mut self, module: ModuleId, written: &TypeRef, ty: Type, path_index: &mut u16) -> Flow {
        let origin = match self.role(module, written, &ty) {
            // What the caller sends is data: reading the files that describe it costs more than it tells.
            Role::Input => return Flow::from_origin(Origin::Input).typed(whole_request(written)),
            Role::Caller => Origin::Caller,
            Role::State => Origin::State,
            Role::Path => return path_value(ty, path_index),
        };
        Flow::from_origin(origin).typed(ty)
    }

    fn role(&mut self, module: ModuleId, written: &TypeRef, ty: &Type) -> Role {
        let Some(path) = written.as_path() else { return Role::Input };
        if let Some(role) = known(path.last()) {
            return role;
        }
        if path.last() == "Extension" {
            return if holds_own(ty) { Role::State } else { Role::Caller };
        }
        if let Type::Foreign(name, _) = ty {
            if let Some(role) = known(name) {
                return role;
            }
            return if is_own(name) { Role::State } else { Role::Caller };
        }
        if let Some(role) = self.derived_role(ty) {
            return role;
        }
        if self.wraps_request_data(module, path) {
            return if path.last().contains("Path") { Role::Path } else { Role::Input };
        }
        if is_own(path.last()) { Role::State } else { Role::Caller }
    }

    /// What an extractor of the tree is made of: the extractor that it is derived by way of, or the only one that its own
    /// implementation uses.
    fn derived_role(&mut self, ty: &Type) -> Option<Role> {
        let definition = ty.definition()?.clone();
        for attribute in &definition.item.attributes {
            if attribute.is(&["from_request"]) || attribute.is(&["from_request_parts"]) {
                let via = self.modules.texts.slice(definition.text, attribute.arguments);
                let name: String =
                    via.split("via(").nth(1)?.chars().take_while(|letter| letter.is_alphanumeric()).collect();
                return known(&name);
            }
        }
        for implementation in self.modules.implementations(&definition) {
            let ItemKind::Impl { of_trait: Some(of_trait), items, .. } = &implementation.item.kind else { continue };
            if !matches!(of_trait.last(), "FromRequest" | "FromRequestParts") {
                continue;
            }
            for item in items {
                let ItemKind::Function(function) = &item.kind else { continue };
                let Some(body) = function.body else { continue };
                let text = self.modules.texts.slice(implementation.text, body);
                let uses = |words: &[&str]| words.iter().any(|word| text.contains(word));
                // Whatever looks at credentials says who calls.
                if uses(&["header", "cookie", "Cookie", "session", "Session", "extensions", "token", "Bearer"]) {
                    return Some(Role::Caller);
                }
                if uses(&["Path::", "Path<", "RawPathParams"]) {
                    return Some(Role::Path);
                }
                if uses(&["Json::", "Json<", "Query::", "Query<", "Form::", "Form<", "Bytes::", "Multipart::"]) {
                    return Some(Role::Input);
                }
            }
        }
        None
    }

    /// A body or query extractor of the application's own: its name says which one of the framework it stands for.
    fn wraps_request_data(&mut self, module: ModuleId, path: &TypePath) -> bool {
        let name = path.last();
        let says = ["Json", "Query", "Form", "Path", "Body"].iter().any(|word| name.contains(word));
        says && matches!(self.modules.resolve(module, &path.names, Space::Type),
            Resolved::Item(definition) if matches!(definition.item.kind, ItemKind::Type))
    }
}

/// What an extractor of the path holds; `index` counts the parameters of the path that were given out so far.
pub(super) fn path_value(ty: Type, index: &mut u16) -> Flow {
    let mut next = |ty: Type| {
        let flow = Flow::from_origin(Origin::Path(*index)).typed(ty);
        *index = index.saturating_add(1);
        flow
    };
    // `Path((a, b))`: each part is a parameter of its own.
    let inner = match &ty {
        Type::Foreign(_, arguments) => arguments.first().cloned().unwrap_or_default(),
        _ => Type::Unknown,
    };
    let Type::Tuple(parts) = &inner else { return next(ty) };
    let flows: Vec<Flow> = parts.iter().map(|part| next(part.clone())).collect();
    let mut tuple = Flow::default();
    flows.iter().for_each(|flow| tuple.mix(flow));
    let tuple = Flow { parts: parts_of(flows), ty: inner, ..tuple };
    Flow { parts: parts_of(vec![tuple.clone()]), ty, ..tuple }
}

/// A request as a whole keeps its type: it may be asked for what the path binds.
fn whole_request(written: &TypeRef) -> Type {
    match written.as_path().map(TypePath::last) {
        Some(name @ ("Request" | "HttpRequest")) => Type::foreign(name, Vec::new()),
        _ => Type::Unknown,
    }
}

fn holds_own(ty: &Type) -> bool {
    match ty {
        Type::Foreign(name, arguments) => &**name == "Arc" || is_own(name) || arguments.iter().any(holds_own),
        Type::Own(definition, _) => is_own(&definition.item.name),
        _ => false,
    }
}

/// `PgPool`, `AppState`, `UserService`: the last words say what it is.
fn is_own(name: &str) -> bool {
    let mut word = String::new();
    let mut words = Vec::new();
    for character in name.chars() {
        if character.is_uppercase() && !word.is_empty() {
            words.push(std::mem::take(&mut word));
        }
        word.extend(character.to_lowercase());
    }
    words.push(word);
    words.last().is_some_and(|last| OWN.contains(&last.as_str()))
}
