// The tracker as a package: the same page as the tag's, once per page, in every bundler and in none, silent on servers.
import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { cpSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";
import { eventually } from "../harness/eventually.mjs";
import { scratch } from "../harness/paths.mjs";
import { freePort } from "../harness/port.mjs";
import { tag } from "../harness/site_server.mjs";
import { form, leave, stage } from "../tracker/stage.mjs";
import { bundled } from "./page.mjs";
import { NPM, installed, run } from "./workshop.mjs";

const scene = stage({ args: ["--disable-blink-features=AutomationControlled"] });

/** A folder to serve with `index.html`, whose head has `head`. */
function site(name, head) {
  const folder = scratch(name);
  writeFileSync(
    join(folder, "index.html"),
    `<!doctype html><html lang="en"><head><title>page</title>${head}</head><body><p>text</p></body></html>`,
  );
  return folder;
}

/** What a page of a site does that uses the package. */
const start = (domain, then = "") => `import { consent, init, inspect, off, track } from "@passerby/tracker";
  Object.assign(globalThis, { consent, off, track });
  init({ site: "${domain}", api: COLLECTOR + "/e", local: true });
  track("Called", { props: { plan: "pro" } });
  ${then}`;

const EXPECTED = { pageview: 1, Called: 1 };

describe("one page view and one event arrive, as the module writes them", () => {
  const text = (domain) => start(domain).replace("COLLECTOR", JSON.stringify(scene.proxy.url));
  const bundlers = {
    "no bundler at all": (domain) => {
      const map = JSON.stringify({ imports: { "@passerby/tracker": "/npm/index.js" } });
      const folder = site(
        "unbundled",
        `<script type="importmap">${map}</script><script type="module">${text(domain)}</script>`,
      );
      cpSync(join(NPM, "tracker"), join(folder, "npm"), { recursive: true });
      return folder;
    },
    esbuild: async (domain) =>
      site("esbuild", `<script type="module">${await bundled("tracker", text(domain))}</script>`),
    webpack: async (domain) => {
      const folder = site("webpack", '<script defer src="/main.js"></script>');
      const modules = join(await installed("uses", join(import.meta.dirname, "uses")), "node_modules");
      const entry = join(modules, "../entry.js");
      writeFileSync(entry, text(domain));
      const config = {
        mode: "production",
        entry,
        context: join(modules, ".."),
        output: { path: folder, filename: "main.js" },
      };
      const script = `require(${JSON.stringify(join(modules, "webpack"))})(${JSON.stringify(config)}, (error, stats) => {
        if (error || stats.hasErrors() || stats.hasWarnings()) { console.error(error ?? stats.toString()); process.exit(1); } });`;
      await run(process.execPath, ["-e", script], folder);
      return folder;
    },
  };
  for (const [name, make] of Object.entries(bundlers)) {
    test(name, { timeout: 120_000 }, async () => {
      const domain = `${name.replace(/\W+/g, "-").toLowerCase()}.test`;
      // The page is made once the collector's address is known.
      const folder = await make(domain);
      await scene.visit(domain, { markup: " ", folder, pages: {} }, async ({ page, names, deliveries }) => {
        await names(EXPECTED);
        assert.deepEqual(deliveries.map(form), ["binary"]);
        assert.deepEqual(page.troubles, []);
      });
    });
  }
});

test("in the development server of Vite, which makes one file of each package", { timeout: 120_000 }, async () => {
  const port = await freePort();
  const args = ["node_modules/vite/bin/vite.js", "--host", "127.0.0.1", "--port", `${port}`, "--strictPort"];
  const env = { ...process.env, VITE_COLLECTOR: scene.proxy.url };
  const server = spawn(process.execPath, args, { cwd: await installed("tracker"), env, stdio: "ignore" });
  try {
    await eventually(() => fetch(`http://127.0.0.1:${port}/`), { within: 30_000 });
    await scene.visit("tracker.example", { path: null }, async ({ page, deliveries }) => {
      await page.goto(`http://127.0.0.1:${port}/`);
      await page.getByRole("button", { name: "Order a loaf" }).click();
      await eventually(async () => assert.equal((await scene.api.names("tracker.example")).Order, 1));
      const { pageview, Order } = await scene.api.names("tracker.example");
      assert.deepEqual({ pageview, Order }, { pageview: 1, Order: 1 });
      assert.ok(deliveries.every((delivery) => form(delivery) === "binary"));
    });
  } finally {
    server.kill("SIGTERM");
  }
});

test("where WebAssembly is refused, its twin writes the same", async () => {
  const domain = "refused.test";
  const map = JSON.stringify({ imports: { "@passerby/tracker": "/npm/index.js" } });
  const text = start(domain).replace("COLLECTOR", JSON.stringify(scene.proxy.url));
  const folder = site("refused", `<script type="importmap">${map}</script><script type="module">${text}</script>`);
  cpSync(join(NPM, "tracker"), join(folder, "npm"), { recursive: true });
  const headers = { "content-security-policy": `script-src 'self' 'unsafe-inline'; connect-src ${scene.proxy.url}` };
  await scene.visit(domain, { markup: " ", folder, pages: {}, headers }, async ({ names, deliveries, served }) => {
    await names(EXPECTED);
    assert.deepEqual(deliveries.map(form), ["binary"]);
    assert.ok(served.requests.some(({ path }) => path === "/npm/twin.js"));
  });
});

describe("one page has one tracker", () => {
  for (const [name, head] of Object.entries({
    "the tag first, the package second": (tag, script) => tag + script,
    "the package first, the tag second": (tag, script) => script + tag,
    "the package twice": (tag, script) => script + script,
  })) {
    test(name, async () => {
      const domain = `${name.replace(/\W+/g, "-")}.test`;
      const script = `<script type="module">${await bundled("tracker", start(domain).replace("COLLECTOR", JSON.stringify(scene.proxy.url)))}</script>`;
      const markup = head(tag(scene.proxy.url, domain, "data-local"), script);
      await scene.visit(domain, { markup }, async ({ names }) => {
        await names({ pageview: 1, Called: name.endsWith("twice") ? 2 : 1 });
      });
    });
  }

  test("what is called before the tag came is kept, and what the visitor chose then holds", async () => {
    const script = await bundled(
      "tracker",
      'import { consent, track } from "@passerby/tracker"; track("Early"); track.component("Button", { action: "opened" }); consent(true);',
    );
    const markup = (extra) => `<script type="module">${script}</script>${extra}`;
    await scene.visit(
      "early.test",
      { markup: markup(tag(scene.proxy.url, "early.test", "data-local")) },
      async ({ names }) => {
        await names({ pageview: 1, Early: 1, component: 1 });
      },
    );
    const asked = tag(scene.proxy.url, "asked.test", 'data-local data-consent="opt-in"');
    await scene.visit("asked.test", { markup: markup(asked) }, async ({ names }) => names({ pageview: 1 }));
  });

  test("the inspector opens as soon as there is something to show", async () => {
    const script = await bundled(
      "tracker",
      start("inspected.test", "inspect();").replace("COLLECTOR", JSON.stringify(scene.proxy.url)),
    );
    await scene.visit(
      "inspected.test",
      { markup: `<script type="module">${script}</script>` },
      async ({ page, names }) => {
        await page.waitForSelector("passerby-inspector", { state: "attached" });
        await names(EXPECTED);
      },
    );
  });

  test("off is off, and no address is said once", async () => {
    const domain = "off.test";
    const script = await bundled(
      "tracker",
      `${start(domain, "off(); track('Later'); init();")}`.replace("COLLECTOR", JSON.stringify(scene.proxy.url)),
    );
    await scene.visit(
      domain,
      {
        markup: `<script type="module">${script}</script>`,
        prepare: ({ page }) => {
          page.warnings = [];
          page.on("console", (message) => message.type() === "warning" && page.warnings.push(message.text()));
        },
      },
      async ({ page, names, deliveries }) => {
        await page.waitForTimeout(1500);
        await leave(page);
        await names({});
        assert.equal(deliveries.length, 0);
        assert.equal(page.warnings.length, 1);
        assert.match(page.warnings[0], /^passerby: init\(\) needs `api`/);
      },
    );
  });
});

describe("on a server every function does nothing", () => {
  const uses = () => installed("uses", join(import.meta.dirname, "uses"));
  const calls = {
    tracker:
      'import * as p from "@passerby/tracker"; p.init({ api: "https://a.test/e" }); p.init(); p.track("x"); p.track.component("x"); p.consent(true); p.off(); p.inspect();',
    react: 'import { useTrack } from "@passerby/react"; useTrack()("x");',
    vue: 'import { passerby, useTrack } from "@passerby/vue"; import { createSSRApp } from "vue"; createSSRApp({}).use(passerby, { api: "https://a.test/e" }); useTrack()("x");',
    svelte:
      'import { track, init } from "@passerby/svelte"; init({ api: "https://a.test/e" }); track("x"); track.component("x");',
    element: 'import { PasserbyTrack } from "@passerby/element"; if (!PasserbyTrack) process.exit(1);',
  };
  for (const [name, script] of Object.entries(calls)) {
    test(name, async () => {
      const whole = `${script} if (globalThis.passerby) throw new Error("there is a tracker");`;
      const done = spawnSync(process.execPath, ["--input-type=module", "-e", whole], {
        cwd: await uses(),
        encoding: "utf8",
      });
      assert.deepEqual([done.status, done.stdout, done.stderr], [0, "", ""]);
    });
  }
});

describe("each package is ready to be published", () => {
  for (const name of ["element", "node", "react", "svelte", "tracker", "vite", "vue"]) {
    test(name, async () => {
      const folder = join(NPM, name);
      const manifest = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
      assert.equal(manifest.name, `@passerby/${name}`);
      const [packed] = JSON.parse(await run("npm", ["pack", "--dry-run", "--json"], folder));
      const files = packed.files.map(({ path }) => path);
      for (const file of ["index.js", "index.d.ts", "README.md", "LICENSE-MIT", "LICENSE-APACHE", "package.json"])
        assert.ok(files.includes(file), file);
      for (const entry of Object.values(manifest.exports["."])) assert.ok(files.includes(entry.slice(2)), entry);
      assert.deepEqual(Object.keys(manifest.dependencies ?? {}), name === "vite" ? ["magic-string"] : []);
    });
  }
});
