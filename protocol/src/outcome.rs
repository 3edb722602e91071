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
    Unauthorised(Unauthorised),
    /// The sender gave it up, because too many waited while the collector could not be reached, and said so later.
    Dropped,
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

/// Why the sender may not send this.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Unauthorised {
    /// There is no key, or it is none that may.
    Key,
    /// The signature is not one of this request by a key that is known.
    BadSignature,
    /// The request was signed too long ago, or by a clock that is ahead.
    StaleSignature,
    /// The same signed request, or another with its nonce, was here before.
    Replayed,
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
            Self::Unauthorised(_) => "unauthorised",
            Self::Dropped => "dropped",
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
            Self::Unauthorised(why) => match why {
                Unauthorised::Key => "unauthorised",
                Unauthorised::BadSignature => "bad_signature",
                Unauthorised::StaleSignature => "stale_signature",
                Unauthorised::Replayed => "replayed",
            },
            other => other.name(),
        }
    }

    /// Every outcome with every reason, so that a table of them can show the ones that did not happen.
    pub const ALL: [Self; 23] = [
        Self::Accepted,
        Self::Duplicate,
        Self::Filtered(Filtered::Bot),
        Self::Filtered(Filtered::SpamReferrer),
        Self::Filtered(Filtered::Gpc),
        Self::Filtered(Filtered::ExcludedRoute),
        Self::RateLimited,
        Self::Invalid(Invalid::Malformed),
        Self::Invalid(Invalid::UnknownVersion),
        Self::Invalid(Invalid::MissingField),
        Self::Invalid(Invalid::BadField),
        Self::Invalid(Invalid::BadUrl),
        Self::Invalid(Invalid::UnknownSite),
        Self::TooOld,
        Self::TooLarge(TooLarge::Body),
        Self::TooLarge(TooLarge::Events),
        Self::TooLarge(TooLarge::Text),
        Self::TooLarge(TooLarge::Props),
        Self::Unauthorised(Unauthorised::Key),
        Self::Unauthorised(Unauthorised::BadSignature),
        Self::Unauthorised(Unauthorised::StaleSignature),
        Self::Unauthorised(Unauthorised::Replayed),
        Self::Dropped,
    ];

    /// How the sender can mend it, in one sentence; empty where nothing is to be mended.
    pub fn hint(self) -> &'static str {
        match self {
            Self::Accepted | Self::Duplicate => "",
            Self::Filtered(why) => match why {
                Filtered::Bot => "Send from a browser that is not on the list of known robots.",
                Filtered::SpamReferrer => "Send without this referrer: it is on the list of referrer spam.",
                Filtered::Gpc => "Nothing to mend: the visitor asked not to be counted.",
                Filtered::ExcludedRoute => "Remove the route from the site's excluded routes to count it.",
            },
            Self::RateLimited => "Send fewer requests and wait as long as Retry-After says.",
            Self::Invalid(why) => match why {
                Invalid::Malformed => "Send one whole batch, in the binary form or as JSON.",
                Invalid::UnknownVersion => "Send a batch of version 1 or 2.",
                Invalid::MissingField => "Fill in every field that the event's kind requires.",
                Invalid::BadField => "Give each field a value of its type and within its range.",
                Invalid::BadUrl => "Send the whole address of the page, beginning with http:// or https://.",
                Invalid::UnknownSite => "Register the site first, or correct its domain.",
            },
            Self::TooOld => "Send events within a day of when they happened.",
            Self::TooLarge(what) => match what {
                TooLarge::Body => "Send at most 65,536 bytes in one batch.",
                TooLarge::Events => "Send at most 100 events in one batch.",
                TooLarge::Text => "Shorten the event's texts to what the protocol allows.",
                TooLarge::Props => "Send at most 30 properties with an event and 50 flags with a command.",
            },
            Self::Unauthorised(why) => match why {
                Unauthorised::Key => "Send a key that may do this as a bearer token.",
                Unauthorised::BadSignature => {
                    "Sign timestamp, nonce and body, as they are sent, with a key of the site."
                }
                Unauthorised::StaleSignature => "Sign when it is sent, by a clock that is at most 300 seconds off.",
                Unauthorised::Replayed => {
                    "Sign it anew, with another nonce; events keep their ids, so each counts once."
                }
            },
            Self::Dropped => {
                "Look whether the collector could be reached from the pages, and for pages that report without end."
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::limits::{AGE_MS_MAX, BATCH_BYTES_MAX, EVENTS_PER_BATCH_MAX, FLAGS_MAX, PROPS_MAX};
    use alloc::collections::BTreeSet;

    #[test]
    fn every_outcome_has_a_reason_of_its_own() {
        let reasons: BTreeSet<_> = Outcome::ALL.iter().map(|outcome| outcome.reason()).collect();
        assert_eq!(reasons.len(), Outcome::ALL.len());
        for reason in reasons {
            assert!(reason.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_'), "{reason}");
        }
    }

    #[test]
    fn every_refusal_says_how_to_mend_it() {
        for outcome in Outcome::ALL {
            let counted = matches!(outcome, Outcome::Accepted | Outcome::Duplicate);
            assert_eq!(outcome.hint().is_empty(), counted, "{outcome:?}");
        }
    }

    #[test]
    fn hints_state_the_limits_that_hold() {
        assert_eq!((BATCH_BYTES_MAX, EVENTS_PER_BATCH_MAX, PROPS_MAX, FLAGS_MAX), (65_536, 100, 30, 50));
        assert_eq!(AGE_MS_MAX, 24 * 60 * 60 * 1000);
    }
}
