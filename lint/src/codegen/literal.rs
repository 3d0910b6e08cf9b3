//! Text between quotes.

use std::borrow::Cow;
use std::fmt::Write as _;

use crate::report::escape::visible;

/// Text between double quotes, for languages in which `\"` and `\\` mean what they mean in C. `spell` writes what can't be seen, or would break the line.
pub(super) fn quoted(text: &str, spell: impl Fn(&mut String, char)) -> String {
    between('"', text, spell)
}

/// The same between those quotes, single or double, that have to be escaped less often, as formatters want it.
pub(super) fn lightly_quoted(text: &str, spell: impl Fn(&mut String, char)) -> String {
    let count = |quote: char| text.matches(quote).count();
    between(if count('"') > count('\'') { '\'' } else { '"' }, text, spell)
}

fn between(quote: char, text: &str, spell: impl Fn(&mut String, char)) -> String {
    let mut literal = String::with_capacity(text.len() + 2);
    literal.push(quote);
    for character in text.chars() {
        match character {
            character if character == quote || character == '\\' => {
                literal.push('\\');
                literal.push(character);
            }
            character if is_plain(character) => literal.push(character),
            character => spell(&mut literal, character),
        }
    }
    literal.push(quote);
    literal
}

/// `\u{202e}`, as Rust and JavaScript write it.
pub(super) fn braced(out: &mut String, character: char) {
    let _ = write!(out, "\\u{{{:x}}}", u32::from(character));
}

/// Whether a character is shown as itself wherever text is shown.
pub(super) fn is_plain(character: char) -> bool {
    matches!(visible(character.encode_utf8(&mut [0; 4])), Cow::Borrowed(_))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_leaves_its_quotes_or_hides_in_them() {
        assert_eq!(quoted("a:b", braced), r#""a:b""#);
        assert_eq!(lightly_quoted("a\"b", braced), r#"'a"b'"#);
        assert_eq!(lightly_quoted("'\"", braced), r#""'\"""#);
        assert_eq!(quoted("\"\\\n\u{202e}ß", braced), r#""\"\\\u{a}\u{202e}ß""#);
    }
}
