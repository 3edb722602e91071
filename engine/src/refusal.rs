//! Why a request cannot be answered, in words and for machines.

use serde_json::{Value, json};

/// A refusal that the edge passes on as it is. The words never repeat what was sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// HTTP status.
    pub status: u16,
    /// What is wrong, beginning with the place (`#/filters/0: …`) where there is one.
    pub error: String,
    /// The reason, machine-readable.
    pub code: &'static str,
    /// How to mend it.
    pub hint: String,
}

impl Refusal {
    /// A refusal of status 400.
    pub fn new(code: &'static str, error: impl Into<String>, hint: impl Into<String>) -> Self {
        Self { status: 400, error: error.into(), code, hint: hint.into() }
    }

    /// A refusal that points at the place in the request, such as `/filters/0`, and lists what would be right.
    pub(crate) fn at(path: &str, code: &'static str, error: &str, hint: impl Into<String>) -> Self {
        Self::new(code, format!("#{path}: {error}"), hint)
    }

    /// `{"error","code","hint","status"}`.
    pub fn to_json(&self) -> Value {
        json!({"error": self.error, "code": self.code, "hint": self.hint, "status": self.status})
    }
}

impl std::fmt::Display for Refusal {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(out, "{} ({})", self.error, self.hint)
    }
}

impl std::error::Error for Refusal {}
