// What is kept of an address is as long as it may be by every way in, and no longer; so every export can be imported.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { CHROME, pageview } from "../harness/api.mjs";
import { Worker } from "../harness/worker.mjs";

const SITE = "long.test";
let worker, api;

before(async () => {
  worker = await Worker.start();
  api = worker.api;
  for (const site of [SITE, "again.test"]) await api.putSite(site);
});
after(() => worker?.dispose());

const text = { "content-type": "text/plain" };
const WAYS = {
  batch: (url, referrer) => api.send(SITE, [pageview(url, { referrer })]),
  "Plausible's event": (u, r) => api.request("POST", "/api/event", { body: JSON.stringify({ n: "pageview", u, r, d: SITE }), headers: text }),
  "server's events": (url, referrer) => api.owner("POST", "/api/v1/events", { site: SITE, events: [{ ...pageview(url, { referrer }), user_agent: CHROME }] }),
};

for (const [way, send] of Object.entries(WAYS)) {
  test(`${way}: a path of 2,000 bytes is kept, a longer one is refused`, async () => {
    const path = (bytes) => `https://${SITE}/${"x".repeat(bytes - 1)}`;
    assert.ok((await send(`${path(2_000)}?q=${"y".repeat(4_000)}`)).status < 300);
    const refused = await send(path(2_001));
    assert.deepEqual([refused.status, refused.json.code], [413, "text_too_long"], refused.text);
    assert.ok((await send(`https://${SITE}/`, `https://a.example/${"r".repeat(5_000)}`)).status < 300);
  });
}

test("an import: the same", async () => {
  const line = (more) => ({ name: "pageview", visitor: "anna", timestamp: new Date().toISOString(), ...more });
  const path = (bytes) => `/${"x".repeat(bytes - 1)}`;
  const answer = await api.importEvents(SITE, [
    line({ url: `https://${SITE}${path(2_000)}?q=${"y".repeat(4_000)}` }),
    line({ pathname: path(2_000) }),
    line({ referrer: `https://a.example/${"r".repeat(5_000)}` }),
    line({ url: `https://${SITE}${path(2_001)}` }),
    line({ pathname: path(2_001) }),
  ]);
  assert.equal(answer.json.accepted, 3, answer.text);
  assert.deepEqual(answer.json.rejected.map(({ line, reason, field }) => [line, reason, field]), [
    [4, "text_too_long", "url"],
    [5, "text_too_long", "pathname"],
  ]);
});

test("all of it goes out and in again", async () => {
  const take = async (site) => (await api.request("GET", `/api/v1/export?site=${site}`, { key: api.key })).text;
  const exported = await take(SITE);
  assert.deepEqual((await api.importText("again.test", exported)).json.rejected, []);
  assert.equal(await take("again.test"), exported);
  const referrers = exported.trim().split("\n").map((line) => JSON.parse(line).referrer);
  assert.deepEqual(referrers.filter((referrer) => referrer), Array(4).fill("a.example/"));
});
