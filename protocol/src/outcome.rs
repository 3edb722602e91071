//! The one vocabulary for what became of an event. Every received event ends in exactly one outcome with one reason,
//! so that the outcomes of a site always add up to what it received.

/// What became of an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[must_use = "an event whose outcome is dropped is an event that nobody counted"]
pub enum Outcome {
    /// Counted.
    Accepted,
    /// Counted before under the same id.
    Duplicate,
    /// Left out on purpose.
    Filtered(Filtered),
    /// Came faster than the site or client may send.
    RateLimited,
    /// Not an event of this protocol.
    Invalid(Invalid),
    /// Older than the dedupe memory, so that it could not be counted exactly once.
    TooOld,
    /// Over a limit of size or count.
    TooLarge(TooLarge),
    /// The sender may not send this.
    Unauthorised,
}

/// Why an event was left out on purpose.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Filtered {
    /// The user agent is a known robot.
    Bot,
    /// The referrer is on the list of referrer spam.
    SpamReferrer,
    /// The browser asks not to be sold or shared (Global Privacy Control).
    Gpc,
    /// The owner excluded the route.
    ExcludedRoute,
}

/// What is wrong with an event or batch.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Invalid {
    /// The bytes are not a batch of a known version.
    Malformed,
    /// The batch is of a version that this build does not speak.
    UnknownVersion,
    /// A field that must be there is missing or empty.
    MissingField,
    /// A field has a value outside its range.
    BadField,
    /// The address is not a URL.
    BadUrl,
    /// No site of that name is registered.
    UnknownSite,
}

/// Which limit an event or batch is over.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum TooLarge {
    /// The body has too many bytes.
    Body,
    /// The batch has too many events.
    Events,
    /// A text is too long.
    Text,
    /// An event has too many properties.
    Props,
}

impl Outcome {
    /// The outcome's name in answers, tables and metrics.
    pub fn name(self) -> &'static str {
        match self {
            Self::Accepted => "accepted",
            Self::Duplicate => "duplicate",
            Self::Filtered(_) => "filtered",
            Self::RateLimited => "rate_limited",
            Self::Invalid(_) => "invalid",
            Self::TooOld => "too_old",
            Self::TooLarge(_) => "too_large",
            Self::Unauthorised => "unauthorised",
        }
    }

    /// The machine-readable reason; the outcome's name where it has only one.
    pub fn reason(self) -> &'static str {
        match self {
            Self::Filtered(why) => match why {
                Filtered::Bot => "bot",
                Filtered::SpamReferrer => "spam_referrer",
                Filtered::Gpc => "gpc",
                Filtered::ExcludedRoute => "excluded_route",
            },
            Self::Invalid(why) => match why {
                Invalid::Malformed => "malformed",
                Invalid::UnknownVersion => "unknown_version",
                Invalid::MissingField => "missing_field",
                Invalid::BadField => "bad_field",
                Invalid::BadUrl => "bad_url",
                Invalid::UnknownSite => "unknown_site",
            },
            Self::TooLarge(what) => match what {
                TooLarge::Body => "body_too_large",
                TooLarge::Events => "too_many_events",
                TooLarge::Text => "text_too_long",
                TooLarge::Props => "too_many_props",
            },
            other => other.name(),
        }
    }
}
