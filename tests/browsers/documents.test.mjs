// Whatever a document is like, and however it is left, it is counted once when it is seen.
import assert from "node:assert/strict";
import { eventually } from "../harness/eventually.mjs";
import { freePort } from "../harness/port.mjs";
import { inject, tag } from "../harness/site_server.mjs";
import { form, plainPage } from "../tracker/stage.mjs";
import { play } from "./stage.mjs";

const forms = (deliveries) => [...new Set(deliveries.map(form))];
/** A page with frames in it, each `[path, attributes]`. */
const framing = (...frames) => plainPage("/") + frames.map(([path, more = ""]) => `<iframe src="${path}" ${more}></iframe>`).join("");
/** Waits until the site was asked for a path. */
const asked = (served, path) => eventually(() => assert.ok(served.requests.some((request) => request.path === path), `nothing asked for ${path}`));

play([
  { what: "a page that is read", counts: { "/": 1 }, kinds: { navigate: 1 } },
  {
    what: "a page that is left at once",
    path: null,
    act: ({ tab, url }) => tab.page.goto(`${url}/`, { waitUntil: "domcontentloaded" }),
    counts: { "/": 1 },
  },
  {
    what: "a page that is left before the module has come",
    path: null,
    act: async ({ tab, url, proxy }) => {
      proxy.withheld = /^\/p\/tracker/;
      await tab.goto(`${url}/`);
    },
    counts: { "/": 1 },
    finally: ({ deliveries }) => assert.deepEqual(forms(deliveries), ["json"]),
  },
  {
    what: "a page that is left for another by its address",
    act: async ({ tab, url }) => {
      await tab.goto(`${url}/next`);
      await tab.ready();
    },
    counts: { "/": 1, "/next": 1 },
  },
  {
    what: "a page in a tab behind another, not before it is looked at, and once",
    act: async ({ tab, url, served, counts }) => {
      await tab.ready();
      const front = await tab.beside();
      await front.goto(`${url}/front`);
      await front.ready();
      assert.equal(await tab.evaluate(() => document.hidden), true);
      await tab.go(() => (location.href = "/behind"), "/behind");
      await tab.ready();
      await asked(served, "/behind");
      await counts({ "/": 1, "/front": 1 });
      await tab.show();
      await tab.until(() => !document.hidden);
      await front.show();
      await tab.until(() => document.hidden);
      await tab.show();
      await tab.until(() => !document.hidden);
    },
    counts: { "/": 1, "/front": 1, "/behind": 1 },
  },
  {
    what: "a tab behind another that is closed without a look",
    act: async ({ tab, url }) => {
      await tab.ready();
      const front = await tab.beside();
      await front.goto(`${url}/front`);
      await front.ready();
      await tab.go(() => (location.href = "/behind"), "/behind");
      await tab.ready();
      await tab.close();
      await front.close();
    },
    counts: { "/": 1, "/front": 1 },
  },
  {
    what: "two tags in one page",
    site: (collector, site) => ({ markup: tag(collector, site) + tag(collector, site) }),
    act: async ({ tab }) => {
      await tab.ready();
      await tab.evaluate(() => history.pushState({}, "", "/one"));
    },
    counts: { "/": 1, "/one": 1 },
    kinds: { navigate: 1, "soft-navigation": 1 },
  },
  {
    what: "a second tag that a tag manager adds later",
    act: async ({ tab }) => {
      await tab.ready();
      await tab.evaluate(() => {
        const again = document.querySelector("script[data-site]").cloneNode();
        // Another address, so that the browser has to run it.
        again.src += "?again";
        again.onload = () => (window.again = true);
        document.head.append(Object.assign(document.createElement("script"), { src: again.src, onload: again.onload }), again);
      });
      await tab.until(() => window.again);
      await tab.evaluate(() => history.pushState({}, "", "/one"));
    },
    counts: { "/": 1, "/one": 1 },
    kinds: { navigate: 1, "soft-navigation": 1 },
  },
  {
    what: "a page with the tag in a frame of a page without",
    site: (collector, site) => ({
      markup: "",
      pages: (path) => (path === "/" ? framing(["/inner"]) : path === "/inner" ? inject(plainPage(path), tag(collector, site)) : null),
    }),
    act: ({ tab }) => tab.until(() => frames[0]?.passerby?.inspect),
    counts: { "/inner": 1 },
    kinds: { navigate: 1 },
  },
  {
    what: "a page with frames: each document with the tag for itself, also one in a sandbox, and one that goes on",
    site: { pages: (path) => (path === "/" ? framing(["/inner"], ["/sandboxed", 'sandbox="allow-scripts"'], ["about:blank"]) : plainPage(path)) },
    act: async ({ tab, counts }) => {
      await tab.ready();
      await tab.until(() => frames[0].passerby?.inspect);
      await counts({ "/": 1, "/inner": 1, "/sandboxed": 1 });
      await tab.evaluate(() => void (frames[0].location.href = "/next"));
      await tab.until(() => frames[0].location.pathname === "/next" && frames[0].passerby?.inspect);
    },
    counts: { "/": 1, "/inner": 1, "/sandboxed": 1, "/next": 1 },
    kinds: { navigate: 4 },
  },
  {
    what: "pages that speculation rules name, which this browser leaves alone",
    // What Chromium prepares by them is the subject of `tests/tracker/seen.test.mjs`: a driver gets in the way of it.
    only: "firefox",
    site: {
      pages: (path) =>
        path.includes(".") ? null : plainPage(path).replace("</head>", `<script type="speculationrules">
          {"prerender":[{"urls":["/next","/never"],"eagerness":"immediate"}]}</script></head>`),
    },
    act: async ({ tab }) => {
      await tab.ready();
      await tab.click("a", "/next");
      await tab.ready();
    },
    counts: { "/": 1, "/next": 1 },
    kinds: { navigate: 2 },
    finally: ({ served }) => assert.equal(served.requests.filter(({ path }) => path === "/never").length, 0),
  },
  {
    what: "a page whose collector is not there",
    site: async (_, site) => ({ markup: tag(`http://127.0.0.1:${await freePort()}`, site) }),
    act: ({ tab }) => tab.evaluate(() => history.pushState({}, "", "/one")),
    counts: {},
  },
  {
    what: "a page without WebAssembly",
    prepare: () => delete window.WebAssembly,
    act: async ({ tab }) => {
      await tab.ready();
      await tab.evaluate(() => history.pushState({}, "", "/one"));
    },
    counts: { "/": 1, "/one": 1 },
    kinds: { navigate: 1, "soft-navigation": 1 },
    finally: ({ deliveries }) => assert.deepEqual(forms(deliveries), ["binary"]),
  },
  {
    what: "how long a page was looked at, and how far down",
    site: { pages: (path) => plainPage(path) + '<div style="height:4000px"></div>' },
    act: async ({ tab }) => {
      await tab.ready();
      assert.equal(await tab.evaluate(() => document.hasFocus()), true);
      const begun = Date.now();
      await tab.evaluate(() => scrollTo(0, 1500));
      await eventually(() => assert.ok(Date.now() - begun > 1_600));
    },
    counts: { "/": 1 },
    finally: async ({ api, site }) => {
      const page = { filters: [["is", "event:page", ["/"]]] };
      await eventually(async () => {
        const { time_on_page, scroll_depth } = await api.totals(site, ["time_on_page", "scroll_depth"], page);
        assert.ok(time_on_page >= 1 && time_on_page <= 4, `${time_on_page} s`);
        assert.ok(scroll_depth >= 40 && scroll_depth <= 80, `${scroll_depth} %`);
      });
    },
  },
]);
