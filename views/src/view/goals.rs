//! Goals: how many visitors reached each, what it brought, and for one of them where and by whom it was reached.

use super::figures::{Head, cell, change, entry, figures, row, value};
use super::reading::{before, dimension, filters_and, include, list, metric, rows, site_path, text, time_dimension};
use super::{Answers, Request};
use crate::answer::Problem;
use crate::app::App;
use crate::chart::Unit;
use crate::chart::spark::spark;
use crate::dimension::Dimension;
use crate::form::{self, Kind};
use crate::format;
use crate::icon::{Icon, icon};
use crate::markup::{Element, element};
use crate::panel::{code, filter_link, shown_name};
use crate::problem::problem;
use crate::skeleton;
use crate::words::{fill, plural, say};
use serde_json::{Value, json};

/// Rows of each list of an opened goal.
const ROWS: usize = 9;
/// Of each goal, in this order.
const METRICS: [&str; 5] = ["visitors", "events", "conversion_rate", "total_revenue", "average_revenue"];
/// What an opened goal is broken down by, beside a property.
const LISTS: [Dimension; 3] = [Dimension::Page, Dimension::Source, Dimension::Country];
/// What the tracker tells of its own events, by the names that these have.
const KNOWN_PROPS: [(&str, &str); 4] =
    [("Outbound Link: Click", "url"), ("File Download", "url"), ("Form: Submission", "path"), ("404", "path")];

/// The property by which the opened goal is broken down.
fn prop(app: &App) -> Option<&str> {
    let goal = app.state.own("goal")?;
    let known = || KNOWN_PROPS.into_iter().find(|(name, _)| *name == goal).map(|(_, prop)| prop);
    app.state.own("prop").or_else(known).map(str::trim).filter(|prop| !prop.is_empty())
}

/// Asks for the site's goals, what they did, and all about the one that is opened.
pub fn requests(app: &App) -> Vec<Request> {
    let mut queries = vec![
        json!({ "metrics": METRICS, "dimensions": ["event:goal"], "include": include(app) }),
        json!({
            "metrics": ["visitors"],
            "dimensions": [time_dimension(app), "event:goal"],
            "include": { "time_labels": true },
        }),
    ];
    if let Some(goal) = app.state.own("goal") {
        let filters = filters_and(app, json!(["is", "event:goal", [goal]]));
        let limit = json!({ "limit": ROWS, "offset": 0 });
        queries.extend(LISTS.map(|dimension| {
            json!({
                "metrics": ["visitors", "group_conversion_rate"],
                "dimensions": [dimension.query()],
                "filters": filters,
                "pagination": limit,
            })
        }));
        queries.extend(prop(app).map(|prop| {
            let prop = ["event:props:", prop].concat();
            json!({
                "metrics": ["visitors", "events"],
                "dimensions": [prop],
                "filters": filters,
                "pagination": limit,
            })
        }));
    }
    vec![Request::get(site_path(app, "")), Request::queries(app, queries)]
}

/// The table of goals, and the opened one below it.
pub fn content(app: &App, answers: &Answers) -> Element {
    let card = element("section").class("card view-card").with("data-panel", "goals");
    let settings = match answers.get(0) {
        None => return card.child(skeleton::rows(6)),
        Some(Err(why)) => return card.child(problem(why)),
        Some(Ok(settings)) => settings,
    };
    let goals = list(settings, "goals");
    if goals.is_empty() {
        return card.child(nothing(app));
    }
    let table = match answers.query(1, 0) {
        None => skeleton::rows(6),
        Some(Err(why)) => problem(&why),
        Some(Ok(answer)) => table(app, goals, answer, answers.query(1, 1)),
    };
    let opened = app.state.own("goal").and_then(|name| goals.iter().find(|goal| text(goal, "display_name") == name));
    let opened = opened.map(|goal| opened_goal(app, goal, answers));
    element("div").class("view-parts").child(card.child(table)).children(opened)
}

/// What to do where there are no goals.
fn nothing(app: &App) -> Element {
    // Another view of the same site, named by its address.
    let settings = form::go(app, &["view", "goal", "prop"])
        .child(form::hidden("view", "settings"))
        .child(form::hidden("part", "goals"))
        .child(form::button(app, &say("Add a goal"), true));
    element("div")
        .class("view-empty")
        .child(element("h2").text(say("No goals yet")))
        .child(element("p").class("lead").text(say(
            "A goal is what you hope that visitors do: an event such as a sign-up, a page such as a receipt, or reading \
             an article to its end. Passerby counts it from all events that were already sent.",
        )))
        .child(settings)
}

fn table(app: &App, goals: &[Value], answer: &Value, trend: Option<Result<&Value, Problem>>) -> Element {
    let name = |goal: &&Value| text(goal, "display_name").to_owned();
    let found = |name: &str| rows(answer).iter().find(|row| dimension(row, 0) == name);
    let mut names: Vec<(String, Option<&Value>)> =
        goals.iter().map(|goal| name(&goal)).map(|name| (name.clone(), found(&name))).collect();
    let visitors = |row: Option<&Value>| row.and_then(|row| metric(row, 0)).unwrap_or(0.0);
    names.sort_by(|left, right| visitors(right.1).total_cmp(&visitors(left.1)));
    let most = names.iter().map(|(_, row)| visitors(*row)).fold(1.0, f64::max);
    let compared = rows(answer).iter().any(|row| before(row, 0).is_some_and(|before| before > 0.0));
    let money = goals.iter().any(|goal| !text(goal, "currency").is_empty());
    let mut heads = vec![
        Head::new(say("Goal"), String::new()),
        Head::new(say("Visitors"), say("Different visitors that reached the goal at least once.")),
        Head::new(
            say("Conversions"),
            say("How often the goal was reached, repeats included. Goals of reading have none."),
        ),
        Head::new(say("Rate"), say("Visitors that reached the goal, of all visitors that the page shows.")),
    ];
    if money {
        heads.push(Head::new(say("Revenue"), say("What the conversions brought, in the goal's currency.")));
        heads.push(Head::new(say("Average"), say("Revenue of a conversion that brought some.")));
    }
    heads.push(Head::new(say("Trend"), say("Visitors that reached the goal, over the days that the page shows.")));
    let body = names.iter().map(|(name, row)| {
        let number = |place| row.and_then(|row| metric(row, place));
        let earlier = |place| row.and_then(|row| before(row, place));
        let with_change = |place: usize, show: fn(f64) -> String, is_percentage| {
            let shown = element("td").text(number(place).map_or_else(|| show(0.0), show));
            // Where others have a change this one has its place, so that the numbers stand below one another.
            let none = compared.then(|| element("span").class("change"));
            shown.children(change(number(place), earlier(place), is_percentage).or(none))
        };
        let open = app.state.own("goal") == Some(name);
        let to = app.state.with_own("prop", None).with_own("goal", Some(name).filter(|_| !open).map(String::as_str));
        let link = element("a").with("href", to.href()).with_if(open, "aria-current", "true");
        let link = link.with("title", name.as_str()).with("data-name", name.as_str()).text(name);
        let mut cells = vec![
            with_change(0, format::grouped, false),
            with_change(1, format::grouped, false),
            with_change(2, |rate| Unit::Percent.show_exactly(rate), true),
        ];
        if money {
            cells.extend([3, 4].map(|place| amount(*row, place)));
        }
        cells.push(element("td").children(line(name, trend.as_ref())));
        self::row(link, Some(visitors(*row) / most), cells)
    });
    figures(&say("What each goal brought"), &heads, body)
}

/// A row's money.
fn amount(row: Option<&Value>, place: usize) -> Element {
    let money = row.and_then(|row| row.get("metrics")).and_then(|all| all.get(place));
    let value = money.and_then(|money| money.get("value")?.as_f64());
    let shown = |name| Some(format::money(value?, money?.get(name)?.as_str()?));
    // Below a thousand a short form would only leave cents away.
    let name = if value.is_some_and(|value| value.abs() < 1000.0) { "long" } else { "short" };
    match shown(name).zip(shown("long")) {
        Some((text, long)) => cell(&text).with("title", long),
        None => cell("–"),
    }
}

/// A goal's visitors over time.
fn line(name: &str, trend: Option<&Result<&Value, Problem>>) -> Option<Element> {
    let Some(Ok(answer)) = trend else { return None };
    let mut rows = rows(answer).iter().filter(|row| dimension(row, 1) == name).peekable();
    // Labels repeat when the clocks go back, so rows and labels are walked side by side.
    let labels = answer.get("meta").map(|meta| list(meta, "time_labels")).unwrap_or_default();
    let values: Vec<Option<f64>> = labels
        .iter()
        .map(|label| {
            let row = rows.next_if(|row| label.as_str() == Some(dimension(row, 0)));
            Some(row.and_then(|row| metric(row, 0)).unwrap_or(0.0))
        })
        .collect();
    let most = values.iter().copied().flatten().fold(0.0, f64::max);
    let least = values.iter().copied().flatten().fold(most, f64::min);
    let label = fill("{0}: from {1} to {2} visitors", &[name, &format::grouped(least), &format::grouped(most)]);
    (values.len() > 1).then(|| spark(&values, &label))
}

fn opened_goal(app: &App, goal: &Value, answers: &Answers) -> Element {
    let name = text(goal, "display_name");
    let close = element("a")
        .class("icon-button")
        .with("href", app.state.with_own("prop", None).with_own("goal", None).href())
        .with("aria-label", say("Close this goal"))
        .child(icon(Icon::Cross));
    let title = element("h2").text(name).child(element("span").class("goal-trigger").text(trigger(goal)));
    let lists = LISTS.into_iter().enumerate().map(|(place, dimension)| {
        let title = match dimension {
            Dimension::Page => say("On which page"),
            Dimension::Source => say("From which source"),
            _ => say("From which country"),
        };
        let beside = say("visitors, and their part of those who came this way");
        part(&title, &beside, answers.query(1, 2 + place), |answer| {
            broken_down(answer, |value| {
                (filter_link(app, dimension, value), code(dimension, value), shown_name(app, dimension, value))
            })
        })
    });
    element("section")
        .class("card view-card")
        .with("data-panel", "goal")
        .with("aria-label", name)
        .child(element("header").child(title).child(close))
        .child(element("div").class("view-grid").children(lists).child(properties(app, goal, answers)))
}

/// What reaches a goal, in words.
fn trigger(goal: &Value) -> String {
    let (event, page) = (text(goal, "event"), text(goal, "page_path"));
    match goal.get("scroll_threshold").and_then(Value::as_f64) {
        Some(threshold) => fill("reading {0} of {1}", &[&format::percent(threshold), page]),
        None if event.is_empty() => fill("a visit to {0}", &[page]),
        None => fill("the event {0}", &[event]),
    }
}

/// A list under its heading, or what stands in for it.
fn part(
    title: &str,
    beside: &str,
    answer: Option<Result<&Value, Problem>>,
    show: impl FnOnce(&Value) -> Element,
) -> Element {
    let body = match answer {
        None => skeleton::rows(4),
        Some(Err(why)) => problem(&why),
        Some(Ok(answer)) if rows(answer).is_empty() => element("p").class("hint").text(say("Nobody in these days.")),
        Some(Ok(answer)) => show(answer),
    };
    let title = element("h3").text(title).with("title", beside);
    element("div").class("view-part").child(title).child(body)
}

/// Values with their visitors; `show` gives the link, the code beside it and the name of a value.
fn broken_down(answer: &Value, show: impl Fn(&str) -> (Element, Option<Element>, String)) -> Element {
    let most = rows(answer).iter().filter_map(|row| metric(row, 0)).fold(1.0, f64::max);
    let entries = rows(answer).iter().map(|row| {
        let (link, code, name) = show(dimension(row, 0));
        let visitors = metric(row, 0).unwrap_or(0.0);
        let rate = metric(row, 1).map(|rate| Unit::Percent.show(rate)).unwrap_or_default();
        let title = fill(
            "{0}: {1} reached the goal, {2} of those who came this way",
            &[&name, &plural(visitors, "{0} visitor", "{0} visitors"), &rate],
        );
        entry(link, code, &name, visitors / most, (visitors, &rate), &title)
    });
    element("ol").class("rows").with("data-roving", "down").children(entries)
}

/// The values of a property, whose name is chosen or typed: events may have any.
fn properties(app: &App, goal: &Value, answers: &Answers) -> Element {
    let of_goal =
        goal.get("custom_props").and_then(Value::as_object).into_iter().flatten().map(|(name, _)| name.as_str());
    let event = text(goal, "event");
    let known = KNOWN_PROPS.into_iter().filter(|(name, _)| *name == event).map(|(_, prop)| prop);
    let options = known.chain(of_goal).map(|prop| element("option").with("value", prop).text(prop));
    let chosen = prop(app);
    let input = form::input("prop", Kind::Text, chosen.unwrap_or_default());
    let input = input.with("list", "known-props").with("placeholder", say("plan")).with("maxlength", "300");
    let form = form::go(app, &["prop"])
        .class("view-form")
        .child(form::field(&say("Name of the property"), input))
        .child(element("datalist").with("id", "known-props").children(options))
        .child(form::button(app, &say("Show"), false));
    let list = chosen.map(|prop| {
        let values = answers.query(1, 2 + LISTS.len());
        let beside = say("visitors, and how often the goal was reached");
        part(&fill("By “{0}”", &[prop]), &beside, values, |answer| {
            let most = rows(answer).iter().filter_map(|row| metric(row, 0)).fold(1.0, f64::max);
            let heads =
                [say("Value"), say("Visitors"), say("Conversions")].map(|label| Head::new(label, String::new()));
            let body = rows(answer).iter().map(|row| {
                let (name, visitors) = (dimension(row, 0), metric(row, 0));
                let head = element("span").with("title", name).text(name);
                let cells = [value(visitors, format::grouped), value(metric(row, 1), format::grouped)];
                self::row(head, Some(visitors.unwrap_or(0.0) / most), cells)
            });
            figures(&fill("Values of {0}", &[prop]), &heads, body)
        })
    });
    element("div")
        .class("view-part")
        .child(element("h3").text(say("By a property")))
        .child(form)
        .children(list)
        .children(chosen.is_none().then(|| {
            element("p").class("hint").text(say(
            "Properties are what an event says beside its name: passerby(\"Signup\", { props: { plan: \"pro\" } }).",
        ))
        }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample;

    fn answers() -> Answers {
        let settings = json!({ "goals": [
            { "event": "Signup", "display_name": "Signup" },
            { "event": "Buy", "display_name": "Buy", "currency": "EUR", "custom_props": { "plan": "pro" } },
            { "page_path": "/blog/**", "display_name": "Read the blog", "scroll_threshold": 75 },
        ]});
        let revenue = json!({ "value": 1200.5, "currency": "EUR", "long": "€1,200.50", "short": "€1.2K" });
        let found = json!({ "results": [
            { "dimensions": ["Signup"], "metrics": [30, 34, 2.5, null, null],
              "comparison": { "metrics": [20, 20, 2.0, null, null] } },
            { "dimensions": ["Buy"], "metrics": [90, 120, 7.5, revenue, revenue],
              "comparison": { "metrics": [0, 0, 0, null, null] } },
        ]});
        let trend = json!({ "meta": { "time_labels": ["2026-11-20", "2026-11-21"] }, "results": [
            { "dimensions": ["2026-11-21", "Signup"], "metrics": [30] },
            { "dimensions": ["2026-11-21", "Buy"], "metrics": [90] },
        ]});
        let pages = json!({ "results": [{ "dimensions": ["/pricing"], "metrics": [60, 12.5] }] });
        let none = json!({ "results": [] });
        let plans = json!({ "results": [{ "dimensions": ["pro"], "metrics": [40, 44] }] });
        let results = json!({ "results": [found, trend, pages, none, none, plans] });
        Answers { asked: vec![Some(Ok(settings)), Some(Ok(results))], sent: None }
    }

    #[test]
    fn every_goal_is_a_row_and_the_most_reached_comes_first() {
        let app = sample::empty_app("?view=goals");
        let html = sample::lines(&content(&app, &answers()));
        let places = [
            "data-name=\"Buy\"",
            "€1.2K",
            "data-name=\"Signup\"",
            "up ",
            "50%",
            "2.5%",
            "0.5 pts",
            "Read the blog",
            ">0%<",
        ]
        .map(|text| html.find(text).unwrap_or_else(|| panic!("{text}: {html}")));
        assert!(places.is_sorted(), "{places:?} {html}");
        assert!(html.contains("Signup: from 0 to 30 visitors"), "{html}");
    }

    #[test]
    fn an_opened_goal_is_broken_down() {
        let app = sample::empty_app("?view=goals&goal=Buy&prop=plan&f=is.os.Linux");
        let asked = requests(&app);
        assert_eq!(asked[0].path, "/api/v1/sites/shop.example");
        let body: Value = serde_json::from_str(&asked[1].body).unwrap();
        assert_eq!(body["queries"][5]["dimensions"], json!(["event:props:plan"]));
        assert_eq!(
            body["queries"][2]["filters"],
            json!([["is", "visit:os", ["Linux"]], ["is", "event:goal", ["Buy"]]])
        );
        let html = sample::lines(&content(&app, &answers()));
        for text in ["the event Buy", "/pricing: 60 visitors reached the goal, 13% of", "By “plan”", "title=\"pro\""]
        {
            assert!(html.contains(text), "{text}: {html}");
        }
        let known = sample::empty_app("?view=goals&goal=File+Download");
        assert_eq!(prop(&known), Some("url"));
    }

    #[test]
    fn a_site_without_goals_is_told_where_to_add_them() {
        let app = sample::empty_app("?view=goals");
        let answers = Answers { asked: vec![Some(Ok(json!({ "goals": [] }))), None], sent: None };
        let html = sample::lines(&content(&app, &answers));
        assert!(html.contains("name=\"view\" value=\"settings\"") && html.contains("value=\"goals\""), "{html}");
    }
}
