//! From tokens to syntax.

use proc_macro2::{Ident, Span, TokenStream, TokenTree};
use syn::ext::IdentExt;
use syn::parse::{ParseStream, Parser};
use syn::{LitStr, Token, token};

use super::problem::{AttributeProblem, combine};
use super::syntax::{ArgumentSyntax, AttributeSyntax, ClauseSyntax, ScopeSyntax, Subject};
use crate::{Credential, Denial, suggest};

/// The arguments that the attribute knows.
const ARGUMENTS: [&str; 9] =
    ["scopes", "resource", "denial", "credential", "features", "data", "parent", "tenant", "reason"];

/// Reads what stands between the parentheses of `#[route_role(…)]`.
///
/// Every mistake is an error on the offending token; several mistakes are reported as one combined error.
pub fn parse(tokens: TokenStream) -> syn::Result<AttributeSyntax> {
    attribute.parse2(tokens)
}

fn attribute(input: ParseStream<'_>) -> syn::Result<AttributeSyntax> {
    let mut syntax = AttributeSyntax::of(subject(input)?);
    let mut problems = Vec::new();
    while !input.is_empty() {
        if let Err(error) = next_argument(input, &mut syntax, &mut problems) {
            problems.push(AttributeProblem::new(error.span(), error.to_string()));
            skip_argument(input);
        }
    }
    match combine(problems) {
        Some(error) => Err(error),
        None => Ok(syntax),
    }
}

/// The role's name. Its absence leaves nothing to go on with, so that error stands alone.
fn subject(input: ParseStream<'_>) -> syn::Result<Subject> {
    let complain = |span: Span, message: &str| {
        let help = "write `#[route_role(RoleName)]`, or `#[route_role(public, reason = \"…\")]` for a route that is open on purpose";
        AttributeProblem::new(span, message).with_help(help.to_owned()).into()
    };
    if input.is_empty() {
        return Err(complain(Span::call_site(), "a role of the policy is missing"));
    }
    if let Ok(literal) = input.fork().parse::<LitStr>() {
        return Err(complain(literal.span(), "a role is written without quotes"));
    }
    let ident =
        input.call(Ident::parse_any).map_err(|error| complain(error.span(), "expected the name of a role first"))?;
    if input.peek(Token![=]) {
        return Err(complain(ident.span(), "the role comes first, before any named argument"));
    }
    if !input.is_empty() && !input.peek(Token![,]) {
        return Err(complain(input.span(), "expected `,` behind the role"));
    }
    Ok(if ident == "public" { Subject::Public(ident) } else { Subject::Role(ident) })
}

fn next_argument(
    input: ParseStream<'_>,
    syntax: &mut AttributeSyntax,
    problems: &mut Vec<AttributeProblem>,
) -> syn::Result<()> {
    input.parse::<Token![,]>().map_err(|error| syn::Error::new(error.span(), "expected `,` between arguments"))?;
    if input.is_empty() {
        return Ok(());
    }
    let name = input
        .call(Ident::parse_any)
        .map_err(|error| syn::Error::new(error.span(), "expected the name of an argument, such as `scopes = […]`"))?;
    let known = ARGUMENTS.iter().any(|argument| name == argument);
    if !known {
        let message = format!("unknown argument `{name}`");
        problems
            .push(AttributeProblem::new(name.span(), message).with_help(suggest::help(&name.to_string(), ARGUMENTS)));
        skip_argument(input);
        return Ok(());
    }
    input.parse::<Token![=]>().map_err(|_| syn::Error::new(name.span(), format!("expected `{name} = …`")))?;
    let mut fill = Fill { input, name, problems };
    match fill.name.to_string().as_str() {
        "scopes" => fill.value(&mut syntax.scopes, scopes),
        "resource" => fill.value(&mut syntax.resource, text),
        "denial" => fill.value(&mut syntax.denial, |input| {
            keyword(input, "denial", Denial::ALL, Denial::from_keyword, Denial::keyword)
        }),
        "credential" => fill.value(&mut syntax.credential, |input| {
            keyword(input, "credential", Credential::ALL, Credential::from_keyword, Credential::keyword)
        }),
        "features" => fill.value(&mut syntax.features, texts),
        "data" => fill.value(&mut syntax.data, texts),
        "parent" => fill.value(&mut syntax.parent, scope),
        "tenant" => fill.value(&mut syntax.tenant, text),
        _ => fill.value(&mut syntax.reason, text),
    }
}

/// Fills one field of the syntax, and complains when it is already filled.
struct Fill<'a, 'input> {
    input: ParseStream<'input>,
    name: Ident,
    problems: &'a mut Vec<AttributeProblem>,
}

impl Fill<'_, '_> {
    fn value<T>(
        &mut self,
        field: &mut Option<ArgumentSyntax<T>>,
        read: impl FnOnce(ParseStream<'_>) -> syn::Result<T>,
    ) -> syn::Result<()> {
        let value = read(self.input)?;
        if !self.input.is_empty() && !self.input.peek(Token![,]) {
            return Err(syn::Error::new(self.input.span(), "expected `,` between arguments"));
        }
        if field.is_some() {
            let message = format!("`{}` is given twice", self.name);
            self.problems.push(AttributeProblem::new(self.name.span(), message));
        } else {
            *field = Some(ArgumentSyntax { name: self.name.clone(), value });
        }
        Ok(())
    }
}

/// Goes on to the next comma, so that one mistake doesn't hide the ones behind it.
fn skip_argument(input: ParseStream<'_>) {
    while !input.is_empty() && !input.peek(Token![,]) {
        if input.parse::<TokenTree>().is_err() {
            return;
        }
    }
}

fn text(input: ParseStream<'_>) -> syn::Result<LitStr> {
    input.parse().map_err(|error| syn::Error::new(error.span(), "expected text in quotes"))
}

fn texts(input: ParseStream<'_>) -> syn::Result<Vec<LitStr>> {
    let content = list(input, "expected a list: `[\"…\"]`")?;
    let items = content.parse_terminated(text, Token![,])?;
    if items.is_empty() {
        return Err(syn::Error::new(content.span(), "the list is empty: leave the argument out"));
    }
    Ok(items.into_iter().collect())
}

fn list<'a>(input: ParseStream<'a>, expected: &str) -> syn::Result<syn::parse::ParseBuffer<'a>> {
    if !input.peek(token::Bracket) {
        return Err(syn::Error::new(input.span(), expected));
    }
    let content;
    syn::bracketed!(content in input);
    Ok(content)
}

fn keyword<T: Copy>(
    input: ParseStream<'_>,
    argument: &str,
    all: &[T],
    from_word: impl Fn(&str) -> Option<T>,
    to_word: impl Fn(T) -> &'static str,
) -> syn::Result<T> {
    let words: Vec<&str> = all.iter().map(|value| to_word(*value)).collect();
    let listed = words.iter().map(|word| format!("`{word}`")).collect::<Vec<_>>().join(", ");
    if let Ok(literal) = input.fork().parse::<LitStr>() {
        let message = format!("`{argument}` takes a word without quotes: one of {listed}");
        return Err(syn::Error::new(literal.span(), message));
    }
    let word = input
        .call(Ident::parse_any)
        .map_err(|error| syn::Error::new(error.span(), format!("`{argument}` takes one of {listed}")))?;
    from_word(&word.to_string()).ok_or_else(|| {
        let problem = AttributeProblem::new(word.span(), format!("`{argument}` can't be `{word}`"));
        problem.with_help(suggest::help(&word.to_string(), words)).into()
    })
}

/// `["a", any("b", c::D)]`, `all("a", …)` or `any("a", …)`.
fn scopes(input: ParseStream<'_>) -> syn::Result<Vec<ClauseSyntax>> {
    const EXPECTED: &str = "`scopes` takes `[\"a:b\", …]`, `all(\"a:b\", …)` or `any(\"a:b\", …)`";
    if let Some(quantity) = quantity(input) {
        let word = input.call(Ident::parse_any)?;
        let content;
        syn::parenthesized!(content in input);
        return match quantity {
            Quantity::Any => Ok(vec![any_of(&content, word.span())?]),
            Quantity::All => clauses(&content, word.span()),
        };
    }
    let span = input.span();
    let content = list(input, EXPECTED)?;
    clauses(&content, span)
}

#[derive(Clone, Copy)]
enum Quantity {
    All,
    Any,
}

fn quantity(input: ParseStream<'_>) -> Option<Quantity> {
    let ahead = input.fork();
    let word = ahead.call(Ident::parse_any).ok()?;
    match word.to_string().as_str() {
        _ if !ahead.peek(token::Paren) => None,
        "any" => Some(Quantity::Any),
        "all" => Some(Quantity::All),
        _ => None,
    }
}

fn clauses(content: ParseStream<'_>, span: Span) -> syn::Result<Vec<ClauseSyntax>> {
    let clauses: Vec<ClauseSyntax> = content.parse_terminated(clause, Token![,])?.into_iter().collect();
    if clauses.is_empty() {
        let problem = AttributeProblem::new(span, "an empty list of scopes demands nothing");
        return Err(problem.with_help("leave `scopes` out when the role is all that is needed".to_owned()).into());
    }
    Ok(clauses)
}

fn clause(input: ParseStream<'_>) -> syn::Result<ClauseSyntax> {
    match quantity(input) {
        Some(Quantity::Any) => {
            let word = input.call(Ident::parse_any)?;
            let content;
            syn::parenthesized!(content in input);
            any_of(&content, word.span())
        }
        Some(Quantity::All) => Err(input.error("`all(…)` can't stand inside another list: list its scopes directly")),
        None => Ok(ClauseSyntax { any_of: vec![scope(input)?] }),
    }
}

fn any_of(content: ParseStream<'_>, span: Span) -> syn::Result<ClauseSyntax> {
    let any_of: Vec<ScopeSyntax> = content.parse_terminated(scope, Token![,])?.into_iter().collect();
    if any_of.is_empty() {
        return Err(syn::Error::new(span, "no scope can meet an empty `any()`: name the scopes that suffice"));
    }
    Ok(ClauseSyntax { any_of })
}

fn scope(input: ParseStream<'_>) -> syn::Result<ScopeSyntax> {
    if input.peek(syn::LitStr) {
        return Ok(ScopeSyntax::Literal(input.parse()?));
    }
    if quantity(input).is_some() {
        return Err(input.error("`any(…)` and `all(…)` can't stand inside `any(…)`"));
    }
    input
        .call(syn::Path::parse_mod_style)
        .map(ScopeSyntax::Path)
        .map_err(|error| syn::Error::new(error.span(), "expected a scope in quotes, or the path of a constant"))
}

impl AttributeSyntax {
    fn of(subject: Subject) -> Self {
        Self {
            subject,
            scopes: None,
            resource: None,
            denial: None,
            credential: None,
            features: None,
            data: None,
            parent: None,
            tenant: None,
            reason: None,
        }
    }
}
