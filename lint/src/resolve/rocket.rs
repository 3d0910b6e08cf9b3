//! Rocket's handlers: the attribute that makes a function a route, and which parameters are its guards.

use std::collections::BTreeSet;

use proc_macro2::TokenStream;
use route_role_policy::term::Term;
use route_role_policy::{Meaning, Policy};

use crate::frontend::rust::facts::{Attribute, ItemKind, Parameter};
use crate::frontend::rust::rocket::{self, RouteAttribute};
use crate::source::Span;

use super::evaluate::Evaluator;
use super::evaluate::builders::KnownFunction;
use super::inventory::{Guard, Inventory, Note, NoteKind};
use super::modules::{Definition, Modules};
use super::names::{Resolved, Space};
use super::type_terms::Substitution;

/// What the attribute of a handler says, with its place.
#[derive(Debug, Clone)]
pub(crate) struct Declared {
    pub(crate) route: RouteAttribute,
    pub(crate) span: Span,
}

/// The route that a function's attribute declares, if it is one of Rocket's.
pub(crate) fn declared(modules: &mut Modules<'_>, handler: &Definition) -> Option<Declared> {
    let given = handler.item.attributes.iter().find(|given| may_declare(given))?;
    if origin(modules, handler, given) == Origin::Elsewhere {
        return None;
    }
    let arguments: TokenStream = modules.texts.slice(handler.text, given.arguments).parse().ok()?;
    let route = RouteAttribute::read(given.path.last()?, arguments)?;
    Some(Declared { route, span: modules.span_of(handler.text, given.extent) })
}

/// Whether a function's attribute is the one that declares its route.
pub(crate) fn is_declaration(given: &Attribute, declared: Option<&Declared>) -> bool {
    declared.is_some() && may_declare(given)
}

fn may_declare(given: &Attribute) -> bool {
    given.path.last().is_some_and(|name| rocket::is_route_attribute(name))
}

/// Where an attribute comes from that is spelt like one of Rocket's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Origin {
    Rocket,
    /// Nothing says where from: `#[macro_use] extern crate rocket` brings it in everywhere.
    Anywhere,
    Elsewhere,
}

fn origin(modules: &mut Modules<'_>, handler: &Definition, given: &Attribute) -> Origin {
    match modules.resolve(handler.module, &given.path, Space::Macro) {
        Resolved::External(names) if rocket::is_rocket(&names) => Origin::Rocket,
        Resolved::External(names) if names.len() == 1 => Origin::Anywhere,
        _ => Origin::Elsewhere,
    }
}

/// Whether an attribute of this name makes a function the program's entry point: `#[launch]`.
pub(crate) fn is_launched(function: &KnownFunction) -> bool {
    function.owner.is_none() && function.definition.item.attributes.iter().any(|given| given.is(&["launch"]))
}

/// The name that a parameter is bound by.
pub(crate) fn name_of<'t>(modules: &'t Modules<'_>, handler: &Definition, parameter: &Parameter) -> &'t str {
    let pattern = modules.texts.slice(handler.text, parameter.pattern).trim();
    let pattern = pattern.strip_prefix("mut ").unwrap_or(pattern).trim();
    pattern.strip_prefix("r#").unwrap_or(pattern)
}

/// The guards that one parameter of a handler may be. What the path, the query or the body binds is data, unless the policy
/// knows its type as a guard.
pub(crate) fn parameter_guards(
    evaluator: &mut Evaluator<'_, '_>,
    handler: &Definition,
    route: &RouteAttribute,
    substitution: &Substitution,
    parameter: &Parameter,
    policy: Option<&Policy>,
) -> Vec<Guard> {
    let is_bound = route.bound(name_of(evaluator.modules, handler, parameter)).is_some();
    let mut guards =
        evaluator.parameter_guards(handler.module, substitution, &parameter.ty, handler.text, parameter.extent);
    if is_bound {
        guards.retain(|guard| is_named(policy, guard));
    }
    for guard in &mut guards {
        if rocket::never_refuses(&guard.expansions.last().unwrap_or(&guard.term).path) {
            guard.expansions.insert(0, Term { path: rocket::INFALLIBLE.map(str::to_owned).to_vec(), args: Vec::new() });
        }
    }
    guards
}

/// Whether an entry of the policy speaks of something that restricts nobody by itself.
pub(crate) fn is_named(policy: Option<&Policy>, guard: &Guard) -> bool {
    let views = std::iter::once(&guard.term).chain(&guard.expansions);
    policy.is_some_and(|policy| !matches!(policy.meaning_through(views), Meaning::Unmapped { .. }))
}

/// Handlers that nothing mounts.
pub(super) fn note_unmounted(evaluator: &mut Evaluator<'_, '_>, functions: &[KnownFunction], inventory: &Inventory) {
    let served: BTreeSet<Span> = inventory.routes.iter().map(|route| route.handler.span).collect();
    for function in functions.iter().filter(|function| function.owner.is_none()) {
        let handler = &function.definition;
        let Some(given) = handler.item.attributes.iter().find(|given| may_declare(given)) else { continue };
        let is_rocket = match origin(evaluator.modules, handler, given) {
            Origin::Rocket => true,
            Origin::Anywhere => uses_rocket(evaluator.modules, handler),
            Origin::Elsewhere => false,
        };
        let span = evaluator.modules.span(handler);
        if !is_rocket || served.contains(&span) || evaluator.is_listed(handler) {
            continue;
        }
        let Some(declared) = declared(evaluator.modules, handler) else { continue };
        evaluator.notes.insert(Note {
            kind: NoteKind::DeadRouter,
            message: format!(
                "nothing mounts `{}`, so `{} {}` isn't served",
                handler.item.name, declared.route.method, declared.route.path
            ),
            help: Some("name it in the `routes![]` where it belongs, or delete it".to_owned()),
            span: Some(span),
        });
    }
}

/// Whether the crate of a function brings Rocket's macros in everywhere.
fn uses_rocket(modules: &Modules<'_>, handler: &Definition) -> bool {
    let krate = modules.module(handler.module).krate;
    let root = modules.crates[krate.0].root;
    modules
        .module(root)
        .definitions
        .iter()
        .any(|definition| matches!(&definition.item.kind, ItemKind::ExternCrate { original } if original == "rocket"))
}
