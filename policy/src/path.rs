//! What the text of a route's path says.

/// The parameter of a path by which one object is addressed: the last one that doesn't bind a tenant.
///
/// `None` for a route that addresses no single object. Catch-all parameters (`{*rest}`) and segments that can't be known
/// (`{*}`) identify nothing.
pub fn object_parameter<'a>(path: &'a str, tenant_parameters: &[&str]) -> Option<&'a str> {
    // `{_org_id}` is `{org_id}` that the handler makes no use of.
    let binds = |name: &str| [name, name.trim_start_matches('_')].iter().any(|name| tenant_parameters.contains(name));
    path.rsplit('/').filter_map(parameter).find(|name| !name.starts_with('*') && !binds(name))
}

/// The name of the parameter in a segment, which may have text around it.
fn parameter(segment: &str) -> Option<&str> {
    let (_, behind) = segment.split_once('{')?;
    let (name, _) = behind.split_once('}')?;
    // A converter or pattern may follow the name: `{id:[0-9]+}`.
    Some(name.split(':').next().unwrap_or(name))
}

/// A pattern of actix-web in the notation of inventories: `{id:\d+}` is `{id}`, `{tail:.*}` at the end is `{*tail}`.
pub fn actix_template(pattern: &str) -> String {
    let mut path = String::with_capacity(pattern.len());
    let mut rest = pattern;
    while let Some(start) = rest.find('{')
        && let Some(end) = closing(&rest[start..]).map(|end| start + end)
    {
        path.push_str(&rest[..start]);
        let inside = &rest[start + 1..end];
        let (name, regex) = inside.split_once(':').unwrap_or((inside, ""));
        let after = &rest[end + 1..];
        // `{tail}*` is the older way to write it.
        let is_tail = after == "*" || after.is_empty() && crosses_segments(regex);
        path.push_str(&format!("{{{}{name}}}", if is_tail { "*" } else { "" }));
        rest = if is_tail { "" } else { after };
    }
    path.push_str(rest);
    path
}

/// Where the group ends that a text begins with: regular expressions have braces of their own.
fn closing(text: &str) -> Option<usize> {
    let mut depth = 0_usize;
    text.char_indices().find_map(|(at, character)| {
        match character {
            '{' => depth += 1,
            '}' => depth = depth.saturating_sub(1),
            _ => {}
        }
        (depth == 0).then_some(at)
    })
}

/// Whether a regular expression matches slashes, as far as a glance tells.
fn crosses_segments(regex: &str) -> bool {
    let negated = regex.split("[^").skip(1).any(|class| !class.split(']').next().unwrap_or_default().contains('/'));
    let plain = regex.replace("\\.", "");
    negated || plain.contains(".*") || plain.contains(".+")
}

/// A path as actix-web registers it: one that is neither empty nor begins with a slash gets one.
pub fn with_slash(path: &str) -> String {
    if path.is_empty() || path.starts_with('/') { path.to_owned() } else { format!("/{path}") }
}

#[cfg(test)]
mod tests {
    use super::{actix_template, object_parameter};

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

    #[test]
    fn patterns_of_actix_web_become_templates() {
        assert_eq!(actix_template("/a/{id}/b"), "/a/{id}/b");
        assert_eq!(actix_template(r"/a/{id:\d{1,3}}/{b:[a-z]+}"), "/a/{id}/{b}");
        assert_eq!(actix_template("/a/{tail:.*}"), "/a/{*tail}");
        assert_eq!(actix_template("/a/{tail:[^?]+}"), "/a/{*tail}");
        assert_eq!(actix_template("/a/{name:[^/]+}"), "/a/{name}");
        assert_eq!(actix_template("/a/{tail}*"), "/a/{*tail}");
        assert_eq!(actix_template(r"/a/{file}.{ext:\.+}"), "/a/{file}.{ext}");
        assert_eq!(actix_template("/a/{unclosed"), "/a/{unclosed");
    }
}
