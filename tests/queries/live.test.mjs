// Who watches a site hears, without asking, who is here and what was just counted.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import WebSocket from "ws";
import { eventId, pageview } from "../harness/api.mjs";
import { ADMIN_KEY, Worker } from "../harness/worker.mjs";

const SITE = "live.test";
let worker, api;

before(async () => {
  worker = await Worker.start();
  api = worker.api;
  await api.putSite(SITE);
});
after(async () => {
  for (const socket of sockets) socket.terminate();
  await worker.dispose();
});

const sockets = [];

/** Somebody who watches: what was told so far, and a promise of what comes next. */
async function watch({ site = SITE, headers = { authorization: `Bearer ${ADMIN_KEY}` }, more = "" } = {}) {
  const socket = new WebSocket(`${worker.url.replace("http", "ws")}/api/v1/live?site=${site}${more}`, { headers });
  sockets.push(socket);
  const told = [];
  let heard = () => {};
  socket.on("message", (text) => {
    told.push(String(text));
    heard();
  });
  const opened = await new Promise((done) => {
    socket.on("open", () => done(true));
    socket.on("error", () => {});
    socket.on("unexpected-response", (_, answer) => done(answer.statusCode));
  });
  const until = async (holds) => {
    const late = AbortSignal.timeout(10_000);
    while (!holds()) {
      assert.ok(!late.aborted, `told: ${told.join("\n")}`);
      await Promise.race([new Promise((done) => (heard = done)), new Promise((later) => setTimeout(later, 200))]);
    }
  };
  return { socket, told, news: () => told.filter((text) => text !== "pong").map((text) => JSON.parse(text)), until, opened };
}

const view = (path, address, site = SITE) =>
  api.request("POST", "/e", {
    body: JSON.stringify({ site, events: [{ ...pageview(`https://${site}${path}`), id: eventId() }] }),
    headers: { "x-test-ip": address, "user-agent": "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0" },
  });

test("what is counted is told, to all who watch, and who is here", { timeout: 60_000 }, async () => {
  const [one, other] = [await watch(), await watch()];
  await one.until(() => one.news().length === 1);
  assert.deepEqual(one.news()[0], { visitors: 0, count: 0, events: [] });
  for (const [path, address] of [["/a", "192.0.2.1"], ["/b", "192.0.2.1"], ["/c", "192.0.2.2"]]) {
    assert.equal((await view(path, address)).status, 200);
  }
  for (const watcher of [one, other]) {
    await watcher.until(() => watcher.news().reduce((sum, { count }) => sum + count, 0) === 3);
    const news = watcher.news();
    assert.equal(news.at(-1).visitors, 2);
    const events = news.flatMap(({ events }) => events);
    assert.deepEqual(events.map(({ page }) => page), ["/a", "/b", "/c"]);
    assert.deepEqual(Object.keys(events[0]).sort(), ["browser", "country", "device", "hostname", "name", "page", "source"]);
    assert.equal(events[0].browser, "Firefox");
    assert.ok(!watcher.told.join().includes("192.0.2."), "nothing that tells who");
  }
  one.socket.send("ping");
  await one.until(() => one.told.includes("pong"));
  for (const { socket } of [one, other]) socket.close();
});

test("a hundred visitors are told once a second and not a hundred times", { timeout: 60_000 }, async () => {
  const watcher = await watch();
  await watcher.until(() => watcher.news().length === 1);
  const begun = Date.now();
  for (let n = 0; n < 100; n++) await view(`/many/${n}`, `198.51.100.${n}`);
  await watcher.until(() => watcher.news().reduce((sum, { count }) => sum + count, 0) === 100);
  const seconds = (Date.now() - begun) / 1000;
  assert.ok(watcher.news().length - 1 <= seconds + 2, `${watcher.news().length} times in ${seconds} s`);
  assert.ok(watcher.news().every(({ events }) => events.length <= 50));
  watcher.socket.close();
});

test("only who may read may watch", async () => {
  const { key } = await api.mustOwner("POST", `/api/v1/sites/${SITE}/keys`, { name: "r", scopes: ["read"] });
  const { key: writes } = await api.mustOwner("POST", `/api/v1/sites/${SITE}/keys`, { name: "w", scopes: ["write"] });
  const bearer = (key) => ({ authorization: `Bearer ${key}` });
  const login = await api.request("POST", "/api/v1/login", {
    body: JSON.stringify({ key: ADMIN_KEY }), headers: { "content-type": "application/json" },
  });
  const cookie = login.headers.get("set-cookie").split(";")[0];
  for (const [who, headers, opened] of [
    ["nobody", {}, 401],
    ["a wrong key", bearer("wrong"), 401],
    ["a key that writes", bearer(writes), 403],
    ["a key that reads", bearer(key), true],
    ["the dashboard", { cookie, origin: worker.url }, true],
    ["a page of another origin", { cookie, origin: "https://evil.example" }, 403],
    ["the same, by its own word", { cookie, origin: worker.url, "sec-fetch-site": "cross-site" }, 403],
  ]) {
    const watcher = await watch({ headers });
    assert.equal(watcher.opened, opened, who);
    watcher.socket.terminate();
  }
  assert.equal((await watch({ site: "unknown.test" })).opened, 404);
});

test("of a site with shards each tells its own", { timeout: 60_000 }, async () => {
  const site = "sharded.live.test";
  await api.putSite(site, { timezone: "UTC", shards: 2 });
  const watchers = [await watch({ site }), await watch({ site, more: "&shard=1" })];
  assert.equal((await watch({ site, more: "&shard=2" })).opened, 400);
  for (let n = 0; n < 20; n++) await view(`/${n}`, `203.0.113.${n}`, site);
  const counts = () => watchers.map((watcher) => watcher.news().reduce((sum, { count }) => sum + count, 0));
  await watchers[0].until(() => counts()[0] + counts()[1] === 20);
  assert.ok(counts().every((count) => count > 0), counts().join());
  for (const { socket } of watchers) socket.terminate();
});

test("a site that is deleted hangs up", { timeout: 60_000 }, async () => {
  const site = "gone.live.test";
  await api.putSite(site);
  const watcher = await watch({ site });
  await watcher.until(() => watcher.news().length === 1);
  const closed = new Promise((done) => watcher.socket.on("close", (code) => done(code)));
  await api.mustOwner("DELETE", `/api/v1/sites/${site}`);
  assert.equal(await closed, 1001);
});
