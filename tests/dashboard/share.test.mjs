// What a share shows is chosen in the settings, and what is not chosen is refused by the server; a share may stand in a frame.
import assert from "node:assert/strict";
import { createServer } from "node:http";
import { test } from "node:test";
import { makeShare } from "../access/shares.mjs";
import { eventually } from "../harness/eventually.mjs";
import { ADMIN_KEY } from "../harness/worker.mjs";
import { day, stage, ZONE } from "./stage.mjs";

const SITE = "crowd.test";
const site = stage(async ({ api }) => {
  await api.putSite(SITE, { timezone: ZONE });
  const crowd = Array.from({ length: 28 }, (_, n) => -2 - n).flatMap((shift) =>
    Array.from({ length: 60 }, (_, n) => ({
      name: "pageview", visitor: `visitor ${n}`, timestamp: `${day(shift)}T12:00:00Z`, pathname: n % 3 ? "/" : "/pricing", country: "DE", browser: "Firefox", os: "Windows", device: "Desktop", source: "Google", channel: "Organic Search",
    })),
  );
  assert.equal((await api.importEvents(SITE, crowd)).status, 200);
});
const panels = (page) => page.$$eval(".shared .panel", (all) => all.map((card) => card.dataset.panel));
const shares = async () => (await site.api.request("GET", `/api/v1/sites/${SITE}/shares`, { key: ADMIN_KEY })).json.shares;

test("the lists of a share are chosen in the settings, and its page has no others", { timeout: 60_000 }, async () => {
  await site.look(`?view=settings&site=${SITE}&part=shares`, async (page) => {
    await page.getByLabel("Name").fill("For readers");
    for (const label of ["Entry pages", "Channels", "Campaigns", "Countries", "Browsers", "Systems", "Devices", "Goals"]) await page.getByLabel(label, { exact: true }).uncheck();
    await page.getByLabel("Pages that may show it in a frame").fill("https://known.test");
    await page.getByRole("button", { name: "Make a link" }).click();
    await page.getByText("Pages, Sources", { exact: true }).waitFor();
    const [share] = await shares();
    assert.deepEqual(share.dimensions, ["event:page", "visit:source"]);
    await page.getByText("Markup for a frame").click();
    assert.match(await page.locator(`#frame-${share.id}`).innerText(), /^<iframe src="http:\/\/[^"]*\/share\/[0-9a-f]{16}\?embed=1#[0-9a-f]{64}" title="For readers" /);
    await page.locator(`[data-copy="frame-${share.id}"]`).click();
    await page.getByRole("button", { name: "Copied" }).waitFor();
    assert.ok(await page.locator(`#frame-${share.id}`).isVisible(), "what is copied stays open");
  });
  const [share] = await shares();
  const link = new URL(share.url);
  await site.look(`${link.pathname.slice(1)}${link.hash}`, async (page) => {
    await page.getByRole("heading", { name: SITE }).waitFor();
    await eventually(async () => assert.deepEqual(await panels(page), ["event:page", "visit:source"]));
    await page.getByText("k = 5, ε = 0.25").waitFor();
    assert.equal(await page.getByRole("alert").count(), 0);
    // The page has the share's token, and may ask for no more with it.
    const token = `passerby_share_${share.id}_${link.hash.slice(1)}`;
    const status = (dimension) => page.evaluate(async ([token, dimension]) => {
      const body = JSON.stringify({ metrics: ["visitors"], date_range: "28d", dimensions: [dimension] });
      return (await fetch("/api/v2/query", { method: "POST", body, headers: { authorization: `Bearer ${token}`, "content-type": "application/json" } })).status;
    }, [token, dimension]);
    assert.deepEqual([await status("event:page"), await status("visit:country"), await status("event:goal")], [200, 403, 403]);
  }, { login: false, allow: /403/ });
});

test("a share without a choice shows all, and one of another page's frame shows itself there alone", { timeout: 60_000 }, async () => {
  const page = (framed) => `<!doctype html><title>Ours</title><h1>Ours</h1><iframe src="${framed}" width="900" height="900"></iframe>`;
  let framed = "";
  const server = createServer((_, response) => response.setHeader("content-type", "text/html").end(page(framed)));
  await new Promise((listening) => server.listen(0, "127.0.0.1", listening));
  const origin = `http://127.0.0.1:${server.address().port}`;
  try {
    for (const [embed, shown] of [[[origin], true], [["https://known.test"], false]]) {
      const share = await makeShare(site.api, SITE, { embed });
      framed = share.url.replace("#", "?embed=1#");
      await site.look("", async (page) => {
        await page.goto(origin);
        const frame = page.frameLocator("iframe");
        if (shown) {
          await frame.getByRole("heading", { name: SITE }).waitFor();
          await frame.locator("[data-panel='visit:country']").waitFor();
          assert.equal(await frame.locator(".top, .bottom").count(), 0);
        } else {
          await eventually(async () => assert.ok(page.troubles.some((trouble) => /frame-ancestors/.test(trouble)), String(page.troubles)));
        }
      }, { login: false, allow: shown ? undefined : /frame-ancestors|ERR_BLOCKED/ });
    }
  } finally {
    server.close();
  }
});
