use route_role::route_role;

#[route_role([User])]
async fn role_in_brackets() {}

#[route_role(User, scopes = ["case:read"] resource = "case")]
async fn missing_comma_between_arguments() {}

#[route_role(User, "case:read")]
async fn value_without_argument() {}

#[route_role(User, features = "export")]
async fn features_without_brackets() {}

#[route_role(User, resource = "case", denial = 404)]
async fn denial_as_number() {}

#[route_role(User, scopes = ["case:read", all("case:update")])]
async fn all_inside_a_list() {}

#[route_role(User, scopes = [1])]
async fn scope_as_number() {}

#[route_role(User, scops = ["case:read"], features = "export", reason = because)]
async fn several_mistakes() {}

fn main() {}
