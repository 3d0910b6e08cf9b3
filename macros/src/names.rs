//! Names that the expansion uses.

use proc_macro_crate::{FoundCrate, crate_name};
use proc_macro2::{Ident, Span, TokenStream};
use quote::{format_ident, quote};
use syn::Attribute;
use syn::ext::IdentExt;

/// The path of the crate `route-role`, under whatever name the application depends on it.
pub(crate) fn route_role_crate() -> TokenStream {
    match crate_name("route-role") {
        Ok(FoundCrate::Name(name)) => {
            let name = Ident::new(&name, Span::call_site());
            quote!(::#name)
        }
        // The crate's own tests and examples depend on it by its name. Without a dependency of any name, the compiler's
        // message about this path says what is missing.
        Ok(FoundCrate::Itself) | Err(_) => quote!(::route_role),
    }
}

/// The hidden type that carries the declaration of a function; `within` says of which `impl` it is part.
pub(crate) fn marker(within: &[String], function: &Ident) -> Ident {
    let within: String = within.iter().map(|word| format!("{word}_")).collect();
    format_ident!("__RouteRole_{within}{}", function.unraw(), span = Span::call_site())
}

/// Whether an attribute is `#[route_role]`, however it is qualified.
pub(crate) fn is_route_role(attribute: &Attribute) -> bool {
    attribute.path().segments.last().is_some_and(|segment| segment.ident == "route_role")
}

/// The attributes of actix-web and Rocket that make a route of a function.
const ROUTE_ATTRIBUTES: [&str; 11] =
    ["connect", "delete", "get", "head", "options", "patch", "post", "put", "route", "routes", "trace"];

/// Whether an attribute makes a route of the function below it, however it is qualified.
pub(crate) fn makes_a_route(attribute: &Attribute) -> bool {
    attribute.path().segments.last().is_some_and(|segment| ROUTE_ATTRIBUTES.iter().any(|name| segment.ident == name))
}

/// Whether an attribute makes a handler of the function below it, which then needn't be `async`: Rocket's do, and poem's
/// `#[handler]`.
pub(crate) fn makes_a_handler(attribute: &Attribute) -> bool {
    makes_a_route(attribute) || attribute.path().segments.last().is_some_and(|segment| segment.ident == "handler")
}
