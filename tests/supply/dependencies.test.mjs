// What the project is built from: every version held by a lock, only from registries, under licences that may be, and
// without known holes where the lists of these can be had. Where they cannot, that is said, and nothing else is claimed.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { test } from "node:test";
import { CARGO_DENY, ROOT } from "../harness/paths.mjs";

const read = (path) => readFileSync(join(ROOT, path), "utf8");
const run = (program, args, cwd = ROOT) => spawnSync(program, args, { cwd, encoding: "utf8", maxBuffer: 2 ** 26 });
/** All files of the repository that git knows or could know, below the root. */
const FILES = run("git", ["ls-files", "--cached", "--others", "--exclude-standard"]).stdout.split("\n").filter((path) => path && existsSync(join(ROOT, path)));
const ofName = (name) => FILES.filter((path) => path.split("/").pop() === name);

function deny(...checks) {
  const done = run(CARGO_DENY, ["--locked", "--all-features", "check", ...checks]);
  return { failed: done.status !== 0, said: `${done.error ?? ""}${done.stdout}${done.stderr}` };
}

test("licences, sources and banned crates are as deny.toml says", { timeout: 120_000 }, () => {
  const { failed, said } = deny("licenses", "bans", "sources");
  assert.ok(!failed, said.slice(-4_000));
  assert.match(said, /bans ok, licenses ok, sources ok/);
});

test("no crate has an advisory", { timeout: 300_000 }, (t) => {
  const { failed, said } = deny("advisories");
  if (/failed to fetch advisory database/.test(said)) return t.skip("RustSec's advisories cannot be had here: NOT CHECKED");
  assert.ok(!failed, said.slice(-4_000));
});

test("no npm package has a serious advisory", { timeout: 300_000 }, (t) => {
  const unknown = [];
  for (const folder of ofName("package-lock.json").map(dirname)) {
    const { stdout } = run("npm", ["audit", "--json", "--package-lock-only", "--fetch-retries=0"], join(ROOT, folder));
    let report = {};
    try {
      report = JSON.parse(stdout);
    } catch {}
    const found = report.metadata?.vulnerabilities;
    if (found) assert.deepEqual([found.high, found.critical], [0, 0], `${folder}: ${stdout.slice(0, 4_000)}`);
    else unknown.push(folder);
  }
  if (unknown.length > 0) t.skip(`the registry tells no advisories here: NOT CHECKED in ${unknown.length} folders`);
});

test("Cargo.lock is what is asked for, and holds each crate to a checksum", () => {
  const { status, stderr } = run("cargo", ["metadata", "--locked", "--format-version=1", "--no-deps"]);
  assert.equal(status, 0, stderr);
  for (const lock of ofName("Cargo.lock")) {
    const packages = read(lock).split("[[package]]\n").slice(1);
    assert.ok(packages.length > 20, lock);
    const loose = packages.filter((one) => one.includes("source = ") && !/^checksum = "[0-9a-f]{64}"$/m.test(one));
    assert.deepEqual(loose, [], lock);
    const elsewhere = packages.filter((one) => /^source = /m.test(one) && !one.includes('source = "registry+https://github.com/rust-lang/crates.io-index"'));
    assert.deepEqual(elsewhere, [], lock);
  }
});

test("every npm package is one version, held to a checksum", () => {
  const locks = ofName("package-lock.json");
  assert.ok(locks.includes("package-lock.json"), locks.join());
  for (const lock of locks) {
    const { packages } = JSON.parse(read(lock));
    const { dependencies = {}, devDependencies = {} } = JSON.parse(read(join(dirname(lock), "package.json")));
    for (const [name, version] of Object.entries({ ...dependencies, ...devDependencies })) {
      // What starters and examples ask for may be a range, as starters do; their lock says which one it is.
      if (lock === "package-lock.json") assert.match(version, /^\d+\.\d+\.\d+$/, name);
      const locked = packages[`node_modules/${name}`];
      assert.ok(locked?.link || /^\d+\.\d+\.\d+/.test(locked?.version), `${lock}: ${name}`);
    }
    // The runtime for systems that the lock was not made on: npm takes it only there, by the version that is named.
    const isForOthers = ({ optional, os }) => optional && os && !os.includes("linux");
    const isOurs = (path, one) => path === "" || one.link || one.resolved?.startsWith("file:") || !path.includes("node_modules/");
    const loose = Object.entries(packages).filter(([path, one]) => !isOurs(path, one) && !isForOthers(one) && !/^sha512-/.test(one.integrity ?? ""));
    assert.deepEqual(loose.map(([path]) => path), [], lock);
  }
});

test("what visitors load needs nothing of others", () => {
  for (const name of ["tracker", "element", "react", "svelte", "vue"]) {
    const { dependencies = {} } = JSON.parse(read(`pkg/${name}/package.json`));
    const others = Object.keys(dependencies).filter((dependency) => !dependency.startsWith("@passerby/"));
    assert.deepEqual(others, [], name);
  }
});

test("the commands take what the locks say", () => {
  const sources = FILES.filter((path) => /^xtask\/src\/.*\.rs$/.test(path));
  // What Debian's tools install is Debian's to hold to account.
  const cargos = sources.flatMap((path) => [...read(path).matchAll(/\[\s*"(?:build|test|clippy|tree|check|run|install)",[^\]]*\]/g)].map(([call]) => call)).filter((call) => !call.includes('"-y"'));
  assert.ok(cargos.length >= 4, `${cargos.length} calls of cargo`);
  assert.deepEqual(cargos.filter((call) => !call.includes('"--locked"')), []);
  const setup = read("xtask/src/setup.rs");
  assert.match(setup, /\["ci", "--no-audit"/, "npm ci");
  const packages = setup.match(/PYTHON_PACKAGES: \[&str; \d+\] =\s*\[([^;]*)\];/)[1].match(/"[^"]+"/g);
  assert.deepEqual(packages.filter((one) => !/^"[a-z0-9[\]-]+==[\w.]+"$/.test(one)), []);
});
