//! Marks with a text on a time axis: what happened when.

use super::Annotation;
use super::frame::{Across, percentage, upright};
use crate::markup::{Element, element};

/// How many characters of a text fit above a chart; the rest is in the tip and the table.
const FITTING: usize = 32;

/// How much of a chart's width each of them takes, and the space after the last one.
const CHARACTER: f64 = 0.01;

/// The side of its mark on which a text stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Side {
    Right,
    Left,
}

/// The marks, in the order of time. A text that would run into another is left out.
pub(super) fn notes(annotations: &[Annotation], across: Across) -> Vec<Element> {
    let mut within: Vec<&Annotation> = Vec::new();
    for note in annotations.iter().filter(|note| note.bucket < across.count()) {
        // There are few: cheaper than all that a sort brings along.
        let place = within.iter().take_while(|other| other.bucket <= note.bucket).count();
        within.insert(place, note);
    }
    let texts: Vec<(f64, String)> =
        within.into_iter().map(|note| (across.x(note.bucket), shortened(&note.text))).collect();
    let places: Vec<(f64, usize)> = texts.iter().map(|(x, text)| (*x, text.chars().count())).collect();
    let mut marks = Vec::new();
    for ((x, words), side) in texts.iter().zip(sides(&places)) {
        let mark = element("g").class("note").child(upright("note-line", *x));
        marks.push(match side {
            Some(side) => mark.child(text(words, *x, side)),
            None => mark,
        });
    }
    marks
}

fn text(text: &str, x: f64, side: Side) -> Element {
    let (anchor, shift) = if side == Side::Right { ("start", "-3") } else { ("end", "3") };
    element("text")
        .with("x", percentage(x))
        .with("y", "-0.55em")
        .with("dx", shift)
        .with("text-anchor", anchor)
        .text(text)
}

/// On which side of its place each text finds room, if on any; the places ascend, each with its text's characters.
fn sides(places: &[(f64, usize)]) -> Vec<Option<Side>> {
    let mut taken = 0.0;
    let mut sides = Vec::new();
    for (index, (x, characters)) in places.iter().copied().enumerate() {
        let width = (characters as f64 + 1.0) * CHARACTER;
        let next = places.get(index + 1).map_or(1.0, |(next, _)| *next);
        let side = if x >= taken && next - x >= width {
            taken = x + width;
            Some(Side::Right)
        } else if x - width >= taken {
            taken = x;
            Some(Side::Left)
        } else {
            None
        };
        sides.push(side);
    }
    sides
}

fn shortened(text: &str) -> String {
    if text.chars().nth(FITTING).is_none() {
        return text.to_owned();
    }
    text.chars().take(FITTING - 1).chain(['…']).collect()
}

/// The label of a bucket with what happened in it.
pub(super) fn labelled(label: String, annotations: &[Annotation], bucket: usize) -> String {
    let texts = annotations.iter().filter(|note| note.bucket == bucket);
    texts.fold(label, |label, note| [&label, " – ", &note.text].concat())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_stand_where_there_is_room() {
        let (right, left) = (Some(Side::Right), Some(Side::Left));
        for (places, expected) in [
            (vec![], vec![]),
            (vec![0.0], vec![right]),
            (vec![1.0], vec![left]),
            (vec![0.2, 0.6], vec![right, right]),
            // The first would run into the second, and finds no room before it either.
            (vec![0.2, 0.3], vec![None, right]),
            (vec![0.4, 0.5], vec![left, right]),
            (vec![0.1, 0.5, 0.9], vec![right, right, None]),
            (vec![0.5, 0.5, 0.5], vec![left, None, right]),
        ] {
            let places: Vec<(f64, usize)> = places.into_iter().map(|x| (x, 24)).collect();
            assert_eq!(sides(&places), expected, "{places:?}");
        }
        // A short one finds room where a long one does not.
        assert_eq!(sides(&[(0.7, 27), (0.85, 11)]), [left, right]);
    }

    #[test]
    fn long_texts_are_cut_between_characters() {
        assert_eq!(shortened("Release 2.1"), "Release 2.1");
        assert_eq!(shortened(&"é".repeat(32)), "é".repeat(32));
        assert_eq!(shortened(&"é".repeat(33)), "é".repeat(31) + "…");
    }

    #[test]
    fn a_mark_past_the_axis_is_not_drawn() {
        let note = |bucket| Annotation { bucket, text: "Release".into() };
        assert_eq!(notes(&[note(2), note(0), note(3)], Across::Points(3)).len(), 2);
        assert_eq!(labelled("Mon".into(), &[note(2), note(0)], 2), "Mon – Release");
    }
}
