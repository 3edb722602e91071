// What each package adds to a page, beside what it stands on: minified by esbuild, compressed by brotli. The READMEs say it.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { brotliCompressSync, constants } from "node:zlib";
import { bundled } from "./page.mjs";
import { NPM } from "./workshop.mjs";

const OUTSIDE = ["react", "vue", "svelte"];
const brotli = (text) => brotliCompressSync(text, { params: { [constants.BROTLI_PARAM_QUALITY]: 11 } }).length;

for (const [name, example, external] of [
  ["tracker", "tracker", ["./main.js"]],
  ["react", "react", ["@passerby/tracker"]],
  ["vue", "vue", ["@passerby/tracker"]],
  ["svelte", "svelte", ["@passerby/tracker"]],
  ["element", "element", ["@passerby/tracker"]],
  ["node", "node", []],
]) {
  test(`${name} is no larger than its README says`, async () => {
    const text = await bundled(example, `export * from "@passerby/${name}";`, {
      mode: "production",
      minify: true,
      external: [...OUTSIDE, ...external],
    });
    const said = /at most ([\d,]+) bytes/.exec(readFileSync(join(NPM, name, "README.md"), "utf8"));
    assert.ok(said, "the README says how large it is");
    const [bytes, most] = [brotli(text), Number(said[1].replace(",", ""))];
    assert.ok(bytes <= most, `${bytes} bytes, more than ${most}`);
    // A number that is far from the truth says nothing.
    assert.ok(bytes > most * 0.8, `${bytes} bytes, much less than ${most}`);
  });
}
