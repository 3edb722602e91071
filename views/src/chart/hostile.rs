//! No chart lets a text become markup, and no number breaks one.

use super::bars::{Band, Histogram, Layer, Stacked, histogram, stacked};
use super::heat::{Heat, HeatRow, heat};
use super::lines::{Line, Lines, lines};
use super::share::{Part, Share, share};
use super::spark::spark;
use super::steps::{Step, Steps, steps};
use super::world::{Country, Shapes, World, world};
use super::{Annotation, Buckets, Colour, Threshold, Unit, annotated};
use crate::hostile::{HOSTILE, check_markup};
use crate::markup::{Element, Node};
use crate::range::Interval;
use crate::sample;
use crate::wire::{Reader, Writer};
use proptest::prelude::*;

const UNITS: [Unit; 6] = [Unit::Count, Unit::Milliseconds, Unit::Seconds, Unit::Percent, Unit::Score, Unit::Bytes];

/// A world of one triangle, Germany, and one point, Malta.
const SMALL: &[u8] = &[4, 2, 1, 2, 0, 0, 4, 0, 0, 4, 1, b'D', b'E', 1, 1, 0, 1, b'M', b'T', 3, 1];

/// Every chart with this text in every place for one, and with these numbers.
fn charts_of(text: &str, values: &[f64], unit: Unit) -> Vec<Element> {
    let label = || text.to_owned();
    let buckets = Buckets { interval: Interval::Hour, labels: values.iter().map(|_| label()).collect() };
    let annotations = vec![Annotation { bucket: 0, text: label() }, Annotation { bucket: 900, text: label() }];
    let colour = Colour::Rose;
    let first = values.first().copied().unwrap_or_default();
    let mark = || vec![Threshold { value: first, name: label(), colour }];
    let some: Vec<Option<f64>> = values.iter().copied().map(Some).collect();
    let mut charts = vec![annotated(&sample::app(""), &annotations), spark(&some, text)];
    for as_table in [false, true] {
        charts.push(lines(&Lines {
            label: label(),
            unit,
            buckets: buckets.clone(),
            lines: vec![Line { name: label(), colour, values: some.clone() }],
            thresholds: mark(),
            annotations: annotations.clone(),
            unfinished: as_table,
            as_table,
        }));
        charts.push(histogram(&Histogram {
            label: label(),
            unit,
            edges: values.into(),
            end: None,
            counts: values.into(),
            counted: label(),
            bands: vec![
                Band { name: label(), up_to: Some(first), colour },
                Band { name: label(), up_to: None, colour },
            ],
            markers: mark(),
            as_table,
        }));
        charts.push(stacked(&Stacked {
            label: label(),
            unit,
            buckets: buckets.clone(),
            layers: vec![Layer { name: label(), colour, values: values.into() }],
            annotations: annotations.clone(),
            as_table,
        }));
        let parts = values.iter().map(|value| Part { name: label(), value: *value, colour }).collect();
        charts.push(share(&Share { label: label(), counted: label(), parts, legend: as_table }));
        charts.push(heat(&Heat {
            label: label(),
            unit,
            corner: label(),
            extra: Some(label()),
            columns: values.iter().map(|_| label()).collect(),
            rows: vec![HeatRow { name: label(), extra: label(), cells: some.clone() }],
            top: None,
            texts: as_table,
            sparse_heads: as_table,
        }));
    }
    let step = |value: &f64| Step { name: label(), count: *value, note: label(), href: Some("?f=is.page.x".into()) };
    charts.push(steps(&Steps { label: label(), counted: label(), steps: values.iter().map(step).collect() }));
    let country = |(code, value): (&str, &f64)| Country {
        code: code.into(),
        name: label(),
        value: *value,
        href: Some("?f=is.country.DE".into()),
        chosen: true,
    };
    let countries = ["DE", "MT", text].into_iter().zip(values).map(country).collect();
    charts.push(world(&Shapes::read(SMALL).unwrap(), &World { label: label(), unit, counted: label(), countries }));
    charts
}

/// Checks that one of the page's modules can hand the chart to another.
fn check_wire(chart: Node) {
    let mut writer = Writer::default();
    chart.to_wire(&mut writer);
    assert_eq!(Node::from_wire(&mut Reader::new(&writer.done())), Some(chart));
}

#[test]
fn hostile_text_never_becomes_markup() {
    for text in HOSTILE {
        for chart in charts_of(text, &[3.0, 1.0, 2.0], Unit::Count) {
            check_markup(chart.clone()).unwrap();
            check_wire(chart.into());
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn any_text_and_any_numbers_can_be_drawn(
        text in ".{0,20}",
        values in proptest::collection::vec(prop_oneof![any::<f64>(), -10.0..1e6_f64], 0..5),
    ) {
        for unit in UNITS {
            for chart in charts_of(&text, &values, unit) {
                check_markup(chart)?;
            }
        }
    }

    #[test]
    fn everything_lies_within_its_drawing(values in proptest::collection::vec(0.0..1e9_f64, 1..40)) {
        for unit in UNITS {
            for chart in charts_of("x", &values, unit) {
                let html = Node::from(chart).html();
                for part in html.split('"').filter_map(|value| value.strip_suffix('%')) {
                    let part: f64 = part.parse().unwrap_or_default();
                    prop_assert!((-0.005..=100.005).contains(&part), "{part}% in {html}");
                }
            }
        }
    }
}
