// What every test of the dashboard stands on: a collector, a browser, and a site whose visits are known.
import assert from "node:assert/strict";
import { after, before } from "node:test";
import { launch, visitor } from "../harness/browser.mjs";
import { eventually } from "../harness/eventually.mjs";
import { ADMIN_KEY, Worker } from "../harness/worker.mjs";

/** The headline numbers in the order of the screen. */
export const METRICS = ["visitors", "visits", "pageviews", "views_per_visit", "bounce_rate", "visit_duration"];

// The site lies where it is now between noon and one o'clock, so that today and yesterday are never near their ends.
const offset = 12 - new Date().getUTCHours();
/** The time zone of the sites. */
export const ZONE = `Etc/GMT${offset > 0 ? `-${offset}` : offset < 0 ? `+${-offset}` : ""}`;
const HOUR = 3_600_000;
const local = new Date(Date.now() + offset * HOUR);
/** The day so many days from today at the site: `2026-11-21`. */
export const day = (shift) => new Date(local.getTime() + shift * 24 * HOUR).toISOString().slice(0, 10);
/** The instant of a local time so many days from today. */
export const at = (shift, time) => new Date(Date.parse(`${day(shift)}T${time}Z`) - offset * HOUR).toISOString();

const CHOICES = {
  pathname: ["/", "/", "/", "/pricing", "/about", "/blog/a b", "/blog/é"],
  referrer: ["", "", "https://www.google.com/", "https://news.ycombinator.com/item", "https://example.org/links"],
  country: ["DE", "DE", "FR", "US", "JP", "BR", ""],
  browser: ["Firefox", "Chrome", "Chrome", "Safari"],
  os: ["Windows", "Mac", "GNU/Linux", "Android"],
  device: ["Desktop", "Mobile", "Tablet"],
};

/** Visits of more than a year, each from one of a few places with one of a few browsers: always the same. */
export function visits() {
  const events = [];
  let state = 7;
  const next = (below) => (state = (state * 16_807) % 2_147_483_647) % below;
  const pick = (values) => values[next(values.length)];
  for (let visit = 0; visit < 260; visit++) {
    const shift = visit < 60 ? -(visit % 2) : visit < 200 ? -next(70) : -next(500);
    const hour = shift === 0 ? next(11) : next(22);
    const attributes = Object.fromEntries(Object.entries(CHOICES).map(([name, values]) => [name, pick(values)]));
    if (next(5) === 0) {
      const [utm_source, utm_medium, utm_campaign] = ["newsletter", "email", `week-${next(3)}`];
      Object.assign(attributes, { utm_source, utm_medium, utm_campaign });
    }
    const event = (name, minute, more) =>
      events.push({ ...attributes, name, visitor: `visitor ${visit % 230}`, timestamp: at(shift, clock(hour, minute)), ...more });
    event("pageview", 0);
    for (let page = 1; page <= next(4); page++) event("pageview", page * 3, { pathname: pick(CHOICES.pathname) });
    if (next(6) === 0) event("Signup", 14);
  }
  // More pages than a long list has rows.
  for (let page = 0; page < 60; page++) {
    events.push({ name: "pageview", visitor: "reader", timestamp: at(-3, clock(9, page % 60)), pathname: `/archive/${page}` });
  }
  return events;
}

const clock = (hour, minute) => [hour, minute, 0].map((part) => String(part).padStart(2, "0")).join(":");

/** A collector with the site `known.test`, a browser, and what tests do with both; `prepare` brings more before they begin. */
export function stage(prepare) {
  const stage = {};
  before(async () => {
    stage.worker = await Worker.start();
    stage.api = stage.worker.api;
    stage.browser = await launch();
    await stage.api.putSite("known.test", { timezone: ZONE });
    const answer = await stage.api.importEvents("known.test", visits());
    assert.equal(answer.status, 200, answer.text);
    await prepare?.(stage);
  });
  after(async () => {
    await stage.browser?.close();
    await stage.worker?.dispose();
  });

  /**
   * Opens an address of the dashboard, runs `act` with the page, and allows no complaint of the browser. `login: false`
   * comes without a session; `allow` is a pattern of complaints that belong to what is tested.
   */
  stage.look = async (query, act, { login = true, allow, prepare, ...options } = {}) => {
    const { context, page } = await visitor(stage.browser, options);
    try {
      // A browser complains in the console, too; this is for those that are only reported.
      await context.addInitScript(() => {
        addEventListener("securitypolicyviolation", (event) => console.error(`CSP: ${event.violatedDirective}`));
      });
      if (login) await stage.logIn(context);
      await prepare?.(page, context);
      await page.goto(`${stage.worker.url}/${query}`);
      await act(page, context);
      assert.deepEqual(page.troubles.filter((trouble) => !allow?.test(trouble)), []);
    } finally {
      await context.close();
    }
  };

  /** Gives a context a session. */
  stage.logIn = async (context) => {
    const headers = { origin: stage.worker.url };
    const answer = await context.request.post(`${stage.worker.url}/api/v1/login`, { data: { key: ADMIN_KEY }, headers });
    assert.equal(answer.status(), 200);
  };

  /** What the API says of the headline numbers. */
  stage.totals = async (query) => {
    const metrics = METRICS.filter((name) => !(name === "views_per_visit" && JSON.stringify(query).includes("event:page")));
    const { results } = await stage.api.query("known.test", { metrics, ...query });
    return Object.fromEntries(metrics.map((name, index) => [name, results[0].metrics[index]]));
  };

  /** What the API says of a list: `[[value, visitors], …]`. */
  stage.list = async (dimension, query) => {
    const limit = { limit: 9, offset: 0 };
    const all = { metrics: ["visitors"], dimensions: [dimension], pagination: limit, ...query };
    const { results } = await stage.api.query("known.test", all);
    return results.map((row) => [row.dimensions[0], row.metrics[0]]);
  };
  return stage;
}

/** Waits until what was asked for is there. */
export const ready = (page) => page.waitForSelector("main[aria-busy=false]");

/** The headline numbers on screen. */
export const headline = (page) =>
  page.$$eval("[data-metric]", (figures) =>
    Object.fromEntries(
      figures.flatMap((figure) => {
        const value = figure.querySelector("[data-value]");
        return value ? [[figure.dataset.metric, Number(value.dataset.value)]] : [];
      }),
    ),
  );

/** A list on screen: `[[value, visitors], …]`. */
export const rows = (page, panel) =>
  page.$$eval(`[data-panel="${panel}"] [data-row]`, (all) =>
    all.map((row) => [row.dataset.row, Number(row.dataset.visitors)]),
  );

/** The chips on screen, as words. */
export const chips = (page) => page.$$eval(".chip", (all) => all.map((chip) => chip.title));

/** A row of a list, to be clicked. */
export const row = (page, panel, value) => page.locator(`[data-panel="${panel}"] [data-row="${value}"]`);

/** A tab of a panel. */
export const tab = (page, panel, name) =>
  page.locator(`[data-panel="${panel}"]`).getByRole("tab", { name, exact: true });

/** Waits until the headline says the same as the API. */
export const agrees = (page, expected) => eventually(async () => assert.deepEqual(await headline(page), expected));
