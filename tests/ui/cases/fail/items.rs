use route_role::route_role;

#[route_role(User)]
fn not_async() {}

#[route_role(User)]
struct NotAFunction;

struct Api;

impl Api {
    #[route_role(User)]
    async fn with_receiver(&self) {}
}

#[route_role(User)]
impl Api {
    #[route_role(User)]
    async fn arguments_on_the_impl() {}
}

#[route_role]
impl Api {
    async fn none() {}
}

#[route_role]
impl Api {
    #[route_role(User)]
    async fn receiver_in_a_guarded_impl(self) {}

    #[route_role(Usr)]
    async fn unknown_role() {}

    #[route_role]
    async fn no_role() {}
}

#[route_role]
impl Clone for Api {
    #[route_role(User)]
    async fn clone() {}
}

fn main() {}
