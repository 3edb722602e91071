// "Why was my event not counted?": what is explained is what then happens, and nothing is counted by asking.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { CHROME, pageview } from "../harness/api.mjs";
import { Worker } from "../harness/worker.mjs";
import { assertRefused, tally } from "../hostile/refusal.mjs";

const SITE = "explained.test";
const URL = `https://${SITE}/u/anna@example.org?utm_source=news&secret=s3cret`;
const ROBOT = "Googlebot/2.1 (+http://www.google.com/bot.html)";
let worker, api;

before(async () => {
  worker = await Worker.start();
  api = worker.api;
  await api.putSite(SITE);
});
after(() => worker?.dispose());

const explain = (body) => api.owner("POST", "/api/v1/outcomes/explain", body);
const CASES = {
  "a page view": { event: { url: URL } },
  "a page view with properties": { event: { url: URL, props: { mail: "anna@example.org" }, referrer: "https://www.google.com/?q=s3cret" } },
  "an event of a robot": { event: { url: URL }, userAgent: ROBOT },
  "an event that is too old": { event: { url: URL, age_ms: 90_000_000 } },
  "an address that is none": { event: { url: "nowhere" } },
  "an event without an address": { event: { url: undefined } },
  "referrer spam": { event: { url: URL, referrer: "http://semalt.com/x" } },
  "a text that is too long": { event: { url: URL, props: { a: "x".repeat(2_001) } } },
};

for (const [name, { event, userAgent = CHROME }] of Object.entries(CASES)) {
  test(`${name} ends as it is explained`, async () => {
    const sent = pageview(URL, event);
    const before = await tally(api, SITE);
    const { status, json, text } = await explain({ site: SITE, screen_width: 1440, events: [sent], user_agent: userAgent });
    assert.equal(status, 200, text);
    assert.deepEqual(await tally(api, SITE), before, "asking counts nothing");
    assert.ok(!text.includes("s3cret") && !text.includes("anna@"), text);
    const { hint, kept, ...explained } = json.events[0];
    const answer = await api.send(SITE, [sent], { "user-agent": userAgent });
    assert.deepEqual(answer.json.results[0], explained, "it ends so");
    if (explained.outcome !== "accepted") return assert.ok(hint.length > 0 && kept === undefined, text);
    const exported = await api.request("GET", `/api/v1/export?site=${SITE}`, { key: api.key });
    const { visitor, timestamp, ...there } = JSON.parse(exported.text.trim().split("\n").pop());
    delete kept.timestamp;
    assert.ok(visitor && timestamp);
    assert.deepEqual(there, kept, "and is kept so");
  });
}

test("an event of Plausible's clients is explained, too", async () => {
  const { status, json } = await explain({ n: "pageview", u: URL, d: SITE, user_agent: CHROME });
  assert.deepEqual([status, json.events[0].outcome, json.events[0].kept.pathname], [200, "accepted", "/u/:email"]);
});

test("what is no event and whose site is none is refused", async () => {
  const mark = "canary-42e1";
  for (const [body, status, code] of [
    [{ site: `${mark}.test`, events: [pageview(URL)] }, 404, "unknown_site"],
    [{ events: [pageview(URL)] }, 400, "missing_field"],
    [{ site: SITE, events: mark }, 400, "malformed"],
    [[mark], 400, "malformed"],
    [{ site: SITE, events: Array(101).fill(pageview(URL)) }, 413, "too_many_events"],
  ]) {
    assertRefused(await explain(body), { status, code, sent: mark });
  }
});
