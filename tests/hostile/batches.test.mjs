// Batches that are wrong: each is refused clearly, counted by its reason, and harms nothing else.
import assert from "node:assert/strict";
import { request } from "node:http";
import { after, before, test } from "node:test";
import { eventId, pageview } from "../harness/api.mjs";
import { Worker } from "../harness/worker.mjs";
import { number, pageviews, text } from "./binary_batch.mjs";
import { assertRefused, tally } from "./refusal.mjs";
import { bytes, seeded } from "./seeded.mjs";

const SITE = "hostile.test";
const MARK = "canary-5f1c9a";
let worker, api;

before(async () => {
  worker = await Worker.start();
  api = worker.api;
  await api.putSite(SITE);
});
after(() => worker.dispose());

const post = (body, headers = {}) =>
  api.request("POST", "/e", { body, headers: { "content-type": "text/plain", ...headers } });
const postJson = (batch) => post(JSON.stringify(batch));

/** A page view of the healthy kind is counted, as ever. */
async function othersAreUnharmed() {
  const before = await api.totals(SITE, ["pageviews"]);
  const answer = await api.send(SITE, [pageview(`https://${SITE}/unharmed`)]);
  assert.deepEqual([answer.status, answer.json], [200, { results: [{ outcome: "accepted" }] }]);
  const after = await api.totals(SITE, ["pageviews"]);
  assert.equal(after.pageviews, before.pageviews + 1);
}

test("the encoder of these tests writes what the collector reads", async () => {
  const answer = await post(pageviews(SITE, [`https://${SITE}/a`, `https://${SITE}/b`]));
  assert.deepEqual(answer.json, { results: [{ outcome: "accepted" }, { outcome: "accepted" }] });
});

test("a batch cut at any length is refused", async () => {
  const whole = pageviews(SITE, [`https://${SITE}/${MARK}/1`, `https://${SITE}/${MARK}/2`]);
  const json = Buffer.from(JSON.stringify({ v: 1, site: SITE, events: [pageview(`https://${SITE}/${MARK}`)] }));
  const before = await tally(api, SITE);
  for (const batch of [whole, json]) {
    for (let length = 0; length < batch.length; length++) {
      assertRefused(await post(batch.subarray(0, length)), { status: 400, sent: MARK, what: `cut at ${length}` });
    }
  }
  assert.deepEqual(await tally(api, SITE), before, "nothing of a cut batch is counted");
  await othersAreUnharmed();
});

test("a batch with bytes left over is refused", async () => {
  const batch = Buffer.concat([pageviews(SITE, [`https://${SITE}/`]), Buffer.from(MARK)]);
  assertRefused(await post(batch), { status: 400, code: "malformed", sent: MARK });
});

test("1,000 strings of random bytes are refused, each with a reason", async () => {
  const next = seeded(20261121);
  const bodies = Array.from({ length: 1000 }, (_, n) => {
    const random = bytes(next, next() % 600);
    // A quarter begins as a batch does, and a quarter as JSON does, so that more than the first byte is read.
    if (n % 4 === 1) random[0] = 1;
    if (n % 4 === 2) random[0] = 0x7b;
    if (n % 4 === 3) return Buffer.concat([pageviews(SITE, []).subarray(0, 4 + (next() % 26)), random]);
    return random;
  });
  const before = await tally(api, SITE);
  const queue = bodies.entries();
  const worker = async () => {
    for (const [n, body] of queue) assertRefused(await post(body), { what: `random string ${n}` });
  };
  await Promise.all(Array.from({ length: 8 }, worker));
  assert.equal((await tally(api, SITE))["accepted/accepted"], before["accepted/accepted"]);
  await othersAreUnharmed();
});

test("a batch with one bit turned never breaks the collector", async () => {
  const next = seeded(7);
  const whole = pageviews(SITE, [`https://${SITE}/bits`, `https://${SITE}/bits/more`]);
  for (let n = 0; n < 400; n++) {
    const turned = Buffer.from(whole);
    turned[next() % turned.length] ^= 1 << next() % 8;
    const answer = await post(turned);
    if (answer.status !== 200) assertRefused(answer, { what: `bit turned, ${n}` });
  }
  await othersAreUnharmed();
});

test("each thing that is wrong with a batch has its status and code", async () => {
  const good = pageview(`https://${SITE}/`);
  const many = (count) => Array.from({ length: count }, () => pageview(`https://${SITE}/`));
  const event = (more) => ({ v: 1, site: SITE, events: [{ ...good, ...more }] });
  const props = (count) => Object.fromEntries(Array.from({ length: count }, (_, n) => [`k${n}`, "v"]));
  const cases = [
    ["no such site", { site: `${MARK}.test`, events: [good] }, 404, "unknown_site"],
    ["a site that is no domain", { site: `<${MARK}>`, events: [good] }, 404, "unknown_site"],
    ["a site's name of 300 bytes", { site: MARK.repeat(22), events: [good] }, 413, "text_too_long"],
    ["no site", { events: [good] }, 400, "missing_field"],
    ["an empty site", { site: "", events: [good] }, 400, "missing_field"],
    ["a site that is a number", { site: 7, events: [good] }, 400, "bad_field"],
    ["no events", { site: SITE }, 400, "missing_field"],
    ["events that are an object", { site: SITE, events: {} }, 400, "malformed"],
    ["an empty batch", { site: SITE, events: [] }, 400, "malformed"],
    ["an unknown version", { v: 3, site: SITE, events: [good] }, 400, "unknown_version"],
    ["101 events", { site: SITE, events: many(101) }, 413, "too_many_events"],
    ["an event that is text", { site: SITE, events: [MARK] }, 400, "malformed"],
    ["an event that is null", { site: SITE, events: [null] }, 400, "malformed"],
    ["no name", event({ name: undefined }), 400, "missing_field"],
    ["an empty name", event({ name: "" }), 400, "missing_field"],
    ["a name of 121 bytes", event({ name: MARK.padEnd(121, "x") }), 413, "text_too_long"],
    ["no address", event({ url: undefined }), 400, "missing_field"],
    ["an address that is none", event({ url: MARK }), 400, "bad_url"],
    ["an address of another scheme", event({ url: `javascript:alert("${MARK}")` }), 400, "bad_url"],
    ["an address of 9,000 bytes", event({ url: `https://${SITE}/${MARK.repeat(650)}` }), 413, "text_too_long"],
    ["an id that is none", event({ id: MARK }), 400, "bad_field"],
    ["an age below zero", event({ age_ms: -1 }), 400, "bad_field"],
    ["an age that is text", event({ age_ms: MARK }), 400, "bad_field"],
    ["an age over a day", event({ age_ms: 86_400_001 }), 400, "too_old"],
    ["an age over 32 bits", event({ age_ms: 2 ** 53 }), 400, "too_old"],
    ["31 properties", event({ props: props(31) }), 413, "too_many_props"],
    ["properties that are a list", event({ props: [MARK] }), 400, "bad_field"],
    ["a property that is an object", event({ props: { a: { b: MARK } } }), 400, "bad_field"],
    ["a property of 2,001 bytes", event({ props: { a: MARK.padEnd(2001, "x") } }), 413, "text_too_long"],
    ["a key of 301 bytes", event({ props: { [MARK.padEnd(301, "x")]: "v" } }), 413, "text_too_long"],
    ["money without a currency", event({ revenue: { amount: 1 } }), 400, "missing_field"],
    ["money of no currency", event({ revenue: { amount: 1, currency: MARK } }), 400, "bad_field"],
    ["money that is no number", event({ revenue: { amount: MARK, currency: "EUR" } }), 400, "bad_field"],
    ["a depth of 101 percent", event({ name: "engagement", scroll_depth: 101 }), 400, "bad_field"],
    ["a kind without what it must have", event({ name: "component", component: {} }), 400, "missing_field"],
    ["a kind whose fields are none", event({ name: "component", component: [] }), 400, "bad_field"],
  ];
  for (const [what, batch, status, code] of cases) {
    assertRefused(await postJson(batch), { status, code, sent: MARK, what });
  }
  await othersAreUnharmed();
});

test("a binary batch that lies about lengths is refused without being believed", async () => {
  const head = [1, ...text(SITE), ...number(1440), ...bytes(seeded(1), 12), ...number(0)];
  const huge = number(2n ** 63n);
  const cases = [
    ["2^63 events", [...head, ...huge], 413],
    ["101 events", [...head, ...number(101)], 413],
    ["a text of 2^62 bytes", [1, ...huge], 400],
    ["a repeated text that was never written", [...head, 1, 0, 0, 0, ...number(2 * 900 + 1)], 400],
    ["a number that never ends", [...head, ...Array(40).fill(255)], 400],
    ["2^63 properties", [...head, 1, 64, 0, 0, ...text(`https://${SITE}/`), ...huge], 400],
    ["a text that is no UTF-8", [1, 4, 0xc3, 0x28], 400],
    ["an unknown kind", [...head, 1, 15, 0, 0, ...text(`https://${SITE}/`)], 400],
    ["version 0", [0, ...head.slice(1), 0], 400],
    ["version 255", [255, ...head.slice(1), 0], 400],
  ];
  for (const [what, body, status] of cases) assertRefused(await post(Buffer.from(body)), { status, what });
  await othersAreUnharmed();
});

test("hostile JSON has one documented answer each", async () => {
  const id = eventId();
  const one = (more) => `{"site":"${SITE}","events":[{"name":"pageview","url":"https://${SITE}/","id":"${eventId()}"${more}}]}`;
  const refused = [
    ["a million brackets", "[".repeat(60_000)],
    ["nesting of 30,000 objects", `{"site":"${SITE}","events":${'{"a":'.repeat(10_000)}1${"}".repeat(10_000)}}`],
    ["nesting within an event", one(`,"props":${"[".repeat(200)}${"]".repeat(200)}`)],
    ["a number beyond all numbers", one(`,"age_ms":1e999`)],
    ["a number of 5,000 digits", one(`,"age_ms":${"9".repeat(5000)}`)],
    ["not a number", one(`,"age_ms":NaN`)],
    ["a lone surrogate", one(`,"referrer":"\\ud800${MARK}"`)],
    ["a byte order mark", `\ufeff${one("")}`],
    ["a trailing comma", one(",")],
    ["a comment", `${one("")}/*${MARK}*/`],
    ["two documents", one("") + one("")],
    ["an unfinished text", `{"site":"${MARK}`],
    ["a control character in a text", one(`,"referrer":"\u0001"`)],
    ["single quotes", `{'site':'${MARK}'}`],
  ];
  for (const [what, body] of refused) assertRefused(await post(body), { status: 400, sent: MARK, what });
  // Of a key that occurs twice the last counts.
  const twice = await post(one(`,"id":"${id}"`));
  assert.deepEqual(twice.json, { results: [{ outcome: "accepted" }] });
  const again = await post(one(`,"id":"${id}"`));
  assert.deepEqual(again.json, { results: [{ outcome: "duplicate" }] });
  // Unknown fields, also of every object's own inheritance, say nothing.
  const unknown = await post(one(`,"__proto__":{"a":1},"constructor":null,"ip":"203.0.113.1","user_agent":"x","timestamp":0`));
  assert.deepEqual(unknown.json, { results: [{ outcome: "accepted" }] });
  await othersAreUnharmed();
});

test("one bad event does not harm the others of its batch", async () => {
  const site = "mixed.test";
  await api.putSite(site);
  const id = eventId();
  const answer = await api.send(site, [
    pageview(`https://${site}/a`),
    pageview("nonsense"),
    { name: "pageview" },
    pageview(`https://${site}/b`, { age_ms: 86_400_001 }),
    pageview(`https://${site}/c`, { id }),
    pageview(`https://${site}/c`, { id }),
    pageview(`https://${site}/d`, { referrer: "http://semalt.com/" }),
  ]);
  assert.equal(answer.status, 200);
  assert.deepEqual(answer.json.results, [
    { outcome: "accepted" },
    { outcome: "invalid", reason: "bad_url" },
    { outcome: "invalid", reason: "missing_field" },
    { outcome: "too_old" },
    { outcome: "accepted" },
    { outcome: "duplicate" },
    { outcome: "filtered", reason: "spam_referrer" },
  ]);
  assert.deepEqual(await tally(api, site), {
    received: 7,
    "accepted/accepted": 2,
    "duplicate/duplicate": 1,
    "filtered/spam_referrer": 1,
    "invalid/bad_url": 1,
    "invalid/missing_field": 1,
    "too_old/too_old": 1,
  });
  assert.deepEqual(await api.pages(site), { "/a": 1, "/c": 1 });
});

test("other methods and other types of content are refused", async () => {
  const body = JSON.stringify({ site: SITE, events: [pageview(`https://${SITE}/`)] });
  for (const method of ["GET", "PUT", "DELETE", "PATCH"]) {
    const answer = await api.request(method, "/e", method === "GET" ? {} : { body });
    assertRefused(answer, { status: 405, code: "method_not_allowed", what: method });
    assert.equal(answer.headers.get("allow"), "POST, OPTIONS");
  }
  for (const type of ["text/html", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", MARK]) {
    assertRefused(await post(body, { "content-type": type }), { status: 415, code: "unsupported_media_type", sent: MARK });
  }
  assertRefused(await post(body, { "content-encoding": "gzip" }), { status: 415, what: "compressed" });
});

/** A body in pieces without a length, as a program that means harm sends it; what came back, or how it ended. */
function sendChunked(path, pieces, headers = {}) {
  return new Promise((done, fail) => {
    const sending = request(worker.url + path, { method: "POST", headers: { "content-type": "text/plain", ...headers } });
    sending.once("response", (response) => {
      let body = "";
      response.setEncoding("utf8").on("data", (part) => (body += part));
      response.once("close", () => done(asAnswer(response, body)));
    });
    // The collector may close the line once it has answered.
    sending.once("error", (error) => fail(error));
    for (const piece of pieces) sending.write(piece);
    sending.end();
  });
}

function asAnswer(response, body) {
  return { status: response.statusCode, headers: new Headers(response.headers), text: body, json: JSON.parse(body) };
}

test("a body of 10 MB is refused, whether its length is told or not", { timeout: 60_000 }, async () => {
  const large = "x".repeat(10 * 1024 * 1024);
  const before = worker.memory();
  for (const path of ["/e", "/api/event"]) {
    const told = await api.request("POST", path, { body: large, headers: { "content-type": "text/plain" } });
    assertRefused(told, { status: 413, code: "body_too_large", what: path });
    const untold = await sendChunked(path, Array(160).fill("x".repeat(65_536)));
    assertRefused(untold, { status: 413, code: "body_too_large", what: `${path} in pieces` });
  }
  assert.ok(worker.memory() - before < 64 * 1024 * 1024, "and is not held in memory");
  await othersAreUnharmed();
});

test("a body of just the limit is read, and one byte more is not", async () => {
  const batch = (length) => {
    const start = JSON.stringify({ site: SITE, events: [pageview(`https://${SITE}/limit`)] });
    return start.padEnd(length, " ");
  };
  assert.equal((await post(batch(65_536))).status, 200);
  assertRefused(await post(batch(65_537)), { status: 413, code: "body_too_large" });
});

test("a sender that hangs up in the middle leaves nothing behind", async () => {
  const before = await tally(api, SITE);
  const half = JSON.stringify({ site: SITE, events: [pageview(`https://${SITE}/half`)] }).slice(0, 50);
  await new Promise((done) => {
    const headers = { "content-type": "text/plain", "content-length": 500 };
    const sending = request(`${worker.url}/e`, { method: "POST", headers });
    sending.once("close", done).once("error", () => {});
    sending.write(half, () => setImmediate(() => sending.destroy()));
  });
  await othersAreUnharmed();
  const after = await tally(api, SITE);
  assert.equal(after.received, before.received + 1);
});
