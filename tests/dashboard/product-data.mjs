// What a shop's pages, API, database and command line report in four weeks: always the same, and as uneven as in life.
import { at, day } from "./stage.mjs";

let state = 11;
const next = (below) => (state = (state * 16_807) % 2_147_483_647) % below;
const pick = (values) => values[next(values.length)];
/** Mostly little above `typical`, now and then many times as much. */
const skewed = (typical) => Math.round(typical * (0.6 + next(80) / 100) * (next(12) === 0 ? 2 + next(40) / 10 : 1));

const ROUTES = [
  ["GET", "/api/products", 34, 0.004, 30],
  ["GET", "/api/products/:id", 22, 0.002, 34],
  ["POST", "/api/cart/items", 61, 0.01, 14],
  ["GET", "/api/search", 180, 0.006, 12],
  ["POST", "/api/checkout", 420, 0.05, 5],
  ["GET", "/api/orders/:id", 52, 0.003, 6],
  ["PUT", "/api/account/address", 88, 0.012, 2],
  ["GET", "/healthz", 2, 0, 8],
];
const QUERIES = [
  ["postgresql", "SELECT * FROM products WHERE category_id = ? ORDER BY rank LIMIT ?", 9, 24, 30],
  ["postgresql", "SELECT * FROM products WHERE id = ?", 1, 1, 34],
  ["postgresql", "INSERT INTO cart_items (cart_id, product_id, quantity) VALUES (?, ?, ?)", 4, 1, 14],
  ["postgresql", "SELECT p.*, ts_rank(p.document, ?) FROM products p WHERE p.document @@ ? LIMIT ?", 120, 20, 12],
  ["postgresql", "UPDATE orders SET state = ? WHERE id = ?", 12, 1, 5],
  ["redis", "GET session:?", 1, 1, 40],
  ["redis", "ZADD recently_seen:? ? ?", 1, 1, 20],
];
const PAGES = ["/", "/products/teapot", "/products/kettle", "/cart", "/checkout", "/blog/brewing"];
const VITALS = { LCP: [2100, 2500, 4000], INP: [130, 200, 500], CLS: [0.07, 0.1, 0.25], FCP: [1300, 1800, 3000], TTFB: [520, 800, 1800] };
const TARGETS = {
  LCP: ["main>img.hero", "main>h1", "#gallery>img"],
  INP: ["button.add-to-cart", "input#search", "nav>a"],
  CLS: ["aside.banner", "footer"],
};
const ERRORS = [
  ["TypeError", "b41c09e2", 14],
  ["TypeError", "77ad2f10", 3],
  ["ReferenceError", "0e5519c4", 5],
  ["NetworkError", "d2c81b7a", 9],
];
const COMPONENTS = [
  ["Button", "primary", 40, 0.3],
  ["Button", "secondary", 22, 0.12],
  ["Button", "ghost", 3, 0.05],
  ["Dialog", "", 9, 0.5],
  ["ProductCard", "compact", 30, 0.2],
  ["ProductCard", "large", 12, 0.25],
  ["Toast", "error", 4, 0.02],
];
const COMMANDS = [
  ["build", 8200, ["--release", "--watch", "--target"], 0.06, 20],
  ["test", 5400, ["--filter", "--watch"], 0.22, 26],
  ["deploy", 21_000, ["--dry-run", "--env"], 0.09, 6],
  ["lint", 1300, ["--fix"], 0.12, 14],
];
const BROWSERS = ["Chrome", "Chrome", "Chrome", "Safari", "Safari", "Firefox", "Edge"];
const DEVICES = ["Desktop", "Desktop", "Mobile", "Mobile", "Tablet"];
const COUNTRIES = ["DE", "DE", "FR", "US", "US", "JP", "BR"];

/** As many picks as a table's last column says, `of` in all. */
function weighted(table, weight, of) {
  const all = table.reduce((sum, row) => sum + row[weight], 0);
  return Array.from({ length: of }, () => {
    let left = next(all);
    return table.find((row) => (left -= row[weight]) < 0);
  });
}

/** The events, for the import. `days` back from today; today ends before the noon of the tests' site. */
export function product(days = 28) {
  state = 11;
  const events = [];
  for (let shift = 1 - days; shift <= 0; shift++) {
    const weekend = [0, 6].includes(new Date(`${day(shift)}T00:00:00Z`).getUTCDay());
    const busy = (weekend ? 0.45 : 1) * (1 + (shift + days) / days / 2) * (shift === 0 ? 0.4 : 1);
    const add = (name, more) => {
      // Few at night, most in the afternoon.
      const hour = shift === 0 ? next(11) : Math.min(23, Math.max(0, 3 + next(9) + next(9) + next(3)));
      const time = [hour, next(60), next(60)].map((part) => String(part).padStart(2, "0")).join(":");
      const who = next(160);
      const visitor = { visitor: `visitor ${who} of ${shift}`, browser: BROWSERS[who % 7], device: DEVICES[who % 5], country: COUNTRIES[who % 7], os: who % 5 < 2 ? "Windows" : "iOS" };
      events.push({ name, timestamp: at(shift, time), pathname: "/", ...visitor, ...more });
    };
    // One bad day: the checkout's provider was down.
    const outage = shift === -9;
    for (const [method, route, typical, failing] of weighted(ROUTES, 4, Math.round(150 * busy))) {
      const down = outage && route === "/api/checkout";
      const failed = next(1000) < (down ? 700 : failing * 1000);
      const status = failed ? pick([500, 503, 502, 0]) : next(25) === 0 ? pick([404, 401, 422]) : next(30) === 0 ? 304 : method === "POST" ? 201 : 200;
      const request = { method, route, status, duration_ms: skewed(down ? typical * 6 : typical), bytes_in: next(900), bytes_out: next(20_000) };
      add("request", { visitor: "server", browser: "", device: "", country: "", os: "", request });
    }
    for (const [system, fingerprint, typical, rows] of weighted(QUERIES, 4, Math.round(120 * busy))) {
      const query = { system, fingerprint, duration_ms: skewed(typical), rows: next(rows + 1) };
      add("query", { visitor: "server", browser: "", device: "", country: "", os: "", query });
    }
    for (let view = 0; view < Math.round(26 * busy); view++) {
      const pathname = pick(PAGES);
      add("pageview", { pathname });
      for (const [name, [typical, good, poor]] of Object.entries(VITALS)) {
        const slow = pathname.startsWith("/blog") ? 1.9 : 1;
        // It got better when the images were made smaller.
        const value = (skewed(typical * 1000) / 1000) * slow * (name === "LCP" && shift > -12 ? 0.8 : 1.1);
        const rating = value <= good ? "good" : value <= poor ? "needs-improvement" : "poor";
        const target = TARGETS[name] ? pick(TARGETS[name]) : undefined;
        add("vital", { pathname, vital: { name, value: Number(value.toFixed(name === "CLS" ? 3 : 0)), rating, ...(target && { target }) } });
      }
    }
    for (const [type, fingerprint] of weighted(ERRORS, 2, Math.round((outage ? 22 : 6) * busy))) {
      add("error", { pathname: pick(PAGES), error: { type, fingerprint } });
    }
    for (let declined = 0; outage && declined < 9; declined++) {
      add("error", { pathname: "/checkout", error: { type: "PaymentDeclined", fingerprint: "4fe09a31" } });
    }
    for (const [name, variant, , use] of weighted(COMPONENTS, 2, Math.round(60 * busy))) {
      // The ghost button was taken out a week ago.
      if (variant === "ghost" && shift > -7) continue;
      const version = shift > -5 && next(3) > 0 ? "3.0.0" : shift > -18 ? "2.4.1" : "2.3.0";
      const pathname = pick(PAGES);
      const component = { name, ...(variant && { variant }), version };
      add("component", { pathname, component: { ...component, action: "impression", duration_ms: skewed(190) } });
      if (next(100) < use * 100) add("component", { pathname, component: { ...component, action: "interaction" } });
    }
    for (const [name, typical, flags, failing] of weighted(COMMANDS, 4, Math.round(18 * busy))) {
      const version = shift > -4 ? "1.9.0" : shift > -20 ? "1.8.2" : "1.8.1";
      const given = flags.filter(() => next(3) === 0);
      add("command", { command: { name, flags: given, success: next(100) >= failing * 100, duration_ms: skewed(typical), version } });
    }
  }
  return events;
}
