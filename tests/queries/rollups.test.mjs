// What is answered out of rollups is what the events say, whatever became of them since.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { readDatabase } from "../harness/database.mjs";
import { eventually } from "../harness/eventually.mjs";
import { Worker } from "../harness/worker.mjs";

const SITE = "rollups.test";
const EVENTS = 170_000;
const DAY_MS = 86_400_000;
const FIRST = Date.UTC(2026, 0, 1);

let worker, api;
before(async () => {
  worker = await Worker.start();
  api = worker.api;
  await api.putSite(SITE, { timezone: "America/New_York", goals: [{ page_path: "/shop/*" }] });
});
after(() => worker?.dispose());

/** Events in the order of time, of visitors who stay for a while. */
function* lines() {
  for (let n = 0; n < EVENTS; n++) {
    const at = FIRST + n * 17_000;
    const visitor = Math.floor(n / 9) - (n % 5 === 0 ? 11 : 0);
    const event = {
      name: n % 11 === 0 ? "Signup" : "pageview",
      visitor: `v${visitor}`,
      timestamp: new Date(at).toISOString(),
      hostname: SITE,
      pathname: n % 4 === 0 ? `/shop/${n % 37}` : `/page/${(n * n) % 211}`,
      country: ["EE", "DE", "FR", ""][visitor & 3],
      browser: ["Firefox", "Chrome", "Safari"][Math.abs(visitor) % 3],
    };
    yield JSON.stringify(event);
  }
}

const day = (number) => new Date(FIRST + number * DAY_MS).toISOString().slice(0, 10);

/** The views of a dashboard; with a filter that everything passes they are counted from the events. */
async function answers(first, last, filters) {
  const date_range = [day(first), day(last)];
  const all = ["visitors", "visits", "pageviews", "views_per_visit", "bounce_rate", "visit_duration"];
  const queries = [
    { metrics: all, include: { comparisons: { mode: "previous_period" } } },
    { metrics: ["visitors", "pageviews"], dimensions: ["time:day"] },
    { metrics: ["visitors", "events"], dimensions: ["event:page"], include: { total_rows: true } },
    { metrics: ["visits", "bounce_rate", "visit_duration"], dimensions: ["visit:entry_page"] },
    { metrics: ["visitors", "conversion_rate"], dimensions: ["event:goal"] },
    { metrics: ["visitors", "visits"], dimensions: ["visit:country", "visit:browser"] },
  ].map((query) => ({ ...query, date_range, filters }));
  const { results } = await api.mustOwner("POST", "/api/v2/query", { site_id: SITE, queries });
  for (const { results: rows, error } of results) assert.ok(rows, error);
  return results.map(({ results, meta }) => ({ results, meta }));
}

const ALL_PASS = [["is_not", "visit:country", ["ZZ"]]];
const same = async (first, last) => assert.deepEqual(await answers(first, last, []), await answers(first, last, ALL_PASS));
const rollups = () => readDatabase(worker, SITE, "SELECT count(*) FROM rollups")[0][0];

test("a dashboard out of rollups", { timeout: 180_000 }, async (t) => {
  const all = [...lines()];
  for (let start = 0; start < all.length; start += 20_000) {
    const body = all.slice(start, start + 20_000).join("\n");
    assert.equal((await api.importText(SITE, body)).json.rejected.length, 0);
  }
  await t.test("rollups are made once it is asked", async () => {
    await eventually(
      async () => {
        await same(-1, 34);
        assert.ok(rollups() >= 4, "no rollups yet");
      },
      { within: 60_000, every: 1_000 },
    );
  });
  await t.test("other ranges, with segments that lie across their ends", async () => {
    for (const [first, last] of [[-1, 34], [3, 31], [8, 20], [20, 33], [34, 68], [15, 15]]) await same(first, last);
  });
  await t.test("after a kill", async () => {
    await worker.kill();
    await worker.startAgain();
    for (const [first, last] of [[-1, 34], [5, 30]]) await same(first, last);
  });
  await t.test("when visitors come again whom segments know, and when they have been written down anew", async () => {
    const again = all.filter((_, n) => n % 20_000 === 77).map((line) => JSON.parse(line));
    for (const event of again) event.timestamp = new Date(Date.parse(event.timestamp) + 600_000).toISOString();
    const before = rollups();
    const { results } = (await answers(-1, 34, []))[0];
    assert.equal((await api.importEvents(SITE, again)).json.accepted, again.length);
    await same(-1, 34);
    assert.notDeepEqual((await answers(-1, 34, []))[0].results, results);
    await eventually(async () => assert.ok(rollups() < before), { within: 30_000, every: 500 });
    await same(-1, 34);
    await worker.kill();
    await worker.startAgain();
    await same(-1, 34);
  });
});
