//! The visitor as a hash: who passes is told apart for a day and never known.
//!
//! BLAKE3 keyed with the salt of the site's local day over site, IP address and user agent, each with its length in
//! front so that no two senders share their bytes; cut to 64 bits.

/// The random secret of a site's day (or, for imports, of a site). Never written where history is kept.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Salt(pub [u8; 32]);

impl Salt {
    /// As hexadecimal digits, for the way between an object and the worker.
    pub fn to_hex(self) -> String {
        blake3::Hash::from_bytes(self.0).to_hex().to_string()
    }

    /// Reads hexadecimal digits.
    pub fn from_hex(digits: &str) -> Option<Self> {
        blake3::Hash::from_hex(digits).ok().map(|hash| Self(*hash.as_bytes()))
    }
}

/// Hashes who sent an event.
pub fn hash(salt: &Salt, parts: &[&str]) -> u64 {
    let mut hasher = blake3::Hasher::new_keyed(&salt.0);
    for part in parts {
        hasher.update(&(part.len() as u64).to_le_bytes());
        hasher.update(part.as_bytes());
    }
    let mut bytes = [0; 8];
    hasher.finalize_xof().fill(&mut bytes);
    u64::from_le_bytes(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_part_and_the_salt_matter() {
        let of = |salt: u8, parts: &[&str]| hash(&Salt([salt; 32]), parts);
        let one = of(1, &["example.com", "192.0.2.1", "Browser/1"]);
        assert_eq!(one, of(1, &["example.com", "192.0.2.1", "Browser/1"]));
        for other in [
            of(2, &["example.com", "192.0.2.1", "Browser/1"]),
            of(1, &["example.org", "192.0.2.1", "Browser/1"]),
            of(1, &["example.com", "192.0.2.2", "Browser/1"]),
            of(1, &["example.com", "192.0.2.1", "Browser/2"]),
        ] {
            assert_ne!(one, other);
        }
    }

    #[test]
    fn parts_do_not_run_into_each_other() {
        assert_ne!(hash(&Salt([0; 32]), &["ab", "c"]), hash(&Salt([0; 32]), &["a", "bc"]));
    }
}
