//! Routes that code of the application's own registers, as the policy's `routers` describes it: what to look for, and the functions that an
//! attribute makes routes. Calls are followed by `evaluate/own_router.rs`.

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use proc_macro2::TokenStream;
use route_role_policy::Policy;
use route_role_policy::pattern::Bindings;
use route_role_policy::router::{self, RouteTarget, RouterEntry, RouterForm, RouterMeaning};
use route_role_policy::term::{Term, Value as TermValue};

use crate::frontend::rust::axum::RouterKind;
use crate::frontend::rust::facts::{Attribute, ItemKind};
use crate::frontend::rust::meta::split_at_commas;
use crate::source::Span;

use super::declared::term_argument;
use super::described::is_neutral_attribute;
use super::evaluate::builders::KnownFunction;
use super::evaluate::{Evaluator, Sink};
use super::inventory::{Condition, Guard, GuardKind};
use super::modules::Definition;
use super::names::{Resolved, Space};
use super::value::{Call, Callee, Layer, PathValue, Value};

/// What the policy says of the application's own routers.
#[derive(Debug, Clone, Default)]
pub(crate) struct OwnRouters {
    pub(crate) entries: Rc<[RouterEntry]>,
}

impl OwnRouters {
    pub(crate) fn of(policy: Option<&Policy>) -> Self {
        Self { entries: policy.map(|policy| policy.routers.as_slice()).unwrap_or_default().into() }
    }

    fn of_form(&self, form: RouterForm) -> impl Iterator<Item = &RouterEntry> {
        self.entries.iter().filter(move |entry| entry.form == form)
    }

    /// The types whose methods are described, by the segments that patterns spell out.
    pub(crate) fn types(&self) -> impl Iterator<Item = &[String]> {
        self.of_form(RouterForm::Call).filter_map(|entry| {
            let (_, owner) = entry.pattern.path().split_last()?;
            owner.last()?.starts_with(char::is_uppercase).then_some(owner)
        })
    }

    pub(crate) fn has_calls(&self) -> bool {
        self.of_form(RouterForm::Call).next().is_some()
    }

    /// Texts without one of which a file can't register a route in one of these ways.
    pub(crate) fn needles(&self) -> Vec<String> {
        let attributes = self.of_form(RouterForm::Attribute).filter_map(|entry| entry.pattern.last());
        let types = self.types().filter_map(<[String]>::last).map(String::as_str);
        attributes.chain(types).chain(self.functions()).map(str::to_owned).collect()
    }

    /// Texts that make a function worth evaluating.
    pub(crate) fn builder_needles(&self) -> Vec<String> {
        let types = self.types().filter_map(<[String]>::last).map(|name| format!("{name}::"));
        types.chain(self.functions().map(|name| format!("{name}("))).collect()
    }

    /// Whether a type's name in a signature makes a function worth evaluating.
    pub(crate) fn is_type_name(&self, name: &str) -> bool {
        self.types().any(|path| path.last().is_some_and(|last| last == name))
    }

    /// The functions that are described and don't belong to a type.
    fn functions(&self) -> impl Iterator<Item = &str> {
        self.of_form(RouterForm::Call).filter_map(|entry| {
            let (last, owner) = entry.pattern.path().split_last()?;
            let of_type = owner.last().is_some_and(|owner| owner.starts_with(char::is_uppercase));
            (!of_type).then_some(last.as_str())
        })
    }

    /// Whether a function of this path is described, whatever it is given.
    pub(crate) fn is_function(&self, names: &[String]) -> bool {
        self.of_form(RouterForm::Call).any(|entry| names.ends_with(entry.pattern.path()))
    }

    /// Whether a function is one that the policy describes, or a method of a type that it describes: what it does inside doesn't matter.
    pub(crate) fn describes(&self, function: &KnownFunction) -> bool {
        match function.owner.as_ref().map(|owner| &owner.item.kind) {
            Some(ItemKind::Impl { self_type, .. }) => {
                self_type.as_path().is_some_and(|path| self.is_type_name(path.last()))
            }
            Some(_) => false,
            None => self.functions().any(|name| name == function.definition.item.name),
        }
    }

    /// Whether a guard is nothing but an attribute that registers routes.
    pub(crate) fn registers(&self, guard: &Guard) -> bool {
        guard.kind == GuardKind::Attribute
            && std::iter::once(&guard.term)
                .chain(&guard.expansions)
                .any(|term| router::find(&self.entries, RouterForm::Attribute, term).is_some())
    }
}

/// A path as frameworks of any kind write it, in the notation of inventories.
pub(crate) fn notation(path: &str) -> String {
    let path = crate::frontend::rust::rocket::current_notation(&crate::frontend::rust::axum::current_notation(path));
    if path.is_empty() || path.starts_with('/') { path } else { format!("/{path}") }
}

/// Method and path of `GET /cases/{id}`.
pub(crate) fn line(text: &str) -> Option<(String, String)> {
    let (method, path) = text.trim().split_once(char::is_whitespace)?;
    let is_method = !method.is_empty() && method.chars().all(|letter| letter.is_ascii_alphabetic());
    is_method.then(|| (method.to_ascii_uppercase(), path.trim().to_owned()))
}

/// Lets the routes leave that attributes make, and gives the crates that they belong to with what each of them has.
pub(super) fn collect(evaluator: &mut Evaluator<'_, '_>, functions: &[KnownFunction]) -> BTreeMap<usize, Vec<Sink>> {
    let mut found: BTreeMap<usize, Vec<Sink>> = BTreeMap::new();
    let mut seen: BTreeSet<Span> = BTreeSet::new();
    if evaluator.own.of_form(RouterForm::Attribute).next().is_none() {
        return found;
    }
    for function in functions {
        // A file may be a module of several crates.
        let sinks = evaluator.own_attribute_routes(function);
        if !sinks.is_empty() && seen.insert(evaluator.modules.span(&function.definition)) {
            let krate = evaluator.modules.module(function.definition.module).krate;
            found.entry(krate.0).or_default().extend(sinks);
        }
    }
    found
}

impl Evaluator<'_, '_> {
    /// What the attributes of a function make of it.
    fn own_attribute_routes(&mut self, function: &KnownFunction) -> Vec<Sink> {
        let handler = &function.definition;
        let mut sinks = Vec::new();
        for given in &handler.item.attributes {
            let Some((entry, bindings)) = self.own_attribute(handler, given) else {
                self.note_other_shape(handler, given);
                continue;
            };
            let RouterMeaning::Route(template) = &entry.meaning else { continue };
            let span = self.modules.span_of(handler.text, given.extent);
            let targets = match &template.target {
                RouteTarget::Parts { method, path } => {
                    let methods = match method {
                        None => vec!["ANY".to_owned()],
                        Some(method) => self.methods_of_term(method.value.value(&bindings).as_ref(), span),
                    };
                    let path = self.text_of_term(handler, path.value.value(&bindings));
                    methods.into_iter().map(|method| (method, path.clone())).collect()
                }
                RouteTarget::Line(name) => {
                    let text = self.text_of_term(handler, router::bound(&bindings, &name.value));
                    match text.as_text().as_deref().and_then(line) {
                        Some((method, path)) => vec![(method, Value::text(&path))],
                        None => vec![(self.unknown_method(span), Value::Unknown)],
                    }
                }
            };
            let prefix = template.prefix.as_ref().and_then(|prefix| prefix.value.value(&bindings));
            let prefix = prefix.map(|prefix| self.text_of_term(handler, Some(prefix)));
            let (outer, layers) = self.own_surroundings(function);
            let conditions = self.attribute_conditions(handler, given);
            let value = self.own_handler(function, span);
            let mut made = self.empty_router(RouterKind::Described(0), span);
            for (method, path) in targets {
                let handler = self.handler(value.clone(), false, self.modules.span(handler));
                let mut method = self.method_handler(method, handler);
                method.layers.clone_from(&layers);
                method.conditions.clone_from(&conditions);
                let prefixes: Vec<Value> = outer.iter().chain(&prefix).cloned().collect();
                for (when, path) in self.prefixed(&prefixes, &path, span) {
                    self.add_entries(Rc::make_mut(&mut made), &path, std::slice::from_ref(&method), &when, span);
                }
            }
            sinks.push(Sink { router: made, serves: true });
        }
        sinks
    }

    /// What the `impl` around a function says by its own attributes: prefixes, and what it demands, from the inside out.
    fn own_surroundings(&mut self, function: &KnownFunction) -> (Vec<Value>, Vec<Rc<Layer>>) {
        let (mut prefixes, mut layers) = (Vec::new(), Vec::new());
        let Some(owner) = &function.owner else { return (prefixes, layers) };
        for given in &owner.item.attributes {
            match self.own_attribute(owner, given) {
                Some((RouterEntry { meaning: RouterMeaning::Prefix(prefix), .. }, bindings)) => {
                    let prefix = prefix.value.value(&bindings);
                    prefixes.push(self.text_of_term(owner, prefix));
                }
                Some(_) => {}
                None if is_neutral_attribute(given) => {}
                None => {
                    let term = self.attribute_term(owner, given);
                    let span = self.modules.span_of(owner.text, given.extent);
                    let arguments = term.args.iter().map(|argument| as_value(&argument.value, owner, span)).collect();
                    let callee = Callee::Macro(term.path);
                    let value = Value::Call(Rc::new(Call { callee, arguments, places: Vec::new(), span }));
                    let conditions = self.attribute_conditions(owner, given);
                    layers.push(Rc::new(Layer {
                        id: self.id(),
                        value,
                        wrapper: None,
                        is_passive: false,
                        span,
                        conditions,
                    }));
                }
            }
        }
        layers.reverse();
        (prefixes, layers)
    }

    fn own_handler(&mut self, function: &KnownFunction, span: Span) -> Value {
        let definition = &function.definition;
        let owner = function.owner.as_ref().and_then(|owner| self.owner_type(owner));
        let resolved = match owner {
            Some(owner) => Resolved::Member(owner, vec![definition.item.name.clone()]),
            None => Resolved::Item(definition.clone()),
        };
        Value::Path(Rc::new(PathValue { resolved, generics: Vec::new(), module: definition.module, span }))
    }

    /// The entry that an attribute matches, under its own name or the one that it is written with.
    fn own_attribute(&mut self, definition: &Definition, given: &Attribute) -> Option<(RouterEntry, Bindings)> {
        let term = self.attribute_term(definition, given);
        let written = Term { path: given.path.clone(), args: term.args.clone() };
        let entries = self.own.entries.clone();
        let found = [term, written].iter().find_map(|term| router::find(&entries, RouterForm::Attribute, term));
        found.map(|(entry, bindings)| (entry.clone(), bindings))
    }

    /// Says of an attribute that an entry knows by name that no entry fits what it is given.
    fn note_other_shape(&mut self, handler: &Definition, given: &Attribute) {
        let path = self.attribute_term(handler, given).path;
        let entries = self.own.entries.clone();
        let known = entries.iter().filter(|entry| entry.form == RouterForm::Attribute);
        let is_known =
            |entry: &RouterEntry| path.ends_with(entry.pattern.path()) || given.path.ends_with(entry.pattern.path());
        if known.into_iter().any(is_known) {
            let name = given.path.join("::");
            let message = format!("no entry of `routers` fits the arguments of this `#[{name}]`; its route is missing");
            let span = self.modules.span_of(handler.text, given.extent);
            self.note_unresolved(span, message, Some("add an entry with `attribute` for this form to the policy"));
        }
    }

    fn attribute_term(&mut self, definition: &Definition, given: &Attribute) -> Term {
        let path = match self.modules.resolve(definition.module, &given.path, Space::Macro) {
            Resolved::External(names) => names,
            Resolved::Item(attribute) => self.modules.full_name(attribute.module, &attribute.item.name),
            Resolved::Member(..) | Resolved::Module(_) => given.path.clone(),
        };
        let source: Option<TokenStream> = self.modules.texts.slice(definition.text, given.arguments).parse().ok();
        let args = split_at_commas(source.unwrap_or_default()).into_iter().map(term_argument).collect();
        Term { path, args }
    }

    /// The text that an argument of an attribute stands for: a literal, or a constant of the tree.
    fn text_of_term(&mut self, definition: &Definition, value: Option<TermValue>) -> Value {
        match value {
            Some(TermValue::Str(text)) => Value::text(&text),
            Some(TermValue::Term(term)) if term.args.is_empty() => {
                match self.modules.resolve(definition.module, &term.path, Space::Value) {
                    Resolved::Item(constant) => self.constant_value(&constant).unwrap_or(Value::Unknown),
                    _ => Value::Unknown,
                }
            }
            _ => Value::Unknown,
        }
    }

    /// `GET`, `Method::Get`, `"get"` or a list of them.
    fn methods_of_term(&mut self, value: Option<&TermValue>, span: Span) -> Vec<String> {
        match value {
            Some(TermValue::Str(text)) => vec![text.to_ascii_uppercase()],
            Some(TermValue::Term(term)) => vec![term.last().to_ascii_uppercase()],
            Some(TermValue::List(values)) if !values.is_empty() => {
                values.iter().flat_map(|value| self.methods_of_term(Some(value), span)).collect()
            }
            _ => vec![self.unknown_method(span)],
        }
    }
}

/// An argument of an attribute as a value.
fn as_value(value: &TermValue, definition: &Definition, span: Span) -> Value {
    match value {
        TermValue::Str(text) => Value::text(text),
        TermValue::Int(number) => Value::Int(*number),
        TermValue::Bool(truth) => Value::Bool(*truth),
        TermValue::List(values) => Value::list(values.iter().map(|value| as_value(value, definition, span)).collect()),
        TermValue::Term(term) if term.args.is_empty() => {
            let resolved = Resolved::External(term.path.clone());
            Value::Path(Rc::new(PathValue { resolved, generics: Vec::new(), module: definition.module, span }))
        }
        TermValue::Term(term) => {
            let arguments = term.args.iter().map(|argument| as_value(&argument.value, definition, span)).collect();
            let callee = Callee::Macro(term.path.clone());
            Value::Call(Rc::new(Call { callee, arguments, places: Vec::new(), span }))
        }
        TermValue::Opaque(_) => Value::Unknown,
    }
}

/// Conditions with the path that holds under them.
pub(crate) type Paths = Vec<(Vec<Condition>, String)>;
