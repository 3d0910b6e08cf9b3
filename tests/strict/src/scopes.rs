//! Scopes as constants, to which the policy file refers.

/// Reading cases.
pub const CASE_READ: &str = "case:read";

/// Every scope.
pub const ALL: &[&str] = &[CASE_READ, "case:update"];
