// Three times what it can take: it takes what it can, refuses the rest at once, loses nothing that it took, and is itself
// again in a moment.
import assert from "node:assert/strict";
import { connect } from "node:net";
import { after, before, test } from "node:test";
import { eventually } from "../harness/eventually.mjs";
import { Worker } from "../harness/worker.mjs";
import { Connections, batch, closedLoop, openLoop, quantile, request } from "./driver.mjs";

const SITE = "flood.test";
const EVENTS = 5;
/** Of the test command; `PASSERBY_FLOOD_SECONDS=60` floods for a minute. */
const FLOOD_MS = Number(process.env.PASSERBY_FLOOD_SECONDS ?? 20) * 1000;
let worker, api, connections;

before(async () => {
  worker = await Worker.start();
  api = worker.api;
  await api.putSite(SITE);
  connections = new Connections(worker.port);
});
after(async () => {
  connections.close();
  await worker.dispose();
});

/** What was answered so far, over all tests of this file. */
let accepted = 0;
const make = () => request(batch(SITE, EVENTS));

function assertKnown({ status, retryAfter, why }) {
  assert.ok([200, 429, 503].includes(status), `${status} ${why}`);
  if (status !== 200) assert.ok(Number(retryAfter) >= 1, `${status} without Retry-After`);
}

async function assertAllCounted() {
  const { pageviews } = await api.totals(SITE, ["pageviews"]);
  assert.equal(pageviews, accepted, "what was acknowledged is what is counted");
  const { received, outcomes } = await api.mustOwner("GET", `/api/v1/outcomes?site=${SITE}`);
  assert.equal(outcomes.reduce((sum, { count }) => sum + count, 0), received);
}

test("a flood of three times what it takes", { timeout: FLOOD_MS + 120_000 }, async (t) => {
  const take = (answer) => {
    assertKnown(answer);
    if (answer.status === 200) accepted += EVENTS;
  };
  await closedLoop(connections, { ms: 2_000, atOnce: 64, make, seen: take });
  let answered = 0;
  await closedLoop(connections, { ms: 4_000, atOnce: 64, make, seen: (answer) => { take(answer); answered++; } });
  const perSecond = (answered / 4) * 3;
  const before = worker.memory();

  const taken = [];
  const statuses = {};
  let memory = 0;
  const watching = setInterval(() => (memory = Math.max(memory, worker.memory())), 200);
  const seen = (answer) => {
    take(answer);
    statuses[answer.status] = (statuses[answer.status] ?? 0) + 1;
    if (answer.status === 200) taken.push(answer.ms);
  };
  const sent = await openLoop(connections, { ms: FLOOD_MS, perSecond, make, seen });
  clearInterval(watching);

  const over = performance.now();
  let calm;
  await eventually(
    async () => {
      const answer = await connections.send(make());
      take(answer);
      assert.equal(answer.status, 200);
      assert.ok(answer.ms < 50, `${answer.ms} ms`);
      calm = performance.now() - over;
    },
    { within: 5_000 },
  );
  await assertAllCounted();
  t.diagnostic(
    `takes ${Math.round(answered / 4)} requests/s; sent ${Math.round((sent * 1000) / FLOOD_MS)}/s (aimed at ` +
      `${Math.round(perSecond)}) over ${connections.open} connections: ${JSON.stringify(statuses)}; accepted p50 ` +
      `${quantile(taken, 0.5).toFixed(0)} ms, p99 ${quantile(taken, 0.99).toFixed(0)} ms; memory ${mb(before)} → ` +
      `${mb(memory)} MB; calm after ${calm.toFixed(0)} ms`,
  );
  assert.ok(taken.length > 0, "it goes on taking what it can");
  assert.ok(memory < before + 400 * 1_048_576, `memory grew to ${mb(memory)} MB`);
});

const mb = (bytes) => Math.round(bytes / 1_048_576);

test("who hangs up holds nobody up, and what was sent is counted once or not at all", { timeout: 60_000 }, async () => {
  const hangUp = () =>
    new Promise((done) => {
      const socket = connect(worker.port, "127.0.0.1", () => {
        socket.write(make(), () => setTimeout(() => socket.destroy(), Math.random() * 4));
      });
      socket.on("error", () => {});
      socket.on("close", done);
    });
  const slow = [];
  let rude = 0;
  const end = performance.now() + 5_000;
  const rudely = async () => {
    for (; performance.now() < end; rude++) await hangUp();
  };
  const politely = async () => {
    while (performance.now() < end) {
      const answer = await connections.send(make());
      assertKnown(answer);
      if (answer.status === 200) accepted += EVENTS;
      if (answer.ms > 5_000) slow.push(answer.ms);
    }
  };
  await Promise.all([...Array.from({ length: 16 }, rudely), ...Array.from({ length: 16 }, politely)]);
  assert.ok(rude > 100, `${rude} hung up`);
  assert.deepEqual(slow, [], "nobody waits for an answer that was meant for another");
  const { pageviews } = await api.totals(SITE, ["pageviews"]);
  const extra = pageviews - accepted;
  assert.ok(extra >= 0 && extra <= rude * EVENTS && extra % EVENTS === 0, `${extra} of ${rude * EVENTS}`);
});

test("answers find their requests however long it runs", { timeout: 120_000 }, async () => {
  // Compiled code that is hot enough once answered requests in the name of others: some 18,000 of one kind.
  let left = 30_000;
  const one = async () => {
    while (left-- > 0) {
      const site = left % 2 ? SITE : "other.flood.test";
      const answer = await connections.send(request(batch(site, 1)));
      assert.equal(answer.status, 200, answer.body);
      assert.equal(JSON.parse(answer.body).results.length, 1);
    }
  };
  await api.putSite("other.flood.test");
  await Promise.all(Array.from({ length: 64 }, one));
});

test("a busy site leaves a quiet one its turn", { timeout: 60_000 }, async (t) => {
  const quiet = "quiet.test";
  await api.putSite(quiet);
  const calmly = async (ms) => {
    const times = [];
    const end = performance.now() + ms;
    while (performance.now() < end) {
      const answer = await connections.send(request(batch(quiet, 1)));
      assert.equal(answer.status, 200, answer.body);
      times.push(answer.ms);
      await new Promise((later) => setTimeout(later, 5));
    }
    return times;
  };
  const alone = await calmly(3_000);
  const busy = openLoop(connections, { ms: 5_000, perSecond: 1_000, make, seen: assertKnown });
  const beside = await calmly(5_000);
  await busy;
  const ms = (times, share) => quantile(times, share).toFixed(1);
  t.diagnostic(
    `a quiet site's requests, alone: p50 ${ms(alone, 0.5)} ms, p99 ${ms(alone, 0.99)} ms; beside 5,000 events/s ` +
      `of another: p50 ${ms(beside, 0.5)} ms, p99 ${ms(beside, 0.99)} ms`,
  );
});
