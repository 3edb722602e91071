// What trackers cost a page: time on its main thread, time and memory of each call, requests and bytes. Each takes its
// turn in Chromium on the same page, served from the same place; the collector is a server that says yes to everything.
// Prints `[{"what", "tracker", "value"}]`.
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import { extname, join } from "node:path";
import { gzipSync } from "node:zlib";
import { build, transformSync } from "esbuild";
import { launch, visitor } from "../../tests/harness/browser.mjs";
import { DIST, ROOT } from "../../tests/harness/paths.mjs";
import { umamiScript } from "../../tests/harness/umami.mjs";

const rounds = +process.argv[2];
/** Events that wait while memory is measured, and that come to them: what the first ones compile is no event's. */
const [WAITING, MORE] = [100, 400];
const SITE = "bench.test";
/** What one measurement may take. */
const PATIENCE_MS = 60_000;
const TYPES = { ".js": "text/javascript", ".wasm": "application/wasm", ".html": "text/html" };
/** So that timers are fine, memory can be measured, and nothing tells that a program drives the browser. */
const FLAGS = [
  `--host-resolver-rules=MAP ${SITE} 127.0.0.1`,
  "--disable-blink-features=AutomationControlled",
  "--enable-blink-features=ForceEagerMeasureMemory",
];
const ISOLATED = { "cross-origin-opener-policy": "same-origin", "cross-origin-embedder-policy": "require-corp" };
/** What a tracker does on the main thread, as Chromium's traces name it. */
const WORK = /^(EvaluateScript|FunctionCall|RunMicrotasks|FireIdleCallback|TimerFire|v8\.(run|compile|compileModule|evaluateModule|produceCache)|V8\.CompileModule|v8\.wasm.*)$/;

const bundled = async (code) => {
  const built = await build({
    stdin: { contents: code, resolveDir: ROOT },
    bundle: true,
    minify: true,
    format: "iife",
    write: false,
    logLevel: "error",
  });
  return built.outputFiles[0].text;
};

/** Each tracker: its tag, its own files, where it reports to, and how the page calls it. */
const TRACKERS = {
  none: { tag: "", files: {}, api: /^$/, track: "() => {}" },
  ours: {
    tag: `<script defer src="/p.js" data-site="${SITE}"></script>`,
    files: {},
    api: /^\/e$/,
    track: "(name, props) => passerby(name, { props })",
  },
  Plausible: {
    tag: '<script defer src="/plausible.js"></script>',
    files: {
      "/plausible.js": await bundled(`
        import { init, track } from "@plausible-analytics/tracker";
        init({ domain: "${SITE}", endpoint: "/api/event", outboundLinks: true, fileDownloads: true, formSubmissions: true });
        window.track = track;`),
    },
    api: /^\/api\/event$/,
    track: "(name, props) => track(name, { props })",
  },
  Counterscale: {
    tag: '<script defer src="/counterscale.js"></script>',
    files: {
      "/counterscale.js": await bundled(`
        import * as Counterscale from "@counterscale/tracker";
        Counterscale.init({ siteId: "${SITE}", reporterUrl: "/tracker" });
        window.track = Counterscale.trackPageview;`),
    },
    api: /^\/(tracker|collect|cache)/,
    // It knows page views alone.
    track: "(name) => track({ url: '/' + name })",
  },
  Umami: {
    tag: '<script defer src="/umami.js" data-website-id="00000000-0000-4000-8000-000000000000"></script>',
    files: { "/umami.js": transformSync(umamiScript(), { minify: true }).code },
    api: /^\/api\/send$/,
    track: "(name, props) => umami.track(name, props)",
  },
};

const page = (tracker) => `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Shop</title>
  <link rel="icon" href="data:,">${tracker.tag}</head><body><h1>Shop</h1><p>${"A shop sells things. ".repeat(200)}</p></body></html>`;

/** Serves every tracker's page and takes what they report. */
function serve() {
  const reports = [];
  const state = { tracker: TRACKERS.none, silent: false };
  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url, "http://site");
    const { tracker } = state;
    if (tracker.api.test(pathname)) {
      const head = `${request.method} ${request.url} HTTP/1.1\r\n${request.rawHeaders.join(": ")}`.length;
      const report = { body: 0, head, at: performance.now(), query: request.url.length };
      request.on("data", (chunk) => (report.body += chunk.length));
      request.on("end", () => {
        reports.push(report);
        if (state.silent) return;
        response.writeHead(202, { "content-type": "application/json" }).end('{"results":[]}');
      });
      return;
    }
    const give = (body, type) => {
      const headers = { "content-type": type, "content-encoding": "gzip", "cache-control": "no-store", ...ISOLATED };
      response.writeHead(200, headers).end(gzipSync(body));
    };
    if (tracker.files[pathname]) return give(tracker.files[pathname], TYPES[".js"]);
    if (extname(pathname)) {
      try {
        return give(readFileSync(join(DIST, "assets", pathname)), TYPES[extname(pathname)]);
      } catch {
        return response.writeHead(404).end();
      }
    }
    give(page(tracker), TYPES[".html"]);
  });
  return new Promise((done) => {
    server.listen(0, "127.0.0.1", () => done({ server, reports, state, url: `http://${SITE}:${server.address().port}` }));
  });
}

const median = (values) => values.sort((left, right) => left - right)[values.length >> 1] ?? Number.NaN;
const after = (milliseconds) => new Promise((done) => setTimeout(done, milliseconds));
async function until(holds, patience = 10_000) {
  const end = performance.now() + patience;
  while (!holds() && performance.now() < end) await after(10);
}

const stage = await serve();
const start = () => launch({ args: [...FLAGS, `--unsafely-treat-insecure-origin-as-secure=${stage.url}`] });
let browser = await start();
const found = [];
const put = (what, tracker, value) => found.push({ what, tracker, value });
/** Says how far it is: all of it takes minutes. */
const step = (what) => console.error(`  ${what}`);

/** Some trackers' thousands of requests end the browser, or make it answer no more: then the next page is another one's. */
async function withPage(name, use) {
  stage.state.tracker = TRACKERS[name];
  stage.state.silent = false;
  stage.reports.length = 0;
  if (!browser.isConnected()) browser = await start();
  const { context, page } = await visitor(browser);
  const tooLong = after(PATIENCE_MS).then(() => {
    throw new Error(`${name} took longer than ${PATIENCE_MS} ms`);
  });
  try {
    const used = await Promise.race([use(page, await context.newCDPSession(page)), tooLong]);
    await context.close();
    return used;
  } catch (error) {
    browser.close().catch(() => {});
    browser = await start();
    throw error;
  }
}

/** Milliseconds of script on the main thread until the first report leaves, and those of the longest task with any. */
async function load(name, slowdown) {
  return withPage(name, async (page, session) => {
    await session.send("Emulation.setCPUThrottlingRate", { rate: slowdown });
    const events = [];
    const tracing = await browser.newBrowserCDPSession();
    tracing.on("Tracing.dataCollected", ({ value }) => events.push(...value));
    const categories = "devtools.timeline,disabled-by-default-devtools.timeline,v8,disabled-by-default-v8.wasm.detailed";
    await tracing.send("Tracing.start", { categories, transferMode: "ReportEvents" });
    await page.goto(stage.url);
    if (name !== "none") await until(() => stage.reports.length > 0);
    await after(300 * slowdown);
    const complete = new Promise((done) => tracing.once("Tracing.tracingComplete", done));
    await tracing.send("Tracing.end");
    await complete;
    await tracing.detach();
    const ofTracker = ({ name: what, args }) => what === "ResourceSendRequest" && TRACKERS[name].api.test(new URL(args.data.url).pathname);
    const sends = events.filter(ofTracker);
    const own = events.filter(({ pid, tid, dur }) => pid === sends[0]?.pid && tid === sends[0]?.tid && dur);
    const sent = Math.min(...sends.map((event) => event.ts));
    const work = own.filter((event) => WORK.test(event.name)).sort((left, right) => left.ts - right.ts);
    let [until_, spent] = [0, 0];
    for (const { ts, dur } of work) {
      const from = Math.max(ts, until_);
      const to = Math.min(ts + dur, sent);
      if (to > from) spent += to - from;
      until_ = Math.max(until_, ts + dur);
    }
    const tasks = own.filter((event) => event.name === "RunTask");
    const holds = (task) => work.some(({ ts, dur }) => ts >= task.ts && ts + dur <= task.ts + task.dur);
    const longest = Math.max(0, ...tasks.filter(holds).map((task) => task.dur));
    return { spent: spent / 1000, longest: longest / 1000 };
  });
}

/** Microseconds of a call, of 10,000 in hundreds with a breath between. */
async function call(name) {
  return withPage(name, async (page) => {
    await page.goto(stage.url);
    await until(() => stage.reports.length > 0);
    await after(500);
    const times = await page.evaluate(`(async () => {
      const call = ${TRACKERS[name].track};
      const times = [];
      for (let round = 0; round < 100; round++) {
        const start = performance.now();
        for (let at = 0; at < 100; at++) call("Signup", { plan: "pro" });
        times.push((performance.now() - start) * 10);
        await new Promise((done) => setTimeout(done, 20));
      }
      return times;
    })()`);
    return median(times);
  });
}

const memory = (page) => page.evaluate(() => performance.measureUserAgentSpecificMemory().then(({ bytes }) => bytes));

/** Bytes of memory that the page takes more with the tracker's first page view sent, and more for each call whose event waits. */
async function held(name) {
  return withPage(name, async (page) => {
    await page.goto(stage.url);
    if (name !== "none") await until(() => stage.reports.length > 0);
    await after(500);
    const before = await memory(page);
    // Whoever waits for an answer holds what comes meanwhile.
    stage.state.silent = true;
    const wait = async (events) => {
      await page.evaluate(`{ const call = ${TRACKERS[name].track}; for (let at = 0; at < ${events}; at++) call("Signup", { plan: "pro" }); }`);
      await after(500);
      return memory(page);
    };
    const few = await wait(WAITING);
    return { page: before, event: ((await wait(MORE)) - few) / MORE };
  });
}

/** Requests, and bytes of their bodies and queries, for a page view, some events and leaving. */
async function wire(name, events) {
  return withPage(name, async (page) => {
    await page.goto(stage.url);
    await until(() => stage.reports.length > 0);
    await after(1_500);
    for (let at = 0; at < events; at++) {
      await page.evaluate(`(${TRACKERS[name].track})("Signup", { plan: "pro" })`);
      await after(50);
    }
    await page.goto("about:blank");
    await after(1_500);
    const bytes = stage.reports.reduce((sum, { body, query }) => sum + body + query, 0);
    return { requests: stage.reports.length, bytes };
  });
}

try {
  const names = Object.keys(TRACKERS);
  for (const slowdown of [1, 4]) {
    const seen = Object.fromEntries(names.map((name) => [name, []]));
    // In turns, so that a slow moment meets all; the first round warms up.
    for (let round = 0; round <= rounds; round++) {
      step(`loading pages, ${slowdown}× slower, round ${round} of ${rounds}`);
      for (const name of names) {
        const one = await load(name, slowdown);
        if (round > 0) seen[name].push(one);
      }
    }
    for (const name of names.slice(1)) {
      put(`main thread until the first page view is sent, ${slowdown}× slower, ms`, name, median(seen[name].map(({ spent }) => spent)));
      put(`longest task, ${slowdown}× slower, ms`, name, median(seen[name].map(({ longest }) => longest)));
    }
  }
  const base = (await held("none")).page;
  const none = () => ({});
  for (const name of names.slice(1)) {
    step(`calling, memory and requests of ${name}`);
    put("a call, µs", name, await call(name).catch(() => undefined));
    const { page, event } = await held(name).catch(none);
    put("memory of the page more, bytes", name, page - base);
    put("memory of each further event that waits, bytes", name, event);
    const [few, more] = [await wire(name, 0).catch(none), await wire(name, 5).catch(none)];
    put("requests for a page view, 5 events and leaving", name, more.requests);
    put("bytes of these requests", name, more.bytes);
    put("bytes of each further event", name, (more.bytes - few.bytes) / 5);
  }
  console.log(JSON.stringify(found));
} finally {
  await Promise.race([browser.close(), after(5_000)]);
  stage.server.close();
  stage.server.closeAllConnections();
}
// A browser that did not close, and what was to be too long, are not waited for.
process.exit();
