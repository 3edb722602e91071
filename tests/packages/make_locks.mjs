// Writes the lock of each example, and of what the tests of the packages need, anew: `node tests/packages/make_locks.mjs`
// after `cargo xtask build`. Run it to take newer versions; tests never do.
import { existsSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { ROOT } from "../harness/paths.mjs";
import { run } from "./workshop.mjs";

const examples = readdirSync(join(ROOT, "www/examples")).map((name) => join(ROOT, "www/examples", name));
const own = ["runtimes", "uses"].map((name) => join(ROOT, "tests/packages", name));
for (const folder of [...examples, ...own]) {
  if (!existsSync(join(folder, "package.json"))) continue;
  rmSync(join(folder, "package-lock.json"), { force: true });
  await run(
    "npm",
    ["install", "--package-lock-only", "--omit-lockfile-registry-resolved", "--no-audit", "--no-fund"],
    folder,
  );
}
