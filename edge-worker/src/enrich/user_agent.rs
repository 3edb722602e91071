//! Browser, operating system and class of device from the user agent.
//!
//! Browsers and systems: the lists of uap-core. Class of device: woothee's categories, with tablets told apart by the
//! tokens that their makers document (Android without `Mobile`, `iPad`, `Tablet`). Answers are remembered, in memory
//! only.

use super::bots;
use super::uap::{Entry, Found, Matcher};
use serde::Deserialize;
use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;
use std::sync::LazyLock;

/// User agents that are remembered; beyond that the memory starts anew.
const REMEMBERED_MAX: usize = 1_000;

/// What a user agent says. Empty texts mean "unknown".
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Agent {
    /// Whether it is a robot's; then nothing else is read.
    pub bot: bool,
    /// Browser, by the name its maker gives it.
    pub browser: String,
    /// Major version.
    pub browser_version: String,
    /// Operating system.
    pub os: String,
    /// Major and, where there is one, minor version.
    pub os_version: String,
    /// `Desktop`, `Mobile`, `Tablet`, `TV` or `Console`.
    pub device: &'static str,
}

struct Lists {
    browsers: Matcher,
    systems: Matcher,
}

#[derive(Deserialize)]
struct File {
    user_agent_parsers: Vec<Entry>,
    os_parsers: Vec<Entry>,
}

/// None only if the list in the repository were broken, which a test rules out.
static LISTS: LazyLock<Option<Lists>> = LazyLock::new(|| {
    let file: File = serde_json::from_str(include_str!("../../data/uap-core.json")).ok()?;
    Some(Lists { browsers: Matcher::new(file.user_agent_parsers), systems: Matcher::new(file.os_parsers) })
});

/// What a user agent says, from memory where it was seen before.
pub fn parse(user_agent: &str) -> Rc<Agent> {
    thread_local!(static REMEMBERED: RefCell<HashMap<String, Rc<Agent>>> = RefCell::default());
    REMEMBERED.with_borrow_mut(|remembered| {
        if let Some(agent) = remembered.get(user_agent) {
            return Rc::clone(agent);
        }
        if remembered.len() >= REMEMBERED_MAX {
            remembered.clear();
        }
        let agent = Rc::new(read(user_agent));
        remembered.insert(user_agent.into(), Rc::clone(&agent));
        agent
    })
}

/// The browser as uap-core names it.
pub fn browser(user_agent: &str) -> Option<Found> {
    LISTS.as_ref()?.browsers.find(user_agent)
}

/// The operating system as uap-core names it.
pub fn system(user_agent: &str) -> Option<Found> {
    LISTS.as_ref()?.systems.find(user_agent)
}

fn read(user_agent: &str) -> Agent {
    if bots::is_bot(user_agent) {
        return Agent { bot: true, ..Agent::default() };
    }
    let mut agent = Agent::default();
    if let Some(browser) = browser(user_agent) {
        agent.browser = browser_name(&browser.name).to_owned();
        agent.browser_version = browser.major;
    }
    if let Some(system) = system(user_agent) {
        agent.os = system_name(&system.name).to_owned();
        agent.os_version =
            if system.minor.is_empty() { system.major } else { format!("{}.{}", system.major, system.minor) };
    }
    agent.device = device(user_agent, &agent.os);
    agent
}

/// One name per browser: uap-core has another for each of its platforms.
fn browser_name(family: &str) -> &str {
    match family {
        "Other" => "",
        "Chrome Mobile" | "Chrome Mobile iOS" | "Chrome Mobile WebView" => "Chrome",
        "Mobile Safari" | "Mobile Safari UI/WKWebView" => "Safari",
        "Firefox Mobile" | "Firefox iOS" => "Firefox",
        "Edge" | "Edge Mobile" => "Microsoft Edge",
        "Samsung Internet" => "Samsung Browser",
        "Opera Mobile" | "Opera Tablet" => "Opera",
        "IE" | "IE Mobile" => "Internet Explorer",
        "Brave Mobile" => "Brave",
        "DuckDuckGo Mobile" => "DuckDuckGo",
        other => other,
    }
}

fn system_name(family: &str) -> &str {
    match family {
        "Other" => "",
        "Mac OS X" => "Mac",
        "Linux" => "GNU/Linux",
        other => other,
    }
}

fn device(user_agent: &str, system: &str) -> &'static str {
    let has = |token: &str| user_agent.contains(token);
    if has("iPad") || has("Tablet") || has("PlayBook") || (system == "Android" && !has("Mobile") && !has("TV")) {
        return "Tablet";
    }
    let category = woothee::parser::Parser::new().parse(user_agent).map(|found| found.category);
    match category {
        Some("smartphone" | "mobilephone") => "Mobile",
        Some("appliance") if has("TV") => "TV",
        Some("appliance") => "Console",
        _ if has("TV") => "TV",
        Some("pc") => "Desktop",
        _ if matches!(system, "Windows" | "Mac" | "GNU/Linux" | "Ubuntu" | "Chrome OS") => "Desktop",
        _ if matches!(system, "Android" | "iOS") => "Mobile",
        _ => "",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_list_is_readable() {
        assert!(LISTS.is_some());
    }

    #[test]
    fn common_browsers_have_the_names_their_owners_expect() {
        for (user_agent, expected) in [
            (
                "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/120.0.0.0 Safari/537.36",
                ("Chrome", "120", "Windows", "10", "Desktop"),
            ),
            (
                "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/120.0.0.0 Safari/537.36 Edg/120.0.2210.91",
                ("Microsoft Edge", "120", "Windows", "10", "Desktop"),
            ),
            (
                "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.1 Safari/605.1.15",
                ("Safari", "17", "Mac", "10.15", "Desktop"),
            ),
            (
                "Mozilla/5.0 (X11; Linux x86_64; rv:120.0) Gecko/20100101 Firefox/120.0",
                ("Firefox", "120", "GNU/Linux", "", "Desktop"),
            ),
            (
                "Mozilla/5.0 (X11; Ubuntu; Linux x86_64; rv:120.0) Gecko/20100101 Firefox/120.0",
                ("Firefox", "120", "Ubuntu", "", "Desktop"),
            ),
            (
                "Mozilla/5.0 (iPhone; CPU iPhone OS 17_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.1 Mobile/15E148 Safari/604.1",
                ("Safari", "17", "iOS", "17.1", "Mobile"),
            ),
            (
                "Mozilla/5.0 (iPad; CPU OS 16_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/16.6 Mobile/15E148 Safari/604.1",
                ("Safari", "16", "iOS", "16.6", "Tablet"),
            ),
            (
                "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/120.0.0.0 Mobile Safari/537.36",
                ("Chrome", "120", "Android", "10", "Mobile"),
            ),
            (
                "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/120.0.0.0 Safari/537.36",
                ("Chrome", "120", "Android", "10", "Tablet"),
            ),
            (
                "Mozilla/5.0 (Linux; Android 13; SM-S918B) AppleWebKit/537.36 (KHTML, like Gecko) SamsungBrowser/23.0 Chrome/115.0.0.0 Mobile Safari/537.36",
                ("Samsung Browser", "23", "Android", "13", "Mobile"),
            ),
            (
                "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/119.0.0.0 Safari/537.36 OPR/105.0.0.0",
                ("Opera", "105", "Windows", "10", "Desktop"),
            ),
            ("", ("", "", "", "", "")),
        ] {
            let agent = parse(user_agent);
            let found = (&*agent.browser, &*agent.browser_version, &*agent.os, &*agent.os_version, agent.device);
            assert_eq!(found, expected, "{user_agent}");
        }
    }
}
