//! The custom properties of the styles, read from the styles themselves, and what they look like.

mod colour;

use crate::specimen::section;
use colour::{Rgb, contrast};
use views::markup::{Element, element};

/// A custom property: its name without dashes, and its value as written.
pub(crate) struct Token<'a> {
    name: &'a str,
    value: &'a str,
}

/// The properties of the first `:root` of the styles, in their order.
pub(crate) fn read(style: &str) -> Vec<Token<'_>> {
    let root = style.split_once(":root {").and_then(|(_, rest)| rest.split_once("\n}")).map_or("", |(root, _)| root);
    let lines = root.lines().filter_map(|line| line.trim().strip_prefix("--")?.strip_suffix(';')?.split_once(": "));
    lines.map(|(name, value)| Token { name, value }).collect()
}

/// The value of a property, after those that it names.
fn value<'a>(tokens: &[Token<'a>], name: &str) -> Option<&'a str> {
    let value = tokens.iter().find(|token| token.name == name)?.value;
    match value.strip_prefix("var(--").and_then(|rest| rest.strip_suffix(')')) {
        Some(other) if other != name => self::value(tokens, other),
        _ => Some(value),
    }
}

/// A colour in the light and in the dark theme; none where the property is no pair of colours.
fn pair(tokens: &[Token], name: &str) -> Option<[Rgb; 2]> {
    let both = value(tokens, name)?.strip_prefix("light-dark(")?.strip_suffix(')')?;
    let (light, dark) = both.split_once(", ")?;
    Some([Rgb::read(light)?, Rgb::read(dark)?])
}

/// The sections of colours, type and space.
pub(crate) fn sections(tokens: &[Token]) -> Vec<Element> {
    let swatches = tokens.iter().filter_map(|token| {
        let colours = pair(tokens, token.name)?;
        let surfaces = pair(tokens, "surface")?;
        let samples = colours.iter().zip(&surfaces).map(|(colour, surface)| sample(*colour, *surface));
        let name = element("code").text(["--", token.name].concat());
        Some(element("li").class("swatch").child(name).children(samples))
    });
    let colour = section(
        "Colour",
        "Each name has a colour for light and one for dark; beside it stands its contrast with a card. Text has 4.5:1 and \
         more, what is drawn 3:1. The tests of this page hold the styles to that.",
    );
    let sizes = tokens.iter().filter(|token| token.value.ends_with("rem")).map(|token| {
        let text = element("text")
            .with("y", "50%")
            .with("dy", "0.35em")
            .with("font-size", token.value)
            .text("1,234 visitors from 12 countries");
        named(token, element("svg").class("type-sample").with("aria-hidden", "true").child(text))
    });
    let kind = section("Type", "The system's own face; figures of equal width, so that columns line up.");
    let spaces = tokens.iter().filter(|token| token.value.ends_with("px") && !token.value.contains(' ')).map(|token| {
        let bar = element("rect").with("width", token.value).with("height", "12").with("rx", "2");
        named(token, element("svg").class("space-sample").with("aria-hidden", "true").child(bar))
    });
    let space = section("Space", "Steps between things, and the corners of cards and controls.");
    let motion = tokens.iter().filter(|token| token.value.contains("ms")).map(|token| named(token, element("span")));
    let moving = section("Motion", "Short, and none at all for those who ask for less of it.");
    vec![
        colour.child(element("ul").class("swatches").children(swatches)),
        kind.child(element("ul").class("scale").children(sizes)),
        space.child(element("ul").class("scale").children(spaces)),
        moving.child(element("ul").class("scale").children(motion)),
    ]
}

fn named(token: &Token, sample: Element) -> Element {
    element("li")
        .child(element("code").text(["--", token.name].concat()))
        .child(element("span").class("token-value").text(token.value))
        .child(sample)
}

/// A colour as it is on a card, with its contrast.
fn sample(colour: Rgb, surface: Rgb) -> Element {
    let tenths = (contrast(colour, surface) * 10.0).round() as u32;
    let ratio = [&(tenths / 10).to_string(), ".", &(tenths % 10).to_string()].concat();
    let square = |class: &str, colour: Rgb| {
        element("rect").class(class).with("width", "100%").with("height", "100%").with("fill", colour.hex())
    };
    let chip = element("svg")
        .class("chip-of")
        .with("aria-hidden", "true")
        .child(square("chip-colour", colour).with("rx", "6"));
    element("span")
        .class("sample")
        .child(chip)
        .child(element("code").text(colour.hex()))
        .child(element("span").text(ratio))
}

#[cfg(test)]
mod tests {
    use super::colour::{SIGHTS, distance};
    use super::*;

    const HUES: [&str; 6] = ["teal", "blue", "amber", "rose", "violet", "slate"];
    const HEAT: [&str; 8] = ["heat-1", "heat-2", "heat-3", "heat-4", "heat-5", "heat-6", "heat-7", "heat-8"];

    fn colours(name: &str) -> [Rgb; 2] {
        pair(&read(crate::STYLE), name).unwrap_or_else(|| panic!("--{name} is a pair of colours"))
    }

    /// Checks a pair of properties in both themes.
    fn check(above: &str, below: &str, least: f64) {
        for (theme, (above_colour, below_colour)) in
            ["light", "dark"].into_iter().zip(colours(above).into_iter().zip(colours(below)))
        {
            let ratio = contrast(above_colour, below_colour);
            assert!(ratio >= least, "{above} on {below}, {theme}: {ratio:.2}:1 is less than {least}:1");
        }
    }

    #[test]
    fn text_has_contrast_on_every_surface() {
        for surface in ["paper", "surface", "raised", "hover"] {
            for text in ["ink", "ink-2", "ink-3", "accent-ink"] {
                check(text, surface, 4.5);
            }
        }
        for judgement in ["good", "bad"] {
            check(judgement, "surface", 4.5);
        }
        check("on-accent", "accent", 4.5);
    }

    #[test]
    fn what_is_drawn_has_contrast_on_a_card() {
        for hue in HUES.into_iter().chain(["good", "fair", "bad", "before", "accent"]) {
            check(hue, "surface", 3.0);
        }
    }

    #[test]
    fn text_has_contrast_on_every_class_of_heat() {
        for (place, class) in HEAT.into_iter().enumerate() {
            check(["ink", "on-heat-5", "on-heat"][usize::from(place > 3) + usize::from(place > 4)], class, 4.5);
        }
        check("ink", "hover", 4.5);
    }

    #[test]
    fn classes_of_heat_go_one_way() {
        for theme in 0..2 {
            let card = colours("surface")[theme];
            let ratios: Vec<f64> = HEAT.iter().map(|class| contrast(colours(class)[theme], card)).collect();
            assert!(ratios.windows(2).all(|pair| pair[1] > pair[0] * 1.12), "{ratios:.2?}");
        }
    }

    #[test]
    fn hues_are_told_apart_with_every_kind_of_sight() {
        for (names, least) in [(&HUES[..], 0.09), (&["good", "fair", "bad"], 0.08)] {
            for theme in 0..2 {
                for (sight, matrix) in SIGHTS {
                    for (place, one) in names.iter().enumerate() {
                        for other in &names[..place] {
                            let apart =
                                distance(colours(one)[theme].seen(&matrix), colours(other)[theme].seen(&matrix));
                            assert!(apart >= least, "{one} and {other}, theme {theme}, {sight}: {apart:.3}");
                        }
                    }
                }
            }
        }
    }

    #[test]
    fn contrast_is_that_of_wcag() {
        let ratio = |one, other| contrast(Rgb::read(one).unwrap(), Rgb::read(other).unwrap());
        assert!((ratio("#000000", "#ffffff") - 21.0).abs() < 1e-9);
        assert!((ratio("#777777", "#ffffff") - 4.478).abs() < 1e-3);
        assert_eq!(Rgb::read("#12345"), None);
    }
}
