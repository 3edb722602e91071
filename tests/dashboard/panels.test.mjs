// Each list of the overview is what the API answers to the same question.
import assert from "node:assert/strict";
import { test } from "node:test";
import { eventually } from "../harness/eventually.mjs";
import { ZONE, at, chips, day, ready, row, rows, stage, tab } from "./stage.mjs";

const HERE = "?site=known.test";
const RANGE = { date_range: [day(-27), day(0)] };

// What the tracker notices by itself: the name of the event, and the property that the list is of.
const NOTICED = [
  ["pages", "404", "404", "path", ["/gone", "/gone", "/old page"]],
  ["events", "Outbound", "Outbound Link: Click", "url", ["https://a.example/", "https://b.example/x?y=1", "https://a.example/"]],
  ["events", "Downloads", "File Download", "url", ["https://known.test/a.pdf", "https://a.example/"]],
  ["events", "Forms", "Form: Submission", "path", ["/contact", "/gone"]],
];

const site = stage(async ({ api }) => {
  const events = NOTICED.flatMap(([, , name, property, values]) =>
    values.map((value, index) => ({ name, visitor: `${name} ${index}`, timestamp: at(-2, `0${index + 1}:00:00`), props: { [property]: value } })),
  );
  const answer = await api.importEvents("known.test", events);
  assert.equal(answer.status, 200, answer.text);
  await api.putSite("known.test", { timezone: ZONE, goals: [{ event: "Signup", display_name: "Signup" }, { page_path: "/pricing", display_name: "Saw prices" }] });
});

const noticed = (name, property) =>
  site.list(`event:props:${property}`, { ...RANGE, filters: [["is", "event:name", [name]]] });

for (const [panel, list, name, property, values] of NOTICED) {
  test(`${list} are those of the API, and filter`, () =>
    site.look(HERE, async (page) => {
      await ready(page);
      await tab(page, panel, list).click();
      const expected = await noticed(name, property);
      assert.equal(expected.length, new Set(values).size);
      await eventually(async () => assert.deepEqual(await rows(page, panel), expected));
      const [value, visitors] = expected[0];
      await row(page, panel, value).click();
      await eventually(async () => assert.equal((await chips(page)).length, 1));
      const both = { ...RANGE, filters: [["and", [["is", "event:name", [name]], ["is", `event:props:${property}`, [value]]]]] };
      const totals = await site.totals(both);
      assert.equal(totals.visitors, visitors, "the same text of another event is not counted");
      await eventually(async () => assert.equal(await page.getAttribute("[data-metric=visitors] [data-value]", "data-value"), String(visitors)));
    }));
}

test("goals have visitors and the part of all that they are", () =>
  site.look(`${HERE}&tab=goal`, async (page) => {
    await ready(page);
    const { results } = await site.api.query("known.test", { ...RANGE, metrics: ["visitors", "conversion_rate"], dimensions: ["event:goal"] });
    assert.equal(results.length, 2);
    const expected = results.map((goal) => [goal.dimensions[0], goal.metrics[0]]);
    await eventually(async () => assert.deepEqual(await rows(page, "events"), expected));
    const shares = await page.locator('[data-panel="events"] .row-share').allTextContents();
    assert.deepEqual(shares, results.map((goal) => `${Math.round(goal.metrics[1])}%`));
    await page.goto(`${site.worker.url}/${HERE}&more=goal`);
    const cells = () => page.$$eval(".sheet table tbody tr", (all) => all.map((line) => line.cells[3].textContent));
    await eventually(async () => assert.deepEqual(await cells(), shares));
  }));

test("the values of a property that is named, and they filter", () =>
  site.look(`${HERE}&tab=prop`, async (page) => {
    await ready(page);
    await page.fill("[name=property]", "url");
    await page.locator('[data-panel="events"]').getByRole("button", { name: "Show" }).click();
    const expected = await site.list("event:props:url", { ...RANGE, filters: [["is_not", "event:props:url", ["(none)"]]] });
    assert.equal(expected.length, 3);
    await eventually(async () => assert.deepEqual(await rows(page, "events"), expected));
    const [value, visitors] = expected[0];
    await row(page, "events", value).click();
    await eventually(async () => assert.equal(await page.getAttribute("[data-metric=visitors] [data-value]", "data-value"), String(visitors)));
    assert.equal(new URL(page.url()).searchParams.get("f"), `is.prop.url=${value}`);
  }));

test("an empty list says what would fill it", () =>
  site.look(`${HERE}&range=${day(-90)}..${day(-80)}&tab=not_found&tab=download`, async (page) => {
    await ready(page);
    assert.match(await page.locator('[data-panel="pages"] .nothing').textContent(), /content="404"/);
    assert.match(await page.locator('[data-panel="events"] .nothing').textContent(), /No file was downloaded/);
  }));
