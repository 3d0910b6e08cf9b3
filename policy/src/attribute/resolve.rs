//! From syntax and policy to meaning.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::fmt;

use proc_macro2::Span;
use syn::LitStr;

use super::problem::AttributeProblem;
use super::syntax::{ArgumentSyntax, AttributeSyntax, ClauseSyntax, ScopeSyntax, Subject};
use crate::policy::Role;
use crate::{
    Access, Alternative, Credential, DataClass, Declaration, Denial, Feature, Policy, ResourceName, RoleName, Scope,
    ScopeClause, suggest,
};

/// What is known of the handler that the attribute stands on.
#[derive(Debug, Clone, Default)]
pub struct Signature {
    /// The names of the path parameters; `None` when they aren't known.
    pub path_parameters: Option<Vec<String>>,
}

/// A valid attribute.
///
/// Scopes that were written as paths of constants stay paths when nobody could say what they hold. The macro then emits
/// code that names the constants; the linter always asks for a [`Declaration`].
#[derive(Debug, Clone)]
pub struct Resolved {
    /// The role; `None` for `public`.
    pub role: Option<RoleName>,
    /// The role's access with the attribute's features, but without its scopes.
    pub access_without_scopes: Access,
    /// The attribute's scopes: each clause must be met, by every alternative.
    pub clauses: Vec<ScopeClauseRef>,
    /// The kind of object that the route addresses.
    pub resource: Option<ResourceName>,
    /// What a refused caller of an object route sees: the attribute's word, else the role's.
    pub denial: Option<Denial>,
    /// What the route does with a credential.
    pub credential: Option<Credential>,
    /// The classes of data that the route exposes.
    pub data: Vec<DataClass>,
    /// The scope on the parent object.
    pub parent: Option<ScopeRef>,
    /// The path parameter that binds the tenant: the attribute's word, else the role's or its level's.
    pub tenant: Option<String>,
    /// Why a public route is public.
    pub reason: Option<String>,
}

/// Scopes of which one suffices.
#[derive(Debug, Clone)]
pub struct ScopeClauseRef {
    /// The scopes.
    pub any_of: Vec<ScopeRef>,
}

/// A scope, or the constant that holds it.
#[derive(Clone)]
pub enum ScopeRef {
    /// A scope that the policy declares.
    Known(Scope),
    /// A constant whose value isn't known here.
    Path(syn::Path),
}

impl Signature {
    /// Nothing is known.
    pub const UNKNOWN: Self = Self { path_parameters: None };
}

impl ScopeRef {
    /// The scope, if it is known.
    pub fn known(&self) -> Option<&Scope> {
        match self {
            Self::Known(scope) => Some(scope),
            Self::Path(_) => None,
        }
    }
}

impl fmt::Debug for ScopeRef {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Known(scope) => formatter.debug_tuple("Known").field(scope).finish(),
            Self::Path(path) => ScopeSyntax::Path(path.clone()).fmt(formatter),
        }
    }
}

impl Resolved {
    /// The declaration as plain data; `None` while a scope is a constant that nobody could evaluate.
    pub fn declaration(&self) -> Option<Declaration> {
        let mut clauses = Vec::new();
        for clause in &self.clauses {
            let mut any_of = clause.any_of.iter().map(|scope| scope.known().cloned()).collect::<Option<Vec<_>>>()?;
            any_of.sort();
            clauses.push(ScopeClause { any_of: Cow::Owned(any_of) });
        }
        let parent = match &self.parent {
            Some(parent) => Some(parent.known()?.clone()),
            None => None,
        };
        // A scope on the parent is one more that the caller must hold.
        clauses.extend(parent.clone().map(ScopeClause::one).filter(|clause| !clauses.contains(clause)));
        let demanded = Alternative { scopes: Cow::Owned(clauses), ..Alternative::UNRESTRICTED };
        Some(Declaration {
            role: self.role.clone(),
            access: self.access_without_scopes.and(&Access::one(demanded)),
            resource: self.resource.clone(),
            denial: self.denial,
            credential: self.credential,
            data: Cow::Owned(self.data.clone()),
            parent,
            tenant: self.tenant.clone().map(Cow::Owned),
            reason: self.reason.clone().map(Cow::Owned),
        })
    }
}

/// Checks an attribute against the policy.
///
/// `constant` says what the constant at a path holds, if that is known. Every problem is reported, not only the first.
pub fn resolve(
    syntax: &AttributeSyntax,
    policy: &Policy,
    signature: &Signature,
    constant: &dyn Fn(&syn::Path) -> Option<String>,
) -> Result<Resolved, Vec<AttributeProblem>> {
    let mut resolver = Resolver { policy, constant, problems: Vec::new() };
    let role = resolver.role(&syntax.subject);
    let features = resolver.features(syntax.features.as_ref());
    let resolved = Resolved {
        role: role.map(|role| role.name.value.clone()),
        access_without_scopes: role.map_or(Access::EVERYONE, |role| role.access.clone()).and(&features),
        clauses: resolver.clauses(syntax.scopes.as_ref()),
        resource: resolver.resource(syntax.resource.as_ref()),
        denial: syntax
            .denial
            .as_ref()
            .map(|denial| denial.value)
            .or(role.and_then(|role| Some(role.denial.as_ref()?.value))),
        credential: syntax.credential.as_ref().map(|credential| credential.value),
        data: resolver.data(syntax.data.as_ref()),
        parent: syntax.parent.as_ref().map(|parent| resolver.scope(&parent.value)),
        tenant: resolver.tenant(syntax.tenant.as_ref(), role, signature),
        reason: syntax.reason.as_ref().map(|reason| reason.value.value()),
    };
    resolver.contradictions(syntax);
    if resolver.problems.is_empty() { Ok(resolved) } else { Err(resolver.problems) }
}

struct Resolver<'a> {
    policy: &'a Policy,
    constant: &'a dyn Fn(&syn::Path) -> Option<String>,
    problems: Vec<AttributeProblem>,
}

impl<'a> Resolver<'a> {
    fn report(&mut self, span: Span, message: String, help: Option<String>) {
        self.problems.push(AttributeProblem { span, message, help });
    }

    /// Reports a name that the policy doesn't declare.
    fn unknown<'n>(
        &mut self,
        span: Span,
        kind: &str,
        section: &str,
        name: &str,
        known: impl IntoIterator<Item = &'n str>,
    ) {
        let help = suggest::nearest(name, known).map_or_else(
            || format!("declare it under `{section}` in the policy"),
            |meant| format!("did you mean `{meant}`? if not, declare `{name}` under `{section}` in the policy"),
        );
        self.report(span, format!("the policy declares no {kind} `{name}`"), Some(help));
    }

    fn role(&mut self, subject: &Subject) -> Option<&'a Role> {
        let Subject::Role(ident) = subject else { return None };
        let policy = self.policy;
        let name = ident.to_string();
        let role = policy.roles.get(&RoleName::new(name.as_str()));
        if role.is_none() {
            let known = policy.roles.keys().map(RoleName::as_str).chain(["public"]);
            self.unknown(ident.span(), "role", "roles", &name, known);
        }
        role
    }

    fn clauses(&mut self, argument: Option<&ArgumentSyntax<Vec<ClauseSyntax>>>) -> Vec<ScopeClauseRef> {
        let Some(argument) = argument else { return Vec::new() };
        let mut seen = BTreeSet::new();
        let mut resolved = Vec::new();
        for clause in &argument.value {
            let mut any_of = Vec::new();
            for syntax in &clause.any_of {
                let scope = self.scope(syntax);
                let identity = scope.known().map_or_else(|| syntax.spelling(), |scope| format!("{:?}", scope.as_str()));
                if !seen.insert(identity.clone()) {
                    self.report(syntax.span(), format!("the scope {identity} is listed twice"), None);
                }
                any_of.push(scope);
            }
            resolved.push(ScopeClauseRef { any_of });
        }
        resolved
    }

    fn scope(&mut self, syntax: &ScopeSyntax) -> ScopeRef {
        let text = match syntax {
            ScopeSyntax::Literal(literal) => literal.value(),
            ScopeSyntax::Path(path) => match (self.constant)(path) {
                Some(value) => value,
                None => return ScopeRef::Path(path.clone()),
            },
        };
        if self.policy.scope(&text).is_none() {
            let known = self.policy.scopes.iter().map(|scope| scope.as_str());
            self.unknown(syntax.span(), "scope", "scopes", &text, known);
        }
        ScopeRef::Known(Scope::new(text))
    }

    fn features(&mut self, argument: Option<&ArgumentSyntax<Vec<LitStr>>>) -> Access {
        let policy = self.policy;
        let known = policy.features.iter().map(|feature| feature.as_str());
        let names = self.names(argument, "feature", "features", known.collect());
        let features = names.into_iter().map(Feature::new).collect();
        Access::one(Alternative { features: Cow::Owned(features), ..Alternative::UNRESTRICTED })
    }

    fn data(&mut self, argument: Option<&ArgumentSyntax<Vec<LitStr>>>) -> Vec<DataClass> {
        let policy = self.policy;
        let known = policy.data.keys().map(DataClass::as_str);
        self.names(argument, "data class", "data", known.collect()).into_iter().map(DataClass::new).collect()
    }

    fn names(
        &mut self,
        argument: Option<&ArgumentSyntax<Vec<LitStr>>>,
        kind: &str,
        section: &str,
        known: BTreeSet<&str>,
    ) -> Vec<String> {
        let mut names = BTreeSet::new();
        for literal in argument.into_iter().flat_map(|argument| &argument.value) {
            let name = literal.value();
            if !known.contains(name.as_str()) {
                self.unknown(literal.span(), kind, section, &name, known.iter().copied());
            }
            if !names.insert(name.clone()) {
                self.report(literal.span(), format!("the {kind} `{name}` is listed twice"), None);
            }
        }
        names.into_iter().collect()
    }

    fn resource(&mut self, argument: Option<&ArgumentSyntax<LitStr>>) -> Option<ResourceName> {
        let literal = &argument?.value;
        let name = ResourceName::new(literal.value());
        if !self.policy.resources.contains_key(&name) {
            let known = self.policy.resources.keys().map(ResourceName::as_str);
            self.unknown(literal.span(), "resource", "resources", name.as_str(), known);
        }
        Some(name)
    }

    fn tenant(
        &mut self,
        argument: Option<&ArgumentSyntax<LitStr>>,
        role: Option<&Role>,
        signature: &Signature,
    ) -> Option<String> {
        let bound_by_level = role.and_then(|role| role.tenant_parameter(self.policy));
        let Some(argument) = argument else { return bound_by_level.map(str::to_owned) };
        let parameter = argument.value.value();
        if let (Some(role), None) = (role, bound_by_level) {
            let message = format!("`tenant` says what binds the tenant, but the role `{}` has none", role.name.value);
            let help = "give the role's level a `tenant`, or remove this argument".to_owned();
            self.report(argument.name.span(), message, Some(help));
        }
        if let Some(known) = &signature.path_parameters
            && !known.contains(&parameter)
        {
            let message = format!("no path parameter is called `{parameter}`, so nothing can bind the tenant");
            let help = suggest::help(&parameter, known.iter().map(String::as_str));
            self.report(argument.value.span(), message, help);
        }
        Some(parameter)
    }

    fn contradictions(&mut self, syntax: &AttributeSyntax) {
        if let (Some(denial), None) = (&syntax.denial, &syntax.resource) {
            let message = "`denial` says how an object is hidden, but no object is named".to_owned();
            self.report(denial.name.span(), message, Some("add `resource = \"…\"`, or remove `denial`".to_owned()));
        }
        if let Some(reason) = &syntax.reason
            && reason.value.value().trim().is_empty()
        {
            self.report(
                reason.value.span(),
                "the reason is empty".to_owned(),
                Some("say why, in a few words".to_owned()),
            );
        }
        if let Subject::Public(public) = &syntax.subject {
            self.public_contradictions(syntax, public.span());
        }
    }

    fn public_contradictions(&mut self, syntax: &AttributeSyntax, public: Span) {
        if syntax.reason.is_none() {
            let help = "add `reason = \"…\"`, so that a reviewer knows why everyone may call this route".to_owned();
            self.report(public, "a public route needs its reason".to_owned(), Some(help));
        }
        let demands = [
            syntax.scopes.as_ref().map(|argument| &argument.name),
            syntax.features.as_ref().map(|argument| &argument.name),
            syntax.parent.as_ref().map(|argument| &argument.name),
            syntax.tenant.as_ref().map(|argument| &argument.name),
        ];
        for name in demands.into_iter().flatten() {
            let message = format!("a public route lets everyone in, so it can't demand `{name}`");
            let help = format!("name a role instead of `public`, or remove `{name}`");
            self.report(name.span(), message, Some(help));
        }
    }
}
