//! What a site is called, in which time zone it lives, and how long its events are kept.

use super::list::{headed, subtitle};
use super::{others, path, text};
use crate::app::{App, Role};
use crate::form::{self, Kind};
use crate::format;
use crate::markup::{Element, element};
use crate::words::{fill, say};
use serde_json::Value;

/// The settings that this form shows; all others go along as they are.
const SHOWN: [&str; 5] = ["label", "timezone", "retention_days", "archive_after_days", "shards"];

pub(super) fn content(app: &App, site: &Value, card: Element) -> Element {
    let card = headed(card, say("General"), say("How this site is shown and counted."));
    let number = |field: &str| site.get(field).and_then(Value::as_f64).map(format::exact).unwrap_or_default();
    if app.role() < Role::Admin {
        return card.child(facts(&[
            (say("Label"), text(site, "label").to_owned()),
            (say("Time zone"), text(site, "timezone").to_owned()),
            (say("Events are kept for"), kept(&number("retention_days"))),
        ]));
    }
    let zone = text(site, "timezone");
    let known = app.timezones.iter().map(String::as_str).filter(|known| *known != zone);
    let zones = std::iter::once(zone).chain(known).map(|zone| (zone, zone.to_owned()));
    let days = |field: &str, label: String, hint: String| {
        let input = form::input(field, Kind::Number, &number(field)).with("min", "1").with("max", "36500");
        hinted(form::field(&label, input), hint)
    };
    let label = form::input("label", Kind::Text, text(site, "label")).with("maxlength", "200");
    let shards = form::input("shards", Kind::Number, &number("shards")).with("min", "1").with("max", "64");
    let form = form::leading(form::send("PUT", &path(app, &[])), &app.state.href())
        .class("settings-form")
        .children(others(site, &SHOWN))
        .child(hinted(form::field(&say("Label"), label), say("Your own words for the site, shown beside its domain.")))
        .child(hinted(
            form::field(&say("Time zone"), form::select("timezone", zones, zone)),
            say("Days begin and end at midnight in this time zone. Days that were counted are counted anew in it."),
        ))
        .child(days(
            "retention_days",
            say("Keep events for so many days"),
            say("Older events are deleted for good. Empty keeps them for ever."),
        ))
        .child(subtitle(say("Storage")))
        .child(days(
            "archive_after_days",
            say("Archive events after so many days"),
            say("Older events move to the archive of the server, if it has one, and are still counted. Empty archives none."),
        ))
        .child(hinted(
            form::field(&say("Shards"), shards),
            say("Over how many objects the site is spread, 1 to 64. One suffices for all but very busy sites. A change holds from midnight on."),
        ))
        .child(element("div").child(form::button(app, &say("Save"), true)));
    let tag = say(
        "What the tracker leaves out by itself, such as pages or visitors who ask not to be counted, is said by the attributes of its tag.",
    );
    card.child(form).child(element("p").class("hint").text(tag))
}

fn kept(days: &str) -> String {
    if days.is_empty() { say("ever") } else { fill("{0} days", &[days]) }
}

fn hinted(field: Element, hint: String) -> Element {
    field.child(element("span").class("hint").text(hint))
}

/// What is set, for those who may not change it.
fn facts(all: &[(String, String)]) -> Element {
    let rows = all
        .iter()
        .filter(|(_, value)| !value.is_empty())
        .map(|(name, value)| element("div").child(element("dt").text(name)).child(element("dd").text(value)));
    element("dl").class("facts").children(rows)
}
