// Accessibility of every screen, as axe-core judges it: WCAG 2.2 AA and the rules of good practice, light and dark, on a
// desk and on a phone, with much to show and with nothing.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { EMPTY, RICH, furnish, screens, settled } from "./screens.mjs";
import { stage } from "./stage.mjs";

const FOLDER = fileURLToPath(new URL("axe", import.meta.url));
const PACKAGE = `${FOLDER}/node_modules/axe-core/axe.min.js`;
/** The tags of rules: what WCAG asks for up to AA, and what is good practice. */
const TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22a", "wcag22aa", "best-practice"];
/** What a change of colours or of width can break; all other rules see the same document again. */
const SEEN = ["color-contrast", "target-size", "scrollable-region-focusable", "aria-hidden-focus", "link-in-text-block"];
const WIDTHS = [[1440, 900], [390, 844]];

let share;
const site = stage(async (stage) => {
  if (!existsSync(PACKAGE)) spawnSync("npm", ["ci", "--prefer-offline", "--no-audit", "--no-fund", "--ignore-scripts"], { cwd: FOLDER, stdio: "ignore" });
  share = await furnish(stage);
});
/** The whole of axe. */
const axe = () => readFileSync(PACKAGE, "utf8");

/** What axe finds on the page, or in one part of it: a line for each element. */
async function violations(page, rules, part) {
  const { violations } = await page.evaluate(
    ([tags, rules, part]) => window.axe.run(part ?? document, { resultTypes: ["violations"], runOnly: rules ? { type: "rule", values: rules } : { type: "tag", values: tags } }),
    [TAGS, rules, part],
  );
  return violations.flatMap(({ id, nodes }) => nodes.map((node) => `${id}: ${node.target.join(" ").slice(-90)}: ${node.any[0]?.message ?? node.all[0]?.message ?? node.none[0]?.message ?? ""}`));
}

/** Looks at what is shown, or at one part of it, in both themes and widths. */
async function judge(page, name, found, part) {
  await page.evaluate(axe());
  let isFirst = true;
  for (const [width, height] of WIDTHS) {
    await page.setViewportSize({ width, height });
    for (const colorScheme of ["light", "dark"]) {
      await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
      const here = await violations(page, isFirst ? undefined : SEEN, part);
      found.push(...here.map((line) => `${name}, ${width} ${colorScheme}: ${line}`));
      isFirst = false;
    }
  }
}

const still = { reducedMotion: "reduce", colorScheme: "light" };
/** A long list of the same mistake on many screens is told once. */
const told = (found) => [...new Set(found.map((line) => line.replace(/\d{3,}/g, "N")))].slice(0, 60);

for (const [what, domain] of [["with much to show", RICH], ["with nothing to show", EMPTY]]) {
  test(`every screen ${what}`, { timeout: 600_000 }, async () => {
    const found = [];
    await site.look(`?site=${domain}`, async (page) => {
      for (const { name, query, press } of screens(domain)) {
        await page.setViewportSize({ width: 1440, height: 900 });
        await page.goto(`${site.worker.url}/${query}`);
        await settled(page);
        if (press) await page.locator(press).first().click();
        // What lies under an open menu is covered by it, and is judged without.
        await judge(page, name, found, press && "details[open]");
      }
    }, still);
    assert.deepEqual(told(found), []);
  });
}

test("the ways in: logging in, a first site, a site that is not here, and what a link shows", { timeout: 120_000 }, async () => {
  const found = [];
  for (const [name, query, login, wait] of [
    ["logging in", "", false, "#login-key"],
    ["no such site", "?site=nowhere.test", true, "[role=alert]"],
    ["a share", share.path + share.hash, false, "[data-row]"],
    ["a share in a frame", `${share.path}?embed=1${share.hash}`, false, "[data-row]"],
    ["a share that was taken back", share.path, false, "[role=alert]"],
  ]) {
    await site.look(query, async (page) => {
      await page.waitForSelector(wait);
      await judge(page, name, found);
    }, { ...still, login, allow: /401/ });
  }
  await site.look("", async (page) => {
    await page.fill("#login-key", "not the key");
    await page.keyboard.press("Enter");
    await page.getByRole("alert").waitFor();
    await judge(page, "a refused key", found);
  }, { ...still, login: false, allow: /401/ });
  assert.deepEqual(told(found), []);
});
