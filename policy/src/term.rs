//! Guard terms: the one form in which every language states a restriction.
//!
//! `Authorized<Or<Member, IsDaemon>>` in Rust, `RoleACL(allow_user=True)` in Python and `requireScope("a:b")` in Go all
//! become a name with arguments.

use std::fmt;

/// A name with arguments.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Term {
    /// The name, as far as it could be resolved: `["crate", "auth", "Authorized"]`.
    pub path: Vec<String>,
    /// The arguments; a name without any has none.
    pub args: Vec<Argument>,
}

/// One argument of a term.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Argument {
    /// Its keyword, if it has one.
    pub name: Option<String>,
    /// Its value.
    pub value: Value,
}

/// The value of an argument.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Value {
    /// Another term; a bare name is a term without arguments.
    Term(Term),
    /// Text.
    Str(String),
    /// A whole number.
    Int(i64),
    /// A truth value.
    Bool(bool),
    /// Several values: a list, a tuple, a set.
    List(Vec<Value>),
    /// An expression that could not be evaluated, as it stands in the source.
    Opaque(String),
}

impl Term {
    /// A name without arguments.
    pub fn name(path: &str) -> Self {
        Self { path: path.split("::").map(str::to_owned).collect(), args: Vec::new() }
    }

    /// The last segment of the name.
    pub fn last(&self) -> &str {
        self.path.last().map_or("", String::as_str)
    }

    /// Whether the name ends in the segments of `suffix`.
    pub fn path_ends_with(&self, suffix: &[String]) -> bool {
        self.path.ends_with(suffix)
    }

    /// Whether a part of the term could not be evaluated.
    pub fn is_opaque(&self) -> bool {
        self.args.iter().any(|argument| argument.value.is_opaque())
    }
}

impl Value {
    fn is_opaque(&self) -> bool {
        match self {
            Self::Opaque(_) => true,
            Self::Term(term) => term.is_opaque(),
            Self::List(values) => values.iter().any(Self::is_opaque),
            Self::Str(_) | Self::Int(_) | Self::Bool(_) => false,
        }
    }
}

/// Shows the last segment of each name, in Rust's look.
impl fmt::Display for Term {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.last())?;
        if self.args.is_empty() {
            return Ok(());
        }
        let is_type = self.last().starts_with(char::is_uppercase);
        let (open, close) = if is_type && self.args.iter().all(is_type_argument) { ('<', '>') } else { ('(', ')') };
        write!(formatter, "{open}")?;
        for (index, argument) in self.args.iter().enumerate() {
            if index > 0 {
                formatter.write_str(", ")?;
            }
            if let Some(name) = &argument.name {
                write!(formatter, "{name}=")?;
            }
            write!(formatter, "{}", argument.value)?;
        }
        write!(formatter, "{close}")
    }
}

fn is_type_argument(argument: &Argument) -> bool {
    argument.name.is_none() && matches!(argument.value, Value::Term(_))
}

impl fmt::Display for Value {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Term(term) => write!(formatter, "{term}"),
            Self::Str(text) => write!(formatter, "{text:?}"),
            Self::Int(number) => write!(formatter, "{number}"),
            Self::Bool(truth) => write!(formatter, "{truth}"),
            Self::Opaque(text) => formatter.write_str(text),
            Self::List(values) => {
                formatter.write_str("[")?;
                for (index, value) in values.iter().enumerate() {
                    if index > 0 {
                        formatter.write_str(", ")?;
                    }
                    write!(formatter, "{value}")?;
                }
                formatter.write_str("]")
            }
        }
    }
}
