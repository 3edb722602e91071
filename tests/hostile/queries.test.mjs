// What a query may ask has limits, and each is a clear answer: never a fault, never a long wait.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { Worker } from "../harness/worker.mjs";
import { assertRefused } from "./refusal.mjs";

const SITE = "asked.test";
/** The longest that any answer may take. */
const WITHIN_MS = 1_000;
let worker, api;

before(async () => {
  worker = await Worker.start();
  api = worker.api;
  await api.putSite(SITE, { timezone: "UTC" });
  const events = Array.from({ length: 3_000 }, (_, n) => ({
    name: "pageview",
    visitor: `visitor ${n % 500}`,
    timestamp: new Date(Date.UTC(2026, 1, 1 + (n % 28), n % 24)).toISOString(),
    pathname: `/${"a".repeat(n % 60)}/${n % 300}`,
    props: { plan: "a".repeat(n % 50) },
  }));
  assert.equal((await api.importEvents(SITE, events)).json.accepted, events.length);
});
after(() => worker?.dispose());

async function ask(query, path = "/api/v2/query") {
  const begun = performance.now();
  const answer = await api.owner("POST", path, { site_id: SITE, ...query });
  const took = performance.now() - begun;
  assert.ok(answer.status < 500, `${answer.status} ${answer.text.slice(0, 300)}`);
  assert.ok(took < WITHIN_MS, `${took} ms`);
  return answer;
}

const PLAIN = { metrics: ["visitors"], date_range: "all" };
const nested = (depth) => {
  let filter = ["is", "event:page", ["/"]];
  for (let level = 0; level < depth; level++) filter = ["not", filter];
  return filter;
};

test("ranges that are none", async () => {
  for (const date_range of [
    ["2026-02-30", "2026-03-01"], ["2026-03-02", "2026-03-01"], ["2026-02-01"], [], "someday", 7, null, {},
    ["2026-02-01T00:00:00Z", "2026-01-01T00:00:00Z"], ["-999999-01-01", "2026-01-01"], ["2026-13-01", "2026-14-01"],
  ]) {
    assertRefused(await ask({ ...PLAIN, date_range }), { status: 400, what: JSON.stringify(date_range) });
  }
});

test("ranges without measure are answered within bounds or refused", async () => {
  for (const date_range of [["0001-01-01", "9999-12-31"], ["1970-01-01", "2200-01-01"], ["2026-02-01T00:00:00Z", "9999-12-31T23:59:59Z"]]) {
    for (const dimensions of [["time:minute"], ["time:hour"], ["time:day"], ["time:month"], []]) {
      const answer = await ask({ ...PLAIN, date_range, dimensions });
      if (answer.status === 200) assert.ok(answer.json.results.length <= 10_000 && answer.text.length < 4_000_000, answer.text.length);
      else assertRefused(answer, { status: 400 });
    }
  }
});

test("what is not known is refused with what is", async () => {
  const unknown = [
    [{ ...PLAIN, metrics: ["happiness"] }, /visitors.*bounce_rate/s],
    [{ ...PLAIN, metrics: [] }, /./],
    [{ ...PLAIN, dimensions: ["visit:mood"] }, /visit:source/],
    [{ ...PLAIN, filters: [["is", "visit:mood", ["x"]]] }, /visit:source/],
    [{ ...PLAIN, filters: [["resembles", "event:page", ["x"]]] }, /contains/],
  ];
  for (const [query, lists] of unknown) {
    const answer = await ask(query);
    assertRefused(answer, { status: 400, what: JSON.stringify(query), sent: ["happiness", "mood", "resembles"] });
    assert.match(`${answer.json.error} ${answer.json.hint}`, lists, answer.text);
  }
});

test("patterns that explode elsewhere do not here", async () => {
  for (const pattern of ["(a+)+$", "(a|a)*b", "(a*)*c", "([a-z]+)*=", `${"a?".repeat(30)}${"a".repeat(30)}`, "(x+x+)+y"]) {
    for (const dimension of ["event:page", "event:props:plan"]) {
      const answer = await ask({ ...PLAIN, filters: [["matches", dimension, [pattern]]] });
      if (answer.status !== 200) assertRefused(answer, { status: 400, what: pattern });
    }
  }
  for (const pattern of ["(", "[", "(?<=a)b", "a{1000}{1000}{1000}", "((((((((((a{9}){9}){9}){9}){9}){9}){9}){9}){9}){9})", "a".repeat(100_000)]) {
    const answer = await ask({ ...PLAIN, filters: [["matches", "event:page", [pattern]]] });
    if (answer.status !== 200) assertRefused(answer, { status: 400, what: pattern.slice(0, 60) });
  }
});

test("ten thousand values of a filter are answered, one more is refused", async () => {
  const values = (count) => ({ ...PLAIN, filters: [["is", "event:page", Array.from({ length: count }, (_, n) => `/${n}`)]] });
  assert.equal((await ask(values(10_000))).status, 200);
  assertRefused(await ask(values(10_001)), { status: 400 });
});

test("filters within filters end somewhere", async () => {
  assert.equal((await ask({ ...PLAIN, filters: [nested(3)] })).status, 200);
  // Deeper than JSON is read, and deeper than it is written: neither breaks anything.
  for (const depth of [100, 1_000]) assertRefused(await ask({ ...PLAIN, filters: [nested(depth)] }), { status: 400 });
  const deep = `{"site_id":"${SITE}","metrics":["visitors"],"date_range":"all","filters":${"[".repeat(100_000)}${"]".repeat(100_000)}}`;
  assertRefused(await api.request("POST", "/api/v2/query", { body: deep, key: api.key, headers: { "content-type": "application/json" } }));
});

test("pages without measure", async () => {
  const rows = { ...PLAIN, dimensions: ["event:page"] };
  for (const pagination of [
    { limit: 1e9 }, { limit: 0 }, { limit: -1 }, { offset: -1 }, { limit: 1.5 }, { limit: "10" }, { offset: 1e30 }, { limit: 10_001 },
  ]) {
    const answer = await ask({ ...rows, pagination });
    if (answer.status === 200) assert.ok(answer.json.results.length <= 10_000);
    else assertRefused(answer, { status: 400, what: JSON.stringify(pagination) });
  }
  for (const offset of [2 ** 31, 2 ** 32, 2 ** 53 - 1]) {
    const answer = await ask({ ...rows, pagination: { limit: 10_000, offset } });
    if (answer.status === 200) assert.deepEqual(answer.json.results, []);
    else assertRefused(answer, { status: 400 });
  }
});

test("many queries in one request", async () => {
  const many = (count) => ask({ queries: Array.from({ length: count }, () => ({ ...PLAIN, dimensions: ["event:page"] })) });
  const answer = await many(300);
  if (answer.status !== 200) assertRefused(answer, { status: 400 });
  assert.equal((await many(2)).status, 200);
  assertRefused(await ask({ queries: [] }), { status: 400 });
  // What was asked meanwhile is still answered.
  assert.equal((await ask(PLAIN)).json.results[0].metrics[0], 500);
});
