// What is a page view: a document that is shown, and every change of its path after that.
import { test } from "node:test";
import { leave, stage } from "./stage.mjs";

const { visit } = stage();
const run = (page, code) => page.evaluate(code);

test("a document is counted once", () =>
  visit("document.test", { path: "/a" }, async ({ page, counts }) => {
    await page.waitForLoadState("load");
    await leave(page);
    await counts({ "/a": 1 });
  }));

test("pushState is a page view where it changes the path", () =>
  visit("push.test", {}, async ({ page, counts }) => {
    await run(page, () => {
      history.pushState({}, "", "/one");
      history.pushState({ a: 1 }, "", "/one");
      history.pushState({}, "", "/one?tab=2");
      history.pushState({}, "", "/one#part");
      history.pushState({}, "", "/two");
      history.pushState({}, "");
    });
    await counts({ "/": 1, "/one": 1, "/two": 1 });
  }));

test("replaceState is a page view only where it changes the path", () =>
  visit("replace.test", {}, async ({ page, counts }) => {
    await run(page, () => {
      history.replaceState({ scroll: 100 }, "");
      history.replaceState({}, "", "/?filter=new");
      history.replaceState({}, "", "/moved");
      history.replaceState({}, "", "/moved#end");
    });
    await counts({ "/": 1, "/moved": 1 });
  }));

test("a path that is replaced before the document stands is where the visitor came in", () =>
  visit("first.test", { path: "/old", pages: (path) => (path === "/old" ? `<h1>Old</h1>
    <script>history.replaceState({}, "", "/new")</script><script type="module">history.replaceState({}, "", "/newest")</script>` : null) },
    async ({ counts }) => counts({ "/newest": 1 })));

test("back and forward are page views", () =>
  visit("history.test", {}, async ({ page, counts }) => {
    await run(page, () => history.pushState({}, "", "/one"));
    await run(page, () => history.pushState({}, "", "/two"));
    await run(page, () => history.back());
    await page.waitForURL("**/one");
    await run(page, () => history.forward());
    await page.waitForURL("**/two");
    await counts({ "/": 1, "/one": 2, "/two": 2 });
  }));

test("a change of the fragment is no page view", () =>
  visit("fragment.test", {}, async ({ page, counts }) => {
    await run(page, () => (location.hash = "#/list"));
    await page.goBack();
    await counts({ "/": 1 });
  }));

test("with data-hash every route in the fragment is a page view", () =>
  visit("hash.test", { path: "/#/list", attributes: "data-hash" }, async ({ page, counts }) => {
    await run(page, () => (location.hash = "#/item/1"));
    await page.waitForURL("**/#/item/1");
    await run(page, () => history.pushState({}, "", "#/item/2"));
    await run(page, () => history.back());
    await page.waitForURL("**/#/item/1");
    await counts({ "/#/list": 1, "/#/item/1": 2, "/#/item/2": 1 });
  }));

test("a reload is a page view", () =>
  visit("reload.test", {}, async ({ page, counts }) => {
    await page.reload();
    await page.reload();
    await counts({ "/": 3 });
  }));

test("a page that comes back from the back/forward cache is a page view", () =>
  visit("restored.test", {}, async ({ page, url, counts }) => {
    await run(page, () => addEventListener("pageshow", (event) => (window.restored = event.persisted)));
    await page.goto(`${url}/next`);
    await run(page, () => void setTimeout(() => history.back()));
    // It is there at once: no load comes.
    await page.waitForURL(`${url}/`, { waitUntil: "commit" });
    if ((await run(page, () => window.restored)) !== true) throw new Error("it was loaded anew");
    // And its routes are counted as before.
    await run(page, () => history.pushState({}, "", "/route"));
    await counts({ "/": 2, "/next": 1, "/route": 1 });
  }));

test("frames of other documents with the tag count for themselves, the page once", () =>
  visit("frames.test", { pages: (path) => (path === "/" ? '<h1>Outer</h1><iframe src="/inner"></iframe>' : "<p>Inner</p>") },
    async ({ counts }) => counts({ "/": 1, "/inner": 1 })));
