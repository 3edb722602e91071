//! The map of the world: each country in the class of its value, so many countries in each class.

mod shapes;

pub use shapes::Shapes;

use super::Unit;
use super::frame::figure;
use super::heat::level;
use crate::markup::{Element, element};
use crate::words::fill;

/// The shapes of the countries as [`Shapes::read`] takes them; see `views/data/README.md`.
pub const DATA: &[u8] = include_bytes!("../../data/world.bin");

/// The classes of colour, from pale to deep.
const CLASSES: [usize; 5] = [2, 4, 5, 6, 8];

/// How large the circle of a country without a shape is, in the shapes' units.
const CIRCLE: &str = "4";

/// A country with a value.
#[derive(Clone, Debug, PartialEq)]
pub struct Country {
    /// ISO 3166-1 alpha-2 in upper case: `DE`.
    pub code: String,
    /// What it is called.
    pub name: String,
    /// Its value; a country with nothing stays without colour.
    pub value: f64,
    /// Where its shape links to; none if nowhere.
    pub href: Option<String>,
    /// Whether it is chosen.
    pub chosen: bool,
}

/// The values of the countries.
#[derive(Clone, Debug, PartialEq)]
pub struct World {
    /// What is shown.
    pub label: String,
    /// Of the values.
    pub unit: Unit,
    /// What is counted, in plural: "visitors".
    pub counted: String,
    /// Those with a value, in any order.
    pub countries: Vec<Country>,
}

/// The map and what its colours mean. It is for the eye and the pointer: the list of countries beside it, which the
/// caller makes, has the same links for all others.
pub fn world(shapes: &Shapes, world: &World) -> Element {
    let places: Vec<&str> =
        shapes.countries().map(|(code, _)| code).chain(shapes.points().map(|(code, ..)| code)).collect();
    let drawn: Vec<&Country> = world
        .countries
        .iter()
        .filter(|country| country.value > 0.0 && places.contains(&country.code.as_str()))
        .collect();
    let classes = classes(&drawn);
    let known = |code: &str| drawn.iter().find(|country| country.code == code);
    let [width, height] = shapes.size();
    let size = [&width.to_string(), " ", &height.to_string()].concat();
    let mut land = element("g").class("land");
    let mut here = Vec::new();
    for (code, data) in shapes.countries() {
        let shape = element("path").with("d", data);
        match known(code) {
            Some(country) => here.push((country, shape)),
            None => land = land.child(shape),
        }
    }
    for (code, x, y) in shapes.points() {
        let circle = element("circle").with("cx", x.to_string()).with("cy", y.to_string()).with("r", CIRCLE);
        here.extend(known(code).map(|country| (country, circle)));
    }
    let mut map = element("svg").class("world").with("viewBox", ["0 0 ", &size].concat()).with("aria-hidden", "true");
    map = map.child(land);
    let (chosen, others): (Vec<_>, Vec<_>) = here.into_iter().partition(|(country, _)| country.chosen);
    // The chosen ones last, so that no neighbour covers their edge.
    for (country, shape) in others.into_iter().chain(chosen) {
        map = map.child(world.place(country, shape, &classes));
    }
    figure("", &world.label).child(map).child(world.legend(&drawn, &classes))
}

/// The values from the least to the greatest.
fn ascending(countries: &[&Country]) -> Vec<f64> {
    let mut values: Vec<f64> = Vec::new();
    for country in countries {
        // There are few: cheaper than all that a sort brings along.
        let place = values.iter().take_while(|value| **value <= country.value).count();
        values.insert(place, country.value);
    }
    values
}

/// The greatest value of each class, ascending: quantiles, so that each has about as many countries. Countries of the
/// same value are in the same class, so there may be fewer classes than colours.
fn classes(countries: &[&Country]) -> Vec<f64> {
    let values = ascending(countries);
    let last = |class: usize| (values.len() * class).div_ceil(CLASSES.len()).checked_sub(1);
    let mut ends: Vec<f64> = (1..=CLASSES.len()).filter_map(|class| values.get(last(class)?).copied()).collect();
    ends.dedup();
    ends
}

/// The name of a class; few classes take the deeper colours.
fn colour(class: usize, classes: usize) -> &'static str {
    level(CLASSES.get(class + CLASSES.len().saturating_sub(classes)).copied().unwrap_or(8))
}

impl World {
    /// A country's shape in its colour.
    fn place(&self, country: &Country, shape: Element, classes: &[f64]) -> Element {
        let class = classes.iter().position(|end| country.value <= *end).unwrap_or_default();
        let place = match &country.href {
            Some(href) => element("a").with("href", href).with("tabindex", "-1"),
            None => element("g"),
        };
        let title = [&country.name, ": ", &self.unit.show_exactly(country.value), " ", &self.counted].concat();
        let class = ["place heat-", colour(class, classes.len())].concat();
        let class = if country.chosen { [&class, " chosen"].concat() } else { class };
        place.class(class).child(element("title").text(title)).child(shape)
    }

    fn legend(&self, drawn: &[&Country], classes: &[f64]) -> Element {
        let values = ascending(drawn);
        let entries = classes.iter().enumerate().map(|(class, end)| {
            let above = class.checked_sub(1).and_then(|before| classes.get(before)).copied().unwrap_or(0.0);
            let begin = values.iter().copied().find(|value| *value > above).unwrap_or(*end);
            let (begin, end) = (self.unit.show(begin), self.unit.show(*end));
            let range = if begin == end { end } else { [&begin, " – ", &end].concat() };
            element("li").class(["key heat-", colour(class, classes.len())].concat()).text(range)
        });
        element("ul")
            .class("legend world-legend")
            .with("aria-label", fill("Colours: {0}", &[&self.counted]))
            .children(entries)
    }
}

#[cfg(test)]
mod tests;
