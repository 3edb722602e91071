// Every event arrives once: together where they come together, at the last moment where the visitor leaves, again
// where the network failed.
import assert from "node:assert/strict";
import { test } from "node:test";
import { eventually, settled } from "../harness/eventually.mjs";
import { form, leave, stage } from "./stage.mjs";

const it = stage();
const { visit } = it;
const outcomes = async (site) => {
  const { outcomes } = await it.api.outcomes(site);
  return Object.fromEntries(outcomes.map(({ reason, count }) => [reason, count]));
};
/** Waits until the first delivery was tried so often. */
const tried = (deliveries, times) => eventually(() => assert.ok(deliveries.length >= times, `${deliveries.length} tries`));

test("events that come together travel together", () =>
  visit("batch.test", {}, async ({ page, names, deliveries }) => {
    await page.evaluate(() => {
      for (let i = 0; i < 20; i++) passerby("Click", { props: { i } });
    });
    await names({ pageview: 1, Click: 20 });
    assert.deepEqual(deliveries.map(({ mode, type, status }) => [mode, type, status]), [["cors", "text/plain", 200]]);
    assert.equal(form(deliveries[0]), "binary");
    assert.ok(deliveries[0].body.length < 500, `${deliveries[0].body.length} bytes for 21 events`);
  }));

test("more events than one batch holds arrive in several", () =>
  visit("many.test", {}, async ({ page, names, deliveries }) => {
    await page.evaluate(() => {
      for (let i = 0; i < 250; i++) passerby("Click");
    });
    await names({ pageview: 1, Click: 250 });
    assert.equal(deliveries.length, 3);
  }));

test("however much waits when a page is left, all of it is sent", () =>
  visit("much.test", {}, async ({ page, names }) => {
    await names({ pageview: 1 });
    await page.evaluate(() => {
      for (let i = 0; i < 250; i++) passerby("Click");
      location = "about:blank";
    });
    await names({ pageview: 1, Click: 250 });
  }));

test("a visitor who leaves at once is counted", () =>
  visit("hurried.test", { path: null }, async ({ page, url, counts }) => {
    await page.goto(`${url}/`, { waitUntil: "domcontentloaded" });
    const stayed = await page.evaluate(() => performance.now());
    await leave(page);
    await counts({ "/": 1 });
    console.log(`left after ${Math.round(stayed)} ms`);
  }));

test("a visitor who leaves before the module has come is counted", () =>
  visit("unready.test", { prepare: ({ page }) => page.route("**/p/tracker*", () => {}) }, async ({ page, counts, deliveries }) => {
    await leave(page);
    await counts({ "/": 1 });
    assert.deepEqual(deliveries.map(({ mode }) => mode), ["no-cors"]);
    assert.equal(form(deliveries[0]), "json");
  }));

test("with data-hash, too, under the route that was seen and nothing else of the fragment", () =>
  visit("unready-hash.test", { path: "/#/list?secret=x", attributes: "data-hash", prepare: ({ page }) => page.route("**/p/tracker*", () => {}) }, async ({ page, counts, deliveries }) => {
    await leave(page);
    await counts({ "/#/list": 1 });
    assert.ok(!deliveries[0].body.toString().includes("secret"));
  }));

test("a page that hides delivers by sendBeacon what it has", () =>
  visit("beacon.test", {}, async ({ page, names, deliveries }) => {
    await names({ pageview: 1 });
    await page.evaluate(() => {
      passerby("Read");
      passerby("Bought");
    });
    await leave(page);
    await names({ pageview: 1, Read: 1, Bought: 1 });
    assert.deepEqual(deliveries.map(({ mode }) => mode), ["cors", "no-cors"]);
    assert.equal(form(deliveries[1]), "binary");
  }));

test("a tab that is closed has told what it had to tell", () =>
  visit("closed.test", {}, async ({ page, names }) => {
    await names({ pageview: 1 });
    await page.evaluate(() => passerby("Read"));
    await page.close({ runBeforeUnload: true });
    await names({ pageview: 1, Read: 1 });
  }));

for (const [fault, what] of [["503", "refused for now"], ["drop", "cut off"], ["lose-answer", "stored, and its answer lost"]]) {
  test(`a delivery that is ${what} is tried again and counted once`, () =>
    visit(`again-${fault}.test`, { prepare: ({ faults }) => faults.push(fault, fault) }, async ({ page, site, names, deliveries }) => {
      await page.evaluate(() => passerby("Signup"));
      await tried(deliveries, 2);
      await page.evaluate(() => passerby("Later"));
      await names({ pageview: 1, Signup: 1, Later: 1 });
      assert.deepEqual(deliveries.slice(0, 3).map((delivery) => delivery.fault), [fault, fault, undefined]);
      const { accepted, duplicate } = await outcomes(site);
      assert.deepEqual([accepted, duplicate], [3, fault === "lose-answer" ? 4 : undefined]);
    }));
}

test("a collector that names a time is not asked before", () =>
  visit("later.test", { prepare: ({ faults }) => faults.push("429:2") }, async ({ counts, deliveries }) => {
    await counts({ "/": 1 });
    const [first, second] = deliveries;
    assert.ok(second.at - first.at >= 1_990, `${second.at - first.at} ms`);
    assert.equal(deliveries.length, 2);
  }));

test("what is refused for good is not tried again, and the console says why", () =>
  visit("unknown.test", { path: null, markup: "" }, async ({ page, url, deliveries }) => {
    const said = [];
    page.on("console", (message) => said.push(message.text()));
    await page.goto(url);
    await page.evaluate((src) => {
      const script = document.createElement("script");
      script.src = src;
      script.dataset.site = "nobody.test";
      script.dataset.local = script.dataset.automated = "";
      document.head.append(script);
    }, `${it.proxy.url}/p.js`);
    await eventually(() => assert.ok(said.some((text) => text.startsWith("passerby:")), said.join()));
    // What leaving senses would be delivered, and refused, for itself.
    assert.deepEqual(await settled(() => deliveries.map(({ status }) => status), { quiet: 1_500 }), [404]);
  }));

test("a collector that is started again finds what happened meanwhile", () =>
  visit("restart.test", {}, async ({ page, names, deliveries }) => {
    await names({ pageview: 1 });
    await it.worker.kill();
    await page.evaluate(() => passerby("During"));
    await tried(deliveries, 2);
    await it.worker.startAgain();
    await page.evaluate(() => passerby("After"));
    await names({ pageview: 1, During: 1, After: 1 });
  }));

test("a page that is left during an outage and comes back has lost nothing and counts nothing twice", () =>
  visit("away.test", { prepare: ({ faults }) => faults.push("503") }, async ({ page, url, counts, deliveries }) => {
    await tried(deliveries, 1);
    await page.goto(`${url}/next`);
    await page.evaluate(() => void setTimeout(() => history.back()));
    await page.waitForURL(`${url}/`, { waitUntil: "commit" });
    await counts({ "/": 2, "/next": 1 });
  }));

test("a page that is left while the network is gone delivers when it comes back", () =>
  visit("offline.test", { prepare: ({ faults }) => faults.push("drop", "drop") }, async ({ page, url, counts, deliveries }) => {
    await tried(deliveries, 1);
    // Its last word is lost as well.
    await leave(page);
    await tried(deliveries, 2);
    await page.evaluate(() => void setTimeout(() => history.back()));
    await page.waitForURL(`${url}/`, { waitUntil: "commit" });
    await counts({ "/": 2 });
  }));

test("an event is counted at the time it happened", { timeout: 30_000 }, () =>
  visit("ages.test", { prepare: ({ faults }) => faults.push("503:3") }, async ({ page, site, counts }) => {
    await page.evaluate(() => history.pushState({}, "", "/next"));
    await counts({ "/": 1, "/next": 1 });
    const { visit_duration } = await it.api.totals(site, ["visit_duration"]);
    assert.ok(visit_duration <= 1, `a visit of ${visit_duration} s`);
    // And one page view of later, so that the wait is known to have passed.
    await page.evaluate(() => history.pushState({}, "", "/last"));
    await counts({ "/": 1, "/next": 1, "/last": 1 });
    const later = await it.api.totals(site, ["visit_duration"]);
    assert.ok(later.visit_duration >= 3, `a visit of ${later.visit_duration} s`);
  }));
