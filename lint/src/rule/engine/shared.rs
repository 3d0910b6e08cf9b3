//! Handlers that serve several routes.

use super::context::{Context, RouteView};
use super::list::{counted, quoted};

/// More routes than that are only counted.
const MAX_NAMED: usize = 3;

/// The other routes of a handler, as part of a sentence; empty if there are none.
pub fn other_routes(context: &Context<'_>, view: &RouteView<'_>) -> String {
    let others: Vec<String> = context
        .routes()
        .filter(|other| other.index != view.index && other.handler().span == view.handler().span)
        .filter(|other| other.handler().name == view.handler().name)
        .map(|other| other.title())
        .collect();
    match others.len() {
        0 => String::new(),
        1..=MAX_NAMED => quoted(others),
        many => counted(many, "other route"),
    }
}
