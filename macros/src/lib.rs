//! The `#[route_role]` attribute. Applications use it through the crate `route-role`, which documents it.

use proc_macro::TokenStream;

mod declaration;
mod handler;
mod impl_block;
mod marker;
mod names;
mod policy_file;

/// Declares who may call the handler below, and enforces it.
///
/// ```ignore
/// #[route_role(Actor, scopes = ["case:read"])]
/// #[route_role(User, scopes = any("case:read", "case:update"), resource = "case", denial = not_found)]
/// #[route_role(Admin, credential = rotate, resource = "api_key", features = ["api_access"], data = ["user"])]
/// #[route_role(public, reason = "health probe")]
/// ```
///
/// First stands a role of the policy file `route-role.yaml`, or `public`; then named arguments in any order.
///
/// | argument | meaning |
/// |---|---|
/// | `scopes = ["a:b", any("c:d", E)]` | scopes that the caller must hold, as text or as paths of `&str` constants; `all(…)` and `any(…)` say how many |
/// | `resource = "case"` | the kind of object that the route addresses |
/// | `denial = not_found` | what a refused caller of an object route sees: `forbidden`, `not_found`, `not_found_unless_readable` |
/// | `credential = rotate` | the route mints, rotates or reveals a credential |
/// | `features = ["f"]` | parts of the product that must be switched on for the caller |
/// | `data = ["user"]` | classes of data that the route exposes |
/// | `parent = "agent:update"` | the scope that a mutation of a child also needs on its parent: one more that the caller must hold |
/// | `tenant = "workspace_id"` | the path parameter that must be the caller's tenant |
/// | `reason = "…"` | why a public route is public |
///
/// The function gets one more argument, in front of the others: a `Guard`, which refuses before anything else is
/// extracted. The attribute stands topmost, so that others see the function as it is going to be: `#[get("/…")]` of
/// actix-web and Rocket, poem's `#[handler]`, `#[utoipa::path]`, `#[instrument]`.
///
/// For associated functions, put `#[route_role]` on the `impl`, too, without arguments.
///
/// The policy file is searched upward from the package's folder; the environment variable `ROUTE_ROLE_POLICY` names
/// another one, relative to that folder. When the file changes, the handlers are compiled again.
#[proc_macro_attribute]
pub fn route_role(arguments: TokenStream, item: TokenStream) -> TokenStream {
    expand(arguments.into(), item.into()).into()
}

fn expand(arguments: proc_macro2::TokenStream, item: proc_macro2::TokenStream) -> proc_macro2::TokenStream {
    if impl_block::is_impl(&item) { impl_block::expand(arguments, item) } else { handler::expand(arguments, item) }
}
