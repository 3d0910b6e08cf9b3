//! Matching patterns against terms, and putting bindings back into patterns.

use std::collections::BTreeMap;

use super::{ArgumentPattern, Head, Pattern, TermPattern, ValuePattern};
use crate::term::{Argument, Term, Value};

/// What the metavariables of a pattern stand for, by name without `$`.
pub type Bindings = BTreeMap<String, Binding>;

/// What a metavariable stands for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Binding {
    /// The value that `$X` matched.
    One(Value),
    /// The arguments that `$...X` matched.
    Rest(Vec<Argument>),
}

impl Pattern {
    /// The bindings with which the pattern matches a term; `None` if it doesn't.
    pub fn matches(&self, term: &Term) -> Option<Bindings> {
        let mut bindings = Bindings::new();
        matches_term(&self.term, term, &mut bindings).then_some(bindings)
    }

    /// The term that the pattern becomes when its metavariables are replaced.
    ///
    /// `None` if a metavariable is bound to something that isn't a term where a term must stand.
    pub fn substitute(&self, bindings: &Bindings) -> Option<Term> {
        substitute_term(&self.term, bindings)
    }

    /// Whether every term that `other` matches is matched by this pattern too.
    pub fn covers(&self, other: &Pattern) -> bool {
        self.matches(&freeze(&other.term, &mut 0)).is_some()
    }
}

fn matches_term(pattern: &TermPattern, term: &Term, bindings: &mut Bindings) -> bool {
    match &pattern.head {
        Head::Path(path) => term.path_ends_with(path) && matches_arguments(&pattern.args, &term.args, bindings),
        Head::Variable(_) => false,
    }
}

fn matches_arguments(patterns: &[ArgumentPattern], args: &[Argument], bindings: &mut Bindings) -> bool {
    let mut positional: Vec<&Argument> = args.iter().filter(|argument| argument.name.is_none()).collect();
    let mut keywords: Vec<&Argument> = args.iter().filter(|argument| argument.name.is_some()).collect();
    for pattern in patterns.iter().filter(|pattern| pattern.name.is_some()) {
        let at = keywords.iter().position(|argument| argument.name == pattern.name);
        match (at, &pattern.value) {
            (Some(at), value) => {
                if !matches_value(value, &keywords.remove(at).value, bindings) {
                    return false;
                }
            }
            (None, ValuePattern::One(_)) => {}
            (None, _) => return false,
        }
    }
    let wanted: Vec<&ArgumentPattern> = patterns.iter().filter(|pattern| pattern.name.is_none()).collect();
    let rest_at = wanted.iter().position(|pattern| matches!(pattern.value, ValuePattern::Rest(_)));
    let Some(rest_at) = rest_at else {
        return keywords.is_empty()
            && wanted.len() == positional.len()
            && wanted.iter().zip(&positional).all(|(pattern, argument)| one(pattern, argument, bindings));
    };
    let (before, rest_and_after) = wanted.split_at(rest_at);
    let Some((rest, after)) = rest_and_after.split_first() else { return false };
    if positional.len() < before.len() + after.len() {
        return false;
    }
    let tail = positional.split_off(positional.len() - after.len());
    let middle = positional.split_off(before.len());
    let fixed = before.iter().zip(&positional).chain(after.iter().zip(&tail));
    for (pattern, argument) in fixed {
        if !one(pattern, argument, bindings) {
            return false;
        }
    }
    match &rest.value {
        ValuePattern::Rest(Some(name)) => {
            let bound = middle.into_iter().chain(keywords).cloned().collect();
            bind(name, Binding::Rest(bound), bindings)
        }
        _ => true,
    }
}

fn one(pattern: &ArgumentPattern, argument: &Argument, bindings: &mut Bindings) -> bool {
    matches_value(&pattern.value, &argument.value, bindings)
}

fn matches_value(pattern: &ValuePattern, value: &Value, bindings: &mut Bindings) -> bool {
    match (pattern, value) {
        // What is frozen from `$...` may stand for any number of arguments, so a single `$X` doesn't cover it.
        (ValuePattern::One(_), Value::Opaque(text)) if text == FROZEN_REST => false,
        (ValuePattern::One(None), _) => true,
        (ValuePattern::One(Some(name)), value) => bind(name, Binding::One(value.clone()), bindings),
        (ValuePattern::Term(pattern), Value::Term(term)) => matches_term(pattern, term, bindings),
        (ValuePattern::Str(wanted), Value::Str(text)) => wanted == text,
        (ValuePattern::Int(wanted), Value::Int(number)) => wanted == number,
        (ValuePattern::Bool(wanted), Value::Bool(truth)) => wanted == truth,
        (ValuePattern::List(patterns), Value::List(values)) => {
            matches_arguments(patterns, &positional(values.iter().cloned()), bindings)
        }
        _ => false,
    }
}

fn bind(name: &str, binding: Binding, bindings: &mut Bindings) -> bool {
    match bindings.get(name) {
        Some(bound) => *bound == binding,
        None => bindings.insert(name.to_owned(), binding).is_none(),
    }
}

fn positional(values: impl IntoIterator<Item = Value>) -> Vec<Argument> {
    values.into_iter().map(|value| Argument { name: None, value }).collect()
}

fn substitute_term(pattern: &TermPattern, bindings: &Bindings) -> Option<Term> {
    match &pattern.head {
        Head::Path(path) => Some(Term { path: path.clone(), args: substitute_arguments(&pattern.args, bindings)? }),
        Head::Variable(name) => match bindings.get(name) {
            Some(Binding::One(Value::Term(term))) => Some(term.clone()),
            _ => None,
        },
    }
}

fn substitute_arguments(patterns: &[ArgumentPattern], bindings: &Bindings) -> Option<Vec<Argument>> {
    let mut args = Vec::new();
    for pattern in patterns {
        let value = match &pattern.value {
            ValuePattern::Rest(name) => {
                if let Some(Binding::Rest(bound)) = name.as_ref().and_then(|name| bindings.get(name)) {
                    args.extend(bound.iter().cloned());
                }
                continue;
            }
            ValuePattern::One(name) => match name.as_ref().and_then(|name| bindings.get(name)) {
                Some(Binding::One(value)) => value.clone(),
                // An argument that was left out is left out again.
                None if pattern.name.is_some() => continue,
                _ => return None,
            },
            ValuePattern::Term(term) => Value::Term(substitute_term(term, bindings)?),
            ValuePattern::Str(text) => Value::Str(text.clone()),
            ValuePattern::Int(number) => Value::Int(*number),
            ValuePattern::Bool(truth) => Value::Bool(*truth),
            ValuePattern::List(items) => {
                Value::List(substitute_arguments(items, bindings)?.into_iter().map(|argument| argument.value).collect())
            }
        };
        args.push(Argument { name: pattern.name.clone(), value });
    }
    Some(args)
}

const FROZEN_REST: &str = "$...";

/// A term that stands for all that a pattern matches: metavariables become values that equal only themselves.
///
/// `anonymous` counts the metavariables without a name, no two of which are the same.
fn freeze(pattern: &TermPattern, anonymous: &mut usize) -> Term {
    match &pattern.head {
        Head::Path(path) => {
            let args = pattern.args.iter().map(|argument| freeze_argument(argument, anonymous)).collect();
            Term { path: path.clone(), args }
        }
        Head::Variable(name) => Term { path: vec![format!("${name}")], args: Vec::new() },
    }
}

fn freeze_argument(argument: &ArgumentPattern, anonymous: &mut usize) -> Argument {
    let value = match &argument.value {
        ValuePattern::One(Some(name)) => Value::Opaque(format!("${name}")),
        ValuePattern::One(None) => {
            *anonymous += 1;
            Value::Opaque(format!("$_{anonymous}"))
        }
        ValuePattern::Rest(_) => Value::Opaque(FROZEN_REST.to_owned()),
        ValuePattern::Term(term) => Value::Term(freeze(term, anonymous)),
        ValuePattern::Str(text) => Value::Str(text.clone()),
        ValuePattern::Int(number) => Value::Int(*number),
        ValuePattern::Bool(truth) => Value::Bool(*truth),
        ValuePattern::List(items) => {
            Value::List(items.iter().map(|item| freeze_argument(item, anonymous).value).collect())
        }
    };
    Argument { name: argument.name.clone(), value }
}
