use axum::extract::Path;
use route_role::axum::PolicyRouter;
use route_role::axum::routing::{any, get};
use route_role::{Guard, route_role};

struct Mine;

async fn without_arguments() {}

async fn without_guard(Path(_): Path<u32>) {}

async fn guard_of_ones_own(_: Guard<Mine>) {}

#[route_role(User)]
async fn guarded(Path(_): Path<u32>) {}

async fn guard_comes_late(_: Path<u32>, _: Guard<route_role::Refused>) {}

fn main() {
    let _: PolicyRouter = PolicyRouter::new()
        .route("/none", get(without_arguments))
        .route("/path", get(without_guard))
        .route("/own", get(guard_of_ones_own))
        .route("/late", get(guard_comes_late))
        .route("/chained", get(guarded).post(without_guard))
        .route("/any", any(without_guard))
        .route("/closure", get(|| async {}))
        .route("/axum", axum::routing::get(guarded))
        .fallback(without_arguments);
}
