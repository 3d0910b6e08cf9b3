//! What the text of a route's path says.

/// The parameter of a path by which one object is addressed: the last one that doesn't bind a tenant.
///
/// `None` for a route that addresses no single object. Catch-all parameters (`{*rest}`) and segments that can't be known
/// (`{*}`) identify nothing.
pub fn object_parameter<'a>(path: &'a str, tenant_parameters: &[&str]) -> Option<&'a str> {
    path.rsplit('/').filter_map(parameter).find(|name| !name.starts_with('*') && !tenant_parameters.contains(name))
}

/// The name of the parameter in a segment, which may have text around it.
fn parameter(segment: &str) -> Option<&str> {
    let (_, behind) = segment.split_once('{')?;
    let (name, _) = behind.split_once('}')?;
    // A converter or pattern may follow the name: `{id:[0-9]+}`.
    Some(name.split(':').next().unwrap_or(name))
}

#[cfg(test)]
mod tests {
    use super::object_parameter;

    #[test]
    fn the_last_parameter_that_binds_no_tenant_identifies_the_object() {
        assert_eq!(object_parameter("/workspaces/{workspace_id}/cases", &["workspace_id"]), None);
        assert_eq!(object_parameter("/workspaces/{workspace_id}/cases/{id}", &["workspace_id"]), Some("id"));
        assert_eq!(object_parameter("/cases/{case_id}/tasks/{id:[0-9]+}", &[]), Some("id"));
        assert_eq!(object_parameter("/cases/{id}/export", &[]), Some("id"));
    }

    #[test]
    fn a_catch_all_identifies_nothing() {
        assert_eq!(object_parameter("/assets/{*path}", &[]), None);
        assert_eq!(object_parameter("/{*}", &[]), None);
        assert_eq!(object_parameter("/", &[]), None);
    }
}
