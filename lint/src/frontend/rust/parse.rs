//! Items of a text, bodies left alone.

#[cfg(test)]
mod tests;

use std::ops::Range;
use std::sync::Arc;

use proc_macro2::{Delimiter, Group, TokenStream, TokenTree};
use syn::ext::IdentExt as _;
use syn::parse::{ParseStream, Parser as _};
use syn::{Ident, Token};

use super::attributes::{self, Cfg};
use super::expand::token;
use super::facts::{Extent, FileFacts, Function, Import, Item, ItemKind, Parameter, SyntaxError};
use super::limits;
use super::types::{TypePath, TypeRef, ident_text};
use crate::source::suspect::Shape;

/// How items are read.
#[derive(Debug, Clone, Copy, Default)]
pub struct ParseOptions {
    /// Whether `#[cfg(test)]` and `#[test]` count.
    pub include_tests: bool,
}

/// Reads the items of a file of which the shape is known.
///
/// The bodies of its functions and types aren't even cut into tokens, unless something in the file looks wrong: then the parser is to
/// say what.
pub fn items_of_file(text: &str, shape: &Shape, options: ParseOptions) -> FileFacts {
    if shape.suspicious || shape.is_too_deep() {
        return items(text, options);
    }
    match without_preamble(&without(text, &shape.details)).parse() {
        Ok(tokens) => read(tokens, options),
        Err(_) => items(text, options),
    }
}

/// Reads the items of a text. What can't be read becomes a [`SyntaxError`], and the items around it are kept.
pub fn items(text: &str, options: ParseOptions) -> FileFacts {
    let failed = |error: SyntaxError| FileFacts { errors: vec![error], ..FileFacts::default() };
    let tokens: TokenStream = match without_preamble(text).parse() {
        Ok(tokens) => tokens,
        Err(error) => return failed(lex_error(&error)),
    };
    if limits::may_be_deep(text) && token::check_depth(&tokens).is_err() {
        let message = "this is nested more deeply than can be read".to_owned();
        return failed(SyntaxError { extent: Extent { start: 0, end: 0 }, message });
    }
    read(tokens, options)
}

/// The text with spaces in the place of these parts, so that all else stays where it is.
fn without(text: &str, parts: &[Range<usize>]) -> String {
    let mut left = text.as_bytes().to_vec();
    for part in parts {
        if let Some(part) = left.get_mut(part.clone()) {
            part.fill(b' ');
        }
    }
    // A part begins and ends between two characters, or else nothing is left out.
    String::from_utf8(left).unwrap_or_else(|_| text.to_owned())
}

fn read(tokens: TokenStream, options: ParseOptions) -> FileFacts {
    let mut facts = FileFacts::default();
    let reader = |input: ParseStream<'_>| {
        let inner = input.call(syn::Attribute::parse_inner)?;
        facts.attributes = attributes::read(&inner, options).1;
        facts.items = sequence(input, options, &mut facts.errors);
        Ok(())
    };
    if let Err(error) = reader.parse2(tokens) {
        facts.errors.push(syntax_error(&error));
    }
    facts
}

/// What is wrong with a text, bodies included; the parser stops at the first mistake.
pub fn whole_file(text: &str) -> Option<SyntaxError> {
    let text = without_preamble(text);
    syn::parse_file(&text).err().map(|error| syntax_error(&error))
}

/// The items and imports inside a block, with extents in the text that the block was parsed from.
pub fn items_of_block(block: &syn::Block, options: ParseOptions) -> Vec<Arc<Item>> {
    let mut found = Vec::new();
    for statement in &block.stmts {
        if let syn::Stmt::Item(item) = statement {
            let reader = |input: ParseStream<'_>| Ok(sequence(input, options, &mut Vec::new()));
            found.extend(reader.parse2(quote::ToTokens::to_token_stream(item)).unwrap_or_default());
        }
    }
    found
}

/// Neither a byte order mark nor a `#!` line is a token; both must keep their length so that places stay right.
fn without_preamble(text: &str) -> std::borrow::Cow<'_, str> {
    if let Some(rest) = text.strip_prefix('\u{feff}') {
        return std::borrow::Cow::Owned(format!("   {rest}"));
    }
    if text.starts_with("#!") && !text[2..].trim_start().starts_with('[') {
        let end = text.find('\n').unwrap_or(text.len());
        return std::borrow::Cow::Owned(format!("{}{}", " ".repeat(end), &text[end..]));
    }
    std::borrow::Cow::Borrowed(text)
}

fn lex_error(error: &proc_macro2::LexError) -> SyntaxError {
    SyntaxError { extent: extent(error.span()), message: "this is not a token, or a delimiter is missing".to_owned() }
}

/// Takes an error of syn over.
pub fn syntax_error(error: &syn::Error) -> SyntaxError {
    SyntaxError { extent: extent(error.span()), message: error.to_string() }
}

/// The extent of a span of the text that was parsed last on this thread.
pub fn extent(span: proc_macro2::Span) -> Extent {
    let range = span.byte_range();
    let offset = |at: usize| u32::try_from(at).unwrap_or(u32::MAX);
    Extent { start: offset(range.start), end: offset(range.end) }
}

fn sequence(input: ParseStream<'_>, options: ParseOptions, errors: &mut Vec<SyntaxError>) -> Vec<Arc<Item>> {
    let mut items = Vec::new();
    while !input.is_empty() {
        let before = input.cursor();
        match item(input, options, errors) {
            Ok(Some(found)) => items.push(Arc::new(found)),
            Ok(None) => {}
            Err(error) => {
                errors.push(syntax_error(&error));
                skip_item(input);
            }
        }
        if input.cursor() == before && input.parse::<TokenTree>().is_err() {
            break;
        }
    }
    items
}

/// Moves behind the next `;` or braces: the likely end of an item that couldn't be read. Gives the last token's place.
fn skip_item(input: ParseStream<'_>) -> Option<Extent> {
    let mut last = None;
    while let Ok(token) = input.parse::<TokenTree>() {
        last = Some(extent(token.span()));
        match token {
            TokenTree::Punct(punct) if punct.as_char() == ';' => break,
            TokenTree::Group(group) if group.delimiter() == Delimiter::Brace => break,
            _ => {}
        }
    }
    last
}

/// One item; `None` if it isn't compiled in.
fn item(input: ParseStream<'_>, options: ParseOptions, errors: &mut Vec<SyntaxError>) -> syn::Result<Option<Item>> {
    let given = input.call(syn::Attribute::parse_outer)?;
    let (cfg, attributes) = attributes::read(&given, options);
    let is_public = !matches!(input.parse::<syn::Visibility>()?, syn::Visibility::Inherited);
    let begin = input.span();
    let mut body = Extent::default();
    let (name, extent, kind) = item_kind(input, options, errors, begin, &mut body)?;
    if cfg == Cfg::Never || (attributes::is_test(&attributes) && !options.include_tests) {
        return Ok(None);
    }
    let condition = match cfg {
        Cfg::Sometimes(text) => Some(text),
        Cfg::Always | Cfg::Never => None,
    };
    Ok(Some(Item { name, extent, body, is_public, condition, attributes, kind }))
}

type Parsed = (String, Extent, ItemKind);

fn item_kind(
    input: ParseStream<'_>,
    options: ParseOptions,
    errors: &mut Vec<SyntaxError>,
    begin: proc_macro2::Span,
    body: &mut Extent,
) -> syn::Result<Parsed> {
    if is_function(input) {
        return function(input);
    }
    if input.peek(Token![use]) {
        input.parse::<Token![use]>()?;
        let leading = input.parse::<Option<Token![::]>>()?;
        let tree: syn::UseTree = input.parse()?;
        input.parse::<Token![;]>()?;
        let mut imports = Vec::new();
        let prefix = if leading.is_some() { vec![String::new()] } else { Vec::new() };
        imports_of(&tree, &prefix, &mut imports);
        return Ok((String::new(), extent(begin), ItemKind::Use(imports)));
    }
    if input.peek(Token![mod]) || (input.peek(Token![unsafe]) && input.peek2(Token![mod])) {
        return module(input, options, errors);
    }
    if input.peek(Token![const]) || input.peek(Token![static]) {
        return constant(input);
    }
    if input.peek(Token![type]) {
        return alias(input);
    }
    if is_impl(input) {
        return implementation(input, options, errors);
    }
    if is_trait(input) {
        return trait_item(input, options, errors);
    }
    if input.peek(Token![struct]) || input.peek(Token![enum]) {
        input.parse::<TokenTree>()?;
        return type_item(input, body);
    }
    if input.peek(Token![extern]) && input.peek2(Token![crate]) {
        let item: syn::ItemExternCrate = input.parse()?;
        let name = item.rename.as_ref().map_or_else(|| ident_text(&item.ident), |(_, alias)| ident_text(alias));
        return Ok((name, extent(begin), ItemKind::ExternCrate { original: ident_text(&item.ident) }));
    }
    if input.peek(Token![extern]) || (input.peek(Token![unsafe]) && input.peek2(Token![extern])) {
        // A block of foreign functions can't hold a handler.
        skip_item(input);
        return Ok((String::new(), extent(begin), ItemKind::Type));
    }
    let word = input.fork().call(Ident::parse_any);
    if word.as_ref().is_ok_and(|word| word == "union") && input.peek2(Ident) && !input.peek2(Token![!]) {
        input.parse::<Ident>()?;
        return type_item(input, body);
    }
    macro_item(input, begin)
}

/// Looks past the words that may stand before `fn`.
fn is_function(input: ParseStream<'_>) -> bool {
    let mut cursor = input.cursor();
    while let Some((ident, next)) = cursor.ident() {
        match ident.to_string().as_str() {
            "fn" => return true,
            "const" | "async" | "unsafe" | "safe" | "default" => cursor = next,
            "extern" => cursor = next.literal().map_or(next, |(_, behind)| behind),
            _ => return false,
        }
    }
    false
}

fn starts_with_word(input: ParseStream<'_>, before: &[&str], word: &str) -> bool {
    let mut cursor = input.cursor();
    while let Some((ident, next)) = cursor.ident() {
        if ident == word {
            return true;
        }
        if !before.iter().any(|allowed| ident == allowed) {
            return false;
        }
        cursor = next;
    }
    false
}

fn is_impl(input: ParseStream<'_>) -> bool {
    starts_with_word(input, &["unsafe", "default"], "impl")
}

fn is_trait(input: ParseStream<'_>) -> bool {
    starts_with_word(input, &["unsafe", "auto"], "trait")
}

fn function(input: ParseStream<'_>) -> syn::Result<Parsed> {
    if starts_with_word(input, &[], "default") {
        input.call(Ident::parse_any)?;
    }
    let signature: syn::Signature = input.parse()?;
    let body = if input.peek(Token![;]) {
        input.parse::<Token![;]>()?;
        None
    } else {
        let group: Group = input.parse()?;
        if group.delimiter() != Delimiter::Brace {
            return Err(syn::Error::new(group.span(), "expected the body of the function"));
        }
        Some(extent(group.span()))
    };
    let parameters = signature
        .inputs
        .iter()
        .filter_map(|input| match input {
            syn::FnArg::Receiver(_) => None,
            syn::FnArg::Typed(typed) => Some(Parameter {
                pattern: spanned(&typed.pat),
                ty: TypeRef::from_syn(&typed.ty),
                extent: spanned(&typed.ty),
                attributes: attributes::read(&typed.attrs, ParseOptions::default()).1,
            }),
        })
        .collect();
    let result = match &signature.output {
        syn::ReturnType::Default => None,
        syn::ReturnType::Type(_, ty) => Some(TypeRef::from_syn(ty)),
    };
    let function = Function {
        generics: signature
            .generics
            .params
            .iter()
            .filter_map(|parameter| match parameter {
                syn::GenericParam::Type(parameter) => Some(ident_text(&parameter.ident)),
                syn::GenericParam::Const(parameter) => Some(ident_text(&parameter.ident)),
                syn::GenericParam::Lifetime(_) => None,
            })
            .collect(),
        has_receiver: signature.receiver().is_some(),
        parameters,
        result,
        body,
    };
    Ok((ident_text(&signature.ident), extent(signature.ident.span()), ItemKind::Function(Box::new(function))))
}

/// From the first to the last token.
pub fn spanned(tokens: &impl quote::ToTokens) -> Extent {
    let mut tokens = tokens.to_token_stream().into_iter();
    let Some(first) = tokens.next() else { return Extent::default() };
    let first = extent(first.span());
    let last = tokens.last().map_or(first, |token| extent(token.span()));
    Extent { start: first.start.min(last.start), end: last.end.max(first.end) }
}

fn imports_of(tree: &syn::UseTree, prefix: &[String], imports: &mut Vec<Import>) {
    let with = |name: String| {
        let mut path = prefix.to_vec();
        path.push(name);
        path
    };
    match tree {
        syn::UseTree::Path(path) => imports_of(&path.tree, &with(ident_text(&path.ident)), imports),
        // `use a::b::{self}` brings in `b`.
        syn::UseTree::Name(name) if name.ident == "self" => {
            imports.push(Import { path: prefix.to_vec(), name: prefix.last().cloned() });
        }
        syn::UseTree::Name(name) => {
            let name = ident_text(&name.ident);
            imports.push(Import { path: with(name.clone()), name: Some(name) });
        }
        syn::UseTree::Rename(rename) if rename.ident == "self" => {
            imports.push(Import { path: prefix.to_vec(), name: Some(ident_text(&rename.rename)) });
        }
        syn::UseTree::Rename(rename) => {
            imports.push(Import { path: with(ident_text(&rename.ident)), name: Some(ident_text(&rename.rename)) });
        }
        syn::UseTree::Glob(_) => imports.push(Import { path: prefix.to_vec(), name: None }),
        syn::UseTree::Group(group) => group.items.iter().for_each(|tree| imports_of(tree, prefix, imports)),
    }
}

fn module(input: ParseStream<'_>, options: ParseOptions, errors: &mut Vec<SyntaxError>) -> syn::Result<Parsed> {
    input.parse::<Option<Token![unsafe]>>()?;
    input.parse::<Token![mod]>()?;
    let ident = input.call(Ident::parse_any)?;
    let (name, place) = (ident_text(&ident), extent(ident.span()));
    if input.peek(Token![;]) {
        input.parse::<Token![;]>()?;
        return Ok((name, place, ItemKind::FileModule));
    }
    let content;
    syn::braced!(content in input);
    content.call(syn::Attribute::parse_inner)?;
    Ok((name, place, ItemKind::InlineModule(sequence(&content, options, errors))))
}

fn constant(input: ParseStream<'_>) -> syn::Result<Parsed> {
    input.parse::<TokenTree>()?;
    input.parse::<Option<Token![mut]>>()?;
    let ident = input.call(Ident::parse_any)?;
    let mut value: Option<Extent> = None;
    let mut in_value = false;
    loop {
        match input.parse::<TokenTree>()? {
            TokenTree::Punct(punct) if punct.as_char() == ';' => break,
            // `=` ends the type: a type has none outside its angle brackets, but bounds may (`Iterator<Item = u8>`).
            TokenTree::Punct(punct) if punct.as_char() == '=' && !in_value && value.is_none() => {
                in_value = !is_binding(input);
            }
            token if in_value => {
                let here = extent(token.span());
                value = Some(Extent { start: value.map_or(here.start, |value: Extent| value.start), end: here.end });
            }
            _ => {}
        }
    }
    Ok((ident_text(&ident), extent(ident.span()), ItemKind::Constant { value }))
}

/// Whether the `=` just read stood between angle brackets: then a `>` closes them before the next `=` or `;`.
fn is_binding(input: ParseStream<'_>) -> bool {
    let mut cursor = input.cursor();
    let mut closing = false;
    while let Some((token, next)) = cursor.token_tree() {
        if let TokenTree::Punct(punct) = &token {
            match punct.as_char() {
                '>' => closing = true,
                '=' if closing => return true,
                ';' => return false,
                _ => {}
            }
        }
        cursor = next;
    }
    false
}

fn alias(input: ParseStream<'_>) -> syn::Result<Parsed> {
    input.parse::<Token![type]>()?;
    let ident: Ident = input.parse()?;
    let generics: syn::Generics = input.parse()?;
    let mut target = TypeRef::Other(String::new());
    if input.peek(Token![=]) {
        input.parse::<Token![=]>()?;
        target = TypeRef::from_syn(&input.parse::<syn::Type>()?);
    }
    // An associated type's bounds and a trailing `where` say nothing about what the name stands for.
    while !input.peek(Token![;]) {
        input.parse::<TokenTree>()?;
    }
    input.parse::<Token![;]>()?;
    let default = |parameter: &syn::TypeParam| parameter.default.as_ref().map(|(_, ty)| TypeRef::from_syn(ty));
    let parameters =
        generics.type_params().map(|parameter| (ident_text(&parameter.ident), default(parameter))).collect();
    Ok((ident_text(&ident), extent(ident.span()), ItemKind::Alias { parameters, target }))
}

fn type_item(input: ParseStream<'_>, body: &mut Extent) -> syn::Result<Parsed> {
    let ident: Ident = input.parse()?;
    let name = extent(ident.span());
    *body = Extent { start: name.start, end: skip_item(input).map_or(name.end, |last| last.end) };
    Ok((ident_text(&ident), name, ItemKind::Type))
}

fn trait_item(input: ParseStream<'_>, options: ParseOptions, errors: &mut Vec<SyntaxError>) -> syn::Result<Parsed> {
    while !input.peek(Token![trait]) {
        input.parse::<TokenTree>()?;
    }
    input.parse::<Token![trait]>()?;
    let ident: Ident = input.parse()?;
    let items = members_in_next_braces(input, options, errors)?;
    Ok((ident_text(&ident), extent(ident.span()), ItemKind::Trait(items)))
}

fn members_in_next_braces(
    input: ParseStream<'_>,
    options: ParseOptions,
    errors: &mut Vec<SyntaxError>,
) -> syn::Result<Vec<Arc<Item>>> {
    while !input.peek(syn::token::Brace) {
        if input.peek(Token![;]) {
            input.parse::<Token![;]>()?;
            return Ok(Vec::new());
        }
        input.parse::<TokenTree>()?;
    }
    let content;
    syn::braced!(content in input);
    content.call(syn::Attribute::parse_inner)?;
    Ok(sequence(&content, options, errors))
}

fn implementation(input: ParseStream<'_>, options: ParseOptions, errors: &mut Vec<SyntaxError>) -> syn::Result<Parsed> {
    let begin = input.span();
    while !input.peek(Token![impl]) {
        input.parse::<TokenTree>()?;
    }
    input.parse::<Token![impl]>()?;
    if input.peek(Token![<]) && !input.peek2(Token![Self]) {
        input.parse::<syn::Generics>()?;
    }
    input.parse::<Option<Token![const]>>()?;
    input.parse::<Option<Token![!]>>()?;
    let first: syn::Type = input.parse()?;
    let (of_trait, self_type) = if input.peek(Token![for]) {
        input.parse::<Token![for]>()?;
        let of_trait = match &first {
            syn::Type::Path(path) => Some(TypePath::from_syn(&path.path)),
            _ => None,
        };
        (of_trait, TypeRef::from_syn(&input.parse::<syn::Type>()?))
    } else {
        (None, TypeRef::from_syn(&first))
    };
    let items = members_in_next_braces(input, options, errors)?;
    Ok((String::new(), extent(begin), ItemKind::Impl { of_trait, self_type, items }))
}

fn macro_item(input: ParseStream<'_>, begin: proc_macro2::Span) -> syn::Result<Parsed> {
    let path = input.call(syn::Path::parse_mod_style)?;
    input.parse::<Token![!]>()?;
    let name = if input.peek(Ident) { Some(input.parse::<Ident>()?) } else { None };
    let group: Group = input.parse()?;
    if group.delimiter() != Delimiter::Brace {
        input.parse::<Option<Token![;]>>()?;
    }
    let outer = extent(group.span());
    let tokens = Extent { start: outer.start.saturating_add(1), end: outer.end.saturating_sub(1) };
    match name {
        Some(name) if path.is_ident("macro_rules") => {
            Ok((ident_text(&name), extent(name.span()), ItemKind::MacroRules(tokens)))
        }
        _ => {
            let call = Extent { start: extent(begin).start, end: outer.end };
            let path = TypePath::from_syn(&path).names;
            Ok((String::new(), call, ItemKind::MacroCall { path, tokens }))
        }
    }
}

/// The attributes of an item as facts; a convenience for the tests of this folder.
#[cfg(test)]
pub(crate) fn attribute_paths(item: &Item) -> Vec<String> {
    item.attributes.iter().map(|attribute| attribute.path.join("::")).collect()
}
