//! Retention: of those who first came on a day or in a week, how many came again.

use super::reading::{list, number, rows, text};
use super::{Answers, Request, with_page};
use crate::app::App;
use crate::chart::Unit;
use crate::chart::heat::{Heat, HeatRow, heat};
use crate::date::Date;
use crate::format;
use crate::markup::{Element, element};
use crate::problem::problem;
use crate::range::Interval;
use crate::skeleton;
use crate::state::State;
use crate::words::{fill, plural, say};
use serde_json::{Value, json};

/// Most columns: what lies further in the future than that is left to longer units.
const COLUMNS_MAX: usize = 32;

/// Whether cohorts are the weeks that browsers keep.
fn kept(state: &State) -> bool {
    state.own("cohorts") == Some("kept")
}

/// The unit of the grid: the chosen one if there is one, else weeks, or days where the range has few weeks.
pub(super) fn unit(app: &App) -> Interval {
    let chosen = app.state.own("unit").and_then(Interval::parse).filter(|unit| *unit != Interval::Hour);
    let short = app.state.range.days(app.clock.today).is_some_and(|(first, last)| first.days_to(last) <= 14);
    let best = if short && !kept(&app.state) { Interval::Day } else { Interval::Week };
    // Browsers keep the week and nothing finer.
    chosen.filter(|unit| !(kept(&app.state) && *unit == Interval::Day)).unwrap_or(best)
}

/// Asks for the grid.
pub fn requests(app: &App) -> Vec<Request> {
    let cohorts = if kept(&app.state) { "kept" } else { "seen" };
    let question = json!({ "unit": unit(app).name(), "cohorts": cohorts });
    vec![Request::post("/api/v2/retention", &with_page(app, question))]
}

/// The grid, and what it can know.
pub fn content(app: &App, answers: &Answers) -> Element {
    let card = element("section").class("card view-card").with("data-panel", "retention");
    let head = element("header").child(element("h2").text(title(app))).child(controls(app));
    let card = card.child(head);
    let answer = match answers.get(0) {
        None => return card.child(skeleton::rows(8)),
        Some(Err(why)) => return card.child(problem(why)),
        Some(Ok(answer)) => answer,
    };
    let cohorts = rows(answer);
    let visitors: f64 = cohorts.iter().map(|cohort| number(cohort, "visitors")).sum();
    if visitors < 1.0 {
        return card
            .child(element("p").class("lead").text(say("No visitor of these days has a cohort.")))
            .child(knowing(app));
    }
    let again = counts(cohorts).skip(1).any(|(_, came)| came > 0.0);
    let grid = heat(&grid(app, cohorts));
    let lead = if again {
        let all = plural(visitors, "{0} visitor", "{0} visitors");
        fill("{0} in all. Each cell is the part of its row's visitors who came again so much later.", &[&all])
    } else {
        say("Nobody was recognised a second time in these days.")
    };
    card.child(element("p").class("lead").text(lead)).child(grid).child(knowing(app))
}

fn title(app: &App) -> String {
    match (kept(&app.state), unit(app)) {
        (true, Interval::Month) => say("Visitors by the month in which their browsers first came"),
        (true, _) => say("Visitors by the week in which their browsers first came"),
        (false, Interval::Day) => say("Visitors by the day on which they first came"),
        (false, Interval::Month) => say("Visitors by the month in which they first came"),
        (false, _) => say("Visitors by the week in which they first came"),
    }
}

/// The choice of units and of cohorts.
fn controls(app: &App) -> Element {
    let link = |state: State, label: String, chosen: bool| {
        element("a").with("href", state.href()).with_if(chosen, "aria-current", "true").text(label)
    };
    let units = [(Interval::Day, say("Days")), (Interval::Week, say("Weeks")), (Interval::Month, say("Months"))];
    let units = units.into_iter().filter(|(unit, _)| !(kept(&app.state) && *unit == Interval::Day));
    let units =
        units.map(|(unit, label)| link(app.state.with_own("unit", Some(unit.name())), label, unit == self::unit(app)));
    let cohorts = [(None, say("As seen")), (Some("kept"), say("With consent"))].into_iter().map(|(name, label)| {
        link(app.state.with_own("unit", None).with_own("cohorts", name), label, name.is_some() == kept(&app.state))
    });
    element("div")
        .class("view-controls")
        .child(
            element("nav").class("segments").with("aria-label", say("How visitors are recognised")).children(cohorts),
        )
        .child(element("nav").class("segments").with("aria-label", say("Unit")).children(units))
}

/// What a grid like this can know of visitors who are nobody.
fn knowing(app: &App) -> Element {
    let text = if kept(&app.state) {
        say("Counted are visitors whose browsers say the week in which they first came: those who consented \
             (passerby.consent(true)). The browser keeps that week and nothing that tells it from others, so each day's \
             visitors are counted anew: a cell can be more than 100%.")
    } else {
        say(
            "Without consent nobody is recognised on another day, so visitors of your pages are new each day. Those that your \
             servers or an import name are recognised for good. “With consent” shows those whose browsers keep the week \
             of their first visit.",
        )
    };
    element("p").class("hint").text(text)
}

/// For each period after the first the visitors who could have come in it, and those who did.
fn counts(cohorts: &[Value]) -> impl Iterator<Item = (f64, f64)> + '_ {
    (0..COLUMNS_MAX).map(move |period| {
        let mut counts = (0.0, 0.0);
        for cohort in cohorts {
            if let Some(came) = list(cohort, "retained").get(period) {
                counts.0 += number(cohort, "visitors");
                counts.1 += number(came, "visitors");
            }
        }
        counts
    })
}

/// The grid of cohorts, the mean of all first.
pub(super) fn grid(app: &App, cohorts: &[Value]) -> Heat {
    let unit = unit(app);
    let longest = cohorts.iter().map(|cohort| list(cohort, "retained").len()).max().unwrap_or(0).min(COLUMNS_MAX);
    let column = |period: usize| {
        let number = format::grouped(period as f64);
        match unit {
            Interval::Day => fill("Day {0}", &[&number]),
            Interval::Month => fill("Month {0}", &[&number]),
            _ => fill("Week {0}", &[&number]),
        }
    };
    let all: f64 = cohorts.iter().map(|cohort| number(cohort, "visitors")).sum();
    // The first period is everybody, whom the column of visitors shows.
    let mean = counts(cohorts).take(longest).skip(1).map(|(could, came)| (could > 0.0).then(|| came / could * 100.0));
    let mean = HeatRow { name: say("All"), extra: format::grouped(all), cells: mean.collect() };
    let each = cohorts.iter().map(|cohort| HeatRow {
        name: label(text(cohort, "cohort"), unit),
        extra: format::grouped(number(cohort, "visitors")),
        cells: list(cohort, "retained")
            .iter()
            .take(longest)
            .skip(1)
            .map(|came| came.get("rate").and_then(Value::as_f64))
            .collect(),
    });
    let corner = match unit {
        Interval::Day => say("Day"),
        Interval::Month => say("Month"),
        _ => say("Week of"),
    };
    Heat {
        label: title(app),
        unit: Unit::Percent,
        corner,
        extra: Some(say("Visitors")),
        columns: (1..longest).map(column).collect(),
        rows: std::iter::once(mean).chain(each).collect(),
        top: None,
        texts: true,
        sparse_heads: false,
    }
}

/// The name of a cohort by the first day of it.
fn label(cohort: &str, unit: Interval) -> String {
    match (Date::parse(cohort), unit) {
        (None, _) => cohort.to_owned(),
        (Some(day), Interval::Day) => day.with_weekday(),
        (Some(day), Interval::Month) => day.month_and_year_short(),
        (Some(day), _) => day.short(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample;

    fn answers(again: u32) -> Answers {
        let came = |visitors: u32, rate: f64| json!({ "visitors": visitors, "rate": rate });
        let grid = json!({ "results": [
            { "cohort": "2026-11-02", "visitors": 300, "retained": [came(300, 100.0), came(again, 40.0), came(30, 10.0)] },
            { "cohort": "2026-11-09", "visitors": 100, "retained": [came(100, 100.0), came(20, 20.0)] },
            { "cohort": "2026-11-16", "visitors": 50, "retained": [came(50, 100.0)] },
        ]});
        Answers { asked: vec![Some(Ok(grid))], sent: None }
    }

    #[test]
    fn rows_are_cohorts_under_the_mean_of_all() {
        let app = sample::empty_app("?view=retention");
        let grid = grid(&app, rows(answers(120).get(0).unwrap().as_ref().unwrap()));
        let rows: Vec<_> =
            grid.rows.iter().map(|row| (row.name.as_str(), row.extra.as_str(), row.cells.len())).collect();
        assert_eq!(rows, [("All", "450", 2), ("2 Nov", "300", 2), ("9 Nov", "100", 1), ("16 Nov", "50", 0)]);
        assert_eq!(grid.rows[0].cells, [Some(35.0), Some(10.0)], "of those who could have come again");
        assert_eq!(grid.columns.join(","), "Week 1,Week 2");
    }

    #[test]
    fn the_unit_follows_the_range_unless_it_is_chosen() {
        for (query, unit, cohorts) in [
            ("?view=retention", "week", "seen"),
            ("?view=retention&range=last-7-days", "day", "seen"),
            ("?view=retention&range=last-7-days&unit=month", "month", "seen"),
            ("?view=retention&unit=hour", "week", "seen"),
            ("?view=retention&range=last-7-days&unit=day&cohorts=kept", "week", "kept"),
        ] {
            let body: Value = serde_json::from_str(&requests(&sample::empty_app(query))[0].body).unwrap();
            assert_eq!((&body["unit"], &body["cohorts"]), (&json!(unit), &json!(cohorts)), "{query}");
        }
    }

    #[test]
    fn it_says_what_it_cannot_know() {
        let html = |query: &str, answers: &Answers| sample::lines(&content(&sample::empty_app(query), answers));
        assert!(html("?view=retention", &answers(120)).contains("Without consent nobody is recognised on another day"));
        assert!(html("?view=retention&cohorts=kept", &answers(120)).contains("The browser keeps that week"));
        let none = Answers { asked: vec![Some(Ok(json!({ "results": [] })))], sent: None };
        assert!(html("?view=retention", &none).contains("No visitor of these days"));
        let once = json!({ "results": [{ "cohort": "2026-11-02", "visitors": 9, "retained": [{ "visitors": 9, "rate": 100.0 }, { "visitors": 0, "rate": 0.0 }] }] });
        let once = Answers { asked: vec![Some(Ok(once))], sent: None };
        assert!(html("?view=retention", &once).contains("Nobody was recognised a second time"));
    }
}
