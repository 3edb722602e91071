//! The log: requests one by one, as far as they can be told apart. What came in a minute with the same method, route,
//! status and duration (to two digits) is one row, with how many they were.

use super::cards::{Answer, class_name, method, status};
use super::{REQUESTS, route};
use crate::app::App;
use crate::chart::Unit;
use crate::date::Date;
use crate::form::{self, Kind};
use crate::format;
use crate::markup::{Element, element};
use crate::report::listing::{Listing, listing, opening};
use crate::report::parts::{answered, card as card_of, nothing};
use crate::report::{Measure, Record, Scope, measure, records, total_rows};
use crate::words::{fill, say};
use serde_json::{Value, json};

/// Rows of a page.
const ROWS: usize = 50;
/// Most rows that lie before a page.
const OFFSET_MAX: usize = 9_950;
/// The classes of statuses, with the pattern that their statuses match.
const CLASSES: [(&str, &str); 5] = [("2xx", "^2"), ("3xx", "^3"), ("4xx", "^4"), ("5xx", "^5"), ("0", "^0$")];
/// The methods that are offered.
const METHODS: [&str; 7] = ["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"];
/// Durations from which on requests can be asked for, in milliseconds.
const SLOW: [u32; 6] = [50, 100, 250, 500, 1_000, 5_000];

const TOOK: Measure =
    measure("p50", "Took", "How long such a request took; half of them, where they are several.", Unit::Milliseconds);

/// Asks for a page of the log, newest first. A day bounds what has to be looked at.
pub(super) fn question(app: &App, scope: &Scope) -> Value {
    let own = |name: &str| app.state.own(name).unwrap_or_default();
    let mut scope = scope.clone().search(&["event:route", "event:method"], own("q").trim());
    if let Some((_, pattern)) = CLASSES.iter().find(|(name, _)| *name == own("status")) {
        scope = scope.and(json!(["matches", "event:status", [pattern]]));
    }
    if METHODS.contains(&own("verb")) && route(app).is_none() {
        scope = scope.is("event:method", own("verb"));
    }
    if let Some(least) = slow(app) {
        scope = scope.and(json!(["matches", "event:measure", [at_least(least)]]));
    }
    let dimensions = ["time:minute", "event:method", "event:route", "event:status", "event:measure"];
    let mut question = scope.list(&["events", "p50"], &dimensions, "time:minute", ROWS);
    let page = Page::of(app);
    if let Some(fields) = question.as_object_mut() {
        fields.insert("date_range".to_owned(), page.range(app));
        fields.insert("pagination".to_owned(), json!({ "limit": ROWS, "offset": page.offset }));
    }
    question
}

/// The duration from which on requests are asked for, in milliseconds.
fn slow(app: &App) -> Option<u32> {
    let least = app.state.own("slow")?.parse::<u32>().ok()?;
    SLOW.into_iter().find(|offered| *offered == least)
}

/// The pattern of numbers, perhaps with decimals, that are no less than a whole one.
pub fn at_least(least: u32) -> String {
    let digits = least.to_string();
    let mut pattern = ["^(\\d{", &(digits.len() + 1).to_string(), ",}"].concat();
    for (place, digit) in digits.bytes().enumerate().filter(|(_, digit)| *digit < b'9') {
        let next = char::from(digit + 1);
        let rest = digits.len() - place - 1;
        let before = digits.get(..place).unwrap_or_default();
        pattern.push('|');
        pattern.push_str(before);
        pattern.push_str(&["[", &next.to_string(), "-9]"].concat());
        if rest > 0 {
            pattern.push_str(&["\\d{", &rest.to_string(), "}"].concat());
        }
    }
    [&pattern, "|", &digits, ")(\\.|$)"].concat()
}

/// A page of the log, by the cursor in the address: until when, and how many rows lie before it. The end stays where it
/// was when the first page was left, so that requests that come meanwhile push no row from one page to the next.
struct Page {
    until: Option<String>,
    offset: usize,
}

impl Page {
    fn of(app: &App) -> Self {
        let (until, offset) = app.state.own("log").and_then(|cursor| cursor.split_once('~')).unwrap_or_default();
        let is_moment = until.len() <= 40 && Date::parse(until.get(..10).unwrap_or_default()).is_some();
        let until = Some(until.to_owned()).filter(|_| is_moment);
        Self { until, offset: offset.parse::<usize>().unwrap_or(0).min(OFFSET_MAX) }
    }

    /// The day that is shown: the chosen one, else the last of the range; none for the last 24 hours.
    fn day(app: &App) -> Option<Date> {
        let chosen = app.state.own("day").and_then(Date::parse).filter(|day| *day <= app.clock.today);
        let range = app.state.range;
        let last = range.days(app.clock.today).map(|(_, last)| last.min(app.clock.today));
        chosen.or(last).or_else(|| (!range.has_before()).then_some(app.clock.today))
    }

    fn range(&self, app: &App) -> Value {
        match (Self::day(app), &self.until) {
            (Some(day), None) => json!([day.iso(), day.iso()]),
            (Some(day), _) if day != app.clock.today => json!([day.iso(), day.iso()]),
            (None, None) => json!("24h"),
            // Of today the present is the end, and what it begins with is old enough for any page.
            (_, Some(until)) => json!([app.clock.yesterday_so_far[0], until]),
        }
    }

    /// The cursor of another page.
    fn cursor(&self, app: &App, offset: usize) -> Option<String> {
        let until = self.until.as_deref().unwrap_or(&app.clock.now);
        (offset > 0).then(|| [until, "~", &offset.to_string()].concat())
    }
}

/// The log with its search and the way to older requests.
pub(super) fn card(app: &App, answer: Answer<'_>) -> Element {
    let note = say(
        "Newest first. Requests of one minute that are alike in route, status and duration (to two digits) are one row: visitors are not told apart.",
    );
    let page = Page::of(app);
    card_of("log", &say("Request log"), &note).child(form(app)).child(answered(answer, 9, |answer| {
        let rows = records(answer);
        if rows.is_empty() {
            return nothing(&say("No such request on this day."));
        }
        let head = |row: &Record| {
            let label = row.name(0);
            element("span")
                .class("row-subject")
                .child(element("time").class("row-time").with("title", label).text(label.get(11..16).unwrap_or(label)))
                .child(status(row.name(3)))
                .child(method(row.name(1)))
                .child(opening(app, &[("method", row.name(1)), ("route", row.name(2))], row.name(2)))
        };
        let table = Listing {
            sort: None,
            caption: &say("Requests, newest first"),
            subject: &say("Request"),
            measures: &[REQUESTS, TOOK],
            rows: &rows,
            head: &head,
            bars: false,
            judge: None,
            spark: None,
        };
        let shown = (page.offset + 1, page.offset + rows.len());
        element("div").class("listing-with-more").child(listing(app, &table)).child(pages(
            app,
            &page,
            shown,
            total_rows(answer),
        ))
    }))
}

fn pages(app: &App, page: &Page, (first, last): (usize, usize), all: usize) -> Element {
    let link = |offset: usize, label: String| {
        let href = app.state.with_own("log", page.cursor(app, offset).as_deref()).href();
        element("a").class("quiet").with("href", href).text(label)
    };
    let count = |number: usize| format::grouped(number as f64);
    let newer = (page.offset > 0).then(|| link(page.offset.saturating_sub(ROWS), say("Newer")));
    let older = (all > last && last <= OFFSET_MAX).then(|| link(last, say("Older")));
    let words = fill("{0} to {1} of {2}", &[&count(first), &count(last), &count(all)]);
    element("nav")
        .class("log-pages")
        .with("aria-label", say("Pages of the log"))
        .children(newer)
        .child(element("span").class("hint").text(words))
        .children(older)
}

/// What the log is searched by; another search begins with its first page.
fn form(app: &App) -> Element {
    let own = |name: &str| app.state.own(name).unwrap_or_default();
    let pick = |name: &'static str, all: Vec<(String, String)>| {
        let none = [(String::new(), say("All"))];
        let all: Vec<(String, String)> = none.into_iter().chain(all).collect();
        let options = all.iter().map(|(value, label)| (value.as_str(), label.clone()));
        form::select(name, options, own(name)).with("data-live", "")
    };
    let statuses = CLASSES.iter().enumerate().map(|(place, (name, _))| ((*name).to_owned(), class_name(place)));
    let methods = METHODS.map(|method| (method.to_owned(), method.to_owned()));
    let durations =
        SLOW.map(|least| (least.to_string(), fill("{0} or more", &[&Unit::Milliseconds.show(f64::from(least))])));
    let day = Page::day(app).map_or_else(String::new, Date::iso);
    let day = form::input("day", Kind::Text, &day).with("max", app.clock.today.iso()).with("data-live", "");
    // The kind of a text comes with its type; a date is picked.
    let day = day.with("type", "date");
    let search = form::input("q", Kind::Text, own("q")).with("data-live", "");
    let verbs = route(app).is_none().then(|| form::field(&say("Method"), pick("verb", methods.to_vec())));
    form::go(app, &["q", "status", "verb", "slow", "day", "log"])
        .class("view-form")
        .child(form::field(&say("Route or method contains"), search))
        .child(form::field(&say("Status"), pick("status", statuses.collect())))
        .children(verbs)
        .child(form::field(&say("Took"), pick("slow", durations.to_vec())))
        .child(form::field(&say("Day"), day))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample;

    #[test]
    fn patterns_take_numbers_from_a_least_one_on() {
        // Read as the engine reads them: the first alternative that fits, then a point or the end.
        assert_eq!(at_least(250), "^(\\d{4,}|[3-9]\\d{2}|2[6-9]\\d{1}|25[1-9]|250)(\\.|$)");
        assert_eq!(at_least(1_000), "^(\\d{5,}|[2-9]\\d{3}|1[1-9]\\d{2}|10[1-9]\\d{1}|100[1-9]|1000)(\\.|$)");
        assert_eq!(at_least(99), "^(\\d{3,}|99)(\\.|$)");
    }

    fn asked(query: &str) -> Value {
        let app = sample::empty_app(query);
        question(&app, &Scope::having(&app, "event:method"))
    }

    #[test]
    fn a_search_narrows_and_a_cursor_says_where_a_page_begins() {
        let all = asked("?view=requests&q=us&status=5xx&verb=POST&slow=500&day=2026-11-03");
        let filters = all["filters"].to_string();
        for filter in [
            r#"["matches","event:status",["^5"]]"#,
            r#"["is","event:method",["POST"]]"#,
            r#"["matches","event:measure",["^(\\d{4,}|"#,
        ] {
            assert!(filters.contains(filter), "{filter}: {filters}");
        }
        assert_eq!(all["date_range"], json!(["2026-11-03", "2026-11-03"]));
        for (query, range, offset) in [
            ("?view=requests", json!(["2026-11-21", "2026-11-21"]), 0),
            ("?view=requests&range=all", json!(["2026-11-21", "2026-11-21"]), 0),
            ("?view=requests&range=24h", json!("24h"), 0),
            ("?view=requests&range=yesterday", json!(["2026-11-20", "2026-11-20"]), 0),
            ("?view=requests&day=2027-01-01", json!(["2026-11-21", "2026-11-21"]), 0),
            ("?view=requests&log=2026-11-21T13:00:00Z~50", json!(["2026-11-19T23:00:00Z", "2026-11-21T13:00:00Z"]), 50),
            ("?view=requests&day=2026-11-03&log=2026-11-21T13:00:00Z~100", json!(["2026-11-03", "2026-11-03"]), 100),
            ("?view=requests&log=x~9999999", json!(["2026-11-21", "2026-11-21"]), OFFSET_MAX),
            ("?view=requests&log=", json!(["2026-11-21", "2026-11-21"]), 0),
        ] {
            let question = asked(query);
            assert_eq!(
                (&question["date_range"], &question["pagination"]["offset"]),
                (&range, &json!(offset)),
                "{query}"
            );
        }
    }

    #[test]
    fn pages_lead_to_older_and_newer_ones() {
        let rows: Vec<Value> = (0..ROWS)
            .map(|_| json!({ "dimensions": ["2026-11-21 13:04:00", "GET", "/a", "200", "180"], "metrics": [1, 181] }))
            .collect();
        let answer = json!({ "results": rows, "meta": { "total_rows": 120 } });
        for (query, words, links) in [
            ("?view=requests", "1 to 50 of 120", &["log=2026-11-21T13%3A05%3A00Z%7E50"][..]),
            (
                "?view=requests&log=2026-11-21T12:00:00Z~50",
                "51 to 100 of 120",
                &["log=2026-11-21T12%3A00%3A00Z%7E100", "href=\"?view=requests\""],
            ),
        ] {
            let app = sample::empty_app(query);
            let html = crate::markup::Node::from(card(&app, Some(Ok(&answer)))).html();
            assert!(html.contains(words) && links.iter().all(|link| html.contains(link)), "{html}");
        }
    }
}
