//! The demo site's data: a real access log of May 2015, moved so that its last day is today.

use crate::http::Collector;
use crate::place;
use crate::process::step;
use anyhow::{Context, Result};
use flate2::read::GzDecoder;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use jiff::{Span, Timestamp};
use serde_json::{Value, json};
use std::fs::File;
use std::io::Read;

const SITE: &str = "semicomplete.com";
const LABEL: &str = "Demo: the real web log of semicomplete.com, May 2015, moved to this week";
const LOG: &str = "www/demo-data/apache_logs_10k.log.gz";
/// Files that a page brings with it, and downloads, are no page views.
const FILES: [&str; 33] = [
    "css", "js", "mjs", "map", "json", "xml", "rss", "txt", "png", "jpg", "jpeg", "gif", "svg", "ico", "webp", "bmp",
    "woff", "woff2", "ttf", "eot", "mp4", "webm", "mp3", "pdf", "swf", "zip", "gz", "bz2", "jar", "exe", "deb", "rpm",
    "dmg",
];

/// Sets the demo site up and imports its log, once.
pub(crate) fn load(collector: &Collector) -> Result<()> {
    if collector.has_site(SITE)? {
        return Ok(());
    }
    step("loading the demo site's data", || {
        let mut log = String::new();
        let file = File::open(place::root().join(LOG)).with_context(|| format!("{LOG} is missing"))?;
        GzDecoder::new(file).read_to_string(&mut log)?;
        let views: Vec<PageView> = log.lines().filter_map(page_view).collect();
        let last = views.iter().map(|view| view.at).max().context("the log has page views")?;
        let moved = days_between(last, Timestamp::now());
        let lines: String = views.iter().filter_map(|view| Some(format!("{}\n", import_line(view, moved)?))).collect();
        collector.put_site(SITE, &json!({ "timezone": "UTC", "label": LABEL }))?;
        collector.import(SITE, &lines)?;
        Ok(())
    })
}

/// The machine's time zone, by its IANA name.
pub(crate) fn local_time_zone() -> String {
    let linked = std::fs::read_link("/etc/localtime").ok();
    let named = linked.as_deref().and_then(|path| path.to_str()).and_then(|path| path.split_once("zoneinfo/"));
    named.map_or_else(|| "UTC".into(), |(_, zone)| zone.to_owned())
}

#[derive(Debug, PartialEq)]
struct PageView<'a> {
    host: &'a str,
    at: Timestamp,
    path: &'a str,
    referrer: &'a str,
    user_agent: &'a str,
}

/// A line of the combined log format, if it is a page that was seen: `GET`, answered 200 or 304, no file of a page.
fn page_view(line: &str) -> Option<PageView<'_>> {
    let (host, rest) = line.split_once(' ')?;
    let (_, rest) = rest.split_once('[')?;
    let (time, rest) = rest.split_once("] \"")?;
    let (request, rest) = rest.split_once("\" ")?;
    let mut quoted = rest.split('"');
    let status = quoted.next()?.split(' ').next()?;
    let (referrer, user_agent) = (quoted.next()?, quoted.nth(1)?);
    let mut request = request.split(' ');
    let (method, target) = (request.next()?, request.next()?);
    let path = target.split('?').next()?;
    let name = path.rsplit('/').next()?;
    let file = name.rsplit_once('.').is_some_and(|(_, ending)| FILES.contains(&ending.to_ascii_lowercase().as_str()));
    if method != "GET" || !matches!(status, "200" | "304") || file {
        return None;
    }
    let (local, _) = time.split_once(" +0000")?;
    let at = DateTime::strptime("%d/%b/%Y:%H:%M:%S", local).ok()?.to_zoned(TimeZone::UTC).ok()?.timestamp();
    Some(PageView { host, at, path, referrer: if referrer == "-" { "" } else { referrer }, user_agent })
}

/// How many days lie between two instants' days in UTC.
fn days_between(from: Timestamp, to: Timestamp) -> i64 {
    to.as_second().div_euclid(86_400) - from.as_second().div_euclid(86_400)
}

/// The view as the import takes it, moved by whole days; none if that is still to come.
fn import_line(view: &PageView, days: i64) -> Option<Value> {
    let at = view.at.checked_add(Span::new().hours(days * 24)).ok()?;
    (at <= Timestamp::now()).then(|| {
        json!({
            "name": "pageview",
            "visitor": format!("{} {}", view.host, view.user_agent),
            "timestamp": at.to_string(),
            "url": format!("http://{SITE}{}", view.path),
            "referrer": if view.referrer.contains(SITE) { "" } else { view.referrer },
            "user_agent": view.user_agent,
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const LINE: &str = "83.149.9.216 - - [17/May/2015:10:05:03 +0000] \"GET /projects/xdotool/?x=1 HTTP/1.1\" 200 203023 \
                        \"http://www.google.com/\" \"Mozilla/5.0 (Macintosh)\"";

    #[test]
    fn a_page_that_was_seen_is_read() {
        let view = page_view(LINE).unwrap();
        assert_eq!((view.host, view.path), ("83.149.9.216", "/projects/xdotool/"));
        assert_eq!((view.referrer, view.user_agent), ("http://www.google.com/", "Mozilla/5.0 (Macintosh)"));
        assert_eq!(view.at.to_string(), "2015-05-17T10:05:03Z");
    }

    #[test]
    fn everything_else_is_not() {
        for (from, to) in [("GET", "POST"), (" 200 ", " 404 "), ("xdotool/?x=1", "kibana.png"), ("[17/May", "[99/May")]
        {
            assert_eq!(page_view(&LINE.replace(from, to)), None, "{to}");
        }
        assert_eq!(page_view(""), None);
    }

    #[test]
    fn the_log_moves_by_whole_days() {
        let at = |text: &str| text.parse::<Timestamp>().unwrap();
        assert_eq!(days_between(at("2015-05-20T23:59:59Z"), at("2015-05-21T00:00:00Z")), 1);
        let moved = import_line(&page_view(LINE).unwrap(), 1).unwrap();
        assert_eq!(moved["timestamp"], "2015-05-18T10:05:03Z");
    }
}
