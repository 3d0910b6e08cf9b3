//! Handlers of every shape that axum takes. That this compiles is the test.
#![deny(warnings, missing_docs, unreachable_pub, clippy::pedantic)]
#![forbid(unsafe_code)]
#![allow(clippy::unused_async, reason = "these handlers have nothing to wait for")]

use std::collections::BTreeMap;
use std::fmt::Display;

use axum::Json;
use axum::debug_handler;
use axum::extract::{FromRef, Path, Query, State};
use axum::http::{HeaderMap, Method, Uri};
use permissions::axum::PolicyRouter;
use permissions::axum::routing::{any, get, post};
use permissions::route_role;
use serde::Serialize;
use serde::de::DeserializeOwned;

pub mod scopes;
pub mod words;

/// The application's state.
#[derive(Debug, Clone)]
pub struct AppState {
    name: String,
}

/// A part of the state.
#[derive(Debug, Clone)]
pub struct Name(pub String);

impl FromRef<AppState> for Name {
    fn from_ref(state: &AppState) -> Self {
        Self(state.name.clone())
    }
}

/// No arguments of its own.
#[route_role(public, reason = "health probe")]
pub async fn health() -> &'static str {
    "up"
}

/// The whole state and a body, checked by `debug_handler`, which stands below.
#[route_role(User, scopes = [scopes::CASE_READ, "case:update"])]
#[debug_handler(state = AppState)]
#[allow(unreachable_pub, reason = "`debug_handler` makes a private copy")]
pub async fn with_state(State(state): State<AppState>, body: String) -> String {
    format!("{}{body}", state.name)
}

/// A part of the state.
#[route_role(User)]
#[debug_handler(state = AppState)]
#[allow(unreachable_pub, reason = "`debug_handler` makes a private copy")]
pub async fn with_part_of_the_state(State(Name(name)): State<Name>) -> String {
    name
}

/// Constants of a generated module, whose names had to be told apart.
#[route_role(User, scopes = [words::scopes::ACTION_MAIL_EXECUTE, any(words::scopes::CASE_3A_2_2D_READ, crate::words::scopes::CASE_2D_2_3A_READ)])]
pub async fn with_generated_scopes() -> &'static str {
    words::SCOPES.first().copied().unwrap_or_default()
}

/// Type parameters and a `where` clause.
#[route_role(User, scopes = any("case:update", scopes::CASE_READ))]
pub async fn generic<T, const N: usize>(Query(query): Query<BTreeMap<String, T>>) -> Json<usize>
where
    T: DeserializeOwned + Serialize + Send + 'static,
{
    Json(query.len() + N)
}

/// `impl Trait` in the result, and a raw name.
#[route_role(User)]
pub async fn r#type() -> impl axum::response::IntoResponse + use<> {
    "type"
}

/// Spans of `tracing`, which record the other arguments.
#[route_role(User, resource = "case", denial = not_found)]
#[tracing::instrument(skip(headers))]
pub async fn instrumented(Path(id): Path<u64>, headers: HeaderMap) -> String {
    format!("{id}{}", headers.len())
}

/// An operation of an API description.
#[route_role(User, resource = "case")]
#[utoipa::path(get, path = "/cases/{id}", responses((status = 200, body = String)))]
pub async fn documented(Path(id): Path<u64>) -> String {
    id.to_string()
}

/// As many arguments as there can be.
#[allow(clippy::too_many_arguments)]
#[route_role(User)]
pub async fn with_fifteen_arguments(
    _first: Method,
    _second: Method,
    _third: Method,
    _fourth: Method,
    _fifth: Method,
    _sixth: Method,
    _seventh: Method,
    _eighth: Method,
    _ninth: Method,
    _tenth: Method,
    _eleventh: Method,
    _twelfth: Uri,
    _thirteenth: HeaderMap,
    _fourteenth: State<AppState>,
    body: String,
) -> String {
    body
}

/// One more argument would be one too many for clippy.
#[route_role(User)]
pub async fn with_seven_arguments(
    _first: Method,
    _second: Method,
    _third: Method,
    _fourth: Method,
    _fifth: Method,
    _sixth: Method,
    _seventh: Method,
) {
}

macro_rules! handlers {
    ($($name:ident => $scope:literal),*) => {
        $(
            /// A handler that a macro wrote.
            #[route_role(User, scopes = [$scope])]
            pub async fn $name() {}
        )*
    };
}

handlers!(read_case => "case:read", update_case => "case:update");

/// Handlers as associated functions.
#[derive(Debug)]
pub struct Api<T>(T);

#[route_role]
impl<T> Api<T>
where
    T: Display + Default + Send + 'static,
{
    /// A constant among the functions.
    pub const PATH: &'static str = "/api";

    /// A handler.
    #[route_role(User, scopes = ["case:read"])]
    pub async fn get(State(state): State<AppState>) -> String {
        Self::describe(&state)
    }

    /// A handler that only this crate uses.
    #[route_role(User)]
    pub(crate) async fn post(Json(name): Json<String>) -> String {
        name
    }

    fn describe(state: &AppState) -> String {
        format!("{}{}", state.name, T::default())
    }
}

#[route_role]
impl Api<()> {
    /// The same name for another type.
    #[route_role(User)]
    pub async fn only() {}
}

#[route_role]
impl Api<bool> {
    /// The same name for another type.
    #[route_role(User)]
    pub async fn only() {}
}

/// Every handler has its place.
pub fn router() -> PolicyRouter<AppState> {
    PolicyRouter::new()
        .route("/health", get(health))
        .route("/state", post(with_state).get(with_part_of_the_state))
        .route("/words", get(with_generated_scopes))
        .route("/generic", get(generic::<u32, 3>))
        .route("/type", get(r#type))
        .route("/instrumented/{id}", get(instrumented))
        .route("/cases/{id}", get(documented))
        .route("/fifteen", post(with_fifteen_arguments))
        .route("/seven", any(with_seven_arguments))
        .route("/macro", get(read_case).put(update_case))
        .route(Api::<u8>::PATH, get(Api::<u8>::get).post(Api::<u8>::post))
        .route("/only", get(Api::<()>::only).post(Api::<bool>::only))
}

/// Documented routes go through `utoipa-axum`'s router, which takes guarded handlers as it takes any.
pub fn documented_router() -> utoipa_axum::router::OpenApiRouter<AppState> {
    utoipa_axum::router::OpenApiRouter::new().routes(utoipa_axum::routes!(documented))
}
