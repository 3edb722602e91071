//! What happened when.

use super::list::{actions, cell, day, headed, list, none, subtitle};
use super::{entries, path, text};
use crate::app::{App, Role};
use crate::form::{self, Kind};
use crate::markup::{Element, element};
use crate::words::{fill, say};
use serde_json::Value;

pub(super) fn content(app: &App, answer: &Value, card: Element) -> Element {
    let lead =
        say("A release, a campaign, an outage: charts show what happened when, so that others know why numbers moved.");
    let card = headed(card, say("Annotations"), lead);
    let may = app.role() >= Role::Editor;
    let mut notes: Vec<&Value> = entries(answer, "annotations").iter().collect();
    notes.sort_by(|a, b| text(b, "time").cmp(text(a, "time")));
    let editing = notes.iter().copied().find(|note| app.state.own("edit") == Some(&id(note))).filter(|_| may);
    let rows = notes.iter().map(|note| {
        let edit = || {
            let href = app.state.with_own("edit", Some(&id(note))).href();
            element("a").class("quiet").with("href", href).text(say("Edit"))
        };
        let remove = || {
            form::remove(app, &path(app, &["annotations", &id(note)]), &fill("Delete “{0}”?", &[text(note, "text")]))
        };
        let all = may.then(edit).into_iter().chain(may.then(remove));
        vec![cell(&day(text(note, "time"))), cell(text(note, "text")), actions(all)]
    });
    let card = if notes.is_empty() {
        card.child(none(say("Nothing is written down yet.")))
    } else {
        card.child(list(say("Annotations"), &[say("Day"), say("What happened")], rows))
    };
    match (may, editing) {
        (false, _) => card,
        (true, Some(note)) => card.child(subtitle(say("Edit"))).child(write(app, Some(note))),
        (true, None) => card.child(subtitle(say("Write down"))).child(write(app, None)),
    }
}

fn id(note: &Value) -> String {
    note.get("id").map(Value::to_string).unwrap_or_default()
}

/// The form for a note, new or known. One of an instant keeps it as text; those of a day are chosen.
fn write(app: &App, note: Option<&Value>) -> Element {
    let done = app.state.with_own("edit", None).href();
    let (form, name) = match note {
        None => (form::send("POST", &path(app, &["annotations"])), "new".to_owned()),
        Some(note) => (form::send("PUT", &path(app, &["annotations", &id(note)])), id(note)),
    };
    let today = app.clock.today.iso();
    let time = note.map_or(today.as_str(), |note| text(note, "time"));
    let by_day = if time.len() == today.len() { "date" } else { "text" };
    let when = element("input").with("type", by_day).with("name", "time").with("required", "").with("value", time);
    let what = form::input("text", Kind::Text, note.map_or("", |note| text(note, "text")));
    let what = what.with("required", "").with("maxlength", "1000");
    let save = if note.is_some() { say("Save") } else { say("Write down") };
    let back = note.map(|_| element("a").class("quiet").with("href", done.as_str()).text(say("Keep as it is")));
    form::leading(form, &done)
        .class("view-form")
        .with("id", ["note-", &name].concat())
        .child(form::field(&say("When"), when))
        .child(element("div").class("wide-field").child(form::field(&say("What happened"), what)))
        .child(form::button(app, &save, true))
        .children(back)
}
