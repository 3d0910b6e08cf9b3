//! From layers to guards.

use route_role_policy::term::{Argument, Term, Value as TermValue};

use crate::frontend::rust::actix;
use crate::frontend::rust::types::{TypeArgument, TypePath, ident_text};

use super::evaluate::Evaluator;
use super::inventory::{Guard, GuardKind};
use super::names::Resolved;
use super::type_terms::{Depth, Substitution, constant_value};
use super::value::{Callee, Layer, PathValue, Value};

/// Calls inside calls; more is never meant to be read.
const MAX_DEPTH: usize = 24;

/// Values inside values of a layer.
const MAX_VALUE_DEPTH: usize = 2;

impl Evaluator<'_, '_> {
    /// The guard that a layer may be.
    pub(crate) fn layer_guard(&mut self, layer: &Layer) -> Guard {
        let mut views = self.value_terms(&layer.value, 0);
        if let Some(wrapper) = &layer.wrapper {
            views.extend(self.value_terms(wrapper, 0));
        }
        let text = self.span_text(layer.span);
        views.extend(spelled(&text));
        let term = if views.is_empty() { Term::name(&text) } else { views.remove(0) };
        Guard {
            kind: GuardKind::Layer,
            local: self.is_of_the_tree(&layer.value),
            term,
            expansions: views,
            text,
            span: layer.span,
            conditions: layer.conditions.clone(),
            never_refuses: false,
        }
    }

    /// Whether a layer runs code of the tree: a function given to `from_fn`, a type with an `impl` here.
    fn is_of_the_tree(&self, value: &Value) -> bool {
        match value {
            Value::Path(path) => matches!(path.resolved, Resolved::Item(_) | Resolved::Member(..)),
            Value::Record(record) => record.definition.is_some(),
            Value::Closure(_) => true,
            Value::Call(call) => {
                let callee = match &call.callee {
                    Callee::Path(path) => matches!(path.resolved, Resolved::Item(_) | Resolved::Member(..)),
                    Callee::Method { receiver, .. } => self.is_of_the_tree(receiver),
                    Callee::Macro(_) | Callee::Other => false,
                };
                callee
                    || call.arguments.iter().any(|argument| {
                        matches!(argument, Value::Path(_) | Value::Closure(_)) && self.is_of_the_tree(argument)
                    })
            }
            _ => false,
        }
    }

    /// The ways to read a value as a guard, the fullest first: the call, the functions that it wraps, the type that it makes.
    fn value_terms(&mut self, value: &Value, depth: usize) -> Vec<Term> {
        if depth > MAX_DEPTH {
            return Vec::new();
        }
        match value {
            Value::Path(path) => vec![self.path_term(path)],
            Value::Record(record) => match &record.definition {
                Some(definition) => vec![Term {
                    path: self.modules.full_name(definition.module, &definition.item.name),
                    args: record
                        .fields
                        .iter()
                        .map(|(name, value)| Argument {
                            name: (!name.starts_with(|first: char| first.is_ascii_digit())).then(|| name.clone()),
                            value: self.term_value(value, depth + 1),
                        })
                        .collect(),
                }],
                None => Vec::new(),
            },
            Value::Call(call) => {
                let args: Vec<Argument> = call
                    .arguments
                    .iter()
                    .map(|argument| Argument { name: None, value: self.term_value(argument, depth + 1) })
                    .collect();
                match &call.callee {
                    Callee::Path(path) => {
                        let mut term = self.path_term(path);
                        term.args.extend(args);
                        let inner: Vec<Term> = term
                            .args
                            .iter()
                            .rev()
                            .take(1)
                            .filter_map(|argument| match &argument.value {
                                TermValue::Term(inner) if is_middleware_constructor(&term.path) => Some(inner.clone()),
                                _ => None,
                            })
                            .collect();
                        let made = type_made_by(&term);
                        // The function says more than the call that makes a layer of it.
                        let mut views = inner;
                        views.push(term);
                        views.extend(made);
                        views
                    }
                    Callee::Method { receiver, name } => {
                        let inner = self.value_terms(receiver, depth + 1);
                        let mut views = Vec::new();
                        if let Some(base) = inner.first() {
                            let owner = type_made_by(base)
                                .unwrap_or_else(|| Term { path: base.path.clone(), args: Vec::new() });
                            let mut path = owner.path;
                            path.push(name.clone());
                            views.push(Term { path, args });
                        }
                        views.extend(inner);
                        views
                    }
                    Callee::Macro(path) => vec![Term { path: path.clone(), args }],
                    Callee::Other => Vec::new(),
                }
            }
            _ => Vec::new(),
        }
    }

    pub(crate) fn term_value(&mut self, value: &Value, depth: usize) -> TermValue {
        // What a pattern may ask of a value's own values ends here; a whole application state would be no use to anybody.
        if depth > MAX_VALUE_DEPTH {
            return TermValue::Opaque("…".to_owned());
        }
        match value {
            Value::Text(text) if text.contains(super::value::HOLE) => TermValue::Opaque("…".to_owned()),
            Value::Text(text) => TermValue::Str(text.to_string()),
            Value::Int(number) => TermValue::Int(*number),
            Value::Bool(truth) => TermValue::Bool(*truth),
            Value::List(values) | Value::Tuple(values) => {
                TermValue::List(values.iter().map(|value| self.term_value(value, depth + 1)).collect())
            }
            Value::Closure(_) => TermValue::Opaque("|…| …".to_owned()),
            value => match self.value_terms(value, depth + 1).into_iter().next() {
                Some(term) => TermValue::Term(term),
                None => TermValue::Opaque("…".to_owned()),
            },
        }
    }

    fn path_term(&mut self, path: &PathValue) -> Term {
        let names = match &path.resolved {
            Resolved::Item(definition) => self.modules.full_name(definition.module, &definition.item.name),
            Resolved::Member(definition, rest) => {
                let mut names = self.modules.full_name(definition.module, &definition.item.name);
                names.extend(rest.iter().cloned());
                names
            }
            Resolved::External(names) => names.clone(),
            Resolved::Module(_) => Vec::new(),
        };
        let args = path
            .generics
            .iter()
            .filter_map(|argument| match argument {
                TypeArgument::Type(ty) => {
                    self.type_value(path.module, &Substitution::new(), ty, Depth::written().deeper())
                }
                TypeArgument::Constant(text) => Some(constant_value(text)),
                TypeArgument::Binding(..) => None,
            })
            .map(|value| Argument { name: None, value })
            .collect();
        Term { path: names, args }
    }
}

/// How an expression that has no known value is spelled: `self.keys.layer()` reads as `self::keys::layer`, then as `self::keys`.
fn spelled(text: &str) -> Vec<Term> {
    let Ok(expression) = syn::parse_str::<syn::Expr>(text) else { return Vec::new() };
    let mut methods = 0;
    let mut path = Vec::new();
    if !spell(&expression, &mut path, &mut methods) {
        return Vec::new();
    }
    (0..=methods)
        .filter_map(|left_out| path.get(..path.len() - left_out))
        .filter(|path| !path.is_empty())
        .map(|path| Term { path: path.to_vec(), args: Vec::new() })
        .collect()
}

fn spell(expression: &syn::Expr, path: &mut Vec<String>, methods: &mut usize) -> bool {
    match expression {
        syn::Expr::Path(found) => path.extend(TypePath::from_syn(&found.path).names),
        syn::Expr::Field(field) => {
            if !spell(&field.base, path, methods) {
                return false;
            }
            if let syn::Member::Named(name) = &field.member {
                path.push(ident_text(name));
            }
        }
        syn::Expr::MethodCall(call) => {
            if !spell(&call.receiver, path, methods) {
                return false;
            }
            if call.method != "clone" {
                path.push(ident_text(&call.method));
                *methods += 1;
            }
        }
        syn::Expr::Call(call) => return spell(&call.func, path, methods),
        syn::Expr::Reference(inner) => return spell(&inner.expr, path, methods),
        syn::Expr::Await(inner) => return spell(&inner.base, path, methods),
        syn::Expr::Try(inner) => return spell(&inner.expr, path, methods),
        syn::Expr::Paren(inner) => return spell(&inner.expr, path, methods),
        _ => return false,
    }
    true
}

/// `from_fn` and its relatives, whose arguments are the middleware itself.
pub(super) fn is_middleware_constructor(path: &[String]) -> bool {
    actix::runs_function(path)
        || matches!(
            path.last().map(String::as_str),
            Some(
                "from_fn"
                    | "from_fn_with_state"
                    | "from_extractor"
                    | "from_extractor_with_state"
                    | "map_request"
                    | "map_request_with_state"
                    | "map_response"
                    | "map_response_with_state"
            )
        )
}

/// The type behind a constructor: `CorsLayer::permissive` makes a `CorsLayer`.
fn type_made_by(term: &Term) -> Option<Term> {
    let (_, owner) = term.path.split_last()?;
    let is_type = owner.last()?.starts_with(char::is_uppercase);
    is_type.then(|| Term { path: owner.to_vec(), args: Vec::new() })
}
