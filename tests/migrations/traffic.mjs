// The same traffic for every version, all of it at moments that are named, and what is asked about it afterwards.
import { CHROME } from "../harness/api.mjs";

export const SITE = "schemas.test";
const DAYS = ["2026-01-10", "2026-01-11", "2026-01-12"];
const PAGES = ["/", "/pricing", "/docs/start", "/blog/first"];
const SOURCES = ["https://www.google.com/", "https://news.ycombinator.com/item", "", "https://example.org/links"];
/** The settings that every version knows. */
export const SETTINGS = { timezone: "Europe/Tallinn" };
/** A journal so small that segments are written, in the versions that have them. */
export const ENV = { PASSERBY_JOURNAL_EVENTS: "120" };
/** When what comes later comes. */
export const LATER = "2026-01-12T20:00:00Z";

const idOf = (number) => number.toString(16).padStart(32, "0");

/** Events of browsers: `{headers, events}`, each a batch. */
export function batches() {
  return Array.from({ length: 60 }, (_, n) => {
    const at = `${DAYS[n % 3]}T${String(6 + (n % 12)).padStart(2, "0")}:00:00Z`;
    const events = Array.from({ length: 4 }, (_, k) => ({
      id: idOf(n * 4 + k + 1),
      name: k === 3 ? "Signup" : "pageview",
      url: `https://${SITE}${PAGES[(n + k) % 4]}?utm_source=${n % 5 === 0 ? "news" : ""}`,
      referrer: SOURCES[n % 4],
      age_ms: (4 - k) * 60_000,
      props: { plan: ["free", "pro"][n % 2] },
      ...(k === 3 ? { revenue: { amount: `${n}.25`, currency: "EUR" } } : {}),
    }));
    // Some are refused, and some robots come by.
    if (n % 10 === 0) events.push({ id: idOf(9_000 + n), name: "pageview", url: "nowhere", age_ms: 0 });
    const agent = n % 15 === 7 ? "Googlebot/2.1 (+http://www.google.com/bot.html)" : CHROME;
    return { events, headers: { "x-now": at, "x-test-ip": `192.0.2.${n % 20}`, "user-agent": agent } };
  });
}

/** Lines of an import, and the key that it is taken up again by. */
export const IMPORT_KEY = "import one";
export function imported() {
  return Array.from({ length: 150 }, (_, n) => ({
    name: n % 9 === 8 ? "Download" : "pageview",
    visitor: `visitor ${n % 30}`,
    timestamp: `2025-12-${String(1 + (n % 28)).padStart(2, "0")}T${String(n % 24).padStart(2, "0")}:30:00Z`,
    pathname: PAGES[n % 4],
    source: n % 2 ? "Google" : "",
    country: n % 3 ? "EE" : "DE",
    browser: "Firefox",
  }));
}

/** Sends all of it; fails where it is not taken as it should be. */
export async function send(api) {
  for (const { events, headers } of batches()) {
    const { status, text } = await api.send(SITE, events, headers);
    if (status !== 200) throw new Error(`${status} ${text}`);
  }
  const { status, json, text } = await api.importEvents(SITE, imported(), { "idempotency-key": IMPORT_KEY, "x-now": LATER });
  if (status !== 200 || json.rejected.length > 0) throw new Error(`${status} ${text}`);
}

const METRICS = ["visitors", "visits", "pageviews", "events", "bounce_rate", "visit_duration"];
const RANGES = [["2025-12-01", "2026-01-31"], ["2026-01-10", "2026-01-12"]];
const QUERIES = RANGES.flatMap((date_range) => [
  { date_range, metrics: METRICS },
  ...["event:page", "event:name", "visit:source", "visit:country", "visit:browser", "event:props:plan", "time:day"].map((dimension) => ({
    date_range,
    metrics: ["visitors", "events"],
    dimensions: [dimension],
    order_by: [[dimension, "asc"]],
    pagination: { limit: 1_000 },
  })),
]);

/** All answers, and how many events ended how. */
export async function answers(api) {
  const results = [];
  for (const query of QUERIES) {
    const { results: rows } = await api.query(SITE, query, { "x-now": LATER });
    results.push({ query, rows });
  }
  return { results, outcomes: await api.outcomes(SITE) };
}
