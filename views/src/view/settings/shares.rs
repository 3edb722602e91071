//! Links that show the site's counts to whoever has them.

use super::list::{actions, cell, day, headed, list, none, subtitle};
use super::{entries, path, text};
use crate::app::App;
use crate::form::{self, Kind};
use crate::format;
use crate::markup::{Element, element};
use crate::view::share;
use crate::words::{fill, say};
use serde_json::Value;

/// How much noise, by what the API calls it.
const NOISE: [&str; 4] = ["0.25", "0.1", "1", "\"none\""];

fn noise_words(noise: &str) -> String {
    match noise {
        "0.25" => say("some noise"),
        "0.1" => say("much noise"),
        "1" => say("little noise"),
        "\"none\"" => say("no noise, and seven metrics"),
        other => fill("noise of ε = {0}", &[other]),
    }
}

pub(super) fn content(app: &App, answer: &Value, card: Element) -> Element {
    let lead = say(
        "A share is a link that shows counts to whoever has it, and nothing about few: small numbers are left out, and noise hides single visitors. It is two days late, so that no day changes after it was told.",
    );
    let card = headed(card, say("Shares"), lead);
    let shares = entries(answer, "shares");
    let rows = shares.iter().map(|share| {
        let (id, name) = (text(share, "id"), text(share, "name"));
        let least = share.get("k").and_then(Value::as_f64).map(format::exact).unwrap_or_default();
        let noise = share.get("noise").map(Value::to_string).unwrap_or_default();
        let terms = fill("at least {0} visitors, {1}", &[&least, &noise_words(&noise)]);
        let expires = match text(share, "expires") {
            "" => say("never"),
            expires => day(expires),
        };
        let remove = form::remove(
            app,
            &path(app, &["shares", id]),
            &fill("Take back the link {0}? It shows nothing from then on.", &[name]),
        );
        let link = form::copyable(app, &["share-", id].concat(), text(share, "url"));
        let frame = (!entries(share, "embed").is_empty()).then(|| frame(app, id, share));
        let named = element("div").class("share").child(cell(name)).child(link).children(frame);
        let tells = cell(&terms).children(told(share).map(|told| element("span").class("hint").text(told)));
        vec![named, tells, cell(&expires), actions([remove])]
    });
    let card = if shares.is_empty() {
        card.child(none(say("There is no link yet. One may stand on the site itself, in a frame or as a link.")))
    } else {
        card.child(list(say("Shares"), &[say("Link"), say("Tells"), say("Ends")], rows))
    };
    card.child(subtitle(say("Make a link"))).child(make(app))
}

/// The markup that shows the share in a frame of the pages that may do so.
fn frame(app: &App, id: &str, share: &Value) -> Element {
    // The address is of hexadecimal digits; only the name is somebody's words.
    let name = text(share, "name").replace('&', "&amp;").replace('"', "&quot;");
    // In a frame the page leaves its own frame out.
    let address = text(share, "url").replacen('#', "?embed=1#", 1);
    let parts = [
        "<iframe src=\"",
        &address,
        "\" title=\"",
        &name,
        "\" width=\"100%\" height=\"1200\" loading=\"lazy\" style=\"border: 0\"></iframe>",
    ];
    element("details").child(element("summary").class("quiet").text(say("Markup for a frame"))).child(form::copyable(
        app,
        &["frame-", id].concat(),
        &parts.concat(),
    ))
}

/// Of what a share tells, where that is not everything.
fn told(share: &Value) -> Option<String> {
    let names: Vec<String> =
        entries(share, "dimensions").iter().filter_map(Value::as_str).map(share::title_of).collect();
    match names.len() {
        0 => Some(say("visitors alone")),
        all if all == share::LISTS.len() => None,
        _ => Some(names.join(", ")),
    }
}

fn make(app: &App) -> Element {
    let later = [(30, say("in 30 days")), (90, say("in 90 days")), (365, say("in a year"))];
    let ends = later.map(|(days, label)| ([&app.clock.today.plus_days(days).iso(), "T00:00:00Z"].concat(), label));
    let ends = [(String::new(), say("never"))].into_iter().chain(ends).collect::<Vec<_>>();
    let ends = ends.iter().map(|(value, label)| (value.as_str(), label.clone()));
    let name = form::input("name", Kind::Text, "").with("required", "").with("placeholder", say("Public"));
    let least = form::input("k", Kind::Number, "5").with("min", "2").with("max", "1000").with("required", "");
    let noise = form::select_json("noise", NOISE.map(|noise| (noise, noise_words(noise))), "0.25");
    let embed = form::input("embed", Kind::List, "").with("placeholder", "https://example.com");
    let lists = share::LISTS.map(|dimension| (dimension, share::title_of(dimension), true));
    form::send("POST", &path(app, &["shares"]))
        .class("view-form")
        .child(form::field(&say("Name"), name))
        .child(form::field(&say("Ends"), form::select("expires", ends, "")))
        .child(form::field(&say("Tells of at least so many visitors"), least))
        .child(form::field(&say("With"), noise))
        .child(form::field(&say("Pages that may show it in a frame"), embed))
        .child(form::choices("dimensions", &say("Shows visitors over time, and lists of"), lists, false))
        .child(form::button(app, &say("Make a link"), true))
}
