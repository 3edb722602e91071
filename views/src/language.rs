//! The languages that the dashboard speaks, which of them a reader wants, and the menu that offers them.

use crate::app::App;
use crate::icon::{Icon, icon};
use crate::markup::{Element, element};
use crate::words::say;

/// A language that the dashboard speaks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Language {
    /// What the texts of the views are written in.
    #[default]
    English,
    /// Deutsch.
    German,
    /// Español.
    Spanish,
    /// Français.
    French,
    /// Italiano.
    Italian,
    /// 日本語.
    Japanese,
    /// Polski, whose nouns have one form for one, another for a few and a third for many.
    Polish,
    /// Português, as in Brazil.
    Portuguese,
}

impl Language {
    /// All, in the order of the menu.
    pub const ALL: [Self; 8] = [
        Self::German,
        Self::English,
        Self::Spanish,
        Self::French,
        Self::Italian,
        Self::Japanese,
        Self::Polish,
        Self::Portuguese,
    ];

    /// Its tag (BCP 47): in addresses, in the page's `lang`, and of its catalogue.
    pub fn tag(self) -> &'static str {
        match self {
            Self::English => "en",
            Self::German => "de",
            Self::Spanish => "es",
            Self::French => "fr",
            Self::Italian => "it",
            Self::Japanese => "ja",
            Self::Polish => "pl",
            Self::Portuguese => "pt-BR",
        }
    }

    /// Its name in itself.
    pub fn name(self) -> &'static str {
        match self {
            Self::English => "English",
            Self::German => "Deutsch",
            Self::Spanish => "Español",
            Self::French => "Français",
            Self::Italian => "Italiano",
            Self::Japanese => "日本語",
            Self::Polish => "Polski",
            Self::Portuguese => "Português",
        }
    }

    /// The language of a tag, whatever the country: `de-AT` is German.
    pub fn parse(tag: &str) -> Option<Self> {
        let wanted = tag.get(..2).filter(|_| matches!(tag.as_bytes().get(2), None | Some(b'-')))?;
        let is_wanted = |known: &str| known.get(..2).is_some_and(|known| known.eq_ignore_ascii_case(wanted));
        Self::ALL.into_iter().find(|language| is_wanted(language.tag()))
    }

    /// Which of the languages a browser's `Accept-Language` wants most; English where it wants none of them.
    pub fn accepted(header: &str) -> Self {
        let mut best = (0, Self::English);
        for range in header.split(',') {
            let mut parts = range.split(';').map(str::trim);
            let language = parts.next().and_then(Self::parse);
            let quality = parts.find_map(|part| part.strip_prefix("q=")).map_or(1000, thousandths);
            if let Some(language) = language.filter(|_| quality > best.0) {
                best = (quality, language);
            }
        }
        best.1
    }

    /// Which form of a text fits so many things, by its place in the catalogue: the rules for whole numbers of
    /// <https://www.unicode.org/cldr/charts/latest/supplemental/language_plural_rules.html>.
    pub fn form(self, count: u64) -> usize {
        let romance = |one: bool| match count {
            _ if one => 0,
            0 => 2,
            millions if millions.is_multiple_of(1_000_000) => 1,
            _ => 2,
        };
        match self {
            Self::Japanese => 0,
            Self::English | Self::German => usize::from(count != 1),
            Self::Spanish | Self::Italian => romance(count == 1),
            Self::French | Self::Portuguese => romance(count <= 1),
            Self::Polish => match (count, count % 10, count % 100) {
                (1, ..) => 0,
                (_, _, 12..=14) => 2,
                (_, 2..=4, _) => 1,
                _ => 2,
            },
        }
    }

    /// How many forms a text that depends on a count has.
    pub fn forms(self) -> usize {
        match self {
            Self::Japanese => 1,
            Self::English | Self::German => 2,
            Self::Spanish | Self::Italian | Self::French | Self::Portuguese | Self::Polish => 3,
        }
    }
}

/// A weight such as `0.8` as thousandths; 0 where it is none.
fn thousandths(weight: &str) -> u32 {
    let (whole, fraction) = weight.split_once('.').unwrap_or((weight, ""));
    let digits = [fraction, "000"].concat();
    let parsed = |text: Option<&str>| text.and_then(|text| text.parse::<u32>().ok());
    parsed(Some(whole)).zip(parsed(digits.get(..3))).map_or(0, |(whole, fraction)| whole * 1000 + fraction)
}

/// The menu of languages. Its links load the page anew: the edge makes it in the other language.
pub fn language_menu(app: &App) -> Element {
    let items = Language::ALL.map(|language| {
        let chosen = language == app.language;
        element("a")
            .class("menu-item")
            .with("href", app.state.but(|state| state.language = Some(language)).href())
            .with("lang", language.tag())
            .with("hreflang", language.tag())
            .with_if(chosen, "aria-current", "true")
            .child(element("span").class("menu-tick").children(chosen.then(|| icon(Icon::Tick))))
            .child(element("span").class("menu-label").text(language.name()))
    });
    let title = say("Language");
    let summary = element("summary")
        .class("icon-button")
        .with("aria-label", title.as_str())
        .with("title", title)
        .child(icon(Icon::Globe));
    element("details")
        .class("menu language-menu")
        .with("data-menu", "")
        .child(summary)
        .child(element("div").class("menu-content").children(items))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample;
    use expect_test::expect_file;

    #[test]
    fn a_tag_names_a_language_whatever_the_country() {
        for language in Language::ALL {
            assert_eq!(Language::parse(language.tag()), Some(language));
        }
        for (tag, language) in [
            ("de-AT", Some(Language::German)),
            ("PT", Some(Language::Portuguese)),
            ("EN-gb", Some(Language::English)),
            ("nl", None),
            ("deu", None),
            ("d", None),
            ("é", None),
            ("", None),
        ] {
            assert_eq!(Language::parse(tag), language, "{tag}");
        }
    }

    #[test]
    fn a_browser_gets_the_language_it_wants_most() {
        for (header, language) in [
            ("", Language::English),
            ("*", Language::English),
            ("de", Language::German),
            ("nl,fr;q=0.5", Language::French),
            ("en;q=0.2, pl;q=0.25 ,ja;q=0.1", Language::Polish),
            ("fr-CH, fr;q=0.9, en;q=0.8, de;q=0.7, *;q=0.5", Language::French),
            ("es;q=0, it;q=0.001", Language::Italian),
            ("de;q=x, ;;, ja;q=0.3", Language::Japanese),
        ] {
            assert_eq!(Language::accepted(header), language, "{header}");
        }
    }

    #[test]
    fn the_menu_leads_to_the_same_page_in_each_language() {
        let mut app = sample::app("?range=today&lang=de");
        app.language = Language::German;
        expect_file!["../snapshots/language.html"].assert_eq(&sample::lines(&language_menu(&app)));
    }
}
