// Data on disk that is damaged, or that a newer version wrote: what can be answered is, and nothing is made worse.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { pageview } from "../harness/api.mjs";
import { changeDatabase, readDatabase } from "../harness/database.mjs";
import { Worker } from "../harness/worker.mjs";

const SITE = "damaged.test";
const LATER = "later.test";
const MONTHS = ["2026-01", "2026-03", "2026-05"];
const EVENTS = 60;

let worker, api;
before(async () => {
  worker = await Worker.start({ env: { PASSERBY_JOURNAL_EVENTS: String(EVENTS) } });
  api = worker.api;
  for (const site of [SITE, LATER]) await api.putSite(site);
});
after(() => worker?.dispose());

const events = (month) =>
  Array.from({ length: EVENTS }, (_, n) => ({
    name: "pageview",
    visitor: `${month} ${n % 20}`,
    timestamp: `${month}-${String(1 + (n % 20)).padStart(2, "0")}T10:${String(n).padStart(2, "0")}:00Z`,
    pathname: `/${month}`,
  }));
const pages = () => api.query(SITE, { metrics: ["pageviews"], dimensions: ["event:page"], date_range: "all" });
const viewed = ({ results }) => Object.fromEntries(results.map((row) => [row.dimensions[0], row.metrics[0]]));
const take = (site) => api.request("GET", `/api/v1/export?site=${site}&format=ndjson`, { key: api.key });

/** Ends the worker, changes a site's database and starts it again. */
async function change(site, statement) {
  await worker.stop();
  changeDatabase(worker, site, statement);
  await worker.startAgain();
}

test("a damaged segment is said to be one, and the rest answers", { timeout: 60_000 }, async () => {
  for (const month of MONTHS) assert.equal((await api.importEvents(SITE, events(month))).json.accepted, EVENTS);
  assert.equal((await pages()).damage, undefined);
  assert.equal((await take(SITE)).headers.get("x-passerby-damaged-segments"), null);
  const segments = readDatabase(worker, SITE, "SELECT id FROM segments ORDER BY first_s");
  assert.ok(segments.length >= 2, "several segments");
  const [first] = segments[0];
  const [[bytes]] = readDatabase(worker, SITE, `SELECT bytes FROM segment_bytes WHERE segment = ${first} AND piece = 0`);
  const readable = async () => {
    const answer = await pages();
    assert.deepEqual([answer.damage.code, answer.damage.segments], ["damaged_segments", 1]);
    assert.ok(answer.damage.error);
    const views = viewed(answer);
    assert.equal(views[`/${MONTHS.at(-1)}`], EVENTS);
    assert.ok(!(`/${MONTHS[0]}` in views));
    return views;
  };
  // Its last byte, one in the middle, its first: in a column that may not be asked for, in one that is, and the header.
  for (const place of [bytes.length / 2 - 1, bytes.length / 4 | 0, 0]) {
    const flipped = Buffer.from(bytes, "hex");
    flipped[place] ^= 0x55;
    await change(SITE, `UPDATE segment_bytes SET bytes = x'${flipped.toString("hex")}' WHERE segment = ${first} AND piece = 0`);
    const exported = await take(SITE);
    assert.equal(exported.status, 200, exported.text.slice(0, 200));
    assert.equal(exported.headers.get("x-passerby-damaged-segments"), "1", `byte ${place}`);
    const views = await readable();
    const lines = exported.text.trim().split("\n").map((line) => JSON.parse(line).pathname);
    assert.deepEqual(views, Object.fromEntries([...new Set(lines)].map((page) => [page, lines.filter((line) => line === page).length])));
  }
  assert.match(worker.log, /1 damaged segments/);
  // What comes is counted beside it.
  assert.equal((await api.importEvents(SITE, events("2026-07"))).json.accepted, EVENTS);
  assert.equal((await readable())["/2026-07"], EVENTS);
  const intact = Buffer.from(bytes, "hex").toString("hex");
  await change(SITE, `UPDATE segment_bytes SET bytes = x'${intact}' WHERE segment = ${first} AND piece = 0`);
  const mended = await pages();
  assert.deepEqual([mended.damage, viewed(mended)[`/${MONTHS[0]}`]], [undefined, EVENTS]);
});

test("what a newer version wrote is left as it is, and every route says so", { timeout: 60_000 }, async () => {
  await api.importEvents(LATER, events("2026-01"));
  await change(LATER, "UPDATE site SET schema = 99");
  const dump = () => ["site", "journal", "segments", "outcomes", "imports"].map((table) => readDatabase(worker, LATER, `SELECT * FROM ${table}`));
  const tables = () => readDatabase(worker, LATER, "SELECT name, sql FROM sqlite_master ORDER BY name");
  const before = [dump(), tables()];
  const line = JSON.stringify(events("2026-02")[0]);
  const url = `https://${LATER}/`;
  const plausible = JSON.stringify({ n: "pageview", u: url, d: LATER });
  const query = { site_id: LATER, date_range: "all", metrics: ["visitors"] };
  const at = `/api/v1/sites/${LATER}`;
  for (const [what, ask] of [
    ["batch", () => api.send(LATER, [pageview(url)])],
    ["Plausible's event", () => api.request("POST", "/api/event", { body: plausible, headers: { "content-type": "text/plain" } })],
    ["server's events", () => api.owner("POST", "/api/v1/events", { site: LATER, events: [pageview(url)] })],
    ["import", () => api.importText(LATER, line)],
    ["import with a key", () => api.importText(LATER, line, { "idempotency-key": "a" })],
    ["query", () => api.owner("POST", "/api/v2/query", query)],
    ["funnel", () => api.owner("POST", "/api/v2/funnel", { ...query, steps: [] })],
    ["export", () => take(LATER)],
    ["outcomes", () => api.owner("GET", `/api/v1/outcomes?site=${LATER}`)],
    ["settings", () => api.owner("GET", at)],
    ["new settings", () => api.owner("PUT", at, { timezone: "UTC", retention_days: 1 })],
    ["deletion", () => api.owner("DELETE", at)],
    ["annotation", () => api.owner("POST", `${at}/annotations`, { time: "2026-03-02", text: "x" })],
    ["metrics", () => api.owner("GET", "/metrics")],
  ]) {
    const { status, json, text, headers } = await ask();
    const about = `${what}: ${status} ${text}`;
    assert.deepEqual([status, json?.code], [503, "newer_schema"], about);
    assert.match(json.error, /newer version of Passerby/, about);
    assert.match(json.hint, /Deploy that version/, about);
    assert.equal(headers.get("retry-after"), "60", about);
  }
  assert.deepEqual([dump(), tables()], before);
  // The site is still there, and all of it, once the version fits.
  await change(LATER, "UPDATE site SET schema = 2");
  assert.equal((await api.totals(LATER, ["pageviews"], { date_range: "all" })).pageviews, EVENTS);
  assert.equal((await api.send(LATER, [pageview(url)])).status, 200);
});
