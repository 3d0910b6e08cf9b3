//! What `#[utoipa::path]` and `#[openapi]` say about operations.

use proc_macro2::{TokenStream, TokenTree};

use crate::frontend::rust::axum;
use crate::frontend::rust::facts::{Attribute, Extent, TextId};
use crate::frontend::rust::meta::split_at_commas;
use crate::frontend::rust::parse;
use crate::frontend::rust::types::TypePath;

use super::evaluate::Evaluator;
use super::inventory::{Operation, SecurityRequirement};
use super::modules::{Definition, ModuleId};
use super::names::{Resolved, Space};
use super::value::{Document, DocumentedOperation};

/// The operation that a handler's `#[utoipa::path(…)]` describes, read once.
pub(crate) fn of_handler(evaluator: &mut Evaluator<'_, '_>, handler: &Definition) -> Option<DocumentedOperation> {
    let key = std::sync::Arc::as_ptr(&handler.item);
    if let Some(known) = evaluator.operations.get(&key) {
        return known.clone();
    }
    let operation = read(evaluator, handler);
    evaluator.operations.insert(key, operation.clone());
    operation
}

fn read(evaluator: &mut Evaluator<'_, '_>, handler: &Definition) -> Option<DocumentedOperation> {
    let attribute = handler.item.attributes.iter().find(|attribute| {
        attribute.is(&["utoipa", "path"]) || (attribute.path.len() == 1 && attribute.path[0] == "path")
    })?;
    let source = evaluator.modules.texts.slice(handler.text, attribute.arguments).to_owned();
    let parts = split_at_commas(source.parse::<TokenStream>().ok()?);
    let mut methods = Vec::new();
    let mut path = String::new();
    let mut context = String::new();
    let mut id = None;
    let mut has_id = false;
    let mut security = None;
    let mut security_span = None;
    for part in parts {
        let whole = within(attribute.arguments, parse::spanned(&part));
        let (name, value) = named(part);
        match (name.as_str(), value) {
            ("method", Some(PartValue::Group(group))) => {
                methods
                    .extend(split_at_commas(group).into_iter().filter_map(|method| method_name(&method.to_string())));
            }
            ("path", Some(PartValue::Expression(value))) => path = text(evaluator, handler, attribute, &value),
            ("context_path", Some(PartValue::Expression(value))) => {
                context = text(evaluator, handler, attribute, &value)
            }
            // Only a literal is worth it: computed ids come from constants all over the tree.
            ("operation_id", Some(PartValue::Expression(value))) => {
                has_id = true;
                id = syn::parse2::<syn::LitStr>(value).ok().map(|literal| literal.value());
            }
            ("security", Some(PartValue::Group(group))) => {
                security = Some(requirements(group));
                security_span = Some(evaluator.modules.span_of(handler.text, whole));
            }
            (word, None) => methods.extend(method_name(word)),
            _ => {}
        }
    }
    if methods.is_empty() {
        return None;
    }
    let operation = Operation {
        id: if has_id { id } else { Some(handler.item.name.clone()) },
        security,
        default_security: None,
        span: evaluator.modules.span_of(handler.text, attribute.extent),
        security_span,
        by_parameters: false,
    };
    Some(DocumentedOperation { methods, path: format!("{context}{path}"), operation })
}

/// The description that `#[derive(OpenApi)] #[openapi(…)]` on a type makes.
pub(crate) fn of_description(evaluator: &mut Evaluator<'_, '_>, owner: &Definition) -> Option<Document> {
    let mut document = Document::default();
    let mut any = false;
    for attribute in owner.item.attributes.iter().filter(|attribute| attribute.is(&["openapi"])) {
        any = true;
        let source = evaluator.modules.texts.slice(owner.text, attribute.arguments).to_owned();
        let Ok(tokens) = source.parse::<TokenStream>() else { continue };
        for part in split_at_commas(tokens) {
            match named(part) {
                (name, Some(PartValue::Group(group))) if name == "paths" => {
                    for path in split_at_commas(group) {
                        let Ok(path) = syn::parse2::<syn::Path>(path) else { continue };
                        let names = TypePath::from_syn(&path).names;
                        if let Resolved::Item(handler) = evaluator.modules.resolve(owner.module, &names, Space::Value) {
                            document.operations.extend(of_handler(evaluator, &handler));
                        }
                    }
                }
                (name, Some(PartValue::Group(group))) if name == "security" => {
                    document.default_security = Some(requirements(group));
                }
                (name, Some(PartValue::Group(group))) if name == "nest" => {
                    for nested in split_at_commas(group) {
                        nest(evaluator, owner.module, nested, &mut document);
                    }
                }
                _ => {}
            }
        }
    }
    any.then_some(document)
}

/// `nest((path = "/x", api = Other))`
fn nest(evaluator: &mut Evaluator<'_, '_>, module: ModuleId, nested: TokenStream, document: &mut Document) {
    let Some(TokenTree::Group(group)) = nested.into_iter().next() else { return };
    let (mut prefix, mut api) = (String::new(), None);
    for part in split_at_commas(group.stream()) {
        match named(part) {
            (name, Some(PartValue::Expression(value))) if name == "path" => {
                prefix = syn::parse2::<syn::LitStr>(value).map(|literal| literal.value()).unwrap_or_default();
            }
            (name, Some(PartValue::Expression(value))) if name == "api" => api = syn::parse2::<syn::Path>(value).ok(),
            _ => {}
        }
    }
    let Some(api) = api else { return };
    if let Resolved::Item(inner) = evaluator.modules.resolve(module, &TypePath::from_syn(&api).names, Space::Type)
        && let Some(inner) = of_description(evaluator, &inner)
    {
        document.operations.extend(
            inner.operations.into_iter().map(|operation| DocumentedOperation {
                path: axum::nested_path(&prefix, &operation.path),
                ..operation
            }),
        );
    }
}

pub(super) enum PartValue {
    /// `name(…)`
    Group(TokenStream),
    /// `name = …`
    Expression(TokenStream),
}

impl PartValue {
    /// The value as text: that of a literal, or what is written.
    pub(super) fn text(self) -> Option<String> {
        let Self::Expression(tokens) = self else { return None };
        Some(syn::parse2::<syn::LitStr>(tokens.clone()).map_or(tokens.to_string(), |literal| literal.value()))
    }
}

pub(super) fn named(part: TokenStream) -> (String, Option<PartValue>) {
    let mut tokens = part.into_iter();
    let Some(TokenTree::Ident(name)) = tokens.next() else { return (String::new(), None) };
    let value = match tokens.next() {
        Some(TokenTree::Group(group)) => Some(PartValue::Group(group.stream())),
        Some(TokenTree::Punct(punct)) if punct.as_char() == '=' => Some(PartValue::Expression(tokens.collect())),
        _ => None,
    };
    (name.to_string(), value)
}

/// A part of a text that was cut out before it was parsed.
fn within(whole: Extent, part: Extent) -> Extent {
    Extent { start: whole.start + part.start, end: whole.start + part.end }
}

pub(super) fn text(
    evaluator: &mut Evaluator<'_, '_>,
    handler: &Definition,
    attribute: &Attribute,
    value: &TokenStream,
) -> String {
    let part: TextId = evaluator.modules.texts.add_part(handler.text, attribute.arguments);
    let value = evaluator.evaluate_extent(handler.module, part, parse::spanned(value));
    value.as_text().unwrap_or_else(|| super::value::HOLE.to_string())
}

fn method_name(word: &str) -> Option<String> {
    let word = word.trim().to_ascii_uppercase();
    matches!(word.as_str(), "GET" | "POST" | "PUT" | "PATCH" | "DELETE" | "HEAD" | "OPTIONS" | "TRACE" | "CONNECT")
        .then_some(word)
}

/// `security(("a" = []), ("b" = ["scope"], "c" = []), ())`
fn requirements(tokens: TokenStream) -> Vec<SecurityRequirement> {
    split_at_commas(tokens)
        .into_iter()
        .filter_map(|requirement| match requirement.into_iter().next() {
            Some(TokenTree::Group(group)) => Some(SecurityRequirement {
                schemes: split_at_commas(group.stream()).into_iter().filter_map(scheme).collect(),
            }),
            _ => None,
        })
        .collect()
}

fn scheme(tokens: TokenStream) -> Option<(String, Vec<String>)> {
    let mut tokens = tokens.into_iter();
    let name = match tokens.next()? {
        TokenTree::Literal(literal) => literal_text(TokenTree::Literal(literal)),
        other => other.to_string(),
    };
    let scopes = match tokens.nth(1) {
        Some(TokenTree::Group(group)) => split_at_commas(group.stream())
            .into_iter()
            .filter_map(|scope| scope.into_iter().next())
            .map(literal_text)
            .collect(),
        _ => Vec::new(),
    };
    Some((name, scopes))
}

fn literal_text(token: TokenTree) -> String {
    let text = token.to_string();
    syn::parse2::<syn::LitStr>(token.into()).map_or(text, |literal| literal.value())
}
