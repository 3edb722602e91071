// The module and its twin in JavaScript are the same: the same answers and the same bytes to the same calls.
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { random } from "../apps/walk.mjs";
import { DIST } from "../harness/paths.mjs";
import vectors from "./vectors.json" with { type: "json" };

const [BYTE, TEXT, BEGIN, OPEN, CLOSE, LOSE, TAKE, ANSWERED, FORGET, PLACE] = Array(10).keys();
const PARTS = join(DIST, "assets", "p");
const built = (pattern) => join(PARTS, readdirSync(PARTS).find((name) => pattern.test(name)));

/** Both, fresh: what the page gets of either. */
const both = async () => ({
  module: (await WebAssembly.instantiate(readFileSync(built(/^tracker.*wasm$/)))).instance.exports,
  twin: (await import(built(/^twin/))).twin(),
});

/** Does what one step says; gives what is answered: a number, or a batch's bytes in hexadecimal digits. */
function does({ call, memory }, [method, value, more]) {
  const place = new Uint8Array(memory.buffer, call(PLACE), 31_000);
  switch (method) {
    case "text":
      return call(TEXT, new TextEncoder().encodeInto(value, place).written);
    case "bytes":
      return value.forEach((byte) => call(BYTE, byte)) ?? 0;
    case "begin":
      return call(BEGIN);
    case "open":
      return call(OPEN + 16 * value, more);
    case "close":
      return call(CLOSE);
    case "lose":
      return call(LOSE, value);
    case "take":
      return Buffer.from(place.slice(0, call(TAKE, value))).toString("hex");
    case "leave":
      return Buffer.from(place.slice(0, call(TAKE + 16, value))).toString("hex");
    case "keep":
      return Buffer.from(place.slice(0, call(TAKE + 32, value))).toString("hex");
    case "answered":
      return call(ANSWERED + 16 * value, ...more);
    case "forget":
      return call(FORGET);
  }
}

for (const { what, steps } of vectors) {
  for (const which of ["module", "twin"]) {
    test(`${which}: ${what}`, async () => {
      const one = (await both())[which];
      for (const [step, expected] of steps) assert.equal(does(one, step), expected, JSON.stringify(step).slice(0, 200));
    });
  }
}

test("whatever is called in whatever order, both answer the same", async () => {
  const next = random(Number(process.env.PASSERBY_SEED ?? 41));
  const below = (limit) => Math.floor(next() * limit);
  for (let page = 0; page < 20; page++) {
    const { module, twin } = await both();
    const same = (step) => assert.equal(does(twin, step), does(module, step), `page ${page}: ${JSON.stringify(step).slice(0, 200)}`);
    for (const step of [["bytes", [2]], ["text", "example.com"], ["bytes", [1, 1, ...Array(12).fill(page)]], ["begin"]]) same(step);
    const longest = page % 2 ? 60 : 9_000;
    for (let step = 0; step < 400; step++) {
      const dice = next();
      if (dice < 0.75) {
        same(["open", 64, below(2 ** 31)]);
        same(["bytes", [below(256)]]);
        for (let texts = below(5); texts >= 0; texts--) same(["text", `${below(9)}`.repeat(below(longest)) + "é🙂".repeat(below(3))]);
        same(["close"]);
      } else if (dice < 0.82) same(["take", below(2 ** 31)]);
      else if (dice < 0.88) same([dice < 0.86 ? "leave" : "keep", below(2 ** 31)]);
      else if (dice < 0.98) same(["answered", [0, 200, 200, 404, 408, 429, 500, 503][below(8)], [next(), [NaN, 0, 5, 1e12][below(4)]]]);
      else if (dice < 0.99) same(["lose", below(10)]);
      else same(["forget"]);
    }
  }
});
