//! Funnels: how many visitors take one step after the other, built here and saved for everybody who sees the site.

mod address;

use super::figures::{Head, figures, row, value};
use super::reading::{dimension, list, number, rows, site_path, suggestions, text};
use super::step::{Kind, Step};
use super::{Answers, Request, View, with_page};
use crate::app::{App, Role};
use crate::chart::Unit;
use crate::chart::steps::{Step as Bar, Steps, steps as bars};
use crate::dimension::Dimension;
use crate::form;
use crate::format;
use crate::icon::{Icon, icon};
use crate::markup::{Element, element};
use crate::panel::filter_link;
use crate::problem::problem;
use crate::skeleton;
use crate::words::{fill, plural, say};
use address::{Funnel, STEPS};
use serde_json::Value;

/// How much time there may be between the first step and the last, in seconds.
fn windows() -> [(&'static str, String); 7] {
    [
        ("", say("any time")),
        ("300", say("5 minutes")),
        ("1800", say("30 minutes")),
        ("3600", say("1 hour")),
        ("86400", say("1 day")),
        ("604800", say("7 days")),
        ("2592000", say("30 days")),
    ]
}

fn saved_path(app: &App) -> String {
    site_path(app, "/funnels")
}

/// Asks for what is saved, what steps there may be, and who takes those of the address.
pub fn requests(app: &App) -> Vec<Request> {
    let funnel = Funnel::of(&app.state);
    let mut requests = vec![Request::get(saved_path(app)), Request::get(site_path(app, "")), suggestions(app)];
    if funnel.steps.len() >= 2 {
        requests.push(Request::post("/api/v2/funnel", &with_page(app, funnel.query())));
    }
    requests
}

/// What is saved, the form, and what came of it.
pub fn content(app: &App, answers: &Answers) -> Element {
    let funnel = Funnel::of(&app.state);
    let card = |name| element("section").class("card view-card").with("data-panel", name);
    let sent = answers.sent.as_ref().and_then(|sent| sent.as_ref().err()).map(problem);
    let build = card("funnel-form").child(element("h2").text(say("Steps"))).child(form(app, &funnel, answers));
    let result = card("funnel").child(element("h2").text(say("Who takes them"))).child(result(app, &funnel, answers));
    let save = (funnel.steps.len() >= 2 && app.role() >= Role::Editor).then(|| save(app, &funnel, answers));
    let counted = answers.get(3).and_then(|answer| answer.as_ref().ok());
    let numbers = counted.map(|answer| {
        let title = element("h2").text(say("Step by step"));
        card("funnel-steps").child(title).child(table(app, &funnel, answer))
    });
    element("div")
        .class("view-parts")
        .children(saved(app, &funnel, answers))
        .child(element("div").class("view-grid").child(build.children(save).children(sent)).child(result))
        .children(numbers)
}

/// The saved funnels; none where there are none.
fn saved(app: &App, funnel: &Funnel, answers: &Answers) -> Option<Element> {
    let Some(Ok(answer)) = answers.get(0) else {
        return answers.get(0).and_then(|answer| answer.as_ref().err()).map(problem);
    };
    let notes = list(answer, "funnels");
    let entries = notes.iter().map(|note| {
        let that = Funnel::saved(note);
        let id = number(note, "id");
        let id = format::exact(id);
        let name = text(note, "name");
        let to = that.state(&app.state).with_own("funnel", Some(&id));
        let link = element("a")
            .class("saved-name")
            .with("href", to.href())
            .with_if(that == *funnel, "aria-current", "true")
            .text(name);
        let path = [&saved_path(app), "/", &id].concat();
        let remove = (app.role() >= Role::Editor)
            .then(|| form::remove(app, &path, &fill("Delete the saved funnel “{0}”?", &[name])));
        element("li").child(link).children(remove)
    });
    let list = element("ul").class("saved").with("aria-label", say("Saved funnels")).children(entries);
    let new = element("a").class("quiet").with("href", app.state.to_view(View::Funnels).href()).text(say("New funnel"));
    (!notes.is_empty()).then(|| element("div").class("saved-bar").child(list).child(new))
}

fn form(app: &App, funnel: &Funnel, answers: &Answers) -> Element {
    let mut own: Vec<&str> = STEPS.iter().flat_map(|(kind, value)| [*kind, *value]).collect();
    own.extend(["order", "window"]);
    // An empty row to add a step, and at least the two that a funnel needs.
    let count = (funnel.steps.len() + 1).clamp(2, STEPS.len());
    let rows = STEPS.into_iter().enumerate().take(count).map(|(place, names)| form_row(app, funnel, place, names));
    let order = [("", say("anything")), ("strict", say("nothing else"))];
    let window = funnel.window.map(|window| window.to_string()).unwrap_or_default();
    let strict = if funnel.strict { "strict" } else { "" };
    form::go(app, &own)
        .class("funnel-form")
        .child(element("ol").class("funnel-steps").children(rows))
        .child(offered(answers))
        .child(
            element("div")
                .class("view-form")
                .child(form::field(&say("In between"), form::select("order", order, strict)))
                .child(form::field(&say("Within"), form::select("window", windows(), &window)))
                .child(form::button(app, &say("Show"), true)),
        )
}

fn form_row(
    app: &App,
    funnel: &Funnel,
    place: usize,
    (kind_name, value_name): (&'static str, &'static str),
) -> Element {
    let step = funnel.steps.get(place);
    let ordinal = format::grouped(place as f64 + 1.0);
    let kinds = Kind::ALL.map(|kind| (kind.name(), kind.label()));
    let kind = form::select(kind_name, kinds, step.map_or("page", |step| step.kind.name()));
    let input = form::input(value_name, form::Kind::Text, step.map_or("", |step| step.value.as_str()))
        .with("list", "funnel-values")
        .with("maxlength", "1500")
        .with("placeholder", if step.is_some() { String::new() } else { say("/pricing, /blog/** or Signup") })
        .with("aria-label", fill("Step {0}", &[&ordinal]));
    let to = |funnel: Funnel| funnel.steps_in(&app.state).href();
    let tool = |available: bool, href: String, label: String, turn: &str, glyph: Icon| {
        let tag = if available {
            element("a").with("href", href)
        } else {
            element("span").with("role", "link").with("aria-disabled", "true")
        };
        tag.class(["icon-button ", turn].concat()).with("aria-label", &label).with("title", &label).child(icon(glyph))
    };
    let swap = |from: usize, with: usize| {
        to(funnel.with(|steps| {
            if with < steps.len() {
                steps.swap(from, with);
            }
        }))
    };
    let tools = step.map(|_| {
        let up = tool(
            place > 0,
            swap(place, place.saturating_sub(1)),
            fill("Move step {0} up", &[&ordinal]),
            "turn",
            Icon::Chevron,
        );
        let down = tool(
            place + 1 < funnel.steps.len(),
            swap(place, place + 1),
            fill("Move step {0} down", &[&ordinal]),
            "",
            Icon::Chevron,
        );
        let without = to(funnel.with(|steps| drop(steps.remove(place))));
        let away = tool(true, without, fill("Remove step {0}", &[&ordinal]), "", Icon::Cross);
        element("span").class("funnel-tools").child(up).child(down).child(away)
    });
    element("li")
        .class("funnel-row")
        .child(kind.with("aria-label", fill("Kind of step {0}", &[&ordinal])))
        .child(input)
        .children(tools)
}

/// The site's most seen pages, its events and goals, offered while somebody types.
fn offered(answers: &Answers) -> Element {
    let values = |query| {
        let answer = answers.query(2, query).and_then(Result::ok);
        answer.into_iter().flat_map(rows).map(|row| dimension(row, 0))
    };
    let settings = answers.get(1).and_then(|answer| answer.as_ref().ok());
    let goals = settings.into_iter().flat_map(|site| list(site, "goals")).map(|goal| text(goal, "display_name"));
    let options =
        values(0).chain(values(1)).chain(goals).map(|value| element("option").with("value", value).text(value));
    element("datalist").with("id", "funnel-values").children(options)
}

fn save(app: &App, funnel: &Funnel, answers: &Answers) -> Element {
    let notes = answers.get(0).and_then(|answer| answer.as_ref().ok()).map(|answer| list(answer, "funnels"));
    let notes = notes.unwrap_or_default();
    let wanted = app.state.own("funnel").unwrap_or_default();
    let id = |note: &Value| format::exact(number(note, "id"));
    // The one that was chosen and changed, else one that is the same already.
    let known = notes.iter().find(|note| id(note) == wanted);
    let known = known.or_else(|| notes.iter().find(|note| Funnel::saved(note) == *funnel));
    let name = known.map_or("", |note| text(note, "name"));
    let path = known.map_or_else(|| saved_path(app), |note| [&saved_path(app), "/", &id(note)].concat());
    let query = funnel.query();
    let json = |name: &'static str| {
        let value = query.get(name).map(Value::to_string).unwrap_or_default();
        form::hidden(name, &value).with("data-kind", "json")
    };
    let label = if known.is_some() { say("Save changes") } else { say("Save this funnel") };
    let input = form::input("name", form::Kind::Text, name).with("required", "").with("maxlength", "100");
    let saved = answers.sent.as_ref().is_some_and(|sent| sent.as_ref().is_ok_and(|sent| sent.get("id").is_some()));
    form::send(if known.is_some() { "PUT" } else { "POST" }, &path)
        .class("view-form")
        .child(json("steps"))
        .child(json("order"))
        .child(json("window_seconds"))
        .child(form::field(&say("Name"), input.with("placeholder", say("Sign-up from the pricing page"))))
        .child(form::button(app, &label, false))
        .children(saved.then(|| element("p").class("hint").with("role", "status").text(say("Saved."))))
}

fn result(app: &App, funnel: &Funnel, answers: &Answers) -> Element {
    if funnel.steps.len() < 2 {
        return element("p").class("lead").text(say(
            "Say what comes first and what comes next: a page, pages like /blog/**, an event, or a goal. Then you see how many \
             visitors go all the way, and where the others leave.",
        ));
    }
    let answer = match answers.get(3) {
        None => return skeleton::rows(5),
        Some(Err(why)) => return problem(why),
        Some(Ok(answer)) => answer,
    };
    drawn(app, &funnel.steps, answer)
}

/// What came of steps: a sentence, and how many are left at each.
pub(super) fn drawn(app: &App, steps: &[Step], answer: &Value) -> Element {
    let reached: Vec<f64> = rows(answer).iter().map(|row| number(row, "visitors")).collect();
    let (first, last) = (reached.first().copied().unwrap_or(0.0), reached.last().copied().unwrap_or(0.0));
    let rate = rows(answer).last().map_or(0.0, |row| number(row, "conversion_rate"));
    let lead = fill(
        "{0} took the first step, and {1} of them the last: {2}.",
        &[&plural(first, "{0} visitor", "{0} visitors"), &format::grouped(last), &Unit::Percent.show_exactly(rate)],
    );
    let steps = steps.iter().zip(&reached).map(|(step, count)| {
        let journeys = app.state.to_view(View::Journeys).with_own("start", Some(&step.name()));
        Bar { name: step.words(), count: *count, note: String::new(), href: Some(journeys.href()) }
    });
    let chart = Steps { label: say("Steps of the funnel"), counted: say("visitors"), steps: steps.collect() };
    let hint = say("A step's name leads to what its visitors do next.");
    element("div")
        .class("view-parts")
        .child(element("p").class("lead").text(lead))
        .child(bars(&chart))
        .child(element("p").class("hint").text(hint))
}

fn table(app: &App, funnel: &Funnel, answer: &Value) -> Element {
    let heads = [
        Head::new(say("Step"), String::new()),
        Head::new(say("Visitors"), say("Visitors that took this step after all before it.")),
        Head::new(say("Of the first"), say("Their part of those who took the first step.")),
        Head::new(say("Of the step before"), say("Their part of those who took the step before.")),
        Head::new(say("Left"), say("Visitors that took this step and not the next.")),
        Head::new(say("Part"), say("Their part of those who took this step.")),
    ];
    let percent = |value: f64| Unit::Percent.show_exactly(value);
    let body = funnel.steps.iter().zip(rows(answer)).map(|(step, found)| {
        let get = |name: &str| found.get(name).and_then(Value::as_f64);
        let narrows = match step.kind {
            Kind::Page => Some(Dimension::Page),
            Kind::Event => Some(Dimension::Event),
            Kind::Pattern | Kind::Goal => None,
        };
        let head = narrows.map_or_else(|| element("span"), |dimension| filter_link(app, dimension, &step.value));
        let words = step.words();
        row(
            head.with("title", &words).text(&words),
            None,
            [
                value(get("visitors"), format::grouped),
                value(get("conversion_rate"), percent),
                value(get("conversion_rate_step"), percent),
                value(get("drop_off"), format::grouped),
                value(get("drop_off_rate"), percent),
            ],
        )
    });
    figures(&say("Steps in numbers"), &heads, body)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample;
    use crate::state::State;
    use serde_json::json;

    const QUERY: &str = "?view=funnels&kind1=page&step1=%2F&kind2=pattern&step2=%2Fblog%2F**&kind3=goal&step3=Signup&order=strict&window=1800";

    fn answers() -> Answers {
        let saved = json!({ "funnels": [{ "id": 7, "name": "Read, then sign up", "order": "strict", "window_seconds": 1800,
            "steps": Funnel::of(&State::parse(QUERY)).query()["steps"] }] });
        let pages =
            json!({ "results": [{ "results": [{ "dimensions": ["/docs"], "metrics": [3] }] }, { "results": [] }] });
        let step = |visitors: u32, rate: f64, step: f64, left: Option<u32>| {
            json!({ "visitors": visitors, "conversion_rate": rate, "conversion_rate_step": step,
                "drop_off": left, "drop_off_rate": left.map(|_| 50.0) })
        };
        let counted = json!({ "results": [step(1200, 100.0, 100.0, Some(600)), step(600, 50.0, 50.0, Some(570)), step(30, 2.5, 5.0, None)] });
        let goals = json!({ "goals": [{ "event": "Signup", "display_name": "Signup" }] });
        Answers { asked: [saved, goals, pages, counted].map(|answer| Some(Ok(answer))).into(), sent: None }
    }

    #[test]
    fn the_address_is_the_funnel() {
        let app = sample::empty_app(QUERY);
        let asked = requests(&app);
        let body: Value = serde_json::from_str(&asked[3].body).unwrap();
        assert_eq!(
            (asked[3].path.as_str(), &body["order"], &body["window_seconds"]),
            ("/api/v2/funnel", &json!("strict"), &json!(1800))
        );
        assert_eq!(body["steps"][2], json!(["is", "event:goal", ["Signup"]]));
        let funnel = Funnel::of(&app.state);
        assert_eq!(Funnel::of(&funnel.state(&State::parse("?view=funnels"))), funnel);
        assert_eq!(Funnel::saved(&funnel.query()), funnel);
        assert_eq!(requests(&sample::empty_app("?view=funnels&step1=%2F")).len(), 3, "one step is no funnel");
    }

    #[test]
    fn who_takes_the_steps_and_who_leaves() {
        let mut app = sample::empty_app(QUERY);
        app.operator = true;
        let html = sample::lines(&content(&app, &answers()));
        for text in [
            "1,200 visitors took the first step, and 30 of them the last: 2.5%.",
            "Visit /blog/**",
            "aria-current=\"true\">Read, then sign up",
            "data-method=\"DELETE\" data-path=\"/api/v1/sites/shop.example/funnels/7\"",
            "name=\"steps\" value=\"[[&quot;and",
            "Move step 2 up",
            "aria-label=\"Step 4\"",
            "<option value=\"/docs\"",
        ] {
            assert!(html.contains(text), "{text}: {html}");
        }
        app.operator = false;
        let html = sample::lines(&content(&app, &answers()));
        assert!(!html.contains("data-form=\"send\""), "a viewer saves nothing: {html}");
    }
}
