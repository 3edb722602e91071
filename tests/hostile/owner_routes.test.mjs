// The owner's routes: who gets in, and what becomes of requests that make no sense.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { pageview } from "../harness/api.mjs";
import { ADMIN_KEY, Worker } from "../harness/worker.mjs";
import { assertRefused } from "./refusal.mjs";

const SITE = "owner.test";
const MARK = "canary-77ab01";
let worker, api;

before(async () => {
  worker = await Worker.start();
  api = worker.api;
  await api.putSite(SITE);
});
after(() => worker.dispose());

const QUERY = { site_id: SITE, date_range: "all", metrics: ["pageviews"] };
/** Every route of the owner: method, path, body, its type. */
const ROUTES = [
  ["GET", "/api/v1/sites"],
  ["GET", `/api/v1/sites/${SITE}`],
  ["PUT", `/api/v1/sites/${SITE}`, "{}", "application/json"],
  ["DELETE", "/api/v1/sites/another.test"],
  ["GET", `/api/v1/outcomes?site=${SITE}`],
  ["POST", `/api/v1/import?site=${SITE}`, "", "application/x-ndjson"],
  ["POST", "/api/v1/events", JSON.stringify({ site: SITE, events: [pageview(`https://${SITE}/`)] }), "application/json"],
  ["POST", "/api/v2/query", JSON.stringify(QUERY), "application/json"],
  ["GET", "/metrics"],
];

const ask = ([method, path, body, type], headers = {}) =>
  api.request(method, path, { body, headers: { ...(type ? { "content-type": type } : {}), ...headers } });

async function logIn() {
  const answer = await api.request("POST", "/api/v1/login", {
    body: JSON.stringify({ key: ADMIN_KEY }),
    headers: { "content-type": "application/json" },
  });
  assert.equal(answer.status, 200);
  return answer.headers.get("set-cookie");
}

test("without the key no owner's route says anything but that it is missing", async () => {
  const cookie = (await logIn()).split(";")[0];
  const [name, session] = cookie.split("=");
  const wrong = {
    "no key": {},
    "a wrong key": { authorization: `Bearer ${MARK}` },
    "an empty key": { authorization: "Bearer " },
    "the key's beginning": { authorization: `Bearer ${ADMIN_KEY.slice(0, -1)}` },
    "the key and more": { authorization: `Bearer ${ADMIN_KEY}x` },
    "the key in another scheme": { authorization: `Basic ${ADMIN_KEY}` },
    "the key in another case": { authorization: `Bearer ${ADMIN_KEY.toUpperCase()}` },
    "a wrong key beside a good session": { authorization: `Bearer ${MARK}`, cookie },
    "a made-up session": { cookie: `${name}=99999999999.${"0".repeat(64)}` },
    "a prolonged session": { cookie: `${name}=9${session}` },
    "a session cut short": { cookie: cookie.slice(0, -1) },
    "a session that is nothing": { cookie: `${name}=${MARK}` },
    "the key as a cookie": { cookie: `${name}=${encodeURIComponent(ADMIN_KEY)}` },
  };
  for (const route of ROUTES) {
    for (const [what, headers] of Object.entries(wrong)) {
      const answer = await ask(route, headers);
      assertRefused(answer, { status: 401, code: "unauthorised", sent: [MARK, ADMIN_KEY, SITE], what: `${route[1]}: ${what}` });
    }
    const site = route[1].includes("/sites/") ? `/api/v1/sites/${MARK}.test` : null;
    if (site) assertRefused(await ask([route[0], site, ...route.slice(2)]), { status: 401, what: "whether a site exists is no stranger's to know" });
  }
});

test("with the key or a session each answers", async () => {
  const cookie = (await logIn()).split(";")[0];
  await api.putSite("another.test");
  for (const route of ROUTES.filter(([method]) => method !== "DELETE")) {
    for (const headers of [{ authorization: `Bearer ${ADMIN_KEY}` }, { cookie }]) {
      const answer = await ask(route, headers);
      assert.equal(answer.status, 200, `${route[0]} ${route[1]}: ${answer.text.slice(0, 200)}`);
    }
  }
});

test("the session's cookie is out of reach of scripts and other sites", async () => {
  const cookie = await logIn();
  for (const part of ["HttpOnly", "SameSite=Strict", "Path=/", "Max-Age="]) assert.ok(cookie.includes(part), part);
  assert.ok(!cookie.includes(ADMIN_KEY));
});

test("a wrong key at the log-in opens nothing and is not repeated", async () => {
  const login = (body, type = "application/json") =>
    api.request("POST", "/api/v1/login", { body, headers: { "content-type": type } });
  for (const [body, status] of [
    [JSON.stringify({ key: MARK }), 401],
    [JSON.stringify({ key: "" }), 401],
    [JSON.stringify({ key: 7 }), 400],
    [JSON.stringify({ key: null }), 400],
    [JSON.stringify([ADMIN_KEY, MARK]), 401],
    [JSON.stringify({}), 400],
    ["", 400],
    [`{"key":"${MARK}`, 400],
    ["[".repeat(4000), 400],
    [JSON.stringify({ key: MARK.repeat(1000) }), 413],
  ]) {
    const answer = await login(body);
    assertRefused(answer, { sent: MARK, what: body.slice(0, 60) });
    if (!body.startsWith("[\"")) assert.equal(answer.status, status, body.slice(0, 60));
    assert.equal(answer.headers.get("set-cookie"), null);
  }
  assertRefused(await login(JSON.stringify({ key: ADMIN_KEY }), "text/plain"), { status: 415 });
  assertRefused(await api.request("GET", "/api/v1/login"), { status: 405 });
});

test("a server without a key lets nobody in", { timeout: 30_000 }, async () => {
  const keyless = await Worker.start({ env: { PASSERBY_ADMIN_KEY: "" } });
  try {
    for (const headers of [{}, { authorization: "Bearer " }, { authorization: "Bearer null" }]) {
      const answer = await keyless.api.request("GET", "/api/v1/sites", { headers });
      assertRefused(answer, { status: 401, code: "unauthorised" });
    }
    const login = { body: JSON.stringify({ key: "" }), headers: { "content-type": "application/json" } };
    assertRefused(await keyless.api.request("POST", "/api/v1/login", login), { status: 401 });
  } finally {
    await keyless.dispose();
  }
});

test("a wrong method is refused with the right ones", async () => {
  const cases = [
    ["/api/v1/sites", "POST", "GET"],
    [`/api/v1/sites/${SITE}`, "POST", "GET, PUT, DELETE"],
    ["/api/v1/outcomes", "POST", "GET"],
    ["/api/v1/import", "GET", "POST"],
    ["/api/v1/events", "PUT", "POST"],
    ["/api/v2/query", "GET", "POST"],
    ["/api/v1/logout", "GET", "POST"],
    ["/metrics", "POST", "GET"],
    ["/healthz", "POST", "GET"],
    ["/", "POST", "GET, HEAD"],
  ];
  for (const [path, method, allow] of cases) {
    const answer = await api.request(method, path, { key: ADMIN_KEY });
    assertRefused(answer, { status: 405, code: "method_not_allowed", what: path });
    assert.equal(answer.headers.get("allow"), allow, path);
  }
});

test("paths that lead nowhere are refused", async () => {
  for (const path of [
    "/api/", `/api/${MARK}`, "/api/v1", "/api/v1/sites/", `/api/v2/query/${MARK}`, `/${MARK}.js`, `/${MARK}`,
    "/%2e%2e/worker/index.mjs", "/..%2fworker%2findex.mjs", "/app/..%2f..%2fworker/workerd.capnp", "/%00.js", "/app",
    "/app/", "/p/", `/${"a/".repeat(4000)}x.js`,
  ]) {
    const answer = await api.request("GET", path, { key: ADMIN_KEY });
    assertRefused(answer, { sent: MARK, what: path.slice(0, 60) });
  }
  // The trial's routes are there under test alone.
  const plain = await Worker.start({ test: false });
  try {
    for (const path of ["panic?where=worker", "alarm?site=a.test"]) {
      assertRefused(await plain.api.owner("POST", `/api/v1/test/${path}`), { status: 404 });
    }
  } finally {
    await plain.dispose();
  }
});

test("unknown sites are refused on every route that names one", async () => {
  const unknown = `${MARK}.test`;
  for (const [method, path, body] of [
    ["GET", `/api/v1/sites/${unknown}`],
    ["DELETE", `/api/v1/sites/${unknown}`],
    ["GET", `/api/v1/outcomes?site=${unknown}`],
    ["GET", "/api/v1/outcomes"],
    ["POST", `/api/v1/import?site=${unknown}`, {}],
    ["POST", "/api/v1/import", {}],
    ["POST", "/api/v1/events", { site: unknown, events: [pageview("https://a.test/")] }],
    ["POST", "/api/v2/query", { ...QUERY, site_id: unknown }],
    ["POST", "/api/v2/query", { ...QUERY, site_id: `../${MARK}` }],
  ]) {
    assertRefused(await api.owner(method, path, body), { status: 404, code: "unknown_site", sent: MARK, what: `${method} ${path}` });
  }
  for (const name of ["..", "%2e%2e%2fx", "a%20b", "%ff", "%3Cscript%3E", "a".repeat(300)]) {
    const answer = await api.owner("PUT", `/api/v1/sites/${name}`, {});
    assertRefused(answer, { sent: "<script>", what: name });
  }
  const { sites } = await api.mustOwner("GET", "/api/v1/sites");
  assert.ok(sites.every(({ domain }) => !domain.includes(MARK)), "and leave nothing behind");
});

test("settings that make no sense are refused and change nothing", async () => {
  const before = await api.mustOwner("GET", `/api/v1/sites/${SITE}`);
  const raw = (body, type = "application/json") =>
    api.request("PUT", `/api/v1/sites/${SITE}`, { body, key: ADMIN_KEY, headers: { "content-type": type } });
  for (const settings of [
    [], "text", 7, { timezone: `Mars/${MARK}` }, { timezone: 7 }, { goals: MARK }, { goals: [{}] }, { goals: [MARK] },
    { retention_days: -1 }, { retention_days: MARK }, { [MARK]: 1 }, { label: 7 },
  ]) {
    assertRefused(await raw(JSON.stringify(settings)), { status: 400, sent: MARK, what: JSON.stringify(settings) });
  }
  for (const body of ["{", "[".repeat(100_000), `{"timezone":"\\ud800${MARK}"}`, `{"timezone":1e999}`, "\u0000"]) {
    assertRefused(await raw(body), { status: 400, sent: MARK, what: body.slice(0, 30) });
  }
  assertRefused(await raw("{}", "text/html"), { status: 415 });
  assertRefused(await raw(" ".repeat(262_145)), { status: 413, code: "body_too_large" });
  assert.deepEqual(await api.mustOwner("GET", `/api/v1/sites/${SITE}`), before);
});

test("a site that is deleted by several at once is deleted", async () => {
  for (let round = 0; round < 3; round++) {
    const site = `often-deleted-${round}.test`;
    await api.mustOwner("PUT", `/api/v1/sites/${site}`, {});
    const asked = Array.from({ length: 5 }, () => api.owner("DELETE", `/api/v1/sites/${site}`));
    for (const answer of await Promise.all(asked)) {
      // Who comes when it is gone is told so.
      if (answer.status !== 200) assertRefused(answer, { status: 404, what: site });
    }
    assertRefused(await api.owner("GET", `/api/v1/sites/${site}`), { status: 404, what: site });
  }
});

test("queries that make no sense are refused without repeating them", async () => {
  const raw = (body, type = "application/json") =>
    api.request("POST", "/api/v2/query", { body, key: ADMIN_KEY, headers: { "content-type": type } });
  const queries = [
    { ...QUERY, metrics: [MARK] }, { ...QUERY, metrics: MARK }, { ...QUERY, metrics: [] }, { ...QUERY, metrics: undefined },
    { ...QUERY, date_range: MARK }, { ...QUERY, date_range: [MARK, MARK] }, { ...QUERY, date_range: ["2026-02-31", "2026-03-01"] },
    { ...QUERY, date_range: ["2026-03-02", "2026-03-01"] }, { ...QUERY, date_range: {} }, { ...QUERY, date_range: null },
    { ...QUERY, dimensions: [MARK] }, { ...QUERY, dimensions: "event:page" }, { ...QUERY, dimensions: ["event:props:"] },
    { ...QUERY, filters: [[MARK, "event:page", ["/"]]] }, { ...QUERY, filters: [["is", MARK, ["/"]]] },
    { ...QUERY, filters: [["is", "event:page", MARK]] }, { ...QUERY, filters: [["is"]] }, { ...QUERY, filters: {} },
    { ...QUERY, filters: [["matches", "event:page", [`(${MARK}`]]] }, { ...QUERY, filters: [[]] },
    { ...QUERY, order_by: [[MARK, "desc"]] }, { ...QUERY, order_by: [["pageviews", MARK]] }, { ...QUERY, order_by: 7 },
    { ...QUERY, pagination: { limit: -1 } }, { ...QUERY, pagination: { limit: MARK } }, { ...QUERY, pagination: { offset: 1e30 } },
    { ...QUERY, include: { [MARK]: true } }, { ...QUERY, include: MARK }, { ...QUERY, [MARK]: 1 },
    { ...QUERY, site_id: 7 }, { ...QUERY, site_id: undefined }, { queries: [] }, { queries: MARK }, [], MARK, 7, null,
  ];
  for (const query of queries) assertRefused(await raw(JSON.stringify(query)), { status: 400, what: JSON.stringify(query), sent: query?.site_id === SITE ? MARK : [] });
  const deep = `${'["not",'.repeat(40)}["is","event:page",["/"]]${"]".repeat(40)}`;
  for (const body of [
    "", "{", "[".repeat(200_000), `{"site_id":"\\udfff"}`,
    JSON.stringify({ ...QUERY, filters: "FILTER" }).replace('"FILTER"', `[${'["not",'.repeat(5000)}1${"]".repeat(5000)}]`),
  ]) {
    assertRefused(await raw(body), { status: 400, what: body.slice(0, 30) });
  }
  const nested = await raw(JSON.stringify({ ...QUERY, filters: "FILTER" }).replace('"FILTER"', `[${deep}]`));
  if (nested.status !== 200) assertRefused(nested, { status: 400, what: "forty negations" });
  // A thousand thousands of parentheses in a pattern stay a pattern.
  for (const pattern of ["(".repeat(5000), "a{1000}{1000}{1000}", "(?:a|b|ab)*".repeat(500), `[${MARK}`]) {
    const answer = await raw(JSON.stringify({ ...QUERY, filters: [["matches", "event:page", [pattern]]] }));
    if (answer.status !== 200) assertRefused(answer, { status: 400, sent: MARK, what: pattern.slice(0, 20) });
  }
  assertRefused(await raw(JSON.stringify(QUERY), "application/xml"), { status: 415 });
  assertRefused(await raw(" ".repeat(262_145)), { status: 413, code: "body_too_large" });
  assert.equal((await raw(JSON.stringify(QUERY))).status, 200, "the next query is answered");
});

test("several queries are answered each for itself", async () => {
  const answer = await api.mustOwner("POST", "/api/v2/query", {
    queries: [QUERY, { ...QUERY, metrics: [MARK] }, { ...QUERY, metrics: ["visitors"] }],
  });
  assert.equal(answer.results.length, 3);
  assert.ok(answer.results[0].results && answer.results[2].results);
  assert.equal(answer.results[1].status, 400);
  assert.ok(!JSON.stringify(answer.results[1]).includes(MARK));
});

test("lines of an import that make no sense are listed, and the others are taken", async () => {
  const site = "lines.test";
  await api.putSite(site);
  const good = { name: "pageview", visitor: "anna", timestamp: new Date().toISOString(), url: `https://${site}/` };
  const line = (more) => JSON.stringify({ ...good, ...more });
  const lines = [
    [line({}), null],
    ["", null],
    ["{", "malformed"],
    [`[${MARK}`, "malformed"],
    ['{"a":'.repeat(2000), "malformed"],
    ['"text"', "malformed"],
    [line({ visitor: undefined }), "missing_field"],
    [line({ timestamp: MARK }), "bad_field"],
    [line({ timestamp: "+999999999-01-01T00:00:00Z" }), "bad_field"],
    [line({ url: MARK }), "bad_url"],
    [line({ id: MARK }), "bad_field"],
    [line({ country: "x".repeat(2001) }), "text_too_long"],
    [line({ props: { a: "x".repeat(140_000) } }), "text_too_long"],
    [line({ city: 2 ** 40 }), "bad_field"],
    [`{"name":"\\ud800","visitor":"a","timestamp":"2026-01-01T00:00:00Z"}`, "malformed"],
    [Buffer.from([0xff, 0xfe, 0x00]).toString("latin1"), "malformed"],
    [line({ user_agent: "curl/8.5.0" }), "bot"],
    [line({}), null],
  ];
  const answer = await api.importText(site, lines.map(([text]) => text).join("\n"));
  assert.equal(answer.status, 200);
  const expected = lines.flatMap(([, reason], n) => (reason ? [[n + 1, reason]] : []));
  assert.deepEqual(answer.json.rejected.map(({ line, reason }) => [line, reason]), expected);
  assert.deepEqual([answer.json.received, answer.json.accepted], [lines.length - 1, 2]);
  assert.ok(!answer.text.includes(MARK));
  const { received, outcomes } = await api.outcomes(site);
  assert.equal(received, lines.length - 1);
  assert.equal(outcomes.reduce((sum, { count }) => sum + count, 0), received);
  for (const type of ["text/csv", "application/gzip"]) {
    assertRefused(await api.importText(site, "x", { "content-type": type }), { status: 415, what: type });
  }
  assertRefused(await api.importText(site, "x", { "content-encoding": "gzip" }), { status: 415 });
  assertRefused(await api.importText(site, "x", { "idempotency-key": "k".repeat(201) }), { status: 400 });
});

test("a stranger's 10 MB to an owner's route are refused for want of the key", async () => {
  const body = "x".repeat(10 * 1024 * 1024);
  for (const path of ["/api/v2/query", "/api/v1/events", `/api/v1/import?site=${SITE}`]) {
    const answer = await api.request("POST", path, { body, headers: { "content-type": "application/json" } });
    assertRefused(answer, { status: 401, what: path });
  }
  for (const path of ["/api/v2/query", "/api/v1/events"]) {
    const answer = await api.request("POST", path, { body, key: ADMIN_KEY, headers: { "content-type": "application/json" } });
    assertRefused(answer, { status: 413, code: "body_too_large", what: path });
  }
});

test("what a server reports is checked like what a browser sends", async () => {
  const site = "server.test";
  await api.putSite(site);
  const send = (body) => api.owner("POST", "/api/v1/events", body);
  const good = pageview(`https://${site}/`);
  for (const [what, batch, status] of [
    ["no site", { events: [good] }, 400],
    ["no events", { site, events: [] }, 400],
    ["101 events", { site, events: Array(101).fill(good) }, 413],
    ["a moment that is none", { site, events: [{ ...good, timestamp: MARK }] }, 400],
    ["a moment two days ago", { site, events: [{ ...good, timestamp: new Date(Date.now() - 172_800_000).toISOString() }] }, 400],
    ["a moment in an hour", { site, events: [{ ...good, timestamp: new Date(Date.now() + 3_600_000).toISOString() }] }, 400],
    ["an address of the net that is a number", { site, events: [{ ...good, ip: 7 }] }, 400],
    ["a robot", { site, events: [{ ...good, user_agent: "Googlebot/2.1" }] }, 200],
    ["a moment ago", { site, events: [{ ...good, timestamp: new Date().toISOString() }] }, 200],
  ]) {
    const answer = await send(batch);
    if (status === 200) assert.equal(answer.status, 200, `${what}: ${answer.text}`);
    else assertRefused(answer, { status, sent: MARK, what });
  }
  assert.deepEqual(await api.totals(site, ["pageviews"]), { pageviews: 1 });
});
