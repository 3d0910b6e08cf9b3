//! The grammar of `#[route_role(…)]`, read by the macro and by the linter with one parser.
//!
//! Two steps, because only the second needs a policy: [`parse`] turns tokens into an [`AttributeSyntax`], and [`resolve`]
//! checks that against a [`Policy`](crate::Policy) and says what it means.
//!
//! ```
//! use route_role_policy::attribute::{self, Signature};
//! # use route_role_policy::Policy;
//! # fn example(tokens: proc_macro2::TokenStream, policy: &Policy) -> syn::Result<()> {
//! let syntax = attribute::parse(tokens)?;
//! let no_constants = |_: &syn::Path| None;
//! match attribute::resolve(&syntax, policy, &Signature::UNKNOWN, &no_constants) {
//!     Ok(resolved) => assert!(resolved.role.is_some() || resolved.reason.is_some()),
//!     Err(problems) => return Err(problems.into_iter().map(syn::Error::from).next().unwrap()),
//! }
//! # Ok(())
//! # }
//! ```

mod parse;
mod problem;
mod resolve;
mod syntax;

pub use parse::parse;
pub use problem::{AttributeProblem, combine};
pub use resolve::{Resolved, ScopeClauseRef, ScopeRef, Signature, resolve};
pub use syntax::{ArgumentSyntax, AttributeSyntax, ClauseSyntax, ScopeSyntax, Subject};
