//! What a policy file says, validated.

use std::collections::BTreeMap;

use crate::assertion::Assertion;
use crate::glob::PathGlob;
use crate::pattern::Pattern;
use crate::router::RouterEntry;
use crate::{
    Access, Credential, DataClass, Denial, Feature, Level, Placed, PrincipalKind, ResourceName, RoleName, Scope,
    ScopePattern, Tier,
};

/// A valid policy. What a finding may point to keeps its place in the file.
#[derive(Debug, Default, Clone, PartialEq)]
pub struct Policy {
    /// Where roles apply.
    pub levels: BTreeMap<Level, LevelDefinition>,
    /// The ladders of tiers.
    pub ladders: Vec<Ladder>,
    /// Kinds of caller beyond the built-in ones.
    pub principals: Vec<Placed<PrincipalKind>>,
    /// Parts of the product that can be switched off.
    pub features: Vec<Placed<Feature>>,
    /// Entry contracts of routes.
    pub roles: BTreeMap<RoleName, Role>,
    /// The scopes that exist, braces expanded. A pattern with wildcards declares every scope that it covers.
    pub scopes: Vec<Placed<ScopePattern>>,
    /// What principals may be granted, by the name of the entry.
    pub assignable: BTreeMap<String, Assignable>,
    /// The kinds of object that routes address.
    pub resources: BTreeMap<ResourceName, Resource>,
    /// The credentials that routes hand out, by name.
    pub credentials: BTreeMap<String, CredentialDefinition>,
    /// What guards mean; the first entry that matches wins.
    pub guards: Vec<GuardEntry>,
    /// How code that registers routes in a way of its own is to be read; the first entry that matches wins.
    pub routers: Vec<RouterEntry>,
    /// What expressions in handlers mean.
    pub outcomes: Outcomes,
    /// Keys that carry less than their owner.
    pub restrictions: Vec<Restriction>,
    /// Which routes expose which class of data.
    pub data: BTreeMap<DataClass, DataDefinition>,
    /// What holds where nothing else is said.
    pub defaults: Defaults,
    /// Routes that are open on purpose though no attribute says so.
    pub public: Vec<PublicRoute>,
    /// What the security schemes of the API description mean.
    pub security: BTreeMap<String, SecurityScheme>,
    /// The API descriptions that the routes are compared with.
    pub openapi: Vec<DescriptionFile>,
    /// Accesses that are never granted.
    pub assertions: Vec<Assertion>,
    /// How loud each rule is.
    pub rules: BTreeMap<String, RuleSetting>,
    /// Which files are linted.
    pub paths: Paths,
}

/// A place where roles apply.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LevelDefinition {
    /// Its name.
    pub name: Placed<Level>,
    /// The path parameter that binds the tenant; `None` if the level isn't tenant-bound.
    pub tenant: Option<Placed<String>>,
}

/// An ordered list of tiers, lowest first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ladder {
    /// Its name; [`Tier::DEFAULT_LADDER`] for the only one of a policy.
    pub name: Placed<String>,
    /// Its steps.
    pub tiers: Vec<Placed<Tier>>,
}

/// An entry contract of routes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Role {
    /// Its name.
    pub name: Placed<RoleName>,
    /// Whom it lets in.
    pub access: Access,
    /// The kinds of caller that its entry names.
    pub accepts: Vec<Placed<PrincipalKind>>,
    /// The level that its entry names.
    pub level: Option<Placed<Level>>,
    /// The roles any one of which suffices.
    pub any: Vec<Placed<RoleName>>,
    /// What a refused caller of an object route sees.
    pub denial: Option<Placed<Denial>>,
    /// The path parameter that binds the tenant, where it isn't the level's.
    pub tenant: Option<Placed<String>>,
}

/// What a kind of principal may be granted at a level.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Assignable {
    /// The entry's name.
    pub name: Placed<String>,
    /// The kind of principal.
    pub principal: Placed<PrincipalKind>,
    /// The level; `None` if it holds everywhere.
    pub level: Option<Placed<Level>>,
    /// The scopes, those of included entries behind the entry's own.
    pub scopes: Vec<Placed<ScopePattern>>,
    /// The entries that it includes.
    pub include: Vec<Placed<String>>,
}

/// A kind of object that routes address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Resource {
    /// Its name.
    pub name: Placed<ResourceName>,
    /// The kind of object that owns it.
    pub parent: Option<Placed<ResourceName>>,
    /// The scope on its owner that every change of it needs too.
    pub parent_scope: Option<Placed<Scope>>,
    /// Whether it carries a secret.
    pub secret: bool,
    /// The feature that gates its routes.
    pub feature: Option<Placed<Feature>>,
    /// The routes that address it.
    pub path: Vec<Placed<PathGlob>>,
}

/// A kind of credential: how much its bearer can do, and which routes hand it out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CredentialDefinition {
    /// Its name.
    pub name: Placed<String>,
    /// The kind of object that it is: the one of the same name, where the entry doesn't say.
    pub resource: Option<Placed<ResourceName>>,
    /// The kind of caller that carries it.
    pub principal: Option<Placed<PrincipalKind>>,
    /// The highest tier that its bearer can have.
    pub tier: Option<Placed<Tier>>,
    /// Roles whose holders may have it whatever their tier.
    pub issuers: Vec<Placed<RoleName>>,
    /// The routes that hand it out, and how.
    pub routes: Vec<(Credential, Placed<RoutePattern>)>,
}

/// Routes by method and path: `POST /keys/{id}/rotate`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RoutePattern {
    /// The method, upper case; `None` for any.
    pub method: Option<String>,
    /// The paths.
    pub path: PathGlob,
}

impl RoutePattern {
    /// Whether the pattern stands for a route. A route that serves every method is meant by each.
    pub fn matches(&self, method: &str, path: &str) -> bool {
        let same_method = self.method.as_deref().is_none_or(|wanted| wanted == method || method == "ANY");
        same_method && self.path.matches(path)
    }
}

/// What a guard means.
#[derive(Debug, Clone, PartialEq)]
pub struct GuardEntry {
    /// The guards that it speaks of.
    pub pattern: Placed<Pattern>,
    /// What they mean.
    pub meaning: EntryMeaning,
}

/// The meaning of an entry under `guards`.
#[derive(Debug, Clone, PartialEq)]
pub enum EntryMeaning {
    /// Any one of these guards suffices.
    Any(Vec<Placed<Pattern>>),
    /// All of these guards hold.
    All(Vec<Placed<Pattern>>),
    /// It demands what is listed.
    Demand(Box<Demand>),
    /// It is known and restricts nothing.
    Ignore {
        /// Why it is left out of account.
        reason: Placed<String>,
    },
}

/// What a guard demands: everything that is given must hold.
#[derive(Debug, Default, Clone, PartialEq)]
pub struct Demand {
    /// The role.
    pub role: Option<Placed<NameOrVariable>>,
    /// The kinds of caller.
    pub accepts: Option<Accepts>,
    /// The tier to reach.
    pub tier: Option<Placed<NameOrVariable>>,
    /// The level to act at.
    pub level: Option<Placed<NameOrVariable>>,
    /// The scopes to hold.
    pub scopes: Option<ScopeDemand>,
    /// The features to be switched on.
    pub features: Vec<Placed<NameOrVariable>>,
    /// What a refused caller of an object route sees.
    pub denial: Option<Placed<Denial>>,
    /// The kind of object that the guard checks.
    pub resource: Option<Placed<NameOrVariable>>,
}

/// A name, or the metavariable that will hold it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NameOrVariable {
    /// A name that the policy declares.
    Name(String),
    /// What `$X` is bound to.
    Variable(String),
}

/// The kinds of caller that a guard accepts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Accepts {
    /// Always these.
    Kinds(Vec<Placed<PrincipalKind>>),
    /// Each where its flag is true.
    Flags(Vec<(Placed<PrincipalKind>, Placed<Flag>)>),
}

/// A truth value, or the metavariable that will hold it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Flag {
    /// Known in the policy.
    Fixed(bool),
    /// What `$X` is bound to; a flag that the guard leaves out is false.
    Variable(String),
}

/// The scopes that a guard demands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ScopeDemand {
    /// How many of them are needed.
    pub quantity: Quantity,
    /// The scopes: names, or metavariables that hold one or many.
    pub scopes: Vec<Placed<NameOrVariable>>,
}

/// How many of several scopes are needed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Quantity {
    /// All of them.
    All,
    /// One of them.
    Any,
}

/// What expressions in a handler's body mean.
#[derive(Debug, Default, Clone, PartialEq)]
pub struct Outcomes {
    /// Expressions that answer *absent*.
    pub absent: Vec<Placed<Pattern>>,
    /// Expressions that answer *denied*.
    pub denied: Vec<Placed<Pattern>>,
}

/// A key that carries less than its owner.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Restriction {
    /// The kind of principal that may be restricted.
    pub principal: Placed<PrincipalKind>,
    /// The name of the restriction.
    pub when: Placed<String>,
    /// The classes of data that it denies.
    pub denies: Vec<Placed<DataClass>>,
}

/// A class of data and the routes that expose it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DataDefinition {
    /// Its name.
    pub name: Placed<DataClass>,
    /// The routes.
    pub path: Vec<Placed<PathGlob>>,
}

/// What holds where nothing else is said.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct Defaults {
    /// What a refused caller of an object route at a tenant-bound level sees.
    pub denial: Option<Placed<Denial>>,
}

/// Routes that are open on purpose.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PublicRoute {
    /// Their paths.
    pub path: Placed<PathGlob>,
    /// Their methods, upper case; every method if empty.
    pub methods: Vec<Placed<String>>,
    /// Why they are open.
    pub reason: Placed<String>,
}

/// What a security scheme of the API description means.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SecurityScheme {
    /// Its name.
    pub name: Placed<String>,
    /// The kinds of caller that carry such a credential.
    pub accepts: Vec<Placed<PrincipalKind>>,
}

/// An API description that the routes are compared with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DescriptionFile {
    /// The file, below the policy's own folder.
    pub file: Placed<String>,
    /// The program that it describes, where that isn't the one whose routes fit it best.
    pub program: Option<Placed<String>>,
    /// What stands before its paths, instead of what it says of its servers; without a `/` at its end.
    pub prefix: Option<Placed<String>>,
}

/// How loud a rule is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RuleSetting {
    /// The rule's name. Which rules exist is the linter's knowledge: it reports names that it doesn't know.
    pub name: Placed<String>,
    /// Its level.
    pub level: Placed<RuleLevel>,
}

/// How loud a rule is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum RuleLevel {
    /// It doesn't run.
    Off,
    /// Its findings are notes.
    Note,
    /// Its findings are warnings.
    Warn,
    /// Its findings are errors.
    Deny,
}

impl RuleLevel {
    /// Every level with the word that policy files use.
    pub const KEYWORDS: [(&'static str, Self); 4] =
        [("off", Self::Off), ("note", Self::Note), ("warn", Self::Warn), ("deny", Self::Deny)];
}

/// Which files are linted.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct Paths {
    /// Only files under these globs; all if empty.
    pub include: Vec<Placed<PathGlob>>,
    /// No files under these globs.
    pub exclude: Vec<Placed<PathGlob>>,
}

impl Policy {
    /// Every kind of caller that the policy knows, built-in ones first.
    pub fn principal_kinds(&self) -> impl Iterator<Item = &PrincipalKind> {
        PrincipalKind::BUILT_IN.iter().chain(self.principals.iter().map(|kind| &kind.value))
    }

    /// The role of a name.
    pub fn role_named(&self, name: &str) -> Option<&Role> {
        self.roles.get(&RoleName::new(name))
    }

    /// The declared feature of a name.
    pub fn feature(&self, name: &str) -> Option<&Placed<Feature>> {
        self.features.iter().find(|feature| feature.as_str() == name)
    }

    /// The tier of a name, on whatever ladder.
    ///
    /// Two ladders may each have a tier of the same name: then it is written `ladder.tier`.
    pub fn tier(&self, name: &str) -> Option<&Placed<Tier>> {
        let (ladder, tier) = name.split_once('.').map_or((None, name), |(ladder, tier)| (Some(ladder), tier));
        let mut found = self
            .ladders
            .iter()
            .filter(|candidate| ladder.is_none_or(|ladder| ladder == candidate.name.value))
            .flat_map(|candidate| candidate.tiers.iter().filter(|step| step.name() == tier));
        let first = found.next();
        if found.next().is_some() { None } else { first }
    }

    /// Where a scope is declared.
    pub fn scope(&self, scope: &str) -> Option<&Placed<ScopePattern>> {
        self.scopes.iter().find(|declared| declared.covers(scope))
    }

    /// Whether a scope is declared.
    pub fn knows_scope(&self, scope: &Scope) -> bool {
        self.scope(scope.as_str()).is_some()
    }

    /// Whether a level binds a tenant.
    pub fn is_tenant_bound(&self, level: &Level) -> bool {
        self.levels.get(level).is_some_and(|definition| definition.tenant.is_some())
    }

    /// The kind of object that the policy says a route addresses: the most specific glob wins.
    pub fn resource_of_path(&self, path: &str) -> Option<&Resource> {
        self.resources
            .values()
            .flat_map(|resource| resource.path.iter().map(move |glob| (glob, resource)))
            .filter(|(glob, _)| glob.matches(path))
            .max_by_key(|(glob, resource)| (glob.as_str().replace('*', "").len(), std::cmp::Reverse(&resource.name)))
            .map(|(_, resource)| resource)
    }

    /// The credential that is a kind of object.
    pub fn credential_of(&self, resource: &ResourceName) -> Option<&CredentialDefinition> {
        self.credentials.values().find(|known| known.resource.as_ref().is_some_and(|is| is.value == *resource))
    }

    /// The declaration that opens a route on purpose.
    pub fn public_route(&self, method: &str, path: &str) -> Option<&PublicRoute> {
        self.public.iter().find(|route| {
            route.path.matches(path)
                && (route.methods.is_empty() || route.methods.iter().any(|known| known.value == method))
        })
    }

    /// The entries that say what a kind of principal may be granted at a level; without a level, at any.
    pub fn assignable_to<'a>(
        &'a self,
        principal: &'a PrincipalKind,
        level: Option<&'a Level>,
    ) -> impl Iterator<Item = &'a Assignable> {
        self.assignable.values().filter(move |entry| {
            entry.principal.value == *principal
                && match (&entry.level, level) {
                    (Some(entry), Some(wanted)) => entry.value == *wanted,
                    _ => true,
                }
        })
    }

    /// Whether a kind of principal may hold a scope where it acts at these levels; at none, anywhere. What nothing is said of may hold any.
    pub fn may_be_granted(&self, kind: &PrincipalKind, levels: &[Level], scope: &Scope) -> bool {
        let mut entries = self.assignable_to(kind, None).peekable();
        let counts = |entry: &&Assignable| {
            levels.is_empty() || entry.level.as_ref().is_none_or(|level| levels.contains(&level.value))
        };
        entries.peek().is_none()
            || entries.filter(counts).any(|entry| entry.scopes.iter().any(|granted| granted.covers(scope.as_str())))
    }
}

impl Role {
    /// The path parameter that binds the tenant: the role's own word, else its level's.
    pub fn tenant_parameter<'a>(&'a self, policy: &'a Policy) -> Option<&'a str> {
        let of_level = || policy.levels.get(&self.level.as_ref()?.value)?.tenant.as_ref();
        self.tenant.as_ref().or_else(of_level).map(|parameter| parameter.value.as_str())
    }
}
