//! An abstract interpreter for the code that builds routers.
//!
//! It runs functions as the program would, but with values that only know what matters for routes. Both sides of a
//! branch are run and joined; a loop over a known list is unrolled; a call is followed if its function may build a
//! router, or if somebody needs the text or the layer that it returns. Everything else stays a name.

mod actix;
mod actix_guard;
mod actix_service;
mod associated;
mod barren;
pub(crate) mod builders;
mod call;
mod constant;
mod dispatch;
mod documented;
mod expression;
mod foreign_call;
mod gotham;
mod gotham_route;
mod iterator;
mod layer;
mod lent;
mod loco;
mod loco_hooks;
mod macros;
mod method;
mod method_router;
mod own_router;
mod pattern;
mod poem;
mod poem_api;
mod rocket;
mod rocket_routes;
mod router;
mod rwf;
mod rwf_check;
mod rwf_controller;
mod salvo;
pub(crate) mod spelling;
mod statement;
mod text;
mod tide;
mod tide_server;
mod warp;
mod warp_recovery;

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::rc::Rc;
use std::sync::Arc;

use crate::frontend::rust::axum::RouterKind;
use crate::frontend::rust::facts::{Extent, Item, ItemKind, TextId};
use crate::frontend::rust::parse;
use crate::frontend::rust::types::TypeArgument;
use crate::source::Span;

use super::inventory::{Condition, Note, NoteKind};
use super::modules::{Definition, ModuleId, Modules};
use super::own_routers::OwnRouters;
use super::value::{Document, Router, Value};

pub(crate) use builders::Builders;

/// More work than any real program needs; a run that reaches it says so.
const MAX_STEPS: usize = 3_000_000;

/// Calls inside calls; deeper ones stay unknown.
const MAX_CALL_DEPTH: usize = 64;

/// What one function sees while it is evaluated.
#[derive(Debug, Clone)]
pub(crate) struct Environment {
    pub(crate) module: ModuleId,
    pub(crate) text: TextId,
    scopes: Vec<Vec<(String, Value)>>,
    self_type: Option<Definition>,
    generics: Rc<BTreeMap<String, (TypeArgument, ModuleId)>>,
}

impl Environment {
    fn new(module: ModuleId, text: TextId, self_type: Option<Definition>) -> Self {
        Self { module, text, scopes: vec![Vec::new()], self_type, generics: Rc::default() }
    }

    fn get(&self, name: &str) -> Option<&Value> {
        self.scopes
            .iter()
            .rev()
            .flat_map(|scope| scope.iter().rev())
            .find(|(known, _)| known == name)
            .map(|(_, value)| value)
    }

    fn get_mut(&mut self, name: &str) -> Option<&mut Value> {
        self.scopes
            .iter_mut()
            .rev()
            .flat_map(|scope| scope.iter_mut().rev())
            .find(|(known, _)| known == name)
            .map(|(_, value)| value)
    }

    /// Takes over the variables that both environments have: those of the code around a closure.
    fn take_shared(&mut self, other: &Self) {
        if self.text != other.text {
            return;
        }
        for (scope, theirs) in self.scopes.iter_mut().zip(&other.scopes) {
            for ((name, value), (their_name, their_value)) in scope.iter_mut().zip(theirs) {
                if name == their_name {
                    value.clone_from(their_value);
                }
            }
        }
    }

    /// Gives every variable that holds this router its new state.
    fn replace_router(&mut self, router: &Rc<Router>) {
        for (_, value) in self.scopes.iter_mut().flatten() {
            if matches!(value, Value::Router(known) if known.lineage == router.lineage) {
                *value = Value::Router(router.clone());
            }
        }
    }

    fn declare(&mut self, name: &str, value: Value) {
        if let Some(scope) = self.scopes.last_mut() {
            scope.push((name.to_owned(), value));
        }
    }
}

/// A router that leaves the code that was evaluated.
#[derive(Debug, Clone)]
pub(crate) struct Sink {
    pub(crate) router: Rc<Router>,
    /// Whether it is certain that the router serves.
    pub(crate) serves: bool,
}

/// A router that was made: where, and whether it was still empty.
#[derive(Debug, Clone)]
pub(crate) struct Lineage {
    pub(crate) span: Span,
}

#[derive(Debug)]
struct Body {
    block: syn::Block,
    text: TextId,
    /// The module for the items and imports inside the body, if there are any.
    module: Option<ModuleId>,
}

/// The interpreter, with all that it has learned so far.
pub(crate) struct Evaluator<'m, 's> {
    pub(crate) modules: &'m mut Modules<'s>,
    builders: Builders,
    /// What the policy says of routers of the application's own.
    pub(crate) own: OwnRouters,
    /// The types of such routers, as far as they were met.
    own_types: Vec<Vec<String>>,
    bodies: HashMap<*const Item, Option<Rc<Body>>>,
    constants: HashMap<*const Item, Value>,
    /// What handlers' documentation says.
    pub(crate) operations: HashMap<*const Item, Option<super::value::DocumentedOperation>>,
    /// Functions that were run at least once.
    pub(crate) evaluated: HashSet<*const Item>,
    /// Handlers that were named in a list of routes.
    listed: HashSet<*const Item>,
    /// Calls that are known to leave nothing behind.
    barren: barren::BarrenCalls,
    /// How often something wasn't followed for the calls that led to it.
    cut_off: usize,
    stack: Vec<*const Item>,
    returns: Vec<Vec<(Vec<Condition>, Value)>>,
    /// Conditions of the branches around the code that runs now, since the current function began.
    conditions: Vec<Condition>,
    pub(crate) sinks: Vec<Sink>,
    pub(crate) lineages: Vec<Lineage>,
    registered: BTreeSet<(Span, Span)>,
    pub(crate) documents: Vec<Rc<Document>>,
    pub(crate) notes: BTreeSet<Note>,
    /// What was learned about the bodies of handlers and of what they call.
    pub(crate) memory: super::behavior::Memory,
    /// Entries for which an unresolved part was already noted.
    next_id: usize,
    steps: usize,
}

impl<'m, 's> Evaluator<'m, 's> {
    pub(crate) fn new(modules: &'m mut Modules<'s>, builders: Builders, own: OwnRouters) -> Self {
        Self {
            modules,
            builders,
            own,
            own_types: Vec::new(),
            bodies: HashMap::new(),
            constants: HashMap::new(),
            operations: HashMap::new(),
            evaluated: HashSet::new(),
            listed: HashSet::new(),
            barren: barren::BarrenCalls::default(),
            cut_off: 0,
            stack: Vec::new(),
            returns: Vec::new(),
            conditions: Vec::new(),
            sinks: Vec::new(),
            lineages: Vec::new(),
            registered: BTreeSet::new(),
            documents: Vec::new(),
            notes: BTreeSet::new(),
            memory: super::behavior::Memory::default(),
            next_id: 0,
            steps: 0,
        }
    }

    /// Runs a function that nobody in the tree calls: what its parameters hold isn't known.
    pub(crate) fn run(&mut self, function: &Definition, self_type: Option<Definition>) -> Value {
        let ItemKind::Function(signature) = &function.item.kind else { return Value::Unknown };
        let arguments =
            signature.parameters.iter().map(|parameter| self.unknown_argument(function, &parameter.ty)).collect();
        let (value, after) = self.call_definition(function, self_type, None, arguments, Rc::default());
        // What a `ServiceConfig` or a server of tide was told leaves with it.
        for lent in self
            .lent_to(function, &after)
            .into_iter()
            .flatten()
            .filter(|lent| actix_service::is_config(lent) || lent::is_lent(lent))
        {
            self.release(&lent);
        }
        value
    }

    pub(crate) fn id(&mut self) -> usize {
        self.next_id += 1;
        self.next_id
    }

    /// Whether there is anything left to spend; notes it once when there isn't.
    fn spend(&mut self) -> bool {
        self.steps += 1;
        if self.steps == MAX_STEPS {
            self.notes.insert(Note {
                kind: NoteKind::Unresolved,
                message: "the code that builds routers is larger than can be evaluated; later routes are missing"
                    .to_owned(),
                help: None,
                span: None,
            });
        }
        self.steps < MAX_STEPS
    }

    fn span(&self, environment: &Environment, span: proc_macro2::Span) -> Span {
        let texts = &self.modules.texts;
        texts.span(environment.text, texts.extent(environment.text, span, span))
    }

    fn span_of(&self, environment: &Environment, tokens: &impl quote::ToTokens) -> Span {
        self.modules.span_of(environment.text, parse::spanned(tokens))
    }

    /// The source of some tokens on one line, shortened.
    fn snippet(&self, environment: &Environment, tokens: &impl quote::ToTokens) -> String {
        let text = self.modules.texts.slice(environment.text, parse::spanned(tokens));
        let mut line: String = text.split_whitespace().collect::<Vec<_>>().join(" ");
        if line.chars().count() > 80 {
            line = line.chars().take(79).chain(['…']).collect();
        }
        line
    }

    pub(crate) fn note_unresolved(&mut self, span: Span, message: impl Into<String>, help: Option<&str>) {
        self.notes.insert(Note {
            kind: NoteKind::Unresolved,
            message: message.into(),
            help: help.map(str::to_owned),
            span: Some(span),
        });
    }

    /// The parsed body of a function; `None` if there is none or it isn't Rust, which is then noted.
    fn body(&mut self, function: &Definition) -> Option<Rc<Body>> {
        let key = Arc::as_ptr(&function.item);
        if let Some(known) = self.bodies.get(&key) {
            return known.clone();
        }
        let body = self.parse_body(function).map(Rc::new);
        self.bodies.insert(key, body.clone());
        body
    }

    fn parse_body(&mut self, function: &Definition) -> Option<Body> {
        let ItemKind::Function(signature) = &function.item.kind else { return None };
        let text = self.modules.texts.add_part(function.text, signature.body?);
        let source = self.modules.texts.source(text);
        let block = match syn::parse_str::<syn::Block>(&source) {
            Ok(block) => block,
            Err(error) => {
                let error = parse::syntax_error(&error);
                let span = self.modules.span_of(text, error.extent);
                let message = format!("the body of `{}` isn't Rust: {}", function.item.name, error.message);
                self.modules.broken.push(super::modules::BrokenText { span, message });
                return None;
            }
        };
        let items: Vec<Arc<Item>> = parse::items_of_block(&block, self.modules.options);
        let module = (!items.is_empty()).then(|| self.modules.add_body_module(function.module, text, items));
        Some(Body { block, text, module })
    }

    /// Evaluates a piece of text as an expression in a module.
    pub(crate) fn evaluate_extent(&mut self, module: ModuleId, text: TextId, extent: Extent) -> Value {
        let part = self.modules.texts.add_part(text, extent);
        let Ok(expression) = syn::parse_str::<syn::Expr>(&self.modules.texts.source(part)) else {
            return Value::Unknown;
        };
        let mut environment = Environment::new(module, part, None);
        self.expression(&mut environment, &expression)
    }

    pub(crate) fn is_builder(&self, function: &Definition) -> bool {
        self.builders.contains(function)
    }

    /// Whether a handler was named in a list of routes.
    pub(crate) fn is_listed(&self, handler: &Definition) -> bool {
        self.listed.contains(&Arc::as_ptr(&handler.item))
    }

    pub(crate) fn was_run(&self, function: &Definition) -> bool {
        self.evaluated.contains(&Arc::as_ptr(&function.item))
    }

    /// What has left the code that was evaluated since the last call: routers and API descriptions.
    pub(crate) fn take_served(&mut self) -> (Vec<Sink>, Vec<Rc<Document>>) {
        (std::mem::take(&mut self.sinks), std::mem::take(&mut self.documents))
    }

    /// Lets go of everything that was parsed, and of the copies of source text that places in it refer to. Values from before must not be used any more:
    /// a closure in one of them is such a piece of parsed text.
    pub(crate) fn forget(&mut self) {
        self.bodies = HashMap::new();
        self.constants = HashMap::new();
        self.barren = barren::BarrenCalls::default();
        self.operations = HashMap::new();
        self.memory.forget();
        self.modules.rules = HashMap::new();
        self.take_served();
        proc_macro2::extra::invalidate_current_thread_spans();
    }

    /// The type that an `impl` is for.
    pub(crate) fn owner_type(&mut self, owner: &Definition) -> Option<Definition> {
        self.self_type(owner)
    }

    /// The value of a constant of the tree.
    pub(crate) fn constant_value(&mut self, definition: &Definition) -> Option<Value> {
        matches!(definition.item.kind, ItemKind::Constant { .. }).then(|| self.constant(definition))
    }

    /// A value with the call that it is run, if its function is in the tree.
    pub(crate) fn forced(&mut self, value: &Value) -> Value {
        self.force(value)
    }

    /// Where each router was made and each of its routes registered.
    pub(crate) fn registrations(&self) -> Vec<(Span, Span)> {
        self.registered.iter().copied().collect()
    }

    /// `Type::openapi()` of a type that describes the API.
    fn openapi_document(&mut self, owner: &Definition, names: &[String]) -> Option<Value> {
        if names != ["openapi"] {
            return None;
        }
        super::operation::of_description(self, owner).map(|document| Value::Document(Rc::new(document)))
    }

    /// A router leaves: to a server, or to code that isn't followed.
    fn sink(&mut self, value: &Value, serves: bool) {
        if !self.spend() {
            return;
        }
        match value {
            Value::Router(router) if router.kind == RouterKind::Warp => self.sink_filter(router, serves),
            Value::Router(router) => {
                let router = self.finished(router);
                self.sinks.push(Sink { router, serves });
            }
            Value::Document(document) => self.documents.push(document.clone()),
            Value::Tuple(values) | Value::List(values) => values.iter().for_each(|value| self.sink(value, serves)),
            Value::Record(record) => record.fields.values().for_each(|value| self.sink(value, serves)),
            Value::Choice(choices) => {
                for (when, value) in choices.iter() {
                    self.sink(&crate::resolve::join::only_when(value, when), serves);
                }
            }
            _ => {}
        }
    }

    /// The result of the program's entry point: a router that is returned from `main` serves.
    pub(crate) fn serve(&mut self, value: &Value) {
        self.sink(value, true);
    }

    /// The result of a function whose caller wasn't seen.
    pub(crate) fn release(&mut self, value: &Value) {
        self.sink(value, false);
    }
}
