//! Patterns over guard terms: `Authorized<Or<$A, $B>>`, `require_scope($...SCOPES)`.
//!
//! A pattern is written in the look of the language that it speaks of: arguments stand in `<>`, `()` or `{}`, keywords
//! are followed by `=` or `:`, names are separated by `::` or `.`. After parsing these differences are gone.
//!
//! * A name matches by its last segments: `Authorized` matches `crate::auth::Authorized`, never `MyAuthorized`.
//! * A name without arguments matches only a term without arguments; `Name($...)` doesn't care.
//! * `$X` binds one argument, `$...X` all that are left; `$_` and `$...` bind nothing. The same name twice must be the
//!   same value twice.
//! * Keyword arguments match in any order. `key=$X` also matches where the argument is left out: then `$X` is unbound.
//!   A keyword that the pattern doesn't name is no match, unless the pattern has `$...`.

mod matching;
mod parse;

use std::fmt;

pub use matching::{Binding, Bindings};
pub use parse::PatternError;

/// A pattern over guard terms.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pattern {
    term: TermPattern,
    text: String,
}

/// What a term must look like.
#[derive(Debug, Clone, PartialEq, Eq)]
struct TermPattern {
    head: Head,
    args: Vec<ArgumentPattern>,
}

/// What the name of a term must be.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Head {
    /// It ends in these segments.
    Path(Vec<String>),
    /// A whole pattern that is nothing but `$X`: only useful to refer to what another pattern bound.
    Variable(String),
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct ArgumentPattern {
    name: Option<String>,
    value: ValuePattern,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum ValuePattern {
    /// `$X`, or `$_` if the name is `None`.
    One(Option<String>),
    /// `$...X`, or `$...` if the name is `None`.
    Rest(Option<String>),
    Term(TermPattern),
    Str(String),
    Int(i64),
    Bool(bool),
    List(Vec<ArgumentPattern>),
}

impl Pattern {
    /// Reads a pattern.
    pub fn parse(text: &str) -> Result<Self, PatternError> {
        Ok(Self { term: parse::parse(text)?, text: text.to_owned() })
    }

    /// The pattern as written.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The last segment of the name; `None` for a pattern that is a metavariable.
    pub fn last(&self) -> Option<&str> {
        match &self.term.head {
            Head::Path(path) => path.last().map(String::as_str),
            Head::Variable(_) => None,
        }
    }

    /// The segments of the name; none for a pattern that is a metavariable.
    pub fn path(&self) -> &[String] {
        match &self.term.head {
            Head::Path(path) => path,
            Head::Variable(_) => &[],
        }
    }

    /// The metavariables that the pattern binds, without their `$`, in the order in which they stand.
    pub fn variables(&self) -> Vec<&str> {
        let mut names = Vec::new();
        collect_variables(&self.term, &mut names);
        names
    }

    /// Every last segment of a name in the pattern: a text in which none of them occurs has nothing that matches.
    pub fn names(&self) -> Vec<&str> {
        let mut names = Vec::new();
        collect_names(&self.term, &mut names);
        names
    }
}

fn collect_variables<'a>(term: &'a TermPattern, names: &mut Vec<&'a str>) {
    if let Head::Variable(name) = &term.head {
        names.push(name);
    }
    visit_arguments(&term.args, &mut |value| match value {
        ValuePattern::One(Some(name)) | ValuePattern::Rest(Some(name)) => names.push(name),
        ValuePattern::Term(inner) => collect_variables(inner, names),
        _ => {}
    });
}

fn collect_names<'a>(term: &'a TermPattern, names: &mut Vec<&'a str>) {
    if let Head::Path(path) = &term.head {
        names.extend(path.last().map(String::as_str));
    }
    visit_arguments(&term.args, &mut |value| {
        if let ValuePattern::Term(inner) = value {
            collect_names(inner, names);
        }
    });
}

fn visit_arguments<'a>(args: &'a [ArgumentPattern], visit: &mut dyn FnMut(&'a ValuePattern)) {
    for argument in args {
        match &argument.value {
            ValuePattern::List(items) => visit_arguments(items, visit),
            value => visit(value),
        }
    }
}

impl fmt::Display for Pattern {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(&self.text)
    }
}
