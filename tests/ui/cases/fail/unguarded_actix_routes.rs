use actix_web::web::Path;
use route_role::actix::PolicyRouter;
use route_role::actix::routing::{any, get};
use route_role::{Guard, route_role};

async fn without_arguments() -> &'static str {
    ""
}

async fn without_guard(_: Path<u32>) -> &'static str {
    ""
}

#[route_role(User)]
async fn guarded(_: Path<u32>) -> &'static str {
    ""
}

async fn guard_comes_late(_: Path<u32>, _: Guard<route_role::Refused>) -> &'static str {
    ""
}

fn main() {
    let _ = PolicyRouter::new()
        .route("/none", get(without_arguments))
        .route("/late", get(guard_comes_late))
        .route("/chained", get(guarded).post(without_guard))
        .route("/any", any(without_guard))
        .route("/actix", actix_web::web::get().to(guarded));
}
