// What must hold whenever the worker is up again: the answers are those of DuckDB for the events that are there.
import assert from "node:assert/strict";
import { checkDatabases } from "../harness/database.mjs";
import { difference } from "../differential/difference.mjs";
import { DATES } from "./parcels.mjs";

const OF_VISITS = ["visitors", "visits", "bounce_rate", "visit_duration"];
const QUERIES = [
  { metrics: [...OF_VISITS, "pageviews", "events"] },
  { metrics: ["visitors", "pageviews", "events"], dimensions: ["event:page"] },
  { metrics: [...OF_VISITS, "pageviews", "events"], dimensions: ["time:day"] },
  { metrics: [...OF_VISITS], dimensions: ["visit:source"] },
  { metrics: ["visitors", "events"], dimensions: ["event:name"] },
];

/** The queries that are asked of a site. */
const asked = (site) => QUERIES.map((query) => ({ site_id: site, date_range: DATES, ...query }));

/** All answers of a site, as they come. */
export async function answers(api, site) {
  const { results } = await api.mustOwner("POST", "/api/v2/query", { queries: asked(site) });
  return results;
}

/** Asserts that each answer is the oracle's, for the events of a ledger that are there. Returns these. */
export async function holds({ api, oracle, ledger, site, zone }) {
  const present = await ledger.present(api, site);
  if (present.length === 0) return present;
  const now = new Date().toISOString();
  await oracle.ask({ site, zone, goals: [], events: present.map(({ event }) => event) });
  const given = await answers(api, site);
  for (const [place, query] of asked(site).entries()) {
    const wrong = difference(await oracle.ask({ query, now }), given[place], query);
    assert.equal(wrong, null, `${JSON.stringify(query)} of ${present.length} events:\n${wrong}`);
  }
  await ledger.conserved(api, site, present);
  return present;
}

/** Asserts that the databases of a worker that has ended are whole. */
export function isWhole(worker) {
  const found = checkDatabases(worker);
  assert.ok(found.length > 0, "there are databases");
  assert.deepEqual(found.filter(({ says }) => says !== "ok"), []);
}
