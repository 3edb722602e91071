//! Boards: widgets that somebody chose, arranged and saved for everybody who sees the site. While a board is changed all
//! of it stands in the address, so each step is a link, can be taken back, and can be sent to somebody else.

pub mod ask;
mod edit;
mod show;
pub mod widget;

use super::reading::{list, site_path, text};
use super::{Answers, Request, View};
use crate::app::{App, Role};
use crate::dimension::Dimension;
use crate::form;
use crate::markup::{Element, element};
use crate::metric::Metric;
use crate::problem::problem;
use crate::skeleton;
use crate::state::State;
use crate::words::{fill, say};
use edit::Draft;
use serde_json::{Map, Value};
use widget::{Kind, Widget, Width};

/// The board that a state shows.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Shown {
    /// The number under which it is saved; none for one that is not.
    pub id: Option<i64>,
    /// Its name; empty for one that is not saved.
    pub name: String,
    /// Its widgets: while it is changed those of the address, else those that are saved.
    pub widgets: Vec<Widget>,
}

/// Whether the state changes a board.
fn edits(state: &State) -> bool {
    state.own("edit").is_some()
}

/// The board that a state shows, of those that are saved: the one it names, else the first unless a new one is made.
pub fn shown(state: &State, boards: &[Value]) -> Shown {
    let id = |board: &Value| board.get("id").and_then(Value::as_i64);
    let wanted = state.own("board").and_then(|board| board.parse::<i64>().ok());
    let saved = match wanted {
        Some(wanted) => boards.iter().find(|board| id(board) == Some(wanted)),
        None => boards.first().filter(|_| !edits(state)),
    };
    let mut shown = saved.map_or_else(Shown::default, |board| Shown {
        id: id(board),
        name: text(board, "name").to_owned(),
        widgets: list(board, "widgets").iter().filter_map(Widget::saved).collect(),
    });
    if edits(state) {
        shown.widgets = Draft::of(state).widgets;
    }
    shown
}

/// Asks for everything: the boards, and the numbers of the one that is shown.
pub fn requests(app: &App) -> Vec<Request> {
    // What has no part in the numbers has none in the question.
    let state = app.state.but(|state| {
        state.site = app.site_wanted();
        (state.theme, state.as_table) = (None, false);
    });
    let state = if edits(&state) { Draft { set: None, ..Draft::of(&state) }.state(&state) } else { state };
    vec![Request::get(["/api/v1/board", &state.href()].concat())]
}

/// The boards, and the one that is shown.
pub fn content(app: &App, answers: &Answers) -> Element {
    let root = element("div").class("view-parts boards").with("data-panel", "boards");
    let answer = match answers.get(0) {
        None => return root.child(element("section").class("card view-card").child(skeleton::rows(9))),
        Some(Err(why)) => return root.child(problem(why)),
        Some(Ok(answer)) => answer,
    };
    let sent = answers.sent.as_ref().and_then(|sent| sent.as_ref().err()).map(problem);
    let board = match answer.get("board") {
        Some(board) if !board.is_null() => shown(&app.state, std::slice::from_ref(board)),
        _ => shown(&app.state, &[]),
    };
    let editing = edits(&app.state) && app.role() >= Role::Editor;
    let known = list(answer, "boards");
    if known.is_empty() && !editing {
        return root.child(nothing(app));
    }
    let root = root.children(chooser(app, known, &board, editing)).children(sent);
    if !editing && board.id.is_none() {
        let gone = say("There is no such board any more. Choose another one.");
        return root.child(element("p").class("nothing").text(gone));
    }
    let draft = editing.then(|| Draft::of(&app.state));
    let head = match &draft {
        Some(draft) => save(app, &board, draft),
        None => head(app, &board),
    };
    root.child(head)
        .child(grid(app, &board, draft.as_ref(), answer))
        .children(draft.map(|draft| edit::gallery(app, &draft)))
}

/// Where boards are saved.
fn path(app: &App, id: Option<i64>) -> String {
    let below = id.map(|id| ["/", &id.to_string()].concat()).unwrap_or_default();
    site_path(app, &["/boards", &below].concat())
}

/// The state that shows a board.
fn of_board(app: &App, id: Option<&str>) -> State {
    app.state.to_view(View::Boards).with_own("board", id)
}

/// The state in which a board is changed, or a new one is made of widgets.
fn changing(app: &App, id: Option<i64>, widgets: Vec<Widget>) -> State {
    let id = id.map(|id| id.to_string());
    Draft { widgets, set: None }.state(&of_board(app, id.as_deref()))
}

/// All boards, and the way to a new one; none while one is changed.
fn chooser(app: &App, boards: &[Value], board: &Shown, editing: bool) -> Option<Element> {
    if editing {
        return None;
    }
    let entries = boards.iter().map(|known| {
        let id = known.get("id").and_then(Value::as_i64);
        let href = of_board(app, id.map(|id| id.to_string()).as_deref()).href();
        let link = element("a").class("saved-name").with("href", href);
        element("li").child(link.with_if(id == board.id, "aria-current", "true").text(text(known, "name")))
    });
    let list = element("ul").class("saved").with("aria-label", say("Boards")).children(entries);
    let new = (app.role() >= Role::Editor).then(|| {
        element("a").class("quiet").with("href", changing(app, None, Vec::new()).href()).text(say("New board"))
    });
    Some(element("div").class("saved-bar").child(list).children(new))
}

/// The board's name, and what can be done with it.
fn head(app: &App, board: &Shown) -> Element {
    let bar = element("header").class("board-head").child(element("h2").text(board.name.as_str()));
    if app.role() < Role::Editor {
        return bar;
    }
    let change = element("a").class("button").with("href", changing(app, board.id, board.widgets.clone()).href());
    let copy = form::send("POST", &path(app, None))
        .child(form::hidden("name", &fill("{0} (copy)", &[&board.name])))
        .child(form::hidden_json("widgets", &saved(&board.widgets)))
        .child(form::button(app, &say("Duplicate"), false));
    let remove = form::leading(form::send("DELETE", &path(app, board.id)), &of_board(app, None).href());
    let question = fill("Delete the board “{0}”?", &[&board.name]);
    let summary = element("summary").class("button").text(say("Delete"));
    bar.child(change.text(say("Change")))
        .child(form::leading(copy, &leading(app)))
        .child(form::confirm(app, summary, remove, &question))
}

/// Where saving leads: the board that was saved, whose number the answer tells.
fn leading(app: &App) -> String {
    of_board(app, Some("{id}")).href().replace("%7Bid%7D", "{id}")
}

fn saved(widgets: &[Widget]) -> Value {
    widgets.iter().map(Widget::to_json).collect()
}

/// The form that saves what was changed.
fn save(app: &App, board: &Shown, draft: &Draft) -> Element {
    let name = form::input("name", form::Kind::Text, &board.name).with("required", "").with("maxlength", "100");
    let back = of_board(app, board.id.map(|id| id.to_string()).as_deref());
    let method = if board.id.is_some() { "PUT" } else { "POST" };
    let form = form::send(method, &path(app, board.id))
        .class("view-form card view-card")
        .with("data-panel", "save")
        .child(element("h2").class("visually-hidden").text(if board.id.is_some() {
            board.name.clone()
        } else {
            say("New board")
        }))
        .child(form::hidden_json("widgets", &saved(&draft.widgets)))
        .child(form::field(&say("Name of the board"), name.with("placeholder", say("What matters on Mondays"))))
        .child(form::button(app, &say("Save"), true))
        .child(element("a").class("button").with("href", back.href()).text(say("Cancel")));
    form::leading(form, &leading(app))
}

/// The widgets.
fn grid(app: &App, board: &Shown, draft: Option<&Draft>, answer: &Value) -> Element {
    let funnels = list(answer, "funnels");
    let found: Map<String, Value> = answer.get("answers").and_then(Value::as_object).cloned().unwrap_or_default();
    let cells = board.widgets.iter().enumerate().map(|(place, widget)| {
        let found = found.get(&widget.key()).and_then(Value::as_array).map(Vec::as_slice);
        let narrowed = widget.narrowed(app).map(|words| element("p").class("hint").text(words));
        let title = element("div").child(element("h3").text(widget.heading())).children(narrowed);
        let head = element("header").child(title);
        let head = head.children(draft.map(|draft| edit::tools(app, draft, place, widget)));
        let set = draft.filter(|draft| draft.set == Some(place));
        let settings = set.map(|draft| edit::settings(app, draft, place, widget, funnels));
        let card = element("section")
            .class(["card view-card widget ", widget.width.name()].concat())
            .with("data-name", widget.kind.name())
            .with("data-index", place.to_string())
            .with("aria-label", widget.heading());
        card.child(head).children(settings).child(show::body(app, widget, found, funnels))
    });
    let grid = element("div").class("board").children(cells);
    if board.widgets.is_empty() {
        let words = if draft.is_some() { say("Add the first widget below.") } else { say("This board is empty.") };
        return grid.child(element("p").class("nothing").text(words));
    }
    match draft {
        // Where a widget was dragged to is a state as well: the shell moves one of the parameters `w` of this one.
        Some(draft) => grid.with("data-sorts", Draft { set: None, ..draft.clone() }.state(&app.state).href()),
        None => grid,
    }
}

/// What is said where there is no board, and boards to begin with.
fn nothing(app: &App) -> Element {
    let card = element("section").class("card view-card").child(element("h2").text(say("No boards yet")));
    let lead = say(
        "A board is a page of your own: the numbers, charts, lists, funnels and notes that you want to see together. \
         Everybody who sees the site sees its boards.",
    );
    let card = card.child(element("p").class("lead").text(lead));
    if app.role() < Role::Editor {
        return card.child(element("p").class("hint").text(say("Editors of the site make them.")));
    }
    let begin = |label: String, meaning: String, widgets: Vec<Widget>| {
        let tile = element("a").class("tile").with("href", changing(app, None, widgets).href());
        element("li")
            .child(tile.child(element("strong").text(label)).child(element("span").class("hint").text(meaning)))
    };
    let traffic = vec![
        Widget::new(Kind::Numbers),
        Widget { metrics: vec![Metric::Visitors, Metric::Pageviews], ..Widget::new(Kind::Chart) },
        Widget::list(Dimension::Page, Width::Third),
        Widget::list(Dimension::Source, Width::Third),
        Widget::list(Dimension::Country, Width::Third),
    ];
    let product = vec![Widget::new(Kind::Vitals), Widget::new(Kind::Requests), Widget::new(Kind::Errors)];
    let tiles = element("ul")
        .class("tiles")
        .child(begin(say("Traffic"), say("Numbers, visitors over time, pages, sources and countries."), traffic))
        .child(begin(say("Product"), say("Web vitals, how the API does, and errors."), product))
        .child(begin(say("Empty board"), say("Choose every widget yourself."), Vec::new()));
    card.child(tiles)
}

#[cfg(test)]
mod tests;
