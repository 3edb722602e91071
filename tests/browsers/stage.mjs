// The same scenarios in each browser: a collector, a site, a tab, and exactly the page views that there should be.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { BROWSERS, Tab, launch } from "../harness/two_browsers.mjs";
import { collector } from "../tracker/stage.mjs";

const PAGE_VIEWS = { filters: [["is", "event:name", ["pageview"]]] };

/** Runs `tests` for each browser, side by side, with `{name, stage}`; `stage.browser` is started before them. */
export function inEachBrowser(tests) {
  describe("in each browser", { concurrency: BROWSERS.length }, () => {
    for (const name of BROWSERS) {
      describe(name, { concurrency: 1 }, () => {
        const stage = collector();
        before(async () => {
          stage.browser = await launch(name);
        });
        after(() => stage.browser?.close());
        tests({ name, stage });
      });
    }
  });
}

/**
 * Plays a table of scenarios in each browser. Of a scenario:
 *
 * - `what` it is about, and `only` for which browser, if not for each
 * - `site`: what is served, as `serveSite` has it, or a function of the collector's address and the site's name
 * - `path`: where the visit begins; with null it is for `act` to begin it
 * - `prepare`: a function that is run in each document before all else
 * - `act`: what happens then, given `{name, tab, url, deliveries, served, counts, proxy}`
 * - `counts`: the page views per path that there must be when the tab is left
 * - `kinds`: the same page views per `navigation_type`, where the module told it
 * - `finally`: what else must be so then, given `{api, site, deliveries, served}`
 */
export function play(scenarios) {
  inEachBrowser(({ name, stage }) => {
    for (const [at, scenario] of scenarios.entries()) {
      if (scenario.only && scenario.only !== name) continue;
      test(scenario.what, { timeout: 30_000 }, () => enact(scenario, `scenario-${at}.${name}.test`, name, stage));
    }
  });
}

async function enact({ site = {}, path = "/", prepare, act, counts, kinds, finally: check }, domain, name, stage) {
  const served = typeof site === "function" ? await site(stage.proxy.url, domain) : site;
  const open = await stage.open(domain, served);
  const tab = await Tab.open(stage.browser, { prepare });
  try {
    if (path !== null) await tab.goto(open.url + path);
    if (act) await act({ ...open, name, tab, proxy: stage.proxy });
    else await tab.ready();
    if (!tab.closed) await tab.leave();
    await open.counts(counts);
    if (kinds) assert.deepEqual(await stage.api.counts(domain, "event:navigation_type", "events", PAGE_VIEWS), kinds);
    await check?.({ ...open, api: stage.api });
    assert.deepEqual(tab.uncaught, []);
  } finally {
    await tab.context.close();
    await open.served.close();
  }
}
