//! The first steps of an owner: name a site, put the snippet into its pages, wait for the first visit.

use crate::app::{App, Site};
use crate::login::submit;
use crate::markup::{Element, element};
use crate::problem::problem;

/// The form for a new site.
pub fn add_site(app: &App) -> Element {
    let first = app.sites.is_empty();
    let input = element("input")
        .with("id", "site-domain")
        .with("name", "domain")
        .with("required", "")
        .with("placeholder", "example.com")
        .with("autocomplete", "off")
        .with("autocapitalize", "none")
        .with("spellcheck", "false")
        .with("inputmode", "url")
        .with("autofocus", "");
    let zones = app.timezones.iter().map(|zone| {
        element("option")
            .with("value", zone.as_str())
            .with_if(*zone == app.timezone_here, "selected", "")
            .text(zone.as_str())
    });
    let back = element("a").class("quiet").with("href", app.state.but(|state| state.adding_site = false).href());
    let form = element("form")
        .class("card gate")
        .with("data-form", "site")
        .child(element("h1").text(if first { "Your first site" } else { "Add a site" }))
        .child(element("p").class("lead").text("Its visits are counted apart from those of other sites."))
        .child(field("Domain", input))
        .child(field("Time zone", element("select").with("name", "timezone").children(zones)))
        .child(element("p").class("hint").text("Days begin and end at midnight in this time zone."))
        .children(app.form_problem.as_ref().map(problem))
        .child(submit("Add site", app.sending))
        .children((!first).then(|| back.text("Back")));
    element("div").class("centre").child(form)
}

fn field(label: &str, input: Element) -> Element {
    element("label").class("field").child(element("span").text(label)).child(input)
}

/// The line that an owner puts into the pages of a site.
pub fn snippet(origin: &str, domain: &str) -> String {
    ["<script defer src=\"", origin, "/p.js\" data-site=\"", domain, "\"></script>"].concat()
}

/// How to install; `waiting` for the first visit.
pub fn install(app: &App, site: &Site, waiting: bool) -> Element {
    let copy = if app.copied.is_some() { "Copied" } else { "Copy" };
    let code = element("div")
        .class("snippet")
        .child(element("code").with("id", "snippet").with("tabindex", "0").text(snippet(&app.origin, &site.domain)))
        .child(element("button").class("button").with("type", "button").with("data-do", "copy").text(copy));
    let title = if waiting { "Waiting for the first visit" } else { "Snippet to install" };
    let card = element("section")
        .class("card install")
        .children(waiting.then(|| element("span").class("pulse").with("aria-hidden", "true")))
        .child(element("h1").text(title))
        .child(
            element("p")
                .class("lead")
                .text("Put this line into the ")
                .child(element("code").text("<head>"))
                .text([" of every page of ", &site.domain, "."].concat()),
        )
        .child(code);
    let note = if waiting {
        element("p").class("hint").text("Then open the site: the visit appears here by itself, within seconds.")
    } else {
        let back = app.state.but(|state| state.snippet = false).href();
        element("p").child(element("a").class("quiet").with("href", back).text("Back to the numbers"))
    };
    card.child(note)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample;
    use expect_test::expect_file;

    #[test]
    fn a_new_owner_names_a_site_and_gets_a_snippet() {
        let mut app = sample::empty_app("");
        let site = app.sites.remove(0);
        app.sites.clear();
        app.timezones = vec!["Asia/Kathmandu".into(), "Europe/Berlin".into()];
        app.timezone_here = "Europe/Berlin".into();
        let steps = [sample::lines(&add_site(&app)), sample::lines(&install(&app, &site, true))].concat();
        expect_file!["../snapshots/sites.html"].assert_eq(&steps);
    }
}
