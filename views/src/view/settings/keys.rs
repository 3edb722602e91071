//! Keys of programs.

use super::list::{actions, cell, day, headed, list, none, subtitle};
use super::{entries, path, text};
use crate::app::App;
use crate::form::{self, Kind};
use crate::markup::{Element, element};
use crate::words::{fill, say};
use serde_json::{Value, json};

/// What a key may do, in words.
fn words(scopes: &Value) -> String {
    let has = |scope: &str| scopes.as_array().is_some_and(|all| all.iter().any(|one| one == scope));
    match (has("admin"), has("read"), has("write")) {
        (true, _, _) => say("everything but making and deleting sites"),
        (_, true, true) => say("send events, and read"),
        (_, true, _) => say("read"),
        _ => say("send events"),
    }
}

pub(super) fn content(app: &App, answer: &Value, card: Element) -> Element {
    let lead = say(
        "Keys are for programs: servers that send events, and scripts that read numbers. Each opens this site alone.",
    );
    let card = headed(card, say("Keys"), lead);
    let keys = entries(answer, "keys");
    let rows = keys.iter().map(|key| {
        let (id, name) = (text(key, "id"), text(key, "name"));
        let remove = form::remove(
            app,
            &path(app, &["keys", id]),
            &fill("Delete the key {0}? What uses it is refused from then on.", &[name]),
        );
        let scopes = words(key.get("scopes").unwrap_or(&Value::Null));
        vec![cell(name), element("code").text(id), cell(&scopes), cell(&day(text(key, "created"))), actions([remove])]
    });
    let card = if keys.is_empty() {
        card.child(none(say("There is no key yet. Browsers need none: a page's tag sends without.")))
    } else {
        card.child(list(say("Keys"), &[say("Name"), say("Id"), say("May"), say("Made")], rows))
    };
    let scopes = [json!(["write"]), json!(["read"]), json!(["write", "read"]), json!(["admin"])];
    let texts = scopes.each_ref().map(Value::to_string);
    let choices = texts.iter().zip(&scopes).map(|(text, scope)| (text.as_str(), words(scope)));
    let name = form::input("name", Kind::Text, "").with("required", "").with("placeholder", say("shop server"));
    let form = form::send("POST", &path(app, &["keys"]))
        .class("view-form")
        .child(form::field(&say("Name"), name))
        .child(form::field(&say("May"), form::select_json("scopes", choices, "")))
        .child(form::button(app, &say("Make a key"), true));
    card.child(subtitle(say("Make a key"))).child(form)
}
