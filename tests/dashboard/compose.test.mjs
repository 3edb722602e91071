// The composer of filters: every operator, groups in groups, values that are suggested, saved segments; what the page then
// shows is what the API answers to the same filters.
import assert from "node:assert/strict";
import { test } from "node:test";
import { eventually } from "../harness/eventually.mjs";
import { chips, day, headline, ready, row, rows, stage } from "./stage.mjs";

const site = stage();
const HERE = "?site=known.test";
const MONTH = [day(-27), day(0)];

/** Waits until headline and two lists are the API's answers to these filters. */
async function shows(page, filters) {
  const totals = await site.totals({ date_range: MONTH, filters });
  const [countries, browsers] = await Promise.all(
    ["visit:country", "visit:browser"].map((dimension) => site.list(dimension, { date_range: MONTH, filters })),
  );
  await eventually(async () => {
    assert.deepEqual(await headline(page), totals);
    assert.deepEqual(await rows(page, "countries"), countries);
    assert.deepEqual(await rows(page, "devices"), browsers);
  });
  return totals;
}

const dialog = (page) => page.getByRole("dialog", { name: "Filters" });
const link = (page, name) => dialog(page).getByRole("link", { name, exact: true });

/** Writes a filter into the form that is open, and takes it over. */
async function write(page, { field, prop, operator = "is", values, anyCase = false, button = "Apply" }) {
  await page.locator("#filter-typed").waitFor();
  await page.selectOption("#filter-field", field);
  await eventually(async () => assert.equal(await page.inputValue("#filter-field"), field));
  if (prop) await page.fill(".compose-form [name=filter-prop]:not([type=hidden])", prop);
  await page.selectOption("select[name=filter-op]", operator);
  if (anyCase) await page.selectOption("select[name=filter-case]", "any");
  for (const [index, value] of values.entries()) {
    await page.fill("#filter-typed", value);
    if (index + 1 < values.length) {
      await dialog(page).getByRole("button", { name: "Another value" }).click();
      await eventually(async () => assert.equal(await page.inputValue("#filter-typed"), ""));
    }
  }
  await dialog(page).getByRole("button", { name: button, exact: true }).click();
}

for (const [operator, words, filter] of [
  ["is", "Browser is Chrome or Safari", { field: "browser", values: ["Chrome", "Safari"] }],
  ["is_not", "Browser is not Chrome", { field: "browser", values: ["Chrome"] }],
  ["contains", "Page contains BLOG", { field: "page", values: ["BLOG"], anyCase: true }],
  ["contains_not", "Page does not contain /archive", { field: "page", values: ["/archive"] }],
  ["matches_wildcard", "Page fits /blog/*", { field: "page", values: ["/blog/*"] }],
  ["matches_wildcard_not", "Page does not fit /blog/*", { field: "page", values: ["/blog/*"] }],
  ["matches", "Browser matches ^(Fire|Saf)", { field: "browser", values: ["^(Fire|Saf)"] }],
  ["matches_not", "Browser does not match ^C", { field: "browser", values: ["^C"] }],
]) {
  test(`the composer writes ${operator}, and the numbers are the API's`, { timeout: 60_000 }, () =>
    site.look(HERE, async (page) => {
      await ready(page);
      await page.click("#open-filters");
      await write(page, { operator, ...filter });
      const dimension = filter.field === "page" ? "event:page" : `visit:${filter.field}`;
      const query = [operator, dimension, filter.values, ...(filter.anyCase ? [{ case_sensitive: false }] : [])];
      const totals = await shows(page, [query]);
      assert.ok(totals.visitors > 0, "somebody is left");
      assert.deepEqual(await chips(page), [words]);
      await dialog(page).waitFor({ state: "detached" });
      assert.equal(await page.evaluate(() => document.activeElement.id), "open-filters", "the keyboard is where it was");
    }));
}

test("every dimension that the API filters by can be chosen, and every operator", () =>
  site.look(`${HERE}&dialog=filters&filter-at=new`, async (page) => {
    const { dimensions } = await site.api.mustOwner("GET", "/api/v2/dimensions");
    const filterable = dimensions.filter(({ operators }) => operators.length);
    await page.locator("#filter-typed").waitFor();
    const offered = await page.$$eval("#filter-field option", (all) => all.map((option) => option.value));
    assert.equal(offered.length, filterable.length, `${offered} for ${filterable.map(({ name }) => name)}`);
    const operators = await page.$$eval("select[name=filter-op] option", (all) => all.map((option) => option.value));
    assert.deepEqual([...operators].sort(), [...filterable.find(({ name }) => name === "event:page").operators].sort());
  }));

test("groups stand in groups, are turned round, and come apart again", { timeout: 90_000 }, () =>
  site.look(HERE, async (page) => {
    await ready(page);
    await page.click("#open-filters");
    await write(page, { field: "browser", values: ["Chrome"], button: "Apply, and go on" });
    const chrome = ["is", "visit:browser", ["Chrome"]];
    await shows(page, [chrome]);
    await link(page, "+ Any of").first().click();
    await write(page, { field: "country", values: ["DE"], button: "Apply, and go on" });
    const german = ["is", "visit:country", ["DE"]];
    await shows(page, [chrome, ["or", [german]]]);
    // Within the group: another filter, and a group of what may not be.
    const group = dialog(page).locator(".compose-group").first();
    await group.getByRole("link", { name: "+ Filter" }).click();
    await write(page, { field: "os", values: ["Mac"], button: "Apply, and go on" });
    const mac = ["is", "visit:os", ["Mac"]];
    await shows(page, [chrome, ["or", [german, mac]]]);
    await group.getByRole("link", { name: "+ None of" }).click();
    await write(page, { field: "device", values: ["Mobile"], button: "Apply, and go on" });
    const mobile = ["is", "visit:device", ["Mobile"]];
    await shows(page, [chrome, ["or", [german, mac, ["not", mobile]]]]);
    await group.locator(".segments").first().getByRole("link", { name: "None of" }).click();
    await shows(page, [chrome, ["not", ["or", [german, mac, ["not", mobile]]]]]);
    assert.deepEqual(await chips(page), [
      "Browser is Chrome",
      "none of (Country is Germany; Operating system is Mac; none of (Device is Mobile))",
    ]);
    await link(page, "Remove: none of (Device is Mobile)").click();
    await shows(page, [chrome, ["not", ["or", [german, mac]]]]);
    // All of it is in the address.
    const address = new URL(page.url()).search;
    await page.goto(`${site.worker.url}/${address}`);
    await shows(page, [chrome, ["not", ["or", [german, mac]]]]);
    await page.goBack();
  }));

test("what visits have done, and in which order, can be asked", { timeout: 60_000 }, () =>
  site.look(HERE, async (page) => {
    await ready(page);
    await page.click("#open-filters");
    await link(page, "+ Has done").click();
    await write(page, { field: "event", values: ["Signup"], button: "Apply, and go on" });
    const signup = ["is", "event:name", ["Signup"]];
    await shows(page, [["has_done", signup]]);
    await link(page, "Has not done").click();
    await shows(page, [["has_not_done", signup]]);
    await link(page, "One after the other").click();
    await shows(page, [["sequence", [signup]]]);
  }));

test("values are suggested as one types, under the page's other filters, and a click takes one", { timeout: 60_000 }, () =>
  site.look(`${HERE}&f=is.country.DE`, async (page) => {
    await ready(page);
    await page.keyboard.press("f");
    await page.locator("#filter-typed").waitFor();
    await page.selectOption("#filter-field", "browser");
    const german = ["is", "visit:country", ["DE"]];
    const expected = await site.list("visit:browser", { date_range: MONTH, filters: [german] });
    const suggested = () =>
      page.$$eval(".suggest .row", (all) => all.map((one) => [one.children[0].textContent, Number(one.children[1].textContent)]));
    await eventually(async () => assert.deepEqual(await suggested(), expected));
    await page.fill("#filter-typed", "fire");
    await eventually(async () => assert.deepEqual((await suggested()).map(([name]) => name), ["Firefox"]));
    await page.keyboard.press("ArrowDown");
    await page.keyboard.press("Enter");
    await eventually(async () => assert.equal(await page.locator(".compose-values .chip").innerText(), "Firefox"));
    await dialog(page).getByRole("button", { name: "Apply", exact: true }).click();
    await shows(page, [german, ["is", "visit:browser", ["Firefox"]]]);
  }));

test("a country is found by its name", () =>
  site.look(`${HERE}&dialog=filters&filter-at=new&filter-field=country&filter-op=is`, async (page) => {
    await page.fill("#filter-typed", "germ");
    await eventually(async () => assert.equal(await page.locator(".suggest .row-name").innerText(), "Germany"));
    await page.locator(".suggest .row").click();
    await dialog(page).getByRole("button", { name: "Apply", exact: true }).click();
    await shows(page, [["is", "visit:country", ["DE"]]]);
  }));

test("a chip is changed, switched off and on again", { timeout: 60_000 }, () =>
  site.look(`${HERE}&f=is.browser.Chrome&f=is.country.DE`, async (page) => {
    const [chrome, german] = [["is", "visit:browser", ["Chrome"]], ["is", "visit:country", ["DE"]]];
    await shows(page, [chrome, german]);
    await page.getByRole("link", { name: "Switch off: Browser is Chrome" }).click();
    await shows(page, [german]);
    await page.getByRole("link", { name: "Switch on: Browser is Chrome" }).click();
    await shows(page, [german, chrome]);
    await page.locator(".chip", { hasText: "Germany" }).locator("a.chip-values").click();
    await page.locator("#filter-typed").waitFor();
    await page.getByRole("link", { name: "Take Germany away" }).click();
    await page.fill("#filter-typed", "fr");
    await page.keyboard.press("Enter");
    await shows(page, [["is", "visit:country", ["FR"]], chrome]);
  }));

test("the small control beside a row leaves it out, as does a click with Alt", { timeout: 60_000 }, () =>
  site.look(HERE, async (page) => {
    await ready(page);
    await page.getByRole("link", { name: "Leave out Germany" }).click();
    await shows(page, [["is_not", "visit:country", ["DE"]]]);
    await row(page, "devices", "Chrome").click({ modifiers: ["Alt"] });
    await shows(page, [["is_not", "visit:country", ["DE"]], ["is_not", "visit:browser", ["Chrome"]]]);
  }));

test("filters are saved as a segment, chosen, overwritten and deleted", { timeout: 90_000 }, () =>
  site.look(`${HERE}&f=is.browser.Chrome`, async (page) => {
    await ready(page);
    await page.click("#open-filters");
    await page.fill(".compose-save [name=name]", "Chromium people");
    await page.getByRole("button", { name: "Save segment" }).click();
    const choose = dialog(page).getByRole("link", { name: "Chromium people", exact: true });
    await choose.waitFor();
    const { segments } = (await site.api.mustOwner("GET", "/api/v1/sites/known.test/segments"));
    const [{ id }] = segments;
    assert.deepEqual(segments, [{ id, name: "Chromium people", filters: [["is", "visit:browser", ["Chrome"]]] }]);
    await link(page, "Remove: Browser is Chrome").click();
    await choose.click();
    await page.keyboard.press("Escape");
    await shows(page, [["is", "segment", [id]]]).catch(() => {});
    await eventually(async () => assert.deepEqual(await chips(page), ["Segment Chromium people"]));
    assert.equal(new URL(page.url()).searchParams.get("f"), `segment.${id}`);
    const { visitors, pageviews } = await site.totals({ date_range: MONTH, filters: [["is", "segment", [id]]] });
    await eventually(async () => {
      const shown = await headline(page);
      assert.deepEqual([shown.visitors, shown.pageviews], [visitors, pageviews]);
    });
    await page.goto(`${site.worker.url}/${HERE}&f=is.country.DE&dialog=filters`);
    await dialog(page).locator("summary", { hasText: "Overwrite" }).click();
    await dialog(page).getByRole("button", { name: "Yes" }).first().click();
    await eventually(async () => {
      const body = await site.api.mustOwner("GET", "/api/v1/sites/known.test/segments");
      assert.deepEqual(body.segments[0].filters, [["is", "visit:country", ["DE"]]]);
    });
    await dialog(page).locator("summary[aria-label^='Delete']").click();
    await dialog(page).getByRole("button", { name: "Yes" }).last().click();
    await choose.waitFor({ state: "detached" });
    assert.deepEqual((await site.api.mustOwner("GET", "/api/v1/sites/known.test/segments")).segments, []);
  }));

test("all of it works without scripts", { timeout: 60_000 }, () =>
  site.look(
    HERE,
    async (page) => {
      await page.click("#open-filters");
      await page.selectOption("#filter-field", "browser");
      await page.fill("#filter-typed", "Safari");
      await dialog(page).getByRole("button", { name: "Apply", exact: true }).click();
      assert.deepEqual(await headline(page), await site.totals({ date_range: MONTH, filters: [["is", "visit:browser", ["Safari"]]] }));
      assert.deepEqual(await chips(page), ["Browser is Safari"]);
      assert.equal(await dialog(page).count(), 0);
    },
    { javaScriptEnabled: false },
  ));
