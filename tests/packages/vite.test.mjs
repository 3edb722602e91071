// The Vite plugin: which elements it marks, in which words, and what it puts into pages. The compilers are the real ones.
import assert from "node:assert/strict";
import { SourceMap } from "node:module";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";
import { pathToFileURL } from "node:url";
import { scratch } from "../harness/paths.mjs";
import { installed } from "./workshop.mjs";

const USES = await installed("uses", join(import.meta.dirname, "uses"));
const from = (folder, path) => import(pathToFileURL(join(folder, "node_modules", path)));
const { passerby } = await from(USES, "@passerby/vite/index.js");
const { build, createServer } = await from(USES, "vite/dist/node/index.js");

const COMPONENTS = { Button: { version: "2.1" }, "UI.Card": { name: "Card", variant: "wide" }, BaseLink: true, Chip: { variantFrom: "kind" }, Off: false };

/** What the plugin makes of a module's text: the code, the map, and what it warned of. */
async function transformed(id, code) {
  const warnings = [];
  const plugin = passerby({ components: COMPONENTS });
  plugin.configResolved({ root: USES, command: "build" });
  const made = await plugin.transform.call({ warn: (text) => warnings.push(text) }, code, id);
  return { ...made, warnings };
}

const MARKED = 'data-track={"Button"}';
const VERSION = 'data-track-version={"2.1"}';

describe("elements that are marked", () => {
  for (const [name, id, before, after] of [
    ["by name", "a.jsx", "x = <Button/>;", `x = <Button ${MARKED} ${VERSION}/>;`],
    ["with a variant of text", "a.jsx", 'x = <Button variant="ghost" />;', `x = <Button ${MARKED} data-track-variant={"ghost"} ${VERSION} variant="ghost" />;`],
    ["with a variant that is read", "a.jsx", "x = <Button variant={a ? b.c : `d`} />;", `x = <Button ${MARKED} data-track-variant={a ? b.c : \`d\`} ${VERSION} variant={a ? b.c : \`d\`} />;`],
    ["not with one that is called a second time", "a.jsx", "x = <Button variant={next()} />;", `x = <Button ${MARKED} ${VERSION} variant={next()} />;`],
    ["not with one of several words", "a.svelte", '<Button variant="a {b}" />', `<Button ${MARKED} ${VERSION} variant="a {b}" />`],
    ["of TypeScript, behind type arguments", "a.tsx", "const x = <Button<string> a={1 as number}/>;", `const x = <Button<string> ${MARKED} ${VERSION} a={1 as number}/>;`],
    ["behind letters of two units", "a.tsx", 'const a = "😀é"; x = <Button/>;', `const a = "😀é"; x = <Button ${MARKED} ${VERSION}/>;`],
    ["by a name with a dot, under another", "a.jsx", "x = <UI.Card/>;", 'x = <UI.Card data-track={"Card"} data-track-variant={"wide"}/>;'],
    ["by another attribute's variant", "a.jsx", "x = <Chip kind={k} variant={v}/>;", 'x = <Chip data-track={"Chip"} data-track-variant={k} kind={k} variant={v}/>;'],
    ["within others", "a.jsx", "x = <div>{a && <p><Button/></p>}</div>;", `x = <div>{a && <p><Button ${MARKED} ${VERSION}/></p>}</div>;`],
    ["of Vue", "a.vue", '<template><Button variant="a &amp; b" v-if="x"/></template>', '<template><Button data-track="Button" data-track-variant="a &amp; b" data-track-version="2.1" variant="a &amp; b" v-if="x"/></template>'],
    ["of Vue, by an expression", "a.vue", `<template><Button :variant="a ? 'b' : c"/></template>`, `<template><Button data-track="Button" :data-track-variant="a ? 'b' : c" data-track-version="2.1" :variant="a ? 'b' : c"/></template>`],
    ["of Vue, not by a call", "a.vue", '<template><Button :variant="next()"/></template>', '<template><Button data-track="Button" data-track-version="2.1" :variant="next()"/></template>'],
    ["of Vue, written with dashes", "a.vue", "<template><base-link/></template>", '<template><base-link data-track="BaseLink"/></template>'],
    ["of Svelte", "a.svelte", '<script>let {v} = $props()</script>{#if v}<Button variant={v}/>{/if}', `<script>let {v} = $props()</script>{#if v}<Button ${MARKED} data-track-variant={v} ${VERSION} variant={v}/>{/if}`],
    ["of Svelte, beside styles in another language", "a.svelte", '<style lang="scss">p { é { color: red } }</style><Button/>', `<style lang="scss">p { é { color: red } }</style><Button ${MARKED} ${VERSION}/>`],
    ["by a comment before their component", "a.jsx", "/* @passerby Box variant={kind} version=3 */\nexport const Box = ({ kind }) => <div/>;", '/* @passerby Box variant={kind} version=3 */\nexport const Box = ({ kind }) => <div data-track={"Box"} data-track-variant={kind} data-track-version={"3"}/>;'],
    ["by a comment, wherever it returns", "a.tsx", "// @passerby Box\nfunction Box() { const f = () => <i/>; if (a) return null; return a ? <p/> : (b && <b/>); }", '// @passerby Box\nfunction Box() { const f = () => <i/>; if (a) return null; return a ? <p data-track={"Box"}/> : (b && <b data-track={"Box"}/>); }'],
    ["by a comment, wrapped in calls", "a.jsx", "/* @passerby Box */\nexport default memo(forwardRef(function (props, ref) { return <p/>; }));", '/* @passerby Box */\nexport default memo(forwardRef(function (props, ref) { return <p data-track={"Box"}/>; }));'],
    ["by a comment of Vue", "a.vue", "<template><!-- @passerby Box --><p><b/></p><i/></template>", '<template><!-- @passerby Box --><p data-track="Box"><b/></p><i/></template>'],
    ["by a comment of Svelte", "a.svelte", "<!-- @passerby Box version=3 -->\n<p/><i/>", '<!-- @passerby Box version=3 -->\n<p data-track={"Box"} data-track-version={"3"}/><i/>'],
  ]) {
    test(name, async () => {
      const { code, warnings } = await transformed(id, before);
      assert.deepEqual([code, warnings], [after, []]);
    });
  }
});

describe("what is left as it is", () => {
  for (const [name, id, code] of [
    ["others", "a.jsx", "x = <Other/>;"],
    ["words that are no elements", "a.jsx", 'x = "<Button/>"; // <Button/>'],
    ["who is marked already", "a.jsx", 'x = <Button data-track="Mine"/>;'],
    ["who is switched off", "a.jsx", "x = <Off/>;"],
    ["names of every object", "a.jsx", "x = <constructor/>; const Button = 1;"],
    ["what cannot be read", "a.jsx", "x = <Button"],
    ["what Svelte cannot read", "a.svelte", "<Button{/if}"],
    ["what Vue cannot read", "a.vue", "<template><Button"],
    ["other modules", "a.css", ".Button {}"],
    ["what others have published", "node_modules/a/a.jsx", "x = <Button/>;"],
    ["templates in other languages", "a.vue", '<template lang="pug">Button</template>'],
    ["parts of modules", "a.vue?vue&type=template", "<template><Button/></template>"],
  ]) {
    test(name, async () => assert.deepEqual(await transformed(id, code), { warnings: [] }));
  }
});

test("a comment that marks nothing is warned of", async () => {
  const { warnings } = await transformed("a.jsx", "/* @passerby Box */\nexport const Box = () => null;");
  assert.deepEqual(warnings, ["there is no element to mark after `@passerby Box` in a.jsx"]);
});

test("the source map leads back", async () => {
  const code = "const a = 1;\nx = <Button/>; const after = a;\n";
  const made = await transformed("a.jsx", code);
  const column = made.code.split("\n")[1].indexOf("after");
  const { originalLine, originalColumn, originalSource } = new SourceMap(JSON.parse(made.map.toString())).findEntry(1, column);
  assert.deepEqual([originalLine, originalColumn, originalSource], [1, code.split("\n")[1].indexOf("after"), "a.jsx"]);
});

describe("the tag", () => {
  const SRC = "https://collector.example/p.js";
  const page = (options) => {
    const root = scratch("vite-tag");
    writeFileSync(join(root, "index.html"), "<!doctype html><html><head><title>a</title></head><body></body></html>");
    return { root, configFile: false, logLevel: "silent", plugins: [passerby(options)] };
  };
  const built = async (options) => {
    const { output } = await build({ ...page(options), build: { write: false } });
    return output.find(({ fileName }) => fileName === "index.html").source;
  };
  for (const [name, options, tag] of [
    ["has the options as attributes", { src: SRC, site: "a.test", hash: true, dnt: false, auto: false, exclude: ["/a/**", "/b"], sample: 4 },
      `<script defer src="${SRC}" data-site="a.test" data-hash="" data-auto="false" data-exclude="/a/**,/b" data-sample="4" data-components=""></script>`],
    ["keeps what options say within its attributes", { src: SRC, site: '"><b>' }, `<script defer src="${SRC}" data-site="&quot;&gt;&lt;b&gt;" data-components=""></script>`],
  ]) {
    test(name, async () => {
      const html = await built(options);
      assert.ok(html.includes(tag), html);
    });
  }
  test("says nothing of components where none is to be marked", async () => {
    assert.ok((await built({ src: SRC, components: false })).includes(`<script defer src="${SRC}"></script>`));
  });
  test("is not there without an address", async () => assert.ok(!(await built({ site: "a.test" })).includes("<script")));
  for (const dev of [false, true]) {
    test(`${dev ? "is" : "is not"} in the development server's pages ${dev ? "if asked" : "unasked"}`, async () => {
      const { root, ...config } = page({ src: SRC, dev });
      const server = await createServer({ root, ...config, server: { middlewareMode: true, ws: false }, appType: "custom" });
      try {
        const html = await server.transformIndexHtml("/", "<html><head></head></html>");
        assert.equal(html.includes(SRC), dev);
      } finally {
        await server.close();
      }
    });
  }
});

describe("marks reach what is built", () => {
  for (const [name, entry, plugin] of [
    ["vue", "src/main.js", async (folder) => (await from(folder, "@vitejs/plugin-vue/dist/index.mjs")).default()],
    ["svelte", "src/main.js", async (folder) => (await from(folder, "@sveltejs/vite-plugin-svelte/src/index.js")).svelte()],
  ]) {
    test(name, { timeout: 60_000 }, async () => {
      const folder = await installed(name);
      const plugins = [passerby({ components: { p: { name: "Introduction" } } }), await plugin(folder)];
      const { output } = await build({ root: folder, configFile: false, logLevel: "silent", plugins, build: { write: false, rolldownOptions: { input: join(folder, entry) } } });
      const code = output.map(({ code = "" }) => code).join("");
      assert.match(code, /data-track[\s\S]{0,6}Introduction/);
    });
  }
});
