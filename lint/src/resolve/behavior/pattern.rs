//! Patterns: which names get which parts of a value.

use std::rc::Rc;

use crate::frontend::rust::types::{TypeRef, ident_text};

use super::Walker;
use super::condition::last;
use super::flow::Flow;

impl Walker<'_, '_, '_> {
    /// Gives the names of a pattern their parts of a value.
    pub(super) fn bind(&mut self, pattern: &syn::Pat, value: Flow) {
        match pattern {
            syn::Pat::Ident(ident) => {
                if let Some((_, inner)) = &ident.subpat {
                    self.bind(inner, value.clone());
                }
                self.variables.push((ident_text(&ident.ident), value));
            }
            syn::Pat::Type(typed) => {
                let scope = self.scope.clone();
                let ty = self.analyst.type_of(&scope, &TypeRef::from_syn(&typed.ty));
                self.bind(&typed.pat, value.typed(ty));
            }
            syn::Pat::Paren(paren) => self.bind(&paren.pat, value),
            syn::Pat::Reference(reference) => self.bind(&reference.pat, value),
            syn::Pat::Guard(guard) => self.bind(&guard.pat, value),
            syn::Pat::Tuple(tuple) => self.bind_parts(&tuple.elems, &value),
            syn::Pat::TupleStruct(variant) => match last(&variant.path).as_deref() {
                // An error brings along the answers that it may be.
                Some("Err") => {
                    let error =
                        Flow { presence: value.presence.clone(), refusals: value.refusals.clone(), ..value.payload() };
                    let error = error.typed(value.ty.error());
                    self.bind_single(variant, error);
                }
                // The outer layer is gone, an inner one may be left.
                Some("Ok") => {
                    let inner = Flow { presence: value.presence.clone(), ..value.payload() };
                    self.bind_single(variant, inner);
                }
                Some("Some") => self.bind_single(variant, value.payload()),
                _ => match value.parts.clone() {
                    Some(_) => self.bind_parts(&variant.elems, &value),
                    None => {
                        let owner = value.ty.clone();
                        for (index, inner) in variant.elems.iter().enumerate() {
                            let ty = self.part_type(&owner, index);
                            self.bind(inner, Flow { variant: None, ..value.payload() }.typed(ty));
                        }
                    }
                },
            },
            syn::Pat::Struct(fields) => {
                for field in &fields.fields {
                    let name = match &field.member {
                        syn::Member::Named(name) => ident_text(name),
                        syn::Member::Unnamed(index) => index.index.to_string(),
                    };
                    let ty = self.analyst.field_type(&value.ty, &name);
                    self.bind(&field.pat, Flow { variant: None, parts: None, ..value.payload() }.typed(ty));
                }
            }
            syn::Pat::Slice(slice) => {
                for inner in &slice.elems {
                    self.bind(inner, value.payload());
                }
            }
            syn::Pat::Or(or) => {
                for case in &or.cases {
                    self.bind(case, value.clone());
                }
            }
            _ => {}
        }
    }

    /// `State(state): State<Arc<App>>`: what an extractor holds is its type's argument.
    fn part_type(&mut self, owner: &super::typing::Type, index: usize) -> super::typing::Type {
        match owner {
            super::typing::Type::Foreign(_, arguments) => arguments.get(index).cloned().unwrap_or_default(),
            own => self.analyst.field_type(own, &index.to_string()),
        }
    }

    fn bind_single(&mut self, variant: &syn::PatTupleStruct, value: Flow) {
        for inner in &variant.elems {
            self.bind(inner, value.clone());
        }
    }

    fn bind_parts(&mut self, patterns: &syn::punctuated::Punctuated<syn::Pat, syn::Token![,]>, value: &Flow) {
        let types = match &value.ty {
            super::typing::Type::Tuple(types) => types.clone(),
            _ => Rc::from([]),
        };
        for (index, inner) in patterns.iter().enumerate() {
            let part = match value.parts.as_ref().and_then(|parts| parts.get(index)) {
                Some(part) => part.clone(),
                None => Flow { parts: None, ..value.payload() }.typed(types.get(index).cloned().unwrap_or_default()),
            };
            self.bind(inner, part);
        }
    }

    /// Names of a pattern that is known to fit: what is inside is there.
    pub(super) fn bind_present(&mut self, pattern: &syn::Pat, value: &Flow) {
        self.bind(pattern, Flow { refusals: Vec::new(), ..value.clone() });
    }

    /// Names of a pattern that is tried.
    pub(super) fn bind_if(&mut self, pattern: &syn::Pat, value: &Flow) {
        self.bind(pattern, value.clone());
    }

    /// Whether a pattern can't fit a value whose variant is known, and whether it must.
    pub(super) fn fit(pattern: &syn::Pat, variant: Option<&Rc<str>>) -> Fit {
        let Some(variant) = variant else { return Fit::Maybe };
        let by_name = |name: Option<String>| match name {
            Some(name) if *name == **variant => Fit::Sure,
            Some(_) => Fit::Never,
            None => Fit::Maybe,
        };
        match pattern {
            syn::Pat::Path(path) => by_name(last(&path.path)),
            syn::Pat::TupleStruct(inner) => by_name(last(&inner.path)),
            syn::Pat::Struct(inner) => by_name(last(&inner.path)),
            // A bare name may be an imported variant; those begin with a capital.
            syn::Pat::Ident(ident) if ident.ident.to_string().starts_with(char::is_uppercase) => {
                by_name(Some(ident_text(&ident.ident)))
            }
            syn::Pat::Ident(_) | syn::Pat::Wild(_) => Fit::Sure,
            syn::Pat::Reference(inner) => Self::fit(&inner.pat, Some(variant)),
            syn::Pat::Paren(inner) => Self::fit(&inner.pat, Some(variant)),
            syn::Pat::Guard(_) => Fit::Maybe,
            syn::Pat::Or(or) => {
                let fits: Vec<Fit> = or.cases.iter().map(|case| Self::fit(case, Some(variant))).collect();
                if fits.contains(&Fit::Sure) {
                    Fit::Sure
                } else if fits.iter().all(|fit| *fit == Fit::Never) {
                    Fit::Never
                } else {
                    Fit::Maybe
                }
            }
            _ => Fit::Maybe,
        }
    }
}

/// Whether a pattern fits a value of a known variant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fit {
    Never,
    Maybe,
    Sure,
}
