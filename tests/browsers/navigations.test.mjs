// However a visitor gets from one page to the next, each page that is shown is counted once.
import assert from "node:assert/strict";
import { dirname, join } from "node:path";
import { createRequire } from "node:module";
import { plainPage } from "../tracker/stage.mjs";
import { play } from "./stage.mjs";

const { resolve } = createRequire(import.meta.url);
const TURBO = dirname(resolve("@hotwired/turbo"));
const PJAX = dirname(resolve("pjax/package.json"));

/** Pages with a link to `/one`, `/two` and `/three`, and markup in the head. */
const linked = (head) => (path) =>
  path.includes(".") ? null : `<!doctype html><html lang="en"><head>${head}<title>${path}</title></head><body><main><h1>${path}</h1>
    ${["one", "two", "three"].map((to) => `<a id="${to}" href="/${to}">${to}</a>`).join("\n")}</main></body></html>`;

/** Says whether the page came from the back/forward cache. */
const noteRestored = () => addEventListener("pageshow", ({ persisted }) => (window.restored = persisted));

play([
  {
    what: "links from document to document",
    site: { pages: linked("") },
    act: async ({ tab }) => {
      await tab.ready();
      await tab.click("#one", "/one");
      await tab.ready();
      await tab.click("#two", "/two");
      await tab.ready();
    },
    counts: { "/": 1, "/one": 1, "/two": 1 },
    kinds: { navigate: 3 },
  },
  {
    what: "a reload",
    act: async ({ tab }) => {
      await tab.ready();
      await tab.reload();
      await tab.ready();
    },
    counts: { "/": 2 },
    kinds: { navigate: 1, reload: 1 },
  },
  {
    what: "back and forward to documents from the back/forward cache",
    prepare: noteRestored,
    act: async ({ tab }) => {
      await tab.ready();
      await tab.click("a", "/next");
      await tab.ready();
      await tab.back("/");
      assert.equal(await tab.evaluate(() => window.restored), true, "it was loaded anew");
      await tab.forward("/next");
      assert.equal(await tab.evaluate(() => window.restored), true, "it was loaded anew");
    },
    counts: { "/": 2, "/next": 2 },
    kinds: { navigate: 2, "back-forward-cache": 2 },
  },
  {
    what: "routes of the Navigation API",
    prepare: () => navigation.addEventListener("navigate", (event) => event.destination.url.includes("/route") && event.intercept({ handler: async () => {} })),
    act: async ({ tab }) => {
      await tab.ready();
      const steps = [
        () => void navigation.navigate("/route/one"),
        () => void navigation.navigate("/route/two?tab=3"),
        () => void navigation.navigate("/route/two?tab=4"),
        () => history.pushState({}, "", "/pushed"),
      ];
      for (const step of steps) {
        await tab.evaluate(step);
        await tab.evaluate(() => new Promise((done) => setTimeout(done, 200)));
      }
    },
    counts: { "/": 1, "/route/one": 1, "/route/two": 1, "/pushed": 1 },
    kinds: { navigate: 1, "soft-navigation": 3 },
  },
  {
    what: "back and forward to documents that are loaded anew",
    // Chromium keeps such pages all the same; one that listens for `unload` neither keeps.
    site: { headers: { "cache-control": "no-store" } },
    prepare: [noteRestored, () => addEventListener("unload", () => {})],
    act: async ({ tab }) => {
      await tab.ready();
      await tab.click("a", "/next");
      await tab.ready();
      await tab.back("/");
      await tab.ready();
      assert.equal(await tab.evaluate(() => window.restored), false, "it was not loaded anew");
      await tab.forward("/next");
      await tab.ready();
      assert.equal(await tab.evaluate(() => window.restored), false, "it was not loaded anew");
    },
    counts: { "/": 2, "/next": 2 },
    kinds: { navigate: 2, back_forward: 2 },
  },
  {
    what: "a route, and back and forward over it",
    act: async ({ tab }) => {
      await tab.ready();
      await tab.evaluate(() => history.pushState({}, "", "/one"));
      await tab.evaluate(() => history.pushState({}, "", "/two?tab=1"));
      await tab.evaluate(() => history.replaceState({ scroll: 1 }, "", "/two?tab=2#part"));
      await tab.back("/one");
      await tab.forward("/two?tab=2#part");
    },
    counts: { "/": 1, "/one": 2, "/two": 2 },
    kinds: { navigate: 1, "soft-navigation": 4 },
  },
  {
    what: "routes in the fragment",
    site: { attributes: "data-hash" },
    path: "/#/list",
    act: async ({ tab }) => {
      await tab.ready();
      await tab.go(() => (location.hash = "#/item/1"), "/#/item/1");
      await tab.evaluate(() => history.pushState({}, "", "#/item/2"));
      await tab.back("/#/item/1");
      await tab.back("/#/list");
    },
    counts: { "/#/list": 2, "/#/item/1": 2, "/#/item/2": 1 },
    kinds: { navigate: 1, "soft-navigation": 4 },
  },
  {
    what: "a fragment that is no route",
    act: async ({ tab }) => {
      await tab.ready();
      await tab.go(() => (location.hash = "#part"), "/#part");
      await tab.back("/");
    },
    counts: { "/": 1 },
    kinds: { navigate: 1 },
  },
  {
    what: "visits by Turbo, back to a kept snapshot as well",
    site: { folder: TURBO, pages: linked('<script src="/turbo.es2017-umd.js"></script>') },
    act: async ({ tab }) => {
      await tab.ready();
      await tab.evaluate(() => (window.same = true));
      const shown = (path) => tab.until((path) => document.querySelector("h1")?.textContent === path && !document.documentElement.hasAttribute("data-turbo-preview"), path);
      await tab.click("#one", "/one");
      await shown("/one");
      await tab.click("#two", "/two");
      await shown("/two");
      await tab.back("/one");
      await shown("/one");
      // Seen before, so that a preview is shown first.
      await tab.click("#two", "/two");
      await shown("/two");
      assert.equal(await tab.evaluate(() => window.same), true, "Turbo loaded a document");
    },
    counts: { "/": 1, "/one": 2, "/two": 2 },
    kinds: { navigate: 1, "soft-navigation": 4 },
  },
  {
    what: "visits by pjax, and back",
    site: {
      folder: PJAX,
      pages: linked('<script src="/pjax.min.js"></script><script type="module">new Pjax({ elements: "a", selectors: ["title", "main"], cacheBust: false })</script>'),
    },
    act: async ({ tab }) => {
      await tab.ready();
      await tab.evaluate(() => (window.same = true));
      const shown = (path) => tab.until((path) => document.querySelector("h1")?.textContent === path, path);
      await tab.click("#one", "/one");
      await shown("/one");
      await tab.click("#two", "/two");
      await shown("/two");
      await tab.back("/one");
      await shown("/one");
      assert.equal(await tab.evaluate(() => window.same), true, "pjax loaded a document");
    },
    counts: { "/": 1, "/one": 2, "/two": 1 },
    kinds: { navigate: 1, "soft-navigation": 3 },
  },
  {
    what: "routes that change in a view transition",
    act: async ({ tab }) => {
      await tab.ready();
      const change = (path) =>
        tab.evaluate(async (path) => {
          const transition = document.startViewTransition(() => {
            history.pushState({}, "", path);
            document.querySelector("h1").textContent = path;
          });
          await transition.finished;
        }, path);
      await change("/one");
      await change("/two");
    },
    counts: { "/": 1, "/one": 1, "/two": 1 },
    kinds: { navigate: 1, "soft-navigation": 2 },
  },
  {
    what: "documents that change in a view transition",
    site: { pages: linked("<style>@view-transition { navigation: auto }</style>") },
    prepare: () => addEventListener("pagereveal", ({ viewTransition }) => (window.transition = Boolean(viewTransition))),
    act: async ({ name, tab }) => {
      await tab.ready();
      await tab.click("#one", "/one");
      await tab.ready();
      // A browser that does not know them goes on as ever.
      if (name === "chromium") assert.equal(await tab.evaluate(() => window.transition), true, "no transition");
      await tab.back("/");
    },
    counts: { "/": 2, "/one": 1 },
    kinds: { navigate: 2, "back-forward-cache": 1 },
  },
]);
