//! What the services are about: cases that belong to workspaces.

use serde::{Deserialize, Serialize};

/// A case that belongs to a workspace.
#[derive(Debug, Clone, Serialize)]
pub struct Case {
    /// What the path names it by.
    pub id: u64,
    /// The tenant.
    pub workspace: &'static str,
    /// Whether it can't be changed.
    pub locked: bool,
}

/// What a new case or a change says.
#[derive(Debug, Deserialize)]
pub struct Draft {
    /// Its title.
    pub title: String,
}

/// A query that can be malformed.
#[derive(Debug, Deserialize)]
pub struct Limit {
    /// How many are wanted.
    pub limit: u64,
}

/// All cases.
pub const CASES: [Case; 3] = [
    Case { id: 1, workspace: "w1", locked: false },
    Case { id: 2, workspace: "w2", locked: false },
    Case { id: 3, workspace: "w1", locked: true },
];

/// The case of this id.
pub fn find(id: u64) -> Option<Case> {
    CASES.into_iter().find(|case| case.id == id)
}

/// The cases of a workspace.
pub fn of_workspace(workspace: Option<&str>) -> Vec<Case> {
    CASES.into_iter().filter(|case| Some(case.workspace) == workspace).collect()
}
