// The views of behaviour in a real browser: what they show is what the API says of the same days.
import assert from "node:assert/strict";
import { test } from "node:test";
import { eventually } from "../harness/eventually.mjs";
import { GOALS, SHOP, shoppers } from "./shoppers.mjs";
import { ZONE, day, stage } from "./stage.mjs";

const site = stage(async ({ api }) => {
  await api.putSite(SHOP, { timezone: ZONE, goals: GOALS });
  const answer = await api.importEvents(SHOP, shoppers());
  assert.equal(answer.status, 200, answer.text);
});
const RANGE = [day(-27), day(0)];

const ask = (what, question) => site.api.mustOwner("POST", `/api/v2/${what}`, { site_id: SHOP, date_range: RANGE, ...question });
const view = (name, more = "") => `?view=${name}&site=${SHOP}${more}`;
const panel = (page, name) => page.locator(`[data-panel=${name}]`);
/** The rows of a table: the head's text, then the numbers of its cells (the first of each). */
const table = (page, name) =>
  page.$$eval(`[data-panel=${name}] .wide tbody tr`, (rows) =>
    rows.map((row) => [row.cells[0].textContent, ...[...row.cells].slice(1).map((cell) => cell.firstChild?.textContent ?? "")]),
  );
const grouped = (value) => value.toLocaleString("en-US");
const rounded = (value, scale) => Math.round(value * scale) / scale;
/** A percentage as screens show it. */
const percent = (value) => `${rounded(value, value < 10 ? 10 : 1)}%`;

test("goals are what the API says, and one of them is opened and broken down", () =>
  site.look(view("goals"), async (page) => {
    const { results } = await ask("query", { metrics: ["visitors", "events", "conversion_rate"], dimensions: ["event:goal"] });
    await page.waitForSelector("[data-panel=goals] tbody tr");
    const shown = Object.fromEntries((await table(page, "goals")).map(([name, visitors, events]) => [name, [visitors, events]]));
    assert.equal(results.length, GOALS.length);
    for (const { dimensions, metrics } of results) {
      assert.deepEqual(shown[dimensions[0]], metrics.slice(0, 2).map(grouped), dimensions[0]);
    }
    assert.equal(await page.locator("[data-panel=goals] svg.spark").count(), GOALS.length);
    await page.getByRole("link", { name: "Bought something" }).click();
    await page.getByLabel("Name of the property").fill("plan");
    await panel(page, "goal").getByRole("button", { name: "Show" }).click();
    const plans = await ask("query", {
      metrics: ["visitors", "events"], dimensions: ["event:props:plan"], filters: [["is", "event:goal", ["Bought something"]]],
    });
    await eventually(async () => {
      const wanted = plans.results.map(({ dimensions, metrics }) => [dimensions[0], ...metrics.map(grouped)]);
      assert.deepEqual(await table(page, "goal"), wanted);
    });
    assert.match(page.url(), /goal=Bought\+something&prop=plan/);
    const currency = await panel(page, "goals").locator("td[title^='€']").count();
    assert.equal(currency, 2, "the revenue and the average of the one goal that brings some");
    // A source narrows the page, and the goal's own numbers with it.
    await panel(page, "goal").getByRole("link", { name: /Google/ }).click();
    await page.waitForSelector(".chip");
    const google = await ask("query", {
      metrics: ["visitors"], dimensions: ["event:goal"], filters: [["is", "visit:source", ["Google"]]],
    });
    const bought = google.results.find(({ dimensions }) => dimensions[0] === "Bought something").metrics[0];
    await eventually(async () => {
      const row = (await table(page, "goals")).find(([name]) => name === "Bought something");
      assert.equal(row[1], grouped(bought));
    });
  }));

test("a site without goals says where they are added", () =>
  site.look("?view=goals&site=known.test", async (page) => {
    await page.getByRole("heading", { name: "No goals yet" }).waitFor();
    const fields = await page.$$eval("[data-panel=goals] form input", (all) => all.map(({ name, value }) => `${name}=${value}`));
    assert.deepEqual(fields.sort(), ["part=goals", "site=known.test", "view=settings"]);
  }));

test("a funnel is built, moved about, saved, looked at again and deleted", () =>
  site.look(view("funnels"), async (page) => {
    const form = panel(page, "funnel-form");
    await form.getByLabel("Step 1", { exact: true }).fill("/pricing");
    await form.getByLabel("Step 2", { exact: true }).fill("/");
    await form.getByRole("button", { name: "Show" }).click();
    await form.getByRole("link", { name: "Move step 2 up" }).click();
    await form.getByLabel("Kind of step 3", { exact: true }).selectOption("goal");
    await form.getByLabel("Step 3", { exact: true }).fill("Signup");
    await form.locator("select[name=window]").selectOption("3600");
    await form.getByRole("button", { name: "Show" }).click();
    const seen = (path) => ["and", [["is", "event:name", ["pageview"]], ["is", "event:page", [path]]]];
    const steps = [seen("/"), seen("/pricing"), ["is", "event:goal", ["Signup"]]];
    const check = async (order) => {
      const { results } = await ask("funnel", { steps, order, window_seconds: 3600 });
      assert.ok(results[2].visitors > 5, "a funnel that somebody takes");
      const wanted = ["Visit /", "Visit /pricing", "Signup"].map((name, place) => {
        const { visitors, conversion_rate } = results[place];
        return [name, grouped(visitors), `${rounded(conversion_rate, 10)}%`];
      });
      await eventually(async () => assert.deepEqual((await table(page, "funnel-steps")).map((row) => row.slice(0, 3)), wanted));
      assert.equal(await page.locator("[data-panel=funnel] .step").count(), 3);
    };
    await check("loose");
    await form.locator("select[name=order]").selectOption("strict");
    await form.getByRole("button", { name: "Show" }).click();
    await check("strict");
    await form.getByLabel("Name", { exact: true }).fill("From prices to a sign-up");
    await form.getByRole("button", { name: "Save this funnel" }).click();
    const saved = page.getByRole("list", { name: "Saved funnels" });
    await saved.getByRole("link", { name: "From prices to a sign-up" }).waitFor();
    assert.equal(await saved.locator("[aria-current=true]").count(), 1);
    const kept = await site.api.mustOwner("GET", `/api/v1/sites/${SHOP}/funnels`);
    assert.deepEqual(kept.funnels.map(({ name, order, window_seconds }) => [name, order, window_seconds]), [
      ["From prices to a sign-up", "strict", 3600],
    ]);
    await page.getByRole("link", { name: "New funnel" }).click();
    await eventually(async () => assert.equal(await page.locator("[data-panel=funnel] .step").count(), 0));
    await saved.getByRole("link", { name: "From prices to a sign-up" }).click();
    await check("strict");
    await form.getByRole("link", { name: "Remove step 2" }).click();
    await form.getByRole("button", { name: "Save changes" }).click();
    await eventually(async () => {
      const { funnels } = await site.api.mustOwner("GET", `/api/v1/sites/${SHOP}/funnels`);
      assert.deepEqual(funnels.map((funnel) => funnel.steps.length), [2]);
    });
    await saved.locator("summary").click();
    await saved.getByRole("button", { name: "Yes" }).click();
    await eventually(async () => {
      assert.deepEqual((await site.api.mustOwner("GET", `/api/v1/sites/${SHOP}/funnels`)).funnels, []);
      assert.equal(await saved.count(), 0);
    });
  }));

test("journeys follow the chosen steps, forwards and backwards", () =>
  site.look(view("journeys"), async (page) => {
    const columns = () =>
      page.$$eval(".journey-column", (all) =>
        all.map((column) => [...column.querySelectorAll("a[data-step]")].map((link) => [link.dataset.step, link.querySelector(".row-value").textContent])),
      );
    const wanted = (steps) => steps.map(({ kind, value, visits }) => [`${kind}:${value}`, grouped(visits)]);
    const seen = (path) => ["and", [["is", "event:name", ["pageview"]], ["is", "event:page", [path]]]];
    const agrees = async (question, along) => {
      const { results } = await ask("journeys", { depth: 5, limit: 12, along, ...question });
      const expected = [];
      let place = results;
      for (let depth = 0; place?.steps.length; depth++) {
        expected.push(wanted(place.steps));
        const chosen = along[depth];
        place = chosen ? place.steps.find(({ kind, value }) => kind === chosen.kind && value === chosen.value) : place.steps[0];
      }
      await eventually(async () => assert.deepEqual(await columns(), expected));
      return expected.length;
    };
    await page.waitForSelector(".journey-column");
    assert.ok((await agrees({}, [])) >= 3);
    await page.locator("select[name=start]").selectOption("page:/");
    await panel(page, "journeys").getByRole("button", { name: "Show" }).click();
    await agrees({ start: seen("/") }, []);
    await page.locator(".journey-column").first().locator("[data-step='page:/docs']").click();
    await agrees({ start: seen("/") }, [{ kind: "page", value: "/docs" }]);
    assert.equal(await page.locator(".journey-column [aria-current=step]").first().getAttribute("data-step"), "page:/docs");
    await page.goBack();
    await agrees({ start: seen("/") }, []);
    await page.locator("select[name=start]").selectOption("goal:Bought something");
    await panel(page, "journeys").getByRole("button", { name: "Show" }).click();
    await page.getByRole("link", { name: "What came before" }).click();
    await agrees({ start: ["is", "event:goal", ["Bought something"]], direction: "previous" }, []);
  }));

test("retention is the API's grid under the mean of all", () =>
  site.look(view("retention"), async (page) => {
    const grid = () => page.$$eval(".heat tbody tr", (rows) => rows.map((row) => [...row.cells].slice(1).map((cell) => cell.textContent).filter(Boolean)));
    const agrees = async (unit) => {
      const { results } = await ask("retention", { unit });
      assert.ok(results.some(({ retained }) => retained.slice(1).some(({ visitors }) => visitors > 0)), "somebody comes again");
      const wanted = results.map(({ visitors, retained }) => [grouped(visitors), ...retained.slice(1).map(({ rate }) => percent(rate))]);
      await eventually(async () => assert.deepEqual((await grid()).slice(1), wanted));
    };
    await agrees("week");
    await page.getByRole("link", { name: "Days" }).click();
    await agrees("day");
    await page.getByRole("link", { name: "With consent" }).click();
    await page.getByText("No visitor of these days has a cohort.").waitFor();
  }));

test("engagement has time and depth of pages, entries and exits, sorted and searched", () =>
  site.look(view("engagement"), async (page) => {
    const agrees = async (dimension, metrics, order, show, more) => {
      const { results } = await ask("query", { dimensions: [dimension], metrics, order_by: [[order, "desc"], [dimension, "asc"]], ...more });
      const wanted = results.map(({ dimensions, metrics: values }) => [dimensions[0], ...values.map((value, place) => show[place](value))]);
      await eventually(async () => assert.deepEqual(await table(page, "engagement"), wanted));
    };
    const seconds = (value) => {
      const whole = Math.round(value);
      return whole < 60 ? `${whole}s` : `${Math.floor(whole / 60)}m ${String(whole % 60).padStart(2, "0")}s`;
    };
    const reading = ["visitors", "pageviews", "time_on_page", "scroll_depth", "bounce_rate"];
    const read = [grouped, grouped, seconds, percent, percent];
    await agrees("event:page", reading, "visitors", read);
    await page.getByRole("link", { name: "Time on page" }).click();
    await agrees("event:page", reading, "time_on_page", read);
    await page.getByLabel("Only pages that contain").fill("BLOG");
    await agrees("event:page", reading, "time_on_page", read, { filters: [["contains", "event:page", ["/blog"]]] });
    await page.getByLabel("Only pages that contain").fill("");
    await page.getByRole("link", { name: "Exits" }).click();
    await agrees("visit:exit_page", ["visits", "visitors", "exit_rate"], "visits", [grouped, grouped, percent]);
    await page.getByRole("link", { name: "Entries" }).click();
    await agrees("visit:entry_page", ["visits", "visitors", "bounce_rate", "visit_duration"], "visits", [grouped, grouped, percent, seconds]);
  }));
