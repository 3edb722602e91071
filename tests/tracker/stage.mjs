// What every test of the tracker stands on: a collector behind a network that can fail, a browser, and sites.
import assert from "node:assert/strict";
import { after, before } from "node:test";
import { launch, visitor } from "../harness/browser.mjs";
import { proxyTo } from "../harness/collector_proxy.mjs";
import { eventually, settled } from "../harness/eventually.mjs";
import { serveSite, tag } from "../harness/site_server.mjs";
import { Worker } from "../harness/worker.mjs";

/** A page that says its path and leads to others. */
export const plainPage = (path) => `<!doctype html><html lang="en"><head><title>${path}</title></head>
  <body><h1>${path}</h1><a href="/next">next</a></body></html>`;

/** The form a delivery came in. */
export const form = (delivery) => (delivery.body[0] === "{".charCodeAt(0) ? "json" : "binary");

/** A collector that is there for the tests of a file. */
export function collector() {
  const stage = {};
  before(async () => {
    stage.worker = await Worker.start();
    stage.proxy = await proxyTo(stage.worker.url);
    stage.api = stage.worker.api;
  });
  after(async () => {
    await stage.proxy?.close();
    await stage.worker?.dispose();
  });

  /**
   * Registers and serves a site and gives what tests ask about it. `markup` takes the place of the tag, `attributes`
   * go into it; the rest is as `serveSite` has it.
   */
  stage.open = async (site, { attributes = "", markup, ...rest } = {}) => {
    await stage.api.putSite(site);
    stage.proxy.withheld = stage.proxy.outage = null;
    stage.proxy.faults.length = stage.proxy.deliveries.length = stage.proxy.requests.length = 0;
    const served = await serveSite({
      pages: (path) => (path.includes(".") ? null : plainPage(path)),
      markup: markup ?? tag(stage.proxy.url, site, attributes),
      ...rest,
    });
    const pages = () => stage.api.pages(site);
    return {
      site,
      served,
      url: served.url,
      deliveries: stage.proxy.deliveries,
      faults: stage.proxy.faults,
      /** Waits until page views per path are these and stay so. */
      counts: async (expected) => {
        await eventually(async () => assert.deepEqual(await pages(), expected));
        assert.deepEqual(await settled(pages, { quiet: 400 }), expected);
      },
      /** Waits until events per name are these and stay so, vitals left out: they come with every page that is left. */
      names: async (expected) => {
        const names = async () => {
          const { vital, ...others } = await stage.api.names(site);
          return others;
        };
        await eventually(async () => assert.deepEqual(await names(), expected));
        assert.deepEqual(await settled(names, { quiet: 400 }), expected);
      },
    };
  };
  return stage;
}

/** A collector and a browser whose pages the tests drive. */
export function stage(browserOptions) {
  const stage = collector();
  before(async () => {
    stage.browser = await launch(browserOptions);
  });
  after(() => stage.browser?.close());

  /**
   * Opens `path` of a site as a fresh visitor, runs `act` with the site's questions and the page, and allows no
   * uncaught error. `prepare` runs before the page is opened, `context` has options of the browser's context.
   */
  stage.visit = async (site, { path = "/", prepare, context: options, ...rest }, act) => {
    const open = await stage.open(site, rest);
    const { context, page } = await visitor(stage.browser, options);
    try {
      await prepare?.({ context, page, ...open });
      if (path !== null) await page.goto(open.url + path);
      await act({ context, page, ...open });
      assert.deepEqual(page.troubles.filter((trouble) => trouble.startsWith("uncaught")), []);
    } finally {
      await context.close();
      await open.served.close();
    }
  };
  return stage;
}

/** Leaves the page for one without a tracker, so that whatever it still has to say is said. */
export const leave = (page) => page.goto("about:blank");
