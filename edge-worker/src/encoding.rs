//! In which coding an answer's bytes go over the wire. The runtime encodes what a response says is encoded.

use crate::call::Call;
use worker::Response;

/// Texts below this go as they are: a coding's own frame and the processor's time would cost more than it takes away.
const BYTES_MIN: usize = 512;

/// Says that a response is encoded, if that pays and whoever asks can read it, and that answers differ by that.
pub fn encode(call: &Call, response: &Response, bytes: usize) -> worker::Result<()> {
    let headers = response.headers();
    headers.append("vary", "accept-encoding")?;
    let coding = call.header("accept-encoding").as_deref().and_then(smallest);
    if let Some(coding) = coding.filter(|_| bytes >= BYTES_MIN) {
        headers.set("content-encoding", coding)?;
    }
    Ok(())
}

/// The smallest coding of those that an `Accept-Encoding` takes.
fn smallest(accepted: &str) -> Option<&'static str> {
    let takes = |wanted: &str| {
        accepted.split(',').any(|one| {
            let mut parts = one.split(';');
            let is = parts.next().is_some_and(|name| name.trim().eq_ignore_ascii_case(wanted));
            let refused = |part: &str| {
                let weight = part.trim().strip_prefix("q=").and_then(|weight| weight.parse::<f32>().ok());
                weight.is_some_and(|weight| weight <= 0.0)
            };
            is && !parts.any(refused)
        })
    };
    ["br", "gzip"].into_iter().find(|coding| takes(coding))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_smallest_coding_that_is_taken_is_chosen() {
        for (accepted, expected) in [
            ("gzip, deflate, br, zstd", Some("br")),
            ("GZIP;q=0.5", Some("gzip")),
            ("br;q=0, gzip", Some("gzip")),
            ("br; q=0.0", None),
            ("identity", None),
            ("brotli", None),
        ] {
            assert_eq!(smallest(accepted), expected, "{accepted}");
        }
    }
}
