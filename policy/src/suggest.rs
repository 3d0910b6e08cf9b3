//! Did you mean …?

/// The candidate that `wrong` was most probably meant to be.
///
/// Ties go to the candidate that comes first in alphabetical order, so that messages are the same on every run.
pub fn nearest<'a>(wrong: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let folded = wrong.to_lowercase();
    // A third of the letters may be wrong; beyond that a suggestion confuses more than it helps.
    let limit = (wrong.chars().count() / 3).clamp(1, 4);
    candidates
        .into_iter()
        .filter(|candidate| *candidate != wrong)
        .filter(|candidate| candidate.len().abs_diff(wrong.len()) <= 2 * limit)
        .map(|candidate| (strsim::damerau_levenshtein(&folded, &candidate.to_lowercase()), candidate))
        .filter(|(distance, _)| *distance <= limit)
        .min()
        .map(|(_, candidate)| candidate)
}

/// The candidate that `wrong` was meant to be, if no other is near.
pub fn only_near<'a>(wrong: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let candidates: std::collections::BTreeSet<&str> = candidates.into_iter().collect();
    let meant = nearest(wrong, candidates.iter().copied())?;
    let others = candidates.into_iter().filter(|candidate| *candidate != meant);
    nearest(wrong, others).is_none().then_some(meant)
}

/// A sentence that offers the nearest candidate, or lists the candidates when there are few, or nothing.
pub fn help<'a>(wrong: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<String> {
    const FEW: usize = 12;
    let candidates: Vec<&str> = candidates.into_iter().collect();
    if let Some(meant) = nearest(wrong, candidates.iter().copied()) {
        return Some(format!("did you mean `{meant}`?"));
    }
    let mut names: Vec<&str> = candidates;
    names.sort_unstable();
    names.dedup();
    (1..=FEW).contains(&names.len()).then(|| {
        let quoted: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
        format!("known here: {}", quoted.join(", "))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_candidate_is_offered() {
        assert_eq!(nearest("case:raed", ["case:read", "case:create"]), Some("case:read"));
        assert_eq!(nearest("actor", ["User", "Actor"]), Some("Actor"));
        assert_eq!(nearest("bat", ["cat", "bar"]), Some("bar"));
    }

    #[test]
    fn one_of_several_near_candidates_is_not_the_only_one() {
        assert_eq!(only_near("case:raed", ["case:read", "task:update", "case:read"]), Some("case:read"));
        assert_eq!(only_near("bat", ["cat", "bar"]), None);
    }

    #[test]
    fn nothing_is_offered_when_nothing_is_near() {
        assert_eq!(nearest("billing", ["case:read"]), None);
        assert_eq!(nearest("x", []), None);
    }

    #[test]
    fn few_candidates_are_listed_when_none_is_near() {
        assert_eq!(help("billing", ["User", "Actor"]).as_deref(), Some("known here: `Actor`, `User`"));
        assert_eq!(help("billing", []), None);
    }
}
