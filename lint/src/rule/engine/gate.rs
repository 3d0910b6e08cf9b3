//! Feature gates that the policy demands.

use route_role_policy::policy::{Policy, Resource};
use route_role_policy::{Feature, Placed};

use super::context::RouteView;

/// The feature behind which the policy puts a route, with the resource that says so.
pub fn demanded<'a>(policy: &'a Policy, view: &RouteView<'_>) -> Option<(&'a Resource, &'a Placed<Feature>)> {
    let addressed = view.row.resource.as_ref().and_then(|name| policy.resources.get(name));
    let listed = policy.resource_of_path(&view.route.path);
    [addressed, listed].into_iter().flatten().find_map(|resource| Some((resource, resource.feature.as_ref()?)))
}
