//! The few calls of the JavaScript runtime that the `worker` crate does not bind.

use js_sys::{Array, Object, Reflect, Uint8Array};
use std::cell::Cell;
use wasm_bindgen::prelude::*;
use worker::durable::Storage;

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_namespace = crypto, js_name = getRandomValues)]
    fn get_random_values(bytes: &mut [u8]);

    #[wasm_bindgen(js_namespace = ["crypto", "subtle"], js_name = importKey, catch)]
    async fn import_key(
        format: &str,
        key: Uint8Array,
        algorithm: &JsValue,
        extractable: bool,
        usages: &Array,
    ) -> Result<JsValue, JsValue>;
    #[wasm_bindgen(js_namespace = ["crypto", "subtle"], catch)]
    async fn verify(algorithm: &str, key: &JsValue, mac: Uint8Array, text: Uint8Array) -> Result<JsValue, JsValue>;

    #[wasm_bindgen(js_namespace = Intl, js_name = DisplayNames)]
    type DisplayNames;
    #[wasm_bindgen(constructor, catch, js_namespace = Intl, js_class = "DisplayNames")]
    fn new(locales: &JsValue, options: &Object) -> Result<DisplayNames, JsValue>;
    #[wasm_bindgen(method, catch)]
    fn of(this: &DisplayNames, code: &str) -> Result<Option<String>, JsValue>;

    type SyncTransactions;
    #[wasm_bindgen(method, catch, js_name = transactionSync)]
    fn transaction_sync(
        this: &SyncTransactions,
        body: &mut dyn FnMut() -> Result<JsValue, JsValue>,
    ) -> Result<JsValue, JsValue>;
}

/// `N` bytes from the runtime's cryptographic source.
pub fn random_bytes<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    get_random_values(&mut bytes);
    bytes
}

/// Whether `mac` is the HMAC-SHA256 of `text` by `key`. The runtime compares in constant time.
pub async fn is_hmac_sha256(key: &[u8], text: &[u8], mac: &[u8]) -> worker::Result<bool> {
    let algorithm = Object::new();
    for (name, value) in [("name", "HMAC"), ("hash", "SHA-256")] {
        Reflect::set(&algorithm, &name.into(), &value.into())?;
    }
    let usages = Array::of1(&"verify".into());
    let key = import_key("raw", Uint8Array::from(key), &algorithm, false, &usages).await?;
    Ok(verify("HMAC", &key, Uint8Array::from(mac), Uint8Array::from(text)).await?.is_truthy())
}

/// The name of a country by its ISO 3166-1 code, in a language; none where the runtime knows none.
pub fn country_name(code: &str, language: &str) -> Option<String> {
    let options = Object::new();
    for (name, value) in [("type", "region"), ("fallback", "none")] {
        Reflect::set(&options, &name.into(), &value.into()).ok()?;
    }
    DisplayNames::new(&language.into(), &options).ok()?.of(code).ok().flatten()
}

/// Runs `body` as one transaction of the object's database: an error takes every statement back.
pub fn transaction(storage: &Storage, mut body: impl FnMut() -> worker::Result<()>) -> worker::Result<()> {
    let transactions: &SyncTransactions = storage.as_raw().unchecked_ref();
    let mut run = || body().map(|()| JsValue::UNDEFINED).map_err(JsValue::from);
    transactions.transaction_sync(&mut run).map(|_| ()).map_err(worker::Error::from)
}

/// The present, in milliseconds since 1970.
pub fn clock_ms() -> i64 {
    js_sys::Date::now() as i64
}

/// A property of a JavaScript object as text, if it is there and is text.
pub fn text_property(object: &JsValue, name: &str) -> Option<String> {
    let object: &Object = object.dyn_ref()?;
    Reflect::get(object, &JsValue::from_str(name)).ok()?.as_string()
}

/// Makes panics log where they happened and nothing of what was being worked on, which may be about a visitor.
pub fn keep_panics_quiet() {
    thread_local!(static DONE: Cell<bool> = const { Cell::new(false) });
    if !DONE.replace(true) {
        std::panic::set_hook(Box::new(|panic| match panic.location() {
            Some(place) => worker::console_error!("panic at {}:{}", place.file(), place.line()),
            None => worker::console_error!("panic"),
        }));
    }
}
