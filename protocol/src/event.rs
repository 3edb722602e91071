//! The events of protocol v1: what a page, a server or a command line reports.

use crate::outcome::Outcome;
use alloc::string::String;
use alloc::vec::Vec;

/// A random 128-bit name of one event, made where the event happens and never derived from the visitor.
/// A repeated delivery carries the same id, so that it is counted once.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct EventId(pub [u8; 16]);

impl EventId {
    /// The id of a page load's `counter`-th event: the load's random bytes with the counter in the last four.
    pub fn counted(base: [u8; 16], counter: u32) -> Self {
        let mut id = base;
        id.iter_mut().skip(12).zip(counter.to_be_bytes()).for_each(|(byte, count)| *byte = count);
        Self(id)
    }

    /// The id of the `number`-th event that a sampled one stands for; its own is the first, 0.
    #[must_use]
    pub fn copy(mut self, number: u8) -> Self {
        self.0.iter_mut().take(1).for_each(|byte| *byte ^= number);
        self
    }

    /// The random part and the counter, as [`EventId::counted`] put them together.
    pub fn parts(self) -> ([u8; 12], u32) {
        let mut random = [0; 12];
        random.iter_mut().zip(self.0).for_each(|(byte, own)| *byte = own);
        let counter = self.0.iter().skip(12).fold(0, |counter, byte| counter << 8 | u32::from(*byte));
        (random, counter)
    }

    /// Reads 32 hexadecimal digits, with or without the hyphens of a UUID.
    pub fn from_hex(text: &str) -> Option<Self> {
        let mut id = [0; 16];
        let mut digits = text.bytes().filter(|byte| *byte != b'-').map(|byte| char::from(byte).to_digit(16));
        for byte in &mut id {
            *byte = (digits.next()?? * 16 + digits.next()??) as u8;
        }
        digits.next().is_none().then_some(Self(id))
    }

    /// Writes 32 hexadecimal digits.
    pub fn to_hex(self) -> String {
        let digit = |nibble: u8| char::from(if nibble < 10 { b'0' + nibble } else { b'a' + nibble - 10 });
        self.0.iter().flat_map(|byte| [digit(byte >> 4), digit(byte & 15)]).collect()
    }
}

/// A batch as it was received: the batch is readable, each event is one or is refused for a reason of its own.
#[derive(Clone, Debug, PartialEq)]
pub struct Received {
    /// The site's domain.
    pub site: String,
    /// Width of the screen in CSS pixels, 0 where unknown.
    pub screen_width: u16,
    /// See [`Batch::one_in`].
    pub one_in: u8,
    /// One entry per event, in the order of the batch.
    pub events: Vec<Result<Event, Outcome>>,
    /// See [`Batch::dropped`].
    pub dropped: Vec<Dropped>,
}

/// A report of events that the sender gave up because too many waited.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Dropped {
    /// The report's own random name: repeated under the same, it is counted once.
    pub id: EventId,
    /// How many events.
    pub events: u32,
}

/// Events of one site that are delivered together.
#[derive(Clone, Debug, PartialEq)]
pub struct Batch {
    /// The site's domain as its owner registered it, such as `example.com`.
    pub site: String,
    /// Width of the screen in CSS pixels, 0 where unknown. Stored only as a class (`Mobile`, `Desktop` …).
    pub screen_width: u16,
    /// How many each event of a kind that [`Payload::is_sampled`] stands for, from 1 to
    /// [`crate::limits::ONE_IN_MAX`]: the sender left the others out by chance.
    pub one_in: u8,
    /// What happened, oldest first.
    pub events: Vec<Event>,
    /// What the sender gave up since it last said so.
    pub dropped: Vec<Dropped>,
}

impl Default for Batch {
    fn default() -> Self {
        Self { site: String::new(), screen_width: 0, one_in: 1, events: Vec::new(), dropped: Vec::new() }
    }
}

/// One thing that happened.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Event {
    /// The event's own random name.
    pub id: EventId,
    /// How long before the delivery it happened, in milliseconds. The edge's clock gives the time.
    pub age_ms: u32,
    /// The page's address. Scrubbed where it is made and again where it arrives.
    pub url: String,
    /// Where the visitor came from; empty where unknown or from the same site.
    pub referrer: String,
    /// What kind of thing it was, with the fields of that kind.
    pub payload: Payload,
    /// Custom properties, in the order given. Numbers and booleans are written as text.
    pub props: Vec<(String, String)>,
    /// Money the event brought.
    pub revenue: Option<Revenue>,
}

/// An amount of money.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Revenue {
    /// The amount in thousandths of the currency's unit: 1 USD is 1000.
    pub amount_thousandths: i64,
    /// ISO 4217 code, three capital letters.
    pub currency: [u8; 3],
}

/// The kinds of events, with the fields that only that kind has.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Payload {
    /// A page was seen.
    #[default]
    Pageview,
    /// A page was read: sent when it is left or hidden.
    Engagement {
        /// The furthest point reached, in percent of the page's height.
        scroll_depth: Option<u8>,
        /// Visible and focused time since the last such event, in milliseconds.
        engagement_time_ms: u32,
    },
    /// Something the owner named.
    Custom {
        /// The name, such as `Signup`.
        name: String,
        /// Whether it counts as interaction, so that the visit is no bounce.
        interactive: bool,
    },
    /// A component of a library was shown or used.
    Component {
        /// The component, such as `Button`.
        name: String,
        /// Its variant, such as `ghost`; empty where it has none.
        variant: String,
        /// The library's version; empty where unknown.
        version: String,
        /// What happened: `impression`, `interaction` or a name of the author's.
        action: String,
        /// Time until it appeared, in milliseconds.
        duration_ms: Option<u32>,
    },
    /// A request was answered.
    Request {
        /// HTTP method, in capitals.
        method: String,
        /// Route template, such as `/users/:id`.
        route: String,
        /// HTTP status; 0 where no answer came.
        status: u16,
        /// Time until the answer, in milliseconds.
        duration_ms: u32,
        /// Bytes of the request's body.
        bytes_in: u64,
        /// Bytes of the answer's body.
        bytes_out: u64,
    },
    /// A database query ran.
    Query {
        /// The database system, such as `postgresql`.
        system: String,
        /// The statement without its values.
        fingerprint: String,
        /// Time it took, in milliseconds.
        duration_ms: u32,
        /// Rows returned or changed.
        rows: u64,
    },
    /// A web vital was measured.
    Vital {
        /// `LCP`, `INP`, `CLS`, `FCP` or `TTFB`.
        name: String,
        /// The value in thousandths of the vital's unit (milliseconds; CLS has none).
        value_thousandths: u32,
        /// `good`, `needs-improvement` or `poor`.
        rating: String,
        /// The element it was measured at, as a selector; empty where there is none.
        target: String,
    },
    /// Something failed.
    Error {
        /// The error's type, such as `TypeError`.
        class: String,
        /// A hash of where it happened; never its message.
        fingerprint: String,
    },
    /// A command ran.
    Command {
        /// The command, such as `build`.
        name: String,
        /// The flags' names, without their values.
        flags: Vec<String>,
        /// Whether it succeeded.
        success: bool,
        /// Time it took, in milliseconds.
        duration_ms: u32,
        /// The tool's version.
        version: String,
    },
    /// An uptime check was made.
    Check {
        /// The check's name.
        name: String,
        /// HTTP status; 0 where no answer came.
        status: u16,
        /// Whether it passed.
        success: bool,
        /// Time it took, in milliseconds.
        duration_ms: u32,
    },
}

impl Payload {
    /// The kind's name in the contract: `pageview`, `engagement`, `custom` ….
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Pageview => "pageview",
            Self::Engagement { .. } => "engagement",
            Self::Custom { .. } => "custom",
            Self::Component { .. } => "component",
            Self::Request { .. } => "request",
            Self::Query { .. } => "query",
            Self::Vital { .. } => "vital",
            Self::Error { .. } => "error",
            Self::Command { .. } => "command",
            Self::Check { .. } => "check",
        }
    }

    /// Whether a sender may leave out some of the kind by chance: what is measured or happens by itself, and makes no
    /// visit. A visit that is told in part cannot be scaled.
    pub fn is_sampled(&self) -> bool {
        matches!(self, Self::Component { .. } | Self::Request { .. } | Self::Vital { .. } | Self::Error { .. })
    }

    /// The event's name as the Stats API shows it: the custom name, else the kind.
    pub fn name(&self) -> &str {
        match self {
            Self::Custom { name, .. } => name,
            other => other.kind(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_its_random_part_and_a_counter() {
        let id = EventId::counted(core::array::from_fn(|at| at as u8), 0x0102_0304);
        assert_eq!(id.to_hex(), "000102030405060708090a0b01020304");
        assert_eq!(id.parts(), ([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11], 0x0102_0304));
    }

    #[test]
    fn an_id_is_read_from_hexadecimal_digits() {
        let id = EventId(core::array::from_fn(|at| at as u8 * 17));
        assert_eq!(EventId::from_hex(&id.to_hex()), Some(id));
        assert_eq!(EventId::from_hex("00112233-4455-6677-8899-AABBCCDDEEFF"), Some(id));
        for bad in [
            "",
            "00",
            "00112233445566778899aabbccddeef",
            "00112233445566778899aabbccddeeff0",
            "g0112233445566778899aabbccddeeff",
        ] {
            assert_eq!(EventId::from_hex(bad), None, "{bad}");
        }
    }
}
