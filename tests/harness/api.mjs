// The collector as its owner and its senders see it: HTTP, nothing else.
import { randomBytes } from "node:crypto";

/** A browser that no list of robots knows. */
export const CHROME =
  "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/148.0.0.0 Safari/537.36";

/** A random event id: 32 hexadecimal digits. */
export const eventId = () => randomBytes(16).toString("hex");

const day = (shift) => new Date(Date.now() + shift * 86_400_000).toISOString().slice(0, 10);
/** Yesterday to tomorrow, so that no test depends on the hour it runs at. */
export const AROUND_NOW = [day(-1), day(1)];

/** A client of one collector. */
export class Api {
  constructor(url, key) {
    this.url = url;
    this.key = key;
  }

  /** One request. `key: null` sends none; the answer has its body read. */
  async request(method, path, { body, headers = {}, key = null, signal } = {}) {
    const all = { "user-agent": CHROME, ...headers };
    if (key !== null) all.authorization = `Bearer ${key}`;
    const answer = await fetch(this.url + path, { method, body, headers: all, redirect: "manual", signal });
    const text = await answer.text();
    let json;
    try {
      json = JSON.parse(text);
    } catch {}
    return { status: answer.status, headers: answer.headers, text, json };
  }

  /** A request with the admin key and a JSON body. */
  async owner(method, path, body, headers = {}) {
    const json = body === undefined ? {} : { body: JSON.stringify(body) };
    return this.request(method, path, {
      ...json,
      key: this.key,
      headers: { "content-type": "application/json", ...headers },
    });
  }

  /** The same, which must succeed; returns the JSON. */
  async mustOwner(method, path, body, headers) {
    const answer = await this.owner(method, path, body, headers);
    if (answer.status < 200 || answer.status > 299) {
      throw new Error(`${method} ${path}: ${answer.status} ${answer.text.slice(0, 400)}`);
    }
    return answer.json;
  }

  /** Registers a site. */
  putSite(domain, settings = { timezone: "UTC" }) {
    return this.mustOwner("PUT", `/api/v1/sites/${encodeURIComponent(domain)}`, settings);
  }

  /** Answers a query of the Stats API. */
  query(site, query, headers) {
    return this.mustOwner("POST", "/api/v2/query", { site_id: site, date_range: AROUND_NOW, ...query }, headers);
  }

  /** The totals of metrics as an object: `{pageviews: 3}`. */
  async totals(site, metrics, more = {}, headers) {
    const { results } = await this.query(site, { metrics, ...more }, headers);
    return Object.fromEntries(metrics.map((name, i) => [name, results[0].metrics[i]]));
  }

  /** One metric per value of one dimension: `{"/": 2, "/about": 1}`. */
  async counts(site, dimension, metric, more = {}, headers) {
    const { results } = await this.query(site, { metrics: [metric], dimensions: [dimension], ...more }, headers);
    return Object.fromEntries(results.map((row) => [row.dimensions[0], row.metrics[0]]));
  }

  /** Page views per path, of page views alone. */
  pages(site, more = {}) {
    return this.counts(site, "event:page", "pageviews", { filters: [["is", "event:name", ["pageview"]]], ...more });
  }

  /** Events per name. */
  names(site) {
    return this.counts(site, "event:name", "events");
  }

  /** Sends a batch in the JSON form as a browser would. */
  send(site, events, headers = {}) {
    const body = JSON.stringify({ v: 1, site, screen_width: 1440, events });
    return this.request("POST", "/e", { body, headers: { "content-type": "text/plain;charset=UTF-8", ...headers } });
  }

  /** Imports whole events, as NDJSON. */
  importEvents(site, events, headers = {}) {
    const body = events.map((event) => JSON.stringify(event) + "\n").join("");
    return this.importText(site, body, headers);
  }

  /** Imports a body as it is. */
  importText(site, body, headers = {}) {
    return this.request("POST", `/api/v1/import?site=${encodeURIComponent(site)}`, {
      body,
      key: this.key,
      headers: { "content-type": "application/x-ndjson", ...headers },
    });
  }

  /** The conservation table of a site. */
  outcomes(site) {
    return this.mustOwner("GET", `/api/v1/outcomes?site=${encodeURIComponent(site)}`);
  }
}

/** A page view in the JSON form of a batch. */
export function pageview(url, more = {}) {
  return { id: eventId(), name: "pageview", url, age_ms: 0, ...more };
}
