//! `GET /api/v1/board`: the boards of a site and the numbers of the one that an address shows, all in one answer. The query
//! string is that of the page: its site, days and filters, which board, and its widgets while it is changed.
//!
//! What a widget asks is decided in `views`, as what it shows is.

use super::dashboard;
use crate::answer::{Answer, Refusal, of_json};
use crate::call::Call;
use crate::ingest;
use crate::registry;
use crate::shards;
use crate::site_store::client;
use crate::site_store::notes::NoteTask;
use crate::site_store::question::Question;
use engine::site::NoteKind;
use serde_json::{Map, Value, json};
use views::view::boards::ask::questions;
use views::view::boards::shown;

/// Answers `{"boards", "board", "funnels", "answers"}`: those that there are by number and name, the one that is shown, the
/// saved funnels, and the answers to each widget's questions by the widget's key.
pub(super) async fn answer(call: &Call) -> Answer {
    let mut app = dashboard::nobody(call)?;
    let site = ingest::known_site(call, app.state.site.as_deref().unwrap_or_default(), 0).await?;
    let known = registry::find(&call.env, &site).await?.ok_or_else(Refusal::unknown_site)?;
    let zone = known.zone.iana_name().unwrap_or("UTC");
    app.clock = dashboard::clock(call.now_s(), zone).unwrap_or(app.clock);
    app.state.site = Some(site.clone());
    let boards = notes(call, &site, NoteKind::Board).await?;
    let funnels = notes(call, &site, NoteKind::Funnel).await?;
    let board = shown(&app.state, &boards);
    // Everything that the Stats API answers goes to the site's object at once.
    let (mut queries, mut places) = (Vec::new(), Vec::new());
    let mut answers = Map::new();
    for widget in &board.widgets {
        let key = widget.key();
        if answers.contains_key(&key) {
            continue;
        }
        let mut found = Vec::new();
        for question in questions(&app, widget, &funnels) {
            if question.kind == "query" {
                places.push((key.clone(), found.len()));
                queries.push(question.body);
                found.push(Value::Null);
            } else {
                let answer = shards::query(&call.env, &site, question.kind, call.now_s(), question.body).await?;
                found.push(answer.body);
            }
        }
        answers.insert(key, found.into());
    }
    if !queries.is_empty() {
        let request = json!({ "queries": queries });
        let mut answer = shards::query(&call.env, &site, "query", call.now_s(), request).await?;
        if answer.body.is_null() {
            shards::forget(&site);
            return Err(Refusal::unknown_site());
        }
        for (index, (key, place)) in places.into_iter().enumerate() {
            // What refuses all of them says why for each.
            let one = match answer.body.get_mut("results").and_then(|results| results.get_mut(index)) {
                Some(one) => one.take(),
                None => answer.body.clone(),
            };
            if let Some(slot) = answers.get_mut(&key).and_then(|found| found.get_mut(place)) {
                *slot = one;
            }
        }
    }
    let names: Vec<Value> =
        boards.iter().map(|board| json!({ "id": board.get("id"), "name": board.get("name") })).collect();
    let saved = boards.iter().find(|saved| saved.get("id").and_then(Value::as_i64) == board.id);
    Ok(of_json(200, &json!({ "boards": names, "board": saved, "funnels": funnels, "answers": answers })))
}

/// The site's notes of a kind.
async fn notes(call: &Call, site: &str, kind: NoteKind) -> Result<Vec<Value>, Refusal> {
    let question = Question::Notes { list: kind.list().to_owned(), task: NoteTask::List };
    let mut answer = client::ask(&call.env, site, &question).await?;
    let listed = answer.body.get_mut(kind.list()).and_then(Value::as_array_mut);
    listed.map(std::mem::take).ok_or_else(Refusal::unknown_site)
}
