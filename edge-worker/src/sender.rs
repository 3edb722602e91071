//! What a request says of who sent it, in the few headers that collecting reads.

use crate::config::Config;
use crate::enrich::{arrival::Arrival, country, language};
use crate::runtime;
use crate::site_store::delivery::Sender;
use jiff::Timestamp;
use std::net::{IpAddr, SocketAddr};

/// Before the name of what is no header but a property of `request.cf`.
pub const OF_CONNECTION: &str = "cf.";

/// The headers, and what the runtime knows of the connection; empty where absent.
#[derive(Clone, Debug, Default)]
pub struct Stated {
    /// `Content-Type`.
    pub content_type: String,
    /// `Content-Encoding`.
    pub content_encoding: String,
    /// `User-Agent`.
    pub user_agent: String,
    /// `Accept-Language`.
    pub accept_language: String,
    /// `Sec-GPC`.
    pub gpc: String,
    /// What the operator's proxy calls the client's address, or the peer of the connection.
    pub address: String,
    /// What the operator's proxy or the runtime calls the client's country.
    pub country: String,
    /// What a test says the present is.
    pub now: String,
    /// What a test says the client's address is.
    pub test_address: String,
}

impl Stated {
    /// The names of the headers, in the order of the fields. What begins with [`OF_CONNECTION`] is no header but a property
    /// of `request.cf`; what is empty is not read at all.
    pub fn names(config: &Config) -> [&str; 9] {
        let test = |name| if config.test_mode { name } else { "" };
        [
            "content-type",
            "content-encoding",
            "user-agent",
            "accept-language",
            "sec-gpc",
            config.client_ip_header.as_deref().unwrap_or("cf.clientIp"),
            config.country_header.as_deref().unwrap_or("cf.country"),
            test("x-now"),
            test("x-test-ip"),
        ]
    }

    /// From the values, in the order of [`Stated::names`].
    pub fn of(mut values: impl Iterator<Item = String>) -> Self {
        let mut next = || values.next().unwrap_or_default();
        Self {
            content_type: next(),
            content_encoding: next(),
            user_agent: next(),
            accept_language: next(),
            gpc: next(),
            address: next(),
            country: next(),
            now: next(),
            test_address: next(),
        }
    }

    /// Whether the content is of one of these types and not encoded. No type at all passes.
    pub fn is_of_type(&self, types: &[&str]) -> bool {
        let essence = self.content_type.split(';').next().unwrap_or_default().trim();
        let is_listed = essence.is_empty() || types.iter().any(|listed| essence.eq_ignore_ascii_case(listed));
        is_listed && matches!(self.content_encoding.as_str(), "" | "identity")
    }

    /// The present, in milliseconds since 1970. A test says what it is.
    pub fn now_ms(&self) -> i64 {
        present_ms(&self.now)
    }

    /// What the request says of the browser that sent it.
    pub fn arrival(&self) -> Arrival {
        Arrival {
            now_ms: self.now_ms(),
            user_agent: self.user_agent.clone(),
            country: country::code(&self.country),
            language: language::primary(&self.accept_language),
            screen_width: 0,
            gpc: self.gpc == "1",
            from_browser: true,
        }
    }

    /// The browser that sent the request.
    pub fn sender(&self) -> Sender {
        Sender::Client { ip: self.client_ip(), user_agent: self.user_agent.clone() }
    }

    /// The address of the client: as the operator's own proxy names it, else the peer of the connection. What a client says
    /// of itself in other headers changes nothing.
    pub fn client_ip(&self) -> String {
        // A proxy appends to what it was sent, so its own word is the last.
        let told = self.address.rsplit(',').next().unwrap_or_default();
        canonical_ip(if self.test_address.is_empty() { told } else { &self.test_address })
    }
}

/// The present as told, or, where that is no moment, as it is; in milliseconds since 1970.
pub fn present_ms(told: &str) -> i64 {
    let told = if told.is_empty() { None } else { told.parse::<Timestamp>().ok() };
    told.map_or_else(runtime::clock_ms, Timestamp::as_millisecond)
}

/// An address in the one form it has, without a port; empty where it is none.
pub fn canonical_ip(stated: &str) -> String {
    let stated = stated.trim();
    let address = stated.parse::<IpAddr>().or_else(|_| stated.parse::<SocketAddr>().map(|socket| socket.ip()));
    address.map(|address| address.to_canonical().to_string()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    #[test]
    fn an_address_has_one_form() {
        for (stated, canonical) in [
            ("192.0.2.1", "192.0.2.1"),
            (" 192.0.2.1:4711", "192.0.2.1"),
            ("::ffff:192.0.2.1", "192.0.2.1"),
            ("2001:DB8:0:0::1", "2001:db8::1"),
            ("[2001:db8::1]:443", "2001:db8::1"),
            ("unix:", ""),
            ("", ""),
        ] {
            assert_eq!(super::canonical_ip(stated), canonical, "{stated}");
        }
    }
}
