// What goes out can come in again, and is then the same.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { Worker } from "../harness/worker.mjs";

let worker;
before(async () => {
  worker = await Worker.start({ env: { PASSERBY_JOURNAL_EVENTS: "40" } });
});
after(() => worker?.dispose());

const take = (site, format, more = "") =>
  worker.api.request("GET", `/api/v1/export?site=${site}&format=${format}${more}`, { key: worker.api.key });

async function bring(site, body) {
  const answer = await worker.api.request("POST", `/api/v1/import?site=${site}`, {
    body,
    key: worker.api.key,
    headers: { "content-type": "application/x-ndjson" },
  });
  assert.deepEqual(answer.json?.rejected, [], answer.text.slice(0, 300));
  return answer.json.accepted;
}

const lines = Array.from({ length: 300 }, (_, n) => ({
  name: n % 7 === 0 ? "Buy; now" : n % 11 === 0 ? "engagement" : "pageview",
  visitor: `visitor ${(n * n) % 61}`,
  timestamp: new Date(Date.UTC(2026, 1, 1 + ((n * 5) % 20), n % 24, n % 60, n % 50)).toISOString(),
  hostname: "shop.test",
  pathname: `/${["", "a", "b,c", 'd"e', "ü"][n % 5]}`,
  referrer: n % 3 === 0 ? "https://www.google.com/" : "",
  country: ["EE", "DE", ""][n % 3],
  city: n % 4 === 0 ? 588409 : undefined,
  browser: "Firefox",
  props: n % 5 === 0 ? { plan: "=1+1", seats: n } : undefined,
  revenue: n % 7 === 0 ? { amount: n / 8, currency: "EUR" } : undefined,
  ...(n % 7 !== 0 && n % 11 === 0 ? { scroll_depth: n % 100, engagement_time_ms: n * 10 } : {}),
}));

test("out, in and out again is the same", async () => {
  for (const site of ["out.test", "in.test"]) await worker.api.putSite(site);
  const body = lines.map((line) => JSON.stringify(line)).join("\n");
  assert.equal(await bring("out.test", body), lines.length);
  const first = await take("out.test", "ndjson");
  assert.equal(first.status, 200);
  assert.match(first.headers.get("content-type"), /ndjson/);
  assert.equal(first.text.trim().split("\n").length, lines.length);
  assert.equal(await bring("in.test", first.text), lines.length);
  assert.equal((await take("in.test", "ndjson")).text, first.text);
  assert.equal((await take("in.test", "csv")).text, (await take("out.test", "csv")).text);
  const totals = (site) =>
    worker.api.totals(site, ["visitors", "visits", "pageviews", "events", "bounce_rate", "visit_duration"], { date_range: "all" });
  assert.deepEqual(await totals("in.test"), await totals("out.test"));
});

test("a spreadsheet finds no formula", async () => {
  const { text, headers } = await take("out.test", "csv");
  assert.match(headers.get("content-type"), /^text\/csv/);
  const [header, ...rows] = text.trim().split("\r\n");
  assert.match(header, /^timestamp,visitor,kind,name,/);
  assert.equal(rows.length, lines.length);
  assert.doesNotMatch(text, /(^|,)"?[=+@]/m);
});

test("an export can begin anywhere, and what cannot be exported is said", async () => {
  const since = (text) => Date.parse(JSON.parse(text).timestamp) >= Date.UTC(2026, 1, 10);
  const all = (await take("out.test", "ndjson")).text.trim().split("\n");
  const some = (await take("out.test", "ndjson", "&since=2026-02-10")).text.trim().split("\n");
  assert.deepEqual(some.toSorted(), all.filter(since).toSorted());
  assert.equal((await take("out.test", "ndjson", "&since=2030-01-01")).text, "");
  assert.equal((await take("out.test", "xlsx")).status, 400);
  assert.equal((await take("out.test", "csv", "&since=soon")).status, 400);
  assert.equal((await take("nobody.test", "csv")).status, 404);
  assert.equal((await worker.api.request("GET", "/api/v1/export?site=out.test")).status, 401);
});
