use route_role::route_role;

mod scopes {
    pub const CASE_READ: &str = "case:read";
    pub const CASE_PURGE: &str = "case:purge";
    pub const LIMIT: u32 = 3;
}

#[route_role(User, scopes = [scopes::CASE_READ])]
async fn fine() {}

#[route_role(User, scopes = [scopes::CASE_PURGE])]
async fn not_a_scope_of_the_policy() {}

#[route_role(User, scopes = [scopes::CASE_WRITE])]
async fn no_such_constant() {}

#[route_role(User, scopes = [scopes::LIMIT])]
async fn not_a_text() {}

fn main() {}
