// What the dashboard shows when there is nothing to show yet, when something fails, and when values are hostile.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { pageview } from "../harness/api.mjs";
import { eventually } from "../harness/eventually.mjs";
import { ROOT } from "../harness/paths.mjs";
import { at, day, headline, ready, row, rows, stage } from "./stage.mjs";

const site = stage();
const HERE = "?site=known.test";
const NUMBERS = "**/api/v1/page*";
// A page that the edge finished has its numbers; these tests look at what comes after.
const other = (page) => page.getByRole("link", { name: "Passerby" }).click();
// What a browser notes of an answer that is an error, or of none.
const failed = /Failed to load resource/;

test("the page comes finished, and is readable without scripts", async () => {
  const expected = await site.totals({ date_range: [day(-27), day(0)] });
  await site.look(
    HERE,
    async (page) => {
      const shown = await headline(page);
      for (const [name, value] of Object.entries(expected)) assert.equal(shown[name], value, name);
      assert.ok((await rows(page, "pages")).length > 3);
      assert.ok(await page.locator("#plot path").count());
      await page.getByRole("link", { name: "Not counted" }).click();
      await page.waitForSelector("[data-panel=outcomes] tbody tr");
      await page.goto(`${site.worker.url}/${HERE}&f=is.country.DE`);
      assert.match(await page.locator(".chip").innerText(), /Country.*is.*Germany/s);
    },
    { javaScriptEnabled: false },
  );
});

test("a page that the edge finished asks for nothing at its start, and changes nothing", () =>
  site.look(HERE, async (page) => {
    const asked = [];
    page.on("request", (request) => asked.push(new URL(request.url()).pathname));
    await page.goto(`${site.worker.url}/${HERE}&theme=dark`);
    await page.waitForFunction(() => document.querySelectorAll("[data-menu]").length > 0);
    await page.waitForTimeout(500);
    // But the visits, when it is idle.
    assert.deepEqual(asked.filter((path) => path.startsWith("/api/") && path !== "/api/v2/columns"), []);
    const changes = await page.evaluate(async () => {
      const seen = [];
      new MutationObserver((all) => seen.push(...all.map((one) => one.target.nodeName))).observe(document.body, { subtree: true, childList: true, attributes: true, characterData: true });
      await new Promise((done) => setTimeout(done, 300));
      return seen;
    });
    assert.deepEqual(changes, []);
  }));

test("while other numbers are on their way the last ones stay, and nothing jumps when they come", () => {
  let release;
  const held = new Promise((done) => (release = done));
  const prepare = (page) => page.route(NUMBERS, (route) => held.then(() => route.continue()));
  return site.look(
    // The last 24 hours are no whole days, so that only the edge can count them.
    `${HERE}&range=24h&f=is.country.DE`,
    async (page) => {
      const before = await headline(page);
      const places = () => page.$$eval("[data-panel=pages], [data-panel=sources], #plot", (all) => all.map((one) => one.getBoundingClientRect().top));
      await page.getByRole("link", { name: "Remove filter" }).click();
      await page.waitForSelector("main[aria-busy=true]");
      assert.deepEqual(await headline(page), before);
      const there = await places();
      release();
      await ready(page);
      assert.notDeepEqual(await headline(page), before);
      assert.deepEqual(await places(), there);
    },
    { prepare },
  );
});

test("a site without visits shows the line to paste, and the first visit appears by itself", async () => {
  await site.api.putSite("new.test", { timezone: "UTC" });
  await site.look("?site=new.test", async (page) => {
    await page.getByRole("heading", { name: "Waiting for the first visit" }).waitFor();
    const line = await page.locator("#snippet").innerText();
    assert.equal(line, `<script defer src="${site.worker.url}/p.js" data-site="new.test"></script>`);
    const answer = await site.api.send("new.test", [pageview("https://new.test/first")]);
    assert.equal(answer.status, 200);
    await page.getByRole("heading", { name: "The first visit is here" }).waitFor();
    await page.getByText("Somebody looks at /first.").waitFor();
    await page.getByRole("link", { name: "See the numbers" }).click();
    await row(page, "pages", "/first").waitFor();
    assert.equal((await headline(page)).visitors, 1);
  });
});

test("a range without visits says so and keeps its zeros", () =>
  site.look(`${HERE}&range=2001-01-01..2001-01-07`, async (page) => {
    await ready(page);
    assert.equal((await headline(page)).visitors, 0);
    assert.deepEqual(await rows(page, "pages"), []);
    assert.match(await page.locator("[data-panel=pages]").innerText(), /\w+ \w+/, "a word instead of nothing");
  }));

test("a site that is not here is named as such, and another can be chosen", () =>
  site.look("?site=nowhere.test", async (page) => {
    await page.getByRole("alert").getByText("There is no such site here.").waitFor();
    await page.locator(".site-menu summary").click();
    await page.locator(".site-menu").getByRole("link", { name: "known.test" }).click();
    await ready(page);
    assert.ok((await headline(page)).visitors > 0);
  }));

for (const [what, fault, message] of [
  ["an error", (route) => route.fulfill({ status: 500, contentType: "application/json", body: '{"error":"Something broke.","code":"internal","hint":"Send it again."}' }), /Something broke\..*Send it again\./s],
  ["overload", (route) => route.fulfill({ status: 503, contentType: "text/html", body: "<h1>busy</h1>" }), /\w+/],
  ["no network", (route) => route.abort(), /The server cannot be reached\./],
]) {
  test(`after ${what} it says so, and goes on when it is over`, { timeout: 60_000 }, () => {
    let broken = true;
    const prepare = (page) => page.route(NUMBERS, (route) => (broken ? fault(route) : route.continue()));
    return site.look(
      `${HERE}&range=today`,
      async (page) => {
        const alert = page.getByRole("alert");
        await other(page);
        await alert.waitFor();
        assert.match(await alert.innerText(), message);
        assert.ok(!(await alert.innerText()).includes("<h1>"));
        broken = false;
        await eventually(async () => assert.equal(await alert.count(), 0), { within: 20_000 });
        assert.ok((await headline(page)).visitors > 0);
      },
      { prepare, allow: failed },
    );
  });
}

test("numbers that are here stay while the server is away", () => {
  let broken = false;
  const prepare = (page) => page.route(NUMBERS, (route) => (broken ? route.abort() : route.continue()));
  return site.look(
    HERE,
    async (page) => {
      await ready(page);
      const before = await headline(page);
      broken = true;
      await page.getByRole("alert").waitFor({ timeout: 20_000 });
      assert.deepEqual(await headline(page), before);
    },
    { prepare, allow: failed },
  );
});

test("no value of a visitor's runs or breaks anything", { timeout: 60_000 }, async () => {
  const naughty = JSON.parse(readFileSync(join(ROOT, "tests/data/naughty_strings.json"), "utf8")).filter((text) => text.trim() !== "");
  const worst = [
    '<script>window.hacked=1</script>', '"><img src=x onerror="window.hacked=1">', "javascript:window.hacked=1", "'-window.hacked-'",
    "</title><svg onload=window.hacked=1>", "\u202Eright to left", "👩‍👩‍👧‍👦".repeat(40), "long ".repeat(300), "%3Cscript%3E", "{{constructor}}", "\u0000zero",
  ];
  const values = [...worst, ...naughty];
  await site.api.putSite("naughty.test", { timezone: "UTC", label: worst[1] });
  const events = values.map((text, n) => ({
    name: n % 3 === 0 ? text.slice(0, 100) : "pageview",
    visitor: `visitor ${n}`,
    timestamp: at(-1, `12:${String(n % 60).padStart(2, "0")}:00`),
    pathname: `/${text}`,
    referrer: `https://evil.example/${text}`,
    source: text,
    channel: text,
    browser: text,
    os: text,
    device: text,
    utm_campaign: text,
    props: { [text.slice(0, 200)]: text },
  }));
  const answer = await site.api.importEvents("naughty.test", events);
  assert.equal(answer.status, 200);
  assert.ok(answer.json.accepted > 450, answer.text.slice(0, 500));
  await site.look("?site=naughty.test", async (page) => {
    await ready(page);
    for (const [dimension, name] of [["page", "pages"], ["source", "sources"], ["browser", "devices"], ["event", "events"]]) {
      await page.goto(`${site.worker.url}/?site=naughty.test&more=${dimension}`);
      await page.waitForSelector("[role=dialog] tbody tr");
      for (let at = 0; at < 3; at++) {
        const next = page.getByRole("link", { name: "Next page" });
        if ((await next.count()) === 0) break;
        await next.click();
        await ready(page);
      }
      await eventually(async () => assert.ok((await page.locator("[role=dialog] tbody tr").count()) > 0, name));
    }
    const filter = (text) => page.goto(`${site.worker.url}/?site=naughty.test&f=${encodeURIComponent(`is.source.${text}`)}`);
    for (const text of worst.slice(0, 6)) {
      await filter(text);
      await ready(page);
      assert.equal(await page.locator(".chip").count(), 1);
    }
    assert.equal(await page.evaluate(() => window.hacked), undefined);
    assert.equal(await page.locator("script:not([src]), img, iframe, object").count(), 0);
    const wide = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
    assert.ok(wide <= 0, `${wide} px wider than the window`);
  });
});
