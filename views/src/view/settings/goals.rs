//! What counts as a conversion.

use super::list::{actions, cell, headed, list, none, subtitle};
use super::{entries, others, path, text};
use crate::app::{App, Role};
use crate::form::{self, Kind};
use crate::format;
use crate::icon::{Icon, icon};
use crate::markup::{Element, element};
use crate::view::{Answers, Request};
use crate::words::{fill, say};
use serde_json::{Value, json};

/// The kinds of goals, as addresses name them.
const KINDS: [&str; 3] = ["event", "page", "scroll"];

pub(super) fn requests(app: &App) -> Vec<Request> {
    let conversions = json!({ "metrics": ["visitors"], "dimensions": ["event:goal"] });
    vec![Request::get(path(app, &[])), Request::queries(app, [conversions])]
}

pub(super) fn content(app: &App, site: &Value, answers: &Answers, card: Element) -> Element {
    let lead = say("A goal is what visitors are meant to do. Filters, funnels and the API know it by its name.");
    let card = headed(card, say("Goals"), lead);
    let may = app.role() >= Role::Admin;
    let goals = entries(site, "goals");
    let reached = |goal: &Value| {
        let rows = answers.query(1, 0)?.ok()?.get("results")?.as_array()?;
        let of = |row: &&Value| row.get("dimensions").and_then(|all| all.get(0)) == goal.get("display_name");
        let row = rows.iter().find(of);
        Some(row.and_then(|row| row.get("metrics")?.get(0)?.as_f64()).unwrap_or(0.0))
    };
    let rows = goals.iter().enumerate().map(|(index, goal)| {
        let name = text(goal, "display_name");
        let visitors = reached(goal).map_or_else(|| "–".to_owned(), format::grouped);
        let visitors = cell(&visitors).with("title", say("Visitors who reached it in the days of the page"));
        let remove = may.then(|| remove(app, site, index, name));
        vec![cell(name), cell(&what(goal)), visitors, actions(remove)]
    });
    let card = if goals.is_empty() {
        card.child(none(say(
            "There is no goal yet. A sign-up, an order or a page that was read to its end may be one.",
        )))
    } else {
        card.child(list(say("Goals"), &[say("Goal"), say("Reached by"), say("Visitors")], rows))
    };
    if may {
        card.child(subtitle(say("Add a goal"))).child(kinds(app)).child(add(app, site, goals.len()))
    } else {
        card
    }
}

/// What converts, in words.
fn what(goal: &Value) -> String {
    let page = text(goal, "page_path");
    let words = match (text(goal, "event"), goal.get("scroll_threshold").and_then(Value::as_f64)) {
        ("", Some(percent)) => fill("reading {1} of {0}", &[page, &format::percent(percent)]),
        ("", None) => fill("viewing {0}", &[page]),
        (event, _) => fill("the event {0}", &[event]),
    };
    let props = goal.get("custom_props").and_then(Value::as_object).into_iter().flatten();
    let words = props.fold(words, |words, (name, value)| {
        fill("{0}, {1} is {2}", &[&words, name, value.as_str().unwrap_or_default()])
    });
    match text(goal, "currency") {
        "" => words,
        currency => fill("{0}, with revenue in {1}", &[&words, currency]),
    }
}

/// A link that asks first, and then the question: what is sent has all other goals, so only one form at a time is made.
fn remove(app: &App, site: &Value, index: usize, name: &str) -> Element {
    let place = index.to_string();
    if app.state.own("remove") != Some(&place) {
        let label = fill("Remove the goal {0}", &[name]);
        return element("a")
            .class("icon-button")
            .with("href", app.state.with_own("remove", Some(&place)).href())
            .with("aria-label", label.as_str())
            .with("title", label)
            .child(icon(Icon::Cross));
    }
    let others_of_it = entries(site, "goals").iter().enumerate().filter(|(other, _)| *other != index);
    let goals: Vec<&Value> = others_of_it.map(|(_, goal)| goal).collect();
    let back = app.state.with_own("remove", None).href();
    form::leading(form::send("PUT", &path(app, &[])), &back)
        .class("ask")
        .children(others(site, &["goals"]))
        .child(form::hidden_json("goals", &json!(goals)))
        .child(form::button(app, &say("Remove"), false))
        .child(element("a").class("quiet").with("href", back).text(say("Keep")))
}

fn kind(app: &App) -> &'static str {
    KINDS.into_iter().find(|kind| app.state.own("goal") == Some(kind)).unwrap_or("event")
}

fn kinds(app: &App) -> Element {
    let choices = KINDS.into_iter().map(|name| {
        let label = match name {
            "event" => say("Event"),
            "page" => say("Page"),
            _ => say("Scroll depth"),
        };
        let href = app.state.with_own("remove", None).with_own("goal", Some(name)).href();
        element("a").with("href", href).with_if(name == kind(app), "aria-current", "true").text(label)
    });
    let group = element("div").class("segments").with("role", "group").with("aria-label", say("Kind of goal"));
    element("div").child(group.children(choices))
}

/// The form for one more goal behind `count` that are there.
fn add(app: &App, site: &Value, count: usize) -> Element {
    let name = |field: &str| ["goals.", &count.to_string(), ".", field].concat();
    let input = |field: &str, kind: Kind, label: String, example: &str| {
        let input = form::input(&name(field), kind, "").with("placeholder", example);
        let required = matches!(field, "event" | "page_path" | "scroll_threshold");
        let input = match field {
            "scroll_threshold" => input.with("min", "1").with("max", "100"),
            "page_path" => input.with("pattern", "/.*").with("title", say("A path begins with /")),
            "currency" => input.with("pattern", "[A-Z]{3}").with("title", say("Three capital letters")),
            _ => input,
        };
        form::field(&label, input.with_if(required, "required", ""))
    };
    let page = || input("page_path", Kind::Text, say("Path; * stands for anything"), "/blog/**");
    let own = match kind(app) {
        "event" => vec![input("event", Kind::Text, say("Name of the event"), "Purchase")],
        "page" => vec![page()],
        _ => vec![page(), input("scroll_threshold", Kind::Number, say("Percent of the page"), "75")],
    };
    let more = [
        input("display_name", Kind::Text, say("Name of the goal, if another"), ""),
        input("custom_props", Kind::Pairs, say("Only with properties"), "plan=pro, size=large"),
        input("currency", Kind::Text, say("Currency of its revenue"), "EUR"),
    ];
    form::leading(form::send("PUT", &path(app, &[])), &app.state.href())
        .class("view-form")
        // Another kind has other fields: what was typed for one is not taken for the other.
        .with("id", ["goal-", kind(app)].concat())
        .children(others(site, &["goals"]))
        .child(form::hidden_json("goals", &json!(entries(site, "goals"))))
        .children(own)
        .children(more)
        .child(form::button(app, &say("Add goal"), true))
}
