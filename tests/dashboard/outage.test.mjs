// The server is gone, broken, slow, or answers by half, in each view: the page says so, keeps the numbers that it has, and goes
// on by itself when the trouble is over.
import assert from "node:assert/strict";
import { test } from "node:test";
import { eventually } from "../harness/eventually.mjs";
import { RICH, VIEWS, furnish, settled } from "./screens.mjs";
import { stage } from "./stage.mjs";

const site = stage(furnish);
/** Views that ask for something; the first steps have nothing to ask that could be kept. */
const ASKING = VIEWS.filter((name) => !["share", "install"].includes(name));
const ASKED = /\/api\/(v1\/(page|board|outcomes|sites|me|requests|live)|v2\/(query|funnel|journeys|retention|dimensions|columns))/;
const half = async (route) => {
  const answer = await route.fetch();
  const body = await answer.body();
  await route.fulfill({ response: answer, body: body.subarray(0, Math.floor(body.length / 2)) });
};

const TROUBLES = {
  "is gone": [(route) => route.abort(), /The server cannot be reached\./],
  "is overloaded": [(route) => route.fulfill({ status: 503, contentType: "text/html", body: "<h1>busy</h1>" }), /\w+/],
  "says what is wrong": [(route) => route.fulfill({ status: 500, json: { error: "Something broke.", code: "internal", hint: "Send it again." } }), /Something broke\..*Send it again\./s],
  "answers by half": [half, /\w+/],
};
/** All that is told on the page, without what tells of time passing. */
const told = (page) => page.$eval("main", (main) => [...main.querySelectorAll("td, th, h2, .figure-value, .row-name")].map((one) => one.textContent).join("|"));
/** The same, once nothing is added to it any more. */
async function toldAll(page) {
  for (let before = await told(page); ; ) {
    await page.waitForTimeout(200);
    const now = await told(page);
    if (now === before) return now;
    before = now;
  }
}
/** The first cell that two tellings differ in. */
const difference = (left, right) => {
  const [one, other] = [left.split("|"), right.split("|")];
  const place = one.findIndex((cell, index) => cell !== other[index]);
  return `${one[place]} became ${other[place]}`.slice(0, 120);
};
const askAgain = (page) => page.evaluate(() => document.dispatchEvent(new Event("visibilitychange")));

for (const [what, [fault, message]] of Object.entries(TROUBLES)) {
  test(`the server ${what}: each view says so, keeps its numbers, and goes on`, { timeout: 240_000 }, async () => {
    let broken = false;
    const prepare = (page) => page.route(ASKED, (route) => (broken ? fault(route) : route.continue()));
    await site.look(`?site=${RICH}`, async (page) => {
      const found = [];
      for (const view of ASKING) {
        broken = false;
        // A funnel and a journey that somebody asks for; the days that are over, whose numbers stay as they are.
        await page.goto(`${site.worker.url}/?view=${view}&site=${RICH}&range=last-7-days&kind1=page&step1=/pricing&kind2=goal&step2=Signup`);
        await settled(page);
        const before = await toldAll(page);
        broken = true;
        await askAgain(page);
        const alert = page.getByRole("alert").first();
        await alert.waitFor({ timeout: 3_000 }).catch(() => found.push(`${view}: says nothing`));
        const words = await alert.innerText({ timeout: 500 }).catch(() => "");
        if (!message.test(words) || words.includes("<h1>")) found.push(`${view}: says ${words.slice(0, 80)}`);
        const after = await told(page);
        if (before.length > 60 && after !== before) found.push(`${view}: lost its numbers: ${difference(before, after)}`);
        broken = false;
        await askAgain(page);
        await eventually(async () => assert.equal(await page.getByRole("alert").count(), 0), { within: 5_000 }).catch(() => found.push(`${view}: does not go on`));
      }
      assert.deepEqual(found, []);
    }, { prepare, allow: /Failed to load resource|ERR_/ });
  });
}

test("a view that is chosen while the server is gone says so, and comes when it is back", { timeout: 60_000 }, () => {
  let broken = false;
  const prepare = (page) => page.route(ASKED, (route) => (broken ? route.abort() : route.continue()));
  return site.look(`?site=${RICH}`, async (page) => {
    await settled(page);
    broken = true;
    await page.getByRole("link", { name: "Not counted" }).click();
    await page.getByRole("alert").getByText("The server cannot be reached.").waitFor();
    broken = false;
    // By itself: nobody does anything.
    await page.waitForSelector("[data-panel=outcomes] tbody tr", { timeout: 15_000 });
    assert.equal(await page.getByRole("alert").count(), 0);
  }, { prepare, allow: /Failed to load resource|ERR_/ });
});

test("a slow answer is waited for without a word of trouble, and what is chosen meanwhile wins", { timeout: 60_000 }, async () => {
  const prepare = (page) => page.route("**/api/v2/query", async (route) => {
    await new Promise((done) => setTimeout(done, 1_500));
    await route.continue();
  });
  await site.look(`?site=${RICH}`, async (page) => {
    await settled(page);
    await page.getByRole("link", { name: "API" }).click();
    await page.waitForSelector("main[aria-busy=true]");
    await page.getByRole("link", { name: "Errors" }).click();
    await page.waitForSelector("[data-view=errors] tbody tr");
    assert.equal(await page.getByRole("alert").count(), 0);
    assert.equal(await page.locator("h1").innerText(), "Errors");
  }, { prepare });
});
