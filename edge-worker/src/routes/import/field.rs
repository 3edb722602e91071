//! Reading fields of an imported line: each of its own type, absent, or refused with its name.

use protocol::limits::TEXT_BYTES_MAX;
use protocol::outcome::{Invalid, Outcome, TooLarge};
use serde_json::{Map, Value};

/// Why a line is refused, and because of which field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Refused {
    /// The outcome that it is counted as.
    pub outcome: Outcome,
    /// The field, where it is one.
    pub field: Option<&'static str>,
}

/// Why a field is refused.
pub(super) fn bad(field: &'static str) -> Refused {
    Refused { outcome: Outcome::Invalid(Invalid::BadField), field: Some(field) }
}

/// Why a line is refused that breaks a rule of the protocol.
pub(super) fn of(outcome: Outcome, field: Option<&'static str>) -> Refused {
    Refused { outcome, field }
}

/// The fields of one object.
pub(super) struct Fields<'a>(pub(super) &'a Map<String, Value>);

impl<'a> Fields<'a> {
    /// A field that is there and not null.
    pub(super) fn given(&self, name: &str) -> Option<&'a Value> {
        self.0.get(name).filter(|value| !value.is_null())
    }

    /// A text; empty where absent.
    pub(super) fn text(&self, name: &'static str) -> Result<String, Refused> {
        self.text_within(name, TEXT_BYTES_MAX)
    }

    /// A text of at most so many bytes; empty where absent.
    pub(super) fn text_within(&self, name: &'static str, bytes_max: usize) -> Result<String, Refused> {
        match self.given(name) {
            None => Ok(String::new()),
            Some(Value::String(text)) if text.len() > bytes_max => {
                Err(Refused { outcome: Outcome::TooLarge(TooLarge::Text), field: Some(name) })
            }
            Some(Value::String(text)) => Ok(text.clone()),
            Some(_) => Err(bad(name)),
        }
    }

    /// A text that must be there.
    pub(super) fn required(&self, name: &'static str) -> Result<String, Refused> {
        let text = self.text(name)?;
        if text.trim().is_empty() { Err(of(Outcome::Invalid(Invalid::MissingField), Some(name))) } else { Ok(text) }
    }

    /// A whole number of at most `max`; none where absent.
    pub(super) fn whole(&self, name: &'static str, max: u64) -> Result<Option<u64>, Refused> {
        let Some(value) = self.given(name) else { return Ok(None) };
        // 12.0 is whole, too.
        let whole = value.as_u64().or_else(|| {
            let number = value.as_f64().filter(|number| number.fract() == 0.0 && (0.0..9e15).contains(number))?;
            Some(number as u64)
        });
        whole.filter(|number| *number <= max).map(Some).ok_or_else(|| bad(name))
    }

    /// True or false; none where the field is missing.
    pub(super) fn flag(&self, name: &'static str) -> Result<Option<bool>, Refused> {
        self.given(name).map(|flag| flag.as_bool().ok_or_else(|| bad(name))).transpose()
    }

    /// A whole number that fits 32 bits, 0 where absent.
    pub(super) fn whole_32(&self, name: &'static str) -> Result<u32, Refused> {
        Ok(self.whole(name, u32::MAX.into())?.unwrap_or(0) as u32)
    }

    /// A duration in milliseconds: whole, or with a fraction that is cut.
    pub(super) fn milliseconds(&self, name: &'static str) -> Result<Option<u32>, Refused> {
        let Some(value) = self.given(name) else { return Ok(None) };
        let number = value.as_f64().filter(|number| (0.0..=f64::from(u32::MAX)).contains(number));
        number.map(|number| Some(number as u32)).ok_or_else(|| bad(name))
    }
}
