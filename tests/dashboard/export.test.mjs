// What is shown, taken out as files: read back, they say what the API says and look like something.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { test } from "node:test";
import zlib from "node:zlib";
import { makeShare } from "../access/shares.mjs";
import { eventually } from "../harness/eventually.mjs";
import { ZONE, at, day, ready, rows, stage } from "./stage.mjs";

const HERE = "?site=known.test";
const RANGE = { date_range: [day(-27), day(0)] };
const FORMULAS = ["=1+1", "+1", "-1+2", "@SUM(A1)", 'a "quoted", cell', "semi;colon", "line\nbreak"];

const site = stage(async ({ api }) => {
  const events = FORMULAS.map((source, index) => ({ name: "pageview", visitor: `formula ${index}`, timestamp: at(-1, "05:00:00"), utm_campaign: source }));
  const answer = await api.importEvents("known.test", events);
  assert.equal(answer.status, 200, answer.text);
});

/** RFC 4180, read strictly. */
function parsed(text) {
  assert.ok(text.endsWith("\r\n"));
  const lines = [[]];
  for (const [, quoted, plain, end] of text.matchAll(/(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r\n|$)/g)) {
    if (end === "" && !quoted && !plain) break;
    lines.at(-1).push(quoted?.replaceAll('""', '"') ?? plain);
    if (end === "\r\n") lines.push([]);
  }
  return lines.slice(0, -1);
}

/** Chooses a kind of file in the menu of a panel, and gives the file's name and bytes. */
async function file(page, panel, kind) {
  const menu = page.locator(`[data-panel="${panel}"] details.export`).first();
  await menu.locator("summary").click();
  const [download] = await Promise.all([page.waitForEvent("download"), menu.getByText(kind, { exact: true }).click()]);
  return [download.suggestedFilename(), await readFile(await download.path())];
}

test("a list comes with all its rows, not only those shown", () =>
  site.look(HERE, async (page) => {
    await ready(page);
    const [name, bytes] = await file(page, "pages", "CSV");
    assert.equal(name, "known.test-page-last-28-days.csv");
    const [head, ...lines] = parsed(bytes.toString());
    const metrics = ["visitors", "pageviews", "bounce_rate", "visit_duration"];
    assert.deepEqual(head, ["page", ...metrics]);
    const { results } = await site.api.query("known.test", { ...RANGE, metrics, dimensions: ["event:page"], pagination: { limit: 1000, offset: 0 } });
    assert.ok(results.length > 50);
    assert.deepEqual(lines, results.map((row) => [row.dimensions[0], ...row.metrics.map((value) => (value === null ? "" : String(value)))]));
  }));

test("the chart comes with every metric, and what it is compared with", () =>
  site.look(`${HERE}&range=last-7-days`, async (page) => {
    await ready(page);
    const [name, bytes] = await file(page, "chart", "CSV");
    assert.equal(name, "known.test-chart-last-7-days.csv");
    const [head, ...lines] = parsed(bytes.toString());
    const asked = { metrics: ["visitors", "visits"], dimensions: ["time:day"], date_range: [day(-6), day(0)] };
    const { results } = await site.api.query("known.test", asked);
    const known = new Map(results.map((row) => [row.dimensions[0], row.metrics]));
    assert.deepEqual(head.slice(0, 3), ["time", "visitors", "visits"]);
    const expected = [6, 5, 4, 3, 2, 1, 0].map((shift) => [day(-shift), ...(known.get(day(-shift)) ?? [0, 0]).map(String)]);
    assert.deepEqual(lines.map((line) => line.slice(0, 3)), expected);
    assert.ok(head.includes("before_visitors"));
  }));

test("no cell is a formula, and every text comes back", () =>
  site.look(`${HERE}&tab=utm_campaign`, async (page) => {
    await ready(page);
    const [, bytes] = await file(page, "sources", "CSV");
    const names = parsed(bytes.toString()).map(([first]) => first);
    assert.ok(names.every((name) => !/^[=+\-@]/.test(name)), names.join());
    for (const text of FORMULAS) assert.ok(names.includes(text) || names.includes(`'${text}`), text);
  }));

test("what the page is narrowed to, a file is too, and it needs no script", () =>
  site.look(
    `${HERE}&f=is.browser.Firefox&theme=dark`,
    async (page) => {
      const href = await page.locator('[data-panel="pages"] .export a').getAttribute("href");
      const answer = await page.context().request.get(`${site.worker.url}${href}`);
      assert.match(answer.headers()["content-type"], /^text\/csv; charset=utf-8/);
      assert.match(answer.headers()["content-disposition"], /^attachment; filename="known\.test-page-last-28-days\.csv"$/);
      const lines = parsed(await answer.text()).slice(1);
      const expected = await site.list("event:page", { ...RANGE, filters: [["is", "visit:browser", ["Firefox"]]], pagination: { limit: 1000, offset: 0 } });
      assert.deepEqual(lines.map(([name, visitors]) => [name, Number(visitors)]), expected);
      assert.equal(await page.locator(".export button").first().isVisible(), false);
    },
    { javaScriptEnabled: false },
  ));

test("strangers get no file", async () => {
  const answer = await fetch(`${site.worker.url}/api/v1/page/csv?site=known.test&more=page`);
  assert.equal(answer.status, 401);
});

/** Reads the pixels of a PNG without interlacing: width, height, and how many colours there are. */
function pixels(bytes) {
  assert.deepEqual([...bytes.subarray(0, 8)], [137, 80, 78, 71, 13, 10, 26, 10]);
  const [width, height] = [bytes.readUInt32BE(16), bytes.readUInt32BE(20)];
  const data = [];
  for (let at = 8; at < bytes.length; at += 12 + bytes.readUInt32BE(at)) {
    if (bytes.toString("latin1", at + 4, at + 8) === "IDAT") data.push(bytes.subarray(at + 8, at + 8 + bytes.readUInt32BE(at)));
  }
  const raw = zlib.inflateSync(Buffer.concat(data));
  return { width, height, different: new Set(raw).size };
}

for (const [panel, query, label] of [
  ["chart", `${HERE}&range=last-7-days&beside=pageviews&theme=dark`, "Over time"],
  ["sources", `${HERE}&range=last-7-days`, "Sources"],
]) {
  test(`the picture of ${panel} stands alone, in light colours`, () =>
    site.look(query, async (page) => {
      await ready(page);
      const box = await page.locator(`section[data-panel="${panel}"]`).boundingBox();
      const [name, bytes] = await file(page, panel, "SVG");
      assert.equal(name, `known.test-${panel}-last-7-days.svg`);
      // The dashboard itself may parse nothing.
      const blank = await page.context().newPage();
      const read = await blank.evaluate((text) => {
        const drawn = new DOMParser().parseFromString(text, "image/svg+xml");
        const texts = [...drawn.querySelectorAll("text")].map((text) => text.textContent);
        const root = drawn.documentElement;
        return { error: drawn.querySelector("parsererror")?.textContent, texts, width: Number(root.getAttribute("width")), ground: drawn.querySelector("rect").getAttribute("fill"), dressed: drawn.querySelectorAll("[class], [style], style, script").length, shapes: drawn.querySelectorAll("path, rect").length };
      }, bytes.toString());
      await blank.close();
      assert.equal(read.error, undefined);
      assert.match(read.texts[0], new RegExp(`^${label} · known\\.test · Last 7 days$`));
      assert.equal(read.ground, "rgb(255, 255, 255)");
      assert.ok(Math.abs(read.width - box.width - 40) <= 1, `${read.width} for ${box.width}`);
      assert.equal(read.dressed, 0);
      assert.ok(read.shapes > 4 && read.texts.length > 6, JSON.stringify(read.texts));
      const [png, painted] = await file(page, panel, "PNG");
      assert.equal(png, `known.test-${panel}-last-7-days.png`);
      const { width, height, different } = pixels(painted);
      assert.equal(width, read.width * 2);
      assert.ok(height > 300 && different > 20, `${height}, ${different}`);
      // The page looks as before.
      assert.equal(await page.evaluate(() => document.documentElement.dataset.theme ?? ""), query.includes("dark") ? "dark" : "");
    }));
}

test("a view's table comes as it is shown", () =>
  site.look(`${HERE}&view=places`, async (page) => {
    await ready(page);
    await page.waitForSelector('[data-panel="places"] details.export');
    const [name, bytes] = await file(page, "places", "CSV");
    assert.equal(name, "known.test-places-last-28-days.csv");
    const [head, ...lines] = parsed(bytes.toString());
    const expected = await site.list("visit:country", RANGE);
    assert.ok(head.length > 1);
    assert.deepEqual(lines.slice(0, 3).map((line) => Number(line[1])), expected.slice(0, 3).map(([, visitors]) => visitors));
  }));

test("a stranger's file says what the share tells, and nothing else", { timeout: 60_000 }, async () => {
  await site.api.putSite("crowd.test", { timezone: ZONE });
  const crowd = Array.from({ length: 60 }, (_, n) => ({ name: "pageview", visitor: `visitor ${n}`, timestamp: at(-5, "12:00:00"), pathname: n < 3 ? "/few" : n % 3 ? "/" : "/pricing" }));
  assert.equal((await site.api.importEvents("crowd.test", crowd)).status, 200);
  const link = new URL((await makeShare(site.api, "crowd.test", { noise: "none" })).url);
  await site.look(`${link.pathname.slice(1)}${link.hash}`, async (page) => {
    await page.getByRole("heading", { name: "crowd.test" }).waitFor();
    await eventually(async () => assert.ok((await rows(page, "event:page")).length > 0));
    const [name, bytes] = await file(page, "event:page", "CSV");
    assert.equal(name, "crowd.test-event-page-last-28-days.csv");
    assert.ok(!bytes.toString().includes("/few"));
    assert.deepEqual(parsed(bytes.toString()), (await rows(page, "event:page")).map(([value, visitors]) => [value, String(visitors)]));
  }, { login: false });
});
