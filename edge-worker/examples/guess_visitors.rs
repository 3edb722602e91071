//! An attack on the salt of the day, by somebody who has the disk, the operator's secrets and the true addresses and user
//! agents of those who were there: each string of bytes that could be a salt is tried on each of them, with the
//! collector's own hash, and what comes out is looked for on the disk. `tests/privacy` runs it.
//!
//! Reads `{"site", "visitors": [[ip, user agent]], "secrets": [text], "days": [text], "files": [path]}` and writes
//! `{"tried", "identified"}`: how many salts were tried, and how many visitors the best of them told.

use edge_worker::site_store::visitor::{Salt, hash};
use engine::event::VisitorHash;
use std::collections::HashSet;
use std::error::Error;
use std::fs;
use std::io::{stdin, stdout};

/// A salt opens all visitors of its site and day or none, so that these show whether it is worth trying on all.
const FIRST: usize = 2;
/// Of 32 bytes drawn by lot fewer are different ones less than once in 10²⁰ times, in 16 bytes less than once in 10¹⁰:
/// what has fewer is a text, a page's zeros, a row of numbers.
const DIFFERENT_MIN: [(usize, usize); 2] = [(32, 17), (16, 9)];

struct Attack {
    site: String,
    visitors: Vec<(String, String)>,
    /// Every eight bytes in a row that the disk has, as a number in either order.
    on_disk: HashSet<u64>,
    tried: HashSet<[u8; 32]>,
    identified: usize,
}

impl Attack {
    /// Whether the disk knows who this is under a salt.
    fn tells(&self, salt: &Salt, (ip, user_agent): &(String, String)) -> bool {
        let hash = VisitorHash::of_one_day(hash(salt, &[&self.site, ip, user_agent])).0;
        self.on_disk.contains(&hash) || self.on_disk.contains(&hash.swap_bytes())
    }

    fn attempt(&mut self, bytes: [u8; 32]) {
        if !self.tried.insert(bytes) {
            return;
        }
        let salt = Salt(bytes);
        if self.visitors.iter().take(FIRST).any(|visitor| self.tells(&salt, visitor)) {
            self.attempt_on_all(bytes);
        }
    }

    fn attempt_on_all(&mut self, bytes: [u8; 32]) {
        self.tried.insert(bytes);
        let told = self.visitors.iter().filter(|visitor| self.tells(&Salt(bytes), visitor)).count();
        self.identified = self.identified.max(told);
    }

    /// Every place of some bytes at which a salt could begin: 32 bytes, 16 that stand for as many again, or digits.
    fn attempt_all_of(&mut self, bytes: &[u8]) {
        for window in bytes.windows(64) {
            if let Some(salt) = str::from_utf8(window).ok().and_then(Salt::from_hex) {
                self.attempt(salt.0);
            }
        }
        for (length, different) in DIFFERENT_MIN {
            for window in bytes.windows(length).filter(|window| has_different(window, different)) {
                let (mut repeated, mut filled) = ([0; 32], [0; 32]);
                repeated.iter_mut().zip(window.iter().cycle()).for_each(|(to, from)| *to = *from);
                filled.iter_mut().zip(window).for_each(|(to, from)| *to = *from);
                self.attempt(repeated);
                self.attempt(filled);
            }
        }
    }

    /// What a careless collector would make of a secret and a date.
    fn attempt_derived(&mut self, secret: &str, day: &str) {
        let texts = [secret.to_owned(), format!("{secret}{day}"), format!("{day}{secret}"), format!("{secret}:{day}")];
        for text in texts {
            self.attempt_on_all(*blake3::hash(text.as_bytes()).as_bytes());
        }
        let key = *blake3::hash(secret.as_bytes()).as_bytes();
        let domain = self.site.clone();
        for text in [day.to_owned(), format!("{domain}{day}"), format!("{day}{domain}"), domain] {
            self.attempt_on_all(*blake3::keyed_hash(&key, text.as_bytes()).as_bytes());
            self.attempt_on_all(blake3::derive_key(&text, secret.as_bytes()));
        }
        let mut filled = [0; 32];
        filled.iter_mut().zip(secret.bytes()).for_each(|(to, from)| *to = from);
        self.attempt_on_all(filled);
    }
}

/// Whether a string of bytes has so many different ones.
fn has_different(bytes: &[u8], at_least: usize) -> bool {
    let mut seen = [0u64; 4];
    for byte in bytes {
        if let Some(word) = seen.get_mut(usize::from(byte >> 6)) {
            *word |= 1 << (byte & 63);
        }
    }
    seen.iter().map(|word| word.count_ones() as usize).sum::<usize>() >= at_least
}

fn main() -> Result<(), Box<dyn Error>> {
    let given: serde_json::Value = serde_json::from_reader(stdin())?;
    let list = |name: &str| given.get(name).cloned().unwrap_or_default();
    let texts = |name: &str| serde_json::from_value::<Vec<String>>(list(name));
    let files = texts("files")?.into_iter().map(fs::read).collect::<Result<Vec<_>, _>>()?;
    let on_disk = files.iter().flat_map(|bytes| bytes.array_windows().copied().map(u64::from_le_bytes)).collect();
    let mut attack = Attack {
        site: serde_json::from_value(list("site"))?,
        visitors: serde_json::from_value(list("visitors"))?,
        on_disk,
        tried: HashSet::new(),
        identified: 0,
    };
    for bytes in &files {
        // A file of a salt's own size is one.
        if let Ok(salt) = bytes.as_slice().try_into() {
            attack.attempt_on_all(salt);
        }
        attack.attempt_all_of(bytes);
    }
    for secret in texts("secrets")? {
        attack.attempt_all_of(secret.as_bytes());
        for day in texts("days")? {
            attack.attempt_derived(&secret, &day);
        }
    }
    let found = serde_json::json!({"tried": attack.tried.len(), "identified": attack.identified});
    Ok(serde_json::to_writer(stdout(), &found)?)
}
