//! A declaration as an expression that the compiler evaluates.

use std::collections::BTreeSet;

use proc_macro2::TokenStream;
use quote::{quote, quote_spanned};
use route_role_policy::attribute::{Resolved, ScopeRef};
use route_role_policy::{
    Access, Alternative, Credential, Declaration, Denial, Policy, Principals, Scope, ScopeClause, Tier,
};
use syn::Path;
use syn::spanned::Spanned;

/// Stands in front of the number of a constant where a scope will be.
///
/// No scope of a policy begins with it, and it lets [`Resolved::declaration`] put constants and known scopes together in
/// the one way there is.
const PLACEHOLDER: char = '\0';

/// The paths of constants among the scopes, in their order.
pub(crate) fn constants(resolved: &Resolved) -> Vec<Path> {
    let in_clauses = resolved.clauses.iter().flat_map(|clause| &clause.any_of);
    in_clauses
        .chain(&resolved.parent)
        .filter_map(|scope| match scope {
            ScopeRef::Path(path) => Some(path.clone()),
            ScopeRef::Known(_) => None,
        })
        .collect()
}

/// Puts a placeholder for each constant.
fn with_placeholders(resolved: &Resolved) -> Resolved {
    let mut resolved = resolved.clone();
    let in_clauses = resolved.clauses.iter_mut().flat_map(|clause| &mut clause.any_of);
    let paths = in_clauses.chain(&mut resolved.parent).filter(|scope| matches!(scope, ScopeRef::Path(_)));
    for (index, scope) in paths.enumerate() {
        *scope = ScopeRef::Known(Scope::new(format!("{PLACEHOLDER}{index}")));
    }
    resolved
}

/// Writes values of the vocabulary as constant expressions.
pub(crate) struct Words<'a> {
    route_role: &'a TokenStream,
    constants: Vec<Path>,
}

impl<'a> Words<'a> {
    pub(crate) fn new(route_role: &'a TokenStream, resolved: &Resolved) -> Self {
        Self { route_role, constants: constants(resolved) }
    }

    /// What the guard enforces: the declaration, and what the policy adds to every one.
    pub(crate) fn protection(&self, resolved: &Resolved, states_tenant: bool, policy: &Policy) -> TokenStream {
        let (route_role, private) = (self.route_role, self.private());
        let declaration = self.declaration(resolved);
        let known_kinds = self.list(policy.principal_kinds().map(|kind| self.name("PrincipalKind", kind.as_str())));
        let tenant_binding = if states_tenant { quote!(Attribute) } else { quote!(Level) };
        let tenants = tenant_parameters(resolved, policy);
        let tenant_parameters = self.list(tenants.iter().map(|tenant| quote!(#private::Cow::Borrowed(#tenant))));
        let default_denial = option(default_denial(resolved, policy).map(|denial| self.denial(denial)));
        quote! {
            #route_role::Protection {
                declaration: #declaration,
                known_kinds: #known_kinds,
                tenant_binding: #route_role::TenantBinding::#tenant_binding,
                tenant_parameters: #tenant_parameters,
                default_denial: #default_denial,
            }
        }
    }

    fn declaration(&self, resolved: &Resolved) -> TokenStream {
        let Some(declaration) = with_placeholders(resolved).declaration() else {
            // Every constant has its placeholder, so there is always a declaration; if not, nobody is let in.
            let route_role = self.route_role;
            return quote!(#route_role::__private::REFUSED);
        };
        let Declaration { role, access, resource, denial, credential, data, parent, tenant, reason } = &declaration;
        let private = self.private();
        let role = option(role.as_ref().map(|role| self.name("RoleName", role.as_str())));
        let access = self.access(access);
        let resource = option(resource.as_ref().map(|resource| self.name("ResourceName", resource.as_str())));
        let denial = option(denial.map(|denial| self.denial(denial)));
        let credential = option(credential.map(|credential| self.credential(credential)));
        let data = self.list(data.iter().map(|class| self.name("DataClass", class.as_str())));
        let parent = option(parent.as_ref().map(|scope| self.scope(scope)));
        let tenant = option(tenant.as_ref().map(|tenant| quote!(#private::Cow::Borrowed(#tenant))));
        let reason = option(reason.as_ref().map(|reason| quote!(#private::Cow::Borrowed(#reason))));
        quote! {
            #private::Declaration {
                role: #role,
                access: #access,
                resource: #resource,
                denial: #denial,
                credential: #credential,
                data: #data,
                parent: #parent,
                tenant: #tenant,
                reason: #reason,
            }
        }
    }

    /// A name of one of the vocabulary's types.
    pub(crate) fn name(&self, kind: &str, text: &str) -> TokenStream {
        let private = self.private();
        let kind = quote::format_ident!("{kind}");
        quote!(#private::#kind::literal(#text))
    }

    /// An item that fails to compile if a constant isn't a scope of the policy.
    pub(crate) fn require_scope(&self, path: &Path, patterns: &[&str]) -> TokenStream {
        // Interpolated tokens keep their place, and the compiler shows the range from the first to the last of them.
        let private: TokenStream = self
            .private()
            .into_iter()
            .map(|mut token| {
                token.set_span(path.span());
                token
            })
            .collect();
        let message = format!("the constant `{}` holds a scope that the policy doesn't declare", spelling(path));
        quote_spanned! {path.span()=>
            const _: () = #private::require_scope(#path, &[#(#patterns),*], #message);
        }
    }

    fn private(&self) -> TokenStream {
        let route_role = self.route_role;
        quote!(#route_role::__private)
    }

    fn access(&self, access: &Access) -> TokenStream {
        let private = self.private();
        let alternatives = self.list(access.alternatives.iter().map(|alternative| self.alternative(alternative)));
        quote!(#private::Access { alternatives: #alternatives })
    }

    fn alternative(&self, alternative: &Alternative) -> TokenStream {
        let Alternative { principals, scopes, tiers, levels, features } = alternative;
        let private = self.private();
        let principals = match principals {
            Principals::Everyone => quote!(#private::Principals::Everyone),
            Principals::Only(kinds) => {
                let kinds = self.list(kinds.iter().map(|kind| self.name("PrincipalKind", kind.as_str())));
                quote!(#private::Principals::Only(#kinds))
            }
        };
        let scopes = self.list(scopes.iter().map(|clause| self.clause(clause)));
        let tiers = self.list(tiers.iter().map(|tier| self.tier(tier)));
        let levels = self.list(levels.iter().map(|level| self.name("Level", level.as_str())));
        let features = self.list(features.iter().map(|feature| self.name("Feature", feature.as_str())));
        quote! {
            #private::Alternative {
                principals: #principals,
                scopes: #scopes,
                tiers: #tiers,
                levels: #levels,
                features: #features,
            }
        }
    }

    fn clause(&self, clause: &ScopeClause) -> TokenStream {
        let private = self.private();
        let any_of = self.list(clause.any_of.iter().map(|scope| self.scope(scope)));
        quote!(#private::ScopeClause { any_of: #any_of })
    }

    fn scope(&self, scope: &Scope) -> TokenStream {
        let private = self.private();
        let constant = scope
            .as_str()
            .strip_prefix(PLACEHOLDER)
            .and_then(|index| index.parse::<usize>().ok())
            .and_then(|index| self.constants.get(index));
        match constant {
            Some(path) => quote!(#private::Scope::literal(#path)),
            None => self.name("Scope", scope.as_str()),
        }
    }

    fn tier(&self, tier: &Tier) -> TokenStream {
        let private = self.private();
        let (ladder, rank, name) = (tier.ladder(), tier.rank(), tier.name());
        quote!(#private::Tier::literal(#ladder, #rank, #name))
    }

    fn denial(&self, denial: Denial) -> TokenStream {
        let private = self.private();
        match denial {
            Denial::Forbidden => quote!(#private::Denial::Forbidden),
            Denial::NotFound => quote!(#private::Denial::NotFound),
            Denial::NotFoundUnlessReadable => quote!(#private::Denial::NotFoundUnlessReadable),
        }
    }

    fn credential(&self, credential: Credential) -> TokenStream {
        let private = self.private();
        match credential {
            Credential::Mint => quote!(#private::Credential::Mint),
            Credential::Rotate => quote!(#private::Credential::Rotate),
            Credential::Reveal => quote!(#private::Credential::Reveal),
        }
    }

    /// A list; the inline constant keeps its items alive for as long as the program runs.
    fn list(&self, items: impl Iterator<Item = TokenStream>) -> TokenStream {
        let private = self.private();
        quote!(#private::Cow::Borrowed(const { &[#(#items),*] }))
    }
}

/// The path parameters that bind tenants anywhere in the policy or on this route.
fn tenant_parameters(resolved: &Resolved, policy: &Policy) -> BTreeSet<String> {
    let of_levels = policy.levels.values().filter_map(|level| level.tenant.as_ref());
    let of_roles = resolved.role.iter().filter_map(|role| policy.roles.get(role)?.tenant.as_ref());
    of_levels.chain(of_roles).map(|tenant| tenant.value.clone()).chain(resolved.tenant.clone()).collect()
}

/// The policy's default, which is for routes at levels with a tenant.
fn default_denial(resolved: &Resolved, policy: &Policy) -> Option<Denial> {
    let mut levels = resolved.access_without_scopes.alternatives.iter().flat_map(|way| way.levels.iter());
    let tenant_bound = levels.any(|level| policy.is_tenant_bound(level));
    policy.defaults.denial.as_ref().filter(|_| tenant_bound).map(|denial| denial.value)
}

fn option(value: Option<TokenStream>) -> TokenStream {
    match value {
        Some(value) => quote!(::core::option::Option::Some(#value)),
        None => quote!(::core::option::Option::None),
    }
}

fn spelling(path: &Path) -> String {
    let segments: Vec<String> = path.segments.iter().map(|segment| segment.ident.to_string()).collect();
    segments.join("::")
}
