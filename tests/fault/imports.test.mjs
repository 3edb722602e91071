// An import that is sent again while it is still under way, as a client does that has lost patience: its lines, which have
// no ids, count once all the same.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { eventually, sleep } from "../harness/eventually.mjs";
import { Worker } from "../harness/worker.mjs";
import { assertRefused, tally } from "../hostile/refusal.mjs";

const LINES = 3_300;
const DAY = "2026-03-01";

let worker, api;
before(async () => {
  worker = await Worker.start({ env: { PASSERBY_JOURNAL_EVENTS: "500" } });
  api = worker.api;
});
after(() => worker?.dispose());

const lines = (site) =>
  Array.from({ length: LINES }, (_, n) =>
    JSON.stringify({ name: "pageview", visitor: `visitor ${n % 90}`, timestamp: `${DAY}T10:00:00Z`, url: `https://${site}/${n % 7}` }),
  ).join("\n");

/** Sends an import until it is answered with all of its lines; how often it was told to wait. */
async function whole(site, body, key) {
  let waited = 0;
  await eventually(
    async () => {
      const answer = await api.importText(site, body, { "idempotency-key": key });
      if (answer.status === 409) {
        assertRefused(answer, { status: 409, code: "import_under_way" });
        waited++;
      }
      assert.deepEqual([answer.status, answer.json.accepted], [200, LINES], answer.text);
    },
    { within: 20_000 },
  );
  return waited;
}

async function countsOnce(site, imports) {
  const totals = await api.totals(site, ["pageviews", "visitors"], { date_range: [DAY, DAY] });
  assert.deepEqual(totals, { pageviews: LINES * imports, visitors: 90 });
  assert.deepEqual(await tally(api, site), { received: LINES * imports, "accepted/accepted": LINES * imports });
}

for (const shards of [1, 3]) {
  test(`the same import at the same time counts once, in ${shards} objects`, { timeout: 60_000 }, async () => {
    const site = `at-once-${shards}.test`;
    await api.putSite(site, { timezone: "UTC", shards });
    const waited = await Promise.all(Array.from({ length: 4 }, () => whole(site, lines(site), "march")));
    await countsOnce(site, 1);
    assert.ok(waited.some((times) => times > 0), "they met");
  });

  test(`an import that was given up and sent again counts once, in ${shards} objects`, { timeout: 60_000 }, async () => {
    const site = `impatient-${shards}.test`;
    await api.putSite(site, { timezone: "UTC", shards });
    for (const [n, patience] of [4, 12, 25, 50].entries()) {
      const given_up = new AbortController();
      const headers = { "content-type": "application/x-ndjson", "idempotency-key": `import ${n}` };
      const path = `/api/v1/import?site=${site}`;
      const first = api.request("POST", path, { body: lines(site), key: api.key, headers, signal: given_up.signal }).catch(() => {});
      await sleep(patience);
      given_up.abort();
      await first;
      await whole(site, lines(site), `import ${n}`);
      await countsOnce(site, n + 1);
    }
  });
}
