//! A line as small as a word, for a cell of a table.

use super::frame::{path, path_data};
use crate::markup::{Element, element};

/// How much of the height stays free above and below, so that the stroke is whole.
const MARGIN: f64 = 0.12;

/// The line through the values, from the least to the greatest, with a dot at the last; `label` says it in words.
pub fn spark(values: &[Option<f64>], label: &str) -> Element {
    let points = places(values);
    let last = points.iter().rposition(Option::is_some).and_then(|index| points.get(index..=index));
    element("svg")
        .class("spark")
        .with("role", "img")
        .with("aria-label", label)
        .with("viewBox", "0 0 10000 10000")
        .with("preserveAspectRatio", "none")
        .child(path("spark-line", path_data(&points)))
        .children(last.map(|last| path("spark-end", path_data(last))))
}

/// Where the values lie: across over the whole width, down between the margins. Values that are all the same lie in the
/// middle.
fn places(values: &[Option<f64>]) -> Vec<Option<(f64, f64)>> {
    let least = values.iter().copied().flatten().fold(f64::INFINITY, f64::min);
    let greatest = values.iter().copied().flatten().fold(f64::NEG_INFINITY, f64::max);
    let steps = values.len().saturating_sub(1).max(1) as f64;
    let places = values.iter().enumerate().map(|(index, value)| {
        let height = if greatest > least { ((*value)? - least) / (greatest - least) } else { value.map(|_| 0.5)? };
        Some((index as f64 / steps, 1.0 - MARGIN - height * (1.0 - 2.0 * MARGIN)))
    });
    places.collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::markup::Node;

    #[test]
    fn values_fill_the_height() {
        for (values, expected) in [
            (vec![], vec![]),
            (vec![None], vec![None]),
            (vec![Some(7.0)], vec![Some((0.0, 0.5))]),
            (vec![Some(10.0), None, Some(20.0)], vec![Some((0.0, 0.88)), None, Some((1.0, 0.12))]),
        ] {
            assert_eq!(places(&values), expected);
        }
    }

    #[test]
    fn it_is_an_image_with_a_name_and_ends_in_a_dot() {
        let html = Node::from(spark(&[Some(1.0), Some(3.0), Some(2.0), None], "Requests: 1 to 3")).html();
        assert!(html.contains("role=\"img\" aria-label=\"Requests: 1 to 3\""), "{html}");
        assert!(html.contains("d=\"M0 8800L3333 1200L6667 5000\""), "{html}");
        assert!(html.contains("d=\"M6667 5000h0\""), "{html}");
        assert!(!Node::from(spark(&[], "")).html().contains("spark-end"));
    }
}
