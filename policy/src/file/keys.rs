//! The keys that a policy file may use, by the mapping in which they stand.
//!
//! The JSON Schema of the policy is held against this list by a test.

/// The keys of one kind of mapping.
#[derive(Debug)]
pub(crate) struct Keys {
    /// What the mapping is, for messages: `a role`.
    pub(crate) of: &'static str,
    /// Its keys.
    pub(crate) names: &'static [&'static str],
}

macro_rules! keys {
    ($($name:ident = $of:literal [$($key:literal),+ $(,)?]);+ $(;)?) => {
        $(pub(crate) const $name: Keys = Keys { of: $of, names: &[$($key),+] };)+

        /// Every kind of mapping by the name of its constant.
        #[cfg(test)]
        pub(crate) const ALL: &[(&str, Keys)] = &[$((stringify!($name), $name)),+];
    };
}

keys! {
    POLICY = "the policy" [
        "version", "levels", "tiers", "principals", "features", "roles", "scopes", "assignable", "resources", "credentials", "guards",
        "routers", "outcomes", "restrictions", "data", "defaults", "public", "security", "openapi", "assert", "rules", "paths",
    ];
    LEVEL = "a level" ["tenant"];
    ROLE = "a role" ["accepts", "level", "tier", "features", "any", "denial", "tenant"];
    CONSTANT = "a reference" ["from"];
    ASSIGNABLE = "an assignable entry" ["principal", "level", "scopes", "include"];
    RESOURCE = "a resource" ["parent", "parent_scope", "secret", "feature", "path"];
    CREDENTIAL = "a credential" ["resource", "principal", "tier", "issuers", "mint", "rotate", "reveal"];
    GUARD = "a guard" [
        "match", "role", "any", "all", "accepts", "tier", "level", "scopes", "features", "denial", "resource", "ignore",
    ];
    ROUTER = "a router" ["attribute", "call", "method", "path", "route", "prefix", "handler", "mount", "layer"];
    SCOPE_DEMAND = "a demand for scopes" ["all", "any"];
    OUTCOMES = "`outcomes`" ["absent", "denied"];
    RESTRICTION = "a restriction" ["principal", "when", "denies"];
    DEFAULTS = "`defaults`" ["denial"];
    PUBLIC = "a public route" ["path", "method", "reason"];
    SECURITY = "a security scheme" ["accepts"];
    DESCRIPTION = "an API description" ["file", "program", "prefix"];
    ASSERTION = "an assertion" ["never", "name", "reason"];
    NEVER = "`never`" ["principal", "scope", "tier", "level", "resource", "path", "method"];
    PATHS = "`paths`" ["include", "exclude"];
}
