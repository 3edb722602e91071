// Tabs that are closed, with what they had still to say.
import assert from "node:assert/strict";
import { test } from "node:test";
import { eventually, settled } from "../harness/eventually.mjs";
import { Tab } from "../harness/two_browsers.mjs";
import { inEachBrowser } from "./stage.mjs";

const TABS = 4;
/** Of so many tabs that a busy Firefox closes it may lose the last words of one: its process has ended before they are out. */
const MAY_MISS = { chromium: 0, firefox: 1 };
const READ = { "a moment after it stands": () => {}, "once it is read": (tab) => tab.ready() };

inEachBrowser(({ name, stage }) => {
  for (const [at, [what, read]] of Object.entries(READ).entries()) {
    test(`a page whose tab is closed ${what} is counted, and never twice`, { timeout: 60_000 }, async () => {
      const site = `closed-${at}.${name}.test`;
      const { served, url } = await stage.open(site);
      for (let opened = 0; opened < TABS; opened++) {
        const tab = await Tab.open(stage.browser);
        await tab.page.goto(`${url}/${opened}`, { waitUntil: "domcontentloaded" });
        await read(tab);
        await tab.close();
        assert.deepEqual(tab.uncaught, []);
      }
      const pages = async () => Object.values(await stage.api.pages(site));
      const enough = async () => assert.ok((await pages()).length >= TABS - MAY_MISS[name], `${(await pages()).length} of ${TABS} tabs`);
      await eventually(enough);
      for (const views of await settled(pages)) assert.equal(views, 1);
      await served.close();
    });
  }
});
