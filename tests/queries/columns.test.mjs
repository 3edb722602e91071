// The visits of days as columns: what the real worker sends, to whom, how small, and when it says that nothing changed.
import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { request } from "node:http";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { brotliDecompressSync, gunzipSync } from "node:zlib";
import { ROOT } from "../harness/paths.mjs";
import { Worker } from "../harness/worker.mjs";
import { chunks, readDay } from "./columns_reader.mjs";

const SITE = "columns.test";
const SHARDED = "columns-sharded.test";
/** What the worker sends for [`KNOWN`], which the tests of the crate read too. */
const FIXTURE = join(ROOT, "columns/tests/known.bin");

let worker;
before(async () => {
  worker = await Worker.start({ env: { PASSERBY_JOURNAL_EVENTS: "12" } });
  await worker.api.putSite(SITE, { timezone: "Europe/Tallinn" });
  await worker.api.putSite(SHARDED, { timezone: "Europe/Tallinn", shards: 3 });
  for (const site of [SITE, SHARDED]) await bring(site, KNOWN);
});
after(() => worker?.dispose());

const view = (visitor, timestamp, pathname, more = {}) => ({ name: "pageview", visitor, timestamp, pathname, ...more });

/** Two hours east of Greenwich: anna's second visit crosses midnight, and she comes again on the third day. */
const KNOWN = [
  view("anna", "2026-03-02T10:00:00Z", "/", { source: "Google", country: "EE", browser: "Firefox" }),
  view("anna", "2026-03-02T10:01:00Z", "/pricing"),
  { ...view("anna", "2026-03-02T10:02:30Z", "/pricing"), name: "Signup" },
  view("anna", "2026-03-02T21:50:00Z", "/docs", { source: "Bing", country: "EE", browser: "Firefox" }),
  view("anna", "2026-03-02T22:10:00Z", "/pricing"),
  view("anna", "2026-03-04T10:00:00Z", "/"),
  view("bert", "2026-03-02T11:00:00Z", "/", { source: "Google", country: "FI" }),
  view("cara", "2026-03-03T09:00:00Z", "/pricing", { country: "FI" }),
  view("cara", "2026-03-03T09:01:00Z", "/"),
  view("cara", "2026-03-03T19:01:00Z", "/", { source: "Google", country: "FI" }),
];

async function bring(site, lines) {
  const body = lines.map((line) => JSON.stringify({ hostname: site, ...line })).join("\n");
  const answer = await worker.api.request("POST", `/api/v1/import?site=${site}`, {
    body,
    key: worker.api.key,
    headers: { "content-type": "application/x-ndjson" },
  });
  assert.equal(answer.json?.accepted, lines.length, answer.text);
}

/** Asks for columns; the body is as it came. */
async function ask(site, range, headers = {}) {
  const path = `/api/v2/columns?site=${site}&range=${range}`;
  const answer = await fetch(worker.url + path, {
    headers: { authorization: `Bearer ${worker.api.key}`, "accept-encoding": "identity", ...headers },
  });
  return { status: answer.status, headers: answer.headers, body: Buffer.from(await answer.arrayBuffer()) };
}

/** Asks for a path and leaves the body as it is encoded, which `fetch` does not. */
function encoded(path, accepted) {
  const headers = { authorization: `Bearer ${worker.api.key}`, "accept-encoding": accepted };
  return new Promise((resolve, reject) => {
    const sent = request(worker.url + path, { headers }, async (answer) => {
      const parts = [];
      for await (const part of answer) parts.push(part);
      resolve({ headers: answer.headers, body: Buffer.concat(parts) });
    });
    sent.on("error", reject).end();
  });
}

const RANGE = "2026-03-02..2026-03-04";

test("an answer has a chunk for each day and one that links them", async () => {
  const { status, headers, body } = await ask(SITE, RANGE);
  assert.equal(status, 200, body.toString());
  assert.equal(headers.get("content-type"), "application/octet-stream");
  assert.equal(headers.get("cache-control"), "private, no-cache");
  const all = chunks(body);
  assert.deepEqual(all.map(({ kind }) => kind), ["day", "day", "day", "links"]);
  const days = all.slice(0, 3).map(({ content }) => readDay(content));
  assert.deepEqual(days.map(({ day }) => new Date(day * 86_400_000).toISOString().slice(0, 10)), ["2026-03-02", "2026-03-03", "2026-03-04"]);
  assert.deepEqual(days.map(({ visits }) => visits), [3, 3, 1], "a visit over midnight is on both days");
  assert.deepEqual(days.map(({ events }) => events), [5, 4, 1]);
  assert.deepEqual(days.map(({ pageviews }) => pageviews), [4, 4, 1]);
  assert.deepEqual(days[0].sources, { Google: 2, Bing: 1 });
  assert.ok(days.every(({ hours }) => hours.length === 24));
});

test("a day's chunk says the same whatever range it is asked for with", async () => {
  const [whole] = [chunks((await ask(SITE, RANGE)).body)];
  for (const [place, day] of ["2026-03-02", "2026-03-03", "2026-03-04"].entries()) {
    const [alone] = chunks((await ask(SITE, day)).body);
    assert.deepEqual(alone.content, whole[place].content, day);
  }
});

test("what the tests of the crate read is what the worker sends", async () => {
  const { body } = await ask(SITE, RANGE);
  if (process.env.PASSERBY_FREEZE) writeFileSync(FIXTURE, body);
  assert.deepEqual(body, readFileSync(FIXTURE));
});

test("a site's objects each give their own", async () => {
  const { body } = await ask(SHARDED, RANGE);
  const days = chunks(body).filter(({ kind }) => kind === "day").map(({ content }) => readDay(content));
  assert.deepEqual(days.map(({ shard, shards }) => [shard, shards]), [0, 0, 0, 1, 1, 1, 2, 2, 2].map((shard) => [shard, 3]));
  const sum = (field) => days.reduce((sum, day) => sum + day[field], 0);
  assert.deepEqual([sum("visits"), sum("events"), sum("pageviews")], [7, 10, 9]);
});

test("the runtime encodes the answer as the browser takes it", async () => {
  const plain = (await ask(SITE, RANGE)).body;
  for (const [accepted, coding, decode] of [
    ["gzip, deflate, br", "br", brotliDecompressSync],
    ["gzip", "gzip", gunzipSync],
    ["br;q=0, identity", undefined, (body) => body],
  ]) {
    const answer = await encoded(`/api/v2/columns?site=${SITE}&range=${RANGE}`, accepted);
    assert.equal(answer.headers["content-encoding"], coding, accepted);
    assert.equal(answer.headers.vary, "accept-encoding");
    assert.deepEqual(decode(answer.body), plain, accepted);
  }
});

test("nothing is sent again as long as nothing has changed", async () => {
  const site = "columns-tag.test";
  await worker.api.putSite(site);
  await bring(site, [view("anna", "2026-03-02T10:00:00Z", "/"), view("bert", "2026-03-05T10:00:00Z", "/")]);
  const tag = async (range) => (await ask(site, range)).headers.get("etag");
  const [second, fifth] = [await tag("2026-03-02"), await tag("2026-03-05")];
  assert.notEqual(second, fifth);
  const unchanged = await ask(site, "2026-03-02", { "if-none-match": second });
  assert.deepEqual([unchanged.status, unchanged.body.length, unchanged.headers.get("etag")], [304, 0, second]);
  // Of a day that nobody has to do with, nothing changes; of a day that gets late events, and of one whose visitor
  // comes again, there is something new.
  await bring(site, [view("cara", "2026-03-02T12:00:00Z", "/late")]);
  assert.equal((await ask(site, "2026-03-05", { "if-none-match": fifth })).status, 304);
  const late = await ask(site, "2026-03-02", { "if-none-match": second });
  assert.equal(late.status, 200);
  assert.equal(readDay(chunks(late.body)[0].content).visits, 2);
  await bring(site, [view("bert", "2026-03-09T10:00:00Z", "/")]);
  assert.equal((await ask(site, "2026-03-05", { "if-none-match": fifth })).status, 200);
});

test("what is no range, no site or nobody's business is refused with a reason", async () => {
  const refused = async (path, key = worker.api.key) => {
    const { status, json } = await worker.api.request("GET", path, { key });
    assert.ok(json.error && json.hint, path);
    return [status, json.code];
  };
  const path = (range, site = SITE) => `/api/v2/columns?site=${site}&range=${range}`;
  for (const range of ["", "28d", "2026-03-02..", "2026-03-04..2026-03-02", "2026-13-01", "2026-03-02T00:00:00Z"]) {
    assert.deepEqual(await refused(path(range)), [400, "invalid_date_range"], range);
  }
  assert.deepEqual(await refused(path("1900-01-01..2026-03-02")), [400, "range_too_long"]);
  assert.deepEqual(await refused(path(RANGE, "nobody.test")), [404, "unknown_site"]);
  assert.deepEqual((await refused(path(RANGE), null))[0], 401);
});

test("no visitor and no time of day finer than an hour is sent", async () => {
  const { body } = await ask(SITE, RANGE);
  for (const name of ["anna", "bert", "cara"]) assert.ok(!body.includes(name), name);
  // The same visits a few minutes later within the same hours are the same bytes.
  const site = "columns-later.test";
  await worker.api.putSite(site, { timezone: "Europe/Tallinn" });
  const later = KNOWN.map((line) => ({
    ...line,
    hostname: SITE,
    visitor: `other ${line.visitor}`,
    timestamp: new Date(Date.parse(line.timestamp) + 7 * 60_000).toISOString(),
  }));
  await bring(site, later);
  assert.deepEqual((await ask(site, RANGE)).body, body);
});
