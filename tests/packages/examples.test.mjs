// Each example, built by Vite from the packages as they are published and clicked in a real browser: what the collector has
// counted then is exactly what was there to see and to click.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { launch, visitor } from "../harness/browser.mjs";
import { eventually, settled } from "../harness/eventually.mjs";
import { serveSite } from "../harness/site_server.mjs";
import { Worker } from "../harness/worker.mjs";
import { built } from "./workshop.mjs";

const EXAMPLES = ["element", "react", "react18", "svelte", "tracker", "vite", "vue"];
/** Component, variant, version, action: how often. */
const COMPONENTS = {
  "Button ghost 2.1 impression": 1,
  "Button ghost 2.1 interaction": 1,
  "Button solid 2.1 impression": 1,
  "Button solid 2.1 interaction": 2,
  "Loaf (none) (none) impression": 1,
};

let worker;
let browser;
before(async () => {
  worker = await Worker.start();
  // A visitor's browser does not say that it is driven.
  browser = await launch({ args: ["--disable-blink-features=AutomationControlled"] });
});
after(async () => {
  await browser?.close();
  await worker?.dispose();
});

/** Counts of the components of a site, by their fields. */
async function components(site) {
  const dimensions = ["component", "variant", "version", "action"].map((field) => `event:${field}`);
  const { results } = await worker.api.query(site, {
    metrics: ["events"],
    dimensions,
    filters: [["is", "event:name", ["component"]]],
  });
  return Object.fromEntries(results.map((row) => [row.dimensions.join(" "), row.metrics[0]]).sort());
}

for (const name of EXAMPLES) {
  test(`the ${name} example counts what is seen and clicked, once each`, { timeout: 180_000 }, async () => {
    const site = `${name}.example`;
    await worker.api.putSite(site);
    const served = await serveSite({ folder: await built(name, worker.url) });
    const { context, page } = await visitor(browser);
    try {
      await context.route("https://bread.example/**", (route) =>
        route.fulfill({ contentType: "text/html", body: "<h1>Rye</h1>" }),
      );
      await page.goto(served.url);
      const [order, ask] = [
        page.getByRole("button", { name: "Order a loaf" }),
        page.getByRole("button", { name: "Ask the baker" }),
      ];
      // What is marked is seen after a second.
      await page.waitForTimeout(1600);
      await order.click();
      await order.click();
      await ask.click();
      await page.getByText("10 loaves are left").waitFor();
      await page.getByRole("link").click();
      await page.getByRole("heading", { name: "Rye", exact: true }).waitFor();

      await eventually(async () => assert.deepEqual(await components(site), COMPONENTS));
      assert.deepEqual(await settled(() => components(site), { quiet: 400 }), COMPONENTS);
      assert.deepEqual(await worker.api.pages(site), { "/": 1 });
      const { Order, "Outbound Link: Click": left } = await worker.api.names(site);
      assert.deepEqual({ Order, left }, { Order: 2, left: 1 });
      assert.deepEqual(
        await worker.api.counts(site, "event:props:bread", "events", { filters: [["is", "event:name", ["Order"]]] }),
        { rye: 2 },
      );
      assert.deepEqual(page.troubles, []);
    } finally {
      await context.close();
      await served.close();
    }
  });
}
