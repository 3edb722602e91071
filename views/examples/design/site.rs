//! A site for the parts that show one.

use views::answer::{Data, List, Pair, Row, Series};
use views::app::{App, Session, Site};
use views::date::Date;
use views::dimension::Dimension;
use views::range::{Clock, Interval};
use views::state::State;

/// The dashboard of a site, at an address; none if the date below were no date.
pub(crate) fn app(query: &str) -> Option<App> {
    let today = Date::parse("2026-11-21")?;
    let clock = Clock {
        today,
        hour: 13,
        now: "2026-11-21T13:05:00Z".into(),
        just_before: "2026-11-21T13:00:00Z".into(),
        yesterday_so_far: ["2026-11-20T00:00:00Z".into(), "2026-11-20T13:05:00Z".into()],
    };
    let mut app = App::new("https://stats.example".into(), clock, State::parse(query));
    app.session = Session::In;
    app.stale = false;
    app.sites = vec![Site { domain: "shop.example".into(), timezone: "Europe/Berlin".into(), label: None }];
    app.countries =
        [("DE", "Germany"), ("FR", "France"), ("JP", "Japan")].map(|(code, name)| (code.into(), name.into())).into();
    let values = |visitors: f64| {
        let visits = (visitors * 1.2).round();
        [Some(visitors), Some(visits), Some(visits * 2.0), Some(2.0), Some(41.0), Some(95.0)]
    };
    let days = |from: i32| (from..from + 7).map(|day| today.plus_days(day).iso()).collect();
    let now = [310.0, 420.0, 405.0, 470.0, 520.0, 390.0, 140.0];
    let before = [290.0, 350.0, 372.0, 401.0, 380.0, 300.0, 260.0];
    app.data = Data {
        headline: Some(Ok(Pair { now: values(2655.0), before: values(2353.0) })),
        series: Some(Ok(Series {
            interval: Interval::Day,
            labels: days(-6),
            labels_before: days(-13),
            values: now
                .into_iter()
                .zip(before)
                .map(|(now, before)| Pair { now: values(now), before: values(before) })
                .collect(),
        })),
        present: Some(12.0),
        counting: Some(true),
        lists: [
            (Dimension::Page, list(&[("/", 1200.0), ("/bread", 804.0), ("/order", 430.0), ("/about", 51.0)])),
            (Dimension::Country, list(&[("DE", 1900.0), ("FR", 420.0), ("JP", 90.0)])),
        ]
        .map(|(dimension, list)| (dimension, Ok(list)))
        .into(),
        ..Data::default()
    };
    Some(app)
}

fn list(rows: &[(&str, f64)]) -> List {
    let rows = rows.iter().map(|(name, visitors)| Row { name: (*name).into(), values: vec![Some(*visitors)] });
    List { rows: rows.collect(), total_rows: 40 }
}
