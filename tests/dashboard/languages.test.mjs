// The dashboard in each of its languages, in a real browser: from the first byte, after its module has taken over, in the
// modules of views; with the numbers as Intl writes them, and with no text cut off or left in English.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { ROOT } from "../harness/paths.mjs";
import { makeShare } from "../access/shares.mjs";
import { headline, ready, stage } from "./stage.mjs";

const site = stage();
const HERE = "?site=known.test&range=all";
const INTL = JSON.parse(readFileSync(join(ROOT, "views/words/intl.json"), "utf8"));
/** Each language with a browser that asks for it, and what the page then says. */
const LANGUAGES = {
  de: { locale: "de-AT", settings: "Einstellungen" },
  en: { locale: "en-GB", settings: "Settings" },
  es: { locale: "es-MX", settings: "Ajustes" },
  fr: { locale: "fr-FR", settings: "Réglages" },
  it: { locale: "it-IT", settings: "Impostazioni" },
  ja: { locale: "ja-JP", settings: "設定" },
  pl: { locale: "pl-PL", settings: "Ustawienia" },
  "pt-BR": { locale: "pt-PT", settings: "Configurações" },
};
const VIEWS = [
  "", "live", "places", "engagement", "goals", "funnels", "journeys", "retention", "requests", "vitals", "errors",
  "components", "commands", "queries", "outcomes", "settings", "sites", "install",
];
const PHONE = { viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true };

/** Fetches the page without a browser: with a session, and the languages that it accepts. */
const fetched = async (query, accepted) => {
  const headers = { cookie: fetched.cookie, ...(accepted && { "accept-language": accepted }) };
  const answer = await fetch(`${site.worker.url}/${query}`, { headers, redirect: "manual" });
  return { status: answer.status, headers: answer.headers, html: await answer.text() };
};
const signIn = async () => {
  if (fetched.cookie) return;
  const { ADMIN_KEY } = await import("../harness/worker.mjs");
  const headers = { origin: site.worker.url, "content-type": "application/json" };
  const answer = await fetch(`${site.worker.url}/api/v1/login`, { method: "POST", headers, body: JSON.stringify({ key: ADMIN_KEY }) });
  assert.equal(answer.status, 200);
  fetched.cookie = answer.headers.get("set-cookie").split(";")[0];
};
const language = (html) => /<html lang="([^"]+)" dir="ltr"/.exec(html)?.[1];

/** All that the page says: texts, and the names and hints of its elements. */
const said = (page) =>
  page.evaluate(() => {
    // Code and time zones are the same in every language.
    const apart = (element) => element.closest("code, option") !== null;
    const texts = [];
    const walker = document.createTreeWalker(document.getElementById("app"), NodeFilter.SHOW_ELEMENT | NodeFilter.SHOW_TEXT);
    while (walker.nextNode()) {
      const node = walker.currentNode;
      if (apart(node.nodeType === Node.TEXT_NODE ? node.parentElement : node)) continue;
      if (node.nodeType === Node.TEXT_NODE) texts.push(node.data);
      else for (const name of ["aria-label", "title", "placeholder"]) if (node.hasAttribute(name)) texts.push(node.getAttribute(name));
    }
    return texts.map((text) => text.trim()).filter((text) => text !== "");
  });

/** Texts that are cut off where they stand, other than values, which may be of any length. */
const cutOff = (page) =>
  page.evaluate(() => {
    const values = ".filter-word, .row-name, .menu-name, .menu-label, .chip-values, .visually-hidden, .snippet *, .journey *, code, svg, option";
    const found = [];
    for (const element of document.querySelectorAll("#app *")) {
      const own = [...element.childNodes].some((node) => node.nodeType === Node.TEXT_NODE && node.data.trim() !== "");
      if (!own || element.closest(values) || element.scrollWidth <= element.clientWidth + 1) continue;
      if (getComputedStyle(element).overflowX !== "visible" && getComputedStyle(element).display !== "inline") {
        found.push(`${element.tagName}.${element.className}: ${element.textContent.slice(0, 60)}`);
      }
    }
    const { scrollWidth, clientWidth } = document.documentElement;
    if (scrollWidth > clientWidth) found.push(`the page is ${scrollWidth} wide on ${clientWidth}`);
    return found;
  });

for (const [tag, { locale, settings }] of Object.entries(LANGUAGES)) {
  test(`${tag}: the page is in it from the first byte, and says the same when its module has taken over`, () =>
    site.look(
      HERE,
      async (page, context) => {
        await signIn();
        const { html, headers } = await fetched(HERE, `${locale},en;q=0.5`);
        assert.equal(language(html), tag);
        assert.match(headers.get("vary"), /\baccept-language\b/i);
        assert.ok(html.includes(`>${settings}<`), settings);
        await ready(page);
        assert.equal(await page.evaluate(() => document.documentElement.lang), tag);
        // The dashboard itself never parses markup, and its policy forbids it.
        const blank = await context.newPage();
        const first = await blank.evaluate((html) => {
          const made = new DOMParser().parseFromString(html, "text/html").getElementById("app");
          return made.textContent;
        }, html);
        assert.equal(await page.evaluate(() => document.getElementById("app").textContent), first);
        // What is counted in the browser is said in it, too, and so is what a module makes.
        await page.locator('.nav a[href*="view=outcomes"]').click();
        await page.waitForSelector("[data-panel=outcomes] tbody tr");
        const made = await page.locator("main").innerText();
        const { html: whole } = await fetched(new URL(page.url()).search, locale);
        assert.ok(whole.includes(made.split("\n")[0]), made.split("\n")[0]);
        const other = await page.locator("main [data-panel] th").allInnerTexts();
        for (const text of other) assert.ok(whole.includes(text.replaceAll("&", "&amp;")), text);
      },
      { locale },
    ));
}

test("numbers are written as the browser's Intl writes them", () =>
  site.look(HERE, async (page) => {
    await ready(page);
    const blank = await page.context().newPage();
    const source = readFileSync(join(ROOT, "views/words/intl.mjs"), "utf8").replace(/^import .*$/gm, "").replaceAll("export ", "").split("if (import.meta")[0];
    for (const tag of Object.keys(INTL)) {
      assert.deepEqual(await blank.evaluate(`(() => { ${source}; return of(${JSON.stringify(tag)}); })()`), INTL[tag], tag);
    }
    for (const [tag, { locale }] of Object.entries(LANGUAGES)) {
      await page.goto(`${site.worker.url}/${HERE}&lang=${tag}&metric=pageviews`);
      await ready(page);
      const values = await headline(page);
      const shown = await page.$$eval("[data-metric] .figure-value", (all) => all.map((value) => value.textContent));
      const number = (value, digits) => new Intl.NumberFormat(tag, { maximumFractionDigits: digits }).format(value);
      const percent = new Intl.NumberFormat(tag, { style: "percent" }).format(values.bounce_rate / 100);
      const expected = [number(values.visitors, 0), number(values.visits, 0), number(values.pageviews, 0), number(values.views_per_visit, 2), percent];
      assert.deepEqual(shown.slice(0, 5), expected, `${tag} ${locale}`);
    }
  }));

test("the address says more than the browser, links keep to it, and nothing is stored", () =>
  site.look(
    `${HERE}&lang=pl`,
    async (page, context) => {
      await ready(page);
      const before = await context.cookies();
      assert.equal(await page.evaluate(() => document.documentElement.lang), "pl");
      await page.locator('.nav a[href*="view=sites"], .nav a[href*="view=outcomes"]').first().click();
      await page.waitForSelector("[data-view]");
      assert.match(page.url(), /[?&]lang=pl\b/);
      await page.locator(".language-menu summary").click();
      await Promise.all([page.waitForURL(/lang=ja/), page.locator(".language-menu a[hreflang=ja]").click()]);
      await ready(page);
      assert.equal(await page.evaluate(() => document.documentElement.lang), "ja");
      assert.match(page.url(), /view=outcomes/);
      assert.equal(await page.locator(".language-menu [aria-current]").textContent(), "日本語");
      await page.goBack();
      await ready(page);
      assert.equal(await page.evaluate(() => document.documentElement.lang), "pl");
      assert.deepEqual(await context.cookies(), before);
      assert.equal(await page.evaluate(() => localStorage.length + sessionStorage.length), 0);
    },
    { locale: "de-DE" },
  ));

test("an address of no language, or a browser of none of them, gets English or what the browser wants", async () => {
  await signIn();
  for (const [query, accepted, expected] of [
    [HERE, undefined, "en"],
    [HERE, "nl-NL, nl;q=0.9", "en"],
    [HERE, "nl, fr;q=0.4, it;q=0.5", "it"],
    [`${HERE}&lang=xx`, "de", "de"],
    [`${HERE}&lang=en`, "de", "en"],
    [`${HERE}&lang=pt`, "de", "pt-BR"],
  ]) {
    assert.equal(language((await fetched(query, accepted)).html), expected, `${query} ${accepted}`);
  }
});

test("pages that are made at the same time are each in their own language", async () => {
  await signIn();
  const tags = Object.keys(LANGUAGES);
  const views = ["", "&view=outcomes", "&view=settings", "&view=goals"];
  const wanted = Array.from({ length: 64 }, (_, index) => [tags[index % tags.length], views[(index >> 3) % views.length]]);
  const pages = await Promise.all(wanted.map(([tag, view]) => fetched(HERE + view, tag)));
  for (const [index, { html }] of pages.entries()) {
    const [tag, view] = wanted[index];
    assert.equal(language(html), tag);
    const menu = html.slice(html.indexOf("<nav"), html.indexOf("</nav>"));
    for (const [other, { settings }] of Object.entries(LANGUAGES)) {
      assert.equal(menu.includes(`>${settings}<`), other === tag, `${tag}${view} and ${other}`);
    }
  }
});

test("whoever has no session, a shared link or no scripts is spoken to as well", async () => {
  await site.look("", async (page) => {
    await page.waitForSelector("#login-key");
    assert.equal(await page.locator("form button[type=submit]").innerText(), "Anmelden");
    await page.locator("#login-key").fill("wrong");
    await page.locator("form button[type=submit]").click();
    await page.getByRole("alert").waitFor();
  }, { login: false, locale: "de-DE", allow: /401 \(Unauthorized\)/ });
  await site.look(HERE, async (page) => {
    assert.ok((await page.locator(".nav").innerText()).includes("設定"));
    assert.ok((await page.locator("noscript").innerText()).includes("スクリプト"));
  }, { locale: "ja-JP", javaScriptEnabled: false });
  const share = await makeShare(site.api, "known.test");
  const path = new URL(share.url);
  const page = await fetch(path.origin + path.pathname, { headers: { "accept-language": "fr" } });
  assert.equal(language(await page.text()), "fr");
  await site.look(`${path.pathname.slice(1)}${path.hash}`, async (page) => {
    await page.getByText("Compté par Passerby").waitFor();
  }, { login: false, locale: "fr-FR" });
});

for (const tag of Object.keys(LANGUAGES)) {
  test(`${tag}: no text is cut off, on a phone and on a wide screen`, async () => {
    const found = [];
    for (const device of [PHONE, { viewport: { width: 1440, height: 900 } }]) {
      await site.look(`${HERE}&lang=${tag}`, async (page) => {
        for (const view of VIEWS) {
          await page.goto(`${site.worker.url}/?${view && `view=${view}&`}site=known.test&lang=${tag}`);
          await ready(page);
          found.push(...(await cutOff(page)).map((what) => `${view || "overview"}, ${device.viewport.width} wide: ${what}`));
        }
      }, device);
    }
    assert.deepEqual(found, []);
  });
}

// Where every text of the catalogue is marked, what has no mark is a value, or a text that nobody passed through `say`.
const MARKED = /[⟦⟧]/;
const DATA = [
  /^(Passerby|known\.test|passerby|UTC|GMT|Etc\/GMT.*|[/.@#<*{[(].*|https?:.*|pro|p(50|75|95|99)|Signup|404)$/i,
  /^(English|Deutsch|Español|Français|Italiano|日本語|Polski|Português)$/,
  // Numbers and days, in words of Intl.
  /^[^\p{L}]*$/u,
  /\d.*(Jan|Feb|März|Apr|Mai|Juni|Juli|Aug|Sept|Okt|Nov|Dez)/,
  /^(Jan|Feb|Mär|Apr|Mai|Jun|Jul|Aug|Sep|Okt|Nov|Dez|Januar|Februar|März|April|Juni|Juli|August|September|Oktober|November|Dezember)\b.*$/,
  /^[\d.,\u00a0]+.(h|min|s|ms|Mio\.|kB|MB|B)\b.*$/,
];
const VALUES = ["HTML", "React", "Vue", "Svelte", "Vite", "Node", "DE", "FR", "US", "JP", "BR", "Firefox", "Chrome", "Safari", "Windows", "Mac", "GNU/Linux", "Android",
  "Desktop", "Mobile", "Tablet", "Google", "Hacker News", "example.org", "news.ycombinator.com", "newsletter", "email",
  "Direct / None", "UTM", "Deutschland", "Frankreich", "Vereinigte Staaten", "Japan", "Brasilien", "Organic Search", "Referral", "Direct", "Email"];

test("every text of every view passes through the catalogue", async () => {
  const mark = async (route) => {
    const answer = await route.fetch();
    const [tag, ...lines] = (await answer.text()).split("\n");
    const texts = lines.slice(14).map((line) => {
      const forms = line.slice(9).split("\t").map((form) => `⟦${form}⟧`);
      return `${line.slice(0, 9)}${forms.join("\t")}`;
    });
    await route.fulfill({ response: answer, body: [tag, ...lines.slice(0, 14), ...texts].join("\n") });
  };
  await site.look(`${HERE}&lang=de`, async (page) => {
    const plain = new Map();
    for (const view of VIEWS) {
      await page.goto(`${site.worker.url}/?${view && `view=${view}&`}site=known.test&lang=de`);
      await ready(page);
      // The edge has made the page without marks; when its module is there, it is made anew.
      await page.waitForFunction(() => document.querySelector(".nav a").textContent.startsWith("⟦"));
      if (view) await page.waitForFunction(() => document.querySelector("[data-view] h1").textContent.startsWith("⟦"));
      for (const text of await said(page)) {
        if (MARKED.test(text) || VALUES.includes(text) || DATA.some((pattern) => pattern.test(text))) continue;
        plain.set(text, view || "overview");
      }
    }
    assert.deepEqual([...plain].map(([text, view]) => `${view}: ${text}`), []);
  }, { prepare: (page) => page.route("**/app/words/de.*.txt", mark) });
});
