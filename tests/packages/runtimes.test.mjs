// The server's package where it says it runs: the same script on each runtime signs what it reports, is refused once in passing, and ends.
import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { pathToFileURL } from "node:url";
import { proxyTo } from "../harness/collector_proxy.mjs";
import { scratch } from "../harness/paths.mjs";
import { Worker } from "../harness/worker.mjs";
import { NPM, installed, run } from "./workshop.mjs";

let worker;
let proxy;
let folder;
before(async () => {
  folder = await installed("runtimes", join(import.meta.dirname, "runtimes"));
  // Puts the program for this system where its name leads; packages' own scripts do not run here.
  await run(process.execPath, ["node_modules/bun/install.js"], folder);
  worker = await Worker.start();
  proxy = await proxyTo(worker.url, "/api/v1/events");
});
after(async () => {
  await proxy?.close();
  await worker?.dispose();
});

for (const [name, command] of Object.entries({
  node: () => [process.execPath],
  deno: () => [join(folder, "node_modules/.bin/deno"), "run", "--quiet", "--no-prompt", "--allow-net=127.0.0.1"],
  bun: () => [join(folder, "node_modules/.bin/bun"), "run"],
})) {
  test(`on ${name} events arrive once, and the process ends`, { timeout: 60_000 }, async () => {
    const site = `${name}.runtime.test`;
    await worker.api.putSite(site);
    const { key } = await worker.api.mustOwner("POST", `/api/v1/sites/${site}/keys`, { name, scopes: ["write"] });
    proxy.faults.splice(0, Infinity, "503");
    const script = join(scratch("runtime"), "report.mjs");
    writeFileSync(
      script,
      `import { Passerby } from "${pathToFileURL(join(NPM, "node/index.js"))}";
      const onOutcome = ({ name, outcome }) => console.log(name, outcome);
      const passerby = new Passerby({ url: "${proxy.url}", site: "${site}", key: "${key}", sign: true, onOutcome });
      passerby.track("Order", { props: { bread: "rye" } });
      passerby.command({ name: "bake", success: true });
      console.log(await passerby.close());`,
    );
    const [program, ...args] = command();
    assert.equal(await run(program, [...args, script], folder), "Order accepted\ncommand accepted\ntrue\n");
    assert.deepEqual(await worker.api.names(site), { Order: 1, command: 1 });
  });
}
