//! The whole page for whatever is known: the one function that shells call.

use crate::answer::Problem;
use crate::app::{App, Session};
use crate::chart::chart;
use crate::chips::chips;
use crate::detail::detail;
use crate::dialog::dialog;
use crate::dimension::Panel;
use crate::export::with_menus;
use crate::header::{header, waiting_header};
use crate::headline::headline;
use crate::login::login;
use crate::markup::{Element, element};
use crate::nav::nav;
use crate::panel::panel;
use crate::problem::problem;
use crate::shared::shared;
use crate::sites::add_site;
use crate::skeleton;
use crate::view::View;
use crate::words::{fill, say};

/// The page.
pub fn page(app: &App) -> Element {
    let root = element("div").class("page");
    match &app.session {
        Session::Out(_) => root.child(login(app)),
        Session::Unknown => match &app.problem {
            Some(why) => {
                root.child(element("main").class("centre").child(element("div").class("card gate").child(problem(why))))
            }
            None => root
                .child(waiting_header())
                .child(element("main").class("content").with("aria-busy", "true").child(numbers(app))),
        },
        Session::In => owner_page(app, root),
        Session::Shared | Session::Lost => shared(app, root),
    }
}

fn owner_page(app: &App, root: Element) -> Element {
    if app.sites.is_empty() {
        return root.child(element("main").child(add_site(app)));
    }
    let main = element("main").class("content").with("id", "content").with("tabindex", "-1");
    let main = main.with("aria-busy", if app.busy() { "true" } else { "false" });
    let content = match app.site() {
        _ if app.state.adding_site => add_site(app),
        None => nowhere(),
        Some(_) if app.state.view == View::Overview => numbers(app),
        Some(_) => view(app),
    };
    let spoken = element("p").class("visually-hidden").with("role", "status").text(app.announcement.as_str());
    // What comes and goes stands last or in a place of its own, so that the rest stays where it is in the document.
    let under = app.state.detail.is_some() || app.state.dialog.is_some();
    let skip = element("a")
        .class("skip button")
        .with("href", [&app.state.href(), "#content"].concat())
        .with("data-do", "skip");
    root.child(skip.with_if(under, "inert", "").text(say("Skip to the numbers")))
        .child(header(app).with_if(under, "inert", ""))
        .child(element("div").class("frame").with_if(under, "inert", "").child(nav(app)).child(main.child(content)))
        .child(footer(app))
        .child(spoken)
        .children(detail(app))
        .children(dialog(app))
}

/// In place of the numbers of a site that is not among the reader's.
fn nowhere() -> Element {
    let why = Problem::new(&say("There is no such site here."), &say("Choose one from the menu above, or add it."));
    element("div").child(element("h1").class("visually-hidden").text("Passerby")).child(problem(&why))
}

/// What a view's module made, under the view's name; until it has come, its place.
fn view(app: &App) -> Element {
    let problems = element("div").class("problems").children(app.problem.as_ref().map(problem));
    let content = app.content.clone().map(|content| with_menus(app, content));
    let content = content.unwrap_or_else(|| element("section").class("card view-card").child(skeleton::rows(9)));
    element("div")
        .class(if app.stale && app.content.is_some() { "view stale" } else { "view" })
        .with("data-view", app.state.view.name())
        .child(element("h1").text(say(app.state.view.label())))
        .child(element("div").class("filters").children(chips(app)))
        .child(problems)
        .child(content)
}

fn numbers(app: &App) -> Element {
    let failed = app.data.headline.as_ref().and_then(|result| result.as_ref().err());
    let problems = element("div").class("problems").children(app.problem.iter().chain(failed).map(problem));
    let label = app.site().and_then(|site| site.label.as_ref());
    let label = label.map(|label| element("p").class("site-label").text(label.as_str()));
    let class = if app.stale && app.data.headline.is_some() { "numbers-of-site stale" } else { "numbers-of-site" };
    let title = app.site().map_or("Passerby", |site| site.domain.as_str());
    element("div")
        .class(class)
        .child(element("h1").class("visually-hidden").text(title))
        .child(element("div").class("filters").children(label).children(chips(app)))
        .child(problems)
        .child(element("div").class("card overview").child(headline(app)).child(chart(app)))
        .child(element("div").class("panels").children(Panel::ALL.into_iter().filter_map(|which| panel(app, which))))
}

fn footer(app: &App) -> Element {
    let zone = app.site().map(|site| fill("Times in {0}", &[&site.timezone])).unwrap_or_default();
    element("footer")
        .class("bottom")
        .child(element("span").text(zone))
        .child(element("span").text(say("No cookies, no identities: nobody is recognised on another day.")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::markup::Node;
    use crate::sample;
    use expect_test::expect_file;

    fn html(app: &App) -> String {
        Node::from(page(app)).html()
    }

    #[test]
    fn the_whole_page() {
        expect_file!["../snapshots/page.html"].assert_eq(&sample::lines(&page(&sample::app("?f=is.source.Google"))));
    }

    #[test]
    fn the_page_is_read_again_from_what_the_edge_wrote() {
        // One name that is not in the table, and the page's module would make all of it anew.
        fn names(element: &Element) -> Vec<&'static str> {
            let own = element.attributes.iter().map(|(name, _)| *name).filter(|name| *name != "style");
            let inside = element.children.iter().flat_map(|child| match child {
                Node::Element(element) => names(element),
                Node::Text(_) => Vec::new(),
            });
            [element.tag].into_iter().chain(own).chain(inside).collect()
        }
        for query in
            ["", "?metric=visits&beside=pageviews&f=is.source.Google", "?more=page", "?add=site", "?chart=table"]
        {
            for name in names(&page(&sample::app(query))) {
                assert_eq!(crate::markup::name_of(name), Some(name), "{query}");
            }
        }
    }

    #[test]
    fn each_state_shows_what_can_be_done() {
        let mut app = sample::empty_app("");
        app.session = Session::Unknown;
        assert!(html(&app).contains("aria-busy=\"true\""));
        app.problem = Some(Problem::new("The server cannot be reached.", "Try again."));
        assert!(html(&app).contains("role=\"alert\""));
        app.session = Session::Out(None);
        assert!(html(&app).contains("data-form=\"login\""));
        app.session = Session::In;
        app.problem = None;
        app.state.site = Some("other.example".into());
        assert!(html(&app).contains("There is no such site here."));
        app.sites.clear();
        assert!(html(&app).contains("data-form=\"site\""));
    }

    #[test]
    fn the_last_numbers_stay_while_new_ones_come_or_the_server_is_gone() {
        let mut app = sample::app("");
        app.stale = true;
        app.problem = Some(Problem::new("The server cannot be reached.", "Trying again."));
        let html = html(&app);
        assert!(
            html.contains("stale") && html.contains("data-value=\"1234\"") && html.contains("Trying again."),
            "{html}"
        );
    }

    #[test]
    fn what_lies_under_the_long_list_cannot_be_reached() {
        assert_eq!(html(&sample::app("?more=page")).matches("inert=\"\"").count(), 3);
    }
}
