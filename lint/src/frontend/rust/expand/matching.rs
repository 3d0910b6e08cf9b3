//! Matching an invocation against an arm.

use std::collections::BTreeMap;

use proc_macro2::TokenStream;
use syn::parse::discouraged::{AnyDelimiter, Speculative};
use syn::parse::{ParseStream, Parser};

use super::ExpandError;
use super::budget::Budget;
use super::fragment::{self, Fragment};
use super::pattern::{Pattern, Times};
use super::token::{self, Token};

/// What the metavariables of an arm stand for.
pub(super) type Bindings = BTreeMap<String, Binding>;

/// What one metavariable stands for.
#[derive(Debug, Clone)]
pub(super) enum Binding {
    /// One fragment.
    Fragment(Fragment),
    /// One binding for each time that the repetition around it matched.
    Repeated(Vec<Binding>),
}

/// Why matching stopped.
enum Stop {
    Mismatch,
    Error(ExpandError),
}

impl From<ExpandError> for Stop {
    fn from(error: ExpandError) -> Self {
        Self::Error(error)
    }
}

/// Matches a whole invocation; `None` if the arm isn't the one.
pub(super) fn match_arm(
    pattern: &[Pattern],
    invocation: TokenStream,
    budget: &mut Budget,
) -> Result<Option<Bindings>, ExpandError> {
    let mut bindings = Bindings::new();
    let mut error = None;
    let attempt = |input: ParseStream| match match_all(pattern, input, &mut bindings, budget) {
        Ok(()) => Ok(()),
        Err(stop) => {
            if let Stop::Error(reason) = stop {
                error = Some(reason);
            }
            Err(input.error("mismatch"))
        }
    };
    // The parser itself refuses tokens that are left over.
    let matched = attempt.parse2(invocation).is_ok();
    match error {
        Some(error) => Err(error),
        None => Ok(matched.then_some(bindings)),
    }
}

fn match_all(
    pattern: &[Pattern],
    input: ParseStream,
    bindings: &mut Bindings,
    budget: &mut Budget,
) -> Result<(), Stop> {
    for element in pattern {
        budget.take_step()?;
        match element {
            Pattern::Token(expected) => match_token(expected, input)?,
            Pattern::Group(expected, inner) => {
                let (delimiter, _, content) = input.parse_any_delimiter().map_err(|_| Stop::Mismatch)?;
                if delimiter != *expected {
                    return Err(Stop::Mismatch);
                }
                match_all(inner, &content, bindings, budget)?;
                if !content.is_empty() {
                    return Err(Stop::Mismatch);
                }
            }
            Pattern::Fragment { name, kind } => {
                let fragment = fragment::take(*kind, input).ok_or(Stop::Mismatch)?;
                bindings.insert(name.clone(), Binding::Fragment(fragment));
            }
            Pattern::Repeat { body, names, separator, times } => {
                let rounds = match_repeat(body, separator.as_ref(), *times, input, budget)?;
                for name in names {
                    bindings.insert(name.clone(), Binding::Repeated(Vec::with_capacity(rounds.len())));
                }
                for (name, binding) in rounds.into_iter().flatten() {
                    if let Some(Binding::Repeated(all)) = bindings.get_mut(&name) {
                        all.push(binding);
                    }
                }
            }
        }
    }
    Ok(())
}

/// As many rounds as possible. A round that begins and doesn't complete is undone with its separator: `$($x:expr),* $(,)?` has it so.
fn match_repeat(
    body: &[Pattern],
    separator: Option<&Token>,
    times: Times,
    input: ParseStream,
    budget: &mut Budget,
) -> Result<Vec<Bindings>, Stop> {
    let mut rounds = Vec::new();
    while !input.is_empty() {
        let ahead = input.fork();
        if let Some(separator) = separator.filter(|_| !rounds.is_empty())
            && match_token(separator, &ahead).is_err()
        {
            break;
        }
        let mut round = Bindings::new();
        match match_all(body, &ahead, &mut round, budget) {
            Ok(()) => {}
            Err(Stop::Mismatch) => break,
            Err(error) => return Err(error),
        }
        if ahead.cursor() == input.cursor() {
            // Everything in it is optional and absent; again would be the same.
            break;
        }
        input.advance_to(&ahead);
        rounds.push(round);
        if times == Times::AtMostOnce {
            break;
        }
    }
    if rounds.is_empty() && times == Times::AtLeastOnce {
        return Err(Stop::Mismatch);
    }
    Ok(rounds)
}

fn match_token(expected: &Token, input: ParseStream) -> Result<(), Stop> {
    let step = input.step(|cursor| match token::next(*cursor) {
        Some((token, rest)) if token.group().is_none() && token.same(expected) => Ok(((), rest)),
        _ => Err(cursor.error("another token")),
    });
    step.map_err(|_| Stop::Mismatch)
}
