//! What the view is narrowed to, as chips: a click on the operator turns it round, one on the values changes them, one on
//! the cross takes it away. What is switched off stays, to be switched on again.

use crate::app::App;
use crate::dimension::Dimension;
use crate::filter::place::Place;
use crate::filter::{Field, Filter, Joint, Test};
use crate::icon::{Icon, icon};
use crate::markup::{Element, element};
use crate::panel;
use crate::state::State;
use crate::words::{fill, say};

/// The chips; none without filters.
pub fn chips(app: &App) -> Option<Element> {
    let State { filters, off, .. } = &app.state;
    if filters.is_empty() && off.is_empty() {
        return None;
    }
    let on = filters.iter().enumerate().map(|(index, filter)| element("li").child(chip(app, index, filter)));
    let parked = off.iter().enumerate().map(|(index, filter)| element("li").child(chip_off(app, index, filter)));
    let none = app.state.but(|state| {
        state.filters.clear();
        state.off.clear();
    });
    let clear = element("a").class("quiet").with("href", none.href()).text(say("Clear all"));
    let list = element("ul").class("chips").with("aria-label", say("Filters")).children(on).children(parked);
    Some(list.children((filters.len() + off.len() > 1).then(|| element("li").child(clear))))
}

fn chip(app: &App, index: usize, filter: &Filter) -> Element {
    let state = &app.state;
    let with = |filter: Option<Filter>| {
        state.but(|state| Place::of(&[index]).unwrap_or_default().put(&mut state.filters, filter))
    };
    let off = state.but(|state| {
        if index < state.filters.len() {
            state.off.push(state.filters.remove(index));
        }
    });
    let all = words(app, filter);
    element("span")
        .class(if matches!(filter, Filter::Group(..)) { "chip chip-group" } else { "chip" })
        .with("title", all.as_str())
        .children(parts(app, index, filter, filter.negated().map(|turned| with(Some(turned)))))
        .child(glyph("chip-off-link", &off, &fill("Switch off: {0}", &[&all]), Icon::Power))
        .child(glyph("chip-remove", &with(None), &fill("Remove filter: {0}", &[&all]), Icon::Cross))
}

fn chip_off(app: &App, index: usize, filter: &Filter) -> Element {
    let without = app.state.but(|state| {
        if index < state.off.len() {
            state.off.remove(index);
        }
    });
    let on = without.but(|state| state.filters.push(filter.clone()));
    let all = words(app, filter);
    element("span")
        .class("chip chip-off")
        .with("title", fill("Switched off: {0}", &[&all]))
        .child(element("span").class("chip-words").text(&all))
        .child(glyph("chip-off-link", &on, &fill("Switch on: {0}", &[&all]), Icon::Power))
        .child(glyph("chip-remove", &without, &fill("Remove filter: {0}", &[&all]), Icon::Cross))
}

fn glyph(class: &str, to: &State, label: &str, glyph: Icon) -> Element {
    let link = element("a").class(class).with("href", to.href());
    link.with("aria-label", label).with("title", label).child(icon(glyph))
}

/// What stands on a chip before its links.
fn parts(app: &App, index: usize, filter: &Filter, turned: Option<State>) -> Vec<Element> {
    let edit = app.state.composing(Place::of(&[index]).unwrap_or_default());
    let values = |text: String| {
        element("a").class("chip-values").with("href", edit.href()).with("title", say("Change this filter")).text(text)
    };
    let operator = |label: String, opposite: String| match &turned {
        Some(turned) => element("a")
            .class("chip-operator")
            .with("href", turned.href())
            .with("title", fill("Change to “{0}”", &[&opposite]))
            .text(label),
        None => element("span").class("chip-dimension").text(label),
    };
    match filter {
        Filter::Test(test) => {
            let (is, opposite) = (say(test.operator.label()), say(test.operator.negated().label()));
            let field = element("span").class("chip-dimension").text(field_name(&test.field));
            vec![field, operator(is, opposite), values(self::values(app, test))]
        }
        Filter::Group(joint, filters) => {
            let opposite = joint.negated().map_or(String::new(), |joint| say(joint.label()));
            let inner = filters.iter().map(|filter| element("span").class("chip-part").text(words(app, filter)));
            vec![operator(say(joint.label()), opposite), values(String::new()).children(inner)]
        }
        Filter::Segment(id) => {
            let name = element("span").class("chip-values").text(segment_name(app, *id));
            vec![element("span").class("chip-dimension").text(say("Segment")), name]
        }
    }
}

/// The name of what a filter tests.
pub fn field_name(field: &Field) -> String {
    match field {
        Field::Prop(prop) => fill("Property {0}", &[prop]),
        field => field.label().map(say).unwrap_or_default(),
    }
}

/// The name of a saved segment, or its number where it is not known.
fn segment_name(app: &App, id: i64) -> String {
    let known = app.segments.iter().find(|(known, _)| *known == id).map(|(_, name)| name.clone());
    known.unwrap_or_else(|| id.to_string())
}

/// A value as shown, whatever tests it.
pub fn shown_value(app: &App, field: &Field, value: &str) -> String {
    match field.dimension() {
        Some(dimension) => panel::shown_name(app, dimension, value),
        None => value.to_owned(),
    }
}

fn values(app: &App, test: &Test) -> String {
    let mut shown = test.values.iter().map(|value| shown_value(app, &test.field, value));
    let first = shown.next().unwrap_or_default();
    shown.fold(first, |before, value| fill("{0} or {1}", &[&before, &value]))
}

/// The filter as words: `Source is Google or Bing`.
pub fn words(app: &App, filter: &Filter) -> String {
    match filter {
        Filter::Test(test) => fill(test.operator.sentence(), &[&field_name(&test.field), &values(app, test)]),
        Filter::Segment(id) => fill("Segment {0}", &[&segment_name(app, *id)]),
        Filter::Group(joint, filters) => {
            let inner: Vec<String> = filters.iter().map(|filter| words(app, filter)).collect();
            let inner: Vec<&str> = inner.iter().map(String::as_str).collect();
            fill(sentence(*joint), &[&inner.join("; ")])
        }
    }
}

fn sentence(joint: Joint) -> &'static str {
    match joint {
        Joint::Any => "any of ({0})",
        Joint::All => "all of ({0})",
        Joint::None => "none of ({0})",
        Joint::Done => "has done ({0})",
        Joint::NotDone => "has not done ({0})",
        Joint::Then => "one after the other ({0})",
    }
}

/// The small link beside a row that leaves its value out; none where the value cannot be filtered for.
pub fn exclude_link(app: &App, dimension: Dimension, value: &str) -> Option<Element> {
    panel::filter_link(app, dimension, value).attributes.iter().find(|(name, _)| *name == "href")?;
    let label = fill("Leave out {0}", &[&panel::shown_name(app, dimension, value)]);
    // One element: there is one in every row, and a style draws its sign.
    let link = element("a").class("row-exclude").with("href", app.state.toggle_exclusion(dimension, value).href());
    Some(link.with("title", label).with("tabindex", "-1"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample;
    use expect_test::expect_file;

    #[test]
    fn chips_say_what_is_left_and_can_be_turned_or_taken_away() {
        assert!(chips(&sample::app("")).is_none());
        let app = sample::app("?f=is.source.Google&f=is.source.Bing&f=contains_not.page.%2Fblog");
        expect_file!["../snapshots/chips.html"].assert_eq(&sample::lines(&chips(&app).unwrap()));
    }

    #[test]
    fn every_filter_has_words() {
        let mut app = sample::app("");
        app.segments = vec![(3, "Readers".into())];
        for (query, expected) in [
            ("f=is.country.DE&f=is.country.FR", "Country is Germany or FR"),
            ("f=matches_wildcard_not.page.%2Fa*", "Page does not fit /a*"),
            ("f=is.prop-plan.pro", "Property plan is pro"),
            ("f=segment.3", "Segment Readers"),
            ("f=segment.4", "Segment 4"),
            (
                "f=any&f=is.os.Mac&f=none&f=is.os.x&f=is.device.y&f=end",
                "any of (Operating system is Mac; none of (Operating system is x; Device is y))",
            ),
            ("f=done&f=is.goal.Signup", "has done (Goal is Signup)"),
        ] {
            assert_eq!(words(&app, &State::parse(query).filters[0]), expected);
        }
    }

    #[test]
    fn what_is_switched_off_can_be_switched_on() {
        let html = sample::lines(&chips(&sample::app("?f=is.os.Mac&off=is.os.Linux")).unwrap());
        for href in ["?off=is.os.Linux&amp;off=and&amp;off=is.os.Mac", "?f=is.os.Mac&amp;f=and&amp;f=is.os.Linux"] {
            assert!(html.contains(&["href=\"", href, "\""].concat()), "{href} in {html}");
        }
    }
}
