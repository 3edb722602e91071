//! Scrubs the fields that only one kind of event has.

use super::{path, text};
use crate::event::Payload;
use alloc::string::String;

/// Takes what names a person out of every text of a kind's fields. Versions stay: they look like addresses and are none.
pub fn payload(payload: &mut Payload) {
    match payload {
        Payload::Pageview | Payload::Engagement { .. } => {}
        Payload::Custom { name, .. } | Payload::Check { name, .. } => each([name]),
        Payload::Component { name, variant, action, .. } => each([name, variant, action]),
        Payload::Request { method, route, .. } => {
            each([method]);
            *route = path(route);
        }
        Payload::Query { system, fingerprint, .. } => each([system, fingerprint]),
        Payload::Vital { name, rating, target, .. } => each([name, rating, target]),
        Payload::Error { class, fingerprint } => each([class, fingerprint]),
        Payload::Command { name, flags, .. } => {
            each([name]);
            each(flags);
        }
    }
}

fn each<'a>(fields: impl IntoIterator<Item = &'a mut String>) {
    for field in fields {
        *field = text(field);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::vec;

    #[test]
    fn no_kind_keeps_an_address_in_its_words() {
        let who = || String::from("anna@example.org");
        let version = || String::from("1.2.3.4");
        let kinds = [
            Payload::Custom { name: who(), interactive: true },
            Payload::Component { name: who(), variant: who(), version: version(), action: who(), duration_ms: None },
            Payload::Request {
                method: who(),
                route: alloc::format!("/users/{}?mail={}", who(), who()),
                status: 200,
                duration_ms: 1,
                bytes_in: 0,
                bytes_out: 0,
            },
            Payload::Query { system: who(), fingerprint: who(), duration_ms: 1, rows: 0 },
            Payload::Vital { name: who(), value_thousandths: 1, rating: who(), target: who() },
            Payload::Error { class: who(), fingerprint: who() },
            Payload::Command { name: who(), flags: vec![who()], success: true, duration_ms: 1, version: version() },
            Payload::Check { name: who(), status: 200, success: true, duration_ms: 1 },
        ];
        for mut kind in kinds {
            payload(&mut kind);
            let kept = alloc::format!("{kind:?}");
            assert!(!kept.contains("anna"), "{kept}");
            assert!(!kept.contains("version") || kept.contains("1.2.3.4"), "{kept}");
        }
    }
}
