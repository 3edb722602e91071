// What tells who somebody is never reaches the disk or the log, and what tells two visitors apart is gone in time.
import assert from "node:assert/strict";
import { test } from "node:test";
import { CHROME, eventId, pageview } from "../harness/api.mjs";
import { eventually } from "../harness/eventually.mjs";
import { Worker } from "../harness/worker.mjs";
import { filesBelow, forms, found } from "./canaries.mjs";

const SITE = "private.test";
/** What a visitor, a sender or an attacker brings along, each to be found nowhere. */
const CANARIES = {
  ip: "203.0.113.197",
  ipv6: "2001:db8:77aa:1234::9b1c",
  userAgent: "KanarieUA/77.41.9",
  forwarded: "198.51.100.231",
  cookie: "cookie-4be1c07d",
  language: "x-sprache-99",
  wrongKey: "wrong-key-c2a7e60b",
  parameter: "parameter-8f3a55d1",
  fragment: "fragment-07bd913e",
  password: "password-5510fe2c",
  emailInPath: "maria.path@canary.example",
  emailInProp: "maria.prop@canary.example",
  emailInReferrer: "maria.referrer@canary.example",
  referrerParameter: "suche-b7d4e812",
  referrerIp: "198.51.100.147",
  referrerIpv6: "2001:db8:51:4::77f2",
  card: "4111111111111111",
  visitor: "visitor-e4a19c33",
  malformed: "malformed-19d07c6e",
  unknownSite: "site-6a2f81b0.test",
  unknownPath: "path-d93b7f04",
  badAddress: "address-3e8c5a17",
  header: "header-a50f2d98",
};
/** What must be found, so that the search is known to see. */
const KEPT = "/kept-9c27";

async function withWorker(options, check) {
  const worker = await Worker.start(options);
  try {
    await worker.api.putSite(SITE);
    await check(worker, worker.api);
  } finally {
    await worker.dispose();
  }
}

/** Everything that can carry something of a person, sent in every way that there is. */
async function sendCanaries({ api }) {
  const c = CANARIES;
  const headers = {
    "user-agent": `${CHROME} ${c.userAgent}`,
    "x-test-ip": c.ip,
    "x-forwarded-for": c.forwarded,
    forwarded: `for=${c.forwarded}`,
    "x-real-ip": c.forwarded,
    cookie: `id=${c.cookie}`,
    "accept-language": `de-${c.language},de;q=0.9`,
    "x-canary": c.header,
  };
  const url = `https://maria:${c.password}@${SITE}${KEPT}/${c.emailInPath}?token=${c.parameter}&utm_source=letter#${c.fragment}`;
  const referrer = `https://search.example/${c.emailInReferrer}?q=${c.referrerParameter}`;
  const props = { mail: c.emailInProp, card: c.card, plan: "pro" };
  const events = [
    pageview(url, { referrer }),
    { id: eventId(), name: "Signup", url, props },
    pageview(`ftp://${c.badAddress}/`),
  ];
  const taken = await api.send(SITE, events, headers);
  assert.deepEqual(taken.json.results.map(({ outcome }) => outcome), ["accepted", "accepted", "invalid"]);
  await api.send(SITE, [pageview(url)], { ...headers, "x-test-ip": c.ipv6 });
  const fromIps = [`http://${c.referrerIp}:8080/x`, `http://[${c.referrerIpv6}]/`];
  const answers = [taken, await api.send(SITE, fromIps.map((from) => pageview(url, { referrer: from })), headers)];
  const post = async (path, body, more = {}) =>
    answers.push(await api.request("POST", path, { body, headers: { ...headers, "content-type": "text/plain", ...more } }));
  await post("/api/event", JSON.stringify({ n: "pageview", u: url, d: SITE, r: referrer, p: props }));
  await post("/api/event", JSON.stringify({ n: "pageview", u: url, d: SITE, r: fromIps[0] }));
  answers.push(await api.owner("POST", "/api/v1/events", { site: SITE, events: [pageview(url, { referrer: fromIps[0] })] }));
  await post("/e", `{"site":"${c.malformed}`);
  await post("/e", JSON.stringify({ site: c.unknownSite, events }));
  await post("/api/event", c.malformed);
  await post(`/${c.unknownPath}?token=${c.parameter}`, "");
  await post("/api/v1/login", JSON.stringify({ key: c.wrongKey }), { "content-type": "application/json" });
  await post("/api/v2/query", c.malformed, { authorization: `Bearer ${c.wrongKey}` });
  answers.push(await api.owner("POST", "/api/v2/query", { site_id: c.unknownSite, metrics: [c.malformed], date_range: "day" }, headers));
  answers.push(await api.owner("POST", `/api/v1/test/panic?where=object&site=${SITE}`, undefined, headers));
  answers.push(await api.owner("POST", `/api/v1/test/panic?where=worker&site=${SITE}`, undefined, headers));
  const line = { name: "pageview", visitor: c.visitor, timestamp: new Date().toISOString(), url, referrer, props };
  const lines = [referrer, ...fromIps, c.referrerIp].map((from) => ({ ...line, referrer: from, user_agent: `${CHROME} ${c.userAgent}` }));
  answers.push(await api.importEvents(SITE, lines, headers));
  assert.equal(answers.at(-1).json.accepted, lines.length);
  answers.push(await api.importText(SITE, `{"name":"${c.malformed}`, headers));
  // No answer repeats anything of it.
  for (const answer of answers) {
    for (const [name, canary] of Object.entries(c)) assert.ok(!answer.text.includes(canary), `${name} in ${answer.text.slice(0, 200)}`);
  }
}

function assertNowhere(worker) {
  const files = [...filesBelow(worker.data), { name: "log", bytes: Buffer.from(worker.log) }];
  assert.notDeepEqual(found(KEPT, files), [], "the search sees what is kept");
  assert.ok(files.some(({ name }) => name.endsWith(".sqlite")), files.map(({ name }) => name).join());
  const hits = Object.entries(CANARIES).flatMap(([name, canary]) => found(canary, files).map((hit) => `${name} in ${hit}`));
  assert.deepEqual(hits, []);
}

test("the search finds a text in each of its forms", () => {
  const text = "maria@example.com";
  for (const around of ["", "x", "xy", "xyz"]) {
    const bytes = Buffer.from(Buffer.from(`${around}${text}${around}`).toString("base64"));
    assert.notDeepEqual(found(text, [{ name: "a", bytes }]), [], around);
  }
  for (const [form, bytes] of forms(text)) assert.notDeepEqual(found(text, [{ name: form, bytes }]), [], form);
  assert.deepEqual(found(text, [{ name: "a", bytes: Buffer.from("maria-example.com") }]), []);
});

test("nothing of a person is on disk or in the log: at work, after a stop, after a kill", { timeout: 90_000 }, () =>
  withWorker({}, async (worker) => {
    await sendCanaries(worker);
    assertNowhere(worker);
    // By whatever way they came, what is kept of referrers that are IP addresses is the same.
    const { text } = await worker.api.request("GET", `/api/v1/export?site=${SITE}`, { key: worker.api.key });
    const referrers = text.trim().split("\n").map((line) => JSON.parse(line).referrer ?? "");
    assert.deepEqual(referrers.filter((from) => from.startsWith(":ip")).toSorted(), [":ip/", ":ip/", ":ip/", ":ip/x", ":ip/x", ":ip/x", ":ip/x"]);
    await worker.stop();
    assertNowhere(worker);
    await worker.startAgain();
    await sendCanaries(worker);
    await worker.kill();
    assertNowhere(worker);
    await worker.startAgain();
    assertNowhere(worker);
  }),
);

test("a visitor is one through a day and its restarts, and another the day after", { timeout: 60_000 }, () =>
  withWorker({}, async (worker, api) => {
    const at = (now) => ({ "x-now": now, "x-test-ip": CANARIES.ip });
    const look = (now) => api.send(SITE, [pageview(`https://${SITE}/`)], at(now));
    const visitors = async (...range) => (await api.totals(SITE, ["visitors"], { date_range: range })).visitors;
    await look("2026-03-01T00:00:01Z");
    await look("2026-03-01T12:00:00Z");
    await worker.stop();
    await worker.startAgain();
    await look("2026-03-01T18:00:00Z");
    await worker.kill();
    await worker.startAgain();
    await look("2026-03-01T23:59:59Z");
    assert.equal(await visitors("2026-03-01", "2026-03-01"), 1);
    await look("2026-03-02T00:00:01Z");
    assert.equal(await visitors("2026-03-01", "2026-03-02"), 1, "a visit goes on past midnight");
    await look("2026-03-02T12:00:00Z");
    assert.equal(await visitors("2026-03-01", "2026-03-02"), 2, "nobody is recognised on another day");
    await look("2026-03-03T12:00:00Z");
    assert.equal(await visitors("2026-03-01", "2026-03-03"), 3);
  }),
);

test("a salt is in no database, and nowhere once its time is over", { timeout: 60_000 }, () =>
  withWorker({}, async (worker, api) => {
    const look = (now) => api.send(SITE, [pageview(`https://${SITE}/`)], { "x-now": now, "x-test-ip": CANARIES.ip });
    const salts = () => filesBelow(worker.data).filter(({ name }) => name.startsWith("salts"));
    const anywhere = (salt) => filesBelow(worker.data).filter(({ bytes }) => holds(bytes, salt)).map(({ name }) => name);
    await look("2026-03-01T12:00:00Z");
    const [first, ...others] = salts();
    assert.deepEqual([first.bytes.length, others], [32, []], "one random salt for the site's day");
    assert.deepEqual(anywhere(first.bytes), [first.name], "in its file alone");
    await look("2026-03-02T12:00:00Z");
    assert.equal(salts().length, 2, "the day before may still be told apart");
    await look("2026-03-03T00:00:01Z");
    await eventually(() => assert.deepEqual(anywhere(first.bytes), []));
    await worker.kill();
    assert.deepEqual(anywhere(first.bytes), []);
    await worker.startAgain();
    // Nothing that is left makes the visitor of that day known again: what comes late is somebody new.
    await api.mustOwner("DELETE", `/api/v1/sites/${SITE}`);
    await eventually(() => assert.deepEqual(salts(), []));
  }),
);

const holds = (bytes, salt) => bytes.includes(salt) || bytes.includes(salt.toString("hex")) || bytes.includes(salt.toString("base64"));

test("what a client says of its address and country changes nothing", { timeout: 60_000 }, () =>
  withWorker({ test: false }, async (_, api) => {
    const names = ["x-forwarded-for", "x-real-ip", "cf-connecting-ip", "true-client-ip", "x-client-ip", "x-test-ip", "fastly-client-ip"];
    for (let n = 1; n <= 5; n++) {
      const forged = Object.fromEntries(names.map((name) => [name, `192.0.2.${n}`]));
      const headers = { ...forged, forwarded: `for=192.0.2.${n}`, "cf-ipcountry": "KP", "x-now": "2020-01-01T00:00:00Z" };
      assert.equal((await api.send(SITE, [pageview(`https://${SITE}/`)], headers)).status, 200);
    }
    assert.deepEqual(await api.totals(SITE, ["visitors", "pageviews"]), { visitors: 1, pageviews: 5 });
    assert.deepEqual(Object.keys(await api.counts(SITE, "visit:country", "visitors")).filter((country) => country === "KP"), []);
  }),
);

test("the operator's own proxy is believed, and its last word alone", { timeout: 60_000 }, () =>
  withWorker({ test: false, env: { PASSERBY_CLIENT_IP_HEADER: "x-proxy-ip", PASSERBY_COUNTRY_HEADER: "x-proxy-country" } }, async (_, api) => {
    const from = (ip) => api.send(SITE, [pageview(`https://${SITE}/`)], { "x-proxy-ip": ip, "x-proxy-country": "EE" });
    for (const ip of ["192.0.2.1", "192.0.2.2", "198.51.100.9, 192.0.2.2", "192.0.2.2:4711"]) await from(ip);
    assert.deepEqual(await api.totals(SITE, ["visitors", "pageviews"]), { visitors: 2, pageviews: 4 });
    assert.deepEqual(await api.counts(SITE, "visit:country", "visitors"), { EE: 2 });
  }),
);
