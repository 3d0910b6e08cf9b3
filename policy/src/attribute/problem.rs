//! What is wrong with an attribute.

use std::fmt;

use proc_macro2::Span;

/// One thing that is wrong with an attribute, on the tokens that are to blame.
#[derive(Debug, Clone)]
pub struct AttributeProblem {
    /// The offending tokens.
    pub span: Span,
    /// What is wrong.
    pub message: String,
    /// What to do about it.
    pub help: Option<String>,
}

impl AttributeProblem {
    /// A problem without advice.
    pub fn new(span: Span, message: impl Into<String>) -> Self {
        Self { span, message: message.into(), help: None }
    }

    /// Adds advice, if there is any.
    #[must_use]
    pub fn with_help(mut self, help: impl Into<Option<String>>) -> Self {
        self.help = help.into();
        self
    }
}

impl fmt::Display for AttributeProblem {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.message)?;
        match &self.help {
            Some(help) => write!(formatter, "\n  = help: {help}"),
            None => Ok(()),
        }
    }
}

impl From<AttributeProblem> for syn::Error {
    fn from(problem: AttributeProblem) -> Self {
        Self::new(problem.span, &problem)
    }
}

/// All problems as one error, which the compiler shows one by one; `None` without problems.
pub fn combine(problems: impl IntoIterator<Item = AttributeProblem>) -> Option<syn::Error> {
    problems.into_iter().map(syn::Error::from).reduce(|mut all, next| {
        all.combine(next);
        all
    })
}
