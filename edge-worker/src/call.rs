//! One request and what it says of its sender.

use crate::access::Grant;
use crate::answer::Refusal;
use crate::config::Config;
use crate::enrich::{arrival::Arrival, country, language};
use crate::runtime;
use crate::site_store::delivery::Sender;
use futures_util::StreamExt;
use jiff::Timestamp;
use js_sys::Reflect;
use std::net::{IpAddr, SocketAddr};
use url::Url;
use wasm_bindgen::JsValue;
use worker::{ByteStream, Env, Request};

/// How much of a refused body is read to its end.
const DISCARDED_BYTES_MAX: usize = 16 * 1_048_576;

/// A request with the operator's settings.
pub struct Call {
    /// The request.
    pub request: Request,
    /// The bindings.
    pub env: Env,
    /// The settings.
    pub config: Config,
    /// The path, percent-encoded as it came.
    pub path: String,
    /// What the request may do.
    pub grant: Grant,
}

impl Call {
    /// A call of a request.
    pub fn new(request: Request, env: Env) -> Self {
        let config = Config::read(&env);
        Self { path: request.path(), config, request, env, grant: Grant::Nothing }
    }

    /// A header's value; none where it is absent or empty.
    pub fn header(&self, name: &str) -> Option<String> {
        self.request.headers().get(name).ok().flatten().filter(|value| !value.is_empty())
    }

    /// The present, in milliseconds since 1970. A test says what it is.
    pub fn now_ms(&self) -> i64 {
        let told = if self.config.test_mode { self.header("x-now") } else { None };
        let told = told.and_then(|now| now.parse::<Timestamp>().ok());
        told.map_or_else(runtime::clock_ms, Timestamp::as_millisecond)
    }

    /// The present, in seconds since 1970.
    pub fn now_s(&self) -> i64 {
        self.now_ms().div_euclid(1000)
    }

    /// A parameter of the query.
    pub fn parameter(&self, name: &str) -> Option<String> {
        let address = Url::parse(&self.request.inner().url()).ok()?;
        address.query_pairs().find(|(key, _)| key == name).map(|(_, value)| value.into_owned())
    }

    /// Refuses content types that are not listed, and encoded bodies. No content type at all passes.
    pub fn content_type(&self, types: &[&str], hint: &'static str) -> Result<(), Refusal> {
        let given = self.header("content-type").unwrap_or_default();
        let essence = given.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
        let encoded = self.header("content-encoding").is_some_and(|encoding| encoding != "identity");
        if encoded || (!essence.is_empty() && !types.contains(&essence.as_str())) {
            return Err(Refusal::content_type(hint));
        }
        Ok(())
    }

    /// The body, as long as it is no longer than `bytes_max`; what is longer is not kept.
    pub async fn body(&mut self, bytes_max: usize) -> Result<Vec<u8>, Refusal> {
        let length = self.header("content-length").and_then(|length| length.parse::<usize>().ok());
        if length.is_some_and(|length| length > bytes_max) {
            return Err(Refusal::body_too_large());
        }
        let unread = |_| Refusal::malformed("The body ended before its time; send it again.");
        // The runtime holds a body to the length it states.
        if length.is_some() {
            return self.request.bytes().await.map_err(unread);
        }
        if self.request.inner().body().is_none() {
            return Ok(Vec::new());
        }
        let mut stream = self.request.stream().map_err(unread)?;
        let mut body = Vec::new();
        while let Some(chunk) = stream.next().await {
            body.extend_from_slice(&chunk.map_err(unread)?);
            if body.len() > bytes_max {
                discard(stream).await;
                return Err(Refusal::body_too_large());
            }
        }
        Ok(body)
    }

    /// Reads what is left of the body and keeps nothing. The runtime hangs up on a body that is left unread, and a sender
    /// that is cut off while it sends never hears why.
    pub async fn discard_body(&mut self) {
        if self.request.inner().body().is_some()
            && let Ok(stream) = self.request.stream()
        {
            discard(stream).await;
        }
    }

    /// What the request says of the browser that sent it.
    pub fn arrival(&self) -> Arrival {
        let country = match &self.config.country_header {
            Some(header) => self.header(header),
            None => self.connection("country"),
        };
        Arrival {
            now_ms: self.now_ms(),
            user_agent: self.header("user-agent").unwrap_or_default(),
            country: country::code(&country.unwrap_or_default()),
            language: language::primary(&self.header("accept-language").unwrap_or_default()),
            screen_width: 0,
            gpc: self.header("sec-gpc").as_deref() == Some("1"),
            from_browser: true,
        }
    }

    /// The browser that sent the request.
    pub fn sender(&self) -> Sender {
        Sender::Client { ip: self.client_ip(), user_agent: self.header("user-agent").unwrap_or_default() }
    }

    /// The address of the client: as the operator's own proxy names it, else the peer of the connection. What a client
    /// says of itself in other headers changes nothing.
    fn client_ip(&self) -> String {
        let told = if self.config.test_mode { self.header("x-test-ip") } else { None };
        let stated = told.or_else(|| match &self.config.client_ip_header {
            // A proxy appends to what it was sent, so its own word is the last.
            Some(header) => self.header(header).and_then(|list| list.rsplit(',').next().map(str::to_owned)),
            None => self.connection("clientIp"),
        });
        canonical_ip(&stated.unwrap_or_default())
    }

    /// What the runtime says of the connection (`request.cf`).
    fn connection(&self, property: &str) -> Option<String> {
        let connection = Reflect::get(self.request.inner(), &JsValue::from_str("cf")).ok()?;
        runtime::text_property(&connection, property)
    }
}

async fn discard(mut stream: ByteStream) {
    let mut discarded = 0;
    while discarded < DISCARDED_BYTES_MAX
        && let Some(Ok(chunk)) = stream.next().await
    {
        discarded += chunk.len();
    }
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
