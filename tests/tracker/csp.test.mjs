// Under a strict Content-Security-Policy, and where WebAssembly is refused or missing.
import assert from "node:assert/strict";
import { test } from "node:test";
import { settled } from "../harness/eventually.mjs";
import { tag } from "../harness/site_server.mjs";
import { form, leave, plainPage, stage } from "./stage.mjs";

const it = stage();
const { visit } = it;

/** Serves every page with the policy, which knows the collector's address, and watches for what it refused. */
const under = (policy) => ({
  pages: (path) => {
    if (path.includes(".")) return null;
    const meta = `<meta http-equiv="content-security-policy" content="${policy(it.proxy.url)}">`;
    return `<!doctype html><html><head>${meta}${tag(it.proxy.url, it.site)}<title>${path}</title></head><body>${path}</body></html>`;
  },
  markup: "",
  prepare: ({ context }) =>
    context.addInitScript(() => {
      window.violations = [];
      document.addEventListener("securitypolicyviolation", (event) => window.violations.push(`${event.violatedDirective} ${event.blockedURI}`));
    }),
});
const STRICT = (collector) => `default-src 'none'; script-src ${collector} 'wasm-unsafe-eval'; connect-src ${collector}; base-uri 'none'`;
const TRUSTED = (collector) => `${STRICT(collector)}; require-trusted-types-for 'script'; trusted-types 'none'`;
const WITHOUT_WASM = (collector) => `default-src 'none'; script-src ${collector}; connect-src ${collector}`;

/** Visits a site, its name known to the pages. */
const at = (site, options, act) => {
  it.site = site;
  return visit(site, options, act);
};

for (const [what, policy] of [["a strict policy", STRICT], ["trusted types", TRUSTED]]) {
  test(`${what} with 'wasm-unsafe-eval' lets everything work`, () =>
    at(`strict-${what.length}.test`, under(policy), async ({ page, names, deliveries }) => {
      await page.evaluate(() => history.pushState({}, "", "/next"));
      await page.evaluate(() => passerby("Signup", { props: { plan: "pro" } }));
      await names({ pageview: 2, Signup: 1 });
      assert.deepEqual(new Set(deliveries.map(form)), new Set(["binary"]));
      assert.deepEqual(await page.evaluate(() => window.violations), []);
    }));
}

/** Whatever keeps the module away, events are counted all the same: by its twin in the same form, or else as JSON. */
const works = (expected) => async ({ page, url, site, counts, names, deliveries }) => {
  await page.goto(`${url}/?utm_source=letter&secret=1#part`);
  await page.waitForLoadState("load");
  await page.evaluate(() => {
    history.pushState({}, "", "/next?q=private#there");
    passerby("Signup", { props: { plan: "pro" }, revenue: { amount: 9.9, currency: "EUR" } });
  });
  await counts({ "/": 1, "/next": 1 });
  await names({ pageview: 2, Signup: 1 });
  await leave(page);
  await settled(async () => deliveries.length);
  assert.deepEqual(new Set(deliveries.map(form)), new Set([expected]));
  for (const { body } of deliveries) assert.ok(!/secret|private|part|there/.test(body), `the light scrubbing happens here, too: ${body}`);
  assert.deepEqual(await it.api.counts(site, "visit:utm_source", "visits"), { letter: 1 });
  assert.deepEqual(await it.api.counts(site, "event:props:plan", "events", { filters: [["is", "event:name", ["Signup"]]] }), { pro: 1 });
};

test("a policy that refuses WebAssembly", () => at("refused.test", { ...under(WITHOUT_WASM), path: null }, works("binary")));

test("a browser without WebAssembly", () =>
  at(
    "missing.test",
    {
      path: null,
      prepare: ({ context }) =>
        context.addInitScript(() => {
          delete window.WebAssembly;
        }),
    },
    works("binary"),
  ));

for (const [what, file, form] of [["code", "**/p/tracker*.js", "json"], ["wasm", "**/p/tracker*.wasm", "binary"]]) {
  test(`a network that fails on the module's ${what}`, () =>
    at(`lost-${what}.test`, { path: null, prepare: ({ page }) => page.route(file, (route) => route.abort()) }, works(form)));
}

test("a module that is not what it should be", () =>
  at(
    "broken.test",
    {
      path: null,
      prepare: ({ page }) =>
        page.route("**/p/tracker*.wasm", (route) =>
          route.fulfill({ body: "<!doctype html>404", contentType: "text/html", headers: { "access-control-allow-origin": "*" } }),
        ),
    },
    works("binary"),
  ));

test("a page of another site's file is counted by the collector's address in the tag", () =>
  at("plain.test", { pages: (path) => (path.includes(".") ? null : plainPage(path)) }, async ({ counts, served }) => {
    await counts({ "/": 1 });
    assert.ok(!served.requests.some(({ path }) => path.startsWith("/p")), "nothing of the tracker is asked of the site itself");
  }));
