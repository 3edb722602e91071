//! Goals: what an owner counts as a conversion.

use crate::refusal::Refusal;
use serde_json::{Map, Value, json};

/// What converts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Trigger {
    /// An event of this name.
    Event(String),
    /// A page view of a path that the pattern matches as a whole; `*` and `**` stand for anything, also for nothing.
    Page(String),
    /// Having read at least this many percent of a page that the pattern matches.
    Scroll {
        /// The pattern of the path.
        page_path: String,
        /// Percent, 0–100.
        threshold: u8,
    },
}

/// A goal of a site.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Goal {
    /// What converts.
    pub trigger: Trigger,
    /// The name in filters and rows: unique within the site.
    pub display_name: String,
    /// ISO 4217 code of the revenue that conversions bring, if they do.
    pub currency: Option<[u8; 3]>,
    /// Properties that an event must all have, with these values.
    pub custom_props: Vec<(String, String)>,
}

const SHAPE: &str = "a goal is {\"event\": \"Signup\"} or {\"page_path\": \"/blog/**\"}, optionally with display_name, \
                     currency (three letters), custom_props (an object) and, for pages, scroll_threshold (0 to 100)";

const KNOWN: [&str; 6] = ["event", "page_path", "display_name", "currency", "custom_props", "scroll_threshold"];

impl Goal {
    /// Reads `{"event"|"page_path", "display_name"?, "currency"?, "custom_props"?, "scroll_threshold"?}`; `path` says
    /// where it stands in the request.
    pub fn from_json(value: &Value, path: &str) -> Result<Self, Refusal> {
        let wrong = |what: &str| Refusal::at(path, "invalid_goal", what, SHAPE);
        let fields = value.as_object().ok_or_else(|| wrong("a goal must be an object"))?;
        if fields.keys().any(|key| !KNOWN.contains(&key.as_str())) {
            return Err(wrong("the goal has a field that is not supported"));
        }
        let trigger = trigger(fields).map_err(wrong)?;
        let display_name = match text(fields, "display_name").map_err(wrong)? {
            Some(name) => name.to_owned(),
            None => match &trigger {
                Trigger::Event(name) => name.clone(),
                Trigger::Page(page_path) | Trigger::Scroll { page_path, .. } => format!("Visit {page_path}"),
            },
        };
        let currency = match text(fields, "currency").map_err(wrong)? {
            None => None,
            Some(code) => Some(currency(code).ok_or_else(|| wrong("currency must be three capital letters"))?),
        };
        let custom_props = custom_props(fields).map_err(wrong)?;
        Ok(Self { trigger, display_name, currency, custom_props })
    }

    /// The form that [`Goal::from_json`] reads.
    pub fn to_json(&self) -> Value {
        let mut fields = match &self.trigger {
            Trigger::Event(name) => json!({"event": name}),
            Trigger::Page(page_path) => json!({"page_path": page_path}),
            Trigger::Scroll { page_path, threshold } => {
                json!({"page_path": page_path, "scroll_threshold": threshold})
            }
        };
        if let Some(fields) = fields.as_object_mut() {
            fields.insert("display_name".into(), self.display_name.clone().into());
            if let Some(currency) = &self.currency {
                fields.insert("currency".into(), String::from_utf8_lossy(currency).into());
            }
            if !self.custom_props.is_empty() {
                let props = self.custom_props.iter().map(|(key, value)| (key.clone(), value.clone().into()));
                fields.insert("custom_props".into(), Value::Object(props.collect()));
            }
        }
        fields
    }
}

fn trigger(fields: &Map<String, Value>) -> Result<Trigger, &'static str> {
    let threshold = match fields.get("scroll_threshold") {
        None | Some(Value::Null) => None,
        Some(value) => match value.as_u64() {
            Some(percent @ 0..=100) => Some(percent as u8),
            _ => return Err("scroll_threshold must be a whole number from 0 to 100"),
        },
    };
    match (text(fields, "event")?, text(fields, "page_path")?, threshold) {
        (Some(name), None, None) => Ok(Trigger::Event(name.to_owned())),
        (None, Some(path), _) if !path.starts_with('/') => Err("page_path must begin with /"),
        (None, Some(path), None) => Ok(Trigger::Page(path.to_owned())),
        (None, Some(path), Some(threshold)) => Ok(Trigger::Scroll { page_path: path.to_owned(), threshold }),
        (Some(_), None, Some(_)) => Err("scroll_threshold is for goals with a page_path"),
        _ => Err("a goal needs either event or page_path"),
    }
}

fn text<'a>(fields: &'a Map<String, Value>, key: &str) -> Result<Option<&'a str>, &'static str> {
    match fields.get(key) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(text)) if !text.is_empty() && text.len() <= 2_000 => Ok(Some(text)),
        Some(_) => Err("event, page_path, display_name and currency must be texts of 1 to 2,000 bytes"),
    }
}

fn currency(code: &str) -> Option<[u8; 3]> {
    let code: [u8; 3] = code.as_bytes().try_into().ok()?;
    code.iter().all(u8::is_ascii_uppercase).then_some(code)
}

fn custom_props(fields: &Map<String, Value>) -> Result<Vec<(String, String)>, &'static str> {
    match fields.get("custom_props") {
        None | Some(Value::Null) => Ok(Vec::new()),
        Some(Value::Object(props)) => props
            .iter()
            .map(|(key, value)| match value {
                Value::String(text) => Ok((key.clone(), text.clone())),
                Value::Number(_) | Value::Bool(_) => Ok((key.clone(), value.to_string())),
                _ => Err("custom_props must have texts, numbers or booleans as values"),
            })
            .collect(),
        Some(_) => Err("custom_props must be an object"),
    }
}
