// What the dashboard weighs and how fast it answers clicks, in Chromium against the real worker with imported visits.
// `node dashboard.mjs VISITS,… SLOWDOWN,… CLICKS` prints `[{"what", "value"}]`.
import { readdirSync, readFileSync } from "node:fs";
import { request } from "node:http";
import { extname, join } from "node:path";
import { brotliCompressSync } from "node:zlib";
import { launch, visitor } from "../../tests/harness/browser.mjs";
import { DIST } from "../../tests/harness/paths.mjs";
import { ADMIN_KEY, Worker } from "../../tests/harness/worker.mjs";
import { month } from "./visits.mjs";

const [amounts, slowdowns] = [process.argv[2], process.argv[3]].map((list) => list.split(",").map(Number));
const clicks = +process.argv[4];
/** Visits that one object gives at most. */
const OBJECT_MAX = 1_000_000;
/** Lines of one import. */
const LINES = 20_000;
/** What waiting for the visits of a month may take. */
const PATIENCE_MS = 300_000;
/** Rows of these panels are clicked in turns. */
const PANELS = ["sources", "countries", "devices", "pages"];

const found = [];
const put = (what, value, unit) => found.push({ what: `${what}, ${unit}`, value });
const step = (text) => console.error(`  ${text}`);
const brotli = (bytes) => brotliCompressSync(bytes).length;

/** The bytes of an answer as they come over the wire. */
function wire(url, headers) {
  return new Promise((resolve, reject) => {
    const sent = request(url, { headers: { "accept-encoding": "br", ...headers } }, async (answer) => {
      let bytes = 0;
      for await (const part of answer) bytes += part.length;
      resolve({ bytes, status: answer.statusCode, coding: answer.headers["content-encoding"] });
    });
    sent.on("error", reject).end();
  });
}

/** A site with so many visits in the thirty days before today. */
async function bring(worker, visits) {
  const site = `visits-${visits}.test`;
  await worker.api.putSite(site, { timezone: "UTC", shards: Math.ceil((visits * 1.1) / OBJECT_MAX) });
  let lines = [];
  const send = async () => {
    const answer = await worker.api.importText(site, lines.join("\n"));
    if (answer.json?.accepted !== lines.length) throw new Error(answer.text);
    lines = [];
  };
  for (const event of month(visits, site)) {
    lines.push(JSON.stringify(event));
    if (lines.length === LINES) await send();
  }
  if (lines.length > 0) await send();
  return site;
}

/** What a month weighs: the page, and the visits as columns. */
async function weigh(worker, site, visits, range, cookie) {
  const page = await wire(`${worker.url}/?site=${site}&${range.shown}`, { cookie });
  put(`${visits} visits: the first complete view, one request`, page.bytes, `bytes of ${page.coding ?? "no coding"}`);
  const columns = `${worker.url}/api/v2/columns?site=${site}&range=${range.days}`;
  const authorization = `Bearer ${worker.api.key}`;
  const sent = await wire(columns, { authorization });
  if (sent.status !== 200) throw new Error(`columns: ${sent.status}`);
  put(`${visits} visits: columns of the month`, sent.bytes, "bytes of brotli");
  put(`${visits} visits: columns of the month`, (sent.bytes * 8) / visits, "bits a visit");
  const plain = await fetch(columns, { headers: { authorization, "accept-encoding": "identity" } });
  put(`${visits} visits: columns of the month`, (await plain.arrayBuffer()).byteLength, "bytes");
}

/** The code that pages load, by its files. */
function code() {
  const app = join(DIST, "assets/app");
  const files = [app, join(app, "view")].flatMap((folder) => readdirSync(folder).map((name) => join(folder, name)));
  const sizes = files.filter((file) => /\.(js|css|wasm)$/.test(file)).map((file) => [file.slice(app.length + 1), brotli(readFileSync(file))]);
  const sum = (is) => sizes.filter(([name]) => is(name)).reduce((sum, [, bytes]) => sum + bytes, 0);
  const main = (name) => name.startsWith("dashboard.");
  const columns = (name) => name.startsWith("view/columns.");
  put("code of the overview: WASM, glue and styles", sum(main), "bytes of brotli");
  put("code that holds the visits, when idle", sum(columns), "bytes of brotli");
  const views = new Set(sizes.flatMap(([name]) => /^view\/(\w+)\./.exec(name)?.[1] ?? []));
  views.delete("columns");
  for (const view of views) put(`code of the view ${view}`, sum((name) => name.startsWith(`view/${view}.`)), "bytes of brotli");
}

/** Milliseconds from clicks to panels that are laid out: filters set by rows of panels in turns, and taken away again. */
const timed = async ([panels, clicks]) => {
  // Nobody clicks twice between two frames.
  const shown = () => new Promise((done) => requestAnimationFrame(() => setTimeout(done)));
  const laidOut = (link) => {
    const start = performance.now();
    link.click();
    document.body.getBoundingClientRect();
    document.querySelector("main").getBoundingClientRect();
    return [performance.now() - start, document.querySelector("main").getAttribute("aria-busy") === "false"];
  };
  const seen = { set: [], away: [] };
  for (let click = 0; click < clicks; click++) {
    const panel = panels[click % panels.length];
    const rows = document.querySelectorAll(`[data-panel=${panel}] a.row`);
    const link = rows[Math.floor(click / panels.length) % rows.length];
    if (!link) throw new Error(`no rows in ${panel}`);
    await shown();
    const [set, isCounted] = laidOut(link);
    if (!isCounted || !document.querySelector(".chip")) throw new Error(`a click in ${panel} was not counted in the page`);
    seen.set.push([panel, set]);
    await shown();
    const [away] = laidOut(document.querySelector(".chip-remove"));
    if (document.querySelector(".chip")) throw new Error("the filter stays");
    seen.away.push([panel, away]);
  }
  return seen;
};

/** The frames of a second in which the pointer is dragged over the chart. */
async function frames(page) {
  const box = await page.locator("main svg").first().boundingBox();
  await page.evaluate(() => {
    // Counted once, however often this is asked.
    if (window.frames_seen !== undefined) return;
    window.frames_seen = 0;
    const count = () => {
      window.frames_seen++;
      requestAnimationFrame(count);
    };
    requestAnimationFrame(count);
  });
  const y = box.y + box.height / 2;
  await page.mouse.move(box.x + 5, y);
  await page.mouse.down();
  const [start, before] = [performance.now(), await page.evaluate(() => window.frames_seen)];
  for (let at = 0; performance.now() - start < 2_000; at = (at + 7) % (box.width - 10)) await page.mouse.move(box.x + 5 + at, y);
  const seen = (await page.evaluate(() => window.frames_seen)) - before;
  const seconds = (performance.now() - start) / 1_000;
  await page.keyboard.press("Escape");
  await page.mouse.up();
  return seen / seconds;
}

const quantile = (values, share) => [...values].sort((left, right) => left - right)[Math.min(values.length - 1, Math.floor(values.length * share))];

async function click(browser, worker, site, visits, range) {
  const { context, page } = await visitor(browser);
  const headers = { origin: worker.url };
  const login = await context.request.post(`${worker.url}/api/v1/login`, { data: { key: ADMIN_KEY }, headers });
  if (login.status() !== 200) throw new Error(`login: ${login.status()}`);
  const [cookie] = await context.cookies(worker.url);
  await weigh(worker, site, visits, range, `${cookie.name}=${cookie.value}`);
  // Each module's memory is told by its instance.
  await context.addInitScript(() => {
    window.memories = [];
    const { instantiateStreaming, instantiate } = WebAssembly;
    const noted = async (made) => {
      const { instance } = await made;
      if (instance) window.memories.push(Object.values(instance.exports).find((one) => one instanceof WebAssembly.Memory));
      return made;
    };
    WebAssembly.instantiateStreaming = (...of) => noted(instantiateStreaming.apply(WebAssembly, of));
    WebAssembly.instantiate = (...of) => noted(instantiate.apply(WebAssembly, of));
  });
  const columns = page.waitForResponse(/\/api\/v2\/columns/, { timeout: PATIENCE_MS });
  await page.goto(`${worker.url}/?site=${site}&${range.shown}`, { timeout: PATIENCE_MS });
  await (await columns).finished();
  await page.waitForFunction(() => window.memories.length > 1, null, { timeout: PATIENCE_MS });
  await page.waitForTimeout(2_000);
  const session = await context.newCDPSession(page);
  for (const slowdown of slowdowns) {
    await session.send("Emulation.setCPUThrottlingRate", { rate: slowdown });
    await page.evaluate(timed, [PANELS, PANELS.length]);
    const seen = await page.evaluate(timed, [PANELS, clicks]);
    for (const [what, all] of [["a filter is set", seen.set], ["a filter is taken away", seen.away]]) {
      const times = all.map(([, time]) => time);
      for (const [name, share] of [["p50", 0.5], ["p95", 0.95]]) put(`${visits} visits, ${slowdown}× slower: ${what}, ${name}`, quantile(times, share), "ms");
    }
    for (const panel of PANELS) {
      const times = seen.set.filter(([of]) => of === panel).map(([, time]) => time);
      put(`${visits} visits, ${slowdown}× slower: a filter by ${panel}, p50`, quantile(times, 0.5), "ms");
    }
    put(`${visits} visits, ${slowdown}× slower: the pointer dragged over the chart`, await frames(page), "frames/s");
  }
  const bytes = await page.evaluate(() => window.memories.map((memory) => memory.buffer.byteLength));
  put(`${visits} visits: memory of the page's modules`, bytes.reduce((sum, one) => sum + one, 0), "bytes");
  await context.close();
}

code();
const worker = await Worker.start();
const browser = await launch();
try {
  const day = (shift) => new Date(Date.now() + shift * 86_400_000).toISOString().slice(0, 10);
  const range = { days: `${day(-30)}..${day(-1)}`, shown: `range=${day(-30)}..${day(-1)}&compare=nothing` };
  for (const visits of amounts) {
    step(`importing ${visits} visits`);
    const site = await bring(worker, visits);
    step(`clicking among ${visits} visits`);
    await click(browser, worker, site, visits, range);
  }
  console.log(JSON.stringify(found));
} finally {
  await browser.close();
  await worker.dispose();
}
