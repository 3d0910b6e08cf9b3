//! The types of values, as far as signatures and fields tell.

use std::collections::BTreeMap;
use std::rc::Rc;

use crate::frontend::rust::facts::ItemKind;
use crate::frontend::rust::types::{TypeArgument, TypePath, TypeRef};
use crate::resolve::modules::{Definition, ModuleId};
use crate::resolve::names::{Resolved, Space};

use super::Analyst;

/// A type.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) enum Type {
    #[default]
    Unknown,
    /// A type or trait of the tree with its arguments.
    Own(Definition, Rc<[Type]>),
    /// A type from outside, by its last name.
    Foreign(Rc<str>, Rc<[Type]>),
    Tuple(Rc<[Type]>),
}

/// What type parameters stand for.
pub(super) type Generics = Rc<BTreeMap<String, Type>>;

/// Types inside types; more is never meant to be read.
const MAX_DEPTH: usize = 16;

/// Types of the standard library and of frameworks that give access to what they hold.
const TRANSPARENT: &[&str] = &[
    "Arc",
    "Rc",
    "Box",
    "Cow",
    "Pin",
    "Mutex",
    "RwLock",
    "MutexGuard",
    "RwLockReadGuard",
    "RwLockWriteGuard",
    "Ref",
    "RefMut",
    "RefCell",
    "OnceCell",
    "OnceLock",
    "Lazy",
    "LazyLock",
    "State",
    "Json",
    "Extension",
    "Data",
    "Path",
    "Query",
    "Form",
    "Inject",
    "ReqData",
];

impl Type {
    /// The type behind pointers, locks and extractors.
    pub(super) fn peeled(&self) -> &Self {
        let mut at = self;
        for _ in 0..MAX_DEPTH {
            match at {
                Self::Foreign(name, arguments) if TRANSPARENT.contains(&&**name) => match arguments.first() {
                    Some(inner) => at = inner,
                    None => return at,
                },
                _ => return at,
            }
        }
        at
    }

    /// What an `Option`, a `Result` or a collection holds; of any other type the type itself.
    pub(super) fn payload(&self) -> Self {
        match self {
            Self::Foreign(name, arguments)
                if matches!(&**name, "Option" | "Result" | "Vec" | "VecDeque" | "HashSet" | "BTreeSet" | "Slice") =>
            {
                arguments.first().cloned().unwrap_or_default()
            }
            other => other.clone(),
        }
    }

    /// The error of a `Result`.
    pub(super) fn error(&self) -> Self {
        match self {
            Self::Foreign(name, arguments) if &**name == "Result" => arguments.get(1).cloned().unwrap_or_default(),
            _ => Self::Unknown,
        }
    }

    pub(super) fn foreign(name: &str, arguments: Vec<Self>) -> Self {
        Self::Foreign(name.into(), arguments.into())
    }

    /// The definition, behind pointers.
    pub(super) fn definition(&self) -> Option<&Definition> {
        match self.peeled() {
            Self::Own(definition, _) => Some(definition),
            _ => None,
        }
    }

    /// Tells two types apart for the memory of summaries.
    pub(super) fn key(&self, into: &mut Vec<usize>) {
        match self {
            Self::Unknown => into.push(0),
            Self::Own(definition, arguments) => {
                into.push(std::sync::Arc::as_ptr(&definition.item) as usize);
                arguments.iter().for_each(|argument| argument.key(into));
            }
            Self::Foreign(name, arguments) => {
                into.push(1);
                into.push(name.len());
                arguments.iter().for_each(|argument| argument.key(into));
            }
            Self::Tuple(parts) => {
                into.push(2);
                parts.iter().for_each(|part| part.key(into));
            }
        }
    }
}

/// Where a type is written: what its names mean there.
#[derive(Debug, Clone)]
pub(super) struct Scope {
    pub(super) module: ModuleId,
    pub(super) generics: Generics,
    pub(super) self_type: Type,
}

impl Analyst<'_, '_> {
    pub(super) fn type_of(&mut self, scope: &Scope, ty: &TypeRef) -> Type {
        self.type_at(scope, ty, 0)
    }

    fn type_at(&mut self, scope: &Scope, ty: &TypeRef, depth: usize) -> Type {
        if depth > MAX_DEPTH {
            return Type::Unknown;
        }
        match ty {
            TypeRef::Path(path) => self.path_type(scope, path, depth),
            TypeRef::Reference(inner) => self.type_at(scope, inner, depth + 1),
            TypeRef::Tuple(parts) => {
                Type::Tuple(parts.iter().map(|part| self.type_at(scope, part, depth + 1)).collect())
            }
            TypeRef::Slice(inner) => Type::foreign("Slice", vec![self.type_at(scope, inner, depth + 1)]),
            TypeRef::Bounds(paths) => {
                // `impl Future<Output = T>` is a `T` that has to be waited for.
                let output = paths.iter().flat_map(|path| &path.arguments).find_map(|argument| match argument {
                    TypeArgument::Binding(name, ty) if name == "Output" => Some(ty),
                    _ => None,
                });
                match (output, paths.first()) {
                    (Some(output), _) => self.type_at(scope, output, depth + 1),
                    (None, Some(path)) => self.path_type(scope, path, depth),
                    (None, None) => Type::Unknown,
                }
            }
            TypeRef::Other(_) => Type::Unknown,
        }
    }

    pub(super) fn path_type(&mut self, scope: &Scope, path: &TypePath, depth: usize) -> Type {
        match path.names.as_slice() {
            [name] if name == "Self" => return scope.self_type.clone(),
            [name] if scope.generics.contains_key(name) => {
                return scope.generics.get(name).cloned().unwrap_or_default();
            }
            [first, name] => {
                let owner =
                    if first == "Self" { Some(scope.self_type.clone()) } else { scope.generics.get(first).cloned() };
                if let Some(owner) = owner {
                    return self.associated_type(&owner, name, depth + 1);
                }
            }
            _ => {}
        }
        let arguments: Vec<Type> = path
            .arguments
            .iter()
            .filter_map(|argument| match argument {
                TypeArgument::Type(ty) => Some(self.type_at(scope, ty, depth + 1)),
                _ => None,
            })
            .collect();
        match self.modules.resolve(scope.module, &path.names, Space::Type) {
            Resolved::Item(definition) => match &definition.item.kind {
                ItemKind::Alias { parameters, target } => {
                    let mut generics = BTreeMap::new();
                    let mut given = arguments.into_iter();
                    for (name, default) in parameters {
                        let argument = given.next().or_else(|| {
                            let scope =
                                Scope { module: definition.module, generics: Rc::default(), self_type: Type::Unknown };
                            default.as_ref().map(|default| self.type_at(&scope, default, depth + 1))
                        });
                        generics.insert(name.clone(), argument.unwrap_or_default());
                    }
                    let inner =
                        Scope { module: definition.module, generics: Rc::new(generics), self_type: Type::Unknown };
                    self.type_at(&inner, target, depth + 1)
                }
                _ => Type::Own(definition, arguments.into()),
            },
            Resolved::External(names) => match names.last() {
                Some(name) => Type::foreign(name, arguments),
                None => Type::Unknown,
            },
            Resolved::Member(..) | Resolved::Module(_) => Type::Unknown,
        }
    }

    /// `Type::Name` of a trait that the type implements.
    fn associated_type(&mut self, owner: &Type, name: &str, depth: usize) -> Type {
        if depth > MAX_DEPTH {
            return Type::Unknown;
        }
        let Some(definition) = owner.definition().cloned() else { return Type::Unknown };
        let krate = self.modules.module(definition.module).krate;
        self.modules.load_implementations(krate, &definition.item.name);
        for implementation in self.modules.implementations(&definition) {
            let ItemKind::Impl { items, .. } = &implementation.item.kind else { continue };
            let Some(item) = items.iter().find(|item| item.name == name) else { continue };
            let ItemKind::Alias { target, .. } = &item.kind else { continue };
            if !self.is_for(&implementation, &definition) {
                continue;
            }
            let target = target.clone();
            let scope =
                Scope { module: implementation.module, generics: Rc::default(), self_type: owner.peeled().clone() };
            return self.type_at(&scope, &target, depth + 1);
        }
        Type::Unknown
    }

    /// The type of a field.
    pub(super) fn field_type(&mut self, owner: &Type, name: &str) -> Type {
        let Type::Own(definition, arguments) = owner.peeled() else { return Type::Unknown };
        let (definition, arguments) = (definition.clone(), arguments.clone());
        let shape = self.shape(&definition);
        let Some((_, ty)) = shape.fields.iter().find(|(field, _)| field == name) else { return Type::Unknown };
        let generics = shape.generics.iter().cloned().zip(arguments.iter().cloned()).collect();
        let scope = Scope {
            module: definition.module,
            generics: Rc::new(generics),
            self_type: Type::Own(definition.clone(), arguments),
        };
        self.type_of(&scope, ty)
    }

    /// The fields of a struct or the variants of an enum, read when somebody asks.
    pub(super) fn shape(&mut self, definition: &Definition) -> Rc<Shape> {
        let key = std::sync::Arc::as_ptr(&definition.item);
        if let Some(known) = self.memory.shapes.get(&key) {
            return known.clone();
        }
        let source = self.modules.texts.slice(definition.text, definition.item.body).to_owned();
        let shape = Rc::new(Shape::read(&source));
        self.memory.shapes.insert(key, shape.clone());
        shape
    }
}

/// What is inside a struct or an enum.
#[derive(Debug, Default)]
pub(super) struct Shape {
    pub(super) generics: Vec<String>,
    /// Fields by name, those of a tuple by number.
    pub(super) fields: Vec<(String, TypeRef)>,
    pub(super) variants: Vec<String>,
}

impl Shape {
    /// Reads what stands behind `struct` or `enum`.
    fn read(source: &str) -> Self {
        if let Ok(item) = syn::parse_str::<syn::ItemStruct>(&format!("struct {source}")) {
            let generics = item.generics.type_params().map(|parameter| parameter.ident.to_string()).collect();
            let fields = item.fields.iter().enumerate().map(|(index, field)| {
                let name = field.ident.as_ref().map_or_else(|| index.to_string(), ToString::to_string);
                (name, TypeRef::from_syn(&field.ty))
            });
            return Self { generics, fields: fields.collect(), variants: Vec::new() };
        }
        match syn::parse_str::<syn::ItemEnum>(&format!("enum {source}")) {
            Ok(item) => Self {
                generics: item.generics.type_params().map(|parameter| parameter.ident.to_string()).collect(),
                fields: Vec::new(),
                variants: item.variants.iter().map(|variant| variant.ident.to_string()).collect(),
            },
            Err(_) => Self::default(),
        }
    }
}
