// Boards in a real browser: made, arranged by pointer and by keyboard, set, saved, looked at by those who may change nothing
// and by those without scripts. Each number that a widget shows is held against the API's answer.
import assert from "node:assert/strict";
import { test } from "node:test";
import { eventually } from "../harness/eventually.mjs";
import { day, ready, stage } from "./stage.mjs";

const STEPS = [["is", "event:page", ["/"]], ["is", "event:name", ["Signup"]]];
let funnel;
const site = stage(async ({ api }) => {
  ({ id: funnel } = await api.mustOwner("POST", "/api/v1/sites/known.test/funnels", { name: "To the sign-up", steps: STEPS }));
});
const VIEW = "?view=boards&site=known.test";
const RANGE = [day(-27), day(0)];
const boards = async () => (await site.api.mustOwner("GET", "/api/v1/sites/known.test/boards")).boards;
const make = (name, widgets) => site.api.mustOwner("POST", "/api/v1/sites/known.test/boards", { name, widgets });
const clear = async () => {
  for (const { id } of await boards()) await site.api.mustOwner("DELETE", `/api/v1/sites/known.test/boards/${id}`);
};
const kinds = (page) => page.$$eval(".widget", (all) => all.map((widget) => widget.dataset.name));
const widget = (page, kind) => page.locator(`.widget[data-name=${kind}]`);
/** The cells of a widget's table: what each row is about, then its numbers. */
const table = (page, kind) => page.$$eval(`.widget[data-name=${kind}] tbody tr`, (all) => all.map((row) => [row.dataset.row, ...[...row.querySelectorAll("td")].map((cell) => Number(cell.dataset.value))]));
const figures = (page, kind) => page.$$eval(`.widget[data-name=${kind}] [data-metric]`, (all) => all.map((one) => [one.dataset.metric, Number(one.querySelector("[data-value]").dataset.value)]));

test("a board is begun from the gallery, arranged by keyboard, set, saved, renamed, copied and deleted", () =>
  site.look(VIEW, async (page) => {
    await page.getByRole("heading", { name: "No boards yet" }).waitFor();
    await page.getByRole("link", { name: "Empty board" }).click();
    for (const kind of ["numbers", "list", "text"]) await page.locator(`.gallery [data-name=${kind}]`).click();
    await eventually(async () => assert.deepEqual(await kinds(page), ["numbers", "list", "text"]));

    // What was added last shows its settings, and what is typed is seen at once.
    await page.getByLabel("What it says").fill("Look at this on Mondays");
    await widget(page, "text").getByText("Look at this on Mondays").waitFor();
    await page.getByRole("link", { name: "Done" }).click();
    await page.getByRole("link", { name: "Settings of Pages" }).click();
    await page.getByLabel("Heading").fill("Browsers of Linux");
    await page.getByLabel("Of what").selectOption("browser");
    await page.getByLabel("Visits", { exact: true }).check();
    await page.getByLabel("Only where").selectOption("os");
    await page.getByLabel("Value").fill("GNU/Linux");
    const query = { metrics: ["visitors", "visits"], dimensions: ["visit:browser"], date_range: RANGE, filters: [["is", "visit:os", ["GNU/Linux"]]] };
    const { results } = await site.api.query("known.test", query);
    const expected = results.map(({ dimensions, metrics }) => [dimensions[0], ...metrics]);
    assert.ok(expected.length > 1);
    await eventually(async () => assert.deepEqual(await table(page, "list"), expected));
    await page.getByRole("link", { name: "Done" }).click();

    assert.equal(await page.evaluate(() => document.activeElement.getAttribute("aria-label")), "Settings of Browsers of Linux");

    // The arrows take the keyboard's focus with them.
    const forward = page.getByRole("link", { name: "Move Browsers of Linux forward" });
    await forward.focus();
    await page.keyboard.press("Enter");
    await eventually(async () => assert.deepEqual(await kinds(page), ["list", "numbers", "text"]));
    const focused = () => page.evaluate(() => document.activeElement.getAttribute("aria-label"));
    assert.equal(await focused(), "Move Browsers of Linux back", "it can go no further forward");
    await page.keyboard.press("Enter");
    await eventually(async () => assert.deepEqual(await kinds(page), ["numbers", "list", "text"]));
    assert.equal(await focused(), "Move Browsers of Linux back");
    await page.goBack();
    await eventually(async () => assert.deepEqual(await kinds(page), ["list", "numbers", "text"]));
    await page.getByRole("link", { name: "Browsers of Linux: The whole width" }).click();
    await page.locator(".widget.full[data-name=list]").waitFor();
    await page.goBack();
    await page.locator(".widget.half[data-name=list]").waitFor();

    await page.getByLabel("Name of the board").fill("Mondays");
    await page.getByRole("button", { name: "Save" }).click();
    await page.getByRole("heading", { name: "Mondays" }).waitFor();
    const [{ id, name, widgets }] = await boards();
    assert.deepEqual([name, widgets.map(({ kind }) => kind)], ["Mondays", ["list", "numbers", "text"]]);
    assert.deepEqual(widgets[0], { kind: "list", width: "half", title: "Browsers of Linux", dimension: "visit:browser", metrics: ["visitors", "visits"], filters: query.filters });
    assert.match(page.url(), new RegExp(`[?&]board=${id}$`));
    await eventually(async () => assert.deepEqual(await table(page, "list"), expected));

    await page.getByRole("link", { name: "Change", exact: true }).click();
    await page.getByLabel("Name of the board").fill("Tuesdays");
    await page.getByRole("link", { name: "Remove Note" }).click();
    await page.getByRole("button", { name: "Save" }).click();
    await page.getByRole("heading", { name: "Tuesdays" }).waitFor();
    await page.getByRole("button", { name: "Duplicate" }).click();
    await page.getByRole("heading", { name: "Tuesdays (copy)" }).waitFor();
    assert.deepEqual((await boards()).map(({ name, widgets }) => [name, widgets.length]), [["Tuesdays", 2], ["Tuesdays (copy)", 2]]);
    await page.locator(".board-head summary").click();
    await page.getByRole("button", { name: "Yes" }).click();
    await page.getByRole("heading", { name: "Tuesdays", exact: true }).waitFor();
    assert.deepEqual((await boards()).map(({ name }) => name), ["Tuesdays"]);
    await clear();
  }));

test("a widget is dragged to another place, and a finger does the same", async () => {
  for (const touch of [false, true]) {
    await site.look(`${VIEW}&edit=1&w=kind%3Dmap&w=kind%3Dlive&w=kind%3Derrors&w=kind%3Dtext`, async (page) => {
      await ready(page);
      const handle = await widget(page, "live").locator("[data-drag]").boundingBox();
      const target = await widget(page, "text").boundingBox();
      const [from, to] = [handle, target].map(({ x, y, width, height }) => [x + width / 2, y + Math.min(height / 2, 30)]);
      await page.mouse.move(...from);
      await page.mouse.down();
      await page.mouse.move(...to, { steps: 5 });
      assert.equal(await page.locator(".widget.drop").getAttribute("data-name"), "text");
      await page.mouse.up();
      await eventually(async () => assert.deepEqual(await kinds(page), ["map", "errors", "text", "live"]));
      assert.equal(await page.locator(".drop").count(), 0);
      await page.goBack();
      await eventually(async () => assert.deepEqual(await kinds(page), ["map", "live", "errors", "text"]));
    }, { viewport: { width: 1440, height: 2600 }, hasTouch: touch });
  }
});

test("each kind of widget says what the API says, all in one request", async () => {
  const all = ["numbers", "chart", "map", "goals", "retention", "vitals", "requests", "errors", "live"].map((kind) => ({ kind }));
  const { id } = await make("Everything", [...all, { kind: "list", dimension: "visit:source", date_range: "7d" }, { kind: "funnel", funnel }, { kind: "text", text: "Two\nlines" }]);
  const asked = [];
  await site.look(`${VIEW}&board=${id}`, async (page) => {
    await ready(page);
    const metrics = ["visitors", "visits", "pageviews", "views_per_visit", "bounce_rate", "visit_duration"];
    const { results: [whole] } = await site.api.query("known.test", { metrics, date_range: RANGE });
    await eventually(async () => assert.deepEqual(await figures(page, "numbers"), metrics.map((metric, place) => [metric, whole.metrics[place]])));
    const { results: sources } = await site.api.query("known.test", { metrics: ["visitors"], dimensions: ["visit:source"], date_range: [day(-6), day(0)] });
    // The days of a widget end today, as those of the page do.
    assert.deepEqual(await table(page, "list"), sources.map(({ dimensions, metrics }) => [dimensions[0], metrics[0]]));
    assert.equal(await widget(page, "list").getByText("Last 7 days").count(), 1);
    const { results: steps } = await site.api.owner("POST", "/api/v2/funnel", { site_id: "known.test", steps: STEPS, date_range: RANGE }).then(({ json }) => json);
    assert.ok(steps[1].visitors > 0);
    await widget(page, "funnel").getByText(`${steps[0].visitors} visitors took the first step, and ${steps[1].visitors} of them the last`).waitFor();
    assert.equal(await widget(page, "text").locator(".widget-note p").count(), 2);
    assert.ok((await widget(page, "chart").locator("path").count()) > 0);
    assert.ok((await widget(page, "map").locator("svg a").count()) > 0);
    assert.equal(await page.getByRole("alert").count(), 0);
    assert.deepEqual([...new Set(asked)], ["GET /api/v1/board"]);
  }, {
    prepare: (page) => page.on("request", (request) => {
      const { pathname } = new URL(request.url());
      if (pathname.startsWith("/api/") && !/\/(page|login)$/.test(pathname)) asked.push(`${request.method()} ${pathname}`);
    }),
  });
  await clear();
});

test("the page's filters and days narrow every widget, and a row narrows the page", async () => {
  const { id } = await make("Narrow", [{ kind: "list", dimension: "visit:browser" }, { kind: "numbers", metrics: ["visitors"] }]);
  await site.look(`${VIEW}&board=${id}&range=last-7-days`, async (page) => {
    await ready(page);
    await widget(page, "list").getByRole("link", { name: "Chrome" }).click();
    const { results: [row] } = await site.api.query("known.test", { metrics: ["visitors"], date_range: [day(-6), day(0)], filters: [["is", "visit:browser", ["Chrome"]]] });
    await eventually(async () => assert.deepEqual(await figures(page, "numbers"), [["visitors", row.metrics[0]]]));
    await eventually(async () => assert.deepEqual(await table(page, "list"), [["Chrome", row.metrics[0]]]));
  });
  await clear();
});

test("a board is there without scripts", async () => {
  const { id } = await make("Still", [{ kind: "numbers", metrics: ["visitors"] }, { kind: "text", text: "No script was run." }]);
  await site.look(`${VIEW}&board=${id}`, async (page) => {
    await page.getByRole("heading", { name: "Still" }).waitFor();
    await page.getByText("No script was run.").waitFor();
    const { results: [row] } = await site.api.query("known.test", { metrics: ["visitors"], date_range: RANGE });
    assert.deepEqual(await figures(page, "numbers"), [["visitors", row.metrics[0]]]);
  }, { javaScriptEnabled: false });
  await clear();
});

test("viewers look and change nothing; what is no board is refused with its place", async () => {
  const { id } = await make("Ours", [{ kind: "text", text: "For all" }]);
  const path = `/api/v1/sites/known.test/boards`;
  const { key } = await site.api.mustOwner("POST", "/api/v1/sites/known.test/members", { name: "Vera", role: "viewer" });
  await site.look(`${VIEW}&board=${id}`, async (page) => {
    await page.getByText("For all").waitFor();
    await ready(page);
    for (const name of ["Change", "New board"]) assert.equal(await page.getByRole("link", { name, exact: true }).count(), 0);
    assert.equal(await page.getByRole("button", { name: "Duplicate" }).count(), 0);
    const tried = await page.evaluate(async (path) => (await fetch(path, { method: "POST", body: '{"name":"Mine","widgets":[]}', headers: { "content-type": "application/json" } })).status, path);
    assert.equal(tried, 403);
  }, {
    login: false,
    allow: /403/,
    prepare: async (_, context) => {
      const headers = { origin: site.worker.url };
      assert.equal((await context.request.post(`${site.worker.url}/api/v1/login`, { data: { key }, headers })).status(), 200);
    },
  });
  for (const [board, place] of [
    [{ name: "x", widgets: [{ kind: "clock" }] }, "#/widgets/0/kind"],
    [{ name: "x", widgets: Array.from({ length: 25 }, () => ({ kind: "map" })) }, "#/widgets:"],
    [{ name: "", widgets: [] }, "#/name"],
  ]) {
    const { status, json } = await site.api.owner("POST", path, board);
    assert.equal(status, 400);
    assert.ok(json.error.startsWith(place) && json.code && json.hint, JSON.stringify(json));
  }
  await clear();
});
