// Under strict Content-Security-Policies, each in the form that its guides recommend: counted once where the policy lets
// the tracker in, quiet where it does not.
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { eventually } from "../harness/eventually.mjs";
import { tag } from "../harness/site_server.mjs";
import { form } from "../tracker/stage.mjs";
import { play } from "./stage.mjs";

const forms = (deliveries) => [...new Set(deliveries.map(form))];
const REST = "default-src 'none'; img-src 'self'; base-uri 'none'; object-src 'none'; form-action 'none'";
const OWN = "document.documentElement.dataset.own = 1";
const hashOf = (text) => `sha256-${createHash("sha256").update(text).digest("base64")}`;

/** Serves pages under a policy as servers send it. `attributes` go into the tag, `own` adds a script of the page's. */
const under = (policy, { attributes = "", own = "" } = {}) => (collector, site) => ({
  headers: { "content-security-policy": `${REST}; ${policy(collector)}` },
  markup: tag(collector, site, attributes) + own,
});
/** The same with the tracker known by the hash of its text. */
const byHash = (policy) => async (collector, site) => {
  const script = await fetch(`${collector}/p.js`);
  const hash = hashOf(await script.text());
  return under((collector) => policy(collector, hash), { attributes: `integrity="${hash}" crossorigin` })(collector, site);
};
const NONCE = { attributes: 'nonce="r4nd0m"' };

/** What a policy says, how pages are served under it, and the form in which events come. */
const ALLOWED = [
  ["names its address", under((it) => `script-src ${it} 'wasm-unsafe-eval'; connect-src ${it}`), "binary"],
  ["names its address, and the page's own script by a hash",
    under((it) => `script-src ${it} '${hashOf(OWN)}' 'wasm-unsafe-eval'; connect-src ${it}`, { own: `<script>${OWN}</script>` }), "binary"],
  ["knows it by a nonce", under((it) => `script-src 'nonce-r4nd0m' 'wasm-unsafe-eval'; connect-src ${it}`, NONCE), "binary"],
  ["knows it by a nonce, and 'strict-dynamic'",
    under((it) => `script-src 'nonce-r4nd0m' 'strict-dynamic' 'wasm-unsafe-eval'; connect-src ${it}`, NONCE), "binary"],
  ["knows it by its hash, and 'strict-dynamic'",
    // Trust by a hash does not reach what the script imports, as trust by a nonce does: the page counts without the module.
    byHash((it, hash) => `script-src '${hash}' 'strict-dynamic' 'wasm-unsafe-eval'; connect-src ${it}`), "json"],
  ["wants trusted types",
    under((it) => `script-src ${it} 'wasm-unsafe-eval'; connect-src ${it}; require-trusted-types-for 'script'; trusted-types 'none'`), "binary"],
  ["refuses WebAssembly", under((it) => `script-src ${it}; connect-src ${it}`), "binary"],
  ["refuses WebAssembly and knows it by a nonce", under((it) => `script-src 'nonce-r4nd0m'; connect-src ${it}`, NONCE), "binary"],
  ["names nothing but its first script", under((it) => `script-src ${it}/p.js; connect-src ${it}`), "json"],
];

/** What a policy refuses, and the directive that says so. */
const REFUSED = [
  ["refuses its script", under(() => "script-src 'self'"), "script-src-elem"],
  ["refuses its deliveries", under((it) => `script-src ${it} 'wasm-unsafe-eval'; connect-src 'self'`), "connect-src"],
];
const noteViolations = () => {
  window.refused = [];
  document.addEventListener("securitypolicyviolation", ({ effectiveDirective }) => window.refused.push(effectiveDirective));
};

play([
  ...ALLOWED.map(([what, site, expected]) => ({
    what: `a policy that ${what}`,
    site,
    act: async ({ tab, deliveries }) => {
      await tab.until(() => window.passerby);
      await tab.evaluate(() => history.pushState({}, "", "/next"));
      await eventually(() => assert.ok(deliveries.length > 0, "nothing was sent"));
    },
    counts: { "/": 1, "/next": 1 },
    finally: ({ deliveries }) => assert.deepEqual(forms(deliveries), [expected]),
  })),
  ...REFUSED.map(([what, site, directive]) => ({
    what: `a policy that ${what}`,
    site,
    prepare: noteViolations,
    act: async ({ tab }) => {
      await tab.until((directive) => window.refused.includes(directive), directive);
      await tab.evaluate(() => history.pushState({}, "", "/next"));
    },
    counts: {},
    finally: ({ deliveries }) => assert.deepEqual(deliveries, []),
  })),
]);
