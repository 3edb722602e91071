//! The long list of a dimension, on top of the view: every value with its numbers, searched and turned page by page.

use crate::answer::{List, Row};
use crate::app::App;
use crate::dimension::{Dimension, column_label, column_value};
use crate::export;
use crate::format;
use crate::icon::{Icon, icon};
use crate::markup::{Element, element};
use crate::panel::{bar, code, filter_link, shown_name};
use crate::problem::problem;
use crate::queries::ROWS_IN_DETAIL;
use crate::skeleton;
use crate::state::Detail;
use crate::words::{fill, say};

/// The long list; none unless one is open.
pub fn detail(app: &App) -> Option<Element> {
    let detail = app.state.detail.as_ref()?;
    let body = match &app.data.detail {
        None => skeleton::rows(9),
        Some(Err(why)) => problem(why),
        Some(Ok(list)) if list.rows.is_empty() => element("p").class("nothing").text(say("Nothing found.")),
        Some(Ok(list)) => table(app, detail.dimension, list),
    };
    let pages = app.data.detail.as_ref().and_then(|list| list.as_ref().ok()).and_then(|list| pages(app, detail, list));
    let close = app.state.but(|state| state.detail = None).href();
    let sheet = element("section")
        .class("sheet")
        .with("role", "dialog")
        .with("aria-modal", "true")
        .with("aria-labelledby", "detail-title")
        .child(
            element("header")
                .class("sheet-head")
                .child(element("h2").with("id", "detail-title").text(title(detail.dimension)))
                .children((detail.dimension != Dimension::Country).then(|| search(detail)))
                .child(export::menu(&say(detail.dimension.one()), &app.state))
                .child(
                    element("a")
                        .class("icon-button")
                        .with("id", "detail-close")
                        .with("href", close.as_str())
                        .with("aria-label", say("Close"))
                        .child(icon(Icon::Cross)),
                ),
        )
        .child(element("div").class("sheet-body").child(body))
        .children(pages);
    let veil = element("a").class("veil").with("href", close).with("tabindex", "-1").with("aria-hidden", "true");
    Some(element("div").class("overlay").child(veil).child(sheet))
}

fn title(dimension: Dimension) -> String {
    match dimension.one() {
        name if name.ends_with('y') => [name.trim_end_matches('y'), "ies"].concat(),
        name => [name, "s"].concat(),
    }
}

fn search(detail: &Detail) -> Element {
    element("form").class("search").with("data-form", "search").with("role", "search").child(
        element("input")
            .with("type", "search")
            .with("name", "search")
            .with("value", detail.search.as_str())
            .with("placeholder", say("Search"))
            .with("aria-label", say("Search this list"))
            .with("autocomplete", "off")
            .with("spellcheck", "false"),
    )
}

fn table(app: &App, dimension: Dimension, list: &List) -> Element {
    let head = |text: String| element("th").with("scope", "col").text(text);
    let columns = dimension.detail_metrics();
    let most = list.rows.iter().filter_map(|row| row.values.first().copied().flatten()).fold(1.0, f64::max);
    let header = element("tr").child(head(say(dimension.one())));
    element("table")
        .class("numbers")
        .child(element("thead").child(header.children(columns.iter().map(|metric| head(column_label(metric))))))
        .child(element("tbody").children(list.rows.iter().map(|row| table_row(app, dimension, row, most))))
}

fn table_row(app: &App, dimension: Dimension, row: &Row, most: f64) -> Element {
    let name = shown_name(app, dimension, &row.name);
    let part = row.values.first().copied().flatten().unwrap_or(0.0) / most;
    let link = filter_link(app, dimension, &row.name)
        .class("row")
        .with("title", name.as_str())
        .child(bar(part))
        .children(code(dimension, &row.name))
        .child(element("span").class("row-name").text(name));
    let cells = dimension.detail_metrics().iter().zip(&row.values).map(|(metric, value)| {
        element("td").text(value.map_or_else(|| "–".to_owned(), |value| column_value(metric, value)))
    });
    element("tr").child(element("th").with("scope", "row").child(link)).children(cells)
}

fn pages(app: &App, detail: &Detail, list: &List) -> Option<Element> {
    let first = detail.page as usize * ROWS_IN_DETAIL as usize;
    let end = first + list.rows.len();
    if list.total_rows <= list.rows.len() {
        return None;
    }
    let number = |number: usize| format::grouped(number as f64);
    let to = |page: u32| app.state.but(|state| state.detail = Some(Detail { page, ..detail.clone() })).href();
    let step = |available: bool, page: u32, label: String, glyph: Icon| {
        let tag = if available {
            element("a").with("href", to(page)).with("aria-label", label.as_str())
        } else {
            // Where there is no page, there is nothing to be told of.
            element("span").with("aria-disabled", "true").with("aria-hidden", "true")
        };
        tag.class("icon-button").with("title", label).child(icon(glyph))
    };
    let where_text = fill("{0} – {1} of {2}", &[&number(first + 1), &number(end), &number(list.total_rows)]);
    Some(
        element("nav")
            .class("pages")
            .with("aria-label", say("Pages of this list"))
            .child(step(detail.page > 0, detail.page.saturating_sub(1), say("Previous page"), Icon::Left))
            .child(element("span").text(where_text))
            .child(step(end < list.total_rows, detail.page.saturating_add(1), say("Next page"), Icon::Right)),
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample;
    use expect_test::expect_file;

    #[test]
    fn a_page_of_the_long_list() {
        let app = sample::app("?more=page&search=p&page=1");
        expect_file!["../snapshots/detail.html"].assert_eq(&sample::lines(&detail(&app).unwrap()));
        assert!(detail(&sample::app("")).is_none());
    }

    #[test]
    fn lists_have_a_plural() {
        assert_eq!(
            (title(Dimension::Country), title(Dimension::EntryPage)),
            ("Countries".into(), "Entry pages".into())
        );
    }
}
