//! The data of a page: the report as it is shown, and each guard only once.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use crate::report::escape::{visible, visible_lines};

/// A service as the page's script reads it: `guards` holds every guard of the service, and those of a route are numbers of these. A layer stands around hundreds of routes.
pub(super) fn page_data(service: Value) -> Value {
    let mut service = shown(service);
    let mut guards = Guards::default();
    for route in service.get_mut("routes").and_then(Value::as_array_mut).into_iter().flatten() {
        for guard in route.get_mut("guards").and_then(Value::as_array_mut).into_iter().flatten() {
            *guard = Value::from(guards.number_of(guard.take()));
        }
    }
    if let Value::Object(fields) = &mut service {
        fields.insert("guards".to_owned(), Value::Array(guards.all));
    }
    service
}

#[derive(Default)]
struct Guards {
    all: Vec<Value>,
    numbers: BTreeMap<String, usize>,
}

impl Guards {
    fn number_of(&mut self, guard: Value) -> usize {
        *self.numbers.entry(guard.to_string()).or_insert_with(|| {
            self.all.push(guard);
            self.all.len() - 1
        })
    }
}

/// Spells out everything in texts that hides what is written. Help texts are ours and may span lines.
fn shown(value: Value) -> Value {
    match value {
        Value::String(text) => Value::String(visible(&text).into_owned()),
        Value::Array(values) => Value::Array(values.into_iter().map(shown).collect()),
        Value::Object(fields) => Value::Object(fields.into_iter().map(shown_field).collect::<Map<_, _>>()),
        other => other,
    }
}

fn shown_field((name, value): (String, Value)) -> (String, Value) {
    match value {
        Value::String(text) if name == "help" => (name, Value::String(visible_lines(&text))),
        value => (name, shown(value)),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_guard_stands_there_once() {
        let service = json!({ "routes": [{ "guards": ["a", "b"] }, { "guards": ["b"] }] });
        let expected = json!({ "routes": [{ "guards": [0, 1] }, { "guards": [1] }], "guards": ["a", "b"] });
        assert_eq!(page_data(service), expected);
    }

    #[test]
    fn what_hides_text_is_spelt_out() {
        let service = json!({ "name": "a\u{202e}b\nc", "help": "one\ntwo\u{7}" });
        assert_eq!(page_data(service), json!({ "name": "a\\u{202e}b\\nc", "help": "one\ntwo\\u{7}", "guards": [] }));
    }
}
