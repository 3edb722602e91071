//! Which language a page is made in, and its catalogue: a file of the build, named in the page's template, read once.

use super::assets;
use crate::call::Call;
use std::cell::RefCell;
use std::rc::Rc;
use views::language::Language;
use views::state::State;
use views::words::Words;

/// What a template has in its place: the names of all catalogues, such as `de.1a2b3c`.
const BEGIN: &str = "<!--words ";
const END: &str = "-->";

thread_local! {
    /// Catalogues by their names, which change with what they hold.
    static READ: RefCell<Vec<(String, Rc<Words>)>> = const { RefCell::new(Vec::new()) };
}

/// The language of a page: its address's, else the one that the browser wants most.
pub(super) fn of(call: &Call, state: &State) -> Language {
    let accepted = || Language::accepted(&call.header("accept-language").unwrap_or_default());
    state.language.unwrap_or_else(accepted)
}

/// The catalogue of a language; none for English, which needs none.
pub(super) async fn words(call: &Call, template: &str, language: Language) -> Option<Rc<Words>> {
    let name = name(template, language)?;
    let read = READ.with_borrow(|read| read.iter().find(|(known, _)| known == name).map(|(_, words)| words.clone()));
    if read.is_some() {
        return read;
    }
    let words = Rc::new(Words::read(&assets::text(call, &path(name)).await?)?);
    READ.with_borrow_mut(|read| read.push((name.to_owned(), words.clone())));
    Some(words)
}

/// The template with its language, and with the catalogue that the page's module is to load.
pub(super) fn stated(template: &str, language: Language) -> String {
    let link = name(template, language).map(|name| {
        let path = path(name);
        ["<link id=\"words\" rel=\"preload\" as=\"fetch\" href=\"", &path, "\" crossorigin>"].concat()
    });
    let (before, rest) = template.split_once(BEGIN).unwrap_or((template, END));
    let after = rest.split_once(END).map_or("", |(_, after)| after);
    let html = ["<html lang=\"", language.tag(), "\""].concat();
    [before, &link.unwrap_or_default(), after].concat().replacen("<html lang=\"en\"", &html, 1)
}

fn name(template: &str, language: Language) -> Option<&str> {
    let names = template.split_once(BEGIN)?.1.split_once(END)?.0;
    names.split(' ').find(|name| name.split_once('.').is_some_and(|(tag, _)| tag == language.tag()))
}

fn path(name: &str) -> String {
    ["/app/words/", name, ".txt"].concat()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_names_its_language_and_its_catalogue_alone() {
        let template = "<html lang=\"en\" dir=\"ltr\"><!--words de.1a2b3c pt-BR.4d5e6f--><p>";
        for (language, page) in [
            (Language::English, "<html lang=\"en\" dir=\"ltr\"><p>"),
            (Language::Polish, "<html lang=\"pl\" dir=\"ltr\"><p>"),
            (
                Language::Portuguese,
                "<html lang=\"pt-BR\" dir=\"ltr\"><link id=\"words\" rel=\"preload\" as=\"fetch\" href=\"/app/words/pt-BR.4d5e6f.txt\" crossorigin><p>",
            ),
        ] {
            assert_eq!(stated(template, language), page);
        }
        assert_eq!(stated("<html lang=\"en\"><p>", Language::German), "<html lang=\"de\"><p>");
    }
}
