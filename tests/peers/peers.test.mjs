// The npm packages of Plausible, unmodified, count as well here as where they were made for.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { launch, visitor } from "../harness/browser.mjs";
import { eventually, settled } from "../harness/eventually.mjs";
import { Worker } from "../harness/worker.mjs";
import { LIKE_A_VISITORS, serveBundled } from "./bundle.mjs";

const GOALS = [{ event: "Signup" }, { event: "Purchase", currency: "EUR" }];

/** Each package: how a site's owner starts it, and what its own functions are called. */
const PACKAGES = {
  "plausible-tracker": (site, collector, hash) => `
    import Plausible from "plausible-tracker";
    const plausible = Plausible({ domain: "${site}", apiHost: "${collector}", hashMode: ${hash} });
    plausible.enableAutoPageviews();
    window.track = plausible.trackEvent;`,
  "@plausible-analytics/tracker": (site, collector, hash) => `
    import { init, track } from "@plausible-analytics/tracker";
    init({ domain: "${site}", endpoint: "${collector}/api/event", hashBasedRouting: ${hash} });
    window.track = track;`,
};

let worker;
let browser;
before(async () => {
  worker = await Worker.start();
  browser = await launch({ args: LIKE_A_VISITORS });
});
after(async () => {
  await browser?.close();
  await worker?.dispose();
});

/** Runs `visit` with a page of a site that uses the package. */
async function withSite(name, { site, hash = false }, visit) {
  await worker.api.putSite(site, { timezone: "UTC", goals: GOALS });
  const served = await serveBundled(site, PACKAGES[name](site, worker.url, hash));
  const { context, page } = await visitor(browser);
  try {
    await visit(page, served.url);
    assert.deepEqual(page.troubles, []);
  } finally {
    await context.close();
    await served.close();
  }
}

const is = (dimension, value) => ({ filters: [["is", dimension, [value]]] });

for (const [at, name] of Object.keys(PACKAGES).entries()) {
  describe(name, () => {
    test("page views are counted through pushState, back and reload", async () => {
      const site = `views${at}.test`;
      await withSite(name, { site }, async (page, url) => {
        await page.goto(`${url}/?utm_source=letter`);
        await page.evaluate(() => history.pushState({}, "", "/pricing"));
        await page.evaluate(() => history.pushState({}, "", "/docs"));
        await page.evaluate(() => history.back());
        await page.waitForURL("**/pricing");
        const pages = () => worker.api.pages(site);
        // Each first, for the reload ends requests of the older package.
        await eventually(async () => assert.deepEqual(await pages(), { "/": 1, "/docs": 1, "/pricing": 2 }));
        await page.reload();
        await eventually(async () => assert.deepEqual(await pages(), { "/": 1, "/docs": 1, "/pricing": 3 }));
        assert.deepEqual(await settled(pages), { "/": 1, "/docs": 1, "/pricing": 3 });
        const totals = await worker.api.totals(site, ["visitors", "visits", "pageviews"]);
        assert.deepEqual(totals, { visitors: 1, visits: 1, pageviews: 5 });
        assert.deepEqual(await worker.api.counts(site, "visit:utm_source", "visits"), { letter: 1 });
        assert.deepEqual(await worker.api.counts(site, "visit:browser", "visits"), { Chrome: 1 });
        assert.deepEqual(await worker.api.counts(site, "event:hostname", "pageviews"), { [site]: 5 });
      });
    });

    test("custom events are counted with their properties", async () => {
      const site = `events${at}.test`;
      await withSite(name, { site }, async (page, url) => {
        await page.goto(`${url}/join`);
        await page.evaluate(() => {
          window.track("Signup", { props: { plan: "pro", seats: "3" } });
          window.track("Signup", { props: { plan: "free" } });
          return new Promise((done) => window.track("Signup", { props: { plan: "pro" }, callback: () => done() }));
        });
        const plans = () => worker.api.counts(site, "event:props:plan", "events", is("event:goal", "Signup"));
        await eventually(async () => assert.deepEqual(await plans(), { pro: 2, free: 1 }));
        assert.equal((await worker.api.names(site)).Signup, 3);
        const seats = await worker.api.counts(site, "event:props:seats", "events", is("event:goal", "Signup"));
        assert.equal(seats["3"], 1);
        assert.deepEqual(await worker.api.pages(site), { "/join": 1 });
      });
    });

    test("routes in the fragment are pages where the site says so", async () => {
      const site = `hash${at}.test`;
      await withSite(name, { site, hash: true }, async (page, url) => {
        await page.goto(`${url}/#/start`);
        await page.evaluate(() => (location.hash = "#/list"));
        await page.waitForURL("**/#/list");
        const pages = () => worker.api.pages(site);
        await eventually(async () => assert.ok((await pages())["/#/list"] > 0, JSON.stringify(await pages())));
        // The older package hears of such a step twice, by popstate and by hashchange, and sends both.
        const twice = name === "plausible-tracker" ? 2 : 1;
        assert.deepEqual(await settled(pages), { "/#/start": 1, "/#/list": twice });
      });
    });
  });
}

test("revenue of @plausible-analytics/tracker is summed", async () => {
  const site = "revenue.test";
  await withSite("@plausible-analytics/tracker", { site }, async (page, url) => {
    await page.goto(`${url}/cart`);
    await page.evaluate(() => {
      window.track("Purchase", { revenue: { amount: 19.99, currency: "EUR" } });
      window.track("Purchase", { revenue: { amount: "5.01", currency: "EUR" }, props: { gift: "yes" } });
    });
    const revenue = async () => {
      const sums = await worker.api.totals(site, ["total_revenue", "average_revenue", "events"], is("event:goal", "Purchase"));
      return [sums.events, sums.total_revenue?.value, sums.total_revenue?.currency, sums.average_revenue?.value];
    };
    await eventually(async () => assert.deepEqual(await revenue(), [2, 25, "EUR", 12.5]));
  });
});

test("how far and how long was read arrives from @plausible-analytics/tracker", async () => {
  const site = "engagement.test";
  await withSite("@plausible-analytics/tracker", { site }, async (page, url) => {
    await page.goto(`${url}/long`);
    await eventually(async () => assert.deepEqual(await worker.api.pages(site), { "/long": 1 }));
    // It tells of a page when the next one comes.
    await page.evaluate(() => history.pushState({}, "", "/next"));
    const depth = () => worker.api.totals(site, ["scroll_depth"], is("event:page", "/long"));
    await eventually(async () => assert.deepEqual(await depth(), { scroll_depth: 100 }));
    // Each travels for itself, and the page view may come last.
    await eventually(async () => assert.deepEqual(await worker.api.pages(site), { "/long": 1, "/next": 1 }));
  });
});
