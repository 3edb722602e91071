// The bindings where it is hard: markup that a server wrote, strict mode, content that takes no attributes or changes.
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { eventually, settled } from "../harness/eventually.mjs";
import { tag } from "../harness/site_server.mjs";
import { leave, stage } from "../tracker/stage.mjs";
import { bundled, onServer } from "./page.mjs";

const scene = stage({ args: ["--disable-blink-features=AutomationControlled"] });

const document = (markup, script) => `<!doctype html><html lang="en"><head><title>page</title></head>
  <body><div id="app">${markup}</div><script type="module">${script.replaceAll("</script", "<\\/script")}</script></body></html>`;

/** Counts of a site's components, `name action` each. */
async function components(site) {
  const dimensions = ["event:component", "event:variant", "event:version", "event:action"];
  const { results } = await scene.api.query(site, {
    metrics: ["events"],
    dimensions,
    filters: [["is", "event:name", ["component"]]],
  });
  const rows = results.map(({ dimensions, metrics }) => [
    dimensions.filter((value) => value !== "(none)").join(" "),
    metrics[0],
  ]);
  return Object.fromEntries(rows.sort());
}

/** Opens a page with the script tag, lets `act` use it, leaves it, and compares what was counted of components. */
async function compare(site, html, act, expected) {
  const rest = { attributes: "data-local data-components", pages: (path) => (path.includes(".") ? null : html) };
  await scene.visit(site, rest, async ({ page, ...open }) => {
    await page.waitForTimeout(2600);
    await act(page);
    await leave(page);
    await eventually(async () => assert.deepEqual(await components(site), expected));
    assert.deepEqual(await settled(() => components(site), { quiet: 400 }), expected);
    await open.counts({ "/": 1 });
    // Neither the framework nor the tracker complains: not of hydration either.
    assert.deepEqual(page.troubles, []);
  });
}

/** The tracker is there before what hydrates the page. */
const LATE = "setTimeout(hydrate, 1200);";

describe("React", () => {
  for (const example of ["react", "react18"]) {
    test(`${example}: a hydrated page in strict mode gives each impression once`, { timeout: 120_000 }, async () => {
      const page = { page: "react.jsx" };
      const server =
        'import { renderToString } from "react-dom/server"; export const markup = renderToString(<App />);';
      const { markup } = await onServer(example, server, page);
      assert.match(
        markup,
        /<a data-track="Link" data-track-variant="quiet" href="#here">|<a href="#here" data-track="Link" data-track-variant="quiet">/,
      );
      const client = `import { hydrateRoot } from "react-dom/client"; globalThis.renders = renders;
        const hydrate = () => hydrateRoot(document.getElementById("app"), <App />);`;
      const html = document(markup, await bundled(example, client + LATE, page));
      const expected = {
        "Link quiet impression": 1,
        "Link quiet interaction": 1,
        "Many impression": 1,
        "Many interaction": 1,
        "Plain 1 impression": 2,
        "Words impression": 1,
      };
      await compare(
        `${example}.hydrated.test`,
        html,
        async (page) => {
          await page.getByText("second").click();
          await page.getByText("link").click();
          const before = await page.evaluate(() => globalThis.renders.count);
          await page.getByText("call").click();
          assert.equal(await page.evaluate(() => globalThis.renders.count), before, "reporting renders nothing");
          await page.getByText("swap").click();
          await page.waitForTimeout(1500);
        },
        expected,
      );
    });
  }

  test("refs and props pass through", async () => {
    const text = `import { createRef } from "react"; import { createRoot } from "react-dom/client"; import { withTracking } from "@passerby/react";
      const Input = withTracking("input", { name: "Input" });
      globalThis.ref = createRef();
      createRoot(document.getElementById("app")).render(<Input ref={globalThis.ref} defaultValue="given" />);`;
    for (const example of ["react", "react18"]) {
      const html = document("", await bundled(example, text));
      await scene.visit(`${example}.refs.test`, { markup: " ", pages: () => html }, async ({ page }) => {
        await page.waitForSelector("input[data-track=Input]");
        assert.equal(await page.evaluate(() => globalThis.ref.current.value), "given");
        assert.deepEqual(page.troubles, []);
      });
    }
  });
});

test("Vue: a hydrated page gives each impression once, and marks follow the data", { timeout: 120_000 }, async () => {
  const page = { page: "vue.js" };
  const server =
    'import { renderToString } from "vue/server-renderer"; export const markup = await renderToString(makeApp());';
  const { markup } = await onServer("vue", server, page);
  assert.match(markup, /<a href="#here" data-track="Link" data-track-variant="calm">/);
  assert.match(markup, /<p data-track="Plain" data-track-version="1">plain<\/p>/);
  const html = document(markup, await bundled("vue", `const hydrate = () => makeApp().mount("#app"); ${LATE}`, page));
  const expected = {
    "Link calm impression": 1,
    "Link loud interaction": 1,
    "Many impression": 1,
    "Many interaction": 1,
    "Plain 1 impression": 1,
    "Short impression": 1,
    "Words impression": 1,
  };
  await compare(
    "vue.hydrated.test",
    html,
    async (page) => {
      await page.getByText("second").click();
      await page.getByText("swap").click();
      await page.getByText("link").click();
      await page.getByText("call").click();
    },
    expected,
  );
});

test("Svelte: an action's and an attachment's marks follow their data and end with them", async () => {
  const text = `import { track, tracked } from "@passerby/svelte";
    const [action, attachment] = document.querySelectorAll("p");
    const { update } = track(action, "First");
    update({ name: "Second", variant: "calm" });
    globalThis.end = tracked({ name: "Third", version: "3" })(attachment);
    track("Called");
    track.component("Fourth", { action: "opened" });`;
  const html = document("<p>a</p><p>b</p>", await bundled("svelte", text));
  const expected = {
    "Fourth opened": 1,
    "Second calm impression": 1,
    "Second calm interaction": 1,
    "Third 3 impression": 1,
  };
  await compare(
    "svelte.marks.test",
    html,
    async (page) => {
      await page.getByText("a", { exact: true }).click();
      await page.evaluate(() => globalThis.end());
      await page.getByText("b", { exact: true }).click();
    },
    expected,
  );
});

test("the element: marks follow its attributes, its content and its slots", async () => {
  const text = `import "@passerby/element";
    document.querySelector("a-card").attachShadow({ mode: "open" }).innerHTML = '<passerby-track name="Slotted"><slot></slot></passerby-track>';
    globalThis.element = document.querySelector("#changes");
    setTimeout(() => { globalThis.element.setAttribute("variant", "loud"); globalThis.element.innerHTML = "<b>new</b>"; }, 1900);`;
  const html = document(
    '<passerby-track id="changes" name="Card"><p>old</p></passerby-track><a-card><p>slotted</p></a-card>',
    await bundled("element", text),
  );
  const expected = {
    "Card impression": 1,
    "Card loud impression": 1,
    "Card loud interaction": 1,
    "Slotted impression": 1,
    "Slotted interaction": 1,
  };
  await compare(
    "element.marks.test",
    html,
    async (page) => {
      await page.waitForTimeout(1500);
      await page.getByText("new").click();
      await page.getByText("slotted").click();
      assert.equal(
        await page.evaluate(() => globalThis.element.getBoundingClientRect().height),
        0,
        "it has no box of its own",
      );
    },
    expected,
  );
});
