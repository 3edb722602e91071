// What the owner sees of everything that was received: the conservation table and the metrics.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { eventId, pageview } from "../harness/api.mjs";
import { ADMIN_KEY, Worker } from "../harness/worker.mjs";
import { tally } from "./refusal.mjs";

const SITE = "counted.test";
let worker, api;

before(async () => {
  worker = await Worker.start();
  api = worker.api;
  await api.putSite(SITE);
  await api.putSite("empty.test");
});
after(() => worker.dispose());

async function metrics() {
  const answer = await api.request("GET", "/metrics", { key: ADMIN_KEY });
  assert.equal(answer.status, 200);
  assert.match(answer.headers.get("content-type"), /^text\/plain; version=0\.0\.4/);
  const samples = {};
  for (const line of answer.text.trimEnd().split("\n")) {
    if (line.startsWith("# HELP ") || line.startsWith("# TYPE ")) continue;
    const sample = /^([a-z_]+\{[a-z]+="[^"]*"(?:,[a-z]+="[^"]*")*\}) (\d+)$/.exec(line);
    assert.ok(sample, `a sample: ${line}`);
    samples[sample[1]] = Number(sample[2]);
  }
  return samples;
}

test("every event ends in exactly one outcome, by every way in", async () => {
  const url = `https://${SITE}/`;
  const id = eventId();
  const robot = { "user-agent": "Googlebot/2.1 (+http://www.google.com/bot.html)" };
  await api.send(SITE, [pageview(url, { id }), pageview(url, { id }), pageview(url), pageview("no")]);
  await api.send(SITE, [pageview(url), pageview(url)], robot);
  await api.send(SITE, [pageview(url)], { "sec-gpc": "1" });
  await api.send(SITE, [pageview(url, { age_ms: 90_000_000 }), { name: "pageview" }]);
  const plausible = JSON.stringify({ name: "pageview", url, domain: SITE });
  await api.request("POST", "/api/event", { body: plausible, headers: { "content-type": "text/plain" } });
  await api.owner("POST", "/api/v1/events", { site: SITE, events: [pageview(url), pageview("no")] });
  await api.importEvents(SITE, [
    { name: "pageview", visitor: "a", timestamp: "2026-01-01T00:00:00Z" },
    { name: "pageview", visitor: "a" },
    { name: "pageview", visitor: "a", timestamp: "2026-01-01T00:00:00Z", user_agent: robot["user-agent"] },
  ]);
  assert.deepEqual(await tally(api, SITE), {
    received: 15,
    "accepted/accepted": 5,
    "duplicate/duplicate": 1,
    "filtered/bot": 3,
    "filtered/gpc": 1,
    "invalid/bad_url": 2,
    "invalid/missing_field": 2,
    "too_old/too_old": 1,
  });
  assert.deepEqual(await api.totals(SITE, ["pageviews"], { date_range: "all" }), { pageviews: 5 });
});

test("the metrics say the same as the table, site by site", async () => {
  const { received, ...table } = await tally(api, SITE);
  const samples = await metrics();
  const ofSite = Object.entries(samples).filter(([name]) => name.includes(`site="${SITE}"`));
  assert.equal(ofSite.reduce((sum, [, count]) => sum + count, 0), received);
  for (const [both, count] of Object.entries(table)) {
    const [outcome, reason] = both.split("/");
    assert.equal(samples[`passerby_events_total{site="${SITE}",outcome="${outcome}",reason="${reason}"}`], count, both);
  }
  assert.deepEqual(await tally(api, "empty.test"), { received: 0 });
});

test("events of no site are counted without being written down", async () => {
  const before = (await metrics())['passerby_homeless_events_total{reason="unknown_site"}'] ?? 0;
  await api.send("nobody.test", [pageview("https://nobody.test/"), pageview("https://nobody.test/")]);
  await api.request("POST", "/e", { body: "{", headers: { "content-type": "text/plain" } });
  const samples = await metrics();
  assert.equal(samples['passerby_homeless_events_total{reason="unknown_site"}'], before + 2);
  assert.ok(samples['passerby_homeless_events_total{reason="malformed"}'] >= 1);
  assert.ok(Object.keys(samples).every((name) => !name.includes("nobody")));
});

test("the counters outlive a restart", { timeout: 30_000 }, async () => {
  const before = await tally(api, SITE);
  await worker.kill();
  await worker.startAgain();
  assert.deepEqual(await tally(api, SITE), before);
});

test("a deleted site is gone, and one of its name begins at nothing", async () => {
  await api.mustOwner("DELETE", `/api/v1/sites/${SITE}`);
  assert.equal((await api.send(SITE, [pageview(`https://${SITE}/`)])).status, 404);
  assert.equal((await api.owner("GET", `/api/v1/outcomes?site=${SITE}`)).status, 404);
  await api.putSite(SITE);
  assert.deepEqual(await tally(api, SITE), { received: 0 });
  assert.deepEqual(await api.totals(SITE, ["pageviews"], { date_range: "all" }), { pageviews: 0 });
});
