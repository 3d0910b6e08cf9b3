//! What one `#[route_role]` says.

use std::borrow::Cow;
use std::fmt;

use crate::{Access, DataClass, ResourceName, RoleName, Scope};

/// Everything that one `#[route_role]` says about its handler.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Declaration {
    /// The role; `None` for a route that is declared `public`.
    pub role: Option<RoleName>,
    /// The role's access with the attribute's scopes, the parent's among them, and features.
    pub access: Access,
    /// The kind of object that the route addresses.
    pub resource: Option<ResourceName>,
    /// What a refused caller of an object route sees.
    pub denial: Option<Denial>,
    /// What the route does with a credential.
    pub credential: Option<Credential>,
    /// The classes of data that the route exposes.
    pub data: Cow<'static, [DataClass]>,
    /// The scope on the parent object that a mutation of a child also needs. It is among the scopes of `access`.
    pub parent: Option<Scope>,
    /// The path parameter that binds the tenant.
    pub tenant: Option<Cow<'static, str>>,
    /// Why a public route is public.
    pub reason: Option<Cow<'static, str>>,
}

/// What a refused caller of an object route sees.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Denial {
    /// 403, whether or not the object is there.
    Forbidden,
    /// The same 404 as for an absent object.
    NotFound,
    /// The 404 of an absent object, unless the caller may read the object: then 403.
    NotFoundUnlessReadable,
}

/// What a route does with a credential.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Credential {
    /// It makes a new one.
    Mint,
    /// It replaces one and returns the new secret.
    Rotate,
    /// It returns an existing secret.
    Reveal,
}

macro_rules! keywords {
    ($type:ident { $($variant:ident = $keyword:literal),+ $(,)? }) => {
        impl $type {
            /// Every value, in the order of the documentation.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// The word that policy files and attributes use.
            pub const fn keyword(self) -> &'static str {
                match self { $(Self::$variant => $keyword),+ }
            }

            /// The value that a word stands for.
            pub fn from_keyword(word: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|value| value.keyword() == word)
            }
        }

        impl fmt::Display for $type {
            fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.pad(self.keyword())
            }
        }
    };
}

keywords!(Denial { Forbidden = "forbidden", NotFound = "not_found", NotFoundUnlessReadable = "not_found_unless_readable" });
keywords!(Credential { Mint = "mint", Rotate = "rotate", Reveal = "reveal" });

impl Denial {
    /// Whether a caller who may not even read the object can't tell *denied* from *absent*.
    pub fn collapses(self) -> bool {
        !matches!(self, Self::Forbidden)
    }
}
