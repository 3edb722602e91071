//! Answers to routes: `table` says which there are and what each needs. One file per route; each reads decode, call,
//! encode.

mod assets;
mod board;
mod columns;
mod dashboard;
pub(crate) mod event;
mod events;
mod explain;
mod export;
mod health;
pub mod import;
mod keys;
mod language;
mod live;
mod login;
mod members;
mod metrics;
mod notes;
mod openapi;
mod outcomes;
mod page_csv;
pub mod plausible;
mod query;
mod requests;
pub mod shares;
mod sites;
mod table;
mod trial;
pub mod umami;

use crate::access;
use crate::answer::{Answer, Refusal};
use crate::call::Call;
use crate::cors::{self, Audience};
use crate::ingest;
use engine::site::NoteKind;
use table::{Found, To};
use worker::Response;

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
    if tracker || matches!(path, "/e" | "/api/event" | "/api/send") { Audience::AnySite } else { Audience::Owner }
}

async fn route(call: &mut Call, path: &str) -> Answer {
    match table::find(&call.request.inner().method(), path, call.config.test_mode) {
        Found::Route(route, parts) => {
            let granted = access::grant(call, route.need).await;
            if route.to == To::Events
                && let Err(refusal) = &granted
            {
                ingest::count_unauthorised(refusal);
            }
            call.grant = granted?;
            run(call, route.to, &parts).await
        }
        Found::OtherMethods(allow) => Err(Refusal::method(allow)),
        Found::Nothing if path.starts_with("/api/") || path.starts_with("/v1/") => Err(Refusal::not_found()),
        Found::Nothing if path == "/" => dashboard::page(call).await,
        Found::Nothing => assets::answer(call, path).await,
    }
}

/// Runs what answers a route; `parts` are what stands in the path for its parts in braces.
async fn run(call: &mut Call, to: To, parts: &[&str]) -> Answer {
    let domain = match parts.first() {
        // The one path whose first part in braces is no domain.
        Some(_) if to == To::SharePage => String::new(),
        Some(domain) => sites::domain(call, domain)?,
        None => String::new(),
    };
    let id = parts.get(1).copied();
    match to {
        To::Preflight => Ok(cors::preflight()),
        To::Batch => event::answer(call).await,
        To::Plausible => plausible::answer(call).await,
        To::Umami => umami::answer(call).await,
        To::Events => events::answer(call).await,
        To::Import => import::answer(call).await,
        To::Query => query::answer(call, "query").await,
        To::Funnel => query::answer(call, "funnel").await,
        To::Journeys => query::answer(call, "journeys").await,
        To::Retention => query::answer(call, "retention").await,
        To::Dimensions => Ok(query::dimensions(call)),
        To::Columns => columns::answer(call).await,
        To::Export => export::answer(call).await,
        To::Live => live::answer(call).await,
        To::Outcomes => outcomes::answer(call).await,
        To::Requests(report) => requests::answer(call, report).await,
        To::Explain => explain::answer(call).await,
        To::ListSites => sites::list(call).await,
        To::ShowSite => sites::show(call, &domain).await,
        To::PutSite => sites::put(call, domain).await,
        To::DeleteSite => sites::delete(call, &domain).await,
        To::Segments => notes::answer(call, &domain, NoteKind::Segment, id).await,
        To::Annotations => notes::answer(call, &domain, NoteKind::Annotation, id).await,
        To::Funnels => notes::answer(call, &domain, NoteKind::Funnel, id).await,
        To::Boards => notes::answer(call, &domain, NoteKind::Board, id).await,
        To::Board => board::answer(call).await,
        To::ListKeys | To::MakeKey | To::DeleteKey => keys::answer(call, &domain, to, id.unwrap_or_default()).await,
        To::ListShares | To::MakeShare | To::DeleteShare => {
            shares::answer(call, &domain, to, id.unwrap_or_default()).await
        }
        To::SharePage => shares::page(call, parts.first().copied().unwrap_or_default()).await,
        To::ListMembers | To::AddMember | To::ChangeMember | To::MakeMemberKey | To::RemoveMember => {
            members::answer(call, &domain, to, id.unwrap_or_default()).await
        }
        To::Page => dashboard::data(call).await,
        To::PageCsv => page_csv::answer(call).await,
        To::Me => Ok(members::me(call)),
        To::LogIn => login::log_in(call).await,
        To::LogOut => Ok(login::log_out(call)),
        To::Metrics => metrics::answer(call).await,
        To::Health => Ok(health::answer()),
        To::OpenApi => Ok(openapi::answer()),
        To::Panic => trial::panic(call).await,
        To::Alarm => trial::alarm(call).await,
    }
}
