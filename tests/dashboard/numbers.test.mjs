// What is shown equals what the API answers to the same question.
import assert from "node:assert/strict";
import { test } from "node:test";
import { eventually } from "../harness/eventually.mjs";
import { agrees, at, day, headline, ready, row, rows, stage, tab } from "./stage.mjs";

const site = stage();
const HERE = "?site=known.test";
const month = (shift) => {
  const [year, number] = day(0).split("-").map(Number);
  return new Date(Date.UTC(year, number - 1 + shift, 1)).toISOString().slice(0, 10);
};
const dayBefore = (date) => new Date(Date.parse(date) - 86_400_000).toISOString().slice(0, 10);

const RANGES = {
  today: ["Today", [day(0), day(0)]],
  yesterday: ["Yesterday", [day(-1), day(-1)]],
  "24h": ["Last 24 hours", "24h"],
  "last-7-days": ["Last 7 days", [day(-6), day(0)]],
  "last-28-days": ["Last 28 days", [day(-27), day(0)]],
  "last-91-days": ["Last 91 days", [day(-90), day(0)]],
  month: ["This month", [month(0), day(0)]],
  "last-month": ["Last month", [month(-1), dayBefore(month(0))]],
  "last-12-months": ["Last 12 months", [month(-11), day(0)]],
  year: ["This year", [`${day(0).slice(0, 4)}-01-01`, day(0)]],
  all: ["All time", "all"],
};

test("the six headline numbers of every range of the menu are those of the API", () =>
  site.look(HERE, async (page) => {
    await ready(page);
    const seen = new Set();
    for (const [name, [label, date_range]] of Object.entries(RANGES)) {
      await page.click(".range-menu > summary");
      await page.locator(".range-menu").getByRole("link", { name: label, exact: true }).click();
      const expected = await site.totals({ date_range });
      assert.ok(expected.visitors > 0, `${name} has visits`);
      await agrees(page, expected);
      seen.add(expected.visitors);
      assert.equal(new URL(page.url()).searchParams.get("range") ?? "last-28-days", name);
    }
    assert.ok(seen.size > 6, "the ranges are told apart");
  }));

test("days of one's own choice are a range, too", () =>
  site.look(HERE, async (page) => {
    await ready(page);
    await page.click(".range-menu > summary");
    await page.fill("[name=first]", day(-40));
    await page.fill("[name=last]", day(-5));
    await page.getByRole("button", { name: "Show" }).click();
    await agrees(page, await site.totals({ date_range: [day(-40), day(-5)] }));
    assert.match(page.url(), new RegExp(`range=${day(-40)}\\.\\.${day(-5)}`));
  }));

/** The change of each number as it reads, by its visible text: `{visitors: "↑50%"}`. */
const changes = (page) =>
  page.$$eval("[data-metric]", (figures) =>
    Object.fromEntries(
      figures.map((figure) => [
        figure.dataset.metric,
        [...(figure.querySelector(".change")?.childNodes ?? [])]
          .filter((node) => !node.classList?.contains("visually-hidden"))
          .map((node) => node.textContent)
          .join(""),
      ]),
    ),
  );

/** The same, reckoned from two answers. */
function reckoned(now, before) {
  return Object.fromEntries(
    Object.keys(now).map((name) => {
      if (now[name] === null || !before[name]) return [name, ""];
      const share = name === "bounce_rate" ? now[name] - before[name] : ((now[name] - before[name]) / before[name]) * 100;
      const whole = Math.sign(share) * Math.round(Math.abs(share));
      const arrow = whole > 0 ? "↑" : whole < 0 ? "↓" : "";
      return [name, `${arrow}${Math.abs(whole).toLocaleString("en")}${name === "bounce_rate" ? " pts" : "%"}`];
    }),
  );
}

for (const [name, query, range, before] of [
  ["the previous period", "range=last-28-days", [day(-27), day(0)], [day(-55), day(-28)]],
  ["the day before", "range=yesterday", [day(-1), day(-1)], [day(-2), day(-2)]],
  ["a year before", "range=last-91-days&compare=year", [day(-90), day(0)], null],
]) {
  test(`each number has its change against ${name}`, () =>
    site.look(`${HERE}&${query}`, async (page) => {
      const now = await site.totals({ date_range: range });
      const yearBefore = () => {
        const first = new Date(`${range[0]}T00:00:00Z`);
        first.setUTCFullYear(first.getUTCFullYear() - 1);
        const last = new Date(first.getTime() + 90 * 86_400_000);
        return [first, last].map((date) => date.toISOString().slice(0, 10));
      };
      const then = await site.totals({ date_range: before ?? yearBefore() });
      await agrees(page, now);
      assert.deepEqual(await changes(page), reckoned(now, then));
    }));
}

test("a day not yet over is measured against as much of the day before", () =>
  site.look(`${HERE}&range=today`, async (page) => {
    const now = await site.totals({ date_range: [day(0), day(0)] });
    // Visits lie at least an hour from the present's time of day, so the test's clock may differ from the page's.
    const then = await site.totals({ date_range: [at(-1, "00:00:00"), at(-1, "12:30:00")] });
    const whole = await site.totals({ date_range: [day(-1), day(-1)] });
    assert.ok(then.visitors < whole.visitors, "the afternoon had visits");
    await agrees(page, now);
    await ready(page);
    const visible = await changes(page);
    assert.ok([reckoned(now, then).pageviews, reckoned(now, await site.totals({ date_range: [at(-1, "00:00:00"), new Date(Date.now() - 86_400_000).toISOString()] })).pageviews].includes(visible.pageviews));
  }));

test("nothing to compare with leaves the numbers alone", () =>
  site.look(`${HERE}&compare=nothing`, async (page) => {
    await agrees(page, await site.totals({ date_range: [day(-27), day(0)] }));
    assert.equal(await page.locator(".change").count(), 0);
    assert.equal(await page.locator(".legend-before").count(), 0);
  }));

for (const [query, dimension, range] of [
  ["range=last-28-days", "time:day", [day(-27), day(0)]],
  ["range=last-7-days&interval=hour", "time:hour", [day(-6), day(0)]],
  ["range=last-91-days&interval=week", "time:week", [day(-90), day(0)]],
  ["range=last-12-months&interval=month", "time:month", [month(-11), day(0)]],
]) {
  test(`the chart by ${dimension.slice(5)} and the table behind it are the API's series`, () =>
    site.look(`${HERE}&${query}&metric=pageviews`, async (page) => {
      await ready(page);
      const asked = { metrics: ["pageviews"], dimensions: [dimension], date_range: range, include: { time_labels: true } };
      const { results, meta } = await site.api.query("known.test", asked);
      const known = new Map(results.map((result) => [result.dimensions[0], result.metrics[0]]));
      const now = (label) => label.slice(0, 13) <= `${day(0)} 12` || dimension !== "time:hour";
      const expected = meta.time_labels.filter(now).map((label) => known.get(label) ?? 0);
      await eventually(async () => {
        const cells = await page.$$eval(".chart table tbody tr", (all) => all.map((line) => line.cells[1].textContent));
        // The present may have moved on by an hour since the stage was set.
        const numbers = cells.map((cell) => Number(cell.replace(/,/g, "")));
        assert.deepEqual(numbers.slice(0, expected.length), expected);
        assert.ok(numbers.length - expected.length <= 1);
      });
      assert.ok(expected.some((views) => views > 0));
      // The line: as many points as there are buckets so far, its highest point at the highest value.
      const drawn = await page.$$eval(".line-now", (paths) => paths.map((path) => path.getAttribute("d")).join(""));
      const points = [...new Set(drawn.split(/[ML]/).filter(Boolean))].map((point) => point.split(" ").map(Number));
      const marks = await page.$$eval(".axis-y text", (all) => all.map((mark) => Number(mark.textContent.replace(/,/g, ""))));
      assert.equal(marks[0], 0);
      assert.deepEqual(marks, [...marks].sort((a, b) => a - b));
      const most = Math.max(...expected);
      const top = Math.min(...points.map(([, y]) => y));
      assert.ok(Math.abs(top - 10_000 * (1 - most / marks.at(-1))) <= 1, "the axis and the line agree");
      assert.ok((await page.locator(".axis-x text").count()) >= 4);
    }));
}

test("every figure is a way to its line on the chart", () =>
  site.look(HERE, async (page) => {
    await ready(page);
    for (const figure of await page.locator("[data-metric]").all()) {
      await figure.click();
      const label = await figure.locator(".figure-label").innerText();
      await page.waitForSelector(`.chart table thead th:text-is("${label}")`, { state: "attached" });
      assert.equal(await figure.getAttribute("aria-current"), "true");
      assert.equal(await page.locator("[data-metric][aria-current]").count(), 1);
    }
  }));

test("the pointer reads the chart", () =>
  site.look(HERE, async (page) => {
    await ready(page);
    const place = await page.locator("#plot").boundingBox();
    const lines = await page.$$eval(".chart table tbody tr", (all) => all.map((line) => [...line.cells].map((cell) => cell.textContent)));
    for (const bucket of [0, 9, 26]) {
      await page.mouse.move(place.x + (place.width * bucket) / 27, place.y + 100);
      const [label, value, before] = lines[bucket];
      assert.match(await page.locator(".tip-now").innerText(), new RegExp(`${label}[^]*${value}$`));
      assert.match(await page.locator(".tip-before").innerText(), new RegExp(`${before}$`));
      const tip = await page.locator(".tip").boundingBox();
      assert.ok(tip.x >= 0 && tip.x + tip.width <= 1440, "the tooltip stays on the page");
    }
    await page.mouse.move(5, 5);
    await eventually(async () => assert.equal(await page.locator(".tip").count(), 0));
  }));

const LISTS = [
  ["pages", "Pages", "event:page"],
  ["pages", "Entry", "visit:entry_page"],
  ["pages", "Exit", "visit:exit_page"],
  ["sources", "Sources", "visit:source"],
  ["sources", "Channels", "visit:channel"],
  ["sources", "Referrers", "visit:referrer"],
  ["countries", "Countries", "visit:country"],
  ["devices", "Browsers", "visit:browser"],
  ["devices", "OS", "visit:os"],
  ["devices", "Devices", "visit:device"],
];
const UTM = { Source: "source", Medium: "medium", Campaign: "campaign", Content: "content", Term: "term" };

test("every list is the API's breakdown", () =>
  site.look(HERE, async (page) => {
    await ready(page);
    const date_range = [day(-27), day(0)];
    for (const [panel, name, dimension] of LISTS) {
      await tab(page, panel, name).click();
      const expected = await site.list(dimension, { date_range });
      assert.ok(expected.length > 1, `${dimension} has values`);
      await eventually(async () => assert.deepEqual(await rows(page, panel), expected, name));
    }
    await tab(page, "sources", "UTM").click();
    for (const [name, parameter] of Object.entries(UTM)) {
      await tab(page, "sources", name).click();
      const dimension = `visit:utm_${parameter}`;
      const filters = [["is_not", dimension, ["(not set)"]]];
      const expected = await site.list(dimension, { date_range, filters });
      await eventually(async () => assert.deepEqual(await rows(page, "sources"), expected, name));
      assert.equal(expected.length > 0, ["source", "medium", "campaign"].includes(parameter));
    }
    const filters = [["is_not", "event:name", ["pageview", "engagement"]]];
    assert.deepEqual(await rows(page, "events"), await site.list("event:name", { date_range, filters }));
    assert.equal(await row(page, "countries", "DE").locator(".row-name").innerText(), "Germany", "countries have names");
  }));

test("the long list has every value, page by page, and can be searched", () =>
  site.look(HERE, async (page) => {
    await ready(page);
    await page.locator("[data-panel=pages] .more").click();
    const lines = () =>
      page.$$eval("[role=dialog] tbody tr", (all) =>
        all.map((line) => [line.cells[0].innerText.trim(), ...[...line.cells].slice(1).map((cell) => cell.textContent)]),
      );
    const metrics = ["visitors", "pageviews"];
    const asked = { metrics, dimensions: ["event:page"], date_range: [day(-27), day(0)] };
    const { results } = await site.api.query("known.test", asked);
    const expected = results.map((result) => [result.dimensions[0], ...result.metrics.map((number) => number.toLocaleString("en"))]);
    assert.ok(expected.length > 50);
    const shown = [];
    await eventually(async () => assert.equal((await lines()).length, 50));
    shown.push(...(await lines()));
    await page.getByRole("link", { name: "Next page" }).click();
    await eventually(async () => assert.equal((await lines()).length, expected.length - 50));
    shown.push(...(await lines()));
    assert.deepEqual(shown.map((line) => line.slice(0, 3)), expected);
    await page.getByRole("searchbox").fill("archive/5");
    const found = expected.map((line) => line[0]).filter((path) => path.includes("archive/5"));
    await eventually(async () => assert.deepEqual((await lines()).map((line) => line[0]).sort(), found.sort()));
    await page.getByRole("searchbox").fill("no page has this");
    await page.getByText("Nothing found.").waitFor();
  }));

test("a visit that is counted while somebody looks appears by itself", () =>
  site.look(`${HERE}&range=today`, async (page) => {
    await ready(page);
    const before = await headline(page);
    const answer = await site.api.send("known.test", [
      { id: "0".repeat(31) + "1", name: "pageview", url: "https://known.test/live", age_ms: 0 },
    ]);
    assert.equal(answer.status, 200, answer.text);
    await eventually(async () => assert.equal((await headline(page)).pageviews, before.pageviews + 1), { within: 15_000 });
    assert.match(await page.locator(".present").innerText(), /^[1-9]\d* now$/);
  }));
