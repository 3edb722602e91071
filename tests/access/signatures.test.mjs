// Signed requests: what was signed counts once, and nothing else counts.
import assert from "node:assert/strict";
import { test } from "node:test";
import { eventId, pageview } from "../harness/api.mjs";
import { changeDatabase, readDatabase } from "../harness/database.mjs";
import { Worker } from "../harness/worker.mjs";
import { assertRefused, tally } from "../hostile/refusal.mjs";
import { makeKey, signed } from "./sign.mjs";

const SITE = "signed.test";
const NONCE = "a-nonce_of-this-test";
const NOW_S = Math.floor(Date.parse("2026-03-01T12:00:00Z") / 1000);

async function withWorker(check, settings = { timezone: "UTC" }) {
  const worker = await Worker.start();
  try {
    await worker.api.putSite(SITE, settings);
    const { key } = await makeKey(worker.api, SITE, ["write"]);
    await check(worker, worker.api, key);
  } finally {
    await worker.dispose();
  }
}

const at = (seconds) => ({ "x-now": new Date(seconds * 1000).toISOString() });
const batch = (count = 1, site = SITE) =>
  JSON.stringify({ site, events: Array.from({ length: count }, (_, n) => pageview(`https://${site}/${n}`, { id: eventId() })) });
const post = (api, body, headers) =>
  api.request("POST", "/api/v1/events", { body, headers: { "content-type": "application/json", ...headers } });
const outcomes = (answer) => answer.json.results.map(({ outcome }) => outcome);
const views = async (api) => (await api.totals(SITE, ["pageviews"], { date_range: "all" })).pageviews;

test("what is signed is counted, and what was changed is not", { timeout: 30_000 }, () =>
  withWorker(async (_, api, key) => {
    const body = batch();
    const headers = signed(key, body);
    const other = (await makeKey(api, SITE, ["write"])).key;
    const flipped = (digit) => (digit === "0" ? "1" : "0");
    for (const [what, sent, changed] of [
      ["another body", `${body} `, headers],
      ["an event more", batch(2), headers],
      ["another nonce", body, { ...headers, "x-passerby-nonce": "b".repeat(32) }],
      ["another time", body, { ...headers, "x-passerby-timestamp": `${Number(headers["x-passerby-timestamp"]) + 1}` }],
      ["another of the site's keys", body, { ...headers, "x-passerby-key": other.split("_")[1] }],
      ["a key that is none", body, { ...headers, "x-passerby-key": "0".repeat(16) }],
      ["another signature", body, signed(other, body, { id: key.split("_")[1] })],
      ["a signature by the secret alone", body, signed(key.split("_")[2], body, { id: key.split("_")[1] })],
      ["no key", body, { ...headers, "x-passerby-key": "" }],
      ["no time", body, { ...headers, "x-passerby-timestamp": "" }],
      ["no nonce", body, { ...headers, "x-passerby-nonce": "" }],
      ["a nonce of 15 letters", body, signed(key, body, { nonce: "n".repeat(15) })],
      ["a nonce of 65 letters", body, signed(key, body, { nonce: "n".repeat(65) })],
      ["a nonce with a dot", body, signed(key, body, { nonce: "nonce.with.dots.in.it" })],
      ["a time that is none", body, signed(key, body, { at: "today" })],
      ["a signature that is none", body, { ...headers, "x-passerby-signature": "signature" }],
      ["a signature cut short", body, { ...headers, "x-passerby-signature": headers["x-passerby-signature"].slice(0, 62) }],
      ...Array.from({ length: 64 }, (_, n) => {
        const digits = headers["x-passerby-signature"];
        const mac = digits.slice(0, n) + flipped(digits[n]) + digits.slice(n + 1);
        return [`digit ${n} changed`, body, { ...headers, "x-passerby-signature": mac }];
      }),
    ]) {
      assertRefused(await post(api, sent, changed), { status: 401, code: "bad_signature", sent: SITE, what });
    }
    assert.deepEqual(await api.outcomes(SITE), { received: 0, outcomes: [] });
    assert.deepEqual(outcomes(await post(api, body, headers)), ["accepted"], "none of these used the nonce up");
    assert.equal(await views(api), 1);
    const upper = signed(key, body);
    upper["x-passerby-signature"] = upper["x-passerby-signature"].toUpperCase();
    assert.deepEqual(outcomes(await post(api, body, upper)), ["duplicate"], "digits have no case");
    for (const nonce of ["n".repeat(16), "n".repeat(64)]) {
      assert.deepEqual(outcomes(await post(api, body, signed(key, body, { nonce }))), ["duplicate"], nonce);
    }
  }),
);

test("a request is signed within 300 seconds of now, by the collector's clock", { timeout: 30_000 }, () =>
  withWorker(async (_, api, key) => {
    for (const [off, fresh] of [[0, true], [299, true], [301, false], [86_400, false]]) {
      for (const time of [NOW_S - off, NOW_S + off]) {
        const body = batch();
        const answer = await post(api, body, { ...signed(key, body, { at: time }), ...at(NOW_S) });
        if (fresh) assert.deepEqual(outcomes(answer), ["accepted"], `${time - NOW_S}`);
        else assertRefused(answer, { status: 401, code: "stale_signature", what: `${time - NOW_S}` });
      }
    }
    assert.equal(await views(api), 4);
  }),
);

test("a replay is refused: at once, after a stop, after a kill", { timeout: 60_000 }, () =>
  withWorker(async (worker, api, key) => {
    const body = batch(3);
    const headers = signed(key, body);
    assert.deepEqual(outcomes(await post(api, body, headers)), Array(3).fill("accepted"));
    const replay = async (what) => {
      const answer = await post(api, body, headers);
      assertRefused(answer, { status: 401, code: "replayed", sent: SITE, what });
      assert.deepEqual(answer.json.results, Array(3).fill({ outcome: "unauthorised", reason: "replayed" }));
    };
    await replay("at once");
    await worker.stop();
    await worker.startAgain();
    await replay("after a stop");
    await worker.kill();
    await worker.startAgain();
    await replay("after a kill");
    assert.equal(await views(api), 3);
    assert.deepEqual(await tally(api, SITE), { received: 12, "accepted/accepted": 3, "unauthorised/replayed": 9 });
    assert.deepEqual(outcomes(await post(api, body, signed(key, body))), Array(3).fill("duplicate"), "an honest retry signs anew");
    assert.equal(await views(api), 3);
  }),
);

test("what was answered cannot be replayed after a kill at that very moment", { timeout: 60_000 }, () =>
  withWorker(async (worker, api, key) => {
    for (let round = 1; round <= 3; round++) {
      const body = batch();
      const headers = signed(key, body);
      assert.equal((await post(api, body, headers)).status, 200);
      await worker.kill();
      await worker.startAgain();
      assertRefused(await post(api, body, headers), { status: 401, code: "replayed" });
      assert.equal(await views(api), round);
    }
  }),
);

test("a nonce is remembered for 600 seconds, and the tables of those that are over go", { timeout: 60_000 }, () =>
  withWorker(async (worker, api, key) => {
    const use = (seconds, nonce = NONCE) => {
      const body = batch();
      return post(api, body, { ...signed(key, body, { at: seconds, nonce }), ...at(seconds) });
    };
    const tables = () => {
      const statement = "SELECT name FROM sqlite_master WHERE name GLOB 'nonces_*' ORDER BY name";
      return readDatabase(worker, SITE, statement).flat();
    };
    assert.equal((await use(NOW_S)).status, 200);
    const period = NOW_S / 600;
    assert.deepEqual(tables(), [`nonces_${period}`]);
    for (const later of [1, 299, 599, 600]) assertRefused(await use(NOW_S + later), { status: 401, code: "replayed", what: `${later}` });
    await worker.stop();
    await worker.startAgain();
    assertRefused(await use(NOW_S + 600), { status: 401, code: "replayed", what: "after a stop" });
    assert.equal((await use(NOW_S + 601)).status, 200);
    assertRefused(await use(NOW_S + 602), { status: 401, code: "replayed" });
    assert.deepEqual(tables(), [`nonces_${period + 1}`]);
    assert.equal((await use(NOW_S + 1_201, "another-nonce-here")).status, 200);
    assert.deepEqual(tables(), [`nonces_${period + 1}`, `nonces_${period + 2}`]);
    assert.equal((await use(NOW_S + 1_801, "a-third-nonce-here")).status, 200);
    assert.deepEqual(tables(), [`nonces_${period + 2}`, `nonces_${period + 3}`]);
  }),
);

test("who signs more than can be remembered waits, and nothing is forgotten for it", { timeout: 60_000 }, () =>
  withWorker(async (worker, api, key) => {
    const use = (seconds, nonce) => {
      const body = batch();
      return post(api, body, { ...signed(key, body, { at: seconds, nonce }), ...at(seconds) });
    };
    assert.equal((await use(NOW_S, NONCE)).status, 200);
    await worker.stop();
    changeDatabase(worker, SITE, `INSERT INTO nonces_${NOW_S / 600} VALUES (${NOW_S + 1}, randomblob(65535 * 16))`);
    await worker.startAgain();
    const refused = await use(NOW_S + 2, "one-nonce-too-many");
    assertRefused(refused, { status: 429, code: "rate_limited" });
    assert.ok(Number(refused.headers.get("retry-after")) >= 1);
    assertRefused(await use(NOW_S + 3, NONCE), { status: 401, code: "replayed" });
    assert.deepEqual(await tally(api, SITE), {
      received: 3,
      "accepted/accepted": 1,
      "rate_limited/rate_limited": 1,
      "unauthorised/replayed": 1,
    });
    assert.equal((await use(NOW_S + 602, "one-nonce-too-many")).status, 200);
  }),
);

test("nonces are each key's own, and each site's", { timeout: 30_000 }, () =>
  withWorker(async (_, api, key) => {
    const other = (await makeKey(api, SITE, ["write"])).key;
    await api.putSite("elsewhere.test");
    const elsewhere = (await makeKey(api, "elsewhere.test", ["write"])).key;
    for (const [by, site] of [[key, SITE], [other, SITE], [elsewhere, "elsewhere.test"]]) {
      const body = batch(1, site);
      assert.deepEqual(outcomes(await post(api, body, signed(by, body, { nonce: NONCE }))), ["accepted"]);
      const another = batch(1, site);
      assertRefused(await post(api, another, signed(by, another, { nonce: NONCE })), { status: 401, code: "replayed" });
    }
    const body = batch(1, "elsewhere.test");
    assertRefused(await post(api, body, signed(key, body)), { status: 403, code: "other_site" });
  }),
);

test("a nonce is used up whatever became of the events, but not by what is no batch", { timeout: 30_000 }, () =>
  withWorker(async (_, api, key) => {
    const body = JSON.stringify({ site: SITE, events: [{ name: "pageview", url: "nowhere", id: eventId() }] });
    const headers = signed(key, body);
    assertRefused(await post(api, body, headers), { status: 400, code: "bad_url" });
    assertRefused(await post(api, body, headers), { status: 401, code: "replayed" });
    const none = "{";
    const unread = signed(key, none);
    for (let n = 0; n < 2; n++) assertRefused(await post(api, none, unread), { status: 400, code: "malformed" });
  }),
);

for (const [where, settings] of [
  ["in one object", { timezone: "UTC" }],
  ["over four objects", { timezone: "UTC", shards: 4 }],
]) {
  test(`the same signed batch at the same time counts once, ${where}`, { timeout: 60_000 }, () =>
    withWorker(async (worker, api, key) => {
      // Events without an id, from as many senders as there are: nothing but the nonce tells them from new ones.
      const events = Array.from({ length: 10 }, (_, n) => ({ name: "pageview", url: `https://${SITE}/${n}`, ip: `203.0.113.${n}`, user_agent: "Mozilla/5.0 (X11; Linux x86_64; rv:120.0) Gecko/20100101 Firefox/120.0" }));
      const body = JSON.stringify({ site: SITE, events });
      const headers = signed(key, body);
      const answers = await Promise.all(Array.from({ length: 20 }, (_, n) => post(api, body, { ...headers, "x-test-ip": `198.51.100.${n}` })));
      const [taken, ...more] = answers.filter(({ status }) => status === 200);
      assert.deepEqual([outcomes(taken), more.length], [Array(10).fill("accepted"), 0]);
      for (const answer of answers) if (answer !== taken) assertRefused(answer, { status: 401, code: "replayed" });
      assert.equal(await views(api), 10);
      assert.deepEqual(await tally(api, SITE), { received: 200, "accepted/accepted": 10, "unauthorised/replayed": 190 });
      await worker.kill();
      await worker.startAgain();
      // From another address, where a site with several objects has another one for it.
      for (let n = 0; n < 8; n++) {
        const answer = await post(api, body, { ...headers, "x-test-ip": `192.0.2.${n}` });
        assertRefused(answer, { status: 401, code: "replayed" });
      }
      assert.equal(await views(api), 10);
    }, settings),
  );
}

test("signatures by chance and replays by the hundred are all refused", { timeout: 60_000 }, () =>
  withWorker(async (_, api, key) => {
    const body = batch();
    const headers = signed(key, body);
    await post(api, body, headers);
    for (let round = 0; round < 10; round++) {
      const answers = await Promise.all(Array.from({ length: 100 }, () => post(api, body, headers)));
      assert.deepEqual(new Set(answers.map(({ json }) => json.code)), new Set(["replayed"]));
    }
    assert.equal(await views(api), 1);
    assert.equal((await tally(api, SITE))["unauthorised/replayed"], 1000);
  }),
);
