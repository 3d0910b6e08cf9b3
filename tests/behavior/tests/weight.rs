//! An application pays only for the framework that it uses.

use std::path::Path;
use std::process::Command;

const FRAMEWORKS: [(&str, &str); 4] =
    [("actix", "actix-web"), ("axum", "axum"), ("poem", "poem"), ("rocket", "rocket")];

/// The names of the packages that the crate depends on with some of its features.
fn packages(features: &str) -> Vec<String> {
    let manifest = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../Cargo.toml");
    let output = Command::new(env!("CARGO"))
        .args(["tree", "--package", "route-role", "--edges", "normal", "--prefix", "none", "--format", "{p}"])
        .args(["--no-default-features", "--features", features, "--locked", "--manifest-path"])
        .arg(manifest)
        .output()
        .expect("cargo can be called");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let text = String::from_utf8_lossy(&output.stdout);
    let names = text.lines().filter_map(|line| line.split(' ').next());
    names.filter(|name| !name.is_empty()).map(str::to_owned).collect()
}

#[test]
fn a_feature_adds_its_own_framework_and_no_other() {
    for (feature, own) in FRAMEWORKS {
        let packages = packages(feature);
        for (_, framework) in FRAMEWORKS {
            assert_eq!(packages.iter().any(|name| name == framework), framework == own, "{feature}: {framework}");
        }
    }
}

#[test]
fn without_features_there_is_nothing_but_the_macro() {
    let packages = packages("");
    for (_, framework) in FRAMEWORKS {
        assert!(!packages.iter().any(|name| name == framework), "{framework}");
    }
    assert!(!packages.iter().any(|name| name == "log"), "{packages:?}");
}
