// Everything by keys alone: those of the sheet, which is made of the same table, and the ways that browsers have.
import assert from "node:assert/strict";
import { test } from "node:test";
import { eventually } from "../harness/eventually.mjs";
import { chips, day, ready, stage } from "./stage.mjs";

const site = stage();
const HERE = "?site=known.test";

const search = (page) => new URL(page.url()).search;
const active = (page) => page.evaluate(() => document.activeElement.getAttribute("data-row") ?? document.activeElement.id);

/** Presses keys and waits for the address that they lead to. */
async function leads(page, keys, expected) {
  for (const key of keys) await page.keyboard.press(key);
  await eventually(async () => assert.equal(search(page), expected), `${keys} leads to ${expected}`);
}

test("each key of the sheet does what it says", { timeout: 120_000 }, () =>
  site.look(HERE, async (page) => {
    await ready(page);
    for (const [keys, expected] of [
      ["d", "&range=today"],
      ["e", "&range=yesterday"],
      ["h", "&range=24h"],
      ["w", "&range=last-7-days"],
      ["t", ""],
      ["i", "&range=last-30-days"],
      ["n", "&range=last-91-days"],
      ["m", "&range=month"],
      ["p", "&range=last-month"],
      ["y", "&range=year"],
      ["l", "&range=last-12-months"],
      ["a", "&range=all"],
      ["w", "&range=last-7-days"],
    ]) {
      await leads(page, keys, `${HERE}${expected}`);
    }
    await leads(page, ["ArrowLeft"], `${HERE}&range=${day(-13)}..${day(-7)}`);
    await leads(page, ["ArrowRight"], `${HERE}&range=last-7-days`);
    await leads(page, ["x"], `${HERE}&range=last-7-days&compare=nothing`);
    await leads(page, ["x"], `${HERE}&range=last-7-days`);
    await leads(page, ["g", "s"], "?view=settings&site=known.test&range=last-7-days");
    await leads(page, ["g", "o"], `${HERE}&range=last-7-days`);
    await leads(page, ["?"], `${HERE}&range=last-7-days&dialog=keys`);
    await leads(page, ["Escape"], `${HERE}&range=last-7-days`);
    await page.keyboard.press("c");
    await eventually(async () => assert.equal(await page.evaluate(() => document.activeElement.name), "first"));
  }));

test("the sheet lists the keys, and switches them off, which the address keeps", { timeout: 60_000 }, () =>
  site.look(HERE, async (page) => {
    await ready(page);
    await page.keyboard.press("?");
    await page.getByRole("dialog", { name: "Keys" }).locator("kbd").first().waitFor();
    const listed = await page.$$eval(".keys-row", (all) => all.map((row) => row.innerText.replace(/\s+/g, " ").trim()));
    for (const row of ["D Today", "X Compare with the time before, or not", "G F Funnels", "? Show these keys, or hide them", "ESC Close what is open"]) {
      assert.ok(listed.some((one) => one.toLowerCase() === row.toLowerCase()), `${row} is not in ${listed}`);
    }
    await page.click("#keys-switch");
    await leads(page, ["Escape"], `${HERE}&keys=off`);
    for (const key of ["d", "x", "f", "?"]) await page.keyboard.press(key);
    await page.waitForTimeout(300);
    assert.equal(search(page), `${HERE}&keys=off`);
    await page.locator(".nav").getByRole("link", { name: "Goals" }).click();
    await page.waitForURL(/view=goals.*keys=off/);
  }));

test("no key does anything while somebody types or holds another", { timeout: 60_000 }, () =>
  site.look(`${HERE}&more=page`, async (page) => {
    await ready(page);
    await page.keyboard.press("d");
    await page.keyboard.press("/");
    await page.keyboard.type("dewx?");
    await page.waitForURL(/search=dewx/);
    assert.equal(new URL(page.url()).searchParams.get("range"), null);
    await page.keyboard.press("Escape");
    for (const keys of ["Control+d", "Alt+x", "Shift+d", "Meta+w"]) await page.keyboard.press(keys);
    await page.waitForTimeout(200);
    assert.equal(new URL(page.url()).searchParams.get("range"), null);
  }));

test("rows are walked, chosen and left out without a pointer", { timeout: 60_000 }, () =>
  site.look(HERE, async (page) => {
    await ready(page);
    const rows = await page.$$eval("main a.row", (all) => all.map((row) => row.dataset.row));
    await page.keyboard.press("j");
    assert.equal(await active(page), rows[0]);
    await page.keyboard.press("j");
    assert.equal(await active(page), rows[1]);
    await page.keyboard.press("k");
    assert.equal(await active(page), rows[0]);
    await page.keyboard.press("ArrowRight");
    assert.equal(await page.evaluate(() => document.activeElement.className), "row-exclude");
    await page.keyboard.press("Enter");
    await eventually(async () => assert.deepEqual(await chips(page), [`Page is not ${rows[0]}`]));
  }));

test("a filter is written by keys alone", { timeout: 60_000 }, () =>
  site.look(HERE, async (page) => {
    await ready(page);
    await page.keyboard.press("f");
    await eventually(async () => assert.equal(await active(page), "filter-typed"));
    await page.keyboard.type("/pricing");
    await page.keyboard.press("Enter");
    await eventually(async () => assert.deepEqual(await chips(page), ["Page is /pricing"]));
    assert.equal(await active(page), "open-filters");
    // Tab stays within what lies on top.
    await page.keyboard.press("?");
    await page.locator("#keys-switch").waitFor();
    for (let tab = 0; tab < 6; tab++) {
      await page.keyboard.press("Tab");
      const outside = await page.evaluate(() => document.activeElement !== document.body && !document.activeElement.closest("[role=dialog]"));
      assert.equal(outside, false);
    }
  }));
