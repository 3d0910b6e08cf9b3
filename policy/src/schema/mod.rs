//! The JSON Schema of the policy file, for editors.

/// The JSON Schema of the policy file.
pub fn policy_schema() -> &'static str {
    include_str!("policy.schema.json")
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use serde_json::Value;

    use super::policy_schema;
    use crate::file::keys;

    fn schema() -> Value {
        serde_json::from_str(policy_schema()).unwrap()
    }

    #[test]
    fn the_schema_and_the_loader_know_the_same_keys() {
        let schema = schema();
        for (name, keys) in keys::ALL {
            let mapping = if *name == "POLICY" { &schema } else { &schema["$defs"][name] };
            let documented: BTreeSet<&str> =
                mapping["properties"].as_object().unwrap().keys().map(String::as_str).collect();
            let known: BTreeSet<&str> = keys.names.iter().copied().collect();
            assert_eq!(documented, known, "keys of {name}");
            assert_eq!(mapping["additionalProperties"], Value::Bool(false), "{name} accepts keys that nobody knows");
        }
        let mappings = schema["$defs"].as_object().unwrap().iter().filter(|(_, value)| value["properties"].is_object());
        let known: BTreeSet<&str> = keys::ALL.iter().map(|(name, _)| *name).collect();
        for (name, _) in mappings {
            assert!(known.contains(name.as_str()), "the loader has no keys for {name}");
        }
    }

    #[test]
    fn every_key_is_described() {
        fn check(at: &str, value: &Value, schema: &Value) {
            for (key, property) in value["properties"].as_object().into_iter().flatten() {
                let target = property["$ref"].as_str().and_then(|path| schema.pointer(path.trim_start_matches('#')));
                let described = property["description"].is_string()
                    || target.is_some_and(|target| target["description"].is_string());
                assert!(described, "{at}.{key} has no description");
            }
        }
        let schema = schema();
        check("policy", &schema, &schema);
        for (name, definition) in schema["$defs"].as_object().unwrap() {
            check(name, definition, &schema);
        }
    }
}
