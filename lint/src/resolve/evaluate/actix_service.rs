//! What `service(…)` of actix-web is given: scopes and resources, handlers whose attributes say what they answer, files, redirections.

use std::rc::Rc;

use proc_macro2::TokenStream;

use crate::frontend::rust::actix::{self, Kind};
use crate::frontend::rust::axum::RouterKind;
use crate::frontend::rust::facts::{Attribute, Extent, ItemKind};
use crate::frontend::rust::meta::split_at_commas;
use crate::frontend::rust::parse;
use crate::frontend::rust::types::ident_text;
use crate::resolve::inventory::Condition;
use crate::resolve::modules::Definition;
use crate::resolve::names::{Resolved, Space};
use crate::resolve::operation::{self, PartValue};
use crate::resolve::value::{Callee, Layer, PathValue, Router, Value};
use crate::source::Span;

use super::{Environment, Evaluator};

/// One attribute of a handler: the requests that it answers.
struct Answered {
    methods: Vec<String>,
    path: String,
    conditions: Vec<Condition>,
    layers: Vec<Rc<Layer>>,
}

impl Evaluator<'_, '_> {
    /// Adds what one `service(…)` is given. `place` is where that is written.
    pub(super) fn register_service(
        &mut self,
        router: &mut Router,
        service: &Value,
        conditions: &[Condition],
        span: Span,
        place: Span,
    ) {
        match self.force(service) {
            Value::Router(inner) => {
                if self.has_room(router, &inner, span) {
                    self.mount(router, &inner, conditions, span);
                }
            }
            Value::Tuple(services) | Value::List(services) => {
                services.iter().for_each(|service| self.register_service(router, service, conditions, span, place));
            }
            Value::Choice(choices) => {
                for (when, service) in choices.iter() {
                    self.register_service(router, service, &[conditions, when].concat(), span, place);
                }
            }
            Value::Path(path) => self.add_attribute_handler(router, &path, conditions, span),
            Value::Never => {}
            service => self.add_foreign_service(router, &service, conditions, span, place),
        }
    }

    /// A function with `#[get("…")]` and the like.
    fn add_attribute_handler(
        &mut self,
        router: &mut Router,
        path: &Rc<PathValue>,
        conditions: &[Condition],
        span: Span,
    ) {
        let answered = match &path.resolved {
            Resolved::Item(definition) if matches!(definition.item.kind, ItemKind::Function(_)) => {
                let definition = definition.clone();
                self.answered(&definition)
            }
            _ => Vec::new(),
        };
        if answered.is_empty() {
            let name = crate::resolve::guards::path_text(path);
            let text = format!(
                "no attribute was found that says which requests `{name}` answers; it is missing from the inventory"
            );
            self.note_unresolved(span, text, None);
            return;
        }
        let handler = self.handler(Value::Path(path.clone()), false, path.span);
        for answered in answered {
            for method in answered.methods {
                let mut method = self.method_handler(method, handler.clone());
                method.layers.extend(answered.layers.iter().rev().cloned());
                method.conditions.clone_from(&answered.conditions);
                self.add_covered(router, &answered.path, &[method], conditions, span);
            }
        }
    }

    /// What the attributes of a handler say, one after the other.
    fn answered(&mut self, handler: &Definition) -> Vec<Answered> {
        let mut found = Vec::new();
        for attribute in &handler.item.attributes {
            let resolved = self.modules.resolve(handler.module, &attribute.path, Space::Macro);
            let Resolved::External(names) = resolved else { continue };
            if actix::is_route_attribute(&names) {
                found.extend(self.read_attribute(handler, attribute, &names));
            }
        }
        found
    }

    fn read_attribute(&mut self, handler: &Definition, attribute: &Attribute, names: &[String]) -> Option<Answered> {
        let source = self.modules.texts.slice(handler.text, attribute.arguments).to_owned();
        let mut parts = split_at_commas(source.parse::<TokenStream>().ok()?).into_iter();
        let path = operation::text(self, handler, attribute, &parts.next()?);
        let span = self.modules.span_of(handler.text, attribute.extent);
        let path = self.paths_as(&Value::text(&path), span, |path| actix::with_slash(&actix::template(path))).pop()?.1;
        let own = names.last().and_then(|name| actix::method(name));
        let mut answered = Answered {
            methods: own.map(str::to_owned).into_iter().collect(),
            path,
            conditions: self.attribute_conditions(handler, attribute),
            layers: Vec::new(),
        };
        for part in parts {
            let (name, value) = operation::named(part);
            let Some(PartValue::Expression(value)) = value else { continue };
            let place = self.inside_quotes(handler, attribute, parse::spanned(&value));
            let text = syn::parse2::<syn::LitStr>(value).map(|literal| literal.value()).unwrap_or_default();
            match name.as_str() {
                "method" => answered.methods.push(text),
                "guard" => answered.conditions.push(Condition { text, holds: true, span }),
                "wrap" => answered.layers.extend(self.layer_in_text(handler, text, place)),
                _ => {}
            }
        }
        if answered.methods.is_empty() {
            self.note_unresolved(span, "the methods of this route could not be evaluated", None);
            answered.methods.push("ANY".to_owned());
        }
        Some(answered)
    }

    /// Where the text of a literal stands, of which the place among the arguments of an attribute is known.
    fn inside_quotes(&mut self, handler: &Definition, attribute: &Attribute, literal: Extent) -> Span {
        let part = self.modules.texts.add_part(handler.text, attribute.arguments);
        let is_plain = self.modules.texts.slice(part, literal).starts_with('"');
        let quote = u32::from(is_plain);
        let inside = Extent { start: literal.start + quote, end: literal.end.saturating_sub(quote) };
        self.modules.span_of(part, inside)
    }

    /// Middleware that stands in the text of an attribute.
    fn layer_in_text(&mut self, handler: &Definition, source: String, span: Span) -> Vec<Rc<Layer>> {
        let Ok(expression) = syn::parse_str::<syn::Expr>(&source) else { return Vec::new() };
        let text = self.modules.texts.add_expansion(span, source);
        let mut environment = Environment::new(handler.module, text, None);
        let value = self.expression(&mut environment, &expression);
        self.wrapped(&environment, &[value], &[expression].into_iter().collect())
    }

    /// A service of another crate, or one that can't be followed.
    fn add_foreign_service(
        &mut self,
        router: &mut Router,
        service: &Value,
        conditions: &[Condition],
        span: Span,
        place: Span,
    ) {
        if let Some(pages) = self.description_pages(service) {
            for page in pages {
                let handler = self.handler(service.clone(), true, place);
                let methods = vec![self.method_handler("GET".to_owned(), handler)];
                self.add_covered(router, &actix::template(&page), &methods, conditions, span);
            }
            return;
        }
        let Some((names, arguments)) = made_by(service) else {
            self.note_unresolved(span, "what is registered here could not be followed", None);
            return;
        };
        let is_files = actix::is_files(&names);
        if !is_files && !actix::is_redirection(&names) {
            let text = format!(
                "what the service `{}` answers can't be seen; it is missing from the inventory",
                names.join("::")
            );
            self.note_unresolved(place, text, None);
            return;
        }
        let handler = self.handler(service.clone(), true, place);
        let method = if is_files { "GET" } else { "ANY" };
        let methods = vec![self.method_handler(method.to_owned(), handler)];
        let notation: fn(&str) -> String = if is_files {
            |path| format!("{}/{{*rest}}", actix::with_slash(path.trim_end_matches('/')))
        } else {
            |path| actix::with_slash(&actix::template(path))
        };
        let path = arguments.first().cloned().unwrap_or(Value::Unknown);
        for (when, path) in self.paths_as(&path, span, notation) {
            self.add_covered(router, &path, &methods, &[conditions, &when].concat(), span);
        }
    }

    /// What a function or closure adds to the `ServiceConfig` that it is lent.
    pub(super) fn configured(&mut self, value: &Value, place: Span) -> Vec<(Vec<Condition>, Rc<Router>)> {
        let value = self.force(value);
        let lent = self.actix_router(Kind::Config, vec![(Vec::new(), String::new())], place);
        match &value {
            Value::Closure(closure) => match self.call_closure_lending(closure, lent) {
                Some(Value::Router(router)) => vec![(Vec::new(), router)],
                _ => Vec::new(),
            },
            Value::Choice(choices) => choices
                .iter()
                .flat_map(|(when, value)| {
                    let configured = self.configured(value, place);
                    configured
                        .into_iter()
                        .map(|(more, router)| ([when.as_slice(), &more].concat(), router))
                        .collect::<Vec<_>>()
                })
                .collect(),
            Value::Path(path) => match self.function_at(path) {
                Some((function, owner)) => self.configured_by(&function, owner.as_ref(), &lent),
                None => self.unknown_configuration(place),
            },
            Value::Never => Vec::new(),
            _ => self.unknown_configuration(place),
        }
    }

    fn unknown_configuration(&mut self, place: Span) -> Vec<(Vec<Condition>, Rc<Router>)> {
        let text = "what configures this application could not be followed; its routes are missing from the inventory";
        self.note_unresolved(place, text, None);
        Vec::new()
    }

    pub(super) fn function_at(&mut self, path: &PathValue) -> Option<(Definition, Option<Definition>)> {
        let (function, owner) = match &path.resolved {
            Resolved::Item(definition) => (definition.clone(), None),
            Resolved::Member(owner, names) => match names.as_slice() {
                [name] => (self.associated(owner, name)?, Some(owner.clone())),
                _ => return None,
            },
            _ => return None,
        };
        matches!(function.item.kind, ItemKind::Function(_)).then_some((function, owner))
    }

    /// Calls a function with something lent; where `cfg` chooses between several of the name, each of them.
    pub(super) fn configured_by(
        &mut self,
        function: &Definition,
        owner: Option<&Definition>,
        lent: &Value,
    ) -> Vec<(Vec<Condition>, Rc<Router>)> {
        let alternatives = match owner {
            None => self.modules.alternatives(function),
            Some(_) => vec![function.clone()],
        };
        let is_certain = alternatives.len() < 2;
        let mut found = Vec::new();
        for alternative in alternatives {
            let span = self.modules.span(&alternative);
            let text = alternative.item.condition.clone().filter(|_| !is_certain);
            let when: Vec<Condition> = text.into_iter().map(|text| Condition { text, holds: true, span }).collect();
            let (_, after) =
                self.call_definition(&alternative, owner.cloned(), None, vec![lent.clone()], Rc::default());
            if let Some(Value::Router(router)) = self.lent_to(&alternative, &after).into_iter().next().flatten() {
                found.push((when, router));
            }
        }
        found
    }

    /// What the parameters of a function hold at its end, in their order.
    pub(super) fn lent_to(&self, function: &Definition, after: &Environment) -> Vec<Option<Value>> {
        let ItemKind::Function(signature) = &function.item.kind else { return Vec::new() };
        let value = |pattern| {
            let source = self.modules.texts.slice(function.text, pattern).trim();
            let name = source.strip_prefix("mut ").unwrap_or(source).trim();
            after.get(name).cloned()
        };
        signature.parameters.iter().map(|parameter| value(parameter.pattern)).collect()
    }

    /// Gives every variable that holds a `ServiceConfig` what a call that it was lent to left in it.
    pub(super) fn give_back(
        &mut self,
        environment: &mut Environment,
        function: &Definition,
        after: &Environment,
        arguments: &[Value],
    ) {
        if !arguments.iter().any(is_config) {
            return;
        }
        for (argument, left) in arguments.iter().zip(self.lent_to(function, after)) {
            if let (Value::Router(lent), Some(Value::Router(left))) = (argument, left)
                && lent.lineage == left.lineage
                && is_config(argument)
            {
                environment.replace_router(&left);
            }
        }
    }
}

/// Whether a value is a `ServiceConfig`, which is changed by whom it is lent to.
pub(super) fn is_config(value: &Value) -> bool {
    matches!(value, Value::Router(router) if router.kind == RouterKind::Actix(Kind::Config))
}

/// The call that a chain of methods begins with.
fn made_by(value: &Value) -> Option<(Vec<String>, Vec<Value>)> {
    let Value::Call(call) = value else { return None };
    match &call.callee {
        Callee::Method { receiver, .. } => made_by(receiver),
        Callee::Path(path) => match &path.resolved {
            Resolved::External(names) => Some((names.clone(), call.arguments.clone())),
            _ => None,
        },
        _ => None,
    }
}

/// The name of the variable that a parameter of a closure binds.
pub(super) fn bound_name(pattern: &syn::Pat) -> Option<String> {
    match pattern {
        syn::Pat::Ident(name) => Some(ident_text(&name.ident)),
        syn::Pat::Type(typed) => bound_name(&typed.pat),
        _ => None,
    }
}
