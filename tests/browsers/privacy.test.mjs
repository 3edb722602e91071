// What the tracker touches of a browser when it does everything that it can: what this list says, and nothing that keeps
// something or tells one browser from another. What is left behind is its own files in the cache.
import assert from "node:assert/strict";
import { readFileSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { pageview } from "../harness/api.mjs";
import { eventually } from "../harness/eventually.mjs";
import { scratch } from "../harness/paths.mjs";
import { tag } from "../harness/site_server.mjs";
import { BROWSERS, Tab, launch } from "../harness/two_browsers.mjs";
import { collector, plainPage } from "../tracker/stage.mjs";
import { instrument } from "./instruments.mjs";
import { TELLTALES, TOUCHED, WITHOUT } from "./touches.mjs";

const ALL_SENSES = `data-components data-requests="https://api.example" data-dnt data-exclude="/secret/**" data-mask="/users/*" data-hash
  data-consent="opt-out"`;
const MARKUP = `<a id="out" href="https://other.example/there">out</a><a id="file" href="/manual.pdf">file</a>
  <form id="form"><button>send</button></form><b data-track="Card" data-track-variant="wide">card</b>
  <div style="height:3000px"></div><meta name="passerby" content="404">`;
const pages = (path) => (path.includes(".") ? null : plainPage(path) + MARKUP);
/** Writes of styles, which some browsers have as attributes: they read nothing. */
const isStyle = (touch) => /^CSSStyle\w+\.\w+ =$/.test(touch);

/** Everything that a page and its visitor can bring the tracker to do. */
function useAll() {
  for (const name of ["click", "submit"]) addEventListener(name, (event) => event.preventDefault());
  history.pushState({}, "", "/users/anna?utm_source=letter");
  passerby("Signup", { props: { plan: "pro" }, revenue: { amount: 1, currency: "EUR" } });
  passerby.component("Modal", { action: "opened", duration_ms: 4 });
  passerby.inspect();
  for (const selector of ["#out", "#file", "#form button", "b"]) document.querySelector(selector).click();
  scrollTo(0, 40);
  // What is there moves.
  document.body.prepend(Object.assign(document.createElement("p"), { textContent: "late" }));
  document.body.attachShadow({ mode: "open" }).innerHTML = "<slot></slot>";
  setTimeout(() => { throw new TypeError("for the tracker to see"); });
  setTimeout(() => Promise.reject(new RangeError("for the tracker to see")));
  fetch("/asked");
  const request = new XMLHttpRequest();
  request.open("GET", "/asked");
  request.send();
  location.hash = "#/route";
}

/** All that a page's origin keeps in the browser. */
const kept = () =>
  Promise.all([
    document.cookie,
    localStorage.length,
    sessionStorage.length,
    indexedDB.databases().then((all) => all.length),
    caches.keys().then((all) => all.length),
    navigator.serviceWorker.getRegistrations().then((all) => all.length),
    navigator.storage.getDirectory().then(async (folder) => (await Array.fromAsync(folder.keys())).length),
    name,
  ]);
const NOTHING = ["", 0, 0, 0, 0, 0, 0, ""];

/** Where a browser keeps its HTTP cache. */
const CACHE = { chromium: "Default/Cache", firefox: "cache2" };

/** The addresses of an origin that stand anywhere in a folder's files. */
function addressesIn(folder, origin) {
  const found = new Set();
  for (const file of readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile())) {
    const text = readFileSync(join(file.parentPath ?? file.path, file.name), "latin1");
    for (const [, path] of text.matchAll(new RegExp(`${origin.replace(/\W/g, "\\$&")}(/[\\w./-]*)`, "g"))) found.add(path);
  }
  return [...found].sort();
}

/** Two visitors whom an answer could tell apart. */
const VISITORS = [
  { "user-agent": "Mozilla/5.0 (X11; Linux x86_64; rv:153.0) Gecko/20100101 Firefox/153.0", "accept-language": "de" },
  { "user-agent": "Mozilla/5.0 (Macintosh; Intel Mac OS X 14_0) Safari/605.1.15", "accept-language": "ja", cookie: "a=1", "x-forwarded-for": "192.0.2.7" },
];

const touchedByAny = new Set();
describe("in each browser", { concurrency: BROWSERS.length }, () => {
  for (const name of BROWSERS) {
    describe(name, { concurrency: 1 }, () => {
      const stage = collector();
      /** A browser as somebody has it at home: not in a private window, and what it keeps lies in a folder. */
      const profile = scratch("profile");
      before(async () => {
        stage.browser = await launch(name, { profile });
      });
      after(async () => {
        await stage.browser?.close();
        rmSync(profile, { recursive: true, force: true, maxRetries: 20 });
      });
      /** Opens an instrumented page of a site, and takes down what the collector's scripts touched of it. */
      const visit = async (site, options, act) => {
        const open = await stage.open(site, options);
        const tab = new Tab(await stage.browser.newPage(), stage.browser.defaultBrowserContext());
        try {
          await tab.page.evaluateOnNewDocument(instrument);
          await tab.goto(`${open.url}/?utm_source=letter#/first`);
          const touched = () => tab.evaluate((address) => window.touched(address), stage.proxy.url);
          await act({ ...open, tab, touched });
          assert.deepEqual(tab.uncaught.filter((text) => !text.includes("for the tracker to see")), []);
        } finally {
          await tab.page.close();
          await open.served.close();
        }
      };

      test("the instruments notice every way to keep something or to tell browsers apart", { timeout: 30_000 }, () =>
        visit(`instruments.${name}.test`, { pages: () => "<body>...</body>", markup: "" }, async ({ tab, touched }) => {
          const uses = TELLTALES.map(([, use]) => `try { ${use} } catch {}`).join("\n");
          assert.deepEqual(await touched(), []);
          await tab.evaluate(`{ ${uses} }\n//# sourceURL=${stage.proxy.url}/other.js`);
          const noticed = await touched();
          assert.deepEqual(TELLTALES.map(([what]) => what).filter((what) => !noticed.includes(what)), WITHOUT[name]);
          // So that what follows finds nothing of it.
          await tab.evaluate(() => (window.name = ""));
        }));

      test("whether a program drives the browser is asked, and then nothing more is done", { timeout: 30_000 }, () => {
        const site = `driven.${name}.test`;
        return visit(site, { markup: tag(stage.proxy.url, site).replace("data-automated", 'data-automated="false"') }, async ({ tab, touched, deliveries }) => {
          await eventually(async () => assert.ok((await touched()).includes("Navigator.webdriver")));
          for (const what of await touched()) touchedByAny.add(what);
          await tab.leave();
          assert.deepEqual(deliveries, []);
        });
      });

      test("the tracker touches what it needs, and leaves nothing but its own files", { timeout: 60_000 }, async () => {
        const site = `touches.${name}.test`;
        await visit(site, { attributes: ALL_SENSES, pages }, async ({ tab, url, touched }) => {
          await tab.ready();
          // Once its own tools are there, too.
          await tab.until(() => !/native/.test(fetch) && !/native/.test(Element.prototype.attachShadow));
          await tab.evaluate(useAll);
          // A visitor's own press is what vitals are about.
          await tab.page.click("h1");
          // Seen, pressed and reported.
          await eventually(async () => assert.equal((await stage.api.names(site)).component, 3));
          const front = await tab.beside();
          await front.goto(`${url}/secret/front`);
          await front.show();
          // Hidden, it tells the vitals and the rest.
          await eventually(async () => assert.ok((await stage.api.names(site)).vital >= 3));
          const all = await touched();
          for (const what of all) touchedByAny.add(what);
          assert.deepEqual(all.filter((what) => !isStyle(what) && !Object.values(TOUCHED).flat().includes(what)), []);
          assert.deepEqual(all.filter((what) => TELLTALES.some(([telltale]) => telltale === what)), []);

          assert.deepEqual(await tab.evaluate(kept), NOTHING);
          // Nor does the collector's own origin keep anything.
          await front.goto(`${stage.proxy.url}/healthz`);
          assert.deepEqual(await front.evaluate(kept), NOTHING);
          assert.deepEqual(await stage.browser.cookies(), []);
          await front.page.close();
        });
        await stage.browser.close();
        // What a browser writes while it ends is written now. The test itself has opened `/healthz`.
        const cached = addressesIn(join(profile, CACHE[name]), stage.proxy.url);
        assert.ok(cached.some((path) => path.startsWith("/p.js")), `the cache was not found: ${cached}`);
        assert.deepEqual(cached.filter((path) => !/^\/(p\.js|p\/[a-z]+\.[0-9a-f]{6}\.(js|wasm)|healthz)/.test(path)), []);
        assert.deepEqual(addressesIn(profile, stage.proxy.url).filter((path) => path.startsWith("/e")), []);
      });

      test("the collector's answers are the same for everybody, and leave nothing to be known again by", async () => {
        const files = [...new Set(stage.proxy.requests.map(({ path }) => path))].filter((path) => path.startsWith("/p"));
        for (const path of ["/p.js", ...files]) {
          const [one, other] = await Promise.all(VISITORS.map((headers) => stage.api.request("GET", path, { headers })));
          const said = ({ headers }) => Object.fromEntries([...headers].filter(([header]) => header !== "date"));
          assert.equal(one.status, 200);
          assert.deepEqual(said(one), said(other), path);
          assert.ok(!one.headers.has("set-cookie"));
        }
        for (const headers of VISITORS) {
          const answer = await stage.api.send(`touches.${name}.test`, [pageview("https://touches.test/")], headers);
          assert.equal(answer.status, 200);
          for (const header of ["set-cookie", "etag", "last-modified", "location"]) assert.equal(answer.headers.get(header), null, header);
        }
      });
    });
  }
});

test("the list says nothing that no browser sees", () => {
  assert.deepEqual(Object.values(TOUCHED).flat().filter((what) => !touchedByAny.has(what)), []);
});
