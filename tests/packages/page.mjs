// Pages that tests write themselves, bundled as they are with what an example has installed.
import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import esbuild from "esbuild";
import { installed } from "./workshop.mjs";

const PAGES = join(dirname(fileURLToPath(import.meta.url)), "pages");

/**
 * Bundles a module's text with the packages of an example. `platform: "node"` makes it for a server; the text of
 * `pages/<page>` stands before it.
 */
export async function bundled(example, text, { page, platform = "browser", mode = "development", ...options } = {}) {
  const contents = (page ? readFileSync(join(PAGES, page), "utf8") : "") + text;
  const made = await esbuild.build({
    stdin: { contents, resolveDir: await installed(example), loader: "jsx" },
    bundle: true,
    write: false,
    format: "esm",
    target: "es2022",
    platform,
    jsx: "automatic",
    define: {
      "process.env.NODE_ENV": JSON.stringify(mode),
      __VUE_OPTIONS_API__: "true",
      __VUE_PROD_DEVTOOLS__: "false",
      __VUE_PROD_HYDRATION_MISMATCH_DETAILS__: "true",
    },
    logLevel: "error",
    banner:
      platform === "node"
        ? { js: 'import { createRequire } from "node:module"; const require = createRequire("/");' }
        : {},
    ...options,
  });
  return made.outputFiles[0].text;
}

/** Runs such a module on this machine and gives what it exports. */
export async function onServer(example, text, options) {
  const module = await bundled(example, text, { ...options, platform: "node" });
  return import(`data:text/javascript;base64,${Buffer.from(module).toString("base64")}`);
}
