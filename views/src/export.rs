//! The menu with which a card is taken out as a file. What the edge knows in full comes from there, as a link that needs
//! no script; the rest is made in the browser of what is shown, by `www/dashboard/export.js`.

use crate::app::App;
use crate::icon::{Icon, icon};
use crate::markup::{Element, Node, element};
use crate::state::State;
use crate::view::View;
use crate::words::{fill, say};

/// Where the edge tells all rows of a list (that of the state's `detail`) as CSV, or the chart where there is none.
fn csv_address(state: &State) -> String {
    ["/api/v1/page/csv", &state.href()].concat()
}

/// The menu of a list or of the chart of the overview; `name` says what it is of, `state` which list is meant.
pub fn menu(name: &str, state: &State) -> Element {
    let csv = element("a").class("menu-item").with("href", csv_address(state)).with("download", "").text(say("CSV"));
    made(name, csv)
}

fn made(name: &str, csv: Element) -> Element {
    let label = fill("Export: {0}", &[name]);
    let summary = element("summary").class("icon-button").with("aria-label", label.as_str()).with("title", label);
    let content = element("div").class("menu-content").child(csv).child(button("svg", say("SVG")));
    element("details")
        .class("menu export")
        .with("data-menu", "")
        .child(summary.child(icon(Icon::Download)))
        .child(content.child(button("png", say("PNG"))))
}

fn button(kind: &str, label: String) -> Element {
    let button = element("button").class("menu-item").with("type", "button");
    button.with("data-do", "export").with("data-kind", kind).text(label)
}

/// What a view made, with a menu on each card that has numbers; none on those that are there to be changed.
pub fn with_menus(app: &App, content: Element) -> Element {
    if matches!(app.state.view, View::Settings | View::Install) {
        return content;
    }
    content.each(&|element| {
        if element.tag != "section" || !has_class(&element, "card") || !has_numbers(&element) {
            return element;
        }
        let label = title(&element).unwrap_or_else(|| say(app.state.view.label()));
        let menu = || made(&label, button("csv", say("CSV")));
        if !has_controls(&element) {
            return element.child(menu());
        }
        element.each(&|inner| if has_class(&inner, CONTROLS) { inner.child(menu()) } else { inner })
    })
}

/// The class of what stands above a chart and changes it: there is the menu's place, too, where a card has one.
const CONTROLS: &str = "chart-controls";

fn has_controls(element: &Element) -> bool {
    has_class(element, CONTROLS) || elements(element).any(has_controls)
}

fn has_class(element: &Element, class: &str) -> bool {
    let classes = element.attributes.iter().filter(|(name, _)| *name == "class");
    classes.flat_map(|(_, classes)| classes.split(' ')).any(|known| known == class)
}

/// Whether there is a table in it, or a list of rows.
fn has_numbers(element: &Element) -> bool {
    let is_numbers = element.tag == "table" || element.tag == "ol" && has_class(element, "rows");
    is_numbers || elements(element).any(has_numbers)
}

fn elements(element: &Element) -> impl Iterator<Item = &Element> {
    element.children.iter().filter_map(|child| match child {
        Node::Element(element) => Some(element),
        Node::Text(_) => None,
    })
}

/// The text of the first heading in it.
fn title(element: &Element) -> Option<String> {
    if matches!(element.tag, "h2" | "h3") {
        return element.children.iter().find_map(|child| match child {
            Node::Text(text) => Some(text.clone()),
            Node::Element(_) => None,
        });
    }
    elements(element).find_map(title)
}

/// The days that a page shows: their name in addresses, and in words.
pub fn days(app: &App) -> [String; 2] {
    match app.state.own("days").filter(|_| app.state.view == View::Share) {
        Some(days) => [days.to_owned(), days.to_owned()],
        None => [app.state.range.name(), app.state.range.label()],
    }
}

/// What a file is called, without its ending: the site, the panel and the days.
pub fn file_name(app: &App, site: &str, panel: &str) -> String {
    let [days, _] = days(app);
    let name = [site, "-", panel, "-", &days].concat();
    let safe = |letter: char| if letter.is_ascii_alphanumeric() || letter == '.' { letter } else { '-' };
    name.chars().map(safe).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample;

    fn html(element: Element) -> String {
        Node::from(element).html()
    }

    #[test]
    fn a_card_with_numbers_has_a_menu() {
        let table = element("div").child(element("table"));
        let card = |inside| {
            element("section").class("card view-card").child(element("h2").text("Slow <routes>")).child(inside)
        };
        for (query, inside, expected) in [
            ("?view=requests", table.clone(), true),
            ("?view=requests", element("ol").class("rows"), true),
            ("?view=requests", element("ol"), false),
            ("?view=requests", element("form"), false),
            ("?view=settings", table, false),
        ] {
            let page = html(with_menus(&sample::app(query), element("div").child(card(inside))));
            assert_eq!(page.contains("aria-label=\"Export: Slow &lt;routes&gt;\""), expected, "{page}");
        }
    }

    #[test]
    fn what_stands_above_a_chart_holds_the_menu_of_its_card() {
        let controls = element("header").class(CONTROLS).child(element("h2").text("Runs"));
        let card = element("section").class("card overview").child(element("div").child(controls));
        let card = card.child(element("table"));
        let page = html(with_menus(&sample::app("?view=commands"), element("div").child(card)));
        assert_eq!(page.matches("<details").count(), 1, "{page}");
        assert!(page.contains("</details></header>"), "{page}");
    }

    #[test]
    fn the_edge_is_asked_for_what_the_page_shows() {
        let page = html(menu("Pages", &State::parse("?site=a.example&f=is.os.Linux&more=page")));
        let address = "href=\"/api/v1/page/csv?site=a.example&amp;f=is.os.Linux&amp;more=page\" download=\"\"";
        assert!(page.contains(address), "{page}");
    }

    #[test]
    fn files_are_called_after_site_panel_and_days() {
        let app = sample::app("?range=last-7-days");
        assert_eq!(file_name(&app, "shop.example", "pages"), "shop.example-pages-last-7-days");
        assert_eq!(file_name(&app, "a/../b\":8080é", "chart"), "a-..-b--8080--chart-last-7-days");
        assert_eq!(
            file_name(&sample::app("?view=share&days=91d"), "a.example", "event:goal"),
            "a.example-event-goal-91d"
        );
    }
}
