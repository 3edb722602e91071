//! A site of known numbers for the tests of views, and markup broken into lines so that a change shows as one.

use crate::answer::{Data, List, Pair, Row, Series};
use crate::app::{App, Session, Site};
use crate::date::Date;
use crate::dimension::Dimension;
use crate::markup::{Element, Node};
use crate::range::{Clock, Interval};
use crate::state::State;

pub(crate) fn empty_app(query: &str) -> App {
    let clock = Clock {
        today: Date::parse("2026-11-21").unwrap(),
        hour: 13,
        now: "2026-11-21T13:05:00Z".into(),
        just_before: "2026-11-21T13:00:00Z".into(),
        yesterday_so_far: ["2026-11-19T23:00:00Z".into(), "2026-11-20T13:05:00Z".into()],
    };
    let mut app = App::new("https://stats.example".into(), clock, State::parse(query));
    app.session = Session::In;
    app.sites = vec![
        Site { domain: "shop.example".into(), timezone: "Europe/Berlin".into(), label: None },
        Site { domain: "demo.example".into(), timezone: "UTC".into(), label: Some("Demo: a real log".into()) },
    ];
    app
}

fn list(rows: &[(&str, f64)], total_rows: usize) -> List {
    let rows = rows.iter().map(|(name, visitors)| Row { name: (*name).into(), values: vec![Some(*visitors)] });
    List { rows: rows.collect(), total_rows }
}

pub(crate) fn app(query: &str) -> App {
    let mut app = empty_app(query);
    app.stale = false;
    app.countries.push(("DE".into(), "Germany".into()));
    let values = |visitors: f64| {
        [Some(visitors), Some(visitors + 2.0), Some(visitors * 2.0), Some(1.98), Some(41.0), Some(95.0)]
    };
    app.data = Data {
        headline: Some(Ok(Pair {
            now: values(1234.0),
            before: [Some(1000.0), Some(1236.0), Some(0.0), Some(2.2), Some(50.0), None],
        })),
        series: Some(Ok(Series {
            interval: Interval::Day,
            labels: (15..=22).map(|day| format!("2026-11-{day}")).collect(),
            labels_before: (8..=15).map(|day| format!("2026-11-{day:02}")).collect(),
            values: (0..8)
                .map(|day| Pair { now: values(f64::from(day * 7)), before: values(f64::from(day * 5)) })
                .collect(),
        })),
        present: Some(3.0),
        counting: Some(true),
        lists: [
            (Dimension::Page, list(&[("/", 800.0), ("/pricing", 200.0), ("/about", 1.0)], 40)),
            (Dimension::Source, list(&[("Google", 500.0), ("Direct / None", 400.0)], 2)),
            (Dimension::UtmMedium, List::default()),
            (Dimension::Country, list(&[("DE", 900.0), ("", 10.0)], 2)),
            (Dimension::Browser, list(&[("Firefox", 900.0)], 1)),
            (Dimension::Event, list(&[("Signup", 12.0)], 1)),
        ]
        .map(|(dimension, list)| (dimension, Ok(list)))
        .into(),
        detail: app.state.detail.as_ref().map(|_| {
            let row = Row { name: "/pricing".into(), values: vec![Some(200.0), Some(12_345.0), None, Some(65.0)] };
            Ok(List { rows: vec![row], total_rows: 51 })
        }),
    };
    app
}

/// The markup with every tag on a line of its own.
pub(crate) fn lines(element: &Element) -> String {
    let html = Node::from(element.clone()).html();
    html.replace("><", ">\n<") + "\n"
}
