//! The bounds of everything that comes in. Texts are measured in bytes of UTF-8.

/// Bytes of a batch's body.
pub const BATCH_BYTES_MAX: usize = 65_536;
/// Events of one batch.
pub const EVENTS_PER_BATCH_MAX: usize = 100;
/// How many events a sampled one may stand for.
pub const ONE_IN_MAX: u8 = 100;
/// How many events one report may say that a sender gave up.
pub const DROPPED_MAX: u32 = 1_000_000;
/// Properties of one event.
pub const PROPS_MAX: usize = 30;
/// A property's key.
pub const PROP_KEY_BYTES_MAX: usize = 300;
/// A property's value.
pub const PROP_VALUE_BYTES_MAX: usize = 2_000;
/// An address or referrer as it is sent, before it is scrubbed.
pub const URL_BYTES_MAX: usize = 8_192;
/// The path, and each campaign parameter, that an address may still have once it is scrubbed.
pub const PATH_BYTES_MAX: usize = 2_000;
/// The name of a custom event, a component, a vital, a command or a check, and every other short text.
pub const NAME_BYTES_MAX: usize = 120;
/// The longer texts of an event's own fields: a route template, a statement's fingerprint, a selector.
pub const TEXT_BYTES_MAX: usize = 2_000;
/// Flags of one command.
pub const FLAGS_MAX: usize = 50;
/// The name of a site.
pub const SITE_BYTES_MAX: usize = 253;
/// How long before its delivery an event may have happened: a day. The dedupe memory is longer.
pub const AGE_MS_MAX: u32 = 86_400_000;
