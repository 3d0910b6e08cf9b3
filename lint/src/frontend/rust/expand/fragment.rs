//! What a metavariable binds: a piece of an invocation that parses as its kind.

use proc_macro2::TokenTree;
use syn::parse::{Parse, ParseStream};
use syn::{Expr, Item, Lit, Meta, Pat, Path, Token, Type, Visibility};

use super::token as tokens;

/// The fragment specifiers of `macro_rules!`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Block,
    Expr,
    Expr2021,
    Ident,
    Item,
    Lifetime,
    Literal,
    Meta,
    Pat,
    PatParam,
    Path,
    Stmt,
    TokenTree,
    Type,
    Visibility,
}

/// What happens to a fragment's tokens where they are spliced in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Splice {
    /// They stand for themselves.
    Plain,
    /// They stay together in an invisible group.
    Grouped,
    /// They stay together, and neighbours could tear them apart: parenthesized where neighbours bind.
    LooseValue,
    /// Likewise for types, where only what stands before can bind.
    LooseType,
}

/// Tokens that a metavariable matched.
#[derive(Debug, Clone)]
pub(super) struct Fragment {
    pub(super) trees: Vec<TokenTree>,
    pub(super) splice: Splice,
    /// The number of tokens with those in groups.
    pub(super) size: usize,
}

impl Kind {
    pub(super) fn from_name(name: &str) -> Option<Self> {
        Some(match name {
            "block" => Self::Block,
            "expr" => Self::Expr,
            "expr_2021" => Self::Expr2021,
            "ident" => Self::Ident,
            "item" => Self::Item,
            "lifetime" => Self::Lifetime,
            "literal" => Self::Literal,
            "meta" => Self::Meta,
            "pat" => Self::Pat,
            "pat_param" => Self::PatParam,
            "path" => Self::Path,
            "stmt" => Self::Stmt,
            "tt" => Self::TokenTree,
            "ty" => Self::Type,
            "vis" => Self::Visibility,
            _ => return None,
        })
    }
}

/// Takes a fragment from the beginning of `input`; `None`, with `input` unusable, if there is none.
pub(super) fn take(kind: Kind, input: ParseStream) -> Option<Fragment> {
    let begin = input.cursor();
    let splice = match kind {
        Kind::TokenTree => skip_token(input, |_| true)?,
        Kind::Ident => skip_token(input, |token| token.is_ident() && token.text() != "_")?,
        Kind::Lifetime => skip_token(input, tokens::Token::is_lifetime)?,
        Kind::Block => skip_token(input, |token| matches!(token.group(), Some((proc_macro2::Delimiter::Brace, _))))?,
        Kind::Item => plain::<Item>(input)?,
        Kind::Meta => plain::<Meta>(input)?,
        Kind::Path => plain::<Path>(input)?,
        Kind::Visibility => plain::<Visibility>(input)?,
        Kind::Stmt => statement(input).ok()?,
        Kind::Literal => literal(input).ok()?,
        Kind::Type => splice_type(&input.parse::<Type>().ok()?),
        Kind::Pat => splice_pattern(&input.call(Pat::parse_multi_with_leading_vert).ok()?),
        Kind::PatParam => splice_pattern(&input.call(Pat::parse_single).ok()?),
        Kind::Expr => splice_value(&input.parse::<Expr>().ok()?),
        Kind::Expr2021 => match input.parse::<Expr>().ok()? {
            Expr::Infer(_) | Expr::Const(_) => return None,
            value => splice_value(&value),
        },
    };
    let end = input.cursor();
    let mut trees = Vec::new();
    let mut cursor = begin;
    while cursor != end {
        // Behind `end` only if the parser stopped in the middle of an invisible group: not one fragment then.
        let (tree, rest) = cursor.token_tree().filter(|_| cursor < end)?;
        trees.push(tree);
        cursor = rest;
    }
    let size = trees.iter().map(tokens::count).sum();
    Some(Fragment { trees, splice, size })
}

fn skip_token(input: ParseStream, accept: impl Fn(&tokens::Token) -> bool) -> Option<Splice> {
    let skip = input.step(|cursor| match tokens::next(*cursor) {
        Some((token, rest)) if accept(&token) => Ok(((), rest)),
        _ => Err(cursor.error("another token")),
    });
    skip.ok().map(|()| Splice::Plain)
}

fn plain<T: Parse>(input: ParseStream) -> Option<Splice> {
    input.parse::<T>().ok().map(|_| Splice::Plain)
}

fn literal(input: ParseStream) -> syn::Result<Splice> {
    if input.peek(Token![-]) {
        input.parse::<Token![-]>()?;
        input.parse::<Lit>()?;
        return Ok(Splice::LooseValue);
    }
    input.parse::<Lit>()?;
    Ok(Splice::Plain)
}

/// A statement without its semicolon, which is how the compiler matches one.
fn statement(input: ParseStream) -> syn::Result<Splice> {
    let ahead = input.fork();
    ahead.call(syn::Attribute::parse_outer)?;
    if ahead.peek(Token![let]) {
        input.call(syn::Attribute::parse_outer)?;
        input.parse::<Token![let]>()?;
        input.call(Pat::parse_single)?;
        if input.peek(Token![:]) {
            input.parse::<Token![:]>()?;
            input.parse::<Type>()?;
        }
        if input.peek(Token![=]) {
            input.parse::<Token![=]>()?;
            input.parse::<Expr>()?;
            if input.peek(Token![else]) {
                input.parse::<Token![else]>()?;
                input.parse::<syn::Block>()?;
            }
        }
        return Ok(Splice::Plain);
    }
    let ahead = input.fork();
    if ahead.parse::<Expr>().is_ok() {
        input.parse::<Expr>()?;
    } else {
        input.parse::<Item>()?;
    }
    Ok(Splice::Plain)
}

fn splice_type(parsed: &Type) -> Splice {
    match parsed {
        Type::TraitObject(object) if object.bounds.len() > 1 => Splice::LooseType,
        Type::ImplTrait(object) if object.bounds.len() > 1 => Splice::LooseType,
        _ => Splice::Grouped,
    }
}

fn splice_pattern(pattern: &Pat) -> Splice {
    match pattern {
        Pat::Or(_) | Pat::Range(_) => Splice::LooseValue,
        _ => Splice::Plain,
    }
}

fn splice_value(value: &Expr) -> Splice {
    match value {
        Expr::Path(_) | Expr::Lit(_) | Expr::Paren(_) | Expr::Tuple(_) | Expr::Array(_) | Expr::Repeat(_) => {
            Splice::Grouped
        }
        Expr::Macro(call) if !matches!(call.mac.delimiter, syn::MacroDelimiter::Brace(_)) => Splice::Grouped,
        Expr::Group(group) => splice_value(&group.expr),
        // A chain is as tight as what it begins with: `match x {}.f()` can't begin a statement.
        Expr::Call(call) => splice_value(&call.func),
        Expr::MethodCall(call) => splice_value(&call.receiver),
        Expr::Field(field) => splice_value(&field.base),
        Expr::Index(index) => splice_value(&index.expr),
        Expr::Await(wait) => splice_value(&wait.base),
        Expr::Try(attempt) => splice_value(&attempt.expr),
        _ => Splice::LooseValue,
    }
}
