// A site that is spread over several objects counts what a site in one object counts.
import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { pageview } from "../harness/api.mjs";
import { eventually } from "../harness/eventually.mjs";
import { Worker } from "../harness/worker.mjs";

const METRICS = ["visitors", "visits", "pageviews", "events", "bounce_rate", "visit_duration", "views_per_visit"];
const DAY = ["2026-03-02", "2026-03-02"];
const TWO_DAYS = ["2026-03-02", "2026-03-03"];

let worker, api;
before(async () => {
  worker = await Worker.start({ env: { PASSERBY_JOURNAL_EVENTS: "40" } });
  api = worker.api;
});
after(() => worker?.dispose());

const ip = (number) => `203.0.113.${number}`;
const at = (now, number) => ({ "x-now": now, "x-test-ip": ip(number) });
const objects = () => readdirSync(join(worker.data, "objects/passerby-site")).filter((name) => name.endsWith(".sqlite")).length;

async function send(site, path, now, visitor, events = [pageview(`https://${site}${path}`)]) {
  const answer = await api.send(site, events, at(now, visitor));
  assert.equal(answer.status, 200, answer.text);
  return answer.json.results.map(({ outcome }) => outcome);
}

/** What a site answers, the site's own name taken out. */
async function answers(site, date_range, now) {
  const ask = (what, question) =>
    api.mustOwner("POST", `/api/v2/${what}`, { site_id: site, date_range, ...question }, { "x-now": now });
  const queries = [
    { metrics: METRICS, include: { comparisons: { mode: "previous_period" } } },
    { metrics: METRICS, dimensions: ["event:page"], include: { total_rows: true } },
    { metrics: METRICS, dimensions: ["time:hour"] },
    { metrics: ["visitors", "events"], dimensions: ["time:day", "visit:browser"], date_range: "all" },
    { metrics: ["visitors", "conversion_rate"], dimensions: ["event:goal"] },
    { metrics: ["visitors", "percentage"], dimensions: ["visit:entry_page"], filters: [["contains", "event:page", ["/p"]]] },
  ];
  const steps = [["is", "event:page", ["/"]], ["contains", "event:page", ["/p"]]];
  const all = [
    await ask("query", { queries: queries.map((query) => ({ date_range, ...query })), date_range: undefined }),
    await ask("funnel", { steps }),
    await ask("journeys", { depth: 4 }),
    await ask("retention", { unit: "day" }),
    await api.outcomes(site),
  ];
  return JSON.parse(JSON.stringify(all).replaceAll(site, "the site"));
}

async function takeOut(site, format = "ndjson") {
  const answer = await api.request("GET", `/api/v1/export?site=${site}&format=${format}`, { key: api.key });
  assert.equal(answer.status, 200);
  return answer.text;
}

/** The lines of an export in an order of their own, without the visitors' hashes. */
const unnamed = (exported) => exported.replaceAll(/"passerby:[0-9a-f]{16}"/g, '"somebody"').trim().split("\n").sort();

async function twins(name, settings = {}) {
  const sites = { one: `one.${name}.test`, many: `many.${name}.test` };
  const goals = [{ page_path: "/p*" }];
  await api.putSite(sites.one, { timezone: "Europe/Tallinn", goals });
  await api.putSite(sites.many, { timezone: "Europe/Tallinn", goals, ...settings });
  return sites;
}

test("page views of many visitors", { timeout: 60_000 }, async () => {
  const before = objects();
  const { one, many } = await twins("spread", { shards: 8 });
  assert.equal(objects() - before, 9);
  for (const site of [one, many]) {
    for (let visitor = 1; visitor <= 30; visitor++) {
      await send(site, "/", "2026-03-02T09:00:00Z", visitor);
      await send(site, `/p${visitor % 4}`, "2026-03-02T09:05:00Z", visitor);
      if (visitor % 3 === 0) await send(site, "/", "2026-03-02T14:00:00Z", visitor);
    }
    // Robots are refused by the worker and counted by the site.
    await api.send(site, [pageview(`https://${site}/`)], { ...at("2026-03-02T09:00:00Z", 99), "user-agent": "Googlebot/2.1" });
  }
  const expected = await answers(one, DAY, "2026-03-02T20:00:00Z");
  assert.equal(expected[0].results[0].results[0].metrics[0], 30);
  assert.deepEqual(await answers(many, DAY, "2026-03-02T20:00:00Z"), expected);
  await worker.kill();
  await worker.startAgain();
  assert.deepEqual(await answers(many, DAY, "2026-03-02T20:00:00Z"), expected);
  await send(many, "/again", "2026-03-02T14:10:00Z", 3);
  await send(one, "/again", "2026-03-02T14:10:00Z", 3);
  assert.deepEqual(await answers(many, DAY, "2026-03-02T20:00:00Z"), await answers(one, DAY, "2026-03-02T20:00:00Z"));
});

test("an event that is sent again counts once", { timeout: 30_000 }, async () => {
  const { many } = await twins("again", { shards: 4 });
  for (let visitor = 1; visitor <= 8; visitor++) {
    const events = [pageview(`https://${many}/`), pageview(`https://${many}/p`)];
    assert.deepEqual(await send(many, "/", "2026-03-02T09:00:00Z", visitor, events), ["accepted", "accepted"]);
    // In the next night too, when its sender would be another visitor.
    assert.deepEqual(await send(many, "/", "2026-03-03T01:00:00Z", visitor, events), ["duplicate", "duplicate"]);
  }
  assert.deepEqual(await api.totals(many, ["pageviews"], { date_range: TWO_DAYS }), { pageviews: 16 });
});

test("imports of named visitors, taken up again where they ended", { timeout: 60_000 }, async () => {
  const { one, many } = await twins("import", { shards: 8 });
  const lines = Array.from({ length: 400 }, (_, n) => ({
    name: "pageview",
    visitor: `visitor ${(n * 7) % 90}`,
    timestamp: new Date(Date.UTC(2026, 2, 2, 6, n)).toISOString(),
    hostname: "import.test",
    pathname: n % 5 === 0 ? "/" : `/p${n % 7}`,
  }));
  lines.splice(100, 0, { name: "pageview", visitor: "nobody", timestamp: "never" });
  for (const site of [one, many]) {
    const key = { "idempotency-key": `import of ${site}` };
    const first = await api.importEvents(site, lines.slice(0, 250), key);
    assert.deepEqual([first.json.accepted, first.json.rejected.length], [249, 1]);
    const whole = await api.importEvents(site, lines, key);
    assert.equal(whole.json.accepted, 400);
    const again = await api.importEvents(site, lines, key);
    assert.equal(again.json.accepted, 400);
    assert.deepEqual(await api.outcomes(site), {
      received: 401,
      outcomes: [
        { outcome: "accepted", reason: "accepted", count: 400 },
        { outcome: "invalid", reason: "bad_field", count: 1 },
      ],
    });
  }
  const now = "2026-03-04T00:00:00Z";
  assert.deepEqual(await answers(many, TWO_DAYS, now), await answers(one, TWO_DAYS, now));
  // Out, and in again elsewhere: the same, in the same order.
  const exported = await takeOut(many);
  assert.deepEqual(unnamed(exported), unnamed(await takeOut(one)));
  const { many: other } = await twins("import-again", { shards: 3 });
  assert.equal((await api.importText(other, exported)).json.accepted, 400);
  assert.equal(await takeOut(other), exported);
  const csv = await takeOut(many, "csv");
  assert.equal(csv.trim().split("\n").length, 401);
});

test("the number is raised and lowered, and visits go on across midnight", { timeout: 60_000 }, async () => {
  const { one, many } = await twins("raised");
  const goals = [{ page_path: "/p*" }];
  const shards = (number, now) =>
    api.mustOwner("PUT", `/api/v1/sites/${many}`, { timezone: "Europe/Tallinn", goals, shards: number }, { "x-now": now });
  const both = async (path, now, visitor) => {
    for (const site of [one, many]) await send(site, path, now, visitor);
  };
  // Midnight in Tallinn is 22:00 of the day before.
  for (let visitor = 1; visitor <= 12; visitor++) await both("/", "2026-03-01T22:10:00Z", visitor);
  await shards(8, "2026-03-02T12:00:00Z");
  for (let visitor = 1; visitor <= 12; visitor++) await both("/p1", "2026-03-02T12:10:00Z", visitor);
  for (let visitor = 1; visitor <= 12; visitor++) await both("/p2", "2026-03-02T21:50:00Z", visitor);
  // Some go on over midnight, all the time, some come again, and others are new.
  for (let visitor = 1; visitor <= 6; visitor++) await both("/p3", "2026-03-02T22:10:00Z", visitor);
  for (let visitor = 1; visitor <= 4; visitor++) await both("/p4", "2026-03-02T22:35:00Z", visitor);
  for (let visitor = 1; visitor <= 20; visitor++) await both("/", "2026-03-03T10:00:00Z", visitor);
  const now = "2026-03-03T20:00:00Z";
  const expected = await answers(one, TWO_DAYS, now);
  const [visitors, visits] = expected[0].results[0].results[0].metrics;
  assert.deepEqual([visitors, visits], [32, 56]);
  assert.deepEqual(await answers(many, TWO_DAYS, now), expected);
  await shards(3, "2026-03-03T20:00:00Z");
  for (let visitor = 1; visitor <= 20; visitor++) await both("/p5", "2026-03-03T21:55:00Z", visitor);
  for (let visitor = 1; visitor <= 25; visitor++) await both("/p6", "2026-03-03T22:05:00Z", visitor);
  const later = "2026-03-04T20:00:00Z";
  const range = ["2026-03-02", "2026-03-04"];
  assert.deepEqual(await answers(many, range, later), await answers(one, range, later));
});

test("what is cold of each object is archived, asked, exported and deleted", { timeout: 90_000 }, async () => {
  const site = "archived.test";
  const settings = { shards: 3 };
  await api.putSite(site, settings);
  const lines = Array.from({ length: 3_000 }, (_, n) => ({
    name: "pageview",
    visitor: `visitor ${n % 400}`,
    timestamp: new Date(Date.UTC(2026, 0, 2) + n * 800_000).toISOString(),
    hostname: site,
    pathname: `/p${n % 50}`,
  }));
  assert.equal((await api.importEvents(site, lines)).json.accepted, 3_000);
  const range = ["2026-01-01", "2026-02-20"];
  const ask = async () => (await answers(site, range, "2026-03-01T00:00:00Z")).slice(0, 4);
  const before = await ask();
  await api.putSite(site, { ...settings, archive_after_days: 30 });
  const files = () => readdirSync(join(worker.data, "archive"), { recursive: true }).filter((name) => name.endsWith(".parquet"));
  // Every object has its file of the last day.
  await eventually(() => assert.equal(files().filter((name) => name.includes("day=2026-01-29")).length, 3), { within: 60_000 });
  assert.deepEqual(await ask(), before);
  await worker.kill();
  await worker.startAgain();
  assert.deepEqual(await ask(), before);
  assert.equal((await takeOut(site)).trim().split("\n").length, 3_000);
  await api.mustOwner("DELETE", `/api/v1/sites/${site}`);
  assert.deepEqual(files(), []);
});

test("a site that is deleted leaves no object behind", { timeout: 30_000 }, async () => {
  const site = "gone.test";
  await api.putSite(site, { shards: 5 });
  for (let visitor = 1; visitor <= 10; visitor++) await send(site, "/", "2026-03-02T09:00:00Z", visitor);
  await api.mustOwner("DELETE", `/api/v1/sites/${site}`);
  await api.putSite(site, { shards: 5 });
  assert.deepEqual(await api.totals(site, ["pageviews"], { date_range: DAY }), { pageviews: 0 });
  assert.equal((await api.outcomes(site)).received, 0);
});
