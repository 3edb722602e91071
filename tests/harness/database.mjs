// The database of a site's object as it lies on disk.
import { execFileSync } from "node:child_process";
import { cpSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { PYTHON, scratch } from "./paths.mjs";

// Node has no SQLite before version 22; Python has.
const RUN = `
import json, sqlite3, sys
file, statement = sys.argv[1:]
database = sqlite3.connect(file)
rows = database.execute(statement).fetchall()
database.commit()
database.close()
print(json.dumps([[value.hex() if isinstance(value, bytes) else value for value in row] for row in rows]))
`;

const run = (file, statement) =>
  JSON.parse(execFileSync(PYTHON, ["-c", RUN, file, statement], { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] }));

/** The files of sites' objects below a worker's folder. */
const files = (folder) => {
  const names = readdirSync(folder, { recursive: true }).filter((name) => name.includes("passerby-site"));
  return names.filter((name) => name.endsWith(".sqlite") && !name.endsWith("metadata.sqlite")).map((name) => join(folder, name));
};

function fileOf(folder, site) {
  const isOf = (file) => {
    try {
      return run(file, "SELECT domain FROM site")[0]?.[0] === site;
    } catch {
      return false;
    }
  };
  const file = files(folder).find(isOf);
  if (!file) throw new Error(`no database of ${site}`);
  return file;
}

/** The rows of a statement on a copy of a site's database, as lists; bytes are hexadecimal. The worker may run. */
export function readDatabase(worker, site, statement) {
  const copy = scratch("copy");
  try {
    cpSync(join(worker.data, "objects"), copy, { recursive: true });
    return run(fileOf(copy, site), statement);
  } finally {
    rmSync(copy, { recursive: true, force: true });
  }
}

/** What SQLite finds wrong with the databases of a worker that has ended: `{file, says}` for each, "ok" where nothing is. */
export function checkDatabases(worker) {
  const copy = scratch("copy");
  try {
    // A copy, so that it is the worker who finishes or takes back what was under way.
    cpSync(join(worker.data, "objects"), copy, { recursive: true });
    const all = readdirSync(copy, { recursive: true }).filter((name) => name.endsWith(".sqlite"));
    return all.map((file) => ({ file, says: run(join(copy, file), "PRAGMA quick_check").flat().join("; ") }));
  } finally {
    rmSync(copy, { recursive: true, force: true });
  }
}

/** Changes a site's database. The worker must have ended. */
export function changeDatabase(worker, site, statement) {
  return run(fileOf(join(worker.data, "objects"), site), statement);
}
