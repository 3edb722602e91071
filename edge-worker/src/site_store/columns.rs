//! The object's side of columns: the visits of days, or just of which version they are.

mod find;

use serde::{Deserialize, Serialize};

/// Which days are wanted.
#[derive(Debug, Serialize, Deserialize)]
pub struct Wanted {
    /// The first day, such as `2026-11-01`.
    pub first: String,
    /// The last day.
    pub last: String,
    /// Which of the site's objects this is.
    pub shard: u32,
    /// How many objects the site has.
    pub shards: u32,
    /// Whether just the version is wanted.
    pub only_version: bool,
}

/// The visits of days as one object has them.
#[derive(Debug, PartialEq, Eq)]
pub struct Given {
    /// The same as before only where the visits are.
    pub version: [u8; 16],
    /// How many segments cannot be read.
    pub damaged: u32,
    /// How many visits these are; none where they are too many to be given.
    pub visits: Option<u32>,
    /// The chunks, as `docs/columns-format.md` describes.
    pub chunks: Vec<u8>,
}

impl Given {
    /// How it travels.
    pub fn encode(&self) -> Vec<u8> {
        let visits = self.visits.unwrap_or(u32::MAX);
        [&self.version[..], &self.damaged.to_le_bytes(), &visits.to_le_bytes(), &self.chunks].concat()
    }

    /// Reads what [`Given::encode`] wrote; none of nothing.
    pub fn decode(mut bytes: Vec<u8>) -> Option<Self> {
        let (version, rest) = bytes.split_first_chunk::<16>()?;
        let (damaged, rest) = rest.split_first_chunk::<4>()?;
        let (visits, _) = rest.split_first_chunk::<4>()?;
        let (version, damaged) = (*version, u32::from_le_bytes(*damaged));
        let visits = Some(u32::from_le_bytes(*visits)).filter(|visits| *visits != u32::MAX);
        bytes.drain(..24);
        Some(Self { version, damaged, visits, chunks: bytes })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_given_travels_whole() {
        for visits in [None, Some(0), Some(7)] {
            let given = Given { version: [3; 16], damaged: 2, visits, chunks: vec![1, 2, 3] };
            assert_eq!(Given::decode(given.encode()), Some(given));
        }
        assert_eq!(Given::decode(Vec::new()), None);
    }
}
