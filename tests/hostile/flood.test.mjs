// A quarter of a million hostile requests to every route: none breaks anything, each refusal says why in our own words and
// repeats nothing, and those who mean well are counted meanwhile, each once.
//
// PASSERBY_SEED=n repeats a flood, PASSERBY_NIGHTLY=1 sends ten times as many.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { Chance } from "../differential/chance.mjs";
import { pageview } from "../harness/api.mjs";
import { ROOT } from "../harness/paths.mjs";
import { drive } from "../harness/raw_http.mjs";
import { UNLIMITED, Worker } from "../harness/worker.mjs";
import { routes, sample } from "../access/routes.mjs";
import { PLACE, binary, everyKind, flood } from "./flood.mjs";
import { assertRefused } from "./refusal.mjs";

const SEED = Number(process.env.PASSERBY_SEED ?? Math.floor(Math.random() * 2 ** 32));
const COUNT = process.env.PASSERBY_NIGHTLY === "1" ? 2_500_000 : 250_000;
const CONNECTIONS = 24;
/** One in so many requests means well. */
const GOOD_EACH = 1_000;
const FLOODED = "flooded.test";
const BYSTANDER = "bystander.test";
const STRINGS = JSON.parse(readFileSync(join(ROOT, "tests/data/naughty_strings.json"), "utf8"));
/** Statuses that an answer may have. */
const KNOWN = new Set([200, 201, 202, 204, 304, 400, 401, 403, 404, 405, 409, 413, 415, 426, 429]);
/** What the runtime itself answers to a request line that is no address, before anything of ours is asked. */
const OF_THE_RUNTIME = "invalid URI";
let worker, api;

console.log(`seed ${SEED}: repeat with PASSERBY_SEED=${SEED}`);

before(async () => {
  worker = await Worker.start({ env: UNLIMITED });
  api = worker.api;
  for (const site of [FLOODED, BYSTANDER]) await api.putSite(site);
});
after(() => worker?.dispose());

/** What is asked of each route: once as it should be, and once more for each other form of body that it takes. */
async function samples() {
  // Who deletes or breaks the site, or asks for the time, is not who floods it.
  const asked = routes().map(({ route }) => route).filter((route) => !/^DELETE \/api\/v1\/sites\/\{domain\}$|\/test\//.test(route));
  const all = [];
  for (const route of asked) all.push({ route, asked: await sample(route, FLOODED, api) });
  const of = (route) => all.find((one) => one.route === route).asked;
  const more = (route, body, type) => all.push({ route, asked: { ...of(route), body, type } });
  more("POST /e", JSON.stringify(everyKind(FLOODED)), "text/plain");
  more("POST /e", binary(FLOODED), "application/octet-stream");
  more("POST /api/v1/events", JSON.stringify(everyKind(FLOODED)), "application/json");
  more("POST /api/event", JSON.stringify({ n: "Buy", u: `https://${FLOODED}/#x`, d: FLOODED, r: "https://a.test/", p: { plan: PLACE }, $: { amount: "1", currency: "EUR" }, h: 1 }), "text/plain");
  more("POST /api/v2/query", JSON.stringify({
    site_id: FLOODED, date_range: ["2026-01-01", "2026-02-01"], metrics: ["visitors", "bounce_rate"], dimensions: ["visit:source", "time:day"],
    filters: [["and", [["is", "event:page", [PLACE]], ["not", ["matches", "visit:source", ["^a+$"]]]]]], order_by: [["visitors", "desc"]],
    include: { imports: true, total_rows: true, comparisons: { mode: "previous_period" } }, pagination: { limit: 10, offset: 0 },
  }), "application/json");
  assert.equal((await api.importEvents(FLOODED, [{ name: "pageview", visitor: "anna", timestamp: "2026-01-01T00:00:00Z", props: { plan: "=1+1" } }])).status, 200);
  // An export of another format is nothing that is imported, but lines all the same.
  for (const format of ["ndjson", "csv", "parquet"]) {
    const exported = await fetch(`${api.url}/api/v1/export?site=${FLOODED}&format=${format}`, { headers: { authorization: `Bearer ${api.key}` } });
    assert.equal(exported.status, 200);
    more("POST /api/v1/import", Buffer.from(await exported.arrayBuffer()), "text/plain");
  }
  for (const { route, asked: { method, path, body, type, ok } } of all) {
    const answer = await api.request(method, path, { body, key: api.key, headers: type ? { "content-type": type } : {} });
    assert.equal(answer.status, ok ?? 200, `${route} of ${type} as it should be: ${answer.text}`);
  }
  // The owner's key opens what needs one; without it only the door is tested.
  return all.map(({ route, asked }) => ({ route, asked: { key: api.key, ...asked } }));
}

/** Every so often a page view that means well, each of a page of its own. */
function* mixed(hostile, good) {
  let n = 0;
  for (const request of hostile) {
    yield request;
    if (++n % GOOD_EACH !== 0) continue;
    const event = pageview(`https://${BYSTANDER}/${good.length}`);
    good.push(event);
    const body = Buffer.from(JSON.stringify({ v: 1, site: BYSTANDER, events: [event] }));
    const headers = { "content-type": "text/plain", "user-agent": "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0" };
    yield { what: "good", method: "POST", path: "/e", headers, body };
  }
}

test(`${COUNT} hostile requests`, { timeout: COUNT * 4 }, async (t) => {
  const all = await samples();
  const sent = {};
  const statuses = {};
  const took = [];
  const good = [];
  const wrong = [];
  const routesMet = new Set();
  let runtimes = 0;
  const answered = (request, { status, headers, body }, ms) => {
    took.push(ms);
    statuses[status] = (statuses[status] ?? 0) + 1;
    if (request.what === "good") return assert.equal(body.toString(), '{"results":[{"outcome":"accepted"}]}');
    sent[request.what] = (sent[request.what] ?? 0) + 1;
    routesMet.add(request.route);
    try {
      assert.ok(KNOWN.has(status), `${status}`);
      if (status < 400) return;
      const text = body.toString();
      const isFile = !request.path.startsWith("/api/") && !request.path.startsWith("/e?");
      const json = () => { try { return JSON.parse(text); } catch { return null; } };
      if (status === 400 && text === OF_THE_RUNTIME) runtimes++;
      else if (isFile) assert.ok(!text.includes(request.mark) && !JSON.stringify([...headers]).includes(request.mark), "repeats what was sent");
      else assertRefused({ status, headers, text, json: json() }, { sent: request.mark });
    } catch (error) {
      // A few are enough to see what is the matter.
      const { route, what, path, body } = request;
      if (wrong.length < 5) wrong.push(`${what} of ${route}: ${path.slice(0, 200)} ${body?.toString("latin1").slice(0, 300)}: ${error.message}`);
    }
  };
  const begun = performance.now();
  const requests = mixed(flood({ samples: all, strings: STRINGS, chance: new Chance(SEED), count: COUNT }), good);
  await drive({ port: worker.port, connections: CONNECTIONS, requests, answered }).catch((error) => {
    throw new Error(`${error.message}\nthe worker said: ${worker.process.exitCode} ${worker.process.signalCode} ${worker.log.slice(-2_000)} ${Object.values(sent)}`, { cause: error });
  });
  const seconds = (performance.now() - begun) / 1000;

  assert.deepEqual(wrong, []);
  const total = Object.values(sent).reduce((sum, each) => sum + each);
  assert.ok(total >= COUNT, `${total} were sent`);
  assert.ok(runtimes < total / 20, `${runtimes} never came to the collector`);
  assert.equal(routesMet.size, new Set(all.map(({ route }) => route)).size, "to every route");
  took.sort((a, b) => a - b);
  const at = (share) => took[Math.floor(took.length * share)].toFixed(1);
  t.diagnostic(`${total} requests in ${seconds.toFixed(0)} s: p50 ${at(0.5)} ms, p99 ${at(0.99)} ms, p99.9 ${at(0.999)} ms, longest ${took.at(-1).toFixed(0)} ms`);
  t.diagnostic(`by what was done: ${JSON.stringify(sent)}`);
  t.diagnostic(`by status: ${JSON.stringify(statuses)}, ${runtimes} by the runtime; ${(worker.memory() / 2 ** 20).toFixed(0)} MiB of memory`);
  assert.ok(!/panic|uncaught|RuntimeError/i.test(worker.log), worker.log.slice(-1_000));
  assert.ok(!worker.log.includes("canary-"), "the log repeats what was sent");

  const pages = await api.counts(BYSTANDER, "event:page", "pageviews", { pagination: { limit: 10_000 } });
  assert.equal(good.length, Math.floor(total / GOOD_EACH));
  assert.deepEqual(Object.values(pages).filter((views) => views !== 1), []);
  assert.equal(Object.keys(pages).length, good.length, "each of the others' page views is counted once");
});
