//! Ids of operations, no two alike.

use std::collections::{BTreeMap, BTreeSet};

/// What an operation could be called, best first.
pub(super) type Candidates = Vec<String>;

/// Gives each operation the first of its names that no other one could have as well, and a number where all of them are taken.
pub(super) fn distinct(operations: &[Candidates]) -> Vec<String> {
    let mut names: Vec<Option<String>> = vec![None; operations.len()];
    let mut taken: BTreeSet<String> = BTreeSet::new();
    let most = operations.iter().map(Vec::len).max().unwrap_or_default();
    for choice in 0..most {
        let mut wanted: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
        for (index, candidates) in operations.iter().enumerate().filter(|(index, _)| names[*index].is_none()) {
            let candidate = candidates.get(choice).or(candidates.last());
            wanted.entry(candidate.map_or("operation", String::as_str)).or_default().push(index);
        }
        for (name, by) in wanted {
            if let [only] = by.as_slice()
                && taken.insert(name.to_owned())
            {
                names[*only] = Some(name.to_owned());
            }
        }
    }
    let numbered = names.into_iter().zip(operations).map(|(name, candidates)| {
        name.unwrap_or_else(|| {
            let base = candidates.last().map_or("operation", String::as_str);
            let numbers = std::iter::successors(Some(2_usize), |number| number.checked_add(1));
            let mut free = numbers.map(|number| format!("{base}_{number}")).filter(|name| !taken.contains(name));
            let name = free.next().unwrap_or_default();
            taken.insert(name.clone());
            name
        })
    });
    numbered.collect()
}

/// A name of letters, digits and `_` alone.
pub(super) fn word(text: &str) -> String {
    let mapped: String = text.chars().map(|one| if one.is_ascii_alphanumeric() { one } else { '_' }).collect();
    mapped.split('_').filter(|part| !part.is_empty()).collect::<Vec<_>>().join("_")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_two_operations_want_are_told_apart() {
        let candidates = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<Candidates>();
        let operations = [
            candidates(&["list", "hosts_list", "hosts_list_get"]),
            candidates(&["list", "users_list", "users_list_get"]),
            candidates(&["proxy", "proxy", "proxy_get"]),
            candidates(&["proxy", "proxy", "proxy_put"]),
            candidates(&["same"]),
            candidates(&["same"]),
        ];
        let expected = ["hosts_list", "users_list", "proxy_get", "proxy_put", "same_2", "same_3"];
        assert_eq!(distinct(&operations), expected);
    }

    #[test]
    fn what_is_no_name_becomes_one() {
        assert_eq!(word("GET /a/{id}/{*rest}"), "GET_a_id_rest");
    }
}
