//! Methods: those of the tree, those of the standard library that hand values on, and all others.

use std::rc::Rc;

use crate::frontend::rust::types::ident_text;
use crate::source::Span;

use super::Walker;
use super::check::Passed;
use super::expression::path_name;
use super::flow::{Bytes, Flow, Origin, Origins};
use super::macros::MESSAGE;
use super::statement::edges;
use super::summary::{LateFilter, Lookup, Steps};
use super::typing::Type;

/// Methods that give back what they are called on, as far as presence and answers go.
const SAME: &[&str] = &[
    "clone",
    "cloned",
    "copied",
    "as_ref",
    "as_mut",
    "as_deref",
    "as_deref_mut",
    "borrow",
    "borrow_mut",
    "to_owned",
    "iter",
    "iter_mut",
    "into_iter",
    "collect",
    "into_inner",
    "lock",
    "read",
    "write",
    "boxed",
    "fuse",
    "transpose",
    "flatten",
    "into_response",
    "deref",
    "to_vec",
    "by_ref",
    "peekable",
    "rev",
    "inspect",
    "inspect_err",
    "instrument",
    "in_current_span",
    "compat",
    "into_boxed",
    "as_slice",
    "into",
    "try_into",
    "stream",
    "first",
    "last",
    "next",
    "find_map",
];

/// Methods that give the same in another form.
const SHOWN: &[&str] = &[
    "to_string",
    "as_str",
    "to_lowercase",
    "to_uppercase",
    "trim",
    "into_string",
    "display",
    "as_bytes",
    "to_vec",
    "into_bytes",
    "as_slice",
    "root_cause",
];

/// Methods that only say whether something is there; `true` where that means that it is.
fn presence(name: &str) -> Option<bool> {
    match name {
        "is_some" | "is_ok" => Some(true),
        "is_none" | "is_err" | "is_empty" => Some(false),
        _ => None,
    }
}

impl Walker<'_, '_, '_> {
    pub(super) fn method_call(&mut self, call: &syn::ExprMethodCall, awaits: bool) -> Flow {
        let name = ident_text(&call.method);
        let span = self.span_of(call.method.span(), call.paren_token.span.close());
        let receiver = self.expression(&call.receiver);
        if receiver.never {
            return receiver;
        }
        let own = self.analyst.functions_of(&receiver.ty, &name);
        if !own.is_empty() {
            let named = call
                .turbofish
                .as_ref()
                .map(|given| self.segment_types(&syn::PathArguments::AngleBracketed(given.clone())));
            let ty = receiver.ty.clone();
            let mut arguments = vec![receiver];
            arguments.extend(self.arguments(&call.args));
            let count = arguments.len() - 1;
            let paged = self.page_of(&name, call, span);
            let value = match self.follow(own, &named.unwrap_or_default(), arguments, awaits, span) {
                Ok(value) => value,
                Err(mut arguments) => {
                    let receiver = arguments.remove(0);
                    self.opaque(&name, Some(receiver), arguments, awaits, span)
                }
            };
            let mut names: Vec<String> = ty.definition().map(|owner| owner.item.name.clone()).into_iter().collect();
            names.push(name);
            let value = self.with_outcome(&names, count, value, span);
            let value = self.checked_method(call, &Flow { ty, ..Flow::default() }, value, span);
            return Flow { page: value.page.or(paged), ..value };
        }
        if matches!(name.as_str(), "downcast_ref" | "downcast_mut") && receiver.variant.as_deref() == Some(MESSAGE) {
            return Flow { is_none: true, variant: Some("None".into()), ..Flow::default() };
        }
        if let Some(value) = self.path_method(&name, call, &receiver, span) {
            return value;
        }
        if let Some(value) = self.combinator(&name, &receiver, call, span) {
            return value;
        }
        let mut closures = Flow::default();
        let mut arguments = Vec::new();
        for argument in &call.args {
            match argument {
                // `transaction(|connection| …)`: what the closure gives comes out, as far as is known.
                syn::Expr::Closure(closure) => {
                    let inputs =
                        closure.inputs.iter().map(|_| Flow { ty: Type::Unknown, ..receiver.payload() }).collect();
                    let value = self.run_closure(closure, inputs);
                    closures.mix(&value);
                }
                other => {
                    let value = self.expression(other);
                    arguments.push(value);
                }
            }
        }
        let paged = self.page_of(&name, call, span);
        let refusals = closures.refusals.clone();
        arguments.push(Flow { refusals: Vec::new(), ..closures });
        let count = arguments.len() - 1;
        let mut value =
            self.opaque(&name, Some(Flow { refusals: Vec::new(), ..receiver.clone() }), arguments, awaits, span);
        value.refuse_all(&refusals);
        if Self::hands_refusals_on(&name) {
            value.refuse_all(&receiver.refusals);
            value.passed = receiver.passed.clone();
        }
        let value = self.with_outcome(&[name], count, value, span);
        let value = self.checked_method(call, &receiver, value, span);
        Flow { page: value.page.or(paged), ..value }
    }

    fn hands_refusals_on(name: &str) -> bool {
        matches!(
            name,
            "context"
                | "with_context"
                | "wrap_err"
                | "wrap_err_with"
                | "change_context"
                | "attach"
                | "attach_printable"
        )
    }

    /// Methods of `Option`, `Result` and iterators.
    fn combinator(&mut self, name: &str, receiver: &Flow, call: &syn::ExprMethodCall, span: Span) -> Option<Flow> {
        if SAME.contains(&name) && call.args.is_empty() {
            let ty = match name {
                "first" | "last" | "next" => Type::foreign("Option", vec![receiver.ty.payload()]),
                "into" | "try_into" | "into_response" | "collect" => Type::Unknown,
                _ => receiver.ty.clone(),
            };
            let ty = if matches!(name, "into" | "into_response") && receiver.variant.is_some() {
                receiver.ty.clone()
            } else {
                ty
            };
            return Some(Flow { ty, ..receiver.clone() });
        }
        if name == "optional" && call.args.is_empty() {
            return Some(self.without_demand(receiver));
        }
        if SHOWN.contains(&name) && call.args.is_empty() {
            return Some(Flow { ty: Type::Unknown, refusals: Vec::new(), ..receiver.payload() });
        }
        if let Some(present) = presence(name)
            && call.args.is_empty()
        {
            let passed = receiver.passed.clone();
            return Some(Flow {
                origins: receiver.origins.clone(),
                presence: receiver.presence.clone(),
                present_if: Some(present),
                passed: if present { passed } else { passed.negated() },
                ..Flow::default()
            });
        }
        let argument = call.args.first();
        if matches!(name, "visible" | "visible_if") && is_access(&receiver.ty) {
            return Some(self.visible(receiver, call, span));
        }
        match (name, argument) {
            ("len" | "count", None) => {
                Some(Flow { origins: receiver.origins.clone(), presence: receiver.presence.clone(), ..Flow::default() })
            }
            ("ok_or" | "ok_or_else", Some(argument)) => {
                let answer = self.apply(argument, Vec::new());
                Some(self.turned_down(receiver, &answer, span))
            }
            ("map_err", Some(argument)) => Some(self.with_error(receiver, argument, span)),
            ("or_else", Some(argument)) => {
                let error = Flow { presence: receiver.presence.clone(), ..receiver.payload() };
                let condition = receiver.condition();
                let error = Flow { refusals: receiver.refusals.clone(), ..error };
                let other = self.under(condition, |walker| walker.apply(argument, vec![error]));
                Some(Flow { refusals: Vec::new(), ..receiver.clone() }.or(other))
            }
            ("unwrap" | "unwrap_or_default", None) | ("expect", Some(_)) => Some(receiver.payload()),
            ("unwrap_or", Some(argument)) => {
                let other = self.expression(argument);
                Some(Flow { present_if: None, ..receiver.payload() }.or(other))
            }
            ("unwrap_or_else", Some(argument)) => {
                let condition = receiver.condition();
                let error = Flow { refusals: receiver.refusals.clone(), ..receiver.payload() };
                let other = self.under(condition, |walker| walker.apply(argument, vec![error]));
                Some(receiver.payload().or(other))
            }
            ("ok", None) => Some(Flow { refusals: Vec::new(), ..receiver.clone() }),
            ("err", None) => Some(Flow { refusals: Vec::new(), passed: Passed::default(), ..receiver.clone() }),
            ("map" | "and_then" | "then" | "map_ok" | "then_some", Some(argument)) => {
                let inner = Flow { refusals: Vec::new(), ..receiver.payload() };
                let mapped = self.apply(argument, vec![inner]);
                let mut whole = Flow { ty: Type::Unknown, variant: None, parts: None, ..receiver.clone() };
                whole.mix(&mapped);
                Some(whole)
            }
            ("map_or" | "map_or_else", Some(_)) => {
                let mut whole = receiver.payload();
                for argument in &call.args {
                    let inner = Flow { refusals: Vec::new(), ..receiver.payload() };
                    let value = self.apply(argument, vec![inner]);
                    whole = whole.or(value);
                }
                let inputs = Flow { presence: Origins::default(), ..whole };
                Some(Flow { ty: Type::Unknown, ..self.narrowed(name, receiver, &inputs, span) })
            }
            (
                "filter" | "find" | "any" | "all" | "position" | "is_some_and" | "is_ok_and" | "is_none_or" | "retain"
                | "filter_map" | "take_while" | "skip_while" | "partition",
                Some(argument),
            ) => {
                let inner = Flow { refusals: Vec::new(), ..receiver.payload() };
                let test = self.apply(argument, vec![inner]);
                let late = self.late_filter(name, receiver, &test, span);
                let mut narrowed = self.narrowed(name, receiver, &test, span);
                narrowed.late.extend(late);
                // `retain` works on a variable.
                if name == "retain"
                    && let Some(variable) = path_name(&call.receiver)
                    && let Some(known) = self.variable_mut(&variable)
                {
                    known.late.clone_from(&narrowed.late);
                }
                let ty = if matches!(name, "filter" | "find") { receiver.ty.clone() } else { Type::Unknown };
                let present_if = match name {
                    "any" | "is_some_and" | "is_ok_and" => Some(true),
                    // Of nothing, all is true.
                    "all" | "is_none_or" => Some(false),
                    _ => None,
                };
                Some(Flow { ty, refusals: receiver.refusals.clone(), page: receiver.page, present_if, ..narrowed })
            }
            ("for_each" | "try_for_each" | "fold" | "sort_by" | "sort_by_key", Some(_)) => {
                let mut whole = receiver.clone();
                for argument in &call.args {
                    let inner = Flow { refusals: Vec::new(), ..receiver.payload() };
                    let value = self.apply(argument, vec![inner]);
                    whole.mix(&value);
                }
                Some(whole)
            }
            _ => None,
        }
    }

    /// `first(…).optional()`: a missing row is no error any more.
    fn without_demand(&mut self, receiver: &Flow) -> Flow {
        let mut value = receiver.clone();
        value.presence = receiver
            .presence
            .iter()
            .map(|origin| match origin {
                Origin::Found(index) => match self.summary.lookups.get(index as usize).cloned() {
                    Some(lookup) => {
                        self.summary.lookups.push(Lookup { name: "optional".into(), ..lookup });
                        Origin::Found(u32::try_from(self.summary.lookups.len() - 1).unwrap_or(u32::MAX))
                    }
                    None => origin,
                },
                other => other,
            })
            .collect();
        value
    }

    /// `access.visible(found, …)` of the run-time crate: one and the same 404 for absent and denied.
    fn visible(&mut self, access: &Flow, call: &syn::ExprMethodCall, span: Span) -> Flow {
        let found = call.args.first().map(|found| self.expression(found)).unwrap_or_default();
        let mut condition = found.condition();
        condition.origins.add(&access.origins);
        condition.add(&self.around());
        let answer = Flow { statuses: vec![404], ..Flow::default() };
        let refusal = self.refusal_of(&answer, condition, span);
        let mut value = Flow { refusals: found.refusals.clone(), ..found.payload() };
        value.refuse(refusal);
        value
    }

    /// What is left of a value after a test: whether it is there now depends on the test as well.
    fn narrowed(&mut self, name: &str, receiver: &Flow, test: &Flow, span: Span) -> Flow {
        if receiver.presence.is_empty() && !matches!(name, "find" | "find_map" | "position") {
            let mut whole = receiver.payload();
            whole.origins.add(&test.origins);
            return whole;
        }
        let mut inputs = Flow { origins: receiver.origins.clone(), ..Flow::default() };
        inputs.origins.add(&test.origins);
        let found = self.asked(name, inputs, false, span);
        self.note_searched(&found, &receiver.origins);
        let mut presence = receiver.presence.clone();
        presence.add(&found.presence);
        // Both «it isn't there» and «it fails the test» come out the same way.
        Flow { origins: found.origins, presence, ..receiver.payload() }
    }

    /// What a filter behind a page leaves out is missed by whoever gets the page.
    fn late_filter(&mut self, name: &str, receiver: &Flow, test: &Flow, span: Span) -> Option<LateFilter> {
        let filters = matches!(name, "filter" | "retain" | "filter_map");
        let page = receiver.page.filter(|_| filters)?;
        Some(LateFilter { page, filter: span, origins: test.origins.clone(), steps: Steps::default() })
    }

    /// Whether a call gives a page: one of its arguments is called a limit, or it is itself.
    fn page_of(&mut self, name: &str, call: &syn::ExprMethodCall, span: Span) -> Option<Span> {
        let is_page = |word: &str| {
            matches!(
                word,
                "limit" | "page_size" | "per_page" | "pagination" | "page" | "cursor" | "offset" | "paginated"
            )
        };
        let names_page =
            name.split('_').any(|word| matches!(word, "limit" | "page" | "paginate" | "paginated" | "paged"));
        let given = call.args.iter().any(|argument| {
            let tail = match argument {
                syn::Expr::Field(field) => match &field.member {
                    syn::Member::Named(name) => Some(ident_text(name)),
                    syn::Member::Unnamed(_) => None,
                },
                syn::Expr::Reference(inner) => path_name(&inner.expr),
                other => path_name(other),
            };
            tail.is_some_and(|tail| is_page(&tail.to_lowercase()))
        });
        ((names_page && !call.args.is_empty()) || given).then_some(span)
    }

    /// Calls what stands in the place of a function: a closure, a path, a variable that holds either.
    pub(super) fn apply(&mut self, callee: &syn::Expr, arguments: Vec<Flow>) -> Flow {
        match callee {
            syn::Expr::Closure(closure) => self.run_closure(closure, arguments),
            syn::Expr::Path(path) => {
                if let Some(ident) = path.path.get_ident()
                    && let Some(variable) = self.variable(&ident_text(ident)).cloned()
                {
                    return match variable.closure.clone() {
                        Some(closure) => self.run_closure(&closure, arguments),
                        None => variable,
                    };
                }
                let value = self.expression(callee);
                // A value where a function could stand, as in `ok_or(NOT_FOUND)`.
                if !value.statuses.is_empty() || value.variant.is_some() && arguments.is_empty() {
                    return value;
                }
                let (first, last) = edges(callee);
                let span = self.span_of(first, last);
                self.call_path(path, arguments, false, span)
            }
            other => self.expression(other),
        }
    }

    pub(super) fn run_closure(&mut self, closure: &syn::ExprClosure, arguments: Vec<Flow>) -> Flow {
        let depth = self.variables.len();
        let mut arguments = arguments.into_iter();
        for input in &closure.inputs {
            let argument = arguments.next().unwrap_or_default();
            self.bind(input, argument);
        }
        let value = self.unwatched(|walker| walker.frame(|walker| walker.expression(&closure.body)));
        self.variables.truncate(depth);
        Flow { passed: Passed::default(), ..value }
    }
}

fn is_access(ty: &Type) -> bool {
    matches!(ty.peeled(), Type::Foreign(name, _) if &**name == "Access")
}

/// What a value says as an answer: itself, or what it was settled to be.
pub(super) fn answer_bytes(answer: &Flow) -> Bytes {
    let mut bytes = answer.bytes();
    for refusal in &answer.refusals {
        bytes.add(&refusal.bytes);
    }
    bytes
}

/// What a tuple of extractors holds.
pub(super) fn parts_of(values: Vec<Flow>) -> Option<Rc<Vec<Flow>>> {
    Some(Rc::new(values))
}
