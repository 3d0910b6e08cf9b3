//! What stands between the parentheses of `#[route_role(…)]`, before any policy is asked.

use std::fmt;

use proc_macro2::{Ident, Span};
use syn::spanned::Spanned;

use crate::{Credential, Denial};

/// One `#[route_role(…)]` as written.
#[derive(Clone)]
pub struct AttributeSyntax {
    /// The role, or `public`.
    pub subject: Subject,
    /// `scopes = …`: clauses, each of which must be met.
    pub scopes: Option<ArgumentSyntax<Vec<ClauseSyntax>>>,
    /// `resource = "…"`.
    pub resource: Option<ArgumentSyntax<syn::LitStr>>,
    /// `denial = …`.
    pub denial: Option<ArgumentSyntax<Denial>>,
    /// `credential = …`.
    pub credential: Option<ArgumentSyntax<Credential>>,
    /// `features = […]`.
    pub features: Option<ArgumentSyntax<Vec<syn::LitStr>>>,
    /// `data = […]`.
    pub data: Option<ArgumentSyntax<Vec<syn::LitStr>>>,
    /// `parent = "…"`.
    pub parent: Option<ArgumentSyntax<ScopeSyntax>>,
    /// `tenant = "…"`.
    pub tenant: Option<ArgumentSyntax<syn::LitStr>>,
    /// `reason = "…"`.
    pub reason: Option<ArgumentSyntax<syn::LitStr>>,
}

/// Whom the attribute speaks of.
#[derive(Debug, Clone)]
pub enum Subject {
    /// Callers in a role of the policy.
    Role(Ident),
    /// Everyone.
    Public(Ident),
}

/// A named argument.
#[derive(Debug, Clone)]
pub struct ArgumentSyntax<T> {
    /// The name before `=`.
    pub name: Ident,
    /// The value behind it.
    pub value: T,
}

/// Scopes of which one suffices.
#[derive(Debug, Clone)]
pub struct ClauseSyntax {
    /// The scopes.
    pub any_of: Vec<ScopeSyntax>,
}

/// A scope as written.
#[derive(Clone)]
pub enum ScopeSyntax {
    /// `"case:read"`
    Literal(syn::LitStr),
    /// The path of a `&str` constant: `scopes::CASE_READ`.
    Path(syn::Path),
}

impl Subject {
    /// The token that names it.
    pub fn ident(&self) -> &Ident {
        match self {
            Self::Role(ident) | Self::Public(ident) => ident,
        }
    }
}

impl ScopeSyntax {
    /// Where it stands.
    pub fn span(&self) -> Span {
        match self {
            Self::Literal(literal) => literal.span(),
            Self::Path(path) => path.span(),
        }
    }

    /// The scope as the source spells it: equal spellings name the same scope.
    pub fn spelling(&self) -> String {
        match self {
            Self::Literal(literal) => format!("{:?}", literal.value()),
            Self::Path(path) => {
                let segments: Vec<String> = path.segments.iter().map(|segment| segment.ident.to_string()).collect();
                let root = if path.leading_colon.is_some() { "::" } else { "" };
                format!("{root}{}", segments.join("::"))
            }
        }
    }
}

impl fmt::Debug for ScopeSyntax {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.spelling())
    }
}
