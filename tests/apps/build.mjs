// Makes an application ready to be served, once: what is made stays under target/apps until its recipe changes.
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { cpSync, existsSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { APPS, overlay, workshop } from "./catalogue.mjs";
import { scaffoldDocs } from "./vitepress_starter.mjs";

const CREATE_VITE = createRequire(import.meta.url).resolve("create-vite/package.json");
const SQLITE_DOC = "usr/share/doc/sqlite3";

function run(command, args, cwd) {
  const done = spawnSync(command, args, { cwd, encoding: "utf8", env: { ...process.env, CI: "1" } });
  if (done.status !== 0) {
    throw new Error(`${command} ${args.join(" ")} failed in ${cwd}:\n${done.stdout}\n${done.stderr}`);
  }
}

/**
 * Installs what the lock file says. Not `npm ci`, which refuses a lock that leaves out optional packages for other
 * systems where the registry had none.
 */
function installLocked(folder) {
  run("npm", ["install", "--no-save", "--prefer-offline", "--no-audit", "--no-fund", "--ignore-scripts"], folder);
}

/** A fingerprint of all that an application is made from. */
function recipe(name) {
  const hash = createHash("sha256").update(readFileSync(CREATE_VITE)).update(JSON.stringify(APPS[name]));
  hash.update(readFileSync(new URL(import.meta.url))).update(scaffoldDocs.toString());
  if (existsSync(overlay(name))) {
    const files = readdirSync(overlay(name), { recursive: true, withFileTypes: true }).filter((file) => file.isFile());
    for (const file of files.map((file) => join(file.parentPath ?? file.path, file.name)).sort()) {
      hash.update(file.slice(overlay(name).length)).update(readFileSync(file));
    }
  }
  return hash.digest("hex");
}

function buildFromTemplate(name, folder) {
  const { template } = APPS[name];
  // create-vite takes its target relative to where it runs.
  const create = [join(dirname(CREATE_VITE), "index.js"), name, "--template", template, "--no-interactive"];
  run(process.execPath, create, dirname(folder));
  cpSync(overlay(name), folder, { recursive: true });
  installLocked(folder);
  run(process.execPath, ["node_modules/vite/bin/vite.js", "build"], folder);
  return { folder: join(folder, "dist"), fallback: "index.html" };
}

function buildVitePress(name, folder) {
  mkdirSync(folder, { recursive: true });
  cpSync(overlay(name), folder, { recursive: true });
  installLocked(folder);
  scaffoldDocs(folder);
  run(process.execPath, ["node_modules/vitepress/bin/vitepress.js", "build"], folder);
  return { folder: join(folder, ".vitepress/dist") };
}

function unpackSqliteDoc(folder) {
  mkdirSync(folder, { recursive: true });
  try {
    run("apt-get", ["download", "sqlite3-doc"], folder);
  } catch {
    // A machine that never asked its package server knows no packages.
    run("apt-get", ["update"], folder);
    run("apt-get", ["download", "sqlite3-doc"], folder);
  }
  const archive = readdirSync(folder).find((file) => file.endsWith(".deb"));
  run("dpkg-deb", ["-x", archive, "."], folder);
  return { folder: join(folder, SQLITE_DOC) };
}

/** Returns `{folder, fallback?}` to be served, having made it if need be. */
export function ready(name) {
  const folder = workshop(name);
  const stamp = join(folder, ".ready.json");
  const fingerprint = recipe(name);
  if (existsSync(stamp)) {
    const kept = JSON.parse(readFileSync(stamp, "utf8"));
    if (kept.fingerprint === fingerprint && existsSync(kept.served.folder)) return kept.served;
  }
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(dirname(folder), { recursive: true });
  const served =
    name === "sqlite" ? unpackSqliteDoc(folder)
    : name === "vitepress" ? buildVitePress(name, folder)
    : buildFromTemplate(name, folder);
  writeFileSync(stamp, JSON.stringify({ fingerprint, served }));
  return served;
}
