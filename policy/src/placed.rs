//! Values that remember where the policy file states them.

use std::ops::{Deref, Range};

/// A value with its place in the policy file.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Placed<T> {
    /// The value.
    pub value: T,
    /// First byte of the place.
    pub start: usize,
    /// Byte behind the place.
    pub end: usize,
}

impl<T> Placed<T> {
    /// A value that stands at a range of bytes.
    pub fn new(value: T, range: Range<usize>) -> Self {
        Self { value, start: range.start, end: range.end }
    }

    /// The place as a range of bytes.
    pub fn range(&self) -> Range<usize> {
        self.start..self.end
    }

    /// Another value at the same place.
    pub fn map<U>(self, change: impl FnOnce(T) -> U) -> Placed<U> {
        Placed { value: change(self.value), start: self.start, end: self.end }
    }
}

impl<T> Deref for Placed<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.value
    }
}
