//! The top of the page: which site, who is there now, which days, which colours.

use crate::app::App;
use crate::compare::{self, Compare};
use crate::compose::{Compose, names};
use crate::date::Date;
use crate::filter::place::Place;
use crate::form;
use crate::format;
use crate::icon::{Icon, icon, mark};
use crate::language::language_menu;
use crate::markup::{Element, element};
use crate::range::Range;
use crate::state::{Dialog, State, Theme};
use crate::view::View;
use crate::words::{fill, say};

/// The top of the page.
pub fn header(app: &App) -> Element {
    let begin = State { site: app.state.site.clone(), ..app.state.afresh() };
    element("header")
        .class("top")
        .child(brand(&begin.href()))
        .child(site_menu(app))
        .child(present(app))
        .child(element("span").class("spring"))
        .child(filter_link(app))
        .child(range_menu(app))
        .child(language_menu(app))
        .child(theme_link(app))
}

/// The top of the page while nothing is known.
pub fn waiting_header() -> Element {
    element("header").class("top").child(brand("?"))
}

pub(crate) fn brand(href: &str) -> Element {
    element("a")
        .class("brand")
        .with("href", href)
        .with("aria-label", "Passerby")
        .child(mark())
        .child(element("span").class("brand-name").text("Passerby"))
}

fn menu(name: &str, class: &str, shown: impl IntoIterator<Item = Element>, content: Element) -> Element {
    let hidden = element("span").class("visually-hidden").text([name, ": "].concat());
    let summary = element("summary").child(hidden).children(shown).child(icon(Icon::Chevron));
    element("details").class(["menu ", class].concat()).with("data-menu", "").child(summary).child(content)
}

fn site_menu(app: &App) -> Element {
    let chosen = app.site();
    let sites = app.sites.iter().map(|site| {
        let here = chosen == Some(site);
        let other = app.state.but(|state| {
            // Filters speak of one site's pages and sources; days and tabs fit any.
            *state = State {
                site: Some(site.domain.clone()),
                range: state.range,
                compare: state.compare,
                match_weekday: state.match_weekday,
                tabs: state.tabs.clone(),
                ..state.afresh()
            };
        });
        item(&other.href(), &site.domain, here)
    });
    let install = app.state.to_view(View::Install).href();
    let all = app.state.to_view(View::Sites).but(|state| state.filters.clear()).href();
    let add = app.state.but(|state| state.adding_site = true).href();
    let keys = app.state.but(|state| state.dialog = Some(Dialog::Keys)).href();
    let leave =
        element("button").class("menu-item").with("type", "button").with("data-do", "logout").text(say("Log out"));
    let content = element("div")
        .class("menu-content")
        .children(sites)
        .child(element("hr"))
        .child(item(&all, &say("All sites"), app.state.view == View::Sites))
        .children(chosen.map(|_| item(&install, &say("Install"), app.state.view == View::Install)))
        .child(item(&add, &say("Add a site"), false))
        .child(item(&keys, &say("Keys"), false))
        .child(leave);
    let name = element("span").class("menu-name").text(chosen.map_or_else(|| say("Sites"), |site| site.domain.clone()));
    menu(&say("Site"), "site-menu", [name], content)
}

fn item(href: &str, label: &str, chosen: bool) -> Element {
    let tick = element("span").class("menu-tick").children(chosen.then(|| icon(Icon::Tick)));
    element("a")
        .class("menu-item")
        .with("href", href)
        .with_if(chosen, "aria-current", "true")
        .child(tick)
        .child(element("span").class("menu-label").text(label))
}

fn present(app: &App) -> Element {
    let place = element("span").class("present").with("title", say("Visitors of the last five minutes"));
    let Some(visitors) = app.data.present else { return place };
    let dot = element("span").class(if visitors > 0.0 { "live live-on" } else { "live" }).with("aria-hidden", "true");
    place.child(dot).child(
        element("span")
            .text(format::count(visitors))
            .child(element("span").class("present-word").text([" ", &say("now")].concat())),
    )
}

fn filter_link(app: &App) -> Element {
    // Without filters there is nothing to look at first.
    let place = app.state.filters.is_empty().then(Place::new);
    let open = place.map_or_else(
        || app.state.but(|state| state.dialog = Some(Dialog::Filters(Compose::default()))),
        |place| app.state.composing(place),
    );
    element("a")
        .class("button filter-button")
        .with("id", "open-filters")
        .with("href", open.href())
        .with("title", say("Narrow down what is counted"))
        .child(icon(Icon::Filter))
        .child(element("span").class("filter-word").text(say("Filter")))
}

fn range_menu(app: &App) -> Element {
    let offered = Range::OFFERED.map(|range| {
        let href = app.state.but(|state| (state.range, state.interval) = (range, None)).href();
        item(&href, &range.label(), range == app.state.range)
    });
    let form = leading(app, &["range", "interval"]).class("range-form").children(dates(
        app,
        ["first", "last"],
        app.state.range.days(app.clock.today),
    ));
    let form = form.child(element("button").class("button").with("type", "submit").text(say("Show")));
    let comparisons = app.state.range.has_before().then(|| comparisons(app));
    let offered = element("div").class("range-offered").children(offered);
    let content =
        element("div").class("menu-content").child(offered).child(element("hr")).child(form).children(comparisons);
    let name = element("span").class("menu-name").text(app.state.range.label());
    let menu = menu(&say("Days"), "range-menu", [name], content);
    let step = |by: i32, glyph, label: &'static str| {
        let to = app.state.range.stepped(app.clock.today, by);
        let link = element("a").class("icon-button").with("title", say(label)).with("aria-label", say(label));
        let link = match to {
            Some(range) => link.with("href", app.state.but(|state| state.range = range).href()),
            None => link.with("role", "link").with("aria-disabled", "true"),
        };
        link.child(icon(glyph))
    };
    element("div").class("range").child(step(-1, Icon::Left, "The time before")).child(menu).child(step(
        1,
        Icon::Right,
        "The time after",
    ))
}

/// A form that leads on from what lies below a dialog.
fn leading(app: &App, own: &[&'static str]) -> Element {
    let of_dialog = names::ALL.iter().chain(&["dialog"]);
    form::go(app, &own.iter().chain(of_dialog).copied().collect::<Vec<_>>())
}

/// Two fields for dates, from one to the other.
fn dates(app: &App, names: [&'static str; 2], days: Option<(Date, Date)>) -> [Element; 2] {
    let day = |name: &'static str, label: String, value: Option<Date>| {
        let input = element("input")
            .with("type", "date")
            .with("name", name)
            .with("required", "")
            .with("max", app.clock.today.iso())
            .with("value", value.map(Date::iso).unwrap_or_default());
        form::field(&label, input)
    };
    let [first, last] = names;
    [day(first, say("From"), days.map(|(first, _)| first)), day(last, say("To"), days.map(|(_, last)| last))]
}

fn comparisons(app: &App) -> Element {
    let chosen = app.state.compare;
    let choices = Compare::OFFERED.map(|compare| {
        element("a")
            .with("href", app.state.but(|state| state.compare = compare).href())
            .with_if(compare == chosen, "aria-current", "true")
            .text(say(compare.label()))
    });
    let weekday = app.state.but(|state| state.match_weekday = !state.match_weekday);
    let weekday = chosen
        .follows_weekdays()
        .then(|| item(&weekday.href(), &say("Match the day of the week"), app.state.match_weekday));
    let days = compare::days(&app.state, &app.clock);
    let with = compare::words(&app.state, &app.clock)
        .map(|days| element("p").class("range-with").text(fill("The numbers are compared with {0}.", &[&days])));
    let form = leading(app, &["compare"])
        .class("range-form")
        .children(dates(app, ["compare-first", "compare-last"], days))
        .child(element("button").class("button").with("type", "submit").text(say("Compare with these days")));
    let other = element("details")
        .class("range-other")
        .with_if(matches!(chosen, Compare::Days(..)), "open", "")
        .child(element("summary").text(say(Compare::Days(app.clock.today, app.clock.today).label())))
        .child(form);
    element("div")
        .class("range-compare")
        .child(element("span").with("id", "compare-title").text(say("Compare with")))
        .child(
            element("div")
                .class("segments")
                .with("role", "group")
                .with("aria-labelledby", "compare-title")
                .children(choices),
        )
        .children(weekday)
        .child(other)
        .children(with)
}

pub(crate) fn theme_link(app: &App) -> Element {
    let (next, glyph, title) = match app.state.theme {
        None => (Some(Theme::Dark), Icon::Halves, say("Colours of the system; switch to dark")),
        Some(Theme::Dark) => (Some(Theme::Light), Icon::Moon, say("Dark colours; switch to light")),
        Some(Theme::Light) => (None, Icon::Sun, say("Light colours; switch to those of the system")),
    };
    element("a")
        .class("icon-button")
        .with("href", app.state.but(|state| state.theme = next).href())
        .with("aria-label", title.as_str())
        .with("title", title)
        .child(icon(glyph))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample;
    use expect_test::expect_file;

    #[test]
    fn sites_days_and_colours_are_chosen_here() {
        let app = sample::app("?f=is.os.Linux&theme=dark&range=2026-11-01..2026-11-03");
        expect_file!["../snapshots/header.html"].assert_eq(&sample::lines(&header(&app)));
    }
}
