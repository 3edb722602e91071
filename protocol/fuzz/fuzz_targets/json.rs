//! Any bytes are a batch or a refusal.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let _ = protocol::json::decode(bytes);
});
