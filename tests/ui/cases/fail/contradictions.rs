use route_role::route_role;

#[route_role(User, scopes = ["case:read", "case:read"])]
async fn scope_twice() {}

#[route_role(User, features = ["export", "export"])]
async fn feature_twice() {}

#[route_role(User, data = ["personal", "personal"])]
async fn data_class_twice() {}

#[route_role(User, scopes = [])]
async fn no_scopes() {}

#[route_role(User, scopes = any())]
async fn any_of_none() {}

#[route_role(User, denial = not_found)]
async fn denial_without_object() {}

#[route_role(Auditor, tenant = "workspace_id")]
async fn tenant_without_level() {}

#[route_role(public)]
async fn public_without_reason() {}

#[route_role(public, reason = " ")]
async fn empty_reason() {}

#[route_role(public, reason = "open", scopes = ["case:read"])]
async fn public_with_scopes() {}

#[route_role(public, reason = "open", features = ["export"], parent = "case:read", tenant = "workspace_id")]
async fn public_with_other_demands() {}

#[route_role(User)]
#[route_role(Auditor)]
async fn two_attributes() {}

fn main() {}
