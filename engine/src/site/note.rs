//! What an owner writes down about a site: saved filters and funnels, what happened when, and boards.

use crate::event::UnixSeconds;
use crate::query::{check_filters, check_funnel};
use crate::refusal::Refusal;
use crate::site::SiteSettings;
use crate::site::board::{BOARD_BYTES_MAX, check_widgets};
use serde_json::{Map, Value, json};

/// Most notes of a kind.
pub const NOTES_MAX: usize = 500;
/// Longest name of a saved segment, funnel or board, in bytes.
const NAME_BYTES_MAX: usize = 200;
/// Longest text of an annotation, in bytes.
const TEXT_BYTES_MAX: usize = 1_000;
/// Most bytes of a saved funnel.
const FUNNEL_BYTES_MAX: usize = 20_000;

/// The kinds of notes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NoteKind {
    /// A saved filter: `{"name", "filters"}`.
    Segment,
    /// Something that happened: `{"time", "text"}`, the time a date of the site or an instant.
    Annotation,
    /// A saved funnel: `{"name", "steps", "order"?, "window_seconds"?}`, as `POST /api/v2/funnel` takes them.
    Funnel,
    /// A board: `{"name", "widgets"}`; each widget has a `kind` and what that takes.
    Board,
}

impl NoteKind {
    /// The kind whose list has that name in paths: `segments`, `annotations`, `funnels` or `boards`.
    pub fn named(list: &str) -> Option<Self> {
        [Self::Segment, Self::Annotation, Self::Funnel, Self::Board].into_iter().find(|kind| kind.list() == list)
    }

    /// The name of its list.
    pub fn list(self) -> &'static str {
        match self {
            Self::Segment => "segments",
            Self::Annotation => "annotations",
            Self::Funnel => "funnels",
            Self::Board => "boards",
        }
    }

    /// Reads a note as an owner sends it, and gives it the form in which it is kept.
    pub fn read(self, value: &Value, site: &SiteSettings) -> Result<Value, Refusal> {
        let (names, shape): (&[&str], _) = match self {
            Self::Segment => (&["name", "filters"], "a segment is {\"name\": …, \"filters\": […]}"),
            Self::Annotation => (&["time", "text"], "an annotation is {\"time\": a date or an instant, \"text\": …}"),
            Self::Funnel => (
                &["name", "steps", "order", "window_seconds"],
                "a funnel is {\"name\": …, \"steps\": […], \"order\"?, \"window_seconds\"?}",
            ),
            Self::Board => (&["name", "widgets"], "a board is {\"name\": …, \"widgets\": [{\"kind\": …}, …]}"),
        };
        let wrong = |path: &str, error: &str| Refusal::at(path, "invalid_note", error, shape);
        let fields = value.as_object().ok_or_else(|| wrong("", "a note must be an object"))?;
        if fields.keys().any(|key| !names.contains(&key.as_str())) {
            return Err(wrong("", "there is a field that is not supported"));
        }
        match self {
            Self::Segment => {
                let name = text(fields, "name", NAME_BYTES_MAX)
                    .ok_or_else(|| wrong("/name", "the name is missing or too long"))?;
                let filters = fields.get("filters").ok_or_else(|| wrong("/filters", "the filters are missing"))?;
                check_filters(filters, site)?;
                Ok(json!({"name": name, "filters": filters}))
            }
            Self::Funnel => {
                let name = text(fields, "name", NAME_BYTES_MAX)
                    .ok_or_else(|| wrong("/name", "the name is missing or too long"))?;
                check_funnel(fields, site)?;
                let mut funnel = fields.clone();
                funnel.insert("name".into(), name.into());
                let funnel = Value::Object(funnel);
                let fits = funnel.to_string().len() <= FUNNEL_BYTES_MAX;
                if fits { Ok(funnel) } else { Err(wrong("/steps", "the steps have too many bytes")) }
            }
            Self::Board => {
                let name = text(fields, "name", NAME_BYTES_MAX)
                    .ok_or_else(|| wrong("/name", "the name is missing or too long"))?;
                let widgets = fields.get("widgets").ok_or_else(|| wrong("/widgets", "the widgets are missing"))?;
                check_widgets(widgets, site)?;
                let board = json!({"name": name, "widgets": widgets});
                let fits = board.to_string().len() <= BOARD_BYTES_MAX;
                if fits { Ok(board) } else { Err(wrong("/widgets", "the widgets have too many bytes")) }
            }
            Self::Annotation => {
                let what = text(fields, "text", TEXT_BYTES_MAX)
                    .ok_or_else(|| wrong("/text", "the text is missing or too long"))?;
                let time = text(fields, "time", 64).filter(|time| is_moment(time));
                let time = time.ok_or_else(|| wrong("/time", "the time is no date and no instant"))?;
                Ok(json!({"time": time, "text": what}))
            }
        }
    }
}

fn text<'a>(fields: &'a Map<String, Value>, key: &str, bytes_max: usize) -> Option<&'a str> {
    fields.get(key)?.as_str().map(str::trim).filter(|text| !text.is_empty() && text.len() <= bytes_max)
}

fn is_moment(text: &str) -> bool {
    text.parse::<jiff::civil::Date>().is_ok_and(|date| date.to_string() == text)
        || text.parse::<jiff::Timestamp>().map(|at| UnixSeconds(at.as_second())).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn notes_are_read_or_refused_with_their_place() {
        let site = SiteSettings::default();
        let page = json!([["is", "event:page", ["/"]]]);
        for (kind, note, expected) in [
            (
                NoteKind::Segment,
                json!({"name": " Home ", "filters": page}),
                Ok(json!({"name": "Home", "filters": page})),
            ),
            (NoteKind::Segment, json!({"name": "", "filters": page}), Err("#/name:")),
            (NoteKind::Segment, json!({"name": "x".repeat(201), "filters": page}), Err("#/name:")),
            (NoteKind::Segment, json!({"name": "Home"}), Err("#/filters:")),
            (NoteKind::Segment, json!({"name": "Home", "filters": [["is", "nothing", ["/"]]]}), Err("#/filters/0:")),
            (NoteKind::Segment, json!({"name": "Home", "filters": page, "more": 1}), Err("#:")),
            (
                NoteKind::Annotation,
                json!({"time": "2026-03-02", "text": "Launch"}),
                Ok(json!({"time": "2026-03-02", "text": "Launch"})),
            ),
            (
                NoteKind::Annotation,
                json!({"time": "2026-03-02T10:00:00+02:00", "text": "Launch"}),
                Ok(json!({"time": "2026-03-02T10:00:00+02:00", "text": "Launch"})),
            ),
            (NoteKind::Annotation, json!({"time": "soon", "text": "Launch"}), Err("#/time:")),
            (NoteKind::Annotation, json!({"time": "2026-03-02", "text": " "}), Err("#/text:")),
            (NoteKind::Annotation, json!([]), Err("#:")),
            (
                NoteKind::Funnel,
                json!({"name": " Buy ", "steps": [page[0], page[0]], "order": "strict", "window_seconds": 60}),
                Ok(json!({"name": "Buy", "steps": [page[0], page[0]], "order": "strict", "window_seconds": 60})),
            ),
            (NoteKind::Funnel, json!({"name": "Buy", "steps": [page[0]]}), Err("#/steps:")),
            (NoteKind::Funnel, json!({"name": "Buy", "steps": [page[0], ["is", "nothing", ["/"]]]}), Err("#/steps/1:")),
            (NoteKind::Funnel, json!({"name": "Buy", "steps": [page[0], page[0]], "order": "any"}), Err("#/order:")),
            (NoteKind::Funnel, json!({"name": "Buy", "steps": [page[0], page[0]], "days": 3}), Err("#:")),
            (NoteKind::Funnel, json!({"steps": [page[0], page[0]]}), Err("#/name:")),
            (
                NoteKind::Board,
                json!({"name": " Mine ", "widgets": [{"kind": "numbers"}]}),
                Ok(json!({"name": "Mine", "widgets": [{"kind": "numbers"}]})),
            ),
            (NoteKind::Board, json!({"name": "Mine"}), Err("#/widgets:")),
            (NoteKind::Board, json!({"name": "Mine", "widgets": [{"kind": "x"}]}), Err("#/widgets/0/kind:")),
            (NoteKind::Board, json!({"name": "Mine", "widgets": [], "more": 1}), Err("#:")),
            (NoteKind::Board, json!({"widgets": []}), Err("#/name:")),
            (
                NoteKind::Board,
                json!({"name": "Mine", "widgets": vec![json!({"kind": "text", "text": "x".repeat(790)}); 24]}),
                Err("#/widgets:"),
            ),
        ] {
            match (kind.read(&note, &site), expected) {
                (Ok(read), Ok(expected)) => assert_eq!(read, expected),
                (Err(refusal), Err(place)) => assert!(refusal.error.starts_with(place), "{note}: {refusal}"),
                (read, _) => panic!("{note}: {read:?}"),
            }
        }
    }
}
