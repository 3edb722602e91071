//! One request and what it says of its sender.

use crate::access::Grant;
use crate::answer::Refusal;
use crate::config::Config;
use crate::runtime;
use crate::sender::{self, Stated};
use futures_util::StreamExt;
use js_sys::Reflect;
use std::rc::Rc;
use url::Url;
use wasm_bindgen::JsValue;
use worker::{ByteStream, Context, Env, Request};

/// How much of a refused body is read to its end.
const DISCARDED_BYTES_MAX: usize = 16 * 1_048_576;

/// A request with the operator's settings.
pub struct Call {
    /// The request.
    pub request: Request,
    /// The bindings.
    pub env: Env,
    /// What the runtime lets a request leave behind.
    pub context: Rc<Context>,
    /// The settings.
    pub config: Rc<Config>,
    /// The path, percent-encoded as it came.
    pub path: String,
    /// What the request may do.
    pub grant: Grant,
}

impl Call {
    /// A call of a request.
    pub fn new(request: Request, env: Env, context: Context) -> Self {
        let config = Config::of(&env);
        Self { path: request.path(), config, request, env, context: Rc::new(context), grant: Grant::Nothing }
    }

    /// A request that this one makes of the server itself: by whom, and in tests when, stays the same.
    pub fn within(&self, request: Request) -> Self {
        for name in ["cookie", "authorization", "x-now"] {
            if let Some(value) = self.header(name) {
                // What came as a header goes on as one.
                let _ = request.headers().set(name, &value);
            }
        }
        let (env, config, context) = (self.env.clone(), self.config.clone(), self.context.clone());
        Self { path: request.path(), config, request, env, context, grant: Grant::Nothing }
    }

    /// A header's value; none where it is absent or empty.
    pub fn header(&self, name: &str) -> Option<String> {
        self.request.headers().get(name).ok().flatten().filter(|value| !value.is_empty())
    }

    /// The present, in milliseconds since 1970. A test says what it is.
    pub fn now_ms(&self) -> i64 {
        let told = if self.config.test_mode { self.header("x-now") } else { None };
        sender::present_ms(&told.unwrap_or_default())
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
        let text = |name| self.header(name).unwrap_or_default();
        let stated = Stated {
            content_type: text("content-type"),
            content_encoding: text("content-encoding"),
            ..Stated::default()
        };
        if stated.is_of_type(types) { Ok(()) } else { Err(Refusal::content_type(hint)) }
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

    /// What the request says of who sent it.
    pub fn stated(&self) -> Stated {
        let connection = Reflect::get(self.request.inner(), &JsValue::from_str("cf")).ok();
        let value = |name: &str| match (name.strip_prefix(sender::OF_CONNECTION), &connection) {
            (Some(property), Some(connection)) => runtime::text_property(connection, property),
            (Some(_), None) => None,
            _ => self.header(name),
        };
        let names = Stated::names(&self.config).into_iter();
        Stated::of(names.map(|name| if name.is_empty() { None } else { value(name) }.unwrap_or_default()))
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
