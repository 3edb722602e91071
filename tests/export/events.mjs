// Events of all kinds, for imports: diverse, and the same every time.
const DAY_MS = 86_400_000;

/** The start of the day in UTC so many days ago, in milliseconds. */
export const daysAgo = (days) => Math.floor(Date.now() / DAY_MS) * DAY_MS - days * DAY_MS;

const KINDS = [
  (n) => ({ component: { name: "Player", variant: `v${n % 3}`, duration_ms: n % 2 ? n : undefined } }),
  (n) => ({ request: { method: "GET", route: `/r/${n % 4}`, status: 200 + (n % 3) * 100, bytes_out: n * 1_000_003 } }),
  (n) => ({ vital: { name: ["LCP", "CLS"][n % 2], value: n / 8, rating: "good", target: "h1" } }),
  (n) => ({ command: { name: "build", flags: ["--a", "--b"].slice(n % 3), success: n % 2 === 0, duration_ms: n } }),
  (n) => ({ check: { name: "home", status: 200, success: n % 5 !== 0, duration_ms: n % 90 } }),
  (n) => ({ query: { system: "sqlite", fingerprint: `f${n % 7}`, duration_ms: n, rows: n * 11 } }),
  (n) => ({ error: { type: "TypeError", fingerprint: `e${n % 3}` } }),
];

/**
 * So many events from `from_ms` on over `days` days: visitors with a visit of three events and one of the others, three
 * hours or two days later. No visitor changes country, and no visit is of engagement alone, so that a plain count over
 * events finds what we do.
 */
export function diverse(count, { from_ms, days, visitors = Math.ceil(count / 5), salt = "" }) {
  return Array.from({ length: count }, (_, n) => {
    const who = (n * 7919) % visitors;
    const nth = Math.floor(n / visitors);
    const later = nth < 3 ? 0 : who % 2 ? 2 * 86_400 : 3 * 3_600;
    // At any hour, also across midnight.
    const second = ((who * 13) % (days - 3)) * 86_400 + ((who * 40_009) % 86_400) + nth * 540 + later;
    const event = {
      visitor: `${salt}visitor ${who}`,
      timestamp: new Date(from_ms + second * 1000).toISOString(),
      hostname: "shop.test",
      pathname: `/${["", "a", "b,c", 'd"e', "ü", "long/path/of/things"][n % 6]}`,
      referrer: who % 3 === 0 ? "https://www.google.com/" : "",
      country: ["EE", "DE", "", "BR"][who % 4],
      city: who % 4 === 0 ? 588409 : undefined,
      browser: ["Firefox", "Chrome", "Safari"][who % 3],
      props: n % 5 === 0 ? { plan: ["=1+1", "pro", "free"][n % 3], seats: n } : undefined,
    };
    if (n % 7 === 0) return { ...event, name: "Buy; now", revenue: { amount: n / 8, currency: n % 2 ? "EUR" : "JPY" } };
    if (n % 11 === 0 && nth % 3 !== 0) return { ...event, name: "engagement", scroll_depth: n % 100, engagement_time_ms: n * 10 };
    if (n % 13 === 0) return { ...event, ...KINDS[n % KINDS.length](n) };
    return { ...event, name: "pageview" };
  });
}
