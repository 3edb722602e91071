// The server's package against the real collector: what it reports arrives once, whatever fails on the way.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { copyFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { pathToFileURL } from "node:url";
import workerd from "workerd";
import { launch, visitor } from "../harness/browser.mjs";
import { CHROME } from "../harness/api.mjs";
import { proxyTo } from "../harness/collector_proxy.mjs";
import { eventually } from "../harness/eventually.mjs";
import { scratch } from "../harness/paths.mjs";
import { freePort } from "../harness/port.mjs";
import { ADMIN_KEY, Worker } from "../harness/worker.mjs";
import { NPM, installed } from "./workshop.mjs";

const { Passerby } = await import(pathToFileURL(join(NPM, "node/index.js")));
const ROUTE = "/api/v1/events";

let worker;
let proxy;
before(async () => {
  worker = await Worker.start();
  proxy = await proxyTo(worker.url, ROUTE);
});
after(async () => {
  await proxy?.close();
  await worker?.dispose();
});

let sites = 0;
/** A client of a site of its own, with the outcomes that it was told; `faults` are what the network does first. */
async function client(options = {}, faults = []) {
  const site = `node${(sites += 1)}.test`;
  await worker.api.putSite(site);
  proxy.faults.splice(0, Infinity, ...faults);
  proxy.deliveries.length = 0;
  const outcomes = [];
  const passerby = new Passerby({
    url: proxy.url,
    site,
    key: ADMIN_KEY,
    onOutcome: (outcome) => outcomes.push(outcome),
    ...options,
  });
  return { site, passerby, outcomes };
}
const tally = (outcomes) => {
  const counts = {};
  for (const { outcome, reason = outcome } of outcomes)
    counts[`${outcome} ${reason}`] = (counts[`${outcome} ${reason}`] ?? 0) + 1;
  return counts;
};
const sizes = () => proxy.deliveries.map(({ body }) => JSON.parse(body).events.length);

describe("what a server reports", () => {
  test("is counted with all that it says", async () => {
    const { site, passerby, outcomes } = await client();
    const visit = {
      url: `https://${site}/rye?utm_source=mail`,
      ip: "203.0.113.7",
      userAgent: CHROME,
      referrer: "https://search.example/",
    };
    passerby.track("pageview", visit);
    const id = passerby.track("Order", {
      ...visit,
      props: { bread: "rye", loaves: 2 },
      revenue: { amount: 4.2, currency: "EUR" },
    });
    passerby.request({ method: "GET", route: "/orders/:id", status: 404, duration_ms: 12 });
    passerby.command({ name: "bake", flags: ["--slow"], success: false, duration_ms: 900, version: "3.1" });
    assert.equal(passerby.waiting, 4);
    assert.equal(await passerby.flush(), true);
    assert.deepEqual([passerby.waiting, passerby.dropped, tally(outcomes)], [0, 0, { "accepted accepted": 4 }]);
    assert.deepEqual(outcomes[1], { id, name: "Order", outcome: "accepted", reason: undefined });
    assert.deepEqual(await worker.api.names(site), { pageview: 1, Order: 1, request: 1, command: 1 });
    assert.deepEqual(await worker.api.totals(site, ["pageviews"], { filters: [["is", "visit:browser", ["Chrome"]]] }), {
      pageviews: 1,
    });
    assert.deepEqual(await worker.api.counts(site, "visit:source", "pageviews"), { mail: 1, "Direct / None": 0 });
    assert.deepEqual(
      await worker.api.counts(site, "event:props:loaves", "events", { filters: [["is", "event:name", ["Order"]]] }),
      { 2: 1 },
    );
    for (const [dimension, value] of Object.entries({
      route: "/orders/:id",
      status: "404",
      command: "bake",
      version: "3.1",
    })) {
      const counts = await worker.api.counts(site, `event:${dimension}`, "events");
      assert.equal(counts[value], 1, `${dimension}: ${JSON.stringify(counts)}`);
    }
  });

  test("was when it says", async () => {
    const { site, passerby, outcomes } = await client();
    passerby.track("Order", { at: Date.now() - 25 * 3_600_000 });
    passerby.track("Order", { at: new Date(Date.now() - 3_600_000) });
    await passerby.flush();
    assert.deepEqual(tally(outcomes), { "too_old too_old": 1, "accepted accepted": 1 });
    assert.deepEqual(await worker.api.names(site), { Order: 1 });
  });

  test("goes out by itself, after a second or by the hundred", async () => {
    const { site, passerby } = await client();
    for (let i = 0; i < 250; i++) passerby.track("Order");
    await eventually(async () => assert.deepEqual(await worker.api.names(site), { Order: 250 }));
    passerby.track("Late");
    await eventually(async () => assert.deepEqual(await worker.api.names(site), { Order: 250, Late: 1 }));
    assert.deepEqual(sizes(), [100, 100, 50, 1]);
  });
});

describe("each event counts once, whatever fails", () => {
  for (const [failure, faults, least] of [
    ["the connection is cut before", ["drop"], 0],
    ["the answer is lost after the commit", ["lose-answer"], 0],
    ["the collector is out of order three times", ["503", "503", "503"], 0],
    ["the collector says how long to wait", ["429:1"], 1000],
  ]) {
    test(failure, async () => {
      const { site, passerby, outcomes } = await client({}, faults);
      passerby.track("Order");
      passerby.track("Order");
      const begun = Date.now();
      assert.equal(await passerby.flush(), true);
      assert.ok(Date.now() - begun >= least);
      assert.equal(proxy.deliveries.length, faults.length + 1);
      const ids = new Set(
        proxy.deliveries.map(({ body }) =>
          JSON.parse(body)
            .events.map(({ id }) => id)
            .join(),
        ),
      );
      assert.equal(ids.size, 1, "sent again under the same ids");
      assert.deepEqual(await worker.api.names(site), { Order: 2 });
      const said = faults[0] === "lose-answer" ? "duplicate duplicate" : "accepted accepted";
      assert.deepEqual(tally(outcomes), { [said]: 2 });
    });
  }
});

describe("a server that signs", () => {
  /** A client that signs by a key of its site with these scopes. */
  async function signing(scopes = ["write"], options = {}, faults = []) {
    const made = await client({ key: `passerby_${"0".repeat(16)}_${"0".repeat(64)}`, sign: true }, faults);
    const { key } = await worker.api.mustOwner("POST", `/api/v1/sites/${made.site}/keys`, { name: "x", scopes });
    const outcomes = [];
    const onOutcome = (outcome) => outcomes.push(outcome);
    const passerby = new Passerby({ url: proxy.url, site: made.site, key, sign: true, onOutcome, ...options });
    return { site: made.site, key, passerby, outcomes };
  }
  const sent = (name) => proxy.deliveries.map(({ headers }) => headers[name]);

  test("is believed, and its key stays where it is", async () => {
    const { site, key, passerby, outcomes } = await signing();
    for (let i = 0; i < 101; i++) passerby.track("Order", { props: { bread: "rye – ржаной 🍞" } });
    assert.equal(await passerby.flush(), true);
    assert.deepEqual([tally(outcomes), sizes()], [{ "accepted accepted": 101 }, [100, 1]]);
    assert.deepEqual(await worker.api.names(site), { Order: 101 });
    for (const { headers, body } of proxy.deliveries) {
      assert.ok(!`${JSON.stringify(headers)}${body}`.includes(key.split("_")[2]));
      assert.equal(headers.authorization, undefined);
    }
    assert.equal(new Set(sent("x-passerby-nonce")).size, 2);
  });

  for (const [failure, faults, said] of [
    ["the answer is lost after the commit", ["lose-answer"], "duplicate duplicate"],
    ["the collector is out of order", ["503", "503"], "accepted accepted"],
    ["somebody on the way sends it twice", ["twice"], "duplicate duplicate"],
  ]) {
    test(`signs anew when ${failure}, and is counted once`, async () => {
      const { site, passerby, outcomes } = await signing(["write"], {}, faults);
      passerby.track("Order");
      assert.equal(await passerby.flush(), true);
      assert.deepEqual(tally(outcomes), { [said]: 1 });
      assert.equal(proxy.deliveries.length, faults.length + 1);
      assert.equal(new Set(sent("x-passerby-nonce")).size, faults.length + 1);
      assert.deepEqual(await worker.api.names(site), { Order: 1 });
    });
  }

  test("is told when its key may not", async () => {
    const { site, passerby, outcomes } = await signing(["read"]);
    passerby.track("Order");
    await passerby.flush();
    assert.deepEqual([tally(outcomes), sizes()], [{ "refused missing_scope": 1 }, [1]]);
    const { passerby: gone, outcomes: later, key } = await signing();
    const path = `/api/v1/sites/node${sites}.test/keys/${key.split("_")[1]}`;
    await worker.api.mustOwner("DELETE", path);
    gone.track("Order");
    await gone.flush();
    assert.deepEqual(tally(later), { "refused bad_signature": 1 });
    assert.deepEqual(await worker.api.names(site), {});
  });

  test("needs a key of a site, and says so at once", () => {
    for (const key of [ADMIN_KEY, "passerby_", `passerby_${"0".repeat(16)}_${"0".repeat(63)}`]) {
      assert.throws(() => new Passerby({ url: proxy.url, site: "a.test", key, sign: true }), TypeError);
    }
  });
});

test("a key of the site that may write is enough", async () => {
  const { site } = await client();
  const { key } = await worker.api.mustOwner("POST", `/api/v1/sites/${site}/keys`, { name: "x", scopes: ["write"] });
  const passerby = new Passerby({ url: proxy.url, site, key });
  passerby.track("Order");
  assert.equal(await passerby.close(), true);
  assert.deepEqual(await worker.api.names(site), { Order: 1 });
});

describe("what is not counted is said", () => {
  test("each event's refusal", async () => {
    const { passerby, outcomes } = await client();
    passerby.track("Order");
    passerby.track("Order", { url: "no address" });
    passerby.track("pageview", { userAgent: "Googlebot/2.1 (+http://www.google.com/bot.html)" });
    await passerby.flush();
    assert.deepEqual(tally(outcomes), { "accepted accepted": 1, "invalid bad_url": 1, "filtered bot": 1 });
  });

  test("a whole batch's refusal, and it is not sent again", async () => {
    const { passerby, outcomes } = await client({ key: "a wrong key" });
    passerby.track("Order");
    assert.equal(await passerby.flush(), true);
    assert.deepEqual([tally(outcomes), sizes()], [{ "refused unauthorised": 1 }, [1]]);
  });

  test("what has no place in the queue, and what was not delivered at the end", async () => {
    const { site, passerby, outcomes } = await client({ queueBytes: 2_000 }, Array(50).fill("503"));
    for (let i = 0; i < 40; i++) passerby.track("Order");
    const kept = passerby.waiting;
    assert.ok(kept > 5 && kept < 40, `${kept} wait`);
    assert.equal(passerby.dropped, 40 - kept);
    assert.equal(await passerby.close({ timeoutMs: 200 }), false);
    passerby.track("Order");
    assert.deepEqual([passerby.waiting, passerby.dropped], [0, 41]);
    assert.deepEqual(tally(outcomes), { "dropped queue_full": 40 - kept, "dropped closed": kept + 1 });
    proxy.faults.length = 0;
    assert.deepEqual(await worker.api.names(site), {});
  });

  test("hostile values, and the caller goes on", async () => {
    const { site, passerby, outcomes } = await client();
    const circle = {};
    circle.circle = circle;
    const thrower = {
      get plan() {
        throw new Error("no");
      },
    };
    for (const options of [{ props: circle }, { props: thrower }, { props: { a: 1n } }, { at: "never" }]) {
      assert.equal(passerby.track("Order", options), undefined);
    }
    passerby.track("Order", { props: { long: "x".repeat(100_000) } });
    passerby.track("Order", { props: { plan: "pro" } });
    await passerby.flush();
    assert.equal(passerby.dropped, 5);
    assert.deepEqual(tally(outcomes), { "dropped too_large": 1, "accepted accepted": 1 });
    assert.deepEqual(await worker.api.names(site), { Order: 1 });
  });

  test("a listener that throws harms nothing", async () => {
    const { site, passerby } = await client({
      onOutcome: () => {
        throw new Error("no");
      },
    });
    passerby.track("Order");
    assert.equal(await passerby.close(), true);
    assert.deepEqual(await worker.api.names(site), { Order: 1 });
  });

  for (const options of [{}, { url: "https://a.test", site: "a.test" }, { url: "nowhere", site: "a.test", key: "k" }]) {
    test(`settings that cannot work are refused at once: ${JSON.stringify(options)}`, () => {
      assert.throws(() => new Passerby(options), TypeError);
    });
  }
});

test("a worker on workerd reports, and its page's tracker keeps silent there", { timeout: 60_000 }, async () => {
  const site = "worker.test";
  await worker.api.putSite(site);
  const { key } = await worker.api.mustOwner("POST", `/api/v1/sites/${site}/keys`, { name: "x", scopes: ["write"] });
  const folder = scratch("workerd");
  const port = await freePort();
  for (const [from, to] of [
    ["node/index.js", "index.js"],
    ["node/retry.js", "retry.js"],
    ["node/sign.js", "sign.js"],
    ["tracker/index.js", "tracker.js"],
  ]) {
    copyFileSync(join(NPM, from), join(folder, to));
  }
  writeFileSync(
    join(folder, "main.js"),
    `import { Passerby } from "./index.js";
    import { init, track } from "./tracker.js";
    export default {
      async fetch(request, env, context) {
        init({ api: "https://nowhere.test/e" });
        track("Nothing");
        const passerby = new Passerby({ url: "${worker.url}", site: "${site}", key: "${key}", sign: true });
        passerby.request({ method: request.method, route: "/", status: 200 });
        context.waitUntil(passerby.close());
        return new Response("ok");
      },
    };`,
  );
  const module = (name) => `(name = "${name}", esModule = embed "${name}")`;
  writeFileSync(
    join(folder, "config.capnp"),
    `using Workerd = import "/workerd/workerd.capnp";
    const config :Workerd.Config = (
      services = [
        (name = "main", worker = (compatibilityDate = "2025-09-01", modules = [${["main.js", "index.js", "retry.js", "sign.js", "tracker.js"].map(module).join()}])),
        (name = "internet", network = (allow = ["private", "public"])),
      ],
      sockets = [(name = "http", address = "127.0.0.1:${port}", http = (), service = "main")],
    );`,
  );
  const runtime = spawn(workerd.default, ["serve", join(folder, "config.capnp")], { stdio: "ignore" });
  try {
    const answer = await eventually(() => fetch(`http://127.0.0.1:${port}/`), { within: 10_000 });
    assert.equal(await answer.text(), "ok");
    await eventually(async () => assert.deepEqual(await worker.api.names(site), { request: 1 }));
  } finally {
    runtime.kill("SIGTERM");
  }
});

test("the example's server says what it served", { timeout: 120_000 }, async () => {
  await worker.api.putSite("node.example");
  const port = await freePort();
  const env = { PATH: process.env.PATH, COLLECTOR: worker.url, KEY: ADMIN_KEY, PORT: `${port}` };
  const server = spawn(process.execPath, ["src/server.js"], { cwd: await installed("node"), env, stdio: "ignore" });
  const ended = new Promise((done) => server.once("exit", done));
  const browser = await launch();
  try {
    await eventually(() => fetch(`http://127.0.0.1:${port}/style.css`), { within: 10_000 });
    const { page } = await visitor(browser);
    await page.goto(`http://127.0.0.1:${port}/`);
    await page.getByRole("button", { name: "Order a loaf" }).click();
    await page.getByText("11 loaves are left").waitFor();
    await page.getByRole("button", { name: "Ask the baker" }).click();
    await page.getByText("11 loaves are left").waitFor();
    assert.deepEqual(page.troubles, []);
  } finally {
    await browser.close();
    server.kill("SIGTERM");
    await ended;
  }
  const { pageview, Order, Question } = await worker.api.names("node.example");
  assert.deepEqual({ pageview, Order, Question }, { pageview: 3, Order: 1, Question: 1 });
  assert.deepEqual(
    await worker.api.totals("node.example", ["visitors"], { filters: [["is", "event:name", ["pageview"]]] }),
    { visitors: 1 },
  );
  const routes = await worker.api.counts("node.example", "event:route", "events", {
    filters: [["is", "event:method", ["POST"]]],
  });
  assert.deepEqual(routes, { "/order": 1, "/ask": 1 });
});
