//! What both sides of a chunk know: which texts there are, and which of them are kept together.

/// The first bytes of every chunk.
pub(crate) const MAGIC: [u8; 4] = *b"PSBC";
/// The version that is written and read.
pub(crate) const VERSION: u8 = 1;
/// A chunk with the visits of a day.
pub(crate) const DAY: u8 = 0;
/// A chunk that says which visits of several days are one visitor's.
pub(crate) const LINKS: u8 = 1;

/// Number of attributes of a visit.
pub const ATTRIBUTES: usize = 18;
/// Names of the attributes, in the order in which chunks have them.
pub(crate) const ATTRIBUTE_NAMES: [&str; ATTRIBUTES] = [
    "referrer",
    "source",
    "channel",
    "utm_medium",
    "utm_source",
    "utm_campaign",
    "utm_content",
    "utm_term",
    "device",
    "browser",
    "browser_version",
    "os",
    "os_version",
    "country",
    "region",
    "language",
    "screen",
    "city",
];
/// The place of the city, whose texts are numbers.
pub(crate) const CITY: usize = 17;
/// The texts of pages' paths.
pub(crate) const PAGE: usize = 18;
/// The texts of hosts.
pub(crate) const HOSTNAME: usize = 19;
/// The texts of events' names.
pub(crate) const NAME: usize = 20;
/// Number of kinds of texts.
pub(crate) const DOMAINS: usize = 21;

/// Texts that mostly change together are one tuple: how a visit came, with what, from where, and what an event was.
pub(crate) const FAMILIES: [&[usize]; 4] =
    [&[0, 1, 2, 3, 4, 5, 6, 7], &[8, 9, 10, 11, 12, 15, 16], &[13, 14, CITY], &[NAME, HOSTNAME, PAGE]];
/// The family of events.
pub(crate) const EVENT: usize = 3;
/// The name of page views.
pub(crate) const PAGEVIEW: &str = "pageview";

/// Where an attribute of visits is: its family, and its place there.
pub(crate) fn place_of(domain: usize) -> (usize, usize) {
    let mut found = (0, 0);
    for (family, domains) in FAMILIES.iter().enumerate() {
        if let Some(place) = domains.iter().position(|other| *other == domain) {
            found = (family, place);
        }
    }
    found
}

/// Bytes that each of so many codes takes.
pub(crate) fn planes(codes: usize) -> usize {
    match codes {
        0..=0x100 => 1,
        0x101..=0x1_0000 => 2,
        _ => 3,
    }
}

/// Most slots of a day: hours, with what clock changes add.
pub(crate) const SLOTS_MAX: usize = 64;
/// Most texts or tuples of a kind in a table.
pub(crate) const CODES_MAX: usize = 1 << 24;
/// Days, before or after 1970, that are counted at most.
pub(crate) const DAY_MAX: u32 = 4_000_000;

/// In the flags of a visit on a day: it bounced.
pub(crate) const BOUNCE: u8 = 1;
/// It is of the visitor of the visit before it.
pub(crate) const AGAIN: u8 = 2;
/// Its visitor has several visits on the day.
pub(crate) const MULTI: u8 = 4;
/// It has events on other days.
pub(crate) const PARTIAL: u8 = 8;
/// All its events are page views.
pub(crate) const PLAIN: u8 = 16;
/// Events of it are in a later slot than its first.
pub(crate) const MOVED: u8 = 32;
/// It began on a day before.
pub(crate) const BEFORE: u8 = 64;
/// It goes on after the day.
pub(crate) const AFTER: u8 = 128;
