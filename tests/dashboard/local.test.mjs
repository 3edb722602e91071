// What the page counts itself, from the visits that it holds: the same numbers as the edge's, without asking for them.
import assert from "node:assert/strict";
import { test } from "node:test";
import { eventually } from "../harness/eventually.mjs";
import { ZONE, agrees, day, headline, ready, rows, stage } from "./stage.mjs";

const site = stage();
const HERE = "?site=known.test&compare=nothing";
const MONTH = [day(-27), day(0)];
const COLUMNS = "**/api/v2/columns*";

/** A page view of a moment ago. */
const late = (pathname) => ({ name: "pageview", visitor: "late", timestamp: new Date(Date.now() - 2_000).toISOString(), pathname });

/** Notes which paths the page asks for. */
function note(page) {
  const asked = [];
  page.on("request", (request) => asked.push(new URL(request.url()).pathname));
  return asked;
}

/** Waits until the page holds its visits: the module and its answer have come and nothing more is on its way. */
async function held(page, act) {
  const loaded = [page.waitForResponse(/\/app\/view\/columns\.[0-9a-f]+\.wasm$/), page.waitForResponse(/\/api\/v2\/columns/)];
  await act();
  await Promise.all(loaded);
  await page.waitForTimeout(300);
}

test("what is clicked is counted in the page, exactly as the edge counts it", { timeout: 90_000 }, () =>
  site.look("?add=site", async (page) => {
    await held(page, () => page.goto(`${site.worker.url}/${HERE}`));
    const asked = note(page);
    await page.locator("[data-panel=countries] a.row").first().click();
    await page.waitForSelector(".chip");
    assert.equal(await page.getAttribute("main", "aria-busy"), "false", "there is nothing to wait for");
    const country = await page.locator("[data-panel=countries] [data-row]").first().getAttribute("data-row");
    const filters = [["is", "visit:country", [country]]];
    assert.deepEqual(await headline(page), await site.totals({ date_range: MONTH, filters }));
    for (const [panel, dimension] of [["pages", "event:page"], ["sources", "visit:source"], ["devices", "visit:browser"]]) {
      assert.deepEqual(await rows(page, panel), await site.list(dimension, { date_range: MONTH, filters }), panel);
    }
    await page.locator("[data-panel=pages]").getByRole("tab", { name: "Entry" }).click();
    assert.deepEqual(await rows(page, "pages"), await site.list("visit:entry_page", { date_range: MONTH, filters }));
    assert.deepEqual(asked, []);
    // A round later the edge has told the same, so nothing is fetched again.
    await page.waitForResponse(/\/api\/v1\/page/, { timeout: 20_000 });
    await page.waitForTimeout(1_000);
    assert.deepEqual(asked, ["/api/v1/page"]);
  }));

test("a search in the page finds letters of any language, large or small", () =>
  site.look("?add=site", async (page) => {
    await held(page, () => page.goto(`${site.worker.url}/${HERE}`));
    const asked = note(page);
    await page.locator("[data-panel=pages] .more").click();
    const dialog = page.getByRole("dialog");
    await dialog.getByRole("searchbox").fill("BLOG/É");
    await dialog.getByRole("link", { name: "/blog/é", exact: true }).waitFor();
    await eventually(async () => assert.equal(await dialog.locator("tbody tr").count(), 1));
    await page.waitForTimeout(500);
    assert.deepEqual(asked.filter((path) => path.startsWith("/api/")), []);
  }));

test("columns are asked for again when the edge says something else, and only then", { timeout: 150_000 }, () =>
  site.look("?add=site", async (page) => {
    await held(page, () => page.goto(`${site.worker.url}/${HERE}`));
    const asked = [];
    page.on("request", (request) => {
      const { pathname, searchParams } = new URL(request.url());
      if (pathname === "/api/v2/columns") asked.push(searchParams.get("range"));
    });
    const told = () => page.waitForResponse(/\/api\/v1\/page/, { timeout: 30_000 });
    // Looking at other things, two rounds and more visits of another site are no reason.
    await page.locator("[data-panel=sources] a.row").first().click();
    await page.waitForSelector(".chip");
    await page.locator("[data-panel=pages]").getByRole("tab", { name: "Exit" }).click();
    await told();
    await page.goBack();
    await page.goBack();
    await site.api.putSite("other.test", { timezone: ZONE });
    await site.api.importEvents("other.test", [late("/")]);
    await told();
    await page.waitForTimeout(1_000);
    assert.deepEqual(asked, []);
    // A visit of today is: of today alone, and once.
    const { accepted } = (await site.api.importEvents("known.test", [late("/late")])).json;
    assert.equal(accepted, 1);
    await page.waitForResponse(/\/api\/v2\/columns/, { timeout: 30_000 });
    await told();
    await told();
    await page.waitForTimeout(1_000);
    assert.deepEqual(asked, [`${day(0)}..${day(0)}`]);
    await agrees(page, await site.totals({ date_range: MONTH }));
  }));

for (const [what, fault] of [
  ["damaged", async (route) => {
    const answer = await route.fetch();
    const body = await answer.body();
    body[body.length >> 1] ^= 1;
    await route.fulfill({ status: 200, contentType: "application/octet-stream", body });
  }],
  ["too many", (route) => route.fulfill({ status: 422, contentType: "application/json", body: '{"error":"Too many.","code":"too_many_visits","hint":"Ask for fewer."}' })],
]) {
  test(`visits that are ${what} are left alone, and the edge is asked`, () =>
    site.look(
      HERE,
      async (page) => {
        await page.waitForResponse(/\/api\/v2\/columns/);
        await page.waitForTimeout(500);
        const asked = note(page);
        await page.goto(`${site.worker.url}/${HERE}`);
        await page.waitForTimeout(500);
        await page.locator("[data-panel=devices] a.row").first().click();
        await page.waitForSelector(".chip");
        await ready(page);
        const browser = await page.locator("[data-panel=devices] [data-row]").first().getAttribute("data-row");
        const filters = [["is", "visit:browser", [browser]]];
        assert.deepEqual(await headline(page), await site.totals({ date_range: MONTH, filters }));
        assert.ok(asked.includes("/api/v1/page"), asked.join(" "));
      },
      { prepare: (page) => page.route(COLUMNS, fault), allow: /422/ },
    ));
}
