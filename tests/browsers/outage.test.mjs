// A collector that cannot be reached for ten minutes while a tab is open: nothing is lost and nothing counted twice, and
// the page feels nothing of it.
import assert from "node:assert/strict";
import { test } from "node:test";
import { eventually } from "../harness/eventually.mjs";
import { Tab } from "../harness/two_browsers.mjs";
import { plainPage } from "../tracker/stage.mjs";
import { pageClock } from "./page_clock.mjs";
import { inEachBrowser } from "./stage.mjs";

const MINUTES = 10;
/** What browsers themselves write into the console about requests that fail. */
const BROWSERS_OWN = /^(console: (Failed to load resource|Access to fetch|Connecting to|Loading the script|Fetch API cannot load|Refused to connect)|(console|uncaught): Cross-Origin Request Blocked)/;

/** Notes how far what is on the page moves. */
const noteShifts = () => {
  window.shift = 0;
  if (!PerformanceObserver.supportedEntryTypes.includes("layout-shift")) return;
  new PerformanceObserver((list) => list.getEntries().forEach(({ value }) => (window.shift += value))).observe({ type: "layout-shift", buffered: true });
};
/** Where what is on the page lies. */
const layout = () => [...document.querySelectorAll("body, body *")].map((element) => Object.values(element.getBoundingClientRect().toJSON()));

/** How a collector fails: what begins it, what ends it. */
const OUTAGES = {
  "is down": { begin: ({ proxy }) => proxy.down(), end: ({ proxy }) => proxy.up() },
  "cuts connections": { begin: ({ proxy }) => (proxy.outage = "drop"), end: ({ proxy }) => (proxy.outage = null) },
  "hangs until it is started again": {
    stores: true,
    // Chromium holds each of its six connections until the other side closes it.
    begin: ({ proxy }) => (proxy.outage = "keep-answer"),
    end: async ({ proxy }) => {
      proxy.outage = null;
      await proxy.down();
      await proxy.up();
    },
  },
  "says 429 and when to come again": { begin: ({ proxy }) => (proxy.outage = "429:45"), end: ({ proxy }) => (proxy.outage = null) },
  "says 503": { begin: ({ proxy }) => (proxy.outage = "503"), end: ({ proxy }) => (proxy.outage = null) },
  "is blocked in the browser": {
    begin: async ({ tab, blocked }) => {
      blocked.now = true;
      tab.page.on("request", (request) => (blocked.now && request.url().endsWith("/e") ? request.abort() : request.continue()));
      await tab.page.setRequestInterception(true);
    },
    end: ({ blocked }) => (blocked.now = false),
  },
};

/** Policies that refuse the collector from the page's first moment to its last. */
const POLICIES = {
  "refuses deliveries": "connect-src 'self'",
  "refuses its script": "script-src 'self'; connect-src 'self'",
};

inEachBrowser(({ name, stage }) => {
  /** Opens a page whose clock stands, and afterwards allows no error and no shift. */
  const visit = async (site, options, act) => {
    const open = await stage.open(site, { pages: (path) => (path.includes(".") ? null : plainPage(path) + "<p>text</p>".repeat(9)), ...options });
    const tab = await Tab.open(stage.browser, { prepare: [pageClock, noteShifts] });
    try {
      await tab.goto(`${open.url}/`);
      const before = await tab.evaluate(layout);
      await act({ ...open, tab, proxy: stage.proxy, blocked: {} });
      assert.deepEqual(await tab.evaluate(layout), before);
      assert.equal(await tab.evaluate(() => window.shift), 0);
      assert.deepEqual(tab.uncaught, []);
      assert.deepEqual(tab.troubles.filter((trouble) => !BROWSERS_OWN.test(trouble) && !trouble.includes("Content-Security-Policy")), []);
    } finally {
      await tab.context.close();
      await open.served.close();
    }
  };
  const advance = (tab, milliseconds) => tab.evaluate((milliseconds) => window.advance(milliseconds), milliseconds);
  /** Something happens every ten seconds, and a route every minute. */
  const live = async (tab) => {
    for (let minute = 1; minute <= MINUTES; minute++) {
      await tab.evaluate((minute) => history.pushState({}, "", `/${minute}`), minute);
      for (let part = 0; part < 6; part++) {
        await tab.evaluate(() => window.passerby?.("Click"));
        await advance(tab, 10_000);
      }
    }
  };
  const LIVED = Object.fromEntries(Array.from({ length: MINUTES + 1 }, (_, minute) => [minute ? `/${minute}` : "/", 1]));

  for (const [at, [what, outage]] of Object.entries(OUTAGES).entries()) {
    test(`ten minutes of a collector that ${what} lose nothing`, { timeout: 60_000 }, () =>
      visit(`outage-${at}.${name}.test`, {}, async (world) => {
        const { tab, site, counts, names, deliveries } = world;
        await tab.ready();
        await outage.begin(world);
        await live(tab);
        const tries = deliveries.length;
        assert.ok(tries < 80, `${tries} tries`);
        if (!outage.stores) assert.ok(!(`/${MINUTES}` in (await stage.api.pages(site))), "there was no outage");
        await outage.end(world);
        await eventually(async () => {
          await advance(tab, 30_000);
          assert.equal((await stage.api.names(site)).Click, MINUTES * 6);
          assert.deepEqual(await stage.api.pages(site), LIVED);
        });
        await counts(LIVED);
        await names({ pageview: MINUTES + 1, Click: MINUTES * 6 });
      }));
  }

  test("what does not fit while nobody listens is counted as dropped, and the rest arrives once", { timeout: 60_000 }, () =>
    visit(`flood.${name}.test`, {}, async ({ tab, proxy, site, names, deliveries }) => {
      await tab.ready();
      await advance(tab, 2_000);
      await names({ pageview: 1 });
      const FLOOD = 20_000;
      proxy.outage = "drop";
      deliveries.length = 0;
      await tab.evaluate((events) => {
        for (let at = 0; at < events; at++) passerby("Flood", { props: { at } });
      }, FLOOD);
      await advance(tab, MINUTES * 60_000);
      proxy.outage = null;
      const tries = deliveries.length;
      const outcomes = async () => Object.fromEntries((await stage.api.outcomes(site)).outcomes.map(({ reason, count }) => [reason, count]));
      const stored = async () => (await stage.api.names(site)).Flood ?? 0;
      await eventually(async () => {
        await advance(tab, 60_000);
        assert.equal((await stored()) + ((await outcomes()).dropped ?? 0), FLOOD, JSON.stringify(await outcomes()));
      });
      const bytes = deliveries.slice(tries).reduce((sum, { body }) => sum + body.length, 0);
      assert.ok(bytes <= 60_000, `${bytes} bytes waited`);
      console.log(`${name}: ${await stored()} of ${FLOOD} events waited, in ${bytes} bytes`);
    }));

  for (const [at, [what, policy]] of Object.entries(POLICIES).entries()) {
    test(`a page whose policy ${what} is as it was, however long it is open`, { timeout: 60_000 }, () =>
      visit(`policy-${at}.${name}.test`, { headers: { "content-security-policy": policy } }, async ({ tab, deliveries }) => {
        await live(tab);
        assert.deepEqual(deliveries, []);
      }));
  }
});
