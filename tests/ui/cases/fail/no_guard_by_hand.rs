use route_role::{Guard, route_role};

#[route_role(User)]
async fn guarded() {}

// A mistake in the attribute must not open the function either.
#[route_role(Usr)]
async fn mistaken() {}

async fn calls() {
    guarded().await;
    guarded(Guard::for_test()).await;
    guarded(Guard::granted()).await;
    mistaken().await;
}

fn main() {
    let _ = calls();
}
