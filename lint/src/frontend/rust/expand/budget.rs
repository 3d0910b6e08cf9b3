//! Limits on what expansion may cost.

use super::ExpandError;

/// How much may still be expanded. One budget serves a whole file or crate, so that macros that call each other can't escape it.
#[derive(Debug, Clone)]
pub struct Budget {
    tokens: usize,
    expansions: usize,
    steps: usize,
}

impl Default for Budget {
    fn default() -> Self {
        Self::new(200_000, 10_000)
    }
}

impl Budget {
    /// Allows `tokens` tokens of output and `expansions` calls of [`super::Rules::expand`] in total.
    pub fn new(tokens: usize, expansions: usize) -> Self {
        Self { tokens, expansions, steps: tokens.saturating_mul(25) }
    }

    /// How many tokens of output are left.
    pub fn tokens_left(&self) -> usize {
        self.tokens
    }

    pub(super) fn take_tokens(&mut self, count: usize) -> Result<(), ExpandError> {
        take(&mut self.tokens, count)
    }

    pub(super) fn take_expansion(&mut self) -> Result<(), ExpandError> {
        take(&mut self.expansions, 1)
    }

    /// Pays for work that leaves no output: trying an element of a pattern, transcribing an empty repetition.
    pub(super) fn take_step(&mut self) -> Result<(), ExpandError> {
        take(&mut self.steps, 1)
    }
}

fn take(left: &mut usize, count: usize) -> Result<(), ExpandError> {
    *left = left.checked_sub(count).ok_or(ExpandError::BudgetSpent)?;
    Ok(())
}
