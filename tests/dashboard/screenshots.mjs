// Takes the pictures of docs/screenshots. It looks at a running dashboard, so first, in another terminal:
//
//   cargo xtask dev --port 8890 --data target/screenshots/data
//
// which loads the demo site (a real access log), and then:
//
//   node tests/dashboard/screenshots.mjs http://127.0.0.1:8890 "$(cat target/screenshots/data/admin-key)" [folder] [--all]
//
// Without a folder the three pictures of the README go to docs/screenshots; `--all` also takes every other state worth
// a look (log-in, filters, long list, menus, first steps, errors, waiting), light and dark, desktop and phone, and then every
// screen of a site that has some of everything, which is made for it and deleted again, in three widths.
import { mkdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { launch, visitor } from "../harness/browser.mjs";
import { ROOT } from "../harness/paths.mjs";
import { Api } from "../harness/api.mjs";
import { EMPTY, RICH, furnish, screens, settled as whole } from "./screens.mjs";
import { ready } from "./stage.mjs";

const [url, key, ...rest] = process.argv.slice(2);
if (!url || !key) {
  console.error('usage: node tests/dashboard/screenshots.mjs URL "KEY" [folder] [--all]');
  process.exit(2);
}
const everything = rest.includes("--all");
const folder = rest.find((word) => !word.startsWith("--")) ?? join(ROOT, "docs/screenshots");
mkdirSync(folder, { recursive: true });

const SITE = "semicomplete.com";
const DESKTOP = { viewport: { width: 1440, height: 900 }, deviceScaleFactor: 1 };
const PHONE = { viewport: { width: 390, height: 844 }, deviceScaleFactor: 1, isMobile: true, hasTouch: true };
const WEEK = `?site=${SITE}&range=last-7-days`;
const settled = (page) => ready(page).then(() => page.waitForTimeout(700));

const browser = await launch();

/** Opens an address, prepares the page and takes one picture. */
async function take(name, query, device, colorScheme, { login = true, prepare, act = settled, fullPage = false } = {}) {
  const { context, page } = await visitor(browser, { ...device, colorScheme, locale: "en-GB", timezoneId: "UTC" });
  try {
    if (login) {
      const answer = await context.request.post(`${url}/api/v1/login`, { data: { key }, headers: { origin: url } });
      if (!answer.ok()) throw new Error(`the key was refused: ${answer.status()}`);
    }
    await prepare?.(page);
    await page.goto(`${url}/${query}`);
    await act(page);
    const path = join(folder, `${name}.png`);
    await page.screenshot({ path, fullPage });
    console.log(`${path} ${Math.round(statSync(path).size / 1024)} KiB`);
  } finally {
    await context.close();
  }
}

/** Lets only queries fail. */
const failing = (how) => (page) => page.route("**/api/v2/query", how);
const WAITING = { prepare: failing(() => {}), act: (page) => page.waitForTimeout(900) };
const DOWN = { prepare: failing((route) => route.abort()), act: (page) => page.getByRole("alert").waitFor() };
const BROKEN = {
  prepare: failing(async (route) => {
    const answer = await route.fetch();
    const json = await answer.json();
    json.results.forEach((_, index) => {
      if (index > 2) json.results[index] = { error: "The site's store is busy.", code: "busy", hint: "Try again in a moment.", status: 503 };
    });
    await route.fulfill({ response: answer, json });
  }),
  act: settled,
};
const WAY_IN = { login: false, act: (page) => page.waitForSelector("#login-key") };
const opened = (selector) => ({ act: async (page) => { await settled(page); await page.click(selector); await page.waitForTimeout(400); } });
const narrowed = {
  act: async (page) => {
    await settled(page);
    await page.locator("[data-panel=devices] a.row").first().click();
    await page.waitForSelector(".chip");
    await settled(page);
  },
};
const read = { act: async (page) => { await settled(page); await page.hover("#plot", { position: { x: 620, y: 90 } }); await page.waitForTimeout(200); } };

try {
  await take("overview-light", WEEK, DESKTOP, "light");
  await take("overview-dark", WEEK, DESKTOP, "dark");
  await take("phone", WEEK, PHONE, "light");
  if (everything) {
    const admin = { authorization: `Bearer ${key}`, "content-type": "application/json" };
    await fetch(`${url}/api/v1/sites/empty.example`, { method: "PUT", headers: admin, body: '{"timezone":"UTC"}' });
    for (const [device, kind] of [[DESKTOP, "desktop"], [PHONE, "phone"]]) {
      for (const scheme of ["light", "dark"]) {
        const shot = (name, query, more) => take(`${kind}-${scheme}-${name}`, query, device, scheme, more);
        await shot("whole", WEEK, { fullPage: true });
        await shot("login", "", WAY_IN);
        await shot("filtered", `${WEEK}&f=is.source.Google`, narrowed);
        await shot("list", `${WEEK}&more=page`);
        await shot("empty", "?site=empty.example");
        await shot("no-site", "?site=nowhere.example");
        await shot("add", "?add=site");
        await shot("waiting", WEEK, WAITING);
        await shot("down", WEEK, DOWN);
        await shot("broken", WEEK, BROKEN);
        await shot("days", WEEK, opened(".range-menu > summary"));
        await shot("sites", WEEK, opened(".site-menu summary"));
        await shot("table", `${WEEK}&chart=table`);
        await shot("nothing", `${WEEK}&f=is.page.%2Fnowhere`);
        if (kind === "desktop") await shot("tooltip", WEEK, read);
      }
    }
    await fetch(`${url}/api/v1/sites/empty.example`, { method: "DELETE", headers: admin });
    const api = new Api(url, key);
    await furnish({ api });
    for (const width of [390, 820, 1440]) {
      for (const scheme of ["light", "dark"]) {
        for (const { name, query, press } of screens(RICH)) {
          const act = async (page) => {
            await whole(page);
            if (press) await page.locator(press).first().click();
          };
          const file = `${width}-${scheme}-${name.replace(/[^a-z]+/g, "-")}`;
          await take(file, query, { viewport: { width, height: 900 } }, scheme, { act, fullPage: !press });
        }
      }
    }
    for (const site of [RICH, EMPTY]) await fetch(`${url}/api/v1/sites/${site}`, { method: "DELETE", headers: admin });
  }
} finally {
  await browser.close();
}
