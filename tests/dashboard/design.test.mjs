// The design page, which shows every chart and part in both themes: what is drawn is what the tables beside it say.
import assert from "node:assert/strict";
import { test } from "node:test";
import { stage } from "./stage.mjs";

const site = stage();
const open = { login: false };

for (const [width, colorScheme] of [[1440, "light"], [768, "dark"], [390, "light"]]) {
  test(`it fits ${width} pixels, ${colorScheme}, without a script`, () =>
    site.look("design.html", async (page) => {
      const seen = await page.evaluate(() => ({
        wide: document.documentElement.scrollWidth - innerWidth,
        scripts: document.scripts.length,
        charts: document.querySelectorAll("[data-theme=light] figure.graph").length,
        world: document.querySelectorAll("[data-theme=light] .world path").length,
        grounds: new Set([...document.querySelectorAll(".theme")].map((theme) => getComputedStyle(theme).backgroundColor)).size,
      }));
      assert.ok(seen.wide <= 0, `${seen.wide} pixels stick out`);
      assert.deepEqual({ ...seen, wide: 0 }, { wide: 0, scripts: 0, charts: 11, world: 176, grounds: 2 });
    }, { ...open, colorScheme, viewport: { width, height: 900 } }));
}

test("what a column tells is what its row of the table says", () =>
  site.look("design.html", async (page) => {
    const figures = await page.$$eval("[data-theme=light] figure.graph:has(.hit)", (all) =>
      all.map((figure) => ({
        name: figure.getAttribute("aria-label"),
        heads: [...figure.querySelectorAll("thead th")].map((head) => head.textContent),
        tips: [...figure.querySelectorAll(".hit")].map((hit) => hit.dataset.tip),
        rows: [...figure.querySelectorAll("tbody tr")].map((row) => [...row.cells].map((cell) => cell.textContent)),
      })),
    );
    assert.equal(figures.length, 4);
    for (const { name, heads, tips, rows } of figures) {
      assert.equal(tips.length, rows.length, name);
      tips.forEach((tip, at) => {
        const [title, ...lines] = tip.split("\n");
        const [label, ...cells] = rows[at];
        assert.equal(title.replace(" (so far)", ""), label, name);
        for (const line of lines) {
          const [left, right] = line.split("\t");
          // A histogram's one line is its count and its share; all others are a name and a value.
          if (heads[0] === "Value") assert.deepEqual([left, right], [`${cells[0]} page views`, cells[1]]);
          else assert.equal(right, cells[heads.indexOf(left) - 1], `${name}: ${label}, ${left}`);
        }
      });
    }
  }, open));

test("bars are as high as their values, and stand within their axes", () =>
  site.look("design.html", async (page) => {
    const { area, bars, values } = await page.$eval("[data-theme=light] figure:has(.layer)", (figure) => {
      const box = ({ left, right, top, bottom }) => ({ left, right, top, bottom });
      const part = (selector) => [...figure.querySelectorAll(selector)];
      return {
        area: box(figure.querySelector(".plot-area").getBoundingClientRect()),
        bars: part(".layer").filter((bar) => bar.matches(".c-teal")).map((bar) => box(bar.getBoundingClientRect())),
        values: part("tbody tr").map((row) => Number(row.cells[1].textContent.replace(",", ""))),
      };
    });
    assert.equal(bars.length, values.length);
    // A pixel of each bar's height stands for so much of its value, the same in all; half a pixel is the stroke.
    const scale = values[0] / (bars[0].bottom - bars[0].top);
    bars.forEach((bar, at) => {
      assert.ok(Math.abs((bar.bottom - bar.top) * scale - values[at]) < 1.5 * scale, `bar ${at}`);
      assert.ok(bar.left >= area.left - 1 && bar.right <= area.right + 1 && bar.top >= area.top - 1 && bar.bottom <= area.bottom + 1);
    });
  }, open));

test("a column under the pointer shows its numbers, and no other does", () =>
  site.look("design.html", async (page) => {
    const shown = () =>
      page.$$eval("[data-theme=light] .hit", (all) =>
        all.flatMap((hit, at) => (getComputedStyle(hit, "::after").content === "none" ? [] : [at])),
      );
    assert.deepEqual(await shown(), []);
    const column = page.locator("[data-theme=light] figure:has(.layer) .hit").nth(7);
    await column.scrollIntoViewIfNeeded();
    await column.hover();
    const told = await column.evaluate((hit) => getComputedStyle(hit, "::after").content);
    assert.match(told, /^"Sun 1 Nov/);
    assert.equal((await shown()).length, 1);
  }, open));

test("a shape of the map is a link that is out of the order of tabs", () =>
  site.look("design.html", async (page) => {
    const places = await page.$$eval("[data-theme=light] .world a", (all) =>
      all.map((place) => [place.getAttribute("href"), place.tabIndex, place.querySelector("title").textContent]),
    );
    assert.ok(places.length > 50, `${places.length} countries`);
    for (const [href, tab, title] of places) {
      assert.match(href, /^\?f=is\.country\.[A-Z]{2}$/);
      assert.equal(tab, -1);
      assert.match(title, /^[A-Z]{2}: [\d,]+ visitors$/);
    }
  }, open));

test("nothing moves for those who ask for less motion", () =>
  site.look("design.html", async (page) => {
    const moving = () => page.$eval(".step-here", (bar) => getComputedStyle(bar).transitionDuration);
    assert.equal(await moving(), "0.42s");
    await page.emulateMedia({ reducedMotion: "reduce" });
    assert.equal(await moving(), "0s");
  }, open));
