//! From facts to an inventory of routes.

mod behavior;
pub(crate) use behavior::{ALL_OF, ANY_OF};
mod body_guards;
mod declared;
mod described;
mod evaluate;
mod expansion;
mod guards;
mod handlers;
pub mod inventory;
mod join;
mod layer_functions;
mod layer_guards;
mod library;
mod look;
mod modules;
mod names;
mod operation;
mod own_routers;
mod programs;
mod reach;
mod rocket;
mod routes;
mod scan;
mod security_scheme;
mod shelf;
mod texts;
mod type_terms;
mod typed_path;
mod unreached;
mod value;

pub use inventory::{
    Act, Answer, AnswerKind, Attribute, Behavior, CalledGuard, Condition, Coverage, Documentation, Guard, GuardKind,
    Handler, HandlerKind, Inventory, LateFilter, Matching, Note, NoteKind, ObjectKey, ObjectLookup, OpenFilter,
    Operation, Place, Program, Route, ScopeUse, SecurityRequirement,
};
pub use scan::scan;
