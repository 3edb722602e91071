// Writes each application's package.json (create-vite's own plus its router) and package-lock.json anew:
// `node tests/apps/make_locks.mjs`. Run it to take newer versions; tests never do.
import { spawnSync } from "node:child_process";
import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { scratch } from "../harness/paths.mjs";
import { APPS, overlay } from "./catalogue.mjs";

const templates = dirname(createRequire(import.meta.url).resolve("create-vite/package.json"));

for (const [name, app] of Object.entries(APPS)) {
  if (app.install === undefined) continue;
  const folder = scratch(`lock-${name}`);
  const template = app.template ? readFileSync(join(templates, `template-${app.template}/package.json`), "utf8") : "{}";
  const manifest = { name: `app-${name}`, private: true, type: "module", ...JSON.parse(template) };
  writeFileSync(join(folder, "package.json"), JSON.stringify(manifest, null, 2));
  const flags = ["--save-exact", "--package-lock-only", "--omit-lockfile-registry-resolved", "--no-audit", "--no-fund"];
  const done = spawnSync("npm", ["install", ...flags, ...app.install], { cwd: folder, stdio: "inherit" });
  if (done.status !== 0) throw new Error(`npm install failed for ${name}`);
  mkdirSync(overlay(name), { recursive: true });
  for (const file of ["package.json", "package-lock.json"]) cpSync(join(folder, file), join(overlay(name), file));
  rmSync(folder, { recursive: true });
}
