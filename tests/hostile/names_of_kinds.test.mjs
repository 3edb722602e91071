// An owner may call an event what a kind is called: it is counted, and goes out and in again as it was.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { CHROME, eventId } from "../harness/api.mjs";
import { Worker } from "../harness/worker.mjs";
import { assertRefused } from "./refusal.mjs";

const KINDS = ["component", "request", "query", "vital", "error", "command", "check", "custom"];
const SITE = "kinds.test";
const url = `https://${SITE}/`;
let worker, api;

before(async () => {
  worker = await Worker.start();
  api = worker.api;
  for (const site of [SITE, "again.test"]) await api.putSite(site);
});
after(() => worker?.dispose());

const take = async (site, format) => (await api.request("GET", `/api/v1/export?site=${site}&format=${format}`, { key: api.key })).text;

test("by every way in, out and in again", async () => {
  for (const name of KINDS) {
    const sent = [
      await api.send(SITE, [{ id: eventId(), name, url, interactive: false, props: { way: "batch" } }]),
      await api.owner("POST", "/api/v1/events", { site: SITE, events: [{ name, url, user_agent: CHROME, props: { way: "server" } }] }),
      await api.request("POST", "/api/event", { body: JSON.stringify({ n: name, u: url, d: SITE }), headers: { "content-type": "text/plain" } }),
      await api.importEvents(SITE, [{ name, visitor: "anna", timestamp: new Date().toISOString(), pathname: "/imported" }]),
    ];
    assert.deepEqual(sent.map(({ status }) => status), [200, 200, 202, 200], name);
  }
  // One of a kind beside it stays of that kind.
  await api.send(SITE, [{ name: "error", url, error: { type: "TypeError", fingerprint: "f1" } }]);
  const expected = Object.fromEntries(KINDS.map((name) => [name, name === "error" ? 5 : 4]));
  assert.deepEqual(await api.names(SITE), expected);
  const first = await take(SITE, "ndjson");
  const brought = await api.importText("again.test", first);
  assert.deepEqual([brought.json.accepted, brought.json.rejected], [33, []]);
  assert.equal(await take("again.test", "ndjson"), first);
  assert.equal(await take("again.test", "csv"), await take(SITE, "csv"));
  assert.deepEqual(await api.names("again.test"), expected);
});

test("fields that are none of the kind's are refused", async () => {
  for (const own of ["text", 1, [], true]) {
    assertRefused(await api.send(SITE, [{ name: "error", url, error: own }]), { status: 400, code: "bad_field" });
  }
});
