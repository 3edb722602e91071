//! A table of what was measured, row by row, ordered by the column that the reader chooses.

use super::{Measure, NONE, Record, ago, instant};
use crate::app::App;
use crate::dimension::Dimension;
use crate::format;
use crate::markup::{Element, element};
use crate::panel::{bar, code, filter_link, shown_name};
use crate::words::{fill, say};

/// Rows of a table that stands for itself, and of one beside others.
pub const LONG: usize = 50;
/// See [`LONG`].
pub const SHORT: usize = 9;
/// Rows of either when all are wanted.
const ALL: usize = 1_000;

/// What a value is worth.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verdict {
    /// The class of its colour.
    pub class: &'static str,
    /// The same in a word.
    pub word: String,
}

/// Says what a value is worth, if it can be judged.
pub type Judge<'a> = &'a dyn Fn(&Measure, f64) -> Option<Verdict>;
/// Makes something of a row.
pub type Picture<'a> = &'a dyn Fn(&Record) -> Element;

/// What a table shows.
#[derive(Clone, Copy)]
pub struct Listing<'a> {
    /// The view's own parameter that names the column it is ordered by; none if it cannot be ordered.
    pub sort: Option<&'static str>,
    /// What it is about, for those who hear it.
    pub caption: &'a str,
    /// The heading of what rows are about.
    pub subject: &'a str,
    /// Its columns, in the order of the metrics.
    pub measures: &'a [Measure],
    /// Its rows.
    pub rows: &'a [Record],
    /// What each row is about.
    pub head: Picture<'a>,
    /// Whether bars behind the rows say how much there is of the column that orders them.
    pub bars: bool,
    /// What a value is worth, where it can be judged.
    pub judge: Option<Judge<'a>>,
    /// A small picture for each row, under this heading.
    pub spark: Option<(&'a str, Picture<'a>)>,
}

/// The metric by which the table of this parameter is ordered: the chosen one if it has it, else the first.
pub fn order<'a>(app: &App, sort: &str, measures: &'a [Measure]) -> &'a str {
    let chosen = app.state.own(sort);
    let chosen = measures.iter().find(|measure| Some(measure.metric) == chosen).or(measures.first());
    chosen.map_or("events", |measure| measure.metric)
}

/// How many rows are asked for, of a table whose parameter `all` says whether all are wanted.
pub fn limit(app: &App, all: &str, usual: usize) -> usize {
    if app.state.own("all") == Some(all) { ALL } else { usual }
}

/// The table.
pub fn listing(app: &App, listing: &Listing<'_>) -> Element {
    let ordered = listing.sort.map(|sort| (sort, order(app, sort, listing.measures)));
    let first = listing.measures.iter().position(|measure| ordered.is_none_or(|(_, by)| measure.metric == by));
    let first = first.unwrap_or(0);
    // A bar says how much there is of something; moments are no amounts.
    let of_amounts = listing.bars && listing.measures.get(first).is_some_and(|measure| !is_moment(measure));
    let most = listing.rows.iter().map(|row| row.count(first)).fold(0.0, f64::max);
    let heads = listing.measures.iter().map(|measure| head(app, measure, ordered));
    let spark_head = listing.spark.map(|(label, _)| element("th").class("spark-cell").with("scope", "col").text(label));
    let rows = listing.rows.iter().map(|row| {
        let part = (of_amounts && most > 0.0).then(|| bar(row.count(first) / most));
        let subject = element("div").class("row").children(part).child((listing.head)(row));
        let cells =
            listing.measures.iter().enumerate().map(|(place, measure)| cell(app, listing, measure, row.value(place)));
        element("tr")
            .with("data-row", row.names.join(" ").as_str())
            .child(element("th").with("scope", "row").child(subject))
            .children(listing.spark.map(|(_, spark)| element("td").class("spark-cell").child(spark(row))))
            .children(cells)
    });
    let table = element("table")
        .class("numbers")
        .child(element("caption").class("visually-hidden").text(listing.caption))
        .child(
            element("thead").child(
                element("tr")
                    .child(element("th").with("scope", "col").text(listing.subject))
                    .children(spark_head)
                    .children(heads),
            ),
        )
        .child(element("tbody").children(rows));
    // What is wider than its card scrolls, by keyboard as well.
    let holder = element("div").class("listing").with("tabindex", "0").with("role", "group");
    holder.with("aria-label", listing.caption).child(table)
}

fn is_moment(measure: &Measure) -> bool {
    measure.metric.ends_with("_seen")
}

fn head(app: &App, measure: &Measure, ordered: Option<(&'static str, &str)>) -> Element {
    let head = element("th").with("scope", "col").with("title", say(measure.meaning));
    let Some((sort, by)) = ordered else { return head.text(say(measure.label)) };
    let chosen = measure.metric == by;
    let link = element("a")
        .with("href", app.state.with_own(sort, Some(measure.metric)).href())
        .text(say(measure.label))
        .children(chosen.then(|| element("span").with("aria-hidden", "true").text(" ↓")));
    head.with_if(chosen, "aria-sort", "descending").child(link)
}

fn cell(app: &App, listing: &Listing<'_>, measure: &Measure, value: Option<f64>) -> Element {
    let cell = element("td");
    let Some(value) = value else { return cell.text("–") };
    if is_moment(measure) {
        return cell.with("title", instant(value)).text(ago(app, value));
    }
    let cell = cell.with("data-value", format::exact(value)).with("title", measure.unit.show_exactly(value));
    let shown = measure.unit.show(value);
    match listing.judge.and_then(|judge| judge(measure, value)) {
        None => cell.text(shown),
        Some(Verdict { class, word }) => cell
            .child(element("span").class(["key ", class].concat()).with("title", word.as_str()).text(shown))
            .child(element("span").class("visually-hidden").text([", ", &word].concat())),
    }
}

/// The link to all rows, where some are left out.
pub fn more(app: &App, all: &str, shown: usize, total: usize) -> Option<Element> {
    (total > shown && shown < ALL).then(|| {
        element("a")
            .class("more")
            .with("href", app.state.with_own("all", Some(all)).href())
            .text(fill("All {0}", &[&format::grouped(total as f64)]))
    })
}

/// The head of a row that narrows the page to its value.
pub fn filtering(app: &App, dimension: Dimension, value: &str) -> Element {
    let name = shown_name(app, dimension, value);
    filter_link(app, dimension, value)
        .class("row-name")
        .with("title", name.as_str())
        .children(code(dimension, value))
        .text(name)
}

/// The head of a row that opens something: these parameters of the view get these values.
pub fn opening(app: &App, own: &[(&str, &str)], text: &str) -> Element {
    let state =
        own.iter().fold(app.state.with_own("all", None), |state, (own, value)| state.with_own(own, Some(value)));
    let text = given(text);
    element("a").class("row-name").with("href", state.href()).with("title", text.as_str()).text(text)
}

/// A value, or what is said where there is none.
pub fn given(text: &str) -> String {
    if text.is_empty() || text == NONE { say("Not given") } else { text.to_owned() }
}

/// The head of a row that leads nowhere.
pub fn plain(text: &str) -> Element {
    let text = given(text);
    element("span").class("row-name").with("title", text.as_str()).text(text)
}
