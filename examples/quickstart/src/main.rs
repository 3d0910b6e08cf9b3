use std::error::Error;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let app = quickstart::app();
    // The routes are the ones that were reviewed, or the service doesn't start.
    app.verify(include_str!("../route-role.lock"))?;
    for route in app.routes() {
        println!("{route}");
    }
    let listener = tokio::net::TcpListener::bind("127.0.0.1:8080").await?;
    Ok(axum::serve(listener, app.into_router()).await?)
}
