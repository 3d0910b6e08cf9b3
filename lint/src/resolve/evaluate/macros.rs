//! Macro calls in expressions.

use std::rc::Rc;

use proc_macro2::{Delimiter, TokenStream, TokenTree};
use syn::parse::Parser as _;
use syn::punctuated::Punctuated;

use crate::frontend::rust::expand::Budget;
use crate::frontend::rust::facts::Extent;
use crate::frontend::rust::parse;
use crate::frontend::rust::types::{TypePath, ident_text};
use crate::frontend::rust::{actix, axum};
use crate::resolve::names::{Resolved, Space};
use crate::resolve::value::{Call, Callee, DocumentedRoutes, Value};
use crate::resolve::{expansion, operation};

use super::text::FormatArgument;
use super::{Environment, Evaluator, MAX_CALL_DEPTH};

impl Evaluator<'_, '_> {
    pub(super) fn macro_call(&mut self, environment: &mut Environment, call: &syn::Macro) -> Value {
        let path = TypePath::from_syn(&call.path).names;
        let name = path.last().map_or("", String::as_str);
        if let Some(value) = self.rocket_macro(environment, call).or_else(|| self.warp_macro(environment, call)) {
            return value;
        }
        if let Some(value) = self.rwf_macro(environment, call) {
            return value;
        }
        match name {
            "panic" | "unreachable" | "todo" | "unimplemented" | "bail" => return Value::Never,
            "vec" | "array" => {
                let elements = self.elements_of(environment, &call.tokens);
                let span = self.span_of(environment, call);
                return self.listed_handlers(&elements, span).unwrap_or_else(|| Value::list(elements));
            }
            "format" | "concatcp" | "concat" | "formatcp" | "format_args" => {
                if let Some(text) = self.text_macro(environment, name, &call.tokens) {
                    return text;
                }
            }
            "stringify" => return Value::text(&call.tokens.to_string()),
            "routes" => {
                if let Resolved::External(names) = self.modules.resolve(environment.module, &path, Space::Macro)
                    && (names.len() == 1 || axum::exports(&names))
                    && expansion::find(self.modules, environment.module, &path).is_none()
                {
                    return self.documented_routes(environment, &call.tokens);
                }
            }
            _ => {}
        }
        if let Some(definition) = expansion::find(self.modules, environment.module, &path) {
            return self.expand(environment, call, &definition);
        }
        if let Resolved::External(names) = self.modules.resolve(environment.module, &path, Space::Macro)
            && axum::is_guard_macro(&names)
        {
            return self.guard_macro(environment, names, call);
        }
        self.foreign_macro(environment, path, call)
    }

    /// `permission_required!(Backend, login_url = "/login", "case.read")`: what it demands. Where it sends those whom it refuses isn't.
    fn guard_macro(&mut self, environment: &mut Environment, path: Vec<String>, call: &syn::Macro) -> Value {
        let parser = Punctuated::<syn::Expr, syn::Token![,]>::parse_terminated;
        let given = parser.parse2(call.tokens.clone()).unwrap_or_default();
        let demands = given.iter().filter(|argument| !matches!(argument, syn::Expr::Assign(_)));
        let arguments = demands.map(|argument| self.expression(environment, argument)).collect();
        let span = self.span_of(environment, call);
        Value::Call(Rc::new(Call { callee: Callee::Macro(path), arguments, places: Vec::new(), span }))
    }

    fn elements_of(&mut self, environment: &mut Environment, tokens: &TokenStream) -> Vec<Value> {
        let parser = Punctuated::<syn::Expr, syn::Token![,]>::parse_terminated;
        match parser.parse2(tokens.clone()) {
            Ok(elements) => elements.iter().map(|element| self.expression(environment, element)).collect(),
            Err(_) => Vec::new(),
        }
    }

    fn text_macro(&mut self, environment: &mut Environment, name: &str, tokens: &TokenStream) -> Option<Value> {
        let parts = crate::frontend::rust::meta::split_at_commas(tokens.clone());
        if matches!(name, "concat" | "concatcp") {
            let mut text = String::new();
            for part in parts {
                let expression = syn::parse2::<syn::Expr>(part).ok()?;
                let value = self.expression(environment, &expression);
                text.push_str(&self.text_of(&value));
            }
            return Some(Value::text(&text));
        }
        let mut parts = parts.into_iter();
        let template = syn::parse2::<syn::LitStr>(parts.next()?).ok()?.value();
        let mut arguments = Vec::new();
        for part in parts {
            let argument = match syn::parse2::<syn::Expr>(part).ok()? {
                syn::Expr::Assign(assignment) => match &*assignment.left {
                    syn::Expr::Path(path) => FormatArgument {
                        name: path.path.get_ident().map(ident_text),
                        value: (*assignment.right).clone(),
                    },
                    _ => return None,
                },
                value => FormatArgument { name: None, value },
            };
            arguments.push(argument);
        }
        Some(self.format(environment, &template, &arguments))
    }

    /// `routes!(a, b)` of utoipa-axum: handlers that say their own method and path.
    fn documented_routes(&mut self, environment: &mut Environment, tokens: &TokenStream) -> Value {
        let mut handlers = Vec::new();
        for value in self.elements_of(environment, tokens) {
            let Value::Path(path) = &value else { continue };
            let span = path.span;
            let documented = match &path.resolved {
                Resolved::Item(definition) => {
                    let definition = definition.clone();
                    operation::of_handler(self, &definition)
                }
                _ => None,
            };
            if documented.is_none() {
                let text = format!(
                    "no `#[utoipa::path]` was found for `{}`, so its method and path are unknown",
                    super::super::guards::path_text(path)
                );
                self.note_unresolved(span, text, None);
                continue;
            }
            let handler = self.handler(value.clone(), false, span);
            let methods =
                documented.as_ref().map_or_else(|| vec!["ANY".to_owned()], |operation| operation.methods.clone());
            for method in methods {
                handlers.push((self.method_handler(method, handler.clone()), documented.clone()));
            }
        }
        Value::DocumentedRoutes(Rc::new(DocumentedRoutes { handlers }))
    }

    fn expand(
        &mut self,
        environment: &mut Environment,
        call: &syn::Macro,
        definition: &crate::resolve::modules::Definition,
    ) -> Value {
        let span = self.span_of(environment, call);
        let name = definition.item.name.clone();
        if self.returns.len() >= MAX_CALL_DEPTH {
            self.cut_off += 1;
            self.note_unresolved(span, format!("`{name}!` is expanded inside itself too often to follow"), None);
            return Value::Unknown;
        }
        let tokens: Extent = parse::spanned(&call.tokens);
        let expanded = expansion::expand(
            self.modules,
            definition,
            environment.module,
            environment.text,
            tokens,
            &mut Budget::default(),
        );
        let source = match expanded {
            Ok(source) => source,
            Err(error) => {
                self.note_unresolved(span, format!("`{name}!` can't be expanded: {error}"), None);
                return Value::Unknown;
            }
        };
        let Ok(block) = syn::parse_str::<syn::Block>(&format!("{{ {source} }}")) else {
            self.note_unresolved(span, format!("what `{name}!` expands to could not be read"), None);
            return Value::Unknown;
        };
        let text = self.modules.texts.add_expansion(span, format!("{{ {source} }}"));
        let outer = std::mem::replace(&mut environment.text, text);
        // An endless macro ends where endless calls do.
        self.returns.push(Vec::new());
        let value = self.block(environment, &block);
        self.returns.pop();
        environment.text = outer;
        value
    }

    /// A macro of another crate. Routers inside it leave, and expressions inside it are run for what they do.
    fn foreign_macro(&mut self, environment: &mut Environment, path: Vec<String>, call: &syn::Macro) -> Value {
        let span = self.span_of(environment, call);
        let text = self.modules.texts.slice(environment.text, parse::spanned(&call.tokens));
        let mentions = axum::BUILDER_NEEDLES.iter().chain(actix::BUILDER_NEEDLES).any(|needle| text.contains(needle));
        let mut arguments = Vec::new();
        if mentions || mentions_routes(environment, &call.tokens) {
            arguments = self.elements_of(environment, &call.tokens);
            if arguments.is_empty() {
                for expression in select_arms(&call.tokens) {
                    arguments.push(self.expression(environment, &expression));
                }
            }
            for argument in &arguments {
                self.sink(argument, false);
            }
        }
        Value::Call(Rc::new(Call { callee: Callee::Macro(path), arguments, places: Vec::new(), span }))
    }
}

/// Whether a variable that holds routes is named anywhere in these tokens.
fn mentions_routes(environment: &Environment, tokens: &TokenStream) -> bool {
    tokens.clone().into_iter().any(|token| match token {
        TokenTree::Ident(ident) => environment.get(&ident_text(&ident)).is_some_and(Value::carries_routes),
        TokenTree::Group(group) => mentions_routes(environment, &group.stream()),
        _ => false,
    })
}

/// The expressions of `select!`: what stands between `=` and `=>` of each arm, and the arms' blocks.
fn select_arms(tokens: &TokenStream) -> Vec<syn::Expr> {
    let mut found = Vec::new();
    let mut part: Vec<TokenTree> = Vec::new();
    let mut tokens = tokens.clone().into_iter().peekable();
    while let Some(token) = tokens.next() {
        match &token {
            TokenTree::Punct(punct) if punct.as_char() == '=' => {
                let is_arrow = matches!(tokens.peek(), Some(TokenTree::Punct(next)) if next.as_char() == '>');
                if is_arrow {
                    tokens.next();
                    found.extend(syn::parse2::<syn::Expr>(part.drain(..).collect()).ok());
                }
                part.clear();
            }
            TokenTree::Group(group) if group.delimiter() == Delimiter::Brace && part.is_empty() => {
                found.extend(syn::parse2::<syn::Expr>(TokenStream::from(token.clone())).ok());
            }
            _ => part.push(token),
        }
    }
    found
}
