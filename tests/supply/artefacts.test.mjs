// What is shipped: no trace of the machine that built it, a true list of what is in it, and the same bytes wherever it is
// built. The last is looked at with PASSERBY_NIGHTLY=1, as it takes another build of everything.
import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, symlinkSync } from "node:fs";
import { homedir, hostname } from "node:os";
import { dirname, join } from "node:path";
import { test } from "node:test";
import { DIST, PYTHON, ROOT, scratch } from "../harness/paths.mjs";
import { filesBelow } from "../hostile/canaries.mjs";

const NIGHTLY = process.env.PASSERBY_NIGHTLY === "1";
const BILLS = { worker: ["edge-worker", "engine", "protocol", "export", "export-wasm"], tracker: ["tracker"], dashboard: ["dashboard-wasm", "views"] };
const artefacts = () => filesBelow(DIST);
const bill = (name) => JSON.parse(readFileSync(join(DIST, `sbom/${name}.cdx.json`), "utf8"));

test("no artefact names a folder of the machine that built it", () => {
  const sysroot = execFileSync("rustc", ["--print", "sysroot"], { cwd: ROOT, encoding: "utf8" }).trim();
  const cargo = process.env.CARGO_HOME ?? join(homedir(), ".cargo");
  const target = process.env.CARGO_TARGET_DIR ?? join(ROOT, "target");
  const traces = [ROOT, DIST, sysroot, cargo, target, homedir() + "/", "/rustc/", "/.cargo/registry/", hostname()].filter((trace) => trace.length > 5);
  const files = artefacts();
  assert.ok(files.length > 20, `${files.length} files`);
  // The standard library names itself so on every machine.
  const isOfRust = (trace, { name }) => trace === "/rustc/" && name.endsWith(".wasm");
  // What we tell people to type may name their own folders.
  const isText = ({ name }) => /\.(md|d\.ts)$/.test(name);
  const found = files.filter((file) => !isText(file)).flatMap((file) => traces.filter((trace) => file.bytes.includes(trace) && !isOfRust(trace, file)).map((trace) => `${file.name}: ${trace}`));
  assert.deepEqual(found, []);
});

test("what is in an artefact is listed as CycloneDX has it", () => {
  const check = "import sys\nfrom cyclonedx.schema import SchemaVersion\nfrom cyclonedx.validation.json import JsonStrictValidator\nprint(JsonStrictValidator(SchemaVersion.V1_6).validate_str(sys.stdin.read()))";
  const validate = (text) => execFileSync(PYTHON, ["-c", check], { input: text, encoding: "utf8" }).trim();
  assert.notEqual(validate('{"bomFormat": "CycloneDX", "specVersion": "1.6", "components": 7}'), "None", "the validator sees what is wrong");
  for (const name of Object.keys(BILLS)) assert.equal(validate(JSON.stringify(bill(name))), "None", name);
});

test("the lists are complete: each file, and each crate that cargo compiles in", () => {
  const locked = new Set([...readFileSync(join(ROOT, "Cargo.lock"), "utf8").matchAll(/^name = "(.*)"\nversion = "(.*)"$/gm)].map(([, name, version]) => `${name} ${version}`));
  const listed = new Set();
  for (const [name, own] of Object.entries(BILLS)) {
    const { components, dependencies, metadata } = bill(name);
    const refs = new Set(components.map((component) => component["bom-ref"]));
    for (const { ref, dependsOn } of dependencies) {
      assert.ok(refs.has(ref) || ref === metadata.component["bom-ref"], ref);
      for (const needed of dependsOn) assert.ok(refs.has(needed), `${ref} needs ${needed}`);
    }
    for (const component of components) {
      assert.ok(locked.has(`${component.name} ${component.version}`), `${component.name} is in the lock`);
      assert.ok(component.licenses[0].expression, component.name);
      assert.equal(Boolean(component.purl), Boolean(component.hashes), `${component.name}: what is from a registry has a checksum`);
    }
    for (const crate of own) assert.ok(components.some((component) => component.name === crate), `${crate} in ${name}`);
    for (const file of metadata.component.components) {
      assert.ok(existsSync(join(DIST, file.name)), file.name);
      listed.add(file.name);
    }
  }
  // A module that names a crate in where its panics are has that crate in it.
  const wasm = readFileSync(join(DIST, "worker/index_bg.wasm"), "latin1");
  const named = new Set([...wasm.matchAll(/crates\/([a-z0-9_-]+)-(\d+\.\d+\.\d+)/g)].map(([, name, version]) => `${name} ${version}`));
  assert.ok(named.size > 5, `${named.size} crates are named`);
  const inBill = new Set(bill("worker").components.map(({ name, version }) => `${name} ${version}`));
  assert.deepEqual([...named].filter((crate) => !inBill.has(crate)), []);
  const shipped = artefacts().map(({ name }) => name).filter((name) => /^(assets|worker)\//.test(name) && !/\.(capnp)$|demo\.mjs$/.test(name));
  assert.deepEqual(shipped.filter((name) => !listed.has(name)), []);
});

test("built elsewhere, every artefact is the same to the byte", { skip: !NIGHTLY && "takes another build: PASSERBY_NIGHTLY=1", timeout: 3_600_000 }, () => {
  const elsewhere = join(scratch("elsewhere"), "a longer path than before");
  try {
    const files = execFileSync("git", ["ls-files", "-z", "--cached", "--others", "--exclude-standard"], { cwd: ROOT, encoding: "utf8", maxBuffer: 2 ** 26 });
    for (const path of files.split("\0").filter((path) => path && existsSync(join(ROOT, path)))) {
      mkdirSync(dirname(join(elsewhere, path)), { recursive: true });
      cpSync(join(ROOT, path), join(elsewhere, path));
    }
    symlinkSync(join(ROOT, "node_modules"), join(elsewhere, "node_modules"));
    const env = { ...process.env, CARGO_TARGET_DIR: join(elsewhere, "other target"), PASSERBY_DIST: join(elsewhere, "dist") };
    const built = spawnSync("cargo", ["xtask", "build"], { cwd: elsewhere, env, encoding: "utf8", maxBuffer: 2 ** 26 });
    assert.equal(built.status, 0, built.stderr?.slice(-4_000));
    const sums = (folder) => Object.fromEntries(filesBelow(folder).map(({ name, bytes }) => [name, createHash("sha256").update(bytes).digest("hex")]));
    assert.deepEqual(sums(join(elsewhere, "dist")), sums(DIST));
  } finally {
    rmSync(dirname(elsewhere), { recursive: true, force: true });
  }
});
