// Nothing that tells who somebody is reaches disk or log: thousands of canaries, each in one place of one request, are sent
// through every route, and looked for in all that is left of them.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { Worker } from "../harness/worker.mjs";
import { scratch } from "../harness/paths.mjs";
import { forms } from "../hostile/canaries.mjs";
import { Canaries } from "./canaries.mjs";
import { Haystack } from "./haystack.mjs";
import { leftBehind } from "./left_behind.mjs";
import { KEPT, eventRequests, routeRequests, taintedHeaders } from "./traffic.mjs";

const SITE = "taint.test";
const NIGHTLY = process.env.PASSERBY_NIGHTLY === "1";
/** How often everything is sent to be written down in segments, and how many canaries there are at least in the end. */
const [ROUNDS, CANARIES_MIN] = NIGHTLY ? [4, 120_000] : [1, 50_000];
const SENDERS = 6;

const canaries = new Canaries();
let worker, api;
let sites = 0;

before(async () => {
  const data = scratch("taint");
  // What the runtime writes elsewhere for a moment is looked at, too.
  const temporary = join(data, "temporary");
  mkdirSync(temporary, { recursive: true });
  worker = await Worker.start({ data, env: { TMPDIR: temporary } });
  api = worker.api;
  await api.putSite(SITE);
});
after(() => worker?.dispose());

async function fresh() {
  const site = `fresh-${sites++}.test`;
  await api.putSite(site);
  return site;
}

/**
 * Sends a request with its headers tainted. The answer repeats nothing of what it was told. It must be `ok` where that is
 * given, and must never be the collector's fault except where it `breaks`.
 */
async function send({ method, path, body, type, encoding, key = null, ok, breaks = false, before = () => {} }) {
  before();
  const from = canaries.given.length;
  const headers = taintedHeaders(canaries, `${method} ${path.split("?")[0]}`);
  if (type) headers["content-type"] = type;
  if (encoding) headers["content-encoding"] = encoding;
  const answer = await api.request(method, path, { body, key, headers });
  const said = answer.text + JSON.stringify([...answer.headers]);
  for (const { what, text } of canaries.given.slice(from)) assert.ok(!said.includes(text), `${what} in the answer`);
  if (ok !== undefined) assert.equal(answer.status, ok, `${method} ${path}: ${answer.text.slice(0, 300)}`);
  assert.ok(breaks || answer.status < 500, `${method} ${path}: ${answer.status} ${answer.text}`);
  return answer;
}

async function sendAll(requests) {
  const queue = requests.values();
  const sender = async () => {
    for (const request of queue) await send(request);
  };
  await Promise.all(Array.from({ length: SENDERS }, sender));
}

async function sendEverything(rounds) {
  for (let round = 0; round < rounds; round++) {
    await sendAll([...(await routeRequests(canaries, api, fresh)), ...eventRequests(canaries, SITE, api)]);
  }
}

/** Looks for all that was ever sent in all that is there. */
function assertNowhere(phase) {
  const files = leftBehind(worker);
  const haystack = new Haystack(files);
  const seen = (text) => haystack.find({ what: "", text });
  assert.notDeepEqual(seen(KEPT), [], `${phase}: the search sees what is kept`);
  assert.ok(seen(KEPT).some((where) => where.includes("rows of")), `${phase}: in the databases' rows, too`);
  const hits = canaries.given.flatMap((canary) => haystack.find(canary));
  assert.deepEqual([hits.length, hits.slice(0, 12)], [0, []], phase);
  return files;
}

/** How many segments there are among what is left. */
const segments = (files) => files.filter(({ name }) => name.startsWith("rows of")).reduce((sum, { bytes }) => sum + bytes.toString("latin1").split("PSBY").length - 1, 0);

test("the search finds a canary of each class in each form, wherever it stands", () => {
  const own = new Canaries();
  for (const shape of ["word", "ipv4", "ipv6", "ipv4Mapped", "email", "card", "iban", "jwt", "apiKey", "userAgent"]) {
    own.of(shape, "planted");
    const canary = own.given.at(-1);
    const written = [...forms(canary.text), ...canary.also.map((bytes) => ["otherwise", bytes])];
    for (const [form, bytes] of written) {
      for (const around of ["", "x", "xy", "xyz\0"]) {
        const file = { name: "planted", bytes: Buffer.concat([Buffer.from(around), bytes, Buffer.from(around)]) };
        assert.notDeepEqual(new Haystack([file]).find(canary), [], `${shape} ${form}`);
      }
    }
    const base64 = Buffer.from(Buffer.from(`ab${canary.text}cd`).toString("base64"));
    assert.notDeepEqual(new Haystack([{ name: "planted", bytes: base64 }]).find(canary), [], `${shape} within base64`);
    const without = { name: "without", bytes: Buffer.from([...forms(own.of(shape, "another")).values()].map(String).join()) };
    assert.deepEqual(new Haystack([without]).find(canary), [], `${shape}: another one is not it`);
  }
});

test("nothing of a person is left by ordinary work, before its events are written down and after", { timeout: 180_000 }, async () => {
  await sendEverything(1);
  const { outcomes } = await api.outcomes(SITE);
  const accepted = outcomes.find(({ outcome }) => outcome === "accepted").count;
  assert.ok(accepted > 300, `${accepted} events were taken in`);
  assert.deepEqual(segments(assertNowhere("in the journal")), 0);
  await worker.stop();
  assertNowhere("after a stop");
  worker.env.PASSERBY_JOURNAL_EVENTS = "64";
  await worker.startAgain();
  await sendEverything(ROUNDS);
  assert.ok(segments(assertNowhere("in segments")) > 0);
});

test("nothing of a person is left by a panic", { timeout: 180_000 }, async () => {
  for (const where of ["worker", "object"]) {
    const panics = Array.from({ length: 5 }, () => ({ method: "POST", path: `/api/v1/test/panic?where=${where}&site=${SITE}`, body: "", key: api.key, breaks: true }));
    // What was on its way meanwhile may be told to come again.
    const others = eventRequests(canaries, SITE, api).map((request) => ({ ...request, breaks: true }));
    await sendAll(panics.flatMap((panic, at) => [...others.slice(at * 20, at * 20 + 20), panic]));
    assertNowhere(`after a panic in the ${where}`);
  }
  assert.match(worker.log, /panic at/, "it did break");
});

test("nothing of a person is left by a kill in the middle of it", { timeout: 180_000 }, async (t) => {
  const requests = [...eventRequests(canaries, SITE, api), ...(await routeRequests(canaries, api, fresh))];
  let sent = 0;
  const sending = sendAll(requests.map((request) => ({ ...request, breaks: true, before: () => sent++ === 150 && worker.kill() })));
  // Who is cut off hears nothing.
  await assert.rejects(sending, TypeError);
  await worker.exited;
  assertNowhere("after a kill");
  await worker.startAgain();
  await api.send(SITE, []);
  assertNowhere("after the start that follows");
  await worker.stop();
  const files = assertNowhere("at the end");
  t.diagnostic(`${canaries.given.length} canaries, ${files.reduce((sum, { bytes }) => sum + bytes.length, 0)} bytes left behind`);
  assert.ok(canaries.given.length >= CANARIES_MIN, `${canaries.given.length} canaries`);
});
