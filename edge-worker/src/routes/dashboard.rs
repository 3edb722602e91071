//! `GET /`: the dashboard as a finished page, with the numbers in it, for whoever is signed in; `GET /api/v1/page`: the same
//! numbers for the page's own module, by the same address.
//!
//! What is asked, and what it means, is decided in `views`, as in the browser.

use super::{assets, language};
use crate::access::{self, Grant, Need};
use crate::answer::{Answer, Refusal};
use crate::call::Call;
use crate::encoding::encode;
use crate::runtime;
use crate::site_store::client;
use crate::site_store::notes::NoteTask;
use crate::site_store::question::Question;
use crate::{registry, shards};
use engine::event::UnixSeconds;
use engine::site::NoteKind;
use engine::time::Zone;
use futures_util::future::try_join;
use jiff::Timestamp;
use serde_json::Value;
use url::Url;
use views::answer::{Moment, Problem};
use views::app::{App, Role, Session, Site};
use views::date::Date;
use views::dialog;
use views::dimension::Dimension;
use views::filter::{self, Filter};
use views::markup::Node;
use views::page::page as page_of;
use views::problem::frame as frame_texts;
use views::queries::{asks, request};
use views::range::Clock;
use views::state::State;
use views::view::install::first_steps;
use views::view::{Answers, Request, functions};
use views::wire::to_characters;
use views::words::within;
use worker::{Method, RequestInit, Response, ResponseBuilder};

/// Numbers are of the moment, and of whoever is signed in; words are of the language that the browser asks for.
pub(super) const CACHING: [(&str, &str); 2] =
    [("cache-control", "private, no-store"), ("vary", "cookie, accept-language")];

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
    let words = language::words(call, &template, app.language).await;
    if app.site().is_some() {
        if let Some((requests, content)) = functions(app.state.view) {
            let answers = ask(call, &app, requests(&app)).await?;
            app.content = Some(within(words.as_ref(), || content(&app, &answers)));
        }
        if let Some((requests, content)) = app.state.dialog.as_ref().map(dialog::functions) {
            let answers = ask(call, &app, requests(&app)).await?;
            app.dialog_content = Some(within(words.as_ref(), || content(&app, &answers)));
        }
    }
    let template = language::stated(&template, app.language);
    let html = within(words.as_ref(), || filled(&template, &app));
    given(call, "text/html; charset=utf-8", html.into_bytes())
}

/// The page with nothing in it, for those whose numbers the browser alone can ask for.
pub(super) async fn frame(call: &Call) -> Answer {
    if call.request.inner().method() != "GET" {
        return assets::answer(call, "/").await;
    }
    let template = assets::template(call).await?;
    let language = nobody(call)?.language;
    let words = language::words(call, &template, language).await;
    let html = within(words.as_ref(), || with_texts(&language::stated(&template, language)));
    given(call, "text/html; charset=utf-8", html.into_bytes())
}

/// The numbers alone, as `views::app::App::take_reply` reads them.
pub(super) async fn data(call: &Call) -> Answer {
    let reply = app(call).await?.to_reply();
    given(call, "application/octet-stream", reply)
}

fn given(call: &Call, content_type: &str, body: Vec<u8>) -> Answer {
    let bytes = body.len();
    let response = with_headers(ResponseBuilder::new().with_header("content-type", content_type)?.fixed(body));
    encode(call, &response, bytes)?;
    Ok(response)
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
    with_texts(template)
        .replacen("<html ", &["<html", &theme, " "].concat(), 1)
        .replacen("<title>Passerby</title>", &["<title>", &title, "</title>"].concat(), 1)
        .replacen("<div id=\"app\"></div>", &["<div id=\"app\">", &markup, "</div>", &reply].concat(), 1)
}

/// The template with its own texts in the language that is spoken.
fn with_texts(template: &str) -> String {
    let put = |page: String, (english, said): (&str, String)| page.replacen(english, &Node::Text(said).html(), 1);
    frame_texts().into_iter().fold(template.to_owned(), put)
}

/// A page of which nothing is known but its address.
pub(super) fn nobody(call: &Call) -> Result<App, Refusal> {
    let address = Url::parse(&call.request.inner().url()).map_err(|_| Refusal::not_found())?;
    let state = State::of_page(address.query().unwrap_or_default(), false);
    let clock = clock(call.now_s(), "UTC").ok_or_else(Refusal::not_found)?;
    let language = language::of(call, &state);
    Ok(App { language, ..App::new(address.origin().ascii_serialization(), clock, state) })
}

/// What is known of an address before anything is counted: who looks, at which site, and what the time is there.
pub(super) async fn known(call: &Call) -> Result<App, Refusal> {
    let mut app = nobody(call)?;
    app.session = Session::In;
    sites(call, &mut app).await?;
    if let Some(site) = app.site().cloned() {
        app.clock = clock(call.now_s(), &site.timezone).unwrap_or(app.clock);
        app.state.site = Some(site.domain);
    }
    Ok(app)
}

/// Everything that the page of an address shows.
async fn app(call: &Call) -> Result<App, Refusal> {
    let mut app = known(call).await?;
    let Some(site) = app.site().cloned() else { return Ok(app) };
    let asks = asks(&app.state, false);
    let request = request(&site.domain, &app.state, &app.clock, &asks);
    let list = NoteKind::Annotation.list().to_owned();
    let annotations = Question::Notes { list, task: NoteTask::List };
    let (answer, annotations) = try_join(
        shards::query(&call.env, &site.domain, "query", call.now_s(), request),
        client::ask(&call.env, &site.domain, &annotations),
    )
    .await?;
    let state = app.state.clone();
    app.data.take(&state, &asks, &answer.body);
    app.moments = moments(&annotations.body, &site.timezone);
    app.stale = false;
    name_countries(&mut app);
    name_segments(call, &mut app, &site.domain).await?;
    Ok(app)
}

/// What happened, by the clock of the site.
fn moments(annotations: &Value, timezone: &str) -> Vec<Moment> {
    let zone = Zone::named(timezone);
    let local = |time: &str| match time.parse::<Timestamp>() {
        Ok(instant) => {
            let civil = zone.as_ref()?.civil(UnixSeconds(instant.as_second()));
            Some(civil.to_string().replacen('T', " ", 1))
        }
        Err(_) => Some(time.to_owned()),
    };
    let all = annotations.get(NoteKind::Annotation.list()).and_then(Value::as_array);
    let moment = |note: &Value| {
        let text = note.get("text").and_then(Value::as_str)?.to_owned();
        Some(Moment { time: local(note.get("time").and_then(Value::as_str)?)?, text })
    };
    all.into_iter().flatten().filter_map(moment).collect()
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
pub(super) fn clock(now_s: i64, timezone: &str) -> Option<Clock> {
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
    let mut codes: Vec<String> = listed.chain(filter::values_of(&app.state.filters, Dimension::Country)).collect();
    codes.sort();
    codes.dedup();
    app.countries = codes
        .into_iter()
        .filter_map(|code| Some((runtime::country_name(&code, app.language.tag())?, code)))
        .map(|(name, code)| (code, name))
        .collect();
}

/// Asks what a view or a dialog asks, by the routes that a page would ask, with the rights of whoever looks.
async fn ask(call: &Call, app: &App, requests: Vec<Request>) -> Result<Answers, Refusal> {
    let mut answers = Answers::default();
    for Request { method, path, body } in requests {
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
    Ok(answers)
}

/// Gives the saved segments that the page's filters speak of their names.
async fn name_segments(call: &Call, app: &mut App, site: &str) -> Result<(), Refusal> {
    let is_segment = |filter: &Filter| matches!(filter, Filter::Segment(_));
    if !app.state.filters.iter().chain(&app.state.off).any(is_segment) {
        return Ok(());
    }
    let question = Question::Notes { list: NoteKind::Segment.list().to_owned(), task: NoteTask::List };
    let answer = client::ask(&call.env, site, &question).await?;
    let saved = answer.body.get(NoteKind::Segment.list()).and_then(Value::as_array);
    let named = |note: &Value| Some((note.get("id")?.as_i64()?, note.get("name")?.as_str()?.to_owned()));
    app.segments = saved.into_iter().flatten().filter_map(named).collect();
    Ok(())
}
