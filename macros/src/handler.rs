//! The attribute on a function.

use proc_macro2::{Span, TokenStream, TokenTree};
use quote::{ToTokens, quote};
use syn::parse::{Parse, ParseStream};
use syn::{Attribute, FnArg, Signature, Visibility, parse_quote};

use crate::marker::{Arguments, Marker};
use crate::names;

/// A function of which nothing but the signature matters; the body stays the tokens that it is.
pub(crate) struct Handler {
    pub(crate) attributes: Vec<Attribute>,
    pub(crate) visibility: Visibility,
    pub(crate) signature: Signature,
    body: TokenStream,
}

pub(crate) fn expand(arguments: TokenStream, item: TokenStream) -> TokenStream {
    let mut handler = match syn::parse2::<Handler>(item.clone()) {
        Ok(handler) => handler,
        Err(error) => {
            let error = error.into_compile_error();
            return quote!(#error #item);
        }
    };
    if let Some(receiver) = handler.signature.receiver() {
        let message =
            "a handler has no `self`; make it an associated function, and put `#[route_role]` on the `impl`, too";
        let error = syn::Error::new_spanned(receiver, message).into_compile_error();
        return quote!(#error #item);
    }
    let name = names::marker(&[], &handler.signature.ident);
    let problems = handler.complain();
    let arguments = Arguments { tokens: arguments, attribute: Span::call_site() };
    let marker = Marker::expand(name, &handler.visibility, arguments, problems);
    handler.guard_with(&marker.guard);
    let definition = marker.definition;
    quote!(#definition #handler)
}

impl Handler {
    /// What the attribute can't work with. An attribute too many is taken away, lest it adds a guard of its own.
    pub(crate) fn complain(&mut self) -> Vec<syn::Error> {
        let mut problems = Vec::new();
        self.attributes.retain(|attribute| {
            let another = names::is_route_role(attribute);
            if another {
                let message = "a handler has one `#[route_role(…)]`: this is another one\n  = help: join them, or use a role that says `any`";
                problems.push(syn::Error::new_spanned(attribute, message));
            }
            !another
        });
        if self.signature.asyncness.is_none() && !self.attributes.iter().any(names::makes_a_handler) {
            let message = "a handler is an `async fn`";
            problems.push(syn::Error::new_spanned(self.signature.fn_token, message));
        }
        problems
    }

    /// Puts a guard in front of the arguments.
    pub(crate) fn guard_with(&mut self, guard: &TokenStream) {
        // The guard must not be what takes the function over the limit of clippy's default.
        if self.signature.inputs.len() == 7 {
            self.attributes.push(parse_quote!(#[allow(clippy::too_many_arguments)]));
        }
        // Rocket wants names, and `#[instrument]` shows arguments that have one.
        let argument: FnArg = if self.attributes.iter().any(names::makes_a_route) {
            parse_quote!(_route_role: #guard)
        } else {
            parse_quote!(_: #guard)
        };
        self.signature.inputs.insert(0, argument);
    }
}

impl Parse for Handler {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let attributes = input.call(Attribute::parse_outer)?;
        let visibility = input.parse()?;
        if !is_function(&input.fork()) {
            return Err(input.error("`#[route_role(…)]` stands on a handler, which is an `async fn`"));
        }
        let signature = input.parse()?;
        Ok(Self { attributes, visibility, signature, body: input.parse()? })
    }
}

/// Whether `fn` comes before any braces or parentheses: `unsafe extern "C" fn` is one, a struct is none.
fn is_function(input: ParseStream<'_>) -> bool {
    while let Ok(token) = input.parse::<TokenTree>() {
        match token {
            TokenTree::Ident(ident) if ident == "fn" => return true,
            TokenTree::Group(_) => return false,
            _ => {}
        }
    }
    false
}

impl ToTokens for Handler {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        let Self { attributes, visibility, signature, body } = self;
        tokens.extend(quote!(#(#attributes)* #visibility #signature #body));
    }
}
