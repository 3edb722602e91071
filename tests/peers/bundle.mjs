// A page that uses a package as its site's owner would: bundled by esbuild from the package as npm installed it.
import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { build } from "esbuild";
import { ROOT, scratch } from "../harness/paths.mjs";
import { serveSite } from "../harness/site_server.mjs";

/** What Chromium is started with so that a site has a name of its own and nothing tells that a test drives it. */
export const LIKE_A_VISITORS = ["--host-resolver-rules=MAP *.test 127.0.0.1", "--disable-blink-features=AutomationControlled"];

/** Serves `site` with `code` as the script of each of its pages; returns its address and `close()`. */
export async function serveBundled(site, code) {
  const folder = scratch("peers");
  writeFileSync(join(folder, "entry.js"), code);
  await build({
    entryPoints: [join(folder, "entry.js")],
    outfile: join(folder, "bundle.js"),
    nodePaths: [join(ROOT, "node_modules")],
    bundle: true,
    format: "iife",
    logLevel: "error",
  });
  const page = "<!doctype html><html><head></head><body><h1>Shop</h1></body></html>";
  const served = await serveSite({
    folder,
    pages: (path) => (path.includes(".") ? null : page),
    markup: '<script src="/bundle.js" defer></script>',
  });
  return {
    url: served.url.replace("127.0.0.1", site),
    close: async () => {
      await served.close();
      rmSync(folder, { recursive: true });
    },
  };
}
