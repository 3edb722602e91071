//! Answers of the API, read once into what the views need. Anything missing or of another shape reads as "no value"; the
//! views show that, they never fail.

pub use crate::data::{Data, List, Moment, Pair, Problem, Row, Series, Values, value_of};
use crate::metric::Metric;
use crate::queries::{Ask, headline_metrics, series_metrics};
use crate::range::Interval;
use crate::state::State;
use serde_json::Value;

impl Problem {
    /// Reads an error answer; one without words gets some.
    pub fn read(answer: &Value) -> Self {
        let text = |key| answer.get(key).and_then(Value::as_str).unwrap_or_default();
        match text("error") {
            "" => Self::unreadable(),
            error => Self::new(error, text("hint")),
        }
    }
}

impl Data {
    /// Takes the answer to these questions in.
    pub fn take(&mut self, state: &State, asks: &[Ask], answer: &Value) {
        let results = answer.get("results").and_then(Value::as_array);
        for (index, ask) in asks.iter().enumerate() {
            let result = match results.and_then(|results| results.get(index)) {
                Some(result) if result.get("error").is_none() => Ok(result),
                other => Err(Problem::read(other.unwrap_or(&Value::Null))),
            };
            self.take_one(state, *ask, result);
        }
    }

    fn take_one(&mut self, state: &State, ask: Ask, result: Result<&Value, Problem>) {
        match ask {
            Ask::Headline => {
                self.headline = Some(result.map(|answer| pair(rows(answer).first(), headline_metrics(state))));
            }
            Ask::Series => self.series = Some(result.map(series)),
            Ask::Present => self.present = result.ok().and_then(first_number),
            Ask::Ever => self.counting = result.ok().and_then(first_number).map(|events| events > 0.0),
            Ask::Detail(_) => self.detail = Some(result.map(list)),
            Ask::List(dimension) => {
                self.lists.retain(|(known, _)| *known != dimension);
                self.lists.push((dimension, result.map(list)));
            }
        }
        if let Some(Ok(pair)) = &self.headline
            && value_of(&pair.now, Metric::Visitors).is_some_and(|visitors| visitors > 0.0)
        {
            self.counting = Some(true);
        }
    }
}

fn rows(answer: &Value) -> &[Value] {
    answer.get("results").and_then(Value::as_array).map_or(&[], Vec::as_slice)
}

fn numbers(row: Option<&Value>) -> Vec<Option<f64>> {
    let metrics = row.and_then(|row| row.get("metrics")).and_then(Value::as_array);
    metrics.map_or_else(Vec::new, |metrics| metrics.iter().map(Value::as_f64).collect())
}

fn first_number(answer: &Value) -> Option<f64> {
    numbers(rows(answer).first()).first().copied().flatten()
}

fn first_text(row: &Value) -> String {
    match row.get("dimensions").and_then(|dimensions| dimensions.get(0)) {
        Some(Value::String(text)) => text.clone(),
        Some(Value::Number(number)) => number.to_string(),
        _ => String::new(),
    }
}

fn values(row: Option<&Value>, metrics: impl IntoIterator<Item = Metric>) -> Values {
    let mut values = Values::default();
    for (metric, number) in metrics.into_iter().zip(numbers(row)) {
        if let Some(place) = values.get_mut(metric as usize) {
            *place = number;
        }
    }
    values
}

fn pair(row: Option<&Value>, metrics: Vec<Metric>) -> Pair {
    Pair {
        now: values(row, metrics.iter().copied()),
        before: values(row.and_then(|row| row.get("comparison")), metrics),
    }
}

fn list(answer: &Value) -> List {
    let rows: Vec<Row> =
        rows(answer).iter().map(|row| Row { name: first_text(row), values: numbers(Some(row)) }).collect();
    let total = answer.get("meta").and_then(|meta| meta.get("total_rows")).and_then(Value::as_u64);
    let total_rows = total.map_or(rows.len(), |total| total as usize);
    List { rows, total_rows }
}

/// Views per visit is computed from page views and visits.
fn with_views_per_visit(mut values: Values) -> Values {
    let views = value_of(&values, Metric::Pageviews);
    let visits = value_of(&values, Metric::Visits);
    if let Some(place) = values.get_mut(Metric::ViewsPerVisit as usize) {
        *place = views.zip(visits).map(|(views, visits)| if visits > 0.0 { views / visits } else { 0.0 });
    }
    values
}

/// Puts the rows under the labels of the range: buckets without data have no row and count nothing. Labels may repeat,
/// when the clocks go back, so rows and labels are walked side by side.
fn series(answer: &Value) -> Series {
    let dimension = answer.get("query").and_then(|query| query.get("dimensions")).and_then(|all| all.get(0));
    let name = dimension.and_then(Value::as_str).and_then(|name| name.strip_prefix("time:")).unwrap_or_default();
    let meta_labels = answer.get("meta").and_then(|meta| meta.get("time_labels")).and_then(Value::as_array);
    let labels: Vec<String> = match meta_labels {
        Some(labels) => labels.iter().filter_map(Value::as_str).map(str::to_owned).collect(),
        None => rows(answer).iter().map(first_text).collect(),
    };
    let mut rows = rows(answer).iter().peekable();
    let mut series = Series {
        interval: Interval::parse(name).unwrap_or(Interval::Day),
        labels_before: Vec::new(),
        values: Vec::with_capacity(labels.len()),
        labels,
    };
    for label in &series.labels {
        let row = rows.next_if(|row| first_text(row) == *label);
        let comparison = row.and_then(|row| row.get("comparison"));
        if let Some(comparison) = comparison {
            series.labels_before.push(first_text(comparison));
        }
        let mut now = values(row, series_metrics());
        if row.is_none() {
            now = [Some(0.0); 6];
        }
        series.values.push(Pair {
            now: with_views_per_visit(now),
            before: with_views_per_visit(values(comparison, series_metrics())),
        });
    }
    if series.labels_before.len() != series.labels.len() {
        series.labels_before.clear();
    }
    series
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dimension::Dimension;
    use serde_json::json;

    fn taken(asks: &[Ask], answer: &Value) -> Data {
        let mut data = Data::default();
        data.take(&State::default(), asks, answer);
        data
    }

    #[test]
    fn headline_and_lists_are_read_in_the_order_asked() {
        let answer = json!({ "results": [
            { "results": [{ "dimensions": [], "metrics": [10, 12, 30, 2.5, 40, 65],
                "comparison": { "dimensions": [], "metrics": [5, 6, 10, 1.67, null, 30], "change": [100, 100, 200, 50, null, 117] } }] },
            { "results": [{ "dimensions": ["/"], "metrics": [7] }, { "dimensions": [2_950_159], "metrics": [3] }], "meta": { "total_rows": 40 } },
            { "error": "No such dimension", "code": "unknown_dimension", "hint": "Use visit:source", "status": 400 },
        ]});
        let data = taken(&[Ask::Headline, Ask::List(Dimension::Page), Ask::List(Dimension::Source)], &answer);
        let pair = data.headline.clone().unwrap().unwrap();
        assert_eq!(value_of(&pair.now, Metric::ViewsPerVisit), Some(2.5));
        assert_eq!(value_of(&pair.before, Metric::BounceRate), None);
        assert_eq!(data.counting, Some(true));
        let list = data.list(Dimension::Page).unwrap().clone().unwrap();
        assert_eq!((list.rows[1].name.as_str(), list.total_rows), ("2950159", 40));
        assert_eq!(data.list(Dimension::Source).unwrap(), &Err(Problem::new("No such dimension", "Use visit:source")));
    }

    #[test]
    fn buckets_without_a_row_count_nothing_and_repeated_labels_stay_apart() {
        let answer = json!({ "results": [{
            "results": [
                { "dimensions": ["2021-10-31 02:00:00"], "metrics": [1, 1, 1, 0, 0] },
                { "dimensions": ["2021-10-31 02:00:00"], "metrics": [2, 2, 6, 0, 0] },
            ],
            "meta": { "time_labels": ["2021-10-31 01:00:00", "2021-10-31 02:00:00", "2021-10-31 02:00:00", "2021-10-31 03:00:00"] },
            "query": { "dimensions": ["time:hour"] },
        }]});
        let series = taken(&[Ask::Series], &answer).series.unwrap().unwrap();
        assert_eq!(series.interval, Interval::Hour);
        let visitors: Vec<_> =
            series.values.iter().map(|pair| value_of(&pair.now, Metric::Visitors).unwrap()).collect();
        assert_eq!(visitors, [0.0, 1.0, 2.0, 0.0]);
        assert_eq!(value_of(&series.values[2].now, Metric::ViewsPerVisit), Some(3.0));
        assert!(series.labels_before.is_empty());
    }

    #[test]
    fn half_an_answer_is_a_problem_not_a_failure() {
        for answer in [json!(null), json!({}), json!({ "results": [] }), json!({ "results": [{}, { "error": 3 }] })] {
            let data = taken(&[Ask::Present, Ask::Headline, Ask::Series], &answer);
            assert!(data.headline.is_some() && data.series.is_some(), "{answer}");
        }
    }
}
