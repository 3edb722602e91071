// Cold events move to Parquet files by site and day; nobody who asks notices, and no event is lost or doubled.
import assert from "node:assert/strict";
import { existsSync, readFileSync, readdirSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { eventually, sleep } from "../harness/eventually.mjs";
import { Worker } from "../harness/worker.mjs";
import { counted, ours } from "./engines.mjs";
import { daysAgo, diverse } from "./events.mjs";

const SITE = "cold.test";
/** The same events, none of them archived. */
const TWIN = "twin.test";
const COLD = diverse(9_000, { from_ms: daysAgo(45), days: 30, salt: "cold " });
const HOT = diverse(1_000, { from_ms: daysAgo(5), days: 5, salt: "hot " });
const ARCHIVED = { timezone: "UTC", archive_after_days: 10 };
const SOON = { within: 60_000, every: 200 };
const date = (ms) => new Date(ms).toISOString().slice(0, 10);
/** The days of the cold events. */
const RANGE = [date(daysAgo(45)), date(daysAgo(12))];

let worker, api;
before(async () => {
  worker = await Worker.start();
  api = worker.api;
  for (const site of [SITE, TWIN]) await api.putSite(site);
  await bring([...COLD, ...HOT]);
});
after(() => worker?.dispose());

/** Takes events in at both sites. */
async function bring(events) {
  for (const site of [SITE, TWIN]) {
    const answer = await api.importEvents(site, events);
    assert.equal(answer.json?.accepted, events.length, answer.text.slice(0, 300));
  }
}

const folder = (site = SITE, of = worker) => join(of.data, `archive/site=${site}`);

/** The files of a site below its folder. */
const files = (site = SITE, of = worker) =>
  existsSync(folder(site, of))
    ? readdirSync(folder(site, of), { recursive: true }).filter((name) => name.endsWith(".parquet")).sort()
    : [];

/** What other engines count in the files. */
const inFiles = (of = worker) => {
  assert.notEqual(files(SITE, of).length, 0, "there are files");
  return counted(join(folder(SITE, of), "*/*.parquet"), { hive: true });
};

/** Everything that can be asked, about one site. */
async function answers(site, of = api) {
  const metrics = ["visitors", "visits", "pageviews", "events", "bounce_rate", "visit_duration", "views_per_visit"];
  const all = { site_id: site, date_range: "all" };
  const queries = [
    { ...all, metrics },
    { ...all, metrics, date_range: RANGE },
    { ...all, metrics, date_range: [date(daysAgo(30)), date(daysAgo(2))] },
    { ...all, metrics: ["visitors", "visits", "pageviews"], dimensions: ["time:day"], date_range: [RANGE[0], date(daysAgo(0))] },
    ...["event:page", "event:name", "visit:source", "visit:browser", "visit:country", "visit:entry_page", "event:props:plan"].map(
      (dimension) => ({ ...all, metrics: ["visitors", "events"], dimensions: [dimension] }),
    ),
    { ...all, metrics: ["scroll_depth", "time_on_page"], dimensions: ["event:page"] },
    { ...all, metrics: ["visitors"], filters: [["has_done", ["is", "event:name", ["Buy; now"]]]] },
  ];
  const answered = await of.mustOwner("POST", "/api/v2/query", { site_id: site, queries });
  const steps = [["is", "event:page", ["/"]], ["is", "event:page", ["/a"]]];
  answered.funnel = await of.mustOwner("POST", "/api/v2/funnel", { ...all, date_range: RANGE, steps });
  answered.retention = await of.mustOwner("POST", "/api/v2/retention", { ...all, date_range: RANGE, unit: "week" });
  return JSON.parse(JSON.stringify(answered).replaceAll(site, "site"));
}

/** Both sites answer alike. */
async function agree() {
  assert.deepEqual(await answers(SITE), await answers(TWIN));
}

const exported = async (site, format, more = "") =>
  (await api.request("GET", `/api/v1/export?site=${site}&format=${format}${more}`, { key: api.key })).text;

test("cold events go to files by site and day, and DuckDB finds our numbers there", { timeout: 180_000 }, async () => {
  await agree();
  await api.putSite(SITE, ARCHIVED);
  assert.equal((await api.mustOwner("GET", `/api/v1/sites/${SITE}`)).archive_after_days, 10);
  await eventually(() => assert.equal(inFiles().duckdb.rows, COLD.length), SOON);
  const { duckdb } = inFiles();
  assert.deepEqual(duckdb.sites, { [SITE]: COLD.length });
  assert.equal(duckdb.on_other_days, 0);
  const days = {};
  for (const { timestamp } of COLD) days[timestamp.slice(0, 10)] = (days[timestamp.slice(0, 10)] ?? 0) + 1;
  assert.deepEqual(duckdb.days, days);
  for (const [name, expected] of Object.entries(await ours(api, SITE, RANGE))) assert.deepEqual(duckdb[name], expected, name);
  assert.deepEqual(files(TWIN), []);
});

test("every answer and every export is as before", { timeout: 120_000 }, async () => {
  await agree();
  // Visitors have names of their own site; what they did is the same.
  const nameless = (text) => text.replace(/passerby:[0-9a-f]{16}/g, "passerby").split("\n").sort();
  for (const format of ["ndjson", "csv"]) {
    assert.deepEqual(nameless(await exported(SITE, format)), nameless(await exported(TWIN, format)), format);
  }
  const since = `&since=${date(daysAgo(30))}`;
  assert.deepEqual(nameless(await exported(SITE, "ndjson", since)), nameless(await exported(TWIN, "ndjson", since)));
  await worker.stop();
  await worker.startAgain();
  await agree();
});

test("who comes again out of the archive is counted once", { timeout: 180_000 }, async () => {
  const again = COLD.slice(0, 40).map((event, n) => ({
    ...event,
    timestamp: new Date(daysAgo(n % 2 ? 3 : 30) + n * 60_000).toISOString(),
    pathname: "/again",
  }));
  await bring(again);
  await agree();
  await worker.stop();
  await worker.startAgain();
  await agree();
  await api.putSite(SITE, ARCHIVED);
  // Who was here three days ago is not cold any more, with all that they did.
  await eventually(() => {
    const { rows } = inFiles().duckdb;
    assert.ok(rows < COLD.length && rows > COLD.length / 2, `${rows}`);
  }, SOON);
  await agree();
});

test("killed while it archives, it loses nothing and doubles nothing", { timeout: 240_000 }, async () => {
  const other = await Worker.start();
  try {
    await other.api.putSite(SITE);
    const taken = await other.api.importEvents(SITE, [...COLD, ...HOT]);
    assert.equal(taken.json.accepted, COLD.length + HOT.length);
    const before = await answers(SITE, other.api);
    for (const wait of [0, 60, 250]) {
      await other.api.putSite(SITE, ARCHIVED);
      await eventually(() => assert.notEqual(files(SITE, other).length, 0), { within: 30_000, every: 5 });
      await sleep(wait);
      await other.kill();
      await other.startAgain();
      assert.deepEqual(await answers(SITE, other.api), before);
    }
    await other.api.putSite(SITE, ARCHIVED);
    await eventually(() => assert.equal(inFiles(other).duckdb.rows, COLD.length), SOON);
    assert.deepEqual(await answers(SITE, other.api), before);
  } finally {
    await other.dispose();
  }
});

test("a damaged or missing file is told, and the rest answers", { timeout: 120_000 }, async () => {
  const path = join(folder(), files()[3]);
  const bytes = readFileSync(path);
  const whole = await api.totals(SITE, ["events"], { date_range: "all" });
  const damage = async () => {
    await worker.stop();
    await worker.startAgain();
    const answer = await api.query(SITE, { metrics: ["events"], date_range: "all" });
    return [answer.damage?.code, answer.results[0].metrics[0]];
  };
  const flipped = Buffer.from(bytes);
  flipped[flipped.length >> 1] ^= 1;
  writeFileSync(path, flipped);
  const [code, rest] = await damage();
  assert.equal(code, "damaged_segments");
  assert.ok(rest >= HOT.length && rest < whole.events, `${rest}`);
  renameSync(path, `${path}.away`);
  assert.deepEqual(await damage(), ["damaged_segments", rest]);
  renameSync(`${path}.away`, path);
  writeFileSync(path, bytes);
  assert.deepEqual(await damage(), [undefined, whole.events]);
  await agree();
});

test("what is over its time leaves the archive", { timeout: 120_000 }, async () => {
  const days = () => files().map((name) => name.slice("day=".length, "day=2026-01-01".length));
  const kept = date(daysAgo(25));
  assert.ok(days().some((day) => day < kept));
  await api.putSite(SITE, { ...ARCHIVED, retention_days: 24 });
  await eventually(() => {
    assert.ok(days().every((day) => day >= kept), days()[0]);
    assert.notEqual(days().length, 0);
  }, SOON);
  const more = { date_range: [date(daysAgo(22)), date(daysAgo(0))], metrics: ["events", "pageviews"] };
  const results = async (site) => (await api.query(site, more)).results;
  assert.deepEqual(await results(SITE), await results(TWIN));
});

test("a site that is deleted leaves no file", { timeout: 60_000 }, async () => {
  assert.notEqual(files().length, 0);
  await api.mustOwner("DELETE", `/api/v1/sites/${SITE}`);
  assert.deepEqual(files(), []);
});
