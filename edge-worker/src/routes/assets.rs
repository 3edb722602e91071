//! Static files: the dashboard at `/`, the tracker, and their hashed parts.
//!
//! They come from the `ASSETS` binding: Cloudflare's assets, which know content types and entity tags, or a folder of
//! plain workerd, which knows neither, so both are set here.

use crate::answer::{Answer, Refusal};
use crate::call::Call;
use crate::encoding::encode;
use worker::{Fetcher, Response, ResponseBuilder};

/// Hashed names never change.
const FOR_EVER: &str = "public, max-age=31536000, immutable";
/// The tracker's loader is asked for by every page, and must be replaceable.
const AN_HOUR: &str = "public, max-age=3600";
/// Everything else is asked for again.
const ASK_AGAIN: &str = "no-cache";

/// What pages name in their tag.
const LOADER: &str = "/p.js";
/// In test mode the tracker counts who tests, an automated browser on this machine, unless the tag says `"false"`.
const COUNT_TESTS: &str = "{const{dataset:d}=document.currentScript;d.local??=\"\";d.automated??=\"\"}";

/// Serves a file.
pub(super) async fn answer(call: &Call, path: &str) -> Answer {
    // As it came: see `table::find`.
    let method = call.request.inner().method();
    if !matches!(&*method, "GET" | "HEAD") {
        return Err(Refusal::method("GET, HEAD"));
    }
    let file = if path == "/" { "/index.html" } else { path };
    let Some(content_type) = content_type(file) else { return Err(Refusal::not_found()) };
    let mut found = fetch(&call.env.service("ASSETS")?, file).await?.ok_or_else(Refusal::not_found)?;
    let before = if call.config.test_mode && file == LOADER { COUNT_TESTS } else { "" };
    let tag = tag(&found);
    let unchanged = tag.is_some() && call.header("if-none-match").is_some_and(|known| matches(&known, tag.as_deref()));
    let response = if unchanged {
        ResponseBuilder::new().with_status(304).empty()
    } else if method == "HEAD" {
        let response = ResponseBuilder::new().with_status(200).empty();
        let length = found.headers().get("content-length").ok().flatten();
        if let Some(length) = length.and_then(|length| length.parse::<usize>().ok()) {
            let _ = response.headers().set("content-length", &(length + before.len()).to_string());
        }
        response
    } else {
        let mut bytes = found.bytes().await?;
        bytes.splice(..0, before.bytes());
        let length = bytes.len();
        let response = ResponseBuilder::new().with_status(200).fixed(bytes);
        if is_text(file) {
            encode(call, &response, length)?;
        }
        response
    };
    let _ = response.headers().set("content-type", content_type);
    let _ = response.headers().set("cache-control", caching(file));
    if let Some(tag) = tag {
        let _ = response.headers().set("etag", &tag);
    }
    Ok(response)
}

/// The dashboard's page as it was built, whatever the request already has.
pub(super) async fn template(call: &Call) -> Result<String, Refusal> {
    let mut found = fetch(&call.env.service("ASSETS")?, "/index.html").await?.ok_or_else(Refusal::not_found)?;
    Ok(found.text().await?)
}

/// The text of a file that was built; none where there is no such file.
pub(super) async fn text(call: &Call, file: &str) -> Option<String> {
    let mut found = fetch(&call.env.service("ASSETS").ok()?, file).await.ok()??;
    found.text().await.ok()
}

/// The file's answer; none where there is no such file. The host is one that the binding alone knows.
async fn fetch(assets: &Fetcher, file: &str) -> Result<Option<Response>, Refusal> {
    // Cloudflare serves the page of `/` by that path, and answers `/index.html` with a redirect to it.
    let mut answer = assets.fetch(format!("http://assets{file}"), None).await?;
    if (300..400).contains(&answer.status_code()) && file == "/index.html" {
        answer = assets.fetch("http://assets/", None).await?;
    }
    Ok((answer.status_code() == 200).then_some(answer))
}

/// The file's own entity tag, or one of its time and length. A weak one: it is the same however the file is encoded.
fn tag(found: &Response) -> Option<String> {
    let header = |name| found.headers().get(name).ok().flatten();
    if let Some(own) = header("etag") {
        return Some(if own.starts_with("W/") { own } else { ["W/", &own].concat() });
    }
    let version = blake3::hash(format!("{}/{}", header("last-modified")?, header("content-length")?).as_bytes());
    Some(format!("W/\"{}\"", version.to_hex().get(..16)?))
}

/// Whether a browser's `If-None-Match` names the tag. Weak comparison, as for every GET.
fn matches(known: &str, tag: Option<&str>) -> bool {
    let weak = |tag: &str| tag.trim().trim_start_matches("W/").to_owned();
    known.trim() == "*" || known.split(',').any(|known| tag.is_some_and(|tag| weak(known) == weak(tag)))
}

/// The type of a file by its ending; none for paths that are no file, such as folders.
fn content_type(file: &str) -> Option<&'static str> {
    let (_, ending) = file.rsplit_once('/')?.1.rsplit_once('.')?;
    Some(match ending {
        "html" => "text/html; charset=utf-8",
        "js" | "mjs" => "text/javascript; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "wasm" => "application/wasm",
        "json" | "map" => "application/json",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        "ico" => "image/x-icon",
        "txt" => "text/plain; charset=utf-8",
        "woff2" => "font/woff2",
        _ => return None,
    })
}

/// Whether a coding makes the file smaller.
fn is_text(file: &str) -> bool {
    !matches!(file.rsplit('.').next(), Some("png" | "ico" | "woff2"))
}

fn caching(file: &str) -> &'static str {
    match file {
        LOADER => AN_HOUR,
        _ if is_hashed(file) => FOR_EVER,
        _ => ASK_AGAIN,
    }
}

/// Whether a file's name has a hash before its ending: `dashboard.1a2b3c.js`.
fn is_hashed(file: &str) -> bool {
    let name = file.rsplit('/').next().unwrap_or_default();
    let hash = name.rsplit('.').nth(1).unwrap_or_default();
    hash.len() >= 6 && name.split('.').count() >= 3 && hash.bytes().all(|byte| byte.is_ascii_hexdigit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_kept_as_long_as_their_names_last() {
        for (file, kept) in [
            ("/app/dashboard.1a2b3c.wasm", FOR_EVER),
            ("/p/tracker.1a2b3c.js", FOR_EVER),
            ("/p.js", AN_HOUR),
            ("/index.html", ASK_AGAIN),
            ("/favicon.svg", ASK_AGAIN),
            ("/dashboard.min.js", ASK_AGAIN),
        ] {
            assert_eq!(caching(file), kept, "{file}");
        }
    }

    #[test]
    fn only_files_have_a_type() {
        for (file, known) in [("/p.js", true), ("/app", false), ("/a.b/c", false), ("/x.exe", false), ("/", false)] {
            assert_eq!(content_type(file).is_some(), known, "{file}");
        }
    }

    #[test]
    fn tags_match_weakly() {
        for (known, tag, same) in [
            ("\"a\"", "\"a\"", true),
            ("W/\"a\"", "\"a\"", true),
            ("\"b\", W/\"a\"", "W/\"a\"", true),
            ("*", "\"a\"", true),
            ("\"b\"", "\"a\"", false),
        ] {
            assert_eq!(matches(known, Some(tag)), same, "{known}");
        }
    }
}
