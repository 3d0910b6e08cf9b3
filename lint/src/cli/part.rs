//! The services that a command is about: one, or all those of a tree.

use std::path::{Path, PathBuf};

use route_role_policy::file::{self, FILE_NAME};

use super::{CliError, InputArgs, output};
use crate::report::escape::visible;
use crate::rule::engine::list::quoted;
use crate::source::{Overlay, ScanError, Scope, Service, services};

/// What is read as one project: everything that was named, or one service of several.
#[derive(Debug, Clone)]
pub(super) struct Part {
    /// The service's name, where there are several.
    pub(super) service: Option<String>,
    /// The service's folder, where there are several.
    pub(super) folder: Option<PathBuf>,
    /// The policy by which it is read.
    pub(super) policy: Option<PathBuf>,
    /// What of the tree it is, where there are several.
    pub(super) scope: Option<Scope>,
}

impl Part {
    /// Everything that was named, by one policy.
    pub(super) fn whole(input: &InputArgs) -> Self {
        Self {
            service: None,
            folder: None,
            policy: input.policy.clone().or_else(|| file::find(first(input))),
            scope: None,
        }
    }
}

/// What a command is about.
#[derive(Debug)]
pub(super) struct Parts {
    /// Everything that was named, or each service of several.
    pub(super) all: Vec<Part>,
    /// The folders of web programs that belong to no service, and so aren't read.
    pub(super) strays: Vec<String>,
}

impl Parts {
    /// Folders below the one that was named may have policies of their own: then each is a service, and so is the rest, if it has a policy too.
    /// Where a policy, a file or several paths are named, there is nothing to look for.
    pub(super) fn of(input: &InputArgs) -> Result<Self, CliError> {
        let whole = || Self { all: vec![Part::whole(input)], strays: Vec::new() };
        if input.policy.is_some() || input.paths.len() > 1 || !first(input).is_dir() {
            return Ok(whole());
        }
        let found = services(first(input), file::find(first(input)).as_deref(), FILE_NAME)?;
        if found.services.iter().all(Service::is_root) {
            return Ok(whole());
        }
        let part = |service: Service| Part {
            service: Some(service.name),
            folder: Some(service.folder),
            policy: Some(service.policy),
            scope: Some(service.scope),
        };
        Ok(Self { all: found.services.into_iter().map(part).collect(), strays: found.strays })
    }

    /// Leaves the part that a file belongs to whose text is read from elsewhere.
    pub(super) fn with(mut self, overlay: Option<&Overlay>) -> Result<Self, CliError> {
        if let Some(overlay) = overlay {
            self.strays.clear();
            self.all.retain(|part| part.scope.as_ref().is_none_or(|scope| scope.holds(&overlay.path)));
            if self.all.is_empty() {
                return Err(ScanError::NotRead(overlay.path.clone()).into());
            }
        }
        Ok(self)
    }

    /// Says what isn't read.
    pub(super) fn remark(&self) {
        if !self.strays.is_empty() {
            output::say(&format!(
                "note: {} {} to no service and {} read: give {} a policy, or put one at the root for all that has none of its own",
                quoted(self.strays.iter().map(|stray| visible(stray))),
                if self.strays.len() == 1 { "belongs" } else { "belong" },
                if self.strays.len() == 1 { "isn't" } else { "aren't" },
                if self.strays.len() == 1 { "it" } else { "each" },
            ));
        }
    }
}

fn first(input: &InputArgs) -> &Path {
    input.paths.first().map_or(Path::new("."), PathBuf::as_path)
}
