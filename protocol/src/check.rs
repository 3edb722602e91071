//! Whether an event that could be read is one that may be counted: the rules that both forms of a batch share.

use crate::event::{Event, Payload};
use crate::limits::{
    FLAGS_MAX, NAME_BYTES_MAX, PATH_BYTES_MAX, PROP_KEY_BYTES_MAX, PROP_VALUE_BYTES_MAX, PROPS_MAX, TEXT_BYTES_MAX,
    URL_BYTES_MAX,
};
use crate::outcome::{Invalid, Outcome, TooLarge};

/// The event, or why it is refused.
pub fn event(event: Event) -> Result<Event, Outcome> {
    if event.url.is_empty() {
        return Err(Outcome::Invalid(Invalid::MissingField));
    }
    within(&event.url, URL_BYTES_MAX)?;
    within(&event.referrer, URL_BYTES_MAX)?;
    payload(&event.payload)?;
    if event.props.len() > PROPS_MAX {
        return Err(Outcome::TooLarge(TooLarge::Props));
    }
    for (key, value) in &event.props {
        named(key, PROP_KEY_BYTES_MAX)?;
        within(value, PROP_VALUE_BYTES_MAX)?;
    }
    if event.revenue.is_some_and(|revenue| !revenue.currency.iter().all(u8::is_ascii_uppercase)) {
        return Err(Outcome::Invalid(Invalid::BadField));
    }
    Ok(event)
}

/// Whether what is kept of an address, scrubbed and as it will be stored, is short enough: its host, its path or one of its
/// campaign parameters.
pub fn kept(text: &str) -> Result<(), Outcome> {
    within(text, PATH_BYTES_MAX)
}

fn payload(payload: &Payload) -> Result<(), Outcome> {
    match payload {
        Payload::Pageview => Ok(()),
        Payload::Engagement { scroll_depth, .. } => {
            if scroll_depth.is_some_and(|depth| depth > 100) {
                return Err(Outcome::Invalid(Invalid::BadField));
            }
            Ok(())
        }
        // These names mean kinds that have fields of their own.
        Payload::Custom { name, .. } if name == "pageview" || name == "engagement" => {
            Err(Outcome::Invalid(Invalid::BadField))
        }
        Payload::Custom { name, .. } | Payload::Check { name, .. } => named(name, NAME_BYTES_MAX),
        Payload::Component { name, variant, version, action, .. } => {
            named(name, NAME_BYTES_MAX)?;
            [variant, version, action].into_iter().try_for_each(|text| within(text, NAME_BYTES_MAX))
        }
        Payload::Request { method, route, .. } => {
            named(method, NAME_BYTES_MAX)?;
            named(route, TEXT_BYTES_MAX)
        }
        Payload::Query { system, fingerprint, .. } => {
            within(system, NAME_BYTES_MAX)?;
            named(fingerprint, TEXT_BYTES_MAX)
        }
        Payload::Vital { name, rating, target, .. } => {
            named(name, NAME_BYTES_MAX)?;
            within(rating, NAME_BYTES_MAX)?;
            within(target, TEXT_BYTES_MAX)
        }
        Payload::Error { class, fingerprint } => {
            named(class, NAME_BYTES_MAX)?;
            within(fingerprint, NAME_BYTES_MAX)
        }
        Payload::Command { name, flags, version, .. } => {
            named(name, NAME_BYTES_MAX)?;
            within(version, NAME_BYTES_MAX)?;
            if flags.len() > FLAGS_MAX {
                return Err(Outcome::TooLarge(TooLarge::Props));
            }
            flags.iter().try_for_each(|flag| within(flag, NAME_BYTES_MAX))
        }
    }
}

fn named(text: &str, bytes_max: usize) -> Result<(), Outcome> {
    if text.is_empty() {
        return Err(Outcome::Invalid(Invalid::MissingField));
    }
    within(text, bytes_max)
}

fn within(text: &str, bytes_max: usize) -> Result<(), Outcome> {
    if text.len() > bytes_max { Err(Outcome::TooLarge(TooLarge::Text)) } else { Ok(()) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::string::String;

    #[test]
    fn an_event_of_the_owners_has_a_name_of_its_own() {
        let custom = |name: &str| {
            let payload = Payload::Custom { name: String::from(name), interactive: true };
            super::event(Event { url: "https://example.com/".into(), payload, ..Event::default() }).map(|_| ())
        };
        assert_eq!(custom("Signup"), Ok(()));
        assert_eq!(custom(""), Err(Outcome::Invalid(Invalid::MissingField)));
        for kind in ["pageview", "engagement"] {
            assert_eq!(custom(kind), Err(Outcome::Invalid(Invalid::BadField)), "{kind}");
        }
    }
}
