//! The first step of an owner: to name a site. What comes then is the view `install`.

use crate::app::App;
use crate::login::submit;
use crate::markup::{Element, element};
use crate::problem::problem;
use crate::words::say;

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
        .child(element("h1").text(if first { say("Your first site") } else { say("Add a site") }))
        .child(element("p").class("lead").text(say("Its visits are counted apart from those of other sites.")))
        .child(field(&say("Domain"), input))
        .child(field(&say("Time zone"), element("select").with("name", "timezone").children(zones)))
        .child(element("p").class("hint").text(say("Days begin and end at midnight in this time zone.")))
        .children(app.form_problem.as_ref().map(problem))
        .child(submit(&say("Add site"), app.sending))
        .children((!first).then(|| back.text(say("Back"))));
    element("div").class("centre").child(form)
}

fn field(label: &str, input: Element) -> Element {
    element("label").class("field").child(element("span").text(label)).child(input)
}

/// The line that an owner puts into the pages of a site.
pub fn snippet(origin: &str, domain: &str) -> String {
    ["<script defer src=\"", origin, "/p.js\" data-site=\"", domain, "\"></script>"].concat()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample;
    use expect_test::expect_file;

    #[test]
    fn a_new_owner_names_a_site() {
        let mut app = sample::empty_app("");
        app.sites.clear();
        app.timezones = vec!["Asia/Kathmandu".into(), "Europe/Berlin".into()];
        app.timezone_here = "Europe/Berlin".into();
        expect_file!["../snapshots/sites.html"].assert_eq(&sample::lines(&add_site(&app)));
    }
}
