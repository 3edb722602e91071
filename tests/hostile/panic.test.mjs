// A panic is answered at once, takes nothing with it, and the next request works.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { pageview } from "../harness/api.mjs";
import { Worker } from "../harness/worker.mjs";
import { tally } from "./refusal.mjs";

const SITES = ["panic.test", "bystander.test"];
let worker, api;

before(async () => {
  worker = await Worker.start();
  api = worker.api;
  for (const site of SITES) await api.putSite(site);
});
after(() => worker.dispose());

const panic = (where, site = SITES[0]) =>
  api.owner("POST", `/api/v1/test/panic?where=${where}&site=${site}`, undefined);

async function atOnce(where) {
  const begun = Date.now();
  const answer = await panic(where);
  assert.ok(Date.now() - begun < 2_000, "at once");
  assert.equal(answer.status, 500);
  assert.deepEqual(Object.keys(answer.json).sort(), ["code", "error", "hint"]);
  assert.equal(answer.json.code, "internal");
  assert.equal(answer.headers.get("x-content-type-options"), "nosniff");
}

for (const where of ["worker", "object"]) {
  test(`after a panic in the ${where} every site counts on, without a gap`, { timeout: 30_000 }, async () => {
    const before = await Promise.all(SITES.map((site) => tally(api, site)));
    for (let round = 1; round <= 3; round++) {
      await atOnce(where);
      for (const [n, site] of SITES.entries()) {
        const answer = await api.send(site, [pageview(`https://${site}/`)]);
        assert.deepEqual(answer.json, { results: [{ outcome: "accepted" }] });
        const { received, ...reasons } = await tally(api, site);
        assert.equal(received, before[n].received + round);
        assert.ok(!Object.keys(reasons).some((reason) => reason.includes("panic")), "what it had begun is taken back");
      }
    }
  });

  test(`a panic in the ${where} under load loses nothing that was answered`, { timeout: 60_000 }, async () => {
    const site = SITES[1];
    const before = await api.totals(site, ["pageviews"]);
    let answered = 0;
    let unanswered = [];
    const send = async (event) => {
      const answer = await api.send(site, [event]);
      if (answer.status === 200) answered++;
      else {
        assert.ok([500, 503].includes(answer.status), `${answer.status} ${answer.text}`);
        unanswered.push(event);
      }
    };
    const load = Array.from({ length: 200 }, (_, n) => send(pageview(`https://${site}/load/${n}`)));
    const panics = Array.from({ length: 3 }, () => panic(where));
    await Promise.all([...load, ...panics]);
    const again = unanswered;
    unanswered = [];
    for (const event of again) await send(event);
    assert.deepEqual(unanswered, []);
    assert.equal(answered, 200);
    const after = await api.totals(site, ["pageviews"]);
    assert.equal(after.pageviews, before.pageviews + 200);
  });
}

test("the log says where it broke and nothing of the request", () => {
  assert.match(worker.log, /panic at .*trial\.rs/);
  assert.ok(!worker.log.includes("Mozilla"));
});
