//! A board: widgets that an owner chose and arranged, checked one by one.

use crate::query::{check_filters, is_dimension};
use crate::refusal::Refusal;
use crate::site::SiteSettings;
use crate::time::DateRange;
use serde_json::Value;

/// Most widgets of a board.
pub const WIDGETS_MAX: usize = 24;
/// Longest heading of a widget, in bytes.
const TITLE_BYTES_MAX: usize = 120;
/// Longest text of a note on a board, in bytes.
const TEXT_BYTES_MAX: usize = 800;
/// Most bytes of a widget, and of a board: while one is changed, all of it stands in the page's address.
const WIDGET_BYTES_MAX: usize = 1_200;
/// See [`WIDGET_BYTES_MAX`].
pub(super) const BOARD_BYTES_MAX: usize = 6_000;

/// How wide a widget may be: a third, half or all of the board.
const WIDTHS: [&str; 3] = ["third", "half", "full"];
/// The numbers that `numbers`, `chart` and `list` may show.
const METRICS: [&str; 6] = ["visitors", "visits", "pageviews", "views_per_visit", "bounce_rate", "visit_duration"];

/// What a widget of a kind is told beside `kind`, `width` and `title`.
fn fields_of(kind: &str) -> Option<&'static [&'static str]> {
    Some(match kind {
        "numbers" | "chart" => &["metrics", "filters", "date_range"],
        "list" => &["metrics", "dimension", "filters", "date_range"],
        "map" | "goals" | "retention" | "vitals" | "requests" | "errors" => &["filters", "date_range"],
        "funnel" => &["funnel", "filters", "date_range"],
        "live" => &["filters"],
        "text" => &["text"],
        _ => return None,
    })
}

/// Refuses what is no list of widgets, with the place of what is wrong.
pub(super) fn check_widgets(widgets: &Value, site: &SiteSettings) -> Result<(), Refusal> {
    let wrong = |error: &str| Refusal::at("/widgets", "invalid_board", error, "a board has up to 24 widgets");
    let widgets = widgets.as_array().ok_or_else(|| wrong("the widgets are no list"))?;
    if widgets.len() > WIDGETS_MAX {
        return Err(wrong("there are too many widgets"));
    }
    widgets.iter().enumerate().try_for_each(|(place, widget)| check(place, widget, site))
}

fn check(place: usize, widget: &Value, site: &SiteSettings) -> Result<(), Refusal> {
    let wrong = |field: &str, error: &str, hint: &str| {
        let path = ["/widgets/", &place.to_string(), field].concat();
        Err(Refusal::at(&path, "invalid_widget", error, hint))
    };
    let text = |field: &str| widget.get(field).and_then(Value::as_str);
    let Some(known) = text("kind").and_then(fields_of) else {
        const KINDS: &str = "a kind is numbers, chart, list, map, goals, funnel, retention, vitals, requests, errors, \
                             live or text";
        return wrong("/kind", "there is no such kind of widgets", KINDS);
    };
    let fields = widget.as_object().into_iter().flatten();
    for (name, value) in fields {
        let is_sound = match name.as_str() {
            "kind" => true,
            "width" => value.as_str().is_some_and(|width| WIDTHS.contains(&width)),
            "title" => value.as_str().is_some_and(|title| title.len() <= TITLE_BYTES_MAX),
            _ if !known.contains(&name.as_str()) => {
                return wrong("", "a widget of this kind has no such field", "leave out what its kind does not take");
            }
            "metrics" => is_list_of_metrics(value),
            "dimension" => value.as_str().is_some_and(|name| name != "event:goal" && is_dimension(name)),
            "date_range" => value.as_str().is_some_and(|word| DateRange::from_word(word).is_some()),
            "funnel" => value.as_i64().is_some(),
            "text" => value.as_str().is_some_and(|text| text.len() <= TEXT_BYTES_MAX),
            // Filters are read by those who apply them, and refused with their words.
            _ => check_filters(value, site).map(|()| true)?,
        };
        if !is_sound {
            return wrong(&["/", name].concat(), "this is no value for the field", hint(name));
        }
    }
    if widget.to_string().len() > WIDGET_BYTES_MAX {
        return wrong("", "the widget has too many bytes", "a widget has up to 1200 bytes: filter by fewer values");
    }
    // What has no use without a field is refused without it; the rest has defaults.
    let needed = known.iter().find(|field| matches!(**field, "dimension" | "funnel") && widget.get(**field).is_none());
    match needed {
        Some(field) => wrong(&["/", field].concat(), "the field is missing", hint(field)),
        None => Ok(()),
    }
}

fn is_list_of_metrics(value: &Value) -> bool {
    let metrics = value.as_array().map_or(&[][..], Vec::as_slice);
    let is_known = |metric: &Value| metric.as_str().is_some_and(|metric| METRICS.contains(&metric));
    (1..=METRICS.len()).contains(&metrics.len()) && metrics.iter().all(is_known)
}

fn hint(field: &str) -> &'static str {
    match field {
        "width" => "a width is third, half or full",
        "title" => "a title is a text of up to 120 bytes",
        "metrics" => {
            "metrics are one to six of visitors, visits, pageviews, views_per_visit, bounce_rate and visit_duration"
        }
        "dimension" => "GET /api/v2/dimensions lists them; goals have a kind of their own",
        "date_range" => "a date range is a word such as 7d, month or all; without it the page's days are shown",
        "funnel" => "the number of a saved funnel",
        _ => "a text has up to 800 bytes",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn widgets_are_taken_or_refused_with_their_place() {
        let site = SiteSettings::default();
        let filters = json!([["is", "visit:os", ["Linux"]]]);
        for (widget, expected) in [
            (json!({"kind": "numbers"}), None),
            (json!({"kind": "chart", "metrics": ["visits", "pageviews"], "date_range": "7d", "width": "full"}), None),
            (json!({"kind": "list", "dimension": "event:props:plan", "filters": filters, "title": "Plans"}), None),
            (json!({"kind": "list", "dimension": "visit:country"}), None),
            (json!({"kind": "list", "dimension": "visit:city"}), None),
            (json!({"kind": "funnel", "funnel": 3}), None),
            (json!({"kind": "text", "text": "Hello"}), None),
            (json!({"kind": "live", "filters": filters}), None),
            (json!({"kind": "live", "filters": [["is", "visit:os", ["x".repeat(1_200)]]]}), Some("#/widgets/0:")),
            (json!("list"), Some("#/widgets/0/kind:")),
            (json!({"kind": "clock"}), Some("#/widgets/0/kind:")),
            (json!({"kind": "numbers", "width": "wide"}), Some("#/widgets/0/width:")),
            (json!({"kind": "numbers", "title": 3}), Some("#/widgets/0/title:")),
            (json!({"kind": "numbers", "metrics": []}), Some("#/widgets/0/metrics:")),
            (json!({"kind": "numbers", "metrics": ["salaries"]}), Some("#/widgets/0/metrics:")),
            (json!({"kind": "numbers", "text": "x"}), Some("#/widgets/0:")),
            (json!({"kind": "chart", "date_range": "soon"}), Some("#/widgets/0/date_range:")),
            (json!({"kind": "list"}), Some("#/widgets/0/dimension:")),
            (json!({"kind": "list", "dimension": "event:goal"}), Some("#/widgets/0/dimension:")),
            (json!({"kind": "list", "dimension": "time:day"}), Some("#/widgets/0/dimension:")),
            (json!({"kind": "list", "dimension": "visit:salary"}), Some("#/widgets/0/dimension:")),
            (json!({"kind": "map", "filters": [["is", "nothing", ["x"]]]}), Some("#/filters/0:")),
            (json!({"kind": "funnel"}), Some("#/widgets/0/funnel:")),
            (json!({"kind": "funnel", "funnel": "3"}), Some("#/widgets/0/funnel:")),
            (json!({"kind": "text", "text": "x".repeat(801)}), Some("#/widgets/0/text:")),
        ] {
            match (check_widgets(&json!([widget]), &site), expected) {
                (Ok(()), None) => {}
                (Err(refusal), Some(place)) => assert!(refusal.error.starts_with(place), "{widget}: {refusal}"),
                (checked, _) => panic!("{widget}: {checked:?}"),
            }
        }
        let many = vec![json!({"kind": "numbers"}); WIDGETS_MAX];
        assert_eq!(check_widgets(&json!(many), &site), Ok(()));
        let more = [many, vec![json!({"kind": "numbers"})]].concat();
        for wrong in [json!(more), json!({}), json!(null)] {
            assert!(check_widgets(&wrong, &site).unwrap_err().error.starts_with("#/widgets:"));
        }
    }
}
