// The vectors against the real worker: no file may pass fewer than it has passed before.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { PYTHON, ROOT } from "../harness/paths.mjs";
import { ADMIN_KEY, Worker } from "../harness/worker.mjs";

const HERE = join(ROOT, "tests/conformance");
const EXPECTED = JSON.parse(readFileSync(join(HERE, "expected.json"), "utf8"));
const LINE = /([\w]+\.jsonl)\s+(\d+) passed\s+(\d+) failed/g;

function run(worker, files) {
  const options = ["--base-url", worker.url, "--key", ADMIN_KEY, "--status-only", "--jobs", "4", "-v", "--max-show", "3"];
  const python = spawn(PYTHON, [join(HERE, "run.py"), ...options, ...files], { stdio: ["ignore", "pipe", "pipe"] });
  let output = "";
  for (const stream of [python.stdout, python.stderr]) stream.on("data", (text) => (output += text));
  return new Promise((done, fail) => {
    python.once("error", fail);
    python.once("exit", () => done(output));
  });
}

const KEPT = [
  ["in the journal", {}],
  ["in segments, each commit one", { PASSERBY_JOURNAL_EVENTS: "1" }],
  ["over eight shards", { PASSERBY_SHARDS: "8" }],
];
for (const [where, env] of KEPT) {
  test(`as many vectors pass as ever, events ${where}`, { timeout: 240_000 }, async () => {
    const files = readdirSync(HERE).filter((name) => name.endsWith(".jsonl")).sort();
    assert.deepEqual(Object.keys(EXPECTED).sort(), files, "every file of vectors has its number in expected.json");
    const worker = await Worker.start({ env });
    try {
      const output = await run(worker, files.map((name) => join(HERE, name)));
      const passed = {};
      const failed = {};
      for (const [, file, good, bad] of output.matchAll(LINE)) {
        passed[file] = Number(good);
        failed[file] = Number(bad);
      }
      assert.deepEqual(Object.keys(passed).sort(), files, output);
      const sum = (counts) => Object.values(counts).reduce((a, b) => a + b, 0);
      const wrong = files.filter((name) => failed[name] > 0).map((name) => `${name} ${failed[name]}`);
      console.log(`conformance: ${sum(passed)} of ${sum(passed) + sum(failed)} vectors pass; failing: ${wrong.join(", ") || "none"}`);
      assert.deepEqual(passed, EXPECTED, `update expected.json if more pass; details:\n${output}`);
    } finally {
      await worker.dispose();
    }
  });
}
