//! A checksum over a whole file. Parquet's own parts have none that its readers need, and the code that reads them may
//! panic on damage; so damage is found before.
//!
//! A Parquet file ends with its footer, whose length stands near the end; what lies in front of the footer and is not
//! named in it is passed over by every reader. That is where eight bytes of XXH64 are: over all bytes before them and
//! all after. They tell damage, not malice.

use std::hash::Hasher;
use twox_hash::XxHash64;

/// Bytes of the checksum.
const BYTES: usize = 8;
/// The footer's length and the format's mark.
const TAIL_BYTES: usize = 8;
const MARK: &[u8; 4] = b"PAR1";

/// The checksum of a file that is being written.
pub(super) struct Checksum(XxHash64);

impl Default for Checksum {
    fn default() -> Self {
        Self(XxHash64::with_seed(0))
    }
}

impl Checksum {
    /// Takes what is written before the footer.
    pub(super) fn take(&mut self, bytes: &[u8]) {
        self.0.write(bytes);
    }

    /// The checksum and the footer, as they are written.
    pub(super) fn seal(mut self, footer: &[u8]) -> Vec<u8> {
        self.take(footer);
        [&self.0.finish().to_le_bytes(), footer].concat()
    }
}

/// Whether a file is as it was written.
pub(super) fn is_whole(file: &[u8]) -> bool {
    split(file).is_some_and(|(groups, checksum, footer)| {
        let mut own = Checksum::default();
        own.take(groups);
        own.take(footer);
        own.0.finish().to_le_bytes() == *checksum
    })
}

/// What comes before the checksum, the checksum, and the footer.
fn split(file: &[u8]) -> Option<(&[u8], &[u8], &[u8])> {
    let (rest, tail) = file.split_at_checked(file.len().checked_sub(TAIL_BYTES)?)?;
    let (length, mark) = tail.split_first_chunk::<4>()?;
    let footer_bytes = usize::try_from(u32::from_le_bytes(*length)).ok()?;
    let (groups, footer) = file.split_at_checked(rest.len().checked_sub(footer_bytes)?)?;
    let (groups, checksum) = groups.split_at_checked(groups.len().checked_sub(BYTES)?)?;
    (mark == MARK).then_some((groups, checksum, footer))
}
