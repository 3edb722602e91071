// Only what somebody saw is counted: not pages that are prepared, not tabs in the background.
import assert from "node:assert/strict";
import { test } from "node:test";
import { eventually } from "../harness/eventually.mjs";
import { openUnattended } from "../harness/unattended_browser.mjs";
import { collector, plainPage } from "./stage.mjs";

const stage = collector();
const { open } = stage;

/** A script that goes to `there` when the test says so; `signal.given` is how. */
const goes = (there) => `<script>
  const asking = setInterval(async () => {
    const answer = await fetch("/signal");
    if (!(await answer.text()).includes("given")) return;
    clearInterval(asking);
    location.href = "${there}";
  }, 50);
</script>`;

/** A script that says when the tracker's module has come: it does so even while nobody sees the page. */
const LOADED = `<script>
  const looking = setInterval(() => {
    if (!performance.getEntriesByType("resource").some(({ name }) => name.endsWith(".wasm"))) return;
    clearInterval(looking);
    fetch("/loaded" + location.pathname);
  }, 50);
</script>`;

/** Waits until the site was asked for a path. */
const asked = (site, path) =>
  eventually(() => assert.ok(site.served.requests.some((request) => request.path === path), `nothing asked for ${path}`));

test("a prerendered page is counted when it is shown, and once, and one that is never shown is not", { timeout: 60_000 }, async () => {
  const signal = {};
  const rules = '{"prerender":[{"urls":["/next","/never"],"eagerness":"immediate"}]}';
  const pages = (path) =>
    path === "/" ? plainPage(path) + `<script type="speculationrules">${rules}</script>` + goes("/next")
    : path === "/never" ? plainPage(path) + LOADED
    : path === "/next" ? plainPage(path) + LOADED + `<script>
        if (document.prerendering) document.addEventListener("prerenderingchange", () => fetch("/activated"));</script>`
    : path === "/signal" ? (signal.given ? "given" : "not yet")
    : null;
  const site = await open("prerender.test", { pages });
  const browser = await openUnattended(`${site.url}/`);
  try {
    for (const path of ["/loaded/next", "/loaded/never"]) await asked(site, path);
    await site.counts({ "/": 1 });
    signal.given = true;
    await asked(site, "/activated");
    await site.counts({ "/": 1, "/next": 1 });
  } finally {
    await browser.close();
    await site.served.close();
  }
});

test("a page in a tab behind others is counted when it is looked at, and once", { timeout: 60_000 }, async () => {
  const signal = {};
  const pages = (path) =>
    path === "/" ? plainPage(path) + goes("/behind")
    : path === "/signal" ? (signal.given ? "given" : "not yet")
    : path.includes(".") ? null
    : plainPage(path) + LOADED;
  const site = await open("hidden.test", { pages });
  const browser = await openUnattended(`${site.url}/`);
  try {
    await site.counts({ "/": 1 });
    const [first] = await browser.tabs();
    const front = await browser.newTab(`${site.url}/front`);
    await site.counts({ "/": 1, "/front": 1 });
    signal.given = true;
    await asked(site, "/loaded/behind");
    await site.counts({ "/": 1, "/front": 1 });
    await browser.show(first.id);
    const all = { "/": 1, "/front": 1, "/behind": 1 };
    await site.counts(all);
    await browser.show(front);
    await browser.show(first.id);
    await site.counts(all);
  } finally {
    await browser.close();
    await site.served.close();
  }
});
