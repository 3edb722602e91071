// The journal is written down whatever was read of it before.
import assert from "node:assert/strict";
import { test } from "node:test";
import { pageview } from "../harness/api.mjs";
import { readDatabase } from "../harness/database.mjs";
import { Worker } from "../harness/worker.mjs";

const SITE = "journal.test";

test("a journal whose last rows alone were looked at can be written down", { timeout: 30_000 }, async () => {
  const worker = await Worker.start();
  try {
    const { api } = worker;
    await api.putSite(SITE);
    // With the first event of a day the journal is searched, from its end, for whoever may still be on a visit.
    const days = ["2026-03-01T10:00:00Z", "2026-03-01T12:00:00Z", "2026-03-02T12:00:00Z", "2026-03-03T12:00:00Z"];
    for (const now of days) {
      assert.equal((await api.send(SITE, [pageview(`https://${SITE}/`)], { "x-now": now })).status, 200);
    }
    const alarm = await api.owner("POST", `/api/v1/test/alarm?site=${SITE}`);
    assert.equal(alarm.status, 200, worker.log);
    assert.deepEqual(readDatabase(worker, SITE, "SELECT count(*) FROM journal"), [[0]]);
    assert.deepEqual(await api.totals(SITE, ["pageviews"], { date_range: "all" }), { pageviews: days.length });
    assert.equal(worker.log, "");
  } finally {
    await worker.dispose();
  }
});
