//! The composer of filters: the filter that is being written, all that there are, and saved segments.

use crate::app::App;
use crate::compose::{Compose, Draft, Press, names};
use crate::dimension::Dimension;
use crate::filter::place::At;
use crate::filter::{Field, Filter, Operator};
use crate::form;
use crate::markup::{Element, element};
use crate::problem::problem;
use crate::state::{Dialog, State};
use crate::view::{Answers, Request};
use crate::words::say;
use form_urlencoded::byte_serialize;
use serde_json::{Value, json};

mod draft;
mod segments;
mod tree;

#[cfg(test)]
mod tests;

/// Most values that are suggested.
const SUGGESTED: usize = 8;
/// All countries: they are searched by the names that the page has for them.
const COUNTRIES: usize = 300;

/// What the answers are to, in this order.
const SEGMENTS: usize = 0;
const SUGGESTIONS: usize = 1;

/// Asks for the saved segments, and for values to choose from.
pub fn requests(app: &App) -> Vec<Request> {
    let suggestions = draft_of(app).filter(|draft| is_suggested(draft)).map(|draft| suggestions(app, draft));
    [Request::get(segments_path(app, ""))].into_iter().chain(suggestions).collect()
}

/// The composer.
pub fn content(app: &App, answers: &Answers) -> Element {
    let refused = answers.sent.as_ref().and_then(|sent| sent.as_ref().err());
    let writing = draft_of(app).map(|draft| draft::form(app, draft, answers));
    element("div")
        .class("composer")
        .child(element("div").class("problems").children(refused.map(problem)))
        .child(element("div").class("compose-writing").children(writing))
        .child(tree::tree(app))
        .child(segments::section(app, answers))
}

fn draft_of(app: &App) -> Option<&Draft> {
    match app.state.dialog.as_ref()? {
        Dialog::Filters(compose) => compose.draft.as_ref(),
        Dialog::Keys => None,
    }
}

fn segments_path(app: &App, rest: &str) -> String {
    let site: String = byte_serialize(app.site_wanted().unwrap_or_default().as_bytes()).collect();
    ["/api/v1/sites/", &site, "/segments", rest].concat()
}

/// Whether values can be suggested: expressions and patterns are nobody's values.
fn is_suggested(draft: &Draft) -> bool {
    let is_of_values = !matches!(
        draft.test.operator,
        Operator::Matches | Operator::MatchesNot | Operator::Wildcard | Operator::WildcardNot
    );
    is_of_values && draft.test.field != Field::Prop(String::new())
}

/// Asks for the most frequent values that have what is typed in them, under the page's other filters.
fn suggestions(app: &App, draft: &Draft) -> Request {
    let field = &draft.test.field;
    let own = draft.place.group.first().copied().or(match draft.place.at {
        At::Filter(index) => Some(index),
        _ => None,
    });
    let others = app.state.filters.iter().enumerate().filter(|(index, _)| Some(*index) != own);
    let mut filters: Vec<Value> = others.map(|(_, filter)| filter.query()).collect();
    let is_country = *field == Field::Listed(Dimension::Country);
    if !draft.typed.is_empty() && !is_country {
        filters.push(json!(["contains", field.query(), [draft.typed], { "case_sensitive": false }]));
    }
    let limit = if is_country { COUNTRIES } else { SUGGESTED };
    let query = json!({
        "metrics": ["visitors"],
        "dimensions": [field.query()],
        "filters": filters,
        "pagination": { "limit": limit, "offset": 0 },
    });
    Request::queries(app, [query])
}

/// The state with the composer on something else.
fn with_dialog(state: &State, change: impl FnOnce(&mut State)) -> State {
    state.but(|state| {
        state.dialog = Some(Dialog::Filters(Compose::default()));
        change(state);
    })
}

/// A small link with words.
fn action(state: &State, label: &str) -> Element {
    element("a").class("compose-action").with("href", state.href()).text(label)
}

/// A heading of the composer.
fn heading(title: &'static str) -> Element {
    element("h3").text(say(title))
}

/// The filters as they are saved: with what saved segments among them stand for, which cannot be saved in another.
pub(crate) fn expanded(filters: &[Filter], saved: &[Value]) -> Option<Vec<Value>> {
    let mut out = Vec::new();
    for filter in filters {
        match filter {
            Filter::Segment(id) => {
                let segment = saved.iter().find(|segment| segment.get("id").and_then(Value::as_i64) == Some(*id))?;
                out.extend(segment.get("filters")?.as_array()?.iter().cloned());
            }
            other => out.push(other.query()),
        }
    }
    Some(out)
}

/// A button of a form that leads on.
fn press(label: &str, what: Press, primary: bool) -> Element {
    element("button")
        .class(if primary { "button primary" } else { "button" })
        .with("type", "submit")
        .with("name", names::DO)
        .with("value", what.name())
        .text(label)
}

/// The form whose fields are those of the composer.
fn writing(app: &App) -> Element {
    form::go(app, &names::ALL).class("compose-form")
}
