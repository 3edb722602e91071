//! Changing a board: each step is a link to the next state, whose address holds all widgets until they are saved.

use super::show::left_out;
use super::widget::{DAYS, Kind, Widget, Width};
use crate::app::App;
use crate::dimension::Dimension;
use crate::filter::{Filter, Operator};
use crate::form;
use crate::format;
use crate::icon::{Icon, icon};
use crate::markup::{Element, element};
use crate::metric::Metric;
use crate::state::State;
use crate::view::reading::text;
use crate::words::{fill, say};
use serde_json::{Value, json};

/// Most widgets of a board, as the server has it.
pub(super) const WIDGETS_MAX: usize = 24;
/// The fields of a widget's settings: parameters of the address until the next link takes them into the widget.
const FIELDS: [&str; 10] = [
    "set_form",
    "set_title",
    "set_metric",
    "set_dimension",
    "set_days",
    "set_text",
    "set_funnel",
    "set_where",
    "set_how",
    "set_value",
];

/// A board while it is changed.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Draft {
    /// Its widgets.
    pub(super) widgets: Vec<Widget>,
    /// The one whose settings are open.
    pub(super) set: Option<usize>,
}

impl Draft {
    /// The draft of an address: its widgets, with what the settings' form says of one of them.
    pub(super) fn of(state: &State) -> Self {
        let mut widgets: Vec<Widget> = state.owns("w").filter_map(Widget::parse).take(WIDGETS_MAX).collect();
        let set = state.own("set").and_then(|set| set.parse::<usize>().ok()).filter(|set| *set < widgets.len());
        if let Some(widget) = set.and_then(|set| widgets.get_mut(set)).filter(|_| state.own("set_form").is_some()) {
            take_settings(widget, state);
        }
        Self { widgets, set }
    }

    /// The state whose address holds this draft.
    pub(super) fn state(&self, state: &State) -> State {
        let set = self.set.map(|set| set.to_string());
        state.but(|state| {
            state.own.retain(|(name, _)| name == "board");
            state.own.push(("edit".to_owned(), "1".to_owned()));
            state.own.extend(self.widgets.iter().map(|widget| ("w".to_owned(), widget.address())));
            state.own.extend(set.map(|set| ("set".to_owned(), set)));
        })
    }

    /// The same after a change.
    fn with(&self, change: impl FnOnce(&mut Self)) -> Self {
        let mut draft = self.clone();
        change(&mut draft);
        draft
    }
}

fn take_settings(widget: &mut Widget, state: &State) {
    let field = |name: &str| state.own(name).unwrap_or_default().trim().to_owned();
    widget.title = field("set_title");
    if widget.kind.has_metrics() {
        let metrics: Vec<Metric> = state.owns("set_metric").filter_map(Metric::parse).collect();
        if !metrics.is_empty() {
            widget.metrics = metrics;
        }
    }
    if let Some(dimension) = Dimension::parse(&field("set_dimension")).filter(|_| widget.kind == Kind::List) {
        dimension.query().clone_into(&mut widget.dimension);
    }
    if widget.kind.has_days() {
        widget.days = field("set_days");
    }
    if widget.kind == Kind::Text {
        widget.text = field("set_text");
    }
    if widget.kind == Kind::Funnel {
        widget.funnel = field("set_funnel").parse().unwrap_or(0);
    }
    // Filters that the form has no fields for stay as they are.
    if widget.kind != Kind::Text && has_fields(&widget.filters) {
        let value = field("set_value");
        let dimension = Dimension::parse(&field("set_where")).filter(|_| !value.is_empty());
        widget.filters = dimension
            .map(|dimension| json!([field("set_how"), dimension.query(), [value]]))
            .filter(|filter| Filter::of_query(filter).is_some())
            .into_iter()
            .collect();
    }
}

/// How the form lets a value be compared.
const OPERATORS: [Operator; 4] = [Operator::Is, Operator::IsNot, Operator::Contains, Operator::ContainsNot];

/// Whether the form has fields for these filters: none, or one of a single value.
fn has_fields(filters: &[Value]) -> bool {
    match filters {
        [] => true,
        [one] => Filter::of_query(one).as_ref().and_then(Filter::test).is_some_and(|test| {
            let is_listed = test.field.dimension().is_some() && OPERATORS.contains(&test.operator);
            is_listed && !test.any_case && test.values.len() == 1
        }),
        _ => false,
    }
}

/// What was used of a widget's tools: after that the keyboard goes on there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Tool {
    Forward,
    Back,
    Settings,
}

/// The parameter of the address that says so, until the next link: `2b`.
const AT: &str = "at";

fn with_focus(state: &State, place: usize, tool: Tool) -> State {
    let name = match tool {
        Tool::Forward => "f",
        Tool::Back => "b",
        Tool::Settings => "s",
    };
    state.with_own(AT, Some(&[&place.to_string(), name].concat()))
}

fn at(state: &State) -> Option<(usize, Tool)> {
    let at = state.own(AT)?;
    let tool = [("f", Tool::Forward), ("b", Tool::Back), ("s", Tool::Settings)];
    tool.into_iter().find_map(|(name, tool)| Some((at.strip_suffix(name)?.parse().ok()?, tool)))
}

/// What stands in the head of a widget while the board is changed: where it goes, how wide it is, its settings.
pub(super) fn tools(app: &App, draft: &Draft, place: usize, widget: &Widget) -> Element {
    let name = widget.heading();
    let go = |draft: Draft| draft.state(&app.state).href();
    let is_last = place + 1 >= draft.widgets.len();
    // The keyboard goes on from the widget that was moved, or from the other arrow where it can go no further.
    let here = |tool: Tool| at(&app.state) == Some((place, tool));
    let focus_earlier = here(Tool::Forward) && place > 0 || here(Tool::Back) && is_last;
    let focus_later = here(Tool::Back) && !is_last || here(Tool::Forward) && place == 0;
    let tool = |available: bool, focus: bool, href: String, label: String, glyph: Icon| {
        let tag = if available {
            element("a").with("href", href)
        } else {
            element("span").with("role", "link").with("aria-disabled", "true")
        };
        let tag = tag.class("icon-button").with("aria-label", &label).with("title", &label);
        tag.with_if(focus, "autofocus", "").child(icon(glyph))
    };
    let moved = |to: usize, tool: Tool| {
        let swapped = draft.with(|draft| {
            if to < draft.widgets.len() {
                draft.widgets.swap(place, to);
            }
            draft.set = None;
        });
        with_focus(&swapped.state(&app.state), to, tool).href()
    };
    let forward = moved(place.saturating_sub(1), Tool::Forward);
    let earlier = tool(place > 0, focus_earlier, forward, fill("Move {0} forward", &[&name]), Icon::Left);
    let back = moved(place + 1, Tool::Back);
    let later = tool(!is_last, focus_later, back, fill("Move {0} back", &[&name]), Icon::Right);
    let widths = Width::ALL.map(|width| {
        let (sign, words) = width.label();
        let chosen = draft.with(|draft| {
            if let Some(widget) = draft.widgets.get_mut(place) {
                widget.width = width;
            }
        });
        element("a")
            .with("href", go(chosen))
            .with("title", words.as_str())
            .with("aria-label", fill("{0}: {1}", &[&name, &words]))
            .with_if(width == widget.width, "aria-current", "true")
            .text(sign)
    });
    let open = draft.set == Some(place);
    let settings = go(draft.with(|draft| draft.set = (!open).then_some(place)));
    let settings = element("a")
        .class("button")
        .with("href", settings)
        .with("aria-label", fill("Settings of {0}", &[&name]))
        .with_if(open, "aria-current", "true")
        .with_if(here(Tool::Settings), "autofocus", "")
        .text(say("Settings"));
    let away = go(draft.with(|draft| {
        drop(draft.widgets.remove(place));
        draft.set = None;
    }));
    // The handle is for pointers; the arrows beside it do the same for everybody.
    let handle =
        element("span").class("widget-handle").with("data-drag", place.to_string()).with("aria-hidden", "true");
    element("div")
        .class("widget-tools")
        .child(handle.with("title", say("Drag to another place")).text("⠿"))
        .child(earlier)
        .child(later)
        .child(element("div").class("segments").children(widths))
        .child(settings)
        .child(tool(true, false, away, fill("Remove {0}", &[&name]), Icon::Cross))
}

/// The settings of a widget; they are followed while somebody types.
pub(super) fn settings(app: &App, draft: &Draft, place: usize, widget: &Widget, funnels: &[Value]) -> Element {
    let mut app = app.clone();
    app.state = draft.with(|draft| draft.set = Some(place)).state(&app.state);
    let input = |name: &'static str, value: &str| form::input(name, form::Kind::Text, value).with("data-live", "");
    let pick = |name: &'static str, options: Vec<(String, String)>, chosen: &str| {
        let options = options.iter().map(|(value, label)| (value.as_str(), label.clone()));
        form::select(name, options, chosen).with("data-live", "")
    };
    let usual = Widget { title: String::new(), ..widget.clone() }.heading();
    let title = input("set_title", &widget.title).with("maxlength", "60").with("placeholder", usual);
    let title = title.with("autofocus", "");
    let mut fields = vec![form::field(&say("Heading"), title)];
    if widget.kind == Kind::List {
        let all = Dimension::simple().map(|dimension| (dimension.name().to_owned(), say(dimension.one())));
        let chosen = widget.dimension().map_or("", Dimension::name);
        fields.push(form::field(&say("Of what"), pick("set_dimension", all.collect(), chosen)));
    }
    if widget.kind == Kind::Funnel {
        let none = (String::new(), say("choose one"));
        let saved = funnels.iter().map(|funnel| {
            let id = funnel.get("id").and_then(Value::as_i64).unwrap_or(0);
            (id.to_string(), text(funnel, "name").to_owned())
        });
        let all = std::iter::once(none).chain(saved).collect();
        fields.push(form::field(&say("Saved funnel"), pick("set_funnel", all, &widget.funnel.to_string())));
    }
    if widget.kind == Kind::Text {
        let words = input("set_text", &widget.text).with("maxlength", "800");
        fields.push(element("div").class("wide-field").child(form::field(&say("What it says"), words)));
    }
    if widget.kind.has_days() {
        let page = (String::new(), say("those of the page"));
        let all = DAYS.iter().map(|(name, range)| ((*name).to_owned(), range.label()));
        let all = std::iter::once(page).chain(all).collect();
        fields.push(form::field(&say("Days"), pick("set_days", all, &widget.days)));
    }
    let metrics = widget.kind.has_metrics().then(|| metrics(widget));
    let narrowing = (widget.kind != Kind::Text).then(|| narrowing(&app, draft, place, widget));
    let done = draft.with(|draft| draft.set = None).state(&app.state);
    let done = with_focus(&done, place, Tool::Settings).href();
    form::go(&app, &FIELDS)
        .class("widget-settings")
        .child(form::hidden("set_form", "1"))
        .child(element("div").class("view-form").children(fields))
        .children(metrics)
        .children(narrowing)
        .child(element("div").child(element("a").class("button").with("href", done).text(say("Done"))))
}

fn metrics(widget: &Widget) -> Element {
    let all = Metric::ALL.map(|metric| (metric.name(), say(metric.label()), widget.metrics.contains(&metric)));
    let note = if widget.kind == Kind::Chart { left_out(&widget.metrics) } else { None };
    let note = note.map(|note| element("p").class("hint").text(note));
    form::choices("set_metric", &say("Numbers"), all, true).children(note)
}

/// What narrows a widget beside the page's filters.
fn narrowing(app: &App, draft: &Draft, place: usize, widget: &Widget) -> Element {
    let with_filters = |filters: Vec<Value>| {
        draft.with(|draft| {
            if let Some(widget) = draft.widgets.get_mut(place) {
                widget.filters = filters;
            }
            draft.set = Some(place);
        })
    };
    let group = element("div").class("view-form");
    let page: Vec<Value> = app.state.filters.iter().map(Filter::query).collect();
    let over = (!page.is_empty()).then(|| {
        let taken = with_filters([widget.filters.clone(), page].concat());
        let href = taken.state(&app.state.but(|state| state.filters.clear())).href();
        element("a").class("quiet").with("href", href).text(say("Take over the page’s filters"))
    });
    if !has_fields(&widget.filters) {
        let none = with_filters(Vec::new()).state(&app.state).href();
        let words = widget.narrowed(app).unwrap_or_default();
        let away = element("a").class("quiet").with("href", none).text(say("Remove its filters"));
        return group.child(element("p").class("hint").text(words)).child(away).children(over);
    }
    let known = widget.filters.first().and_then(Filter::of_query);
    let dimensions: Vec<(&str, String)> =
        Dimension::simple().map(|dimension| (dimension.name(), say(dimension.one()))).collect();
    let operators = OPERATORS.map(|operator| (operator.name(), say(operator.label())));
    let known = known.as_ref().and_then(Filter::test);
    let chosen = known.and_then(|test| test.field.dimension()).map_or("page", Dimension::name);
    let how = known.map_or("is", |test| test.operator.name());
    let value = known.and_then(|test| test.values.first()).map_or("", String::as_str);
    let value = form::input("set_value", form::Kind::Text, value).with("placeholder", say("anything"));
    group
        .child(form::field(&say("Only where"), form::select("set_where", dimensions, chosen).with("data-live", "")))
        .child(form::field(&say("How"), form::select("set_how", operators, how).with("data-live", "")))
        .child(form::field(&say("Value"), value.with("maxlength", "200").with("data-live", "")))
        .children(over)
}

/// What can be added.
pub(super) fn gallery(app: &App, draft: &Draft) -> Element {
    let card = element("section").class("card view-card gallery").with("data-panel", "gallery");
    let card = card.child(element("h2").text(say("Add a widget")));
    if draft.widgets.len() >= WIDGETS_MAX {
        let most = fill("A board has up to {0} widgets.", &[&format::grouped(WIDGETS_MAX as f64)]);
        return card.child(element("p").class("hint").text(most));
    }
    let tiles = Kind::ALL.map(|kind| {
        let added = draft.with(|draft| {
            draft.set = Some(draft.widgets.len());
            draft.widgets.push(Widget::new(kind));
        });
        let tile = element("a")
            .class("tile")
            .with("href", added.state(&app.state).href())
            .with("data-name", kind.name())
            .child(element("strong").text(kind.label()))
            .child(element("span").class("hint").text(kind.meaning()));
        element("li").child(tile)
    });
    card.child(element("ul").class("tiles").children(tiles))
}
