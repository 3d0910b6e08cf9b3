//! Types as terms, seen through aliases and type parameters.

use std::collections::BTreeMap;

use route_role_policy::term::{Argument, Term, Value as TermValue};

use crate::frontend::rust::facts::ItemKind;
use crate::frontend::rust::types::{TypeArgument, TypePath, TypeRef};
use crate::frontend::rust::{actix, axum, poem, rocket, salvo};

use super::evaluate::Evaluator;
use super::modules::ModuleId;
use super::names::{Resolved, Space};

/// Types inside types; more is never meant to be read.
const MAX_DEPTH: usize = 24;

/// What the type parameters of a generic handler stand for, each with the module where that was written.
pub(super) type Substitution = BTreeMap<String, (TypeArgument, ModuleId)>;

/// How deep a type's arguments are nested, and whether aliases among them are seen through.
#[derive(Debug, Clone, Copy)]
pub(super) struct Depth {
    levels: usize,
    expands_aliases: bool,
}

impl Depth {
    pub(super) fn written() -> Self {
        Self { levels: 0, expands_aliases: false }
    }

    pub(super) fn expanded() -> Self {
        Self { levels: 0, expands_aliases: true }
    }

    pub(super) fn deeper(self) -> Self {
        Self { levels: self.levels + 1, ..self }
    }
}

impl Evaluator<'_, '_> {
    /// A type as a term, with names resolved.
    pub(super) fn type_term(
        &mut self,
        module: ModuleId,
        substitution: &Substitution,
        path: &TypePath,
        depth: Depth,
    ) -> Option<Term> {
        if depth.levels > MAX_DEPTH {
            return None;
        }
        if let [name] = path.names.as_slice()
            && depth.levels > 0
            && let Some((TypeArgument::Type(TypeRef::Path(argument)), origin)) = substitution.get(name)
        {
            let (argument, origin) = (argument.clone(), *origin);
            return self.type_term(origin, &Substitution::new(), &argument, depth.deeper());
        }
        if depth.expands_aliases
            && depth.levels > 0
            && let Some((module, target, substitution)) = self.expand_alias(module, path, substitution)
        {
            return self.type_term(module, &substitution, &target, depth.deeper());
        }
        let mut is_foreign = false;
        let names = match self.modules.resolve(module, &path.names, Space::Type) {
            Resolved::Item(definition) => self.modules.full_name(definition.module, &definition.item.name),
            Resolved::Member(definition, rest) => {
                let mut names = self.modules.full_name(definition.module, &definition.item.name);
                names.extend(rest);
                names
            }
            Resolved::External(names) => {
                is_foreign = names.len() > 1;
                names
            }
            Resolved::Module(_) => path.names.clone(),
        };
        // What `Json` and `Path` of a foreign crate hold is data, and following it would read half the tree.
        let is_data =
            |path: &[String]| axum::carries_data(path) || actix::carries_data(path) || rocket::carries_data(path);
        let is_data = |path: &[String]| is_data(path) || poem::carries_data(path) || salvo::carries_data(path);
        if is_foreign && depth.levels == 0 && is_data(&names) {
            let args = path.arguments.iter().filter_map(written).map(|value| Argument { name: None, value }).collect();
            return Some(Term { path: names, args });
        }
        let args = path
            .arguments
            .iter()
            .filter_map(|argument| {
                let (name, value) = match argument {
                    TypeArgument::Type(TypeRef::Path(inner))
                        if let [name] = inner.names.as_slice()
                            && let Some((TypeArgument::Constant(text), _)) = substitution.get(name) =>
                    {
                        (None, constant_value(text))
                    }
                    TypeArgument::Type(ty) => (None, self.type_value(module, substitution, ty, depth.deeper())?),
                    TypeArgument::Binding(name, ty) => {
                        (Some(name.clone()), self.type_value(module, substitution, ty, depth.deeper())?)
                    }
                    TypeArgument::Constant(text) => (None, constant_value(text)),
                };
                Some(Argument { name, value })
            })
            .collect();
        Some(Term { path: names, args })
    }

    pub(super) fn type_value(
        &mut self,
        module: ModuleId,
        substitution: &Substitution,
        ty: &TypeRef,
        depth: Depth,
    ) -> Option<TermValue> {
        Some(match ty {
            TypeRef::Path(path) => TermValue::Term(self.type_term(module, substitution, path, depth)?),
            TypeRef::Reference(inner) => return self.type_value(module, substitution, inner, depth.deeper()),
            TypeRef::Slice(inner) => {
                TermValue::List(self.type_value(module, substitution, inner, depth.deeper()).into_iter().collect())
            }
            TypeRef::Tuple(parts) => TermValue::List(
                parts.iter().filter_map(|part| self.type_value(module, substitution, part, depth.deeper())).collect(),
            ),
            TypeRef::Bounds(paths) => {
                TermValue::Opaque(paths.iter().map(TypePath::last).collect::<Vec<_>>().join(" + "))
            }
            TypeRef::Other(text) => TermValue::Opaque(text.clone()),
        })
    }

    /// What an alias stands for, with its parameters filled in.
    pub(super) fn expand_alias(
        &mut self,
        module: ModuleId,
        path: &TypePath,
        outer: &Substitution,
    ) -> Option<(ModuleId, TypePath, Substitution)> {
        let Resolved::Item(definition) = self.modules.resolve(module, &path.names, Space::Type) else { return None };
        let ItemKind::Alias { parameters, target } = &definition.item.kind else { return None };
        let target = target.as_path()?.clone();
        let mut given = path.arguments.iter();
        let mut substitution = Substitution::new();
        for (name, default) in parameters {
            let argument = match (given.next(), default) {
                (Some(argument), _) => match argument {
                    TypeArgument::Type(TypeRef::Path(inner)) if inner.names.len() == 1 => {
                        outer.get(&inner.names[0]).cloned().unwrap_or_else(|| (argument.clone(), module))
                    }
                    _ => (argument.clone(), module),
                },
                (None, Some(default)) => (TypeArgument::Type(default.clone()), definition.module),
                (None, None) => continue,
            };
            substitution.insert(name.clone(), argument);
        }
        Some((definition.module, target, substitution))
    }
}

/// A type argument as written, its names unresolved.
fn written(argument: &TypeArgument) -> Option<TermValue> {
    match argument {
        TypeArgument::Type(TypeRef::Path(path)) | TypeArgument::Binding(_, TypeRef::Path(path)) => {
            let args = path.arguments.iter().filter_map(written).map(|value| Argument { name: None, value }).collect();
            Some(TermValue::Term(Term { path: path.names.clone(), args }))
        }
        TypeArgument::Constant(text) => Some(constant_value(text)),
        TypeArgument::Type(_) | TypeArgument::Binding(..) => None,
    }
}

/// A constant among a type's arguments.
pub(super) fn constant_value(text: &str) -> TermValue {
    let plain = text.trim().trim_start_matches('{').trim_end_matches('}').trim();
    match syn::parse_str::<syn::Lit>(plain) {
        Ok(syn::Lit::Str(literal)) => TermValue::Str(literal.value()),
        Ok(syn::Lit::Int(number)) => {
            number.base10_parse().map_or_else(|_| TermValue::Opaque(plain.to_owned()), TermValue::Int)
        }
        Ok(syn::Lit::Bool(truth)) => TermValue::Bool(truth.value),
        _ => TermValue::Opaque(plain.to_owned()),
    }
}
