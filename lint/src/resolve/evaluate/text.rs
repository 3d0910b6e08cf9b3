//! Text: paths are built from literals, constants, and `format!`.

use crate::resolve::value::{Callee, HOLE, Value};

use super::{Environment, Evaluator};

impl Evaluator<'_, '_> {
    /// The text of a value, with [`HOLE`] for what isn't known.
    pub(super) fn text_of(&mut self, value: &Value) -> String {
        match self.force(value) {
            Value::Choice(choices) => {
                choices.first().map_or_else(|| HOLE.to_string(), |(_, value)| self.text_of(value))
            }
            value => value.as_text().unwrap_or_else(|| HOLE.to_string()),
        }
    }

    /// Runs a call that was kept as a name, if its function is in the tree.
    pub(super) fn force(&mut self, value: &Value) -> Value {
        let Value::Call(call) = value else { return value.clone() };
        let followed = match &call.callee {
            Callee::Path(path) => self.follow(path, &call.arguments),
            Callee::Method { receiver, name } => self.follow_method(receiver, name, &call.arguments),
            Callee::Macro(_) | Callee::Other => None,
        };
        followed.unwrap_or_else(|| value.clone())
    }

    /// `format!` and its relatives: the template with its arguments filled in.
    pub(super) fn format(
        &mut self,
        environment: &mut Environment,
        template: &str,
        arguments: &[FormatArgument],
    ) -> Value {
        let mut text = String::new();
        let mut next_positional = 0;
        let mut characters = template.chars().peekable();
        while let Some(character) = characters.next() {
            match character {
                '{' if characters.peek() == Some(&'{') => {
                    characters.next();
                    text.push('{');
                }
                '}' if characters.peek() == Some(&'}') => {
                    characters.next();
                    text.push('}');
                }
                '{' => {
                    let inside: String = characters.by_ref().take_while(|character| *character != '}').collect();
                    let name = inside.split(':').next().unwrap_or_default().trim();
                    text.push_str(&self.format_argument(environment, name, arguments, &mut next_positional));
                }
                other => text.push(other),
            }
        }
        Value::text(&text)
    }

    fn format_argument(
        &mut self,
        environment: &mut Environment,
        name: &str,
        arguments: &[FormatArgument],
        next_positional: &mut usize,
    ) -> String {
        let positional = |index: usize| arguments.iter().filter(|argument| argument.name.is_none()).nth(index);
        let argument = if name.is_empty() {
            *next_positional += 1;
            positional(*next_positional - 1)
        } else if let Ok(index) = name.parse::<usize>() {
            positional(index)
        } else {
            arguments.iter().find(|argument| argument.name.as_deref() == Some(name))
        };
        let value = match argument {
            Some(argument) => self.expression(environment, &argument.value),
            None => match syn::parse_str::<syn::Expr>(name) {
                Ok(expression) => self.expression(environment, &expression),
                Err(_) => Value::Unknown,
            },
        };
        self.text_of(&value)
    }

    /// Methods of text that keep it known.
    pub(super) fn text_method(&mut self, text: &str, method: &str, arguments: &[Value]) -> Option<Value> {
        let argument = |this: &mut Self, index: usize| arguments.get(index).map(|value| this.text_of(value));
        let known = match method {
            "to_string" | "to_owned" | "into" | "clone" | "as_str" | "as_ref" | "borrow" | "into_owned" | "to_str"
            | "unwrap" | "expect" | "into_boxed_str" | "deref" | "unwrap_or_default" => text.to_owned(),
            "to_lowercase" | "to_ascii_lowercase" => text.to_lowercase(),
            "to_uppercase" | "to_ascii_uppercase" => text.to_uppercase(),
            "trim" => text.trim().to_owned(),
            "trim_end_matches" => text.trim_end_matches(argument(self, 0)?.as_str()).to_owned(),
            "trim_start_matches" => text.trim_start_matches(argument(self, 0)?.as_str()).to_owned(),
            "replace" => text.replace(argument(self, 0)?.as_str(), &argument(self, 1)?),
            "repeat" => return None,
            _ => return None,
        };
        Some(Value::text(&known))
    }
}

/// One argument of `format!`.
pub(super) struct FormatArgument {
    pub(super) name: Option<String>,
    pub(super) value: syn::Expr,
}
