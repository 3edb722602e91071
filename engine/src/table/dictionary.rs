//! The distinct texts of a column.

use std::collections::HashMap;
use std::sync::Arc;

/// Texts and their codes. Code 0 is the empty text, which stands for "unknown"; the others count up in the order
/// in which they first came.
#[derive(Clone, Debug)]
pub struct Dictionary {
    texts: Vec<Arc<str>>,
    codes: HashMap<Arc<str>, u32>,
}

impl Default for Dictionary {
    fn default() -> Self {
        let empty: Arc<str> = Arc::from("");
        Self { texts: vec![empty.clone()], codes: HashMap::from([(empty, 0)]) }
    }
}

impl Dictionary {
    /// The text's code, new if the text is.
    pub fn intern(&mut self, text: &str) -> u32 {
        if text.is_empty() {
            return 0;
        }
        if let Some(&code) = self.codes.get(text) {
            return code;
        }
        let code = self.texts.len() as u32;
        let text: Arc<str> = Arc::from(text);
        self.texts.push(text.clone());
        self.codes.insert(text, code);
        code
    }

    /// The text's code, if any event had it.
    pub fn code(&self, text: &str) -> Option<u32> {
        self.codes.get(text).copied()
    }

    /// The text of a code; empty for codes that were never given.
    pub fn text(&self, code: u32) -> &str {
        self.texts.get(code as usize).map_or("", |text| text)
    }

    /// All texts in the order of their codes, the empty one first.
    pub fn texts(&self) -> impl Iterator<Item = &str> {
        self.texts.iter().map(|text| &**text)
    }

    /// How many texts there are, the empty one included.
    pub fn len(&self) -> usize {
        self.texts.len()
    }

    /// Never: the empty text is always there.
    pub fn is_empty(&self) -> bool {
        false
    }
}
