// The worker is killed at its first write, its second, its third … until it gets through, or the disk refuses that write:
// whatever it was doing, the answers are the oracle's before it is done again, and after.
//
// PASSERBY_NIGHTLY=1 tries every write, else some of them; PASSERBY_SEED=n repeats which.
import assert from "node:assert/strict";
import { cpSync, rmSync } from "node:fs";
import { test } from "node:test";
import { Chance } from "../differential/chance.mjs";
import { Oracle } from "../differential/oracle.mjs";
import { readDatabase } from "../harness/database.mjs";
import { eventually, sleep } from "../harness/eventually.mjs";
import { scratch } from "../harness/paths.mjs";
import { Worker } from "../harness/worker.mjs";
import { CAN_FAIL, Disk, IO_ERROR, NO_SPACE } from "./disk.mjs";
import { Ledger } from "./ledger.mjs";
import { Packer, zoneAtNoon } from "./parcels.mjs";
import { answers, holds, isWhole } from "./truth.mjs";

const SEED = Number(process.env.PASSERBY_SEED ?? Math.floor(Math.random() * 2 ** 32));
const NIGHTLY = process.env.PASSERBY_NIGHTLY === "1";
/** How many of an action's writes are tried. */
const TRIED = NIGHTLY ? Infinity : 5;
const TRIED_ERRORS = NIGHTLY ? Infinity : 2;
const SITE = "write.test";

console.log(`seed ${SEED}: repeat with ${NIGHTLY ? "PASSERBY_NIGHTLY=1 " : ""}PASSERBY_SEED=${SEED}`);

const sendAll = ({ api, ledger, parcels, mayFail }) =>
  Promise.all(parcels.map((parcel) => ledger.send(api, parcel, mayFail))).then((sent) => sent.every(Boolean));
/** Runs the site's alarm; whether it got through. */
async function alarm({ api, times = 1, mayFail = () => false }) {
  let answer;
  try {
    answer = await api.owner("POST", `/api/v1/test/alarm?site=${SITE}&times=${times}`);
  } catch {
    return false;
  }
  if (mayFail(answer)) return false;
  assert.equal(answer.status, 200, answer.text);
  return true;
}
const several = (packer, count) => Array.from({ length: count }, () => packer.any());

/** What the worker does while it is killed: what there is before, and the action, which may be done again. */
const ACTIONS = {
  "the first deliveries of a site": {
    settings: {},
    prepare: async () => {},
    parcels: (packer) => several(packer, 8),
    act: sendAll,
  },
  "deliveries that fill the journal": {
    settings: {},
    env: { PASSERBY_JOURNAL_EVENTS: "30" },
    prepare: async ({ send, packer }) => send(several(packer, 12)),
    parcels: (packer) => several(packer, 14),
    act: sendAll,
  },
  "an import of two parts": {
    settings: {},
    prepare: async ({ send, packer }) => send(several(packer, 6)),
    parcels: (packer) => [packer.import(1_400)],
    act: sendAll,
  },
  "the alarm that writes the journal down and tidies": {
    settings: {},
    prepare: async ({ send, packer, api }) => {
      // Segments of visitors who come again, which makes them move.
      for (let round = 0; round < 3; round++) {
        await send([...several(packer, 10), packer.import(60)]);
        await alarm({ api });
      }
      await send([...several(packer, 10), packer.import(60)]);
    },
    parcels: () => [],
    act: alarm,
  },
  "the alarm that archives": {
    settings: { archive_after_days: 1 },
    prepare: async ({ send, packer }) => send([packer.import(150), packer.import(150), ...several(packer, 10)]),
    parcels: () => [],
    act: alarm,
  },
};

/** A site as it is before an action: on disk, with what was sent to it, and how many writes the action takes. */
async function scene(name, chance) {
  const { settings, prepare, parcels, act, env } = ACTIONS[name];
  const [disk, zone] = [new Disk(), zoneAtNoon()];
  const worker = await Worker.start({ data: disk.data, env: { ...env, ...disk.env } });
  // Few clients: were a salt lost, somebody would come again as somebody else.
  const packer = new Packer(chance, SITE, { clients: 3 });
  const ledger = new Ledger();
  const send = async (sent) => assert.ok(await sendAll({ api: worker.api, ledger, parcels: sent }));
  await worker.api.putSite(SITE, { timezone: zone, ...settings });
  await prepare({ send, packer, api: worker.api });
  await worker.stop();
  const saved = scratch("saved");
  cpSync(disk.data, saved, { recursive: true });
  const sent = parcels(packer);
  const reset = async () => {
    disk.mend();
    disk.restore(saved);
    await worker.startAgain();
    return { api: worker.api, ledger: ledger.copy(), parcels: sent };
  };
  // How many writes there are to be killed at.
  const trial = await reset();
  const begun = disk.writes;
  assert.ok(await act(trial), "it works when nothing fails");
  await sleep(150);
  const writes = disk.writes - begun;
  await worker.kill();
  const dispose = async () => {
    await worker.dispose();
    rmSync(saved, { recursive: true, force: true });
    disk.dispose();
  };
  return { worker, disk, zone, reset, act, writes, dispose };
}

/** Some of the writes, spread evenly, others with each seed; or all of them. */
function chosen(writes, tried, chance) {
  const step = Math.max(1, writes / tried);
  return Array.from({ length: Math.ceil(writes / step) }, (_, n) => 1 + Math.floor(n * step + chance.number() * (step - 1)));
}

for (const name of Object.keys(ACTIONS)) {
  test(`${name}: killed at its writes, or refused them`, { timeout: NIGHTLY ? 3_600_000 : 300_000, skip: !CAN_FAIL }, async () => {
    const chance = new Chance(SEED);
    const oracle = new Oracle();
    const { worker, disk, zone, reset, act, writes, dispose } = await scene(name, chance);
    try {
      assert.ok(writes > 4, `${writes} writes`);
      console.log(`${name}: ${writes} writes`);
      const check = (ledger) => holds({ api: worker.api, oracle, ledger, site: SITE, zone });
      /** Does it, once more where it did not work, and looks whether anything differs. */
      const complete = async ({ ledger, parcels }) => {
        const present = (await check(ledger)).length;
        const before = await answers(worker.api, SITE);
        // A disk that failed may take the runtime a moment to open again.
        await eventually(async () => assert.ok(await act({ api: worker.api, ledger, parcels, mayFail: isUnavailable })), { within: 10_000 });
        if (parcels.length === 0) assert.deepEqual(await answers(worker.api, SITE), before, "the same answers, bit for bit");
        assert.equal((await check(ledger)).length, ledger.events.size, `all are there, of which ${present} were`);
        const times = chance.whole(1, 7);
        const settled = await answers(worker.api, SITE);
        assert.ok(await alarm({ api: worker.api, times }));
        assert.deepEqual(await answers(worker.api, SITE), settled, `the same answers after ${times} alarms`);
        await check(ledger);
      };
      const tried = chosen(writes, TRIED, chance);
      let died = 0;
      for (const write of tried) {
        const begun = await reset();
        disk.killAt(write);
        // It may have been answered before the last of its writes.
        const worked = await act(begun);
        const end = await Promise.race([worker.exited, sleep(worked ? 150 : 2_000)]);
        if (end?.signal === "SIGKILL") died++;
        disk.mend();
        await worker.kill();
        isWhole(worker);
        await worker.startAgain();
        await complete(begun).catch((error) => Promise.reject(new Error(`killed at write ${write} of ${writes}`, { cause: error })));
        await worker.kill();
      }
      // The writes counted include those of the last checkpoint, which a run that is asked for more may not come to.
      assert.ok(died > tried.length / 3, `it died ${died} times of ${tried.length}`);
      for (const write of chosen(writes, TRIED_ERRORS, chance)) {
        const begun = await reset();
        const errno = chance.one([NO_SPACE, IO_ERROR]);
        const count = chance.one([1, 3, 1_000_000]);
        disk.failAt(write, { errno, count });
        await act({ ...begun, mayFail: isUnavailable });
        disk.mend();
        const what = `error ${errno} from write ${write} of ${writes} on, ${count} times`;
        await complete(begun).catch((error) => Promise.reject(new Error(what, { cause: error })));
        await worker.kill();
        isWhole(worker);
        await worker.startAgain();
        await check(begun.ledger);
        await worker.kill();
      }
    } finally {
      await oracle.end();
      await dispose();
    }
  });
}

/** What a worker may answer whose disk fails. */
function isUnavailable({ status, headers, json, text }) {
  if (status === 200) return false;
  assert.deepEqual([status, json?.code], [503, "unavailable"], text);
  assert.ok(Number(headers.get("retry-after")) > 0, "it says when to come again");
  return true;
}

test("an alarm that comes late, is killed and comes again, does its work", { timeout: 60_000 }, async () => {
  const chance = new Chance(SEED);
  const [disk, oracle, zone] = [new Disk(), new Oracle(), zoneAtNoon()];
  const worker = await Worker.start({ data: disk.data, env: disk.env });
  try {
    await worker.api.putSite(SITE, { timezone: zone });
    const ledger = new Ledger();
    const packer = new Packer(chance, SITE);
    // After an import an alarm is set for soon.
    assert.ok(await sendAll({ api: worker.api, ledger, parcels: [packer.import(200), ...several(packer, 5)] }));
    await worker.kill();
    const waiting = () => readDatabase(worker, SITE, "SELECT count(*) FROM journal")[0][0];
    assert.ok(waiting() > 0, "the journal waits for the alarm");
    // Its time passes while nothing runs.
    await sleep(4_500);
    for (let deaths = 0; CAN_FAIL && deaths < 3 && waiting() > 0; deaths++) {
      disk.killAt(chance.whole(20, 40));
      await Promise.allSettled([Promise.race([worker.startAgain(), sleep(1_500)])]);
      await Promise.race([worker.exited, sleep(1_000)]);
      disk.mend();
      await worker.kill();
      isWhole(worker);
    }
    await worker.startAgain();
    await holds({ api: worker.api, oracle, ledger, site: SITE, zone });
    await eventually(() => assert.equal(waiting(), 0, "the journal is written down"), { within: 15_000 });
    assert.equal((await holds({ api: worker.api, oracle, ledger, site: SITE, zone })).length, ledger.events.size);
  } finally {
    await oracle.end();
    await worker.dispose();
    disk.dispose();
  }
});
