// The views of what programs and pages measure: what they show is what the API says.
import assert from "node:assert/strict";
import { test } from "node:test";
import { product } from "./product-data.mjs";
import { day, stage, ZONE } from "./stage.mjs";

const SITE = "product.test";
const site = stage();
test("four weeks of reports are taken in", async () => {
  await site.api.putSite(SITE, { timezone: ZONE });
  const events = product();
  const answer = await site.api.importEvents(SITE, events);
  assert.equal(answer.json?.accepted, events.length, answer.text);
});

/** The address of a view, with parameters of its own. */
const at = (view, more = "") => `?view=${view}&site=${SITE}&range=last-28-days${more}`;

/** What the API says of the days that the views show: each row's dimensions and metrics. */
async function ask(metrics, dimensions, filters, more = {}) {
  const { results } = await site.api.query(SITE, { metrics, dimensions, filters, date_range: [day(-27), day(0)], ...more });
  return results.map((row) => [...row.dimensions, ...row.metrics]);
}

/** The headline numbers on screen, by metric. */
const numbers = (page, panel) =>
  page.$$eval(`[data-panel="${panel}"] [data-metric]`, (figures) =>
    Object.fromEntries(
      figures.flatMap((figure) => {
        const value = figure.querySelector("[data-value]");
        return value ? [[figure.dataset.metric, Number(value.dataset.value)]] : [];
      }),
    ),
  );

/** A table on screen: what each row is about, and its values. */
const table = (page, panel) =>
  page.$$eval(`[data-panel="${panel}"] tr[data-row]`, (rows) =>
    rows.map((row) => [row.dataset.row, ...[...row.querySelectorAll("td[data-value]")].map((cell) => Number(cell.dataset.value))]),
  );

const shown = (page, panel) => page.waitForSelector(`[data-panel="${panel}"] tr[data-row]`);

test("the API: totals, routes, an opened route, and the log with its search", () =>
  site.look(at("requests"), async (page) => {
    await shown(page, "routes");
    const kind = [["is_not", "event:method", ["(none)"]]];
    const [[events, error_rate, p50, p95, p99]] = await ask(["events", "error_rate", "p50", "p95", "p99"], [], kind);
    assert.deepEqual(await numbers(page, "requests"), { events, error_rate, p50, p95, p99 });
    const metrics = ["events", "error_rate", "p50", "p95", "p99", "sum"];
    const routes = await ask(metrics, ["event:method", "event:route"], kind);
    assert.deepEqual(await table(page, "routes"), routes.map(([method, route, ...values]) => [`${method} ${route}`, ...values]));
    const statuses = await ask(["events"], ["event:status"], kind);
    assert.deepEqual((await table(page, "statuses")).map(([name, count]) => [name, count]), statuses);

    await page.getByRole("link", { name: "p95" }).click();
    await page.waitForURL(/sort=p95/);
    const slowest = await ask(["p95"], ["event:method", "event:route"], kind);
    await page.waitForFunction((first) => document.querySelector('[data-panel="routes"] tr[data-row]')?.dataset.row === first, slowest[0].slice(0, 2).join(" "));

    await page.getByRole("link", { name: "/api/checkout" }).first().click();
    await page.waitForSelector(".opened");
    await page.waitForFunction(() => !document.querySelector(".view.stale"));
    const checkout = [["is", "event:route", ["/api/checkout"]]];
    const [[calls]] = await ask(["events"], [], checkout);
    assert.equal((await numbers(page, "requests")).events, calls);
    await page.getByRole("link", { name: "All routes" }).click();
    await shown(page, "routes");

    await page.getByLabel("Route or method contains").fill("search");
    await page.waitForURL(/q=search/);
    await page.waitForFunction(() => {
      const rows = [...document.querySelectorAll('[data-panel="log"] tr[data-row]')];
      return rows.length > 0 && rows.every((row) => row.dataset.row.includes("/api/search"));
    });
    const times = (await table(page, "log")).map(([row]) => row.slice(0, 19));
    assert.deepEqual(times, [...times].sort().reverse(), "the newest come first");

    await page.getByLabel("Route or method contains").fill("");
    await page.getByLabel("Took").selectOption("250");
    await page.waitForURL(/slow=250/);
    await page.waitForFunction(() => {
      const cells = [...document.querySelectorAll('[data-panel="log"] tr[data-row] td:last-child')];
      return cells.length > 0 && cells.every((cell) => Number(cell.dataset.value) >= 249);
    });
  }));

test("an answer that comes while somebody types puts nothing off", () =>
  site.look(at("requests"), async (page) => {
    await shown(page, "log");
    let arrived, release;
    const fetched = new Promise((done) => (arrived = done));
    const held = new Promise((done) => (release = done));
    await page.route("**/api/v2/query", async (route) => {
      const response = await route.fetch();
      arrived();
      await held;
      await route.fulfill({ response });
    });
    await page.getByRole("link", { name: "p99" }).click();
    await fetched;
    // What is typed is asked for 250 ms later; the answer to the new order comes before.
    await page.getByLabel("Route or method contains").fill("orders");
    release();
    const found = () => {
      const rows = [...document.querySelectorAll('[data-panel="log"] tr[data-row]')];
      return rows.length > 0 && rows.every((row) => row.dataset.row.includes("/api/orders"));
    };
    await page.waitForFunction(found, null, { timeout: 6_000 });
  }));

test("web vitals: each is judged, and the chosen one leads to its pages", () =>
  site.look(at("vitals"), async (page) => {
    await shown(page, "pages");
    const all = await ask(["p75"], ["event:vital"], [["is_not", "event:vital", ["(none)"]]]);
    assert.deepEqual(await numbers(page, "vitals"), Object.fromEntries(all));
    const pages = await ask(["events", "p75"], ["event:page"], [["is", "event:vital", ["LCP"]]]);
    assert.deepEqual(await table(page, "pages"), pages);
    await page.locator('[data-metric="CLS"]').click();
    await page.waitForURL(/vital=CLS/);
    await page.getByRole("heading", { name: "Cumulative Layout Shift" }).waitFor();
    await page.waitForFunction(() => !document.querySelector(".view.stale"));
    const elements = await ask(["events", "p75"], ["event:target"], [["is", "event:vital", ["CLS"]]]);
    assert.deepEqual(await table(page, "elements"), elements);
    // The bars are those of all page views.
    const counted = await page.$$eval('[data-panel="spread"] tbody tr', (rows) => rows.map((row) => Number(row.cells[1].textContent.replaceAll(",", ""))));
    const [[measured]] = await ask(["events"], [], [["is", "event:vital", ["CLS"]]]);
    assert.equal(counted.reduce((sum, count) => sum + count, 0), measured);
    await page.locator('[data-panel="pages"] a.row-name').first().click();
    await page.waitForSelector(".chip");
  }));

test("errors: types and places, and where an opened one happened", () =>
  site.look(at("errors"), async (page) => {
    await shown(page, "types");
    const kind = [["is_not", "event:error", ["(none)"]]];
    const [[events, visitors]] = await ask(["events", "visitors"], [], kind);
    assert.deepEqual(await numbers(page, "errors"), { events, visitors });
    const types = await ask(["events", "visitors"], ["event:error", "event:fingerprint"], kind);
    assert.deepEqual(await table(page, "types"), types.map(([type, fingerprint, ...values]) => [`${type} ${fingerprint}`, ...values]));
    await page.getByRole("link", { name: "PaymentDeclined" }).click();
    await page.waitForSelector(".opened");
    await page.waitForFunction(() => !document.querySelector(".view.stale"));
    const pages = await ask(["events", "visitors"], ["event:page"], [["is", "event:error", ["PaymentDeclined"]]]);
    assert.deepEqual(await table(page, "pages"), pages.slice(0, 9));
  }));

test("components: whether anyone uses the ghost button, and when it was last seen", () =>
  site.look(at("components", "&q=ghost"), async (page) => {
    await shown(page, "variants");
    const ghost = [["is", "event:component", ["Button"]], ["is", "event:variant", ["ghost"]]];
    const count = async (action) => (await ask(["events"], [], [...ghost, ["is", "event:action", [action]]]))[0][0];
    const [impressions, uses] = [await count("impression"), await count("interaction")];
    const rows = await table(page, "variants");
    assert.deepEqual(rows.map(([name, shown, used]) => [name, shown, used]), [["Button ghost", impressions, uses]]);
    await page.getByRole("link", { name: "ghost" }).click();
    await page.waitForSelector(".opened");
    const [[last]] = await ask(["last_seen"], [], ghost);
    const days = Math.floor((Date.now() / 1000 - last) / 86_400);
    await page.getByText(`Button · ghost was last seen or used ${days} days ago.`).waitFor();
    await page.waitForFunction(() => !document.querySelector(".view.stale"));
    assert.equal((await numbers(page, "components")).events, impressions);
  }));

test("the command line: commands, flags and versions", () =>
  site.look(at("commands"), async (page) => {
    await shown(page, "list");
    const kind = [["is_not", "event:command", ["(none)"]]];
    const commands = await ask(["events", "error_rate", "p50", "p95", "visitors"], ["event:command"], kind);
    assert.deepEqual(await table(page, "list"), commands);
    const sets = await ask(["events"], ["event:flags"], kind);
    const watch = sets.filter(([set]) => JSON.parse(set).includes("--watch")).reduce((sum, [, runs]) => sum + runs, 0);
    const flags = Object.fromEntries((await table(page, "flags")).map(([flag, runs]) => [flag, runs]));
    assert.equal(flags["--watch"], watch);
    await page.getByRole("link", { name: "deploy" }).click();
    await page.waitForSelector(".opened");
    await page.waitForFunction(() => !document.querySelector(".view.stale"));
    const versions = await ask(["events", "error_rate"], ["event:version"], [["is", "event:command", ["deploy"]]]);
    assert.deepEqual(await table(page, "versions"), versions);
  }));

test("the database: statements by the time they took, and the slow ones", () =>
  site.look(at("queries"), async (page) => {
    await shown(page, "statements");
    const kind = [["is", "event:name", ["query"]]];
    const metrics = ["sum", "events", "p50", "p95", "p99", "rows"];
    const statements = await ask(metrics, ["event:system", "event:fingerprint"], kind);
    assert.deepEqual(await table(page, "statements"), statements.map(([system, statement, ...values]) => [`${system} ${statement}`, ...values]));
    await page.locator('[data-panel="statements"] a.row-name').first().click();
    await page.waitForSelector('[data-panel="statement"]');
    assert.equal(await page.locator('[data-panel="statement"]').textContent(), statements[0][1]);
  }));

test("a site that reports none of it learns how, and nothing breaks", async () => {
  for (const view of ["requests", "vitals", "errors", "components", "commands", "queries"]) {
    await site.look(`?view=${view}&site=known.test&range=last-28-days`, async (page) => {
      await page.waitForSelector('[data-panel="nothing"]');
      await page.getByRole("button", { name: "Copy" }).click();
      await page.getByRole("button", { name: "Copied" }).waitFor();
    });
  }
});
