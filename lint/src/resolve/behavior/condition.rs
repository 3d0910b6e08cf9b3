//! Conditions: what a branch depends on, and what is known inside it.

use super::Walker;
use super::flow::{Condition, Flow};
use super::pattern::Fit;

/// What the two sides of a branch depend on.
pub(super) struct Sides {
    pub(super) then: Condition,
    pub(super) otherwise: Condition,
    /// The condition is known not to hold.
    pub(super) never: bool,
    /// The checks that were passed where it holds.
    pub(super) passed_then: Vec<u32>,
    /// Those that were passed where it doesn't.
    pub(super) passed_otherwise: Vec<u32>,
}

impl Sides {
    fn unknown() -> Self {
        Self {
            then: Condition::default(),
            otherwise: Condition::default(),
            never: false,
            passed_then: Vec::new(),
            passed_otherwise: Vec::new(),
        }
    }

    fn of(flow: &Flow) -> Self {
        let known = Condition { origins: flow.origins.clone(), presence: flow.presence.clone() };
        let found = Condition { origins: flow.origins.clone(), ..Condition::default() };
        match flow.present_if {
            Some(true) => Self { then: found, otherwise: known, ..Self::unknown() },
            Some(false) => Self { then: known, otherwise: found, ..Self::unknown() },
            None => Self { then: known.clone(), otherwise: known, ..Self::unknown() },
        }
    }

    fn joined(mut self, other: &Self) -> Self {
        self.then.add(&other.then);
        self.otherwise.add(&other.otherwise);
        self.never = false;
        self.passed_then.extend(&other.passed_then);
        self.passed_otherwise.extend(&other.passed_otherwise);
        self
    }
}

impl Walker<'_, '_, '_> {
    /// Reads a condition. The names that `if let` brings in are declared; the caller takes them away.
    pub(super) fn sides(&mut self, condition: &syn::Expr) -> Sides {
        match condition {
            syn::Expr::Let(given) => {
                let value = self.expression(&given.expr);
                let sides = Self::sides_of_pattern(&given.pat, &value);
                self.bind_if(&given.pat, &value);
                let never = Self::fit(&given.pat, value.variant.as_ref()) == Fit::Never;
                Sides { never, ..sides.telling_of(&given.pat, &value) }
            }
            syn::Expr::Binary(binary) if matches!(binary.op, syn::BinOp::And(_) | syn::BinOp::Or(_)) => {
                let left = self.sides(&binary.left);
                let right = self.sides(&binary.right);
                // Where both must hold nothing is known of either if they don't, and where one is enough nothing if it does.
                let mut both = left.joined(&right);
                match binary.op {
                    syn::BinOp::And(_) => both.passed_otherwise.clear(),
                    _ => both.passed_then.clear(),
                }
                both
            }
            syn::Expr::Unary(unary) if matches!(unary.op, syn::UnOp::Not(_)) => {
                let sides = self.sides(&unary.expr);
                Sides {
                    then: sides.otherwise,
                    otherwise: sides.then,
                    never: false,
                    passed_then: sides.passed_otherwise,
                    passed_otherwise: sides.passed_then,
                }
            }
            syn::Expr::Paren(paren) => self.sides(&paren.expr),
            other => {
                let flow = self.expression(other);
                Sides::of(&flow).telling(&flow)
            }
        }
    }

    /// Where the pattern fits, the value is there; where it doesn't, it may be missing.
    pub(super) fn sides_of_pattern(pattern: &syn::Pat, value: &Flow) -> Sides {
        if let (syn::Pat::Tuple(patterns), Some(parts)) = (pattern, &value.parts)
            && patterns.elems.len() == parts.len()
        {
            let sides =
                patterns.elems.iter().zip(parts.iter()).map(|(inner, part)| Self::sides_of_pattern(inner, part));
            return sides.reduce(|left, right| left.joined(&right)).unwrap_or_else(|| Sides::of(value));
        }
        let known = value.condition();
        let found = Condition { origins: value.origins.clone(), ..Condition::default() };
        if is_presence(pattern) || matches!(pattern, syn::Pat::Wild(_)) {
            Sides { then: found, otherwise: known, ..Sides::unknown() }
        } else {
            let otherwise = if is_absence(pattern) { found } else { known.clone() };
            Sides { then: known, otherwise, ..Sides::unknown() }
        }
    }
}

/// `Some(…)`, `Ok(…)`, `Ok(Some(…))`.
pub(super) fn is_presence(pattern: &syn::Pat) -> bool {
    match pattern {
        syn::Pat::TupleStruct(variant) => match last(&variant.path).as_deref() {
            Some("Some") => true,
            Some("Ok") => variant.elems.first().is_none_or(|inner| !is_absence(inner)),
            _ => false,
        },
        syn::Pat::Reference(reference) => is_presence(&reference.pat),
        syn::Pat::Paren(paren) => is_presence(&paren.pat),
        syn::Pat::Guard(guard) => is_presence(&guard.pat),
        syn::Pat::Slice(slice) => !slice.elems.is_empty(),
        _ => false,
    }
}

/// `None`, `Err(…)`, `Ok(None)`.
pub(super) fn is_absence(pattern: &syn::Pat) -> bool {
    match pattern {
        syn::Pat::Path(path) => last(&path.path).as_deref() == Some("None"),
        syn::Pat::Ident(ident) => ident.ident == "None",
        syn::Pat::TupleStruct(variant) => match last(&variant.path).as_deref() {
            Some("Err") => true,
            Some("Ok" | "Some") => variant.elems.first().is_some_and(is_absence),
            _ => false,
        },
        syn::Pat::Or(or) => or.cases.iter().all(is_absence),
        syn::Pat::Reference(reference) => is_absence(&reference.pat),
        syn::Pat::Paren(paren) => is_absence(&paren.pat),
        syn::Pat::Guard(guard) => is_absence(&guard.pat),
        _ => false,
    }
}

pub(super) fn last(path: &syn::Path) -> Option<String> {
    path.segments.last().map(|segment| crate::frontend::rust::types::ident_text(&segment.ident))
}
