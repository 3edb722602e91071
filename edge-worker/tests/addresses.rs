//! Addresses of pages are taken apart as the URL standard has it, by the cases that browsers are tested with; each that is
//! not has its reason here.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, missing_docs)]

use edge_worker::enrich::page;
use flate2::read::GzDecoder;
use serde::Deserialize;
use std::fs::File;
use std::path::Path;

/// A case of the Web Platform Tests' `urltestdata.json`.
#[derive(Debug, Deserialize)]
#[serde(default)]
struct Case {
    input: String,
    base: Option<String>,
    failure: bool,
    href: String,
    protocol: String,
    hostname: String,
    pathname: String,
}

impl Default for Case {
    fn default() -> Self {
        let text = String::new;
        let (input, href, protocol, hostname, pathname) = (text(), text(), text(), text(), text());
        Self { input, base: None, failure: false, href, protocol, hostname, pathname }
    }
}

impl Case {
    /// Whether it is a web page's address: only such are kept.
    fn is_page(&self) -> bool {
        !self.failure && matches!(self.protocol.as_str(), "http:" | "https:")
    }
}

fn cases() -> Vec<Case> {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/url_cases.json.gz");
    serde_json::from_reader(GzDecoder::new(File::open(file).unwrap())).unwrap()
}

/// What is made of an address on purpose where the standard has it otherwise, and why.
struct Exceptions {
    reason: &'static str,
    given: &'static [&'static str],
}

const EXCEPTIONS: [Exceptions; 5] = [
    Exceptions { reason: "a fragment that is a route is a page of its own", given: &["http://example.org/foo/bar#/"] },
    Exceptions { reason: "what names a person is not kept", given: &["http://a/b:c/d@foo.com/"] },
    Exceptions { reason: "no site has such a name", given: &["http://!\"$&'()*+,-.;=_`{}~/"] },
    Exceptions {
        reason: "browsers tell the address that they made of it, which is read; as it was typed nobody sends it",
        given: &[
            "http:\\\\www.google.com\\foo",
            "http:/example.com/",
            "https:/example.com/",
            "http:example.com/",
            "https:example.com/",
            "http:@www.example.com",
            "http:/@www.example.com",
            "http:a:b@www.example.com",
            "http:/a:b@www.example.com",
            "http::b@www.example.com",
            "http:/:b@www.example.com",
            "http:a:@www.example.com",
            "http:/a:@www.example.com",
        ],
    },
    Exceptions {
        reason: "the same: browsers take tabs and ends of lines out, and write hosts plainly",
        given: &[
            "http://ho\tst/",
            "http://ho\nst/",
            "http://ho\rst/",
            "h\tt\nt\rp://h\to\ns\rt:9\t0\n0\r0/p\ta\nt\rh?q\tu\ne\rry#f\tr\na\rg",
            "https://%e2%98%83",
            "https://a%C2%ADb/",
        ],
    },
];

type Parts = Option<(String, String)>;

fn read(given: &str) -> Parts {
    page::read(given).map(|page| (page.hostname, page.pathname))
}

/// The addresses that are read otherwise than the standard says, and are no exception.
fn differences(given: &[(String, Parts)]) -> Vec<String> {
    let excepted = |given: &str| EXCEPTIONS.iter().any(|one| one.given.contains(&given));
    let others = given.iter().filter(|(given, expected)| read(given) != *expected && !excepted(given));
    others.map(|(given, expected)| format!("{given:?}: {:?} and not {expected:?}", read(given))).collect()
}

/// What a browser tells of a page: the address that it made of what was written.
fn told() -> Vec<(String, Parts)> {
    cases().into_iter().filter(Case::is_page).map(|case| (case.href, Some((case.hostname, case.pathname)))).collect()
}

/// Addresses as somebody wrote them. What is only an address beside another one is none here.
fn written() -> Vec<(String, Parts)> {
    let whole = cases().into_iter().filter(|case| case.base.is_none());
    whole.map(|case| (case.input.clone(), case.is_page().then_some((case.hostname, case.pathname)))).collect()
}

#[test]
fn what_a_browser_tells_is_taken_apart_as_it_has_it() {
    let told = told();
    assert!(told.len() > 200, "{} pages", told.len());
    let wrong = differences(&told);
    assert!(wrong.is_empty(), "{} of {}: {wrong:#?}", wrong.len(), told.len());
}

#[test]
fn an_address_as_somebody_wrote_it_is_taken_apart_or_refused() {
    let written = written();
    assert!(written.len() > 500, "{} whole addresses", written.len());
    let wrong = differences(&written);
    assert!(wrong.is_empty(), "{} of {}: {wrong:#?}", wrong.len(), written.len());
}

#[test]
fn every_exception_is_one() {
    let all = [told(), written()].concat();
    for Exceptions { reason, given } in EXCEPTIONS {
        for given in given {
            let differs = |(address, expected): &(String, Parts)| address == given && read(given) != *expected;
            assert!(
                all.iter().any(differs),
                "{given:?} is read as the standard has it, not otherwise because {reason}"
            );
        }
    }
}

#[test]
fn what_is_no_address_alone_breaks_nothing() {
    let all = cases();
    assert_eq!(all.len(), 869);
    for case in &all {
        let _ = (page::read(&case.input), page::Referrer::read(&case.input, "example.com"));
    }
}
