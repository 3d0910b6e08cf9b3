use route_role::route_role;

#[route_role(User)]
async fn get_case() {}

fn main() {
    let _ = route_role::axum::routing::get::<_, _, ()>(get_case);
}
