//! What went wrong, with what to do about it.

use crate::answer::Problem;
use crate::markup::{Element, element};
use crate::words::{say, say_if_known};

/// What the page says before, or without, its module, in English and in the language that is spoken:
/// `www/dashboard/index.html` has the former, and the edge puts the latter there.
pub fn frame() -> [(&'static str, String); 3] {
    let both = |english: &'static str| (english, say(english));
    [
        both(
            "The dashboard could not be loaded. Reload the page; if that does not help, the server may have been updated or WebAssembly may be blocked.",
        ),
        both(
            "This browser has WebAssembly switched off, which the dashboard needs. Your numbers are safe, and to be had from the API.",
        ),
        both(
            "Scripts are switched off: the numbers on this page are those of the moment it was loaded. Signing in, forms and shared links need scripts.",
        ),
    ]
}

/// What the API tells people who sign in, so that catalogues have it.
pub const OF_LOGIN: [&str; 4] = told([
    "That is no key that is known.",
    "Send the key that the server was started with, or your own as a member of a site.",
    "Too many wrong keys came from this address.",
    "Wait as long as Retry-After says; the right key from another address is heard at once.",
]);

const fn told<const N: usize>(texts: [&'static str; N]) -> [&'static str; N] {
    texts
}

/// A message with its hint, announced at once. What the API says is said in the reader's language where that is known.
pub fn problem(problem: &Problem) -> Element {
    let hint = Some(&problem.hint).filter(|hint| !hint.is_empty());
    element("div")
        .class("problem")
        .with("role", "alert")
        .child(element("p").class("problem-message").text(say_if_known(&problem.message)))
        .children(hint.map(|hint| element("p").class("problem-hint").text(say_if_known(hint))))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::language::Language;
    use crate::markup::Node;
    use crate::words::tests::catalogue;
    use crate::words::within;

    #[test]
    fn the_frame_says_what_the_edge_replaces() {
        let page = include_str!("../../www/dashboard/index.html");
        for (english, _) in frame() {
            assert_eq!(page.matches(english).count(), 1, "{english}");
        }
    }

    #[test]
    fn what_is_told_at_the_door_is_what_the_api_says() {
        let api = include_str!("../../edge-worker/src/routes/login.rs");
        for text in OF_LOGIN {
            assert!(api.contains(text), "{text}");
        }
    }

    #[test]
    fn what_the_api_says_is_translated_where_the_catalogue_has_it() {
        let german = catalogue(Language::German, &[("Log in again.", "", "Melde dich neu an.")]);
        let html = within(Some(&german), || Node::from(problem(&Problem::new("Over.", "Log in again."))).html());
        assert!(html.contains(">Over.<") && html.contains(">Melde dich neu an.<"), "{html}");
    }
}
