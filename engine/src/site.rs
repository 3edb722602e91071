//! What an owner has set for a site.

mod board;
mod goal;
mod layout;
mod note;

use crate::refusal::Refusal;
use crate::time::Zone;
pub use goal::{Goal, Trigger};
pub use layout::Layout;
pub use note::{NOTES_MAX, NoteKind};
use serde_json::{Map, Value, json};

/// Most goals a site may have.
pub const GOALS_MAX: usize = 1_000;

/// Most shards a site may have.
pub const SHARDS_MAX: u32 = 64;

/// Settings of a site, checked: the time zone exists and the goals' names are unique.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SiteSettings {
    /// IANA name of the time zone whose midnight begins the site's days, such as `Europe/Berlin`.
    pub timezone: String,
    /// What counts as a conversion.
    pub goals: Vec<Goal>,
    /// Days for which events are kept; for ever where absent.
    pub retention_days: Option<u32>,
    /// Days after which events may go to the archive; never where absent.
    pub archive_after_days: Option<u32>,
    /// Number of objects that the site's events are spread over.
    pub shards: u32,
    /// Free text that the dashboard shows beside the domain.
    pub label: Option<String>,
}

impl Default for SiteSettings {
    fn default() -> Self {
        Self {
            timezone: "UTC".to_owned(),
            goals: Vec::new(),
            retention_days: None,
            archive_after_days: None,
            shards: 1,
            label: None,
        }
    }
}

const SUPPORTED: &str = "supported are timezone (an IANA name such as Europe/Berlin), goals (a list), retention_days and \
                         archive_after_days (1 to 36,500), shards (1 to 64) and label (a text of up to 200 bytes)";

const KNOWN: [&str; 7] = ["domain", "timezone", "goals", "retention_days", "archive_after_days", "shards", "label"];

impl SiteSettings {
    /// Reads `{"timezone"?, "goals"?, "retention_days"?, "archive_after_days"?, "shards"?, "label"?}`; what is missing
    /// has its default. A `domain` is let through, so that what `GET` answers can be sent back.
    pub fn from_json(value: &Value) -> Result<Self, Refusal> {
        let fields = value
            .as_object()
            .ok_or_else(|| Refusal::at("", "invalid_site", "the settings must be an object", SUPPORTED))?;
        if fields.keys().any(|key| !KNOWN.contains(&key.as_str())) {
            return Err(Refusal::at("", "unknown_setting", "there is a setting that is not supported", SUPPORTED));
        }
        let defaults = Self::default();
        Ok(Self {
            timezone: timezone(fields)?.unwrap_or(defaults.timezone),
            goals: goals(fields)?,
            retention_days: number(fields, "retention_days", 36_500)?,
            archive_after_days: number(fields, "archive_after_days", 36_500)?,
            shards: number(fields, "shards", SHARDS_MAX)?.unwrap_or(defaults.shards),
            label: label(fields)?,
        })
    }

    /// The form that [`SiteSettings::from_json`] reads, with every setting that has a value.
    pub fn to_json(&self) -> Value {
        let goals: Vec<Value> = self.goals.iter().map(Goal::to_json).collect();
        let mut fields = json!({"timezone": self.timezone, "goals": goals, "shards": self.shards});
        if let Some(fields) = fields.as_object_mut() {
            fields.extend(self.retention_days.map(|days| ("retention_days".to_owned(), days.into())));
            fields.extend(self.archive_after_days.map(|days| ("archive_after_days".to_owned(), days.into())));
            fields.extend(self.label.clone().map(|label| ("label".to_owned(), label.into())));
        }
        fields
    }
}

fn timezone(fields: &Map<String, Value>) -> Result<Option<String>, Refusal> {
    match fields.get("timezone") {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(name)) if Zone::named(name).is_some() => Ok(Some(name.clone())),
        Some(_) => Err(Refusal::at("/timezone", "unknown_timezone", "this is not the name of a time zone", SUPPORTED)),
    }
}

fn goals(fields: &Map<String, Value>) -> Result<Vec<Goal>, Refusal> {
    let list = match fields.get("goals") {
        None | Some(Value::Null) => return Ok(Vec::new()),
        Some(Value::Array(list)) if list.len() <= GOALS_MAX => list,
        Some(_) => {
            return Err(Refusal::at("/goals", "invalid_goal", "goals must be a list of up to 1,000 goals", SUPPORTED));
        }
    };
    let mut goals: Vec<Goal> = Vec::with_capacity(list.len());
    for (index, value) in list.iter().enumerate() {
        let path = format!("/goals/{index}");
        let goal = Goal::from_json(value, &path)?;
        if goals.iter().any(|other| other.display_name == goal.display_name) {
            let hint = "give one of them a display_name of its own";
            return Err(Refusal::at(&path, "duplicate_goal", "two goals have the same name", hint));
        }
        goals.push(goal);
    }
    Ok(goals)
}

fn number(fields: &Map<String, Value>, key: &str, max: u32) -> Result<Option<u32>, Refusal> {
    match fields.get(key) {
        None | Some(Value::Null) => Ok(None),
        Some(value) => match value.as_u64().and_then(|number| u32::try_from(number).ok()) {
            Some(number) if (1..=max).contains(&number) => Ok(Some(number)),
            _ => {
                let error = format!("this must be a whole number from 1 to {max}");
                Err(Refusal::at(&format!("/{key}"), "invalid_site", &error, SUPPORTED))
            }
        },
    }
}

fn label(fields: &Map<String, Value>) -> Result<Option<String>, Refusal> {
    match fields.get("label") {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(label)) if label.len() <= 200 => Ok(Some(label.clone())),
        Some(_) => Err(Refusal::at("/label", "invalid_site", "the label must be a text of up to 200 bytes", SUPPORTED)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn settings_survive_the_way_to_json_and_back() {
        let settings = SiteSettings::from_json(&json!({
            "timezone": "America/Havana", "retention_days": 90, "archive_after_days": 30, "shards": 4, "label": "Demo: shop",
            "goals": [
                {"event": "Purchase", "currency": "EUR", "custom_props": {"plan": "pro", "seats": 3}},
                {"page_path": "/blog/**"},
                {"page_path": "/blog/**", "scroll_threshold": 75, "display_name": "Read a post"},
            ],
        }))
        .unwrap();
        assert_eq!(settings.goals[1].display_name, "Visit /blog/**");
        assert_eq!(SiteSettings::from_json(&settings.to_json()), Ok(settings));
        assert_eq!(SiteSettings::from_json(&json!({})), Ok(SiteSettings::default()));
    }

    #[test]
    fn wrong_settings_are_refused_with_their_place() {
        for (settings, place) in [
            (json!([]), "#:"),
            (json!({"colour": 1}), "#:"),
            (json!({"timezone": "Mars/Olympus"}), "#/timezone:"),
            (json!({"timezone": 3}), "#/timezone:"),
            (json!({"shards": 0}), "#/shards:"),
            (json!({"retention_days": 1.5}), "#/retention_days:"),
            (json!({"archive_after_days": 0}), "#/archive_after_days:"),
            (json!({"goals": {}}), "#/goals:"),
            (json!({"goals": [{}]}), "#/goals/0:"),
            (json!({"goals": [{"event": "A"}, {"event": "A"}]}), "#/goals/1:"),
            (json!({"goals": [{"event": "A", "page_path": "/"}]}), "#/goals/0:"),
            (json!({"goals": [{"event": "A", "scroll_threshold": 5}]}), "#/goals/0:"),
            (json!({"goals": [{"page_path": "/", "scroll_threshold": 101}]}), "#/goals/0:"),
            (json!({"goals": [{"event": "A", "currency": "eur"}]}), "#/goals/0:"),
        ] {
            let refusal = SiteSettings::from_json(&settings).unwrap_err();
            assert!(refusal.error.starts_with(place), "{settings}: {refusal}");
        }
    }
}
