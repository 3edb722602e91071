// Each screen at the width of a small phone (which is also a desk's at 400 % zoom), with wider letters and lines, with less
// motion, in the system's own colours and on paper: nothing is lost, nothing sticks out.
import assert from "node:assert/strict";
import { test } from "node:test";
import { RICH, furnish, screens, settled } from "./screens.mjs";
import { stage } from "./stage.mjs";

let share;
const site = stage(async (stage) => {
  share = await furnish(stage);
});

/** Looks at every screen, and collects what `judge` finds on it. */
async function everywhere(options, judge) {
  const found = [];
  await site.look(`?site=${RICH}`, async (page) => {
    for (const { name, query, press } of screens(RICH)) {
      await page.goto(`${site.worker.url}/${query}`);
      await settled(page);
      if (press) await page.locator(press).first().click();
      found.push(...(await judge(page, name)).map((line) => `${name}: ${line}`));
    }
  }, options);
  assert.deepEqual([...new Set(found)].slice(0, 40), []);
}

/** What sticks out of the window, and texts that lie over the edge of what holds them without a way to scroll there. */
const sticksOut = (page) =>
  page.evaluate(() => {
    const found = [];
    const wide = document.documentElement.scrollWidth - document.documentElement.clientWidth;
    if (wide > 0) found.push(`${wide} pixels wider than the window`);
    for (const menu of document.querySelectorAll("details[open] > .menu-content")) {
      const [{ left, right, top, bottom }, button] = [menu, menu.previousElementSibling].map((one) => one.getBoundingClientRect());
      if (left < 0 || right > innerWidth) found.push(`an open menu from ${Math.round(left)} to ${Math.round(right)}`);
      const away = Math.max(top - button.bottom, button.top - bottom);
      if (away > 40) found.push(`a menu ${Math.round(away)} pixels away from its button`);
    }
    for (const element of document.querySelectorAll("#app *")) {
      const { overflowX, overflowY, textOverflow, clipPath } = getComputedStyle(element);
      if (clipPath !== "none" || element.closest("svg, .visually-hidden")) continue;
      const name = `${element.localName}.${element.getAttribute("class") ?? ""}`;
      const clips = (value) => ["hidden", "clip"].includes(value);
      if (clips(overflowY) && element.scrollHeight > element.clientHeight + 2) found.push(`${name}: ${element.scrollHeight - element.clientHeight} pixels cut off below`);
      if (clips(overflowX) && textOverflow !== "ellipsis" && element.scrollWidth > element.clientWidth + 2) found.push(`${name}: ${element.scrollWidth - element.clientWidth} pixels cut off at the side`);
    }
    return found;
  });

for (const width of [320, 820]) {
  test(`${width} pixels: no screen has to be scrolled sideways`, { timeout: 180_000 }, () =>
    everywhere({ viewport: { width, height: 640 } }, sticksOut));
}

test("wider letters, words and lines cut nothing off", { timeout: 180_000 }, () =>
  everywhere({ viewport: { width: 390, height: 844 } }, async (page) => {
    // What WCAG 1.4.12 says that a reader may set.
    await page.evaluate(() => {
      const sheet = new CSSStyleSheet();
      sheet.replaceSync("* { line-height: 1.5 !important; letter-spacing: 0.12em !important; word-spacing: 0.16em !important } p { margin-bottom: 2em !important }");
      document.adoptedStyleSheets = [sheet];
    });
    await page.waitForTimeout(50);
    return sticksOut(page);
  }));

test("nothing moves for those who ask for less motion", { timeout: 180_000 }, () =>
  everywhere({ reducedMotion: "reduce" }, (page) =>
    page.evaluate(() => {
      const moving = document.getAnimations().map((one) => `${one.animationName ?? one.transitionProperty} of ${one.effect.target.getAttribute("class")}`);
      const would = [...document.querySelectorAll("#app *")].filter((one) => {
        const { animationName, transitionDuration } = getComputedStyle(one);
        return animationName !== "none" || transitionDuration.split(", ").some((time) => time !== "0s");
      });
      return [...moving, ...would.map((one) => `${one.localName}.${one.getAttribute("class")}`)];
    }),
  ));

test("in the system's colours what is chosen can be told from what is not", { timeout: 120_000 }, () =>
  everywhere({ forcedColors: "active" }, (page) =>
    page.evaluate(() => {
      const look = (element, part) => {
        const { color, backgroundColor, borderColor, borderStyle, outlineStyle, textDecorationLine, fontWeight, content, display } = getComputedStyle(element, part);
        return [color, backgroundColor, borderStyle === "none" ? "" : borderColor, outlineStyle, textDecorationLine, Number(fontWeight) > 500, content !== "none", display].join(" ");
      };
      const whole = (element) => [look(element), look(element, "::after"), element.children.length].join("; ");
      const found = [];
      for (const chosen of document.querySelectorAll("[aria-current]:not(.row):not([aria-current=false]), [aria-selected=true]")) {
        const group = chosen.closest("ul, nav, [role=tablist], .segments, .menu-content, tr");
        const other = [...(group?.querySelectorAll(chosen.localName) ?? [])].find((one) => !one.hasAttribute("aria-current") && one.getAttribute("aria-selected") !== "true" && one.className === chosen.className);
        if (other && whole(other) === whole(chosen)) found.push(`${chosen.localName}.${chosen.className} ${chosen.textContent.slice(0, 20)} looks like ${other.textContent.slice(0, 20)}`);
      }
      return found;
    }),
  ));

test("on paper there are the numbers and none of the controls", async () => {
  await site.look(`?site=${RICH}`, async (page) => {
    await settled(page);
    await page.emulateMedia({ media: "print" });
    const shown = await page.evaluate(() => [".top", ".nav", ".overview", "[data-panel=pages]"].map((part) => document.querySelector(part).checkVisibility()));
    assert.deepEqual(shown, [false, false, true, true]);
    const ink = await page.evaluate(() => getComputedStyle(document.body).backgroundColor);
    assert.equal(ink, "rgb(255, 255, 255)", "dark colours are for screens");
  }, { colorScheme: "dark" });
});

test("a share fits the frame of a small phone", () =>
  site.look(`${share.path}?embed=1${share.hash}`, async (page) => {
    await page.waitForSelector("[data-row]");
    assert.deepEqual(await sticksOut(page), []);
  }, { login: false, viewport: { width: 320, height: 640 } }));
