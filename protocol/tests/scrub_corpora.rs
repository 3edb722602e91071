//! The scrubber against what others collected: parameters that follow people around the web, texts with and without what
//! names a person, and the addresses of a real site's log, which must stay as they are.
#![cfg(feature = "json")]
#![allow(clippy::expect_used, clippy::indexing_slicing, reason = "a test that cannot go on has failed")]

use proptest::strategy::{Strategy, ValueTree};
use proptest::string::string_regex;
use proptest::test_runner::TestRunner;
use protocol::scrub::{self, CAMPAIGN_PARAMETERS};
use serde_json::Value;
use std::collections::BTreeSet;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::{env, fs};

/// What must not be left of an address.
const CANARY: &str = "kanarienvogel";
/// Names that are made of each rule that is a pattern.
const NAMES_PER_RULE: usize = 8;
/// How many of a log's addresses may be changed, in thousandths.
const FALSE_POSITIVES_MAX_THOUSANDTHS: usize = 5;

/// Texts in which a recogniser sees an address and there is none that names anybody: the loopback and the unspecified one,
/// which are punctuation in other texts, five numbers with dots, and letters that run into what follows.
const NOBODYS: [&str; 12] = [
    "Use local ipv6 ::",
    "my ip: ::1",
    "connecting from ::1",
    "src=:: dst=::1",
    "192.168.1.1.1",
    "text::ffff:192.0.2.1",
    "foo2001:db8::10.0.0.1",
    "Unspecified ::",
    "Loopback ::1",
    "::1/128",
    "::/0",
    "::/128",
];

fn data(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/data").join(name)
}

fn json(path: &Path) -> Value {
    serde_json::from_slice(&fs::read(path).expect("a readable file")).expect("JSON")
}

/// The parameters of one of Brave's lists.
fn brave(list: &Value) -> BTreeSet<String> {
    let rules = list.as_array().expect("rules").iter();
    let names = rules.flat_map(|rule| rule["params"].as_array().expect("parameters"));
    names.map(|name| name.as_str().expect("a name").to_owned()).collect()
}

/// The lists whose licences do not let them be copied here, from the folder that a variable names or one beside the
/// project: the rules of `ClearURLs` and the names of `AdGuard`.
fn lists_elsewhere() -> Option<BTreeSet<String>> {
    let beside = || Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/data");
    let folder = env::var_os("PASSERBY_SHARED_DATA").map_or_else(beside, PathBuf::from).join("url-params");
    let clear_urls = folder.join("clearurls_data.min.json");
    if !clear_urls.exists() {
        return None;
    }
    let clear_urls = json(&clear_urls);
    let providers = clear_urls["providers"].as_object().expect("providers").values();
    let rules = providers.flat_map(|provider| {
        ["rules", "referralMarketing"].into_iter().filter_map(|kind| provider[kind].as_array()).flatten()
    });
    let ad_guard = fs::read_to_string(folder.join("adguard_trackparam_general_names.txt")).expect("a readable file");
    let names = ad_guard.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('!'));
    Some(rules.filter_map(Value::as_str).chain(names).map(str::to_owned).collect())
}

/// Names that a rule means: itself, where it is a name, and else texts that its pattern matches.
fn names_of(rule: &str) -> BTreeSet<String> {
    let pattern = rule.strip_prefix('/').and_then(|rule| rule.strip_suffix('/')).unwrap_or(rule);
    // Of a rule that also says something of the value, the name.
    let pattern = pattern.split('=').next().unwrap_or(pattern).trim_start_matches('^').trim_end_matches('$');
    let mut names = BTreeSet::from([pattern.to_owned()]);
    if let Ok(strategy) = string_regex(pattern) {
        let mut runner = TestRunner::deterministic();
        let mut make = || strategy.new_tree(&mut runner).map(|tree| tree.current());
        names.extend((0..NAMES_PER_RULE).filter_map(|_| make().ok()));
    }
    // What parts parameters is no part of a name.
    names.retain(|name| !name.is_empty() && !name.contains(['&', '=', '#', '?']) && !name.contains(char::is_control));
    names
}

#[test]
fn no_known_tracking_parameter_is_left_of_a_page_or_referrer() {
    let everywhere = brave(&json(&data("tracking_parameters.json")));
    let of_sites = brave(&json(&data("tracking_parameters_of_sites.json")));
    assert_eq!((everywhere.len(), of_sites.len()), (70, 387));
    let mut rules: BTreeSet<String> = &everywhere | &of_sites;
    if let Some(others) = lists_elsewhere() {
        assert_eq!((&everywhere | &others).len(), 754, "the distinct parameters of the three general lists");
        rules.extend(others);
    }
    let mut tried = 0;
    for rule in &rules {
        let names = names_of(rule);
        assert!(!names.is_empty(), "{rule} means no name");
        for name in names {
            for raw in [
                format!("https://example.com/a?{name}={CANARY}"),
                format!("https://example.com/a?q=1&{name}={CANARY}&{name}={CANARY}#{CANARY}"),
                format!("https://example.com/a?{}={CANARY}", name.to_uppercase()),
                format!("https://example.com/a?{name}=%6{CANARY}&amp;{name}={CANARY}"),
                format!("https://example.com/?{name}{CANARY}"),
            ] {
                let what = format!("{rule} as {raw}");
                let kept = |scrubbed: Option<String>| scrubbed.unwrap_or_default().contains(CANARY);
                assert!(!kept(scrub::url(&raw, &[])), "{what}");
                assert!(!kept(scrub::referrer(&raw)), "{what}");
                assert!(!scrub::path(&raw).contains(CANARY), "{what}");
                let is_campaign = CAMPAIGN_PARAMETERS.iter().any(|known| name.eq_ignore_ascii_case(known));
                assert!(is_campaign || !kept(scrub::url(&raw, &CAMPAIGN_PARAMETERS)), "{what}");
                tried += 1;
            }
        }
    }
    println!("{} rules, {tried} addresses", rules.len());
}

#[test]
fn what_a_recogniser_of_personal_data_knows_is_known() {
    let lines = fs::read_to_string(data("personal_texts.jsonl")).expect("a readable file");
    let mut counts = (0, 0);
    let mut wrong = Vec::new();
    for line in lines.lines() {
        let case: Value = serde_json::from_str(line).expect("JSON");
        let text = case["text"].as_str().expect("a text");
        let Some(expected) = case["expected_len"].as_u64() else { continue };
        let scrubbed = scrub::text(text);
        let is_personal = expected > 0 && !NOBODYS.contains(&text);
        counts = (counts.0 + usize::from(is_personal), counts.1 + 1);
        if is_personal == (scrubbed == text) {
            wrong.push(format!("{} {expected} {text:?} {scrubbed:?}", case["recognizer"]));
        }
    }
    println!("{} of {} texts are personal", counts.0, counts.1);
    assert_eq!(wrong, Vec::<String>::new(), "of {counts:?}");
}

/// The path of each request of a real log, and where its visitors came from, each once.
fn log() -> (BTreeSet<String>, BTreeSet<String>) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../www/demo-data/apache_logs_10k.log.gz");
    let mut bytes = Vec::new();
    flate2::read::GzDecoder::new(fs::File::open(path).expect("the log")).read_to_end(&mut bytes).expect("a log");
    let text = String::from_utf8_lossy(&bytes);
    let quoted = text.lines().map(|line| line.split('"').collect::<Vec<_>>()).filter(|parts| parts.len() >= 6);
    let (mut pages, mut referrers) = (BTreeSet::new(), BTreeSet::new());
    for parts in quoted {
        let page = parts[1].split(' ').nth(1).unwrap_or("/").split(['?', '#']).next().unwrap_or("/");
        pages.insert(format!("https://example.com{page}"));
        referrers.insert(parts[3].split(['?', '#']).next().unwrap_or_default().to_owned());
    }
    (pages, referrers)
}

#[test]
fn the_addresses_of_a_real_site_stay_as_they_are() {
    let (pages, referrers) = log();
    let changed_pages: Vec<_> =
        pages.iter().filter(|page| scrub::url(page, &[]).as_deref() != Some(page.as_str())).collect();
    let is_changed = |from: &&String| scrub::referrer(from).is_some_and(|kept| kept.contains("/:"));
    let changed_referrers: Vec<_> = referrers.iter().filter(is_changed).collect();
    println!("{} of {} pages: {changed_pages:#?}", changed_pages.len(), pages.len());
    println!("{} of {} referrers: {changed_referrers:#?}", changed_referrers.len(), referrers.len());
    assert!(pages.len() > 1_000 && referrers.len() > 300, "the log is the log");
    assert!(changed_pages.len() * 1000 <= pages.len() * FALSE_POSITIVES_MAX_THOUSANDTHS);
    assert!(changed_referrers.len() * 1000 <= referrers.len() * FALSE_POSITIVES_MAX_THOUSANDTHS);
}

/// Numbers by chance that repeats itself.
fn numbers() -> impl FnMut(u64) -> u64 {
    let mut state = 20_261_121u64;
    move |below| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) % below
    }
}

fn drawn(next: &mut impl FnMut(u64) -> u64, of: &str, count: usize) -> String {
    (0..count).map(|_| char::from(of.as_bytes()[next(of.len() as u64) as usize])).collect()
}

/// The digits with the one that makes them a card number (ISO/IEC 7812-1).
fn card(digits: &str) -> String {
    let value = |(at, digit): (usize, u8)| {
        let digit = u32::from(digit - b'0') * if at % 2 == 0 { 2 } else { 1 };
        if digit > 9 { digit - 9 } else { digit }
    };
    let sum: u32 = digits.bytes().rev().enumerate().map(value).sum();
    format!("{digits}{}", (10 - sum % 10) % 10)
}

/// The account with its country and the two digits that make it an IBAN (ISO 13616).
fn iban(country: &str, account: &str) -> String {
    let digits = format!("{account}{country}00").chars().fold(0u64, |rest, c| {
        let value = u64::from(c.to_digit(36).expect("a letter or digit"));
        (rest * if value < 10 { 10 } else { 100 } + value) % 97
    });
    format!("{country}{:02}{account}", 98 - digits)
}

/// In groups of four.
fn grouped(text: &str, by: &str) -> String {
    text.as_bytes().chunks(4).map(String::from_utf8_lossy).collect::<Vec<_>>().join(by)
}

#[test]
fn each_class_of_personal_data_is_found_wherever_it_stands() {
    const DIGITS: &str = "0123456789";
    const LOWER: &str = "abcdefghijklmnopqrstuvwxyz";
    const MIXED: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
    let mut next = numbers();
    for _ in 0..500 {
        let [first, last, host] = [5, 7, 9].map(|count| drawn(&mut next, LOWER, count));
        let octets = [223, 256, 256, 255].map(|below| (next(below) + 1).min(255).to_string()).join(".");
        let groups = (0..6).map(|_| format!("{:x}", next(0xffff) + 1)).collect::<Vec<_>>().join(":");
        let length = 12 + next(7) as usize;
        let card_number = card(&format!("{}{}", 3 + next(4), drawn(&mut next, DIGITS, length - 1)));
        let countries = [("DE", 18), ("NO", 11), ("FR", 23), ("EE", 16), ("PL", 24), ("GB", 18), ("MT", 27)];
        let (country, account) = countries[next(7) as usize];
        let account = iban(country, &drawn(&mut next, DIGITS, account));
        let jwt =
            ["eyJhbGciOiJIUzI1NiJ9".to_owned(), drawn(&mut next, MIXED, 40), drawn(&mut next, MIXED, 43)].join(".");
        let prefixes = ["AKIA", "AIza", "ghp_", "glpat-", "sk_live_", "xoxb-", "npm_", "SG."];
        let key = format!("{}{}", prefixes[next(8) as usize], drawn(&mut next, MIXED, 24));
        for personal in [
            format!("{first}.{last}@{host}.example"),
            format!("{first}+{last}@{host}.co.uk"),
            octets.clone(),
            format!("2001:db8:{groups}"),
            format!("::ffff:{octets}"),
            grouped(&card_number, " "),
            grouped(&card_number, "-"),
            card_number,
            grouped(&account, " "),
            account,
            jwt,
            key,
        ] {
            let written = personal.replace(' ', "%20");
            let escaped = personal.bytes().map(|byte| format!("%{byte:02X}")).collect::<Vec<_>>().concat();
            let kept = [
                scrub::text(&personal),
                scrub::text(&format!("that is {personal}, and no other")),
                scrub::text(&format!("Bearer {personal}")),
                scrub::path(&format!("/a/{written}/b")),
                scrub::url(&format!("https://example.com/a/{written}/b"), &[]).unwrap_or_default(),
                scrub::url(&format!("https://example.com/a/{escaped}"), &[]).unwrap_or_default(),
                scrub::referrer(&format!("https://example.com/{escaped}/b")).unwrap_or_default(),
                scrub::url(&format!("https://example.com/?utm_source={escaped}"), &CAMPAIGN_PARAMETERS)
                    .unwrap_or_default(),
            ];
            for kept in kept {
                let parts = [&personal, &written, &escaped];
                assert!(!parts.iter().any(|part| kept.contains(part.as_str())), "{personal} in {kept}");
                assert!(kept.contains(':'), "{personal} has its placeholder in {kept}");
            }
        }
    }
}
