//! The hidden type that carries a declaration.

use proc_macro2::{Ident, Span, TokenStream};
use quote::quote;
use route_role_policy::attribute::{self, Resolved, Signature, combine};
use syn::Visibility;

use crate::declaration::{self, Words};
use crate::names;
use crate::policy_file::{self, LoadedPolicy};

/// What one attribute expands to.
pub(crate) struct Marker {
    /// The items that stand beside the handler.
    pub(crate) definition: TokenStream,
    /// The type of the handler's first argument.
    pub(crate) guard: TokenStream,
}

impl Marker {
    /// Defines the type `name`; on any problem reports it, and guards with a type that refuses everyone.
    pub(crate) fn expand(
        name: Ident,
        visibility: &Visibility,
        arguments: Arguments,
        mut problems: Vec<syn::Error>,
    ) -> Self {
        let route_role = names::route_role_crate();
        let read = read(arguments);
        let problem = match read {
            Ok(read) if problems.is_empty() => {
                let definition = define(&route_role, &name, visibility, &read);
                return Self { definition, guard: quote!(#route_role::Guard<#name>) };
            }
            Ok(_) => None,
            Err(problem) => Some(problem),
        };
        problems.extend(problem);
        let definition = problems.iter().map(syn::Error::to_compile_error).collect();
        Self { definition, guard: quote!(#route_role::Guard<#route_role::Refused>) }
    }
}

/// What stands between the parentheses, and where.
pub(crate) struct Arguments {
    pub(crate) tokens: TokenStream,
    /// What to point at when there is nothing between them.
    pub(crate) attribute: Span,
}

/// An attribute that the policy agrees with.
struct Read {
    resolved: Resolved,
    /// Whether the attribute itself says what binds the tenant.
    states_tenant: bool,
    policy: LoadedPolicy,
}

fn read(Arguments { tokens, attribute }: Arguments) -> syn::Result<Read> {
    let is_empty = tokens.is_empty();
    let syntax =
        attribute::parse(tokens).map_err(|error| if is_empty { syn::Error::new(attribute, error) } else { error })?;
    let policy = policy_file::load()?;
    let unknown_constant = |_: &syn::Path| None;
    let resolved = attribute::resolve(&syntax, &policy.policy, &Signature::UNKNOWN, &unknown_constant);
    match resolved {
        Ok(resolved) => Ok(Read { resolved, states_tenant: syntax.tenant.is_some(), policy }),
        Err(problems) => {
            Err(combine(problems).unwrap_or_else(|| syn::Error::new(Span::call_site(), "the attribute can't be read")))
        }
    }
}

fn define(route_role: &TokenStream, name: &Ident, visibility: &Visibility, read: &Read) -> TokenStream {
    let Read { resolved, states_tenant, policy } = read;
    let words = Words::new(route_role, resolved);
    let protection = words.protection(resolved, *states_tenant, &policy.policy);
    let constants = declaration::constants(resolved);
    let patterns: Vec<&str> = policy.policy.scopes.iter().map(|pattern| pattern.as_str()).collect();
    let checks = constants.iter().map(|path| words.require_scope(path, &patterns));
    let dependencies = policy.dependencies();
    quote! {
        #[doc(hidden)]
        #[allow(dead_code, non_camel_case_types)]
        #[derive(Debug)]
        #visibility enum #name {}

        #[doc(hidden)]
        impl #route_role::Protected for #name {
            const PROTECTION: &'static #route_role::Protection = &#protection;
        }

        #(#checks)*
        #dependencies
    }
}
