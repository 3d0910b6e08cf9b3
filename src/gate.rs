//! What the guards of all frameworks do alike, once their framework has told them who calls and what the path says.

use route_role_policy::{Declaration, Denial, Principal};

use crate::admission::{self, NotAdmitted};
use crate::{Answer, Protection, log_once};

/// What a guard that let a caller in leaves for the rest of the request.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Granted {
    pub(crate) declaration: &'static Declaration,
    pub(crate) denial: Option<Denial>,
}

impl Granted {
    /// What is granted at a route of this path, if it is.
    pub(crate) fn at(protection: &'static Protection, path: Option<&str>) -> Self {
        Self { declaration: &protection.declaration, denial: protection.denial_at(path) }
    }
}

/// Whether the route is open whoever calls.
///
/// Nothing about the caller matters then, so nothing that can go wrong in finding out does either.
pub(crate) fn is_open(protection: &Protection) -> bool {
    protection.declaration.access.is_open() && protection.declaration.tenant.is_none()
}

/// Lets `principal` in, or says what it is told. `tenant` gives the value of a path parameter.
pub(crate) fn check(
    protection: &Protection,
    denial: Option<Denial>,
    principal: &Principal,
    method: &str,
    tenant: impl FnOnce(&str) -> Option<String>,
) -> Result<(), Answer> {
    let tenant = protection.declaration.tenant.as_deref().and_then(tenant);
    admission::admit(protection, principal, tenant.as_deref()).map_err(|reason| {
        log_mistake(method, &protection.declaration, &reason);
        admission::answer(denial, &reason)
    })
}

/// Refusals that come from a mistake in the application, not from the caller.
fn log_mistake(method: &str, declaration: &Declaration, reason: &NotAdmitted) {
    match reason {
        NotAdmitted::Refused(_) | NotAdmitted::WrongTenant => {}
        NotAdmitted::UnknownKind(kind) => {
            log_once::error(format!(
                "callers of kind `{kind}` are refused: the policy file declares no such principal"
            ));
        }
        NotAdmitted::MissingTenantParameter => {
            let parameter = declaration.tenant.as_deref().unwrap_or_default();
            log_once::error(format!(
                "a {method} route is refused: its path has no parameter `{parameter}` to bind the tenant"
            ));
        }
    }
}

/// Says that nothing around the routes tells who calls; `missing` is what does that.
pub(crate) fn log_missing_layer(missing: &str) {
    log_once::error(format!("every guarded route is refused: put `{missing}` around the whole service"));
}

/// Says that a handler takes `Access` without a guard.
pub(crate) fn log_missing_guard() {
    log_once::error("a handler that takes `Access` is refused: it has no `#[route_role(…)]`".into());
}
