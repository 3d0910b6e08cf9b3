//! Patterns: which parts of a value get which names.

use std::rc::Rc;

use crate::frontend::rust::types::ident_text;
use crate::resolve::value::Value;

use super::{Environment, Evaluator};

impl Evaluator<'_, '_> {
    /// Gives the names of a pattern their parts of a value. An API description that is given a name is in use.
    pub(super) fn bind(&mut self, environment: &mut Environment, pattern: &syn::Pat, value: Value) {
        match pattern {
            syn::Pat::Ident(ident) => {
                let name = ident_text(&ident.ident);
                if let (Value::Document(document), false) = (&value, name.starts_with('_')) {
                    self.documents.push(document.clone());
                }
                environment.declare(&name, value);
            }
            syn::Pat::Type(typed) => self.bind(environment, &typed.pat, value),
            syn::Pat::Paren(paren) => self.bind(environment, &paren.pat, value),
            syn::Pat::Reference(reference) => self.bind(environment, &reference.pat, value),
            syn::Pat::Guard(guard) => self.bind(environment, &guard.pat, value),
            syn::Pat::Tuple(tuple) => {
                let parts = match &value {
                    Value::Tuple(parts) | Value::List(parts) => parts.clone(),
                    _ => Rc::default(),
                };
                for (index, inner) in tuple.elems.iter().enumerate() {
                    self.bind(environment, inner, parts.get(index).cloned().unwrap_or(Value::Unknown));
                }
            }
            syn::Pat::Slice(slice) => {
                let parts = match &value {
                    Value::List(parts) | Value::Tuple(parts) => parts.clone(),
                    _ => Rc::default(),
                };
                let rest = slice.elems.iter().position(is_rest);
                for (index, inner) in slice.elems.iter().enumerate() {
                    // What stands behind `..` is counted from the end.
                    let at = match rest {
                        Some(rest) if index > rest => (parts.len() + index).checked_sub(slice.elems.len()),
                        _ => Some(index),
                    };
                    let part = at.and_then(|at| parts.get(at)).cloned().unwrap_or(Value::Unknown);
                    self.bind(environment, inner, if Some(index) == rest { Value::Unknown } else { part });
                }
            }
            // `Some(x)` and `Ok(x)` are what they hold; other variants keep their parts by position.
            syn::Pat::TupleStruct(variant) => {
                let single = variant.elems.len() == 1;
                for (index, inner) in variant.elems.iter().enumerate() {
                    let part = match &value {
                        Value::Record(record) => {
                            record.fields.get(&index.to_string()).cloned().unwrap_or(Value::Unknown)
                        }
                        other if single => other.clone(),
                        _ => Value::Unknown,
                    };
                    self.bind(environment, inner, part);
                }
            }
            syn::Pat::Struct(record) => {
                for field in &record.fields {
                    let name = match &field.member {
                        syn::Member::Named(name) => ident_text(name),
                        syn::Member::Unnamed(index) => index.index.to_string(),
                    };
                    let part = match &value {
                        Value::Record(record) => record.fields.get(&name).cloned().unwrap_or(Value::Unknown),
                        _ => Value::Unknown,
                    };
                    self.bind(environment, &field.pat, part);
                }
            }
            syn::Pat::Or(alternatives) => {
                if let Some(first) = alternatives.cases.first() {
                    self.bind(environment, first, value);
                }
            }
            _ => {}
        }
    }
}

/// `..` and `name @ ..`.
fn is_rest(pattern: &syn::Pat) -> bool {
    match pattern {
        syn::Pat::Rest(_) => true,
        syn::Pat::Ident(ident) => ident.subpat.as_ref().is_some_and(|(_, inner)| is_rest(inner)),
        _ => false,
    }
}

/// The name that a pattern gives to the whole value.
pub(super) fn single_name(pattern: &syn::Pat) -> Option<String> {
    match pattern {
        syn::Pat::Ident(ident) => Some(ident_text(&ident.ident)),
        syn::Pat::Type(typed) => single_name(&typed.pat),
        syn::Pat::Paren(paren) => single_name(&paren.pat),
        syn::Pat::Reference(reference) => single_name(&reference.pat),
        _ => None,
    }
}
