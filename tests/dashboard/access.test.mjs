// The dashboard for whoever has no mouse, does not see it, sees little, or holds it in one hand.
import assert from "node:assert/strict";
import { test } from "node:test";
import { ADMIN_KEY } from "../harness/worker.mjs";
import { chips, headline, ready, rows, stage } from "./stage.mjs";

const site = stage();
const HERE = "?site=known.test";
const PHONE = { viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true };
const outside = { login: false, allow: /401 \(Unauthorized\)/ };

/** Presses Tab until what has the focus fits, at most so often. */
async function tabTo(page, fits, most = 80) {
  for (let n = 0; n < most; n++) {
    await page.keyboard.press("Tab");
    if (await page.evaluate(fits)) return;
  }
  assert.fail(`not reached by ${most} times Tab: ${fits}`);
}

test("everything can be done with the keyboard alone", () =>
  site.look(
    HERE,
    async (page) => {
      await page.locator("#login-key").waitFor();
      assert.equal(await page.evaluate(() => document.activeElement.id), "login-key", "the first thing asked for has the focus");
      await page.keyboard.type(ADMIN_KEY);
      await page.keyboard.press("Enter");
      await ready(page);
      await tabTo(page, () => document.activeElement.closest(".range-menu") !== null);
      await page.keyboard.press("Enter");
      await tabTo(page, () => document.activeElement.textContent === "Last 7 days");
      await page.keyboard.press("Enter");
      await page.waitForFunction(() => location.search.includes("range=last-7-days"));
      await ready(page);
      await tabTo(page, () => document.activeElement.matches("[data-metric=pageviews]"));
      await page.keyboard.press("Enter");
      await page.waitForSelector("[data-metric=pageviews][aria-current]");
      // Of tabs only the chosen one is a stop; arrows lead to the others.
      await tabTo(page, () => document.activeElement.getAttribute("role") === "tab" && document.activeElement.textContent === "Sources");
      await page.keyboard.press("ArrowRight");
      if (await page.evaluate(() => document.activeElement.getAttribute("aria-selected") !== "true")) await page.keyboard.press("Enter");
      await page.waitForSelector('[role=tab][aria-selected=true]:text-is("Channels")');
      await tabTo(page, () => document.activeElement.matches("[data-panel=devices] [data-row=Firefox], [data-panel=devices] [data-row=Firefox] *"));
      await page.keyboard.press("Enter");
      await page.waitForSelector(".chip");
      assert.deepEqual(await chips(page), ["Browser is Firefox"]);
      await page.evaluate(() => document.activeElement.blur());
      await tabTo(page, () => document.activeElement.matches(".chip-remove"));
      await page.keyboard.press("Enter");
      await page.waitForSelector(".chip", { state: "detached" });
    },
    outside,
  ));

test("whatever has the focus shows it", () =>
  site.look(HERE, async (page) => {
    await ready(page);
    for (let n = 0; n < 40; n++) {
      await page.keyboard.press("Tab");
      const seen = await page.evaluate(() => {
        const one = document.activeElement;
        if (one === document.body) return "nothing";
        const style = getComputedStyle(one);
        const box = one.getBoundingClientRect();
        const marked = (style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 1) || style.boxShadow !== "none";
        return marked && box.width > 0 && box.height > 0 ? "" : `${one.outerHTML.slice(0, 120)}`;
      });
      if (seen === "nothing") break;
      assert.equal(seen, "");
    }
  }));

test("the chart is read by arrow keys, its table by screen readers", () =>
  site.look(HERE, async (page) => {
    await ready(page);
    const lines = await page.$$eval(".chart table tbody tr", (all) => all.map((line) => [...line.cells].map((cell) => cell.textContent)));
    assert.equal(lines.length, 28);
    assert.ok(await page.locator(".chart table caption").count(), "the table says what it holds");
    await page.locator("#plot").focus();
    assert.ok(await page.locator("#plot").getAttribute("aria-label"));
    await page.keyboard.press("Home");
    await page.waitForFunction((value) => document.querySelector(".tip-now")?.textContent.includes(value), lines[0][0]);
    for (let n = 1; n <= 3; n++) {
      await page.keyboard.press("ArrowRight");
      await page.waitForFunction((value) => document.querySelector(".tip-now")?.textContent.includes(value), lines[n][0]);
    }
    await page.keyboard.press("End");
    await page.waitForFunction((value) => document.querySelector(".tip-now")?.textContent.includes(value), lines[27][0]);
    await page.keyboard.press("Escape");
    await page.waitForSelector(".tip", { state: "detached" });
  }));

test("the long list takes the focus, keeps it, and gives it back on Escape", () =>
  site.look(HERE, async (page) => {
    await ready(page);
    const more = page.locator("[data-panel=pages] .more");
    await more.focus();
    await page.keyboard.press("Enter");
    const dialog = page.getByRole("dialog");
    await dialog.waitFor();
    assert.ok(await dialog.getAttribute("aria-labelledby") ?? await dialog.getAttribute("aria-label"));
    for (let n = 0; n < 70; n++) {
      await page.keyboard.press("Tab");
      const inside = await page.evaluate(() => document.activeElement === document.body || document.activeElement.closest("[role=dialog]") !== null);
      assert.ok(inside, `after ${n + 1} times Tab`);
    }
    await page.keyboard.press("Escape");
    await dialog.waitFor({ state: "detached" });
    assert.equal(await page.evaluate(() => document.activeElement.className), await more.getAttribute("class"));
  }));

test("the page has its landmarks, headings, names and language", () =>
  site.look(HERE, async (page) => {
    await ready(page);
    const told = await page.evaluate(() => ({
      language: document.documentElement.lang,
      landmarks: ["header.top", "main", "footer"].map((name) => document.querySelectorAll(name).length),
      first: document.querySelectorAll("h1").length,
      nameless: [...document.querySelectorAll("a, button, input:not([type=hidden]), summary, select, [role=tab]")]
        .filter((one) => !(one.getAttribute("aria-label") || one.textContent.trim() || one.title || one.labels?.length))
        .map((one) => one.outerHTML.slice(0, 100)),
      doubled: [...document.querySelectorAll("[id]")].map(({ id }) => id).filter((id, at, all) => all.indexOf(id) !== at),
      unheaded: [...document.querySelectorAll("table")].filter((table) => !table.querySelector("th[scope]")).length,
      broken: [...document.querySelectorAll("[aria-labelledby], [aria-controls]")]
        .flatMap((one) => [one.getAttribute("aria-labelledby"), one.getAttribute("aria-controls")])
        .filter((id) => id && !id.split(" ").every((part) => document.getElementById(part))),
    }));
    assert.deepEqual(told, { language: "en", landmarks: [1, 1, 1], first: 1, nameless: [], doubled: [], unheaded: 0, broken: [] });
    assert.ok(await page.locator("[role=status]").count(), "changes are announced");
  }));

/** The contrast of every visible text with what lies behind it, those below `least`. */
const faint = (least) => {
  const parts = (colour) => {
    const canvas = Object.assign(document.createElement("canvas"), { width: 1, height: 1 }).getContext("2d", { willReadFrequently: true });
    canvas.fillStyle = colour;
    canvas.fillRect(0, 0, 1, 1);
    const [red, green, blue, alpha] = canvas.getImageData(0, 0, 1, 1).data;
    return [red, green, blue, alpha / 255];
  };
  const over = (top, below) => top.slice(0, 3).map((part, at) => part * top[3] + below[at] * (1 - top[3]));
  const behind = (one) => {
    const layers = [];
    for (let at = one; at; at = at.parentElement) layers.unshift(parts(getComputedStyle(at).backgroundColor));
    return layers.reduce((below, layer) => over(layer, below), [255, 255, 255]);
  };
  const light = (colour) =>
    colour
      .map((part) => part / 255)
      .map((part) => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4))
      .reduce((sum, part, at) => sum + part * [0.2126, 0.7152, 0.0722][at], 0);
  const low = [];
  for (const one of document.querySelectorAll("body *")) {
    const own = [...one.childNodes].some((node) => node.nodeType === 3 && node.textContent.trim());
    const box = one.getBoundingClientRect();
    if (!own || !box.width || one.closest(".visually-hidden, [aria-hidden=true], noscript") || !one.checkVisibility()) continue;
    const style = getComputedStyle(one);
    const below = behind(one);
    const colour = parts(one instanceof SVGElement ? style.fill : style.color);
    const [top, ground] = [light(over(colour, below)), light(below)];
    const contrast = (Math.max(top, ground) + 0.05) / (Math.min(top, ground) + 0.05);
    if (contrast < least) low.push(`${contrast.toFixed(2)} ${one.className?.baseVal ?? one.className}: ${one.textContent.trim().slice(0, 30)}`);
  }
  return [...new Set(low)];
};

for (const colorScheme of ["light", "dark"]) {
  test(`every text stands out in ${colorScheme} colours`, () =>
    site.look(
      HERE,
      async (page) => {
        await ready(page);
        await page.waitForTimeout(400);
        assert.deepEqual(await page.evaluate(faint, 4.5), []);
        const ground = await page.evaluate(() => getComputedStyle(document.body).backgroundColor);
        const sum = ground.match(/[\d.]+/g).slice(0, 3).reduce((sum, part) => sum + Number(part), 0);
        assert.ok(colorScheme === "dark" ? sum < 150 : sum > 600, ground);
      },
      { colorScheme },
    ));
}

test("the colours can be chosen against the system's, and stay in the address", () =>
  site.look(
    HERE,
    async (page) => {
      await ready(page);
      const ground = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
      const light = await ground();
      await page.getByRole("link", { name: /switch to dark/ }).click();
      await page.waitForFunction((before) => getComputedStyle(document.body).backgroundColor !== before, light);
      const dark = await ground();
      await page.reload();
      await ready(page);
      assert.equal(await ground(), dark);
    },
    { colorScheme: "light" },
  ));

test("nothing moves for whoever asks for rest", () =>
  site.look(
    HERE,
    async (page) => {
      await ready(page);
      const moving = await page.evaluate(() =>
        [...document.querySelectorAll("*")].filter((one) => {
          const { transitionDuration, animationName, animationDuration } = getComputedStyle(one);
          const lasts = (text) => text.split(",").some((part) => parseFloat(part) > 0.01);
          return lasts(transitionDuration) || (animationName !== "none" && lasts(animationDuration));
        }).length,
      );
      assert.equal(moving, 0);
    },
    { reducedMotion: "reduce" },
  ));

for (const [width, height] of [[390, 844], [320, 640]]) {
  test(`at ${width} pixels everything is there, large enough for a thumb`, () =>
    site.look(
      HERE,
      async (page) => {
        await ready(page);
        const wider = () => page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
        assert.ok((await wider()) <= 0, "nothing lies beside the page");
        assert.equal(Object.keys(await headline(page)).length, 6);
        for (const panel of ["pages", "sources", "countries", "devices"]) assert.ok((await rows(page, panel)).length > 0, panel);
        const small = await page.evaluate(() =>
          [...document.querySelectorAll("a, button, summary, input, [role=tab]")]
            .filter((one) => one.checkVisibility() && !one.closest(".visually-hidden"))
            .map((one) => ({ box: one.getBoundingClientRect(), what: one.outerHTML.slice(0, 90) }))
            .filter(({ box }) => box.width > 0 && (box.width < 24 || box.height < 24))
            .map(({ box, what }) => `${Math.round(box.width)}×${Math.round(box.height)} ${what}`),
        );
        assert.deepEqual(small, []);
        await page.locator(".range-menu > summary").tap();
        const menu = await page.locator(".range-menu .menu-content").boundingBox();
        assert.ok(menu.x >= 0 && menu.x + menu.width <= width, JSON.stringify(menu));
        await page.locator(".range-menu").getByRole("link", { name: "Last 7 days" }).tap();
        await page.waitForFunction(() => location.search.includes("range=last-7-days"));
        await ready(page);
        await page.locator("[data-panel=pages] [data-row]").first().tap();
        await page.waitForSelector(".chip");
        assert.ok((await wider()) <= 0, "nor with a filter");
        await page.goto(`${site.worker.url}/${HERE}&more=page`);
        await page.waitForSelector("[role=dialog] tbody tr");
        assert.ok((await wider()) <= 0, "nor with the long list");
      },
      { ...PHONE, viewport: { width, height } },
    ));
}
