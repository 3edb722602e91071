//! What is known of the overview, whoever counted it, and how it goes from the edge to the page.

use crate::dimension::Dimension;
use crate::metric::Metric;
use crate::range::Interval;
use crate::wire::{Reader, Writer};

/// What went wrong, in the words of the API.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// What is wrong.
    pub message: String,
    /// How to mend it; may be empty.
    pub hint: String,
}

impl Problem {
    /// A problem in the program's own words.
    pub fn new(message: &str, hint: &str) -> Self {
        Self { message: message.to_owned(), hint: hint.to_owned() }
    }

    /// An answer that says nothing this page understands.
    pub fn unreadable() -> Self {
        Self::new("The server answered in a way this page does not understand.", "Reload the page.")
    }
}

/// A value of each metric, in the order of [`Metric::ALL`]; none where it is not defined.
pub type Values = [Option<f64>; 6];

/// The value of a metric.
pub fn value_of(values: &Values, metric: Metric) -> Option<f64> {
    values.get(metric as usize).copied().flatten()
}

/// A value of each metric, now and in the period before.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Pair {
    /// In the range.
    pub now: Values,
    /// In as long a time before.
    pub before: Values,
}

/// The chart's buckets.
#[derive(Clone, Debug, PartialEq)]
pub struct Series {
    /// How wide they are.
    pub interval: Interval,
    /// Begin of each in local time.
    pub labels: Vec<String>,
    /// Begin of the bucket of the period before that each is compared with; empty if there is none.
    pub labels_before: Vec<String>,
    /// The values of each.
    pub values: Vec<Pair>,
}

/// A row of a list.
#[derive(Clone, Debug, PartialEq)]
pub struct Row {
    /// The dimension's value as stored: hostile, if the visitor was.
    pub name: String,
    /// The values in the order asked; visitors first.
    pub values: Vec<Option<f64>>,
}

/// A list or a page of one.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct List {
    /// Its rows, most visitors first.
    pub rows: Vec<Row>,
    /// How many there are in all.
    pub total_rows: usize,
}

/// Something that happened at the site: a release, a campaign.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Moment {
    /// When, in local time: `2026-11-21` or `2026-11-21 13:05:00`.
    pub time: String,
    /// What, in the owner's words.
    pub text: String,
}

/// What is known of a view. Parts that are not there yet are still being asked for.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Data {
    /// The headline numbers.
    pub headline: Option<Result<Pair, Problem>>,
    /// The same over time.
    pub series: Option<Result<Series, Problem>>,
    /// Visitors of the last five minutes.
    pub present: Option<f64>,
    /// Whether the site ever had an event; not known at first.
    pub counting: Option<bool>,
    /// The first rows of each list.
    pub lists: Vec<(Dimension, Result<List, Problem>)>,
    /// The long list on top.
    pub detail: Option<Result<List, Problem>>,
}

impl Data {
    /// What is known of a list.
    pub fn list(&self, dimension: Dimension) -> Option<&Result<List, Problem>> {
        self.lists.iter().find(|(known, _)| *known == dimension).map(|(_, list)| list)
    }

    /// All visitors of the range, of which a row's are a share.
    pub fn visitors(&self) -> Option<f64> {
        self.headline.as_ref()?.as_ref().ok().and_then(|pair| value_of(&pair.now, Metric::Visitors))
    }

    /// Writes it for the page.
    pub fn to_wire(&self, out: &mut Writer) {
        option(out, self.headline.as_ref(), |out, pair| result(out, pair, Pair::write));
        option(out, self.series.as_ref(), |out, series| result(out, series, Series::write));
        out.value(self.present);
        out.number(self.counting.map_or(2, usize::from));
        out.number(self.lists.len());
        for (dimension, list) in &self.lists {
            out.text(dimension.name());
            result(out, list, List::write);
        }
        option(out, self.detail.as_ref(), |out, list| result(out, list, List::write));
    }

    /// Reads what [`Self::to_wire`] wrote; none where it is nothing of this kind.
    pub fn from_wire(from: &mut Reader<'_>) -> Option<Self> {
        let mut data = Self::default();
        read_option(from, &mut data.headline, |from| read_result(from, Pair::read))?;
        read_option(from, &mut data.series, |from| read_result(from, Series::read))?;
        from.value(&mut data.present)?;
        data.counting = [Some(false), Some(true), None].get(from.number()?).copied()?;
        for _ in 0..from.number()? {
            let dimension = Dimension::parse(from.text()?)?;
            data.lists.push((dimension, read_result(from, List::read)?));
        }
        read_option(from, &mut data.detail, |from| read_result(from, List::read))?;
        Some(data)
    }
}

fn option<T>(out: &mut Writer, value: Option<&T>, write: fn(&mut Writer, &T)) {
    out.number(usize::from(value.is_some()));
    if let Some(value) = value {
        write(out, value);
    }
}

fn read_option<T>(from: &mut Reader<'_>, place: &mut Option<T>, read: fn(&mut Reader<'_>) -> Option<T>) -> Option<()> {
    if from.number()? == 1 {
        *place = Some(read(from)?);
    }
    Some(())
}

fn result<T>(out: &mut Writer, result: &Result<T, Problem>, write: fn(&T, &mut Writer)) {
    out.number(usize::from(result.is_ok()));
    match result {
        Ok(value) => write(value, out),
        Err(Problem { message, hint }) => {
            out.text(message);
            out.text(hint);
        }
    }
}

fn read_result<T>(from: &mut Reader<'_>, read: fn(&mut Reader<'_>) -> Option<T>) -> Option<Result<T, Problem>> {
    if from.number()? == 1 {
        return read(from).map(Ok);
    }
    Some(Err(Problem { message: from.text()?.to_owned(), hint: from.text()?.to_owned() }))
}

impl Pair {
    pub(crate) fn write(&self, out: &mut Writer) {
        for value in self.now.iter().chain(&self.before) {
            out.value(*value);
        }
    }

    pub(crate) fn read(from: &mut Reader<'_>) -> Option<Self> {
        let mut pair = Self::default();
        for value in pair.now.iter_mut().chain(&mut pair.before) {
            from.value(value)?;
        }
        Some(pair)
    }
}

impl Series {
    pub(crate) fn write(&self, out: &mut Writer) {
        out.number(self.interval as usize);
        for labels in [&self.labels, &self.labels_before] {
            out.number(labels.len());
            for label in labels {
                out.text(label);
            }
        }
        for pair in &self.values {
            pair.write(out);
        }
    }

    pub(crate) fn read(from: &mut Reader<'_>) -> Option<Self> {
        let interval = *Interval::ALL.get(from.number()?)?;
        let (labels, labels_before) = (read_texts(from)?, read_texts(from)?);
        let values = labels.iter().map(|_| Pair::read(from)).collect::<Option<Vec<_>>>()?;
        Some(Self { interval, labels, labels_before, values })
    }
}

fn read_texts(from: &mut Reader<'_>) -> Option<Vec<String>> {
    let mut texts = Vec::new();
    for _ in 0..from.number()? {
        texts.push(from.text()?.to_owned());
    }
    Some(texts)
}

impl List {
    pub(crate) fn write(&self, out: &mut Writer) {
        out.number(self.total_rows);
        out.number(self.rows.len());
        for Row { name, values } in &self.rows {
            out.text(name);
            out.number(values.len());
            for value in values {
                out.value(*value);
            }
        }
    }

    pub(crate) fn read(from: &mut Reader<'_>) -> Option<Self> {
        let total_rows = from.number()?;
        let mut rows = Vec::new();
        for _ in 0..from.number()? {
            let name = from.text()?.to_owned();
            let mut values = Vec::new();
            for _ in 0..from.number()? {
                let mut value = None;
                from.value(&mut value)?;
                values.push(value);
            }
            rows.push(Row { name, values });
        }
        Some(Self { rows, total_rows })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample;

    #[test]
    fn it_goes_to_the_page_whole_or_not_at_all() {
        let mut data = sample::app("?more=page").data;
        data.lists.push((Dimension::Os, Err(Problem::new("No", "Yes"))));
        for data in [data, Data::default()] {
            let mut out = Writer::default();
            data.to_wire(&mut out);
            let bytes = out.done();
            assert_eq!(Data::from_wire(&mut Reader::new(&bytes)), Some(data));
            for end in 0..bytes.len() {
                assert_eq!(Data::from_wire(&mut Reader::new(bytes.get(..end).unwrap())), None, "cut at {end}");
            }
        }
    }
}
