//! The text of a `#[route_role]`, read again where a rule needs to know what was written and not only what it means.

use proc_macro2::TokenStream;
use route_role_policy::attribute::{self, AttributeSyntax};

use crate::source::{SourceMap, Span};

/// What stands between the parentheses, and where that text begins in its file.
pub struct AttributeText {
    /// The arguments.
    pub syntax: AttributeSyntax,
    /// Where the text between the parentheses stands.
    pub arguments: Span,
}

impl AttributeText {
    /// Reads the attribute at a place; `None` if something else stands there, as when a macro has written the attribute.
    pub fn read(sources: &SourceMap, whole: Span) -> Option<Self> {
        let text = sources.snippet(whole);
        let open = text.find('(')?;
        let close = text.rfind(')').filter(|close| *close > open)?;
        if !text.get(..open)?.trim_end().ends_with("route_role") {
            return None;
        }
        let inner = text.get(open + 1..close)?;
        // A macro's variables are no arguments.
        let tokens = inner.parse::<TokenStream>().ok().filter(|_| !inner.contains('$'))?;
        let syntax = attribute::parse(tokens).ok()?;
        let offset = |at: usize| whole.start.saturating_add(u32::try_from(at).unwrap_or(u32::MAX));
        Some(Self { syntax, arguments: Span { file: whole.file, start: offset(open + 1), end: offset(close) } })
    }

    /// Where a part of the arguments stands in the file.
    pub fn span_of(&self, part: proc_macro2::Span) -> Span {
        let range = part.byte_range();
        let offset = |at: usize| self.arguments.start.saturating_add(u32::try_from(at).unwrap_or(u32::MAX));
        Span { file: self.arguments.file, start: offset(range.start), end: offset(range.end) }
    }
}
