// The packages' types, on a small use of every export: what is right compiles, and what is wrong does not.
import assert from "node:assert/strict";
import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { NPM, installed, run } from "./workshop.mjs";

const USES = join(import.meta.dirname, "uses");

test("tsc finds nothing wrong in the uses of all packages", { timeout: 120_000 }, async () => {
  assert.equal(
    await run(process.execPath, ["node_modules/typescript/bin/tsc", "--project", "."], await installed("uses", USES)),
    "",
  );
});

for (const name of ["element", "node", "react", "svelte", "tracker", "vite", "vue"]) {
  test(`every name that ${name} exports is used there`, () => {
    const use = readdirSync(join(USES, "src")).find((file) => file.startsWith(`${name}.`));
    const imported = readFileSync(join(USES, "src", use), "utf8")
      .match(/import [^;]* from "@passerby\/[^;]*;/g)
      .join();
    const declared = readFileSync(join(NPM, name, "index.d.ts"), "utf8");
    const names = [...declared.matchAll(/^export (?:declare )?(?:function|const|class) (\w+)/gm)].map(
      ([, exported]) => exported,
    );
    assert.ok(names.length > 0);
    for (const exported of names) assert.match(imported, new RegExp(`\\b${exported}\\b`));
  });
}
