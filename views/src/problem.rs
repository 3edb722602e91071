//! What went wrong, with what to do about it.

use crate::answer::Problem;
use crate::markup::{Element, element};

/// A message with its hint, announced at once.
pub fn problem(problem: &Problem) -> Element {
    let hint = Some(&problem.hint).filter(|hint| !hint.is_empty());
    element("div")
        .class("problem")
        .with("role", "alert")
        .child(element("p").class("problem-message").text(problem.message.as_str()))
        .children(hint.map(|hint| element("p").class("problem-hint").text(hint.as_str())))
}
