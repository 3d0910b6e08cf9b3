//! Tokens of Rust, found fast and without judgement of what they mean.

use std::ops::Range;

use memchr::{memchr, memchr2};

/// A token. Punctuation comes one byte at a time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Lexeme<'a> {
    Word(&'a [u8]),
    RawWord,
    Lifetime,
    Literal,
    Open(u8),
    Close(u8),
    Punct(u8),
    /// Something that no token begins with, or that doesn't end.
    Bad,
    End,
}

/// Cuts text into tokens, skipping white space and comments.
pub(super) struct Lexer<'a> {
    text: &'a [u8],
    at: usize,
    /// From the first to the last line of the `///` or `//!` before the last token.
    pub(super) documentation: Option<Range<usize>>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Class {
    Space,
    Word,
    Digit,
    Punct,
    Open,
    Close,
    Quote,
    Apostrophe,
    Slash,
    Bad,
}

const CLASSES: [Class; 256] = {
    let mut classes = [Class::Bad; 256];
    let mut at = 0;
    while at < 256 {
        classes[at] = class(at as u8);
        at += 1;
    }
    classes
};

const fn class(byte: u8) -> Class {
    match byte {
        b' ' | b'\t' | b'\n' | b'\r' | 0x0b | 0x0c => Class::Space,
        b'a'..=b'z' | b'A'..=b'Z' | b'_' => Class::Word,
        // Whether a letter beyond ASCII may stand in a name is left to the parser.
        0x80.. => Class::Word,
        b'0'..=b'9' => Class::Digit,
        b'(' | b'[' | b'{' => Class::Open,
        b')' | b']' | b'}' => Class::Close,
        b'"' => Class::Quote,
        b'\'' => Class::Apostrophe,
        b'/' => Class::Slash,
        b'!' | b'#' | b'$' | b'%' | b'&' | b'*' | b'+' | b',' | b'-' | b'.' | b':' | b';' | b'<' | b'=' | b'>'
        | b'?' | b'@' | b'^' | b'|' | b'~' => Class::Punct,
        _ => Class::Bad,
    }
}

fn continues_word(byte: u8) -> bool {
    matches!(CLASSES[byte as usize], Class::Word | Class::Digit)
}

impl<'a> Lexer<'a> {
    pub(super) fn new(text: &'a str) -> Self {
        let mut lexer = Self { text: text.as_bytes(), at: 0, documentation: None };
        if lexer.text.starts_with(b"#!") {
            let attribute = text[2..].trim_start().starts_with('[');
            if !attribute {
                lexer.skip_line();
            }
        }
        lexer
    }

    /// The place right behind the last token.
    pub(super) fn at(&self) -> usize {
        self.at
    }

    /// The byte right behind the last token.
    pub(super) fn peek(&self) -> Option<u8> {
        self.text.get(self.at).copied()
    }

    /// Steps over a byte that [`Self::peek`] showed.
    pub(super) fn skip(&mut self) {
        self.at += 1;
    }

    #[inline]
    pub(super) fn next(&mut self) -> Lexeme<'a> {
        loop {
            let Some(&byte) = self.text.get(self.at) else { return Lexeme::End };
            let start = self.at;
            self.at += 1;
            return match CLASSES[byte as usize] {
                Class::Space => {
                    // Indentation.
                    while self.peek() == Some(b' ') {
                        self.at += 1;
                    }
                    continue;
                }
                Class::Word => self.word(start),
                Class::Digit => self.number(),
                Class::Punct => Lexeme::Punct(byte),
                Class::Open => Lexeme::Open(byte),
                Class::Close => Lexeme::Close(byte),
                Class::Quote => self.string(),
                Class::Apostrophe => self.apostrophe(),
                Class::Bad => Lexeme::Bad,
                Class::Slash => match self.peek() {
                    Some(b'/') => {
                        let documents = matches!(self.text.get(start + 2), Some(b'/' | b'!'));
                        self.skip_line();
                        if documents {
                            let first = self.documentation.as_ref().map_or(start, |lines| lines.start);
                            self.documentation = Some(first..self.at);
                        }
                        continue;
                    }
                    Some(b'*') => {
                        if self.block_comment() {
                            continue;
                        }
                        Lexeme::Bad
                    }
                    _ => Lexeme::Punct(byte),
                },
            };
        }
    }

    fn rest(&self) -> &'a [u8] {
        self.text.get(self.at..).unwrap_or_default()
    }

    fn skip_line(&mut self) {
        self.at = memchr(b'\n', self.rest()).map_or(self.text.len(), |end| self.at + end + 1);
    }

    fn skip_word(&mut self) {
        self.rest_of_word(self.at);
    }

    /// Skips to the end of a word and gives it from `start`.
    #[inline]
    fn rest_of_word(&mut self, start: usize) -> &'a [u8] {
        let rest = self.rest();
        let length = rest.iter().position(|byte| !continues_word(*byte)).unwrap_or(rest.len());
        self.at += length;
        self.text.get(start..self.at).unwrap_or_default()
    }

    /// Skips a block comment of which the `/` was read; false if it has no end.
    fn block_comment(&mut self) -> bool {
        self.at += 1;
        let mut depth = 1_usize;
        while let Some(found) = memchr2(b'*', b'/', self.rest()) {
            self.at += found;
            match self.text.get(self.at..self.at + 2) {
                Some(b"*/") if depth == 1 => {
                    self.at += 2;
                    return true;
                }
                Some(b"*/") => {
                    depth -= 1;
                    self.at += 2;
                }
                Some(b"/*") => {
                    depth += 1;
                    self.at += 2;
                }
                _ => self.at += 1,
            }
        }
        self.at = self.text.len();
        false
    }

    fn word(&mut self, start: usize) -> Lexeme<'a> {
        let word = self.rest_of_word(start);
        if word.len() > 2 {
            return Lexeme::Word(word);
        }
        match (word, self.peek()) {
            (b"b" | b"c", Some(b'"')) => {
                self.at += 1;
                self.string()
            }
            (b"b", Some(b'\'')) => {
                self.at += 1;
                self.character()
            }
            (b"r" | b"br" | b"cr", Some(b'"' | b'#')) => self.raw(word),
            _ => Lexeme::Word(word),
        }
    }

    /// A raw string or a raw identifier, of which the letters were read.
    fn raw(&mut self, word: &'a [u8]) -> Lexeme<'a> {
        let hashes = self.rest().iter().take_while(|byte| **byte == b'#').count();
        let behind = self.text.get(self.at + hashes).copied();
        if behind != Some(b'"') {
            if word == b"r" && hashes == 1 && behind.is_some_and(continues_word) {
                self.at += 1;
                self.skip_word();
                return Lexeme::RawWord;
            }
            // `r #…` of a macro: the `#` is a token of its own.
            return Lexeme::Word(word);
        }
        self.at += hashes + 1;
        while let Some(quote) = memchr(b'"', self.rest()) {
            self.at += quote + 1;
            let closing = self.rest().iter().take(hashes).take_while(|byte| **byte == b'#').count();
            if closing == hashes {
                self.at += hashes;
                return Lexeme::Literal;
            }
        }
        self.at = self.text.len();
        Lexeme::Bad
    }

    fn string(&mut self) -> Lexeme<'a> {
        while let Some(found) = memchr2(b'"', b'\\', self.rest()) {
            self.at += found + 1;
            if self.text.get(self.at - 1) == Some(&b'"') {
                return Lexeme::Literal;
            }
            self.at += 1;
        }
        self.at = self.text.len();
        Lexeme::Bad
    }

    /// A character or a lifetime, of which the apostrophe was read.
    fn apostrophe(&mut self) -> Lexeme<'a> {
        let Some(first) = self.peek() else { return Lexeme::Bad };
        let length = match first {
            0xf0.. => 4,
            0xe0.. => 3,
            0xc0.. => 2,
            _ => 1,
        };
        if first == b'\\' || first != b'\'' && self.text.get(self.at + length) == Some(&b'\'') {
            return self.character();
        }
        if matches!(CLASSES[first as usize], Class::Word) {
            self.skip_word();
            // `'r#name`
            if self.peek() == Some(b'#') && self.text.get(self.at - 2..self.at) == Some(b"'r") {
                self.at += 1;
                self.skip_word();
            }
            return Lexeme::Lifetime;
        }
        Lexeme::Bad
    }

    /// A character of which the opening apostrophe was read. It ends in the same line.
    fn character(&mut self) -> Lexeme<'a> {
        if self.peek() == Some(b'\\') {
            self.at += 2;
        } else {
            self.at += 1;
        }
        // No escape and no character is longer than `\u{10_FFFF}`.
        let window = self.rest().get(..24).unwrap_or(self.rest());
        match memchr2(b'\'', b'\n', window) {
            Some(end) if window.get(end) == Some(&b'\'') => {
                self.at += end + 1;
                self.skip_word();
                Lexeme::Literal
            }
            _ => Lexeme::Bad,
        }
    }

    fn number(&mut self) -> Lexeme<'a> {
        self.skip_word();
        // `1.5` and `1.` have a fraction; `1..2`, `1.max(2)` and `x.0.1` may be cut anywhere, it makes no difference.
        if self.peek() == Some(b'.') {
            let behind = self.text.get(self.at + 1).copied();
            if behind.is_none_or(|byte| byte != b'.' && CLASSES[byte as usize] != Class::Word) {
                self.at += 1;
                self.skip_word();
            }
        }
        let exponent = self.text.get(self.at - 1).is_some_and(|byte| matches!(byte, b'e' | b'E'));
        let sign = self.peek().is_some_and(|byte| matches!(byte, b'+' | b'-'));
        if exponent && sign && self.text.get(self.at + 1).is_some_and(u8::is_ascii_digit) {
            self.at += 1;
            self.skip_word();
        }
        Lexeme::Literal
    }
}
