// Calls of `passerby`: whenever they come, with whatever they bring.
import assert from "node:assert/strict";
import { test } from "node:test";
import { eventually } from "../harness/eventually.mjs";
import { tag } from "../harness/site_server.mjs";
import { form, leave, plainPage, stage } from "./stage.mjs";

const it = stage();
const { visit } = it;
/** The line that lets a page call before `p.js` is there. */
const STUB = "window.passerby=window.passerby||function(){(passerby.q=passerby.q||[]).push(arguments)};";
const page = (script) => (path) => (path.includes(".") ? null : plainPage(path) + `<script>${script}</script>`);
const only = (name) => ({ filters: [["is", "event:name", [name]]] });

test("a custom event is counted with its properties", () =>
  visit("props.test", { path: "/join" }, async ({ page, site, names }) => {
    await page.evaluate(() => {
      passerby("Signup", { props: { plan: "pro", seats: 3, trial: true, coupon: null, note: "ä\u0000b" } });
      passerby("Signup", { props: { plan: "free" } });
      passerby("Plain");
    });
    await names({ pageview: 1, Signup: 2, Plain: 1 });
    const counts = (dimension) => it.api.counts(site, dimension, "events", only("Signup"));
    assert.deepEqual(await counts("event:props:plan"), { pro: 1, free: 1 });
    assert.deepEqual(await counts("event:props:seats"), { 3: 1, "(none)": 1 });
    assert.deepEqual(await counts("event:props:trial"), { true: 1, "(none)": 1 });
    assert.deepEqual(await counts("event:props:note"), { "ä\u0000b": 1, "(none)": 1 });
    assert.deepEqual(await counts("event:props:coupon"), { "(none)": 2 }, "what is null is not there");
    assert.deepEqual(await counts("event:page"), { "/join": 2 });
  }));

test("revenue is counted to the cent", () =>
  visit("revenue.test", {}, async ({ page, site, names }) => {
    await it.api.putSite(site, { timezone: "UTC", goals: [{ event: "Purchase", currency: "EUR" }] });
    await page.evaluate(() => {
      passerby("Purchase", { revenue: { amount: 0.1, currency: "EUR" } });
      passerby("Purchase", { revenue: { amount: "19.99", currency: "eur" } });
      passerby("Purchase", { revenue: { amount: -5.05, currency: "EUR" } });
      passerby("Purchase", { revenue: { amount: "much", currency: "EUR" } });
    });
    await names({ pageview: 1, Purchase: 4 });
    const goal = { filters: [["is", "event:goal", ["Purchase"]]] };
    const { total_revenue } = await it.api.totals(site, ["total_revenue"], goal);
    assert.deepEqual([total_revenue.value, total_revenue.currency], [15.04, "EUR"]);
  }));

test("an event that is no interaction leaves a visit a bounce", () =>
  visit("bounce.test", {}, async ({ page, site, names }) => {
    const bounce = async () => (await it.api.totals(site, ["bounce_rate"])).bounce_rate;
    await page.evaluate(() => passerby("Autoplay", { interactive: false }));
    await names({ pageview: 1, Autoplay: 1 });
    assert.equal(await bounce(), 100);
    await page.evaluate(() => passerby("Play"));
    await names({ pageview: 1, Autoplay: 1, Play: 1 });
    assert.equal(await bounce(), 0);
  }));

test("calls before p.js and before the module wait for them, in order and at their time", () => {
  let release;
  const held = new Promise((done) => (release = done));
  const calls = `${STUB} passerby("Early", { props: { n: 1 } }); passerby("Early", { props: { n: 2 } });
    addEventListener("DOMContentLoaded", () => passerby("Ready"));`;
  return visit(
    "queued.test",
    {
      pages: page(calls),
      prepare: ({ page }) => page.route("**/*.wasm", (route) => held.then(() => route.continue())),
      path: "/shop",
    },
    async ({ page, names, deliveries, site }) => {
      await page.evaluate(() => passerby("Late"));
      assert.equal(deliveries.length, 0);
      release();
      await names({ pageview: 1, Early: 2, Ready: 1, Late: 1 });
      assert.deepEqual(deliveries.map(form), ["binary"], "all of them in one batch");
      assert.deepEqual(await it.api.counts(site, "event:props:n", "events", only("Early")), { 1: 1, 2: 1 });
      assert.deepEqual(await it.api.counts(site, "event:page", "events"), { "/shop": 5 });
    },
  );
});

test("a tag that is there twice counts once", () => {
  const markup = () => tag(it.proxy.url, "twice.test");
  return visit("twice.test", { pages: (path) => plainPage(path) + markup() + markup(), markup: "" }, async ({ page, counts, names }) => {
    // And once more, as a tag manager would add it later.
    await page.evaluate((src) => {
      const script = document.createElement("script");
      script.src = src;
      script.dataset.site = "twice.test";
      script.dataset.local = script.dataset.automated = "";
      document.head.append(script);
      return new Promise((done) => (script.onload = done));
    }, `${it.proxy.url}/p.js?again`);
    await page.evaluate(() => {
      history.pushState({}, "", "/next");
      passerby("Signup");
    });
    await counts({ "/": 1, "/next": 1 });
    await names({ pageview: 2, Signup: 1 });
  });
});

test("a tag that a script adds after the page has loaded counts it", () =>
  visit("late.test", { markup: "" }, async ({ page, site, counts }) => {
    await page.waitForLoadState("load");
    await page.evaluate(([src, site]) => {
      const script = document.createElement("script");
      script.src = src;
      script.dataset.site = site;
      script.dataset.local = script.dataset.automated = "";
      document.head.append(script);
    }, [`${it.proxy.url}/p.js`, site]);
    await counts({ "/": 1 });
  }));

test("what a page reports when it is left arrives", () => {
  const leaving = `
    document.addEventListener("visibilitychange", () => passerby("Hidden"));
    addEventListener("pagehide", () => passerby("Left"));`;
  return visit("leaving.test", { pages: page(leaving) }, async ({ page, names }) => {
    await page.waitForFunction(() => performance.getEntriesByType("resource").some(({ name }) => name.endsWith(".wasm")));
    await names({ pageview: 1 });
    await leave(page);
    await names({ pageview: 1, Left: 1, Hidden: 1 });
  });
});

test("an event may name a page of its own", () =>
  visit("address.test", { path: "/shop/cart" }, async ({ page, site, names }) => {
    await page.evaluate(() => {
      passerby("pageview", { url: "/virtual" });
      passerby("Step", { url: "two" });
      passerby("Step", { url: "https://other.example/there" });
    });
    await names({ pageview: 2, Step: 2 });
    const pages = await it.api.counts(site, "event:page", "events");
    assert.deepEqual(pages, { "/shop/cart": 1, "/virtual": 1, "/shop/two": 1, "/there": 1 });
  }));

test("a call with nothing sensible in it harms neither the page nor other events", () =>
  visit("nonsense.test", {}, async ({ page, names }) => {
    await page.evaluate(() => {
      passerby();
      passerby("");
      passerby("Null", null);
      passerby("Props", { props: "no" });
      passerby("Long".repeat(1000));
      passerby("Money", { revenue: { amount: {}, currency: 7 } });
      passerby("Url", { url: "https://" });
      passerby("Good");
    });
    await eventually(async () => assert.equal((await it.api.names("nonsense.test")).Good, 1));
    const { pageview, Good } = await it.api.names("nonsense.test");
    assert.deepEqual({ pageview, Good }, { pageview: 1, Good: 1 });
  }));

test("the referrer and the campaign of the first page are the visit's", () =>
  visit("source.test", { path: null }, async ({ page, url, site, counts }) => {
    await page.goto(`${url}/?utm_source=letter&utm_campaign=may&secret=1`, { referer: "https://news.example/story?id=7" });
    await page.evaluate(() => history.pushState({}, "", "/next"));
    await counts({ "/": 1, "/next": 1 });
    assert.deepEqual(await it.api.counts(site, "visit:utm_campaign", "visits"), { may: 1 });
    assert.deepEqual(await it.api.counts(site, "visit:source", "visits"), { letter: 1 });
    assert.deepEqual(await it.api.counts(site, "visit:referrer", "visits"), { "news.example/story": 1 });
  }));
