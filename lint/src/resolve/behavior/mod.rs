//! What handlers do: which objects they look up, where they answer that something is absent or denied, what they change.
//!
//! Every function that a route can reach is read once for each choice of its type parameters and summarised in terms of
//! its parameters (an idea that is as old as interprocedural data-flow analysis: Sharir and Pnueli, «Two approaches to
//! interprocedural data flow analysis», 1981). A call carries the summary over to its arguments. What can't be followed
//! stays a call of which only is known what went in.

mod answer;
mod branch;
mod call;
mod check;
mod classify;
mod combinator;
mod condition;
mod dispatch;
mod expression;
mod flow;
mod gate;
mod macros;
mod parameter;
mod path;
mod pattern;
mod refusal;
mod relevance;
mod statement;
mod status;
mod summary;
mod typing;

use std::collections::BTreeSet;
use std::rc::Rc;
use std::sync::Arc;

use foldhash::{HashMap, HashSet};
use route_role_policy::Policy;

use crate::frontend::rust::facts::{Item, ItemKind, TextId};
use crate::frontend::rust::parse;
use crate::resolve::modules::{Definition, ModuleId, Modules};
use crate::source::Span;

use check::Watch;
pub(crate) use check::{ALL_OF, ANY_OF, Check};
use flow::{Condition, Flow, Origin};
use gate::Gates;
pub(crate) use gate::{Middleware, Passage};
use summary::{Branches, Summary};
use typing::{Scope, Shape, Type};

/// Calls inside calls; what lies deeper stays unknown.
const MAX_DEPTH: usize = 24;

/// Expressions that are read for all handlers together.
const MAX_WORK: usize = 6_000_000;

/// What was learned about functions so far.
#[derive(Debug, Default)]
pub(crate) struct Memory {
    /// Nobody wants to know what handlers do.
    pub(crate) is_off: bool,
    /// Handlers are read for the checks that they make, and for nothing else.
    pub(crate) only_checks: bool,
    /// Names of calls that the policy may know as guards.
    pub(crate) checks: BTreeSet<String>,
    summaries: HashMap<Key, Option<Rc<Summary>>>,
    /// Types that are no extractors, or extractors that don't look at the path.
    passed_by: HashSet<*const Item>,
    /// Extractors and middleware, in terms of the request.
    gates: HashMap<Key, Option<Rc<Summary>>>,
    bodies: HashMap<*const Item, Option<Rc<Body>>>,
    shapes: HashMap<*const Item, Rc<Shape>>,
    members: HashMap<(*const Item, String), Option<Member>>,
    implementors: HashMap<*const Item, Vec<Type>>,
    mentions: HashMap<*const Item, Vec<usize>>,
    /// What each error type answers, by variant.
    answers: HashMap<(*const Item, Option<Rc<str>>), Option<flow::Bytes>>,
    worth: HashMap<*const Item, bool>,
    work: usize,
    /// Functions that were summarised.
    pub(crate) functions: HashSet<*const Item>,
}

impl Memory {
    /// Lets go of all that was learned: the places in parsed bodies hold only as long as the thread's spans do, and what one
    /// program does says little about another.
    pub(crate) fn forget(&mut self) {
        *self = Self { is_off: self.is_off, only_checks: self.only_checks, ..Self::default() };
    }
}

/// A function, and the `impl` that makes it one of a type.
type Member = (Definition, Option<Definition>);

type Key = (*const Item, Option<Rc<str>>, Vec<usize>);

#[derive(Debug)]
struct Body {
    block: syn::Block,
    parameters: Vec<syn::Pat>,
    text: TextId,
    module: ModuleId,
}

/// Reads functions.
pub(crate) struct Analyst<'a, 'm> {
    pub(crate) modules: &'a mut Modules<'m>,
    pub(crate) memory: &'a mut Memory,
    pub(crate) policy: Option<&'a Policy>,
    depth: usize,
}

/// Reads one body.
struct Walker<'w, 'a, 'm> {
    analyst: &'w mut Analyst<'a, 'm>,
    body: Rc<Body>,
    scope: Scope,
    result_type: Type,
    variables: Vec<(String, Flow)>,
    /// What the code that is read now depends on.
    conditions: Vec<Condition>,
    /// What has left the function so far.
    returned: Flow,
    summary: Summary,
    order: u32,
    /// The branches around the code that is read now.
    branch: Vec<(u32, u16)>,
    /// The expression that is read now is waited for.
    awaits: bool,
    /// What leaves is the answer to a request.
    is_handler: bool,
    /// The statement that is read now.
    last_statement: Span,
    watch: Watch,
}

impl<'a, 'm> Analyst<'a, 'm> {
    pub(crate) fn new(modules: &'a mut Modules<'m>, memory: &'a mut Memory, policy: Option<&'a Policy>) -> Self {
        Self { modules, memory, policy, depth: 0 }
    }

    /// What a function does, in terms of its parameters; `None` if it has no body, is too deep, or is being read already.
    ///
    /// `variant` is the variant of the first parameter, where the caller knows it.
    fn summarise(&mut self, function: &Definition, scope: &Scope, variant: Option<Rc<str>>) -> Option<Rc<Summary>> {
        let key = self.key(function, scope, variant.clone());
        if let Some(known) = self.memory.summaries.get(&key) {
            return known.clone();
        }
        if self.is_spent() {
            return None;
        }
        let ItemKind::Function(signature) = &function.item.kind else { return None };
        // A function that calls itself finds nothing: what it does besides is found anyway.
        self.memory.summaries.insert(key.clone(), None);
        let mut parameters = Vec::new();
        let mut index: u16 = 0;
        let mut symbolic = |ty: Type| {
            let origin = Origin::Parameter(index);
            index = index.saturating_add(1);
            Flow { presence: flow::Origins::of(origin), ..Flow::from_origin(origin) }.typed(ty)
        };
        if signature.has_receiver {
            parameters.push(symbolic(scope.self_type.clone()));
        }
        for parameter in &signature.parameters {
            let ty = self.type_of(scope, &parameter.ty);
            parameters.push(symbolic(ty));
        }
        if let Some(first) = parameters.first_mut() {
            first.variant = variant;
        }
        let summary = self.read(function, scope, parameters, &Gates::default(), false).map(Rc::new);
        self.memory.summaries.insert(key, summary.clone());
        summary
    }

    /// Whether a bound keeps anything more from being read.
    fn is_spent(&self) -> bool {
        self.depth >= MAX_DEPTH || self.memory.work >= MAX_WORK
    }

    fn key(&self, function: &Definition, scope: &Scope, variant: Option<Rc<str>>) -> Key {
        let mut types = Vec::new();
        scope.self_type.key(&mut types);
        for ty in scope.generics.values() {
            ty.key(&mut types);
        }
        (Arc::as_ptr(&function.item), variant, types)
    }

    /// Reads a function whose parameters hold these values, once a request has passed what stands before it.
    fn read(
        &mut self,
        function: &Definition,
        scope: &Scope,
        parameters: Vec<Flow>,
        gates: &Gates,
        is_handler: bool,
    ) -> Option<Summary> {
        let body = self.body(function)?;
        let ItemKind::Function(signature) = &function.item.kind else { return None };
        let result_type = match &signature.result {
            Some(ty) => self.type_of(scope, ty),
            None => Type::Tuple(Rc::from([])),
        };
        self.memory.functions.insert(Arc::as_ptr(&function.item));
        let mut scope = scope.clone();
        scope.module = body.module;
        let span = self.modules.span(function);
        self.depth += 1;
        let mut walker = Walker {
            analyst: self,
            body: body.clone(),
            scope,
            result_type,
            variables: Vec::new(),
            conditions: Vec::new(),
            returned: Flow::never(),
            summary: Summary::default(),
            order: 0,
            branch: Vec::new(),
            awaits: false,
            is_handler,
            last_statement: span,
            watch: Watch::default(),
        };
        let mut parameters = parameters.into_iter();
        if signature.has_receiver {
            let receiver = parameters.next().unwrap_or_default();
            walker.variables.push(("self".to_owned(), receiver));
        }
        for gate in &gates.around {
            walker.pass(gate);
        }
        for (index, (pattern, value)) in body.parameters.iter().zip(parameters).enumerate() {
            let value = match gates.parameters.get(&index) {
                Some(gate) => walker.pass(gate).typed(value.ty),
                None => value,
            };
            walker.bind(pattern, value);
        }
        let tail = walker.block(&body.block);
        walker.close_watch(&tail);
        walker.leave(tail);
        let mut summary = walker.summary;
        let returned = walker.returned;
        summary.length = walker.order + 1;
        self.depth -= 1;
        summary.result = Flow { never: false, ..returned };
        if self.policy.is_some_and(|policy| !policy.restrictions.is_empty()) {
            let asks = self.mentions(function);
            summary.asks.extend(asks.into_iter().filter(|ask| !summary.asks.contains(ask)).collect::<Vec<_>>());
        }
        summary.result.forget_closures();
        summary.prune();
        Some(summary)
    }

    /// The restrictions of the policy whose names a function's body mentions.
    fn mentions(&mut self, function: &Definition) -> Vec<usize> {
        let key = Arc::as_ptr(&function.item);
        if let Some(known) = self.memory.mentions.get(&key) {
            return known.clone();
        }
        let ItemKind::Function(signature) = &function.item.kind else { return Vec::new() };
        let source = signature.body.map_or("", |body| self.modules.texts.slice(function.text, body));
        let restrictions = self.policy.map_or(&[][..], |policy| policy.restrictions.as_slice());
        let found: Vec<usize> = restrictions
            .iter()
            .enumerate()
            .filter(|(_, restriction)| mentions_word(source, &restriction.when.value))
            .map(|(index, _)| index)
            .collect();
        self.memory.mentions.insert(key, found.clone());
        found
    }

    fn body(&mut self, function: &Definition) -> Option<Rc<Body>> {
        let key = Arc::as_ptr(&function.item);
        if let Some(known) = self.memory.bodies.get(&key) {
            return known.clone();
        }
        let body = self.parse_body(function).map(Rc::new);
        self.memory.bodies.insert(key, body.clone());
        body
    }

    fn parse_body(&mut self, function: &Definition) -> Option<Body> {
        let ItemKind::Function(signature) = &function.item.kind else { return None };
        let text = self.modules.texts.add_part(function.text, signature.body?);
        let source = self.modules.texts.source(text);
        // What isn't Rust was reported when the file was read; here it only means that nothing is known.
        let block = syn::parse_str::<syn::Block>(&source).ok()?;
        let items = parse::items_of_block(&block, self.modules.options);
        let module =
            if items.is_empty() { function.module } else { self.modules.add_body_module(function.module, text, items) };
        let parameters = signature
            .parameters
            .iter()
            .map(|parameter| {
                let source = self.modules.texts.slice(function.text, parameter.pattern);
                let parser = syn::Pat::parse_single;
                syn::parse::Parser::parse_str(parser, source).unwrap_or_else(|_| {
                    syn::Pat::Wild(syn::PatWild { attrs: Vec::new(), underscore_token: Default::default() })
                })
            })
            .collect();
        Some(Body { block, parameters, text, module })
    }
}

/// Whether a word occurs in a text, as `no_user_data` or as the `NoUserData` that types are called.
fn mentions_word(text: &str, word: &str) -> bool {
    let camel: String = word
        .split('_')
        .map(|part| {
            let mut letters = part.chars();
            letters.next().map(|first| first.to_uppercase().chain(letters).collect::<String>()).unwrap_or_default()
        })
        .collect();
    [word, camel.as_str()].iter().any(|word| mentions_name(text, word))
}

/// Whether a name occurs in a text, and not as a part of another.
fn mentions_name(text: &str, name: &str) -> bool {
    let is_name =
        |character: Option<char>| character.is_some_and(|character| character.is_alphanumeric() || character == '_');
    text.match_indices(name)
        .any(|(at, _)| !is_name(text[..at].chars().next_back()) && !is_name(text[at + name.len()..].chars().next()))
}

impl Walker<'_, '_, '_> {
    fn span_of(&self, start: proc_macro2::Span, end: proc_macro2::Span) -> Span {
        let texts = &self.analyst.modules.texts;
        texts.span(self.body.text, texts.extent(self.body.text, start, end))
    }

    fn next_order(&mut self) -> u32 {
        self.order += 1;
        self.order
    }

    fn branches(&self) -> Branches {
        Branches::of(&self.branch)
    }

    /// What the code that is read now depends on, all branches together.
    fn around(&self) -> Condition {
        let mut all = Condition::default();
        self.conditions.iter().for_each(|condition| all.add(condition));
        all
    }

    /// A value leaves the function.
    fn leave(&mut self, value: Flow) {
        if value.never {
            self.returned.refuse_all(&value.refusals);
            return;
        }
        let value = match self.status_of_none() {
            Some(status) if value.is_none || !value.presence.is_empty() => {
                let absent = Flow { statuses: vec![status], ..Flow::default() };
                self.turned_down(&value, &absent, self.last_statement)
            }
            _ => value,
        };
        let mut value = self.settled(value);
        let error = self.result_type.error();
        value.refusals = value.refusals.into_iter().map(|refusal| self.converted(refusal, &error)).collect();
        let returned = std::mem::take(&mut self.returned);
        self.returned = returned.or(value);
    }

    fn variable(&self, name: &str) -> Option<&Flow> {
        self.variables.iter().rev().find(|(known, _)| known == name).map(|(_, value)| value)
    }

    fn variable_mut(&mut self, name: &str) -> Option<&mut Flow> {
        self.variables.iter_mut().rev().find(|(known, _)| known == name).map(|(_, value)| value)
    }

    fn modules_work(&mut self) -> bool {
        self.analyst.memory.work += 1;
        self.analyst.memory.work < MAX_WORK
    }
}
