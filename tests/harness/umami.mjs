// Umami's own tracker. Umami publishes it within its server's package alone, of which nothing else is wanted.
import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { ROOT } from "./paths.mjs";

const PACKAGE = "umami@2.10.0";
const SCRIPT = "package/src/tracker/index.js";

/** The script as it is published, fetched once. */
export function umamiScript() {
  const folder = join(ROOT, "target", "umami");
  const file = join(folder, SCRIPT);
  if (!existsSync(file)) {
    mkdirSync(folder, { recursive: true });
    const npm = ["pack", PACKAGE, "--silent", "--prefer-offline", "--pack-destination", folder];
    const packed = execFileSync("npm", npm, { encoding: "utf8" }).trim();
    execFileSync("tar", ["xzf", join(folder, packed), "-C", folder, SCRIPT]);
  }
  return readFileSync(file, "utf8");
}
