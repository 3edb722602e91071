//! The page of a share: its numbers for whoever has the link, without menus, and in a frame without a head.

use crate::answer::Problem;
use crate::app::{App, Session};
use crate::export::with_menus;
use crate::header::{brand, theme_link};
use crate::markup::{Element, element};
use crate::problem::problem;
use crate::skeleton;
use crate::words::say;

/// The page, in `root`. `embed=1` in its address leaves the head and the foot out.
pub fn shared(app: &App, root: Element) -> Element {
    let framed = app.state.own("embed").is_some();
    let content = match (&app.session, &app.problem, &app.content) {
        (Session::Lost, _, _) => {
            let why = say("This link is not whole, or was taken back.");
            titled(problem(&Problem::new(&why, &say("Open it as it was given to you, or ask for another one."))))
        }
        (_, Some(why), None) => titled(problem(why)),
        (_, _, Some(content)) => with_menus(app, content.clone()),
        (_, _, None) => element("section").class("card view-card").child(skeleton::rows(9)),
    };
    let head =
        element("header").class("top").child(brand("?")).child(element("span").class("spring")).child(theme_link(app));
    let foot = element("footer")
        .class("bottom")
        .child(element("span").text(say("Counted by Passerby")))
        .child(element("span").text(say("No cookies, no identities: nobody is recognised on another day.")));
    let main = element("main").class("content").with("aria-busy", if app.stale { "true" } else { "false" });
    root.children((!framed).then_some(head)).child(main.child(content)).children((!framed).then_some(foot))
}

/// What is shown in place of numbers, under a heading for those who go by headings.
fn titled(content: Element) -> Element {
    element("div").child(element("h1").class("visually-hidden").text("Passerby")).child(content)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::markup::Node;
    use crate::page::page;
    use crate::sample;

    fn html(app: &App) -> String {
        Node::from(page(app)).html()
    }

    #[test]
    fn a_share_has_no_menus_and_in_a_frame_no_head() {
        let mut app = sample::empty_app("?view=share");
        app.session = Session::Shared;
        app.content = Some(element("h1").text("shop.example"));
        let page = html(&app);
        assert!(page.contains("<h1>shop.example</h1>") && page.contains("Counted by Passerby"), "{page}");
        assert!(!page.contains("<nav") && !page.contains("data-menu") && !page.contains("demo.example"), "{page}");
        app.state = app.state.with_own("embed", Some("1"));
        let framed = html(&app);
        assert!(framed.contains("<h1>") && !framed.contains("<header") && !framed.contains("<footer"), "{framed}");
    }

    #[test]
    fn a_link_that_opens_nothing_says_so_and_asks_for_no_key() {
        let mut app = sample::empty_app("?view=share");
        app.session = Session::Lost;
        let page = html(&app);
        assert!(page.contains("taken back") && !page.contains("data-form"), "{page}");
    }
}
