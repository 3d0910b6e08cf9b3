//! What a handler's body learns of its caller, and how it says *absent* and *denied*.

use std::fmt;
use std::sync::Arc;

use route_role_policy::{Declaration, Principal};

use crate::gate::Granted;
use crate::rejection::Rejection;
#[cfg(feature = "test-util")]
use crate::rejection::Renderer;
use crate::{Answer, admission};

/// An extractor for handlers behind a guard: who calls, and one answer for *not there* and *not yours*.
///
/// Without a guard in front of it, it refuses. `R` is the application's renderer; each framework's module has this type
/// by its own name.
pub struct Access<R: ?Sized> {
    principal: Arc<Principal>,
    granted: Granted,
    renderer: Arc<R>,
}

/// The object isn't there, or isn't there for this caller: nobody can tell which.
pub struct Absent<R: ?Sized>(pub(crate) Rejection<R>);

/// The caller may not do this to the object; what it is told is what the route's `denial` says.
pub struct Denied<R: ?Sized>(pub(crate) Rejection<R>);

impl<R: ?Sized> Access<R> {
    pub(crate) fn new(principal: Arc<Principal>, granted: Granted, renderer: Arc<R>) -> Self {
        Self { principal, granted, renderer }
    }

    /// What a handler would get from a request of `principal`, to call it in a unit test.
    ///
    /// Answers are rendered as problem documents.
    #[cfg(feature = "test-util")]
    #[allow(private_bounds, reason = "the frameworks' renderers are the only ones there are")]
    pub fn for_test(principal: Principal, declaration: &'static Declaration) -> Self
    where
        R: Renderer,
    {
        Self::new(Arc::new(principal), Granted { declaration, denial: declaration.denial }, R::problem_documents())
    }

    /// Who calls; the anonymous principal on a public route that nobody in particular calls.
    pub fn principal(&self) -> &Principal {
        &self.principal
    }

    /// What the handler's `#[route_role]` says.
    pub fn declaration(&self) -> &'static Declaration {
        self.granted.declaration
    }

    /// The object, if it was found and belongs to the caller's tenant.
    ///
    /// `tenant` is compared by its text, so ids of any type will do. A caller without a tenant sees nothing.
    ///
    /// # Errors
    ///
    /// [`Absent`], whether nothing was found or it belongs to another tenant.
    pub fn visible<T, K: ToString>(&self, found: Option<T>, tenant: impl FnOnce(&T) -> K) -> Result<T, Absent<R>> {
        self.visible_if(found, |object, principal| {
            principal.tenant.as_ref().is_some_and(|own| *own == tenant(object).to_string())
        })
    }

    /// The object, if it was found and `may_see` says that the caller may know of it.
    ///
    /// # Errors
    ///
    /// [`Absent`], whether nothing was found or it is not for this caller.
    pub fn visible_if<T>(
        &self,
        found: Option<T>,
        may_see: impl FnOnce(&T, &Principal) -> bool,
    ) -> Result<T, Absent<R>> {
        found.filter(|object| may_see(object, &self.principal)).ok_or_else(|| self.absent())
    }

    /// The answer for an object that isn't there.
    pub fn absent(&self) -> Absent<R> {
        Absent(self.rejection(Answer::Absent))
    }

    /// The answer for a caller who may not do this, and of whom it isn't known that it may read the object.
    pub fn denied(&self) -> Denied<R> {
        Denied(self.rejection(admission::denied(self.granted.denial)))
    }

    /// The answer for a caller who may read the object, but not do this to it.
    ///
    /// It differs from [`denied`](Self::denied) where the route says `denial = not_found_unless_readable`.
    pub fn denied_to_reader(&self) -> Denied<R> {
        Denied(self.rejection(admission::denied_to_reader(self.granted.denial)))
    }

    pub(crate) fn rejection(&self, answer: Answer) -> Rejection<R> {
        Rejection::new(answer, Arc::clone(&self.renderer))
    }
}

impl<R: ?Sized> Clone for Access<R> {
    fn clone(&self) -> Self {
        Self { principal: Arc::clone(&self.principal), granted: self.granted, renderer: Arc::clone(&self.renderer) }
    }
}

impl<R: ?Sized> fmt::Debug for Access<R> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Access").field("principal", &self.principal).finish_non_exhaustive()
    }
}

macro_rules! refusal {
    ($($name:ident),*) => {
        $(
            impl<R: ?Sized> Clone for $name<R> {
                fn clone(&self) -> Self {
                    Self(self.0.clone())
                }
            }

            impl<R: ?Sized> fmt::Debug for $name<R> {
                fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                    formatter.debug_tuple(stringify!($name)).field(&self.0).finish()
                }
            }

            impl<R: ?Sized> fmt::Display for $name<R> {
                fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                    self.0.fmt(formatter)
                }
            }

            impl<R: ?Sized> std::error::Error for $name<R> {}
        )*
    };
}

refusal!(Absent, Denied);

impl<R: ?Sized> From<Absent<R>> for Denied<R> {
    fn from(absent: Absent<R>) -> Self {
        Self(absent.0)
    }
}
