//! What a link shows to whoever has it: as much of the overview as a share tells, and in words what it does not tell.
//! See `docs/decisions/0016-shares-k-and-noise.md`.

use super::{Answers, Request};
use crate::answer::Problem;
use crate::app::App;
use crate::chart::lines::{Line, Lines, lines};
use crate::chart::{Buckets, Colour, Unit};
use crate::dimension::Dimension;
use crate::format;
use crate::markup::{Element, element};
use crate::metric::Metric;
use crate::panel::{bar, code, shown_name};
use crate::problem::problem;
use crate::range::Interval;
use crate::skeleton;
use crate::words::{fill, say};
use serde_json::{Value, json};

/// Ranges as the API names them, the first by default. A share tells 366 days at most.
const RANGES: [&str; 4] = ["28d", "7d", "91d", "364d"];
/// Rows of a list.
const ROWS: usize = 9;

/// The lists, as the API names what they are about: everything that a share may tell of. Each is asked for without a filter: filtered questions are counted, and
/// a page that many look at would use them up.
pub(super) const LISTS: [&str; 10] = [
    "event:page",
    "visit:entry_page",
    "visit:source",
    "visit:channel",
    "visit:utm_campaign",
    "visit:country",
    "visit:browser",
    "visit:os",
    "visit:device",
    "event:goal",
];
/// Those that have a card though there is nothing in it: every site has pages, not every one campaigns.
const ALWAYS: [&str; 5] = ["event:page", "visit:source", "visit:country", "visit:browser", "visit:device"];

/// The heading of a list.
pub(super) fn title_of(query: &str) -> String {
    match query {
        "event:goal" => say("Goals"),
        "event:page" => say("Pages"),
        "visit:entry_page" => say("Entry pages"),
        "visit:source" => say("Sources"),
        "visit:channel" => say("Channels"),
        "visit:utm_campaign" => say("Campaigns"),
        "visit:country" => say("Countries"),
        "visit:browser" => say("Browsers"),
        "visit:os" => say("Systems"),
        _ => say("Devices"),
    }
}

fn range(app: &App) -> &'static str {
    RANGES.into_iter().find(|range| app.state.own("days") == Some(range)).unwrap_or(RANGES[0])
}

fn interval(range: &str) -> Interval {
    if range == "364d" { Interval::Week } else { Interval::Day }
}

/// Asks for the visitors of the range, over time, and by each of the lists, all in one request.
pub fn requests(app: &App) -> Vec<Request> {
    let range = range(app);
    let asked = |dimension: Option<&str>, include: &str| {
        let mut query = json!({ "metrics": ["visitors"], "date_range": range });
        if let (Some(fields), Some(dimension)) = (query.as_object_mut(), dimension) {
            fields.insert("dimensions".to_owned(), json!([dimension]));
            fields.insert("include".to_owned(), json!({ include: true }));
        }
        query
    };
    let time = ["time:", interval(range).name()].concat();
    let whole = [asked(None, ""), asked(Some(&time), "time_labels")];
    let queries: Vec<Value> =
        whole.into_iter().chain(LISTS.map(|dimension| asked(Some(dimension), "total_rows"))).collect();
    vec![Request::post("/api/v2/query", &json!({ "queries": queries }))]
}

/// The numbers.
pub fn content(app: &App, answers: &Answers) -> Element {
    let page = element("div").class("shared").with("data-panel", "share");
    let whole = match answers.query(0, 0) {
        None => return page.child(element("section").class("card view-card").child(skeleton::rows(9))),
        Some(Err(why)) => return page.child(problem(&why)),
        Some(Ok(whole)) => whole,
    };
    let over_time = match answers.query(0, 1) {
        Some(Ok(answer)) => chart(app, answer),
        Some(Err(why)) => problem(&why),
        None => skeleton::chart(),
    };
    let cards = LISTS.iter().enumerate().filter(|(index, _)| is_shared(answers, index + 2));
    let cards = cards.filter_map(|(index, dimension)| list(app, dimension, answers.query(0, index + 2)?));
    page.child(element("h1").text(site(whole)))
        .child(
            element("section")
                .class("card view-card")
                .child(element("header").child(headline(whole)).child(ranges(app)))
                .child(over_time),
        )
        .child(element("div").class("view-grid").children(cards))
        .child(element("p").class("hint").text(terms(whole)))
}

/// Whether the share tells of what a question was about. The server refuses the others, so they have no card.
fn is_shared(answers: &Answers, query: usize) -> bool {
    let answer = answers.get(0).and_then(|answer| answer.as_ref().ok());
    let code = answer.and_then(|answer| answer.get("results")?.get(query)?.get("code"));
    code.is_none_or(|code| code != "not_shared")
}

fn site(answer: &Value) -> &str {
    answer.get("query").and_then(|query| query.get("site_id")).and_then(Value::as_str).unwrap_or_default()
}

fn number(row: Option<&Value>) -> Option<f64> {
    row?.get("metrics")?.get(0)?.as_f64()
}

/// A rule of the share, as each answer says it: `k`, `epsilon`.
fn of_meta(answer: &Value, rule: &str) -> Option<f64> {
    answer.get("meta")?.get(rule)?.as_f64()
}

fn headline(answer: &Value) -> Element {
    let visitors = number(answer.get("results").and_then(|rows| rows.get(0)));
    let value = element("strong").class("figure-value");
    let value = match visitors {
        Some(visitors) => value.with("data-value", format::exact(visitors)).text(format::grouped(visitors)),
        None => value.with("title", say("Too few to be told")).text("–"),
    };
    let label = element("span").class("figure-label").text(say("Visitors"));
    let meaning = match of_meta(answer, "epsilon") {
        Some(_) => say("Visitors of each day, added up: who comes on two days counts twice"),
        None => say(Metric::Visitors.meaning()),
    };
    element("div").class("shared-figure").with("title", meaning).child(label).child(value)
}

fn ranges(app: &App) -> Element {
    let links = RANGES.into_iter().map(|name| {
        let label = match name {
            "7d" => say("7 days"),
            "28d" => say("28 days"),
            "91d" => say("91 days"),
            _ => say("52 weeks"),
        };
        let href = app.state.with_own("days", Some(name)).href();
        element("a").with("href", href).with_if(name == range(app), "aria-current", "true").text(label)
    });
    element("div").class("segments").with("role", "group").with("aria-label", say("Days")).children(links)
}

fn chart(app: &App, answer: &Value) -> Element {
    let rows = answer.get("results").and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
    let label = |row: &Value| Some(row.get("dimensions")?.get(0)?.as_str()?.to_owned());
    let told = rows.iter().any(|row| number(Some(row)).is_some());
    if !told {
        let words = say("There are too few visitors for each of these days to be told. Choose more days.");
        return element("p").class("nothing").text(words);
    }
    lines(&Lines {
        label: say("Visitors over time"),
        unit: Unit::Count,
        buckets: Buckets { interval: interval(range(app)), labels: rows.iter().filter_map(label).collect() },
        lines: vec![Line {
            name: say("Visitors"),
            colour: Colour::Teal,
            values: rows.iter().map(|row| number(Some(row))).collect(),
        }],
        thresholds: Vec::new(),
        annotations: Vec::new(),
        unfinished: false,
        as_table: app.state.as_table,
    })
}

/// A list; none where the site has nothing of the kind, such as goals.
fn list(app: &App, query: &str, answer: Result<&Value, Problem>) -> Option<Element> {
    let dimension = Dimension::simple().find(|dimension| dimension.query() == query);
    let card = element("section").class("card panel").with("data-panel", query);
    let card = card.child(element("header").class("panel-head").child(element("h2").text(title_of(query))));
    let answer = match answer {
        Err(why) => return Some(card.child(problem(&why))),
        Ok(answer) => answer,
    };
    let rows = answer.get("results").and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
    if rows.is_empty() {
        let none = element("p").class("nothing").text(say("Nothing that enough visitors have in common."));
        return ALWAYS.contains(&query).then(|| card.child(none));
    }
    let most = rows.iter().filter_map(|row| number(Some(row))).fold(1.0, f64::max);
    let items = rows.iter().take(ROWS).filter_map(|row| {
        let value = row.get("dimensions")?.get(0)?.as_str()?;
        let visitors = number(Some(row))?;
        let name = dimension.map_or_else(|| value.to_owned(), |dimension| shown_name(app, dimension, value));
        let line = element("span")
            .class("row")
            .with("data-row", value)
            .with("data-visitors", format::exact(visitors))
            .child(bar(visitors / most))
            .children(dimension.and_then(|dimension| code(dimension, value)))
            .child(element("span").class("row-name").text(name))
            .child(element("span").class("row-value").text(format::count(visitors)));
        Some(element("li").child(line))
    });
    let more = rows.len().saturating_sub(ROWS) as f64;
    let more =
        (more > 0.0).then(|| element("p").class("hint rest").text(fill("and {0} more", &[&format::grouped(more)])));
    Some(card.child(element("ol").class("rows").children(items)).children(more))
}

/// What the numbers are worth, in words.
fn terms(answer: &Value) -> String {
    let least = format::exact(of_meta(answer, "k").unwrap_or(0.0));
    match of_meta(answer, "epsilon") {
        Some(epsilon) => fill(
            "Told two days later, and only where clearly more than {0} visitors have something in common. Every number has some noise that is always the same, so that nobody can be singled out; the more visitors, the less it matters. (k = {0}, ε = {1})",
            &[&least, &format::exact(epsilon)],
        ),
        None => fill(
            "Told two days later, and only where at least {0} visitors have something in common. (k = {0}, no noise)",
            &[&least],
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::markup::Node;
    use crate::sample;
    use crate::wire::{Reader, Writer};

    fn answers(text: &str, epsilon: Option<f64>) -> Answers {
        let meta = json!({ "k": 5, "epsilon": epsilon });
        let query = json!({ "site_id": text });
        let list = json!({ "results": [{ "dimensions": [text], "metrics": [800] }], "meta": meta });
        let time = json!({ "meta": meta, "results": [
            { "dimensions": ["2026-11-01"], "metrics": [120] },
            { "dimensions": ["2026-11-02"], "metrics": [null], "suppressed": true },
        ]});
        let whole = json!({ "results": [{ "dimensions": [], "metrics": [1234] }], "meta": meta, "query": query });
        let none = json!({ "results": [], "meta": meta });
        let refused = json!({ "error": "Not told.", "code": "not_shared", "hint": "", "status": 403 });
        let results =
            json!({ "results": [whole, time, list, list, list, list, list, refused, list, list, none, none] });
        Answers { asked: vec![Some(Ok(results))], sent: None }
    }

    #[test]
    fn no_question_has_a_filter_or_names_a_site() {
        let asked = requests(&sample::empty_app("?view=share&days=364d&f=is.os.Linux&site=x"));
        let body: Value = serde_json::from_str(&asked[0].body).unwrap();
        let queries = body["queries"].as_array().unwrap();
        assert_eq!((asked.len(), queries.len()), (1, 12));
        for query in queries {
            assert!(query.get("filters").is_none() && query.get("site_id").is_none(), "{query}");
            assert_eq!(query["date_range"], "364d");
        }
        assert_eq!(queries[1]["dimensions"], json!(["time:week"]));
    }

    #[test]
    fn what_is_told_is_shown_and_what_is_not_is_said() {
        let app = sample::empty_app("?view=share");
        let html = Node::from(content(&app, &answers("shop.example", Some(0.25)))).html();
        for text in [
            "<h1>shop.example</h1>",
            "data-value=\"1234\"",
            "more than 5 visitors",
            "some noise",
            "Nothing that enough visitors",
        ] {
            assert!(html.contains(text), "{text}: {html}");
        }
        assert!(!html.contains("Goals"), "a site without goals has no list of them");
        assert!(!html.contains("Countries") && !html.contains("Not told."), "what is not shared has no card: {html}");
        assert!(html.contains("Campaigns") && html.contains("(k = 5, ε = 0.25)"), "{html}");
        let plain = Node::from(content(&app, &answers("shop.example", None))).html();
        assert!(
            plain.contains("at least 5 visitors") && plain.contains("no noise") && !plain.contains("some noise"),
            "{plain}"
        );
    }

    #[test]
    fn a_link_that_is_over_says_so() {
        let why = Problem::new("This share is over.", "Ask for another.");
        let answers = Answers { asked: vec![Some(Err(why))], sent: None };
        let html = Node::from(content(&sample::empty_app("?view=share"), &answers)).html();
        assert!(html.contains("This share is over."), "{html}");
    }

    #[test]
    fn hostile_values_stay_text_and_cross_to_the_page() {
        let hostile = "\"><script>alert(1)</script><img src=x onerror=alert(1)>";
        let node = Node::from(content(&sample::empty_app("?view=share"), &answers(hostile, None)));
        let html = node.html();
        assert!(!html.contains("<script") && !html.contains("<img"), "{html}");
        let mut out = Writer::default();
        node.to_wire(&mut out);
        assert_eq!(Node::from_wire(&mut Reader::new(&out.done())), Some(node));
    }
}
