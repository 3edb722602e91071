use super::*;
use crate::markup::Node;
use crate::range::Interval;
use crate::sample;
use expect_test::expect_file;

fn sample_histogram() -> Histogram {
    let band = |name: &str, up_to, colour| Band { name: name.into(), up_to, colour };
    Histogram {
        label: "Largest Contentful Paint of page views".into(),
        unit: Unit::Milliseconds,
        edges: vec![0.0, 1000.0, 2500.0, 4000.0],
        end: None,
        counts: vec![30.0, 50.0, 0.0, 20.0],
        counted: "page views".into(),
        bands: vec![
            band("Good", Some(2500.0), Colour::Good),
            band("Needs improvement", Some(4000.0), Colour::Fair),
            band("Poor", None, Colour::Poor),
        ],
        markers: vec![Threshold { value: 1750.0, name: "p75".into(), colour: Colour::Slate }],
        as_table: false,
    }
}

fn sample_stacked() -> Stacked {
    let layer = |name: &str, colour, values: &[f64]| Layer { name: name.into(), colour, values: values.into() };
    Stacked {
        label: "Requests by status".into(),
        unit: Unit::Count,
        buckets: Buckets { interval: Interval::Day, labels: (18..=20).map(|day| format!("2026-11-{day}")).collect() },
        layers: vec![layer("2xx", Colour::Teal, &[20.0, 30.0, 0.0]), layer("5xx", Colour::Poor, &[20.0, 0.0])],
        annotations: vec![],
        as_table: false,
    }
}

/// The geometry of rectangles: x, y, width, height.
fn places(bars: &[Element]) -> Vec<String> {
    let place = |bar: &Element| bar.attributes[..4].iter().map(|(_, value)| &**value).collect::<Vec<_>>().join(" ");
    bars.iter().map(place).collect()
}

#[test]
fn bins_bands_markers_tips_and_table() {
    expect_file!["../../../snapshots/chart-histogram.html"].assert_eq(&sample::lines(&histogram(&sample_histogram())));
}

#[test]
fn layers_legend_tips_and_table() {
    expect_file!["../../../snapshots/chart-stacked.html"].assert_eq(&sample::lines(&stacked(&sample_stacked())));
}

#[test]
fn values_lie_within_their_bins() {
    let chart = sample_histogram();
    for (value, x) in
        [(-5.0, "0.00%"), (0.0, "0.00%"), (500.0, "12.50%"), (1000.0, "25.00%"), (1750.0, "37.50%"), (9000.0, "87.50%")]
    {
        assert_eq!(percentage(chart.x(value)), x, "{value}");
    }
    assert_eq!(percentage(Histogram { end: Some(8000.0), ..chart }.x(7000.0)), "93.75%");
}

#[test]
fn a_bin_belongs_to_the_band_in_which_it_begins() {
    let chart = sample_histogram();
    let names: Vec<&str> = (0..4).filter_map(|bin| Some(chart.band(bin)?.name.as_str())).collect();
    assert_eq!(names, ["Good", "Good", "Needs improvement", "Poor"]);
    let shares: Vec<String> = chart.bands.iter().map(|band| chart.band_name(band)).collect();
    assert_eq!(shares, ["Good 80%", "Needs improvement 0%", "Poor 20%"]);
}

#[test]
fn layers_stand_on_one_another_and_nothing_has_no_bar() {
    let chart = sample_stacked();
    let marks = [0.0, 20.0, 40.0];
    let first = chart.bar(0, &marks);
    assert_eq!(places(&first), ["3.33% 50.00% 26.67% 50.00%", "3.33% 0.00% 26.67% 50.00%"]);
    assert_eq!(places(&chart.bar(1, &marks)), ["36.67% 25.00% 26.67% 75.00%"]);
    assert!(chart.bar(2, &marks).is_empty());
}

#[test]
fn tables_stand_in_for_the_pictures() {
    for chart in [
        histogram(&Histogram { as_table: true, ..sample_histogram() }),
        stacked(&Stacked { as_table: true, ..sample_stacked() }),
    ] {
        let html = Node::from(chart).html();
        assert!(!html.contains("<svg") && html.contains("table-scroll"), "{html}");
    }
}

#[test]
fn nothing_can_be_drawn_too() {
    let none = Histogram { edges: vec![], counts: vec![], bands: vec![], ..sample_histogram() };
    assert!(Node::from(histogram(&none)).html().contains("<svg"));
    let buckets = Buckets { interval: Interval::Day, labels: vec![] };
    assert!(Node::from(stacked(&Stacked { buckets, layers: vec![], ..sample_stacked() })).html().contains("<svg"));
}
