//! From facts to an inventory of routes.

pub mod inventory;

pub use inventory::{
    Condition, Coverage, Documentation, Guard, GuardKind, Handler, HandlerKind, Inventory, Note, NoteKind, Operation,
    Program, Route, ScopeUse, SecurityRequirement,
};
