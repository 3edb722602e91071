//! All of a site's events, to be taken along or deleted.

use super::list::{headed, subtitle};
use super::path;
use crate::app::{App, Role};
use crate::date::Date;
use crate::form;
use crate::markup::{Element, element};
use crate::view::View;
use crate::words::{fill, say};
use form_urlencoded::byte_serialize;

pub(super) fn content(app: &App, card: Element) -> Element {
    let lead = say(
        "All events as they are kept. What is exported as NDJSON can be imported elsewhere, and is the same there.",
    );
    let card = headed(card, say("Data"), lead);
    let since = app.state.own("since").and_then(Date::parse);
    let site = app.site_wanted().unwrap_or_default();
    let encoded: String = byte_serialize(site.as_bytes()).collect();
    let formats = [("csv", "CSV"), ("ndjson", "NDJSON"), ("parquet", "Parquet")].map(|(format, label)| {
        let since = since.map(|since| ["&since=", &since.iso()].concat()).unwrap_or_default();
        let href = ["/api/v1/export?site=", &encoded, "&format=", format, &since].concat();
        let name = ["events.", format].concat();
        element("a").class("button").with("href", href).with("download", name).text(label)
    });
    let from = element("input")
        .with("type", "date")
        .with("name", "since")
        .with("data-live", "")
        .with("max", app.clock.today.iso())
        .with("value", since.map(Date::iso).unwrap_or_default());
    let export = form::go(app, &["since"]).class("view-form").child(form::field(&say("Since (empty for all)"), from));
    let card = card.child(export).child(element("div").class("formats").children(formats));
    if app.role() < Role::Owner {
        return card;
    }
    let question = fill("Delete {0} with everything that was ever counted?", &[&site]);
    let typed = element("input")
        .with("id", "confirm-domain")
        .with("required", "")
        .with("autocomplete", "off")
        .with("spellcheck", "false")
        .with("pattern", site.replace('.', "[.]"))
        .with("title", say("Type the domain as it is written above"));
    let other = app.state.to_view(View::Overview).but(|state| {
        state.site = None;
        state.filters.clear();
    });
    let form = form::leading(form::send("DELETE", &path(app, &[])), &other.href())
        .class("view-form")
        .child(form::field(&fill("Type {0} to confirm", &[&site]), typed))
        .child(element("div").class("danger").child(form::button(app, &say("Delete this site"), false)));
    card.child(subtitle(question)).child(form)
}
