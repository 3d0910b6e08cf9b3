//! Like [`axum::routing`], for handlers that say who may call them, and for no others.
//!
//! ```compile_fail
//! async fn unguarded() {}
//! let methods = route_role::axum::routing::get::<_, _, ()>(unguarded);
//! ```

use std::convert::Infallible;
use std::fmt;

use axum::extract::Request;
use axum::handler::Handler;
use axum::response::IntoResponse;
use axum::routing::{self, MethodFilter, Route as AxumRoute};
use tower_layer::Layer;
use tower_service::Service;

use crate::Protection;
pub use crate::guard::IsGuard;

/// Handlers whose first argument is a [`Guard`](crate::Guard), told by the types of their arguments.
///
/// `#[route_role]` gives a handler that argument.
#[diagnostic::on_unimplemented(
    message = "this handler doesn't say who may call it",
    label = "not a handler with `#[route_role(…)]`",
    note = "put `#[route_role(SomeRole, …)]` on the handler, or `#[route_role(public, reason = \"…\")]` if everyone may call it",
    note = "the guard comes first, so that nothing is extracted for a caller who may not ask"
)]
pub trait GuardFirst {
    /// What the guard enforces.
    const PROTECTION: &'static Protection;
}

macro_rules! guard_first {
    ($($argument:ident),*) => {
        #[diagnostic::do_not_recommend]
        impl<Via, First: IsGuard, $($argument),*> GuardFirst for (Via, First, $($argument,)*) {
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
pub struct MethodRouter<S = ()> {
    inner: routing::MethodRouter<S, Infallible>,
    entries: Vec<Entry>,
}

/// One method of a [`MethodRouter`].
#[derive(Debug, Clone, Copy)]
pub(super) struct Entry {
    pub(super) method: &'static str,
    pub(super) handler: &'static str,
    pub(super) protection: &'static Protection,
}

const METHODS: [(MethodFilter, &str); 9] = [
    (MethodFilter::CONNECT, "CONNECT"),
    (MethodFilter::DELETE, "DELETE"),
    (MethodFilter::GET, "GET"),
    (MethodFilter::HEAD, "HEAD"),
    (MethodFilter::OPTIONS, "OPTIONS"),
    (MethodFilter::PATCH, "PATCH"),
    (MethodFilter::POST, "POST"),
    (MethodFilter::PUT, "PUT"),
    (MethodFilter::TRACE, "TRACE"),
];

fn entries_for<H, T: GuardFirst>(filter: MethodFilter) -> impl Iterator<Item = Entry> {
    METHODS.into_iter().filter(move |(method, _)| filter.or(*method) == filter).map(|(_, name)| entry::<H, T>(name))
}

fn entry<H, T: GuardFirst>(method: &'static str) -> Entry {
    Entry { method, handler: std::any::type_name::<H>(), protection: T::PROTECTION }
}

macro_rules! methods {
    ($($name:ident = $filter:ident),* $(,)?) => {
        $(
            #[doc = concat!("Serves `", stringify!($filter), "` with a guarded handler.")]
            pub fn $name<H, T, S>(handler: H) -> MethodRouter<S>
            where
                H: Handler<T, S>,
                T: GuardFirst + 'static,
                S: Clone + Send + Sync + 'static,
            {
                on(MethodFilter::$filter, handler)
            }
        )*

        impl<S: Clone + Send + Sync + 'static> MethodRouter<S> {
            $(
                #[doc = concat!("Serves `", stringify!($filter), "`, too, with a guarded handler.")]
                pub fn $name<H, T>(self, handler: H) -> Self
                where
                    H: Handler<T, S>,
                    T: GuardFirst + 'static,
                {
                    self.on(MethodFilter::$filter, handler)
                }
            )*
        }
    };
}

methods! {
    connect = CONNECT,
    delete = DELETE,
    get = GET,
    head = HEAD,
    options = OPTIONS,
    patch = PATCH,
    post = POST,
    put = PUT,
    trace = TRACE,
}

/// Serves the methods of `filter` with a guarded handler.
pub fn on<H, T, S>(filter: MethodFilter, handler: H) -> MethodRouter<S>
where
    H: Handler<T, S>,
    T: GuardFirst + 'static,
    S: Clone + Send + Sync + 'static,
{
    MethodRouter { inner: routing::on(filter, handler), entries: entries_for::<H, T>(filter).collect() }
}

/// Serves every method with a guarded handler.
pub fn any<H, T, S>(handler: H) -> MethodRouter<S>
where
    H: Handler<T, S>,
    T: GuardFirst + 'static,
    S: Clone + Send + Sync + 'static,
{
    MethodRouter { inner: routing::any(handler), entries: vec![entry::<H, T>("ANY")] }
}

impl<S: Clone + Send + Sync + 'static> MethodRouter<S> {
    /// Serves the methods of `filter`, too, with a guarded handler.
    pub fn on<H, T>(mut self, filter: MethodFilter, handler: H) -> Self
    where
        H: Handler<T, S>,
        T: GuardFirst + 'static,
    {
        self.entries.extend(entries_for::<H, T>(filter));
        Self { inner: self.inner.on(filter, handler), entries: self.entries }
    }

    /// Serves what another method router serves, too.
    pub fn merge(mut self, other: Self) -> Self {
        self.entries.extend(other.entries);
        Self { inner: self.inner.merge(other.inner), entries: self.entries }
    }

    /// Puts a layer around every handler added so far; see [`axum::routing::MethodRouter::layer`].
    pub fn layer<L>(self, layer: L) -> Self
    where
        L: Layer<AxumRoute> + Clone + Send + Sync + 'static,
        L::Service: Service<Request> + Clone + Send + Sync + 'static,
        <L::Service as Service<Request>>::Response: IntoResponse + 'static,
        <L::Service as Service<Request>>::Error: Into<Infallible> + 'static,
        <L::Service as Service<Request>>::Future: Send + 'static,
    {
        Self { inner: self.inner.layer(layer), entries: self.entries }
    }

    /// Puts a layer around the handlers that a request can reach; see [`axum::routing::MethodRouter::route_layer`].
    pub fn route_layer<L>(self, layer: L) -> Self
    where
        L: Layer<AxumRoute> + Clone + Send + Sync + 'static,
        L::Service: Service<Request, Error = Infallible> + Clone + Send + Sync + 'static,
        <L::Service as Service<Request>>::Response: IntoResponse + 'static,
        <L::Service as Service<Request>>::Future: Send + 'static,
    {
        Self { inner: self.inner.route_layer(layer), entries: self.entries }
    }

    /// Gives the handlers their state.
    pub fn with_state<S2>(self, state: S) -> MethodRouter<S2> {
        MethodRouter { inner: self.inner.with_state(state), entries: self.entries }
    }

    pub(super) fn into_parts(self) -> (routing::MethodRouter<S, Infallible>, Vec<Entry>) {
        (self.inner, self.entries)
    }
}

impl<S> Clone for MethodRouter<S> {
    fn clone(&self) -> Self {
        Self { inner: self.inner.clone(), entries: self.entries.clone() }
    }
}

impl<S> fmt::Debug for MethodRouter<S> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("MethodRouter").field("entries", &self.entries).finish_non_exhaustive()
    }
}
