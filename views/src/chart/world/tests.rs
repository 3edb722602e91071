use super::*;
use crate::markup::Node;
use crate::sample;
use expect_test::expect_file;

fn country(code: &str, value: f64) -> Country {
    Country {
        code: code.into(),
        name: ["Land of ", code].concat(),
        value,
        href: Some(["?f=is.country.", code].concat()),
        chosen: false,
    }
}

fn sample_world(countries: Vec<Country>) -> World {
    World { label: "Visitors by country".into(), unit: Unit::Count, counted: "visitors".into(), countries }
}

fn html(countries: Vec<Country>) -> String {
    Node::from(world(&Shapes::read(DATA).unwrap(), &sample_world(countries))).html()
}

#[test]
fn countries_are_coloured_named_and_linked() {
    let squares = Shapes::read(&[
        4, 2, 2, 2, 0, 0, 4, 0, 0, 4, 2, 4, 0, 4, 0, 0, 4, 2, b'A', b'A', 1, 1, 0, b'B', b'B', 1, 1, 2, 1, b'C', b'C',
        3, 1,
    ]);
    let countries = vec![Country { chosen: true, ..country("AA", 5.0) }, country("CC", 1200.0), country("??", 7.0)];
    let map = world(&squares.unwrap(), &sample_world(countries));
    expect_file!["../../../snapshots/chart-world.html"].assert_eq(&sample::lines(&map));
}

#[test]
fn classes_are_quantiles_and_never_split_what_is_equal() {
    for (values, expected) in [
        (vec![], vec![]),
        (vec![7.0], vec![7.0]),
        (vec![1.0, 1.0, 1.0, 1.0, 9.0], vec![1.0, 9.0]),
        (vec![3.0, 1.0, 2.0, 5.0, 4.0], vec![1.0, 2.0, 3.0, 4.0, 5.0]),
        ((1..=100).map(f64::from).collect(), vec![20.0, 40.0, 60.0, 80.0, 100.0]),
    ] {
        let countries: Vec<Country> = values.iter().map(|value| country("DE", *value)).collect();
        assert_eq!(classes(&countries.iter().collect::<Vec<_>>()), expected, "{values:?}");
    }
}

#[test]
fn few_classes_are_deep_ones() {
    let named = |classes: usize| (0..classes).map(|class| colour(class, classes)).collect::<Vec<_>>();
    assert_eq!(named(1), ["8"]);
    assert_eq!(named(2), ["6", "8"]);
    assert_eq!(named(5), ["2", "4", "5", "6", "8"]);
}

#[test]
fn small_states_are_circles_where_they_have_visitors() {
    assert_eq!(html(vec![country("DE", 5.0)]).matches("<circle").count(), 0);
    let html = html(vec![country("DE", 5.0), country("MT", 2.0), country("SG", 0.0)]);
    assert_eq!(html.matches("<circle").count(), 1);
    assert!(html.contains("<title>Land of MT: 2 visitors</title><circle"), "{html}");
}

#[test]
fn a_map_without_visitors_has_land_and_no_links() {
    let html = html(vec![]);
    assert_eq!((html.matches("<path").count(), html.matches("<a ").count()), (176, 0));
}
