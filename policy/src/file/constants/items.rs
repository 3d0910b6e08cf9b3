//! The constants of one file, by their paths in it.

use std::collections::BTreeMap;

/// Constants and statics by module path and name. Associated constants stand under the name of their type.
#[derive(Debug)]
pub(super) struct Items {
    constants: BTreeMap<Vec<String>, Constant>,
}

/// A constant.
pub(super) struct Constant {
    /// The module, or type, in which it stands.
    pub(super) scope: Vec<String>,
    /// Its value.
    pub(super) value: syn::Expr,
}

impl std::fmt::Debug for Constant {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Constant").field("scope", &self.scope).finish_non_exhaustive()
    }
}

impl Items {
    pub(super) fn of(file: syn::File) -> Self {
        let mut items = Self { constants: BTreeMap::new() };
        items.collect(file.items, &[]);
        items
    }

    fn collect(&mut self, items: Vec<syn::Item>, scope: &[String]) {
        for item in items {
            match item {
                syn::Item::Const(item) => self.add(scope, &item.ident, *item.expr),
                syn::Item::Static(item) => self.add(scope, &item.ident, *item.expr),
                syn::Item::Mod(item) => {
                    let inner = within(scope, &item.ident);
                    self.collect(item.content.map(|(_, items)| items).unwrap_or_default(), &inner);
                }
                syn::Item::Impl(item) => self.collect_impl(item, scope),
                _ => {}
            }
        }
    }

    fn collect_impl(&mut self, item: syn::ItemImpl, scope: &[String]) {
        let syn::Type::Path(path) = *item.self_ty else { return };
        let Some(name) = path.path.segments.last() else { return };
        let inner = within(scope, &name.ident);
        for item in item.items {
            if let syn::ImplItem::Const(item) = item {
                self.add(&inner, &item.ident, item.expr);
            }
        }
    }

    /// Of two constants of one name, which conditions of compilation tell apart, the first counts.
    fn add(&mut self, scope: &[String], name: &syn::Ident, value: syn::Expr) {
        let constant = Constant { scope: scope.to_vec(), value };
        self.constants.entry(within(scope, name)).or_insert(constant);
    }

    /// The constant that a path means where it stands in `scope`, with its full path.
    pub(super) fn find(&self, scope: &[String], path: &[String]) -> Option<(&Vec<String>, &Constant)> {
        let mut from = scope;
        let mut rest = path;
        let mut relative = false;
        while let Some((first, behind)) = rest.split_first() {
            match first.as_str() {
                "crate" => from = &[],
                "self" | "Self" => {}
                "super" => from = from.split_last().map_or(&[][..], |(_, outer)| outer),
                _ => break,
            }
            relative = true;
            rest = behind;
        }
        loop {
            if let Some(found) = self.constants.get_key_value(&[from, rest].concat()) {
                return Some(found);
            }
            // A plain name may come from an enclosing scope through an import: the nearest one is meant.
            let (_, outer) = from.split_last().filter(|_| !relative)?;
            from = outer;
        }
    }

    /// The names of all constants, for a suggestion.
    pub(super) fn names(&self) -> impl Iterator<Item = String> {
        self.constants.keys().map(|path| path.join("::"))
    }
}

fn within(scope: &[String], name: &syn::Ident) -> Vec<String> {
    let mut path = scope.to_vec();
    path.push(name.to_string());
    path
}
