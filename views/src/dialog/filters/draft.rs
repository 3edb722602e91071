//! The filter that is being written.

use super::{SUGGESTED, SUGGESTIONS, action, press, with_dialog, writing};
use crate::app::App;
use crate::chips::{field_name, shown_value};
use crate::compose::{Compose, Draft, Press, names};
use crate::dimension::{Dimension, Panel};
use crate::filter::{Field, Operator, Test};
use crate::form;
use crate::format;
use crate::icon::{Icon, icon};
use crate::markup::{Element, element};
use crate::problem::problem;
use crate::skeleton;
use crate::state::{Dialog, State};
use crate::view::Answers;
use crate::words::{fill, say};
use serde_json::Value;

pub(super) fn form(app: &App, draft: &Draft, answers: &Answers) -> Element {
    let Test { operator, field, values, any_case } = &draft.test;
    let prop = match field {
        Field::Prop(prop) => Some(prop),
        _ => None,
    };
    let prop = prop.map(|prop| {
        let input = live(element("input").with("name", names::PROP).with("value", prop.as_str()));
        form::field(&say("Name of the property"), input.with("autocomplete", "off").with("spellcheck", "false"))
    });
    let operators = Operator::all().filter(|operator| field.takes(*operator));
    let operators = operators.map(|operator| (operator.name(), say(operator.label())));
    let case = operator.knows_case().then(|| {
        let choices = [("same", say("matters")), ("any", say("does not matter"))];
        let chosen = if *any_case { "any" } else { "same" };
        form::field(&say("Upper and lower case"), live(form::select(names::CASE, choices, chosen)))
    });
    let typed = element("input")
        .with("name", names::TYPED)
        .with("id", "filter-typed")
        .with("value", draft.typed.as_str())
        .with("placeholder", hint(field, *operator))
        .with("autocomplete", "off")
        .with("spellcheck", "false")
        .with("autofocus", "")
        .with("data-step", "into");
    let chosen = values.iter().map(|value| element("li").child(chosen(app, draft, value)));
    let chosen = (!values.is_empty())
        .then(|| element("ul").class("chips compose-values").with("aria-label", say("Values")).children(chosen));
    let hidden = [(names::AT, draft.place.name()), (names::WAS, field.name())];
    let cancel = with_dialog(&app.state, |_| ());
    writing(app)
        .children(hidden.map(|(name, value)| form::hidden(name, &value)))
        .children(values.iter().map(|value| form::hidden(names::VALUE, value)))
        .child(
            element("div")
                .class("compose-fields")
                .child(form::field(&say("What"), live(fields(app, draft))))
                .children(prop)
                .child(form::field(&say("How"), live(form::select(names::OPERATOR, operators, operator.name()))))
                .child(form::field(&say("Value"), live(typed)))
                .children(case),
        )
        .children(chosen)
        .child(suggested(app, draft, answers))
        .child(
            element("div")
                .class("compose-buttons")
                .child(press(&say("Apply"), Press::Apply, true))
                .child(press(&say("Apply, and go on"), Press::Stay, false))
                .child(press(&say("Another value"), Press::More, false))
                .child(action(&cancel, &say("Cancel"))),
        )
}

/// What is chosen or typed there changes the address at once.
fn live(field: Element) -> Element {
    field.with("data-live", "")
}

fn hint(field: &Field, operator: Operator) -> String {
    match operator {
        Operator::Wildcard | Operator::WildcardNot => say("/blog/* or *.pdf"),
        Operator::Matches | Operator::MatchesNot => say("^/(a|b)/"),
        _ if *field == Field::Listed(Dimension::Country) => say("Type to search"),
        _ => say("Type or choose"),
    }
}

/// The choice among all fields that may stand here, by what they are about.
fn fields(app: &App, draft: &Draft) -> Element {
    let scope = draft.place.scope(&app.state.filters);
    let chosen = match &draft.test.field {
        Field::Prop(_) => names::PROP_FIELD.to_owned(),
        field => field.name(),
    };
    let option = |value: &str, label: String| {
        element("option").with("value", value).with_if(value == chosen, "selected", "").text(label)
    };
    let group = |title: &'static str, holds: &dyn Fn(&Field) -> bool| {
        let options = Field::all().filter(|field| scope.takes(field) && holds(field));
        let options: Vec<Element> = options.map(|field| option(&field.name(), field_name(&field))).collect();
        (!options.is_empty()).then(|| element("optgroup").with("label", say(title)).children(options))
    };
    let of = |panel: Panel| move |field: &Field| field.dimension().is_some_and(|dimension| dimension.panel() == panel);
    let is_of_visitors = |field: &Field| {
        field.dimension().is_none()
            && ["goal", "entry_page_hostname", "exit_page_hostname", "navigation_type", "cohort"]
                .contains(&&*field.name())
    };
    let events = of(Panel::Events);
    let groups = [
        group("Pages", &of(Panel::Pages)),
        group("Sources", &of(Panel::Sources)),
        group("Places", &of(Panel::Countries)),
        group("Devices", &of(Panel::Devices)),
        group("What was done", &|field| events(field) || is_of_visitors(field)),
        group("Product", &|field| field.dimension().is_none() && !is_of_visitors(field)),
    ];
    let prop = option(names::PROP_FIELD, say("A property …"));
    element("select")
        .with("name", names::FIELD)
        .with("id", "filter-field")
        .children(groups.into_iter().flatten())
        .child(prop)
}

fn to(app: &App, draft: Draft) -> State {
    app.state.but(|state| state.dialog = Some(Dialog::Filters(Compose { draft: Some(draft) })))
}

fn chosen(app: &App, draft: &Draft, value: &str) -> Element {
    let shown = shown_value(app, &draft.test.field, value);
    let remove = element("a")
        .class("chip-remove")
        .with("href", to(app, draft.toggled(value)).href())
        .with("aria-label", fill("Take {0} away", &[&shown]))
        .child(icon(Icon::Cross));
    element("span").class("chip").child(element("span").class("chip-values").text(shown)).child(remove)
}

/// Values to choose from, the most frequent first.
fn suggested(app: &App, draft: &Draft, answers: &Answers) -> Element {
    let place = element("div").class("compose-suggestions");
    if !super::is_suggested(draft) {
        return place;
    }
    let field = &draft.test.field;
    let rows = match answers.query(SUGGESTIONS, 0) {
        None => return place.child(skeleton::rows(4)),
        Some(Err(why)) => return place.child(problem(&why)),
        // Those of the field that was chosen before mean nothing in this one.
        Some(Ok(answer)) if !is_of(answer, &field.query()) => return place.child(skeleton::rows(4)),
        Some(Ok(answer)) => answer.get("results").and_then(Value::as_array).cloned().unwrap_or_default(),
    };
    let typed = draft.typed.to_lowercase();
    let links = rows.iter().filter_map(|row| {
        let value = match row.get("dimensions")?.get(0)? {
            Value::String(text) => text.clone(),
            other => other.to_string(),
        };
        let shown = shown_value(app, field, &value);
        let fits = typed.is_empty() || shown.to_lowercase().contains(&typed) || value.to_lowercase().contains(&typed);
        let is_free = !value.is_empty() && !draft.test.values.contains(&value);
        let visitors = row.get("metrics")?.get(0)?.as_f64()?;
        let link = element("a")
            .class("row")
            .with("href", to(app, draft.toggled(&value)).href())
            .child(element("span").class("row-name").text(shown))
            .child(element("span").class("row-value").text(format::count(visitors)));
        (fits && is_free).then(|| element("li").child(link))
    });
    let links: Vec<Element> = links.take(SUGGESTED).collect();
    if links.is_empty() {
        return place
            .child(element("p").class("hint").text(say("Nothing to suggest. What is typed is taken as it stands.")));
    }
    let list = element("ul").class("rows suggest").with("data-roving", "down").with("aria-label", say("Suggestions"));
    place.child(list.children(links))
}

/// Whether the answer is to a question about that dimension.
fn is_of(answer: &Value, dimension: &str) -> bool {
    let asked = answer.get("query").and_then(|query| query.get("dimensions")).and_then(|all| all.get(0));
    asked.and_then(Value::as_str) == Some(dimension)
}
