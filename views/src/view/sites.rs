//! All sites of the reader side by side: how many come to each, since when more or fewer, and who is there now.

use super::{Answers, Request};
use crate::app::{App, Site};
use crate::chart::spark::spark;
use crate::date::Date;
use crate::form;
use crate::format;
use crate::headline::change;
use crate::markup::{Element, element};
use crate::metric::Metric;
use crate::problem::problem;
use crate::skeleton;
use crate::state::State;
use crate::words::{fill, plural, say};
use serde_json::{Value, json};

/// Most sites that are asked for their numbers; others have a link all the same.
const COUNTED_MAX: usize = 24;
/// So many sites are too many to be seen at a glance.
const TOOLS_FROM: usize = 4;

/// Asks each site for its visitors, with what they are compared with, over time, and of the last five minutes.
pub fn requests(app: &App) -> Vec<Request> {
    let range = app.state.range;
    let bucket = range.intervals(app.clock.today).first().map_or("day", |interval| interval.name());
    let time = ["time:", bucket].concat();
    let of = |site: &Site| {
        let question = |more: &[(&str, Value)]| {
            let mut query = json!({
                "site_id": site.domain,
                "metrics": ["visitors"],
                "date_range": range.query(app.clock.today),
            });
            if let Some(fields) = query.as_object_mut() {
                fields.extend(more.iter().map(|(name, value)| ((*name).to_owned(), value.clone())));
            }
            query
        };
        let comparison = crate::compare::query(&app.state.but(|state| state.range = range), &app.clock, false);
        let include = comparison.map(|comparison| ("include", json!({ "comparisons": comparison })));
        let over_time = [("dimensions", json!([time])), ("include", json!({ "time_labels": true }))];
        let present = [("date_range", json!([app.clock.just_before, app.clock.now]))];
        let queries = [question(include.as_slice()), question(&over_time), question(&present)];
        Request::post("/api/v2/query", &json!({ "queries": queries }))
    };
    found(app).take(COUNTED_MAX).map(of).collect()
}

/// The sites whose domain or label contains what is searched for; all if that is nothing.
fn found(app: &App) -> impl Iterator<Item = &Site> {
    let wanted = app.state.own("q").unwrap_or_default().trim().to_lowercase();
    app.sites.iter().filter(move |site| {
        let label = site.label.as_deref().unwrap_or_default();
        site.domain.to_lowercase().contains(&wanted) || label.to_lowercase().contains(&wanted)
    })
}

/// The visitors that an answer tells of a site, and those of the time before.
fn visitors(answers: &Answers, index: usize) -> Option<(f64, Option<f64>)> {
    let answer = answers.query(index, 0)?.ok()?;
    let before = row(answer).and_then(|row| row.get("comparison")?.get("metrics")?.get(0)?.as_f64());
    Some((number(answer).unwrap_or(0.0), before))
}

/// Whether the answers at this place are of this site: while another search is being answered, they are of those before.
fn is_of(answers: &Answers, index: usize, site: &Site) -> bool {
    let answer = answers.query(index, 0).and_then(Result::ok);
    let echo = answer.and_then(|answer| answer.get("query")?.get("site_id")?.as_str());
    echo.is_none_or(|domain| domain == site.domain)
}

/// By what the cards are ordered: a number by which those with more come first, none for the order of names.
fn rank(order: &str, (now, before): (f64, Option<f64>)) -> Option<f64> {
    match order {
        "visitors" => Some(now),
        "change" => before.filter(|before| *before > 0.0).map(|before| (now - before) / before),
        _ => None,
    }
}

/// The search, and the choice of an order, for those who have more than a few.
fn tools(app: &App, order: &str) -> Element {
    let search = form::input("q", form::Kind::Text, app.state.own("q").unwrap_or_default())
        .with("type", "search")
        .with("placeholder", say("Find a site"))
        .with("aria-label", say("Find a site"))
        .with("data-live", "");
    let choices = [("", say("By name")), ("visitors", say("Most visitors")), ("change", say("Greatest rise"))];
    let links = choices.map(|(name, label)| {
        let href = app.state.with_own("order", Some(name).filter(|name| !name.is_empty())).href();
        element("a").with("href", href).with_if(name == order, "aria-current", "true").text(label)
    });
    let order = element("div").class("segments").with("role", "group").with("aria-label", say("Order")).children(links);
    element("div").class("sites-tools").child(form::go(app, &["q"]).class("find").child(search)).child(order)
}

/// A card for each site.
pub fn content(app: &App, answers: &Answers) -> Element {
    let add = app.state.but(|state| state.adding_site = true).href();
    let order = app.state.own("order").unwrap_or_default();
    let mut all: Vec<(usize, &Site)> = found(app).enumerate().collect();
    let rank_of = |(index, site): &(usize, &Site)| {
        let numbers = Some(*index).filter(|index| is_of(answers, *index, site));
        numbers.and_then(|index| rank(order, visitors(answers, index)?))
    };
    all.sort_by(|left, right| {
        let (left, right) = (rank_of(left), rank_of(right));
        right.unwrap_or(f64::NEG_INFINITY).total_cmp(&left.unwrap_or(f64::NEG_INFINITY))
    });
    let nothing = all.is_empty().then(|| element("p").class("nothing").text(say("No site of this name.")));
    let cards = all.into_iter().map(|(index, site)| {
        let none = Answers::default();
        let answers = if is_of(answers, index, site) { answers } else { &none };
        let counted = (index < COUNTED_MAX).then_some(index);
        element("li").child(card(app, site, counted, answers))
    });
    let of = fill("{0} · {1}", &[&plural(app.sites.len() as f64, "{0} site", "{0} sites"), &app.state.range.label()]);
    let head = element("div")
        .class("sites-head")
        .child(element("p").class("lead").text(of))
        .child(element("a").class("button").with("href", add).text(say("Add a site")));
    element("div")
        .class("sites")
        .with("data-panel", "sites")
        .child(head)
        .children((app.sites.len() >= TOOLS_FROM).then(|| tools(app, order)))
        .children(nothing)
        .child(element("ul").class("site-cards").children(cards))
}

fn card(app: &App, site: &Site, index: Option<usize>, answers: &Answers) -> Element {
    let State { range, compare, .. } = app.state;
    let state = State { site: Some(site.domain.clone()), range, compare, ..app.state.afresh() };
    let label = site.label.as_ref().map(|label| element("span").class("site-of").text(label));
    let name = element("span").class("site-name").child(element("strong").text(&site.domain)).children(label);
    let link = element("a").class("card site-card").with("href", state.href()).with("data-row", &site.domain);
    let Some(index) = index else { return link.child(name) };
    let query = |query: usize| answers.query(index, query);
    let present = query(2).and_then(Result::ok).and_then(number).filter(|visitors| *visitors > 0.0);
    let present = present.map(|visitors| {
        element("span")
            .class("present")
            .with("title", say("Visitors of the last five minutes"))
            .child(element("span").class("live live-on").with("aria-hidden", "true"))
            .text(fill("{0} now", &[&format::count(visitors)]))
    });
    let link = link.child(element("span").class("site-top").child(name).children(present));
    match query(0) {
        None => link.child(skeleton::number()),
        Some(Err(why)) => link.child(problem(&why)),
        Some(Ok(_)) => {
            let (visitors, before) = visitors(answers, index).unwrap_or_default();
            let value = element("strong").class("figure-value").with("data-value", format::exact(visitors));
            let words = if visitors.round() as i64 == 1 { say("visitor") } else { say("visitors") };
            let figure = element("span")
                .class("site-figure")
                .with("title", say(Metric::Visitors.meaning()))
                .child(value.text(format::count(visitors)))
                .child(element("span").class("site-unit").text(words))
                .children(change(Metric::Visitors, Some(visitors), before));
            let values = query(1).and_then(Result::ok).map(|answer| series(answer, app.clock.today));
            let label = fill("Visitors of {0} over time", &[&site.domain]);
            link.child(figure).children(values.map(|values| spark(&values, &label)))
        }
    }
}

fn row(answer: &Value) -> Option<&Value> {
    answer.get("results")?.get(0)
}

fn number(answer: &Value) -> Option<f64> {
    row(answer)?.get("metrics")?.get(0)?.as_f64()
}

/// A value for each bucket up to today; a bucket without a row had nobody.
fn series(answer: &Value, today: Date) -> Vec<Option<f64>> {
    let rows = answer.get("results").and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
    let labels = answer.get("meta").and_then(|meta| meta.get("time_labels")).and_then(Value::as_array);
    let begun = labels
        .into_iter()
        .flatten()
        .filter(|label| label.as_str().and_then(Date::parse).is_none_or(|date| date <= today));
    let value = |label: &Value| {
        let row = rows.iter().find(|row| row.get("dimensions").and_then(|all| all.get(0)) == Some(label));
        Some(row.and_then(|row| row.get("metrics")?.get(0)?.as_f64()).unwrap_or(0.0))
    };
    begun.map(value).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::markup::Node;
    use crate::sample;
    use crate::wire::{Reader, Writer};

    fn answers(text: &str) -> Answers {
        let one = json!({ "results": [
            { "results": [{ "dimensions": [], "metrics": [1500], "comparison": { "metrics": [1000] } }] },
            { "results": [{ "dimensions": ["2026-11-20"], "metrics": [9] }], "meta": { "time_labels": ["2026-11-20", "2026-11-21", "2026-11-29"] } },
            { "results": [{ "dimensions": [], "metrics": [3] }] },
        ]});
        let other = json!({ "results": [{ "error": text, "hint": "Try again." }, {}, { "results": [] }] });
        Answers { asked: vec![Some(Ok(one)), Some(Ok(other))], sent: None }
    }

    #[test]
    fn each_site_is_asked_in_one_request() {
        let app = sample::empty_app("?view=sites&range=last-7-days&f=is.os.Linux");
        let asked = requests(&app);
        assert_eq!(asked.len(), 2);
        assert_eq!(
            asked[1].body,
            r#"{"queries":[{"date_range":["2026-11-15","2026-11-21"],"include":{"comparisons":{"mode":"previous_period"}},"metrics":["visitors"],"site_id":"demo.example"},{"date_range":["2026-11-15","2026-11-21"],"dimensions":["time:day"],"include":{"time_labels":true},"metrics":["visitors"],"site_id":"demo.example"},{"date_range":["2026-11-21T13:00:00Z","2026-11-21T13:05:00Z"],"metrics":["visitors"],"site_id":"demo.example"}]}"#
        );
    }

    #[test]
    fn each_site_has_its_numbers_or_says_why_not() {
        let app = sample::empty_app("?view=sites&range=last-7-days");
        let html = Node::from(content(&app, &answers("Busy."))).html();
        for text in [
            "2 sites · Last 7 days",
            "href=\"?site=shop.example&amp;range=last-7-days\"",
            "data-value=\"1500\"",
            "50%",
            "3 now",
            "Busy.",
        ] {
            assert!(html.contains(text), "{text}: {html}");
        }
        assert_eq!(series(answers("").query(0, 1).unwrap().unwrap(), app.clock.today), [Some(9.0), Some(0.0)]);
        assert!(!html.contains("0 now"));
    }

    #[test]
    fn many_sites_are_all_named_and_few_are_asked() {
        let mut app = sample::empty_app("?view=sites");
        app.sites = (0..40).map(|_| app.sites[0].clone()).collect();
        assert_eq!(requests(&app).len(), COUNTED_MAX);
        let html = Node::from(content(&app, &Answers::default())).html();
        assert_eq!(html.matches("class=\"card site-card\"").count(), 40);
    }

    #[test]
    fn many_sites_are_searched_and_ordered() {
        let mut app = sample::empty_app("?view=sites&q=LOG");
        let site = |domain: &str, label: Option<&str>| Site {
            domain: domain.into(),
            timezone: "UTC".into(),
            label: label.map(str::to_owned),
        };
        app.sites = vec![
            site("a.example", None),
            site("blog.example", None),
            site("c.example", Some("The weblog")),
            site("d.example", Some("Logs")),
        ];
        app.stale = false;
        let asked: Vec<bool> = requests(&app).iter().map(|request| request.body.contains("a.example")).collect();
        assert_eq!(asked, [false, false, false], "only those that are found are asked");
        let counted = |visitors: u32, before: u32| {
            let row = json!({ "metrics": [visitors], "comparison": { "metrics": [before] } });
            Some(Ok(json!({ "results": [{ "results": [row] }] })))
        };
        let answers = Answers { asked: vec![counted(10, 5), counted(30, 60), counted(20, 0)], sent: None };
        for (query, expected) in [
            ("?view=sites&q=LOG", ["blog", "c", "d"]),
            ("?view=sites&q=LOG&order=visitors", ["c", "d", "blog"]),
            ("?view=sites&q=LOG&order=change", ["blog", "c", "d"]),
        ] {
            app.state = State::parse(query);
            let html = Node::from(content(&app, &answers)).html();
            let order: Vec<&str> =
                html.split("data-row=\"").skip(1).map(|rest| rest.split('.').next().unwrap()).collect();
            assert_eq!(order, expected, "{query}");
        }
        app.state = State::parse("?view=sites&q=nothing");
        assert!(Node::from(content(&app, &Answers::default())).html().contains("No site of this name."));
    }

    #[test]
    fn hostile_names_stay_text_and_cross_to_the_page() {
        let hostile = "\"><script>alert(1)</script><img src=x onerror=alert(1)>";
        let mut app = sample::empty_app("?view=sites");
        app.sites[0].domain = hostile.into();
        app.sites[0].label = Some(hostile.into());
        let node = Node::from(content(&app, &answers(hostile)));
        let html = node.html();
        assert!(!html.contains("<script") && !html.contains("<img"), "{html}");
        let mut out = Writer::default();
        node.to_wire(&mut out);
        assert_eq!(Node::from_wire(&mut Reader::new(&out.done())), Some(node));
    }
}
