// What the tracker sees without being told: reading, links, files, forms, pages that are not there, errors, vitals,
// components and requests.
import assert from "node:assert/strict";
import { test } from "node:test";
import { eventually } from "../harness/eventually.mjs";
import { leave, plainPage, stage } from "./stage.mjs";

const it = stage();
const { visit } = it;
const of = (name) => ({ filters: [["is", "event:name", [name]]] });
const counted = (site, name, dimension) => it.api.counts(site, dimension, "events", of(name));
/** Serves pages with more markup. */
const having = (markup) => ({ pages: (path) => (path.includes(".") ? null : plainPage(path) + markup) });
/** Waits until the module has taken over. */
const ready = (page) => page.waitForFunction(() => passerby.inspect);

test("how a page came to be seen is known of every page view", () =>
  visit("navigation.test", {}, async ({ page, url, site, counts }) => {
    await ready(page);
    await page.evaluate(() => history.pushState({}, "", "/soft"));
    await page.reload();
    await ready(page);
    await page.goto(`${url}/next`);
    await ready(page);
    await page.evaluate(() => void setTimeout(() => history.back()));
    await page.waitForURL(`${url}/soft`, { waitUntil: "commit" });
    await counts({ "/": 1, "/soft": 3, "/next": 1 });
    const types = await counted(site, "pageview", "event:navigation_type");
    assert.deepEqual(types, { navigate: 2, "soft-navigation": 1, reload: 1, "back-forward-cache": 1 });
  }));

test("how long a page was looked at, and how far down, is told when it is left", () =>
  visit("read.test", having('<div style="height:3000px"></div>'), async ({ page, site, counts }) => {
    await ready(page);
    await page.evaluate(() => scrollTo(0, 1_000));
    await page.waitForTimeout(1_200);
    // Another route ends the page before.
    await page.evaluate(() => history.pushState({}, "", "/next"));
    await page.waitForTimeout(600);
    await leave(page);
    await counts({ "/": 1, "/next": 1 });
    const read = async (path) => (await it.api.totals(site, ["time_on_page", "scroll_depth"], { filters: [["is", "event:page", [path]]] }));
    await eventually(async () => {
      const [first, second] = [await read("/"), await read("/next")];
      assert.ok(first.time_on_page >= 1 && first.time_on_page <= 4, JSON.stringify(first));
      assert.ok(first.scroll_depth >= 50 && first.scroll_depth < 90, JSON.stringify(first));
      assert.ok(second.time_on_page <= 2, JSON.stringify(second));
    });
  }));

test("links that lead elsewhere, files and forms are events, their addresses scrubbed", () => {
  const markup = `<a id="out" href="https://other.example/there?token=1#x">out</a><a id="file" href="/manual.PDF?key=2">file</a>
    <a id="own" href="/own">own</a><a id="mail" href="mailto:anna@example.org">mail</a>
    <form id="form"><input name="secret" value="s3cret"><button>send</button></form><div id="host"></div>
    <script>
      host.attachShadow({ mode: "open" }).innerHTML = '<a href="https://shadow.example/">shadow</a>';
      addEventListener("click", (event) => event.target.localName == "a" || event.composedPath()[0].localName == "a" ? event.preventDefault() : 0);
      form.addEventListener("submit", (event) => event.preventDefault());
    </script>`;
  return visit("links.test", having(markup), async ({ page, url, site, names, deliveries }) => {
    await ready(page);
    await page.evaluate(() => {
      for (const id of ["out", "file", "own", "mail"]) document.getElementById(id).click();
      document.getElementById("host").shadowRoot.querySelector("a").click();
      document.querySelector("#form button").click();
    });
    await names({ pageview: 1, "Outbound Link: Click": 2, "File Download": 1, "Form: Submission": 1 });
    assert.deepEqual(await counted(site, "Outbound Link: Click", "event:props:url"), { "https://other.example/there": 1, "https://shadow.example/": 1 });
    assert.deepEqual(await counted(site, "File Download", "event:props:url"), { [`${url}/manual.PDF`]: 1 });
    assert.deepEqual(await counted(site, "Form: Submission", "event:props:path"), { "/": 1 });
    for (const { body } of deliveries) assert.ok(!/token|key=|s3cret|anna/.test(body.toString("latin1")));
  });
});

test("a page that says it is not there is counted as such", () =>
  visit("missing-page.test", { ...having('<meta name="passerby" content="404">'), path: "/nowhere" }, async ({ site, names }) => {
    await names({ pageview: 1, 404: 1 });
    assert.deepEqual(await counted(site, "404", "event:props:path"), { "/nowhere": 1 });
  }));

test("errors are told by type and place, never by message", () =>
  visit("errors.test", {}, async ({ page, site, names, deliveries }) => {
    await ready(page);
    await page.evaluate(() => {
      const fail = () => setTimeout(() => { throw new TypeError("anna@example.org has no secret"); });
      fail();
      fail();
      setTimeout(() => Promise.reject(new RangeError("secret")));
      setTimeout(() => Promise.reject("secret"));
    });
    await names({ pageview: 1, error: 4 });
    const classes = await it.api.counts(site, "event:error", "events", of("error")).catch(() => null);
    if (classes) assert.equal(Object.values(classes).reduce((sum, count) => sum + count), 4);
    for (const { body } of deliveries) assert.ok(!/secret|anna/.test(body.toString("latin1")));
    page.troubles.length = 0;
  }));

test("marked components are seen, used and timed, in shadow roots and when they come later", () => {
  const markup = `<button data-track="Button" data-track-variant="ghost" data-track-version="2.1">press</button>
    <div style="height:4000px"></div><p data-track="Below">never seen</p><x-card></x-card>
    <script>customElements.define("x-card", class extends HTMLElement {
      constructor() { super(); this.attachShadow({ mode: "open" }).innerHTML = '<b data-track="Card" style="position:fixed;top:0">card</b>'; }
    });</script>`;
  return visit("components.test", { ...having(markup), attributes: "data-components" }, async ({ page, site, names }) => {
    await page.waitForFunction(() => !/native/.test(Element.prototype.attachShadow));
    await page.evaluate(() => {
      document.querySelector("button").click();
      const late = document.createElement("div");
      late.innerHTML = '<i data-track="Late" style="position:fixed;top:50px">late</i>';
      document.body.append(late);
      const brief = document.createElement("i");
      brief.dataset.track = "Brief";
      brief.textContent = "brief";
      document.body.prepend(brief);
      setTimeout(() => brief.remove(), 400);
      passerby.component("Modal", { variant: "wide", version: "3", action: "dismissed", duration_ms: 40 });
    });
    await names({ pageview: 1, component: 5 });
    assert.deepEqual(await it.api.counts(site, "event:component", "events", of("component")), { Button: 2, Card: 1, Late: 1, Modal: 1 });
    assert.deepEqual(await it.api.counts(site, "event:variant", "events", { filters: [["is", "event:component", ["Button"]]] }), { ghost: 2 });
    assert.deepEqual(await it.api.counts(site, "event:version", "events", { filters: [["is", "event:component", ["Modal"]]] }), { 3: 1 });
  });
});

test("requests are told by method and route where the owner asks for it, and only those of the page's own origin", () => {
  const pages = (path) => (path.startsWith("/api") ? "{}" : path.includes(".") ? null : plainPage(path));
  return visit("requests.test", { pages, attributes: "data-requests" }, async ({ page, site, names }) => {
    await page.waitForFunction(() => !/native/.test(fetch));
    await page.evaluate(async () => {
      await fetch("/api/users/1234567/orders?token=1");
      await fetch("/api/users/99/orders", { method: "post" });
      await fetch("/missing.json");
      const request = new XMLHttpRequest();
      request.open("GET", "/api/items/3f2504e0-4f89-11d3-9a0c-0305e82c3301");
      request.send();
      await new Promise((done) => (request.onloadend = done));
    });
    await names({ pageview: 1, request: 4 });
    assert.deepEqual(await it.api.counts(site, "event:route", "events", of("request")), { "/api/users/:id/orders": 2, "/missing.json": 1, "/api/items/:id": 1 });
    assert.deepEqual(await it.api.counts(site, "event:method", "events", of("request")), { GET: 3, POST: 1 });
    assert.deepEqual(await it.api.counts(site, "event:status", "events", of("request")), { 200: 3, 404: 1 });
  });
});

test("a vital is measured once, with a rating", () =>
  visit("vitals.test", having('<p style="height:300px">text</p>'), async ({ page, site }) => {
    await ready(page);
    await page.click("h1");
    await page.waitForTimeout(300);
    await leave(page);
    await eventually(async () => {
      const { vital } = await it.api.names(site);
      assert.ok(vital >= 4, `${vital} vitals`);
    });
    const vitals = await it.api.counts(site, "event:vital", "events", of("vital"));
    for (const name of ["LCP", "FCP", "TTFB", "CLS"]) assert.equal(vitals[name], 1, JSON.stringify(vitals));
    assert.equal((await it.api.totals(site, ["bounce_rate"])).bounce_rate, 100, "what a page measures is no interaction");
  }));
