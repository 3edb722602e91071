// How an API did, asked by plain GET requests, from events in the journal and in segments, of one object and of several.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { Worker } from "../harness/worker.mjs";

const DAY = new Date(Date.now() - 2 * 86_400_000).toISOString().slice(0, 10);
const SITES = { "one.test": 1, "three.test": 3 };

let worker;
before(async () => {
  // So few that most of them are in segments when they are asked for.
  worker = await Worker.start({ env: { PASSERBY_JOURNAL_EVENTS: "4" } });
  for (const [site, shards] of Object.entries(SITES)) {
    await worker.api.putSite(site, { timezone: "UTC", shards });
    const answer = await worker.api.importEvents(site, events);
    assert.equal(answer.json?.accepted, events.length, answer.text);
  }
});
after(() => worker?.dispose());

const request = (minute, visitor, method, route, status, duration_ms) => ({
  name: "request",
  visitor,
  timestamp: `${DAY}T10:${minute}:30Z`,
  pathname: "/",
  request: { method, route, status, duration_ms, bytes_in: 0, bytes_out: 10 },
});
const events = [
  request("01", "a", "GET", "/users/:id", 200, 10),
  request("01", "b", "GET", "/users/:id", 200, 30),
  request("02", "c", "GET", "/users/:id", 404, 20),
  request("03", "d", "POST", "/orders", 500, 400),
  request("04", "e", "POST", "/orders", 201, 100),
  request("05", "f", "GET", "/users/:id", 0, 5),
  { name: "pageview", visitor: "a", timestamp: `${DAY}T10:01:00Z`, pathname: "/" },
  { name: "query", visitor: "s", timestamp: `${DAY}T10:01:00Z`, pathname: "/", query: { system: "redis", fingerprint: "GET ?", duration_ms: 1, rows: 3 } },
];

const ask = async (site, report, more = {}) => {
  const parameters = new URLSearchParams({ site, since: DAY, until: DAY, ...more });
  const { results } = await worker.api.mustOwner("GET", `/api/v1/requests/${report}?${parameters}`);
  return results.map((row) => [...row.dimensions, ...row.metrics]);
};
const moment = (minute) => Date.parse(`${DAY}T10:${minute}:30Z`) / 1000;

for (const site of Object.keys(SITES)) {
  test(`reports of requests at ${site}`, async () => {
    assert.deepEqual(await ask(site, "traffic"), [
      ["GET", "/users/:id", 4, 25, 65, moment("05")],
      ["POST", "/orders", 2, 50, 500, moment("04")],
    ]);
    assert.deepEqual((await ask(site, "errors")).map((row) => row.slice(0, 4)), [
      ["GET", "/users/:id", "0", 1],
      ["GET", "/users/:id", "404", 1],
      ["POST", "/orders", "500", 1],
    ]);
    assert.deepEqual((await ask(site, "perf")).map(([, route]) => route), ["/orders", "/users/:id"]);
    const whole = [
      [`${DAY} 10:05:00`, "GET", "/users/:id", "0", "5", 1],
      [`${DAY} 10:04:00`, "POST", "/orders", "201", "100", 1],
      [`${DAY} 10:03:00`, "POST", "/orders", "500", "400", 1],
      [`${DAY} 10:02:00`, "GET", "/users/:id", "404", "20", 1],
      [`${DAY} 10:01:00`, "GET", "/users/:id", "200", "10", 1],
      [`${DAY} 10:01:00`, "GET", "/users/:id", "200", "30", 1],
    ];
    const log = async (more) => (await ask(site, "logs", more)).map((row) => row.slice(0, 6));
    assert.deepEqual(await log(), whole);
    assert.deepEqual((await log({ method: "POST" })).map((row) => row[4]), ["100", "400"]);
    for (const [min_ms, expected] of [[5, 6], [6, 5], [20, 4], [30, 3], [31, 2], [100, 2], [101, 1], [400, 1], [401, 0], [4000, 0]]) {
      assert.equal((await log({ min_ms })).length, expected, `${min_ms} ms or more`);
    }
    // Page by page, by the cursor that each page gives.
    const pages = [];
    let cursor;
    do {
      const parameters = new URLSearchParams({ site, since: DAY, until: DAY, limit: 2, ...(cursor && { cursor }) });
      const page = await worker.api.mustOwner("GET", `/api/v1/requests/logs?${parameters}`);
      pages.push(...page.results.map((row) => [...row.dimensions, row.metrics[0]]));
      cursor = page.next;
    } while (cursor);
    assert.deepEqual(pages, whole);
    assert.equal((await ask(site, "logs", { limit: 2 })).length, 2);
    assert.deepEqual((await ask(site, "logs", { search: "ORDERS", status: "5xx" })).map((row) => row[3]), ["500"]);
  });

  test(`sums, rows, first and last moments and steps at ${site}`, async () => {
    const query = async (question) => {
      const { results } = await worker.api.query(site, { date_range: [DAY, DAY], ...question });
      return results.map((row) => [...row.dimensions, ...row.metrics]);
    };
    const method = [["is_not", "event:method", ["(none)"]]];
    assert.deepEqual(await query({ metrics: ["sum", "first_seen", "last_seen"], filters: method }), [[565, moment("01"), moment("05")]]);
    assert.deepEqual(await query({ metrics: ["rows", "sum"], dimensions: ["event:system"], filters: [["is", "event:system", ["redis"]]] }), [["redis", 3, 1]]);
    const steps = await query({ metrics: ["events"], dimensions: ["event:measure"], filters: method, order_by: [["event:measure", "asc"]] });
    assert.deepEqual(steps, [["10", 1], ["100", 1], ["20", 1], ["30", 1], ["400", 1], ["5", 1]]);
  });
}

test("what is no parameter is refused, and a site that is not there", async () => {
  const status = async (path) => (await worker.api.owner("GET", path)).status;
  assert.equal(await status("/api/v1/requests/logs?site=one.test&limit=0"), 400);
  assert.equal(await status("/api/v1/requests/logs?site=one.test&status=(a%2B)%2B"), 400);
  assert.equal(await status(`/api/v1/requests/logs?site=one.test&since=${DAY}`), 400);
  assert.equal(await status("/api/v1/requests/logs?site=one.test&min_ms=fast"), 400);
  assert.equal(await status("/api/v1/requests/logs?site=one.test&cursor=1"), 400);
  assert.equal(await status("/api/v1/requests/logs?site=nowhere.test"), 404);
  assert.equal(await status("/api/v1/requests/everything?site=one.test"), 404);
});
