// Who may do what: every route by every kind of caller, each answer by its status and code.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { eventId, pageview } from "../harness/api.mjs";
import { ADMIN_KEY, Worker } from "../harness/worker.mjs";
import { assertRefused } from "../hostile/refusal.mjs";
import { SAMPLES, routes, sample } from "./routes.mjs";
import { makeMember, signIn } from "./members.mjs";
import { makeShare } from "./shares.mjs";
import { makeKey, signed } from "./sign.mjs";

let worker, api;
before(async () => {
  worker = await Worker.start();
  api = worker.api;
});
after(() => worker?.dispose());

const SCOPES = ["read", "write", "admin"];
const OK = "answered";
const UNKNOWN = [401, "unauthorised"];
const FORGED = [401, "bad_signature"];
const SCOPE = [403, "missing_scope"];
const SITE = [403, "other_site"];
const OPERATOR = [403, "admin_key_only"];

const ROLE = [403, "missing_role"];
const NO_SHARE = [403, "not_shared"];
const OVER = [410, "share_expired"];

/** What each caller is told, by what a route needs. In the order in which they ask. */
const EXPECTED = {
  //                                 nothing   write or signature  read      read or share  editor    admin     owner     session   admin key
  nobody:                           [OK,       UNKNOWN,            UNKNOWN,  UNKNOWN,       UNKNOWN,  UNKNOWN,  UNKNOWN,  UNKNOWN,  UNKNOWN],
  "a wrong key":                    [OK,       UNKNOWN,            UNKNOWN,  UNKNOWN,       UNKNOWN,  UNKNOWN,  UNKNOWN,  UNKNOWN,  UNKNOWN],
  "a key's id, another secret":     [OK,       UNKNOWN,            UNKNOWN,  UNKNOWN,       UNKNOWN,  UNKNOWN,  UNKNOWN,  UNKNOWN,  UNKNOWN],
  "a key that never was":           [OK,       UNKNOWN,            UNKNOWN,  UNKNOWN,       UNKNOWN,  UNKNOWN,  UNKNOWN,  UNKNOWN,  UNKNOWN],
  "a key that was deleted":         [OK,       UNKNOWN,            UNKNOWN,  UNKNOWN,       UNKNOWN,  UNKNOWN,  UNKNOWN,  UNKNOWN,  UNKNOWN],
  "a key as a session":             [OK,       UNKNOWN,            UNKNOWN,  UNKNOWN,       UNKNOWN,  UNKNOWN,  UNKNOWN,  UNKNOWN,  UNKNOWN],
  "a read key":                     [OK,       SCOPE,              OK,       OK,            SCOPE,    SCOPE,    OPERATOR, OPERATOR, OPERATOR],
  "a write key":                    [OK,       OK,                 SCOPE,    SCOPE,         SCOPE,    SCOPE,    OPERATOR, OPERATOR, OPERATOR],
  "an admin key of the site":       [OK,       OK,                 OK,       OK,            OK,       OK,       OPERATOR, OPERATOR, OPERATOR],
  "another site's read key":        [OK,       SCOPE,              SITE,     SITE,          SCOPE,    SCOPE,    OPERATOR, OPERATOR, OPERATOR],
  "another site's write key":       [OK,       SITE,               SCOPE,    SCOPE,         SCOPE,    SCOPE,    OPERATOR, OPERATOR, OPERATOR],
  "another site's admin key":       [OK,       SITE,               SITE,     SITE,          SITE,     SITE,     OPERATOR, OPERATOR, OPERATOR],
  "a signature":                    [OK,       OK,                 UNKNOWN,  UNKNOWN,       UNKNOWN,  UNKNOWN,  UNKNOWN,  UNKNOWN,  UNKNOWN],
  "a signature by an admin key":    [OK,       OK,                 UNKNOWN,  UNKNOWN,       UNKNOWN,  UNKNOWN,  UNKNOWN,  UNKNOWN,  UNKNOWN],
  "a signature by a read key":      [OK,       SCOPE,              UNKNOWN,  UNKNOWN,       UNKNOWN,  UNKNOWN,  UNKNOWN,  UNKNOWN,  UNKNOWN],
  "another site's signature":       [OK,       SITE,               UNKNOWN,  UNKNOWN,       UNKNOWN,  UNKNOWN,  UNKNOWN,  UNKNOWN,  UNKNOWN],
  "a deleted key's signature":      [OK,       FORGED,             UNKNOWN,  UNKNOWN,       UNKNOWN,  UNKNOWN,  UNKNOWN,  UNKNOWN,  UNKNOWN],
  "a wrong signature":              [OK,       FORGED,             UNKNOWN,  UNKNOWN,       UNKNOWN,  UNKNOWN,  UNKNOWN,  UNKNOWN,  UNKNOWN],
  "a wrong one and a good key":     [OK,       FORGED,             OK,       OK,            OK,       OK,       OPERATOR, OPERATOR, OPERATOR],
  "a member who was removed":       [OK,       UNKNOWN,            UNKNOWN,  UNKNOWN,       UNKNOWN,  UNKNOWN,  UNKNOWN,  UNKNOWN,  UNKNOWN],
  "an owner's ended session":       [OK,       UNKNOWN,            UNKNOWN,  UNKNOWN,       UNKNOWN,  UNKNOWN,  UNKNOWN,  UNKNOWN,  UNKNOWN],
  "an owner's session prolonged":   [OK,       UNKNOWN,            UNKNOWN,  UNKNOWN,       UNKNOWN,  UNKNOWN,  UNKNOWN,  UNKNOWN,  UNKNOWN],
  "a viewer's, with an owner's id": [OK,       UNKNOWN,            UNKNOWN,  UNKNOWN,       UNKNOWN,  UNKNOWN,  UNKNOWN,  UNKNOWN,  UNKNOWN],
  "a session of the key before":    [OK,       UNKNOWN,            UNKNOWN,  UNKNOWN,       UNKNOWN,  UNKNOWN,  UNKNOWN,  UNKNOWN,  UNKNOWN],
  "a member's key as a key":        [OK,       UNKNOWN,            UNKNOWN,  UNKNOWN,       UNKNOWN,  UNKNOWN,  UNKNOWN,  UNKNOWN,  UNKNOWN],
  "a member's key as a session":    [OK,       UNKNOWN,            UNKNOWN,  UNKNOWN,       UNKNOWN,  UNKNOWN,  UNKNOWN,  UNKNOWN,  UNKNOWN],
  "an owner of another site":       [OK,       SITE,               SITE,     SITE,          SITE,     SITE,     SITE,     OK,       OPERATOR],
  "a share":                        [OK,       NO_SHARE,           NO_SHARE, OK,            NO_SHARE, NO_SHARE, NO_SHARE, NO_SHARE, NO_SHARE],
  "another site's share":           [OK,       NO_SHARE,           NO_SHARE, SITE,          NO_SHARE, NO_SHARE, NO_SHARE, NO_SHARE, NO_SHARE],
  "a share that is over":           [OK,       OVER,               OVER,     OVER,          OVER,     OVER,     OVER,     OVER,     OVER],
  "a share that was taken back":    [OK,       UNKNOWN,            UNKNOWN,  UNKNOWN,       UNKNOWN,  UNKNOWN,  UNKNOWN,  UNKNOWN,  UNKNOWN],
  "a share's id, another secret":   [OK,       UNKNOWN,            UNKNOWN,  UNKNOWN,       UNKNOWN,  UNKNOWN,  UNKNOWN,  UNKNOWN,  UNKNOWN],
  "a share as a session":           [OK,       UNKNOWN,            UNKNOWN,  UNKNOWN,       UNKNOWN,  UNKNOWN,  UNKNOWN,  UNKNOWN,  UNKNOWN],
  "a viewer":                       [OK,       ROLE,               OK,       OK,            ROLE,     ROLE,     ROLE,     OK,       OPERATOR],
  "an editor":                      [OK,       ROLE,               OK,       OK,            OK,       ROLE,     ROLE,     OK,       OPERATOR],
  "an admin":                       [OK,       OK,                 OK,       OK,            OK,       OK,       ROLE,     OK,       OPERATOR],
  "a session":                      [OK,       OK,                 OK,       OK,            OK,       OK,       OK,       OK,       OK],
  "the admin key":                  [OK,       OK,                 OK,       OK,            OK,       OK,       OK,       OK,       OK],
  "an owner":                       [OK,       OK,                 OK,       OK,            OK,       OK,       OK,       OK,       OPERATOR],
};
const NEEDS = ["nothing", "write or signature", "read", "read or share", "editor", "admin", "owner", "session", "admin key"];
/** These answer alike for every site, so a key of any will do. */
const OF_NO_SITE = ["GET /api/v2/dimensions"];

const PAGE_AS_FILE = "GET /api/v1/page/csv";
const DELETE_SITE = "DELETE /api/v1/sites/{domain}";

const bearer = (key) => ({ authorization: `Bearer ${key}` });

const session = () => signIn(api, ADMIN_KEY);

/** The callers of a site: for each what its request carries. */
async function callers(site, other) {
  for (const domain of [site, other]) await api.putSite(domain);
  const [keys, others] = [{}, {}];
  for (const scope of SCOPES) {
    keys[scope] = (await makeKey(api, site, [scope])).key;
    others[scope] = (await makeKey(api, other, [scope])).key;
  }
  const gone = await makeKey(api, site, SCOPES);
  await api.mustOwner("DELETE", `/api/v1/sites/${site}/keys/${gone.id}`);
  const cookie = await session();
  const members = {};
  for (const role of ["viewer", "editor", "admin", "owner"]) members[role] = await makeMember(api, site, role);
  const sessions = Object.fromEntries(await Promise.all(Object.entries(members).map(async ([role, { key }]) => [role, await signIn(api, key)])));
  const [removed, renewed] = [await makeMember(api, site, "owner"), await makeMember(api, site, "owner")];
  const [ofRemoved, ofKeyBefore] = [await signIn(api, removed.key), await signIn(api, renewed.key)];
  await api.mustOwner("DELETE", `/api/v1/sites/${site}/members/${removed.id}`);
  await api.mustOwner("POST", `/api/v1/sites/${site}/members/${renewed.id}/key`);
  const ended = await signIn(api, members.owner.key, { "x-now": new Date(Date.now() - 7 * 86_400_000 - 1_000).toISOString() });
  const ofStranger = await signIn(api, (await makeMember(api, other, "owner")).key);
  const shares = [site, site, other].map((domain) => makeShare(api, domain));
  const [shown, takenBack, ofOther] = await Promise.all(shares);
  await api.mustOwner("DELETE", `/api/v1/sites/${site}/shares/${takenBack.id}`);
  const isOver = await makeShare(api, site, { expires: "2026-01-02T00:00:00Z" }, { "x-now": "2026-01-01T00:00:00Z" });
  const id = keys.admin.split("_")[1];
  const secret = keys.admin.split("_")[2];
  return {
    nobody: () => ({}),
    "a wrong key": () => bearer("a wrong key"),
    "a key's id, another secret": () => bearer(`passerby_${id}_${"0".repeat(64)}`),
    "a key that never was": () => bearer(`passerby_${"0".repeat(16)}_${secret}`),
    "a key that was deleted": () => bearer(gone.key),
    "a key as a session": () => ({ cookie: `passerby_session=${keys.admin}` }),
    "a read key": () => bearer(keys.read),
    "a write key": () => bearer(keys.write),
    "an admin key of the site": () => bearer(keys.admin),
    "another site's read key": () => bearer(others.read),
    "another site's write key": () => bearer(others.write),
    "another site's admin key": () => bearer(others.admin),
    "a signature": (body) => signed(keys.write, body),
    "a signature by an admin key": (body) => signed(keys.admin, body),
    "a signature by a read key": (body) => signed(keys.read, body),
    "another site's signature": (body) => signed(others.write, body),
    "a deleted key's signature": (body) => signed(gone.key, body),
    "a wrong signature": (body) => signed(keys.write, `${body} `),
    "a wrong one and a good key": (body) => ({ ...signed(keys.write, `${body} `), ...bearer(keys.admin) }),
    "a member who was removed": () => ({ cookie: ofRemoved }),
    "an owner's ended session": () => ({ cookie: ended }),
    "an owner's session prolonged": () => ({ cookie: ended.replace(/\.(\d+)\./, (_, ends) => `.${Number(ends) + 86_400}.`) }),
    "a viewer's, with an owner's id": () => ({ cookie: sessions.viewer.replace(members.viewer.id, members.owner.id) }),
    "a session of the key before": () => ({ cookie: ofKeyBefore }),
    "a member's key as a key": () => bearer(members.owner.key),
    "a member's key as a session": () => ({ cookie: `passerby_session=${members.owner.key}` }),
    "an owner of another site": () => ({ cookie: ofStranger }),
    "a share": () => bearer(shown.token),
    "another site's share": () => bearer(ofOther.token),
    "a share that is over": () => bearer(isOver.token),
    "a share that was taken back": () => bearer(takenBack.token),
    "a share's id, another secret": () => bearer(`passerby_share_${shown.id}_${"0".repeat(64)}`),
    "a share as a session": () => ({ cookie: `passerby_session=${shown.token}` }),
    "a viewer": () => ({ cookie: sessions.viewer }),
    "an editor": () => ({ cookie: sessions.editor }),
    "an admin": () => ({ cookie: sessions.admin }),
    "a session": () => ({ cookie }),
    "the admin key": () => bearer(ADMIN_KEY),
    "an owner": () => ({ cookie: sessions.owner }),
  };
}

const ask = ({ method, path, body, type }, headers) =>
  api.request(method, path, { body, headers: { ...(type && { "content-type": type }), ...headers } });

test("every route has a sample, and every sample a route", () => {
  assert.deepEqual(Object.keys(SAMPLES).sort(), routes().map(({ route }) => route).sort());
  assert.ok(routes().length >= 35);
  for (const { need } of routes()) assert.ok(NEEDS.includes(need), need);
});

describe("every route by every caller", () => {
  routes().forEach(({ route, need }, number) => {
    test(`${route} needs ${need}`, { timeout: 30_000 }, async () => {
      const site = `route${number}.test`;
      const all = await callers(site, `other${number}.test`);
      assert.deepEqual(Object.keys(all), Object.keys(EXPECTED));
      for (const [caller, expected] of Object.entries(EXPECTED)) {
        let told = expected[NEEDS.indexOf(need)];
        if (OF_NO_SITE.includes(route) && told === SITE) told = OK;
        // The page shows the sites that its reader may see, and knows of no other.
        if (route === PAGE_AS_FILE && caller === "an owner of another site") told = [404, "unknown_site"];
        // Who deletes a site ends all keys and roles on it, so each has one of his own.
        const own = route === DELETE_SITE && told === OK ? `${caller.replaceAll(" ", "-")}.test` : site;
        const carried = own === site ? all[caller] : (await callers(own, `other-${own}`))[caller];
        const request = await sample(route, own, api);
        const answer = await ask(request, carried(request.body ?? ""));
        const what = `${caller}: ${answer.status} ${answer.text.slice(0, 200)}`;
        if (told === OK) assert.equal(answer.status, request.ok, what);
        else assertRefused(answer, { status: told[0], code: told[1], what: caller });
      }
    });
  });
});

test("whether another site exists is not told to a site's key, nor to its owner", async () => {
  const all = await callers("mine.test", "theirs.test");
  const { key } = await makeKey(api, "mine.test", SCOPES);
  for (const { route, need, headers } of routes().flatMap((row) => [bearer(key), all["an owner"]()].map((headers) => ({ ...row, headers })))) {
    if (["nothing", "session", "admin key"].includes(need) || OF_NO_SITE.includes(route)) continue;
    const answers = [];
    for (const site of ["theirs.test", "nobody.test"]) {
      // Ids are of no site that is there, as nobody could have made them.
      const request = { ...(await sample(route, "theirs.test", api)) };
      const about = (text) => text?.replaceAll("theirs.test", site);
      const answer = await ask({ ...request, path: about(request.path), body: about(request.body) }, headers);
      answers.push([answer.status, answer.text]);
    }
    assert.deepEqual(answers[0], answers[1], route);
    assert.equal(answers[0][0], 403, `${route} ${answers[0][1]}`);
  }
});

test("a query among several that names another site tells nothing of it", async () => {
  await callers("asking.test", "asked.test");
  const { key } = await makeKey(api, "asking.test", ["read"]);
  await api.send("asked.test", Array.from({ length: 7 }, () => pageview("https://asked.test/secret")));
  const query = (site) => ({ site_id: site, date_range: "all", metrics: ["pageviews"], dimensions: ["event:page"] });
  const of = (body) => api.request("POST", "/api/v2/query", { key, body: JSON.stringify(body) });
  for (const body of [
    { queries: [query("asking.test"), query("asked.test")] },
    { site_id: "asking.test", queries: [query("asked.test")] },
    { queries: [{ ...query("asked.test"), site_id: undefined }, query("asking.test")] },
  ]) {
    const answer = await of(body);
    assert.ok(!answer.text.includes("secret") && !/\b7\b/.test(answer.text), answer.text);
  }
  for (const body of [{ queries: [query("asked.test"), query("asking.test")] }, { ...query("asked.test"), queries: [query("asking.test")] }]) {
    assertRefused(await of(body), { status: 403, code: "other_site" });
  }
});

test("what was refused changed nothing", async () => {
  const site = "unchanged.test";
  const all = await callers(site, "another.test");
  const before = [await api.mustOwner("GET", `/api/v1/sites/${site}`), await api.mustOwner("GET", `/api/v1/sites/${site}/keys`)];
  for (const { route, need } of routes().filter(({ need }) => need !== "nothing")) {
    for (const [caller, expected] of Object.entries(EXPECTED)) {
      if (expected[NEEDS.indexOf(need)] === OK || OF_NO_SITE.includes(route)) continue;
      const request = await sample(route, site, { mustOwner: async () => ({ id: "1" }) });
      await ask(request, all[caller](request.body ?? ""));
    }
  }
  assert.deepEqual([await api.mustOwner("GET", `/api/v1/sites/${site}`), await api.mustOwner("GET", `/api/v1/sites/${site}/keys`)], before);
  assert.deepEqual((await api.mustOwner("GET", `/api/v1/sites/${site}/segments`)).segments, []);
  assert.deepEqual(await api.outcomes(site), { received: 0, outcomes: [] });
});

test("a site's admin key changes its site and makes none", async () => {
  await api.putSite("changed.test");
  const { key } = await makeKey(api, "changed.test", ["admin"]);
  const put = (site) => api.request("PUT", `/api/v1/sites/${site}`, { key, body: JSON.stringify({ timezone: "Europe/Tallinn" }) });
  assert.equal((await put("changed.test")).json.timezone, "Europe/Tallinn");
  assertRefused(await put("new.test"), { status: 403, code: "other_site" });
  await api.mustOwner("DELETE", "/api/v1/sites/changed.test");
  assertRefused(await put("changed.test"), { status: 401, code: "unauthorised", what: "its keys went with it" });
  const { sites } = await api.mustOwner("GET", "/api/v1/sites");
  assert.ok(sites.every(({ domain }) => !["changed.test", "new.test"].includes(domain)));
  await api.putSite("changed.test");
  assertRefused(await put("changed.test"), { status: 401, code: "unauthorised", what: "and are not those of its successor" });
});

test("requests with events that are refused are counted by reason", async () => {
  const site = "refused.test";
  const all = await callers(site, "elsewhere.test");
  const counts = async () => {
    const { text } = await api.request("GET", "/metrics", { key: ADMIN_KEY });
    const of = (reason) => Number(new RegExp(`homeless_events_total\\{reason="${reason}"\\} (\\d+)`).exec(text)?.[1] ?? 0);
    return ["unauthorised", "bad_signature", "stale_signature"].map(of);
  };
  const before = await counts();
  const body = JSON.stringify({ site, events: [pageview(`https://${site}/`, { id: eventId() })] });
  const send = (headers) => api.request("POST", "/api/v1/events", { body, headers: { "content-type": "application/json", ...headers } });
  for (const caller of ["nobody", "a read key", "another site's write key", "a wrong signature"]) await send(all[caller](body));
  const { key } = await makeKey(api, site, ["write"]);
  await send(signed(key, body, { at: Math.floor(Date.now() / 1000) - 400 }));
  assert.deepEqual((await counts()).map((count, i) => count - before[i]), [3, 1, 1]);
});

test("a session does nothing for pages of other origins but read, which those may not see", async () => {
  const site = "session.test";
  await api.putSite(site);
  const cookie = await session();
  const foreign = [{ "sec-fetch-site": "cross-site" }, { "sec-fetch-site": "same-site" }, { origin: "https://evil.example" }, { origin: "null" }];
  const own = [{ "sec-fetch-site": "same-origin", origin: "https://behind.a.proxy" }, { origin: worker.url }];
  for (const { route, need } of routes().filter(({ need }) => need !== "nothing")) {
    if (route.startsWith("DELETE")) continue;
    const { method, path, body, type } = await sample(route, site, api);
    // What comes by a WebSocket, pages of any origin may read.
    const isChange = method !== "GET" || route === "GET /api/v1/live";
    for (const [pages, refused] of [[foreign, isChange], [own, false]]) {
      for (const headers of pages) {
        const answer = await api.request(method, path, { body, headers: { cookie, ...headers, ...(type ? { "content-type": type } : {}) } });
        const what = `${route} ${JSON.stringify(headers)}`;
        if (refused) assertRefused(answer, { status: 403, code: "other_origin", what });
        else assert.notEqual(answer.json?.code, "other_origin", what);
        assert.ok(!answer.headers.has("access-control-allow-origin"), what);
      }
    }
  }
  assert.equal((await api.owner("GET", `/api/v1/sites/${site}`)).status, 200, "it is still there");
});
