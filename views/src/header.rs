//! The top of the page: which site, who is there now, which days, which colours.

use crate::app::App;
use crate::compare::Compare;
use crate::format;
use crate::icon::{Icon, icon, mark};
use crate::markup::{Element, element};
use crate::range::Range;
use crate::state::{State, Theme};
use crate::view::View;

/// The top of the page.
pub fn header(app: &App) -> Element {
    let begin = State { site: app.state.site.clone(), theme: app.state.theme, ..State::default() };
    element("header")
        .class("top")
        .child(brand(&begin.href()))
        .child(site_menu(app))
        .child(present(app))
        .child(element("span").class("spring"))
        .child(range_menu(app))
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
                tabs: state.tabs.clone(),
                theme: state.theme,
                ..State::default()
            };
        });
        item(&other.href(), &site.domain, here)
    });
    let install = app.state.to_view(View::Install).href();
    let all = app.state.to_view(View::Sites).but(|state| state.filters.clear()).href();
    let add = app.state.but(|state| state.adding_site = true).href();
    let leave = element("button").class("menu-item").with("type", "button").with("data-do", "logout").text("Log out");
    let content = element("div")
        .class("menu-content")
        .children(sites)
        .child(element("hr"))
        .child(item(&all, "All sites", app.state.view == View::Sites))
        .children(chosen.map(|_| item(&install, "Install", app.state.view == View::Install)))
        .child(item(&add, "Add a site", false))
        .child(leave);
    let name = element("span").class("menu-name").text(chosen.map_or("Sites", |site| &site.domain));
    menu("Site", "site-menu", [name], content)
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
    let place = element("span").class("present").with("title", "Visitors of the last five minutes");
    let Some(visitors) = app.data.present else { return place };
    let dot = element("span").class(if visitors > 0.0 { "live live-on" } else { "live" }).with("aria-hidden", "true");
    place
        .child(dot)
        .child(element("span").text(format::count(visitors)).child(element("span").class("present-word").text(" now")))
}

fn range_menu(app: &App) -> Element {
    let offered = Range::OFFERED.map(|range| {
        let href = app.state.but(|state| (state.range, state.interval) = (range, None)).href();
        item(&href, &range.label(), range == app.state.range)
    });
    let days = app.state.range.days(app.clock.today);
    let day = |name: &'static str, label: &str, value: Option<String>| {
        let input = element("input")
            .with("type", "date")
            .with("name", name)
            .with("required", "")
            .with("max", app.clock.today.iso())
            .with("value", value.unwrap_or_default());
        element("label").class("field").child(element("span").text(label)).child(input)
    };
    let form = element("form")
        .class("range-form")
        .with("data-form", "range")
        .child(day("first", "From", days.map(|(first, _)| first.iso())))
        .child(day("last", "To", days.map(|(_, last)| last.iso())))
        .child(element("button").class("button").with("type", "submit").text("Show"));
    let comparisons = app.state.range.has_before().then(|| comparisons(app));
    let content =
        element("div").class("menu-content").children(offered).child(element("hr")).child(form).children(comparisons);
    let name = element("span").class("menu-name").text(app.state.range.label());
    menu("Days", "range-menu", [name], content)
}

fn comparisons(app: &App) -> Element {
    let choices = Compare::ALL.map(|compare| {
        element("a")
            .with("href", app.state.but(|state| state.compare = compare).href())
            .with_if(compare == app.state.compare, "aria-current", "true")
            .text(compare.label())
    });
    element("div").class("range-compare").child(element("span").with("id", "compare-title").text("Compare with")).child(
        element("div")
            .class("segments")
            .with("role", "group")
            .with("aria-labelledby", "compare-title")
            .children(choices),
    )
}

pub(crate) fn theme_link(app: &App) -> Element {
    let (next, glyph, title) = match app.state.theme {
        None => (Some(Theme::Dark), Icon::Halves, "Colours of the system; switch to dark"),
        Some(Theme::Dark) => (Some(Theme::Light), Icon::Moon, "Dark colours; switch to light"),
        Some(Theme::Light) => (None, Icon::Sun, "Light colours; switch to those of the system"),
    };
    element("a")
        .class("icon-button")
        .with("href", app.state.but(|state| state.theme = next).href())
        .with("aria-label", title)
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
