//! Types as they are written.

use quote::ToTokens as _;

/// A type as it is written, without the parts that never matter for routes.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum TypeRef {
    /// A path with its arguments.
    Path(TypePath),
    /// `&T`.
    Reference(Box<TypeRef>),
    /// `(A, B)`.
    Tuple(Vec<TypeRef>),
    /// `[T]` and `[T; N]`.
    Slice(Box<TypeRef>),
    /// `impl A + B` and `dyn A + B`.
    Bounds(Vec<TypePath>),
    /// Anything else, as written.
    Other(String),
}

/// A path of a type.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TypePath {
    /// The names.
    pub names: Vec<String>,
    /// The arguments of the last name that has any.
    pub arguments: Vec<TypeArgument>,
}

/// One argument between angle brackets.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum TypeArgument {
    /// A type.
    Type(TypeRef),
    /// A constant, as written.
    Constant(String),
    /// `Name = Type`.
    Binding(String, TypeRef),
}

impl TypeRef {
    /// Takes a type over from syn.
    pub fn from_syn(ty: &syn::Type) -> Self {
        match ty {
            syn::Type::Path(path) => match &path.qself {
                // `<T as Trait>::Name` says nothing without knowing the implementation.
                Some(_) => Self::Other(ty.to_token_stream().to_string()),
                None => Self::Path(TypePath::from_syn(&path.path)),
            },
            syn::Type::Reference(reference) => Self::Reference(Box::new(Self::from_syn(&reference.elem))),
            syn::Type::Tuple(tuple) => Self::Tuple(tuple.elems.iter().map(Self::from_syn).collect()),
            syn::Type::Slice(slice) => Self::Slice(Box::new(Self::from_syn(&slice.elem))),
            syn::Type::Array(array) => Self::Slice(Box::new(Self::from_syn(&array.elem))),
            syn::Type::Paren(paren) => Self::from_syn(&paren.elem),
            syn::Type::Group(group) => Self::from_syn(&group.elem),
            syn::Type::ImplTrait(bounds) => Self::Bounds(bound_paths(bounds.bounds.iter())),
            syn::Type::TraitObject(bounds) => Self::Bounds(bound_paths(bounds.bounds.iter())),
            other => Self::Other(other.to_token_stream().to_string()),
        }
    }

    /// The path, seen through references.
    pub fn as_path(&self) -> Option<&TypePath> {
        match self {
            Self::Path(path) => Some(path),
            Self::Reference(inner) => inner.as_path(),
            _ => None,
        }
    }

    /// Whether any path inside ends in a name that the predicate accepts.
    pub fn mentions(&self, accepts: &dyn Fn(&str) -> bool) -> bool {
        match self {
            Self::Path(path) => path.mentions(accepts),
            Self::Reference(inner) | Self::Slice(inner) => inner.mentions(accepts),
            Self::Tuple(parts) => parts.iter().any(|part| part.mentions(accepts)),
            Self::Bounds(paths) => paths.iter().any(|path| path.mentions(accepts)),
            Self::Other(_) => false,
        }
    }
}

impl TypePath {
    /// Takes a path over from syn.
    pub fn from_syn(path: &syn::Path) -> Self {
        let mut names: Vec<String> = Vec::with_capacity(path.segments.len() + 1);
        if path.leading_colon.is_some() {
            names.push(String::new());
        }
        let mut arguments = Vec::new();
        for segment in &path.segments {
            names.push(ident_text(&segment.ident));
            if let syn::PathArguments::AngleBracketed(given) = &segment.arguments {
                arguments = type_arguments(given);
            }
        }
        Self { names, arguments }
    }

    /// The last name.
    pub fn last(&self) -> &str {
        self.names.last().map_or("", String::as_str)
    }

    fn mentions(&self, accepts: &dyn Fn(&str) -> bool) -> bool {
        accepts(self.last())
            || self.arguments.iter().any(|argument| match argument {
                TypeArgument::Type(ty) | TypeArgument::Binding(_, ty) => ty.mentions(accepts),
                TypeArgument::Constant(_) => false,
            })
    }
}

/// The arguments between angle brackets; lifetimes are left out.
pub fn type_arguments(given: &syn::AngleBracketedGenericArguments) -> Vec<TypeArgument> {
    given
        .args
        .iter()
        .filter_map(|argument| match argument {
            syn::GenericArgument::Type(ty) => Some(TypeArgument::Type(TypeRef::from_syn(ty))),
            syn::GenericArgument::Const(value) => Some(TypeArgument::Constant(value.to_token_stream().to_string())),
            syn::GenericArgument::AssocType(bound) => {
                Some(TypeArgument::Binding(ident_text(&bound.ident), TypeRef::from_syn(&bound.ty)))
            }
            _ => None,
        })
        .collect()
}

fn bound_paths<'a>(bounds: impl Iterator<Item = &'a syn::TypeParamBound>) -> Vec<TypePath> {
    bounds
        .filter_map(|bound| match bound {
            syn::TypeParamBound::Trait(bound) => Some(TypePath::from_syn(&bound.path)),
            _ => None,
        })
        .collect()
}

/// A name without the `r#` of a raw identifier.
pub fn ident_text(ident: &proc_macro2::Ident) -> String {
    let text = ident.to_string();
    match text.strip_prefix("r#") {
        Some(plain) => plain.to_owned(),
        None => text,
    }
}
