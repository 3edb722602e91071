//! Any text can be scrubbed.
#![no_main]

use protocol::scrub;

libfuzzer_sys::fuzz_target!(|raw: &str| {
    let _ = (scrub::url(raw, &["q"]), scrub::referrer(raw), scrub::text(raw));
});
