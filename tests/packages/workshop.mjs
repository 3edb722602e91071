// The examples of `www/examples`, made ready to be built: each is copied below target/packages, as deep as it lies in the
// project so that its `file:` paths lead to the same packages, and installed by its lock.
import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { cpSync, existsSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { DIST, ROOT } from "../harness/paths.mjs";

const EXAMPLES = join(ROOT, "www/examples");
const WORKSHOP = join(ROOT, "target/packages");
/** The packages as they are published. */
export const NPM = join(DIST, "npm");

/** Runs a program that must succeed, and gives what it printed. */
export async function run(command, args, cwd, env = {}) {
  try {
    const { stdout } = await promisify(execFile)(command, args, { cwd, env: { ...process.env, CI: "1", ...env } });
    return stdout;
  } catch ({ stdout, stderr, message }) {
    throw new Error(`${message}\nin ${cwd}:\n${stdout}\n${stderr}`);
  }
}

/** Puts every file below a folder, with its name, into a hash. */
function fingerprint(hash, folder) {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((file) => file.isFile());
  for (const path of files.map((file) => join(file.parentPath ?? file.path, file.name)).sort()) {
    if (path.includes("node_modules")) continue;
    hash.update(path.slice(folder.length)).update(readFileSync(path));
  }
}

/** Copies a folder to `target/packages/<name>` and installs what its lock says, once per content; gives where it is. */
export async function installed(name, source = join(EXAMPLES, name)) {
  const folder = join(WORKSHOP, name);
  const stamp = join(folder, ".ready");
  const hash = createHash("sha256");
  for (const part of [source, NPM]) fingerprint(hash, part);
  const wanted = hash.digest("hex");
  if (existsSync(stamp) && readFileSync(stamp, "utf8") === wanted) return folder;
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  cpSync(source, folder, { recursive: true, filter: (path) => !path.includes("node_modules") });
  cpSync(join(EXAMPLES, "style.css"), join(WORKSHOP, "style.css"));
  // With what an example is built by, whatever the tests themselves run as.
  const all = ["--include=dev", "--no-save", "--prefer-offline", "--no-audit", "--no-fund", "--ignore-scripts"];
  // Not `npm ci`, which refuses a lock that leaves out optional packages for other systems where the registry had none.
  await run("npm", ["install", ...all], folder);
  writeFileSync(stamp, wanted);
  return folder;
}

/** Builds an example that Vite builds, for a collector; gives the folder to serve. */
export async function built(name, collector) {
  const folder = await installed(name);
  await run(process.execPath, ["node_modules/vite/bin/vite.js", "build", "--logLevel", "warn"], folder, {
    VITE_COLLECTOR: collector,
  });
  return join(folder, "dist");
}
