//! The policies in the guide are valid.

#![cfg(feature = "file")]

use route_role_policy::file::{NoConstants, load};

#[test]
fn every_policy_in_the_guide_is_valid() {
    let guides = [include_str!("../../docs/how-to/policy.md"), include_str!("../../docs/how-to/own-routers.md")];
    let policies: Vec<&str> = guides
        .iter()
        .flat_map(|guide| guide.split("```yaml\n").skip(1))
        .filter_map(|rest| rest.split_once("```"))
        .map(|(policy, _)| policy)
        .collect();
    assert!(policies.len() >= 7);
    for policy in policies {
        assert_eq!(load(policy, &mut NoConstants).problems, [], "{policy}");
    }
}
