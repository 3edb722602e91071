// Who may do what: every route by every kind of caller, each answer by its status and code.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { eventId, pageview } from "../harness/api.mjs";
import { ADMIN_KEY, Worker } from "../harness/worker.mjs";
import { assertRefused } from "../hostile/refusal.mjs";
import { SAMPLES, routes, sample } from "./routes.mjs";
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

/** What each caller is told, by what a route needs. In the order in which they ask. */
const EXPECTED = {
  //                          nothing  write or signature  read      admin     admin key
  nobody:                         [OK, UNKNOWN,            UNKNOWN,  UNKNOWN,  UNKNOWN],
  "a wrong key":                  [OK, UNKNOWN,            UNKNOWN,  UNKNOWN,  UNKNOWN],
  "a key's id, another secret":   [OK, UNKNOWN,            UNKNOWN,  UNKNOWN,  UNKNOWN],
  "a key that never was":         [OK, UNKNOWN,            UNKNOWN,  UNKNOWN,  UNKNOWN],
  "a key that was deleted":       [OK, UNKNOWN,            UNKNOWN,  UNKNOWN,  UNKNOWN],
  "a key as a session":           [OK, UNKNOWN,            UNKNOWN,  UNKNOWN,  UNKNOWN],
  "a read key":                   [OK, SCOPE,              OK,       SCOPE,    OPERATOR],
  "a write key":                  [OK, OK,                 SCOPE,    SCOPE,    OPERATOR],
  "an admin key of the site":     [OK, OK,                 OK,       OK,       OPERATOR],
  "another site's read key":      [OK, SCOPE,              SITE,     SCOPE,    OPERATOR],
  "another site's write key":     [OK, SITE,               SCOPE,    SCOPE,    OPERATOR],
  "another site's admin key":     [OK, SITE,               SITE,     SITE,     OPERATOR],
  "a signature":                  [OK, OK,                 UNKNOWN,  UNKNOWN,  UNKNOWN],
  "a signature by an admin key":  [OK, OK,                 UNKNOWN,  UNKNOWN,  UNKNOWN],
  "a signature by a read key":    [OK, SCOPE,              UNKNOWN,  UNKNOWN,  UNKNOWN],
  "another site's signature":     [OK, SITE,               UNKNOWN,  UNKNOWN,  UNKNOWN],
  "a deleted key's signature":    [OK, FORGED,             UNKNOWN,  UNKNOWN,  UNKNOWN],
  "a wrong signature":            [OK, FORGED,             UNKNOWN,  UNKNOWN,  UNKNOWN],
  "a wrong one and a good key":   [OK, FORGED,             OK,       OK,       OPERATOR],
  "a session":                    [OK, OK,                 OK,       OK,       OK],
  // The last, for it may delete the site.
  "the admin key":                [OK, OK,                 OK,       OK,       OK],
};
const NEEDS = ["nothing", "write or signature", "read", "admin", "admin key"];
/** These answer alike for every site, so a key of any will do. */
const OF_NO_SITE = ["GET /api/v2/dimensions"];

const bearer = (key) => ({ authorization: `Bearer ${key}` });

async function session() {
  const login = { body: JSON.stringify({ key: ADMIN_KEY }), headers: { "content-type": "application/json" } };
  return (await api.request("POST", "/api/v1/login", login)).headers.get("set-cookie").split(";")[0];
}

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
    "a session": () => ({ cookie }),
    "the admin key": () => bearer(ADMIN_KEY),
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
        if (route === "DELETE /api/v1/sites/{domain}" && caller === "a session") await api.putSite(site);
        const request = await sample(route, site, api);
        const answer = await ask(request, all[caller](request.body ?? ""));
        const what = `${caller}: ${answer.status} ${answer.text.slice(0, 200)}`;
        if (told === OK) assert.equal(answer.status, request.ok, what);
        else assertRefused(answer, { status: told[0], code: told[1], what: caller });
        if (route === "DELETE /api/v1/sites/{domain}" && told === OK) await api.putSite(site);
      }
    });
  });
});

test("whether another site exists is not told to a site's key", async () => {
  await callers("mine.test", "theirs.test");
  const { key } = await makeKey(api, "mine.test", SCOPES);
  for (const { route, need } of routes()) {
    if (["nothing", "admin key"].includes(need) || OF_NO_SITE.includes(route)) continue;
    const answers = [];
    for (const site of ["theirs.test", "nobody.test"]) {
      // Ids are of no site that is there, as nobody could have made them.
      const request = { ...(await sample(route, "theirs.test", api)) };
      const about = (text) => text?.replaceAll("theirs.test", site);
      const answer = await ask({ ...request, path: about(request.path), body: about(request.body) }, bearer(key));
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
    for (const [pages, refused] of [[foreign, method !== "GET"], [own, false]]) {
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
