//! From the surface to findings, one file per rule.
//!
//! A rule is a file of this folder and one entry in [`ALL`]. The comment at the top of its file is its page for `explain` and for the documentation.
//! What rules share is in [`engine`].

pub mod engine;

mod api_key_rejected;
mod api_key_unreachable;
mod broken_assertion;
mod check_then_act;
mod conflicting_guards;
mod distinguishable_404;
mod existence_leak;
mod feature_gate_missing;
mod invalid_openapi;
mod invalid_policy;
mod missing_404_collapse;
mod missing_route;
mod missing_scope;
mod object_check_unreached;
mod openapi_security_drift;
mod parent_check_missing;
mod post_filtered_page;
mod restricted_data_exposed;
mod secret_escalation;
mod sibling_mismatch;
mod syntax_error;
mod tenant_mismatch;
mod undeclared_route;
mod understated_scope;
mod undocumented_route;
mod unknown_scope;
mod unmapped_guard;
mod unreachable_route;
mod unresolved_route;
mod unused_assignable_scope;
mod unused_suppression;

pub use engine::context::{Context, PolicyInFile, RouteView};
pub use engine::definition::{Check, Rule, Subject};
pub use engine::finding::{Confidence, Finding, Label, Severity};
pub use engine::fix::{Edit, Fix};
pub use engine::run::{Outcome, run};
pub use engine::suppression::Suppressed;
pub use engine::verdict::{Demands, Verdict};

/// Every rule, by name.
pub const ALL: &[&Rule] = &[
    &api_key_rejected::RULE,
    &api_key_unreachable::RULE,
    &broken_assertion::RULE,
    &check_then_act::RULE,
    &conflicting_guards::RULE,
    &distinguishable_404::RULE,
    &existence_leak::RULE,
    &feature_gate_missing::RULE,
    &invalid_openapi::RULE,
    &invalid_policy::RULE,
    &missing_404_collapse::RULE,
    &missing_route::RULE,
    &missing_scope::RULE,
    &object_check_unreached::RULE,
    &openapi_security_drift::RULE,
    &parent_check_missing::RULE,
    &post_filtered_page::RULE,
    &restricted_data_exposed::RULE,
    &secret_escalation::RULE,
    &sibling_mismatch::RULE,
    &syntax_error::RULE,
    &tenant_mismatch::RULE,
    &undeclared_route::RULE,
    &understated_scope::RULE,
    &undocumented_route::RULE,
    &unknown_scope::RULE,
    &unmapped_guard::RULE,
    &unreachable_route::RULE,
    &unresolved_route::RULE,
    &unused_assignable_scope::RULE,
    &unused_suppression::RULE,
];

/// The rule of a name.
pub fn by_name(name: &str) -> Option<&'static Rule> {
    ALL.iter().copied().find(|rule| rule.name == name)
}
