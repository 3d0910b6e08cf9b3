//! `#[typed_path("/cases/{id}")]` of axum-extra: types that say which path they are taken from.

use proc_macro2::TokenStream;

use crate::frontend::rust::facts::ItemKind;
use crate::frontend::rust::meta::split_at_commas;
use crate::frontend::rust::types::TypeRef;

use super::evaluate::Evaluator;
use super::modules::{Definition, Modules};
use super::names::{Resolved, Space};
use super::value::Value;

/// The path that a parameter's type says, if it is such a type.
pub(crate) fn of_type(modules: &mut Modules<'_>, function: &Definition, ty: &TypeRef) -> Option<String> {
    let path = ty.as_path()?;
    let Resolved::Item(definition) = modules.resolve(function.module, &path.names, Space::Type) else { return None };
    let given = definition.item.attributes.iter().find(|given| given.is(&["typed_path"]))?;
    let arguments: TokenStream = modules.texts.slice(definition.text, given.arguments).parse().ok()?;
    let first = split_at_commas(arguments).into_iter().next()?;
    syn::parse2::<syn::LitStr>(first).ok().map(|text| text.value())
}

impl Evaluator<'_, '_> {
    /// The path that the first parameter of a handler says.
    pub(crate) fn typed_path(&mut self, handler: &Value) -> Option<String> {
        let (function, ty) = match handler {
            Value::Path(path) => {
                let (function, _) = self.handler_function(path)?;
                let ItemKind::Function(signature) = &function.item.kind else { return None };
                let ty = signature.parameters.first()?.ty.clone();
                (function, ty)
            }
            _ => return None,
        };
        of_type(self.modules, &function, &ty)
    }
}
