//! The right side of an arm: what is written in place of the invocation.

use std::collections::BTreeSet;
use std::vec::IntoIter;

use proc_macro2::{Delimiter, Group, Span, TokenStream, TokenTree};

use super::ExpandError;
use super::budget::Budget;
use super::fragment::{Fragment, Splice};
use super::matching::{Binding, Bindings};
use super::pattern::parse_times;
use super::token::{self, Token};

/// One element of a template.
#[derive(Debug, Clone)]
pub(super) enum Template {
    /// Tokens that are written as they are.
    Tokens(Vec<TokenTree>),
    /// Delimiters with a template between them.
    Group { delimiter: Delimiter, span: Span, body: Vec<Template> },
    /// `$name`.
    Variable(String),
    /// `$crate`.
    DollarCrate,
    /// `$( … ) separator op`.
    Repeat { body: Vec<Template>, names: BTreeSet<String>, separator: Option<Token> },
}

/// Reads a template in which `names` are the metavariables; `$` before any other name belongs to a macro defined inside.
pub(super) fn parse(stream: TokenStream, names: &BTreeSet<String>) -> Result<Vec<Template>, ExpandError> {
    let mut tokens = token::split(stream).into_iter();
    let mut template = Vec::new();
    while let Some(token) = tokens.next() {
        match token.trees.as_slice() {
            [TokenTree::Group(group)] => template.push(Template::Group {
                delimiter: group.delimiter(),
                span: group.span(),
                body: parse(group.stream(), names)?,
            }),
            _ if token.text() == "$" => parse_dollar(token, &mut tokens, names, &mut template)?,
            _ => push_tokens(&mut template, token.trees),
        }
    }
    Ok(template)
}

fn push_tokens(template: &mut Vec<Template>, trees: Vec<TokenTree>) {
    match template.last_mut() {
        Some(Template::Tokens(before)) => before.extend(trees),
        _ => template.push(Template::Tokens(trees)),
    }
}

fn parse_dollar(
    dollar: Token,
    tokens: &mut IntoIter<Token>,
    names: &BTreeSet<String>,
    template: &mut Vec<Template>,
) -> Result<(), ExpandError> {
    let Some(token) = tokens.next() else {
        return Err(ExpandError::Definition("`$` at the end of a body".to_owned()));
    };
    match token.group() {
        Some((Delimiter::Parenthesis, inner)) => {
            let body = parse(inner, names)?;
            let (separator, _) = parse_times(tokens)?;
            let used = used_names(&body);
            if used.is_empty() {
                let reason = "a repetition in a body uses no metavariable, so nothing says how often it repeats";
                return Err(ExpandError::Definition(reason.to_owned()));
            }
            template.push(Template::Repeat { names: used, body, separator });
        }
        Some(_) => return Err(ExpandError::Definition("metavariable expressions, `${…}`, are unstable".to_owned())),
        None if token.text() == "crate" => template.push(Template::DollarCrate),
        None if names.contains(token.text()) => template.push(Template::Variable(token.text().to_owned())),
        None => {
            push_tokens(template, dollar.trees);
            push_tokens(template, token.trees);
        }
    }
    Ok(())
}

fn used_names(template: &[Template]) -> BTreeSet<String> {
    let mut used = BTreeSet::new();
    for element in template {
        match element {
            Template::Tokens(_) | Template::DollarCrate => {}
            Template::Group { body, .. } => used.append(&mut used_names(body)),
            Template::Variable(name) => {
                used.insert(name.clone());
            }
            Template::Repeat { names, .. } => used.extend(names.iter().cloned()),
        }
    }
    used
}

/// Writes a template out.
pub(super) fn transcribe(
    template: &[Template],
    bindings: &Bindings,
    dollar_crate: &TokenStream,
    budget: &mut Budget,
) -> Result<TokenStream, ExpandError> {
    let dollar_crate: Vec<TokenTree> = dollar_crate.clone().into_iter().collect();
    let mut writer = Writer { dollar_crate: &dollar_crate, budget };
    // Borrowed, so that a round of a repetition costs no copy of what it matched.
    let scope = bindings.iter().map(|(name, binding)| (name.as_str(), binding)).collect();
    writer.stream(template, &scope)
}

type Scope<'a> = std::collections::BTreeMap<&'a str, &'a Binding>;

struct Writer<'a> {
    dollar_crate: &'a [TokenTree],
    budget: &'a mut Budget,
}

/// Output whose fragments aren't spliced yet: that needs both neighbours.
enum Piece<'a> {
    Tree(TokenTree),
    Fragment(&'a Fragment),
}

impl Writer<'_> {
    fn stream(&mut self, template: &[Template], scope: &Scope<'_>) -> Result<TokenStream, ExpandError> {
        let mut pieces = Vec::new();
        self.write(template, scope, &mut pieces)?;
        Ok(splice(&pieces))
    }

    fn write<'b>(
        &mut self,
        template: &[Template],
        scope: &Scope<'b>,
        out: &mut Vec<Piece<'b>>,
    ) -> Result<(), ExpandError> {
        for element in template {
            match element {
                Template::Tokens(trees) => self.push(trees, out)?,
                Template::DollarCrate => self.push(self.dollar_crate, out)?,
                Template::Group { delimiter, span, body } => {
                    self.budget.take_tokens(1)?;
                    let mut group = Group::new(*delimiter, self.stream(body, scope)?);
                    group.set_span(*span);
                    out.push(Piece::Tree(TokenTree::Group(group)));
                }
                Template::Variable(name) => match scope.get(name.as_str()) {
                    Some(Binding::Fragment(fragment)) => {
                        self.budget.take_tokens(fragment.size)?;
                        out.push(Piece::Fragment(fragment));
                    }
                    _ => return Err(ExpandError::Repetition(name.clone())),
                },
                Template::Repeat { body, names, separator } => {
                    for round in 0..rounds(names, scope)? {
                        self.budget.take_step()?;
                        if let Some(separator) = separator.as_ref().filter(|_| round > 0) {
                            self.push(&separator.trees, out)?;
                        }
                        self.write(body, &narrow(names, scope, round), out)?;
                    }
                }
            }
        }
        Ok(())
    }

    fn push(&mut self, trees: &[TokenTree], out: &mut Vec<Piece<'_>>) -> Result<(), ExpandError> {
        self.budget.take_tokens(trees.len())?;
        out.extend(trees.iter().cloned().map(Piece::Tree));
        Ok(())
    }
}

/// How often a repetition occurs: as often as each metavariable in it that was matched repeatedly.
fn rounds(names: &BTreeSet<String>, scope: &Scope<'_>) -> Result<usize, ExpandError> {
    let mut rounds = None;
    for name in names {
        if let Some(Binding::Repeated(all)) = scope.get(name.as_str()) {
            match rounds {
                Some(rounds) if rounds != all.len() => return Err(ExpandError::Repetition(name.clone())),
                _ => rounds = Some(all.len()),
            }
        }
    }
    rounds.ok_or_else(|| ExpandError::Repetition(names.first().cloned().unwrap_or_default()))
}

/// The scope of one round: only what the repetition uses, repeated bindings at their turn.
fn narrow<'a>(names: &BTreeSet<String>, scope: &Scope<'a>, round: usize) -> Scope<'a> {
    let used = scope.iter().filter(|(name, _)| names.contains(**name));
    used.filter_map(|(name, binding)| {
        let binding = match binding {
            Binding::Repeated(all) => all.get(round)?,
            Binding::Fragment(_) => binding,
        };
        Some((*name, binding))
    })
    .collect()
}

fn splice(pieces: &[Piece<'_>]) -> TokenStream {
    let mut out: Vec<TokenTree> = Vec::with_capacity(pieces.len());
    for (at, piece) in pieces.iter().enumerate() {
        match piece {
            Piece::Tree(tree) => out.push(tree.clone()),
            Piece::Fragment(fragment) => {
                let delimiter = match fragment.splice {
                    Splice::Plain => None,
                    Splice::LooseValue if binds_before(&out) || binds_after(pieces.get(at + 1)) => {
                        Some(Delimiter::Parenthesis)
                    }
                    Splice::LooseType if binds_type(&out) => Some(Delimiter::Parenthesis),
                    _ if fragment.trees.len() == 1 => None,
                    _ => Some(Delimiter::None),
                };
                let trees = fragment.trees.iter().cloned();
                match delimiter {
                    None => out.extend(trees),
                    Some(delimiter) => out.push(TokenTree::Group(Group::new(delimiter, trees.collect()))),
                }
            }
        }
    }
    out.into_iter().collect()
}

/// Whether what stands before an operand could take a part of it.
fn binds_before(before: &[TokenTree]) -> bool {
    let joint = |at: usize| {
        let tree = before.len().checked_sub(at).and_then(|at| before.get(at));
        match tree {
            Some(TokenTree::Punct(punct)) => Some(punct.as_char()),
            _ => None,
        }
    };
    match before.last() {
        None => false,
        Some(TokenTree::Ident(ident)) => ident != "return",
        Some(_) => match (joint(2), joint(1)) {
            (_, Some(',' | ';')) | (Some('='), Some('>')) => false,
            (Some('=' | '!' | '<' | '>' | '.'), Some('=')) => true,
            (_, Some('=')) => false,
            _ => true,
        },
    }
}

fn binds_after(after: Option<&Piece<'_>>) -> bool {
    match after {
        None => false,
        Some(Piece::Tree(TokenTree::Punct(punct))) => !matches!(punct.as_char(), ',' | ';'),
        Some(_) => true,
    }
}

/// Whether `A + B` would come apart there: `&A + B` is `(&A) + B`.
fn binds_type(before: &[TokenTree]) -> bool {
    match before.last() {
        Some(TokenTree::Punct(punct)) => punct.as_char() == '&',
        Some(TokenTree::Ident(ident)) => ident == "mut" || ident == "const",
        _ => false,
    }
}
