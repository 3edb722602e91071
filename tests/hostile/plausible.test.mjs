// Plausible's endpoint, where strangers' programs send: bad input there.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { Worker } from "../harness/worker.mjs";
import { assertRefused, tally } from "./refusal.mjs";
import { bytes, seeded } from "./seeded.mjs";

const SITE = "plausible.test";
const SECOND = "second.test";
const MARK = "canary-41d0c2";
let worker, api;

before(async () => {
  worker = await Worker.start();
  api = worker.api;
  await api.putSite(SITE);
  await api.putSite(SECOND);
});
after(() => worker.dispose());

const post = (body, headers = {}) =>
  api.request("POST", "/api/event", { body, headers: { "content-type": "text/plain", ...headers } });
const send = (more, headers) =>
  post(JSON.stringify({ name: "pageview", url: `https://${SITE}/`, domain: SITE, ...more }), headers);

test("what cannot be an event is refused", async () => {
  for (const [what, more, status, code] of [
    ["an unknown site", { domain: `${MARK}.test` }, 404, "unknown_site"],
    ["no site", { domain: undefined }, 400, "missing_field"],
    ["an empty site", { domain: " , " }, 400, "missing_field"],
    ["a site that is a list", { domain: [SITE] }, 400, "malformed"],
    ["11 sites", { domain: Array.from({ length: 11 }, (_, n) => `${n}.${SITE}`).join() }, 413, "too_many_events"],
    ["no name", { name: undefined }, 400, "missing_field"],
    ["an empty name", { name: "" }, 400, "missing_field"],
    ["a name that is a number", { name: 7 }, 400, "malformed"],
    ["a name of 121 bytes", { name: MARK.padEnd(121, "x") }, 413, "text_too_long"],
    ["no address", { url: undefined }, 400, "missing_field"],
    ["an address that is none", { url: MARK }, 400, "bad_url"],
    ["a name twice", { n: MARK }, 400, "malformed"],
    ["31 properties", { props: Object.fromEntries(Array.from({ length: 31 }, (_, n) => [`k${n}`, 1])) }, 413, "too_many_props"],
    ["properties that are text", { props: MARK }, 400, "bad_field"],
  ]) {
    assertRefused(await send(more), { status, code, sent: MARK, what });
  }
  for (const body of ["", "{", "[]", "null", '"text"', "[".repeat(60_000), `{"n":"\\ud800${MARK}"}`, `{"e":1e999}`]) {
    assertRefused(await post(body), { status: 400, code: "malformed", sent: MARK, what: body.slice(0, 20) });
  }
  assertRefused(await post("x".repeat(65_537)), { status: 413, code: "body_too_large" });
  assertRefused(await send({}, { "content-type": "text/html" }), { status: 415 });
  for (const method of ["GET", "PUT", "DELETE"]) {
    assertRefused(await api.request(method, "/api/event"), { status: 405, code: "method_not_allowed", what: method });
  }
});

test("300 strings of random bytes are refused", async () => {
  const next = seeded(300);
  for (let n = 0; n < 300; n++) assertRefused(await post(bytes(next, next() % 400)), { what: `random string ${n}` });
});

test("numbers out of any range do not break an event", async () => {
  const before = await tally(api, SITE);
  for (const more of [
    { w: 1e300 }, { w: -5 }, { sd: -1, name: "engagement" }, { sd: 1e9, e: -1e9, name: "engagement" },
    { e: 1e300, name: "engagement" }, { revenue: { amount: "1e400", currency: "EUR" } }, { revenue: MARK }, { h: MARK },
    { props: { a: 1e308, b: null, c: [1], d: { e: 1 } } },
  ]) {
    const answer = await send(more);
    assert.equal(answer.status, 202, `${JSON.stringify(more)}: ${answer.text}`);
    assert.equal(answer.headers.get("x-passerby-dropped"), null);
  }
  assert.equal((await tally(api, SITE)).received, before.received + 9);
  await api.totals(SITE, ["pageviews", "visitors", "visit_duration"]);
});

test("what is left out on purpose is said so in a header, as Plausible does", async () => {
  const robot = await send({}, { "user-agent": "Googlebot/2.1 (+http://www.google.com/bot.html)" });
  assert.deepEqual([robot.status, robot.headers.get("x-passerby-dropped")], [202, "bot"]);
  const gpc = await send({}, { "sec-gpc": "1" });
  assert.deepEqual([gpc.status, gpc.headers.get("x-passerby-dropped")], [202, "gpc"]);
  const spam = await send({ referrer: "http://semalt.com/" });
  assert.deepEqual([spam.status, spam.headers.get("x-passerby-dropped")], [202, "spam_referrer"]);
});

test("an event for several sites counts once for each, or for none", async () => {
  const count = async () => Promise.all([SITE, SECOND].map(async (site) => (await tally(api, site)).received));
  const before = await count();
  const answer = await send({ domain: `${SITE},${SECOND},${SITE}` });
  assert.equal(answer.status, 202);
  assert.deepEqual(await count(), before.map((received) => received + 1));
  assertRefused(await send({ domain: `${SITE},unknown.test` }), { status: 404, code: "unknown_site" });
  assert.deepEqual(await count(), before.map((received) => received + 1));
});
