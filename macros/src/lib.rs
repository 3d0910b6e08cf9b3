//! The `#[route_role]` attribute.
