//! Calls: those that can be followed take the summary of their function over, the others only what goes in.

use std::rc::Rc;

use route_role_policy::term::{Argument, Term, Value as TermValue};

use crate::frontend::rust::facts::ItemKind;
use crate::frontend::rust::types::{TypePath, ident_text};
use crate::resolve::names::Resolved;
use crate::source::Span;

use super::Walker;
use super::check::Passed;
use super::condition::last;
use super::dispatch::Target;
use super::flow::{Flow, Origin, Origins, Outcome, Refusal};
use super::summary::{self, Act, Called, Lookup, Steps, Substitution};
use super::typing::{Scope, Type};

/// First words of names that say that something is changed.
const VERBS: &[&str] = &[
    "delete", "remove", "destroy", "drop", "purge", "revoke", "update", "save", "insert", "create", "upsert", "set",
    "put", "write", "store", "rename", "replace", "execute", "apply", "truncate", "archive", "rotate", "append", "add",
];

/// Types of what was asked for.
const ASKED: &[&str] = &[
    "Option",
    "Result",
    "Vec",
    "HashMap",
    "BTreeMap",
    "HashSet",
    "BTreeSet",
    "VecDeque",
    "Iterator",
    "IntoIterator",
    "Stream",
];

impl Walker<'_, '_, '_> {
    pub(super) fn call(&mut self, call: &syn::ExprCall, awaits: bool) -> Flow {
        let span = self.call_span(call);
        let syn::Expr::Path(path) = &*call.func else {
            let mut callee = self.expression(&call.func);
            let arguments = self.arguments(&call.args);
            arguments.iter().for_each(|argument| callee.mix(argument));
            return self.asked("", callee, awaits, span);
        };
        let name = last(&path.path).unwrap_or_default();
        match name.as_str() {
            "Ok" | "Some" if call.args.len() == 1 => {
                let value = call.args.first().map(|value| self.expression(value)).unwrap_or_default();
                return match name.as_str() {
                    // The answer of a success isn't one that turns down.
                    "Ok" => Flow { statuses: Vec::new(), passed: Passed::default(), ..value },
                    _ if self.status_of_none().is_some() => {
                        Flow { presence: Origins::default(), passed: Passed::default(), ..value }
                    }
                    _ => Flow { passed: Passed::default(), ..value },
                };
            }
            "Err" if call.args.len() == 1 => {
                // Into what an error is made is known where it leaves the function.
                let value = call.args.first().map(|value| self.expression(before_into(value))).unwrap_or_default();
                return self.error(value, span);
            }
            _ => {}
        }
        if let Some(ident) = path.path.get_ident()
            && let Some(variable) = self.variable(&ident_text(ident)).cloned()
        {
            let arguments = self.arguments(&call.args);
            return match variable.closure.clone() {
                Some(closure) => self.run_closure(&closure, arguments),
                None => {
                    let mut whole = variable;
                    arguments.iter().for_each(|argument| whole.mix(argument));
                    self.asked(&name, whole, awaits, span)
                }
            };
        }
        let arguments = self.arguments(&call.args);
        // `Box::pin(async { … })`: what is inside comes out.
        let inside = if name == "pin" { arguments.first().map(|inside| inside.passed.clone()) } else { None };
        let value = self.call_path(path, arguments, awaits, span);
        let value = Flow { passed: inside.unwrap_or(value.passed), ..value };
        self.checked_call(call, value, span)
    }

    pub(super) fn arguments(&mut self, given: &syn::punctuated::Punctuated<syn::Expr, syn::Token![,]>) -> Vec<Flow> {
        given.iter().map(|argument| self.argument(argument)).collect()
    }

    /// What a call is given, or a field is set to.
    pub(super) fn argument(&mut self, given: &syn::Expr) -> Flow {
        // That nothing is given says nothing of what led here: the call itself depends on that.
        let is_nothing = matches!(given, syn::Expr::Path(path) if path.path.is_ident("None"));
        if is_nothing { Flow { is_none: true, ..Flow::default() } } else { self.expression(given) }
    }

    fn call_span(&self, call: &syn::ExprCall) -> Span {
        let start = match &*call.func {
            syn::Expr::Path(path) => match (path.qself.as_ref(), path.path.segments.first()) {
                (Some(qself), _) => qself.lt_token.span,
                (None, Some(segment)) => segment.ident.span(),
                (None, None) => call.paren_token.span.open(),
            },
            _ => call.paren_token.span.open(),
        };
        self.span_of(start, call.paren_token.span.close())
    }

    /// A call of what a path names.
    pub(super) fn call_path(&mut self, path: &syn::ExprPath, arguments: Vec<Flow>, awaits: bool, span: Span) -> Flow {
        let written = TypePath::from_syn(&path.path);
        let name = written.last().to_owned();
        let named = path.path.segments.last().map(|segment| self.segment_types(&segment.arguments)).unwrap_or_default();
        let (resolved, owner) = self.resolved_path(path, &written);
        let count = arguments.len();
        if let Some(value) = self.path_extraction(path) {
            return value;
        }
        if let Some(status) = self.rocket_status(&written.names) {
            let mut whole = Flow::default();
            arguments.iter().for_each(|argument| whole.mix(argument));
            return Flow { statuses: vec![status], ty: Type::foreign(&name, Vec::new()), ..whole };
        }
        let value = match (&owner, &resolved) {
            (Some(owner), _) if self.is_variant(owner, &name) => {
                let mut whole = self.variant(owner.clone(), &name);
                arguments.iter().for_each(|argument| whole.mix(argument));
                whole
            }
            (Some(owner), _) => {
                let owner =
                    match owner.definition().map(|definition| matches!(definition.item.kind, ItemKind::Trait(_))) {
                        // `Trait::method(&value)`: the value says whose it is.
                        Some(true) => match arguments.first().map(|argument| argument.ty.peeled().clone()) {
                            Some(ty @ Type::Own(..)) => ty,
                            _ => owner.clone(),
                        },
                        _ => owner.clone(),
                    };
                let targets = self.analyst.functions_of(&owner, &name);
                self.follow(targets, &named, arguments, awaits, span)
                    .unwrap_or_else(|arguments| self.opaque(&name, None, arguments, awaits, span))
            }
            (None, Resolved::Item(definition)) => match &definition.item.kind {
                ItemKind::Function(_) => {
                    let scope = Scope { module: definition.module, generics: Rc::default(), self_type: Type::Unknown };
                    let target = Target { function: definition.clone(), scope };
                    self.follow(vec![target], &named, arguments, awaits, span)
                        .unwrap_or_else(|arguments| self.opaque(&name, None, arguments, awaits, span))
                }
                ItemKind::Type => {
                    let mut whole = Flow::default();
                    arguments.iter().for_each(|argument| whole.mix(argument));
                    let parts = Some(Rc::new(arguments));
                    Flow { ty: Type::Own(definition.clone(), Rc::from([])), parts, ..whole }
                }
                _ => self.opaque(&name, None, arguments, awaits, span),
            },
            (None, _) => self.opaque(&name, None, arguments, awaits, span),
        };
        let names = match &resolved {
            Resolved::Item(definition) => self.analyst.modules.full_name(definition.module, &definition.item.name),
            _ => written.names.clone(),
        };
        self.with_outcome(&names, count, value, span)
    }

    /// Takes over what functions of the tree do; gives the arguments back if none can be followed.
    pub(super) fn follow(
        &mut self,
        targets: Vec<Target>,
        named: &[Type],
        arguments: Vec<Flow>,
        awaits: bool,
        span: Span,
    ) -> Result<Flow, Vec<Flow>> {
        let types: Vec<Type> = arguments.iter().map(|argument| argument.ty.clone()).collect();
        let variant = arguments.first().and_then(|argument| argument.variant.clone());
        let mut result: Option<Flow> = None;
        let mut unread = None;
        let is_sure = targets.len() == 1;
        let base = self.order + 1;
        for mut target in targets {
            self.analyst.bind_generics(&mut target, named, &types);
            self.note_called(&target, span);
            if !self.analyst.is_worth_reading(&target) {
                self.note_asks(&target);
                unread = unread.or(Some(target));
                continue;
            }
            let Some(summary) = self.analyst.summarise(&target.function, &target.scope, variant.clone()) else {
                self.summary.is_cut |= self.analyst.is_spent();
                continue;
            };
            let around = self.around();
            let branches = self.branch.clone();
            let substitution = Substitution {
                arguments: &arguments,
                lookups: u32::try_from(self.summary.lookups.len()).unwrap_or(u32::MAX),
                step: span,
                order: base,
                around: &around,
                branches: &branches,
            };
            let gives_nothing =
                matches!(&target.function.item.kind, ItemKind::Function(signature) if signature.result.is_none());
            // What is done in order to change something is as good as done, unless it may still be refused on the way.
            if summary.result.refusals.is_empty() && summary.acts.is_empty() && gives_nothing {
                let mut inputs = Origins::default();
                arguments.iter().for_each(|argument| inputs.add(&argument.origins));
                self.note_act(&target.function.item.name, &inputs, true, span, base);
            }
            let mut value = self.summary.take(&summary, &substitution);
            value.passed = if is_sure { self.summary.take_checks(&summary, span) } else { Passed::default() };
            self.order = self.order.max(base + summary.length);
            if value.ty == Type::Unknown
                && let ItemKind::Function(signature) = &target.function.item.kind
                && let Some(ty) = &signature.result
            {
                value.ty = self.analyst.type_of(&target.scope, ty);
            }
            // A function that makes something of its arguments in a way that isn't seen.
            let unseen = value.origins.is_empty() && value.statuses.is_empty() && value.variant.is_none();
            if unseen && !value.is_none && !is_unit(&value.ty) {
                for argument in &arguments {
                    value.origins.add(&argument.origins);
                }
                if value.origins.is_empty() {
                    value.origins.insert(Origin::State);
                }
            }
            result = Some(match result {
                None => value,
                Some(known) => known.or(value),
            });
        }
        match (result, unread) {
            (Some(value), _) => Ok(value),
            (None, Some(target)) => Ok(self.unread(&target, arguments, awaits, span)),
            (None, None) => Err(arguments),
        }
    }

    /// A function of the tree of which only the signature is looked at.
    fn unread(&mut self, target: &Target, arguments: Vec<Flow>, awaits: bool, span: Span) -> Flow {
        let ItemKind::Function(signature) = &target.function.item.kind else { return Flow::default() };
        let ty = match &signature.result {
            Some(ty) => self.analyst.type_of(&target.scope, ty),
            None => Type::Tuple(Rc::from([])),
        };
        let mut inputs = Flow::default();
        arguments.iter().for_each(|argument| inputs.mix(argument));
        if inputs.origins.is_empty() {
            // What comes out of nothing that the request holds is the application's own.
            return Flow { ty, page: inputs.page, ..Flow::from_origin(Origin::State) };
        }
        // What may be missing, or comes in numbers, was asked for; what is just computed holds what went in.
        let asks = awaits || is_unit(&ty) || matches!(&ty, Type::Foreign(name, _) if ASKED.contains(&&**name));
        if !asks {
            return Flow { ty, parts: None, variant: None, closure: None, ..inputs };
        }
        let inputs = Flow { statuses: Vec::new(), words: Vec::new(), refusals: Vec::new(), ..inputs };
        let searched = inputs.origins.clone();
        let found = self.asked(&target.function.item.name, inputs, awaits || is_unit(&ty), span).typed(ty);
        self.note_searched(&found, &searched);
        found
    }

    /// What the policy's restrictions are called may stand in a function that isn't read any further.
    fn note_asks(&mut self, target: &Target) {
        if self.analyst.policy.is_some_and(|policy| !policy.restrictions.is_empty()) {
            for ask in self.analyst.mentions(&target.function) {
                if !self.summary.asks.contains(&ask) {
                    self.summary.asks.push(ask);
                }
            }
        }
    }

    fn note_called(&mut self, target: &Target, span: Span) {
        let function = &target.function;
        if !function.item.attributes.is_empty()
            && self.summary.called.iter().all(|called| called.function != *function)
            && self.summary.called.len() < summary::MAX_KEPT
        {
            self.summary.called.push(Called { function: function.clone(), steps: Steps::default().behind(span) });
        }
    }

    /// A call that can't be followed.
    pub(super) fn opaque(
        &mut self,
        name: &str,
        receiver: Option<Flow>,
        arguments: Vec<Flow>,
        awaits: bool,
        span: Span,
    ) -> Flow {
        let is_method = receiver.is_some();
        // What it makes of the failure of what it is given isn't known.
        let mut whole = Flow { passed: Passed::default(), ..receiver.unwrap_or_default() };
        for argument in &arguments {
            whole.mix(argument);
        }
        // `State(x)` and its like only wrap.
        if name.starts_with(char::is_uppercase) {
            let ty = arguments.into_iter().next().map(|argument| argument.ty).unwrap_or_default();
            return Flow { ty: Type::foreign(name, vec![ty]), parts: None, variant: None, ..whole };
        }
        if !is_method && !awaits {
            return Flow { ty: Type::Unknown, parts: None, variant: None, closure: None, ..whole };
        }
        self.asked(name, whole, awaits, span)
    }

    /// Something outside may be asked, or changed: what comes back stands for what was found.
    pub(super) fn asked(&mut self, name: &str, inputs: Flow, awaits: bool, span: Span) -> Flow {
        let order = self.next_order();
        self.note_act(name, &inputs.origins, awaits, span, order);
        let page = if inputs.words.iter().any(|word| word.contains("LIMIT ")) { Some(span) } else { inputs.page };
        if inputs.origins.is_empty() && !awaits {
            return Flow { ty: Type::Unknown, parts: None, variant: None, closure: None, page, ..inputs };
        }
        let index = u32::try_from(self.summary.lookups.len()).unwrap_or(u32::MAX);
        self.summary.lookups.push(Lookup {
            name: name.into(),
            inputs: inputs.origins.clone(),
            awaited: awaits,
            searched: None,
            span,
            steps: Steps::default(),
            order,
        });
        let found = Origin::Found(index);
        Flow {
            origins: Origins::of(found),
            presence: Origins::of(found),
            refusals: inputs.refusals,
            page,
            ..Flow::default()
        }
    }

    /// A call that changes something, by its name.
    fn note_act(&mut self, name: &str, inputs: &Origins, awaits: bool, span: Span, order: u32) {
        let first_word = name.split('_').next().unwrap_or_default();
        if VERBS.contains(&first_word) && !inputs.is_empty() && self.summary.acts.len() < summary::MAX_KEPT {
            self.summary.acts.push(Act {
                name: name.into(),
                inputs: inputs.clone(),
                awaited: awaits,
                span,
                steps: Steps::default(),
                order,
                branches: self.branches(),
            });
        }
    }

    /// Remembers what was searched for something, with the lookup that was made for it.
    pub(super) fn note_searched(&mut self, found: &Flow, searched: &Origins) {
        for origin in found.presence.iter() {
            if let Origin::Found(index) = origin
                && let Some(lookup) = self.summary.lookups.get_mut(index as usize)
            {
                lookup.searched = Some(searched.clone());
            }
        }
    }

    /// `Err(…)`.
    pub(super) fn error(&mut self, value: Flow, span: Span) -> Flow {
        // What a called function would answer is passed on as it is.
        if !value.refusals.is_empty() && value.statuses.is_empty() && value.outcome.is_none() {
            return Flow { refusals: value.refusals, ..Flow::default() };
        }
        let order = self.next_order();
        let refusal = Refusal {
            bytes: value.bytes(),
            ty: value.ty.clone(),
            variant: value.variant.clone(),
            outcome: value.outcome,
            condition: self.around(),
            is_failure: false,
            span,
            steps: Steps::default(),
            order,
            branches: self.branches(),
        };
        Flow { refusals: vec![refusal], ..Flow::default() }
    }

    /// What the policy says that a call means.
    pub(super) fn with_outcome(&mut self, names: &[String], arguments: usize, value: Flow, span: Span) -> Flow {
        let Some(policy) = self.analyst.policy else { return value };
        if policy.outcomes.absent.is_empty() && policy.outcomes.denied.is_empty() {
            return value;
        }
        let term = Term {
            path: names.to_vec(),
            args: (0..arguments).map(|_| Argument { name: None, value: TermValue::Opaque("…".to_owned()) }).collect(),
        };
        let says = |patterns: &[route_role_policy::Placed<route_role_policy::pattern::Pattern>]| {
            patterns.iter().any(|pattern| pattern.value.matches(&term).is_some())
        };
        let outcome = if says(&policy.outcomes.absent) {
            Outcome::Absent
        } else if says(&policy.outcomes.denied) {
            Outcome::Denied
        } else {
            return value;
        };
        let order = self.next_order();
        let mut condition = value.condition();
        condition.add(&self.around());
        let branches = self.branches();
        summary::marked(value, outcome, &condition, span, (order, branches))
    }
}

/// What `.into()` is called on, if it is.
fn before_into(expression: &syn::Expr) -> &syn::Expr {
    match expression {
        syn::Expr::MethodCall(call) if call.method == "into" && call.args.is_empty() => &call.receiver,
        other => other,
    }
}

fn is_unit(ty: &Type) -> bool {
    match ty {
        Type::Tuple(parts) => parts.is_empty(),
        Type::Foreign(name, arguments) if &**name == "Result" => arguments.first().is_some_and(is_unit),
        _ => false,
    }
}
