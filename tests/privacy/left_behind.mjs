// Everything that a worker leaves: its files as they are, what is in its databases, and what it printed.
import { execFileSync } from "node:child_process";
import { cpSync, mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { PYTHON, scratch } from "../harness/paths.mjs";
import { filesBelow } from "../hostile/canaries.mjs";

const DUMP = fileURLToPath(new URL("dump_rows.py", import.meta.url));

/** Copies the data folder, so that it stands still, and gives `[{name, bytes}]`. The worker may run. */
export function leftBehind(worker) {
  const folder = scratch("left");
  try {
    const [copy, rows] = [join(folder, "data"), join(folder, "rows")];
    mkdirSync(rows);
    cpSync(worker.data, copy, { recursive: true });
    const files = filesBelow(copy);
    // Python opens a database with its log and so changes the copy: after its bytes were read.
    execFileSync(PYTHON, [DUMP, copy, rows], { stdio: ["ignore", "ignore", "pipe"] });
    return [...files, ...filesBelow(rows).map(({ name, bytes }) => ({ name: `rows of ${name}`, bytes })), { name: "log", bytes: Buffer.from(worker.log) }];
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
