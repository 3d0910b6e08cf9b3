//! The attribute on an `impl`, for handlers that are associated functions.
//!
//! A hidden type can't be declared inside an `impl`, so the attributes of its functions are expanded from here, and the
//! types stand beside it.

use proc_macro2::{TokenStream, TokenTree};
use quote::{ToTokens, quote};
use syn::spanned::Spanned;
use syn::{ImplItem, ImplItemFn, ItemImpl, Meta};

use crate::handler::Handler;
use crate::marker::{Arguments, Marker};
use crate::names;

/// Whether the item is an `impl`.
pub(crate) fn is_impl(item: &TokenStream) -> bool {
    let words = item.clone().into_iter().filter_map(|token| match token {
        TokenTree::Ident(ident) => Some(ident.to_string()),
        _ => None,
    });
    // Attributes are groups behind a `#`, so the first words are the item's own.
    words.into_iter().find(|word| word != "unsafe").is_some_and(|word| word == "impl")
}

pub(crate) fn expand(arguments: TokenStream, item: TokenStream) -> TokenStream {
    let mut block = match syn::parse2::<ItemImpl>(item.clone()) {
        Ok(block) => block,
        Err(error) => {
            let error = error.into_compile_error();
            return quote!(#error #item);
        }
    };
    let mut definitions = misplaced(&arguments, &block);
    let within = words(&block);
    let mut guarded = 0_usize;
    for item in &mut block.items {
        let ImplItem::Fn(function) = item else { continue };
        if let Some(definition) = expand_function(function, &within) {
            definitions.extend(definition);
            guarded += 1;
        }
    }
    if guarded == 0 {
        let message = "no function in this `impl` has a `#[route_role(…)]`";
        definitions.extend(syn::Error::new_spanned(&block.self_ty, message).into_compile_error());
    }
    quote!(#definitions #block)
}

/// Errors about where the attribute stands.
fn misplaced(arguments: &TokenStream, block: &ItemImpl) -> TokenStream {
    let mut errors = TokenStream::new();
    if !arguments.is_empty() {
        let message = "`#[route_role]` on an `impl` takes no arguments: write them on the functions that are handlers";
        errors.extend(syn::Error::new_spanned(arguments, message).into_compile_error());
    }
    if let Some((of, _)) = &block.trait_ {
        let message = "a trait fixes the arguments of its functions, so none of them can have a guard: use an `impl` without a trait";
        errors.extend(syn::Error::new_spanned(of, message).into_compile_error());
    }
    errors
}

/// Expands the function's attribute; `None` if it has none.
fn expand_function(function: &mut ImplItemFn, within: &[String]) -> Option<TokenStream> {
    let index = function.attrs.iter().position(names::is_route_role)?;
    let attribute = function.attrs.remove(index);
    let tokens = match &attribute.meta {
        Meta::List(list) => list.tokens.clone(),
        Meta::Path(_) | Meta::NameValue(_) => TokenStream::new(),
    };
    let mut handler = match syn::parse2::<Handler>(function.to_token_stream()) {
        Ok(handler) => handler,
        Err(error) => return Some(error.into_compile_error()),
    };
    if let Some(receiver) = handler.signature.receiver() {
        let message = "a handler has no `self`: take what it needs from extractors";
        return Some(syn::Error::new_spanned(receiver, message).into_compile_error());
    }
    let problems = handler.complain();
    let name = names::marker(within, &handler.signature.ident);
    let marker =
        Marker::expand(name, &handler.visibility, Arguments { tokens, attribute: attribute.path().span() }, problems);
    handler.guard_with(&marker.guard);
    function.attrs = handler.attributes;
    function.sig = handler.signature;
    Some(marker.definition)
}

/// The words of the type that is implemented, which tell `Api<A>` from `Api<B>`.
fn words(block: &ItemImpl) -> Vec<String> {
    let mut words = Vec::new();
    collect_words(block.self_ty.to_token_stream(), &mut words);
    words
}

fn collect_words(tokens: TokenStream, words: &mut Vec<String>) {
    for token in tokens {
        match token {
            TokenTree::Ident(ident) => words.push(ident.to_string().trim_start_matches("r#").to_owned()),
            TokenTree::Group(group) => collect_words(group.stream(), words),
            TokenTree::Punct(_) | TokenTree::Literal(_) => {}
        }
    }
}
