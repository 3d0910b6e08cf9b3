//! The left side of an arm: what an invocation is matched against.

use std::collections::BTreeSet;
use std::vec::IntoIter;

use proc_macro2::{Delimiter, TokenStream};

use super::ExpandError;
use super::fragment::Kind;
use super::token::{self, Token};

/// One element of a pattern.
#[derive(Debug, Clone)]
pub(super) enum Pattern {
    /// A token that has to stand there as it is.
    Token(Token),
    /// Delimiters with a pattern between them.
    Group(Delimiter, Vec<Pattern>),
    /// `$name:kind`.
    Fragment { name: String, kind: Kind },
    /// `$( … ) separator op`.
    Repeat { body: Vec<Pattern>, names: BTreeSet<String>, separator: Option<Token>, times: Times },
}

/// How often a repetition may occur.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Times {
    AnyNumber,
    AtLeastOnce,
    AtMostOnce,
}

/// Reads a pattern.
pub(super) fn parse(stream: TokenStream) -> Result<Vec<Pattern>, ExpandError> {
    let mut tokens = token::split(stream).into_iter();
    let mut pattern = Vec::new();
    while let Some(token) = tokens.next() {
        pattern.push(match token.group() {
            Some((delimiter, inner)) => Pattern::Group(delimiter, parse(inner)?),
            None if token.text() == "$" => parse_dollar(&mut tokens)?,
            None => Pattern::Token(token),
        });
    }
    Ok(pattern)
}

/// The metavariables that a pattern binds.
pub(super) fn names(pattern: &[Pattern]) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for element in pattern {
        match element {
            Pattern::Token(_) => {}
            Pattern::Group(_, inner) => found.append(&mut names(inner)),
            Pattern::Fragment { name, .. } => {
                found.insert(name.clone());
            }
            Pattern::Repeat { names, .. } => found.extend(names.iter().cloned()),
        }
    }
    found
}

fn parse_dollar(tokens: &mut IntoIter<Token>) -> Result<Pattern, ExpandError> {
    let Some(token) = tokens.next() else {
        return Err(ExpandError::Definition("`$` at the end of a pattern".to_owned()));
    };
    if let Some((Delimiter::Parenthesis, inner)) = token.group() {
        let body = parse(inner)?;
        let (separator, times) = parse_times(tokens)?;
        return Ok(Pattern::Repeat { names: names(&body), body, separator, times });
    }
    let name = token.text().to_owned();
    let colon = tokens.next().is_some_and(|token| token.text() == ":");
    let kind = tokens.next().map(|token| token.text().to_owned());
    match kind {
        Some(kind) if token.is_ident() && colon => match Kind::from_name(&kind) {
            Some(kind) => Ok(Pattern::Fragment { name, kind }),
            None => Err(ExpandError::Definition(format!("`{kind}` isn't a fragment specifier"))),
        },
        _ => Err(ExpandError::Definition(format!("the metavariable `${name}` has no fragment specifier"))),
    }
}

/// What stands behind the parentheses of a repetition: an operator, or a separator and an operator.
pub(super) fn parse_times(tokens: &mut IntoIter<Token>) -> Result<(Option<Token>, Times), ExpandError> {
    let missing = || ExpandError::Definition("a repetition without `*`, `+` or `?`".to_owned());
    let first = tokens.next().ok_or_else(missing)?;
    if let Some(times) = times(&first) {
        return Ok((None, times));
    }
    let times = tokens.next().as_ref().and_then(times).ok_or_else(missing)?;
    Ok((Some(first), times))
}

fn times(token: &Token) -> Option<Times> {
    match token.text() {
        "*" => Some(Times::AnyNumber),
        "+" => Some(Times::AtLeastOnce),
        "?" => Some(Times::AtMostOnce),
        _ => None,
    }
}
