// Saved segments, annotations and saved funnels: written, used, changed, thrown away.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { pageview } from "../harness/api.mjs";
import { Worker } from "../harness/worker.mjs";

const SITE = "notes.test";
const at = (rest) => `/api/v1/sites/${SITE}/${rest}`;

let worker, api;
before(async () => {
  worker = await Worker.start();
  api = worker.api;
  await api.putSite(SITE, { timezone: "UTC", goals: [{ event: "Signup" }] });
  await api.send(SITE, ["/", "/docs/a", "/docs/b"].map((path) => pageview(`https://${SITE}${path}`)));
});
after(() => worker?.dispose());

test("a saved segment stands for its filters", async () => {
  const docs = await api.mustOwner("POST", at("segments"), { name: "Docs", filters: [["contains", "event:page", ["/docs"]]] });
  const home = await api.mustOwner("POST", at("segments"), { name: "Home", filters: [["is", "event:page", ["/"]]] });
  assert.deepEqual([docs.id, home.id], [1, 2]);
  const { segments } = await api.mustOwner("GET", at("segments"));
  assert.deepEqual(segments.map(({ name }) => name), ["Docs", "Home"]);
  const views = async (ids) => (await api.totals(SITE, ["pageviews"], { filters: [["is", "segment", ids]] })).pageviews;
  assert.equal(await views([1]), 2);
  assert.equal(await views([2]), 1);
  assert.equal(await views([1, 2]), 3);
  await api.mustOwner("PUT", at("segments/1"), { name: "One page", filters: [["is", "event:page", ["/docs/a"]]] });
  assert.equal(await views([1]), 1);
  assert.equal((await api.mustOwner("GET", at("segments/1"))).name, "One page");
  assert.deepEqual(await api.mustOwner("DELETE", at("segments/1")), { deleted: 1 });
  const gone = await api.owner("POST", "/api/v2/query", {
    site_id: SITE, date_range: "day", metrics: ["visitors"], filters: [["is", "segment", [1]]],
  });
  assert.deepEqual([gone.status, gone.json.code], [400, "unknown_segment"]);
});

test("annotations say what happened when", async () => {
  const launch = await api.mustOwner("POST", at("annotations"), { time: "2026-03-02", text: "Launch" });
  await api.mustOwner("POST", at("annotations"), { time: "2026-03-05T10:00:00Z", text: "In the news" });
  await worker.stop();
  await worker.startAgain();
  const { annotations } = await api.mustOwner("GET", at("annotations"));
  assert.deepEqual(annotations.map(({ time, text }) => [time, text]), [
    ["2026-03-02", "Launch"],
    ["2026-03-05T10:00:00Z", "In the news"],
  ]);
  assert.equal(launch.id, 1);
});

test("a saved funnel is one that can be asked", async () => {
  const way = { steps: [["is", "event:page", ["/"]], { name: "Docs", filter: ["contains", "event:page", ["/docs"]] }], order: "strict" };
  const saved = await api.mustOwner("POST", at("funnels"), { name: "Reading", ...way });
  assert.deepEqual(saved, { id: 1, name: "Reading", ...way });
  const { id, name, ...question } = await api.mustOwner("GET", at("funnels/1"));
  const { results } = await api.mustOwner("POST", "/api/v2/funnel", { site_id: SITE, date_range: "day", ...question });
  assert.deepEqual(results.map(({ visitors }) => visitors), [1, 1]);
  await api.mustOwner("PUT", at("funnels/1"), { name: "Within an hour", ...way, window_seconds: 3600 });
  const { funnels } = await api.mustOwner("GET", at("funnels"));
  assert.deepEqual(funnels, [{ id: 1, name: "Within an hour", ...way, window_seconds: 3600 }]);
  assert.deepEqual(await api.mustOwner("DELETE", at("funnels/1")), { deleted: 1 });
});

test("what is wrong is refused with its place, and nobody else may", async () => {
  for (const [method, path, body, status] of [
    ["POST", "segments", { name: "", filters: [] }, 400],
    ["POST", "segments", { name: "x", filters: [["is", "nothing", ["x"]]] }, 400],
    ["POST", "segments", { name: "x", filters: [["is", "event:goal", ["Gone"]]] }, 400],
    ["POST", "annotations", { time: "soon", text: "x" }, 400],
    ["POST", "funnels", { name: "x", steps: [["is", "event:page", ["/"]]] }, 400],
    ["POST", "funnels", { name: "x", steps: Array(2).fill(["is", "event:goal", ["Gone"]]) }, 400],
    ["DELETE", "funnels/99", undefined, 404],
    ["PUT", "annotations/99", { time: "2026-01-01", text: "x" }, 404],
    ["GET", "annotations/99", undefined, 404],
    ["DELETE", "segments/99", undefined, 404],
    ["GET", "segments/none", undefined, 404],
    ["GET", "nothing", undefined, 404],
    ["PUT", "segments", {}, 405],
    ["POST", "segments/1", {}, 405],
  ]) {
    const answer = await api.owner(method, at(path), body);
    assert.equal(answer.status, status, `${method} ${path}: ${answer.text}`);
    assert.ok(answer.json.code && answer.json.hint, answer.text);
  }
  assert.equal((await api.request("GET", at("segments"))).status, 401);
  assert.equal((await api.owner("GET", "/api/v1/sites/nobody.test/segments")).status, 404);
});
