//! What there is in the world of the traffic: pages, origins, places, browsers.

use super::chance::{Chance, Draw};

/// Pages of the site.
const PAGES: usize = 800;
/// Sources, the listed ones and blogs.
const SOURCES: usize = 300;
/// The share of visits that come from nowhere.
const DIRECT: f64 = 0.4;
/// The share of visits that come by a tagged link.
const TAGGED: f64 = 0.1;
/// The share of visitors of whom nobody knows where they are.
const NOWHERE: f64 = 0.01;

/// Name, host of the referrer and channel of the sources that the web's statistics are full of, the greatest first.
const LISTED: [(&str, &str, &str); 24] = [
    ("Google", "www.google.com", "Organic Search"),
    ("Hacker News", "news.ycombinator.com", "Referral"),
    ("Bing", "www.bing.com", "Organic Search"),
    ("GitHub", "github.com", "Referral"),
    ("Reddit", "www.reddit.com", "Organic Social"),
    ("DuckDuckGo", "duckduckgo.com", "Organic Search"),
    ("Facebook", "www.facebook.com", "Organic Social"),
    ("ChatGPT", "chatgpt.com", "AI Assistants"),
    ("Twitter", "t.co", "Organic Social"),
    ("LinkedIn", "www.linkedin.com", "Organic Social"),
    ("Youtube", "www.youtube.com", "Organic Video"),
    ("Yandex", "yandex.ru", "Organic Search"),
    ("Baidu", "www.baidu.com", "Organic Search"),
    ("Ecosia", "www.ecosia.org", "Organic Search"),
    ("Perplexity", "www.perplexity.ai", "AI Assistants"),
    ("Brave", "search.brave.com", "Organic Search"),
    ("Yahoo!", "search.yahoo.com", "Organic Search"),
    ("Lobsters", "lobste.rs", "Referral"),
    ("Wikipedia", "en.wikipedia.org", "Referral"),
    ("Mastodon", "mastodon.social", "Organic Social"),
    ("Instagram", "www.instagram.com", "Organic Social"),
    ("Startpage", "www.startpage.com", "Organic Search"),
    ("Qwant", "www.qwant.com", "Organic Search"),
    ("Claude", "claude.ai", "AI Assistants"),
];
/// Source, medium and channel of tagged links, which rarely have a referrer.
const TAGS: [(&str, &str, &str); 5] = [
    ("newsletter", "email", "Email"),
    ("Google", "cpc", "Paid Search"),
    ("Facebook", "paid_social", "Paid Social"),
    ("LinkedIn", "paid_social", "Paid Social"),
    ("partner", "affiliate", "Affiliates"),
];
const CAMPAIGNS: [&str; 12] = [
    "spring",
    "summer",
    "autumn",
    "black friday",
    "launch",
    "launch-eu",
    "retargeting",
    "brand",
    "generic",
    "weekly",
    "monthly",
    "webinar",
];
const CONTENTS: [&str; 5] = ["", "header", "footer", "button", "banner"];
const TERMS: [&str; 5] = ["", "", "web analytics", "privacy analytics", "page counter"];
/// Countries and their languages, the greatest first.
const COUNTRIES: [(&str, &str); 40] = [
    ("US", "en"),
    ("DE", "de"),
    ("GB", "en"),
    ("FR", "fr"),
    ("IN", "en"),
    ("CA", "en"),
    ("NL", "nl"),
    ("BR", "pt"),
    ("ES", "es"),
    ("PL", "pl"),
    ("IT", "it"),
    ("JP", "ja"),
    ("AU", "en"),
    ("SE", "sv"),
    ("CH", "de"),
    ("MX", "es"),
    ("EE", "et"),
    ("UA", "uk"),
    ("AT", "de"),
    ("BE", "nl"),
    ("DK", "da"),
    ("NO", "nb"),
    ("FI", "fi"),
    ("CZ", "cs"),
    ("PT", "pt"),
    ("IE", "en"),
    ("KR", "ko"),
    ("TR", "tr"),
    ("ID", "id"),
    ("AR", "es"),
    ("ZA", "en"),
    ("RO", "ro"),
    ("GR", "el"),
    ("HU", "hu"),
    ("NZ", "en"),
    ("SG", "en"),
    ("IL", "he"),
    ("LV", "lv"),
    ("LT", "lt"),
    ("VN", "vi"),
];
/// What people browse with.
const AGENTS: [Agent; 12] = [
    agent("Chrome", 120, 24, "Windows", &["10", "11"], "Desktop", 26),
    agent("Chrome", 120, 24, "Android", &["12", "13", "14", "15", "16"], "Mobile", 22),
    agent("Safari", 15, 12, "iOS", &["16.7", "17.6", "18.5", "18.6", "26.0", "26.1"], "Mobile", 19),
    agent("Chrome", 120, 24, "Mac", &["10.15"], "Desktop", 9),
    agent("Safari", 15, 12, "Mac", &["10.15"], "Desktop", 6),
    agent("Microsoft Edge", 125, 19, "Windows", &["10", "11"], "Desktop", 6),
    agent("Firefox", 115, 31, "Windows", &["10", "11"], "Desktop", 4),
    agent("Firefox", 115, 31, "GNU/Linux", &[""], "Desktop", 3),
    agent("Samsung Browser", 22, 8, "Android", &["13", "14", "15"], "Mobile", 2),
    agent("Safari", 15, 12, "iOS", &["17.6", "18.6", "26.0"], "Tablet", 1),
    agent("Chrome", 120, 24, "Chrome OS", &["14541.0"], "Desktop", 1),
    agent("Opera", 100, 25, "Windows", &["10", "11"], "Desktop", 1),
];

/// A kind of browser on a kind of system.
#[derive(Clone, Copy)]
pub(super) struct Agent {
    pub(super) browser: &'static str,
    oldest: u64,
    versions: u64,
    pub(super) os: &'static str,
    os_versions: &'static [&'static str],
    pub(super) device: &'static str,
    weight: u32,
}

const fn agent(
    browser: &'static str,
    oldest: u64,
    versions: u64,
    os: &'static str,
    os_versions: &'static [&'static str],
    device: &'static str,
    weight: u32,
) -> Agent {
    Agent { browser, oldest, versions, os, os_versions, device, weight }
}

/// How a visit came; all empty where it came directly.
#[derive(Clone)]
pub(super) struct Origin {
    pub(super) source: String,
    pub(super) referrer: String,
    pub(super) channel: &'static str,
    pub(super) utm_source: &'static str,
    pub(super) utm_medium: &'static str,
    pub(super) utm_campaign: &'static str,
    pub(super) utm_content: &'static str,
    pub(super) utm_term: &'static str,
}

impl Origin {
    /// That of what came directly, or from a page of the site.
    pub(super) const NONE: Self = Self {
        source: String::new(),
        referrer: String::new(),
        channel: "",
        utm_source: "",
        utm_medium: "",
        utm_campaign: "",
        utm_content: "",
        utm_term: "",
    };
}

/// Who visits: what stays the same from visit to visit.
pub(super) struct Person {
    pub(super) country: &'static str,
    pub(super) region: String,
    /// A number in the manner of `GeoNames`; 0 where unknown.
    pub(super) city: u64,
    pub(super) language: &'static str,
    pub(super) browser: &'static str,
    pub(super) browser_version: String,
    pub(super) os: &'static str,
    pub(super) os_version: &'static str,
    pub(super) device: &'static str,
    pub(super) screen: &'static str,
}

/// Everything that is drawn from.
pub(super) struct Catalogue {
    /// Paths, the greatest first.
    pages: Vec<String>,
    page: Draw,
    source: Draw,
    country: Draw,
    agent: Draw,
    /// Places within a larger one.
    within: Draw,
}

impl Catalogue {
    pub(super) fn new() -> Self {
        let sections = ["/", "/docs/", "/blog/", "/changelog/", "/guides/"];
        let path = |place: usize| match place {
            0 => String::from("/"),
            1 => String::from("/pricing"),
            2 => String::from("/docs"),
            3 => String::from("/blog"),
            _ => format!("{}page-{place}", sections.get(place % sections.len()).copied().unwrap_or("/")),
        };
        Self {
            pages: (0..PAGES).map(path).collect(),
            page: Draw::zipf(PAGES, 1.0),
            source: Draw::zipf(SOURCES, 1.1),
            country: Draw::zipf(COUNTRIES.len(), 1.1),
            agent: Draw::weighted(AGENTS.iter().map(|agent| f64::from(agent.weight))),
            within: Draw::zipf(12, 1.0),
        }
    }

    /// The path of a page.
    pub(super) fn path(&self, page: usize) -> &str {
        self.pages.get(page).map_or("/", String::as_str)
    }

    /// A page that somebody looks at.
    pub(super) fn page(&self, chance: &mut Chance) -> usize {
        self.page.place(chance)
    }

    /// Where a visit comes from.
    pub(super) fn origin(&self, chance: &mut Chance) -> Origin {
        let share = chance.share();
        if share < TAGGED {
            return tagged(chance);
        }
        if share < TAGGED + DIRECT {
            return Origin::NONE;
        }
        let place = self.source.place(chance);
        let Some((source, host, channel)) = LISTED.get(place) else {
            let host = format!("blog-{place}.example");
            // What is far down the list links from one page, what is further up from several.
            let posts = 1 + (SOURCES as u64 / place.max(1) as u64).min(6);
            let referrer = format!("https://{host}/posts/{}", chance.below(posts));
            return Origin { source: host, referrer, channel: "Referral", ..Origin::NONE };
        };
        let thread = if *channel == "Referral" { format!("item-{}", chance.below(40)) } else { String::new() };
        let referrer = format!("https://{host}/{thread}");
        Origin { source: (*source).into(), referrer, channel, ..Origin::NONE }
    }

    /// Somebody.
    pub(super) fn person(&self, chance: &mut Chance) -> Person {
        let mut country = self.country.place(chance);
        let (code, language) = COUNTRIES.get(country).copied().unwrap_or_default();
        let regions = if country < 8 { 12 } else { 6 };
        let region = self.within.place(chance) % regions + 1;
        let city = self.within.place(chance) % 8 + 1;
        country += 1;
        let agent = AGENTS.get(self.agent.place(chance)).copied().unwrap_or(agent("", 1, 1, "", &[""], "", 1));
        let screens: &[&str] = match agent.device {
            "Mobile" => &["390x844", "393x873", "360x800", "412x915", "375x667", "430x932"],
            "Tablet" => &["820x1180", "768x1024"],
            _ => &["1920x1080", "1536x864", "1440x900", "2560x1440", "1366x768", "1728x1117", "3840x2160"],
        };
        // Most have the latest version, few an old one.
        let age = (chance.share().powi(4) * agent.versions as f64) as u64;
        let known = !chance.happens(NOWHERE);
        Person {
            country: if known { code } else { "" },
            region: if known { format!("{code}-{region:02}") } else { String::new() },
            city: if known { (country * 10_000 + region * 100 + city) as u64 } else { 0 },
            language: if chance.happens(0.2) { "en" } else { language },
            browser: agent.browser,
            browser_version: format!("{}.0", agent.oldest + agent.versions - 1 - age),
            os: agent.os,
            os_version: chance.one(agent.os_versions),
            device: agent.device,
            screen: chance.one(screens),
        }
    }
}

/// A visit by a link of a campaign.
fn tagged(chance: &mut Chance) -> Origin {
    let (source, medium, channel) = chance.one(&TAGS);
    Origin {
        source: source.into(),
        referrer: String::new(),
        channel,
        utm_source: source,
        utm_medium: medium,
        utm_campaign: chance.one(&CAMPAIGNS),
        utm_content: chance.one(&CONTENTS),
        utm_term: if medium == "cpc" { chance.one(&TERMS) } else { "" },
    }
}
