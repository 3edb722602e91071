// The keyboard alone: everything that can be clicked is reached in the order of reading, seen when it has the focus, and left
// again; what opens takes the focus and gives it back; what changes is told once to those who hear the page.
import assert from "node:assert/strict";
import { test } from "node:test";
import { eventually } from "../harness/eventually.mjs";
import { RICH, furnish, screens, settled } from "./screens.mjs";
import { ready, stage } from "./stage.mjs";

const site = stage(furnish);
const HERE = `?site=${RICH}`;

/** The element that has the focus: its place in the document, how it is marked, and whether it can be seen. */
const focused = (page) =>
  page.evaluate(async () => {
    const element = document.activeElement;
    if (!element || element === document.body) return null;
    const luminance = (colour) => {
      const [r, g, b] = colour.map((part) => (part / 255 <= 0.03928 ? part / 255 / 12.92 : ((part / 255 + 0.055) / 1.055) ** 2.4));
      return 0.2126 * r + 0.7152 * g + 0.0722 * b;
    };
    const canvas = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
    const read = (colour) => {
      canvas.clearRect(0, 0, 1, 1);
      canvas.fillStyle = colour;
      canvas.fillRect(0, 0, 1, 1);
      return [...canvas.getImageData(0, 0, 1, 1).data];
    };
    let ground = [255, 255, 255];
    for (let over = element.parentElement; over; over = over.parentElement) {
      const [r, g, b, a] = read(getComputedStyle(over).backgroundColor);
      if (a === 255) {
        ground = [r, g, b];
        break;
      }
    }
    const { outlineStyle, outlineWidth, outlineColor } = getComputedStyle(element);
    const [light, dark] = [luminance(read(outlineColor).slice(0, 3)), luminance(ground)].sort((a, b) => b - a);
    let [x, y, top, seen] = [0, 0, null, false];
    // A list is scrolled with the next frame.
    for (let frame = 0; frame < 20 && !seen; frame++) {
      if (frame) await new Promise((done) => requestAnimationFrame(done));
      const box = element.getBoundingClientRect();
      // A browser scrolls to what is out of sight, and leaves what is partly in sight where it is.
      x = Math.min(Math.max(box.left + Math.min(box.width / 2, 20), 4), innerWidth - 20, box.right - 2);
      y = box.top + Math.min(box.height / 2, 20);
      top = document.elementFromPoint(x, y);
      seen = box.width > 0 && box.height > 0 && top !== null && (element.contains(top) || top.contains(element));
    }
    const name = `${element.localName} ${element.getAttribute("aria-label") ?? element.textContent.trim().slice(0, 30)} ${element.getAttribute("name") ?? ""}`;
    return {
      place: [...document.querySelectorAll("*")].indexOf(element),
      name,
      mark: outlineStyle === "none" ? 0 : Number.parseFloat(outlineWidth),
      contrast: (light + 0.05) / (dark + 0.05),
      seen,
      where: `${Math.round(x)}, ${Math.round(y)} is ${top?.localName}.${top?.getAttribute("class")}`,
    };
  });

/** Presses Tab, or Shift+Tab, until the focus has been everywhere; gives all its places. */
async function walk(page, key) {
  const stops = [];
  for (let press = 0; press < 400; press++) {
    await page.keyboard.press(key);
    const here = await focused(page);
    if (here === null || stops.some((stop) => stop.place === here.place)) break;
    stops.push(here);
  }
  return stops;
}

/** The screens of each kind: lists, tables that scroll, charts, forms. */
const KINDS = /^(overview|engagement|vitals|overview, a long list|settings, members)$/;
for (const [colorScheme, width, kinds, keys] of [
  ["light", 1440, /./, ["Tab"]],
  ["dark", 1440, KINDS, ["Shift+Tab"]],
  ["dark", 390, KINDS, ["Tab", "Shift+Tab"]],
]) {
  test(`${keys.join(" and ")} through the screens goes as they are read, and shows where it is: ${colorScheme}, ${width}`, { timeout: 600_000 }, async () => {
    const found = [];
    await site.look(HERE, async (page) => {
      for (const { name, query, press } of screens(RICH).filter(({ name }) => kinds.test(name))) {
        await page.goto(`${site.worker.url}/${query}`);
        await settled(page);
        if (press) {
          await page.locator(press).first().press("Enter");
          await page.evaluate(() => document.activeElement.blur());
        }
        for (const key of keys) {
          const stops = await walk(page, key);
          const order = stops.map(({ place }) => place);
          // The sheet of keys has the focus on the first of its two places when it comes.
          if (stops.length < (name === "the keys" ? 1 : 3)) found.push(`${name}, ${key}: ${stops.length} places only`);
          // A form takes the focus when it comes: from there to the end, and on from the beginning.
          const first = order.indexOf(key === "Tab" ? Math.min(...order) : Math.max(...order));
          const turned = [...order.slice(first), ...order.slice(0, first)];
          if (String(turned) !== String([...order].sort((a, b) => (key === "Tab" ? a - b : b - a)))) found.push(`${name}, ${key}: not in the order of the document`);
          for (const stop of stops) {
            if (stop.mark < 2) found.push(`${name}: ${stop.name}: no mark`);
            if (stop.contrast < 3) found.push(`${name}: ${stop.name}: a mark of ${stop.contrast.toFixed(1)}:1`);
            if (!stop.seen) found.push(`${name}, ${key}: ${stop.name}: out of sight at ${stop.where}`);
          }
        }
      }
    }, { colorScheme, viewport: { width, height: 900 }, reducedMotion: "reduce" });
    assert.deepEqual([...new Set(found)].slice(0, 40), []);
  });
}

test("the first stop leads past the menus, and the address stays what it was", () =>
  site.look(HERE, async (page) => {
    await settled(page);
    const address = page.url();
    await page.keyboard.press("Tab");
    assert.equal(await page.evaluate(() => document.activeElement.textContent), "Skip to the numbers");
    await page.keyboard.press("Enter");
    await page.keyboard.press("Tab");
    assert.ok(await page.evaluate(() => document.activeElement.closest("main") !== null));
    assert.equal(page.url(), address);
  }));

test("a menu opens by Enter, is walked through by arrows, and Escape closes it and gives the focus back", () =>
  site.look(HERE, async (page) => {
    await settled(page);
    for (const menu of [".site-menu", ".range-menu"]) {
      const summary = page.locator(`${menu} > summary`);
      await summary.focus();
      await page.keyboard.press("Enter");
      await page.waitForSelector(`${menu}[open]`);
      await page.keyboard.press("Tab");
      const first = await page.evaluate(() => document.activeElement.textContent);
      await page.keyboard.press("ArrowDown");
      assert.notEqual(await page.evaluate(() => document.activeElement.textContent), first);
      await page.keyboard.press("Escape");
      await page.waitForSelector(`${menu}:not([open])`);
      assert.ok(await summary.evaluate((one) => one === document.activeElement), menu);
    }
  }));

test("a menu that the keyboard leaves is closed, so that it covers nothing", () =>
  site.look(HERE, async (page) => {
    await settled(page);
    for (const [menu, leave] of [[".site-menu", "Shift+Tab"], [".range-menu", "Shift+Tab"]]) {
      await page.locator(`${menu} > summary`).focus();
      await page.keyboard.press("Enter");
      await page.waitForSelector(`${menu}[open]`);
      await page.keyboard.press("Tab");
      assert.equal(await page.locator(`${menu}[open]`).count(), 1, "its own places keep it open");
      await page.keyboard.press(leave);
      await page.keyboard.press(leave);
      assert.equal(await page.locator(`${menu}[open]`).count(), 0, menu);
    }
    // A click on the ground of a menu is none outside of it.
    await page.locator(".range-menu > summary").click();
    await page.locator(".range-menu .menu-content").click({ position: { x: 3, y: 3 } });
    assert.equal(await page.locator(".range-menu[open]").count(), 1);
  }));

test("a long list takes the focus, keeps it, and gives it back to what opened it", () =>
  site.look(HERE, async (page) => {
    await settled(page);
    await page.locator("#more-pages").focus();
    await page.keyboard.press("Enter");
    await page.waitForSelector("[role=dialog] tbody tr");
    await settled(page);
    const inside = () => page.evaluate(() => document.activeElement === document.body || document.activeElement.closest("[role=dialog]") !== null);
    assert.ok(await page.evaluate(() => document.activeElement.closest("[role=dialog]") !== null));
    for (let press = 0; press < 80; press++) {
      await page.keyboard.press(press % 2 ? "Tab" : "Shift+Tab");
      if (press % 9 === 0) await page.keyboard.press("Tab");
      assert.ok(await inside(), `after ${press} presses`);
    }
    await page.keyboard.press("Escape");
    await page.waitForFunction(() => !document.querySelector("[role=dialog]"));
    assert.equal(await page.evaluate(() => document.activeElement.id), "more-pages");
  }));

test("other numbers are told once, and not again when the page asks again", () =>
  site.look(HERE, async (page) => {
    await settled(page);
    await page.evaluate(() => {
      window.told = [];
      for (const region of document.querySelectorAll("[role=status]")) {
        new MutationObserver(() => window.told.push(region.textContent)).observe(region, { childList: true, characterData: true, subtree: true });
      }
    });
    await page.locator("[data-panel=devices] a.row").first().click();
    await page.waitForSelector(".chip");
    await settled(page);
    await eventually(async () => assert.equal((await page.evaluate(() => window.told)).length, 1));
    const asked = page.waitForResponse("**/api/v1/page*");
    await page.evaluate(() => document.dispatchEvent(new Event("visibilitychange")));
    await asked;
    await ready(page);
    await page.waitForTimeout(300);
    const told = await page.evaluate(() => window.told);
    assert.equal(told.length, 1);
    assert.match(told[0], /^\d[\d,]* visitors?, .*Browser is /);
  }));

test("each chart has a table that says the same", { timeout: 120_000 }, () =>
  site.look(HERE, async (page) => {
    const bare = [];
    for (const { name, query } of screens(RICH)) {
      await page.goto(`${site.worker.url}/${query}`);
      await settled(page);
      // The overview's chart is a slider that tells each value, and is a table by one click.
      const without = await page.$$eval("figure.graph, .plot", (all) =>
        all
          .filter((one) => !one.parentElement.closest("figure") && !one.querySelector("table, ol, dl, ul"))
          .filter((one) => !(one.parentElement.querySelector("[role=slider][aria-valuetext]") && document.querySelector("a[href*='chart=table']")))
          .map((one) => one.className),
      );
      bare.push(...without.map((one) => `${name}: ${one}`));
    }
    assert.deepEqual(bare, []);
  }));
