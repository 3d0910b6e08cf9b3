//! What a Rust file says, as plain data.

use std::sync::Arc;

use super::types::{TypePath, TypeRef};

/// A text that items were read from: a file, or what a macro expanded to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TextId(pub u32);

/// A run of bytes in a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Extent {
    /// Offset of the first byte.
    pub start: u32,
    /// Offset behind the last byte.
    pub end: u32,
}

/// The items of a text, and where it could not be read.
#[derive(Debug, Default)]
pub struct FileFacts {
    /// The items in their order.
    pub items: Vec<Arc<Item>>,
    /// Attributes of the file itself, `#![…]`.
    pub attributes: Vec<Attribute>,
    /// What isn't Rust.
    pub errors: Vec<SyntaxError>,
}

/// A place where the text isn't Rust.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SyntaxError {
    /// Where.
    pub extent: Extent,
    /// What the parser expected.
    pub message: String,
}

/// One item.
#[derive(Debug)]
pub struct Item {
    /// Its name; empty for `use`, `impl` and macro calls.
    pub name: String,
    /// Where the name stands (or the whole item, if it has none).
    pub extent: Extent,
    /// Of a `struct`, `enum` or `union`: everything from the name on; empty for any other item.
    pub body: Extent,
    /// Whether it has any `pub`.
    pub is_public: bool,
    /// The `cfg` under which it is compiled in, unless that is always so.
    pub condition: Option<String>,
    /// Its attributes.
    pub attributes: Vec<Attribute>,
    /// What it is.
    pub kind: ItemKind,
}

/// What an item is.
#[derive(Debug)]
pub enum ItemKind {
    /// `fn`, free or associated.
    Function(Box<Function>),
    /// `mod name { … }`.
    InlineModule(Vec<Arc<Item>>),
    /// `mod name;`.
    FileModule,
    /// `use …;`, one per name.
    Use(Vec<Import>),
    /// `const` and `static`, with the extent of the initialiser.
    Constant {
        /// The initialiser.
        value: Option<Extent>,
    },
    /// `type Name<…> = …;`.
    Alias {
        /// Names of the type parameters, each with its default.
        parameters: Vec<(String, Option<TypeRef>)>,
        /// What it stands for.
        target: TypeRef,
    },
    /// `struct`, `enum`, `union`.
    Type,
    /// `trait`, with its functions.
    Trait(Vec<Arc<Item>>),
    /// `impl`, with its functions and constants.
    Impl {
        /// The trait that is implemented.
        of_trait: Option<TypePath>,
        /// The type that it is for.
        self_type: TypeRef,
        /// The items inside.
        items: Vec<Arc<Item>>,
    },
    /// `macro_rules! name { … }`, with the extent of the rules.
    MacroRules(Extent),
    /// `some::path! { … }` in the place of an item, with the extent of the tokens.
    MacroCall {
        /// The macro's path.
        path: Vec<String>,
        /// The tokens between the delimiters.
        tokens: Extent,
    },
    /// `extern crate name as alias`.
    ExternCrate {
        /// The crate's name.
        original: String,
    },
}

/// A function's signature, and where its body stands.
#[derive(Debug)]
pub struct Function {
    /// Names of its type parameters.
    pub generics: Vec<String>,
    /// Whether it takes `self`.
    pub has_receiver: bool,
    /// Its parameters without `self`.
    pub parameters: Vec<Parameter>,
    /// Its result.
    pub result: Option<TypeRef>,
    /// The body with its braces.
    pub body: Option<Extent>,
}

/// One parameter of a function.
#[derive(Debug)]
pub struct Parameter {
    /// The pattern as it stands.
    pub pattern: Extent,
    /// The type.
    pub ty: TypeRef,
    /// Where the type stands.
    pub extent: Extent,
    /// Its attributes.
    pub attributes: Vec<Attribute>,
}

/// One name that a `use` brings in.
#[derive(Debug, Clone)]
pub struct Import {
    /// The path, without the `*` of a glob.
    pub path: Vec<String>,
    /// The name in this module; `None` for a glob.
    pub name: Option<String>,
}

/// One attribute, `cfg_attr` already taken apart.
#[derive(Debug, Clone)]
pub struct Attribute {
    /// Its path, `["utoipa", "path"]`.
    pub path: Vec<String>,
    /// The tokens behind the path: between the delimiters, or the value behind `=`.
    pub arguments: Extent,
    /// The whole attribute with `#[…]`.
    pub extent: Extent,
    /// The predicate of the `cfg_attr` that it stands in, unless that always holds.
    pub condition: Option<Box<str>>,
}

impl Attribute {
    /// Whether the attribute's path ends in these segments.
    pub fn is(&self, path: &[&str]) -> bool {
        self.path.len() >= path.len()
            && self.path.iter().rev().zip(path.iter().rev()).all(|(left, right)| left == right)
    }
}
