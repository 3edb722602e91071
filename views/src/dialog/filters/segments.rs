//! Saved segments: chosen, saved, overwritten and deleted.

use super::{SEGMENTS, action, expanded, heading, segments_path, with_dialog};
use crate::app::{App, Role};
use crate::filter::Filter;
use crate::form::{self, Kind};
use crate::icon::{Icon, icon};
use crate::markup::{Element, element};
use crate::problem::problem;
use crate::skeleton;
use crate::view::Answers;
use crate::words::{fill, say};
use serde_json::{Value, json};

pub(super) fn section(app: &App, answers: &Answers) -> Element {
    let section = element("section").class("compose-segments").child(heading("Saved segments"));
    let saved = match answers.get(SEGMENTS) {
        None => return section.child(skeleton::rows(2)),
        Some(Err(why)) => return section.child(problem(why)),
        Some(Ok(answer)) => answer.get("segments").and_then(Value::as_array).cloned().unwrap_or_default(),
    };
    let may = app.role() >= Role::Editor;
    let now = expanded(&app.state.filters, &saved).filter(|filters| !filters.is_empty() && may);
    let list = saved.iter().filter_map(|segment| row(app, segment, now.as_deref(), may));
    let section = if saved.is_empty() {
        section.child(element("p").class("hint").text(say(
            "None is saved yet. A segment is a set of filters under a name, for everybody who sees this site.",
        )))
    } else {
        section.child(element("ul").class("compose-list").children(list))
    };
    section.children(now.map(|filters| save(app, &filters)))
}

fn row(app: &App, segment: &Value, now: Option<&[Value]>, may: bool) -> Option<Element> {
    let (id, name) = (segment.get("id")?.as_i64()?, segment.get("name")?.as_str()?);
    let own = Filter::Segment(id);
    let is_chosen = app.state.filters.contains(&own);
    let choose = with_dialog(&app.state, |state| {
        let known = state.filters.len();
        state.filters.retain(|filter| *filter != own);
        if state.filters.len() == known {
            state.filters.push(own.clone());
        }
    });
    let tick = element("span").class("menu-tick").children(is_chosen.then(|| icon(Icon::Tick)));
    let choose = element("a")
        .class("menu-item compose-segment")
        .with("href", choose.href())
        .with_if(is_chosen, "aria-current", "true")
        .child(tick)
        .child(element("span").class("menu-label").text(name));
    let filters: Option<Vec<Filter>> = segment.get("filters")?.as_array()?.iter().map(Filter::of_query).collect();
    let open = filters.map(|filters| {
        let state = with_dialog(&app.state, |state| state.filters = filters);
        action(&state, &say("Change")).with("aria-label", fill("Change the filters of {0}", &[name]))
    });
    let path = segments_path(app, &["/", &id.to_string()].concat());
    let update = now.filter(|_| !is_chosen).map(|filters| {
        let question = fill("Overwrite {0} with the filters of this page?", &[name]);
        let summary =
            element("summary").class("compose-action").with("aria-label", question.as_str()).text(say("Overwrite"));
        let form = form::send("PUT", &path)
            .child(form::hidden("name", name))
            .child(form::hidden_json("filters", &json!(filters)));
        form::confirm(app, summary, form, &question)
    });
    let remove = may.then(|| form::remove(app, &path, &fill("Delete the segment {0}?", &[name])));
    Some(
        element("li")
            .child(element("div").class("compose-test").child(choose).children(open).children(update).children(remove)),
    )
}

fn save(app: &App, filters: &[Value]) -> Element {
    let name = form::input("name", Kind::Text, "").with("required", "").with("maxlength", "200");
    form::send("POST", &segments_path(app, ""))
        .class("compose-save")
        .child(form::hidden_json("filters", &json!(filters)))
        .child(form::field(&say("Save the filters of this page as"), name))
        .child(form::button(app, &say("Save segment"), false))
}
