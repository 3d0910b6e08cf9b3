//! Which function of the tree a call means.

use std::collections::BTreeMap;
use std::rc::Rc;
use std::sync::Arc;

use crate::frontend::rust::facts::{Item, ItemKind};
use crate::frontend::rust::types::{TypeArgument, TypePath, TypeRef};
use crate::resolve::modules::Definition;
use crate::resolve::names::{Resolved, Space};

use super::Analyst;
use super::typing::{Scope, Type};

/// A function with what its names stand for.
#[derive(Debug, Clone)]
pub(super) struct Target {
    pub(super) function: Definition,
    pub(super) scope: Scope,
}

/// More implementations of one trait than that aren't followed: the call could mean anything.
const MAX_IMPLEMENTATIONS: usize = 4;

impl Analyst<'_, '_> {
    /// The functions that a method or associated function of a type may mean: one, or several where a trait object or a bound leaves
    /// the choice open.
    pub(super) fn functions_of(&mut self, ty: &Type, name: &str) -> Vec<Target> {
        let ty = ty.peeled().clone();
        let Type::Own(definition, _) = &ty else { return Vec::new() };
        let ItemKind::Trait(items) = &definition.item.kind else {
            return self.function_of(&ty, name).into_iter().collect();
        };
        let implementors = self.implementors(definition);
        if (1..=MAX_IMPLEMENTATIONS).contains(&implementors.len()) {
            let found: Vec<Target> =
                implementors.iter().filter_map(|implementor| self.function_of(implementor, name)).collect();
            if !found.is_empty() {
                return found;
            }
        }
        let default = items.iter().find(|item| item.name == name && has_body(item)).cloned();
        let scope = Scope { module: definition.module, generics: Rc::default(), self_type: ty.clone() };
        default.map(|item| Target { function: Definition { item, ..definition.clone() }, scope }).into_iter().collect()
    }

    /// A method or associated function of a type: its own, one of a trait that it implements, or that trait's default.
    fn function_of(&mut self, ty: &Type, name: &str) -> Option<Target> {
        let Type::Own(owner, arguments) = ty else { return None };
        let (owner, arguments) = (owner.clone(), arguments.clone());
        let key = (Arc::as_ptr(&owner.item), name.to_owned());
        let found = match self.memory.members.get(&key) {
            Some(known) => known.clone(),
            None => {
                let found = self.find_member(&owner, name);
                self.memory.members.insert(key, found.clone());
                found
            }
        }?;
        let (function, implementation) = found;
        let mut generics = BTreeMap::new();
        if let Some(implementation) = &implementation
            && let ItemKind::Impl { self_type, .. } = &implementation.item.kind
            && let Some(path) = self_type.as_path()
        {
            for (parameter, argument) in path.arguments.iter().zip(arguments.iter()) {
                if let TypeArgument::Type(TypeRef::Path(parameter)) = parameter
                    && let [name] = parameter.names.as_slice()
                {
                    generics.insert(name.clone(), argument.clone());
                }
            }
        }
        let scope = Scope { module: function.module, generics: Rc::new(generics), self_type: ty.clone() };
        Some(Target { function, scope })
    }

    /// The function, and the `impl` that it stands in or that makes the default apply.
    fn find_member(&mut self, owner: &Definition, name: &str) -> Option<super::Member> {
        let krate = self.modules.module(owner.module).krate;
        self.modules.load_implementations(krate, &owner.item.name);
        let mut implementations = self.modules.implementations(owner);
        if implementations.is_empty() && !self.modules.module(owner.module).pending_calls.is_empty() {
            crate::resolve::expansion::expand_items(self.modules, owner.module);
            implementations = self.modules.implementations(owner);
        }
        let mut defaults = Vec::new();
        for implementation in implementations {
            let ItemKind::Impl { items, of_trait, .. } = &implementation.item.kind else { continue };
            let found = items.iter().find(|item| item.name == name && has_body(item)).cloned();
            if (found.is_none() && of_trait.is_none()) || !self.is_for(&implementation, owner) {
                continue;
            }
            match (found, of_trait) {
                (Some(item), _) => {
                    return Some((Definition { item, ..implementation.clone() }, Some(implementation)));
                }
                (None, Some(of_trait)) => defaults.push((of_trait.names.clone(), implementation.clone())),
                (None, None) => {}
            }
        }
        for (names, implementation) in defaults {
            let Resolved::Item(definition) = self.modules.resolve(implementation.module, &names, Space::Type) else {
                continue;
            };
            if let ItemKind::Trait(items) = &definition.item.kind
                && let Some(item) = items.iter().find(|item| item.name == name && has_body(item))
            {
                let function = Definition { item: item.clone(), ..definition.clone() };
                return Some((function, Some(implementation)));
            }
        }
        None
    }

    /// A constant of a type's own.
    pub(super) fn associated_constant(&mut self, owner: &Type, name: &str) -> Option<Definition> {
        let definition = owner.definition()?.clone();
        let implementations = self.modules.implementations(&definition);
        implementations.into_iter().find_map(|implementation| {
            let ItemKind::Impl { items, .. } = &implementation.item.kind else { return None };
            let item = items.iter().find(|item| item.name == name)?;
            matches!(item.kind, ItemKind::Constant { .. })
                .then(|| Definition { item: item.clone(), ..implementation.clone() })
        })
    }

    pub(super) fn is_for(&mut self, implementation: &Definition, owner: &Definition) -> bool {
        let ItemKind::Impl { self_type, .. } = &implementation.item.kind else { return false };
        let Some(path) = self_type.as_path() else { return false };
        let names = path.names.clone();
        matches!(self.modules.resolve(implementation.module, &names, Space::Type),
            Resolved::Item(definition) if definition == *owner)
    }

    /// The types of the tree that implement a trait, as far as they are loaded.
    fn implementors(&mut self, of: &Definition) -> Vec<Type> {
        let key = Arc::as_ptr(&of.item);
        if let Some(known) = self.memory.implementors.get(&key) {
            return known.clone();
        }
        let mut found = Vec::new();
        for implementation in self.modules.implementations_of(of) {
            let ItemKind::Impl { of_trait: Some(of_trait), self_type, .. } = &implementation.item.kind else {
                continue;
            };
            let (names, self_type) = (of_trait.names.clone(), self_type.clone());
            let is_this = matches!(self.modules.resolve(implementation.module, &names, Space::Type),
                Resolved::Item(definition) if definition == *of);
            if is_this {
                let scope = Scope { module: implementation.module, generics: Rc::default(), self_type: Type::Unknown };
                let ty = self.type_of(&scope, &self_type);
                if matches!(ty.peeled(), Type::Own(..)) && !found.contains(&ty) {
                    found.push(ty.peeled().clone());
                }
            }
        }
        self.memory.implementors.insert(key, found.clone());
        found
    }

    /// `impl From<Source> for Target`: its function `from`, for every such `impl` of a type.
    pub(super) fn conversions(&mut self, into: &Definition) -> Vec<(TypeRef, Target)> {
        let mut found = Vec::new();
        for implementation in self.modules.implementations(into) {
            let ItemKind::Impl { of_trait: Some(of_trait), items, .. } = &implementation.item.kind else { continue };
            if of_trait.last() != "From" {
                continue;
            }
            let Some(TypeArgument::Type(source)) = of_trait.arguments.first().cloned() else { continue };
            let Some(item) = items.iter().find(|item| item.name == "from" && has_body(item)).cloned() else { continue };
            if !self.is_for(&implementation, into) {
                continue;
            }
            let scope = Scope {
                module: implementation.module,
                generics: Rc::default(),
                self_type: Type::Own(into.clone(), Rc::from([])),
            };
            found.push((source, Target { function: Definition { item, ..implementation.clone() }, scope }));
        }
        found
    }

    /// Binds the type parameters of a function: those that the call names, else what its arguments show.
    pub(super) fn bind_generics(&mut self, target: &mut Target, named: &[Type], arguments: &[Type]) {
        let ItemKind::Function(signature) = &target.function.item.kind else { return };
        if signature.generics.is_empty() {
            return;
        }
        let mut generics = (*target.scope.generics).clone();
        for (name, ty) in signature.generics.iter().zip(named) {
            generics.insert(name.clone(), ty.clone());
        }
        let skipped = usize::from(signature.has_receiver);
        for (parameter, argument) in signature.parameters.iter().zip(arguments.iter().skip(skipped)) {
            bind(&parameter.ty, argument, &signature.generics, &mut generics);
        }
        target.scope.generics = Rc::new(generics);
    }
}

fn bind(parameter: &TypeRef, argument: &Type, names: &[String], generics: &mut BTreeMap<String, Type>) {
    match (parameter, argument) {
        (TypeRef::Reference(inner), argument) => bind(inner, argument, names, generics),
        (TypeRef::Path(TypePath { names: path, .. }), argument)
            if path.len() == 1 && names.contains(&path[0]) && *argument != Type::Unknown =>
        {
            generics.entry(path[0].clone()).or_insert_with(|| argument.clone());
        }
        (TypeRef::Path(path), Type::Foreign(name, given)) if path.last() == &**name => {
            for (parameter, argument) in path.arguments.iter().zip(given.iter()) {
                if let TypeArgument::Type(parameter) = parameter {
                    bind(parameter, argument, names, generics);
                }
            }
        }
        _ => {}
    }
}

fn has_body(item: &Item) -> bool {
    matches!(&item.kind, ItemKind::Function(function) if function.body.is_some())
}
