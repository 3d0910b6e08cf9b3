//! Expansion of `macro_rules!` macros, on tokens.
//!
//! Macros that generate handlers or register routes have to be expanded for the routes to be seen. What is done here is one step: the first arm that
//! matches is transcribed. Which macro a name means, and expanding what comes out again, is the caller's business.
//!
//! Matching accepts a little more than rustc does (a fragment that fails to parse lets the next arm try), never less: code that compiles expands to
//! what the compiler sees. Hygiene of local variables isn't modelled.

mod budget;
mod fragment;
mod matching;
mod pattern;
mod template;
#[cfg(test)]
mod tests;
pub(super) mod token;

use std::fmt;

use proc_macro2::{TokenStream, TokenTree};

pub use budget::Budget;
use pattern::Pattern;
use template::Template;

/// The arms of one `macro_rules!` definition.
#[derive(Debug, Clone)]
pub struct Rules {
    arms: Vec<Arm>,
}

#[derive(Debug, Clone)]
struct Arm {
    pattern: Vec<Pattern>,
    template: Vec<Template>,
}

/// Why a macro could not be expanded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ExpandError {
    /// The definition isn't one that `macro_rules!` accepts.
    Definition(String),
    /// No arm matches the invocation.
    NoArmMatches,
    /// Metavariables that repeat together matched different numbers of times, or one is used at another depth than it was matched.
    Repetition(String),
    /// The expansion would grow beyond the budget; most often a macro that expands without end.
    BudgetSpent,
    /// Tokens are nested too deeply.
    TooDeep,
}

impl fmt::Display for ExpandError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Definition(reason) => write!(formatter, "the macro's definition can't be read: {reason}"),
            Self::NoArmMatches => formatter.write_str("no arm of the macro matches this invocation"),
            Self::Repetition(name) => {
                write!(formatter, "the metavariable `${name}` doesn't repeat the way the macro's body uses it")
            }
            Self::BudgetSpent => {
                formatter.write_str("the macro expands to more than is reasonable, perhaps without end")
            }
            Self::TooDeep => formatter.write_str("the macro's tokens are nested too deeply"),
        }
    }
}

impl std::error::Error for ExpandError {}

impl Rules {
    /// Reads the body of a definition: what stands between the braces of `macro_rules! name { … }`.
    pub fn parse(body: TokenStream) -> Result<Self, ExpandError> {
        token::check_depth(&body)?;
        let mut arms = Vec::new();
        let mut tokens = body.into_iter().peekable();
        while tokens.peek().is_some() {
            let pattern = expect_group(tokens.next(), "an arm's pattern")?;
            for expected in ['=', '>'] {
                match tokens.next() {
                    Some(TokenTree::Punct(punct)) if punct.as_char() == expected => {}
                    _ => return Err(ExpandError::Definition("expected `=>` behind an arm's pattern".to_owned())),
                }
            }
            let template = expect_group(tokens.next(), "an arm's body")?;
            arms.push(Arm::new(pattern, template)?);
            match tokens.next() {
                None => break,
                Some(TokenTree::Punct(punct)) if punct.as_char() == ';' => {}
                Some(_) => return Err(ExpandError::Definition("expected `;` between arms".to_owned())),
            }
        }
        Ok(Self { arms })
    }

    /// Expands one invocation: what stands between the delimiters of `name!(…)`. `dollar_crate` replaces `$crate`.
    pub fn expand(
        &self,
        invocation: TokenStream,
        dollar_crate: &TokenStream,
        budget: &mut Budget,
    ) -> Result<TokenStream, ExpandError> {
        budget.take_expansion()?;
        token::check_depth(&invocation)?;
        for arm in &self.arms {
            if let Some(bindings) = matching::match_arm(&arm.pattern, invocation.clone(), budget)? {
                return template::transcribe(&arm.template, &bindings, dollar_crate, budget);
            }
        }
        Err(ExpandError::NoArmMatches)
    }
}

impl Arm {
    fn new(pattern: TokenStream, template: TokenStream) -> Result<Self, ExpandError> {
        let pattern = pattern::parse(pattern)?;
        let names = pattern::names(&pattern);
        let template = template::parse(template, &names)?;
        Ok(Self { pattern, template })
    }
}

fn expect_group(token: Option<TokenTree>, what: &str) -> Result<TokenStream, ExpandError> {
    match token {
        Some(TokenTree::Group(group)) => Ok(group.stream()),
        _ => Err(ExpandError::Definition(format!("expected {what} in delimiters"))),
    }
}
