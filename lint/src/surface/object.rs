//! Which routes address one object, and which kind of object that is.

use route_role_policy::path::object_parameter;
use route_role_policy::{Policy, ResourceName};

/// The object that a route addresses.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Object {
    /// The path parameter that identifies it.
    pub parameter: String,
    /// The kind of object.
    pub resource: Option<ResourceName>,
}

/// The object that a path addresses: the last parameter that doesn't bind a tenant.
///
/// Catch-all parameters (`{*rest}`) and segments that can't be known (`{*}`) identify nothing. The kind of object is
/// the policy's word for the path (`resources: { case: { path: […] } }`); without one it is the segment before the
/// parameter in the singular: `/cases/{id}` addresses a `case`.
pub fn object_of(path: &str, tenant_parameters: &[&str], policy: Option<&Policy>) -> Option<Object> {
    let segments: Vec<&str> = path.split('/').filter(|segment| !segment.is_empty()).collect();
    let (at, parameter) = segments
        .iter()
        .enumerate()
        .rev()
        .find_map(|(at, segment)| Some((at, object_parameter(segment, tenant_parameters)?)))?;
    let declared = policy.and_then(|policy| policy.resource_of_path(path)).map(|resource| resource.name.value.clone());
    let before = segments.iter().take(at).rev().find(|segment| !segment.contains('{'));
    let resource = declared.or_else(|| before.map(|segment| ResourceName::new(singular(segment))));
    Some(Object { parameter: parameter.to_owned(), resource })
}

/// The kind of object whose collection a path ends with: `/agents/{id}/keys` with a `key`.
pub fn collection_of(path: &str) -> Option<ResourceName> {
    let last = path.rsplit('/').find(|segment| !segment.is_empty()).filter(|segment| !segment.contains('{'))?;
    Some(ResourceName::new(singular(last)))
}

/// The singular of an English plural, as far as plain endings go; `-` becomes `_`, as names of resources are written.
fn singular(word: &str) -> String {
    let word = word.to_lowercase().replace('-', "_");
    if let Some(stem) = word.strip_suffix("ies").filter(|stem| stem.len() > 1) {
        format!("{stem}y")
    } else if ["sses", "xes", "ches", "shes", "zes"].iter().any(|ending| word.ends_with(ending)) {
        word.strip_suffix("es").unwrap_or(&word).to_owned()
    } else if word.ends_with("ss") || word.ends_with("us") || word.ends_with("is") {
        word
    } else {
        word.strip_suffix('s').unwrap_or(&word).to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn resource(path: &str) -> Option<String> {
        object_of(path, &["workspace_id"], None)?.resource.map(|name| name.to_string())
    }

    #[test]
    fn the_last_parameter_that_binds_no_tenant_identifies_the_object() {
        assert_eq!(object_of("/workspaces/{workspace_id}/cases", &["workspace_id"], None), None);
        assert_eq!(object_of("/workspaces/{_workspace_id}/plans", &["workspace_id"], None), None);
        let object = object_of("/workspaces/{workspace_id}/cases/{id}", &["workspace_id"], None).unwrap();
        assert_eq!(object.parameter, "id");
        assert_eq!(object_of("/cases/{case_id}/tasks/{id:[0-9]+}", &[], None).unwrap().parameter, "id");
    }

    #[test]
    fn a_collection_holds_what_its_last_segment_says_in_the_singular() {
        let collection = |path| collection_of(path).map(|name| name.to_string());
        assert_eq!(collection("/agents/{id}/api-keys/").as_deref(), Some("api_key"));
        assert_eq!(collection("/agents/{id}"), None);
    }

    #[test]
    fn a_catch_all_identifies_nothing() {
        assert_eq!(object_of("/assets/{*path}", &[], None), None);
        assert_eq!(object_of("/{*}", &[], None), None);
        assert_eq!(object_of("/", &[], None), None);
    }

    #[test]
    fn the_kind_of_object_is_the_segment_before_in_the_singular() {
        assert_eq!(resource("/cases/{id}").as_deref(), Some("case"));
        assert_eq!(resource("/policies/{id}").as_deref(), Some("policy"));
        assert_eq!(resource("/api-keys/{id}/rotate").as_deref(), Some("api_key"));
        assert_eq!(resource("/addresses/{id}").as_deref(), Some("address"));
        assert_eq!(resource("/status/{id}").as_deref(), Some("status"));
        assert_eq!(resource("/{id}"), None);
    }
}
