//! Events with every field and kind in use, the same in every run.

use engine::event::{Event, UnixSeconds, VisitAttributes, VisitorHash};
use protocol::event::{Payload, Revenue};

/// Numbers that look random (splitmix64).
pub(crate) struct Chance(u64);

const WORDS: [&str; 12] =
    ["", "a", "ab", "abc", "/", "/prices", "/prices/2026", "Zürich", "Zöllner", "東京", "東北", "🚶🏽‍♀️ passes"];

impl Chance {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed)
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// A number below a bound.
    pub(crate) fn below(&mut self, bound: u64) -> u64 {
        self.next() % bound
    }

    /// A number of any size, small ones as often as large ones.
    fn number(&mut self) -> u64 {
        let bits = self.below(65);
        self.next().checked_shr(64 - bits as u32).unwrap_or(0)
    }

    fn narrow(&mut self) -> u32 {
        let bits = self.below(33);
        (self.next() as u32).checked_shr(32 - bits as u32).unwrap_or(0)
    }

    fn yes(&mut self) -> bool {
        self.below(2) == 0
    }

    fn text(&mut self) -> String {
        let word = WORDS[self.below(WORDS.len() as u64) as usize];
        if self.below(4) == 0 { format!("{word}{}", self.below(1_000)) } else { word.to_owned() }
    }

    fn maybe<T>(&mut self, value: impl FnOnce(&mut Self) -> T) -> Option<T> {
        (self.below(3) == 0).then(|| value(self))
    }

    /// Events of so many visitors, of days and of names, in an order of arrival that is not that of their times.
    pub(crate) fn events(&mut self, count: u64, visitors: u64) -> Vec<Event> {
        let attributes: Vec<VisitAttributes> = (0..visitors.min(50)).map(|_| self.attributes()).collect();
        let event = |number: u64| {
            let visitor = self.below(visitors);
            let hash = visitor.wrapping_add(1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
            let of_name = visitor.is_multiple_of(4);
            let time = 1_700_000_000 + (number * 40 + visitor * 900) as i64 - self.below(6_000) as i64;
            let visit = match self.below(10) {
                0 => VisitAttributes::default(),
                1 => attributes[self.below(attributes.len() as u64) as usize].clone(),
                2 => self.attributes(),
                _ => attributes[visitor as usize % attributes.len()].clone(),
            };
            Event {
                time: UnixSeconds(time),
                visitor: if of_name { VisitorHash::of_name(hash) } else { VisitorHash::of_one_day(hash) },
                visit,
                props: (0..self.below(4)).map(|_| (self.text(), self.text())).collect(),
                revenue: self.maybe(Self::revenue),
                scroll_depth: self.maybe(|chance| chance.below(101) as u8),
                engagement_time_ms: self.maybe(Self::narrow),
                detail: self.maybe(Self::detail).map(Box::new),
                ..self.page()
            }
        };
        (0..count).map(event).collect()
    }

    /// An event without an empty field.
    pub(crate) fn event_with_everything(&mut self) -> Event {
        Event {
            time: UnixSeconds(self.number() as i64),
            visitor: VisitorHash(self.next()),
            visit: VisitAttributes { city: u32::MAX, ..self.attributes() },
            props: vec![("key".to_owned(), "value".to_owned()), (String::new(), "of no key".to_owned())],
            revenue: Some(self.revenue()),
            scroll_depth: Some(100),
            engagement_time_ms: Some(self.narrow()),
            detail: Some(Box::new(self.detail())),
            ..self.page()
        }
    }

    fn page(&mut self) -> Event {
        let name = match self.below(4) {
            0 => "pageview".to_owned(),
            1 | 2 => "engagement".to_owned(),
            _ => self.text(),
        };
        Event {
            name,
            interactive: self.yes(),
            hostname: self.text(),
            pathname: format!("/{}", self.text()),
            ..Event::default()
        }
    }

    fn revenue(&mut self) -> Revenue {
        let currency = [*b"EUR", *b"USD", *b"JPY"][self.below(3) as usize];
        Revenue { amount_thousandths: self.number() as i64, currency }
    }

    fn attributes(&mut self) -> VisitAttributes {
        VisitAttributes {
            referrer: self.text(),
            source: self.text(),
            channel: self.text(),
            utm_medium: self.text(),
            utm_source: self.text(),
            utm_campaign: self.text(),
            utm_content: self.text(),
            utm_term: self.text(),
            device: self.text(),
            browser: self.text(),
            browser_version: self.text(),
            os: self.text(),
            os_version: self.text(),
            country: self.text(),
            region: self.text(),
            city: self.narrow(),
            language: self.text(),
            screen: self.text(),
        }
    }

    fn detail(&mut self) -> Payload {
        match self.below(10) {
            0 => Payload::Pageview,
            1 => Payload::Engagement {
                scroll_depth: self.maybe(|chance| chance.next() as u8),
                engagement_time_ms: self.narrow(),
            },
            2 => Payload::Custom { name: self.text(), interactive: self.yes() },
            3 => Payload::Component {
                name: self.text(),
                variant: self.text(),
                version: self.text(),
                action: self.text(),
                duration_ms: self.maybe(Self::narrow),
            },
            4 => Payload::Request {
                method: self.text(),
                route: self.text(),
                status: self.next() as u16,
                duration_ms: self.narrow(),
                bytes_in: self.number(),
                bytes_out: self.number(),
            },
            5 => Payload::Query {
                system: self.text(),
                fingerprint: self.text(),
                duration_ms: self.narrow(),
                rows: self.number(),
            },
            6 => Payload::Vital {
                name: self.text(),
                value_thousandths: self.narrow(),
                rating: self.text(),
                target: self.text(),
            },
            7 => Payload::Error { class: self.text(), fingerprint: self.text() },
            8 => Payload::Command {
                name: self.text(),
                flags: (0..self.below(3)).map(|_| self.text()).collect(),
                success: self.yes(),
                duration_ms: self.narrow(),
                version: self.text(),
            },
            _ => Payload::Check {
                name: self.text(),
                status: self.next() as u16,
                success: self.yes(),
                duration_ms: self.narrow(),
            },
        }
    }
}

/// Events with the least and the greatest numbers that their fields can hold.
pub(crate) fn extremes() -> Vec<Event> {
    let of = |time, visitor, amount_thousandths, detail| Event {
        time: UnixSeconds(time),
        visitor: VisitorHash(visitor),
        revenue: Some(Revenue { amount_thousandths, currency: *b"XAU" }),
        scroll_depth: Some(u8::MAX),
        engagement_time_ms: Some(u32::MAX),
        detail: Some(Box::new(detail)),
        ..Event::default()
    };
    let request = Payload::Request {
        method: String::new(),
        route: String::new(),
        status: u16::MAX,
        duration_ms: u32::MAX,
        bytes_in: u64::MAX,
        bytes_out: 0,
    };
    let component = Payload::Component {
        name: String::new(),
        variant: String::new(),
        version: String::new(),
        action: String::new(),
        duration_ms: Some(u32::MAX),
    };
    let engagement = Payload::Engagement { scroll_depth: Some(u8::MAX), engagement_time_ms: u32::MAX };
    vec![
        of(i64::MAX, u64::MAX, i64::MAX, request),
        of(i64::MIN, u64::MAX, i64::MIN, component),
        of(0, 0, 0, engagement),
        of(-1, u64::MAX - 1, -1, Payload::Custom { name: String::new(), interactive: true }),
    ]
}
