// With what numbers are compared: each way is in the address, and what the page says is what the API answers.
import assert from "node:assert/strict";
import { test } from "node:test";
import { eventually } from "../harness/eventually.mjs";
import { METRICS, day, ready, stage } from "./stage.mjs";

const site = stage();
const HERE = "?site=known.test&range=last-7-days";
const WEEK = [day(-6), day(0)];

/** What the page says of the time before. */
const before = (page) =>
  page.$$eval("[data-metric]", (all) =>
    Object.fromEntries(all.map((figure) => [figure.dataset.metric, figure.querySelector(".figure-before")?.title ?? null])),
  );

/** The visitors of the time before, and in which days, as the API finds them. */
async function compared(comparisons) {
  const query = { metrics: METRICS, date_range: WEEK, include: { comparisons } };
  const { results } = await site.api.query("known.test", query);
  return results[0].comparison.metrics[0];
}

/** The days of a comparison as the API finds them: those of its buckets. */
async function days(comparisons) {
  const query = { metrics: ["visitors"], dimensions: ["time:day"], date_range: WEEK, include: { comparisons } };
  const { results } = await site.api.query("known.test", query);
  const labels = results.map((row) => row.comparison?.dimensions[0]).filter(Boolean);
  return [labels[0], labels.at(-1)];
}

const long = (date) => {
  const name = new Date(`${date}T00:00:00Z`).toLocaleDateString("en", { month: "short", timeZone: "UTC" });
  return { day: String(Number(date.slice(8))), month: name, year: date.slice(0, 4) };
};

for (const [name, address, comparisons] of [
  ["the previous period", "", { mode: "previous_period" }],
  ["the previous period on the same days of the week", "&weekday=same", { mode: "previous_period", match_day_of_week: true }],
  ["the year before", "&compare=year", { mode: "year_over_year" }],
  ["the year before on the same days of the week", "&compare=year&weekday=same", { mode: "year_over_year", match_day_of_week: true }],
  ["other days", `&compare=${day(-40)}..${day(-34)}`, { mode: "custom", date_range: [day(-40), day(-34)] }],
]) {
  test(`numbers are compared with ${name}, and the tooltip says which days`, () =>
    site.look(`${HERE}${address}`, async (page) => {
      await ready(page);
      const visitors = await compared(comparisons);
      const [first, last] = await days(comparisons);
      await eventually(async () => {
        const { visitors: said } = await before(page);
        assert.ok(said.startsWith(`${visitors} in `), `${said} for ${visitors}`);
        for (const part of [long(first).day, long(last).day, long(last).month, long(last).year]) {
          assert.ok(said.includes(part), `${said} for ${first} to ${last}`);
        }
      });
    }));
}

test("the menu leads to each way, and typed dates are taken in any order", { timeout: 60_000 }, () =>
  site.look(HERE, async (page) => {
    await ready(page);
    const menu = page.locator(".range-menu");
    const open = () => menu.locator(":scope > summary").click();
    const choose = async (name, expected) => {
      await open();
      await menu.getByRole("link", { name, exact: true }).click();
      await eventually(async () => assert.equal(new URL(page.url()).search, `${HERE}${expected}`));
    };
    await choose("Previous year", "&compare=year");
    await choose("Match the day of the week", "&compare=year&weekday=same");
    await choose("Match the day of the week", "&compare=year");
    await choose("Previous period", "");
    await open();
    await menu.locator(".range-other summary").click();
    await page.fill("[name=compare-first]", day(-30));
    await page.fill("[name=compare-last]", day(-36));
    await menu.getByRole("button", { name: "Compare with these days" }).click();
    await eventually(async () => assert.equal(new URL(page.url()).search, `${HERE}&compare=${day(-36)}..${day(-30)}`));
    await choose("Nothing", "&compare=nothing");
    assert.deepEqual(Object.values(await before(page)), METRICS.map(() => null));
  }));

test("the arrows turn days over like pages, to the present and no further", { timeout: 60_000 }, () =>
  site.look("?site=known.test&range=yesterday", async (page) => {
    await ready(page);
    const url = () => new URL(page.url()).searchParams.get("range");
    await page.getByRole("link", { name: "The time before" }).click();
    await eventually(async () => assert.equal(url(), `${day(-2)}..${day(-2)}`));
    await page.getByRole("link", { name: "The time after" }).click();
    await eventually(async () => assert.equal(url(), "yesterday"));
    await page.getByRole("link", { name: "The time after" }).click();
    await eventually(async () => assert.equal(url(), "today"));
    assert.equal(await page.getByRole("link", { name: "The time after" }).getAttribute("aria-disabled"), "true");
  }));
