// A random site: its zone and goals, and the events of some weeks around a clock change.

/** Zones, and a date on which their clocks change (or just a date). */
const ZONES = [
  ["UTC", "2025-06-01"],
  ["America/New_York", "2025-03-09"],
  ["America/New_York", "2025-11-02"],
  ["Europe/Berlin", "2025-10-26"],
  ["Europe/Dublin", "2025-03-30"],
  ["Asia/Kathmandu", "2025-01-01"],
  ["Asia/Kolkata", "2024-02-29"],
  ["Australia/Lord_Howe", "2025-04-06"],
  ["Australia/Lord_Howe", "2025-10-05"],
  ["America/Havana", "2025-11-02"],
  ["America/Havana", "2025-03-09"],
  ["America/Santiago", "2025-09-07"],
  ["America/Santiago", "2025-04-06"],
  ["Africa/Cairo", "2025-04-25"],
  ["Asia/Beirut", "2025-03-30"],
  ["Pacific/Chatham", "2025-09-28"],
  ["Pacific/Kiritimati", "2024-12-31"],
  ["America/St_Johns", "2025-11-02"],
  ["Antarctica/Troll", "2025-03-30"],
  ["Africa/Casablanca", "2025-02-23"],
  // The last hour of a day is left out, and comes twice.
  ["America/Nuuk", "2025-03-29"],
  ["America/Nuuk", "2025-10-25"],
  ["America/Asuncion", "2024-03-23"],
  ["Pacific/Marquesas", "2025-05-31"],
];

/** What the fields of events are drawn from. An empty text is a missing value. */
export const VALUES = {
  "event:page": ["/", "/blog", "/blog/post-1", "/blog/post-2", "/Pricing", "/docs/a/b", "/docs/a", "/register"],
  "event:hostname": ["example.com", "www.example.com", "blog.example.org"],
  "event:name": ["pageview", "Signup", "Purchase", "Order", "Outbound Link"],
  "event:props:plan": ["free", "pro", "Pro", "enterprise|1"],
  "event:props:author": ["anna", "béla", "BÉLA", "10"],
  "visit:source": ["Google", "google", "Hacker News", "Newsletter"],
  "visit:referrer": ["", "https://google.com/", "https://news.example/a", "https://news.example/b"],
  "visit:channel": ["Organic Search", "Email", "Referral", "Paid Search"],
  "visit:utm_medium": ["", "email", "cpc"],
  "visit:utm_source": ["", "spring", "Spring"],
  "visit:utm_campaign": ["", "Été", "été", "sale"],
  "visit:utm_content": ["", "banner", "footer link"],
  "visit:utm_term": ["", "counting", "analytics"],
  "visit:device": ["", "Desktop", "Mobile", "Tablet"],
  "visit:browser": ["", "Firefox", "Chrome", "Safari"],
  "visit:browser_version": ["", "130.0", "131.0", "17.5"],
  "visit:os": ["", "GNU/Linux", "Mac", "iOS"],
  "visit:os_version": ["", "14.1", "18.0"],
  "visit:country": ["", "DE", "EE", "US"],
  "visit:region": ["", "DE-BE", "EE-37"],
  "visit:language": ["", "de", "et"],
  "visit:screen": ["", "1920x1080", "390x844"],
  "visit:city": [0, 2_950_159, 588_409, 5_128_581],
};
const ATTRIBUTES = Object.keys(VALUES).filter((name) => name.startsWith("visit:"));
/** What says how a visit came: without a source there is none of it. */
const ORIGIN = ["source", "referrer", "channel", "utm_medium", "utm_source", "utm_campaign", "utm_content", "utm_term"];
const VISITORS = 120;
/** What stands for no depth in events that come from elsewhere. */
const MISSING_DEPTH = 255;

/** Goals that a site may have. Those of one event name that bring revenue bring it in one currency. */
const GOALS = [
  { event: "Signup" },
  { event: "Signup", display_name: "Signup to pro", custom_props: { plan: "pro" } },
  { event: "Purchase", currency: "USD" },
  { event: "Purchase", display_name: "Any purchase" },
  { event: "Order", currency: "EUR" },
  { page_path: "/blog**" },
  { page_path: "/register" },
  { page_path: "/docs/**/b", display_name: "deep docs" },
  { page_path: "/blog**", display_name: "Read half of a post", scroll_threshold: 50 },
  { page_path: "/Pricing", display_name: "Saw all prices", scroll_threshold: 90, custom_props: { author: "anna" } },
];
const CURRENCIES = { Purchase: "USD", Order: "EUR" };

const DAY = 86_400;
const MINUTE = 60;

/** A site with random settings and events: `{site, zone, goals, first, last, events}`, the instants in seconds. */
export function world(chance, number) {
  const [zone, date] = chance.one(ZONES);
  const special = Date.parse(`${date}T00:00:00Z`) / 1000;
  const span = chance.one([12, 30, 70]) * DAY;
  const near = () => special + chance.whole(-14 * 60, 40 * 60) * MINUTE;
  const anywhere = () => special + chance.whole(-span / 2, span / 2);
  const events = [];
  for (let visitor = 0; visitor < VISITORS; visitor++) {
    for (let left = chance.whole(1, 6); left > 0; left--) {
      events.push(...visitOf(chance, `visitor ${visitor}`, chance.happens(0.45) ? near() : anywhere()));
    }
  }
  const times = events.map((event) => event.time);
  return {
    site: `world-${number}.test`,
    zone,
    goals: chance.happens(0.1) ? [] : chance.some(GOALS, chance.whole(3, GOALS.length)),
    special,
    first: Math.min(...times),
    last: Math.max(...times),
    events: arrivals(chance, events).map(({ time, ...event }) => ({ ...event, timestamp: iso(time) })),
  };
}

/** An instant of so many seconds, in words. */
export const iso = (seconds) => new Date(seconds * 1000).toISOString().replace(".000Z", "Z");

/** Events of one visitor, mostly of one visit. */
function visitOf(chance, visitor, start) {
  let time = start;
  const attributes = attributesOf(chance);
  const hostname = chance.one(VALUES["event:hostname"]);
  const only_reads = chance.happens(0.06);
  const events = [];
  for (let left = chance.happens(0.3) ? 1 : chance.whole(2, 9); left > 0; left--) {
    const host = chance.happens(0.8) ? hostname : chance.one(VALUES["event:hostname"]);
    const sent = chance.happens(0.85) ? attributes : chance.happens(0.5) ? {} : attributesOf(chance);
    events.push({ visitor, time, hostname: host, ...sent, ...doing(chance, only_reads) });
    // Now and then right at, or right after, the longest pause within a visit.
    const short = [0, 1, chance.whole(2, 300), chance.whole(2, 300)];
    time += chance.one([...short, chance.whole(300, 1799), chance.one([1800, 1801])]);
  }
  return events;
}

/** What an event is, without its sender and time. */
function doing(chance, only_reads) {
  const event = { pathname: chance.one(VALUES["event:page"]), props: {} };
  for (const name of ["plan", "author"]) {
    if (chance.happens(0.4)) event.props[name] = chance.one(VALUES[`event:props:${name}`]);
  }
  if (only_reads || chance.happens(0.25)) {
    event.name = "engagement";
    if (chance.happens(0.8)) event.scroll_depth = chance.happens(0.1) ? MISSING_DEPTH : chance.whole(0, 100);
    if (chance.happens(0.8)) event.engagement_time_ms = chance.whole(1, 90_000);
    return event;
  }
  event.name = chance.happens(0.6) ? "pageview" : chance.one(VALUES["event:name"].slice(1));
  if (event.name !== "pageview" && chance.happens(0.3)) event.interactive = false;
  const currency = CURRENCIES[event.name];
  if (currency && chance.happens(0.7)) {
    event.revenue = { amount: chance.whole(0, chance.one([9_999, 999_999, 99_999_999])) / 1000, currency };
  }
  return event;
}

/** The attributes of a visit. What came from nowhere has nothing of an origin, as the channel would be derived else. */
function attributesOf(chance) {
  const direct = chance.happens(0.3);
  const attributes = {};
  for (const dimension of ATTRIBUTES) {
    const name = dimension.slice("visit:".length);
    if (!direct || !ORIGIN.includes(name)) attributes[name] = chance.one(VALUES[dimension]);
  }
  return attributes;
}

/** The order in which events arrive: that of their times, but some come late. */
function arrivals(chance, events) {
  const delay = () => (chance.happens(0.08) ? chance.whole(0, chance.one([60, 4000, 30 * DAY])) : 0);
  return events
    .map((event) => [event.time + delay(), event])
    .sort(([left], [right]) => left - right)
    .map(([, event]) => event);
}
