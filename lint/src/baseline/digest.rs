//! Fingerprints as short texts, for systems that follow findings from run to run by them.

use std::collections::BTreeMap;

use sha2::{Digest, Sha256};

use super::Fingerprint;
use crate::resolve::Inventory;
use crate::rule::Finding;
use crate::source::SourceMap;

/// How many bytes of a hash are enough to tell findings apart.
const LENGTH: usize = 16;

/// A digest of the fingerprint of each finding, in their order. Where there are several services, those of one differ from those of another. Findings whose fingerprints are equal are told apart by their number.
pub fn digests<'a>(
    service: Option<&str>,
    findings: impl IntoIterator<Item = &'a Finding>,
    inventory: &Inventory,
    sources: &SourceMap,
) -> Vec<String> {
    let mut seen: BTreeMap<Fingerprint, usize> = BTreeMap::new();
    let prints = findings.into_iter().map(|finding| Fingerprint::of(finding, inventory, sources));
    prints
        .map(|print| {
            let digest = digest(service, &print, seen.get(&print).copied().unwrap_or_default());
            *seen.entry(print).or_default() += 1;
            digest
        })
        .collect()
}

fn digest(service: Option<&str>, print: &Fingerprint, number: usize) -> String {
    let mut hash = Sha256::new();
    if let Some(service) = service {
        hash.update((service.len() as u64).to_le_bytes());
        hash.update(service.as_bytes());
    }
    let parts =
        [Some(&print.rule), print.route.as_ref(), print.handler.as_ref(), print.file.as_ref(), Some(&print.says)];
    for part in parts {
        // Lengths keep parts apart, whatever is in them; no part is something else than an empty one.
        hash.update(part.map_or(u64::MAX, |part| part.len() as u64).to_le_bytes());
        hash.update(part.map_or(&[][..], |part| part.as_bytes()));
    }
    hash.update((number as u64).to_le_bytes());
    hash.finalize().iter().take(LENGTH).map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn print(rule: &str, route: Option<&str>, says: &str) -> Fingerprint {
        let text = |text: &str| text.to_owned();
        Fingerprint { rule: text(rule), route: route.map(text), handler: None, file: None, says: text(says) }
    }

    #[test]
    fn a_digest_is_the_same_in_every_run_and_release() {
        assert_eq!(digest(None, &print("a", Some("GET /b"), "c"), 0), "0b3e4bb7b342ad455ba1b30e071e3c18");
    }

    #[test]
    fn what_differs_in_any_part_has_another_digest() {
        let all = [
            digest(None, &print("a", None, "b"), 0),
            digest(None, &print("a", None, "b"), 1),
            digest(Some("a"), &print("a", None, "b"), 0),
            digest(Some("b"), &print("a", None, "b"), 0),
            digest(None, &print("a", Some(""), "b"), 0),
            digest(None, &print("ab", None, ""), 0),
            digest(None, &print("a", Some("b"), ""), 0),
        ];
        assert_eq!(all.iter().collect::<std::collections::BTreeSet<_>>().len(), all.len());
    }
}
