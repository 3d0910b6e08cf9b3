use route_role::route_role;

struct Api;

impl Api {
    #[route_role(User)]
    async fn get_case() {}
}

fn main() {}
