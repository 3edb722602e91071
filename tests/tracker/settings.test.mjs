// What the tag's attributes and the visitor's own wishes change.
import assert from "node:assert/strict";
import { test } from "node:test";
import { settled } from "../harness/eventually.mjs";
import { tag } from "../harness/site_server.mjs";
import { leave, plainPage, stage } from "./stage.mjs";

const it = stage();
const { visit } = it;

/** Says in the page what a browser with that setting says. */
const says = (name, value) => ({ context }) =>
  context.addInitScript(([name, value]) => Object.defineProperty(navigator, name, { get: () => value }), [name, value]);

/** Uses the page as visitors do, and leaves it. */
async function use(page) {
  await page.waitForLoadState("load");
  await page.evaluate(() => {
    history.pushState({}, "", "/next");
    passerby("Signup");
  });
  await page.waitForTimeout(600);
  await leave(page);
}

/** Asserts that the collector was asked for nothing but `p.js`, or, where the module decides, for nothing but files. */
async function silent(page, files = /^\/p\.js$/) {
  await use(page);
  const asked = await settled(async () => it.proxy.requests.map(({ path }) => path));
  assert.deepEqual(asked.filter((path) => !files.test(path)), []);
}

test("a visitor with Global Privacy Control causes no request", () =>
  visit("gpc.test", { prepare: says("globalPrivacyControl", true) }, ({ page }) => silent(page)));

test("Do Not Track is respected where the owner wants it", () =>
  visit("dnt.test", { attributes: "data-dnt", prepare: says("doNotTrack", "1") }, ({ page }) => silent(page, /^\/p(\.js|\/)/)));

test("and says nothing where the owner does not", () =>
  visit("no-dnt.test", { prepare: says("doNotTrack", "1") }, async ({ page, names }) => {
    await use(page);
    await names({ pageview: 2, Signup: 1 });
  }));

test("excluded pages count neither views nor events, their neighbours do", () => {
  const attributes = 'data-exclude="/admin/**, /preview/*,/exact"';
  return visit("exclude.test", { path: "/admin/users/7", attributes }, async ({ page, counts, names }) => {
    await page.evaluate(() => {
      passerby("Hidden");
      for (const path of ["/preview/1", "/preview/1/more", "/exact", "/exactly", "/administration"]) history.pushState({}, "", path);
      passerby("Shown");
    });
    await counts({ "/preview/1/more": 1, "/exactly": 1, "/administration": 1 });
    await names({ pageview: 3, Shown: 1 });
  });
});

test("with data-auto=false only what is reported is counted", () =>
  visit("manual.test", { attributes: 'data-auto="false"' }, async ({ page, counts, names }) => {
    await page.evaluate(() => {
      history.pushState({}, "", "/next");
      passerby("pageview");
      passerby("Signup");
    });
    await counts({ "/next": 1 });
    await names({ pageview: 1, Signup: 1 });
  }));

test("without data-site the site is the page's host", () => {
  const markup = () => `<script defer src="${it.proxy.url}/p.js" data-local data-automated></script>`;
  const pages = (path) => (path.includes(".") ? null : markup() + plainPage(path));
  return visit("127.0.0.1", { pages, markup: "" }, ({ counts }) => counts({ "/": 1 }));
});

test("with data-api events go elsewhere than the files come from", () => {
  const paths = [];
  const prepare = ({ page }) => page.on("request", (request) => paths.push(request.url()));
  const elsewhere = () => `${it.worker.url}/e`;
  return visit(
    "api.test",
    {
      path: null,
      markup: "",
      pages: (path) => (path.includes(".") ? null : tag(it.proxy.url, "api.test", `data-api="${elsewhere()}"`) + plainPage(path)),
      prepare,
    },
    async ({ page, url, counts, deliveries }) => {
      await page.goto(`${url}/`);
      await counts({ "/": 1 });
      assert.deepEqual(deliveries, [], "nothing goes to where the files come from");
      assert.ok(paths.includes(elsewhere()), paths.join());
    },
  );
});

test("nothing is stored on the device, and nothing of it is read", () =>
  visit("nothing.test", { path: null }, async ({ context, page, url, names }) => {
    // Whoever asks for a place to store something is noted before the page's scripts run.
    await context.addInitScript(() => {
      window.touched = [];
      for (const [owner, name] of [
        [window, "localStorage"], [window, "sessionStorage"], [window, "indexedDB"], [window, "caches"], [window, "cookieStore"],
        [Document.prototype, "cookie"], [Navigator.prototype, "storage"], [Navigator.prototype, "serviceWorker"],
        [Navigator.prototype, "plugins"], [Navigator.prototype, "hardwareConcurrency"], [Navigator.prototype, "deviceMemory"],
        [HTMLCanvasElement.prototype, "toDataURL"], [window, "AudioContext"], [window, "openDatabase"],
      ]) {
        const before = Object.getOwnPropertyDescriptor(owner, name);
        if (!before) continue;
        Object.defineProperty(owner, name, {
          configurable: true,
          get() {
            window.touched.push(name);
            return before.get ? before.get.call(this) : before.value;
          },
          set() {
            window.touched.push(`${name}=`);
          },
        });
      }
    });
    await page.goto(`${url}/`);
    await page.evaluate(() => passerby("Signup", { props: { plan: "pro" } }));
    await names({ pageview: 1, Signup: 1 });
    assert.deepEqual(await page.evaluate(() => window.touched), []);
    // And a look from outside, at everything that the browser keeps for the page and the collector.
    assert.deepEqual((await context.storageState({ indexedDB: true })).origins, []);
    assert.deepEqual(await context.cookies(), []);
  }));
