//! The middleware that an application wraps around its routes.

use std::fmt;
use std::future::{Future, Ready, ready};
use std::pin::Pin;
use std::task;

use actix_web::body::{EitherBody, MessageBody};
use actix_web::dev::{Service, ServiceRequest, ServiceResponse, Transform};
use actix_web::{Error, ResponseError};

use super::context::{Check, ResolvePrincipal, Setup, open_inquiry};
use super::guard::Rejection;
use super::render::RenderAnswer;
use crate::Answer;
use crate::unguarded::Unguarded;

/// Tells the guards inside it who calls and how refusals look.
///
/// Wrap it around the whole [`App`](actix_web::App). A guard without it refuses everyone.
#[derive(Clone)]
pub struct RouteRole {
    setup: Setup,
    unguarded: Unguarded,
}

impl RouteRole {
    /// A middleware that asks `resolver` who calls and answers with problem documents.
    pub fn new(resolver: impl ResolvePrincipal) -> Self {
        Self { setup: Setup::new(resolver), unguarded: Unguarded::LetThrough }
    }

    /// Answers in the application's own way.
    #[must_use]
    pub fn with_answers(self, renderer: impl RenderAnswer) -> Self {
        Self { setup: self.setup.with_renderer(renderer), ..self }
    }

    /// Lets no route answer without a guard, except at the paths `except` and below them.
    ///
    /// What such a route answers is thrown away, the caller gets a 500, and the log says which route it was. The handler
    /// has run by then: this finds a forgotten attribute in the first test that asks the route, it doesn't replace it.
    #[must_use]
    pub fn only_guarded(self, except: &'static [&'static str]) -> Self {
        Self { unguarded: Unguarded::RefusedExcept(except), ..self }
    }
}

impl<S, B> Transform<S, ServiceRequest> for RouteRole
where
    S: Service<ServiceRequest, Response = ServiceResponse<B>, Error = Error>,
    S::Future: 'static,
    B: MessageBody + 'static,
{
    type Response = ServiceResponse<EitherBody<B>>;
    type Error = Error;
    type Transform = RouteRoleMiddleware<S>;
    type InitError = ();
    type Future = Ready<Result<Self::Transform, ()>>;

    fn new_transform(&self, service: S) -> Self::Future {
        ready(Ok(RouteRoleMiddleware { service, route_role: self.clone() }))
    }
}

/// The service that [`RouteRole`] makes.
pub struct RouteRoleMiddleware<S> {
    service: S,
    route_role: RouteRole,
}

impl<S, B> Service<ServiceRequest> for RouteRoleMiddleware<S>
where
    S: Service<ServiceRequest, Response = ServiceResponse<B>, Error = Error>,
    S::Future: 'static,
    B: MessageBody + 'static,
{
    type Response = ServiceResponse<EitherBody<B>>;
    type Error = Error;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, Error>>>>;

    fn poll_ready(&self, context: &mut task::Context<'_>) -> task::Poll<Result<(), Error>> {
        self.service.poll_ready(context)
    }

    fn call(&self, request: ServiceRequest) -> Self::Future {
        let inquiry = open_inquiry(&request, &self.route_role.setup);
        let response = self.service.call(request);
        let route_role = self.route_role.clone();
        Box::pin(async move {
            let response = response.await;
            let checks = inquiry.checks();
            let is_guarded = !checks.is_empty();
            // A guard that has told what it found is answered already. One that hasn't was overtaken: an extractor
            // behind it failed first, and what that says isn't for a caller who may not ask.
            for overtaken in checks.into_iter().filter(Check::is_overtaken) {
                if let Err(rejection) = overtaken.finding.await {
                    return refuse(response, &rejection);
                }
            }
            match response {
                Ok(response) if !is_guarded && route_role.must_be_guarded(&response) => {
                    let rejection = Rejection::new(Answer::Undecided, route_role.setup.renderer);
                    refuse(Ok(response), &rejection)
                }
                response => response.map(ServiceResponse::map_into_left_body),
            }
        })
    }
}

impl RouteRole {
    fn must_be_guarded<B>(&self, response: &ServiceResponse<B>) -> bool {
        let request = response.request();
        self.unguarded.refuses(response.status().as_u16(), request.method().as_str(), request.path())
    }
}

/// Puts a refusal in the place of what the service answered.
fn refuse<B>(
    response: Result<ServiceResponse<B>, Error>,
    rejection: &Rejection,
) -> Result<ServiceResponse<EitherBody<B>>, Error> {
    match response {
        Ok(response) => Ok(response.into_response(rejection.error_response()).map_into_right_body()),
        Err(_) => Err(rejection.clone().into()),
    }
}

impl fmt::Debug for RouteRole {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("RouteRole")
    }
}

impl<S> fmt::Debug for RouteRoleMiddleware<S> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("RouteRoleMiddleware")
    }
}
