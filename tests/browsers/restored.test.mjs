// Tabs that come again: with the browser's last session, and after their process died. In Chromium alone: a Firefox that a
// program drives begins without its last session, and lets nobody end the process of a tab.
import assert from "node:assert/strict";
import { rmSync } from "node:fs";
import { test } from "node:test";
import { eventually } from "../harness/eventually.mjs";
import { scratch } from "../harness/paths.mjs";
import { Tab, launch } from "../harness/two_browsers.mjs";
import { collector } from "../tracker/stage.mjs";

const stage = collector();

test("a tab that comes again with the browser's last session is counted again when it is looked at, once", { timeout: 60_000 }, async () => {
  const { served, url, counts } = await stage.open("session.test");
  const profile = scratch("profile");
  let browser;
  const start = async () => (browser = await launch("chromium", { profile, args: ["--restore-last-session"] }));
  try {
    await start();
    const tab = new Tab(await browser.newPage(), browser.defaultBrowserContext());
    await tab.goto(`${url}/there`);
    await tab.ready();
    await counts({ "/there": 1 });
    await browser.close();
    await start();
    const again = await eventually(async () => {
      const page = (await browser.pages()).find((page) => page.url() === `${url}/there`);
      assert.ok(page, "the tab is not there");
      return new Tab(page, browser.defaultBrowserContext());
    });
    await again.ready();
    // The browser began with another tab in front of it.
    assert.equal(await again.evaluate(() => document.hidden), true);
    await counts({ "/there": 1 });
    await again.show();
    await counts({ "/there": 2 });
    assert.deepEqual(again.uncaught, []);
  } finally {
    await browser?.close();
    rmSync(profile, { recursive: true, force: true, maxRetries: 20 });
    await served.close();
  }
});

test("a tab whose process died and that is loaded again is counted again, once", { timeout: 60_000 }, async () => {
  const { served, url, counts } = await stage.open("crashed.test");
  const browser = await launch("chromium");
  try {
    const tab = await Tab.open(browser);
    await tab.goto(`${url}/there`);
    await tab.ready();
    await counts({ "/there": 1 });
    const control = await tab.page.createCDPSession();
    const crashed = new Promise((done) => control.once("Inspector.targetCrashed", done));
    await control.send("Inspector.enable");
    // No answer comes of a process that is gone.
    control.send("Page.crash").catch(() => {});
    await crashed;
    await control.send("Page.reload");
    await tab.ready();
    await counts({ "/there": 2 });
  } finally {
    await browser.close();
    await served.close();
  }
});
