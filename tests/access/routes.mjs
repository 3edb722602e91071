// Every route of the collector, by the table that a unit test holds equal to the one that the collector routes by, and for
// each a request that is answered whoever may ask it.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { eventId, pageview } from "../harness/api.mjs";
import { ROOT } from "../harness/paths.mjs";
import { ADMIN_KEY } from "../harness/worker.mjs";

/** `{route: "GET /metrics", need: "admin key"}` for each row of docs/access.md. */
export function routes() {
  const rows = readFileSync(join(ROOT, "docs/access.md"), "utf8").matchAll(/^\| `([A-Z]+ \/[^`]*)` \| ([a-z ]+) \|$/gm);
  return [...rows].map(([, route, need]) => ({ route, need }));
}

const json = (body, ok = 200) => ({ body: JSON.stringify(body), type: "application/json", ok });
const query = (site, more) => json({ site_id: site, date_range: "28d", metrics: ["visitors"], ...more });
const segment = { name: "Docs", filters: [["contains", "event:page", ["/docs"]]] };
const steps = ["/", "/docs"].map((path) => ["is", "event:page", [path]]);
const annotation = { time: "2026-03-02", text: "Launch" };

/** A note of the site, made by the operator. */
const noted = async (api, site, list, note) => {
  const { id } = await api.mustOwner("POST", `/api/v1/sites/${site}/${list}`, note);
  return `/api/v1/sites/${site}/${list}/${id}`;
};
const notes = (list, note) => ({
  [`GET /api/v1/sites/{domain}/${list}`]: () => ({}),
  [`POST /api/v1/sites/{domain}/${list}`]: () => json(note),
  [`GET /api/v1/sites/{domain}/${list}/{id}`]: async (site, api) => ({ path: await noted(api, site, list, note) }),
  [`PUT /api/v1/sites/{domain}/${list}/{id}`]: async (site, api) => ({ path: await noted(api, site, list, note), ...json(note) }),
  [`DELETE /api/v1/sites/{domain}/${list}/{id}`]: async (site, api) => ({ path: await noted(api, site, list, note) }),
});

/** A member of the site, made by the operator. */
const membered = async (api, site) => {
  const { id } = await api.mustOwner("POST", `/api/v1/sites/${site}/members`, { name: "Ada", role: "viewer" });
  return `/api/v1/sites/${site}/members/${id}`;
};

/** For each route the parts of a request about a site: `path` (else the route's), `body`, `type`, `ok` (else 200), the status. */
export const SAMPLES = {
  "POST /e": (site) => json({ v: 1, site, screen_width: 1440, events: [pageview(`https://${site}/`)] }),
  "OPTIONS /e": () => ({ ok: 204 }),
  "POST /api/event": (site) => json({ n: "pageview", u: `https://${site}/`, d: site }, 202),
  "OPTIONS /api/event": () => ({ ok: 204 }),
  "POST /api/send": (site) => json({ type: "event", payload: { website: site, hostname: site, url: "/" } }),
  "OPTIONS /api/send": () => ({ ok: 204 }),
  "POST /api/v1/events": (site) => json({ site, events: [pageview(`https://${site}/`, { id: eventId() })] }),
  "POST /api/v1/import": (site) => ({
    path: `/api/v1/import?site=${site}`,
    body: JSON.stringify({ name: "pageview", visitor: "anna", timestamp: "2026-01-01T00:00:00Z", url: `https://${site}/` }),
    type: "application/x-ndjson",
  }),
  "POST /api/v2/query": (site) => query(site),
  "POST /api/v2/funnel": (site) =>
    json({ site_id: site, date_range: "day", steps: [{ name: "Home", filter: ["is", "event:page", ["/"]] }, { name: "Docs", filter: ["is", "event:page", ["/docs"]] }] }),
  "POST /api/v2/journeys": (site) => json({ site_id: site, date_range: "day" }),
  "POST /api/v2/retention": (site) => json({ site_id: site, date_range: "28d" }),
  "GET /api/v2/dimensions": () => ({}),
  "GET /api/v2/columns": (site) => ({ path: `/api/v2/columns?site=${site}&range=2026-01-01..2026-01-31` }),
  "GET /api/v1/export": (site) => ({ path: `/api/v1/export?site=${site}` }),
  // A WebSocket, which this request does not ask for; tests/queries/live.test.mjs does.
  "GET /api/v1/live": (site) => ({ path: `/api/v1/live?site=${site}`, ok: 426 }),
  "GET /api/v1/outcomes": (site) => ({ path: `/api/v1/outcomes?site=${site}` }),
  "POST /api/v1/outcomes/explain": (site) => json({ site, events: [pageview(`https://${site}/`)] }),
  "GET /api/v1/requests/traffic": (site) => ({ path: `/api/v1/requests/traffic?site=${site}` }),
  "GET /api/v1/requests/errors": (site) => ({ path: `/api/v1/requests/errors?site=${site}` }),
  "GET /api/v1/requests/perf": (site) => ({ path: `/api/v1/requests/perf?site=${site}` }),
  "GET /api/v1/requests/logs": (site) => ({ path: `/api/v1/requests/logs?site=${site}` }),
  "GET /api/v1/sites": () => ({}),
  "GET /api/v1/sites/{domain}": () => ({}),
  "PUT /api/v1/sites/{domain}": () => json({ timezone: "UTC" }),
  "DELETE /api/v1/sites/{domain}": () => ({}),
  ...notes("segments", segment),
  ...notes("annotations", annotation),
  ...notes("funnels", { name: "Reading", steps }),
  ...notes("boards", { name: "Mine", widgets: [{ kind: "numbers" }] }),
  "GET /api/v1/sites/{domain}/keys": () => ({}),
  "POST /api/v1/sites/{domain}/keys": () => json({ name: "CI", scopes: ["write"] }, 201),
  "DELETE /api/v1/sites/{domain}/keys/{id}": async (site, api) => {
    const { id } = await api.mustOwner("POST", `/api/v1/sites/${site}/keys`, { name: "CI", scopes: ["write"] });
    return { path: `/api/v1/sites/${site}/keys/${id}` };
  },
  "GET /api/v1/sites/{domain}/shares": () => ({}),
  "POST /api/v1/sites/{domain}/shares": () => json({ name: "Public" }, 201),
  "DELETE /api/v1/sites/{domain}/shares/{id}": async (site, api) => {
    const { id } = await api.mustOwner("POST", `/api/v1/sites/${site}/shares`, { name: "Public" });
    return { path: `/api/v1/sites/${site}/shares/${id}` };
  },
  "GET /share/{id}": async (site, api) => {
    const { id } = await api.mustOwner("POST", `/api/v1/sites/${site}/shares`, { name: "Public" });
    return { path: `/share/${id}` };
  },
  "GET /api/v1/sites/{domain}/members": () => ({}),
  "POST /api/v1/sites/{domain}/members": () => json({ name: "Ada", role: "viewer" }, 201),
  "PUT /api/v1/sites/{domain}/members/{id}": async (site, api) => ({ path: await membered(api, site), ...json({ role: "editor" }) }),
  "DELETE /api/v1/sites/{domain}/members/{id}": async (site, api) => ({ path: await membered(api, site) }),
  "POST /api/v1/sites/{domain}/members/{id}/key": async (site, api) => ({ path: `${await membered(api, site)}/key`, ok: 201 }),
  "GET /api/v1/page": (site) => ({ path: `/api/v1/page?site=${site}` }),
  "GET /api/v1/board": (site) => ({ path: `/api/v1/board?site=${site}` }),
  "GET /api/v1/page/csv": (site) => ({ path: `/api/v1/page/csv?site=${site}` }),
  "GET /api/v1/me": () => ({}),
  "POST /api/v1/login": () => json({ key: ADMIN_KEY }),
  "POST /api/v1/logout": () => ({}),
  "GET /metrics": () => ({}),
  "GET /healthz": () => ({}),
  "GET /openapi.json": () => ({}),
  // Whoever is let in is told that nothing is broken nowhere.
  "POST /api/v1/test/panic": () => ({ ok: 400 }),
  "POST /api/v1/test/alarm": (site) => ({ path: `/api/v1/test/alarm?site=${site}` }),
};

/** The request of a route about a site: method, path, body, its type, and the status of an answer. */
export async function sample(route, site, api) {
  const [method, path] = route.split(" ");
  return { method, path: path.replace("{domain}", site), ok: 200, ...(await SAMPLES[route](site, api)) };
}
