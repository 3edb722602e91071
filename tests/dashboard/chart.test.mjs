// The overview's chart: further metrics, what happened at the site, and stretches chosen by pointer and keys.
import assert from "node:assert/strict";
import { test } from "node:test";
import { eventually } from "../harness/eventually.mjs";
import { agrees, at, day, headline, ready, stage } from "./stage.mjs";

const site = stage(async ({ api }) => {
  const url = "/api/v1/sites/known.test/annotations";
  await api.mustOwner("POST", url, { time: day(-3), text: "Release 2.1" });
  await api.mustOwner("POST", url, { time: at(-5, "08:30:00"), text: "Newsletter <b>" });
  await api.mustOwner("POST", url, { time: day(-400), text: "Long ago" });
});
const WEEK = "?site=known.test&range=last-7-days";

const address = (page) => new URL(page.url()).searchParams;

/** The middle of a bucket of the chart, in pixels. */
async function place(page, bucket, of = 7) {
  const box = await page.locator("#plot").boundingBox();
  return [box.x + (box.width * bucket) / (of - 1), box.y + box.height / 2];
}

test("a second and a third metric have lines, scales and values of their own", () =>
  site.look(WEEK, async (page) => {
    await ready(page);
    for (const metric of ["pageviews", "bounce_rate"]) await page.locator(`[data-beside=${metric}]`).click({ force: true });
    await page.waitForSelector(".lines .beside-2");
    assert.deepEqual(address(page).getAll("beside"), ["pageviews", "bounce_rate"]);
    const legend = await page.$$eval(".legend .beside", (all) => all.map((entry) => entry.textContent));
    assert.match(legend[0], /^Page views, 0 to \d/);
    assert.match(legend[1], /^Bounce rate, 0 to 100%$/);
    // The kind of line differs, not its colour alone.
    const dashes = await page.$$eval(".lines .beside:not(.unfinished), .lines .line-now:not(.unfinished)", (all) => all.map((line) => getComputedStyle(line).strokeDasharray));
    assert.equal(new Set(dashes).size, 3);
    const metrics = ["visitors", "pageviews", "bounce_rate"];
    const range = { date_range: [day(-6), day(0)], dimensions: ["time:day"], metrics };
    const { results } = await site.api.query("known.test", range);
    const known = new Map(results.map((row) => [row.dimensions[0], row.metrics]));
    const expected = [6, 5, 4, 3, 2, 1, 0].map((shift) => known.get(day(-shift)) ?? [0, 0, 0]);
    const shown = await page.$$eval(".chart table tbody tr", (all) => all.map((line) => [1, 3, 4].map((cell) => Number(line.cells[cell].dataset.value))));
    assert.deepEqual(shown, expected);
    assert.equal(await page.locator(".figure-add:not(.beside)").count(), 0, "the chart is full");
    await page.hover("#plot", { position: { x: 5, y: 40 } });
    const tip = await page.$$eval(".tip .beside .tip-value", (all) => all.map((value) => value.textContent));
    assert.deepEqual(tip, [String(expected[0][1]), `${expected[0][2]}%`]);
    await page.locator("[data-beside=pageviews]").click();
    await eventually(async () => assert.deepEqual(address(page).getAll("beside"), ["bounce_rate"]));
  }));

test("what happened stands on its day, from the first byte", async () => {
  const { context } = await site.browser.newContext().then((context) => ({ context }));
  try {
    await site.logIn(context);
    const html = await (await context.request.get(`${site.worker.url}/${WEEK}`)).text();
    assert.match(html, / – Release 2\.1</);
    assert.match(html, / – Newsletter &lt;b&gt;</);
    assert.doesNotMatch(html, /Long ago<\/(text|th)>/);
  } finally {
    await context.close();
  }
  await site.look(WEEK, async (page) => {
    await ready(page);
    assert.deepEqual((await page.locator(".note text").allTextContents()).sort(), ["Newsletter <b>", "Release 2.1"]);
    const rows = await page.locator(".chart table tbody th").allTextContents();
    assert.match(rows[3], / – Release 2\.1$/);
    assert.match(rows[1], / – Newsletter <b>$/);
    // Counted in the page the marks stay.
    await page.locator("[data-metric=visits]").click();
    await page.waitForSelector(".chart caption:text('Visits over time')", { state: "attached" });
    assert.equal(await page.locator(".note").count(), 2);
  });
});

test("a stretch is chosen by dragging, without making anything anew, and back undoes it", () =>
  site.look(WEEK, async (page) => {
    await ready(page);
    const before = await headline(page);
    await page.mouse.move(...(await place(page, 1)));
    await page.mouse.down();
    await page.mouse.move(...(await place(page, 1.2)), { steps: 3 });
    await page.evaluate(() => {
      window.changes = [];
      const note = (records) => window.changes.push(...records.map(({ target, type }) => `${type} ${target.className || target.nodeName}`));
      new MutationObserver(note).observe(document.getElementById("app"), { subtree: true, childList: true, attributes: true, characterData: true });
    });
    await page.mouse.move(...(await place(page, 4)), { steps: 30 });
    const band = await page.locator(".band").boundingBox();
    const [left] = await place(page, 1);
    const [right] = await place(page, 4);
    assert.ok(Math.abs(band.x - left) < 2 && Math.abs(band.x + band.width - right) < 2, JSON.stringify(band));
    assert.match(await page.locator(".band-days").textContent(), /^\d+ \w+ – \d+ \w+ \d+$/);
    const changes = await page.evaluate(() => window.changes);
    assert.ok(changes.some((change) => change === "attributes band"));
    assert.deepEqual(changes.filter((change) => !/ band(-days)?$/.test(change)), []);
    await page.mouse.up();
    await agrees(page, await site.totals({ date_range: [day(-5), day(-2)] }));
    assert.equal(address(page).get("range"), `${day(-5)}..${day(-2)}`);
    assert.equal(await page.locator(".band-days").textContent(), "");
    await page.goBack();
    await agrees(page, before);
    assert.equal(address(page).get("range"), "last-7-days");
  }));

test("Escape lets go of a stretch, and a click chooses none", () =>
  site.look(WEEK, async (page) => {
    await ready(page);
    const url = page.url();
    await page.mouse.move(...(await place(page, 1)));
    await page.mouse.down();
    await page.mouse.move(...(await place(page, 3)), { steps: 5 });
    await page.keyboard.press("Escape");
    await page.mouse.up();
    await page.mouse.click(...(await place(page, 2)));
    assert.equal(page.url(), url);
  }));

test("a stretch is chosen by keys, and said", () =>
  site.look(WEEK, async (page) => {
    await ready(page);
    const plot = page.locator("#plot");
    await plot.focus();
    await page.keyboard.press("Home");
    await page.keyboard.press("ArrowRight");
    for (let step = 0; step < 2; step++) await page.keyboard.press("Shift+ArrowRight");
    assert.match(await plot.getAttribute("aria-valuetext"), /\. Chosen: /);
    const band = await page.locator(".band").boundingBox();
    const [left] = await place(page, 1);
    assert.ok(Math.abs(band.x - left) < 2 && band.width > 50, JSON.stringify(band));
    await page.keyboard.press("Escape");
    assert.doesNotMatch(await plot.getAttribute("aria-valuetext"), /Chosen/);
    for (let step = 0; step < 2; step++) await page.keyboard.press("Shift+ArrowLeft");
    await page.keyboard.press("Enter");
    await agrees(page, await site.totals({ date_range: [day(-5), day(-3)] }));
    assert.equal(address(page).get("range"), `${day(-5)}..${day(-3)}`);
  }));

test("buckets that count less than others say so", () =>
  site.look("?site=known.test&range=last-28-days&interval=week", async (page) => {
    await ready(page);
    const rows = await page.locator(".chart table tbody th").allTextContents();
    assert.match(rows.at(-1), /\(so far\)$/);
    const isMonday = new Date(day(-27)).getUTCDay() === 1;
    assert.equal(/\(in part\)$/.test(rows[0]), !isMonday, rows[0]);
    assert.ok(rows.slice(1, -1).every((row) => !row.includes("(")), rows.join());
  }));
