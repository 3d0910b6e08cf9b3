//! Names that a policy declares, each with a type of its own so that a scope is never mistaken for a role.

use std::borrow::Cow;
use std::fmt;

macro_rules! name_type {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(Cow<'static, str>);

        impl $name {
            /// A name known when the program is compiled.
            pub const fn literal(name: &'static str) -> Self {
                Self(Cow::Borrowed(name))
            }

            /// A name read at run time.
            pub fn new(name: impl Into<String>) -> Self {
                Self(Cow::Owned(name.into()))
            }

            /// The name as text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.pad(&self.0)
            }
        }

        impl From<&str> for $name {
            fn from(name: &str) -> Self {
                Self::new(name)
            }
        }

        impl AsRef<str> for $name {
            fn as_ref(&self) -> &str {
                &self.0
            }
        }
    };
}
pub(crate) use name_type;

name_type! {
    /// A kind of caller: `user`, `api_key`, `service`, `anonymous`, or another that the policy names.
    PrincipalKind
}
name_type! {
    /// Where a role applies: `organization`, `workspace`, ….
    Level
}
name_type! {
    /// A named entry contract of routes.
    RoleName
}
name_type! {
    /// A part of the product that can be switched off for a tenant.
    Feature
}
name_type! {
    /// A kind of object that routes address.
    ResourceName
}
name_type! {
    /// A class of data that restricted keys may not see.
    DataClass
}

impl PrincipalKind {
    /// An interactive session.
    pub const USER: Self = Self::literal("user");
    /// A service account's or a user's key.
    pub const API_KEY: Self = Self::literal("api_key");
    /// An internal caller.
    pub const SERVICE: Self = Self::literal("service");
    /// Nobody in particular: a caller without credentials.
    pub const ANONYMOUS: Self = Self::literal("anonymous");

    /// The kinds that every policy knows without declaring them.
    pub const BUILT_IN: &'static [Self] = &[Self::USER, Self::API_KEY, Self::SERVICE, Self::ANONYMOUS];
}
