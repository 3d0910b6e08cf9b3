//! What a guard means, by the policy's patterns.

use std::borrow::Cow;

use crate::pattern::{Binding, Bindings};
use crate::policy::{Accepts, Demand, EntryMeaning, Flag, NameOrVariable, Quantity, ScopeDemand};
use crate::term::{Term, Value};
use crate::{
    Access, Alternative, Denial, Feature, Level, Pattern, Placed, Policy, Principals, ResourceName, RoleName, Scope,
    ScopeClause, Tier,
};

/// Guards made of guards made of guards …: deeper than this is a circle.
const MAX_DEPTH: usize = 32;
/// The same guard may be taken apart in several ways; more steps than this are a bomb.
const MAX_STEPS: usize = 2_000;

/// What a guard means.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Meaning {
    /// It lets in whom the access lets in.
    Access {
        /// Whom it lets in.
        access: Access,
        /// What a refused caller of an object route sees.
        denial: Option<Denial>,
        /// The kind of object that it checks.
        resource: Option<ResourceName>,
        /// The roles that it names, sorted.
        roles: Vec<RoleName>,
        /// Scopes that it demands though the policy doesn't declare them, sorted. They are part of `access` all the same.
        unknown_scopes: Vec<String>,
        /// Index of the entry in [`Policy::guards`] that says so.
        entry: usize,
    },
    /// It is known and restricts nothing.
    Ignored {
        /// Why.
        reason: String,
        /// Index of the entry in [`Policy::guards`] that says so.
        entry: usize,
    },
    /// No entry knows it.
    Unmapped {
        /// The innermost term that no entry knows.
        term: Term,
    },
    /// Its meaning hangs on a value that isn't known from the source.
    Opaque {
        /// The term with that value.
        term: Term,
        /// Index of the entry in [`Policy::guards`] that needs the value.
        entry: usize,
    },
    /// The entries lead round in a circle.
    TooDeep,
}

impl Policy {
    /// What a guard means: the first entry that matches wins.
    pub fn meaning(&self, term: &Term) -> Meaning {
        Walk { policy: self, depth: 0, steps: 0 }.meaning(term)
    }

    /// What a guard means that can be seen in several ways, through aliases: the first one that any entry knows wins.
    pub fn meaning_through<'t>(&self, views: impl IntoIterator<Item = &'t Term>) -> Meaning {
        let mut unknown: Option<Meaning> = None;
        for term in views {
            match self.meaning(term) {
                // A view whose own name is known, but not a part of it, says more than one that nothing knows.
                Meaning::Unmapped { term: inner } => {
                    let is_inner = inner != *term;
                    if unknown.is_none() || is_inner {
                        unknown = Some(Meaning::Unmapped { term: inner });
                    }
                }
                known => return known,
            }
        }
        unknown.unwrap_or(Meaning::Unmapped { term: Term { path: Vec::new(), args: Vec::new() } })
    }
}

/// Takes a guard apart, within limits.
struct Walk<'a> {
    policy: &'a Policy,
    depth: usize,
    steps: usize,
}

impl Walk<'_> {
    fn meaning(&mut self, term: &Term) -> Meaning {
        self.steps += 1;
        if self.depth > MAX_DEPTH || self.steps > MAX_STEPS {
            return Meaning::TooDeep;
        }
        let policy = self.policy;
        let mut entries = policy.guards.iter().enumerate();
        let matched = entries.find_map(|(index, entry)| Some((index, entry, entry.pattern.matches(term)?)));
        let Some((index, entry, bindings)) = matched else { return Meaning::Unmapped { term: term.clone() } };
        let opaque = || Meaning::Opaque { term: term.clone(), entry: index };
        match &entry.meaning {
            EntryMeaning::Ignore { reason } => Meaning::Ignored { reason: reason.value.clone(), entry: index },
            EntryMeaning::Any(parts) => terms(parts, &bindings)
                .map_or_else(opaque, |terms| self.combine(&terms, Sum::new(Quantity::Any), index)),
            EntryMeaning::All(parts) => terms(parts, &bindings)
                .map_or_else(opaque, |terms| self.combine(&terms, Sum::new(Quantity::All), index)),
            EntryMeaning::Demand(demand) => {
                let resolver = Resolver { policy, term, bindings: &bindings, entry: index };
                resolver.demand(demand).unwrap_or_else(|meaning| meaning)
            }
        }
    }

    fn combine(&mut self, terms: &[Term], mut sum: Sum, entry: usize) -> Meaning {
        self.depth += 1;
        for term in terms {
            match self.meaning(term) {
                Meaning::Access { access, denial, resource, roles, unknown_scopes, .. } => {
                    sum.add(&access, denial);
                    sum.resource = sum.resource.or(resource);
                    sum.roles.extend(roles);
                    sum.unknown_scopes.extend(unknown_scopes);
                }
                Meaning::Ignored { .. } => sum.add(&Access::EVERYONE, None),
                unknown => return unknown,
            }
        }
        self.depth -= 1;
        sum.into_meaning(entry)
    }
}

/// The guards that an entry is made of; `None` if a value that they need isn't known.
fn terms(parts: &[Placed<Pattern>], bindings: &Bindings) -> Option<Vec<Term>> {
    parts.iter().map(|part| part.substitute(bindings)).collect()
}

/// What several guards add up to.
struct Sum {
    quantity: Quantity,
    access: Access,
    denials: Vec<Option<Denial>>,
    resource: Option<ResourceName>,
    roles: Vec<RoleName>,
    unknown_scopes: Vec<String>,
}

impl Sum {
    fn new(quantity: Quantity) -> Self {
        let access = match quantity {
            Quantity::All => Access::EVERYONE,
            Quantity::Any => Access::NOBODY,
        };
        Self { quantity, access, denials: Vec::new(), resource: None, roles: Vec::new(), unknown_scopes: Vec::new() }
    }

    fn add(&mut self, access: &Access, denial: Option<Denial>) {
        self.access = match self.quantity {
            Quantity::All => self.access.and(access),
            Quantity::Any => self.access.or(access),
        };
        self.denials.push(denial);
    }

    /// The denial that can be relied on: of several, the one that hides least. A branch of `any` that states none
    /// leaves the whole without one.
    fn denial(&self) -> Option<Denial> {
        let unstated = self.denials.iter().any(Option::is_none);
        if unstated && self.quantity == Quantity::Any {
            return None;
        }
        let hides = |denial: &Denial| match denial {
            Denial::Forbidden => 0,
            Denial::NotFoundUnlessReadable => 1,
            Denial::NotFound => 2,
        };
        self.denials.iter().flatten().copied().min_by_key(hides)
    }

    fn into_meaning(mut self, entry: usize) -> Meaning {
        let denial = self.denial();
        sort(&mut self.roles);
        sort(&mut self.unknown_scopes);
        Meaning::Access {
            access: self.access,
            denial,
            resource: self.resource,
            roles: self.roles,
            unknown_scopes: self.unknown_scopes,
            entry,
        }
    }
}

fn sort<T: Ord>(items: &mut Vec<T>) {
    items.sort();
    items.dedup();
}

/// Puts what a pattern bound into a demand. An `Err` is the meaning of a guard that can't be understood.
struct Resolver<'a> {
    policy: &'a Policy,
    term: &'a Term,
    bindings: &'a Bindings,
    entry: usize,
}

impl Resolver<'_> {
    fn demand(&self, demand: &Demand) -> Result<Meaning, Meaning> {
        let mut own = Alternative::UNRESTRICTED;
        let mut unknown_scopes = Vec::new();
        if let Some(accepts) = &demand.accepts {
            own.principals = self.accepts(accepts)?;
        }
        if let Some(tier) = self.optional(demand.tier.as_ref(), |name| self.tier(name))? {
            own.tiers = Cow::Owned(vec![tier]);
        }
        if let Some(level) = self.optional(demand.level.as_ref(), |name| self.level(name))? {
            own.levels = Cow::Owned(vec![level]);
        }
        for feature in &demand.features {
            own.features.to_mut().extend(self.named(feature, |name| self.feature(name))?);
        }
        let mut access = Access::one(own);
        if let Some(scopes) = &demand.scopes {
            let clauses =
                Alternative { scopes: self.scopes(scopes, &mut unknown_scopes)?.into(), ..Alternative::UNRESTRICTED };
            access = access.and(&Access::one(clauses));
        }
        let role = self.optional(demand.role.as_ref(), |name| self.policy.role_named(name))?;
        if let Some(role) = role {
            access = access.and(&role.access);
        }
        let resource = |name: &str| self.policy.resources.keys().find(|resource| resource.as_str() == name).cloned();
        sort(&mut unknown_scopes);
        Ok(Meaning::Access {
            access: access.normalised(),
            denial: demand
                .denial
                .as_ref()
                .map(|denial| denial.value)
                .or(role.and_then(|role| Some(role.denial.as_ref()?.value))),
            resource: self.optional(demand.resource.as_ref(), resource)?,
            roles: role.map(|role| role.name.value.clone()).into_iter().collect(),
            unknown_scopes,
            entry: self.entry,
        })
    }

    fn opaque(&self) -> Meaning {
        Meaning::Opaque { term: self.term.clone(), entry: self.entry }
    }

    fn optional<T>(
        &self,
        name: Option<&Placed<NameOrVariable>>,
        find: impl Fn(&str) -> Option<T>,
    ) -> Result<Option<T>, Meaning> {
        Ok(match name {
            Some(name) => self.named(name, find)?.into_iter().next(),
            None => None,
        })
    }

    /// What a name or the values of a metavariable stand for. An argument that was left out stands for nothing.
    fn named<T>(&self, name: &NameOrVariable, find: impl Fn(&str) -> Option<T>) -> Result<Vec<T>, Meaning> {
        match name {
            NameOrVariable::Name(name) => find(name).map(|found| vec![found]).ok_or_else(|| self.opaque()),
            NameOrVariable::Variable(variable) => {
                self.values(variable).into_iter().map(|value| self.value_named(value, &find)).collect()
            }
        }
    }

    fn value_named<T>(&self, value: &Value, find: &impl Fn(&str) -> Option<T>) -> Result<T, Meaning> {
        match value {
            Value::Str(text) => find(text).ok_or_else(|| Meaning::Unmapped { term: Term::name(text) }),
            Value::Term(term) => find(term.last()).ok_or_else(|| Meaning::Unmapped { term: term.clone() }),
            _ => Err(self.opaque()),
        }
    }

    /// The values that a metavariable is bound to, lists taken apart.
    fn values(&self, variable: &str) -> Vec<&Value> {
        let bound: Vec<&Value> = match self.bindings.get(variable) {
            None => Vec::new(),
            Some(Binding::One(value)) => vec![value],
            Some(Binding::Rest(arguments)) => arguments.iter().map(|argument| &argument.value).collect(),
        };
        let mut values = Vec::new();
        for value in bound {
            match value {
                Value::List(items) => values.extend(items),
                value => values.push(value),
            }
        }
        values
    }

    fn accepts(&self, accepts: &Accepts) -> Result<Principals, Meaning> {
        let kinds = match accepts {
            Accepts::Kinds(kinds) => kinds.iter().map(|kind| kind.value.clone()).collect(),
            Accepts::Flags(flags) => {
                let mut kinds = Vec::new();
                for (kind, flag) in flags {
                    if self.flag(flag)? {
                        kinds.push(kind.value.clone());
                    }
                }
                kinds
            }
        };
        Ok(Principals::Only(Cow::Owned(kinds)))
    }

    fn flag(&self, flag: &Flag) -> Result<bool, Meaning> {
        match flag {
            Flag::Fixed(truth) => Ok(*truth),
            Flag::Variable(variable) => match self.bindings.get(variable) {
                None => Ok(false),
                Some(Binding::One(Value::Bool(truth))) => Ok(*truth),
                Some(_) => Err(self.opaque()),
            },
        }
    }

    fn scopes(&self, demand: &ScopeDemand, unknown: &mut Vec<String>) -> Result<Vec<ScopeClause>, Meaning> {
        let mut scopes = Vec::new();
        for scope in &demand.scopes {
            match &scope.value {
                NameOrVariable::Name(name) => scopes.push(name.clone()),
                NameOrVariable::Variable(variable) => {
                    for value in self.values(variable) {
                        match value {
                            Value::Str(text) => scopes.push(text.clone()),
                            // A scope is text: a name here is a constant that nobody could evaluate.
                            _ => return Err(self.opaque()),
                        }
                    }
                }
            }
        }
        sort(&mut scopes);
        unknown.extend(scopes.iter().filter(|scope| self.policy.scope(scope).is_none()).cloned());
        let scopes: Vec<Scope> = scopes.into_iter().map(Scope::new).collect();
        Ok(match demand.quantity {
            Quantity::All => scopes.into_iter().map(ScopeClause::one).collect(),
            // A guard that demands any of no scopes demands nothing.
            Quantity::Any if scopes.is_empty() => Vec::new(),
            Quantity::Any => vec![ScopeClause { any_of: Cow::Owned(scopes) }],
        })
    }

    fn tier(&self, name: &str) -> Option<Tier> {
        let exact = self.policy.tier(name).map(|tier| tier.value.clone());
        exact.or_else(|| {
            let steps = self.policy.ladders.iter().flat_map(|ladder| &ladder.tiers);
            only(steps.filter(|tier| folds_to(tier.name(), name))).map(|tier| tier.value.clone())
        })
    }

    fn level(&self, name: &str) -> Option<Level> {
        let exact = self.policy.levels.keys().find(|level| level.as_str() == name);
        exact.or_else(|| only(self.policy.levels.keys().filter(|level| folds_to(level.as_str(), name)))).cloned()
    }

    fn feature(&self, name: &str) -> Option<Feature> {
        let exact = self.policy.feature(name);
        let folded = || only(self.policy.features.iter().filter(|feature| folds_to(feature.as_str(), name)));
        exact.or_else(folded).map(|feature| feature.value.clone())
    }
}

/// Types are written `ReadWrite` where the policy says `read_write`: both mean the same name.
fn folds_to(declared: &str, seen: &str) -> bool {
    let fold =
        |text: &str| text.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect::<String>();
    fold(declared) == fold(seen)
}

fn only<T>(mut items: impl Iterator<Item = T>) -> Option<T> {
    let first = items.next();
    if items.next().is_some() { None } else { first }
}
