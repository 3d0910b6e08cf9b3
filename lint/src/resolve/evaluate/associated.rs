//! What belongs to a type: its functions and constants, and what their type parameters stand for.

use std::collections::BTreeMap;
use std::rc::Rc;
use std::sync::Arc;

use crate::frontend::rust::facts::{Item, ItemKind};
use crate::frontend::rust::types::{TypeArgument, TypeRef};
use crate::resolve::modules::{Definition, ModuleId};
use crate::resolve::names::{Resolved, Space};
use crate::resolve::value::PathValue;

use super::Evaluator;

/// What type parameters stand for, each with the module where that is written.
pub(super) type Generics = Rc<BTreeMap<String, (TypeArgument, ModuleId)>>;

impl Evaluator<'_, '_> {
    /// What the type parameters of a function, and of the `impl` around it, stand for where a path names it.
    pub(crate) fn type_arguments(
        &self,
        function: &Definition,
        owner: Option<&Definition>,
        path: &PathValue,
    ) -> BTreeMap<String, (TypeArgument, ModuleId)> {
        let ItemKind::Function(signature) = &function.item.kind else { return BTreeMap::new() };
        let mut names = signature.generics.clone();
        // `Type::<A>::function` or `Type::function::<A>`: a path doesn't tell which, their number does.
        if let Some(owner) = owner
            && path.generics.len() != names.len()
        {
            names.splice(0..0, self.parameters_of_impl(owner, function));
        }
        let named = names.into_iter().zip(path.generics.iter().cloned());
        named.map(|(name, argument)| (name, (argument, path.module))).collect()
    }

    /// The type parameters of the `impl` that a function stands in, in the order of the type's own.
    fn parameters_of_impl(&self, owner: &Definition, function: &Definition) -> Vec<String> {
        let implementations = self.modules.implementations(owner);
        let arguments = implementations.iter().find_map(|implementation| match &implementation.item.kind {
            ItemKind::Impl { self_type, items, .. } if items.iter().any(|item| Arc::ptr_eq(item, &function.item)) => {
                self_type.as_path().map(|path| path.arguments.clone())
            }
            _ => None,
        });
        let name = |argument: TypeArgument| match argument {
            TypeArgument::Type(TypeRef::Path(path)) => path.names.last().cloned().unwrap_or_default(),
            _ => String::new(),
        };
        arguments.unwrap_or_default().into_iter().map(name).collect()
    }

    pub(super) fn generics_for(
        &self,
        definition: &Definition,
        owner: Option<&Definition>,
        path: &PathValue,
    ) -> Generics {
        Rc::new(self.type_arguments(definition, owner, path))
    }

    /// An associated function or constant of a type or trait: its own, one of a trait that it implements, or that trait's default.
    pub(crate) fn associated(&mut self, owner: &Definition, name: &str) -> Option<Definition> {
        if let ItemKind::Trait(items) = &owner.item.kind {
            return member(owner, items, name);
        }
        if let Some(found) = self.implemented(owner, name) {
            return Some(found);
        }
        // A macro may still have to say what it implements.
        if self.modules.module(owner.module).pending_calls.is_empty() {
            return None;
        }
        crate::resolve::expansion::expand_items(self.modules, owner.module);
        self.implemented(owner, name)
    }

    fn implemented(&mut self, owner: &Definition, name: &str) -> Option<Definition> {
        let implementations = self.modules.implementations(owner);
        let mut defaults = Vec::new();
        for implementation in &implementations {
            let ItemKind::Impl { self_type, items, of_trait } = &implementation.item.kind else { continue };
            let found = member(implementation, items, name);
            if found.is_none() && of_trait.is_none() {
                continue;
            }
            let Some(path) = self_type.as_path() else { continue };
            let resolved = self.modules.resolve(implementation.module, &path.names, Space::Type);
            if !matches!(&resolved, Resolved::Item(definition) if definition == owner) {
                continue;
            }
            match (found, of_trait) {
                (Some(found), _) => return Some(found),
                (None, Some(of_trait)) => defaults.push((implementation.module, &of_trait.names)),
                (None, None) => {}
            }
        }
        defaults.into_iter().find_map(|(module, names)| match self.modules.resolve(module, names, Space::Type) {
            Resolved::Item(definition) => match &definition.item.kind {
                ItemKind::Trait(items) => member(&definition, items, name),
                _ => None,
            },
            _ => None,
        })
    }
}

fn member(owner: &Definition, items: &[Arc<Item>], name: &str) -> Option<Definition> {
    let item = items.iter().find(|item| item.name == name)?;
    Some(Definition { item: item.clone(), ..owner.clone() })
}
