//! Whether a file that nobody needs to parse might not parse.
//!
//! Files without a trace of routes are never parsed, so a syntax error in them would go unseen. A scanner that knows tokens, groups and a few things that
//! never stand next to each other is a hundred times cheaper than a parser. It only suspects: the parser has the last word, so a suspicion that was
//! wrong costs time and nothing else, and there should be few.
//!
//! The same scan measures nesting, because a parser that recurses must not be given text that makes it run out of stack.

mod lexer;
#[cfg(test)]
mod tests;

use std::ops::Range;

use lexer::{Lexeme, Lexer};

/// Nesting that no parser is to be given more of. Code that people write stays far below.
pub const MAX_DEPTH: u32 = 200;

/// So many operators in a row, which make a tree that is deep to the left, weigh like one level of nesting.
const ROW_PER_LEVEL: u32 = 25;

/// What a scan says about a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shape {
    /// Whether it may not parse.
    pub suspicious: bool,
    /// How deep its groups, generics, operators and the like nest, at most.
    pub depth: u32,
    /// What the items of the file don't depend on, in order: what stands between the braces of functions and types, and the
    /// comments that document them. What macros are given isn't listed.
    pub details: Vec<Range<usize>>,
}

impl Shape {
    /// Whether a parser could run out of stack.
    pub fn is_too_deep(&self) -> bool {
        self.depth > MAX_DEPTH
    }
}

/// Whether a file may not parse.
pub fn may_not_parse(text: &str) -> bool {
    shape(text).suspicious
}

/// Scans a file.
pub fn shape(text: &str) -> Shape {
    let mut scanner = Scanner::new(text);
    while scanner.step() {}
    let suspicious = scanner.suspicious || scanner.frames.len() > 1;
    Shape { suspicious, depth: scanner.depth, details: scanner.details }
}

/// What a group holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Content {
    /// Whatever a macro or attribute likes.
    Opaque,
    /// Statements.
    Block,
    /// Anything else: fields, arms, arguments, items.
    Other,
}

/// What came last, as far as the next token depends on it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Before {
    /// Nothing, an attribute, a lifetime, `pub(…)`: anything may follow.
    Anything,
    /// A name, a literal, `)` or `]`: what a value or type ends with.
    Operand,
    /// A keyword.
    Keyword,
    /// A keyword that a block may follow at once: `else`, `unsafe`.
    BlockKeyword,
    Pub,
    Fn,
    /// `name!`, or `name! other`.
    MacroBang,
    OpenGroup,
    CloseBrace,
    /// The `|` behind a closure's parameters.
    ClosureEnd,
    Arrow,
    FatArrow,
    PathSeparator,
    Dots,
    Punct(u8),
}

/// A keyword whose block comes later: behind its condition, its signature.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Awaited {
    Nothing,
    Block,
    /// The body of a function.
    Body,
    /// Those of a struct, an enum or a union.
    Fields,
    /// `if let`, `for`: a pattern comes first, which may have braces of its own.
    PatternThenBlock,
    NotBlock,
}

#[derive(Debug, Clone, Copy)]
struct Frame {
    closes_with: u8,
    content: Content,
    /// What [`Scanner::before`] is once the group is closed.
    after: Before,
    angles: u32,
    /// Right-associative links in this statement, and operators in a row.
    links: u32,
    row: u32,
    in_closure: bool,
    in_where: bool,
    awaited: Awaited,
}

struct Scanner<'a> {
    lexer: Lexer<'a>,
    /// The open groups; the first is the file.
    frames: Vec<Frame>,
    frame: Frame,
    before: Before,
    /// Prefix operators in a row.
    prefixes: u32,
    angles: u32,
    depth: u32,
    suspicious: bool,
    details: Vec<Range<usize>>,
    /// How many groups are open around the body that is read now, and where it begins.
    body: Option<(usize, usize)>,
}

impl Frame {
    fn new(closes_with: u8, content: Content, after: Before) -> Self {
        Self {
            closes_with,
            content,
            after,
            angles: 0,
            links: 0,
            row: 0,
            in_closure: false,
            in_where: false,
            awaited: Awaited::Nothing,
        }
    }

    fn awaits_body(&self) -> bool {
        matches!(self.awaited, Awaited::Body | Awaited::Fields)
    }
}

impl<'a> Scanner<'a> {
    fn new(text: &'a str) -> Self {
        Self {
            lexer: Lexer::new(text),
            frames: vec![Frame::new(0, Content::Other, Before::Anything)],
            frame: Frame::new(0, Content::Other, Before::Anything),
            before: Before::Anything,
            prefixes: 0,
            angles: 0,
            depth: 0,
            suspicious: false,
            details: Vec::new(),
            body: None,
        }
    }

    /// Takes one token; false at the end.
    #[inline]
    fn step(&mut self) -> bool {
        let lexeme = self.lexer.next();
        if let Some(documentation) = self.lexer.documentation.take()
            && self.body.is_none()
            && self.frame.content != Content::Opaque
        {
            self.details.push(documentation);
        }
        match lexeme {
            Lexeme::End => return false,
            Lexeme::Bad => self.suspicious = true,
            Lexeme::Open(open) => self.open(open),
            Lexeme::Close(close) => self.close(close),
            _ if self.frame.content == Content::Opaque => {}
            Lexeme::Word(word) => self.word(word),
            Lexeme::RawWord | Lexeme::Literal => self.operand(),
            Lexeme::Lifetime => self.before = Before::Anything,
            Lexeme::Punct(punct) => self.punct(punct),
        }
        true
    }

    fn measure(&mut self) {
        let groups = u32::try_from(self.frames.len()).unwrap_or(u32::MAX) - 1;
        let depth = groups + self.angles + self.prefixes + self.frame.links + self.frame.row / ROW_PER_LEVEL;
        self.depth = self.depth.max(depth);
    }

    fn open(&mut self, open: u8) {
        let awaits_body = open == b'{' && self.frame.awaits_body();
        let content = match (self.frame.content, self.before) {
            (Content::Opaque, _) | (_, Before::MacroBang | Before::Punct(b'#')) => Content::Opaque,
            _ if open == b'{' && self.opens_block() => Content::Block,
            _ => Content::Other,
        };
        let (closes_with, after) = match (open, self.before) {
            (b'{', _) => (b'}', Before::CloseBrace),
            (b'[', Before::Punct(b'#')) => (b']', Before::Anything),
            (b'(', Before::Pub) => (b')', Before::Anything),
            (b'[', _) => (b']', Before::Operand),
            _ => (b')', Before::Operand),
        };
        if open == b'{' && self.frame.angles == 0 {
            self.frame.in_where = false;
        }
        if awaits_body && !self.frame.awaits_body() && self.body.is_none() {
            self.body = Some((self.frames.len(), self.lexer.at()));
        }
        self.frames.push(self.frame);
        self.frame = Frame::new(closes_with, content, after);
        self.measure();
        self.prefixes = 0;
        self.before = Before::OpenGroup;
    }

    /// Whether a `{` here begins a block for sure.
    fn opens_block(&mut self) -> bool {
        let in_type = self.frame.angles > 0;
        // A constant among type arguments: `Matrix<3, { N + 1 }>`.
        if in_type && matches!(self.before, Before::Punct(b'<' | b',')) {
            return false;
        }
        match (self.before, self.frame.awaited) {
            (Before::BlockKeyword, _) => return true,
            (_, awaited @ (Awaited::Block | Awaited::Body | Awaited::Fields | Awaited::NotBlock)) => {
                self.reset_angles();
                self.frame.awaited = Awaited::Nothing;
                return matches!(awaited, Awaited::Block | Awaited::Body);
            }
            _ => {}
        }
        match self.before {
            Before::FatArrow | Before::ClosureEnd => true,
            Before::Punct(b'=') => !in_type,
            Before::Punct(b';') | Before::OpenGroup | Before::CloseBrace => self.frame.content == Content::Block,
            _ => false,
        }
    }

    fn close(&mut self, close: u8) {
        let expected = self.frame.closes_with;
        match self.frames.pop() {
            Some(outer) if expected == close => {
                if self.frame.content != Content::Opaque {
                    self.check_dangling();
                }
                self.before = self.frame.after;
                self.angles -= self.frame.angles.min(self.angles);
                self.frame = outer;
                self.prefixes = 0;
                if let Some((around, start)) = self.body
                    && around == self.frames.len()
                {
                    self.details.push(start..self.lexer.at() - 1);
                    self.body = None;
                }
            }
            // Not to be recovered from; what follows doesn't matter, but its depth does.
            outer => {
                self.suspicious = true;
                self.frames.extend(outer);
                if self.frames.len() > 1 {
                    self.frame = self.frames.pop().unwrap_or(self.frame);
                }
            }
        }
    }

    /// An operator that wants an operand stands before something that isn't one.
    fn check_dangling(&mut self) {
        use Before::{Arrow, PathSeparator, Punct};
        self.suspicious |=
            matches!(self.before, Arrow | PathSeparator | Punct(b'=' | b'/' | b'%' | b'^' | b'.' | b'&'));
    }

    fn operand(&mut self) {
        self.suspicious |= self.before == Before::Operand;
        self.before = Before::Operand;
        self.prefixes = 0;
    }

    fn word(&mut self, word: &[u8]) {
        if self.before == Before::CloseBrace && word != b"else" && word != b"as" {
            self.end_statement();
        }
        if self.before == Before::MacroBang {
            // `macro_rules! name`
            return;
        }
        match keyword(word) {
            Some(before) => {
                self.keyword(word);
                self.before = before;
            }
            None => {
                if self.before == Before::Fn {
                    self.reset_angles();
                    self.frame.awaited = Awaited::Body;
                }
                self.operand();
            }
        }
    }

    fn keyword(&mut self, word: &[u8]) {
        match word {
            b"where" => self.frame.in_where = true,
            // `-> impl Trait`, `for<'a>`: what comes is still the body.
            b"impl" | b"for" if self.frame.awaits_body() => {}
            b"if" | b"while" => self.frame.awaited = Awaited::Block,
            // Not the one of `impl Trait for Type`.
            b"for" if self.frame.awaited != Awaited::NotBlock => self.frame.awaited = Awaited::PatternThenBlock,
            b"let" if self.frame.awaited == Awaited::Block => self.frame.awaited = Awaited::PatternThenBlock,
            b"in" if self.frame.awaited == Awaited::PatternThenBlock => self.frame.awaited = Awaited::Block,
            b"struct" | b"enum" | b"union" => self.frame.awaited = Awaited::Fields,
            b"match" | b"trait" | b"impl" | b"mod" => self.frame.awaited = Awaited::NotBlock,
            b"else" => self.frame.links += 1,
            _ => {}
        }
        let is_prefix = matches!(word, b"return" | b"break" | b"yield" | b"mut" | b"const" | b"dyn");
        self.prefixes = if is_prefix { self.prefixes + 1 } else { 0 };
        self.measure();
    }

    fn reset_angles(&mut self) {
        self.angles -= self.frame.angles.min(self.angles);
        self.frame.angles = 0;
    }

    fn end_statement(&mut self) {
        self.reset_angles();
        self.frame.links = 0;
        self.frame.row = 0;
        self.frame.in_closure = false;
        self.frame.awaited = Awaited::Nothing;
    }

    fn punct(&mut self, punct: u8) {
        let next = self.lexer.peek();
        let binary = matches!(self.before, Before::Operand | Before::CloseBrace | Before::Punct(b'>' | b'?'));
        let before = match (punct, next) {
            (b';', _) => {
                self.check_dangling();
                self.suspicious |= self.frame.closes_with == b')';
                self.end_statement();
                self.frame.in_where = false;
                Before::Punct(punct)
            }
            (b',', _) => {
                self.check_dangling();
                self.comma();
                Before::Punct(punct)
            }
            (b'$', _) => {
                self.suspicious = true;
                Before::Anything
            }
            (b'-', Some(b'>')) => {
                self.lexer.skip();
                self.frame.links += 1;
                Before::Arrow
            }
            (b'=', Some(b'>')) => {
                self.lexer.skip();
                self.suspicious |= self.frame.content == Content::Block;
                self.end_statement();
                Before::FatArrow
            }
            // `=======`, of a merge that nobody finished.
            (b'=', _) if self.before == Before::Punct(b'=') => {
                self.suspicious = true;
                Before::Punct(punct)
            }
            (b'=', Some(b'=')) | (b'!', Some(b'=')) => {
                self.lexer.skip();
                Before::Punct(b'=')
            }
            (b'=', _) => {
                self.frame.links += 1;
                if self.frame.awaited == Awaited::PatternThenBlock && self.before != Before::Dots {
                    self.frame.awaited = Awaited::Block;
                }
                Before::Punct(punct)
            }
            (b':', Some(b':')) => {
                self.lexer.skip();
                Before::PathSeparator
            }
            (b'.', Some(b'.')) => {
                self.lexer.skip();
                Before::Dots
            }
            (b'.', _) if self.before == Before::Dots => Before::Dots,
            (b'!', _) if self.before == Before::Operand => Before::MacroBang,
            (b'!', _) if self.before == Before::Punct(b'#') => return,
            (b'<', Some(b'=')) => {
                self.lexer.skip();
                Before::Punct(b'=')
            }
            (b'<', _) => {
                self.frame.angles += 1;
                self.angles += 1;
                Before::Punct(punct)
            }
            (b'>', _) => {
                if self.frame.angles > 0 {
                    self.frame.angles -= 1;
                    self.angles -= 1;
                }
                Before::Punct(punct)
            }
            (b'&', Some(b'&')) if binary => {
                self.lexer.skip();
                self.reset_angles();
                Before::Punct(b'&')
            }
            (b'|', Some(b'|')) => {
                self.lexer.skip();
                if binary {
                    self.reset_angles();
                    Before::Punct(b'|')
                } else {
                    Before::ClosureEnd
                }
            }
            (b'|', _) if self.frame.in_closure => {
                self.frame.in_closure = false;
                Before::ClosureEnd
            }
            (b'|', _) if !binary => {
                self.frame.in_closure = true;
                Before::Punct(punct)
            }
            (b'#', _) if self.before == Before::CloseBrace => {
                self.end_statement();
                Before::Punct(punct)
            }
            _ => Before::Punct(punct),
        };
        if binary {
            self.frame.row += 1;
        } else {
            self.prefixes += 1;
        }
        self.measure();
        if matches!(punct, b';' | b',') {
            self.prefixes = 0;
        }
        self.before = before;
    }

    fn comma(&mut self) {
        let listed = self.frame.angles > 0 || self.frame.in_closure || self.frame.in_where;
        self.suspicious |= self.before == Before::Punct(b',') || self.frame.content == Content::Block && !listed;
        self.frame.links = 0;
        self.frame.row = 0;
    }
}

/// Words that may stand next to a name. Those that are keywords only in some places are among them: better to miss an error than to suspect `union U`.
fn keyword(word: &[u8]) -> Option<Before> {
    if word.len() > 8 {
        return None;
    }
    Some(match word {
        b"fn" => Before::Fn,
        b"pub" => Before::Pub,
        b"else" | b"unsafe" | b"loop" | b"async" | b"move" | b"try" => Before::BlockKeyword,
        b"as" | b"auto" | b"become" | b"box" | b"break" | b"builtin" | b"const" | b"continue" | b"crate"
        | b"default" | b"do" | b"dyn" | b"enum" | b"extern" | b"for" | b"gen" | b"if" | b"impl" | b"in" | b"let"
        | b"macro" | b"match" | b"mod" | b"mut" | b"pin" | b"raw" | b"ref" | b"return" | b"reuse" | b"safe"
        | b"static" | b"struct" | b"trait" | b"type" | b"union" | b"use" | b"where" | b"while" | b"yeet" | b"yield" => {
            Before::Keyword
        }
        _ => return None,
    })
}
