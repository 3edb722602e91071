//! The first steps of a site: what to put where, a look-out for the first visit, what to look at when none comes, and a
//! short moment when it does.

mod snippets;

use super::outcomes::words as outcome_words;
use super::{Answers, Request, View};
use crate::app::App;
use crate::date::Date;
use crate::dimension::Dimension;
use crate::form;
use crate::markup::{Element, element};
use crate::panel::shown_name;
use crate::state::State;
use crate::words::{fill, plural, say};
use form_urlencoded::byte_serialize;
use serde_json::{Value, json};
use snippets::Way;

/// The address's parameter that says since when the first visit is awaited, as RFC 3339.
const SINCE: &str = "since";
/// Whoever waits longer is told what may be wrong.
const PATIENCE_S: i64 = 60;

/// What is shown instead of the numbers of a site that has none: from now on the first visit is awaited. None where there
/// are numbers, or something else is looked at.
pub fn first_steps(app: &App) -> Option<State> {
    let is_empty = app.data.counting == Some(false) && app.state.view == View::Overview && !app.state.adding_site;
    let steps = || app.state.to_view(View::Install).but(|state| state.filters.clear());
    is_empty.then(|| steps().with_own(SINCE, Some(&app.clock.now)))
}

/// Asks whether anything came, of the first visit what it saw and from where, and what was not counted.
pub fn requests(app: &App) -> Vec<Request> {
    let site = app.site_wanted().unwrap_or_default();
    let asked = |dimensions: Value| {
        json!({
            "site_id": site, "metrics": ["events"], "date_range": "all", "filters": [], "dimensions": dimensions,
            "pagination": { "limit": 1, "offset": 0 },
        })
    };
    let queries = [json!([]), json!(["event:page"]), json!(["visit:country"])].map(asked);
    let encoded: String = byte_serialize(site.as_bytes()).collect();
    vec![
        Request::post("/api/v2/query", &json!({ "queries": queries })),
        Request::get(["/api/v1/outcomes?site=", &encoded].concat()),
    ]
}

/// What to do, and what came of it.
pub fn content(app: &App, answers: &Answers) -> Element {
    let since = app.state.own(SINCE);
    let came = first(answers, 0, "metrics").and_then(Value::as_f64).unwrap_or(0.0) > 0.0;
    let page = element("div").class("first-steps").with("data-panel", "install");
    match since {
        Some(_) if came => page.child(arrived(app, answers)),
        Some(since) => page.child(how(app)).child(waiting(app, answers, since)),
        None => page.child(how(app)),
    }
}

/// The first number or name of the only row of a query.
fn first<'a>(answers: &'a Answers, query: usize, of: &str) -> Option<&'a Value> {
    answers.query(0, query)?.ok()?.get("results")?.get(0)?.get(of)?.get(0)
}

/// What to put where, in the way that is chosen.
fn how(app: &App) -> Element {
    let site = app.site_wanted().unwrap_or_default();
    let chosen = Way::named(app.state.own("with"));
    let tabs = Way::ALL.into_iter().map(|way| {
        let href = app.state.with_own("with", Some(way.name())).href();
        let link = element("a").with("href", href).with_if(way == chosen, "aria-current", "page");
        element("li").child(link.text(way.label()))
    });
    let tabs =
        element("nav").class("parts").with("aria-label", say("Ways to install")).child(element("ul").children(tabs));
    let steps = chosen.steps(&app.origin, &site).into_iter().enumerate().map(|(index, (text, code))| {
        let id = if index == 0 && chosen == Way::Html {
            "snippet".to_owned()
        } else {
            ["snippet-", &index.to_string()].concat()
        };
        element("li").child(element("p").text(text)).child(form::copyable(app, &id, &code))
    });
    element("section")
        .class("card view-card")
        .child(element("h2").text(fill("Count visits of {0}", &[&site])))
        .child(tabs)
        .child(element("ol").class("steps-list").children(steps))
        .children(chosen.note().map(|note| element("p").class("hint").text(note)))
}

/// The look-out, with what is known of why nothing came.
fn waiting(app: &App, answers: &Answers, since: &str) -> Element {
    let card = element("section")
        .class("card view-card look-out")
        .child(
            element("header")
                .child(element("h2").text(say("Waiting for the first visit")))
                .child(element("span").class("pulse").with("aria-hidden", "true")),
        )
        .child(
            element("p")
                .class("lead")
                .with("role", "status")
                .text(say("Open the site in another tab: the visit appears here by itself, within seconds.")),
        );
    let not_counted = refused(app, answers);
    let is_late = seconds(&app.clock.now).zip(seconds(since)).is_none_or(|(now, since)| now - since >= PATIENCE_S);
    if not_counted.is_none() && !is_late && app.state.own("help").is_none() {
        let href = app.state.with_own("help", Some("1")).href();
        return card
            .child(element("p").child(element("a").class("quiet").with("href", href).text(say("Nothing comes?"))));
    }
    card.children(not_counted).child(help(app))
}

/// What came and was not counted, with the most frequent reason; none where nothing came.
fn refused(app: &App, answers: &Answers) -> Option<Element> {
    let answer = answers.get(1)?.as_ref().ok()?;
    let rows = answer.get("outcomes")?.as_array()?;
    let count = |row: &Value| row.get("count").and_then(Value::as_f64).unwrap_or(0.0);
    let text = |row: &'_ Value, field| row.get(field).and_then(Value::as_str).unwrap_or_default().to_owned();
    let most = rows.iter().filter(|row| text(row, "outcome") != "accepted" && count(row) > 0.0);
    let most = most.max_by(|a, b| count(a).total_cmp(&count(b)))?;
    let (what, why) = outcome_words(&text(most, "outcome"), &text(most, "reason"));
    let words = fill(
        "{0} came, but not as a visit that counts. {1}: {2}.",
        &[&plural(count(most), "{0} event", "{0} events"), &what, &why],
    );
    let link =
        element("a").class("quiet").with("href", app.state.to_view(View::Outcomes).href()).text(say("All reasons"));
    Some(element("div").class("problem").child(element("p").text(words)).child(link))
}

/// What may be wrong, the likeliest first.
fn help(app: &App) -> Element {
    let site = app.site_wanted().unwrap_or_default();
    let reasons = [
        (
            say("An ad blocker keeps the request back."),
            say(
                "Try a window without one. For your visitors, let your own server pass the script and its address /e on to this one.",
            ),
        ),
        (
            say("A Content-Security-Policy forbids it."),
            fill(
                "The site's policy has to name {0} in script-src and connect-src; the browser's console says so.",
                &[&app.origin],
            ),
        ),
        (
            say("The tag names another site."),
            fill(
                "data-site has to be {0}, as it was added here. What came for other sites is in none of them.",
                &[&site],
            ),
        ),
        (
            say("The page is on your own machine."),
            say("Visits of localhost are not counted, unless the tag has data-local."),
        ),
        (
            say("The browser asks not to be counted."),
            say("Global Privacy Control is respected always, Do Not Track where the tag has data-dnt."),
        ),
        (
            say("The page that is served is an older one."),
            say("Deploy, empty caches, and look for the line in the page's source."),
        ),
    ];
    let items =
        reasons.map(|(what, then)| element("li").child(element("strong").text(what)).child(element("span").text(then)));
    element("div")
        .class("help")
        .child(element("h3").text(say("What to look at when nothing comes")))
        .child(element("ul").children(items))
}

/// The moment in which it works.
fn arrived(app: &App, answers: &Answers) -> Element {
    let name = |query| first(answers, query, "dimensions").and_then(Value::as_str).filter(|name| !name.is_empty());
    let page = name(1).unwrap_or("/");
    let words = match name(2).filter(|code| *code != "(not set)") {
        Some(code) => fill("Somebody from {1} looks at {0}.", &[page, &shown_name(app, Dimension::Country, code)]),
        None => fill("Somebody looks at {0}.", &[page]),
    };
    element("section")
        .class("card view-card arrived")
        .child(
            element("svg")
                .class("arrived-mark")
                .with("viewBox", "0 0 48 48")
                .with("aria-hidden", "true")
                .child(element("circle").with("cx", "24").with("cy", "24").with("r", "21"))
                .child(element("path").with("d", "m15 24.5 6.5 6.5L34 18")),
        )
        .child(element("h2").text(say("The first visit is here")))
        .child(element("p").class("lead").with("role", "status").text(words))
        .child(
            element("a")
                .class("button primary")
                .with("href", app.state.to_view(View::Overview).href())
                .text(say("See the numbers")),
        )
}

/// Seconds since 1970 of an instant in UTC, as the clock writes it.
fn seconds(instant: &str) -> Option<i64> {
    let days = i64::from(Date::parse("1970-01-01")?.days_to(Date::parse(instant)?)) - 1;
    let part = |from, to| instant.get(from..to)?.parse::<i64>().ok();
    Some(((days * 24 + part(11, 13)?) * 60 + part(14, 16)?) * 60 + part(17, 19)?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::markup::Node;
    use crate::sample;
    use crate::wire::{Reader, Writer};

    const WAITING: &str = "?view=install&site=shop.example&since=2026-11-21T13:04:30.000Z";

    fn answers(events: u32, page: &str, outcomes: Value) -> Answers {
        let row = |name: &str| json!({ "results": [{ "dimensions": [name], "metrics": [events] }] });
        let results = json!({ "results": [row(""), row(page), row("DE")] });
        Answers { asked: vec![Some(Ok(results)), Some(Ok(json!({ "outcomes": outcomes })))], sent: None }
    }

    fn html(query: &str, answers: &Answers) -> String {
        let mut app = sample::app(query);
        app.countries.push(("DE".into(), "Germany".into()));
        Node::from(content(&app, answers)).html()
    }

    #[test]
    fn each_way_has_its_snippet_for_this_site_and_this_server() {
        for (way, text) in [
            (
                "html",
                "&lt;script defer src=&quot;https://stats.example/p.js&quot; data-site=&quot;shop.example&quot;&gt;&lt;/script&gt;",
            ),
            ("react", "init({ site: &quot;shop.example&quot;, api: &quot;https://stats.example/e&quot; })"),
            ("vue", "{ site: &quot;shop.example&quot;, api: &quot;https://stats.example/e&quot; }"),
            ("svelte", "@passerby/svelte"),
            ("vite", "src: &quot;https://stats.example/p.js&quot;"),
            ("node", "url: &quot;https://stats.example&quot;"),
            ("cli", "https://stats.example/api/v1/events"),
        ] {
            let page = html(&["?view=install&site=shop.example&with=", way].concat(), &Answers::default());
            assert!(page.contains(text), "{way}: {page}");
            assert!(!page.contains("Waiting for"), "nobody waits who has come to look at a snippet");
        }
    }

    #[test]
    fn a_site_without_numbers_leads_here() {
        let mut app = sample::app("?site=shop.example&range=today&f=is.os.Linux");
        assert_eq!(first_steps(&app), None);
        app.data.counting = Some(false);
        let state = first_steps(&app).unwrap();
        assert_eq!(state.href(), "?view=install&site=shop.example&range=today&since=2026-11-21T13%3A05%3A00Z");
        app.state = state;
        assert_eq!(first_steps(&app), None);
    }

    #[test]
    fn after_a_minute_or_when_asked_it_says_what_may_be_wrong() {
        let none = answers(0, "", json!([]));
        // The sample's clock stands at 13:05:00.
        for (since, helps) in [("13:04:30", false), ("13:04:00", true), ("13:03:00", true), ("nonsense", true)] {
            let query = ["?view=install&since=2026-11-21T", since, ".000Z"].concat();
            assert_eq!(html(&query, &none).contains("Content-Security-Policy"), helps, "{since}");
        }
        assert!(html(&[WAITING, "&help=1"].concat(), &none).contains("ad blocker"));
    }

    #[test]
    fn what_came_and_was_not_counted_is_said_at_once() {
        let outcomes = json!([
            { "outcome": "filtered", "reason": "gpc", "count": 2 },
            { "outcome": "invalid", "reason": "bad_url", "count": 1 },
            { "outcome": "too_old", "reason": "too_old", "count": 0 },
        ]);
        let page = html(WAITING, &answers(0, "", outcomes));
        assert!(page.contains("2 events came, but not as a visit that counts. Left out on purpose: "), "{page}");
        assert!(page.contains("(Global Privacy Control)."), "{page}");
    }

    #[test]
    fn the_first_visit_is_greeted_with_its_page_and_country() {
        let page = html(WAITING, &answers(1, "/first", json!([])));
        assert!(
            page.contains("Somebody from Germany looks at /first.") && page.contains("href=\"?site=shop.example\""),
            "{page}"
        );
        assert!(!page.contains("Waiting"), "{page}");
    }

    #[test]
    fn hostile_pages_stay_text_and_cross_to_the_page() {
        let hostile = "\"><script>alert(1)</script><img src=x onerror=alert(1)>";
        for events in [0, 1] {
            let mut app = sample::empty_app(WAITING);
            app.state.site = Some(hostile.into());
            app.origin = hostile.into();
            let outcomes = json!([{ "outcome": hostile, "reason": hostile, "count": 1 }]);
            let node = Node::from(content(&app, &answers(events, hostile, outcomes)));
            let html = node.html();
            assert!(!html.contains("<script") && !html.contains("<img"), "{html}");
            let mut out = Writer::default();
            node.to_wire(&mut out);
            assert_eq!(Node::from_wire(&mut Reader::new(&out.done())), Some(node));
        }
    }
}
