// Data of every version that there was, as that version left it, opened by this one: the answers are those of then, nothing is
// lost however often opening it is cut off, and what comes again is known. tests/migrations/make_fixture.mjs made them.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdirSync, readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { CAN_FAIL, Disk } from "../fault/disk.mjs";
import { isWhole } from "../fault/truth.mjs";
import { readDatabase } from "../harness/database.mjs";
import { sleep } from "../harness/eventually.mjs";
import { ROOT } from "../harness/paths.mjs";
import { Worker } from "../harness/worker.mjs";
import { ENV, IMPORT_KEY, LATER, SITE, answers, batches, imported } from "./traffic.mjs";

const FOLDER = join(ROOT, "tests/data/schemas");
const VERSIONS = readdirSync(FOLDER).filter((file) => file.endsWith(".tar.gz")).map((file) => file.replace(".tar.gz", ""));
/** Each version is cut off so often while it is opened, each time at a later write. */
const CUTS = 8;

/** The version of the tables that this build writes. */
const CURRENT = Number(readFileSync(join(ROOT, "edge-worker/src/site_store/schema.rs"), "utf8").match(/VERSION: i32 = (\d+);/)[1]);

const exported = async (api) => {
  const { status, text } = await api.request("GET", `/api/v1/export?site=${SITE}`, { key: api.key, headers: { "x-now": LATER } });
  assert.equal(status, 200, text.slice(0, 300));
  return text.trim().split("\n").map((line) => JSON.parse(line));
};
/** Rows without who it was, which is a hash by a salt of chance. */
const rows = (events) => events.map(({ visitor, ...event }) => JSON.stringify(event)).sort();

test("there is a fixture of every version of the tables", () => {
  assert.deepEqual(VERSIONS.map((name) => Number(/^schema_(\d+)$/.exec(name)[1])).sort(), Array.from({ length: CURRENT }, (_, n) => n + 1));
});

let first;
for (const name of VERSIONS.sort()) {
  test(`${name} is opened, whatever comes in between`, { timeout: 120_000 }, async (t) => {
    const disk = new Disk();
    mkdirSync(disk.data, { recursive: true });
    execFileSync("tar", ["xzf", join(FOLDER, `${name}.tar.gz`), "-C", disk.data]);
    const recorded = JSON.parse(readFileSync(join(FOLDER, `${name}.json`), "utf8"));
    const version = (of) => readDatabase(of, SITE, "SELECT schema FROM site")[0][0];
    // Before the worker runs, whose alarms open it at once.
    assert.equal(version({ data: disk.data }), Number(name.split("_")[1]), "it is what it says");
    const worker = await Worker.start({ data: disk.data, env: { ...ENV, ...disk.env } });
    const { api } = worker;
    try {
      let cuts = 0;
      for (let write = 1; CAN_FAIL && write <= CUTS; write++) {
        disk.killAt(write);
        const asked = api.outcomes(SITE).catch(() => null);
        await Promise.race([worker.exited, asked.then(() => sleep(300))]);
        disk.mend();
        if (worker.process.exitCode === null && worker.process.signalCode === null) await worker.kill();
        else cuts++;
        isWhole(worker);
        await worker.startAgain();
      }
      t.diagnostic(`cut off at ${cuts} writes`);
      assert.ok(!CAN_FAIL || cuts > 0, "at least one met a write");
      assert.deepEqual(await answers(api), recorded, "the answers are those of then");
      assert.equal(version(worker), CURRENT);

      const events = await exported(api);
      first ??= rows(events);
      assert.deepEqual(rows(events), first, "every version kept the same events");
      const again = batches();
      for (const { events, headers } of again.slice(-6)) {
        const { json } = await api.send(SITE, events, { ...headers, "x-now": LATER, "user-agent": again.at(-1).headers["user-agent"] });
        for (const [n, { outcome }] of json.results.entries()) assert.equal(outcome, events[n].url === "nowhere" ? "invalid" : "duplicate");
      }
      const { json } = await api.importEvents(SITE, imported(), { "idempotency-key": IMPORT_KEY, "x-now": LATER });
      assert.deepEqual([json.accepted, json.rejected], [150, []], "the import is done already");
      assert.deepEqual((await answers(api)).results, recorded.results, "what comes again changes nothing");

      await api.mustOwner("POST", `/api/v1/test/alarm?site=${SITE}&times=3`);
      assert.deepEqual(rows(await exported(api)), first, "nor does what alarms make of it");
      await worker.kill();
      isWhole(worker);
      await worker.startAgain();
      assert.deepEqual((await answers(api)).results, recorded.results);
    } finally {
      await worker.dispose();
      disk.dispose();
    }
  });
}
