// Bodies that are small on the line and huge once unpacked or read: refused at once, and nothing of them is held.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { brotliCompressSync, deflateSync, gzipSync } from "node:zlib";
import { pageview } from "../harness/api.mjs";
import { Worker } from "../harness/worker.mjs";
import { assertRefused } from "./refusal.mjs";

const SITE = "bombs.test";
const WITHIN_MS = 100;
/** What one bomb is when it is unpacked. */
const UNPACKED = 64 * 1024 * 1024;
/** What all that are thrown at the routes may leave until the runtime clears up: less than a single one unpacked. */
const MEMORY_BYTES_MAX = UNPACKED;

/** One block of zstandard that repeats a space 131,072 times, and as many of these blocks as make a gigabyte. */
function zstandard() {
  const header = [0x28, 0xb5, 0x2f, 0xfd, 0x00, 0x58];
  const block = (last) => [((131_072 << 3) | 2 | last) & 255, (131_072 >> 5) & 255, (131_072 >> 13) & 255, 0x20];
  return Buffer.from([...header, ...Array.from({ length: 8191 }, () => block(0)).flat(), ...block(1)]);
}

const spaces = Buffer.alloc(UNPACKED, " ");
const packed = { gzip: gzipSync(spaces), deflate: deflateSync(spaces), br: brotliCompressSync(spaces), zstd: zstandard() };
const nested = "[".repeat(1_000_000);
const keys = `{${Array.from({ length: 200_000 }, (_, n) => `"k${n}":1`).join()}}`;
/** `[what, body, headers]` */
const BOMBS = [
  ...Object.entries(packed).map(([encoding, body]) => [`${encoding} of ${UNPACKED} bytes`, body, { "content-encoding": encoding }]),
  ["gzip within gzip", gzipSync(packed.gzip), { "content-encoding": "gzip, gzip" }],
  ["gzip that is not said to be", packed.gzip.subarray(0, 60_000), {}],
  ["a million brackets", nested, {}],
  ["60,000 brackets", nested.slice(0, 60_000), {}],
  ["200,000 keys", keys, {}],
  ["as many keys as are read", `${keys.slice(0, keys.lastIndexOf(",", 65_000))}}`, {}],
];
const ROUTES = [
  "/e", "/api/event", "/api/send", "/api/v1/events", "/api/v1/login", "/api/v2/query", "/api/v2/funnel", "/api/v2/journeys",
  "/api/v2/retention", `/api/v1/sites/${SITE}/segments`, `/api/v1/sites/${SITE}/annotations`, `/api/v1/sites/${SITE}/keys`,
];
let worker, api;

before(async () => {
  worker = await Worker.start();
  api = worker.api;
  await api.putSite(SITE);
  // What the runtime sets up once is not the bombs'.
  for (const path of ROUTES) await explode(path, "[]", {});
});
after(() => worker?.dispose());

const explode = (path, body, headers) =>
  api.request("POST", path, { body, key: api.key, headers: { "content-type": "application/json", ...headers } });

const TIMES = 3;

/** How long the fastest of a few took: a machine with other work to do makes one slow, not all. */
async function fastest(attempt) {
  let best = Infinity;
  for (let n = 0; n < TIMES; n++) {
    const begun = performance.now();
    await attempt();
    best = Math.min(best, performance.now() - begun);
  }
  return best;
}

for (const [what, body, headers] of BOMBS) {
  test(`${what} is refused in ${WITHIN_MS} ms by every route, and not held in memory`, { timeout: 60_000 }, async (t) => {
    const before = worker.memory();
    let slowest = 0;
    for (const path of ROUTES) {
      const took = await fastest(async () => assertRefused(await explode(path, body, headers), { what: `${path}: ${what}` }));
      assert.ok(took < WITHIN_MS, `${path}: ${took} ms`);
      slowest = Math.max(slowest, took);
    }
    const grown = worker.memory() - before;
    t.diagnostic(`slowest ${slowest.toFixed(1)} ms, ${(grown / 1048576).toFixed(1)} MiB more memory by ${ROUTES.length * TIMES}`);
    assert.ok(grown < MEMORY_BYTES_MAX, `${grown} bytes more`);
    const answer = await api.send(SITE, [pageview(`https://${SITE}/`)]);
    assert.deepEqual(answer.json, { results: [{ outcome: "accepted" }] });
  });
}
