use route_role::route_role;

#[route_role()]
async fn nothing() {}

#[route_role("User")]
async fn quoted_role() {}

#[route_role(scopes = ["case:read"], User)]
async fn role_comes_second() {}

#[route_role(User scopes = ["case:read"])]
async fn missing_comma() {}

#[route_role(User, scops = ["case:read"])]
async fn unknown_argument() {}

#[route_role(User, scopes)]
async fn argument_without_value() {}

#[route_role(User, scopes = "case:read")]
async fn scopes_without_brackets() {}

#[route_role(User, scopes = [any(any("case:read"))])]
async fn nested_any() {}

#[route_role(User, resource = case)]
async fn resource_without_quotes() {}

#[route_role(User, resource = "case", denial = "not_found")]
async fn denial_in_quotes() {}

#[route_role(User, resource = "case", denial = notfound)]
async fn unknown_denial() {}

#[route_role(User, credential = revoke)]
async fn unknown_credential() {}

#[route_role(User, scopes = ["case:read"], scopes = ["case:read"])]
async fn argument_twice() {}

#[route_role(User, features = [])]
async fn no_features() {}

fn main() {}
