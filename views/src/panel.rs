//! A card with a list: its most frequent values with a bar behind each, tabs for its other lists, a way to all of it.

use crate::answer::{List, Problem, Row};
use crate::app::App;
use crate::chips;
use crate::dimension::{Dimension, Panel};
use crate::export;
use crate::filter;
use crate::form;
use crate::format;
use crate::markup::{Element, element};
use crate::problem::problem;
use crate::queries::ROWS_IN_PANEL;
use crate::skeleton;
use crate::state::Detail;
use crate::words::{fill, say};

/// What the API calls a value that is not known.
const NOT_SET: &str = "(not set)";

/// The card; none where it has nothing to say.
pub fn panel(app: &App, panel: Panel) -> Option<Element> {
    let dimension = app.state.tab(panel)?;
    let list = app.data.list(dimension);
    // Most sites send no custom events: an empty card would only puzzle. Who chose one of its lists is told why it is empty.
    let nothing = !matches!(list, Some(Ok(list)) if !list.rows.is_empty());
    if panel == Panel::Events && dimension == Dimension::Event && nothing {
        return None;
    }
    let hint = (dimension == Dimension::Country && only_unset(list)).then(|| {
        element("p")
            .class("nothing")
            .text(say("No visit has a country yet. It is told by Cloudflare or by a header of your own proxy that \
             PASSERBY_COUNTRY_HEADER names."))
    });
    let id = ["panel-", panel.name()].concat();
    let is_unnamed = dimension == Dimension::Prop && app.state.property.is_none();
    let body = match list {
        _ if is_unnamed => element("p").class("nothing").text(say(
            "Properties are what an event says beside its name: passerby(\"Signup\", { props: { plan: \"pro\" } }).",
        )),
        None => skeleton::rows(ROWS_IN_PANEL),
        Some(Err(why)) => problem(why),
        Some(Ok(list)) if list.rows.is_empty() => element("p").class("nothing").text(say(nothing_text(app, dimension))),
        Some(Ok(list)) => rows(app, dimension, list),
    };
    let more = list.and_then(|list| list.as_ref().ok()).filter(|list| list.total_rows > list.rows.len());
    let card = element("section")
        .class("card panel")
        .with("id", id.as_str())
        .with("data-panel", panel.name())
        .with("aria-label", panel.dimensions().next().map(|first| say(first.many())).unwrap_or_default())
        .child(head(app, panel, dimension));
    let card = card.children(dimension.is_utm().then(|| utm_tabs(app, dimension)));
    let card = card.children((dimension == Dimension::Prop).then(|| property_form(app)));
    Some(card.child(body).children(hint).children(more.map(|list| more_link(app, dimension, list))))
}

/// Whether a list knows nothing but that nothing is known.
fn only_unset(list: Option<&Result<List, Problem>>) -> bool {
    matches!(list, Some(Ok(list)) if matches!(&list.rows[..], [row] if row.name == NOT_SET))
}

fn head(app: &App, panel: Panel, chosen: Dimension) -> Element {
    let filtered = |whole| app.state.filters.iter().any(|filter| filter.dimension() == Some(whole));
    let tabs = panel.dimensions().filter(|dimension| !dimension.is_utm());
    let tabs = tabs.filter(|dimension| *dimension == chosen || dimension.part_of().is_none_or(filtered));
    let tabs = tabs.map(|dimension| tab(app, dimension, dimension.many(), dimension == chosen));
    let meaning = if chosen == Dimension::Goal {
        say("How many reached it, and which part of all visitors that is")
    } else {
        say("How many there were, and which part of all visitors that is")
    };
    let utm = (panel == Panel::Sources).then(|| tab(app, Dimension::UtmSource, "UTM", chosen.is_utm()));
    element("header")
        .class("panel-head")
        .child(
            element("div")
                .class("tabs")
                .with("role", "tablist")
                .with("data-roving", "across")
                .children(tabs)
                .children(utm),
        )
        .child(
            element("span")
                .class("panel-unit")
                .with("title", meaning)
                .with("aria-hidden", "true")
                .text(say("Visitors")),
        )
        .child(export::menu(&say(chosen.one()), &app.state.but(|state| state.detail = Some(whole(chosen)))))
}

fn utm_tabs(app: &App, chosen: Dimension) -> Element {
    let tabs = Dimension::all().filter(|dimension| dimension.is_utm());
    element("div")
        .class("tabs sub-tabs")
        .with("role", "tablist")
        .with("aria-label", say("Campaign parameter"))
        .with("data-roving", "across")
        .children(tabs.map(|dimension| tab(app, dimension, dimension.many(), dimension == chosen)))
}

fn tab(app: &App, dimension: Dimension, label: &'static str, chosen: bool) -> Element {
    element("a")
        .with("role", "tab")
        .with("href", app.state.show_tab(dimension).href())
        .with("aria-selected", if chosen { "true" } else { "false" })
        .with("tabindex", if chosen { "0" } else { "-1" })
        .text(say(label))
}

fn rows(app: &App, dimension: Dimension, list: &List) -> Element {
    let most = list.rows.iter().filter_map(visitors).fold(1.0, f64::max);
    element("ol").class("rows").with("data-roving", "down").children(list.rows.iter().map(|row| {
        let link = element("li").child(row_link(app, dimension, row, most));
        link.children(chips::exclude_link(app, dimension, &row.name))
    }))
}

fn visitors(row: &Row) -> Option<f64> {
    row.values.first().copied().flatten()
}

/// Characters of a name that are never cut off.
const FITS: usize = 20;

fn row_link(app: &App, dimension: Dimension, row: &Row, most: f64) -> Element {
    let visitors = visitors(row).unwrap_or(0.0);
    let name = shown_name(app, dimension, &row.name);
    let share = app.data.visitors().filter(|all| *all > 0.0).map(|all| visitors / all * 100.0);
    let (shown, exact) = (format::count(visitors), format::grouped(visitors));
    filter_link(app, dimension, &row.name)
        .class("row")
        .with("data-row", row.name.as_str())
        .with("data-visitors", format::exact(visitors))
        .with_if(name.chars().count() > FITS, "title", &name)
        .child(bar(visitors / most))
        .children(code(dimension, &row.name))
        .child(element("span").class("row-name").text(name))
        .child(
            element("span")
                .class("row-value")
                .with_if(shown != exact, "title", &exact)
                .text(shown)
                .child(element("span").class("visually-hidden").text([" ", &say("visitors"), ", "].concat())),
        )
        .child(element("span").class("row-share").text(share.map(format::percent).unwrap_or_default()))
}

/// Asks for the name of a property, of which events may have any.
fn property_form(app: &App) -> Element {
    let name = app.state.property.as_deref().unwrap_or_default();
    let input = element("input").with("name", "property").with("value", name).with("required", "");
    let input = input.with("aria-label", say("Name of the property")).with("placeholder", say("Name of the property"));
    let input = input.with("maxlength", "300").with("autocomplete", "off").with("spellcheck", "false");
    form::go(app, &["property"]).class("panel-form search").child(input).child(form::button(app, &say("Show"), false))
}

/// A link that narrows the view to a value; plain text where the value cannot be filtered for.
pub fn filter_link(app: &App, dimension: Dimension, value: &str) -> Element {
    if let Some(name) = app.state.property.as_deref().filter(|_| dimension == Dimension::Prop) {
        let value = [name, "=", value].concat();
        return if name.contains('=') { element("span") } else { value_link(app, dimension, &value) };
    }
    let cannot = value.is_empty() || (dimension == Dimension::Country && value.len() != 2);
    if cannot {
        return element("span");
    }
    value_link(app, dimension, value)
}

fn value_link(app: &App, dimension: Dimension, value: &str) -> Element {
    let chosen = filter::selects(&app.state.filters, dimension, value);
    element("a").with("href", app.state.toggle_filter(dimension, value).href()).with_if(chosen, "aria-current", "true")
}

/// The bar behind a row; `part` is 0 to 1.
pub fn bar(part: f64) -> Element {
    let thousandths = (part * 1000.0).round() as u32;
    let width = [&(thousandths / 10).to_string(), ".", &(thousandths % 10).to_string(), "%"].concat();
    element("svg")
        .class("bar")
        .with("aria-hidden", "true")
        .child(element("rect").with("width", width).with("height", "100%").with("rx", "6"))
}

/// The code of a country, set small before its name.
pub fn code(dimension: Dimension, name: &str) -> Option<Element> {
    let is_code = dimension == Dimension::Country && name.len() == 2;
    is_code.then(|| element("span").class("row-code").with("aria-hidden", "true").text(name))
}

/// A value as shown: countries by name, emptiness by a word.
pub fn shown_name(app: &App, dimension: Dimension, value: &str) -> String {
    if value.is_empty() {
        return say("Unknown");
    }
    match dimension {
        Dimension::Country => app.country(value).unwrap_or(value).to_owned(),
        Dimension::Region => region(app, value).unwrap_or_else(|| value.to_owned()),
        _ => value.to_owned(),
    }
}

/// A region of a country whose name is known, without its own name: `BY, Germany`.
fn region(app: &App, code: &str) -> Option<String> {
    let (country, part) = code.split_once('-')?;
    Some(fill("{0}, {1}", &[part, app.country(country)?]))
}

fn whole(dimension: Dimension) -> Detail {
    Detail { dimension, search: String::new(), page: 0 }
}

fn more_link(app: &App, dimension: Dimension, list: &List) -> Element {
    element("a")
        .class("more")
        .with("id", ["more-", dimension.panel().name()].concat())
        .with("href", app.state.but(|state| state.detail = Some(whole(dimension))).href())
        .text(fill("All {0}", &[&format::grouped(list.total_rows as f64)]))
}

fn nothing_text(app: &App, dimension: Dimension) -> &'static str {
    match dimension {
        _ if !app.state.filters.is_empty() => "Nothing to show for this time and these filters.",
        Dimension::Goal => "No goal was reached in this time. Goals are made under Goals in the menu.",
        Dimension::NotFound => {
            "No visitor met a missing page in this time. A page is counted as missing that says so: \
             <meta name=\"passerby\" content=\"404\">."
        }
        Dimension::Outbound => "No link to another site was followed in this time.",
        Dimension::Download => "No file was downloaded in this time.",
        Dimension::Form => "No form was sent in this time.",
        _ if dimension.is_utm() => "No links with this parameter were followed in this time.",
        _ => "Nothing to show for this time and these filters.",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::markup::Node;
    use crate::sample;
    use expect_test::expect_file;

    #[test]
    fn rows_are_links_that_filter() {
        let app = sample::app("?f=is.page.%2F");
        let card = panel(&app, Panel::Pages).unwrap();
        expect_file!["../snapshots/panel.html"].assert_eq(&sample::lines(&card));
    }

    #[test]
    fn campaign_parameters_share_a_tab_and_have_their_own() {
        let html = Node::from(panel(&sample::app("?tab=utm_medium"), Panel::Sources).unwrap()).html();
        assert_eq!(html.matches("role=\"tablist\"").count(), 2);
        assert_eq!(html.matches("aria-selected=\"true\"").count(), 2);
    }

    #[test]
    fn a_country_is_named_and_an_unknown_one_cannot_be_filtered_for() {
        let html = Node::from(panel(&sample::app(""), Panel::Countries).unwrap()).html();
        assert!(html.contains(">Germany<") && html.contains(">Unknown<"), "{html}");
        assert_eq!(
            (html.matches("<a href=\"?f=is.country.").count(), html.matches("<span class=\"row\"").count()),
            (1, 1)
        );
    }

    #[test]
    fn a_property_is_named_and_its_values_filter_by_name_and_value() {
        let unnamed = Node::from(panel(&sample::app("?tab=prop"), Panel::Events).unwrap()).html();
        assert!(unnamed.contains("name=\"property\"") && unnamed.contains("beside its name"), "{unnamed}");
        let mut app = sample::app("?tab=prop&property=plan");
        let rows = vec![Row { name: "pro".into(), values: vec![Some(5.0)] }];
        app.data.lists.push((Dimension::Prop, Ok(List { rows, total_rows: 1 })));
        let named = Node::from(panel(&app, Panel::Events).unwrap()).html();
        assert!(named.contains("&amp;f=is.prop.plan%3Dpro") || named.contains("?f=is.prop.plan%3Dpro"), "{named}");
    }

    #[test]
    fn there_is_no_card_of_events_without_events() {
        assert!(panel(&sample::empty_app(""), Panel::Events).is_none());
        assert!(panel(&sample::app(""), Panel::Events).is_some());
    }
}
