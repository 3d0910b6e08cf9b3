//! Finding comments, and nothing that only looks like one.

use std::ops::Range;

/// How a language writes comments and text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Syntax {
    /// `//` to the end of the line, `/* */` nested, Rust's literals.
    Rust,
    /// `#` to the end of the line, quoted scalars, block scalars.
    Yaml,
}

impl Syntax {
    /// The syntax of a file, by its name.
    pub(super) fn of_path(path: &str) -> Option<Self> {
        match path.rsplit_once('.')?.1 {
            "rs" => Some(Self::Rust),
            "yaml" | "yml" => Some(Self::Yaml),
            _ => None,
        }
    }

    /// The line comments of a text, each without its delimiter.
    pub(super) fn line_comments(self, text: &str) -> Vec<Range<usize>> {
        match self {
            Self::Rust => rust_line_comments(text),
            Self::Yaml => yaml_line_comments(text),
        }
    }
}

fn rust_line_comments(text: &str) -> Vec<Range<usize>> {
    let bytes = text.as_bytes();
    let mut comments = Vec::new();
    let mut at = 0;
    while let Some(byte) = bytes.get(at) {
        at = match byte {
            b'/' if bytes.get(at + 1) == Some(&b'/') => {
                let end = end_of_line(bytes, at);
                // `///` and `//!` are documentation: an example in it suppresses nothing.
                let is_documentation = matches!(bytes.get(at + 2), Some(b'/' | b'!'));
                if !is_documentation {
                    comments.push(at + 2..end);
                }
                end
            }
            b'/' if bytes.get(at + 1) == Some(&b'*') => end_of_block_comment(bytes, at),
            b'"' => end_of_string(bytes, at),
            b'r' if !follows_name(bytes, at) || is_raw_prefix(bytes, at) => {
                end_of_raw_string(bytes, at).unwrap_or(at + 1)
            }
            b'\'' => end_of_character(text, at),
            _ => at + 1,
        };
    }
    comments
}

fn end_of_line(bytes: &[u8], from: usize) -> usize {
    bytes[from..].iter().position(|byte| *byte == b'\n').map_or(bytes.len(), |at| from + at)
}

fn end_of_block_comment(bytes: &[u8], start: usize) -> usize {
    let mut depth = 0_usize;
    let mut at = start;
    while at < bytes.len() {
        if bytes[at..].starts_with(b"/*") {
            depth += 1;
            at += 2;
        } else if bytes[at..].starts_with(b"*/") {
            depth -= 1;
            at += 2;
            if depth == 0 {
                return at;
            }
        } else {
            at += 1;
        }
    }
    at
}

fn end_of_string(bytes: &[u8], start: usize) -> usize {
    let mut at = start + 1;
    while let Some(byte) = bytes.get(at) {
        match byte {
            b'\\' => at += 2,
            b'"' => return at + 1,
            _ => at += 1,
        }
    }
    bytes.len()
}

fn follows_name(bytes: &[u8], at: usize) -> bool {
    at > 0 && (bytes[at - 1].is_ascii_alphanumeric() || bytes[at - 1] == b'_')
}

/// Whether the `r` at `at` is the end of `br` or `cr`, which also begin raw strings.
fn is_raw_prefix(bytes: &[u8], at: usize) -> bool {
    at > 0 && matches!(bytes[at - 1], b'b' | b'c') && !follows_name(bytes, at - 1)
}

/// The end of the raw string that begins at `start`; `None` if none does.
fn end_of_raw_string(bytes: &[u8], start: usize) -> Option<usize> {
    let hashes = bytes[start + 1..].iter().take_while(|byte| **byte == b'#').count();
    let open = start + 1 + hashes;
    if bytes.get(open) != Some(&b'"') {
        return None;
    }
    let mut at = open + 1;
    while at < bytes.len() {
        let closes =
            bytes[at] == b'"' && bytes[at + 1..].iter().take(hashes).filter(|byte| **byte == b'#').count() == hashes;
        if closes {
            return Some(at + 1 + hashes);
        }
        at += 1;
    }
    Some(bytes.len())
}

/// Steps over a character literal, or over the quote of a lifetime.
fn end_of_character(text: &str, start: usize) -> usize {
    let mut rest = text[start + 1..].char_indices();
    match rest.next() {
        Some((_, '\\')) => {
            let closing =
                rest.skip(1).take_while(|(_, character)| *character != '\n').find(|(_, character)| *character == '\'');
            closing.map_or(start + 1, |(at, _)| start + 1 + at + 1)
        }
        Some(_) => match rest.next() {
            Some((at, '\'')) => start + 1 + at + 1,
            _ => start + 1,
        },
        None => start + 1,
    }
}

fn yaml_line_comments(text: &str) -> Vec<Range<usize>> {
    let mut comments = Vec::new();
    let mut block_scalar: Option<usize> = None;
    let mut quote: Option<char> = None;
    let mut offset = 0;
    for line in text.split_inclusive('\n') {
        let start = offset;
        offset += line.len();
        let content = line.trim_end_matches(['\n', '\r']);
        let indent = content.len() - content.trim_start_matches(' ').len();
        if let Some(parent) = block_scalar {
            if content.trim().is_empty() || indent > parent {
                continue;
            }
            block_scalar = None;
        }
        let comment = yaml_comment_start(content, &mut quote);
        if let Some(at) = comment {
            comments.push(start + at + 1..start + content.len());
        }
        let value = content[..comment.unwrap_or(content.len())].trim_end();
        if quote.is_none() && opens_block_scalar(value) {
            block_scalar = Some(indent);
        }
    }
    comments
}

/// Where a comment begins on a line; `quote` carries a quoted scalar over to the next line.
fn yaml_comment_start(line: &str, quote: &mut Option<char>) -> Option<usize> {
    let mut before = ' ';
    let mut characters = line.char_indices().peekable();
    while let Some((at, character)) = characters.next() {
        match (*quote, character) {
            (Some('"'), '\\') => {
                characters.next();
            }
            // A doubled apostrophe stands for one.
            (Some('\''), '\'') if characters.peek().is_some_and(|(_, next)| *next == '\'') => {
                characters.next();
            }
            (Some(open), _) => {
                if character == open {
                    *quote = None;
                }
            }
            (None, '#') if before.is_whitespace() => return Some(at),
            // A quote opens a scalar only where a value can begin; elsewhere it is an apostrophe.
            (None, '"' | '\'') if before.is_whitespace() || matches!(before, '[' | '{' | ',' | ':' | '-') => {
                *quote = Some(character);
            }
            (None, _) => {}
        }
        before = character;
    }
    None
}

/// Whether a line ends in `|` or `>` with its optional modifiers.
fn opens_block_scalar(line: &str) -> bool {
    let indicator = line.rsplit([' ', ':']).next().unwrap_or_default();
    let mut characters = indicator.chars();
    matches!(characters.next(), Some('|' | '>'))
        && characters.all(|character| matches!(character, '+' | '-' | '0'..='9'))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn comments(syntax: Syntax, text: &str) -> Vec<&str> {
        syntax.line_comments(text).into_iter().map(|range| text[range].trim()).collect()
    }

    #[test]
    fn rust_comments_are_found_behind_every_kind_of_literal() {
        let text = "let a = 'x'; // one\nlet b = '\\''; // two\nfn f<'a>() {} // three\nlet c = b\"\\\"\"; // four\nlet d = br#\"\"\"#; // five\nlet r#type = 1; // six\n";
        assert_eq!(comments(Syntax::Rust, text), ["one", "two", "three", "four", "five", "six"]);
    }

    #[test]
    fn rust_text_that_looks_like_a_comment_is_none() {
        let text = "let a = \"// no\";\nlet b = r#\"\n// no \" // no\n\"#;\n/* // no /* nested */\n// no */\n/// no\n//! no\nlet c = \"a\\\n // no\";\n";
        assert_eq!(comments(Syntax::Rust, text), Vec::<&str>::new());
    }

    #[test]
    fn unfinished_rust_is_no_trouble() {
        for text in ["\"", "r#\"", "/*", "'", "'\\", "b'", "//", "r", "/", "'é", "\"\\"] {
            let _ = comments(Syntax::Rust, text);
        }
        assert_eq!(comments(Syntax::Rust, "x //"), [""]);
    }

    #[test]
    fn yaml_comments_are_found_outside_of_scalars() {
        let text = "a: 'it''s # no' # one\nb: \"x \\\" # no\" # two\nc: x#no # three\nd: don't # four\ne: |\n  # no\n\n  # no\nf: 1 # five\n";
        assert_eq!(comments(Syntax::Yaml, text), ["one", "two", "three", "four", "five"]);
    }

    #[test]
    fn a_quoted_yaml_scalar_may_span_lines() {
        assert_eq!(comments(Syntax::Yaml, "a: \"x\n  # no\n  y\" # yes\n"), ["yes"]);
    }
}
