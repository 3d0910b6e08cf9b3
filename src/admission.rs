//! From a declaration and a caller to "let in" or an answer: what every framework's guard does.

use route_role_policy::{Decision, Declaration, Denial, Principal, PrincipalKind, Refusal, decide};

use crate::{Answer, Protected, TenantBinding};

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
/// `tenant_in_path` is the value of the path parameter that [`Declaration::tenant`] names.
pub(crate) fn admit<P: Protected>(principal: &Principal, tenant_in_path: Option<&str>) -> Result<(), NotAdmitted> {
    let declaration = P::DECLARATION;
    if !P::KNOWN_KINDS.contains(&principal.kind) {
        return Err(NotAdmitted::UnknownKind(principal.kind.clone()));
    }
    if let Decision::Deny(refusal) = decide(&declaration.access, principal) {
        return Err(NotAdmitted::Refused(refusal));
    }
    if declaration.tenant.is_none() {
        return Ok(());
    }
    match tenant_in_path {
        None if P::TENANT_BINDING == TenantBinding::Level => Ok(()),
        None => Err(NotAdmitted::MissingTenantParameter),
        Some(addressed) if principal.tenant.as_deref() == Some(addressed) => Ok(()),
        Some(_) => Err(NotAdmitted::WrongTenant),
    }
}

/// What a caller is told who was not let in.
pub(crate) fn answer(declaration: &Declaration, rejection: &NotAdmitted) -> Answer {
    match rejection {
        NotAdmitted::Refused(Refusal::Unauthenticated) => Answer::Unauthenticated,
        NotAdmitted::MissingTenantParameter => Answer::Undecided,
        NotAdmitted::Refused(_) | NotAdmitted::UnknownKind(_) | NotAdmitted::WrongTenant => denied(declaration),
    }
}

/// What a known caller is told who is refused, as far as is known without the object.
///
/// Before the object is looked up nothing says that the caller may read it, so `not_found_unless_readable` is 404 here.
pub(crate) fn denied(declaration: &Declaration) -> Answer {
    match declaration.denial {
        None | Some(Denial::Forbidden) => Answer::Forbidden,
        Some(Denial::NotFound | Denial::NotFoundUnlessReadable) => Answer::Absent,
    }
}

/// What a caller is told who is refused, but may read the object.
pub(crate) fn denied_to_reader(declaration: &Declaration) -> Answer {
    match declaration.denial {
        None | Some(Denial::Forbidden | Denial::NotFoundUnlessReadable) => Answer::Forbidden,
        Some(Denial::NotFound) => Answer::Absent,
    }
}

#[cfg(test)]
mod tests {
    use std::borrow::Cow;

    use route_role_policy::{Access, Alternative, Principals, RoleName};

    use super::*;

    const USERS_OF_A_WORKSPACE: Declaration = Declaration {
        role: Some(RoleName::literal("User")),
        access: Access {
            alternatives: Cow::Borrowed(
                const {
                    &[Alternative {
                        principals: Principals::Only(Cow::Borrowed(const { &[PrincipalKind::USER] })),
                        ..Alternative::UNRESTRICTED
                    }]
                },
            ),
        },
        resource: None,
        denial: Some(Denial::NotFound),
        credential: None,
        data: Cow::Borrowed(&[]),
        parent: None,
        tenant: Some(Cow::Borrowed("workspace_id")),
        reason: None,
    };

    struct Stated;
    impl Protected for Stated {
        const DECLARATION: &'static Declaration = &USERS_OF_A_WORKSPACE;
        const KNOWN_KINDS: &'static [PrincipalKind] = PrincipalKind::BUILT_IN;
        const TENANT_BINDING: TenantBinding = TenantBinding::Attribute;
    }

    struct OfLevel;
    impl Protected for OfLevel {
        const DECLARATION: &'static Declaration = &USERS_OF_A_WORKSPACE;
        const KNOWN_KINDS: &'static [PrincipalKind] = PrincipalKind::BUILT_IN;
        const TENANT_BINDING: TenantBinding = TenantBinding::Level;
    }

    #[test]
    fn the_caller_of_the_addressed_tenant_is_let_in_and_no_other() {
        let user = Principal::new(PrincipalKind::USER).with_tenant("w1");
        assert_eq!(admit::<Stated>(&user, Some("w1")), Ok(()));
        assert_eq!(admit::<Stated>(&user, Some("w2")), Err(NotAdmitted::WrongTenant));
        assert_eq!(admit::<OfLevel>(&user, Some("w2")), Err(NotAdmitted::WrongTenant));
        let without_tenant = Principal::new(PrincipalKind::USER);
        assert_eq!(admit::<Stated>(&without_tenant, Some("w1")), Err(NotAdmitted::WrongTenant));
    }

    #[test]
    fn a_path_without_the_tenant_is_refused_only_if_the_attribute_states_it() {
        let user = Principal::new(PrincipalKind::USER).with_tenant("w1");
        assert_eq!(admit::<Stated>(&user, None), Err(NotAdmitted::MissingTenantParameter));
        assert_eq!(admit::<OfLevel>(&user, None), Ok(()));
    }

    #[test]
    fn a_kind_that_the_policy_does_not_know_is_refused() {
        let robot = PrincipalKind::literal("robot");
        let rejection = admit::<Stated>(&Principal::new(robot.clone()), Some("w1"));
        assert_eq!(rejection, Err(NotAdmitted::UnknownKind(robot)));
    }

    #[test]
    fn the_declared_denial_decides_between_forbidden_and_absent() {
        let told = |denial| {
            let declaration = Declaration { denial: Some(denial), ..USERS_OF_A_WORKSPACE };
            let before = answer(&declaration, &NotAdmitted::WrongTenant);
            (before, denied(&declaration), denied_to_reader(&declaration))
        };
        assert_eq!(told(Denial::Forbidden), (Answer::Forbidden, Answer::Forbidden, Answer::Forbidden));
        assert_eq!(told(Denial::NotFound), (Answer::Absent, Answer::Absent, Answer::Absent));
        assert_eq!(told(Denial::NotFoundUnlessReadable), (Answer::Absent, Answer::Absent, Answer::Forbidden));
    }

    #[test]
    fn a_caller_without_credentials_is_told_so_whatever_the_denial() {
        let rejection =
            admit::<Stated>(&Principal::anonymous(), Some("w1")).expect_err("anonymous callers are not users");
        assert_eq!(answer(&USERS_OF_A_WORKSPACE, &rejection), Answer::Unauthenticated);
    }
}
