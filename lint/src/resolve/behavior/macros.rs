//! Macro calls inside bodies.

use proc_macro2::{TokenStream, TokenTree};
use syn::parse::Parser as _;
use syn::punctuated::Punctuated;

use crate::frontend::rust::expand::Budget;
use crate::frontend::rust::facts::Extent;
use crate::frontend::rust::parse;
use crate::frontend::rust::types::{TypePath, ident_text};
use crate::resolve::expansion;

use super::flow::Flow;
use super::typing::Type;
use super::{Body, Walker};

/// Macros that write logs and change nothing.
const SILENT: &[&str] = &[
    "trace",
    "debug",
    "info",
    "warn",
    "error",
    "event",
    "span",
    "println",
    "eprintln",
    "print",
    "eprint",
    "dbg",
    "log",
    "counter",
    "gauge",
    "histogram",
    "assert",
    "assert_eq",
    "assert_ne",
    "debug_assert",
    "debug_assert_eq",
];

/// The variant of errors that are nothing but a text.
pub(super) const MESSAGE: &str = "{text}";

/// Macros of macros inside bodies.
const MAX_NESTING: usize = 8;

impl Walker<'_, '_, '_> {
    pub(super) fn macro_call(&mut self, call: &syn::Macro) -> Flow {
        let path = TypePath::from_syn(&call.path).names;
        let name = path.last().map_or("", String::as_str);
        match name {
            "panic" | "unreachable" | "todo" | "unimplemented" => return Flow::never(),
            "bail" | "bail_with" => {
                let value = self.tokens(&call.tokens);
                let span = self.span_of(proc_span(&call.path), call.delimiter.span().close());
                let error = self.error(value, span);
                self.leave(error);
                return Flow::never();
            }
            "ensure" => return self.ensure(call),
            // An error that is nothing but a text: whatever type somebody looks for in it, it isn't there.
            "anyhow" | "eyre" | "format_err" | "report" => {
                let message = self.tokens(&call.tokens);
                return Flow { ty: Type::foreign("Error", Vec::new()), variant: Some(MESSAGE.into()), ..message };
            }
            "matches" | "vec" | "join" | "try_join" => return self.listed(&call.tokens),
            _ => {}
        }
        if let Some(definition) = expansion::find(self.analyst.modules, self.scope.module, &path) {
            if let Some(value) = self.expanded(call, &definition) {
                return value;
            }
        } else if SILENT.contains(&name) {
            return Flow::default();
        }
        self.tokens(&call.tokens)
    }

    /// `ensure!(condition, error)`.
    fn ensure(&mut self, call: &syn::Macro) -> Flow {
        let parser = Punctuated::<syn::Expr, syn::Token![,]>::parse_terminated;
        let Ok(arguments) = parser.parse2(call.tokens.clone()) else { return self.tokens(&call.tokens) };
        let mut arguments = arguments.iter();
        let Some(condition) = arguments.next() else { return Flow::default() };
        let sides = self.sides(condition);
        let span = self.span_of(proc_span(&call.path), call.delimiter.span().close());
        self.under(sides.otherwise, |walker| {
            let value = arguments.next().map(|error| walker.expression(error)).unwrap_or_default();
            let error = walker.error(value, span);
            walker.leave(error);
            Flow::never()
        });
        self.establish(&sides.passed_then);
        Flow::default()
    }

    fn listed(&mut self, tokens: &TokenStream) -> Flow {
        let parser = Punctuated::<syn::Expr, syn::Token![,]>::parse_terminated;
        match parser.parse2(tokens.clone()) {
            Ok(elements) => {
                let mut whole = Flow::default();
                for element in &elements {
                    let value = self.expression(element);
                    whole.presence.add(&value.presence);
                    whole.mix(&value);
                }
                whole
            }
            Err(_) => self.tokens(tokens),
        }
    }

    /// A `macro_rules!` of the tree, read as what it expands to.
    fn expanded(&mut self, call: &syn::Macro, definition: &crate::resolve::modules::Definition) -> Option<Flow> {
        if self.analyst.depth > super::MAX_DEPTH - MAX_NESTING {
            return None;
        }
        let delimiters = call.delimiter.span();
        let (open, close) = (parse::extent(delimiters.open()), parse::extent(delimiters.close()));
        let tokens = Extent { start: open.end, end: close.start };
        let text = self.body.text;
        let module = self.scope.module;
        let source =
            expansion::expand(self.analyst.modules, definition, module, text, tokens, &mut Budget::default()).ok()?;
        let span = self.span_of(proc_span(&call.path), delimiters.close());
        let text = self.analyst.modules.texts.add_expansion(span, format!("{{{source}}}"));
        let source = self.analyst.modules.texts.source(text);
        let block = syn::parse_str::<syn::Block>(&source).ok()?;
        let body = Body { block, parameters: Vec::new(), text, module };
        let body = std::rc::Rc::new(body);
        let outer = std::mem::replace(&mut self.body, body.clone());
        self.analyst.depth += 1;
        let value = self.block(&body.block);
        self.analyst.depth -= 1;
        self.body = outer;
        Some(value)
    }

    /// Tokens that nobody says how to read: every variable in them counts, and every text.
    pub(super) fn tokens(&mut self, tokens: &TokenStream) -> Flow {
        let mut whole = Flow::default();
        let mut open = vec![tokens.clone().into_iter()];
        let mut names: Vec<String> = Vec::new();
        while let Some(tokens) = open.last_mut() {
            match tokens.next() {
                None => {
                    open.pop();
                }
                Some(TokenTree::Group(group)) => open.push(group.stream().into_iter()),
                Some(TokenTree::Ident(ident)) => names.push(ident_text(&ident)),
                Some(TokenTree::Literal(literal)) => {
                    if let syn::Lit::Str(text) = syn::Lit::new(literal) {
                        let text = text.value();
                        names.extend(captured(&text));
                        whole.words.push(text.into());
                    }
                }
                Some(TokenTree::Punct(_)) => {}
            }
        }
        whole.words.sort();
        whole.words.dedup();
        for name in names {
            if let Some(status) = super::status::of_constant(&name) {
                whole.statuses.push(status);
            }
            if let Some(variable) = self.variable(&name) {
                let variable = Flow { refusals: Vec::new(), ..variable.clone() };
                whole.mix(&variable);
            }
        }
        whole.statuses.sort_unstable();
        whole.statuses.dedup();
        whole
    }
}

/// The variables that a format string names: `{id}`, `{name:?}`.
fn captured(text: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut rest = text;
    while let Some(at) = rest.find('{') {
        rest = &rest[at + 1..];
        let name: String =
            rest.chars().take_while(|character| character.is_alphanumeric() || *character == '_').collect();
        if !name.is_empty() && !name.starts_with(|first: char| first.is_ascii_digit()) {
            found.push(name);
        }
    }
    found
}

fn proc_span(path: &syn::Path) -> proc_macro2::Span {
    path.segments.first().map_or_else(proc_macro2::Span::call_site, |segment| segment.ident.span())
}
