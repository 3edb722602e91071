// Nothing on a page moves by itself: not while the page of the edge is taken over, not when answers come, not when a filter is
// set, on a slow machine as well. Chromium's own measure says so: a shift is counted unless somebody has just clicked.
import assert from "node:assert/strict";
import { test } from "node:test";
import { RICH, furnish, screens, settled } from "./screens.mjs";
import { stage } from "./stage.mjs";

const site = stage(furnish);
const HERE = `?site=${RICH}`;

/** Notes every shift from the first byte on: how much, and what moved from where to where. */
const watch = async (page, context) => {
  await context.addInitScript(() => {
    window.shifts = [];
    const named = (node) => (node?.nodeType === 1 ? `${node.localName}.${node.getAttribute("class") ?? ""}` : `${node?.nodeName}`);
    const box = ({ x, y, width, height }) => [x, y, width, height].map(Math.round).join(" ");
    new PerformanceObserver((list) => {
      for (const { value, hadRecentInput, sources } of list.getEntries()) {
        window.shifts.push({ value, clicked: hadRecentInput, what: sources.map((one) => `${named(one.node)} ${box(one.previousRect)} → ${box(one.currentRect)}`) });
      }
    }).observe({ type: "layout-shift", buffered: true });
  });
  const session = await context.newCDPSession(page);
  await session.send("Emulation.setCPUThrottlingRate", { rate: 4 });
};
/** Those since the last look; `clicked` includes those that a browser forgives because somebody has just clicked. */
const shifts = (page, clicked = false) =>
  page.evaluate((clicked) => window.shifts.splice(0).filter((one) => clicked || !one.clicked).map((one) => `${one.value.toFixed(4)} ${one.what.slice(0, 3).join(", ")}`), clicked);

test("a shift would be seen", () =>
  site.look(HERE, async (page) => {
    await settled(page);
    assert.deepEqual(await shifts(page), []);
    await page.evaluate(() => {
      document.querySelector("main").style.paddingTop = "60px";
    });
    await page.waitForTimeout(300);
    assert.equal((await shifts(page)).length, 1);
  }, { prepare: watch }));

for (const width of [1440, 390]) {
  test(`no screen moves from its first byte until all is there: ${width} pixels`, { timeout: 300_000 }, async () => {
    const found = [];
    await site.look(HERE, async (page) => {
      for (const { name, query } of screens(RICH)) {
        await page.goto(`${site.worker.url}/${query}`);
        await settled(page);
        found.push(...(await shifts(page)).map((line) => `${name}: ${line}`));
      }
    }, { prepare: watch, viewport: { width, height: 900 } });
    assert.deepEqual(found, []);
  });
}

test("a view that is chosen moves nothing once its answers come", { timeout: 120_000 }, async () => {
  const found = [];
  await site.look(HERE, async (page) => {
    await settled(page);
    for (const link of await page.locator(".nav a").all()) {
      const name = await link.innerText();
      // As if by a script: no click excuses what moves.
      await link.evaluate((one) => one.click());
      await settled(page);
      // What stands above and beside the view stays where it is; the view itself is another.
      const outside = (await shifts(page)).filter((line) => /nav|header|top|footer|aside|brand/.test(line));
      found.push(...outside.map((line) => `${name}: ${line}`));
    }
  }, { prepare: watch });
  assert.deepEqual(found, []);
});

test("numbers, days and lists that are chosen come where the last ones were", { timeout: 60_000 }, () =>
  site.look(HERE, async (page) => {
    await settled(page);
    const places = () => page.$$eval("[data-panel], #plot, .headline, .nav", (all) => all.map((one) => [one.dataset.panel ?? one.id ?? one.className, Math.round(one.getBoundingClientRect().top + scrollY)].join(" ")));
    const there = await places();
    for (const choose of ["[data-metric=visits]", "[data-panel=devices] [role=tab]:nth-child(2)", "a[href*='interval=week']"]) {
      await page.locator(choose).first().evaluate((one) => one.click());
      await settled(page);
      assert.deepEqual(await shifts(page), [], choose);
      assert.deepEqual(await places(), there, choose);
    }
  }, { prepare: watch }));

test("what the page asks again every few seconds moves nothing", { timeout: 60_000 }, async () => {
  const found = [];
  await site.look(HERE, async (page) => {
    for (const { name, query } of screens(RICH).slice(0, 18)) {
      await page.goto(`${site.worker.url}/${query}`);
      await settled(page);
      await shifts(page);
      await page.evaluate(() => document.dispatchEvent(new Event("visibilitychange")));
      await page.waitForTimeout(500);
      found.push(...(await shifts(page)).map((line) => `${name}: ${line}`));
    }
  }, { prepare: watch });
  assert.deepEqual(found, []);
});
