//! What a guard enforces.

use std::borrow::Cow;

use route_role_policy::path::object_parameter;
use route_role_policy::{Access, Declaration, Denial, PrincipalKind};

/// What a guard enforces: what the attribute says, and what the policy says about every such attribute.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Protection {
    /// What the attribute says.
    pub declaration: Declaration,
    /// The kinds of caller that the policy knows; any other is refused.
    pub known_kinds: Cow<'static, [PrincipalKind]>,
    /// Where [`Declaration::tenant`] comes from.
    pub tenant_binding: TenantBinding,
    /// The path parameters that bind tenants anywhere in the policy: none of them addresses an object.
    pub tenant_parameters: Cow<'static, [Cow<'static, str>]>,
    /// What a refused caller of an object route sees where the attribute doesn't say it.
    pub default_denial: Option<Denial>,
}

/// Where a declaration's tenant parameter comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TenantBinding {
    /// The role's level names it: it binds wherever the path has such a parameter. Other paths leave it to the caller's
    /// session or key which tenant is meant.
    Level,
    /// The attribute itself names it: a path without it is refused.
    Attribute,
}

impl Protection {
    /// Refuses everyone.
    pub(crate) const REFUSED: Self = Self {
        declaration: Declaration {
            role: None,
            access: Access::NOBODY,
            resource: None,
            denial: None,
            credential: None,
            data: Cow::Borrowed(&[]),
            parent: None,
            tenant: None,
            reason: None,
        },
        known_kinds: Cow::Borrowed(PrincipalKind::BUILT_IN),
        tenant_binding: TenantBinding::Attribute,
        tenant_parameters: Cow::Borrowed(&[]),
        default_denial: None,
    };

    /// What a refused caller sees of a route with this path; of one whose path isn't known, as if it addressed an object.
    pub fn denial_at(&self, path: Option<&str>) -> Option<Denial> {
        let tenants: Vec<&str> = self.tenant_parameters.iter().map(AsRef::as_ref).collect();
        let addresses_an_object = path.is_none_or(|path| object_parameter(path, &tenants).is_some());
        self.declaration.denial.or(self.default_denial.filter(|_| addresses_an_object))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_default_denial_is_for_object_routes_without_one_of_their_own() {
        let default = Protection {
            default_denial: Some(Denial::NotFound),
            tenant_parameters: Cow::Borrowed(const { &[Cow::Borrowed("workspace_id")] }),
            ..Protection::REFUSED
        };
        assert_eq!(default.denial_at(Some("/workspaces/{workspace_id}/cases")), None);
        assert_eq!(default.denial_at(Some("/workspaces/{workspace_id}/cases/{id}")), Some(Denial::NotFound));
        assert_eq!(default.denial_at(None), Some(Denial::NotFound));
        let declaration = Declaration { denial: Some(Denial::Forbidden), ..Protection::REFUSED.declaration };
        let stated = Protection { declaration, ..default };
        assert_eq!(stated.denial_at(Some("/cases/{id}")), Some(Denial::Forbidden));
    }
}
