//! From a protection and a caller to "let in" or an answer: what every framework's guard does.

use route_role_policy::{Decision, Denial, Principal, PrincipalKind, Refusal, decide};

use crate::{Answer, Protection, TenantBinding};

/// Why a caller is not let in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum NotAdmitted {
    /// The access says no.
    Refused(Refusal),
    /// The policy doesn't know this kind of caller.
    UnknownKind(PrincipalKind),
    /// The path addresses a tenant that isn't the caller's.
    WrongTenant,
    /// The route has no path parameter of the name that its declaration binds the tenant to.
    MissingTenantParameter,
}

/// Decides whether `principal` may go on to the handler.
///
/// `tenant_in_path` is the value of the path parameter that [`Declaration::tenant`](route_role_policy::Declaration::tenant)
/// names.
pub(crate) fn admit(
    protection: &Protection,
    principal: &Principal,
    tenant_in_path: Option<&str>,
) -> Result<(), NotAdmitted> {
    if !protection.known_kinds.contains(&principal.kind) {
        return Err(NotAdmitted::UnknownKind(principal.kind.clone()));
    }
    if let Decision::Deny(refusal) = decide(&protection.declaration.access, principal) {
        return Err(NotAdmitted::Refused(refusal));
    }
    if protection.declaration.tenant.is_none() {
        return Ok(());
    }
    match tenant_in_path {
        None if protection.tenant_binding == TenantBinding::Level => Ok(()),
        None => Err(NotAdmitted::MissingTenantParameter),
        Some(addressed) if principal.tenant.as_deref() == Some(addressed) => Ok(()),
        Some(_) => Err(NotAdmitted::WrongTenant),
    }
}

/// What a caller is told who was not let in to a route that hides its object in the way of `denial`.
pub(crate) fn answer(denial: Option<Denial>, reason: &NotAdmitted) -> Answer {
    match reason {
        NotAdmitted::Refused(Refusal::Unauthenticated) => Answer::Unauthenticated,
        NotAdmitted::MissingTenantParameter => Answer::Undecided,
        NotAdmitted::Refused(_) | NotAdmitted::UnknownKind(_) | NotAdmitted::WrongTenant => denied(denial),
    }
}

/// What a known caller is told who is refused, as far as is known without the object.
///
/// Before the object is looked up nothing says that the caller may read it, so `not_found_unless_readable` is 404 here.
pub(crate) fn denied(denial: Option<Denial>) -> Answer {
    match denial {
        None | Some(Denial::Forbidden) => Answer::Forbidden,
        Some(Denial::NotFound | Denial::NotFoundUnlessReadable) => Answer::Absent,
    }
}

/// What a caller is told who is refused, but may read the object.
pub(crate) fn denied_to_reader(denial: Option<Denial>) -> Answer {
    match denial {
        None | Some(Denial::Forbidden | Denial::NotFoundUnlessReadable) => Answer::Forbidden,
        Some(Denial::NotFound) => Answer::Absent,
    }
}

#[cfg(test)]
mod tests {
    use std::borrow::Cow;

    use route_role_policy::{Access, Alternative, Declaration, Principals};

    use super::*;

    fn users_of_a_workspace(tenant_binding: TenantBinding) -> Protection {
        let users = Alternative {
            principals: Principals::Only(Cow::Owned(vec![PrincipalKind::USER])),
            ..Alternative::UNRESTRICTED
        };
        let declaration = Declaration {
            access: Access::one(users),
            tenant: Some(Cow::Borrowed("workspace_id")),
            ..Protection::REFUSED.declaration
        };
        Protection { declaration, tenant_binding, ..Protection::REFUSED }
    }

    #[test]
    fn the_caller_of_the_addressed_tenant_is_let_in_and_no_other() {
        let user = Principal::new(PrincipalKind::USER).with_tenant("w1");
        for binding in [TenantBinding::Attribute, TenantBinding::Level] {
            let protection = users_of_a_workspace(binding);
            assert_eq!(admit(&protection, &user, Some("w1")), Ok(()));
            assert_eq!(admit(&protection, &user, Some("w2")), Err(NotAdmitted::WrongTenant));
            let without_tenant = Principal::new(PrincipalKind::USER);
            assert_eq!(admit(&protection, &without_tenant, Some("w1")), Err(NotAdmitted::WrongTenant));
        }
    }

    #[test]
    fn a_path_without_the_tenant_is_refused_only_if_the_attribute_states_it() {
        let user = Principal::new(PrincipalKind::USER).with_tenant("w1");
        let admitted = |binding| admit(&users_of_a_workspace(binding), &user, None);
        assert_eq!(admitted(TenantBinding::Attribute), Err(NotAdmitted::MissingTenantParameter));
        assert_eq!(admitted(TenantBinding::Level), Ok(()));
    }

    #[test]
    fn a_kind_that_the_policy_does_not_know_is_refused() {
        let robot = PrincipalKind::literal("robot");
        let protection = users_of_a_workspace(TenantBinding::Level);
        let admitted = admit(&protection, &Principal::new(robot.clone()), Some("w1"));
        assert_eq!(admitted, Err(NotAdmitted::UnknownKind(robot)));
    }

    #[test]
    fn the_declared_denial_decides_between_forbidden_and_absent() {
        let told = |denial| (answer(denial, &NotAdmitted::WrongTenant), denied(denial), denied_to_reader(denial));
        let (forbidden, absent) = (Answer::Forbidden, Answer::Absent);
        assert_eq!(told(None), (forbidden, forbidden, forbidden));
        assert_eq!(told(Some(Denial::Forbidden)), (forbidden, forbidden, forbidden));
        assert_eq!(told(Some(Denial::NotFound)), (absent, absent, absent));
        assert_eq!(told(Some(Denial::NotFoundUnlessReadable)), (absent, absent, forbidden));
    }

    #[test]
    fn a_caller_without_credentials_is_told_so_whatever_the_denial() {
        let protection = users_of_a_workspace(TenantBinding::Level);
        let reason = admit(&protection, &Principal::anonymous(), Some("w1")).expect_err("nobody is no user");
        assert_eq!(answer(Some(Denial::NotFound), &reason), Answer::Unauthenticated);
    }
}
