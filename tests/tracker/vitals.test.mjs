// The five vitals are those that the `web-vitals` package measures in the same page at the same time.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { dirname } from "node:path";
import { before, test } from "node:test";
import { fileURLToPath } from "node:url";
import { decode } from "../../tracker/js/inspect.js";
import { eventually } from "../harness/eventually.mjs";
import { form, leave, plainPage, stage } from "./stage.mjs";

const it = stage();
const FOLDER = fileURLToPath(new URL("reference", import.meta.url));
const PACKAGE = `${FOLDER}/node_modules/web-vitals/dist/web-vitals.iife.js`;
before(() => {
  if (!existsSync(PACKAGE)) spawnSync("npm", ["ci", "--prefer-offline", "--no-audit", "--no-fund", "--ignore-scripts"], { cwd: FOLDER, stdio: "ignore" });
});

/** A page that shifts, paints late, and is slow to answer a click. */
const busy = (path) => `${plainPage(path)}<button>press</button><div id="late"></div>
  <script src="/web-vitals.js"></script>
  <script>
    for (const name of ["LCP", "INP", "CLS", "FCP", "TTFB"]) webVitals["on" + name](({ name, value }) => window.measured(name, value), { reportAllChanges: true });
    setTimeout(() => (late.outerHTML = '<p style="font-size:90px">A large text that comes late and moves what is below.</p>'), 150);
    setTimeout(() => document.body.prepend(Object.assign(document.createElement("div"), { style: "height:120px" })), 400);
    const work = (until) => { while (performance.now() < until); };
    document.querySelector("button").addEventListener("click", () => work(performance.now() + 120));
  </script>`;

for (const [what, clicks] of [["a page that is read", 0], ["a page that is used", 3]]) {
  test(`${what} has the vitals that web-vitals measures`, () => {
    const pages = (path) => (path === "/web-vitals.js" ? null : path.includes(".") ? null : busy(path));
    const reference = {};
    const prepare = async ({ page }) => {
      await page.exposeFunction("measured", (name, value) => (reference[name] = value));
      await page.route("**/web-vitals.js", (route) => route.fulfill({ contentType: "text/javascript", body: readFileSync(PACKAGE, "utf8") }));
    };
    return it.visit(`vitals-${clicks}.test`, { pages, prepare }, async ({ page, deliveries }) => {
      await page.waitForFunction(() => passerby.inspect);
      await page.waitForTimeout(700);
      for (let click = 0; click < clicks; click++) {
        await page.click("button");
        await page.waitForTimeout(250);
      }
      // Neither tells the largest paint before somebody touches the page or leaves it.
      if (!clicks) await page.keyboard.press("Shift");
      // The package looks at what was measured when the browser has nothing else to do.
      await page.waitForTimeout(1_000);
      // A hidden page still tells the test what the package measured; one that is left might not.
      await page.evaluate(() => {
        Object.defineProperty(document, "visibilityState", { get: () => "hidden", configurable: true });
        Object.defineProperty(document, "hidden", { get: () => true, configurable: true });
        document.dispatchEvent(new Event("visibilitychange", { bubbles: true }));
      });
      const vitals = () =>
        Object.fromEntries(
          deliveries.filter((delivery) => form(delivery) === "binary").flatMap(({ body }) => decode(new Uint8Array(body)).events)
            .filter(({ kind }) => kind === "vital").map(({ name, value_thousandths }) => [name, value_thousandths]),
        );
      await eventually(() => {
        for (const name of ["CLS", "FCP", "LCP", "TTFB", ...(clicks ? ["INP"] : [])]) assert.ok(reference[name] >= 0, name);
        assert.deepEqual(Object.keys(vitals()).sort(), Object.keys(reference).sort());
      });
      const expected = Object.fromEntries(Object.entries(reference).map(([name, value]) => [name, Math.round(value * 1000)]));
      assert.deepEqual({ ...vitals() }, expected);
      assert.ok(expected.CLS > 0, "the page shifts");
      if (clicks) assert.ok(expected.INP >= 100_000, `a click takes ${expected.INP}`);
      console.log(what, JSON.stringify(expected));
      await leave(page);
    });
  });
}

test("a page that comes back from the back/forward cache is measured anew, as web-vitals does", () => {
  // What the package says is kept in the page: a function of the test's would keep the page out of the cache.
  const noting = (path) => `${plainPage(path)}<script src="/web-vitals.iife.js"></script><script>
    window.reference = [];
    for (const name of ["LCP", "CLS", "FCP", "TTFB"])
      webVitals["on" + name](({ name, value, navigationType }) => navigationType === "back-forward-cache" && reference.push([name, value]), { reportAllChanges: true });
    addEventListener("pageshow", ({ persisted }) => persisted && requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(() => (window.restored = true), 100))));
  </script>`;
  const pages = (path) => (path.includes(".") ? null : noting(path));
  return it.visit("vitals-restored.test", { pages, folder: dirname(PACKAGE) }, async ({ page, url, deliveries }) => {
    const vitals = () =>
      deliveries.filter((delivery) => form(delivery) === "binary").flatMap(({ body }) => decode(new Uint8Array(body)).events)
        .filter(({ kind, url: of }) => kind === "vital" && of === `${url}/`);
    await page.waitForFunction(() => passerby.inspect);
    await page.goto(`${url}/next`);
    await eventually(() => assert.ok(vitals().length >= 4, "the load itself"));
    const upTo = vitals().length;
    await page.evaluate(() => void setTimeout(() => history.back()));
    // It is there at once: no load comes.
    await page.waitForURL(`${url}/`, { waitUntil: "commit" });
    await eventually(async () => assert.ok(await page.evaluate(() => window.restored)));
    const reference = Object.fromEntries(await page.evaluate(() => reference));
    await leave(page);
    await eventually(() => assert.ok(vitals().length >= upTo + 4, "the page that came back"));
    const ours = Object.fromEntries(vitals().slice(upTo).map(({ name, value_thousandths }) => [name, value_thousandths / 1000]));
    assert.deepEqual(Object.keys(ours).sort(), ["CLS", "FCP", "LCP", "TTFB"]);
    assert.deepEqual([ours.TTFB, ours.CLS], [0, 0]);
    assert.deepEqual([reference.TTFB, reference.CLS ?? 0], [0, 0]);
    // Both ask for the second frame; which of them is told of it first differs by parts of a millisecond.
    for (const name of ["FCP", "LCP"]) assert.ok(Math.abs(ours[name] - reference[name]) < 5, `${name}: ${ours[name]}, ${reference[name]}`);
  });
});
