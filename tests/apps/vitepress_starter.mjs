// The starter that `vitepress init` writes, without its questions.
import { spawnSync } from "node:child_process";

/** Writes VitePress's own starter pages into a folder where VitePress is installed. */
export function scaffoldDocs(folder) {
  const script = `import { scaffold } from "vitepress";
    scaffold({ root: ".", title: "Starter", description: "A VitePress site", theme: "default theme", injectNpmScripts: false });`;
  const done = spawnSync(process.execPath, ["--input-type=module", "-e", script], { cwd: folder, encoding: "utf8" });
  if (done.status !== 0) throw new Error(`vitepress could not write its starter: ${done.stderr}`);
}
