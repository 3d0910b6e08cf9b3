//! Attributes, with `cfg` evaluated and `cfg_attr` taken apart.

use proc_macro2::{Delimiter, TokenStream, TokenTree};

use super::facts::{Attribute, Extent};
pub use super::meta::Cfg;
use super::meta::{evaluate, split_at_commas, split_path};
use super::parse::{ParseOptions, extent, spanned};

/// Whether the item is compiled in, and its other attributes. Doc comments are left out.
pub fn read(given: &[syn::Attribute], options: ParseOptions) -> (Cfg, Vec<Attribute>) {
    let mut cfg = Cfg::Always;
    let mut attributes = Vec::new();
    for attribute in given {
        if attribute.path().is_ident("doc") {
            continue;
        }
        let tokens = match &attribute.meta {
            syn::Meta::List(list) if list.path.is_ident("cfg") => {
                cfg = cfg.and(evaluate(list.tokens.clone(), options.include_tests));
                continue;
            }
            syn::Meta::List(list) if list.path.is_ident("cfg_attr") => list.tokens.clone(),
            meta => {
                let tokens = quote::ToTokens::to_token_stream(meta);
                attributes.extend(from_tokens(tokens, spanned(attribute), &Cfg::Always));
                continue;
            }
        };
        conditional(tokens, spanned(attribute), options, &mut attributes, &Cfg::Always, 0);
    }
    (cfg, attributes)
}

/// `cfg_attr(predicate, attributes…)`, possibly nested in one that has the predicate `outer`.
fn conditional(
    tokens: TokenStream,
    whole: Extent,
    options: ParseOptions,
    attributes: &mut Vec<Attribute>,
    outer: &Cfg,
    depth: usize,
) {
    let mut parts = split_at_commas(tokens).into_iter();
    let Some(predicate) = parts.next() else { return };
    let cfg = outer.clone().and(evaluate(predicate, options.include_tests));
    if depth > 16 || cfg == Cfg::Never {
        return;
    }
    for part in parts {
        let (path, rest) = split_path(part.clone());
        match (path.first().map(String::as_str), rest.first()) {
            (Some("cfg_attr"), Some(TokenTree::Group(group))) => {
                conditional(group.stream(), whole, options, attributes, &cfg, depth + 1);
            }
            _ => attributes.extend(from_tokens(part, whole, &cfg)),
        }
    }
}

fn from_tokens(tokens: TokenStream, whole: Extent, cfg: &Cfg) -> Option<Attribute> {
    let (path, rest) = split_path(tokens);
    if path.is_empty() {
        return None;
    }
    let arguments = match rest.first() {
        None => Extent { start: whole.end, end: whole.end },
        Some(TokenTree::Group(group)) if group.delimiter() != Delimiter::None => {
            let outer = extent(group.span());
            Extent { start: outer.start.saturating_add(1), end: outer.end.saturating_sub(1) }
        }
        // `name = value`
        Some(_) => spanned(&rest.into_iter().skip(1).collect::<TokenStream>()),
    };
    let condition = match cfg {
        Cfg::Sometimes(text) => Some(text.as_str().into()),
        Cfg::Always | Cfg::Never => None,
    };
    Some(Attribute { path, arguments, extent: whole, condition })
}

/// Whether these attributes make a function a test.
pub fn is_test(attributes: &[Attribute]) -> bool {
    attributes.iter().any(|attribute| {
        matches!(attribute.path.last().map(String::as_str), Some("test" | "bench" | "rstest" | "test_case"))
    })
}
