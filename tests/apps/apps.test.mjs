// Real applications with the tracker put into their pages: what the collector counted and the dashboard shows per path
// is exactly what a second observer in the page counted, through routes, back, forward and reloads, in each browser.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { launch, visitor } from "../harness/browser.mjs";
import { eventually, settled } from "../harness/eventually.mjs";
import { watch } from "../harness/observer.mjs";
import { serveSite, tag } from "../harness/site_server.mjs";
import * as driven from "../harness/two_browsers.mjs";
import { Worker } from "../harness/worker.mjs";
import { ready } from "./build.mjs";
import { APPS } from "./catalogue.mjs";
import { onScreen } from "./on_screen.mjs";
import { walk } from "./walk.mjs";

const STEPS = 24;
const SEED = Number(process.env.PASSERBY_SEED ?? 20_150_517);
/** Where a walk begins, for sites whose first page is not at "/". */
const START = { sqlite: "/index.html" };

/** Name of an application to what is served of it. */
const made = {};
let worker;
let browser;
let firefox;
/** A fresh visitor of each browser: what of it is watched, and the page. */
const VISITORS = {
  chromium: async () => {
    const { context, page } = await visitor(browser);
    return { watched: context, page, close: () => context.close() };
  },
  firefox: async () => {
    const tab = await driven.Tab.open(firefox, { window: true });
    return { watched: tab, page: tab, close: () => tab.context.close() };
  },
};
before(async () => {
  for (const name of Object.keys(APPS)) made[name] = ready(name);
  worker = await Worker.start();
  browser = await launch();
  firefox = await driven.launch("firefox");
});
after(async () => {
  await browser?.close();
  await firefox?.close();
  await worker?.dispose();
});

// Walks wait more than they work, so several visitors walk at a time.
describe("real applications", { concurrency: 3 }, () => {
  const visits = Object.entries(APPS).flatMap((app) => Object.entries(VISITORS).map((visitor) => [...app, ...visitor]));
  for (const [name, app, browserName, visit] of visits) {
    test(`the collector counts exactly the page views seen in the ${name} app in ${browserName}`, { timeout: 180_000 }, async () => {
      const site = `${name}.${browserName}.apps.test`;
      await worker.api.putSite(site);
      const markup = tag(worker.url, site, app.hash ? "data-hash" : "");
      const served = await serveSite({ ...made[name], markup });
      const { watched, page, close } = await visit();
      try {
        const observer = await watch(watched, { hash: app.hash === true });
        await page.goto(served.url + (START[name] ?? "/"));
        const steps = await walk(page, SEED, STEPS);
        const kinds = new Set(observer.seen.map((view) => view.how));
        assert.ok(observer.seen.length >= 20, `only ${observer.seen.length} page views on ${steps}`);
        for (const kind of ["back", "forward", "reload"]) assert.ok(steps.includes(kind), `no ${kind} in ${steps}`);
        // A router that keeps its route in the fragment goes there by the address, which is a popstate as well.
        if (app.template) assert.ok(kinds.has("popstate") && kinds.size > (app.hash ? 1 : 2), [...kinds].join());

        const counted = () => worker.api.pages(site);
        await eventually(async () => assert.deepEqual(await counted(), observer.counts()), { within: 10_000 }).catch(
          (complaint) => {
            complaint.message += `\nseed ${SEED}\nsteps ${steps.join(", ")}\nseen ${JSON.stringify(observer.seen)}`;
            throw complaint;
          },
        );
        // Nothing more may come, not even when the visitor leaves.
        await page.close({ runBeforeUnload: true });
        assert.deepEqual(await settled(counted), observer.counts());
        assert.deepEqual(page.troubles.filter((text) => text.startsWith("uncaught")), []);
        const totals = await worker.api.totals(site, ["visitors", "visits", "pageviews"]);
        assert.deepEqual(totals, { visitors: 1, visits: 1, pageviews: observer.seen.length });
        const shown = await onScreen(browser, worker.url, site);
        assert.deepEqual(shown, { pageviews: observer.seen.length, pages: observer.counts() });
        console.log(`${name} in ${browserName}: ${observer.seen.length} page views (${[...kinds].join(", ")})`);
      } finally {
        await close();
        await served.close();
      }
    });
  }
});
