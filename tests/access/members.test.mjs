// Members of sites: made, given roles, removed; what each may decide about the others; and how they sign in.
import assert from "node:assert/strict";
import { test } from "node:test";
import { Worker } from "../harness/worker.mjs";
import { filesBelow, found } from "../hostile/canaries.mjs";
import { assertRefused } from "../hostile/refusal.mjs";
import { makeMember, signIn, tryKey } from "./members.mjs";
import { makeKey } from "./sign.mjs";

const SITE = "members.test";
const OTHER = "other.test";
const MEMBERS = `/api/v1/sites/${SITE}/members`;

async function withWorker(check, options = {}) {
  const worker = await Worker.start(options);
  try {
    for (const site of [SITE, OTHER]) await worker.api.putSite(site);
    await check(worker, worker.api);
  } finally {
    await worker.dispose();
  }
}

/** A request of whoever has the cookie. */
const by = (api, cookie) => (method, path, body) =>
  api.request(method, path, { headers: { cookie, "content-type": "application/json" }, body: body && JSON.stringify(body) });
const list = async (api, site = SITE) => (await api.mustOwner("GET", `/api/v1/sites/${site}/members`)).members;
const reads = async (api, cookie, site = SITE) => (await by(api, cookie)("GET", `/api/v1/sites/${site}`)).status;

test("a member is shown with a key when made, and listed without it", { timeout: 30_000 }, () =>
  withWorker(async (_, api) => {
    const headers = { "x-now": "2026-03-01T10:00:00Z" };
    const answer = await api.owner("POST", MEMBERS, { name: " Ada ", role: "editor" }, headers);
    assert.equal(answer.status, 201);
    const { key, ...shown } = answer.json;
    assert.deepEqual(shown, { id: shown.id, name: "Ada", role: "editor", own_key: false, created: "2026-03-01T10:00:00Z" });
    assert.match(key, new RegExp(`^passerby_member_${shown.id}_[0-9a-f]{64}$`));
    assert.equal(answer.headers.get("cache-control"), "no-store");
    assert.deepEqual(await list(api), [shown]);
    assert.deepEqual(await list(api, OTHER), []);
    const me = await by(api, await signIn(api, key))("GET", "/api/v1/me");
    assert.deepEqual(me.json, { operator: false, id: shown.id, name: "Ada", own_key: false, sites: [{ domain: SITE, role: "editor" }] });
    assert.deepEqual((await api.mustOwner("GET", "/api/v1/me")), { operator: true });
  }),
);

test("what is stated wrongly makes no member", { timeout: 30_000 }, () =>
  withWorker(async (_, api) => {
    const MARK = "canary-77aa";
    for (const body of [{}, { name: MARK }, { role: "viewer" }, { name: MARK, role: "operator" }, { name: MARK, role: "Viewer" }, { name: " ", role: "viewer" },
      { name: `${MARK}\n${MARK}`, role: "viewer" }, { name: MARK, id: MARK, role: "viewer" }, { name: MARK, role: "viewer", [MARK]: 1 }, { name: 7, role: "viewer" }, [MARK], MARK]) {
      assertRefused(await api.owner("POST", MEMBERS, body), { status: 400, code: "bad_field", sent: MARK, what: JSON.stringify(body) });
    }
    for (const id of ["0".repeat(16), MARK, "%00", "'--"]) {
      assertRefused(await api.owner("DELETE", `${MEMBERS}/${id}`), { status: 404, code: "not_found", sent: MARK });
      assertRefused(await api.owner("PUT", `${MEMBERS}/${id}`, { role: "viewer" }), { status: 404, code: "not_found", sent: MARK });
      assertRefused(await api.owner("POST", `${MEMBERS}/${id}/key`), { status: 404, code: "not_found", sent: MARK });
    }
    assertRefused(await api.owner("POST", MEMBERS, { id: "0".repeat(16), role: "viewer" }), { status: 404, code: "not_found" });
    assertRefused(await api.owner("POST", "/api/v1/sites/nobody.test/members", { name: "Ada", role: "viewer" }), { status: 404, code: "unknown_site" });
    assert.deepEqual(await list(api), []);
  }),
);

test("who may decide about whom", { timeout: 30_000 }, () =>
  withWorker(async (_, api) => {
    const FORBIDDEN = "owners_only";
    const [owner, admin] = [await makeMember(api, SITE, "owner"), await makeMember(api, SITE, "admin")];
    const as = {
      owner: by(api, await signIn(api, owner.key)),
      admin: by(api, await signIn(api, admin.key)),
      key: (method, path, body) => api.request(method, path, { key: adminKey, body: body && JSON.stringify(body) }),
    };
    const adminKey = (await makeKey(api, SITE, ["admin"])).key;
    for (const [who, role, code] of [
      ["owner", "owner", null], ["owner", "viewer", null],
      ["admin", "owner", FORBIDDEN], ["admin", "admin", null], ["admin", "viewer", null],
      ["key", "owner", FORBIDDEN], ["key", "admin", null],
    ]) {
      const what = `${who} ${role}`;
      const told = (answer, ok) => (code ? assertRefused(answer, { status: 403, code, what }) : assert.equal(answer.status, ok, `${what} ${answer.text}`));
      told(await as[who]("POST", MEMBERS, { name: "New", role }), 201);
      const one = await makeMember(api, SITE, "viewer");
      told(await as[who]("PUT", `${MEMBERS}/${one.id}`, { role }), 200);
      const other = await makeMember(api, SITE, role);
      told(await as[who]("POST", `${MEMBERS}/${other.id}/key`), 201);
      told(await as[who]("PUT", `${MEMBERS}/${other.id}`, { role: "viewer" }), 200);
      await api.mustOwner("PUT", `${MEMBERS}/${other.id}`, { role });
      told(await as[who]("DELETE", `${MEMBERS}/${other.id}`), 200);
    }
  }),
);

test("the last owner stays, but for the operator", { timeout: 30_000 }, () =>
  withWorker(async (_, api) => {
    const [one, two] = [await makeMember(api, SITE, "owner"), await makeMember(api, SITE, "owner")];
    const asOne = by(api, await signIn(api, one.key));
    assert.equal((await asOne("DELETE", `${MEMBERS}/${two.id}`)).status, 200);
    assertRefused(await asOne("DELETE", `${MEMBERS}/${one.id}`), { status: 409, code: "last_owner" });
    assertRefused(await asOne("PUT", `${MEMBERS}/${one.id}`, { role: "admin" }), { status: 409, code: "last_owner" });
    assert.equal((await asOne("PUT", `${MEMBERS}/${one.id}`, { role: "owner" })).status, 200);
    assert.equal((await api.owner("DELETE", `${MEMBERS}/${one.id}`)).status, 200);
    assert.deepEqual(await list(api), []);
    assertRefused(await asOne("GET", "/api/v1/me"), { status: 401, code: "unauthorised" });
  }),
);

test("one person has roles on several sites, and neither site hears of the other", { timeout: 30_000 }, () =>
  withWorker(async (_, api) => {
    const admin = by(api, await signIn(api, (await makeMember(api, SITE, "admin")).key));
    const there = by(api, await signIn(api, (await makeMember(api, OTHER, "admin")).key));
    const { id, key } = await makeMember(api, SITE, "viewer", "Ada");
    const join = () => there("POST", `/api/v1/sites/${OTHER}/members`, { id, role: "owner" });
    assertRefused(await join(), { status: 409, code: "key_not_own", what: "whoever made the account knows its key" });
    const session = await signIn(api, key);
    const renewed = await tryKey(api, key, {}, { renew: true });
    assert.equal(renewed.status, 200);
    assertRefused(await tryKey(api, key), { status: 401, code: "unauthorised" });
    assert.equal(await reads(api, session), 401, "sessions of the key before are over");
    const cookie = renewed.headers.get("set-cookie").split(";")[0];
    assert.equal(await reads(api, cookie), 200);
    assertRefused(await join(), { status: 403, code: "owners_only" });
    const joined = await there("POST", `/api/v1/sites/${OTHER}/members`, { id, role: "editor" });
    assert.deepEqual([joined.status, joined.json], [201, { id, role: "editor" }]);
    assertRefused(await there("POST", `/api/v1/sites/${OTHER}/members`, { id, role: "editor" }), { status: 409, code: "already_member" });
    const me = (await by(api, cookie)("GET", "/api/v1/me")).json;
    assert.deepEqual([me.own_key, me.sites], [true, [{ domain: SITE, role: "viewer" }, { domain: OTHER, role: "editor" }]]);
    assert.deepEqual((await by(api, cookie)("GET", "/api/v1/sites")).json.sites.map(({ domain }) => domain), [SITE, OTHER]);
    // A role is the site's: an editor there is a viewer here.
    const note = { time: "2026-03-02", text: "Launch" };
    assert.equal((await by(api, cookie)("POST", `/api/v1/sites/${OTHER}/annotations`, note)).status, 200);
    assertRefused(await by(api, cookie)("POST", `/api/v1/sites/${SITE}/annotations`, note), { status: 403, code: "missing_role" });
    // Nobody but the member and the operator makes that key anew.
    for (const [ask, site] of [[admin, SITE], [there, OTHER]]) {
      assertRefused(await ask("POST", `/api/v1/sites/${site}/members/${id}/key`), { status: 409, code: "own_key" });
      const listed = await ask("GET", `/api/v1/sites/${site}/members`);
      assert.ok(!listed.text.includes(site === SITE ? OTHER : SITE));
    }
    assert.equal((await admin("DELETE", `${MEMBERS}/${id}`)).status, 200);
    assert.deepEqual([await reads(api, cookie), await reads(api, cookie, OTHER)], [403, 200]);
    const byOperator = await api.mustOwner("POST", `/api/v1/sites/${OTHER}/members/${id}/key`);
    assert.equal(await reads(api, cookie, OTHER), 401);
    assert.equal(await reads(api, await signIn(api, byOperator.key), OTHER), 200);
    // The account goes with its last role.
    await api.mustOwner("DELETE", `/api/v1/sites/${OTHER}`);
    await api.putSite(OTHER);
    assertRefused(await tryKey(api, byOperator.key), { status: 401, code: "unauthorised" });
    assert.deepEqual(await list(api, OTHER), []);
  }),
);

test("the admin key is not made anew by signing in", { timeout: 30_000 }, () =>
  withWorker(async (_, api) => {
    assertRefused(await tryKey(api, api.key, {}, { renew: true }), { status: 400, code: "bad_field" });
    assert.equal((await tryKey(api, api.key)).status, 200);
  }),
);

test("members, their roles and sessions outlive a stop and a kill", { timeout: 60_000 }, () =>
  withWorker(async (worker, api) => {
    const cookie = await signIn(api, (await makeMember(api, SITE, "viewer")).key);
    for (const end of ["kill", "stop"]) {
      await worker[end]();
      await worker.startAgain();
      assert.equal(await reads(api, cookie), 200, end);
    }
  }),
);

test("a site has at most 100 members", { timeout: 60_000 }, () =>
  withWorker(async (_, api) => {
    for (let n = 0; n < 100; n++) await makeMember(api, SITE, "viewer");
    assertRefused(await api.owner("POST", MEMBERS, { name: "x", role: "viewer" }), { status: 400, code: "too_many_members" });
  }),
);

test("who tries wrong keys waits, and keeps nobody else out", { timeout: 60_000 }, () =>
  withWorker(async (_, api) => {
    const { id, key } = await makeMember(api, SITE, "viewer");
    for (const [account, right, wrong] of [
      ["operator", api.key, "a wrong key"],
      ["member", key, `passerby_member_${id}_${"0".repeat(64)}`],
      ["nobody", api.key, `passerby_member_${"0".repeat(16)}_${"0".repeat(64)}`],
    ]) {
      const stranger = { "x-test-ip": `203.0.113.${account.charCodeAt(0)}` };
      for (let n = 0; n < 5; n++) assertRefused(await tryKey(api, wrong, stranger), { status: 401, code: "unauthorised", what: account });
      for (const tried of [wrong, right]) {
        const waits = await tryKey(api, tried, stranger);
        assertRefused(waits, { status: 429, code: "too_many_attempts", sent: [tried, "203.0.113"], what: account });
        assert.match(waits.headers.get("retry-after"), /^[12]$/);
        assert.equal(waits.headers.get("set-cookie"), null);
      }
      assert.equal((await tryKey(api, right, { "x-test-ip": "198.51.100.1" })).status, 200, "the owner of the key comes from elsewhere");
      await new Promise((done) => setTimeout(done, 1_100));
      assertRefused(await tryKey(api, wrong, stranger), { status: 401, what: account });
      assert.match((await tryKey(api, wrong, stranger)).headers.get("retry-after"), /^[23]$/, "the next wait is twice as long");
      await new Promise((done) => setTimeout(done, 2_100));
      assert.equal((await tryKey(api, right, stranger)).status, 200, "after the wait the right key opens");
      assertRefused(await tryKey(api, wrong, stranger), { status: 401, what: "and all is forgiven" });
    }
  }),
);

test("a hundred tries at once are no more than five", { timeout: 30_000 }, () =>
  withWorker(async (_, api) => {
    const answers = await Promise.all(Array.from({ length: 100 }, () => tryKey(api, "a wrong key", { "x-test-ip": "203.0.113.9" })));
    const of = (status) => answers.filter((answer) => answer.status === status).length;
    assert.deepEqual([of(401), of(429)], [5, 95]);
  }),
);

test("the time of a try does not tell whether there is such an account", { timeout: 60_000 }, () =>
  withWorker(async (_, api) => {
    const { id } = await makeMember(api, SITE, "viewer");
    const secret = "0".repeat(64);
    const tries = { known: `passerby_member_${id}_${secret}`, unknown: `passerby_member_${"1".repeat(16)}_${secret}` };
    const times = { known: [], unknown: [] };
    for (let n = 0; n < 200; n++) {
      for (const [who, key] of Object.entries(tries)) {
        const begin = performance.now();
        assert.equal((await tryKey(api, key, { "x-test-ip": `10.${n}.${key.length}.${who.length}` })).status, 401);
        times[who].push(performance.now() - begin);
      }
    }
    const median = (list) => list.sort((a, b) => a - b)[list.length >> 1];
    const gap = Math.abs(median(times.known) - median(times.unknown));
    console.log(`median gap ${gap.toFixed(3)} ms of ${median(times.known).toFixed(3)} ms`);
    assert.ok(gap < 1, `${gap} ms`);
  }),
);

test("nothing of a member's key, session or address is on disk or in the log", { timeout: 60_000 }, () =>
  withWorker(async (worker, api) => {
    const address = "203.0.113.77";
    const { key, id } = await makeMember(api, SITE, "viewer", "kept name");
    const cookie = await signIn(api, key, { "x-test-ip": address });
    const renewed = (await tryKey(api, key, { "x-test-ip": address }, { renew: true })).json.key;
    for (let n = 0; n < 7; n++) await tryKey(api, `${key.slice(0, -4)}0000`, { "x-test-ip": address });
    await reads(api, cookie);
    const assertNowhere = () => {
      const files = [...filesBelow(worker.data), { name: "the log", bytes: Buffer.from(worker.log) }];
      for (const kept of ["kept name", id]) assert.notDeepEqual(found(kept, files), [], `the search sees ${kept}`);
      const secrets = [key, renewed].flatMap((one) => [one, one.split("_")[3], one.split("_")[3].slice(0, 32)]);
      for (const secret of [...secrets, cookie.split(".")[3], address, api.key]) assert.deepEqual(found(secret, files), [], secret);
    };
    assertNowhere();
    await worker.kill();
    assertNowhere();
  }),
);
