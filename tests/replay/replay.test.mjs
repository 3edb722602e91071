// Real web logs go through the import; what the Stats API then says equals what DuckDB computes from the same lines.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { gunzipSync } from "node:zlib";
import { moreData, PYTHON, ROOT, scratch } from "../harness/paths.mjs";
import { Worker } from "../harness/worker.mjs";
import { importLines } from "./web_log.mjs";

const LOGS = [
  { site: "semicomplete.com", zone: "UTC", file: join(ROOT, "www/demo-data/apache_logs_10k.log.gz"), pageviews: 3905, visitors: 1264 },
  // The same lines, their days cut elsewhere.
  { site: "semicomplete-in-nepal.com", zone: "Asia/Kathmandu", file: join(ROOT, "www/demo-data/apache_logs_10k.log.gz"), pageviews: 3905, visitors: 1264 },
  { site: "twiki.test", zone: "America/Los_Angeles", file: moreData("logs/twiki_2004_access.log"), pageviews: 808, visitors: 156 },
].filter(({ file }) => file !== null);
/** What the answers of the breakdowns are called in the truth. */
const BREAKDOWNS = [
  ["pageviews_by_page", "pageviews", "event:page"],
  ["visitors_by_page", "visitors", "event:page"],
  ["pageviews_by_day", "pageviews", "time:day"],
  ["visitors_by_day", "visitors", "time:day"],
  ["pageviews_by_hour", "pageviews", "time:hour"],
  ["visits_by_entry_page", "visits", "visit:entry_page"],
  ["visits_by_exit_page", "visits", "visit:exit_page"],
];
const TOTALS = ["pageviews", "visitors", "visits", "views_per_visit", "bounce_rate", "visit_duration"];

let worker, api;
before(async () => {
  worker = await Worker.start();
  api = worker.api;
});
after(() => worker?.dispose());

/** What DuckDB says of a log. */
function truthOf(log, zone) {
  const file = join(scratch("log"), "access.log");
  writeFileSync(file, log);
  return JSON.parse(execFileSync(PYTHON, [join(ROOT, "tests/replay/truth.py"), file, zone], { encoding: "utf8" }));
}

/** All values of a dimension with a metric, page after page. */
async function breakdown(site, metric, dimension, date_range) {
  const all = {};
  const limit = 500;
  for (let offset = 0; ; offset += limit) {
    const query = { metrics: [metric], dimensions: [dimension], date_range, pagination: { limit, offset } };
    const { results } = await api.query(site, query);
    for (const { dimensions, metrics } of results) all[dimensions[0]] = metrics[0];
    if (results.length < limit) return all;
  }
}

for (const { site, zone, file, pageviews, visitors } of LOGS) {
  test(`${site} in ${zone}`, { timeout: 120_000 }, async () => {
    const raw = readFileSync(file);
    const log = (file.endsWith(".gz") ? gunzipSync(raw) : raw).toString("utf8");
    const truth = truthOf(log, zone);
    assert.deepEqual([truth.pageviews, truth.visitors], [pageviews, visitors], "the truth is the one that is known");

    await api.putSite(site, { timezone: zone });
    const events = importLines(log, site);
    const answer = await api.importEvents(site, events);
    assert.deepEqual([answer.status, answer.json], [200, { received: pageviews, accepted: pageviews, rejected: [] }]);

    const date_range = truth.range;
    const totals = await api.totals(site, TOTALS, { date_range });
    assert.deepEqual(totals, Object.fromEntries(TOTALS.map((name) => [name, truth[name]])));
    for (const [name, metric, dimension] of BREAKDOWNS) {
      const got = await breakdown(site, metric, dimension, date_range);
      assert.deepEqual(got, truth[name], name);
    }
    console.log(`${site}: ${pageviews} page views, ${visitors} visitors, ${totals.visits} visits as DuckDB has them`);
  });
}

test("the order and the size of imports change nothing", { timeout: 120_000 }, async () => {
  const { site, file, pageviews } = LOGS[0];
  const events = importLines(gunzipSync(readFileSync(file)).toString("utf8"), site);
  const shuffled = "shuffled.test";
  await api.putSite(shuffled, { timezone: "UTC" });
  // Last lines first, in pieces of odd sizes.
  const lines = events.map((event) => ({ ...event, hostname: shuffled })).reverse();
  for (let size = 1; lines.length > 0; size = (size * 7) % 997) {
    const answer = await api.importEvents(shuffled, lines.splice(0, size));
    assert.equal(answer.status, 200, answer.text);
  }
  const date_range = ["2015-05-17", "2015-05-20"];
  const [once, again] = await Promise.all([site, shuffled].map((name) => api.totals(name, TOTALS, { date_range })));
  assert.equal(again.pageviews, pageviews);
  assert.deepEqual(again, once);
});
