// The bench's questions, answered by a Durable Object that keeps a SQL row for each event, as one would write it:
// texts as they are, the visit of each event found when it comes, a row for each visit, indexes on time.
import { DurableObject } from "cloudflare:workers";

// What a visit has from its first event.
const ATTRIBUTES = [
  "source", "referrer", "channel", "utm_source", "utm_medium", "utm_campaign", "utm_content", "utm_term", "country",
  "region", "city", "language", "browser", "browser_version", "os", "os_version", "device", "screen",
];
const EVENT_COLUMNS = [
  "time", "visitor", "visit", "name", "hostname", "pathname", "interactive", "scroll_depth", "engagement_time_ms",
  "props", ...ATTRIBUTES,
];
const VISIT_COLUMNS = [
  "id", "visitor", "last_seen", "started", "ended", "pageviews", "interactions", "entry_page", "exit_page",
  ...ATTRIBUTES,
];
const VISIT_GAP_SECONDS = 1800;

const NUMBERS = ["city", "pageviews", "interactions"];
const column = (name) => `${name} ${NUMBERS.includes(name) ? "INTEGER" : "TEXT"} NOT NULL`;
const TABLES = `
  CREATE TABLE IF NOT EXISTS events (
    time INTEGER NOT NULL, visitor INTEGER NOT NULL, visit INTEGER NOT NULL, name TEXT NOT NULL,
    hostname TEXT NOT NULL, pathname TEXT NOT NULL, interactive INTEGER NOT NULL, scroll_depth INTEGER,
    engagement_time_ms INTEGER, props TEXT, ${ATTRIBUTES.map(column)});
  CREATE INDEX IF NOT EXISTS events_time ON events (time);
  CREATE TABLE IF NOT EXISTS visits (
    id INTEGER PRIMARY KEY, visitor INTEGER NOT NULL, last_seen INTEGER NOT NULL, started INTEGER, ended INTEGER,
    ${VISIT_COLUMNS.slice(5).map(column)});
  CREATE INDEX IF NOT EXISTS visits_started ON visits (started);
  CREATE INDEX IF NOT EXISTS visits_visitor ON visits (visitor, last_seen);`;
const marks = (columns) => columns.map(() => "?").join(", ");
const PUT_EVENT = `INSERT INTO events (${EVENT_COLUMNS}) VALUES (${marks(EVENT_COLUMNS)})`;
const PUT_VISIT = `INSERT OR REPLACE INTO visits (${VISIT_COLUMNS}) VALUES (${marks(VISIT_COLUMNS)})`;
const LATEST_VISIT = "SELECT * FROM visits WHERE visitor = ? ORDER BY last_seen DESC LIMIT 1";
// A visit may have begun so much earlier than what is asked for, in seconds.
const REACH = 86_400;

export class Events extends DurableObject {
  constructor(ctx, env) {
    super(ctx, env);
    this.sql = ctx.storage.sql;
    this.sql.exec(TABLES);
  }

  /** Takes events in, in the order of time: the lines of an import. */
  load(lines) {
    this.ctx.storage.transactionSync(() => {
      // The visits that these events touch, by visitor.
      const visits = new Map();
      let next = this.sql.exec("SELECT coalesce(max(id), 0) + 1 AS id FROM visits").one().id;
      const changed = new Set();
      for (const line of lines.split("\n")) {
        if (!line) continue;
        const event = JSON.parse(line);
        const time = Date.parse(event.timestamp) / 1000;
        const visitor = Number(event.visitor);
        let visit = visits.get(visitor) ?? this.sql.exec(LATEST_VISIT, visitor).toArray()[0];
        if (!visit || time - visit.last_seen > VISIT_GAP_SECONDS) {
          visit = { id: next++, visitor, started: null, ended: null, pageviews: 0, interactions: 0 };
          visit.entry_page = visit.exit_page = "";
          for (const name of ATTRIBUTES) visit[name] = event[name] ?? (name === "city" ? 0 : "");
        }
        visits.set(visitor, visit);
        changed.add(visit);
        extend(visit, event, time);
        const attributes = ATTRIBUTES.map((name) => visit[name]);
        const { name, hostname, pathname, interactive = true, scroll_depth = null, engagement_time_ms = null } = event;
        const props = event.props ? JSON.stringify(event.props) : null;
        const own = [name, hostname, pathname, Number(interactive), scroll_depth, engagement_time_ms, props];
        this.sql.exec(PUT_EVENT, time, visitor, visit.id, ...own, ...attributes);
      }
      for (const visit of changed) this.sql.exec(PUT_VISIT, ...VISIT_COLUMNS.map((name) => visit[name]));
    });
  }

  /** All answers of a dashboard. */
  ask({ range, earlier, tops, filters }) {
    const names = Object.keys(filters);
    const filter = names.map((name) => ` AND ${name} = ?`).join("");
    const values = Object.values(filters);
    const rows = (statement, [start, end], kind) => {
      const bounds = kind === "visits" ? [start - REACH, end, start] : [start, end];
      return [...this.sql.exec(statement, ...bounds, ...values).raw()];
    };
    const visits = `visits WHERE started BETWEEN ? AND ? AND ended >= ? ${filter}`;
    const events = `events WHERE time BETWEEN ? AND ? AND name <> 'engagement' ${filter}`;
    const headlines = (range) => {
      const of_visits = `SELECT count(DISTINCT visitor), count(*), total(pageviews), total(interactions <= 1),
        total(ended - started) FROM ${visits}`;
      const [[visitors, count, seen, bounces, seconds]] = rows(of_visits, range, "visits");
      const [[views]] = rows(`SELECT total(name = 'pageview') FROM ${events}`, range, "events");
      return [visitors, count, views, seen, bounces, seconds];
    };
    const by_day = `SELECT time / 86400 AS day, count(DISTINCT visitor), sum(name = 'pageview') FROM ${events}
      GROUP BY day ORDER BY day`;
    const top = (name) => {
      const kind = name === "pathname" ? "events" : "visits";
      const source = kind === "events" ? events : visits;
      const statement = `SELECT ${name}, count(DISTINCT visitor) AS visitors FROM ${source}
        GROUP BY ${name} ORDER BY visitors DESC, ${name} LIMIT 10`;
      return rows(statement, range, kind);
    };
    return {
      headlines: [headlines(earlier), headlines(range)],
      days: rows(by_day, range, "events"),
      tops: tops.map(top),
    };
  }
}

/** Counts an event into its visit. */
function extend(visit, event, time) {
  visit.last_seen = time;
  if (event.name === "engagement") return;
  visit.started ??= time;
  visit.ended = time;
  const viewed = event.name === "pageview";
  if (viewed || event.interactive !== false) visit.interactions++;
  if (!viewed) return;
  if (visit.pageviews === 0) visit.entry_page = event.pathname;
  visit.pageviews++;
  visit.exit_page = event.pathname;
}

export default {
  async fetch(request, env) {
    const { pathname } = new URL(request.url);
    if (pathname === "/healthz") return new Response("ok");
    const events = env.EVENTS.get(env.EVENTS.idFromName("bench"));
    if (pathname === "/load") {
      await events.load(await request.text());
      return Response.json({});
    }
    return Response.json(await events.ask(await request.json()));
  },
};
