//! Journeys: what visitors do next, or did before, step by step from a page, an event or the beginning of the visit.

use super::figures::entry;
use super::reading::{dimension, list, number, rows, site_path, suggestions, text};
use super::step::{Kind, Step};
use super::{Answers, Request, with_page};
use crate::app::App;
use crate::chart::Unit;
use crate::form;
use crate::format;
use crate::markup::{Element, element};
use crate::problem::problem;
use crate::skeleton;
use crate::state::State;
use crate::words::{fill, plural, say};
use serde_json::{Value, json};

/// How many steps are followed.
const DEPTH: usize = 5;
/// How many steps are shown beside each other.
const LIMIT: usize = 12;

/// What the address describes.
struct Journey {
    /// None for the beginning of the visit.
    start: Option<Step>,
    backwards: bool,
    /// The steps that were chosen, from the start on.
    along: Vec<Step>,
}

impl Journey {
    fn of(state: &State) -> Self {
        let along = state.owns("along").filter_map(Step::parse).take(DEPTH - 1).collect();
        let start = state.own("start").and_then(Step::parse);
        // Nothing comes before the beginning.
        let backwards = start.is_some() && state.own("direction") == Some("previous");
        Self { start, backwards, along }
    }
}

/// Asks for the steps, and for pages and events to begin with.
pub fn requests(app: &App) -> Vec<Request> {
    let Journey { start, backwards, along } = Journey::of(&app.state);
    let along: Vec<Value> = along.iter().map(|step| json!({ "kind": step.kind.name(), "value": step.value })).collect();
    let question = json!({
        "start": start.map(|start| start.query()),
        "direction": if backwards { "previous" } else { "next" },
        "depth": DEPTH,
        "limit": LIMIT,
        "along": along,
    });
    vec![
        Request::post("/api/v2/journeys", &with_page(app, question)),
        suggestions(app),
        Request::get(site_path(app, "")),
    ]
}

/// Where to begin, and the columns of steps.
pub fn content(app: &App, answers: &Answers) -> Element {
    let journey = Journey::of(&app.state);
    let card =
        element("section").class("card view-card").with("data-panel", "journeys").child(form(app, &journey, answers));
    let answer = match answers.get(0) {
        None => return card.child(skeleton::rows(8)),
        Some(Err(why)) => return card.child(problem(why)),
        Some(Ok(answer)) => answer,
    };
    let found = answer.get("results").unwrap_or(&Value::Null);
    let visits = number(found, "visits");
    if visits < 1.0 {
        let hint = say("No visit in these days has such a step. Choose another one, or more days.");
        return card.child(element("p").class("hint").text(hint));
    }
    let counted = plural(visits, "{0} visit", "{0} visits");
    let visitors = plural(number(found, "visitors"), "{0} visitor", "{0} visitors");
    let values = [counted.as_str(), visitors.as_str(), &journey.start.as_ref().map(Step::words).unwrap_or_default()];
    let lead = match (&journey.start, journey.backwards) {
        (None, _) => fill("{0} by {1}, from their beginning.", &values),
        (Some(_), false) => fill("{0} by {1} had the step “{2}”: what came after its first time.", &values),
        (Some(_), true) => fill("{0} by {1} had the step “{2}”: what came before its first time.", &values),
    };
    let hint = say(
        "Each column shows what came next after the marked step of the column before. Choose a step to follow it from there.",
    );
    card.child(element("p").class("lead").text(lead))
        .child(columns(app, &journey, found))
        .child(element("p").class("hint").text(hint))
}

fn form(app: &App, journey: &Journey, answers: &Answers) -> Element {
    let value = journey.start.as_ref().map(Step::name).unwrap_or_default();
    let option = |value: &str, label: String| element("option").with("value", value).text(label);
    let known = |query: usize, kind: Kind| {
        let answer = answers.query(1, query).and_then(Result::ok);
        let values = answer.into_iter().flat_map(rows).filter_map(move |row| Step::new(kind, dimension(row, 0)));
        values.collect::<Vec<_>>()
    };
    let settings = answers.get(2).and_then(|answer| answer.as_ref().ok());
    let goals = settings.into_iter().flat_map(|site| list(site, "goals"));
    let goals: Vec<Step> = goals.filter_map(|goal| Step::new(Kind::Goal, text(goal, "display_name"))).collect();
    let groups = [(say("Pages"), known(0, Kind::Page)), (say("Events"), known(1, Kind::Event)), (say("Goals"), goals)];
    let listed = groups.iter().any(|(_, steps)| steps.iter().any(|step| step.name() == value));
    let own =
        journey.start.as_ref().filter(|_| !listed).map(|step| option(&step.name(), step.words()).with("selected", ""));
    let groups = groups.into_iter().filter(|(_, steps)| !steps.is_empty()).map(|(label, steps)| {
        let options = steps.into_iter().map(|step| {
            let name = step.name();
            option(&name, step.value).with_if(name == value, "selected", "")
        });
        element("optgroup").with("label", label).children(options)
    });
    let beginning = option("", say("The beginning of the visit")).with_if(value.is_empty(), "selected", "");
    let select = element("select").with("name", "start").child(beginning).children(own).children(groups);
    let directions = [(false, None, say("What came next")), (true, Some("previous"), say("What came before"))];
    let directions = directions.into_iter().map(|(backwards, name, label)| {
        let to = app.state.with_own("along", None).with_own("direction", name);
        element("a").with("href", to.href()).with_if(backwards == journey.backwards, "aria-current", "true").text(label)
    });
    let directions = element("nav").class("segments").with("aria-label", say("Direction")).children(directions);
    form::go(app, &["start", "along"])
        .class("view-form")
        .child(form::field(&say("From"), select))
        .child(form::button(app, &say("Show"), false))
        .children(journey.start.is_some().then_some(directions))
}

fn columns(app: &App, journey: &Journey, found: &Value) -> Element {
    let mut columns =
        element("ol").class("journey").with("tabindex", "0").with("aria-label", say("Steps, column by column"));
    let mut place = found;
    let mut way: Vec<Step> = Vec::new();
    for depth in 0..DEPTH {
        let steps = list(place, "steps");
        if steps.is_empty() {
            break;
        }
        let chosen =
            journey.along.get(depth).and_then(|step| steps.iter().find(|found| read(found).as_ref() == Some(step)));
        // Past what was chosen the server follows the most frequent.
        let followed = match journey.along.get(depth) {
            Some(_) => chosen,
            None => steps.first(),
        };
        columns = columns.child(column(app, journey, &way, place, followed));
        let Some((followed, step)) = followed.and_then(|followed| Some((followed, read(followed)?))) else { break };
        way.push(step);
        place = followed;
    }
    columns
}

/// The step of an answer.
fn read(step: &Value) -> Option<Step> {
    Step::new(Kind::parse(text(step, "kind"))?, text(step, "value"))
}

/// The steps after those of `way`; `place` is what was found there.
fn column(app: &App, journey: &Journey, way: &[Step], place: &Value, followed: Option<&Value>) -> Element {
    let steps = list(place, "steps");
    let all = number(place, "visits");
    let most = steps.iter().map(|step| number(step, "visits")).fold(1.0, f64::max);
    let entries = steps.iter().filter_map(|found| Some((found, read(found)?))).map(|(found, step)| {
        let mut to = app.state.with_own("along", None);
        if way.len() + 1 < DEPTH {
            to.own.extend(way.iter().chain([&step]).map(|step| ("along".to_owned(), step.name())));
        } else {
            // The last column can be followed only from a new beginning.
            to = to.with_own("start", Some(&step.name()));
        }
        let visits = number(found, "visits");
        let share = Unit::Percent.show(number(found, "share"));
        let marked = followed.is_some_and(|followed| std::ptr::eq(followed, found));
        let title = fill(
            "{0}: {1}, {2} of those that got here",
            &[&step.words(), &plural(visits, "{0} visit", "{0} visits"), &share],
        );
        let link = element("a").with("href", to.href()).with_if(marked, "aria-current", "step");
        let link = link.with("data-step", step.name());
        let kind = (step.kind == Kind::Event).then(|| element("span").class("row-code").text(say("event")));
        entry(link, kind, &step.value, visits / most, (visits, &share), &title)
    });
    let rest = |label: String, visits: f64, title: String| {
        (visits > 0.0).then(|| {
            let share = Unit::Percent.show(visits / all.max(1.0) * 100.0);
            entry(element("span"), None, &label, 0.0, (visits, &share), &title)
        })
    };
    let ended = if journey.backwards {
        rest(say("Began here"), number(place, "ends"), say("Visits that had no step before."))
    } else {
        rest(say("Ended here"), number(place, "ends"), say("Visits that had no further step."))
    };
    let others = rest(say("Other steps"), number(place, "others"), say("Visits with steps that are not listed."));
    let number = format::grouped(way.len() as f64 + 1.0);
    let title = match (&journey.start, journey.backwards) {
        (None, _) => fill("Step {0}", &[&number]),
        (Some(_), false) => fill("Step {0} after", &[&number]),
        (Some(_), true) => fill("Step {0} before", &[&number]),
    };
    let from = way.last().map(|last| {
        let to = app.state.with_own("along", None).with_own("start", Some(&last.name()));
        let label = fill("From {0}", &[&last.value]);
        element("a")
            .class("quiet")
            .with("href", to.href())
            .with("title", fill("Begin with “{0}”", &[&last.words()]))
            .text(label)
    });
    element("li")
        .class("journey-column")
        .child(element("h2").text(title))
        .child(element("p").class("journey-from").children(from))
        .child(
            element("ol").class("rows").with("data-roving", "down").children(entries).children(others).children(ended),
        )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample;

    fn answers() -> Answers {
        let leaf = |kind: &str, value: &str, visits: u32| json!({ "kind": kind, "value": value, "visits": visits, "visitors": visits, "share": 10.0, "ends": 1, "others": 0, "steps": [] });
        let mut docs = leaf("page", "/docs", 30);
        docs["steps"] = json!([leaf("event", "Signup", 4), leaf("page", "/", 2)]);
        let found = json!({ "results": { "visits": 100, "visitors": 90, "ends": 20, "others": 5,
            "steps": [leaf("page", "/pricing", 45), docs] } });
        let pages = json!({ "results": [{ "results": [{ "dimensions": ["/"], "metrics": [9] }] }, { "results": [] }] });
        let goals = json!({ "goals": [] });
        Answers { asked: [found, pages, goals].map(|answer| Some(Ok(answer))).into(), sent: None }
    }

    #[test]
    fn the_chosen_way_is_followed_and_told_to_the_server() {
        let app = sample::empty_app("?view=journeys&start=page:/&along=page:/docs");
        let body: Value = serde_json::from_str(&requests(&app)[0].body).unwrap();
        assert_eq!(body["along"], json!([{ "kind": "page", "value": "/docs" }]));
        assert_eq!(body["start"][1][1], json!(["is", "event:page", ["/"]]));
        let html = sample::lines(&content(&app, &answers()));
        assert_eq!(html.matches("journey-column").count(), 2, "{html}");
        for text in [
            "100 visits by 90 visitors had the step “Visit /”",
            "aria-current=\"step\" data-step=\"page:/docs\"",
            "along=page%3A%2Fdocs&amp;along=event%3ASignup",
            "Ended here",
            "Other steps",
            "From /docs",
            "selected=\"\">/<",
        ] {
            assert!(html.contains(text), "{text}: {html}");
        }
    }

    #[test]
    fn without_a_choice_the_most_frequent_step_is_marked() {
        let app = sample::empty_app("?view=journeys&start=page:/&direction=previous");
        let html = sample::lines(&content(&app, &answers()));
        assert!(html.contains("aria-current=\"step\" data-step=\"page:/pricing\""), "{html}");
        assert!(html.contains("Began here") && html.contains("Step 1 before"), "{html}");
    }

    #[test]
    fn a_start_that_nobody_had_is_said_to_be_so() {
        let none = json!({ "results": { "visits": 0, "visitors": 0, "steps": [] } });
        let answers = Answers { asked: vec![Some(Ok(none)), None, None], sent: None };
        let html = sample::lines(&content(&sample::empty_app("?view=journeys&start=event:No"), &answers));
        assert!(html.contains("No visit in these days") && html.contains("value=\"event:No\" selected"), "{html}");
    }
}
