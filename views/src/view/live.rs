//! What happens at this moment: who is here, where, and every event as it is counted.

use super::{Answers, Request};
use crate::answer::Problem;
use crate::app::App;
use crate::chart::Unit;
use crate::chart::spark::spark;
use crate::chart::world::{Country, DATA, Shapes, World, world};
use crate::dimension::Dimension;
use crate::filter::selects;
use crate::format;
use crate::markup::{Element, element};
use crate::panel::{bar, code, filter_link, shown_name};
use crate::problem::problem;
use crate::skeleton;
use crate::words::{plural, say};
use form_urlencoded::byte_serialize;
use serde_json::{Value, json};

/// Events of the stream that are shown.
const STREAM_MAX: usize = 40;
/// Rows of a list.
const ROWS: usize = 8;
/// What the lists are of.
const LISTS: [Dimension; 3] = [Dimension::Page, Dimension::Source, Dimension::Country];
/// Of the last half hour.
const HALF_HOUR: &str = "30m";

/// Listens, and asks for the last half hour.
pub fn requests(app: &App) -> Vec<Request> {
    let site: String = byte_serialize(app.site_wanted().unwrap_or_default().as_bytes()).collect();
    let lists = LISTS.map(|dimension| {
        json!({
            "metrics": ["visitors"], "dimensions": [dimension.query()], "date_range": HALF_HOUR,
            "pagination": { "limit": if dimension == Dimension::Country { 250 } else { ROWS }, "offset": 0 },
        })
    });
    let minutes = json!({
        "metrics": ["visitors"], "dimensions": ["time:minute"], "date_range": HALF_HOUR, "include": { "time_labels": true },
    });
    // Until something happens nothing is told.
    let present =
        json!({ "metrics": ["visitors"], "date_range": [app.clock.just_before, app.clock.now], "filters": [] });
    let queries = lists.into_iter().chain([minutes, present]);
    vec![Request::live(["/api/v1/live?site=", &site].concat()), Request::queries(app, queries)]
}

/// The view.
pub fn content(app: &App, answers: &Answers) -> Element {
    let grid = |left: Element, right: Element| element("div").class("view-grid live-grid").child(left).child(right);
    element("div").class("view").child(grid(now(answers), stream(app, answers))).child(map(app, answers)).child(
        element("div")
            .class("panels")
            .children(LISTS.into_iter().enumerate().map(|(index, dimension)| list(app, answers, index, dimension))),
    )
}

/// What was told, newest first.
fn told(answers: &Answers) -> impl Iterator<Item = &Value> {
    answers.get(0).and_then(|told| told.as_ref().ok()).and_then(Value::as_array).into_iter().flatten()
}

fn card(title: String) -> Element {
    element("section").class("card view-card").child(element("h2").text(title))
}

fn now(answers: &Answers) -> Element {
    let asked = || answers.query(1, LISTS.len() + 1)?.ok()?.pointer("/results/0/metrics/0")?.as_f64();
    let visitors = told(answers).next().and_then(|news| news.get("visitors")?.as_f64()).or_else(asked);
    let number = visitors.map_or("–".to_owned(), format::grouped);
    let rows = answers.query(1, LISTS.len()).and_then(Result::ok);
    let minutes: Vec<Option<f64>> = rows.map(per_minute).unwrap_or_default();
    let label = say("Visitors of each of the last 30 minutes");
    card(say("Here now"))
        .child(element("p").class("live-number").with("data-value", &number).text(number))
        .child(element("p").class("hint").text(say("Visitors who did something in the last five minutes.")))
        .child(element("div").class("live-minutes").with("title", &label).child(spark(&minutes, &label)))
}

/// The visitors of each minute of a range, those without any among them.
fn per_minute(answer: &Value) -> Vec<Option<f64>> {
    let list = |value: Option<&Value>| value.and_then(Value::as_array).cloned().unwrap_or_default();
    let rows = list(answer.get("results"));
    let labels = list(answer.get("meta").and_then(|meta| meta.get("time_labels")));
    let count = |label: &Value| {
        let row = rows.iter().find(|row| row.pointer("/dimensions/0") == Some(label));
        row.and_then(|row| row.pointer("/metrics/0")?.as_f64()).unwrap_or(0.0)
    };
    labels.iter().map(|label| Some(count(label))).collect()
}

fn stream(app: &App, answers: &Answers) -> Element {
    let card = card(say("As it happens")).with("data-panel", "stream");
    if let Some(Err(why)) = answers.get(0) {
        return card.child(problem(why));
    }
    let mut events = told(answers).flat_map(|news| {
        // Within what is told at once the newest stands last.
        news.get("events").and_then(Value::as_array).into_iter().flatten().rev()
    });
    let rows: Vec<Element> = events.by_ref().take(STREAM_MAX).map(|event| event_row(app, event)).collect();
    if rows.is_empty() {
        return card.child(element("p").class("nothing").text(say("Waiting for the next event.")));
    }
    card.child(element("ol").class("stream").with("aria-live", "off").children(rows))
}

fn event_row(app: &App, event: &Value) -> Element {
    let text = |name: &str| event.get(name).and_then(Value::as_str).unwrap_or_default();
    let country = text("country");
    let name = if text("name") == "pageview" { String::new() } else { text("name").to_owned() };
    let about = [
        (!text("source").is_empty()).then(|| text("source").to_owned()),
        (!country.is_empty()).then(|| shown_name(app, Dimension::Country, country)),
        (!text("browser").is_empty()).then(|| text("browser").to_owned()),
    ];
    let about: Vec<String> = about.into_iter().flatten().collect();
    element("li")
        .class("stream-row")
        .child(element("span").class("stream-country").children(code(Dimension::Country, country)))
        .children((!name.is_empty()).then(|| element("span").class("stream-name").text(&name)))
        .child(element("span").class("stream-page").with("title", text("page")).text(text("page")))
        .child(element("span").class("stream-about").text(about.join(" · ")))
}

fn rows_of(answers: &Answers, index: usize) -> Option<Result<Vec<(String, f64)>, Problem>> {
    let answer = answers.query(1, index)?;
    Some(answer.map(|answer| {
        let rows = answer.get("results").and_then(Value::as_array).into_iter().flatten();
        rows.filter_map(|row| {
            let name = row.pointer("/dimensions/0")?.as_str()?.to_owned();
            Some((name, row.pointer("/metrics/0")?.as_f64()?))
        })
        .collect()
    }))
}

fn map(app: &App, answers: &Answers) -> Element {
    let card = card(say("Where visitors are, in the last 30 minutes"));
    let (Some(shapes), Some(Ok(rows))) = (Shapes::read(DATA), rows_of(answers, 2)) else {
        return card.child(skeleton::rows(6));
    };
    let countries = rows.into_iter().map(|(code, value)| Country {
        name: shown_name(app, Dimension::Country, &code),
        href: Some(app.state.toggle_filter(Dimension::Country, &code).href()),
        chosen: selects(&app.state.filters, Dimension::Country, &code),
        code,
        value,
    });
    card.child(world(
        &shapes,
        &World {
            label: say("Visitors by country in the last 30 minutes"),
            unit: Unit::Count,
            counted: say("visitors"),
            countries: countries.collect(),
        },
    ))
}

fn list(app: &App, answers: &Answers, index: usize, dimension: Dimension) -> Element {
    let title = match dimension {
        Dimension::Page => say("Pages, last 30 minutes"),
        Dimension::Source => say("Sources, last 30 minutes"),
        _ => say("Countries, last 30 minutes"),
    };
    let card = element("section").class("card panel").with("data-panel", ["live-", dimension.name()].concat());
    let card = card.child(element("header").class("panel-head").child(element("h2").text(title)));
    let rows = match rows_of(answers, index) {
        None => return card.child(skeleton::rows(ROWS)),
        Some(Err(why)) => return card.child(problem(&why)),
        Some(Ok(rows)) if rows.is_empty() => {
            return card.child(element("p").class("nothing").text(say("Nobody in the last 30 minutes.")));
        }
        Some(Ok(rows)) => rows,
    };
    let most = rows.iter().map(|row| row.1).fold(1.0, f64::max);
    let rows = rows.into_iter().take(ROWS).map(|(value, visitors)| {
        let name = shown_name(app, dimension, &value);
        let link = filter_link(app, dimension, &value)
            .class("row")
            .with("data-row", &value)
            .with("title", plural(visitors, "{0} visitor", "{0} visitors"))
            .child(bar(visitors / most))
            .children(code(dimension, &value))
            .child(element("span").class("row-name").text(name))
            .child(element("span").class("row-value").text(format::count(visitors)));
        element("li").child(link)
    });
    card.child(element("ol").class("rows").with("data-roving", "down").children(rows))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::markup::Node;
    use crate::sample;

    fn answers() -> Answers {
        let event = |page: &str| json!({ "name": "pageview", "page": page, "source": "Google", "country": "DE", "browser": "Firefox" });
        let told = json!([
            { "visitors": 3, "count": 2, "events": [event("/b"), event("/c")] },
            { "visitors": 1, "count": 1, "events": [{ "name": "Signup", "page": "/a", "country": "" }] },
        ]);
        let rows = |value: &str| json!({ "results": [{ "dimensions": [value], "metrics": [2] }] });
        let minutes = json!({
            "results": [{ "dimensions": ["2026-11-21 13:01:00"], "metrics": [2] }],
            "meta": { "time_labels": ["2026-11-21 13:00:00", "2026-11-21 13:01:00"] },
        });
        let lists = json!({ "results": [rows("/c"), rows("Google"), rows("DE"), minutes] });
        Answers { asked: vec![Some(Ok(told)), Some(Ok(lists))], sent: None }
    }

    #[test]
    fn the_newest_event_stands_first_and_all_goes_from_module_to_page() {
        let app = sample::app("?view=live");
        let node: Node = content(&app, &answers()).into();
        let html = node.html();
        let places = ["live-number\" data-value=\"3\"", ">/c<", ">/b<", ">Signup<", ">/a<"]
            .map(|text| html.find(text).unwrap_or_else(|| panic!("{text}: {html}")));
        assert!(places.is_sorted(), "{places:?}");
        assert_eq!(per_minute(answers().query(1, 3).unwrap().unwrap()), [Some(0.0), Some(2.0)]);
        let mut out = crate::wire::Writer::default();
        node.to_wire(&mut out);
        assert_eq!(Node::from_wire(&mut crate::wire::Reader::new(&out.done())), Some(node));
    }

    #[test]
    fn who_is_here_is_known_before_anything_happens() {
        let row = |metrics: [u32; 1]| json!({ "results": [{ "dimensions": [], "metrics": metrics }] });
        let none = json!({ "results": [] });
        let asked = json!({ "results": [none, none, none, none, row([4])] });
        let answers = Answers { asked: vec![None, Some(Ok(asked))], sent: None };
        let html = Node::from(content(&sample::app("?view=live"), &answers)).html();
        assert!(html.contains("live-number\" data-value=\"4\""), "{html}");
    }

    #[test]
    fn before_anything_was_told_there_are_places_for_it() {
        let html = Node::from(content(&sample::app("?view=live"), &Answers::default())).html();
        assert!(html.contains("Waiting for the next event."), "{html}");
    }
}
