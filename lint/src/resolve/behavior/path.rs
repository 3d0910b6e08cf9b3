//! Paths: variables, constants, variants, and what a name with its type arguments belongs to.

use std::rc::Rc;

use crate::frontend::rust::facts::ItemKind;
use crate::frontend::rust::types::{TypePath, ident_text};
use crate::resolve::names::{Resolved, Space};

use super::Walker;
use super::flow::{Condition, Flow, Origin};
use super::status;
use super::typing::Type;

impl Walker<'_, '_, '_> {
    pub(super) fn path(&mut self, path: &syn::ExprPath) -> Flow {
        if path.qself.is_none()
            && let Some(ident) = path.path.get_ident()
        {
            let name = ident_text(ident);
            if let Some(value) = self.variable(&name) {
                return value.clone();
            }
            if name == "None" {
                // It is `None` for the reason that led here.
                let around = self.around();
                let is_none = around == Condition::default();
                return Flow { origins: around.origins, presence: around.presence, is_none, ..Flow::default() };
            }
        }
        let written = TypePath::from_syn(&path.path);
        let name = written.last().to_owned();
        if let Some(status) = status::of_constant(&name) {
            return Flow { statuses: vec![status], ty: Type::foreign("StatusCode", Vec::new()), ..Flow::default() };
        }
        let (resolved, owner) = self.resolved_path(path, &written);
        if let Some(status) = self.rocket_status(&written.names) {
            return Flow { statuses: vec![status], ty: Type::foreign("Status", Vec::new()), ..Flow::default() };
        }
        if let Some(owner) = owner {
            // A unit variant, or a constant of the type.
            if self.is_variant(&owner, &name) {
                return self.variant(owner, &name);
            }
            return Flow { words: vec![name.into()], ..Flow::default() };
        }
        match resolved {
            Resolved::Item(definition) => match &definition.item.kind {
                ItemKind::Type => Flow::default().typed(Type::Own(definition, Rc::from([]))),
                ItemKind::Constant { value } => {
                    let text = value.map_or("", |value| self.analyst.modules.texts.slice(definition.text, value));
                    constant(text)
                }
                _ => Flow::default(),
            },
            Resolved::Member(..) | Resolved::Module(_) => Flow::default(),
            Resolved::External(names) => Flow {
                words: names.last().map(|name| Rc::from(name.as_str())).into_iter().collect(),
                ..Flow::default()
            },
        }
    }

    /// The status that a path of Rocket's or salvo's stands for.
    pub(super) fn rocket_status(&mut self, names: &[String]) -> Option<u16> {
        // Only what is spelt like one is worth resolving.
        if !names.iter().rev().nth(1).is_some_and(|owner| matches!(owner.as_str(), "Status" | "status" | "StatusError"))
            && !names.last().is_some_and(|name| {
                matches!(name.as_str(), "NotFound" | "Forbidden" | "Unauthorized" | "BadRequest" | "Conflict")
            })
        {
            return None;
        }
        match self.analyst.modules.resolve(self.scope.module, names, crate::resolve::names::Space::Value) {
            Resolved::External(names) => status::of_rocket(&names).or_else(|| status::of_salvo(&names)),
            _ => None,
        }
    }

    /// A path in the place of a value: what it means, or the type of which it names a part.
    pub(super) fn resolved_path(&mut self, path: &syn::ExprPath, written: &TypePath) -> (Resolved, Option<Type>) {
        let nothing = Resolved::External(Vec::new());
        if let Some(qself) = &path.qself {
            let scope = self.scope.clone();
            let ty = self.analyst.type_of(&scope, &crate::frontend::rust::types::TypeRef::from_syn(&qself.ty));
            return (nothing, Some(ty));
        }
        if let [first, _] = written.names.as_slice() {
            if first == "Self" {
                return (nothing, Some(self.scope.self_type.clone()));
            }
            if let Some(ty) = self.scope.generics.get(first) {
                return (nothing, Some(ty.clone()));
            }
        }
        if let [first, middle, _] = written.names.as_slice()
            && (first == "Self" || self.scope.generics.contains_key(first))
        {
            let path = TypePath { names: vec![first.clone(), middle.clone()], arguments: Vec::new() };
            let scope = self.scope.clone();
            let ty = self.analyst.path_type(&scope, &path, 0);
            return (nothing, Some(ty));
        }
        match self.analyst.modules.resolve(self.scope.module, &written.names, Space::Value) {
            Resolved::Member(definition, names) if names.len() == 1 => {
                let arguments = self.owner_arguments(path);
                (nothing, Some(Type::Own(definition, arguments)))
            }
            other => (other, None),
        }
    }

    /// `Type::<A>::function`: the arguments of the last but one name.
    fn owner_arguments(&mut self, path: &syn::ExprPath) -> Rc<[Type]> {
        let Some(segment) = path.path.segments.iter().rev().nth(1) else { return Rc::from([]) };
        self.segment_types(&segment.arguments).into()
    }

    pub(super) fn segment_types(&mut self, arguments: &syn::PathArguments) -> Vec<Type> {
        let syn::PathArguments::AngleBracketed(given) = arguments else { return Vec::new() };
        let scope = self.scope.clone();
        crate::frontend::rust::types::type_arguments(given)
            .iter()
            .map(|argument| match argument {
                crate::frontend::rust::types::TypeArgument::Type(ty) => self.analyst.type_of(&scope, ty),
                _ => Type::Unknown,
            })
            .collect()
    }

    pub(super) fn is_variant(&mut self, ty: &Type, name: &str) -> bool {
        let Some(definition) = ty.definition().cloned() else { return false };
        matches!(definition.item.kind, ItemKind::Type)
            && self.analyst.shape(&definition).variants.iter().any(|variant| variant == name)
    }

    pub(super) fn variant(&self, ty: Type, name: &str) -> Flow {
        Flow { variant: Some(name.into()), ty, ..Flow::default() }
    }
}

/// A constant of which only the text is at hand.
fn constant(text: &str) -> Flow {
    let trimmed = text.trim();
    if let Ok(literal) = syn::parse_str::<syn::LitStr>(trimmed) {
        return Flow { words: vec![literal.value().into()], ..Flow::default() };
    }
    let status = trimmed.rsplit("::").next().and_then(status::of_constant);
    if let Some(status) = status {
        return Flow { statuses: vec![status], ..Flow::default() };
    }
    // What a static holds is the application's own.
    Flow::from_origin(Origin::State)
}
