// An answer means that it is on disk, and an event counts once however often it is sent.
import assert from "node:assert/strict";
import { test } from "node:test";
import { eventId, pageview } from "../harness/api.mjs";
import { Worker } from "../harness/worker.mjs";
import { tally } from "./refusal.mjs";
import { seeded } from "./seeded.mjs";

const SITE = "once.test";

async function withWorker(check) {
  // A small journal, so that kills meet its compaction too.
  const worker = await Worker.start({ env: { PASSERBY_JOURNAL_EVENTS: "20" } });
  try {
    await worker.api.putSite(SITE);
    await check(worker, worker.api);
  } finally {
    await worker.dispose();
  }
}

const batch = (count) => Array.from({ length: count }, (_, n) => pageview(`https://${SITE}/${n}`));
const outcomes = (answer) => answer.json.results.map(({ outcome }) => outcome);

test("the same batch counts once: again, after a restart, and after a kill", { timeout: 60_000 }, () =>
  withWorker(async (worker, api) => {
    const events = batch(20);
    assert.deepEqual(outcomes(await api.send(SITE, events)), Array(20).fill("accepted"));
    assert.deepEqual(outcomes(await api.send(SITE, events)), Array(20).fill("duplicate"));
    await worker.stop();
    await worker.startAgain();
    assert.deepEqual(outcomes(await api.send(SITE, events)), Array(20).fill("duplicate"));
    await worker.kill();
    await worker.startAgain();
    // In another order and with one that is new among them.
    const answer = await api.send(SITE, [...events.slice(10), pageview(`https://${SITE}/new`), ...events.slice(0, 10)]);
    assert.deepEqual(outcomes(answer), [...Array(10).fill("duplicate"), "accepted", ...Array(10).fill("duplicate")]);
    assert.deepEqual(await api.totals(SITE, ["pageviews"]), { pageviews: 21 });
    assert.deepEqual(await tally(api, SITE), { received: 81, "accepted/accepted": 21, "duplicate/duplicate": 60 });
  }),
);

test("the same batch at the same time counts once", { timeout: 30_000 }, () =>
  withWorker(async (_, api) => {
    const events = batch(10);
    const answers = await Promise.all(Array.from({ length: 20 }, () => api.send(SITE, events)));
    const accepted = answers.flatMap(outcomes).filter((outcome) => outcome === "accepted");
    assert.equal(accepted.length, 10);
    assert.deepEqual(await api.totals(SITE, ["pageviews"]), { pageviews: 10 });
  }),
);

test("what was answered is there after a kill at that very moment", { timeout: 60_000 }, () =>
  withWorker(async (worker, api) => {
    for (let round = 1; round <= 4; round++) {
      const answer = await api.send(SITE, [pageview(`https://${SITE}/round`)]);
      assert.equal(answer.status, 200);
      await worker.kill();
      await worker.startAgain();
      assert.deepEqual(await api.totals(SITE, ["pageviews"]), { pageviews: round });
    }
  }),
);

test("kills under load lose nothing that was answered and count nothing twice", { timeout: 120_000 }, () =>
  withWorker(async (worker, api) => {
    const next = seeded(42);
    const sent = new Map();
    const pending = [];
    let running = true;
    // Senders as a tracker is one: what is not answered is sent again, with the same id.
    const sender = async () => {
      while (running || pending.length > 0) {
        const events = pending.shift() ?? batch(1 + (next() % 5));
        events.forEach(({ id }) => sent.set(id, sent.get(id) ?? false));
        try {
          const answer = await api.send(SITE, events);
          assert.equal(answer.status, 200, answer.text);
          events.forEach(({ id }) => sent.set(id, true));
        } catch (error) {
          if (error.name === "AssertionError") throw error;
          pending.push(events);
          await new Promise((done) => setTimeout(done, 20));
        }
      }
    };
    const senders = Array.from({ length: 6 }, sender);
    for (let kill = 0; kill < 5; kill++) {
      await new Promise((done) => setTimeout(done, 150 + (next() % 300)));
      await worker.kill();
      await worker.startAgain();
    }
    running = false;
    await Promise.all(senders);
    assert.ok([...sent.values()].every(Boolean), "all were answered in the end");
    assert.deepEqual(await api.totals(SITE, ["pageviews"]), { pageviews: sent.size });
    const counted = await tally(api, SITE);
    assert.equal(counted["accepted/accepted"], sent.size);
    assert.ok(sent.size > 100, `${sent.size} events`);
  }),
);

test("an id is remembered for two days, longer than an event may be old", { timeout: 30_000 }, () =>
  withWorker(async (_, api) => {
    const at = (hours) => ({ "x-now": new Date(Date.parse("2026-03-01T00:30:00Z") + hours * 3_600_000).toISOString() });
    const id = eventId();
    const event = () => pageview(`https://${SITE}/`, { id });
    assert.deepEqual(outcomes(await api.send(SITE, [event()], at(0))), ["accepted"]);
    for (const hours of [1, 24, 47]) assert.deepEqual(outcomes(await api.send(SITE, [event()], at(hours))), ["duplicate"]);
    // An event of a day ago and a bit is refused before its id could be forgotten.
    const old = await api.send(SITE, [pageview(`https://${SITE}/`, { age_ms: 86_400_001 })], at(0));
    assert.deepEqual([old.status, old.json.code], [400, "too_old"]);
    const justNot = await api.send(SITE, [pageview(`https://${SITE}/`, { age_ms: 86_400_000 })], at(0));
    assert.equal(justNot.status, 200);
  }),
);

test("an import that was cut off goes on where it ended", { timeout: 60_000 }, () =>
  withWorker(async (worker, api) => {
    const lines = Array.from({ length: 2500 }, (_, n) =>
      JSON.stringify({ name: "pageview", visitor: `v${n % 50}`, timestamp: "2026-03-01T10:00:00Z", url: `https://${SITE}/${n % 7}` }),
    );
    const first = await api.importText(SITE, lines.slice(0, 1200).join("\n"), { "idempotency-key": "march" });
    assert.equal(first.json.accepted, 1200);
    await worker.kill();
    await worker.startAgain();
    const whole = () => api.importText(SITE, lines.join("\n"), { "idempotency-key": "march" });
    assert.equal((await whole()).json.accepted, 2500);
    assert.equal((await whole()).json.accepted, 2500);
    const range = { date_range: ["2026-03-01", "2026-03-01"] };
    assert.deepEqual(await api.totals(SITE, ["pageviews", "visitors"], range), { pageviews: 2500, visitors: 50 });
  }),
);
