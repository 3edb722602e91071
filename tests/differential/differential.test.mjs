// Random queries over random events: the worker answers what DuckDB computes from the same events.
//
// PASSERBY_SEED=n repeats a run, PASSERBY_NIGHTLY=1 makes a long one.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { Worker } from "../harness/worker.mjs";
import { Chance } from "./chance.mjs";
import { difference } from "./difference.mjs";
import { Oracle } from "./oracle.mjs";
import { moment, query } from "./query.mjs";
import { smaller } from "./smaller.mjs";
import { world } from "./world.mjs";

const SEED = Number(process.env.PASSERBY_SEED ?? Math.floor(Math.random() * 2 ** 32));
const NIGHTLY = process.env.PASSERBY_NIGHTLY === "1";
const WORLDS = NIGHTLY ? 40 : 5;
const QUERIES_OF_WORLD = NIGHTLY ? 250 : 100;
const QUERIES_OF_REQUEST = 25;
const EVENTS_OF_IMPORT = 700;

let worker, oracle;
before(async () => {
  console.log(`seed ${SEED}: repeat with ${NIGHTLY ? "PASSERBY_NIGHTLY=1 " : ""}PASSERBY_SEED=${SEED}`);
  // A journal smaller than an import, so that visitors of later imports come back out of segments.
  worker = await Worker.start({ env: { PASSERBY_JOURNAL_EVENTS: "300" } });
  oracle = new Oracle();
});
after(async () => {
  await oracle?.end();
  await worker?.dispose();
});

/** The worker's answers to queries of one site, asked at one moment in one request. */
async function answers(queries, now) {
  const { results } = await worker.api.mustOwner("POST", "/api/v2/query", { queries }, { "x-now": now });
  return results;
}

/** Whether, and how, the worker's answer to a query differs from the truth. */
async function disagreement(asked, now) {
  const [truth, [answer]] = await Promise.all([oracle.ask({ query: asked, now }), answers([asked], now)]);
  return difference(truth, answer, asked);
}

for (let number = 0; number < WORLDS; number++) {
  test(`site ${number}`, { timeout: 300_000 }, async () => {
    const chance = new Chance(SEED + number);
    const { site, zone, goals, events, ...spans } = world(chance, number);
    await worker.api.putSite(site, { timezone: zone, goals });
    // In pieces, with a question after each, so that what is known of visits changes with what comes later.
    for (let start = 0; start < events.length; start += EVENTS_OF_IMPORT) {
      const piece = events.slice(start, start + EVENTS_OF_IMPORT);
      const imported = await worker.api.importEvents(site, piece);
      assert.deepEqual(imported.json, { received: piece.length, accepted: piece.length, rejected: [] }, imported.text);
      await worker.api.totals(site, ["visits"], { date_range: "all" });
    }
    await oracle.ask({ site, zone, goals, events });

    const failed = [];
    for (let left = QUERIES_OF_WORLD; left > 0; left -= QUERIES_OF_REQUEST) {
      const now = moment(chance, spans);
      const queries = Array.from({ length: QUERIES_OF_REQUEST }, () => query(chance, { site, goals, ...spans }, now));
      const ask = (asked) => oracle.ask({ query: asked, now });
      const [got, truths] = await Promise.all([answers(queries, now), Promise.all(queries.map(ask))]);
      const wrong = queries.filter((asked, place) => difference(truths[place], got[place], asked));
      failed.push(...wrong.map((asked) => ({ asked, now })));
    }
    if (failed.length === 0) return;
    const { asked, now } = await smaller(failed, disagreement);
    const how = await disagreement(asked, now);
    const where = `${failed.length} queries differ (seed ${SEED}, ${zone}, now ${now}); the smallest is`;
    assert.fail([where, JSON.stringify(asked), how].join("\n"));
  });
}
