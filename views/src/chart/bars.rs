//! Bars: how often which values were seen, and what a time was made of.

use super::frame::{self, Across, down, drawing, figure, percentage, rectangle};
use super::{Annotation, Buckets, Colour, Threshold, Unit, notes};
use crate::format;
use crate::markup::{Element, element};
use crate::scale;
use crate::words::{fill, say};

/// The part of its slot that a bar fills.
const FILLED: f64 = 0.8;

/// At most so many edges of bins are named.
const NAMED_EDGES: usize = 8;

/// A stretch of a histogram's axis: web vitals' good, needs improvement, poor.
#[derive(Clone, Debug, PartialEq)]
pub struct Band {
    /// What it is called.
    pub name: String,
    /// Where it ends, in the unit of the edges; none for the last.
    pub up_to: Option<f64>,
    /// The colour of its bars.
    pub colour: Colour,
}

/// How often which values were seen.
#[derive(Clone, Debug, PartialEq)]
pub struct Histogram {
    /// What is shown.
    pub label: String,
    /// Of the edges.
    pub unit: Unit,
    /// Where the bins begin, ascending; one for each of `counts`. All bins are drawn equally wide.
    pub edges: Vec<f64>,
    /// Where the last bin ends; none if it is open.
    pub end: Option<f64>,
    /// How many values each bin has.
    pub counts: Vec<f64>,
    /// What is counted, in plural: "page views".
    pub counted: String,
    /// Ascending; a bin has the colour of the band in which it begins. Without bands it has the first colour.
    pub bands: Vec<Band>,
    /// Upright lines at values, with name and value.
    pub markers: Vec<Threshold>,
    /// Whether to give the table in place of the picture.
    pub as_table: bool,
}

/// The histogram.
pub fn histogram(chart: &Histogram) -> Element {
    let whole = figure(if chart.markers.is_empty() { "" } else { "noted" }, &chart.label);
    if chart.as_table {
        return whole.child(chart.table());
    }
    let legend = (!chart.bands.is_empty()).then(|| {
        let names: Vec<String> = chart.bands.iter().map(|band| chart.band_name(band)).collect();
        frame::legend(chart.bands.iter().zip(&names).map(|(band, name)| (band.colour, name.as_str())).collect())
    });
    whole.children(legend).child(chart.plot()).child(chart.table())
}

impl Histogram {
    fn across(&self) -> Across {
        Across::Slots(self.counts.len())
    }

    fn all(&self) -> f64 {
        self.counts.iter().sum()
    }

    fn band(&self, bin: usize) -> Option<&Band> {
        let begin = self.edges.get(bin)?;
        self.bands.iter().find(|band| band.up_to.is_none_or(|end| *begin < end))
    }

    /// A band's name with its share of all.
    fn band_name(&self, band: &Band) -> String {
        let within = |(bin, count): (usize, &f64)| if self.band(bin) == Some(band) { *count } else { 0.0 };
        let count: f64 = self.counts.iter().enumerate().map(within).sum();
        [&band.name, " ", &format::percent(count * 100.0 / self.all().max(1.0))].concat()
    }

    /// Where a value lies across, 0 to 1; in an open bin it is the middle.
    fn x(&self, value: f64) -> f64 {
        let bin = self.edges.iter().take_while(|edge| **edge <= value).count().saturating_sub(1);
        let begin = self.edges.get(bin).copied().unwrap_or(value);
        let end = self.edges.get(bin + 1).copied().or(self.end);
        let part = end.map_or(0.5, |end| (value - begin) / (end - begin));
        (bin as f64 + part.clamp(0.0, 1.0)) / self.counts.len().max(1) as f64
    }

    fn plot(&self) -> Element {
        let count = self.counts.len().max(1) as f64;
        let marks = Unit::Count.marks(self.counts.iter().copied().fold(0.0, f64::max));
        let mut parts = frame::grid(&marks);
        for (bin, value) in self.counts.iter().enumerate().filter(|(_, value)| **value > 0.0) {
            let (top, width) = (down(&marks, *value), FILLED / count);
            let colour = self.band(bin).map_or(Colour::Teal, |band| band.colour);
            let bar = rectangle(self.across().x(bin) - width / 2.0, top, width, 1.0 - top);
            parts.push(bar.class(["column ", colour.class()].concat()).with("rx", "3"));
        }
        for marker in &self.markers {
            let x = self.x(marker.value);
            let name = [&marker.name, " ", &self.unit.show(marker.value)].concat();
            let text = element("text").with("x", percentage(x)).with("y", "-0.55em");
            let text = text.with("text-anchor", if x > 0.5 { "end" } else { "start" }).text(name);
            let mark = element("g").class(["note ", marker.colour.class()].concat());
            parts.push(mark.child(frame::upright("note-line", x)).child(text));
        }
        frame::plot(
            frame::vertical_axis(&marks, &|mark| Unit::Count.show(mark)),
            drawing(parts),
            frame::tips(self.across(), &|bin| self.tip(bin)),
            self.axis(),
        )
    }

    fn axis(&self) -> Element {
        let step = self.counts.len().div_ceil(NAMED_EDGES).max(1);
        let count = self.counts.len().max(1) as f64;
        let mut ends = self.edges.clone();
        ends.extend(self.end);
        let named = ends.iter().enumerate().step_by(step);
        frame::horizontal_axis(named.map(|(place, edge)| (place as f64 / count, self.unit.show(*edge))).collect())
    }

    fn bin(&self, bin: usize) -> String {
        let begin = self.edges.get(bin).map(|edge| self.unit.show(*edge)).unwrap_or_default();
        match self.edges.get(bin + 1).copied().or(self.end) {
            Some(end) => [&begin, " – ", &self.unit.show(end)].concat(),
            None => fill("from {0}", &[&begin]),
        }
    }

    /// What is said of a bin: its range, count and share.
    fn said(&self, bin: usize) -> [String; 3] {
        let value = self.counts.get(bin).copied().unwrap_or_default();
        let share = format::percent(value * 100.0 / self.all().max(1.0));
        [self.bin(bin), format::grouped(value), share]
    }

    fn tip(&self, bin: usize) -> String {
        let [range, value, share] = self.said(bin);
        [&range, "\n", &value, " ", &self.counted, "\t", &share].concat()
    }

    fn table(&self) -> Element {
        let heads = [say("Value"), self.counted.clone(), say("Share")];
        frame::table(&self.label, &heads, self.counts.len(), &|bin| self.said(bin).into(), self.as_table)
    }
}

/// A layer of stacked bars.
#[derive(Clone, Debug, PartialEq)]
pub struct Layer {
    /// What it is called.
    pub name: String,
    /// Its colour.
    pub colour: Colour,
    /// One for each bucket; those missing at the end are nothing.
    pub values: Vec<f64>,
}

/// Bars over time, each of layers from the bottom up: requests by class of status.
#[derive(Clone, Debug, PartialEq)]
pub struct Stacked {
    /// What is shown.
    pub label: String,
    /// Of all values.
    pub unit: Unit,
    /// The time axis.
    pub buckets: Buckets,
    /// The layers, from the bottom up.
    pub layers: Vec<Layer>,
    /// What happened when.
    pub annotations: Vec<Annotation>,
    /// Whether to give the table in place of the picture.
    pub as_table: bool,
}

/// The stacked bars.
pub fn stacked(chart: &Stacked) -> Element {
    let whole = figure(if chart.annotations.is_empty() { "" } else { "noted" }, &chart.label);
    if chart.as_table {
        return whole.child(chart.table());
    }
    let legend = frame::legend(chart.layers.iter().map(|layer| (layer.colour, layer.name.as_str())).collect());
    whole.child(legend).child(chart.plot()).child(chart.table())
}

impl Stacked {
    fn across(&self) -> Across {
        Across::Slots(self.buckets.labels.len())
    }

    fn total(&self, index: usize) -> f64 {
        self.layers.iter().map(|layer| value(layer, index)).sum()
    }

    fn plot(&self) -> Element {
        let totals = (0..self.buckets.labels.len()).map(|index| self.total(index));
        let marks = self.unit.marks(totals.fold(0.0, f64::max));
        let mut parts = frame::grid(&marks);
        parts.extend((0..self.buckets.labels.len()).flat_map(|index| self.bar(index, &marks)));
        parts.extend(notes::notes(&self.annotations, self.across()));
        frame::plot(
            frame::vertical_axis(&marks, &|mark| self.unit.show(mark)),
            drawing(parts),
            frame::tips(self.across(), &|index| self.tip(index)),
            frame::time_axis(&self.buckets.labels, self.buckets.interval, self.across()),
        )
    }

    /// The layers of a bar that have any height.
    fn bar(&self, index: usize, marks: &[f64]) -> Vec<Element> {
        let width = FILLED / self.buckets.labels.len().max(1) as f64;
        let left = self.across().x(index) - width / 2.0;
        let mut ground = 0.0;
        let mut layers = Vec::new();
        for layer in self.layers.iter().filter(|layer| value(layer, index) > 0.0) {
            let (bottom, top) = (down(marks, ground), down(marks, ground + value(layer, index)));
            ground += value(layer, index);
            let class = ["column layer ", layer.colour.class()].concat();
            layers.push(rectangle(left, top, width, bottom - top).class(class).with("rx", "2"));
        }
        layers
    }

    fn label(&self, index: usize) -> String {
        let label = self.buckets.labels.get(index).map(|label| scale::full_label(label, self.buckets.interval));
        notes::labelled(label.unwrap_or_default(), &self.annotations, index)
    }

    /// From the top down, as they stand.
    fn tip(&self, index: usize) -> String {
        let title = self.label(index);
        self.layers.iter().rev().fold(title, |tip, layer| {
            [&tip, "\n", &layer.name, "\t", &self.unit.show_exactly(value(layer, index))].concat()
        })
    }

    fn table(&self) -> Element {
        let mut heads = vec![say("Time")];
        heads.extend(self.layers.iter().map(|layer| layer.name.clone()));
        let row = |index| {
            let mut cells = vec![self.label(index)];
            cells.extend(self.layers.iter().map(|layer| self.unit.show_exactly(value(layer, index))));
            cells
        };
        frame::table(&self.label, &heads, self.buckets.labels.len(), &row, self.as_table)
    }
}

/// A layer's part of a bar; what is no number or below nothing is nothing.
fn value(layer: &Layer, index: usize) -> f64 {
    layer.values.get(index).copied().unwrap_or_default().max(0.0)
}

#[cfg(test)]
mod tests;
