// 515 strings that broke other programs, in every field that takes a text.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { pageview } from "../harness/api.mjs";
import { ROOT } from "../harness/paths.mjs";
import { Worker } from "../harness/worker.mjs";
import { assertRefused, tally } from "./refusal.mjs";

const STRINGS = JSON.parse(readFileSync(join(ROOT, "tests/data/naughty_strings.json"), "utf8"));
const SITE = "naughty.test";
let worker, api;

before(async () => {
  worker = await Worker.start();
  api = worker.api;
  await api.putSite(SITE);
});
after(() => worker?.dispose());

test("each is taken as a text or refused, in every field, and none breaks anything", { timeout: 120_000 }, async () => {
  const here = `https://${SITE}/`;
  let sent = 0;
  for (const [n, text] of STRINGS.entries()) {
    const events = [
      pageview(text),
      pageview(`${here}${text}`),
      pageview(`${here}p/${encodeURIComponent(text)}?utm_source=${encodeURIComponent(text)}`),
      pageview(here, { referrer: text }),
      pageview(here, { name: text }),
      pageview(here, { name: "Text", props: { text } }),
      pageview(here, { name: "Key", props: { [text]: "v" } }),
      pageview(here, { name: "component", component: { name: text, variant: text, version: text, action: text } }),
      pageview(here, { name: "Buy", revenue: { amount: text, currency: text } }),
    ];
    const answer = await api.send(SITE, events);
    assert.equal(answer.status, 200, `${n}: ${answer.text}`);
    assert.equal(answer.json.results.length, events.length);
    sent += events.length;
    const plausible = JSON.stringify({ n: text, u: here, d: SITE, r: text, p: { text }, $: text });
    const event = await api.request("POST", "/api/event", { body: plausible, headers: { "content-type": "text/plain" } });
    if (event.status !== 202) assertRefused(event, { what: `string ${n} as Plausible's` });
    sent += 1;
    const query = await api.owner("POST", "/api/v2/query", {
      site_id: SITE,
      metrics: ["visitors"],
      date_range: "day",
      filters: [["contains", "event:page", [text]], ["matches", "event:page", [text]]],
    });
    if (query.status !== 200) assertRefused(query, { status: 400, what: `string ${n} as a filter` });
    const site = await api.owner("GET", `/api/v1/outcomes?site=${encodeURIComponent(text)}`);
    assertRefused(site, { what: `string ${n} as a site` });
  }
  assert.equal((await tally(api, SITE)).received, sent);
});

test("what was taken is read as it was sent", async () => {
  const query = { metrics: ["events"], dimensions: ["event:props:text"], filters: [["is", "event:name", ["Text"]]] };
  const { results } = await api.query(SITE, { ...query, pagination: { limit: 1000, offset: 0 } });
  const kept = new Set(results.map(({ dimensions }) => dimensions[0]));
  // Addresses of machines and of people are placeholders now; an empty text is none.
  const scrubbed = STRINGS.filter((text) => text !== "" && !kept.has(text));
  const tell = scrubbed.filter((text) => !/\d+\.\d+\.\d+\.\d+|::|@|\d{13}/.test(text));
  assert.deepEqual(tell, []);
  assert.ok(scrubbed.length < 30, `${scrubbed.length} scrubbed: ${JSON.stringify(scrubbed)}`);
  assert.ok(kept.size > 450, `${kept.size} kept`);
});
