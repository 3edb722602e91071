//! A card with a list: its most frequent values with a bar behind each, tabs for its other lists, a way to all of it.

use crate::answer::{List, Problem, Row};
use crate::app::App;
use crate::dimension::{Dimension, Panel};
use crate::filter;
use crate::format;
use crate::markup::{Element, element};
use crate::problem::problem;
use crate::queries::ROWS_IN_PANEL;
use crate::skeleton;
use crate::state::Detail;

/// What the API calls a value that is not known.
const NOT_SET: &str = "(not set)";

/// The card; none where it has nothing to say.
pub fn panel(app: &App, panel: Panel) -> Option<Element> {
    let dimension = app.state.tab(panel)?;
    let list = app.data.list(dimension);
    // Most sites send no custom events: an empty card would only puzzle.
    let nothing = !matches!(list, Some(Ok(list)) if !list.rows.is_empty());
    if panel == Panel::Events && nothing {
        return None;
    }
    let hint = (dimension == Dimension::Country && only_unset(list)).then(|| {
        element("p").class("nothing").text(
            "No visit has a country yet. It is told by Cloudflare or by a header of your own proxy that \
             PASSERBY_COUNTRY_HEADER names.",
        )
    });
    let id = ["panel-", panel.name()].concat();
    let body = match list {
        None => skeleton::rows(ROWS_IN_PANEL),
        Some(Err(why)) => problem(why),
        Some(Ok(list)) if list.rows.is_empty() => element("p").class("nothing").text(nothing_text(app, dimension)),
        Some(Ok(list)) => rows(app, dimension, list),
    };
    let more = list.and_then(|list| list.as_ref().ok()).filter(|list| list.total_rows > list.rows.len());
    let card = element("section")
        .class("card panel")
        .with("id", id.as_str())
        .with("data-panel", panel.name())
        .with("aria-label", panel.dimensions().next().map_or("", Dimension::many))
        .child(head(app, panel, dimension));
    let card = card.children(dimension.is_utm().then(|| utm_tabs(app, dimension)));
    Some(card.child(body).children(hint).children(more.map(|list| more_link(app, dimension, list))))
}

/// Whether a list knows nothing but that nothing is known.
fn only_unset(list: Option<&Result<List, Problem>>) -> bool {
    matches!(list, Some(Ok(list)) if matches!(&list.rows[..], [row] if row.name == NOT_SET))
}

fn head(app: &App, panel: Panel, chosen: Dimension) -> Element {
    let filtered = |whole| app.state.filters.iter().any(|filter| filter.dimension == whole);
    let tabs = panel.dimensions().filter(|dimension| !dimension.is_utm());
    let tabs = tabs.filter(|dimension| *dimension == chosen || dimension.part_of().is_none_or(filtered));
    let tabs = tabs.map(|dimension| tab(app, dimension, dimension.many(), dimension == chosen));
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
        .child(element("span").class("panel-unit").with("aria-hidden", "true").text("Visitors"))
}

fn utm_tabs(app: &App, chosen: Dimension) -> Element {
    let tabs = Dimension::all().filter(|dimension| dimension.is_utm());
    element("div")
        .class("tabs sub-tabs")
        .with("role", "tablist")
        .with("aria-label", "Campaign parameter")
        .with("data-roving", "across")
        .children(tabs.map(|dimension| tab(app, dimension, dimension.many(), dimension == chosen)))
}

fn tab(app: &App, dimension: Dimension, label: &str, chosen: bool) -> Element {
    element("a")
        .with("role", "tab")
        .with("href", app.state.show_tab(dimension).href())
        .with("aria-selected", if chosen { "true" } else { "false" })
        .with("tabindex", if chosen { "0" } else { "-1" })
        .text(label)
}

fn rows(app: &App, dimension: Dimension, list: &List) -> Element {
    let most = list.rows.iter().filter_map(visitors).fold(1.0, f64::max);
    element("ol")
        .class("rows")
        .with("data-roving", "down")
        .children(list.rows.iter().map(|row| element("li").child(row_link(app, dimension, row, most))))
}

fn visitors(row: &Row) -> Option<f64> {
    row.values.first().copied().flatten()
}

fn row_link(app: &App, dimension: Dimension, row: &Row, most: f64) -> Element {
    let visitors = visitors(row).unwrap_or(0.0);
    let name = shown_name(app, dimension, &row.name);
    let share = app.data.visitors().filter(|all| *all > 0.0).map(|all| visitors / all * 100.0);
    filter_link(app, dimension, &row.name)
        .class("row")
        .with("data-row", row.name.as_str())
        .with("data-visitors", format::exact(visitors))
        .with("title", name.as_str())
        .child(bar(visitors / most))
        .children(code(dimension, &row.name))
        .child(element("span").class("row-name").text(name))
        .child(
            element("span")
                .class("row-value")
                .with("title", format::grouped(visitors))
                .text(format::count(visitors))
                .child(element("span").class("visually-hidden").text(" visitors, ")),
        )
        .child(element("span").class("row-share").text(share.map(format::percent).unwrap_or_default()))
}

/// A link that narrows the view to a value; plain text where the value cannot be filtered for.
pub fn filter_link(app: &App, dimension: Dimension, value: &str) -> Element {
    let cannot = value.is_empty() || (dimension == Dimension::Country && value.len() != 2);
    if cannot {
        return element("span");
    }
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
        return "Unknown".to_owned();
    }
    match dimension {
        Dimension::Country => app.country(value).unwrap_or(value).to_owned(),
        _ => value.to_owned(),
    }
}

fn more_link(app: &App, dimension: Dimension, list: &List) -> Element {
    let detail = Detail { dimension, search: String::new(), page: 0 };
    element("a")
        .class("more")
        .with("id", ["more-", dimension.panel().name()].concat())
        .with("href", app.state.but(|state| state.detail = Some(detail)).href())
        .text(["All ", &format::grouped(list.total_rows as f64)].concat())
}

fn nothing_text(app: &App, dimension: Dimension) -> &'static str {
    if dimension.is_utm() && app.state.filters.is_empty() {
        "No links with this parameter were followed in this time."
    } else {
        "Nothing to show for this time and these filters."
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
    fn there_is_no_card_of_events_without_events() {
        assert!(panel(&sample::empty_app(""), Panel::Events).is_none());
        assert!(panel(&sample::app(""), Panel::Events).is_some());
    }
}
