// Keys of sites: made, shown once, listed, deleted, and never stored.
import assert from "node:assert/strict";
import { test } from "node:test";
import { eventId, pageview } from "../harness/api.mjs";
import { Worker } from "../harness/worker.mjs";
import { filesBelow, found } from "../hostile/canaries.mjs";
import { assertRefused } from "../hostile/refusal.mjs";
import { makeKey, signed } from "./sign.mjs";

const SITE = "keys.test";
const KEYS = `/api/v1/sites/${SITE}/keys`;

async function withWorker(check, options = {}) {
  const worker = await Worker.start(options);
  try {
    await worker.api.putSite(SITE);
    await check(worker, worker.api);
  } finally {
    await worker.dispose();
  }
}

const list = async (api) => (await api.mustOwner("GET", KEYS)).keys;
const opens = async (api, key) => (await api.request("GET", `/api/v1/outcomes?site=${SITE}`, { key })).status === 200;

test("a key is shown when it is made, and listed without what opens", { timeout: 30_000 }, () =>
  withWorker(async (_, api) => {
    const headers = { "x-now": "2026-03-01T10:00:00Z" };
    const answer = await api.owner("POST", KEYS, { name: " Shop ", scopes: ["admin", "write", "write"] }, headers);
    assert.equal(answer.status, 201);
    const { key, ...shown } = answer.json;
    assert.deepEqual(shown, { id: shown.id, name: "Shop", scopes: ["write", "admin"], created: "2026-03-01T10:00:00Z" });
    assert.match(key, new RegExp(`^passerby_${shown.id}_[0-9a-f]{64}$`));
    assert.equal(answer.headers.get("cache-control"), "no-store");
    const second = await makeKey(api, SITE, ["read"]);
    assert.notEqual(second.id, shown.id);
    const { key: _key, ...secondShown } = second;
    assert.deepEqual(await list(api), [shown, secondShown]);
    const text = (await api.owner("GET", KEYS)).text;
    for (const made of [key, second.key]) assert.ok(!text.includes(made.split("_")[2]));
    await api.putSite("another.test");
    assert.deepEqual((await api.mustOwner("GET", "/api/v1/sites/another.test/keys")).keys, []);
  }),
);

test("a key that was deleted opens nothing at once, and the others go on", { timeout: 30_000 }, () =>
  withWorker(async (_, api) => {
    const [first, second] = [await makeKey(api, SITE, ["read"]), await makeKey(api, SITE, ["read"])];
    assert.deepEqual([await opens(api, first.key), await opens(api, second.key)], [true, true]);
    await api.putSite("another.test");
    assertRefused(await api.owner("DELETE", `/api/v1/sites/another.test/keys/${first.id}`), { status: 404, code: "not_found" });
    assert.equal(await opens(api, first.key), true, "nobody deletes what is another site's");
    assert.deepEqual(await api.mustOwner("DELETE", `${KEYS}/${first.id}`), { deleted: first.id });
    assert.deepEqual([await opens(api, first.key), await opens(api, second.key)], [false, true]);
    assertRefused(await api.owner("DELETE", `${KEYS}/${first.id}`), { status: 404, code: "not_found" });
    assert.deepEqual((await list(api)).map(({ id }) => id), [second.id]);
  }),
);

test("keys outlive a stop and a kill", { timeout: 60_000 }, () =>
  withWorker(async (worker, api) => {
    const { key } = await makeKey(api, SITE, ["read"]);
    await worker.kill();
    await worker.startAgain();
    assert.equal(await opens(api, key), true);
    await worker.stop();
    await worker.startAgain();
    assert.equal(await opens(api, key), true);
  }),
);

test("a site's admin key makes and deletes keys of its own site", { timeout: 30_000 }, () =>
  withWorker(async (_, api) => {
    const { key, id } = await makeKey(api, SITE, ["admin"]);
    const made = await api.request("POST", KEYS, { key, body: JSON.stringify({ name: "x", scopes: ["read"] }) });
    assert.equal(made.status, 201);
    assert.equal(await opens(api, made.json.key), true);
    assert.equal((await api.request("DELETE", `${KEYS}/${id}`, { key })).status, 200);
    assertRefused(await api.request("GET", KEYS, { key }), { status: 401, code: "unauthorised" });
  }),
);

test("what is no key is refused without repeating it", { timeout: 30_000 }, () =>
  withWorker(async (_, api) => {
    const MARK = "canary-5d02";
    for (const [body, code] of [
      [{}, "bad_field"],
      [{ name: MARK }, "bad_field"],
      [{ name: MARK, scopes: [] }, "bad_field"],
      [{ name: MARK, scopes: "write" }, "bad_field"],
      [{ name: MARK, scopes: ["write", MARK] }, "bad_field"],
      [{ name: MARK, scopes: ["Write"] }, "bad_field"],
      [{ name: MARK, scopes: [7] }, "bad_field"],
      [{ name: 7, scopes: ["write"] }, "bad_field"],
      [{ name: " ", scopes: ["write"] }, "bad_field"],
      [{ name: `${MARK}\n`.repeat(2), scopes: ["write"] }, "bad_field"],
      [{ name: MARK.repeat(20), scopes: ["write"] }, "bad_field"],
      [{ name: MARK, scopes: ["write"], [MARK]: 1 }, "bad_field"],
      [[MARK], "bad_field"],
      [MARK, "bad_field"],
    ]) {
      assertRefused(await api.owner("POST", KEYS, body), { status: 400, code, sent: MARK, what: JSON.stringify(body) });
    }
    const raw = (body, type) => api.request("POST", KEYS, { body, key: api.key, headers: { "content-type": type } });
    assertRefused(await raw("{", "application/json"), { status: 400, code: "malformed" });
    assertRefused(await raw("x".repeat(5_000), "application/json"), { status: 413 });
    assertRefused(await raw("{}", "text/html"), { status: 415 });
    for (const id of ["0".repeat(16), MARK, "%00", "'--"]) {
      assertRefused(await api.owner("DELETE", `${KEYS}/${id}`), { status: 404, sent: MARK, what: id });
    }
    assertRefused(await api.owner("GET", "/api/v1/sites/nobody.test/keys"), { status: 404, code: "unknown_site" });
    assertRefused(await api.owner("PUT", KEYS, {}), { status: 405 });
    assert.deepEqual(await list(api), []);
  }),
);

test("a site has at most 100 keys", { timeout: 60_000 }, () =>
  withWorker(async (_, api) => {
    for (let n = 0; n < 100; n++) await makeKey(api, SITE, ["write"]);
    assertRefused(await api.owner("POST", KEYS, { name: "x", scopes: ["write"] }), { status: 400, code: "too_many_keys" });
    await api.mustOwner("DELETE", `${KEYS}/${(await list(api))[0].id}`);
    await makeKey(api, SITE, ["write"]);
    assert.equal((await list(api)).length, 100);
  }),
);

test("nothing of a key is on disk or in the log: at work, after a stop, after a kill", { timeout: 90_000 }, () =>
  withWorker(async (worker, api) => {
    const made = [await makeKey(api, SITE, ["read"], "kept name"), await makeKey(api, SITE, ["write"]), await makeKey(api, SITE, ["admin"])];
    const body = JSON.stringify({ site: SITE, events: [pageview(`https://${SITE}/`, { id: eventId() })] });
    const headers = { "content-type": "application/json" };
    const bodyOf = { body, headers };
    const nonce = "kept-nowhere-4711-canary";
    const use = async () => {
      for (const { key } of made) await opens(api, key);
      await api.request("POST", "/api/v1/events", { ...bodyOf, key: made[1].key });
      await api.request("POST", "/api/v1/events", { body, headers: { ...headers, ...signed(made[1].key, body, { nonce }) } });
      await api.request("POST", "/api/v1/events", { body, headers: { ...headers, ...signed(made[1].key, body, { nonce: `${nonce}2` }) } });
      // Wrong ones are as secret: many are right ones somewhere else.
      await api.request("POST", "/api/v1/events", { ...bodyOf, key: `${made[1].key.slice(0, -4)}0000` });
    };
    const assertNowhere = () => {
      const files = [...filesBelow(worker.data), { name: "the log", bytes: Buffer.from(worker.log) }];
      for (const kept of ["kept name", made[0].id]) assert.notDeepEqual(found(kept, files), [], `the search sees ${kept}`);
      for (const { key } of made) {
        const secret = key.split("_")[2];
        for (const part of [key, secret, secret.slice(0, 32), secret.slice(32), Buffer.from(secret, "hex")]) {
          const hits = Buffer.isBuffer(part)
            ? files.filter(({ bytes }) => bytes.includes(part) || bytes.includes(part.toString("base64").slice(0, 42))).map(({ name }) => name)
            : found(part, files);
          assert.deepEqual(hits, []);
        }
      }
      for (const secret of [api.key, nonce]) assert.deepEqual(found(secret, files), []);
    };
    await use();
    assertNowhere();
    await worker.stop();
    assertNowhere();
    await worker.startAgain();
    await use();
    await worker.kill();
    assertNowhere();
  }),
);

test("without PASSERBY_SECRET keys end with the admin key, with it they outlive it", { timeout: 60_000 }, async () => {
  for (const [env, outlives] of [
    [{}, false],
    [{ PASSERBY_SECRET: "a secret that only tests use" }, true],
  ]) {
    await withWorker(
      async (worker, api) => {
        const { key } = await makeKey(api, SITE, ["read"]);
        await worker.stop();
        worker.env.PASSERBY_ADMIN_KEY = api.key = "another admin key";
        await worker.startAgain();
        assert.equal(await opens(api, "another admin key"), true);
        assert.equal(await opens(api, key), outlives);
        assert.equal(await opens(api, (await makeKey(api, SITE, ["read"])).key), true);
      },
      { env },
    );
  }
});
