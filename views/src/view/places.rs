//! Where visitors are: a map of the world, countries, regions and cities.

use super::{Answers, Request};
use crate::app::App;
use crate::chart::Unit;
use crate::chart::world::{Country, DATA, Shapes, World, world};
use crate::dimension::Dimension;
use crate::filter::selects;
use crate::format;
use crate::markup::{Element, element};
use crate::metric::Metric;
use crate::panel::{code, filter_link, shown_name};
use crate::problem::problem;
use crate::skeleton;
use crate::table::{Row, table};
use crate::words::{fill, say};
use serde_json::{Value, json};

/// As many countries as there are codes.
pub(super) const COUNTRIES: usize = 250;
/// Rows of the other lists.
const ROWS: usize = 50;

/// What can be listed, the first by default.
const LISTS: [Dimension; 3] = [Dimension::Country, Dimension::Region, Dimension::City];

fn chosen(app: &App) -> Dimension {
    let named = app.state.own("list").and_then(Dimension::parse);
    named.filter(|dimension| LISTS.contains(dimension)).unwrap_or(Dimension::Country)
}

/// Asks for all countries, and for the chosen list.
pub fn requests(app: &App) -> Vec<Request> {
    let list = |dimension: Dimension, limit: usize| {
        json!({
            "metrics": dimension.detail_metrics(), "dimensions": [dimension.query()],
            "pagination": { "limit": limit, "offset": 0 }, "include": { "total_rows": true },
        })
    };
    let second = Some(chosen(app)).filter(|dimension| *dimension != Dimension::Country).map(|other| list(other, ROWS));
    // The names of the world's regions are many, so they are a file of their own.
    let names = (chosen(app) == Dimension::Region).then(|| Request::get("/app/regions.json".to_owned()));
    let lists = Request::queries(app, [list(Dimension::Country, COUNTRIES)].into_iter().chain(second));
    std::iter::once(lists).chain(names).collect()
}

/// A region as people call it: `Bavaria, Germany`; its code where the name is not known or has not come.
fn region(app: &App, code: &str, names: Option<&Value>) -> String {
    let Some((country, part)) = code.split_once('-') else { return shown_name(app, Dimension::Region, code) };
    let name = names.and_then(|names| names.get(country)?.get(part)?.as_str());
    match name {
        Some(name) => fill("{0}, {1}", &[name, app.country(country).unwrap_or(country)]),
        None => shown_name(app, Dimension::Region, code),
    }
}

/// The map, and the list.
pub fn content(app: &App, answers: &Answers) -> Element {
    element("div").class("view").child(map(app, answers)).child(list(app, answers))
}

fn rows(answer: &Value) -> impl Iterator<Item = (String, &[Value])> {
    let rows = answer.get("results").and_then(Value::as_array).into_iter().flatten();
    rows.filter_map(|row| {
        let name = match row.pointer("/dimensions/0")? {
            Value::String(text) => text.clone(),
            other => other.to_string(),
        };
        Some((name, row.get("metrics")?.as_array()?.as_slice()))
    })
}

fn map(app: &App, answers: &Answers) -> Element {
    let card = element("section").class("card view-card").with("data-panel", "map");
    let card = card.child(element("h2").text(say("Visitors by country")));
    let answer = match answers.query(0, 0) {
        None => return card.child(skeleton::rows(9)),
        Some(Err(why)) => return card.child(problem(&why)),
        Some(Ok(answer)) => answer,
    };
    card.child(drawn(app, answer))
}

/// The map of an answer that lists countries.
pub(super) fn drawn(app: &App, answer: &Value) -> Element {
    let Some(shapes) = Shapes::read(DATA) else { return element("div") };
    let countries: Vec<Country> = rows(answer)
        .filter(|(code, _)| code.len() == 2)
        .map(|(code, values)| Country {
            name: shown_name(app, Dimension::Country, &code),
            href: Some(app.state.toggle_filter(Dimension::Country, &code).href()),
            chosen: selects(&app.state.filters, Dimension::Country, &code),
            code,
            value: values.first().and_then(Value::as_f64).unwrap_or(0.0),
        })
        .collect();
    if countries.is_empty() {
        return element("p")
            .class("nothing")
            .text(say("No visit has a country yet. It is told by Cloudflare or by a header of your own proxy that \
             PASSERBY_COUNTRY_HEADER names."));
    }
    let label = say("Visitors by country");
    world(&shapes, &World { label, unit: Unit::Count, counted: say("visitors"), countries })
}

fn list(app: &App, answers: &Answers) -> Element {
    let shown = chosen(app);
    let tabs = LISTS.map(|dimension| {
        let own = Some(dimension.name()).filter(|_| dimension != Dimension::Country);
        element("a")
            .with("role", "tab")
            .with("href", app.state.with_own("list", own).href())
            .with("aria-selected", if dimension == shown { "true" } else { "false" })
            .with("tabindex", if dimension == shown { "0" } else { "-1" })
            .text(say(dimension.many()))
    });
    let tabs = element("div").class("tabs").with("role", "tablist").with("data-roving", "across").children(tabs);
    let card = element("section").class("card view-card").with("data-panel", "places").child(tabs);
    let answer = match answers.query(0, usize::from(shown != Dimension::Country)) {
        None => return card.child(skeleton::rows(9)),
        Some(Err(why)) => return card.child(problem(&why)),
        Some(Ok(answer)) => answer,
    };
    let all: Vec<_> = rows(answer).collect();
    if all.is_empty() {
        return card.child(element("p").class("nothing").text(say("Nothing to show for this time and these filters.")));
    }
    let most = all.iter().filter_map(|(_, values)| values.first()?.as_f64()).fold(1.0, f64::max);
    let metrics = shown.detail_metrics();
    let names = answers.get(1).and_then(|names| names.as_ref().ok());
    let name_of = |value: &str| match shown {
        Dimension::Region => region(app, value, names),
        _ => shown_name(app, shown, value),
    };
    let lines = all.iter().map(|(name, values)| {
        let head = filter_link(app, shown, name).children(code(shown, name)).text(name_of(name));
        let cells =
            metrics.iter().zip(values.iter()).map(|(metric, value)| match (value.as_f64(), Metric::parse(metric)) {
                (Some(value), Some(metric)) => metric.show_exactly(value),
                (Some(value), None) => format::grouped(value),
                (None, _) => "–".to_owned(),
            });
        let part = values.first().and_then(Value::as_f64).map(|visitors| visitors / most);
        Row { head, part, values: cells.collect() }
    });
    let columns = std::iter::once(say(shown.one()))
        .chain(metrics.iter().map(|metric| say(Metric::parse(metric).map_or("Events", Metric::label))));
    let total = answer.pointer("/meta/total_rows").and_then(Value::as_u64).unwrap_or(0) as usize;
    let more = (total > all.len()).then(|| {
        let text = fill("The first {0} of {1}.", &[&format::grouped(all.len() as f64), &format::grouped(total as f64)]);
        element("p").class("hint").text(text)
    });
    // What is wider than its card scrolls, by keyboard as well.
    let holder = element("div").class("wide").with("tabindex", "0").with("role", "group");
    let holder = holder.with("aria-label", say(shown.many()));
    card.child(holder.child(table(&say(shown.many()), &columns.collect::<Vec<_>>(), lines))).children(more)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::markup::Node;
    use crate::sample;

    #[test]
    fn regions_are_named_with_their_country() {
        let app = sample::app("?view=places&list=region");
        assert_eq!(requests(&app)[1], Request::get("/app/regions.json".into()));
        let names: Value = serde_json::from_slice(include_bytes!("../../data/regions.json")).unwrap();
        for (code, names, expected) in [
            ("DE-BY", Some(&names), "Bavaria, Germany"),
            ("FR-IDF", Some(&names), "Île-de-France, FR"),
            ("DE-BY", None, "BY, Germany"),
            ("DE-ZZ", Some(&names), "ZZ, Germany"),
            ("FR-IDF", None, "FR-IDF"),
            ("Bayern", Some(&names), "Bayern"),
            ("", Some(&names), "Unknown"),
        ] {
            assert_eq!(region(&app, code, names), expected, "{code}");
        }
        let list = json!({ "results": [{ "results": [] }, { "results": [{ "dimensions": ["DE-BY"], "metrics": [9, 9, 40, 61] }] }] });
        let answers = Answers { asked: vec![Some(Ok(list)), Some(Ok(names))], sent: None };
        let html = Node::from(content(&app, &answers)).html();
        assert!(html.contains(">Bavaria, Germany<") && html.contains("f=is.region.DE-BY"), "{html}");
    }

    #[test]
    fn countries_are_on_the_map_and_in_a_list() {
        let app = sample::app("?view=places");
        let answer = json!({ "results": [{ "results": [
            { "dimensions": ["DE"], "metrics": [900, 1000, 40, 61] }, { "dimensions": [""], "metrics": [3, 3, 100, 0] },
        ], "meta": { "total_rows": 2 } }] });
        let answers = Answers { asked: vec![Some(Ok(answer))], sent: None };
        let node: Node = content(&app, &answers).into();
        let html = node.html();
        assert!(html.contains(">Germany<") && html.contains(">1,000<") && html.contains(">Unknown<"), "{html}");
        assert!(html.matches("f=is.country.DE").count() >= 2, "{html}");
        let mut out = crate::wire::Writer::default();
        node.to_wire(&mut out);
        assert_eq!(Node::from_wire(&mut crate::wire::Reader::new(&out.done())), Some(node));
        let body = requests(&sample::app("?view=places&list=city"))[0].body.clone();
        assert!(body.contains("visit:country") && body.contains("visit:city"), "{body}");
    }
}
