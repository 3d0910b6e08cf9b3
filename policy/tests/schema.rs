//! The JSON Schema against policies, valid and not.

#![cfg(feature = "file")]

use std::fs;
use std::path::{Path, PathBuf};

use jsonschema::Validator;
use route_role_policy::file::FILE_NAME;
use route_role_policy::schema::policy_schema;
use serde_json::Value;

fn validator() -> Validator {
    let schema: Value = serde_json::from_str(policy_schema()).unwrap();
    jsonschema::validator_for(&schema).unwrap()
}

fn parse(text: &str) -> Value {
    // YAML 1.2 as editors and the loader read it: `off` is a word.
    serde_yaml::from_str_with_options(text, serde_yaml::options! { strict_booleans: true }).unwrap()
}

fn errors(validator: &Validator, policy: &Value) -> Vec<String> {
    validator.iter_errors(policy).map(|error| format!("{}: {error}", error.instance_path())).collect()
}

/// The policies of the repository: those of these tests, of the fixtures and of the examples.
fn policies() -> Vec<PathBuf> {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut pending = vec![here.join("tests/policies"), here.join("../fixtures"), here.join("../examples")];
    let mut found = Vec::new();
    while let Some(folder) = pending.pop() {
        for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
            let path = entry.path();
            let in_policies = path.parent().is_some_and(|folder| folder.ends_with("policies"));
            let is_policy = path.file_name().is_some_and(|name| name == FILE_NAME)
                || (in_policies && path.extension().is_some_and(|extension| extension == "yaml"));
            // The fixture of the rule that reports wrong policies has wrong ones.
            if path.ends_with("invalid-policy/fires") {
                continue;
            }
            if path.is_dir() && !path.ends_with("target") {
                pending.push(path);
            } else if is_policy {
                found.push(path);
            }
        }
    }
    assert!(found.len() >= 2);
    found
}

#[test]
fn every_policy_of_the_repository_is_accepted() {
    let validator = validator();
    for path in policies() {
        let policy = parse(&fs::read_to_string(&path).unwrap());
        assert_eq!(errors(&validator, &policy), Vec::<String>::new(), "{}", path.display());
    }
}

#[test]
fn mistakes_are_refused() {
    let validator = validator();
    let mistakes = [
        "levels: {}",
        "version: 2",
        "{ version: 1, role: {} }",
        "{ version: 1, roles: { User: { acepts: [user] } } }",
        "{ version: 1, roles: { User: { level: workspace } } }",
        "{ version: 1, roles: { public: { accepts: [user] } } }",
        "{ version: 1, roles: { User: { accepts: user } } }",
        "{ version: 1, defaults: { denial: notfound } }",
        "{ version: 1, rules: { missing-scope: error } }",
        "{ version: 1, guards: [{ match: A }] }",
        "{ version: 1, guards: [{ role: User }] }",
        "{ version: 1, guards: [{ match: A, scopes: { all: [a], any: [b] } }] }",
        "{ version: 1, routers: [{ attribute: 'get($PATH)', call: 'get($PATH)', path: $PATH }] }",
        "{ version: 1, routers: [{ attribute: 'get($PATH)', path: api }] }",
        "{ version: 1, routers: [{ attribute: 'get($PATH)', method: GET }] }",
        "{ version: 1, routers: [{ call: 'add($PATH)', path: $PATH, handler: show }] }",
        "{ version: 1, public: [{ path: /health }] }",
        "{ version: 1, public: [{ path: /health, method: get, reason: probe }] }",
        "{ version: 1, scopes: { from: src/scopes.rs } }",
        "{ version: 1, resources: { a: { secret: 'yes' } } }",
        "{ version: 1, credentials: { key: { mint: [POST /keys] } } }",
        "{ version: 1, credentials: { key: { tier: admin, mint: [keys] } } }",
        "{ version: 1, security: { session: {} } }",
        "{ version: 1, assert: [{ reason: why }] }",
        "{ version: 1, assert: [{ never: {} }] }",
        "{ version: 1, assert: [{ never: { principal: [] } }] }",
        "{ version: 1, assert: [{ never: { path: /a, method: get } }] }",
    ];
    for mistake in mistakes {
        assert!(!validator.is_valid(&parse(mistake)), "accepted: {mistake}");
    }
}
