// The OpenAPI document lists every route, and whatever schemathesis makes up out of it is answered as the document says.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { dirname, join } from "node:path";
import { after, before, test } from "node:test";
import { PYTHON, scratch } from "../harness/paths.mjs";
import { ADMIN_KEY, Worker } from "../harness/worker.mjs";
import { routes } from "./routes.mjs";

let worker;
before(async () => {
  worker = await Worker.start();
  await worker.api.putSite("example.com");
});
after(() => worker?.dispose());

test("the document lists every route and what it needs", async () => {
  const { status, json } = await worker.api.request("GET", "/openapi.json");
  assert.equal(status, 200);
  const listed = Object.entries(json.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => [`${method.toUpperCase()} ${path}`, operation]),
  );
  const expected = routes().filter(({ route }) => !route.includes("/test/"));
  assert.deepEqual(listed.map(([route]) => route).sort(), expected.map(({ route }) => route).sort());
  for (const { route, need } of expected) {
    const operation = Object.fromEntries(listed)[route];
    assert.equal(operation["x-passerby-needs"] ?? "nothing", need.replace(" or signature", ""), route);
  }
});

test("a method that nobody knows is none of a route's", async () => {
  for (const [path, allow] of [["/healthz", "GET"], ["/api/v2/dimensions", "GET"], ["/", "GET, HEAD"], ["/p.js", "GET, HEAD"]]) {
    for (const method of ["QUERY", "PROPFIND", "PATCH"]) {
      const answer = await worker.api.request(method, path, { key: ADMIN_KEY });
      assert.deepEqual([answer.status, answer.headers.get("allow")], [405, allow], `${method} ${path}`);
    }
  }
});

test("what is made up out of the document is answered as it says", { timeout: 240_000 }, async () => {
  const checks = "not_a_server_error,status_code_conformance,content_type_conformance,response_schema_conformance,ignored_auth,unsupported_method";
  const seed = process.env.PASSERBY_SEED ?? "41";
  const run = spawn(
    join(dirname(PYTHON), "schemathesis"),
    ["run", `${worker.url}/openapi.json`, "--checks", checks, "--max-examples", process.env.PASSERBY_NIGHTLY ? "200" : "8", "--seed", seed,
      "--generation-database", "none", "--phases", "examples,coverage,fuzzing", "--workers", "2", "-H", `Authorization: Bearer ${ADMIN_KEY}`],
    { cwd: scratch("openapi"), env: { ...process.env, PYTHONHASHSEED: "0", NO_COLOR: "1" } },
  );
  let said = "";
  for (const stream of [run.stdout, run.stderr]) stream.on("data", (chunk) => (said += chunk));
  const code = await new Promise((done) => run.once("exit", done));
  assert.equal(code, 0, said.slice(-6_000));
  assert.match(said, /\d+ (generated|test cases)/, "it has asked");
  console.log(said.split("\n").filter((line) => /passed|generated|seed/i.test(line)).join("\n"));
});
