// The views beside the overview, each in a real browser: what they show is what the API says.
import assert from "node:assert/strict";
import { test } from "node:test";
import { ready, stage } from "./stage.mjs";

const site = stage();

test("a view is a module that is loaded when somebody looks at it, and the menu leads to it and back", () =>
  site.look("?site=known.test&range=today", async (page) => {
    await ready(page);
    const loaded = [];
    page.on("response", (response) => loaded.push(new URL(response.url()).pathname));
    await page.getByRole("link", { name: "Not counted" }).click();
    await page.waitForSelector("[data-panel=outcomes] tbody tr");
    assert.ok(loaded.some((path) => /\/app\/view\/outcomes\.[0-9a-f]+\.wasm$/.test(path)), loaded.join(" "));
    assert.equal(new URL(page.url()).search, "?view=outcomes&site=known.test&range=today");
    const outcomes = await site.worker.api.outcomes("known.test");
    const rows = await page.$$eval("[data-panel=outcomes] tbody tr", (all) => all.map((row) => row.cells[1].textContent.replaceAll(",", "")));
    const counts = outcomes.outcomes.map((row) => row.count).sort((a, b) => b - a);
    assert.deepEqual(rows.map(Number), counts);
    await page.getByRole("link", { name: "Overview" }).click();
    await ready(page);
    await page.goBack();
    await page.waitForSelector("[data-panel=outcomes] tbody tr");
  }));
