// Stored cross-site scripting: what senders, imports and owners write is shown as text on every screen, runs nowhere, leads
// nowhere, loads nothing, and is no formula in what is exported.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { makeShare } from "../access/shares.mjs";
import { eventId, pageview } from "../harness/api.mjs";
import { eventually } from "../harness/eventually.mjs";
import { ROOT } from "../harness/paths.mjs";
import { PAYLOADS, further } from "./payloads.mjs";
import { PARTS, VIEWS, settled } from "./screens.mjs";
import { ZONE, at, day, ready, stage } from "./stage.mjs";

const SITE = "hostile.test";
/** Each of these texts does the most that it can: those that stand for all where a list has few places. */
const WORST = PAYLOADS.slice(0, 40);
const site = stage();

/** An event as an import takes it, with one text wherever there may be one. */
function imported(text, n) {
  const short = text.slice(0, 100);
  const clock = `1${n % 2}:${String(n % 60).padStart(2, "0")}:00`;
  const all = {
    visitor: `visitor ${text} ${n}`, timestamp: at(-1 - (n % 3), clock), hostname: "hostile.test", pathname: `/${text}`, referrer: `https://evil.example/${text}`,
    source: text, channel: text, utm_source: text, utm_medium: text, utm_campaign: text, utm_content: text, utm_term: text, country: "DE",
    browser: text, browser_version: text, os: text, os_version: text, device: text, region: text, language: text, screen: text,
  };
  const props = { [short]: text, plan: text };
  return [
    { ...all, name: "pageview", props },
    { ...all, name: short, props, revenue: { amount: 5, currency: "EUR" } },
    { ...all, name: "request", request: { method: "GET", route: `/${text}`, status: 500, duration_ms: 9 } },
    { ...all, name: "query", query: { system: short, fingerprint: text, duration_ms: 9, rows: 1 } },
    { ...all, name: "vital", vital: { name: "LCP", value: 1200, rating: "good", target: text } },
    { ...all, name: "error", error: { type: short, fingerprint: short } },
    { ...all, name: "component", component: { name: short, variant: short, version: short, action: "impression" } },
    { ...all, name: "command", command: { name: short, flags: [text, "--all"], success: false, duration_ms: 9, version: text } },
  ];
}

/** The same as a visitor's browser, a server and the clients of others send it. */
function sent(text) {
  const here = `https://${SITE}/${encodeURIComponent(text)}?utm_source=${encodeURIComponent(text)}&utm_campaign=${encodeURIComponent(text)}`;
  const short = text.slice(0, 100);
  return [
    pageview(here, { referrer: `https://evil.example/${text}` }),
    pageview(here, { name: short, props: { [short]: text } }),
    pageview(`https://${SITE}/${text}`),
    pageview(here, { name: "error", error: { type: short, fingerprint: short } }),
  ];
}

/** What an owner may name: `[path below the site, body]`, with as many of the texts as a site may have. */
const named = (text) => [
  ["annotations", { time: day(-1), text }],
  ["segments", { name: text, filters: [["is", "visit:source", [text]], ["contains", "event:page", [text]]] }],
  ["funnels", { name: text, steps: [{ name: text, filter: ["is", "event:page", [`/${text}`]] }, { name: text, filter: ["is", "event:name", [text]] }] }],
  ["boards", { name: text, widgets: [{ kind: "text", title: text, text }, { kind: "list", title: text, dimension: "event:page", filters: [["is", "visit:source", [text]]] }] }],
  ["members", { name: text, role: "viewer" }],
  ["keys", { name: text, scopes: ["read"] }],
  ["shares", { name: text }],
];

/** Writes all texts wherever one can be written; says what was refused, which is an answer like any other. */
async function plant(api, texts) {
  const goals = texts.slice(0, 20).map((text, n) => (n % 2 ? { event: text.slice(0, 100), display_name: text } : { page_path: `/${text}*`, display_name: text }));
  const known = (await api.request("GET", `/api/v1/sites/${SITE}`, { key: api.key })).json;
  if (!known?.goals) await api.putSite(SITE, { timezone: ZONE, label: texts[9], goals });
  const counts = { taken: 0, refused: 0 };
  const heard = (answer, what) => {
    assert.ok(answer.status < 500, `${what}: ${answer.status} ${answer.text.slice(0, 200)}`);
    counts[answer.status < 300 ? "taken" : "refused"] += 1;
  };
  for (let from = 0; from < texts.length; from += 60) {
    const events = texts.slice(from, from + 60).flatMap((text, n) => imported(text, from + n));
    const answer = await api.importEvents(SITE, events);
    assert.equal(answer.status, 200, answer.text.slice(0, 300));
    assert.ok(answer.json.accepted > events.length * 0.8, answer.text.slice(0, 600));
  }
  for (const [n, text] of texts.slice(0, 100).entries()) {
    heard(await api.send(SITE, sent(text)), "a batch");
    heard(await api.request("POST", "/api/event", { body: JSON.stringify({ n: text, u: `https://${SITE}/${text}`, d: SITE, r: text, p: { text } }) }), "Plausible's");
    const payload = { website: SITE, hostname: SITE, url: `/${text}`, title: text, referrer: text, name: text.slice(0, 50), data: { text } };
    heard(await api.request("POST", "/api/send", { body: JSON.stringify({ type: "event", payload }), headers: { "content-type": "application/json" } }), "Umami's");
    heard(await api.owner("POST", "/api/v1/events", { site: SITE, events: sent(text).map((event) => ({ ...event, id: eventId() })) }), "a server's");
    if (n < 60) for (const [path, body] of named(text)) heard(await api.owner("POST", `/api/v1/sites/${SITE}/${path}`, body), path);
  }
  return counts;
}

/** The tags and attributes that views use. */
const MARKUP = /const NAMES: [^=]+= \[(.*?)\n\];/s.exec(readFileSync(join(ROOT, "views/src/markup.rs"), "utf8"))[1].match(/[^",\s]+(?=")/g);

/** Listens for whatever must not happen while a page is looked at. */
async function guard(page, context) {
  page.harm = [];
  const host = new URL(site.worker.url).host;
  page.on("dialog", (dialog) => {
    page.harm.push(`a dialog: ${dialog.message()}`);
    dialog.dismiss().catch(() => {});
  });
  page.on("popup", () => page.harm.push("a window"));
  page.on("request", (request) => {
    const url = new URL(request.url());
    if (/^https?:$/.test(url.protocol) && url.host !== host) page.harm.push(`asked ${url.host}`);
    if (["image", "media", "font", "object"].includes(request.resourceType()) && url.protocol !== "data:") page.harm.push(`loaded ${request.url().slice(0, 120)}`);
  });
  page.on("framenavigated", (frame) => {
    const { host: there, protocol } = new URL(frame.url());
    if (frame !== page.mainFrame() || (there !== host && protocol !== "about:")) page.harm.push(`went to ${frame.url().slice(0, 120)}`);
  });
  await context.addInitScript(() => {
    addEventListener("securitypolicyviolation", (event) => console.error(`CSP: ${event.violatedDirective} ${event.blockedURI} ${event.sample}`));
  });
}

/** Whatever on the page is not of the views' own making: elements, attributes, addresses. */
const strange = (page) =>
  page.evaluate((known) => {
    const found = [];
    for (const element of document.body.querySelectorAll("*")) {
      const outside = !element.closest("#app");
      const expected = outside ? ["div", "template", "noscript", "p", "script"] : known;
      if (!expected.includes(element.localName)) found.push(`<${element.localName}>`);
      for (const { name, value } of outside ? [] : element.attributes) {
        if (!known.includes(name)) found.push(`${element.localName} ${name}`);
        if (/href$/.test(name) && !/^(\?|#|\/(?![/\\]))/.test(value)) found.push(`${name}=${value.slice(0, 80)}`);
      }
    }
    if (document.querySelectorAll("script").length !== 1 || document.querySelectorAll("base, meta[http-equiv]").length) found.push("in the head");
    return [...new Set(found)];
  }, MARKUP);

/** Does with a page what a reader could: the pointer and the keyboard come to everything that answers them. */
async function rouse(page) {
  await page.evaluate(() => {
    const events = ["pointerover", "mouseover", "mouseenter", "pointermove", "mousemove", "focusin", "animationend", "transitionend", "toggle", "wheel"];
    for (const element of document.querySelectorAll("#app *")) {
      for (const name of events) element.dispatchEvent(new MouseEvent(name, { bubbles: true }));
      if (element.tabIndex >= 0) element.focus({ preventScroll: true });
    }
    for (const menu of document.querySelectorAll("details")) menu.open = true;
  });
  for (const spot of await page.locator("[data-tip], #plot, [title]").all().then((all) => all.slice(0, 4))) {
    await spot.hover({ force: true, timeout: 500 }).catch(() => {});
  }
}

/** Nothing harmful happened, nothing strange stands there; gives which of the texts are on the page. */
async function harmless(page, what) {
  await rouse(page);
  assert.deepEqual(await strange(page), [], what);
  assert.deepEqual(page.harm, [], what);
  assert.deepEqual(page.troubles, [], what);
}

/** How many of the texts stand on the page, as text or as a form's value. */
const present = (page, texts) =>
  page.evaluate((texts) => {
    const values = [...document.querySelectorAll("#app input, #app option, #app [data-tip], #app [title]")];
    const all = [document.querySelector("#app").textContent, ...values.flatMap((one) => [one.value, one.dataset.tip, one.title])].join("\n");
    return texts.filter((text) => all.includes(text.slice(0, 60))).length;
  }, texts);

test("a hole would be seen, with the page's policy and without it", async () => {
  for (const [policy, seen] of [["as it is", /CSP: script-src/], ["none", /a dialog: 1/]]) {
    await site.look("?site=known.test", async (page) => {
      await eventually(async () => assert.match([...page.harm, ...page.troubles].join("\n"), seen));
      await settled(page);
      assert.deepEqual(await strange(page), []);
      await page.evaluate(() => document.querySelector("h1").append(Object.assign(document.createElement("a"), { href: "javascript:alert(1)", onclick: null }), document.createElement("iframe")));
      assert.deepEqual(await strange(page), ["href=javascript:alert(1)", "<iframe>"]);
    }, {
      allow: /./,
      prepare: async (page, context) => {
        await guard(page, context);
        await page.route("**/?site=*", async (route) => {
          const answer = await route.fetch();
          const { "content-security-policy": kept, ...headers } = answer.headers();
          const body = (await answer.text()).replace("<h1", "<img src=/x onerror=alert(1)><h1");
          await route.fulfill({ status: 200, headers: policy === "none" ? headers : { ...headers, "content-security-policy": kept }, body });
        });
      },
    });
  }
});

test("every text is taken or refused wherever one can be written", { timeout: 120_000 }, async () => {
  const { taken } = await plant(site.api, PAYLOADS);
  assert.ok(taken > 500, `${taken} were taken`);
});

/** What opens more of a view, where a text is part of the address. */
const text = encodeURIComponent(WORST[3]);
const OPENED = [
  ["overview", `f=is.source.${text}&f=is_not.page.%2F${text}&metric=visits`],
  ["overview", `more=page&search=${encodeURIComponent("<")}`],
  ["overview", "chart=table&range=last-7-days"],
  ["overview", `dialog=filters&f=is.source.${text}&f=contains_not.page.${text}`],
  ["overview", `dialog=filters&filter-at=new&filter-field=source&filter-op=is&filter-value=${text}&filter-typed=${text}`],
  ["overview", "dialog=keys"],
  ["boards", `edit=1&set=0&w=${encodeURIComponent(`kind=text&title=${text}&text=${text}`)}&w=kind%3Dlist%26dimension%3Devent%253Apage`],
  ["goals", `goal=${encodeURIComponent(PAYLOADS[3])}&prop=plan`],
  ["funnels", `kind1=page&step1=%2F${text}&kind2=event&step2=${text}&kind3=goal&step3=${text}`],
  ["journeys", `start=page:%2F${text}`],
  ["requests", `method=GET&route=%2F${text}`],
  ["requests", "q=%3C"],
  ["errors", `type=${text}&fingerprint=${text}`],
  ["components", `component=${text}&variant=${text}`],
  ["commands", `command=${text}`],
  ["queries", `system=${text}&fingerprint=${text}`],
  ["vitals", "vital=LCP&all=1"],
  ["engagement", `f=is.channel.${text}`],
  ["outcomes", `f=is.utm_term.${text}`],
  ...PARTS.map((part) => ["settings", `part=${part}&f=is.source.${text}`]),
  ["settings", "part=goals&remove=1"],
  ["settings", "part=annotations&edit=1"],
  ["install", `step=${text}`],
];
/** Views that show none of the texts of others: what is not counted has names of its own, and so has where visitors are. */
const SILENT = ["outcomes", "install", "sites", "retention", "places"];

const all = [...VIEWS.filter((name) => name !== "share").map((name) => [name, ""]), ...OPENED];
for (const [part, screens] of [["the views", all.slice(0, VIEWS.length - 1)], ["what is opened in them", OPENED]]) {
  test(`${part}: texts stay texts, as the edge writes them and as the page does`, { timeout: 240_000 }, async () => {
    for (const scripts of [false, true]) {
      await site.look("?site=known.test", async (page) => {
        for (const [view, more] of screens) {
          const what = `${view} ${more}, ${scripts ? "with" : "without"} scripts`;
          await page.goto(`${site.worker.url}/?view=${view}&site=${SITE}&${more}`);
          if (scripts) await settled(page);
          assert.deepEqual(await strange(page), [], what);
          if (scripts) await harmless(page, what);
          else assert.deepEqual([page.harm, page.troubles], [[], []], what);
          if (more === "" && !SILENT.includes(view)) assert.ok((await present(page, PAYLOADS)) > 0, `${what}: shows none of them, so it shows nothing`);
        }
      }, { javaScriptEnabled: scripts, prepare: guard });
    }
  });
}

test("a text is the same text in the long lists of every dimension", { timeout: 120_000 }, () =>
  site.look(`?site=${SITE}`, async (page) => {
    for (const [name, dimension] of [["page", "event:page"], ["source", "visit:source"], ["utm_term", "visit:utm_term"], ["browser", "visit:browser"], ["event", "event:name"]]) {
      const { results } = await site.api.query(SITE, { metrics: ["visitors"], dimensions: [dimension], date_range: [day(-27), day(0)], pagination: { limit: 1000, offset: 0 } });
      const told = new Set(results.map((row) => row.dimensions[0]));
      const shown = new Set();
      await page.goto(`${site.worker.url}/?site=${SITE}&more=${name}`);
      await settled(page);
      for (;;) {
        for (const one of await page.$$eval("[role=dialog] tbody th a", (all) => all.map((row) => row.title))) shown.add(one);
        await harmless(page, name);
        const next = page.getByRole("link", { name: "Next page" });
        if (!(await next.count())) break;
        await next.click();
        await ready(page);
        await settled(page);
      }
      assert.deepEqual([...shown].filter((one) => !told.has(one)), [], `${name}: shown but not told`);
      assert.ok(shown.size >= Math.min(told.size, PAYLOADS.length) * 0.9, `${name}: ${shown.size} of ${told.size}`);
    }
  }, { prepare: guard }));

test("what the page counts itself, and what comes while somebody looks, stays text", { timeout: 60_000 }, () =>
  site.look(`?site=${SITE}`, async (page) => {
    await settled(page);
    // Each click is counted from the visits that the page holds.
    for (const panel of ["sources", "devices", "pages"]) {
      await page.locator(`[data-panel=${panel}] a[data-row], [data-panel=${panel}] a.row`).first().click();
      await settled(page);
      await harmless(page, `filtered by ${panel}`);
    }
    await page.goto(`${site.worker.url}/?view=live&site=${SITE}`);
    await settled(page);
    for (const text of WORST) await site.api.send(SITE, sent(text));
    await eventually(async () => assert.ok((await present(page, WORST)) > 3, "the newest are told"));
    await harmless(page, "live");
  }, { prepare: guard }));

test("a share tells texts as texts, in a frame as well", { timeout: 60_000 }, async () => {
  const crowd = WORST.flatMap((text, n) => Array.from({ length: 12 }, (_, who) => ({ name: "pageview", visitor: `${who} ${n}`, timestamp: at(-4, "12:00:00"), pathname: `/${text}`, source: text, browser: text, device: text, country: "DE" })));
  assert.equal((await site.api.importEvents(SITE, crowd)).status, 200);
  const share = await makeShare(site.api, SITE, { name: WORST[3], noise: "none" });
  const { pathname, hash } = new URL(share.url);
  for (const search of ["", "?embed=1", `?days=${text}&f=is.source.${text}`]) {
    await site.look(`${pathname.slice(1)}${search}${hash}`, async (page) => {
      await page.waitForSelector("[data-row]");
      await settled(page);
      assert.ok((await present(page, WORST)) > 0, search);
      await harmless(page, search);
    }, { login: false, prepare: guard });
  }
});

test("what is refused is not repeated", () =>
  site.look(`?view=settings&site=${SITE}&part=members`, async (page) => {
    await settled(page);
    for (const text of WORST.slice(0, 4)) {
      await page.locator("#known-member").getByLabel("Id of the account").fill(text);
      await page.getByRole("button", { name: "Take in" }).click();
      const alert = page.getByRole("alert");
      await alert.waitFor();
      assert.ok(!(await alert.innerText()).includes(text), text);
      assert.deepEqual(await strange(page), []);
    }
    assert.deepEqual(page.harm, []);
    await page.goto(`${site.worker.url}/?site=${encodeURIComponent(WORST[3])}&range=${encodeURIComponent(WORST[0])}`);
    await page.getByRole("alert").waitFor();
    assert.deepEqual([await strange(page), page.harm], [[], []]);
  }, { prepare: guard, allow: /Failed to load resource/ }));

/** The cells of CSV. */
function cells(csv) {
  const found = [];
  for (const match of csv.matchAll(/"((?:[^"]|"")*)"|([^",\r\n]+)/g)) found.push(match[1]?.replaceAll('""', '"') ?? match[2]);
  return found;
}

test("no cell of an exported table is a formula", async () => {
  const { text } = await site.api.request("GET", `/api/v1/export?site=${SITE}&format=csv`, { key: site.api.key });
  const all = cells(text);
  assert.ok(all.some((cell) => cell.startsWith("'=HYPERLINK")), "the formulas came this far");
  assert.deepEqual(all.filter((cell) => /^\s*[=+\-@\uFF1D]/.test(cell) && Number.isNaN(Number(cell))), []);
});

test("whole lists of such texts", { skip: further().length === 0 && "PASSERBY_SHARED_DATA names none", timeout: 1_800_000 }, async () => {
  const texts = further();
  assert.ok(texts.length > 1000);
  await plant(site.api, texts);
  await site.look(`?site=${SITE}`, async (page) => {
    for (const name of ["page", "source", "event"]) {
      await page.goto(`${site.worker.url}/?site=${SITE}&more=${name}`);
      await settled(page);
      for (let pages = 1; ; pages++) {
        assert.deepEqual([await strange(page), page.harm, page.troubles], [[], [], []], `${name}, page ${pages}`);
        const next = page.getByRole("link", { name: "Next page" });
        if (!(await next.count())) break;
        await next.click();
        await settled(page, { quiet: 30 });
      }
    }
  }, { prepare: guard });
});
