//! The way in: the admin key or a member's, exchanged for a cookie that no script can read.

use crate::app::{App, Session};
use crate::icon::mark;
use crate::language::language_menu;
use crate::markup::{Element, element};
use crate::problem::problem;
use crate::words::say;

/// The form that asks for the key.
pub fn login(app: &App) -> Element {
    let why = match &app.session {
        Session::Out(Some(why)) => Some(problem(why)),
        _ => None,
    };
    let key = element("label").class("field").child(element("span").text(say("Key"))).child(
        element("input")
            .with("id", "login-key")
            .with("type", "password")
            .with("name", "key")
            .with("required", "")
            .with("autocomplete", "current-password")
            .with("autofocus", ""),
    );
    let form = element("form")
        .class("card gate")
        .with("data-form", "login")
        .child(mark())
        .child(element("h1").text("Passerby"))
        .child(element("p").class("lead").text(say("Counts who passes, never learns who they are.")))
        .child(key)
        .children(why)
        .child(submit(&say("Log in"), app.sending))
        .child(element("p").class("hint").text(say(
            "Your own as a member of a site, or the admin key: printed at the first start, or in PASSERBY_ADMIN_KEY.",
        )))
        .child(language_menu(app));
    element("main").class("centre").with("aria-busy", if app.sending { "true" } else { "false" }).child(form)
}

/// The button that sends a form.
pub fn submit(label: &str, sending: bool) -> Element {
    let button = element("button").class("button primary").with("type", "submit");
    button.with_if(sending, "disabled", "").text(label)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::answer::Problem;
    use crate::sample;
    use expect_test::expect_file;

    #[test]
    fn a_refused_key_says_so() {
        let mut app = sample::empty_app("");
        app.session = Session::Out(Some(Problem::new("This is not the admin key.", "Copy it whole.")));
        expect_file!["../snapshots/login.html"].assert_eq(&sample::lines(&login(&app)));
    }
}
