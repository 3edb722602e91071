// 318 files that JSON parsers disagree about, as the body of everything that takes JSON: none is an event or a question.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { gunzipSync } from "node:zlib";
import { ROOT } from "../harness/paths.mjs";
import { Worker } from "../harness/worker.mjs";
import { assertRefused, tally } from "./refusal.mjs";

const SUITE = JSON.parse(gunzipSync(readFileSync(join(ROOT, "tests/data/json_test_suite.json.gz"))));
const FILES = Object.entries(SUITE).map(([name, text]) => [name, Buffer.from(text, "base64")]);
const SITE = "suite.test";
const ROUTES = [
  ["POST", "/e"],
  ["POST", "/api/event"],
  ["POST", "/api/v1/events"],
  ["POST", "/api/v1/login"],
  ["POST", "/api/v2/query"],
  ["POST", "/api/v2/funnel"],
  ["POST", "/api/v2/journeys"],
  ["POST", "/api/v2/retention"],
  ["POST", `/api/v1/sites/${SITE}/segments`],
  ["POST", `/api/v1/sites/${SITE}/annotations`],
  ["POST", `/api/v1/sites/${SITE}/keys`],
];
let worker, api;

before(async () => {
  worker = await Worker.start();
  api = worker.api;
  await api.putSite(SITE);
});
after(() => worker?.dispose());

for (const [method, path] of ROUTES) {
  test(`${method} ${path} refuses each with a reason`, { timeout: 60_000 }, async () => {
    assert.equal(FILES.length, 318);
    for (const [name, body] of FILES) {
      const answer = await api.request(method, path, { body, key: api.key, headers: { "content-type": "application/json" } });
      assertRefused(answer, { what: `${path} ${name}` });
    }
  });
}

test("the import names the lines that are none, and takes none in", { timeout: 60_000 }, async () => {
  for (const [name, body] of FILES) {
    const answer = await api.importText(SITE, body);
    if (answer.status === 200) assert.equal(answer.json.accepted, 0, name);
    else assertRefused(answer, { what: name });
  }
});

test("nothing of it was counted, and the site works", async () => {
  const { received, ...outcomes } = await tally(api, SITE);
  assert.equal(outcomes["accepted/accepted"], undefined, JSON.stringify(outcomes));
  assert.ok(received < FILES.length * 4);
  assert.deepEqual(await api.mustOwner("GET", `/api/v1/sites/${SITE}/segments`), { segments: [] });
});
