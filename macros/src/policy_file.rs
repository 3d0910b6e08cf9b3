//! The policy file: found, read once per process, and tracked as a dependency of the build.

use std::collections::HashMap;
use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::SystemTime;

use proc_macro2::{Span, TokenStream};
use quote::quote;
use route_role_policy::Policy;
use route_role_policy::file::{self, ConstantSource, Problem, RustConstants, Severity};

/// The variable that names another policy file than the nearest one.
const VARIABLE: &str = "ROUTE_ROLE_POLICY";

/// A policy, and the files that it was read from.
#[derive(Clone)]
pub(crate) struct LoadedPolicy {
    pub(crate) policy: Arc<Policy>,
    files: Arc<[PathBuf]>,
}

impl LoadedPolicy {
    /// Items that make the compiler look again when one of the files or the variable changes.
    pub(crate) fn dependencies(&self) -> TokenStream {
        let files = self.files.iter().filter_map(|file| file.to_str());
        quote! {
            const _: ::core::option::Option<&str> = ::core::option_env!(#VARIABLE);
            #(const _: &[u8] = ::core::include_bytes!(#files);)*
        }
    }
}

/// The policy of the package that is being compiled.
pub(crate) fn load() -> syn::Result<LoadedPolicy> {
    let path = locate()?;
    if let Some(known) = cached(&path) {
        return Ok(known);
    }
    let text = fs::read_to_string(&path)
        .map_err(|error| complain(format!("the policy file `{}` can't be read: {error}", path.display())))?;
    let mut constants = RustConstants::new(path.parent().unwrap_or(Path::new("")));
    let loaded = file::load(&text, &mut constants);
    let mistakes: Vec<&Problem> =
        loaded.problems.iter().filter(|problem| problem.severity == Severity::Error).collect();
    if let Some((first, others)) = mistakes.split_first() {
        return Err(complain(describe(&path, &text, first, others.len())));
    }
    let files: Vec<PathBuf> = [path.clone()].into_iter().chain(constants.files_read()).collect();
    let policy = LoadedPolicy { policy: Arc::new(loaded.policy), files: files.into() };
    remember(path, &policy);
    Ok(policy)
}

fn locate() -> syn::Result<PathBuf> {
    let folder = env::var_os("CARGO_MANIFEST_DIR").map(PathBuf::from).unwrap_or_default();
    if let Some(named) = env::var_os(VARIABLE) {
        let path = folder.join(named);
        if path.is_file() {
            return Ok(path);
        }
        return Err(complain(format!("`{VARIABLE}` names a policy file that isn't there: `{}`", path.display())));
    }
    file::find(&folder).ok_or_else(|| {
        complain(format!(
            "there is no policy file `{}` in the package's folder, nor in any above it\n  = help: `route-role init` writes one",
            file::FILE_NAME
        ))
    })
}

fn complain(message: String) -> syn::Error {
    syn::Error::new(Span::call_site(), message)
}

fn describe(path: &Path, text: &str, problem: &Problem, others: usize) -> String {
    let before = text.get(..problem.primary.start).unwrap_or(text);
    let line = before.matches('\n').count() + 1;
    let column = before.rsplit('\n').next().map_or(1, |start| start.chars().count() + 1);
    let mut message =
        format!("the policy has a mistake: {}\n  --> {}:{line}:{column}", problem.message, path.display());
    if let Some(help) = &problem.help {
        message.push_str(&format!("\n  = help: {help}"));
    }
    if others > 0 {
        message.push_str(&format!("\n  = note: and {others} more; `route-role check` shows them all"));
    }
    message
}

/// What a file was like when it was read.
type Stamp = Option<(SystemTime, u64)>;

struct Cached {
    policy: LoadedPolicy,
    stamps: Vec<Stamp>,
}

/// A package has hundreds of handlers and one policy. An editor keeps the process alive while the files change.
static CACHE: Mutex<Option<HashMap<PathBuf, Cached>>> = Mutex::new(None);

fn cached(path: &Path) -> Option<LoadedPolicy> {
    let cache = CACHE.lock().unwrap_or_else(PoisonError::into_inner);
    let entry = cache.as_ref()?.get(path)?;
    (entry.stamps == stamps(&entry.policy)).then(|| entry.policy.clone())
}

fn remember(path: PathBuf, policy: &LoadedPolicy) {
    let entry = Cached { policy: policy.clone(), stamps: stamps(policy) };
    let mut cache = CACHE.lock().unwrap_or_else(PoisonError::into_inner);
    cache.get_or_insert_default().insert(path, entry);
}

fn stamps(policy: &LoadedPolicy) -> Vec<Stamp> {
    policy
        .files
        .iter()
        .map(|file| {
            let metadata = fs::metadata(file).ok()?;
            Some((metadata.modified().ok()?, metadata.len()))
        })
        .collect()
}
