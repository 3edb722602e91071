//! Headers that say who may read an answer and what it may do.

use worker::{Response, ResponseBuilder};

/// What the dashboard may do: load its own files and WebAssembly, talk to its own origin, and nothing else. `ancestors` are
/// the pages that may show it in a frame.
pub fn dashboard_policy(ancestors: &str) -> String {
    format!(
        "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; img-src 'self' data:; connect-src 'self'; \
         base-uri 'none'; form-action 'self'; frame-ancestors {ancestors}; require-trusted-types-for 'script'"
    )
}

/// Who an answer is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Audience {
    /// Pages of any site: the tracker and its events.
    AnySite,
    /// The dashboard and the owner's programs.
    Owner,
}

/// What every answer carries.
const EVERY: [(&str, &str); 3] = [
    ("x-content-type-options", "nosniff"),
    ("referrer-policy", "no-referrer"),
    ("strict-transport-security", "max-age=31536000"),
];
const ANY_SITE: [(&str, &str); 3] = [
    ("access-control-allow-origin", "*"),
    ("access-control-expose-headers", "x-passerby-dropped, retry-after"),
    ("cross-origin-resource-policy", "cross-origin"),
];
const OWNER: [(&str, &str); 2] =
    [("cross-origin-resource-policy", "same-origin"), ("cross-origin-opener-policy", "same-origin")];

impl Audience {
    /// The headers that every answer to it carries, but for the policy of its pages.
    pub fn headers(self) -> impl Iterator<Item = &'static (&'static str, &'static str)> {
        EVERY.iter().chain(match self {
            Self::AnySite => ANY_SITE.as_slice(),
            Self::Owner => &OWNER,
        })
    }
}

/// Sets the headers that every answer carries.
pub fn protect(response: &Response, audience: Audience) {
    let headers = response.headers();
    // Setting a header fails only for names and values that are none, and these are our own.
    for (name, value) in audience.headers() {
        let _ = headers.set(name, value);
    }
    // The page of a share has said already who may frame it.
    if audience == Audience::Owner && !headers.has("content-security-policy").unwrap_or(false) {
        let _ = headers.set("content-security-policy", &dashboard_policy("'none'"));
    }
}

/// The answer to a browser that asks whether it may send.
pub fn preflight() -> Response {
    let response = ResponseBuilder::new().with_status(204).empty();
    for (name, value) in [
        ("access-control-allow-methods", "POST"),
        // The second is what Umami's tracker sends.
        ("access-control-allow-headers", "content-type, x-umami-cache"),
        ("access-control-max-age", "86400"),
    ] {
        let _ = response.headers().set(name, value);
    }
    response
}
