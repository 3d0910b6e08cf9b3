//! What poem-openapi writes of an operation into the API description: the security schemes that its parameters are.
//!
//! Each scheme becomes an alternative of its own, even those of several parameters of which the handler needs all.

use route_role_policy::term::Value as TermValue;

use crate::frontend::rust::facts::{Attribute, ItemKind};
use crate::frontend::rust::meta::split_at_commas;
use crate::frontend::rust::poem;
use crate::frontend::rust::types::TypeRef;

use super::evaluate::Evaluator;
use super::handlers;
use super::inventory::{Operation, SecurityRequirement};
use super::modules::{Definition, ModuleId, Modules};
use super::names::{Resolved, Space};
use super::operation::{self, PartValue};

/// Schemes inside schemes.
const MAX_DEPTH: usize = 8;

/// The operation that `#[oai(path = …)]` on a method describes; `None` if it is hidden or a parameter's type can't be read.
pub(super) fn described(evaluator: &mut Evaluator<'_, '_>, handler: &Definition) -> Option<Operation> {
    let ItemKind::Function(signature) = &handler.item.kind else { return None };
    let attribute = handler.item.attributes.iter().find(|given| given.is(&["oai"]))?;
    let mut id = None;
    let (mut has_path, mut is_hidden) = (false, false);
    for (name, value) in parts(evaluator.modules, handler, attribute) {
        match (name.as_str(), value) {
            ("path", _) => has_path = true,
            ("hidden", value) => is_hidden = value.and_then(PartValue::text).is_none_or(|text| text != "false"),
            ("operation_id", Some(value)) => id = value.text(),
            _ => {}
        }
    }
    if !has_path || is_hidden {
        return None;
    }
    let mut requirements: Vec<SecurityRequirement> = Vec::new();
    for parameter in &signature.parameters {
        let scopes: Vec<String> = handlers::scopes(evaluator, handler, parameter)
            .into_iter()
            .map(|scope| match scope.value {
                TermValue::Str(name) => name,
                value => value.to_string(),
            })
            .collect();
        for scheme in schemes(evaluator.modules, handler.module, &parameter.ty, 0)? {
            let schemes = scheme.map(|name| (name, scopes.clone())).into_iter().collect();
            requirements.push(SecurityRequirement { schemes });
        }
    }
    let span = evaluator.modules.span_of(handler.text, attribute.extent);
    let security = (!requirements.is_empty()).then_some(requirements);
    Some(Operation { id, security, default_security: None, span, security_span: None, by_parameters: true })
}

/// The names of the schemes that a type stands for, any of which will do; `None` among them lets everyone in. Nothing at all for a type
/// that isn't known.
fn schemes(modules: &mut Modules<'_>, module: ModuleId, ty: &TypeRef, depth: usize) -> Option<Vec<Option<String>>> {
    // References, tuples and the like are no extractors that could be schemes.
    let Some(path) = ty.as_path() else { return Some(Vec::new()) };
    if depth > MAX_DEPTH {
        return None;
    }
    let definition = match modules.resolve(module, &path.names, Space::Type) {
        Resolved::Item(definition) => definition,
        Resolved::External(names) if poem::is_endpoint(&names) => return Some(Vec::new()),
        _ => return None,
    };
    if let ItemKind::Alias { target, .. } = &definition.item.kind {
        return schemes(modules, definition.module, target, depth + 1);
    }
    if handlers::derives(modules, &definition, |names| names.last().is_some_and(|name| name == "SecurityScheme")) {
        return of_scheme(modules, &definition, depth);
    }
    let krate = modules.module(definition.module).krate;
    modules.load_implementations(krate, &definition.item.name);
    let by_hand = modules.implementations(&definition).iter().any(|implementation| {
        matches!(&implementation.item.kind, ItemKind::Impl { of_trait: Some(path), .. } if path.last() == "ApiExtractor")
    });
    (!by_hand).then(Vec::new)
}

/// The schemes of a type that derives `SecurityScheme`: its own, or those of its variants.
fn of_scheme(modules: &mut Modules<'_>, definition: &Definition, depth: usize) -> Option<Vec<Option<String>>> {
    let source = modules.texts.slice(definition.text, definition.item.body).to_owned();
    let Ok(declared) = syn::parse_str::<syn::ItemEnum>(&format!("enum {source}")) else {
        let mut name = definition.item.name.clone();
        for attribute in definition.item.attributes.iter().filter(|given| given.is(&["oai"])) {
            let parts = parts(modules, definition, attribute).into_iter();
            let renamed = parts.filter(|(part, _)| part == "rename").find_map(|(_, value)| value?.text());
            name = renamed.unwrap_or(name);
        }
        return Some(vec![Some(name)]);
    };
    let mut found = Vec::new();
    for variant in declared.variants {
        match variant.fields.iter().next() {
            Some(field) => found.extend(schemes(modules, definition.module, &TypeRef::from_syn(&field.ty), depth + 1)?),
            // `#[oai(fallback)] NoAuth`
            None => found.push(None),
        }
    }
    Some(found)
}

fn parts(modules: &Modules<'_>, definition: &Definition, attribute: &Attribute) -> Vec<(String, Option<PartValue>)> {
    let source = modules.texts.slice(definition.text, attribute.arguments);
    source.parse().map(split_at_commas).unwrap_or_default().into_iter().map(operation::named).collect()
}
