use route_role::route_role;

#[route_role(Usr)]
async fn unknown_role() {}

#[route_role(User, scopes = ["case:raed"])]
async fn unknown_scope() {}

#[route_role(User, scopes = any("case:read", "case:purge"), resource = "cas")]
async fn unknown_scope_and_resource() {}

#[route_role(User, features = ["exports"], data = ["person"])]
async fn unknown_feature_and_data() {}

#[route_role(User, parent = "case:modify")]
async fn unknown_parent() {}

fn main() {}
