// Umami's own tracker, unmodified and cross-origin, counts as well here as where it was made for.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { launch, visitor } from "../harness/browser.mjs";
import { eventually, settled } from "../harness/eventually.mjs";
import { serveSite } from "../harness/site_server.mjs";
import { umamiScript } from "../harness/umami.mjs";
import { Worker } from "../harness/worker.mjs";
import { LIKE_A_VISITORS } from "./bundle.mjs";

let worker;
let browser;
before(async () => {
  worker = await Worker.start();
  browser = await launch({ args: LIKE_A_VISITORS });
});
after(async () => {
  await browser?.close();
  await worker?.dispose();
});

/** Runs `visit` with a page of a site that has the script, whose website's id is `website`. */
async function withSite(site, website, visit) {
  await worker.api.putSite(site);
  const served = await serveSite({
    pages: (path) =>
      path.includes(".") ? null : '<h1>Shop</h1><button data-umami-event="Signup" data-umami-event-plan="pro">Join</button>',
    markup: `<script defer src="https://umami.example/script.js" data-website-id="${website}" data-host-url="${worker.url}"></script>`,
  });
  const { context, page } = await visitor(browser);
  try {
    await page.route("https://umami.example/script.js", (route) =>
      route.fulfill({ contentType: "text/javascript", body: umamiScript() }),
    );
    await visit(page, served.url.replace("127.0.0.1", site));
    assert.deepEqual(page.troubles, []);
  } finally {
    await context.close();
    await served.close();
  }
}

for (const [what, site, website] of [
  ["by the website's id", "umami-id.test", "umami-id.test"],
  ["by the page's host", "umami-host.test", "b1c6f1a8-0000-4000-8000-000000000000"],
]) {
  test(`page views and clicks are counted for the site that is known ${what}`, () =>
    withSite(site, website, async (page, url) => {
      await page.goto(`${url}/caf%C3%A9?utm_source=letter&secret=x`);
      const pages = () => worker.api.pages(site);
      await eventually(async () => assert.deepEqual(await pages(), { "/caf%C3%A9": 1 }));
      await page.evaluate(() => history.pushState({}, "", "/pricing"));
      await eventually(async () => assert.deepEqual(await pages(), { "/caf%C3%A9": 1, "/pricing": 1 }));
      await page.click("button");
      await page.evaluate(() => umami.track("Buy", { revenue: 19.99, currency: "EUR", seats: 3 }));
      await page.evaluate(() => umami.identify({ email: "anna@example.com" }));
      await eventually(async () => assert.deepEqual(await worker.api.names(site), { pageview: 2, Signup: 1, Buy: 1 }));
      assert.deepEqual(await settled(() => worker.api.names(site)), { pageview: 2, Signup: 1, Buy: 1 });
      const by = (dimension, name) => worker.api.counts(site, dimension, "events", { filters: [["is", "event:name", [name]]] });
      assert.deepEqual(await by("event:props:plan", "Signup"), { pro: 1 });
      assert.deepEqual(await by("event:props:seats", "Buy"), { 3: 1 });
      assert.deepEqual(await worker.api.totals(site, ["visitors", "visits"]), { visitors: 1, visits: 1 });
      assert.deepEqual(await worker.api.counts(site, "visit:utm_source", "visits"), { letter: 1 });
      assert.deepEqual(await worker.api.counts(site, "visit:browser", "visits"), { Chrome: 1 });
      assert.deepEqual(await worker.api.counts(site, "visit:screen", "visits"), { Desktop: 1 });
      assert.ok(!(await worker.api.mustOwner("GET", `/api/v1/outcomes?site=${site}`)).outcomes.some(({ outcome, count }) => outcome === "invalid" && count));
    }));
}

test("nobody can say who or where a visitor is, or when it was", async () => {
  const site = "umami-forged.test";
  await worker.api.putSite(site);
  const payload = { website: site, hostname: site, url: "/", language: "xx", ip: "203.0.113.7", userAgent: "curl/8", timestamp: 1 };
  for (const forged of [{}, { ip: "198.51.100.9" }, { userAgent: "Forged/1" }, { timestamp: 2 }, { id: "anna" }]) {
    const body = JSON.stringify({ type: "event", payload: { ...payload, ...forged } });
    const { status, json } = await worker.api.request("POST", "/api/send", { body, headers: { "content-type": "application/json" } });
    assert.deepEqual([status, json], [200, {}]);
  }
  assert.deepEqual(await worker.api.totals(site, ["visitors", "pageviews"]), { visitors: 1, pageviews: 5 });
});

test("what is no event is refused with a reason", async () => {
  for (const [body, status, code] of [
    ["{", 400, "malformed"],
    ['{"type":"event"}', 404, "unknown_site"],
    ['{"type":"event","payload":{"website":"nowhere.test","url":"/"}}', 404, "unknown_site"],
    ['{"type":"event","payload":{"website":"umami-forged.test","url":"/"}}', 400, "missing_field"],
  ]) {
    const answer = await worker.api.request("POST", "/api/send", { body, headers: { "content-type": "application/json" } });
    assert.deepEqual([answer.status, answer.json.code], [status, code], body);
  }
});
