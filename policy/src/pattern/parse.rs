//! From text to pattern.

use std::fmt;
use std::ops::Range;

use super::{ArgumentPattern, Head, TermPattern, ValuePattern};

/// Why a text isn't a pattern.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PatternError {
    /// What is wrong.
    pub message: String,
    /// The bytes of the pattern that are to blame.
    pub range: Range<usize>,
}

impl fmt::Display for PatternError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.message)
    }
}

impl std::error::Error for PatternError {}

/// Deeper nesting is an accident or an attack.
const MAX_DEPTH: usize = 32;

pub(super) fn parse(text: &str) -> Result<TermPattern, PatternError> {
    let mut parser = Parser { text, at: 0 };
    let term = parser.whole()?;
    parser.skip_space();
    if parser.at < text.len() {
        return Err(parser.error("nothing more is expected here"));
    }
    Ok(term)
}

struct Parser<'a> {
    text: &'a str,
    at: usize,
}

impl<'a> Parser<'a> {
    fn rest(&self) -> &'a str {
        self.text.get(self.at..).unwrap_or_default()
    }

    fn skip_space(&mut self) {
        self.at += self.rest().len() - self.rest().trim_start().len();
    }

    fn error(&self, message: impl Into<String>) -> PatternError {
        let end = self.at + self.rest().chars().next().map_or(0, char::len_utf8);
        PatternError { message: message.into(), range: self.at..end }
    }

    fn eat(&mut self, token: &str) -> bool {
        self.skip_space();
        let found = self.rest().starts_with(token);
        if found {
            self.at += token.len();
        }
        found
    }

    fn word(&mut self) -> Option<&'a str> {
        self.skip_space();
        let rest = self.rest();
        let end = rest.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(rest.len());
        let word = rest.get(..end).filter(|word| !word.is_empty())?;
        self.at += end;
        Some(word)
    }

    fn whole(&mut self) -> Result<TermPattern, PatternError> {
        self.skip_space();
        if self.eat("$") {
            if let Some(name) = self.word().filter(|name| *name != "_") {
                return Ok(TermPattern { head: Head::Variable(name.to_owned()), args: Vec::new() });
            }
            return Err(self.error("a pattern for everything would hide every guard: name the guard"));
        }
        self.term(0)
    }

    fn term(&mut self, depth: usize) -> Result<TermPattern, PatternError> {
        if depth > MAX_DEPTH {
            return Err(self.error(format!("nested more than {MAX_DEPTH} levels deep")));
        }
        let mut path = Vec::new();
        self.eat("::");
        loop {
            let Some(segment) = self.word() else { return Err(self.error("expected a name")) };
            if segment.starts_with(|c: char| c.is_ascii_digit()) {
                return Err(self.error(format!("a name can't begin with a digit: `{segment}`")));
            }
            path.push(segment.to_owned());
            // `Name::<A>` is the same as `Name<A>`.
            if self.eat("::<") {
                self.at -= 1;
                break;
            }
            if !self.eat("::") && !self.eat(".") {
                break;
            }
        }
        let close = [("<", ">"), ("(", ")"), ("{", "}")].into_iter().find(|(open, _)| self.eat(open));
        let args = match close {
            Some((_, close)) => self.arguments(close, depth)?,
            None => Vec::new(),
        };
        Ok(TermPattern { head: Head::Path(path), args })
    }

    fn arguments(&mut self, close: &str, depth: usize) -> Result<Vec<ArgumentPattern>, PatternError> {
        let mut args: Vec<ArgumentPattern> = Vec::new();
        while !self.eat(close) {
            self.skip_space();
            let start = self.at;
            let argument = self.argument(depth)?;
            let clash = |message: String| PatternError { message, range: start..self.at };
            if let Some(name) = &argument.name
                && args.iter().any(|other| other.name.as_ref() == Some(name))
            {
                return Err(clash(format!("the keyword `{name}` is given twice")));
            }
            let is_rest = |argument: &ArgumentPattern| matches!(argument.value, ValuePattern::Rest(_));
            if is_rest(&argument) && (argument.name.is_some() || args.iter().any(is_rest)) {
                return Err(clash("only one `$...` can stand among the arguments, and without a keyword".to_owned()));
            }
            args.push(argument);
            if !self.eat(",") {
                if self.eat(close) {
                    break;
                }
                return Err(self.error(format!("expected `,` or `{close}`")));
            }
        }
        Ok(args)
    }

    fn argument(&mut self, depth: usize) -> Result<ArgumentPattern, PatternError> {
        let before = self.at;
        if let Some(word) = self.word() {
            let is_path = self.rest().trim_start().starts_with("::");
            if !is_path && (self.eat("=") || self.eat(":")) {
                return Ok(ArgumentPattern { name: Some(word.to_owned()), value: self.value(depth)? });
            }
        }
        self.at = before;
        Ok(ArgumentPattern { name: None, value: self.value(depth)? })
    }

    fn value(&mut self, depth: usize) -> Result<ValuePattern, PatternError> {
        self.skip_space();
        if self.eat("$...") {
            return Ok(ValuePattern::Rest(self.variable_name()));
        }
        if self.eat("$") {
            let Some(name) = self.word() else { return Err(self.error("expected a name behind `$`")) };
            return Ok(ValuePattern::One((name != "_").then(|| name.to_owned())));
        }
        if depth > MAX_DEPTH {
            return Err(self.error(format!("nested more than {MAX_DEPTH} levels deep")));
        }
        if self.eat("[") {
            return Ok(ValuePattern::List(self.arguments("]", depth + 1)?));
        }
        let rest = self.rest();
        if let Some(quote) = rest.chars().next().filter(|c| matches!(c, '"' | '\'')) {
            return self.string(quote);
        }
        if rest.starts_with(|c: char| c.is_ascii_digit() || c == '-') {
            return self.number();
        }
        let term = self.term(depth + 1)?;
        Ok(match &term.head {
            Head::Path(path) if term.args.is_empty() => match path.as_slice() {
                [word] if word == "true" || word == "True" => ValuePattern::Bool(true),
                [word] if word == "false" || word == "False" => ValuePattern::Bool(false),
                _ => ValuePattern::Term(term),
            },
            _ => ValuePattern::Term(term),
        })
    }

    /// The name behind `$...`; a space between them would make it another argument.
    fn variable_name(&mut self) -> Option<String> {
        if !self.rest().starts_with(|c: char| c.is_alphanumeric() || c == '_') {
            return None;
        }
        self.word().filter(|name| *name != "_").map(str::to_owned)
    }

    fn string(&mut self, quote: char) -> Result<ValuePattern, PatternError> {
        let start = self.at;
        let mut value = String::new();
        let mut chars = self.rest().char_indices().skip(1);
        while let Some((offset, c)) = chars.next() {
            match c {
                '\\' => value.extend(chars.next().map(|(_, escaped)| escaped)),
                c if c == quote => {
                    self.at += offset + c.len_utf8();
                    return Ok(ValuePattern::Str(value));
                }
                c => value.push(c),
            }
        }
        Err(PatternError { message: "this text is never closed".to_owned(), range: start..self.text.len() })
    }

    fn number(&mut self) -> Result<ValuePattern, PatternError> {
        let rest = self.rest();
        let end = rest.find(|c: char| !c.is_ascii_digit() && c != '-').unwrap_or(rest.len());
        let digits = rest.get(..end).unwrap_or_default();
        let number = digits.parse().map_err(|_| PatternError {
            message: format!("`{digits}` isn't a whole number"),
            range: self.at..self.at + end,
        })?;
        self.at += end;
        Ok(ValuePattern::Int(number))
    }
}
