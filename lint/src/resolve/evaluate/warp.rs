//! Filters of warp: each is a list of the requests that it lets through, with what answers them.
//!
//! A filter that gives a value and one that answers look the same: `path("x").and_then(show)` and `header("token").and_then(check)`. What comes
//! last answers; what came before it and can reject a request is a guard, under the name of the function that made it.

use std::rc::Rc;

use proc_macro2::{TokenStream, TokenTree};

use crate::frontend::rust::axum::RouterKind;
use crate::frontend::rust::types::{TypeArgument, TypePath, TypeRef};
use crate::frontend::rust::warp::{self, Function, Operation};
use crate::resolve::expansion;
use crate::resolve::inventory::{Condition, Matching};
use crate::resolve::names::{Resolved, Space};
use crate::resolve::value::{Answer, Call, Callee, Entry, Layer, PathValue, Router, Value};
use crate::source::Span;

use super::{Environment, Evaluator};

/// The rest of the path, which files and `tail()` take.
const REST: &str = "/{*rest}";

impl Evaluator<'_, '_> {
    /// What a function of warp gives; `None` for any other.
    pub(super) fn warp_function(&mut self, path: &Rc<PathValue>, arguments: &[Value], span: Span) -> Option<Value> {
        let Resolved::External(names) = &path.resolved else { return None };
        let argument = arguments.first().cloned().unwrap_or(Value::Unknown);
        Some(match warp::function(names)? {
            Function::Serve => {
                let served = self.force(&argument);
                self.serve_filter(&served, span);
                Value::Unknown
            }
            Function::Segment => {
                let paths = self.paths_as(&argument, span, |path| format!("/{}", path.trim_matches('/')));
                let mut filter = self.empty_router(RouterKind::Warp, span);
                for (conditions, path) in paths {
                    let entry = self.filter_entry("ANY", &path, span);
                    Rc::make_mut(&mut filter).entries.push(Entry { conditions, ..entry });
                }
                Value::Router(filter)
            }
            Function::Parameter => {
                let name = match path.generics.first() {
                    Some(TypeArgument::Type(TypeRef::Path(ty))) => ty.last().to_lowercase(),
                    _ => "param".to_owned(),
                };
                self.filter("ANY", &format!("/{{{name}}}"), span)
            }
            Function::Tail => self.filter("ANY", REST, span),
            Function::Method(method) => self.filter(method, "", span),
            Function::Neutral => self.filter("ANY", "", span),
            Function::Condition => {
                let mut filter = self.filter("ANY", "", span);
                let text = self.span_text(span);
                if let Value::Router(router) = &mut filter {
                    for entry in &mut Rc::make_mut(router).entries {
                        entry.conditions.push(Condition { text: text.clone(), holds: true, span });
                    }
                }
                filter
            }
            kind @ (Function::Folder | Function::File) => {
                let mut filter = self.filter("GET", if kind == Function::Folder { REST } else { "" }, span);
                let handler = self.handler(Value::Path(path.clone()), true, span);
                if let Value::Router(router) = &mut filter {
                    for entry in &mut Rc::make_mut(router).entries {
                        entry.handler = handler.clone();
                        entry.answer = Some(Answer { is_given: true, ..Answer::default() });
                    }
                }
                filter
            }
        })
    }

    /// `path!("cases" / u64 / ..)`; `None` for any other macro.
    pub(super) fn warp_macro(&mut self, environment: &Environment, call: &syn::Macro) -> Option<Value> {
        let path = TypePath::from_syn(&call.path).names;
        if path.last()? != "path" || expansion::find(self.modules, environment.module, &path).is_some() {
            return None;
        }
        let Resolved::External(names) = self.modules.resolve(environment.module, &path, Space::Macro) else {
            return None;
        };
        if !warp::is_warp(&names) && names.len() > 1 {
            return None;
        }
        let span = self.span_of(environment, call);
        Some(self.filter("ANY", &template(call.tokens.clone()), span))
    }

    /// A method of a filter; `None` if it isn't one of warp's.
    pub(super) fn warp_method(
        &mut self,
        environment: &mut Environment,
        filter: &Rc<Router>,
        method: &str,
        arguments: &[Value],
        call: &syn::ExprMethodCall,
        span: Span,
    ) -> Option<Value> {
        let argument = arguments.first().cloned().unwrap_or(Value::Unknown);
        let place = self.argument_span(environment, &call.args, 0, span);
        Some(match warp::operation(method)? {
            Operation::Keep => Value::Router(filter.clone()),
            Operation::And => {
                let other = self.operand(argument, place);
                Value::Router(self.both(filter, &other, span))
            }
            Operation::Or => {
                let mut filter = filter.clone();
                match self.force(&argument) {
                    Value::Router(other) if other.kind == RouterKind::Warp => {
                        if self.has_room(&filter, &other, span) {
                            Rc::make_mut(&mut filter).entries.extend(other.entries.iter().cloned());
                        }
                    }
                    Value::Choice(choices) => {
                        for (when, value) in choices.iter() {
                            let Value::Router(other) = crate::resolve::join::only_when(value, when) else { continue };
                            Rc::make_mut(&mut filter).entries.extend(other.entries.iter().cloned());
                        }
                    }
                    _ => {
                        let text = "the filter that is added here could not be followed; its routes are missing";
                        self.note_unresolved(place, text, None);
                    }
                }
                Value::Router(filter)
            }
            kind @ (Operation::Map | Operation::AndThen) => {
                let mut filter = filter.clone();
                let handler = self.handler(argument, false, place);
                let are_several = filter.entries.len() > 1;
                for entry in &mut Rc::make_mut(&mut filter).entries {
                    // What only changes the answer of routes isn't what answers them.
                    let changes_answer = are_several || method == "map" && can_reject(entry) || is_recovered(entry);
                    if answers_itself(entry) && changes_answer {
                        continue;
                    }
                    self.let_pass(entry);
                    self.demote(entry);
                    entry.handler = handler.clone();
                    entry.mounts = vec![span];
                    let can_reject = kind == Operation::AndThen;
                    entry.answer = Some(Answer { is_given: true, can_reject, ..Answer::default() });
                }
                Value::Router(filter)
            }
            Operation::Recover => {
                let mut filter = filter.clone();
                if let Some(recovery) = self.recovery(&argument, place) {
                    for entry in &mut Rc::make_mut(&mut filter).entries {
                        let answer = entry.answer.get_or_insert_with(Answer::default);
                        answer.recovery = Some(recovery.clone());
                    }
                }
                Value::Router(filter)
            }
            Operation::With => {
                let is_harmless = made_by(&argument).is_some_and(|names| warp::is_harmless_wrapper(&names));
                let mut filter = filter.clone();
                if !is_harmless {
                    let layers = self.layers(environment, arguments, &call.args);
                    for entry in &mut Rc::make_mut(&mut filter).entries {
                        entry.layers.extend(layers.iter().rev().cloned());
                    }
                }
                Value::Router(filter)
            }
        })
    }

    /// Names a filter after the function of the tree that made it.
    pub(super) fn named_filter(&mut self, value: Value, path: &Rc<PathValue>, given: &[Value], span: Span) -> Value {
        let Value::Router(mut filter) = value else { return value };
        if filter.kind == RouterKind::Warp {
            let callee = Callee::Path(path.clone());
            let call = Value::Call(Rc::new(Call { callee, arguments: given.to_vec(), places: Vec::new(), span }));
            for entry in &mut Rc::make_mut(&mut filter).entries {
                if let Some(answer) = &mut entry.answer
                    && answer.can_reject
                {
                    answer.named = Some((call.clone(), span));
                }
            }
        }
        Value::Router(filter)
    }

    /// What `and(…)` is given, as a filter. What isn't known may refuse.
    fn operand(&mut self, value: Value, place: Span) -> Rc<Router> {
        match self.force(&value) {
            Value::Router(other) if other.kind == RouterKind::Warp => self.alternatives_of(other, place),
            other => {
                let mut filter = self.empty_router(RouterKind::Warp, place);
                let mut entry = self.filter_entry("ANY", "", place);
                let layer = self.filter_layer(other, None, place);
                entry.layers.push(layer);
                Rc::make_mut(&mut filter).entries.push(entry);
                filter
            }
        }
    }

    /// Alternatives that only give a value are one: if one of them lets everybody through, so do all together; otherwise one of what they
    /// demand is enough, `or(user(), key())`.
    fn alternatives_of(&mut self, filter: Rc<Router>, place: Span) -> Rc<Router> {
        let only_gives = |entry: &Entry| entry.path.is_empty() && entry.method == "ANY" && entry.conditions.is_empty();
        let (Some(first), true) = (filter.entries.first().cloned(), filter.entries.iter().all(only_gives)) else {
            return filter;
        };
        if filter.entries.len() < 2 {
            return filter;
        }
        let names: Vec<Option<Span>> = filter
            .entries
            .iter()
            .map(|entry| entry.answer.as_ref().and_then(|answer| answer.named.as_ref()).map(|(_, span)| *span))
            .collect();
        let shared = first.answer.as_ref().and_then(|answer| answer.named.clone());
        let shared = shared.filter(|_| names.windows(2).all(|pair| pair[0] == pair[1]));
        let mut ways = Vec::new();
        for entry in &filter.entries {
            let mut entry = entry.clone();
            if let (Some(answer), Some(_)) = (&mut entry.answer, &shared) {
                answer.named = None;
            }
            self.let_pass(&mut entry);
            self.demote(&mut entry);
            let mut demands: Vec<Value> = entry.layers.iter().rev().map(|layer| layer.value.clone()).collect();
            match demands.len() {
                0 => ways.push(None),
                1 => ways.extend(demands.pop().map(Some)),
                _ => ways.push(Some(combined("and", demands, place))),
            }
        }
        let mut only = Entry { layers: Vec::new(), ..first };
        if let Some(answer) = &mut only.answer {
            *answer = Answer { is_given: answer.is_given, ..Answer::default() };
        }
        // One way in without a demand is open to everybody.
        if let Some(ways) = ways.into_iter().collect::<Option<Vec<Value>>>() {
            let either = combined("or", ways, place);
            let layer = match shared {
                Some((name, span)) => self.filter_layer(name, Some(either), span),
                None => self.filter_layer(either, None, place),
            };
            only.layers.push(layer);
        }
        let mut filter = filter;
        Rc::make_mut(&mut filter).entries = vec![only];
        filter
    }

    /// Requests that both filters let through, the left one first.
    fn both(&mut self, left: &Rc<Router>, right: &Router, span: Span) -> Rc<Router> {
        let mut filter = left.clone();
        let mut right = right.clone();
        for entry in Rc::make_mut(&mut filter).entries.iter_mut().chain(&mut right.entries) {
            self.let_pass(entry);
        }
        let left = filter.clone();
        let mut entries = Vec::new();
        let is_large = left.entries.len().saturating_mul(right.entries.len()) > 20_000;
        for first in left.entries.iter().filter(|_| !is_large) {
            for second in &right.entries {
                let method = match (first.method.as_str(), second.method.as_str()) {
                    ("ANY", method) | (method, "ANY") => method.to_owned(),
                    (left, right) if left == right => left.to_owned(),
                    // No request has two methods.
                    _ => continue,
                };
                let mut first = first.clone();
                let answers = second.answer.as_ref().is_some_and(|answer| answer.is_given);
                if answers {
                    self.demote(&mut first);
                }
                let (handler, answer, mounts) = if answers {
                    let is_lent = !is_route(second);
                    let answer =
                        second.answer.clone().map(|answer| Answer { is_lent: answer.is_lent || is_lent, ..answer });
                    (second.handler.clone(), answer, second.mounts.clone())
                } else {
                    (first.handler.clone(), first.answer.clone(), first.mounts.clone())
                };
                entries.push(Entry {
                    id: self.id(),
                    method,
                    path: distinct(&first.path, &second.path),
                    handler,
                    answer,
                    mounts,
                    layers: [second.layers.as_slice(), &first.layers].concat(),
                    conditions: [first.conditions.as_slice(), &second.conditions].concat(),
                    ..first
                });
            }
        }
        if is_large {
            self.note_unresolved(span, "these filters combine to more routes than any service has", None);
        }
        Rc::make_mut(&mut filter).entries = entries;
        filter
    }

    pub(super) fn filter_layer(&mut self, value: Value, wrapper: Option<Value>, span: Span) -> Rc<Layer> {
        Rc::new(Layer { id: self.id(), value, wrapper, is_passive: false, span, conditions: Vec::new() })
    }

    fn filter(&mut self, method: &str, path: &str, span: Span) -> Value {
        let mut filter = self.empty_router(RouterKind::Warp, span);
        let entry = self.filter_entry(method, path, span);
        Rc::make_mut(&mut filter).entries.push(entry);
        Value::Router(filter)
    }

    fn filter_entry(&mut self, method: &str, path: &str, span: Span) -> Entry {
        let handler = self.handler(Value::Unknown, false, span);
        let entry = self.entry(method, path, handler, span);
        Entry { matching: Matching::Ordered, answer: Some(Answer::default()), ..entry }
    }

    /// Lets the routes of a filter leave. One that only gives a value to others is no route, unless it is served.
    pub(super) fn sink_filter(&mut self, filter: &Rc<Router>, serves: bool) {
        let mut filter = filter.clone();
        let is_route = |entry: &Entry| {
            entry.answer.as_ref().is_some_and(|answer| answer.is_given)
                && (serves || !entry.path.is_empty() || entry.method != "ANY")
        };
        let lost =
            filter.entries.iter().find(|entry| serves && !is_route(entry)).and_then(|entry| entry.mounts.first());
        if let Some(place) = lost.copied() {
            self.note_unresolved(place, "what answers the requests of this filter could not be followed", None);
        }
        Rc::make_mut(&mut filter).entries.retain(is_route);
        self.sinks.push(super::Sink { router: filter, serves });
    }

    /// Lets the routes of a filter leave to a server.
    fn serve_filter(&mut self, value: &Value, span: Span) {
        match value {
            Value::Router(_) => self.sink(value, true),
            Value::Choice(choices) => {
                for (when, value) in choices.iter() {
                    self.serve_filter(&crate::resolve::join::only_when(value, when), span);
                }
            }
            // A function that answers is a filter too.
            _ => self.note_unresolved(span, "the filter that is served here could not be followed", None),
        }
    }
}

/// Whether a filter asks for a path or a method.
pub(super) fn is_route(entry: &Entry) -> bool {
    !entry.path.is_empty() || entry.method != "ANY"
}

/// Whether something decides what becomes of the rejections of a filter.
fn is_recovered(entry: &Entry) -> bool {
    entry.answer.as_ref().is_some_and(|answer| answer.recovery.is_some())
}

fn can_reject(entry: &Entry) -> bool {
    entry.answer.as_ref().is_some_and(|answer| answer.can_reject)
}

/// Whether a route has its own answer already, rather than a value that another filter lent it.
pub(super) fn answers_itself(entry: &Entry) -> bool {
    is_route(entry) && entry.answer.as_ref().is_some_and(|answer| answer.is_given && !answer.is_lent)
}

/// Several demands as one, in the form of a call.
fn combined(name: &str, demands: Vec<Value>, span: Span) -> Value {
    let callee = Callee::Macro(vec![name.to_owned()]);
    Value::Call(Rc::new(Call { callee, arguments: demands, places: Vec::new(), span }))
}

/// The path that a call's name leads to.
fn made_by(value: &Value) -> Option<Vec<String>> {
    let Value::Call(call) = value else { return None };
    match &call.callee {
        Callee::Method { receiver, .. } => made_by(receiver),
        Callee::Path(path) => match &path.resolved {
            Resolved::External(names) => Some(names.clone()),
            _ => None,
        },
        _ => None,
    }
}

/// `"cases" / u64 / String` as a path.
fn template(tokens: TokenStream) -> String {
    let mut path = String::new();
    let mut part: Vec<TokenTree> = Vec::new();
    let is_slash = |token: &TokenTree| matches!(token, TokenTree::Punct(punct) if punct.as_char() == '/');
    let end = std::iter::once(None);
    for token in tokens.into_iter().map(Some).chain(end) {
        match token {
            Some(token) if !is_slash(&token) => part.push(token),
            _ => {
                path = distinct(&path, &segment(&std::mem::take(&mut part)));
            }
        }
    }
    path
}

fn segment(part: &[TokenTree]) -> String {
    let source: TokenStream = part.iter().cloned().collect();
    if let Ok(text) = syn::parse2::<syn::LitStr>(source.clone()) {
        return format!("/{}", text.value());
    }
    // `..` leaves the rest of the path to what follows.
    match syn::parse2::<syn::Type>(source).map(|ty| TypeRef::from_syn(&ty)) {
        Ok(TypeRef::Path(ty)) => format!("/{{{}}}", ty.last().to_lowercase()),
        _ => String::new(),
    }
}

/// One path behind the other; parameters that are named alike get numbers.
fn distinct(first: &str, second: &str) -> String {
    let mut path = first.to_owned();
    for segment in second.split('/').skip(1) {
        let mut wanted = segment.to_owned();
        if let Some(name) = segment.strip_prefix('{').and_then(|rest| rest.strip_suffix('}')) {
            let mut number = 1;
            while segment != "{*}" && path.split('/').any(|known| known == wanted) {
                number += 1;
                wanted = format!("{{{name}_{number}}}");
            }
        }
        path.push('/');
        path.push_str(&wanted);
    }
    path
}
