//! `GET /`: the dashboard as a finished page, with the numbers in it, for whoever is signed in; `GET /api/v1/page`: the same
//! numbers for the page's own module, by the same address.
//!
//! What is asked, and what it means, is decided in `views`, as in the browser.

use super::assets;
use crate::access::{self, Grant, Need};
use crate::answer::{Answer, Refusal};
use crate::call::Call;
use crate::runtime;
use crate::{registry, shards};
use engine::event::UnixSeconds;
use engine::time::Zone;
use jiff::Timestamp;
use serde_json::Value;
use url::Url;
use views::answer::Problem;
use views::app::{App, Role, Session, Site};
use views::date::Date;
use views::dimension::Dimension;
use views::markup::Node;
use views::page::page as page_of;
use views::queries::{asks, request};
use views::range::Clock;
use views::state::State;
use views::view::install::first_steps;
use views::view::{Answers, Request, View, functions};
use views::wire::to_characters;
use worker::{Method, RequestInit, Response, ResponseBuilder};

/// Numbers are of the moment, and of whoever is signed in.
const CACHING: [(&str, &str); 2] = [("cache-control", "private, no-store"), ("vary", "cookie")];

/// The page, finished: signed in or not, it is there before any script of it is.
pub(super) async fn page(call: &mut Call) -> Answer {
    if call.request.inner().method() != "GET" {
        return assets::answer(call, "/").await;
    }
    let template = assets::template(call).await?;
    let mut app = match access::grant(call, Need::Member).await {
        Ok(grant) => {
            call.grant = grant;
            app(call).await?
        }
        Err(_) => App { session: Session::Out(None), ..nobody(call)? },
    };
    if let Some(steps) = first_steps(&app) {
        let response =
            ResponseBuilder::new().with_status(302).with_header("location", &["/", &steps.href()].concat())?;
        return Ok(with_headers(response.empty()));
    }
    if app.state.view != View::Overview && app.site().is_some() {
        show_view(call, &mut app).await?;
    }
    let html = filled(&template, &app);
    Ok(with_headers(ResponseBuilder::new().with_header("content-type", "text/html; charset=utf-8")?.fixed(html.into())))
}

/// The numbers alone, as `views::app::App::take_reply` reads them.
pub(super) async fn data(call: &Call) -> Answer {
    let reply = app(call).await?.to_reply();
    Ok(with_headers(ResponseBuilder::new().with_header("content-type", "application/octet-stream")?.fixed(reply)))
}

fn with_headers(response: Response) -> Response {
    for (name, value) in CACHING {
        let _ = response.headers().set(name, value);
    }
    response
}

/// The template with the page in it. Its places are the build's own words, so they are there.
fn filled(template: &str, app: &App) -> String {
    let theme = app.state.theme.map(|theme| [" data-theme=\"", theme.name(), "\""].concat()).unwrap_or_default();
    let title = Node::Text(app.title()).html();
    // The page's module goes on from the same numbers, without asking for them; nobody is told nothing.
    let reply = if app.session == Session::In { to_characters(&app.to_reply()) } else { String::new() };
    let reply = ["<template id=\"reply\">", &reply, "</template>"].concat();
    let markup = Node::from(page_of(app)).html();
    template
        .replacen("<html lang=\"en\">", &["<html lang=\"en\"", &theme, ">"].concat(), 1)
        .replacen("<title>Passerby</title>", &["<title>", &title, "</title>"].concat(), 1)
        .replacen("<div id=\"app\"></div>", &["<div id=\"app\">", &markup, "</div>", &reply].concat(), 1)
}

/// A page of which nothing is known but its address.
fn nobody(call: &Call) -> Result<App, Refusal> {
    let address = Url::parse(&call.request.inner().url()).map_err(|_| Refusal::not_found())?;
    let state = State::of_page(address.query().unwrap_or_default(), false);
    let clock = clock(call.now_s(), "UTC").ok_or_else(Refusal::not_found)?;
    Ok(App::new(address.origin().ascii_serialization(), clock, state))
}

/// Everything that the page of an address shows.
async fn app(call: &Call) -> Result<App, Refusal> {
    let mut app = nobody(call)?;
    app.session = Session::In;
    sites(call, &mut app).await?;
    let Some(site) = app.site().cloned() else { return Ok(app) };
    app.state.site = Some(site.domain.clone());
    app.clock = clock(call.now_s(), &site.timezone).unwrap_or(app.clock);
    let asks = asks(&app.state, false);
    let request = request(&site.domain, &app.state, &app.clock, &asks);
    let answer = shards::query(&call.env, &site.domain, "query", call.now_s(), request).await?;
    let state = app.state.clone();
    app.data.take(&state, &asks, &answer.body);
    app.stale = false;
    name_countries(&mut app);
    Ok(app)
}

/// Those of the sites that the request may look at, and as what.
async fn sites(call: &Call, app: &mut App) -> Result<(), Refusal> {
    app.operator = call.grant == Grant::AnySite;
    if let Grant::Member(known, _) = &call.grant {
        app.roles = known.roles.iter().map(|(domain, role)| (domain.clone(), Role::named(role.name()))).collect();
    }
    let text = |site: &Value, key| site.get(key).and_then(Value::as_str).map(str::to_owned);
    app.sites = registry::list(&call.env)
        .await?
        .iter()
        .filter_map(|site| {
            let domain = text(site, "domain").filter(|domain| call.grant.covers(domain).is_ok())?;
            let label = text(site, "label").filter(|label| !label.is_empty());
            Some(Site { domain, timezone: text(site, "timezone").unwrap_or_else(|| "UTC".to_owned()), label })
        })
        .collect();
    Ok(())
}

/// The present in a time zone; none where there is no such zone.
fn clock(now_s: i64, timezone: &str) -> Option<Clock> {
    let local = Zone::named(timezone)?.civil(UnixSeconds(now_s));
    let since_midnight = i64::from(local.hour()) * 3600 + i64::from(local.minute()) * 60 + i64::from(local.second());
    let ago = |seconds: i64| Timestamp::from_second(now_s - seconds).map(|time| time.to_string()).unwrap_or_default();
    Some(Clock {
        today: Date::new(local.year().into(), local.month().try_into().ok()?, local.day().try_into().ok()?)?,
        hour: local.hour().try_into().ok()?,
        now: ago(0),
        just_before: ago(300),
        // Where the clocks were changed since, this is off by that hour.
        yesterday_so_far: [ago(86_400 + since_midnight), ago(86_400)],
    })
}

/// Gives the countries that the page speaks of their names.
fn name_countries(app: &mut App) {
    let rows = |list: Option<&_>| match list {
        Some(Ok(views::answer::List { rows, .. })) => rows.iter().map(|row| row.name.clone()).collect(),
        _ => Vec::new(),
    };
    let listed = rows(app.data.list(Dimension::Country)).into_iter().chain(rows(app.data.detail.as_ref()));
    let filtered = app.state.filters.iter().filter(|filter| filter.dimension == Dimension::Country);
    let mut codes: Vec<String> = listed.chain(filtered.flat_map(|filter| filter.values.clone())).collect();
    codes.sort();
    codes.dedup();
    app.countries = codes
        .into_iter()
        .filter_map(|code| Some((runtime::country_name(&code)?, code)))
        .map(|(name, code)| (code, name))
        .collect();
}

/// Asks what the view asks, by the routes that a page would ask, with the rights of whoever looks; and shows it.
async fn show_view(call: &Call, app: &mut App) -> Result<(), Refusal> {
    let Some((requests, content)) = functions(app.state.view) else { return Ok(()) };
    let mut answers = Answers::default();
    for Request { method, path, body } in requests(app) {
        if method == "LIVE" {
            // A page that is finished listens to nothing.
            answers.asked.push(None);
            continue;
        }
        let mut init = RequestInit::new();
        init.with_method(if method == "GET" { Method::Get } else { Method::Post });
        if !body.is_empty() {
            init.with_body(Some(body.into()));
        }
        let request = worker::Request::new_with_init(&[app.origin.as_str(), &path].concat(), &init)?;
        let mut inner = call.within(request);
        inner.grant = Grant::Nothing;
        let mut response = Box::pin(super::answer(inner)).await;
        let value: Value = serde_json::from_str(&response.text().await?).unwrap_or_default();
        let worked = (200..300).contains(&response.status_code());
        answers.asked.push(Some(if worked { Ok(value) } else { Err(Problem::read(&value)) }));
    }
    app.content = Some(content(app, &answers));
    Ok(())
}
