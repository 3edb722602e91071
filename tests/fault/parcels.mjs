// What is sent: batches by every way in, of events that the oracle knows as well.
//
// Each event bears a label of its own as a property, by which an export tells which events are there. What a visit is like
// depends on nothing but its visitor, so that the order of arrival, which no test can know, changes no answer.
import { CHROME } from "../harness/api.mjs";
import { number, text } from "../hostile/binary_batch.mjs";

const PAGES = ["/", "/blog", "/blog/first", "/pricing", "/docs/start", "/docs/deep/er"];
const NAMES = ["pageview", "pageview", "pageview", "Signup"];
/** Referrers and the sources that they are. */
const SOURCES = { "": "", "https://www.google.com/": "Google", "https://news.ycombinator.com/item": "Hacker News" };
/** Events that are refused one by one, and what their outcome is. */
const REFUSED = {
  "invalid/bad_url": { url: "nowhere" },
  "too_old/too_old": { age_ms: 90_000_000 },
};
const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

/** A zone in which it is about noon now, so that no event of the last hours is of another day, and no salt ends. */
export function zoneAtNoon(now = Date.now()) {
  const ahead = 12 - new Date(now).getUTCHours();
  return `Etc/GMT${ahead > 0 ? "-" : "+"}${Math.abs(ahead)}`;
}

const iso = (ms) => new Date(ms).toISOString().replace(".000Z", "Z");
const chosenId = (chance, bytes = 16) =>
  Buffer.from(Array.from({ length: bytes }, () => chance.whole(0, 255))).toString("hex");

/** Makes parcels for one site: what is posted, and which events are in it. */
export class Packer {
  #made = 0;

  constructor(chance, site, { clients = 60 } = {}) {
    Object.assign(this, { chance, site, clients });
    // Whole seconds, as events have.
    this.begunMs = Math.floor(Date.now() / 1000) * 1000;
  }

  /** A parcel by one of the ways that a single request commits whole. */
  any() {
    const { chance } = this;
    const way = chance.one(["json", "json", "binary", "server"]);
    return this[way](chance.whole(1, 8));
  }

  /** A batch in JSON, as the tracker's twin sends it; some of its events are refused. */
  json(count) {
    const { chance, site } = this;
    const { client, atMs, events } = this.#ofClient("json", count);
    const items = events.map(({ label, event, timeMs }) => ({
      id: chosenId(chance),
      name: event.name,
      url: `https://${site}${event.pathname}`,
      referrer: client.referrer,
      props: { n: label },
      age_ms: atMs - timeMs,
    }));
    const refused = chance.happens(0.2) ? [chance.one(Object.keys(REFUSED))] : [];
    const bad = refused.map((reason) => ({ id: chosenId(chance), name: "pageview", url: `https://${site}/`, age_ms: 0, ...REFUSED[reason] }));
    return this.#parcel(events, refused, (shuffled) => ({
      path: "/e",
      body: JSON.stringify({ v: 1, site, screen_width: 1440, events: shuffled([...items, ...bad]) }),
      headers: { ...client.headers, "content-type": "text/plain", "x-now": iso(atMs) },
    }));
  }

  /** A batch in the binary form, as the tracker sends it. */
  binary(count) {
    const { chance, site } = this;
    const { client, atMs, events } = this.#ofClient("binary", count, ["pageview"]);
    const base = Buffer.from(chosenId(chance, 12), "hex");
    const written = events.flatMap(({ label, event, timeMs }) => [
      ...[32 | 64, ...number(0), ...number(atMs - timeMs), ...text(`https://${site}${event.pathname}`)],
      ...[...text(client.referrer), ...number(1), ...text("n"), ...text(label)],
    ]);
    const body = Buffer.from([1, ...text(site), ...number(1440), ...base, ...number(0), ...number(count), ...written]);
    return this.#parcel(events, [], () => ({
      path: "/e",
      body,
      headers: { ...client.headers, "content-type": "application/octet-stream", "x-now": iso(atMs) },
    }));
  }

  /** Events that a server reports of several visitors. */
  server(count) {
    const { chance, site } = this;
    const events = Array.from({ length: count }, () => this.#ofClient("server", 1).events[0]);
    const items = events.map(({ label, event, timeMs, client }) => ({
      id: chosenId(chance),
      name: event.name,
      url: `https://${site}${event.pathname}`,
      referrer: client.referrer,
      props: { n: label },
      timestamp: iso(timeMs),
      ip: client.ip,
      user_agent: CHROME,
    }));
    return this.#parcel(events, [], (shuffled) => ({
      path: "/api/v1/events",
      body: JSON.stringify({ site, events: shuffled(items) }),
      headers: { "content-type": "application/json" },
      owner: true,
    }));
  }

  /** An import that is taken up again by its key. Only every other gives its events ids, too. */
  import(count) {
    const { chance, site } = this;
    const key = `import ${this.#made}`;
    const events = Array.from({ length: count }, () => {
      const visitor = chance.whole(0, 150);
      const timeMs = this.begunMs - chance.whole(2 * 24 * 60, 9 * 24 * 60) * 60_000;
      return this.#event("import", { visitor: `visitor ${visitor}`, source: Object.values(SOURCES)[visitor % 3] }, timeMs);
    });
    const withIds = chance.happens(0.5);
    const lines = events.map(({ event }) => JSON.stringify(withIds ? { ...event, id: chosenId(chance) } : event));
    return this.#parcel(events, [], () => ({
      path: `/api/v1/import?site=${site}`,
      body: lines.join("\n"),
      headers: { "content-type": "application/x-ndjson", "idempotency-key": key },
      owner: true,
      isImport: true,
    }));
  }

  /** Events of one client within the last hours, and when they are sent. */
  #ofClient(way, count, names = NAMES) {
    const { chance } = this;
    const host = chance.whole(1, this.clients);
    const referrer = Object.keys(SOURCES)[host % 3];
    const ip = `192.0.2.${host}`;
    const client = { ip, referrer, headers: { "user-agent": CHROME, "x-test-ip": ip } };
    const firstMs = this.begunMs - chance.whole(2 * 60, 10 * 60) * 60_000;
    const events = Array.from({ length: count }, () => {
      const made = this.#event(way, { visitor: ip, source: SOURCES[referrer] }, firstMs + chance.whole(0, 50 * 60) * 1000, names);
      return { ...made, client };
    });
    return { client, atMs: firstMs + HOUR_MS, events };
  }

  #event(way, who, timeMs, names = NAMES) {
    const { chance, site } = this;
    const label = `${way}-${this.#made++}`;
    const event = {
      ...who,
      timestamp: iso(timeMs),
      name: chance.one(names),
      hostname: site,
      pathname: chance.one(PAGES),
      props: { n: label },
    };
    return { label, event, timeMs };
  }

  #parcel(events, refused, post) {
    const shuffled = (list) => this.chance.some(list, list.length);
    const known = events.map(({ label, event }) => ({ label, event }));
    // Made anew for each time it is sent: in another order, with the same ids.
    return { events: known, refused, post: () => post(shuffled) };
  }
}

/** The days that all events are of, with one to spare on either side. */
export const DATES = [-11, 1].map((days) => iso(Date.now() + days * DAY_MS).slice(0, 10));
