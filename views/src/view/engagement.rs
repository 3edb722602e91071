//! Engagement: how long and how far pages are read, where visits begin, and where they end.

use super::figures::{Head, figures, row, value};
use super::reading::{dimension, filters_and, filters_events, metric, rows};
use super::{Answers, Request};
use crate::app::App;
use crate::chart::Unit;
use crate::dimension::Dimension;
use crate::form;
use crate::format;
use crate::markup::{Element, element};
use crate::panel::filter_link;
use crate::problem::problem;
use crate::skeleton;
use crate::words::{fill, plural, say};
use serde_json::{Value, json};

/// Rows of a table.
const ROWS: usize = 50;

/// A table of pages.
struct Part {
    /// The name in addresses.
    name: &'static str,
    label: fn() -> String,
    dimension: Dimension,
    columns: &'static [Column],
}

/// A metric of pages.
struct Column {
    metric: &'static str,
    label: fn() -> String,
    title: fn() -> String,
    show: fn(f64) -> String,
}

const fn column(metric: &'static str, label: fn() -> String, title: fn() -> String, show: fn(f64) -> String) -> Column {
    Column { metric, label, title, show }
}

fn percent(value: f64) -> String {
    Unit::Percent.show(value)
}

/// The first is shown unless the address says otherwise; so is the order by the first column.
const PARTS: [Part; 3] = [
    Part {
        name: "pages",
        label: || say("Reading"),
        dimension: Dimension::Page,
        columns: &[
            column("visitors", || say("Visitors"), || say("Different visitors of the page."), format::grouped),
            column(
                "pageviews",
                || say("Views"),
                || say("How often the page was seen, repeats included."),
                format::grouped,
            ),
            column(
                "time_on_page",
                || say("Time on page"),
                || say("How long a visit had the page in view and in focus, on average."),
                format::duration,
            ),
            column(
                "scroll_depth",
                || say("Read to"),
                || say("The furthest point of the page that a visit reached, on average: 100% is its end."),
                percent,
            ),
            column(
                "bounce_rate",
                || say("Bounce rate"),
                || say("Of the visits that began on the page: those that did nothing else."),
                percent,
            ),
        ],
    },
    Part {
        name: "entries",
        label: || say("Entries"),
        dimension: Dimension::EntryPage,
        columns: &[
            column("visits", || say("Visits begun"), || say("Visits whose first page it was."), format::grouped),
            column("visitors", || say("Visitors"), || say("Different visitors who came in here."), format::grouped),
            column("bounce_rate", || say("Bounce rate"), || say("Those of the visits that did nothing else."), percent),
            column(
                "visit_duration",
                || say("Duration"),
                || say("How long a visit that began here lasted, on average; a bounce counts as none."),
                format::duration,
            ),
        ],
    },
    Part {
        name: "exits",
        label: || say("Exits"),
        dimension: Dimension::ExitPage,
        columns: &[
            column("visits", || say("Visits ended"), || say("Visits whose last page it was."), format::grouped),
            column("visitors", || say("Visitors"), || say("Different visitors who left here."), format::grouped),
            column(
                "exit_rate",
                || say("Exit rate"),
                || say("Of the views of the page those after which the visit saw no other page."),
                percent,
            ),
        ],
    },
];

/// The part that the address says.
fn part(app: &App) -> &'static Part {
    let name = app.state.own("part").unwrap_or_default();
    PARTS.iter().find(|part| part.name == name).unwrap_or(const { &PARTS[0] })
}

/// Its columns: exit rates have no meaning where single events are filtered for.
fn columns(app: &App) -> Vec<&'static Column> {
    let all = part(app).columns.iter();
    all.filter(|column| !(column.metric == "exit_rate" && filters_events(app))).collect()
}

/// The metric by which the rows are sorted.
fn sorted(app: &App) -> &'static str {
    let columns = columns(app);
    let chosen = columns.iter().find(|column| Some(column.metric) == app.state.own("sort"));
    chosen.or(columns.first()).map_or("visitors", |column| column.metric)
}

fn search(app: &App) -> &str {
    app.state.own("find").unwrap_or_default().trim()
}

/// Asks for the table.
pub fn requests(app: &App) -> Vec<Request> {
    let (part, metrics) = (part(app), columns(app).into_iter().map(|column| column.metric).collect::<Vec<_>>());
    let mut query = json!({
        "metrics": metrics,
        "dimensions": [part.dimension.query()],
        "order_by": [[sorted(app), "desc"], [part.dimension.query(), "asc"]],
        "pagination": { "limit": ROWS, "offset": 0 },
        "include": { "total_rows": true },
    });
    if let Some(fields) = query.as_object_mut().filter(|_| !search(app).is_empty()) {
        let found = json!(["contains", part.dimension.query(), [search(app)], { "case_sensitive": false }]);
        fields.insert("filters".into(), filters_and(app, found));
    }
    vec![Request::queries(app, [query])]
}

/// The table, and the choice of it.
pub fn content(app: &App, answers: &Answers) -> Element {
    let shown = part(app);
    let tabs = PARTS.iter().map(|part| {
        let name = Some(part.name).filter(|name| *name != PARTS[0].name);
        element("a")
            .with("href", app.state.with_own("sort", None).with_own("part", name).href())
            .with_if(part.name == shown.name, "aria-current", "true")
            .text((part.label)())
    });
    let input = form::input("find", form::Kind::Text, search(app))
        .with("data-live", "")
        .with("aria-label", say("Only pages that contain"))
        .with("placeholder", say("Find pages"))
        .with("maxlength", "300");
    let head = element("header")
        .child(element("nav").class("segments").with("aria-label", say("Which pages")).children(tabs))
        .child(form::go(app, &["find"]).class("find").with("role", "search").child(input));
    let card = element("section").class("card view-card").with("data-panel", "engagement").child(head);
    let answer = match answers.query(0, 0) {
        None => return card.child(skeleton::rows(9)),
        Some(Err(why)) => return card.child(problem(&why)),
        Some(Ok(answer)) => answer,
    };
    if rows(answer).is_empty() {
        return card.child(element("p").class("hint").text(say("No page was seen in these days that fits.")));
    }
    let total = answer.get("meta").and_then(|meta| meta.get("total_rows")).and_then(Value::as_f64).unwrap_or(0.0);
    let more = (total > ROWS as f64).then(|| {
        let shown = fill(
            "The first {0} of {1}; find others by their paths.",
            &[&format::grouped(ROWS as f64), &plural(total, "{0} page", "{0} pages")],
        );
        element("p").class("hint").text(shown)
    });
    let untold = columns(app).iter().position(|column| column.metric == "time_on_page");
    let untold = untold.is_some_and(|place| rows(answer).iter().all(|row| metric(row, place).is_none()));
    let untold = untold.then(|| {
        element("p").class("hint").text(say(
            "No time was told in these days. The tracker tells by itself how long and how far a page was read, when it is left; \
             events of servers do so if they bring engagement.",
        ))
    });
    card.child(table(app, answer)).children(more).children(untold)
}

fn table(app: &App, answer: &Value) -> Element {
    let (shown, columns, by) = (part(app), columns(app), sorted(app));
    let mut heads = vec![Head::new(say("Page"), String::new())];
    heads.extend(columns.iter().map(|column| Head {
        label: (column.label)(),
        title: (column.title)(),
        sort: Some((app.state.with_own("sort", Some(column.metric)).href(), column.metric == by)),
    }));
    let place = columns.iter().position(|column| column.metric == by).unwrap_or(0);
    let most = rows(answer).iter().filter_map(|row| metric(row, place)).fold(0.0, f64::max).max(1.0);
    let body = rows(answer).iter().map(|found| {
        let page = dimension(found, 0);
        let head = filter_link(app, shown.dimension, page).with("title", page).with("data-name", page).text(page);
        let cells = columns.iter().enumerate().map(|(place, column)| value(metric(found, place), column.show));
        row(head, Some(metric(found, place).unwrap_or(0.0) / most), cells)
    });
    figures(&(shown.label)(), &heads, body)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample;

    fn body(query: &str) -> Value {
        serde_json::from_str::<Value>(&requests(&sample::empty_app(query))[0].body).unwrap()["queries"][0].take()
    }

    #[test]
    fn each_part_asks_for_its_columns_in_the_chosen_order() {
        for (query, dimension, order, metrics) in [
            ("?view=engagement", "event:page", "visitors", 5),
            ("?view=engagement&sort=scroll_depth", "event:page", "scroll_depth", 5),
            ("?view=engagement&sort=exit_rate", "event:page", "visitors", 5),
            ("?view=engagement&part=exits&sort=exit_rate", "visit:exit_page", "exit_rate", 3),
            ("?view=engagement&part=exits&sort=exit_rate&f=is.page.%2F", "visit:exit_page", "visits", 2),
            ("?view=engagement&part=entries", "visit:entry_page", "visits", 4),
        ] {
            let body = body(query);
            assert_eq!(body["dimensions"], json!([dimension]), "{query}");
            assert_eq!(body["order_by"][0], json!([order, "desc"]), "{query}");
            assert_eq!(body["metrics"].as_array().unwrap().len(), metrics, "{query}");
        }
        let found = body("?view=engagement&find=blog&f=is.os.Linux");
        assert_eq!(found["filters"][1], json!(["contains", "event:page", ["blog"], { "case_sensitive": false }]));
    }

    #[test]
    fn pages_are_rows_and_the_bar_is_of_the_sorted_column() {
        let found = json!({ "results": [{ "meta": { "total_rows": 90 }, "results": [
            { "dimensions": ["/docs"], "metrics": [1200, 3000, 95, 64.5, 30] },
            { "dimensions": ["/"], "metrics": [2000, 2100, 23, null, 60] },
        ]}]});
        let answers = Answers { asked: vec![Some(Ok(found))], sent: None };
        let html = sample::lines(&content(&sample::empty_app("?view=engagement&sort=time_on_page"), &answers));
        for text in
            ["1m 35s", ">65%<", ">–<", "width=\"24.2%\"", "aria-sort=\"descending\"", "The first 50 of 90 pages"]
        {
            assert!(html.contains(text), "{text}: {html}");
        }
    }

    #[test]
    fn pages_without_a_time_are_explained() {
        let found =
            json!({ "results": [{ "results": [{ "dimensions": ["/"], "metrics": [1, 1, null, null, 100] }] }] });
        let answers = Answers { asked: vec![Some(Ok(found))], sent: None };
        let html = sample::lines(&content(&sample::empty_app("?view=engagement"), &answers));
        assert!(html.contains("No time was told in these days"), "{html}");
    }
}
