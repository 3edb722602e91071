//! The keys of the page: one table, for what they do and for the sheet that lists them.

use crate::app::{App, Session};
use crate::compare::Compare;
use crate::filter::place::Place;
use crate::range::Range;
use crate::state::{Dialog, Keys, State};
use crate::view::View;
use crate::words::say;

/// What a key does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Act {
    /// Shows these days.
    Days(Range),
    /// Opens the menu of days at the dates.
    Dates,
    /// Shows the time before, or after, that is as long.
    Step(i32),
    /// Compares with the time before, or no longer.
    Compare,
    /// Opens the composer of filters.
    Filter,
    /// Goes to the search of what is shown.
    Search,
    /// Goes so many rows along the lists.
    Row(i32),
    /// Leads to a view.
    View(View),
    /// Opens or closes the sheet of keys.
    Sheet,
    /// Closes what lies on top.
    Close,
}

/// A key, or two one after the other with a space between them, as the browser calls them.
pub struct Key {
    /// The key.
    pub key: &'static str,
    /// What it does.
    pub act: Act,
}

const fn key(key: &'static str, act: Act) -> Key {
    Key { key, act }
}

/// Every key, in the order of the sheet.
pub const KEYS: [Key; 41] = [
    key("d", Act::Days(Range::Today)),
    key("e", Act::Days(Range::Yesterday)),
    key("h", Act::Days(Range::Hours24)),
    key("w", Act::Days(Range::LastDays(7))),
    key("t", Act::Days(Range::LastDays(28))),
    key("i", Act::Days(Range::LastDays(30))),
    key("n", Act::Days(Range::LastDays(91))),
    key("m", Act::Days(Range::Month)),
    key("p", Act::Days(Range::LastMonth)),
    key("y", Act::Days(Range::Year)),
    key("l", Act::Days(Range::Last12Months)),
    key("a", Act::Days(Range::All)),
    key("c", Act::Dates),
    key("ArrowLeft", Act::Step(-1)),
    key("ArrowRight", Act::Step(1)),
    key("x", Act::Compare),
    key("f", Act::Filter),
    key("/", Act::Search),
    key("j", Act::Row(1)),
    key("k", Act::Row(-1)),
    key("?", Act::Sheet),
    key("Escape", Act::Close),
    key("g o", Act::View(View::Overview)),
    key("g l", Act::View(View::Live)),
    key("g p", Act::View(View::Places)),
    key("g e", Act::View(View::Engagement)),
    key("g g", Act::View(View::Goals)),
    key("g f", Act::View(View::Funnels)),
    key("g j", Act::View(View::Journeys)),
    key("g b", Act::View(View::Boards)),
    key("g r", Act::View(View::Retention)),
    key("g a", Act::View(View::Requests)),
    key("g v", Act::View(View::Vitals)),
    key("g x", Act::View(View::Errors)),
    key("g c", Act::View(View::Components)),
    key("g m", Act::View(View::Commands)),
    key("g d", Act::View(View::Queries)),
    key("g n", Act::View(View::Outcomes)),
    key("g s", Act::View(View::Settings)),
    key("g w", Act::View(View::Sites)),
    key("g i", Act::View(View::Install)),
];

/// What becomes of a pressed key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Another state is shown.
    Go(Box<State>),
    /// The next key decides.
    Wait,
    /// The menu of days opens at its dates.
    Dates,
    /// The search of what is shown takes the keyboard, if there is one; else this is shown.
    Search(Box<State>),
    /// The keyboard goes so many rows along the lists.
    Row(i32),
}

/// What a key does; none where it does nothing. `before` is the key that was waited after. Escape is the shell's, as it
/// closes menus, too, of which the page knows nothing.
pub fn press(app: &App, before: Option<&str>, pressed: &str) -> Option<Outcome> {
    let state = &app.state;
    if app.session != Session::In || state.keys == Keys::Off {
        return None;
    }
    let whole = match before {
        Some(before) => [before, " ", pressed].concat(),
        None => pressed.to_owned(),
    };
    let Some(Key { act, .. }) = KEYS.iter().find(|key| key.key == whole) else {
        let begins = before.is_none()
            && KEYS.iter().any(|key| key.key.strip_prefix(pressed).is_some_and(|rest| rest.starts_with(' ')));
        return (begins && !lies_on_top(state)).then_some(Outcome::Wait);
    };
    // What lies under a dialog cannot be reached, by keys neither.
    if lies_on_top(state) && !matches!(act, Act::Search | Act::Sheet) {
        return None;
    }
    let go = |state: State| Some(Outcome::Go(Box::new(state)));
    match *act {
        Act::Days(range) => go(state.but(|state| (state.range, state.interval) = (range, None))),
        Act::Step(by) => {
            let range = state.range.stepped(app.clock.today, by)?;
            go(state.but(|state| state.range = range))
        }
        Act::Compare => {
            let compare = if state.compare == Compare::Nothing { Compare::Before } else { Compare::Nothing };
            go(state.but(|state| state.compare = compare))
        }
        Act::Filter => go(state.composing(Place::new())),
        Act::Search => Some(Outcome::Search(Box::new(state.composing(Place::new())))),
        Act::View(view) => go(state.to_view(view)),
        Act::Sheet => match state.dialog {
            Some(Dialog::Keys) => go(state.but(|state| state.dialog = None)),
            Some(_) => None,
            None => go(state.but(|state| (state.detail, state.dialog) = (None, Some(Dialog::Keys)))),
        },
        Act::Dates => Some(Outcome::Dates),
        Act::Row(by) => Some(Outcome::Row(by)),
        Act::Close => None,
    }
}

fn lies_on_top(state: &State) -> bool {
    state.detail.is_some() || state.dialog.is_some()
}

/// What a key does, for the sheet.
pub fn label(act: Act) -> String {
    match act {
        Act::Days(range) => range.label(),
        Act::View(view) => say(view.label()),
        Act::Dates => say("Choose dates"),
        Act::Step(..0) => say("The time before"),
        Act::Step(_) => say("The time after"),
        Act::Compare => say("Compare with the time before, or not"),
        Act::Filter => say("Write a filter"),
        Act::Search => say("Search"),
        Act::Row(..0) => say("The row before"),
        Act::Row(_) => say("The next row"),
        Act::Sheet => say("Show these keys, or hide them"),
        Act::Close => say("Close what is open"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample;

    fn pressed(query: &str, before: Option<&str>, key: &str) -> Option<String> {
        press(&sample::app(query), before, key).map(|outcome| match outcome {
            Outcome::Go(state) | Outcome::Search(state) => state.href(),
            other => format!("{other:?}"),
        })
    }

    #[test]
    fn every_key_is_once_in_the_table_and_does_something() {
        for (index, key) in KEYS.iter().enumerate() {
            assert!(KEYS.iter().skip(index + 1).all(|other| other.key != key.key), "{}", key.key);
            let (before, last) = key.key.split_once(' ').map_or((None, key.key), |(before, last)| (Some(before), last));
            let is_shells = key.act == Act::Close;
            let outcome = press(&sample::app("?range=yesterday"), before, last);
            assert_eq!(outcome.is_none(), is_shells, "{}", key.key);
            assert!(!label(key.act).is_empty());
        }
        for view in View::all().filter(|view| *view != View::Share) {
            assert!(KEYS.iter().any(|key| key.act == Act::View(view)), "no key leads to {view:?}");
        }
        for range in Range::OFFERED {
            assert!(KEYS.iter().any(|key| key.act == Act::Days(range)), "no key shows {range:?}");
        }
    }

    #[test]
    fn keys_do_what_links_do() {
        for (query, before, key, expected) in [
            ("?f=is.os.Mac&interval=week", None, "d", Some("?range=today&f=is.os.Mac")),
            ("?range=yesterday", None, "ArrowLeft", Some("?range=2026-11-19..2026-11-19")),
            ("?range=today", None, "ArrowRight", None),
            ("", None, "x", Some("?compare=nothing")),
            ("?compare=nothing", None, "x", Some("?")),
            ("?f=is.os.Mac", None, "f", Some("?f=is.os.Mac&dialog=filters&filter-at=new")),
            ("", None, "g", Some("Wait")),
            ("", Some("g"), "f", Some("?view=funnels")),
            ("", Some("g"), "z", None),
            ("", None, "?", Some("?dialog=keys")),
            ("?dialog=keys", None, "?", Some("?")),
            ("?dialog=keys", None, "d", None),
            ("?dialog=keys", None, "g", None),
            ("?more=page", None, "d", None),
            ("", None, "q", None),
            ("", None, "Enter", None),
        ] {
            assert_eq!(pressed(query, before, key).as_deref(), expected, "{key} at {query}");
        }
    }

    #[test]
    fn whoever_wants_no_keys_has_none() {
        for key in &KEYS {
            assert_eq!(pressed("?keys=off", None, key.key), None, "{}", key.key);
        }
        let mut app = sample::app("");
        app.session = Session::Shared;
        assert_eq!(press(&app, None, "d"), None);
    }
}
