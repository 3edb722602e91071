// Files and answers as browsers get them: how long they keep, who may read them, what they may do.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { readdirSync } from "node:fs";
import { get } from "node:http";
import { join } from "node:path";
import { brotliDecompressSync, gunzipSync } from "node:zlib";
import { pageview } from "../harness/api.mjs";
import { DIST } from "../harness/paths.mjs";
import { Worker } from "../harness/worker.mjs";

const SITE = "headers.test";
let worker, api;

before(async () => {
  worker = await Worker.start();
  api = worker.api;
  await api.putSite(SITE);
});
after(() => worker.dispose());

const files = (folder) =>
  readdirSync(join(DIST, "assets", folder), { withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ name }) => `/${folder}/${name}`);
const TYPES = { js: "text/javascript; charset=utf-8", wasm: "application/wasm", css: "text/css; charset=utf-8" };

test("hashed files keep for ever, the loader an hour, the page is kept by nobody", async () => {
  const hashed = [...files("app"), ...files("app/view"), ...files("p")].filter((path) => /\.[0-9a-f]{6,}\.\w+$/.test(path));
  assert.ok(hashed.length >= 5, hashed.join());
  for (const path of hashed) {
    const answer = await api.request("GET", path);
    assert.equal(answer.status, 200, path);
    assert.equal(answer.headers.get("cache-control"), "public, max-age=31536000, immutable", path);
    assert.equal(answer.headers.get("content-type"), TYPES[path.split(".").pop()], path);
  }
  const loader = await api.request("GET", "/p.js");
  assert.equal(loader.headers.get("cache-control"), "public, max-age=3600");
  const page = await api.request("GET", "/");
  // It has the numbers of whoever is signed in.
  assert.equal(page.headers.get("cache-control"), "private, no-store");
  assert.equal(page.headers.get("vary"), "cookie, accept-language, accept-encoding");
  assert.equal(page.headers.get("etag"), null);
  assert.equal((await api.request("GET", "/", { headers: { "if-none-match": "*" } })).status, 200);
  assert.equal(page.headers.get("content-type"), "text/html; charset=utf-8");
});

test("what a browser takes encoded is sent encoded, and says the same", async () => {
  const raw = (path, accepted) =>
    new Promise((resolve, reject) => {
      const request = get(new URL(path, api.url), { headers: { "accept-encoding": accepted } }, async (answer) => {
        const chunks = await answer.toArray();
        resolve({ headers: answer.headers, bytes: Buffer.concat(chunks) });
      });
      request.on("error", reject);
    });
  for (const path of ["/", ...files("app")]) {
    const plain = await raw(path, "identity");
    assert.equal(plain.headers["content-encoding"], undefined, path);
    assert.match(plain.headers.vary, /accept-encoding/, path);
    for (const [accepted, coding, decode] of [
      ["gzip, deflate, br", "br", brotliDecompressSync],
      ["gzip", "gzip", gunzipSync],
    ]) {
      const { headers, bytes } = await raw(path, accepted);
      assert.equal(headers["content-encoding"], coding, path);
      assert.ok(bytes.length < plain.bytes.length, path);
      assert.deepEqual(decode(bytes), plain.bytes, path);
      assert.equal(headers.etag, plain.headers.etag, path);
    }
  }
});

test("a file that has not changed is not sent again", async () => {
  for (const path of ["/p.js", files("app")[0]]) {
    const { headers, text } = await api.request("GET", path);
    const etag = headers.get("etag");
    assert.match(etag, /^(W\/)?"[^"]+"$/, path);
    for (const known of [etag, `"other", ${etag}`, "*"]) {
      const same = await api.request("GET", path, { headers: { "if-none-match": known } });
      assert.deepEqual([same.status, same.text, same.headers.get("etag")], [304, "", etag], `${path} ${known}`);
      assert.equal(same.headers.get("cache-control"), headers.get("cache-control"), path);
    }
    const other = await api.request("GET", path, { headers: { "if-none-match": '"other"' } });
    assert.deepEqual([other.status, other.text], [200, text], path);
    const head = await api.request("HEAD", path);
    assert.deepEqual([head.status, head.text, head.headers.get("etag")], [200, "", etag], path);
  }
});

test("the tracker may be loaded and its events sent from any site; nothing else may", async () => {
  for (const path of ["/p.js", ...files("p")]) {
    const { headers } = await api.request("GET", path, { headers: { origin: "https://elsewhere.test" } });
    assert.equal(headers.get("access-control-allow-origin"), "*", path);
    assert.equal(headers.get("cross-origin-resource-policy"), "cross-origin", path);
    assert.equal(headers.get("access-control-allow-credentials"), null, path);
  }
  for (const path of ["/e", "/api/event"]) {
    const preflight = await api.request("OPTIONS", path, {
      headers: { origin: "https://elsewhere.test", "access-control-request-method": "POST" },
    });
    assert.equal(preflight.status, 204, path);
    assert.equal(preflight.headers.get("access-control-allow-origin"), "*", path);
    assert.equal(preflight.headers.get("access-control-allow-methods"), "POST", path);
    assert.match(preflight.headers.get("access-control-allow-headers"), /content-type/, path);
    const refused = await api.request("POST", path, { body: "{", headers: { "content-type": "text/plain" } });
    assert.equal(refused.headers.get("access-control-allow-origin"), "*", `${path}: a refusal can be read, too`);
  }
  const accepted = await api.send(SITE, [pageview(`https://${SITE}/`)], { origin: `https://${SITE}` });
  assert.equal(accepted.headers.get("access-control-allow-origin"), "*");
  assert.equal(accepted.headers.get("set-cookie"), null);
  for (const [method, path] of [["GET", "/"], ["GET", "/api/v1/sites"], ["OPTIONS", "/api/v1/sites"], ["OPTIONS", "/api/v2/query"]]) {
    const { headers } = await api.request(method, path, { headers: { origin: "https://elsewhere.test" } });
    assert.equal(headers.get("access-control-allow-origin"), null, `${method} ${path}`);
  }
});

test("the dashboard may run its own files and nothing else", async () => {
  const expected = {
    "default-src": "'none'", "script-src": "'self' 'wasm-unsafe-eval'", "style-src": "'self'", "img-src": "'self' data:",
    "connect-src": "'self'", "base-uri": "'none'", "form-action": "'self'", "frame-ancestors": "'none'",
    "require-trusted-types-for": "'script'",
  };
  for (const path of ["/", "/api/v1/sites", "/nothing.js"]) {
    const { headers } = await api.request("GET", path);
    const policy = headers.get("content-security-policy").split(";").map((part) => part.trim().split(" "));
    assert.deepEqual(Object.fromEntries(policy.map(([name, ...values]) => [name, values.join(" ")])), expected, path);
    assert.equal(headers.get("cross-origin-opener-policy"), "same-origin", path);
    assert.equal(headers.get("cross-origin-resource-policy"), "same-origin", path);
  }
});

test("every answer carries the headers that protect", async () => {
  for (const [method, path] of [
    ["GET", "/"], ["GET", "/p.js"], ["GET", "/nothing.js"], ["GET", "/healthz"], ["GET", "/metrics"], ["POST", "/e"],
    ["OPTIONS", "/e"], ["GET", "/api/v1/sites"], ["POST", "/api/v2/query"], ["DELETE", "/e"],
  ]) {
    const { headers } = await api.request(method, path);
    assert.equal(headers.get("x-content-type-options"), "nosniff", `${method} ${path}`);
    assert.equal(headers.get("referrer-policy"), "no-referrer", `${method} ${path}`);
    assert.match(headers.get("strict-transport-security"), /max-age=\d{8}/, `${method} ${path}`);
  }
  const { headers } = await api.request("GET", "/api/v1/sites");
  assert.equal(headers.get("cache-control"), "no-store");
});
