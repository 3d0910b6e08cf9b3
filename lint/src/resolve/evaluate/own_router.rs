//! Calls that the policy's `routers` describes: functions and builders of the application's own that register routes.

use std::rc::Rc;

use route_role_policy::pattern::Bindings;
use route_role_policy::policy::NameOrVariable;
use route_role_policy::router::{self, RouteTarget, RouteTemplate, RouterEntry, RouterForm, RouterMeaning};
use route_role_policy::term::{Argument, Term, Value as TermValue};

use crate::frontend::rust::axum::{self, RouterKind};
use crate::frontend::rust::types::ident_text;
use crate::resolve::names::Resolved;
use crate::resolve::own_routers::{Paths, line, notation};
use crate::resolve::value::{MethodHandler, PathValue, Router, Value};
use crate::source::Span;

use super::actix::beginning;
use super::router::Arguments;
use super::{Environment, Evaluator};

/// The arguments of a call, each as the policy sees it.
struct Given<'a> {
    terms: Vec<TermValue>,
    values: &'a [Value],
    expressions: Arguments,
    span: Span,
}

impl Given<'_> {
    fn term(&self, path: Vec<String>) -> Term {
        Term { path, args: self.terms.iter().map(|value| Argument { name: None, value: value.clone() }).collect() }
    }

    /// Which argument a metavariable is bound to.
    fn index(&self, bindings: &Bindings, name: &str) -> Option<usize> {
        let bound = router::bound(bindings, name)?;
        self.terms.iter().position(|term| *term == bound)
    }

    fn value(&self, bindings: &Bindings, name: &str) -> Value {
        self.index(bindings, name).and_then(|index| self.values.get(index)).cloned().unwrap_or(Value::Unknown)
    }

    fn text(&self, bindings: &Bindings, text: &NameOrVariable) -> Value {
        match text {
            NameOrVariable::Name(text) => Value::text(text),
            NameOrVariable::Variable(name) => self.value(bindings, name),
        }
    }
}

impl Evaluator<'_, '_> {
    /// A call of a function that the policy describes, or one that makes a builder of such a kind; `None` for any other.
    pub(super) fn own_call(
        &mut self,
        environment: &mut Environment,
        path: &PathValue,
        arguments: &[Value],
        call: Option<&syn::ExprCall>,
        span: Span,
    ) -> Option<Value> {
        if !self.own.has_calls() {
            return None;
        }
        let names = self.own_names(path);
        let expressions = call.map(|call| call.args.clone()).unwrap_or_default();
        // `Site::register(site, …)`
        if let (Some(Value::Router(router)), Some((name, owner))) = (arguments.first(), names.split_last())
            && matches!(router.kind, RouterKind::Described(_))
            && self.is_own_type(owner)
        {
            let router = router.clone();
            let rest = expressions.iter().skip(1).cloned().collect();
            let value = self.own_method_call(environment, router, name, &arguments[1..], rest, span);
            if let Some(place) = call.and_then(|call| call.args.first()) {
                self.assign(environment, place, value.clone());
            }
            return Some(value);
        }
        let (_, owner) = names.split_last()?;
        let is_of_type = self.is_own_type(owner);
        let given = self.given(arguments, expressions, span);
        let entries = self.own.entries.clone();
        let found = router::find(&entries, RouterForm::Call, &given.term(names.clone()));
        if found.is_none() && !is_of_type {
            if self.own.is_function(&names) {
                self.note_if_lost(&names, &given);
            }
            return None;
        }
        let mut router = self.described_router(owner, span);
        match found {
            Some((entry, bindings)) => self.apply_entry(environment, &mut router, entry, &bindings, &given),
            None => self.note_if_lost(&names, &given),
        }
        if !is_of_type {
            // A function that belongs to no builder registers where the program finds it.
            self.sink(&Value::Router(router.clone()), true);
        }
        Some(Value::Router(router))
    }

    /// A method of a builder that the policy describes; `None` if what it is called on is something else.
    pub(super) fn own_builder_method(
        &mut self,
        environment: &mut Environment,
        receiver: &Value,
        arguments: &[Value],
        call: &syn::ExprMethodCall,
        span: Span,
    ) -> Option<Value> {
        let router = match receiver {
            Value::Router(router) if matches!(router.kind, RouterKind::Described(_)) => router.clone(),
            Value::Record(record) if self.own.has_calls() => {
                let definition = record.definition.as_ref()?;
                let names = self.modules.full_name(definition.module, &definition.item.name);
                if !self.is_own_type(&names) {
                    return None;
                }
                self.described_router(&names, span)
            }
            _ => return None,
        };
        let method = ident_text(&call.method);
        let value = self.own_method_call(environment, router, &method, arguments, call.args.clone(), span);
        self.assign(environment, beginning(&call.receiver), value.clone());
        Some(value)
    }

    fn own_method_call(
        &mut self,
        environment: &mut Environment,
        mut router: Rc<Router>,
        method: &str,
        arguments: &[Value],
        expressions: Arguments,
        span: Span,
    ) -> Value {
        let RouterKind::Described(index) = router.kind else { return Value::Router(router) };
        let mut names = self.own_types.get(index).cloned().unwrap_or_default();
        names.push(method.to_owned());
        let given = self.given(arguments, expressions, span);
        let entries = self.own.entries.clone();
        match router::find(&entries, RouterForm::Call, &given.term(names.clone())) {
            Some((entry, bindings)) => self.apply_entry(environment, &mut router, entry, &bindings, &given),
            None if method == "clone" => {}
            None => {
                self.note_if_lost(&names, &given);
                self.sink(&Value::Router(router.clone()), false);
            }
        }
        Value::Router(router)
    }

    fn apply_entry(
        &mut self,
        environment: &Environment,
        router: &mut Rc<Router>,
        entry: &RouterEntry,
        bindings: &Bindings,
        given: &Given<'_>,
    ) {
        match &entry.meaning {
            RouterMeaning::Route(template) => {
                self.add_own_route(environment, Rc::make_mut(router), template, bindings, given);
            }
            RouterMeaning::Mount { router: inner, prefix } => {
                let inner = given.value(bindings, &inner.value);
                let prefix = prefix.as_ref().map(|prefix| given.text(bindings, &prefix.value));
                let inner = match self.force(&inner) {
                    Value::MethodRouter(_) => Value::Unknown,
                    other => other,
                };
                for (conditions, inner) in self.routers(inner, given.span) {
                    let prefixes: Vec<Value> = prefix.iter().cloned().collect();
                    for (when, prefix) in self.prefixed(&prefixes, &Value::text(""), given.span) {
                        if self.has_room(router, &inner, given.span) {
                            let conditions = [when.as_slice(), &conditions].concat();
                            super::router::nest(Rc::make_mut(router), &prefix, &inner, &conditions, given.span, false);
                        }
                    }
                }
            }
            RouterMeaning::Layer(layer) => {
                let Some(index) = given.index(bindings, &layer.value) else { return };
                let expressions: Arguments = given.expressions.iter().skip(index).take(1).cloned().collect();
                let values: Vec<Value> = given.values.iter().skip(index).take(1).cloned().collect();
                let layers = self.layers(environment, &values, &expressions);
                for entry in &mut Rc::make_mut(router).entries {
                    entry.layers.extend(layers.iter().rev().cloned());
                }
            }
            RouterMeaning::Prefix(_) => {}
        }
    }

    fn add_own_route(
        &mut self,
        environment: &Environment,
        router: &mut Router,
        template: &RouteTemplate,
        bindings: &Bindings,
        given: &Given<'_>,
    ) {
        let span = given.span;
        let (methods, path) = match &template.target {
            RouteTarget::Parts { method, path } => {
                let methods = match method {
                    None => vec!["ANY".to_owned()],
                    Some(method) => {
                        let value = given.text(bindings, &method.value);
                        self.own_methods(&value, span)
                    }
                };
                (methods, given.text(bindings, &path.value))
            }
            RouteTarget::Line(name) => {
                let text = self.text_of(&given.value(bindings, &name.value));
                match line(&text) {
                    Some((method, path)) => (vec![method], Value::text(&path)),
                    None => (vec![self.unknown_method(span)], Value::Unknown),
                }
            }
        };
        let place = template.handler.as_ref().and_then(|name| given.index(bindings, &name.value));
        let place = place.map_or(span, |index| self.argument_span(environment, &given.expressions, index, span));
        let value = template.handler.as_ref().map_or(Value::Unknown, |name| given.value(bindings, &name.value));
        let handlers: Vec<MethodHandler> = match self.force(&value) {
            Value::MethodRouter(routes) => routes.methods.clone(),
            value => {
                let handler = self.handler(value, false, place);
                methods.into_iter().map(|method| self.method_handler(method, handler.clone())).collect()
            }
        };
        let prefix = template.prefix.as_ref().map(|prefix| given.text(bindings, &prefix.value));
        let prefixes: Vec<Value> = prefix.into_iter().collect();
        for (conditions, path) in self.prefixed(&prefixes, &path, span) {
            self.add_entries(router, &path, &handlers, &conditions, span);
        }
    }

    /// A path behind prefixes, the outermost first.
    pub(crate) fn prefixed(&mut self, prefixes: &[Value], path: &Value, span: Span) -> Paths {
        let mut found = self.paths_as(path, span, notation);
        for prefix in prefixes.iter().rev() {
            let outer = self.paths_as(prefix, span, notation);
            found = outer
                .iter()
                .flat_map(|(when, prefix)| {
                    found
                        .iter()
                        .map(move |(more, path)| ([when.as_slice(), more].concat(), axum::nested_path(prefix, path)))
                })
                .collect();
        }
        found
    }

    /// `Method::GET`, `"get"` or a list of them.
    fn own_methods(&mut self, value: &Value, span: Span) -> Vec<String> {
        match self.force(value) {
            Value::Text(text) if !text.contains(crate::resolve::value::HOLE) => vec![text.to_ascii_uppercase()],
            Value::Path(path) => match self.own_names(&path).last() {
                Some(name) => vec![name.to_ascii_uppercase()],
                None => vec![self.unknown_method(span)],
            },
            Value::List(values) | Value::Tuple(values) if !values.is_empty() => {
                values.iter().flat_map(|value| self.own_methods(value, span)).collect()
            }
            _ => vec![self.unknown_method(span)],
        }
    }

    /// Says that the method of a route isn't known, and gives what stands for it.
    pub(crate) fn unknown_method(&mut self, span: Span) -> String {
        let help = "write them as literals, or describe the call in more detail under `routers`";
        self.note_unresolved(span, "the methods of this route could not be evaluated", Some(help));
        "ANY".to_owned()
    }

    /// Says that a call which isn't described may register something.
    fn note_if_lost(&mut self, names: &[String], given: &Given<'_>) {
        let is_handler = |value: &Value| match value {
            Value::Path(path) => self.function_behind(path),
            value => value.carries_routes(),
        };
        if given.values.iter().any(is_handler) {
            let name = names.iter().rev().take(2).rev().map(String::as_str).collect::<Vec<_>>().join("::");
            let message = format!("no entry of `routers` describes this call of `{name}`; what it adds is missing");
            self.note_unresolved(given.span, message, Some("add an entry with `call` for it to the policy"));
        }
    }

    fn function_behind(&self, path: &PathValue) -> bool {
        use crate::frontend::rust::facts::ItemKind;
        matches!(&path.resolved, Resolved::Item(item) if matches!(item.item.kind, ItemKind::Function(_)))
    }

    fn given<'a>(&mut self, values: &'a [Value], expressions: Arguments, span: Span) -> Given<'a> {
        let terms = values
            .iter()
            .enumerate()
            .map(|(index, value)| match self.term_value(value, 0) {
                // What can't be said is still a value of its own.
                TermValue::Opaque(text) => TermValue::Opaque(format!("{text}{index}")),
                other => other,
            })
            .collect();
        Given { terms, values, expressions, span }
    }

    fn own_names(&self, path: &PathValue) -> Vec<String> {
        match &path.resolved {
            Resolved::External(names) => names.clone(),
            Resolved::Item(definition) => self.modules.full_name(definition.module, &definition.item.name),
            Resolved::Member(owner, rest) => {
                let mut names = self.modules.full_name(owner.module, &owner.item.name);
                names.extend(rest.iter().cloned());
                names
            }
            Resolved::Module(_) => Vec::new(),
        }
    }

    pub(super) fn is_own_type(&self, names: &[String]) -> bool {
        self.own.types().any(|path| names.ends_with(path))
    }

    /// An empty builder of a type.
    pub(super) fn described_router(&mut self, owner: &[String], span: Span) -> Rc<Router> {
        let known = self.own_types.iter().position(|names| names == owner);
        let index = known.unwrap_or_else(|| {
            self.own_types.push(owner.to_vec());
            self.own_types.len() - 1
        });
        self.empty_router(RouterKind::Described(index), span)
    }
}
