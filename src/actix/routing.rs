//! Like the functions of [`actix_web::web`] that make routes, for handlers that say who may call them, and for no others.
//!
//! ```compile_fail
//! async fn unguarded() -> &'static str { "" }
//! let methods = route_role::actix::routing::get(unguarded);
//! ```

use std::fmt;

use actix_web::http::Method;
use actix_web::{FromRequest, Handler, Responder, Route as ActixRoute, web};

use crate::Protection;
pub use crate::guard::IsGuard;

/// Handlers whose first argument is a [`Guard`](crate::Guard), told by the types of their arguments.
///
/// `#[route_role]` gives a handler that argument.
#[diagnostic::on_unimplemented(
    message = "this handler doesn't say who may call it",
    label = "not a handler with `#[route_role(…)]`",
    note = "put `#[route_role(SomeRole, …)]` on the handler, or `#[route_role(public, reason = \"…\")]` if everyone may call it",
    note = "the guard comes first, so that nothing answers a caller who may not ask"
)]
pub trait GuardFirst {
    /// What the guard enforces.
    const PROTECTION: &'static Protection;
}

macro_rules! guard_first {
    ($($argument:ident),*) => {
        #[diagnostic::do_not_recommend]
        impl<First: IsGuard, $($argument),*> GuardFirst for (First, $($argument,)*) {
            const PROTECTION: &'static Protection = First::PROTECTION;
        }
    };
}

macro_rules! guard_first_of_up_to {
    () => { guard_first!(); };
    ($first:ident $(, $rest:ident)*) => {
        guard_first!($first $(, $rest)*);
        guard_first_of_up_to!($($rest),*);
    };
}

guard_first_of_up_to!(T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12, T13, T14, T15);

/// The handlers of one path, by method; each of them has a guard.
#[must_use = "it serves nothing until it is added to a `PolicyRouter`"]
#[derive(Default)]
pub struct MethodRouter {
    entries: Vec<Entry>,
}

/// One method of a [`MethodRouter`].
pub(super) struct Entry {
    pub(super) method: &'static str,
    pub(super) handler: &'static str,
    pub(super) protection: &'static Protection,
    pub(super) route: ActixRoute,
}

macro_rules! methods {
    ($($name:ident = $method:ident),* $(,)?) => {
        $(
            #[doc = concat!("Serves `", stringify!($method), "` with a guarded handler.")]
            pub fn $name<F, Args>(handler: F) -> MethodRouter
            where
                F: Handler<Args>,
                Args: FromRequest + GuardFirst + 'static,
                F::Output: Responder + 'static,
            {
                MethodRouter::default().$name(handler)
            }
        )*

        impl MethodRouter {
            $(
                #[doc = concat!("Serves `", stringify!($method), "`, too, with a guarded handler.")]
                pub fn $name<F, Args>(self, handler: F) -> Self
                where
                    F: Handler<Args>,
                    Args: FromRequest + GuardFirst + 'static,
                    F::Output: Responder + 'static,
                {
                    self.on(stringify!($method), web::method(Method::$method), handler)
                }
            )*
        }
    };
}

methods! {
    delete = DELETE,
    get = GET,
    head = HEAD,
    options = OPTIONS,
    patch = PATCH,
    post = POST,
    put = PUT,
    trace = TRACE,
}

/// Serves every method with a guarded handler.
pub fn any<F, Args>(handler: F) -> MethodRouter
where
    F: Handler<Args>,
    Args: FromRequest + GuardFirst + 'static,
    F::Output: Responder + 'static,
{
    MethodRouter::default().on("ANY", web::route(), handler)
}

impl MethodRouter {
    fn on<F, Args>(mut self, method: &'static str, route: ActixRoute, handler: F) -> Self
    where
        F: Handler<Args>,
        Args: FromRequest + GuardFirst + 'static,
        F::Output: Responder + 'static,
    {
        self.entries.push(Entry {
            method,
            handler: std::any::type_name::<F>(),
            protection: Args::PROTECTION,
            route: route.to(handler),
        });
        self
    }

    /// Serves what another method router serves, too.
    pub fn merge(mut self, other: Self) -> Self {
        self.entries.extend(other.entries);
        self
    }

    pub(super) fn into_entries(self) -> Vec<Entry> {
        self.entries
    }
}

impl fmt::Debug for MethodRouter {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_list().entries(self.entries.iter().map(|entry| (entry.method, entry.handler))).finish()
    }
}
