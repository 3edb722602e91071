use super::*;
use crate::data::Moment;
use crate::markup::Node;
use crate::sample;
use expect_test::expect_file;

#[test]
fn lines_axes_and_table() {
    expect_file!["../../../snapshots/chart.html"].assert_eq(&sample::lines(&chart(&sample::app("?range=last-7-days"))));
}

#[test]
fn the_cursor_shows_both_periods_and_stays_inside() {
    let mut app = sample::app("?range=last-7-days");
    app.cursor = Some(2);
    let html = Node::from(chart(&app)).html();
    assert!(html.contains("class=\"tip\"") && html.contains("class=\"cursor\""), "{html}");
    app.cursor = Some(700);
    let html = Node::from(chart(&app)).html();
    assert!(!html.contains("class=\"tip") && !html.contains("class=\"cursor\""));
}

#[test]
fn what_happened_is_marked_drawn_and_said() {
    let note = Annotation { bucket: 2, text: "Release 2.1".into() };
    let html = Node::from(annotated(&sample::app("?range=last-7-days"), &[note])).html();
    assert!(html.contains("class=\"plot noted\"") && html.contains(">Release 2.1</text>"), "{html}");
    assert!(html.contains(">Tue 17 Nov – Release 2.1</th>"), "{html}");
}

#[test]
fn a_range_without_buckets_draws_nothing_and_fails_nowhere() {
    let mut app = sample::app("");
    let series = Series { interval: Interval::Day, labels: vec![], labels_before: vec![], values: vec![] };
    app.data.series = Some(Ok(series));
    app.cursor = Some(0);
    assert!(Node::from(chart(&app)).html().contains("<svg"));
}

#[test]
fn further_metrics_have_lines_and_scales_of_their_own() {
    let mut app = sample::app("?range=last-7-days&beside=bounce_rate&beside=pageviews");
    app.cursor = Some(3);
    expect_file!["../../../snapshots/chart-beside.html"].assert_eq(&sample::lines(&chart(&app)));
}

#[test]
fn what_happened_at_the_site_stands_on_its_day() {
    let mut app = sample::app("?range=last-7-days");
    app.moments = vec![Moment { time: "2026-11-17 08:00:00".into(), text: "Release 2.1".into() }];
    assert!(Node::from(chart(&app)).html().contains(">Tue 17 Nov – Release 2.1</th>"));
}

#[test]
fn a_stretch_chosen_by_keys_is_shown_and_said() {
    let mut app = sample::app("?range=last-7-days");
    (app.anchor, app.cursor) = (Some(4), Some(2));
    let area = Plot::new(&app, app.data.series.as_ref().unwrap().as_ref().unwrap(), &[]).area_of_plot();
    let attribute =
        |element: &Element, name: &str| element.attributes.iter().find(|(key, _)| *key == name).unwrap().1.clone();
    assert!(attribute(&area, "aria-valuetext").ends_with(". Chosen: 17 Nov – 19 Nov 2026"));
    let Node::Element(band) = &area.children[1] else { panic!("no band") };
    assert_eq!(attribute(band, "style"), "left:28.57%;width:28.57%;transform:none");
}
