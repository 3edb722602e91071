//! Which path is answered by what. One file per route; each reads decode, call, encode.

mod assets;
mod event;
mod events;
mod export;
mod health;
mod import;
mod login;
mod metrics;
mod notes;
mod outcomes;
mod plausible;
mod query;
mod sites;
mod trial;

use crate::answer::{Answer, Refusal};
use crate::call::Call;
use crate::cors::{self, Audience};
use worker::{Method, Response};

/// Answers a call. Every error has become a response by then.
pub async fn answer(mut call: Call) -> Response {
    let path = call.path.clone();
    let audience = audience(&path);
    let response = match route(&mut call, &path).await {
        Ok(response) => response,
        Err(refusal) => {
            call.discard_body().await;
            refusal.into_response()
        }
    };
    cors::protect(&response, audience);
    response
}

fn audience(path: &str) -> Audience {
    let tracker = path == "/p.js" || path.starts_with("/p/");
    if tracker || matches!(path, "/e" | "/api/event") { Audience::AnySite } else { Audience::Owner }
}

async fn route(call: &mut Call, path: &str) -> Answer {
    if call.request.method() == Method::Options && matches!(path, "/e" | "/api/event") {
        return Ok(cors::preflight());
    }
    match path {
        "/e" => event::answer(call).await,
        "/api/event" => plausible::answer(call).await,
        "/api/v1/events" => events::answer(call).await,
        "/api/v1/import" => import::answer(call).await,
        "/api/v2/query" => query::answer(call, "query").await,
        "/api/v2/funnel" => query::answer(call, "funnel").await,
        "/api/v2/journeys" => query::answer(call, "journeys").await,
        "/api/v2/retention" => query::answer(call, "retention").await,
        "/api/v2/dimensions" => query::dimensions(call),
        "/api/v1/login" => login::log_in(call).await,
        "/api/v1/logout" => login::log_out(call),
        "/api/v1/sites" => sites::list(call).await,
        "/api/v1/export" => export::answer(call).await,
        "/api/v1/outcomes" => outcomes::answer(call).await,
        "/metrics" => metrics::answer(call).await,
        "/healthz" => health::answer(call),
        "/api/v1/test/panic" if call.config.test_mode => trial::answer(call).await,
        _ => match path.strip_prefix("/api/v1/sites/") {
            Some(domain) => sites::one(call, domain).await,
            None if path.starts_with("/api/") || path.starts_with("/v1/") => Err(Refusal::not_found()),
            None => assets::answer(call, path).await,
        },
    }
}
