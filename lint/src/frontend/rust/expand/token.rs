//! Tokens the way `macro_rules!` sees them: `=>`, `::` and `'a` are one token each, though proc_macro2 splits them.

use proc_macro2::{Delimiter, Spacing, TokenStream, TokenTree};
use syn::buffer::Cursor;

use super::ExpandError;

/// How deep groups and angle brackets may nest. Parsers recurse on both.
const MAX_DEPTH: usize = 96;

/// How many prefix operators may follow each other, and how many right-associative links (`=`, `->`, `else`) one statement may have: each costs a
/// parser one recursion too.
const MAX_LINKS: usize = 96;

/// How many tokens may stand in a row without `,` or `;`. A chain of operators that long makes a tree that is deep to the left.
const MAX_ROW: usize = 10_000;

/// Punctuation of more than one character, longest first.
const GLUED: [&str; 26] = [
    "<<=", ">>=", "...", "..=", "==", "!=", "<=", ">=", "&&", "||", "+=", "-=", "*=", "/=", "%=", "^=", "&=", "|=",
    "<<", ">>", "->", "<-", "=>", "::", "..", "'",
];

/// One token with everything that belongs to it.
#[derive(Debug, Clone)]
pub(super) struct Token {
    pub(super) trees: Vec<TokenTree>,
    text: String,
}

impl Token {
    /// Whether both would be the same token to the compiler.
    pub(super) fn same(&self, other: &Self) -> bool {
        self.text == other.text
    }

    pub(super) fn text(&self) -> &str {
        &self.text
    }

    /// The contents of a group.
    pub(super) fn group(&self) -> Option<(Delimiter, TokenStream)> {
        match self.trees.as_slice() {
            [TokenTree::Group(group)] => Some((group.delimiter(), group.stream())),
            _ => None,
        }
    }

    pub(super) fn is_ident(&self) -> bool {
        matches!(self.trees.as_slice(), [TokenTree::Ident(_)])
    }

    pub(super) fn is_lifetime(&self) -> bool {
        matches!(self.trees.as_slice(), [TokenTree::Punct(_), TokenTree::Ident(_)])
    }
}

/// The token that begins at `cursor`, and what follows it.
pub(super) fn next(cursor: Cursor<'_>) -> Option<(Token, Cursor<'_>)> {
    let (first, mut rest) = cursor.token_tree()?;
    let TokenTree::Punct(punct) = &first else {
        // The text of a group is never compared, and could be long.
        let text = if matches!(first, TokenTree::Group(_)) { String::new() } else { first.to_string() };
        return Some((Token { trees: vec![first], text }, rest));
    };
    if punct.as_char() == '\''
        && let Some((name @ TokenTree::Ident(_), after)) = rest.token_tree()
    {
        let text = format!("'{name}");
        return Some((Token { trees: vec![first, name], text }, after));
    }
    let mut text = String::from(punct.as_char());
    let mut joint = punct.spacing() == Spacing::Joint;
    let mut trees = vec![first];
    while joint && let Some((TokenTree::Punct(punct), after)) = rest.token_tree() {
        text.push(punct.as_char());
        if !GLUED.contains(&text.as_str()) {
            text.pop();
            break;
        }
        joint = punct.spacing() == Spacing::Joint;
        trees.push(TokenTree::Punct(punct));
        rest = after;
    }
    Some((Token { trees, text }, rest))
}

/// Splits a stream into tokens.
pub(super) fn split(stream: TokenStream) -> Vec<Token> {
    let buffer = syn::buffer::TokenBuffer::new2(stream);
    let mut cursor = buffer.begin();
    let mut tokens = Vec::new();
    while let Some((token, rest)) = next(cursor) {
        tokens.push(token);
        cursor = rest;
    }
    tokens
}

/// How many tokens there are, the contents of groups included.
pub(super) fn count(tree: &TokenTree) -> usize {
    match tree {
        TokenTree::Group(group) => 1 + group.stream().into_iter().map(|tree| count(&tree)).sum::<usize>(),
        _ => 1,
    }
}

/// Refuses what would make a recursive parser run out of stack.
pub(in crate::frontend::rust) fn check_depth(stream: &TokenStream) -> Result<(), ExpandError> {
    check_depth_at(stream, 0)
}

fn check_depth_at(stream: &TokenStream, outer: usize) -> Result<(), ExpandError> {
    let (mut angles, mut prefixes, mut links, mut row) = (0_usize, 0_usize, 0_usize, 0_usize);
    let mut before = None;
    for tree in stream.clone() {
        row += 1;
        let punct = match &tree {
            TokenTree::Punct(punct) => Some(punct.as_char()),
            _ => None,
        };
        match (before, punct) {
            (Some('-'), Some('>')) => links += 1,
            (Some('='), Some('>')) => links = links.saturating_sub(1),
            (_, Some('>')) => angles = angles.saturating_sub(1),
            (_, Some('<')) => angles += 1,
            (_, Some('=')) => links += 1,
            (_, Some(';')) => (angles, links, row) = (0, 0, 0),
            (_, Some(',')) => (links, row) = (0, 0),
            _ => {}
        }
        let is_prefix = match &tree {
            TokenTree::Punct(_) => true,
            TokenTree::Ident(ident) => {
                links += usize::from(ident == "else");
                ["return", "break", "yield", "const", "mut", "dyn", "impl", "move"].iter().any(|word| ident == word)
            }
            TokenTree::Group(group) if outer < MAX_DEPTH => {
                check_depth_at(&group.stream(), outer + 1)?;
                if group.delimiter() == Delimiter::Brace {
                    // The end of a body: what follows is another item or arm.
                    row = 0;
                }
                false
            }
            TokenTree::Group(_) => return Err(ExpandError::TooDeep),
            TokenTree::Literal(_) => false,
        };
        prefixes = if is_prefix { prefixes + 1 } else { 0 };
        if angles + outer > MAX_DEPTH || prefixes > MAX_LINKS || links > MAX_LINKS || row > MAX_ROW {
            return Err(ExpandError::TooDeep);
        }
        before = punct;
    }
    Ok(())
}
