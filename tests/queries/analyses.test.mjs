// Funnels, journeys, retention and quantiles over HTTP, from events in the journal and in segments.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { Worker } from "../harness/worker.mjs";

const SITE = "analyses.test";
const RANGE = ["2026-03-02", "2026-03-22"];

let worker;
before(async () => {
  worker = await Worker.start({ env: { PASSERBY_JOURNAL_EVENTS: "12" } });
  await worker.api.putSite(SITE, { timezone: "Europe/Tallinn", goals: [{ event: "Signup" }] });
});
after(() => worker?.dispose());

const ask = (what, question) =>
  worker.api.mustOwner("POST", `/api/v2/${what}`, { site_id: SITE, date_range: RANGE, ...question });

async function bring(lines) {
  const body = lines.map((line) => JSON.stringify({ hostname: SITE, ...line })).join("\n");
  const answer = await worker.api.request("POST", `/api/v1/import?site=${SITE}`, {
    body,
    key: worker.api.key,
    headers: { "content-type": "application/x-ndjson" },
  });
  assert.equal(answer.json?.accepted, lines.length, answer.text);
}

const view = (visitor, timestamp, pathname) => ({ name: "pageview", visitor, timestamp, pathname });

test("people on their way through a site", async (t) => {
  await bring([
    view("anna", "2026-03-02T10:00:00Z", "/"),
    view("anna", "2026-03-02T10:01:00Z", "/pricing"),
    { ...view("anna", "2026-03-02T10:02:00Z", "/pricing"), name: "Signup" },
    view("anna", "2026-03-10T10:00:00Z", "/docs"),
    view("bert", "2026-03-02T11:00:00Z", "/"),
    view("bert", "2026-03-02T11:05:00Z", "/docs"),
    view("bert", "2026-03-02T11:06:00Z", "/pricing"),
  ]);
  await bring([
    view("cara", "2026-03-03T09:00:00Z", "/pricing"),
    view("cara", "2026-03-03T09:01:00Z", "/"),
    view("anna", "2026-03-17T10:00:00Z", "/"),
    view("dora", "2026-03-12T09:00:00Z", "/"),
    view("dora", "2026-03-18T09:00:00Z", "/"),
    view("dora", "2026-03-18T09:10:00Z", "/pricing"),
  ]);
  const steps = [
    ["is", "event:page", ["/"]],
    { name: "Prices", filter: ["is", "event:page", ["/pricing"]] },
    ["is", "event:goal", ["Signup"]],
  ];
  await t.test("a funnel counts who gets how far", async () => {
    const { results } = await ask("funnel", { steps });
    assert.deepEqual(results.map(({ visitors }) => visitors), [4, 3, 1]);
    assert.deepEqual(results.map(({ name }) => name), [null, "Prices", null]);
    assert.deepEqual(results[1].conversion_rate, 75);
    assert.deepEqual([results[1].drop_off, results[1].drop_off_rate], [2, 66.67]);
  });
  await t.test("strictly, and within a window", async () => {
    const visitors = async (more) => (await ask("funnel", { steps, ...more })).results.map((row) => row.visitors);
    assert.deepEqual(await visitors({ order: "strict" }), [4, 2, 1]);
    assert.deepEqual(await visitors({ window_seconds: 300 }), [4, 1, 1]);
    assert.deepEqual(await visitors({ filters: [["is", "visit:entry_page", ["/docs"]]] }), [0, 0, 0]);
  });
  await t.test("journeys lead on from a page and back from it", async () => {
    const start = ["is", "event:page", ["/"]];
    const { results } = await ask("journeys", { start, depth: 2 });
    const shape = ({ kind, value, visits, steps }) => [kind, value, visits, ...steps.map(shape)];
    assert.deepEqual([results.visits, results.visitors, results.ends], [6, 4, 3]);
    assert.deepEqual(results.steps.map(shape), [
      ["page", "/pricing", 2, ["event", "Signup", 1]],
      ["page", "/docs", 1, ["page", "/pricing", 1]],
    ]);
    const before = await ask("journeys", { start: ["is", "event:page", ["/pricing"]], direction: "previous", depth: 1 });
    assert.deepEqual(before.results.steps.map(shape), [["page", "/", 2], ["page", "/docs", 1]]);
  });
  await t.test("one way is followed where it is asked for, then the most frequent step", async () => {
    const shape = ({ value, visits, steps }) => [value, visits, ...steps.map(shape)];
    const start = ["is", "event:page", ["/"]];
    const follow = async (along, more) => (await ask("journeys", { start, depth: 2, along, ...more })).results;
    assert.deepEqual((await follow([])).steps.map(shape), [["/pricing", 2, ["Signup", 1]], ["/docs", 1]]);
    const docs = [{ kind: "page", value: "/docs" }];
    const all = [["/pricing", 2], ["/docs", 1, ["/pricing", 1]]];
    assert.deepEqual((await follow(docs)).steps.map(shape), all);
    assert.deepEqual((await follow(docs, { limit: 1 })).steps.map(shape), all, "what is followed is never left out");
    assert.equal((await follow(docs, { limit: 1 })).others, 0);
    const nowhere = await follow([{ kind: "event", value: "/docs" }]);
    assert.deepEqual(nowhere.steps.map(shape), [["/pricing", 2], ["/docs", 1]]);
    for (const along of ["/docs", [{ kind: "page" }], [{ kind: "goal", value: "Signup" }], Array(5).fill(docs[0])]) {
      const answer = await worker.api.owner("POST", "/api/v2/journeys", { site_id: SITE, date_range: RANGE, along });
      assert.deepEqual([answer.status, answer.json.code], [400, "invalid_journey"], answer.text);
    }
  });
  await t.test("retention counts who comes again, week by week", async () => {
    const { results } = await ask("retention", { unit: "week" });
    const grid = results.map(({ cohort, retained }) => [cohort, ...retained.map(({ visitors }) => visitors)]);
    assert.deepEqual(grid, [["2026-03-02", 3, 1, 1], ["2026-03-09", 1, 1]]);
  });
  await t.test("several questions are answered in one request", async () => {
    const { results } = await worker.api.mustOwner("POST", "/api/v2/funnel", {
      site_id: SITE,
      queries: [{ date_range: RANGE, steps: steps.slice(0, 2) }, { date_range: RANGE, steps: [] }],
    });
    assert.deepEqual(results[0].results.map(({ visitors }) => visitors), [4, 3]);
    assert.deepEqual([results[1].status, results[1].code], [400, "invalid_funnel"]);
  });
  await t.test("one more event is counted at once, in whichever place its visitor was", async () => {
    await bring([view("dora", "2026-03-18T09:20:00Z", "/docs")]);
    const { results } = await ask("journeys", { start: ["is", "event:page", ["/pricing"]], depth: 1 });
    const next = results.steps.map(({ kind, value, visits }) => [kind, value, visits]);
    assert.deepEqual(next, [["page", "/", 1], ["page", "/docs", 1], ["event", "Signup", 1]]);
  });
});

test("requests have quantiles within a percent, and error rates", async () => {
  const durations = Array.from({ length: 200 }, (_, n) => 5 + n * 7);
  await bring(
    durations.map((duration_ms, n) => ({
      name: "request",
      visitor: `client ${n % 9}`,
      timestamp: "2026-03-20T12:00:00Z",
      pathname: "/",
      request: { method: "GET", route: "/users/:id", status: n < 10 ? 503 : 200, duration_ms },
    })),
  );
  const { results } = await ask("query", {
    metrics: ["events", "p50", "p75", "p95", "p99", "error_rate"],
    dimensions: ["event:route"],
    filters: [["is", "event:method", ["GET"]]],
  });
  const [{ dimensions, metrics }] = results;
  assert.deepEqual([dimensions, metrics[0], metrics[5]], [["/users/:id"], 200, 5]);
  for (const [place, share] of [0.5, 0.75, 0.95, 0.99].entries()) {
    const exact = durations[Math.ceil(share * durations.length) - 1];
    assert.ok(Math.abs(metrics[place + 1] - exact) <= exact / 100, `${share}: ${metrics[place + 1]} for ${exact}`);
  }
});

test("what can be asked is listed, and each of it can be", async () => {
  const catalogue = await worker.api.mustOwner("GET", "/api/v2/dimensions");
  for (const { name } of catalogue.dimensions) {
    const dimension = name.replace("<name>", "plan");
    const metrics = [dimension === "visit:exit_page" ? "visits" : "visitors"];
    await ask("query", { metrics, dimensions: [dimension], ...(name === "time:minute" ? { date_range: "24h" } : {}) });
  }
  const wrong = await worker.api.owner("POST", "/api/v2/query", { site_id: SITE, date_range: "7d", metrics: ["all"] });
  assert.equal(wrong.status, 400);
  for (const { name } of catalogue.metrics) assert.match(wrong.json.hint, new RegExp(`\\b${name}\\b`));
  assert.equal((await worker.api.request("GET", "/api/v2/dimensions")).status, 401);
});

test("questions without end are bounded", async () => {
  const refused = async (question) => {
    const answer = await worker.api.owner("POST", "/api/v2/query", { site_id: SITE, date_range: RANGE, metrics: ["visitors"], ...question });
    assert.equal(answer.status, 400, answer.text.slice(0, 200));
    assert.ok(answer.json.code && answer.json.hint, answer.text);
  };
  const values = (count) => Array.from({ length: count }, (_, n) => `/${n}`);
  const many = await ask("query", { metrics: ["visitors"], filters: [["is", "event:page", values(10_000)]] });
  assert.deepEqual(many.results[0].metrics, [0]);
  await refused({ filters: [["is", "event:page", values(10_001)]] });
  await refused({ filters: [["matches", "event:page", values(101)]] });
  await refused({ filters: [["matches", "event:page", ["((a{1000}){1000}){1000}"]]] });
  await refused({ filters: [Array.from({ length: 60 }).reduce((inner) => ["not", inner], ["is", "event:page", ["/"]])] });
  await refused({ pagination: { limit: 10_001 } });
  await refused({ dimensions: ["time:minute"], date_range: ["1990-01-01", "2026-01-01"] });
  await refused({ date_range: ["2026-03-22", "9999999-01-01"] });
});
