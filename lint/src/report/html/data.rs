//! The data of a page: the report as it is shown, with what many routes share only once.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use crate::report::escape::{visible, visible_lines};

/// A service as the page's script reads it. Its `places`, `guards` and `accesses` hold each of the service; everywhere else a number stands for one. A layer, and the
/// line that mounts a router, belong to hundreds of routes.
pub(super) fn page_data(service: Value) -> Value {
    let mut service = shown(service);
    let (mut places, mut guards, mut accesses) = (Table::default(), Table::default(), Table::default());
    number_places(&mut service, &mut places);
    for route in service.get_mut("routes").and_then(Value::as_array_mut).into_iter().flatten() {
        route.get_mut("guards").into_iter().for_each(|list| guards.number_all(list));
        route.get_mut("access").into_iter().for_each(|access| accesses.number(access));
    }
    if let Value::Object(fields) = &mut service {
        fields.insert("places".to_owned(), Value::Array(places.all));
        fields.insert("guards".to_owned(), Value::Array(guards.all));
        fields.insert("accesses".to_owned(), Value::Array(accesses.all));
    }
    service
}

/// Values that others refer to by their numbers.
#[derive(Default)]
struct Table {
    all: Vec<Value>,
    numbers: BTreeMap<String, usize>,
}

impl Table {
    fn number(&mut self, value: &mut Value) {
        let taken = value.take();
        let number = *self.numbers.entry(taken.to_string()).or_insert_with(|| {
            self.all.push(taken);
            self.all.len() - 1
        });
        *value = Value::from(number);
    }

    fn number_all(&mut self, list: &mut Value) {
        list.as_array_mut().into_iter().flatten().for_each(|value| self.number(value));
    }
}

fn number_places(value: &mut Value, places: &mut Table) {
    match value {
        Value::Array(values) => values.iter_mut().for_each(|value| number_places(value, places)),
        Value::Object(fields) => {
            for (name, value) in fields {
                match name.as_str() {
                    "place" => places.number(value),
                    "mounts" => places.number_all(value),
                    _ => number_places(value, places),
                }
            }
        }
        _ => {}
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
    fn what_routes_share_stands_there_once() {
        let (here, there) = (json!({ "line": 1 }), json!({ "line": 2 }));
        let guard = json!({ "text": "a", "place": here });
        let service = json!({ "routes": [
            { "guards": [guard, { "text": "b", "place": there }], "mounts": [here, there], "access": { "a": 1 } },
            { "access": { "a": 1 }, "guards": [guard], "mounts": [there], "findings": [{ "places": [{ "text": "c", "place": here }] }] },
        ] });
        let expected = json!({
            "routes": [
                { "guards": [0, 1], "mounts": [0, 1], "access": 0 },
                { "access": 0, "guards": [0], "mounts": [1], "findings": [{ "places": [{ "text": "c", "place": 0 }] }] },
            ],
            "guards": [{ "text": "a", "place": 0 }, { "text": "b", "place": 1 }],
            "places": [here, there],
            "accesses": [{ "a": 1 }],
        });
        assert_eq!(page_data(service), expected);
    }

    #[test]
    fn what_hides_text_is_spelt_out() {
        let service = json!({ "name": "a\u{202e}b\nc", "help": "one\ntwo\u{7}" });
        assert_eq!(
            page_data(service),
            json!({ "name": "a\\u{202e}b\\nc", "help": "one\ntwo\\u{7}", "guards": [], "places": [], "accesses": [] })
        );
    }
}
