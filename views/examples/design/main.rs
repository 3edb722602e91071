//! The design page: what the dashboard is made of, drawn by the views themselves, in both themes.
//!
//! `cargo run -p views --example design` writes the page's content; `cargo xtask build` puts it into
//! `www/design/index.html` and serves it as `/design.html`.

mod charts;
mod numbers;
mod parts;
mod site;
mod specimen;
mod tokens;

use std::process::ExitCode;
use views::markup::{Element, Node, element};

/// The styles that the page shows.
const STYLE: &str = include_str!("../../../www/dashboard/style.css");

fn main() -> ExitCode {
    let Some(content) = content() else {
        eprintln!("the page's own data is not what the views take");
        return ExitCode::FAILURE;
    };
    print!("{}", Node::from(content).html());
    ExitCode::SUCCESS
}

fn content() -> Option<Element> {
    let tokens = tokens::read(STYLE);
    let main = element("main").child(introduction());
    Some(main.children(tokens::sections(&tokens)).children(charts::sections()?).children(parts::sections()?))
}

fn introduction() -> Element {
    element("header")
        .class("intro")
        .child(views::icon::mark())
        .child(element("h1").text("Design"))
        .child(element("p").class("lead").text(
        "One accent, quiet surfaces, numbers that line up. Everything here is drawn by the dashboard's own views with \
             the dashboard's own styles, light and dark beside each other.",
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_page_is_whole_and_runs_nothing() {
        let html = Node::from(content().unwrap()).html();
        for name in
            ["Colour", "Type", "Space", "Charts", "Parts", "class=\"world\"", "class=\"heat\"", "class=\"steps\""]
        {
            assert!(html.contains(name), "{name}");
        }
        assert!(!html.contains("<script") && !html.contains(" style="));
    }

    #[test]
    fn no_id_is_given_twice() {
        let html = Node::from(content().unwrap()).html();
        let mut ids: Vec<&str> = html.split(" id=\"").skip(1).filter_map(|rest| rest.split('"').next()).collect();
        let count = ids.len();
        ids.sort_unstable();
        ids.dedup();
        assert_eq!(ids.len(), count);
    }
}
