// How fast events may come: of one client, and of all clients of a site together.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { CHROME, eventId, pageview } from "../harness/api.mjs";
import { eventually } from "../harness/eventually.mjs";
import { Worker } from "../harness/worker.mjs";

const CLIENT = 5;
const SITE = 20;
/** So many seconds' worth may come at once. */
const BURST = 10;
let worker, api;

before(async () => {
  worker = await Worker.start({
    env: { PASSERBY_CLIENT_EVENTS_PER_SECOND: `${CLIENT}`, PASSERBY_SITE_EVENTS_PER_SECOND: `${SITE}` },
  });
  api = worker.api;
});
after(() => worker.dispose());

const views = (site, count) =>
  Array.from({ length: count }, (_, n) => ({ ...pageview(`https://${site}/${n}`), id: eventId() }));
const from = (address) => ({ "x-test-ip": address });

/** Sends a batch, in the protocol's own form, from an address. */
const send = (site, events, address) =>
  api.request("POST", "/e", { body: JSON.stringify({ site, events }), headers: from(address) });

const outcomes = async (site) => {
  const { received, outcomes } = await api.mustOwner("GET", `/api/v1/outcomes?site=${site}`);
  return { received, ...Object.fromEntries(outcomes.map(({ reason, count }) => [reason, count])) };
};

function assertTooFast(answer) {
  assert.equal(answer.status, 429);
  assert.equal(answer.json.code, "rate_limited");
  assert.ok(answer.json.hint.length > 0);
  assert.ok(Number(answer.headers.get("retry-after")) >= 1);
}

test("who sends more than a burst is told to wait, and counted; others are not held up", async () => {
  const site = "burst.test";
  await api.putSite(site);
  const [fast, calm] = ["192.0.2.1", "192.0.2.2"];
  assert.equal((await send(site, views(site, CLIENT * BURST), fast)).status, 200);
  const refused = await send(site, views(site, 10), fast);
  assertTooFast(refused);
  assert.deepEqual(refused.json.results, Array(10).fill({ outcome: "rate_limited" }));
  assert.equal((await send(site, views(site, 10), calm)).status, 200);
  // The same network of IPv6 is the same client.
  assert.equal((await send(site, views(site, CLIENT * BURST), "2001:db8:1:2::1")).status, 200);
  assertTooFast(await send(site, views(site, 10), "2001:db8:1:2:ffff::2"));
  assert.equal((await send(site, views(site, 10), "2001:db8:1:3::1")).status, 200);
  await eventually(async () => {
    const counted = await outcomes(site);
    assert.equal(counted.rate_limited, 20);
    assert.equal(counted.accepted, 120);
    assert.equal(counted.received, 140);
  });
});

test("who waits as long as told is counted, once", { timeout: 30_000 }, async () => {
  const site = "patient.test";
  await api.putSite(site);
  assert.equal((await send(site, views(site, CLIENT * BURST), "192.0.2.3")).status, 200);
  const events = views(site, CLIENT * 2);
  const refused = await send(site, events, "192.0.2.3");
  assertTooFast(refused);
  const seconds = Number(refused.headers.get("retry-after"));
  assert.ok(seconds <= 3, `${seconds} s`);
  await new Promise((later) => setTimeout(later, seconds * 1000));
  assert.equal((await send(site, events, "192.0.2.3")).status, 200);
  const { pageviews } = await api.totals(site, ["pageviews"]);
  assert.equal(pageviews, CLIENT * BURST + CLIENT * 2);
});

test("a site has a limit of its own, which leaves other sites alone", async () => {
  const [busy, other] = ["busy.test", "other.test"];
  for (const site of [busy, other]) await api.putSite(site);
  const answers = [];
  for (let n = 0; n < 8; n++) answers.push(await send(busy, views(busy, 40), `192.0.2.${10 + n}`));
  assert.deepEqual(answers.map(({ status }) => status), [200, 200, 200, 200, 200, 429, 429, 429]);
  assert.equal((await send(other, views(other, 40), "192.0.2.10")).status, 200);
});

test("what a batch stands for is what is metered", async () => {
  const site = "sampled.test";
  await api.putSite(site);
  const vital = { id: eventId(), name: "vital", url: `https://${site}/`, vital: { name: "LCP", value: 1200 } };
  const body = JSON.stringify({ site, one_in: 100, events: [vital] });
  const sample = () => api.request("POST", "/e", { body, headers: from("192.0.2.30") });
  const first = await sample();
  assert.equal(first.status, 200, first.text);
  assertTooFast(await sample());
});

const SENDERS = {
  "Plausible's": (site) => ["/api/event", { n: "pageview", u: `https://${site}/`, d: site }, "text/plain"],
  "Umami's": (site) => ["/api/send", { type: "event", payload: { website: site, hostname: site, url: "/" } }, "application/json"],
};
for (const [name, make] of Object.entries(SENDERS)) {
  test(`${name} clients are metered alike`, async () => {
    const site = `${name.slice(0, 5).toLowerCase()}.test`;
    await api.putSite(site);
    const statuses = {};
    for (let n = 0; n < CLIENT * BURST + 10; n++) {
      const [path, body, type] = make(site);
      const headers = { ...from("192.0.2.40"), "content-type": type, "user-agent": CHROME };
      const answer = await api.request("POST", path, { body: JSON.stringify(body), headers });
      statuses[answer.status] = (statuses[answer.status] ?? 0) + 1;
      if (answer.status === 429) assertTooFast(answer);
    }
    assert.ok(statuses[429] >= 5, JSON.stringify(statuses));
    assert.equal(Object.keys(statuses).length, 2, JSON.stringify(statuses));
  });
}

test("a server with a key speaks for many and is metered with its site alone", async () => {
  const site = "server.test";
  await api.putSite(site);
  const report = (count) =>
    api.owner("POST", "/api/v1/events", { site, events: views(site, count) }, from("192.0.2.50"));
  assert.equal((await report(100)).status, 200);
  assert.equal((await report(100)).status, 200);
  assertTooFast(await report(100));
});
