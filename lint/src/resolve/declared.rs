//! What `#[route_role]` on a handler declares, read with the same parser as the macro's.

use std::collections::BTreeMap;

use proc_macro2::{TokenStream, TokenTree};
use route_role_policy::attribute::{self, Signature};
use route_role_policy::term::{Argument, Term, Value as TermValue};
use route_role_policy::{Policy, attribute::AttributeSyntax};

use crate::frontend::rust::facts::{Attribute as FactAttribute, Extent};
use crate::frontend::rust::parse;
use crate::frontend::rust::types::TypePath;
use crate::source::Span;

use super::ScopeUse;
use super::evaluate::Evaluator;
use super::inventory::{Attribute, Guard, GuardKind, Note, NoteKind};
use super::modules::Definition;
use super::names::{Resolved, Space};

/// What was read.
pub(crate) struct Declared {
    pub(crate) guard: Guard,
    pub(crate) attribute: Option<Attribute>,
    pub(crate) scope_uses: Vec<ScopeUse>,
}

/// Reads one attribute. What is wrong with it becomes notes.
pub(crate) fn read(
    evaluator: &mut Evaluator<'_, '_>,
    handler: &Definition,
    given: &FactAttribute,
    policy: Option<&Policy>,
) -> Declared {
    let source = evaluator.modules.texts.slice(handler.text, given.arguments).to_owned();
    let whole = evaluator.modules.span_of(handler.text, given.extent);
    let guard = Guard {
        kind: GuardKind::RouteRole,
        text: evaluator.attribute_text(handler, given),
        term: Term { path: given.path.clone(), args: Vec::new() },
        expansions: Vec::new(),
        span: whole,
        local: false,
        conditions: evaluator.attribute_conditions(handler, given),
        never_refuses: false,
    };
    let mut declared = Declared { guard, attribute: None, scope_uses: Vec::new() };
    let tokens: TokenStream = match source.parse() {
        Ok(tokens) => tokens,
        Err(error) => {
            note(evaluator, format!("this attribute can't be read: {error}"), None, whole);
            return declared;
        }
    };
    declared.guard.term.args =
        crate::frontend::rust::meta::split_at_commas(tokens.clone()).into_iter().map(term_argument).collect();
    let place = |evaluator: &Evaluator<'_, '_>, span: proc_macro2::Span| {
        let part = parse::extent(span);
        let start = given.arguments.start + part.start;
        evaluator.modules.span_of(handler.text, Extent { start, end: given.arguments.start + part.end })
    };
    let syntax = match attribute::parse(tokens) {
        Ok(syntax) => syntax,
        Err(errors) => {
            for error in errors {
                let span = place(evaluator, error.span());
                note(evaluator, error.to_string(), None, span);
            }
            return declared;
        }
    };
    let constants = constants(evaluator, handler, &syntax);
    declared.scope_uses = scope_uses(evaluator, &syntax, &constants, &place);
    let Some(policy) = policy else { return declared };
    let constant = |path: &syn::Path| constants.get(&spelling(path)).cloned();
    match attribute::resolve(&syntax, policy, &Signature::UNKNOWN, &constant) {
        Ok(resolved) => match resolved.declaration() {
            Some(declaration) => declared.attribute = Some(Attribute { declaration, span: whole }),
            None => note(
                evaluator,
                "a scope of this attribute is a constant whose value could not be read".to_owned(),
                Some("write the scope as a literal, or as a constant with a literal value".to_owned()),
                whole,
            ),
        },
        Err(problems) => {
            for problem in problems {
                let span = place(evaluator, problem.span);
                note(evaluator, problem.message, problem.help, span);
            }
        }
    }
    declared
}

fn note(evaluator: &mut Evaluator<'_, '_>, message: String, help: Option<String>, span: Span) {
    evaluator.notes.insert(Note { kind: NoteKind::InvalidAttribute, message, help, span: Some(span) });
}

fn spelling(path: &syn::Path) -> String {
    TypePath::from_syn(path).names.join("::")
}

/// The values of the constants that an attribute names.
fn constants(
    evaluator: &mut Evaluator<'_, '_>,
    handler: &Definition,
    syntax: &AttributeSyntax,
) -> BTreeMap<String, String> {
    let mut found = BTreeMap::new();
    for scope in scopes(syntax) {
        let attribute::ScopeSyntax::Path(path) = scope else { continue };
        let names = TypePath::from_syn(path).names;
        let resolved = evaluator.modules.resolve(handler.module, &names, Space::Value);
        if let Some(text) = evaluator.constant_text(&resolved) {
            found.insert(spelling(path), text);
        }
    }
    found
}

fn scopes(syntax: &AttributeSyntax) -> impl Iterator<Item = &attribute::ScopeSyntax> {
    let clauses = syntax.scopes.iter().flat_map(|scopes| &scopes.value).flat_map(|clause| &clause.any_of);
    clauses.chain(syntax.parent.iter().map(|parent| &parent.value))
}

fn scope_uses(
    evaluator: &Evaluator<'_, '_>,
    syntax: &AttributeSyntax,
    constants: &BTreeMap<String, String>,
    place: &dyn Fn(&Evaluator<'_, '_>, proc_macro2::Span) -> Span,
) -> Vec<ScopeUse> {
    scopes(syntax)
        .filter_map(|scope| {
            let text = match scope {
                attribute::ScopeSyntax::Literal(literal) => literal.value(),
                attribute::ScopeSyntax::Path(path) => constants.get(&spelling(path))?.clone(),
            };
            Some(ScopeUse { scope: text, span: place(evaluator, scope.span()) })
        })
        .collect()
}

impl Evaluator<'_, '_> {
    /// The text of a constant, where it is one.
    fn constant_text(&mut self, resolved: &Resolved) -> Option<String> {
        let value = match resolved {
            Resolved::Item(definition) => self.constant_value(definition)?,
            Resolved::Member(owner, names) => {
                let [name] = names.as_slice() else { return None };
                let member = self.associated(owner, name)?;
                self.constant_value(&member)?
            }
            _ => return None,
        };
        value.as_text().filter(|text| !text.contains(super::value::HOLE))
    }
}

/// One argument of an attribute, as far as a pattern may want to see it.
pub(crate) fn term_argument(tokens: TokenStream) -> Argument {
    let mut parts: Vec<TokenTree> = tokens.into_iter().collect();
    let mut name = None;
    if let [TokenTree::Ident(ident), TokenTree::Punct(punct), ..] = parts.as_slice()
        && punct.as_char() == '='
    {
        name = Some(ident.to_string());
        parts.drain(..2);
    }
    Argument { name, value: term_value(parts) }
}

fn term_value(parts: Vec<TokenTree>) -> TermValue {
    let tokens: TokenStream = parts.iter().cloned().collect();
    if let Ok(literal) = syn::parse2::<syn::Lit>(tokens.clone()) {
        match literal {
            syn::Lit::Str(text) => return TermValue::Str(text.value()),
            syn::Lit::Bool(truth) => return TermValue::Bool(truth.value),
            syn::Lit::Int(number) => {
                if let Ok(number) = number.base10_parse() {
                    return TermValue::Int(number);
                }
            }
            _ => {}
        }
    }
    if let Ok(path) = syn::parse2::<syn::Path>(tokens.clone()) {
        return TermValue::Term(Term { path: TypePath::from_syn(&path).names, args: Vec::new() });
    }
    let group = |tokens: TokenStream| {
        crate::frontend::rust::meta::split_at_commas(tokens).into_iter().map(term_argument).collect::<Vec<_>>()
    };
    match parts.as_slice() {
        [TokenTree::Group(list)] => {
            TermValue::List(group(list.stream()).into_iter().map(|argument| argument.value).collect())
        }
        [path @ .., TokenTree::Group(arguments)] => match syn::parse2::<syn::Path>(path.iter().cloned().collect()) {
            Ok(path) => {
                TermValue::Term(Term { path: TypePath::from_syn(&path).names, args: group(arguments.stream()) })
            }
            Err(_) => TermValue::Opaque(tokens.to_string()),
        },
        _ => TermValue::Opaque(tokens.to_string()),
    }
}
