// Makes a fixture of the version that PASSERBY_DIST holds: `node tests/migrations/make_fixture.mjs NAME` writes its data and
// its own answers to tests/data/schemas. Done once for each version of the tables, by its last build.
import { execFileSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { ROOT } from "../harness/paths.mjs";
import { Worker } from "../harness/worker.mjs";
import { ENV, SETTINGS, SITE, answers, send } from "./traffic.mjs";

const [, , name] = process.argv;
const folder = join(ROOT, "tests/data/schemas");
mkdirSync(folder, { recursive: true });
const worker = await Worker.start({ env: ENV });
try {
  await worker.api.putSite(SITE, SETTINGS);
  await send(worker.api);
  writeFileSync(join(folder, `${name}.json`), JSON.stringify(await answers(worker.api), null, 1) + "\n");
  await worker.stop();
  const tar = ["--sort=name", "--mtime=@0", "--owner=0", "--group=0", "--numeric-owner", "-czf", join(folder, `${name}.tar.gz`)];
  execFileSync("tar", [...tar, "-C", worker.data, "objects", "salts"]);
} finally {
  await worker.dispose();
}
