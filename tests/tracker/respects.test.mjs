// Consent, routes that are masked, sampling, who is not counted unless asked, and what harm calls can do.
import assert from "node:assert/strict";
import { test } from "node:test";
import { eventually, settled } from "../harness/eventually.mjs";
import { leave, plainPage, stage } from "./stage.mjs";

const it = stage();
const { visit } = it;
const bare = (attributes) => () => `<script defer src="${it.proxy.url}/p.js" data-site="${it.site}" ${attributes}></script>`;
const asked = () => settled(async () => it.proxy.requests.map(({ path }) => path).filter((path) => path !== "/p.js"));
const ready = (page) => page.waitForFunction(() => passerby.inspect);

test("before consent nothing is asked of the collector, with it the page that is seen is counted", () =>
  visit("opt-in.test", { attributes: 'data-consent="opt-in"' }, async ({ page, counts, names, deliveries }) => {
    await page.evaluate(() => {
      history.pushState({}, "", "/next");
      passerby("Early");
    });
    assert.deepEqual(await asked(), []);
    await page.evaluate(() => passerby.consent(true));
    await counts({ "/next": 1 });
    await page.evaluate(() => passerby("Late"));
    await names({ pageview: 1, Late: 1 });
    await page.evaluate(() => {
      passerby("Unsent");
      passerby.consent(false);
      passerby("After");
      history.pushState({}, "", "/hidden");
    });
    const before = deliveries.length;
    await leave(page);
    await names({ pageview: 1, Late: 1 });
    assert.equal(deliveries.length, before, "not even what waited is sent");
  }));

test("who opts out is counted until then, and off is for good", () =>
  visit("opt-out.test", { attributes: 'data-consent="opt-out"' }, async ({ page, names }) => {
    await names({ pageview: 1 });
    await page.evaluate(() => {
      passerby.off();
      passerby.consent(true);
      passerby("After");
      passerby.component("After", { action: "shown" });
      history.pushState({}, "", "/next");
    });
    await leave(page);
    await names({ pageview: 1 });
  }));

test("a masked route is counted under its pattern, and nothing else of it is told", () =>
  visit("mask.test", { path: "/users/anna-smith/edit?utm_source=x", attributes: 'data-mask="/users/*/edit, /private/**"' }, async ({ page, counts, deliveries }) => {
    await page.evaluate(() => history.pushState({}, "", "/private/a/b"));
    await counts({ "/users/*/edit": 1, "/private/**": 1 });
    await leave(page);
    for (const { body } of deliveries) assert.ok(!/anna|\/a\/b/.test(body.toString("latin1")));
  }));

for (const [what, attributes] of [["a local page", 'data-local="false"'], ["an automated browser", 'data-automated="false"']]) {
  test(`${what} is not counted unless asked`, () => {
    it.site = "unasked.test";
    return visit("unasked.test", { markup: "", pages: (path) => (path.includes(".") ? null : bare(attributes)() + plainPage(path)) }, async ({ page }) => {
      await page.waitForFunction(() => performance.getEntriesByType("resource").some(({ name }) => name.includes("/p/tracker")));
      await page.evaluate(() => passerby("Signup"));
      await page.waitForTimeout(300);
      await leave(page);
      assert.deepEqual((await asked()).filter((path) => path === "/e"), []);
    });
  });
}

test("with sampling totals are what they would be without, and page views are all told", { timeout: 60_000 }, () =>
  visit("sample.test", { attributes: 'data-sample="10"' }, async ({ page, site, deliveries }) => {
    await ready(page);
    await page.evaluate(() => {
      for (let i = 0; i < 3_000; i++) passerby.component("Row", { action: "shown" });
      for (let i = 0; i < 20; i++) passerby("Signup");
    });
    await eventually(async () => assert.equal((await it.api.names(site)).Signup, 20), { within: 20_000 });
    const { component, Signup, pageview } = await settled(() => it.api.names(site));
    assert.deepEqual([pageview, Signup], [1, 20]);
    // One in ten of 3,000, ten times each: the standard deviation is 164.
    assert.ok(component % 10 === 0 && Math.abs(component - 3_000) < 820, `${component}`);
    assert.ok(deliveries.reduce((bytes, { body }) => bytes + body.length, 0) < 12_000);
  }));

test("hostile calls cost one line on the console, and no event but their own", () =>
  visit("hostile.test", {}, async ({ page, names }) => {
    const said = [];
    page.on("console", (message) => said.push(message.text()));
    await ready(page);
    await page.evaluate(() => {
      const cycle = {};
      cycle.self = cycle;
      passerby("Cycle", { props: cycle });
      passerby("Getter", { props: { get bad() { throw new Error("no"); } } });
      passerby("Huge", { props: { text: "x".repeat(1_000_000) } });
      passerby("Symbol", { props: { symbol: Symbol("s"), [Symbol("key")]: 1 } });
      passerby(Symbol("name"));
      passerby("Proto", { props: Object.create({ inherited: 1 }, { own: { value: 2, enumerable: true } }), __proto__: null });
      passerby("Bare", { props: { value: Object.create(null) } });
      passerby("Nulls", { props: null, revenue: null, url: null });
      passerby("Money", { revenue: { amount: 1e300, currency: "EUR" } });
      passerby("Endless", { revenue: { amount: Infinity, currency: "EUR" } });
      passerby.component("Long", { action: "shown", duration_ms: 1e300 });
      passerby.component("Nothing");
      passerby("Good");
    });
    await names({ pageview: 1, Cycle: 1, Huge: 1, Proto: 1, Nulls: 1, Money: 1, Endless: 1, component: 2, Good: 1 });
    assert.ok(said.length <= 6, said.join("\n"));
  }));

test("what does not fit is given up, said so, and counted under one outcome, once", { timeout: 60_000 }, () =>
  visit("dropped.test", { prepare: ({ faults }) => faults.push("503", "lose-answer") }, async ({ page, site, deliveries }) => {
    await eventually(() => assert.ok(deliveries.length > 0));
    await page.evaluate(() => {
      for (let i = 0; i < 2_000; i++) passerby("Burst", { props: { text: "x".repeat(100), i } });
    });
    const sums = async () => {
      const { outcomes } = await it.api.outcomes(site);
      return Object.fromEntries(outcomes.map(({ reason, count }) => [reason, count]));
    };
    await eventually(async () => {
      const { accepted, dropped } = await sums();
      assert.equal((accepted ?? 0) + (dropped ?? 0), 2_001);
    }, { within: 20_000 });
    const { accepted, dropped, duplicate } = await settled(sums);
    assert.ok(dropped > 1_000 && accepted > 300 && duplicate > 0, JSON.stringify({ accepted, dropped, duplicate }));
  }));

test("the inspector shows each event as it is sent, and its outcome", () =>
  visit("inspect.test", {}, async ({ page, names }) => {
    await ready(page);
    await page.evaluate(() => {
      const attach = Element.prototype.attachShadow;
      // The panel's root is closed to pages; the test opens it to look.
      Element.prototype.attachShadow = function (options) {
        return (window.root = attach.call(this, { ...options, mode: "open" }));
      };
      return passerby.inspect();
    });
    await page.evaluate(() => passerby("Signup", { props: { plan: "pro" }, revenue: { amount: -9.9, currency: "eur" } }));
    await names({ pageview: 1, Signup: 1 });
    const text = await page.evaluate(() => window.root.textContent);
    for (const part of ['"name":"Signup"', '"props":{"plan":"pro"}', '"revenue":{"amount":-9.9,"currency":"EUR"}', "→ accepted"]) assert.ok(text.includes(part), text);
  }));
