// A panic in work that no request waits for: requests in flight are answered at once, nothing is half done, and the work is
// done later by itself. Before and after the answers are those of DuckDB for the events that are there.
//
// PASSERBY_SEED=n repeats what is sent.
import assert from "node:assert/strict";
import { test } from "node:test";
import { Chance } from "../differential/chance.mjs";
import { Oracle } from "../differential/oracle.mjs";
import { Ledger } from "../fault/ledger.mjs";
import { Packer, zoneAtNoon } from "../fault/parcels.mjs";
import { holds, isWhole } from "../fault/truth.mjs";
import { readDatabase } from "../harness/database.mjs";
import { eventually, sleep } from "../harness/eventually.mjs";
import { Worker } from "../harness/worker.mjs";

const SEED = Number(process.env.PASSERBY_SEED ?? Math.floor(Math.random() * 2 ** 32));
const SITE = "planted.test";
const SENDERS = 12;
/** The longest that any answer may take, a panic in between or not. */
const AT_ONCE_MS = 2_000;
const JOURNAL_EVENTS = 250;

console.log(`seed ${SEED}: repeat with PASSERBY_SEED=${SEED}`);

/** Where a panic is planted, and what brings it about while requests are in flight. */
const PLANTED = {
  "an alarm": { where: "alarm", journal: 1_000_000, imported: 40 },
  "the compaction that an alarm does": { where: "compaction", journal: 1_000_000, imported: 40 },
  "the compaction of a journal that is full": { where: "compaction", journal: JOURNAL_EVENTS, imported: 0 },
};

/** Sends parcels from several senders until `over`, each again until it is acknowledged; tells how it went. */
function load({ api, packer, ledger, over }) {
  const told = { failed: 0, slowestMs: 0 };
  const mayFail = ({ status, json, text }) => {
    if (status < 500) return false;
    assert.ok([500, 503].includes(status), `${status} ${text}`);
    assert.deepEqual(Object.keys(json).sort(), ["code", "error", "hint"]);
    return true;
  };
  const sender = async () => {
    while (!over()) {
      const parcel = packer.any();
      for (let done = false; !done; ) {
        const begun = performance.now();
        done = await ledger.send(api, parcel, mayFail);
        told.slowestMs = Math.max(told.slowestMs, performance.now() - begun);
        if (done) continue;
        assert.match(String(ledger.lastFailure), /50[03]/, "it is an answer, not a connection that broke");
        told.failed++;
      }
      await sleep(packer.chance.whole(0, 4));
    }
  };
  return Promise.all(Array.from({ length: SENDERS }, sender)).then(() => told);
}

for (const [name, { where, journal, imported }] of Object.entries(PLANTED)) {
  test(`a panic in ${name} harms nobody`, { timeout: 90_000 }, async (t) => {
    const [oracle, zone, ledger, packer] = [new Oracle(), zoneAtNoon(), new Ledger(), new Packer(new Chance(SEED), SITE)];
    const worker = await Worker.start({ env: { PASSERBY_JOURNAL_EVENTS: String(journal) } });
    const { api } = worker;
    const check = () => holds({ api, oracle, ledger, site: SITE, zone });
    const waiting = () => readDatabase(worker, SITE, "SELECT count(*) FROM journal")[0][0];
    const panics = () => worker.log.match(/panic at /g)?.length ?? 0;
    try {
      await api.putSite(SITE, { timezone: zone });
      await api.mustOwner("POST", `/api/v1/test/panic?where=${where}&site=${SITE}`);
      // After an import the alarm is set for soon.
      if (imported > 0) assert.ok(await ledger.send(api, packer.import(imported)));
      let over = false;
      const loaded = load({ api, packer, ledger, over: () => over });
      await Promise.race([loaded, eventually(() => assert.ok(panics() > 0, "it has happened"), { within: 30_000 })]);
      // What goes on meets the fresh start.
      await sleep(500);
      over = true;
      const told = await loaded;
      t.diagnostic(`${ledger.events.size} events, ${told.failed} requests answered by a failure, the slowest in ${Math.round(told.slowestMs)} ms`);
      assert.ok(told.slowestMs < AT_ONCE_MS, `an answer took ${told.slowestMs} ms`);
      assert.equal(ledger.acknowledged, ledger.events.size, "all were acknowledged in the end");
      assert.equal((await check()).length, ledger.events.size, "and are there once");

      const left = imported > 0 ? 0 : JOURNAL_EVENTS;
      await eventually(() => assert.ok(waiting() <= left, "the work is done without being asked for"), { within: 30_000, every: 250 });
      assert.equal((await check()).length, ledger.events.size);
      const halves = "SELECT count(*) FROM segments WHERE id NOT IN (SELECT segment FROM segment_bytes) OR id NOT IN (SELECT segment FROM sieves)";
      assert.deepEqual(readDatabase(worker, SITE, halves), [[0]]);
      assert.ok(readDatabase(worker, SITE, "SELECT count(*) FROM segments")[0][0] > 0, "there are segments");
      assert.equal(panics(), 1, worker.log);

      await worker.stop();
      isWhole(worker);
      const strange = [SITE, "Mozilla", "192.0.2.", ...[...ledger.events.keys()].slice(0, 50)];
      for (const mark of strange) assert.ok(!worker.log.includes(mark), `the log has ${mark}: ${worker.log.slice(0, 500)}`);
    } catch (error) {
      throw new Error(`the worker said: ${worker.log.slice(-1_500)}`, { cause: error });
    } finally {
      await oracle.end();
      await worker.dispose();
    }
  });
}
