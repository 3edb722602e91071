// Shares of sites: made, shown, framed, taken back, over, and never stored as what opens.
import assert from "node:assert/strict";
import { test } from "node:test";
import { Worker } from "../harness/worker.mjs";
import { filesBelow, found } from "../hostile/canaries.mjs";
import { assertRefused } from "../hostile/refusal.mjs";
import { makeShare, tokenOf } from "./shares.mjs";

const SITE = "shared.test";
const SHARES = `/api/v1/sites/${SITE}/shares`;

async function withWorker(check, options = {}) {
  const worker = await Worker.start(options);
  try {
    await worker.api.putSite(SITE, { timezone: "Europe/Tallinn", goals: [{ event: "Signup" }], retention_days: 400 });
    await check(worker, worker.api);
  } finally {
    await worker.dispose();
  }
}

const ask = (api, token, headers = {}, query = {}) =>
  api.request("POST", "/api/v2/query", { key: token, body: JSON.stringify({ site_id: SITE, metrics: ["visitors"], date_range: "28d", ...query }), headers });

test("a share is a link that its admins see again", { timeout: 30_000 }, () =>
  withWorker(async (worker, api) => {
    const headers = { "x-now": "2026-03-01T10:00:00Z" };
    const terms = { name: " Public ", expires: "2026-04-01T00:00:00+02:00", k: 10, noise: 0.5, embed: ["https://shared.test"], dimensions: ["visit:source", "event:page"] };
    const answer = await api.owner("POST", SHARES, terms, headers);
    assert.equal(answer.status, 201);
    const { id, url } = answer.json;
    assert.deepEqual(answer.json, { id, url, name: "Public", expires: "2026-03-31T22:00:00Z", k: 10, noise: 0.5, embed: terms.embed, dimensions: ["event:page", "visit:source"], created: "2026-03-01T10:00:00Z" });
    assert.match(url, new RegExp(`^${worker.url}/share/${id}#[0-9a-f]{64}$`));
    const plain = await makeShare(api, SITE);
    assert.deepEqual([plain.k, plain.noise, plain.expires, plain.embed], [5, 0.25, null, []]);
    assert.equal(plain.dimensions.length, 10, "all that shares may tell of");
    const listed = (await api.mustOwner("GET", SHARES)).shares;
    assert.deepEqual(listed.map(({ url }) => url), [url, plain.url]);
    assert.equal((await makeShare(api, SITE, { noise: "none" })).noise, "none");
  }),
);

test("what a share says of its site, and of what can be asked", { timeout: 30_000 }, () =>
  withWorker(async (_, api) => {
    for (const [terms, epsilon, metrics] of [[{}, 0.25, ["visitors"]], [{ noise: "none" }, null, ["visitors", "visits", "pageviews", "events", "views_per_visit", "bounce_rate", "visit_duration"]]]) {
      const { token } = await makeShare(api, SITE, terms);
      const site = await api.request("GET", `/api/v1/sites/${SITE}`, { key: token });
      assert.deepEqual(site.json, { domain: SITE, timezone: "Europe/Tallinn", goals: ["Signup"], k: 5, epsilon });
      const asked = (await api.request("GET", "/api/v2/dimensions", { key: token })).json;
      assert.deepEqual(asked.metrics, metrics);
      assert.equal((await ask(api, token, {}, { metrics })).status, 200);
      for (const dimension of asked.dimensions) {
        const answer = await ask(api, token, {}, { dimensions: [dimension] });
        assert.equal(answer.status, 200, `${dimension} ${answer.text}`);
        assert.deepEqual(answer.json.results, []);
      }
      for (const unit of asked.intervals) assert.equal((await ask(api, token, {}, { dimensions: [unit] })).status, 200, unit);
    }
  }),
);

test("the page of a share may be framed by those that it names alone", { timeout: 30_000 }, () =>
  withWorker(async (_, api) => {
    const policy = async (path) => {
      const page = await api.request("GET", path);
      assert.deepEqual([page.status, page.headers.get("content-type")], [200, "text/html; charset=utf-8"], path);
      return page.headers.get("content-security-policy");
    };
    const strict = await policy("/");
    const framed = await makeShare(api, SITE, { embed: ["https://shared.test", "http://localhost:3000"] });
    assert.equal(await policy(`/share/${(await makeShare(api, SITE)).id}`), strict);
    assert.match(strict, /frame-ancestors 'none';/);
    assert.equal(await policy(`/share/${framed.id}`), strict.replace("'none'; require", "https://shared.test http://localhost:3000; require"));
    for (const id of ["0".repeat(16), "x", "%00", `${framed.id}0`]) assertRefused(await api.request("GET", `/share/${id}`), { status: 404, code: "not_found" });
  }),
);

test("a share that was taken back, is over or was tampered with opens nothing", { timeout: 30_000 }, () =>
  withWorker(async (_, api) => {
    const [gone, kept] = [await makeShare(api, SITE), await makeShare(api, SITE)];
    assert.equal((await ask(api, gone.token)).status, 200);
    assert.deepEqual(await api.mustOwner("DELETE", `${SHARES}/${gone.id}`), { deleted: gone.id });
    assertRefused(await ask(api, gone.token), { status: 401, code: "unauthorised" });
    assertRefused(await api.request("GET", `/share/${gone.id}`), { status: 404, code: "not_found" });
    assertRefused(await api.owner("DELETE", `${SHARES}/${gone.id}`), { status: 404, code: "not_found" });
    assert.equal((await ask(api, kept.token)).status, 200);
    const short = await makeShare(api, SITE, { expires: "2026-03-02T00:00:00Z" }, { "x-now": "2026-03-01T00:00:00Z" });
    for (const [now, isOver] of [["2026-03-01T23:59:59Z", false], ["2026-03-02T00:00:00Z", true]]) {
      const headers = { "x-now": now };
      const [answer, page] = [await ask(api, short.token, headers), await api.request("GET", `/share/${short.id}`, { headers })];
      if (!isOver) assert.deepEqual([answer.status, page.status], [200, 200]);
      else for (const refused of [answer, page]) assertRefused(refused, { status: 410, code: "share_expired" });
    }
    const { token } = kept;
    for (const forged of [token.slice(0, -1), `${token}0`, token.replace(kept.id, short.id), token.replace("passerby_share", "passerby"), token.replace("passerby_share", "passerby_member")]) {
      assertRefused(await ask(api, forged), { status: 401, code: "unauthorised", sent: forged });
    }
    for (let digit = token.length - 64; digit < token.length; digit++) {
      const forged = token.slice(0, digit) + (token[digit] === "0" ? "1" : "0") + token.slice(digit + 1);
      assertRefused(await ask(api, forged), { status: 401, code: "unauthorised" });
    }
    // Shares go with their site, and are not those of its successor.
    await api.mustOwner("DELETE", `/api/v1/sites/${SITE}`);
    await api.putSite(SITE);
    assertRefused(await ask(api, token), { status: 401, code: "unauthorised" });
  }),
);

test("what is no share is refused without repeating it", { timeout: 30_000 }, () =>
  withWorker(async (_, api) => {
    const MARK = "canary-5b1e";
    for (const terms of [{ name: "" }, { name: 7 }, { k: 1 }, { k: MARK }, { noise: 0 }, { noise: MARK }, { expires: MARK }, { expires: "2020-01-01T00:00:00Z" }, { embed: MARK }, { embed: ["*"] },
      { embed: [`https://${MARK}.test/page`] }, { embed: [`https://${MARK}.test;script-src`] }, { [MARK]: 1 }]) {
      assertRefused(await api.owner("POST", SHARES, { name: MARK, ...terms }), { status: 400, code: "bad_field", sent: MARK, what: JSON.stringify(terms) });
    }
    assert.deepEqual((await api.mustOwner("GET", SHARES)).shares, []);
  }),
);

test("a share outlives a stop and a kill, and nothing that opens it is on disk or in the log", { timeout: 60_000 }, () =>
  withWorker(async (worker, api) => {
    const share = await makeShare(api, SITE, { name: "kept name" });
    const typed = "a-page-that-somebody-typed";
    for (const end of ["kill", "stop"]) {
      assert.equal((await ask(api, share.token, {}, { filters: [["is", "event:page", [`/${typed}`]]] })).status, 200);
      await worker[end]();
      const files = [...filesBelow(worker.data), { name: "the log", bytes: Buffer.from(worker.log) }];
      for (const kept of ["kept name", share.id]) assert.notDeepEqual(found(kept, files), [], `the search sees ${kept}`);
      const secret = share.token.split("_")[3];
      for (const text of [secret, secret.slice(0, 32), secret.slice(32), typed]) assert.deepEqual(found(text, files), [], end);
      await worker.startAgain();
    }
    assert.equal(tokenOf((await api.mustOwner("GET", SHARES)).shares[0].url), share.token);
  }),
);
