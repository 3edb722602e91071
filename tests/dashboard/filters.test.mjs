// A click narrows everything on the page, and the address says to what.
import assert from "node:assert/strict";
import { test } from "node:test";
import { eventually } from "../harness/eventually.mjs";
import { ADMIN_KEY } from "../harness/worker.mjs";
import { chips, day, headline, ready, row, rows, stage, tab } from "./stage.mjs";

const site = stage();
const HERE = "?site=known.test";
const MONTH = [day(-27), day(0)];
// A browser notes the refused request that asks whether somebody is logged in.
const outside = { login: false, allow: /401 \(Unauthorized\)/ };

/** What each panel shows first. */
const PANELS = {
  pages: "event:page",
  sources: "visit:source",
  countries: "visit:country",
  devices: "visit:browser",
  events: "event:name",
};
const ONLY_CUSTOM = ["is_not", "event:name", ["pageview", "engagement"]];

/** Waits until headline, chart and every panel are the API's answers to these filters. */
async function shows(page, filters, { date_range = MONTH, panels = {} } = {}) {
  const totals = await site.totals({ date_range, filters });
  const lists = {};
  for (const [panel, dimension] of Object.entries({ ...PANELS, ...panels })) {
    const more = dimension === "event:name" ? [ONLY_CUSTOM] : dimension.includes(":utm_") ? [["is_not", dimension, ["(not set)"]]] : [];
    lists[panel] = await site.list(dimension, { date_range, filters: [...filters, ...more] });
  }
  const include = { time_labels: true };
  const series = await site.api.query("known.test", { metrics: ["visitors"], dimensions: ["time:day"], date_range, filters, include });
  const known = new Map(series.results.map((result) => [result.dimensions[0], result.metrics[0]]));
  await eventually(async () => {
    assert.deepEqual(await headline(page), totals);
    for (const [panel, expected] of Object.entries(lists)) assert.deepEqual(await rows(page, panel), expected, panel);
    const line = await page.$$eval(".chart table tbody tr", (all) => all.map((one) => Number(one.cells[1].textContent.replace(/,/g, ""))));
    assert.deepEqual(line, series.meta.time_labels.map((label) => known.get(label) ?? 0), "the chart");
  });
  return totals;
}

for (const [panel, name, dimension, one] of [
  ["pages", "Pages", "event:page", "Page"],
  ["pages", "Entry", "visit:entry_page", "Entry page"],
  ["pages", "Exit", "visit:exit_page", "Exit page"],
  ["sources", "Sources", "visit:source", "Source"],
  ["sources", "Channels", "visit:channel", "Channel"],
  ["sources", "Referrers", "visit:referrer", "Referrer"],
  ["countries", "Countries", "visit:country", "Country"],
  ["devices", "Browsers", "visit:browser", "Browser"],
  ["devices", "OS", "visit:os", "Operating system"],
  ["devices", "Devices", "visit:device", "Device"],
  ["events", "Events", "event:name", "Event"],
]) {
  test(`a click on ${one.toLowerCase()} narrows every panel to it, and a second click no longer`, () =>
    site.look(HERE, async (page) => {
      const all = await shows(page, []);
      await tab(page, panel, name).click();
      await eventually(async () => assert.equal(await tab(page, panel, name).getAttribute("aria-selected"), "true"));
      await ready(page);
      const panels = { [panel]: dimension };
      const values = await rows(page, panel);
      const [value] = values.find(([value]) => value !== "(not set)" && value !== "");
      await row(page, panel, value).click();
      const narrowed = await shows(page, [["is", dimension, [value]]], { panels });
      assert.ok(narrowed.visitors > 0 && narrowed.pageviews < all.pageviews, "fewer than all");
      const shown = dimension === "visit:country" ? new Intl.DisplayNames("en", { type: "region" }).of(value) : value;
      assert.deepEqual(await chips(page), [`${one} is ${shown}`]);
      assert.equal(await row(page, panel, value).getAttribute("aria-current"), "true");
      await row(page, panel, value).click();
      await shows(page, [], { panels });
      assert.deepEqual(await chips(page), []);
    }));
}

test("campaign parameters narrow, too", () =>
  site.look(`${HERE}&tab=utm_campaign`, async (page) => {
    await ready(page);
    await row(page, "sources", "week-1").click();
    await shows(page, [["is", "visit:utm_campaign", ["week-1"]]], { panels: { sources: "visit:utm_campaign" } });
  }));

test("filters add up: different lists by and, one list by or", () =>
  site.look(HERE, async (page) => {
    await ready(page);
    await row(page, "countries", "DE").click();
    await shows(page, [["is", "visit:country", ["DE"]]]);
    await row(page, "devices", "Chrome").click();
    const both = [["is", "visit:country", ["DE"]], ["is", "visit:browser", ["Chrome"]]];
    await shows(page, both);
    assert.deepEqual(await chips(page), ["Country is Germany", "Browser is Chrome"]);
    await page.goto(`${site.worker.url}/${HERE}&f=is.country.DE&f=is.country.FR`);
    await shows(page, [["is", "visit:country", ["DE", "FR"]]]);
    assert.deepEqual(await chips(page), ["Country is Germany or France"]);
  }));

test("a chip is turned round by its operator, taken away by its cross, and all by one link", () =>
  site.look(`${HERE}&f=is.country.DE&f=is.browser.Chrome`, async (page) => {
    await shows(page, [["is", "visit:country", ["DE"]], ["is", "visit:browser", ["Chrome"]]]);
    await page.locator(".chip", { hasText: "Germany" }).getByRole("link", { name: "is", exact: true }).click();
    await shows(page, [["is_not", "visit:country", ["DE"]], ["is", "visit:browser", ["Chrome"]]]);
    assert.deepEqual(await chips(page), ["Country is not Germany", "Browser is Chrome"]);
    await page.getByRole("link", { name: "Remove filter: Browser is Chrome" }).click();
    await shows(page, [["is_not", "visit:country", ["DE"]]]);
    await row(page, "devices", "Safari").click();
    await shows(page, [["is_not", "visit:country", ["DE"]], ["is", "visit:browser", ["Safari"]]]);
    await page.getByRole("link", { name: "Clear all" }).click();
    await shows(page, []);
    assert.deepEqual(await chips(page), []);
    assert.equal(new URL(page.url()).searchParams.has("f"), false);
  }));

test("an address may hold what no click makes: contains and does not contain", () =>
  site.look(`${HERE}&f=contains.page.archive&f=contains_not.page.%2F1`, async (page) => {
    await shows(page, [["contains", "event:page", ["archive"]], ["contains_not", "event:page", ["/1"]]]);
    assert.deepEqual(await chips(page), ["Page contains archive", "Page does not contain /1"]);
  }));

test("a row of the long list narrows, too, and the list closes by back", () =>
  site.look(HERE, async (page) => {
    await ready(page);
    await page.locator("[data-panel=pages] .more").click();
    const dialog = page.getByRole("dialog");
    await dialog.getByRole("searchbox").fill("archive/7");
    await dialog.getByRole("link", { name: "/archive/7", exact: true }).click();
    await shows(page, [["is", "event:page", ["/archive/7"]]]);
    await page.goBack();
    await shows(page, []);
    await dialog.waitFor();
    await page.goBack();
    await dialog.waitFor({ state: "detached" });
  }));

test("back and forward walk through what was looked at", () =>
  site.look(HERE, async (page) => {
    await ready(page);
    await row(page, "countries", "US").click();
    await shows(page, [["is", "visit:country", ["US"]]]);
    await tab(page, "devices", "OS").click();
    await shows(page, [["is", "visit:country", ["US"]]], { panels: { devices: "visit:os" } });
    await page.click(".range-menu > summary");
    await page.locator(".range-menu").getByRole("link", { name: "Last 7 days" }).click();
    const week = { date_range: [day(-6), day(0)], panels: { devices: "visit:os" } };
    await shows(page, [["is", "visit:country", ["US"]]], week);
    await page.goBack();
    await shows(page, [["is", "visit:country", ["US"]]], { panels: { devices: "visit:os" } });
    await page.goBack();
    await shows(page, [["is", "visit:country", ["US"]]]);
    await page.goBack();
    await shows(page, []);
    assert.deepEqual(await chips(page), []);
    for (let step = 0; step < 3; step++) await page.goForward();
    await shows(page, [["is", "visit:country", ["US"]]], week);
    assert.equal(await tab(page, "devices", "OS").getAttribute("aria-selected"), "true");
    await page.reload();
    await shows(page, [["is", "visit:country", ["US"]]], week);
  }));

/** All that tells one view from another. */
const view = async (page) => ({
  headline: await headline(page),
  chips: await chips(page),
  lists: await Promise.all(Object.keys(PANELS).map((panel) => rows(page, panel))),
  range: await page.locator(".range-menu > summary").innerText(),
  table: await page.locator(".chart table").innerText(),
  title: await page.title(),
});

test("a copied link shows the same to somebody else who may see it, and to one without a session after the key", () =>
  site.look(HERE, async (page) => {
    await ready(page);
    await row(page, "pages", "/blog/a b").click();
    await ready(page);
    await row(page, "devices", "Firefox").click();
    await ready(page);
    await page.locator(".chip", { hasText: "Firefox" }).getByRole("link", { name: "is", exact: true }).click();
    await page.locator("[data-metric=pageviews]").click();
    await tab(page, "sources", "Channels").click();
    const filters = [["is", "event:page", ["/blog/a b"]], ["is_not", "visit:browser", ["Firefox"]]];
    await shows(page, filters, { panels: { sources: "visit:channel" } }).catch(() => {});
    await ready(page);
    const link = new URL(page.url()).search;
    const here = await view(page);
    assert.equal(here.chips.length, 2);
    assert.deepEqual(here.headline, await site.totals({ date_range: MONTH, filters }));
    await site.look(link, async (other) => {
      await eventually(async () => assert.deepEqual(await view(other), here));
      assert.equal(new URL(other.url()).search, link);
    });
    await site.look(link, async (other) => {
      await other.fill("#login-key", ADMIN_KEY);
      await other.keyboard.press("Enter");
      await eventually(async () => assert.deepEqual(await view(other), here));
      assert.equal(new URL(other.url()).search, link);
    }, outside);
  }));

test("the site is in the address, and leaving it leaves its filters", async () => {
  await site.api.putSite("other.test", { timezone: "UTC" });
  const when = new Date().toISOString();
  await site.api.importEvents("other.test", [{ name: "pageview", visitor: "one", timestamp: when, pathname: "/only-here" }]);
  await site.look(`${HERE}&range=last-7-days&f=is.country.DE`, async (page) => {
    await ready(page);
    await page.click(".site-menu summary");
    await page.locator(".site-menu").getByRole("link", { name: "other.test" }).click();
    await eventually(async () => assert.deepEqual(await rows(page, "pages"), [["/only-here", 1]]));
    assert.equal(new URL(page.url()).search, "?site=other.test&range=last-7-days");
    assert.equal(await page.title(), "other.test · Passerby");
    await page.goBack();
    await shows(page, [["is", "visit:country", ["DE"]]], { date_range: [day(-6), day(0)] });
    assert.equal(await page.title(), "known.test · Passerby");
  });
});

test("an address without a site is completed with the first", () =>
  site.look("", async (page) => {
    await ready(page);
    await page.waitForURL(/\?site=known\.test$/);
    await shows(page, []);
  }));
