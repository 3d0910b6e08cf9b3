//! A tree many times over.

use std::fs;
use std::io;
use std::num::NonZeroUsize;
use std::path::Path;

use ignore::WalkBuilder;
use tempfile::TempDir;

/// Copies the sources and manifests of a folder into `copy-1`, `copy-2`, … of a temporary one.
pub(crate) fn copy(folder: &Path, copies: NonZeroUsize) -> io::Result<TempDir> {
    let tree = tempfile::Builder::new().prefix("route-role-measure-").tempdir()?;
    for entry in WalkBuilder::new(folder).require_git(false).build() {
        let entry = entry.map_err(io::Error::other)?;
        let path = entry.path();
        let is_source = path.extension().is_some_and(|extension| extension == "rs");
        let is_manifest = path.file_name().is_some_and(|name| name == "Cargo.toml");
        if !is_source && !is_manifest || !entry.file_type().is_some_and(|kind| kind.is_file()) {
            continue;
        }
        let relative = path.strip_prefix(folder).map_err(io::Error::other)?;
        for number in 1..=copies.get() {
            let target = tree.path().join(format!("copy-{number}")).join(relative);
            fs::create_dir_all(target.parent().unwrap_or(tree.path()))?;
            fs::copy(path, target)?;
        }
    }
    Ok(tree)
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::num::NonZeroUsize;

    use super::copy;

    #[test]
    fn each_copy_has_the_sources_and_nothing_else() {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir(folder.path().join("src")).unwrap();
        for file in ["Cargo.toml", "README.md", "src/lib.rs"] {
            fs::write(folder.path().join(file), file).unwrap();
        }
        let tree = copy(folder.path(), NonZeroUsize::new(2).unwrap()).unwrap();
        for number in ["copy-1", "copy-2"] {
            assert_eq!(fs::read_to_string(tree.path().join(number).join("src/lib.rs")).unwrap(), "src/lib.rs");
            assert!(tree.path().join(number).join("Cargo.toml").exists());
            assert!(!tree.path().join(number).join("README.md").exists());
        }
        assert!(!tree.path().join("copy-3").exists());
    }
}
