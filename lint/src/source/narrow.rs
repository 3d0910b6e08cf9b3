//! Leaving of a tree what one service is made of: its packages, and those that they depend on.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use super::packages::{Package, PackageIndex};
use super::{Scope, Sources};

/// Leaves the packages of a scope and those that they depend on, with their files. Of the latter only the libraries stay, and nothing of them is an answer by itself.
pub(super) fn narrow(sources: &mut Sources, scope: &Scope, base: &Path) {
    let is_own = |package: &Package| scope.holds(&base.join(&package.dir));
    let mut kept: BTreeSet<PackageIndex> =
        indexed(&sources.packages).filter(|(_, one)| is_own(one)).map(|(at, _)| at).collect();
    let mut pending: Vec<PackageIndex> = kept.iter().copied().collect();
    while let Some(package) = pending.pop().and_then(|at| sources.packages.get(at.0)) {
        pending.extend(package.dependencies.values().filter(|other| kept.insert(**other)));
    }
    // Files belong to the nearest package above them.
    let dirs: BTreeMap<String, bool> =
        indexed(&sources.packages).map(|(at, package)| (package.dir.clone(), kept.contains(&at))).collect();
    let is_kept = |path: &str| nearest(path, &dirs);
    sources.files.retain(|file| is_kept(&file.path));
    sources.problems.retain(|problem| is_kept(&problem.path));
    let renumbered: BTreeMap<PackageIndex, PackageIndex> =
        kept.iter().enumerate().map(|(new, old)| (*old, PackageIndex(new))).collect();
    let packages = std::mem::take(&mut sources.packages);
    let kept = packages.into_iter().enumerate().filter(|(at, _)| kept.contains(&PackageIndex(*at)));
    sources.packages = kept
        .map(|(_, mut package)| {
            package.is_own = is_own(&package);
            if !package.is_own {
                [&mut package.binaries, &mut package.tests, &mut package.examples, &mut package.benches]
                    .into_iter()
                    .for_each(Vec::clear);
            }
            for dependency in package.dependencies.values_mut() {
                if let Some(new) = renumbered.get(dependency) {
                    *dependency = *new;
                }
            }
            package
        })
        .collect();
}

fn indexed(packages: &[Package]) -> impl Iterator<Item = (PackageIndex, &Package)> {
    packages.iter().enumerate().map(|(at, package)| (PackageIndex(at), package))
}

/// Whether the nearest package at or above a path stays.
fn nearest(path: &str, dirs: &BTreeMap<String, bool>) -> bool {
    let mut dir = path;
    loop {
        dir = super::packages::parent(dir);
        match dirs.get(dir) {
            Some(stays) => return *stays,
            None if dir.is_empty() => return false,
            None => {}
        }
    }
}
