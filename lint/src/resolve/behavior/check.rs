//! Checks in bodies: calls that the policy knows as guards, and whether what follows is only reached by who passes them.
//!
//! `AuthCheck::default().with_scope(S).check(&parts).await?` restricts a handler as much as a parameter of a type does, as long
//! as it can't be avoided: it stands in no branch, nothing successful leaves before it, and its failure leaves the handler. The
//! same holds for a function that makes such a check and is called that way.

use route_role_policy::Meaning;
use route_role_policy::term::{Argument, Term, Value as TermValue};

use crate::frontend::rust::facts::ItemKind;
use crate::frontend::rust::types::{TypePath, ident_text};
use crate::resolve::names::Resolved;
use crate::source::Span;

use super::Walker;
use super::condition::{Sides, is_absence, is_presence, last};
use super::flow::Flow;
use super::summary::{self, Steps, Summary};

/// A call that the policy knows as a guard.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Check {
    /// The call: the type or module of the function, its name, its arguments; the calls of a builder before it are keywords.
    pub(crate) term: Term,
    /// Where it stands.
    pub(crate) span: Span,
    /// The calls that lead there, from the outermost in.
    pub(crate) steps: Steps,
}

/// The checks that were passed if a value is what it should be: `Ok`, `Some`, `true`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Passed {
    /// Indices into the summary's checks.
    pub(super) checks: Vec<u32>,
    /// It is the other way round: they were passed if it is `false`.
    pub(super) if_false: bool,
}

impl Passed {
    /// What is known where the value is `true`, and where it is `false`.
    fn sides(&self) -> (Vec<u32>, Vec<u32>) {
        match self.if_false {
            false => (self.checks.clone(), Vec::new()),
            true => (Vec::new(), self.checks.clone()),
        }
    }

    pub(super) fn negated(self) -> Self {
        Self { if_false: !self.if_false, ..self }
    }

    /// Those that were passed if the value is no failure.
    pub(super) fn on_success(&self) -> &[u32] {
        if self.if_false { &[] } else { &self.checks }
    }
}

/// Where reading stands with regard to checks.
#[derive(Debug, Clone, Default)]
pub(super) struct Watch {
    /// Checks that nothing gets past here without passing.
    passed: Vec<u32>,
    /// Something successful may have left already.
    has_left: bool,
    /// It did so before any check was passed.
    left_unchecked: bool,
    /// How many branches and conditions stand around what is read: those don't make a check avoidable.
    branches: usize,
    conditions: usize,
}

/// The name of a term that stands for any one of its arguments. No path in Rust is spelt like that.
pub(crate) const ANY_OF: &str = "any of";
/// The name of a term that stands for all of its arguments.
pub(crate) const ALL_OF: &str = "all of";

fn combined(name: &str, terms: impl Iterator<Item = Term>) -> Term {
    let args = terms.map(|term| Argument { name: None, value: TermValue::Term(term) }).collect();
    Term { path: vec![name.to_owned()], args }
}

/// One side of a branch.
#[derive(Debug)]
pub(super) struct Side {
    never: bool,
    fails: bool,
    watch: Watch,
    /// The checks that were passed if the side's value is no failure.
    value_passed: Vec<u32>,
}

impl Side {
    pub(super) fn has_left(&self) -> bool {
        self.watch.has_left
    }

    /// The checks that were passed by whoever gets past this side: `None` if it can't be passed at all, `Some(None)` if without any.
    fn passed(&self, with_value: bool) -> Option<Option<Vec<u32>>> {
        if (self.never || with_value && self.fails) && !self.watch.has_left {
            return None;
        }
        let mut checks = self.watch.passed.clone();
        if with_value {
            checks.extend(&self.value_passed);
        }
        checks.dedup();
        Some((!checks.is_empty() && !self.watch.left_unchecked).then_some(checks))
    }
}

impl Sides {
    /// Notes what the two sides of a truth value tell of checks.
    pub(super) fn telling(mut self, value: &Flow) -> Self {
        (self.passed_then, self.passed_otherwise) = value.passed.sides();
        self
    }

    /// The same for a pattern: `Ok(…)` fits where the checks were passed.
    pub(super) fn telling_of(mut self, pattern: &syn::Pat, value: &Flow) -> Self {
        if is_presence(pattern) {
            self.passed_then = value.passed.on_success().to_vec();
        } else if is_absence(pattern) {
            self.passed_otherwise = value.passed.on_success().to_vec();
        }
        self
    }
}

impl Walker<'_, '_, '_> {
    /// Whether calls of this name may be guards.
    pub(super) fn may_check(&self, name: &str) -> bool {
        self.analyst.memory.checks.contains(name)
    }

    /// A call by a path, if the policy knows it as a guard.
    pub(super) fn checked_call(&mut self, call: &syn::ExprCall, value: Flow, span: Span) -> Flow {
        let syn::Expr::Path(path) = &*call.func else { return value };
        if !last(&path.path).is_some_and(|name| self.may_check(&name)) {
            return value;
        }
        let Some(mut term) = self.term_of_path(path) else { return value };
        term.args = call.args.iter().map(|argument| self.term_argument(None, argument)).collect();
        self.checked(term, value, span)
    }

    /// A call of a method, if the policy knows it as a guard.
    pub(super) fn checked_method(
        &mut self,
        call: &syn::ExprMethodCall,
        receiver: &Flow,
        value: Flow,
        span: Span,
    ) -> Flow {
        if !self.may_check(&ident_text(&call.method)) {
            return value;
        }
        let mut args: Vec<Argument> = call.args.iter().map(|argument| self.term_argument(None, argument)).collect();
        let mut owner = receiver
            .ty
            .definition()
            .map(|definition| self.analyst.modules.full_name(definition.module, &definition.item.name));
        let mut at = &*call.receiver;
        loop {
            match at {
                syn::Expr::MethodCall(earlier) => {
                    args.push(self.keyword(&ident_text(&earlier.method), &earlier.args));
                    at = &earlier.receiver;
                }
                syn::Expr::Call(made) => {
                    if let syn::Expr::Path(path) = &*made.func
                        && let Some(mut term) = self.term_of_path(path)
                        && let Some(name) = term.path.pop()
                    {
                        args.push(self.keyword(&name, &made.args));
                        owner = owner.or(Some(term.path));
                    }
                    break;
                }
                syn::Expr::Await(inner) => at = &inner.base,
                syn::Expr::Try(inner) => at = &inner.expr,
                syn::Expr::Paren(inner) => at = &inner.expr,
                syn::Expr::Reference(inner) => at = &inner.expr,
                _ => break,
            }
        }
        let mut path = owner.unwrap_or_default();
        path.push(ident_text(&call.method));
        self.checked(Term { path, args }, value, span)
    }

    /// What a builder was told before: `.with_scope(S)` is `with_scope = S`, `.strict()` is `strict = true`.
    fn keyword(&mut self, name: &str, given: &syn::punctuated::Punctuated<syn::Expr, syn::Token![,]>) -> Argument {
        let mut values: Vec<TermValue> = given.iter().map(|value| self.term_value(value, 0)).collect();
        let value = match values.len() {
            0 => TermValue::Bool(true),
            1 => values.remove(0),
            _ => TermValue::List(values),
        };
        Argument { name: Some(name.to_owned()), value }
    }

    fn checked(&mut self, term: Term, mut value: Flow, span: Span) -> Flow {
        let is_known = |policy: &route_role_policy::Policy| {
            matches!(policy.meaning(&term), Meaning::Access { .. } | Meaning::Opaque { .. })
        };
        if !self.analyst.policy.is_some_and(is_known) {
            return value;
        }
        if let Some(index) = self.summary.note_check(Check { term, span, steps: Steps::default() }) {
            // What the function does besides is known as well; the policy speaks of all of it.
            value.passed = Passed { checks: vec![index], if_false: false };
        }
        value
    }

    /// Nothing gets past here that didn't pass these checks.
    pub(super) fn establish(&mut self, checks: &[u32]) {
        let watch = &self.watch;
        let is_avoidable = self.branch.len() > watch.branches || self.conditions.len() > watch.conditions;
        if checks.is_empty() {
            return;
        }
        if is_avoidable || watch.has_left {
            self.summary.avoidable.extend(checks);
            return;
        }
        let fresh: Vec<u32> = checks.iter().copied().filter(|check| !self.watch.passed.contains(check)).collect();
        self.watch.passed.extend(fresh);
    }

    /// Something leaves the function in the midst of it; unless it is a failure, what comes later can't be relied on.
    pub(super) fn watch_return(&mut self, written: Option<&syn::Expr>, value: &Flow) {
        let is_none = matches!(written, Some(syn::Expr::Path(path)) if path.path.is_ident("None"));
        let is_failure = is_none || written.is_some_and(is_error);
        let is_refusal = !value.statuses.is_empty() && value.statuses.iter().all(|status| *status >= 400);
        if !is_failure && !is_refusal {
            self.watch.has_left = true;
            self.watch.left_unchecked |= self.watch.passed.is_empty() && value.passed.on_success().is_empty();
        }
    }

    /// Reads one side of a branch, and what it does about checks.
    ///
    /// `fails` says that its value is `Err(…)`.
    pub(super) fn side(&mut self, fails: bool, read: impl FnOnce(&mut Self) -> Flow) -> (Flow, Side) {
        let inside = Watch {
            branches: self.branch.len(),
            // The side's own condition is pushed by whoever reads it.
            conditions: self.conditions.len() + 1,
            ..Watch::default()
        };
        let outer = std::mem::replace(&mut self.watch, inside);
        let value = read(self);
        let inner = std::mem::replace(&mut self.watch, outer);
        let value_passed = value.passed.on_success().to_vec();
        let side = Side { never: value.never, fails, watch: inner, value_passed };
        (value, side)
    }

    /// What the sides of a branch do about checks, together: where each of them makes one, whoever gets past the branch has passed one
    /// of them. Gives what is known of the branch's value.
    pub(super) fn join_sides(&mut self, sides: &[Side]) -> Passed {
        let by_statements: Option<Vec<Vec<u32>>> = sides.iter().filter_map(|side| side.passed(false)).collect();
        let by_value: Option<Vec<Vec<u32>>> = sides.iter().filter_map(|side| side.passed(true)).collect();
        let mut passed = Passed::default();
        if let Some(groups) = by_statements {
            let checks = self.any_of(groups);
            self.establish(&checks);
        } else {
            let avoidable = sides.iter().flat_map(|side| &side.watch.passed);
            self.summary.avoidable.extend(avoidable);
            if let Some(groups) = by_value {
                passed.checks = self.any_of(groups);
            }
        }
        for side in sides {
            self.watch.has_left |= side.watch.has_left;
            self.watch.left_unchecked |= side.watch.left_unchecked && self.watch.passed.is_empty();
        }
        passed
    }

    /// One of these groups of checks was passed.
    fn any_of(&mut self, mut groups: Vec<Vec<u32>>) -> Vec<u32> {
        groups.iter_mut().for_each(|group| group.sort_unstable());
        groups.sort();
        groups.dedup();
        if groups.len() <= 1 {
            return groups.pop().unwrap_or_default();
        }
        let known = |index: &u32| self.summary.checks.get(*index as usize).cloned();
        let groups: Vec<Vec<Check>> = groups.iter().map(|group| group.iter().filter_map(known).collect()).collect();
        let Some(first) = groups.first().and_then(|group| group.first()).cloned() else { return Vec::new() };
        let all_of = |group: Vec<Check>| {
            let mut terms = group.into_iter().map(|check| check.term);
            match (terms.next(), terms.len()) {
                (Some(only), 0) => only,
                (first, _) => combined(ALL_OF, first.into_iter().chain(terms)),
            }
        };
        let term = combined(ANY_OF, groups.into_iter().map(all_of));
        self.summary.note_check(Check { term, ..first }).into_iter().collect()
    }

    pub(super) fn has_left(&self) -> bool {
        self.watch.has_left
    }

    /// All ways of a branch on which the checks weren't passed end; `fails_out` says whether anything successful left on those, or before.
    pub(super) fn establish_beyond(&mut self, checks: &[u32], fails_out: bool) {
        if checks.is_empty() {
            return;
        }
        // What left on the other ways did so with the checks passed.
        let has_left = std::mem::replace(&mut self.watch.has_left, fails_out);
        self.establish(checks);
        self.watch.has_left |= has_left;
    }

    /// Reads what has a `return` and `?` of its own; what it gives tells that its checks were passed.
    pub(super) fn watched(&mut self, read: impl FnOnce(&mut Self) -> Flow) -> Flow {
        let inside = Watch { branches: self.branch.len(), conditions: self.conditions.len(), ..Watch::default() };
        let outer = std::mem::replace(&mut self.watch, inside);
        let value = read(self);
        let inner = std::mem::replace(&mut self.watch, outer);
        let mut checks = inner.passed;
        if !inner.has_left {
            checks.extend(value.passed.on_success());
        }
        Flow { passed: Passed { checks, if_false: false }, ..value }
    }

    /// Reads what may never be run: what it passes and where it leaves says nothing of the function around it.
    pub(super) fn unwatched<T>(&mut self, read: impl FnOnce(&mut Self) -> T) -> T {
        let outer = std::mem::take(&mut self.watch);
        let value = read(self);
        self.watch = outer;
        value
    }

    /// The checks that whoever gets a result of the function has passed.
    pub(super) fn close_watch(&mut self, tail: &Flow) {
        let tail_checks = tail.passed.clone();
        if !self.watch.has_left {
            let on_success = tail_checks.on_success().to_vec();
            self.establish(&on_success);
        }
        let is_plain = matches!(&self.result_type, super::typing::Type::Foreign(name, _) if &**name == "bool");
        self.summary.passes = if is_plain && !self.watch.has_left {
            tail_checks
        } else {
            Passed { checks: std::mem::take(&mut self.watch.passed), if_false: false }
        };
    }

    fn term_of_path(&mut self, path: &syn::ExprPath) -> Option<Term> {
        let written = TypePath::from_syn(&path.path);
        let (resolved, owner) = self.resolved_path(path, &written);
        let names = match (owner, resolved) {
            (Some(owner), _) => {
                let definition = owner.definition()?;
                let mut names = self.analyst.modules.full_name(definition.module, &definition.item.name);
                names.extend(written.names.last().cloned());
                names
            }
            (None, Resolved::Item(definition)) => {
                self.analyst.modules.full_name(definition.module, &definition.item.name)
            }
            (None, Resolved::External(names)) if !names.is_empty() => names,
            _ => written.names,
        };
        Some(Term { path: names, args: Vec::new() })
    }

    fn term_argument(&mut self, name: Option<String>, value: &syn::Expr) -> Argument {
        Argument { name, value: self.term_value(value, 0) }
    }

    fn term_value(&mut self, value: &syn::Expr, depth: usize) -> TermValue {
        let opaque = || TermValue::Opaque("…".to_owned());
        if depth > MAX_NESTED {
            return opaque();
        }
        match value {
            syn::Expr::Lit(literal) => match &literal.lit {
                syn::Lit::Str(text) => TermValue::Str(text.value()),
                syn::Lit::Int(number) => number.base10_parse().map_or_else(|_| opaque(), TermValue::Int),
                syn::Lit::Bool(truth) => TermValue::Bool(truth.value),
                _ => opaque(),
            },
            syn::Expr::Reference(inner) => self.term_value(&inner.expr, depth),
            syn::Expr::Paren(inner) => self.term_value(&inner.expr, depth),
            syn::Expr::Array(array) => {
                TermValue::List(array.elems.iter().map(|value| self.term_value(value, depth + 1)).collect())
            }
            syn::Expr::Path(path) => {
                let is_variable = path.path.get_ident().is_some_and(|name| self.variable(&ident_text(name)).is_some());
                if is_variable {
                    return opaque();
                }
                if let Some(text) = self.constant_text(path) {
                    return TermValue::Str(text);
                }
                self.term_of_path(path).map_or_else(opaque, TermValue::Term)
            }
            syn::Expr::Call(call) => {
                let syn::Expr::Path(path) = &*call.func else { return opaque() };
                let Some(mut term) = self.term_of_path(path) else { return opaque() };
                let arguments = call.args.iter();
                term.args =
                    arguments.map(|value| Argument { name: None, value: self.term_value(value, depth + 1) }).collect();
                TermValue::Term(term)
            }
            _ => opaque(),
        }
    }

    /// The text of a constant of the tree.
    fn constant_text(&mut self, path: &syn::ExprPath) -> Option<String> {
        let written = TypePath::from_syn(&path.path);
        let (resolved, owner) = self.resolved_path(path, &written);
        let definition = match (&owner, resolved) {
            (None, Resolved::Item(definition)) => definition,
            (Some(owner), _) => self.analyst.associated_constant(owner, written.last())?,
            _ => return None,
        };
        let ItemKind::Constant { value: Some(value) } = &definition.item.kind else { return None };
        let text = self.analyst.modules.texts.slice(definition.text, *value);
        syn::parse_str::<syn::LitStr>(text.trim()).ok().map(|text| text.value())
    }
}

/// `Err(…)`, by itself or at the end of a block.
pub(super) fn is_error(expression: &syn::Expr) -> bool {
    match expression {
        syn::Expr::Call(call) => {
            matches!(&*call.func, syn::Expr::Path(path) if last(&path.path).is_some_and(|name| name == "Err"))
        }
        syn::Expr::Block(block) => ends_in_error(&block.block),
        syn::Expr::Paren(inner) => is_error(&inner.expr),
        _ => false,
    }
}

pub(super) fn ends_in_error(block: &syn::Block) -> bool {
    matches!(block.stmts.last(), Some(syn::Stmt::Expr(expression, None)) if is_error(expression))
}

/// Calls inside arguments of a check; more is never meant to be read.
const MAX_NESTED: usize = 4;

impl Summary {
    /// Notes a check; gives its index, unless there are too many.
    pub(super) fn note_check(&mut self, check: Check) -> Option<u32> {
        if let Some(index) = self.checks.iter().position(|known| *known == check) {
            return u32::try_from(index).ok();
        }
        if self.checks.len() >= summary::MAX_KEPT {
            self.is_cut = true;
            return None;
        }
        self.checks.push(check);
        u32::try_from(self.checks.len() - 1).ok()
    }

    /// Takes over the checks that a called function makes; gives those that were passed if it succeeds.
    pub(super) fn take_checks(&mut self, callee: &Self, step: Span) -> Passed {
        let mut checks = Vec::new();
        for index in &callee.passes.checks {
            let Some(check) = callee.checks.get(*index as usize) else { continue };
            let check = Check { steps: check.steps.behind(step), ..check.clone() };
            checks.extend(self.note_check(check));
        }
        for check in callee.avoided() {
            let check = Check { steps: check.steps.behind(step), ..check.clone() };
            let index = self.note_check(check);
            self.avoidable.extend(index);
        }
        Passed { checks, if_false: callee.passes.if_false }
    }

    /// The checks that are only made on some ways through the function.
    pub(super) fn avoided(&self) -> Vec<&Check> {
        let checks = |indices: &[u32]| -> Vec<&Check> {
            indices.iter().filter_map(|index| self.checks.get(*index as usize)).collect()
        };
        let passed = checks(&self.passes.checks);
        let is_passed =
            |check: &Check| passed.iter().any(|known| known.term == check.term || is_part(&known.term, &check.term));
        let mut avoided = checks(&self.avoidable);
        avoided.retain(|check| !is_passed(check));
        avoided.sort_by_key(|check| check.span);
        avoided.dedup();
        avoided
    }
}

/// Whether a term is one of those that are combined in another.
fn is_part(whole: &Term, part: &Term) -> bool {
    matches!(whole.path.as_slice(), [name] if name == ANY_OF || name == ALL_OF)
        && whole.args.iter().any(|argument| match &argument.value {
            TermValue::Term(term) => term == part || is_part(term, part),
            _ => false,
        })
}
