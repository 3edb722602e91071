// The way in: the admin key, exchanged for a cookie that no script can read.
import assert from "node:assert/strict";
import { test } from "node:test";
import { ADMIN_KEY } from "../harness/worker.mjs";
import { agrees, day, ready, stage } from "./stage.mjs";

const site = stage();
// A browser notes every refused request in its console, the one that asks whether somebody is logged in, too.
const outside = { login: false, allow: /401 \(Unauthorized\)/ };

test("the admin key opens the dashboard, and a reload keeps it open", () =>
  site.look("?site=known.test", async (page) => {
    await page.fill("#login-key", ADMIN_KEY);
    await page.click("button[type=submit]");
    await agrees(page, await site.totals({ date_range: [day(-27), day(0)] }));
    assert.equal(await page.evaluate(() => document.cookie), "", "no script can read the session");
    assert.equal(await page.evaluate(() => localStorage.length + sessionStorage.length), 0);
    await page.reload();
    await ready(page);
    assert.equal(await page.locator("#login-key").count(), 0);
  }, outside));

test("a wrong key is explained, and the right one still opens", () =>
  site.look("?site=known.test", async (page) => {
    await page.fill("#login-key", "not the key");
    await page.keyboard.press("Enter");
    const alert = page.getByRole("alert");
    await alert.waitFor();
    assert.match(await alert.innerText(), /key/i);
    assert.doesNotMatch(await alert.innerText(), /not the key/, "what was typed is not shown");
    await page.fill("#login-key", ADMIN_KEY);
    await page.keyboard.press("Enter");
    await page.waitForSelector("[data-metric=visitors] [data-value]");
  }, outside));

test("logging out closes the dashboard for good", () =>
  site.look("?site=known.test", async (page) => {
    await ready(page);
    await page.click(".site-menu summary");
    await page.getByRole("button", { name: "Log out" }).click();
    await page.waitForSelector("#login-key");
    assert.equal(await page.locator("[data-value]").count(), 0, "the numbers are gone from the page");
    await page.reload();
    await page.waitForSelector("#login-key");
  }, { allow: outside.allow }));

test("a session that has ended asks for the key and goes on where it was", () =>
  site.look("?site=known.test&range=last-91-days", async (page, context) => {
    await ready(page);
    await context.clearCookies();
    await page.locator("[data-panel=sources] [data-row]").first().click();
    await page.waitForSelector("#login-key");
    await page.fill("#login-key", ADMIN_KEY);
    await page.keyboard.press("Enter");
    await page.waitForSelector(".chip");
    await ready(page);
    assert.match(page.url(), /range=last-91-days.*f=is\.source\./);
  }, { allow: outside.allow }));
