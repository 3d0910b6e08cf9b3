//! Evaluating constant expressions: texts, and lists and sets of them.

use quote::ToTokens;
use syn::punctuated::Punctuated;
use syn::{Expr, Lit, Token};

use super::items::Items;
use crate::suggest;

/// Expressions in constants in expressions …: deeper than this is an accident or an attack.
const MAX_DEPTH: usize = 200;
/// A constant that needs more steps than this is no list of scopes.
const MAX_STEPS: usize = 50_000;
/// No scope is longer than this.
const MAX_LENGTH: usize = 1_000;

/// A value.
#[derive(Debug, Clone, PartialEq)]
enum Value {
    Text(String),
    List(Vec<Value>),
}

/// The texts that a constant holds.
pub(super) fn evaluate(items: &Items, name: &str) -> Result<Vec<String>, String> {
    let path: Vec<String> = name.split("::").map(str::to_owned).collect();
    let mut evaluator = Evaluator { items, open: Vec::new(), depth: 0, steps: 0 };
    let value = evaluator.constant(&[], &path)?;
    let mut texts = Vec::new();
    flatten(value, &mut texts);
    Ok(texts)
}

fn flatten(value: Value, texts: &mut Vec<String>) {
    match value {
        Value::Text(text) => texts.push(text),
        Value::List(values) => values.into_iter().for_each(|value| flatten(value, texts)),
    }
}

struct Evaluator<'a> {
    items: &'a Items,
    /// The constants that are being evaluated: one of them again is a circle.
    open: Vec<&'a Vec<String>>,
    depth: usize,
    steps: usize,
}

type Result<T, E = String> = std::result::Result<T, E>;

impl<'a> Evaluator<'a> {
    fn constant(&mut self, scope: &[String], path: &[String]) -> Result<Value> {
        let Some((full, constant)) = self.items.find(scope, path) else {
            let name = path.join("::");
            let names: Vec<String> = self.items.names().collect();
            let help = suggest::nearest(&name, names.iter().map(String::as_str));
            let help = help.map(|meant| format!("; did you mean `{meant}`?")).unwrap_or_default();
            return Err(format!("the file has no constant `{name}`{help}"));
        };
        if self.open.contains(&full) {
            return Err(format!("the constant `{}` refers to itself", full.join("::")));
        }
        self.open.push(full);
        let value = self.expression(&constant.value, &constant.scope);
        self.open.pop();
        value
    }

    fn expression(&mut self, expression: &'a Expr, scope: &'a [String]) -> Result<Value> {
        self.steps += 1;
        if self.depth >= MAX_DEPTH || self.steps > MAX_STEPS {
            return Err("the constant is too deep or too large to be evaluated".to_owned());
        }
        self.depth += 1;
        let value = self.shallow(expression, scope);
        self.depth -= 1;
        value
    }

    fn shallow(&mut self, expression: &'a Expr, scope: &'a [String]) -> Result<Value> {
        match expression {
            Expr::Lit(literal) => match &literal.lit {
                Lit::Str(text) if text.value().len() <= MAX_LENGTH => Ok(Value::Text(text.value())),
                _ => Err(unexpected(expression)),
            },
            Expr::Reference(inner) => self.expression(&inner.expr, scope),
            Expr::Paren(inner) => self.expression(&inner.expr, scope),
            Expr::Group(inner) => self.expression(&inner.expr, scope),
            Expr::Cast(inner) => self.expression(&inner.expr, scope),
            Expr::Closure(closure) if closure.inputs.is_empty() => self.expression(&closure.body, scope),
            Expr::Block(block) => match block.block.stmts.as_slice() {
                [syn::Stmt::Expr(inner, None)] => self.expression(inner, scope),
                _ => Err(unexpected(expression)),
            },
            Expr::Array(array) => self.list(&array.elems, scope),
            Expr::Path(path) => {
                let segments: Vec<String> = path.path.segments.iter().map(|part| part.ident.to_string()).collect();
                self.constant(scope, &segments)
            }
            Expr::Binary(binary) if matches!(binary.op, syn::BinOp::BitOr(_)) => {
                let left = self.expression(&binary.left, scope)?;
                union(left, self.expression(&binary.right, scope)?)
            }
            Expr::Call(call) => self.call(expression, call, scope),
            Expr::MethodCall(call) => self.method(expression, call, scope),
            Expr::Macro(invocation) => self.invocation(expression, &invocation.mac, scope),
            _ => Err(unexpected(expression)),
        }
    }

    fn list(&mut self, items: &'a Punctuated<Expr, Token![,]>, scope: &'a [String]) -> Result<Value> {
        items.iter().map(|item| self.expression(item, scope)).collect::<Result<_>>().map(Value::List)
    }

    /// Constructors that only wrap what they are given.
    fn call(&mut self, whole: &Expr, call: &'a syn::ExprCall, scope: &'a [String]) -> Result<Value> {
        const WRAPPERS: [(&str, &[&str]); 6] = [
            ("from", &["HashSet", "BTreeSet", "Vec", "String", "IndexSet", "FxHashSet"]),
            ("from_iter", &["HashSet", "BTreeSet", "Vec", "IndexSet", "FxHashSet"]),
            ("new", &["LazyLock", "Lazy", "LazyCell", "Scope", "Box"]),
            ("literal", &["Scope"]),
            ("Borrowed", &["Cow"]),
            ("Owned", &["Cow"]),
        ];
        let Expr::Path(function) = &*call.func else { return Err(unexpected(whole)) };
        let mut names = function.path.segments.iter().rev().map(|part| part.ident.to_string());
        let (last, owner) = (names.next().unwrap_or_default(), names.next().unwrap_or_default());
        let wraps = WRAPPERS.iter().any(|(name, owners)| *name == last && owners.contains(&owner.as_str()));
        match (wraps, call.args.first()) {
            (true, Some(inner)) if call.args.len() == 1 => self.expression(inner, scope),
            _ => Err(unexpected(whole)),
        }
    }

    fn method(&mut self, whole: &Expr, call: &'a syn::ExprMethodCall, scope: &'a [String]) -> Result<Value> {
        let receiver = self.expression(&call.receiver, scope)?;
        match (call.method.to_string().as_str(), call.args.first()) {
            (
                "iter" | "into_iter" | "copied" | "cloned" | "collect" | "to_vec" | "to_owned" | "to_string" | "into"
                | "clone" | "as_slice" | "as_ref" | "as_str",
                None,
            ) => Ok(receiver),
            ("chain", Some(other)) => match (receiver, self.expression(other, scope)?) {
                (Value::List(left), Value::List(right)) => Ok(Value::List([left, right].concat())),
                _ => Err(unexpected(whole)),
            },
            ("union", Some(other)) => union(receiver, self.expression(other, scope)?),
            ("concat", None) => join(receiver, "").ok_or_else(|| unexpected(whole)),
            ("join", Some(separator)) => match self.expression(separator, scope)? {
                Value::Text(separator) => join(receiver, &separator).ok_or_else(|| unexpected(whole)),
                Value::List(_) => Err(unexpected(whole)),
            },
            _ => Err(unexpected(whole)),
        }
    }

    fn invocation(&mut self, whole: &Expr, invocation: &syn::Macro, scope: &'a [String]) -> Result<Value> {
        let name = invocation.path.segments.last().map(|part| part.ident.to_string()).unwrap_or_default();
        let parse = || invocation.parse_body_with(Punctuated::<Expr, Token![,]>::parse_terminated);
        let arguments = parse().map_err(|_| unexpected(whole))?;
        // The arguments live only here, so they are evaluated by an evaluator that shares nothing but the limits.
        let mut inner = Evaluator { items: self.items, open: self.open.clone(), depth: self.depth, steps: self.steps };
        let value = match name.as_str() {
            "concat" | "concatcp" | "const_concat" => {
                let parts: Result<Vec<String>> = arguments.iter().map(|part| inner.part(part, scope)).collect();
                Value::Text(parts?.concat())
            }
            "vec" | "hashset" | "btreeset" | "hash_set" | "btree_set" | "phf_set" | "array" => {
                let items: Result<Vec<Value>> = arguments.iter().map(|item| inner.expression(item, scope)).collect();
                Value::List(items?)
            }
            _ => return Err(unexpected(whole)),
        };
        self.steps = inner.steps;
        Ok(value)
    }

    /// A part of `concat!`: text, or a literal that becomes text.
    fn part(&mut self, part: &'a Expr, scope: &'a [String]) -> Result<String> {
        if let Expr::Lit(literal) = part {
            match &literal.lit {
                Lit::Int(number) => return Ok(number.base10_digits().to_owned()),
                Lit::Bool(truth) => return Ok(truth.value.to_string()),
                Lit::Char(letter) => return Ok(letter.value().to_string()),
                _ => {}
            }
        }
        match self.expression(part, scope)? {
            Value::Text(text) => Ok(text),
            Value::List(_) => Err(unexpected(part)),
        }
    }
}

fn union(left: Value, right: Value) -> Result<Value> {
    let (Value::List(mut all), Value::List(more)) = (left, right) else {
        return Err("a union needs two sets".to_owned());
    };
    for value in more {
        if !all.contains(&value) {
            all.push(value);
        }
    }
    Ok(Value::List(all))
}

/// A list of texts becomes one text, a list of lists one list.
fn join(value: Value, separator: &str) -> Option<Value> {
    let Value::List(items) = value else { return None };
    if items.iter().all(|item| matches!(item, Value::List(_))) {
        let lists = items.into_iter().filter_map(|item| match item {
            Value::List(inner) => Some(inner),
            Value::Text(_) => None,
        });
        return Some(Value::List(lists.flatten().collect()));
    }
    let texts: Option<Vec<String>> = items
        .into_iter()
        .map(|item| match item {
            Value::Text(text) => Some(text),
            Value::List(_) => None,
        })
        .collect();
    Some(Value::Text(texts?.join(separator)))
}

fn unexpected(expression: &Expr) -> String {
    const SHOWN: usize = 60;
    let text = expression.to_token_stream().to_string();
    let short: String = text.chars().take(SHOWN).collect();
    let ellipsis = if short.len() < text.len() { "…" } else { "" };
    format!("`{short}{ellipsis}` can't be evaluated; texts, lists, sets and other constants of the file can")
}
