//! Saved filters.

use super::list::{actions, cell, headed, list, none, subtitle};
use super::{entries, path, text};
use crate::app::{App, Role};
use crate::chips;
use crate::dialog::filters::expanded;
use crate::filter::Filter;
use crate::form::{self, Kind};
use crate::markup::{Element, element};
use crate::view::View;
use crate::words::{fill, say};
use serde_json::{Value, json};

pub(super) fn content(app: &App, answer: &Value, card: Element) -> Element {
    let lead =
        say("A segment is a set of filters under a name, such as readers of the blog who came from a newsletter.");
    let card = headed(card, say("Segments"), lead);
    let may = app.role() >= Role::Editor;
    let segments = entries(answer, "segments");
    let rows = segments.iter().map(|segment| {
        let (name, id) = (text(segment, "name"), segment.get("id").map(Value::to_string).unwrap_or_default());
        let filters = filters(segment);
        let open = filters.as_ref().map(|filters| {
            let state = app.state.to_view(View::Overview).but(|state| state.filters.clone_from(filters));
            element("a")
                .class("quiet")
                .with("href", state.href())
                .with("aria-label", fill("Open {0}", &[name]))
                .text(say("Open"))
        });
        let words = match &filters {
            Some(filters) => filters.iter().map(|filter| chips::words(app, filter)).collect::<Vec<_>>().join("; "),
            None => say("filters that only the API knows"),
        };
        let remove =
            may.then(|| form::remove(app, &path(app, &["segments", &id]), &fill("Delete the segment {0}?", &[name])));
        vec![cell(name), cell(&words), actions(open.into_iter().chain(remove))]
    });
    let card = if segments.is_empty() {
        card.child(none(say("There is no segment yet.")))
    } else {
        card.child(list(say("Segments"), &[say("Segment"), say("Filters")], rows))
    };
    if !may {
        return card;
    }
    let card = card.child(subtitle(say("Save the page's filters")));
    if app.state.filters.is_empty() {
        let how =
            say("No filter is set. Choose values in the overview by clicking them, come back, and save them here.");
        return card.child(element("p").class("hint").text(how));
    }
    let query = expanded(&app.state.filters, segments).unwrap_or_default();
    let name = form::input("name", Kind::Text, "").with("required", "").with("maxlength", "200");
    let form = form::send("POST", &path(app, &["segments"]))
        .class("view-form")
        .child(form::hidden_json("filters", &json!(query)))
        .child(form::field(&say("Name"), name))
        .child(form::button(app, &say("Save segment"), true));
    card.child(form)
}

/// The filters of a segment as the page has them; none where it has one that the page does not know.
fn filters(segment: &Value) -> Option<Vec<Filter>> {
    entries(segment, "filters").iter().map(Filter::of_query).collect()
}
