// An export in Parquet is one file that other engines read as we do.
import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { sleep } from "../harness/eventually.mjs";
import { scratch } from "../harness/paths.mjs";
import { Worker } from "../harness/worker.mjs";
import { counted, ours } from "./engines.mjs";
import { daysAgo, diverse } from "./events.mjs";

const SITE = "parquet.test";
const EVENTS = 20_000;
let worker, folder;
before(async () => {
  worker = await Worker.start();
  folder = scratch("parquet");
  await worker.api.putSite(SITE);
  const answer = await worker.api.importEvents(SITE, diverse(EVENTS, { from_ms: daysAgo(60), days: 50 }));
  assert.equal(answer.json.accepted, EVENTS, answer.text.slice(0, 300));
});
after(() => worker?.dispose());

/** An export's bytes in a file. */
async function file(name, more = "", site = SITE) {
  const answer = await fetch(`${worker.url}/api/v1/export?site=${site}&format=parquet${more}`, {
    headers: { authorization: `Bearer ${worker.api.key}` },
  });
  assert.equal(answer.status, 200);
  assert.equal(answer.headers.get("content-type"), "application/vnd.apache.parquet");
  assert.match(answer.headers.get("content-disposition"), /"events\.parquet"/);
  const path = join(folder, name);
  writeFileSync(path, Buffer.from(await answer.arrayBuffer()));
  return path;
}

const lines = async (more = "") => {
  const { text } = await worker.api.request("GET", `/api/v1/export?site=${SITE}&format=ndjson${more}`, { key: worker.api.key });
  return text.trim().split("\n").map((line) => JSON.parse(line));
};

/** A line of NDJSON as `count.py` tells a row. */
const asRow = (line) => {
  const kinds = ["component", "request", "query", "vital", "error", "command", "check"];
  const kind = kinds.find((kind) => line[kind]) ?? (["pageview", "engagement"].includes(line.name) ? line.name : "custom");
  return {
    timestamp: line.timestamp,
    visitor: line.visitor,
    kind,
    name: line.name,
    interactive: line.interactive ?? true,
    hostname: line.hostname,
    pathname: line.pathname,
    referrer: line.referrer ?? "",
    source: line.source ?? "",
    channel: line.channel ?? "",
    browser: line.browser ?? "",
    country: line.country ?? "",
    city: line.city ?? 0,
    props: line.props ?? {},
    amount: line.revenue ? Number(line.revenue.amount).toFixed(3) : null,
    currency: line.revenue?.currency ?? null,
    scroll_depth: line.scroll_depth ?? null,
    engagement_time_ms: line.engagement_time_ms ?? null,
    request_route: line.request?.route ?? null,
    request_status: line.request?.status ?? null,
    request_bytes_out: line.request?.bytes_out ?? null,
    vital_value: line.vital ? Number(line.vital.value).toFixed(3) : null,
    command_flags: line.command ? (line.command.flags ?? []) : null,
    check_success: line.check?.success ?? null,
  };
};

test("other engines count what we count", { timeout: 120_000 }, async () => {
  const counts = counted(await file("all.parquet"));
  const own = await ours(worker.api, SITE);
  assert.equal(counts.duckdb.rows, EVENTS);
  for (const engine of ["duckdb", "chdb"].filter((name) => counts[name])) {
    for (const [name, expected] of Object.entries(own)) assert.deepEqual(counts[engine][name], expected, `${engine}: ${name}`);
  }
  if (counts.chdb) assert.deepEqual(counts.chdb, counts.duckdb);
  const revenue = {};
  for (const { revenue: money } of await lines()) {
    if (money) revenue[money.currency] = (revenue[money.currency] ?? 0) + Math.round(Number(money.amount) * 1000);
  }
  assert.deepEqual(counts.duckdb.thousandths, revenue);
});

test("the rows are those of the export in NDJSON", { timeout: 120_000 }, async () => {
  const { rows } = counted(await file("rows.parquet"));
  assert.deepEqual(rows, (await lines()).map(asRow));
});

test("an export can begin anywhere, and nothing is a file too", { timeout: 120_000 }, async () => {
  const since = new Date(daysAgo(30)).toISOString();
  const { rows } = counted(await file("since.parquet", `&since=${since}`));
  assert.ok(rows.length > 0 && rows.length < EVENTS);
  assert.deepEqual(rows, (await lines(`&since=${since}`)).map(asRow));
  assert.equal(counted(await file("none.parquet", "&since=2090-01-01")).duckdb.rows, 0);
});

test("several exports at once do not disturb each other", { timeout: 120_000 }, async () => {
  const abandoned = new AbortController();
  fetch(`${worker.url}/api/v1/export?site=${SITE}&format=parquet`, {
    headers: { authorization: `Bearer ${worker.api.key}` },
    signal: abandoned.signal,
  }).then(
    () => abandoned.abort(),
    () => {},
  );
  const files = await Promise.all(["one", "two", "three"].map((name) => file(`${name}.parquet`)));
  const events = files.map((path) => counted(path).duckdb.rows);
  assert.deepEqual(events, [EVENTS, EVENTS, EVENTS]);
});

test("when the module breaks, an export fails and the next one does not", { timeout: 120_000 }, async () => {
  const failed = [];
  for (const wait of [0, 10, 20, 40, 80]) {
    // An export that has ended before is whole; one that has not has sent nothing yet, or breaks off.
    const begun = worker.api.request("GET", `/api/v1/export?site=${SITE}&format=parquet`, { key: worker.api.key });
    const ended = begun.then((answer) => answer.status, () => "broken off");
    await sleep(wait);
    const answer = await worker.api.owner("POST", "/api/v1/test/panic?where=parquet", undefined);
    assert.deepEqual([answer.status, answer.json.code], [503, "unavailable"]);
    failed.push((await ended) !== 200);
  }
  assert.ok(failed.includes(true));
  assert.equal((await worker.api.totals(SITE, ["visitors"], { date_range: "all" })).visitors, EVENTS / 5);
  assert.equal(counted(await file("again.parquet")).duckdb.rows, EVENTS);
});
