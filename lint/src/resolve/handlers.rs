//! What makes a function or type a handler of a framework: its attributes, and the trait that it implements; and what the parameters of
//! handlers say beyond their types.

use std::rc::Rc;

use proc_macro2::TokenStream;
use route_role_policy::Policy;
use route_role_policy::term::{Argument, Term, Value as TermValue};

use crate::frontend::rust::facts::{Attribute, ItemKind, Parameter};
use crate::frontend::rust::meta::split_at_commas;
use crate::frontend::rust::types::TypePath;
use crate::frontend::rust::{poem, salvo};

use super::evaluate::Evaluator;
use super::inventory::Guard;
use super::modules::{Definition, ModuleId, Modules};
use super::names::{Resolved, Space};
use super::operation::{self, PartValue};
use super::rocket;
use super::value::{PathValue, Value};

/// The attribute of an item that a framework knows under its full path.
pub(super) fn marked(
    modules: &mut Modules<'_>,
    definition: &Definition,
    is_known: fn(&[String]) -> bool,
) -> Option<Attribute> {
    let mut given = definition.item.attributes.iter();
    given
        .find(|given| match modules.resolve(definition.module, &given.path, Space::Macro) {
            Resolved::External(names) => is_known(&names),
            _ => false,
        })
        .cloned()
}

/// Whether a framework knows one of an item's attributes.
pub(super) fn is_marked(modules: &mut Modules<'_>, definition: &Definition, is_known: fn(&[String]) -> bool) -> bool {
    marked(modules, definition, is_known).is_some()
}

/// The method that answers requests for a value of a type that is a handler: `call` of poem's `Endpoint`, `handle` of salvo's `Handler`.
pub(super) fn answering_method(modules: &mut Modules<'_>, value: &Value) -> Option<Value> {
    let (owner, span) = match value {
        Value::Record(record) => {
            let owner = record.definition.clone()?;
            let span = modules.span(&owner);
            (owner, span)
        }
        Value::Path(path) => match &path.resolved {
            Resolved::Item(owner) if matches!(owner.item.kind, ItemKind::Type) => (owner.clone(), path.span),
            _ => return None,
        },
        _ => return None,
    };
    let krate = modules.module(owner.module).krate;
    modules.load_implementations(krate, &owner.item.name);
    let method = modules.implementations(&owner).iter().find_map(|implementation| {
        let ItemKind::Impl { of_trait, .. } = &implementation.item.kind else { return None };
        match of_trait.as_ref().map(TypePath::last) {
            Some("Endpoint") => Some("call"),
            Some("Handler") => Some("handle"),
            Some(_) => None,
            None => is_marked(modules, implementation, salvo::is_handler_attribute).then_some("handle"),
        }
    })?;
    let resolved = Resolved::Member(owner.clone(), vec![method.to_owned()]);
    Some(Value::Path(Rc::new(PathValue { resolved, generics: Vec::new(), module: owner.module, span })))
}

/// Takes out of the guards of a parameter what is only data, unless the policy knows it as a guard, and adds the scopes that
/// `#[oai(scope = "Scopes::Read")]` demands.
pub(super) fn parameter_guards(
    evaluator: &mut Evaluator<'_, '_>,
    handler: &Definition,
    parameter: &Parameter,
    mut guards: Vec<Guard>,
    policy: Option<&Policy>,
) -> Vec<Guard> {
    if !guards.is_empty() && derives_data(evaluator.modules, handler.module, parameter) {
        guards.retain(|guard| rocket::is_named(policy, guard));
    }
    let scopes = scopes(evaluator, handler, parameter);
    if !scopes.is_empty() {
        for guard in &mut guards {
            let scoped = Term { path: guard.term.path.clone(), args: scopes.clone() };
            guard.text = scoped.to_string();
            guard.expansions.insert(0, std::mem::replace(&mut guard.term, scoped));
        }
    }
    guards
}

/// Whether a derived trait says that the type of a parameter is taken out of the request as it is.
fn derives_data(modules: &mut Modules<'_>, module: ModuleId, parameter: &Parameter) -> bool {
    let Some(path) = parameter.ty.as_path() else { return false };
    let Resolved::Item(definition) = modules.resolve(module, &path.names, Space::Type) else { return false };
    derives(modules, &definition, |names| {
        names.last().is_some_and(|name| poem::derives_data(name) || salvo::derives_data(name))
    })
}

/// Whether a type derives a trait of poem or salvo of which this is true.
pub(super) fn derives(
    modules: &mut Modules<'_>,
    definition: &Definition,
    is_wanted: impl Fn(&[String]) -> bool,
) -> bool {
    let given = definition.item.attributes.iter().filter(|given| given.is(&["derive"]));
    let lists: Vec<String> =
        given.map(|given| modules.texts.slice(definition.text, given.arguments).to_owned()).collect();
    lists.iter().flat_map(|list| list.split(',')).any(|derived| {
        let names: Vec<String> = derived.split("::").map(|name| name.trim().to_owned()).collect();
        is_wanted(&names)
            && match modules.resolve(definition.module, &names, Space::Macro) {
                Resolved::External(names) => poem::is_endpoint(&names) || salvo::is_salvo(&names),
                _ => false,
            }
    })
}

/// The scopes that the attribute of a parameter names.
pub(super) fn scopes(evaluator: &mut Evaluator<'_, '_>, handler: &Definition, parameter: &Parameter) -> Vec<Argument> {
    let mut found = Vec::new();
    for given in parameter.attributes.iter().filter(|given| given.is(&["oai"])) {
        let source = evaluator.modules.texts.slice(handler.text, given.arguments).to_owned();
        for (name, value) in source.parse().map(split_at_commas).unwrap_or_default().into_iter().map(operation::named) {
            if name != "scope" && name != "scopes" {
                continue;
            }
            let (Some(PartValue::Expression(tokens)) | Some(PartValue::Group(tokens))) = value else { continue };
            for scope in split_at_commas(tokens) {
                found.extend(scope_path(scope).map(|path| scope_value(evaluator.modules, handler.module, path)));
            }
        }
    }
    found.into_iter().map(|value| Argument { name: None, value }).collect()
}

/// The path of a scope, with or without quotes.
fn scope_path(tokens: TokenStream) -> Option<syn::Path> {
    match syn::parse2::<syn::LitStr>(tokens.clone()) {
        Ok(text) => text.parse().ok(),
        Err(_) => syn::parse2(tokens).ok(),
    }
}

/// The name of a scope, as the variant of `#[derive(OAuthScopes)]` has it; its path if that isn't in the tree.
fn scope_value(modules: &mut Modules<'_>, module: ModuleId, path: syn::Path) -> TermValue {
    let names = TypePath::from_syn(&path).names;
    let unknown = TermValue::Term(Term { path: names.clone(), args: Vec::new() });
    let Some((variant, owner)) = names.split_last() else { return unknown };
    let Resolved::Item(definition) = modules.resolve(module, owner, Space::Type) else { return unknown };
    let source = format!("enum {}", modules.texts.slice(definition.text, definition.item.body));
    let Ok(declared) = syn::parse_str::<syn::ItemEnum>(&source) else { return unknown };
    let Some(variant) = declared.variants.iter().find(|known| known.ident == variant) else { return unknown };
    let mut renamed = None;
    for attribute in variant.attrs.iter().filter(|attribute| attribute.path().is_ident("oai")) {
        let syn::Meta::List(list) = &attribute.meta else { continue };
        for (name, value) in split_at_commas(list.tokens.clone()).into_iter().map(operation::named) {
            if let (true, Some(PartValue::Expression(value))) = (name == "rename", value) {
                renamed = syn::parse2::<syn::LitStr>(value).ok().map(|text| text.value());
            }
        }
    }
    let changes_all = definition.item.attributes.iter().any(|given| {
        given.is(&["oai"]) && modules.texts.slice(definition.text, given.arguments).contains("rename_all")
    });
    match renamed {
        Some(name) => TermValue::Str(name),
        None if changes_all => unknown,
        None => TermValue::Str(variant.ident.to_string()),
    }
}
