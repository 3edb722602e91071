// Events that are older than the owner keeps them for are gone, whether or not anything comes any more.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { readDatabase } from "../harness/database.mjs";
import { eventually } from "../harness/eventually.mjs";
import { Worker } from "../harness/worker.mjs";

const DAY_MS = 86_400_000;
const DAYS_OLD = [400, 200, 40, 20, 1];

let worker, api;
before(async () => {
  worker = await Worker.start();
  api = worker.api;
});
after(() => worker?.dispose());

/** A site with ten events of each of these ages. */
async function siteWithEvents(site, settings = {}) {
  await api.putSite(site, { timezone: "UTC", ...settings });
  const events = DAYS_OLD.flatMap((days) =>
    Array.from({ length: 10 }, (_, n) => ({
      name: "pageview",
      visitor: `visitor ${n % 3}`,
      timestamp: new Date(Date.now() - days * DAY_MS).toISOString(),
      pathname: `/${days}-days-old`,
    })),
  );
  const answer = await api.importEvents(site, events);
  assert.equal(answer.json.accepted, events.length, answer.text);
}

const keep = (site, retention_days) => api.putSite(site, { timezone: "UTC", retention_days });
const onDisk = (site) =>
  readDatabase(worker, site, "SELECT (SELECT count(*) FROM journal), (SELECT sum(rows) FROM segments), (SELECT count(*) FROM segment_bytes)")[0];
const pages = async (site) => Object.keys(await api.pages(site, { date_range: "all" })).sort();
const exported = async (site) => {
  const { text } = await api.request("GET", `/api/v1/export?site=${site}&format=ndjson`, { key: api.key });
  return [...new Set(text.trim().split("\n").map((line) => JSON.parse(line).pathname))].sort();
};

test("an alarm takes old events away, with nothing else arriving", { timeout: 40_000 }, async () => {
  const site = "quiet.test";
  await siteWithEvents(site);
  await eventually(() => assert.deepEqual(onDisk(site).slice(0, 2), [0, 50]), { within: 15_000, every: 500 });
  await keep(site, 30);
  // Nothing is asked until it is done: a question would see to it itself.
  await eventually(() => assert.deepEqual(onDisk(site).slice(0, 2), [0, 20]), { within: 15_000, every: 500 });
  // The next alarm, in the runtime's own table in nanoseconds, is at most a day away, and nothing else is due before.
  await eventually(() => {
    const [[, next]] = readDatabase(worker, site, "SELECT * FROM _cf_METADATA");
    const wait = next / 1e6 - Date.now();
    assert.ok(wait > 0 && wait <= DAY_MS, `${wait} ms`);
  });
  assert.deepEqual(await pages(site), ["/1-days-old", "/20-days-old"]);
  assert.deepEqual(await exported(site), ["/1-days-old", "/20-days-old"]);
});

test("nobody is told of old events, not even at once", async () => {
  const site = "asked.test";
  await siteWithEvents(site);
  assert.equal((await pages(site)).length, DAYS_OLD.length);
  await keep(site, 100);
  assert.deepEqual(await pages(site), ["/1-days-old", "/20-days-old", "/40-days-old"]);
  await keep(site, 30);
  assert.deepEqual(await exported(site), ["/1-days-old", "/20-days-old"]);
  await siteWithEvents("kept.test", { retention_days: 300 });
  assert.equal((await pages("kept.test")).length, 4);
});

test("what is over its time goes after a restart, too", { timeout: 60_000 }, async () => {
  const site = "restarted.test";
  await siteWithEvents(site);
  await eventually(() => assert.deepEqual(onDisk(site).slice(0, 2), [0, 50]), { within: 15_000, every: 500 });
  await keep(site, 30);
  await worker.kill();
  assert.deepEqual(onDisk(site).slice(0, 2), [0, 50], "nothing is gone yet");
  await worker.startAgain();
  await eventually(() => assert.deepEqual(onDisk(site).slice(0, 2), [0, 20]), { within: 20_000, every: 500 });
});

test("once all is over nothing is left", { timeout: 40_000 }, async () => {
  const site = "empty.test";
  await api.putSite(site, { timezone: "UTC" });
  await api.importEvents(site, [{ name: "pageview", visitor: "a", timestamp: "2020-01-01T00:00:00Z" }]);
  await eventually(() => assert.deepEqual(onDisk(site), [0, 1, 1]), { within: 15_000, every: 500 });
  await keep(site, 7);
  await eventually(() => assert.deepEqual(onDisk(site), [0, null, 0]), { within: 15_000, every: 500 });
  assert.deepEqual(await pages(site), []);
  assert.equal((await api.totals(site, ["visitors"], { date_range: "all" })).visitors, 0);
});
