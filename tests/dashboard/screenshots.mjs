// Takes the pictures of docs/screenshots. It looks at a running dashboard, so first, in another terminal:
//
//   cargo xtask dev --port 8890 --data target/screenshots/data
//
// which loads the demo site (a real access log), and then:
//
//   node tests/dashboard/screenshots.mjs http://127.0.0.1:8890 "$(cat target/screenshots/data/admin-key)" [folder] [--all] [--only=TEXT]
//
// Without a folder the pictures of the README go to docs/screenshots. Some are of a site that is made for them and deleted
// again; `--all` also takes whatever else of it is worth a look: the ways in, errors, waiting, and every screen of `screens.mjs`,
// light and dark, in three widths. `--only` takes those whose name has that text in it.
import { mkdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { Api } from "../harness/api.mjs";
import { launch, visitor } from "../harness/browser.mjs";
import { ROOT } from "../harness/paths.mjs";
import { EMPTY, FUNNEL, RICH, furnish, screens, settled } from "./screens.mjs";

const [url, key, ...rest] = process.argv.slice(2);
if (!url || !key) {
  console.error('usage: node tests/dashboard/screenshots.mjs URL "KEY" [folder] [--all] [--only=TEXT]');
  process.exit(2);
}
const everything = rest.includes("--all");
const only = rest.find((word) => word.startsWith("--only="))?.slice("--only=".length) ?? "";
const folder = rest.find((word) => !word.startsWith("--")) ?? join(ROOT, "docs/screenshots");
mkdirSync(folder, { recursive: true });

const today = (shift) => new Date(Date.now() + shift * 86_400_000).toISOString().slice(0, 10);
// The log has four days and none before them.
const DEMO = `site=semicomplete.com&range=${today(-3)}..${today(0)}&interval=hour&compare=nothing`;
const FILTERED = `site=${RICH}&f=is.country.DE`;
const DESK = { viewport: { width: 1440, height: 900 } };
const PHONE = { viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true };
const still = { locale: "en-GB", timezoneId: "UTC", reducedMotion: "reduce" };

const browser = await launch();
const api = new Api(url, key);
const failed = [];

/** Opens an address, prepares the page and takes one picture; what cannot be taken is told at the end. */
async function take(name, query, options, { login = true, prepare, act, fullPage = false, clip } = {}) {
  if (!name.includes(only)) return;
  const { context, page } = await visitor(browser, { ...still, ...options });
  try {
    if (login) {
      const answer = await context.request.post(`${url}/api/v1/login`, { data: { key }, headers: { origin: url } });
      if (!answer.ok()) throw new Error(`the key was refused: ${answer.status()}`);
    }
    await prepare?.(page);
    await page.goto(`${url}/${query}`);
    await (act ?? settled)(page);
    const path = join(folder, `${name}.png`);
    await page.screenshot({ path, fullPage, clip });
    console.log(`${path} ${Math.round(statSync(path).size / 1024)} KiB`);
  } catch (error) {
    failed.push(`${name}: ${error.message.split("\n")[0]}`);
  } finally {
    await context.close();
  }
}

/** Presses something once all is there. */
const pressed = (selector) => async (page) => {
  await settled(page);
  await page.locator(selector).first().click();
};
// The edge finishes the page that is opened; what fails or waits is what is asked for next, and only the edge can count 24 hours.
const LATER = `a[href*="range=24h"]`;
const asked = (how, then) => async (page) => {
  await settled(page);
  await page.route("**/api/v1/page*", how);
  await page.locator(".range-menu > summary").click();
  await page.locator(LATER).first().click();
  await then(page);
};
const waiting = asked(() => {}, (page) => page.waitForSelector("main[aria-busy=true] .stale"));
const down = asked((route) => route.abort(), (page) => page.getByRole("alert").waitFor());
const busy = (route) => route.fulfill({ status: 503, json: { error: "The site’s store is busy.", code: "busy", hint: "Try again in a moment." } });
const broken = asked(busy, (page) => page.getByRole("alert").waitFor());
/** A view whose answer never comes. */
const bones = async (page) => {
  await page.route("**/api/v2/query", () => {});
  await page.locator(".nav a[href*='view=goals']").click();
  await page.waitForSelector("main[aria-busy=true]");
  await page.waitForTimeout(600);
};
const refused = async (page) => {
  await page.fill("#login-key", "not the key");
  await page.keyboard.press("Enter");
  await page.getByRole("alert").waitFor();
};
const pointed = async (page) => {
  await settled(page);
  await page.hover("#plot", { position: { x: 620, y: 90 } });
  await page.waitForTimeout(200);
};

/** The ways in, what goes wrong, and what has to be waited for. */
async function others(kind, options, share) {
  const shot = (name, query, more) => take(`${kind}-${name}`, query, options, more);
  await shot("login", "", { login: false, act: (page) => page.waitForSelector("#login-key") });
  await shot("login-refused", "", { login: false, act: refused });
  await shot("no-site", "?site=nowhere.example", { act: (page) => page.getByRole("alert").waitFor() });
  await shot("waiting", `?${FILTERED}`, { act: waiting });
  await shot("down", `?${FILTERED}`, { act: down });
  await shot("broken", `?${FILTERED}`, { act: broken });
  await shot("bones", `?${FILTERED}`, { act: bones });
  await shot("share", `${share.path}${share.hash}`, { login: false, fullPage: true, act: shared });
  await shot("embed", `${share.path}?embed=1${share.hash}`, { login: false, fullPage: true, act: shared });
  await shot("share-gone", share.path, { login: false, act: (page) => page.getByRole("alert").waitFor() });
  if (!options.isMobile) await shot("tooltip", `?${FILTERED}`, { act: pointed });
}
const shared = async (page) => {
  await page.waitForSelector("[data-row]");
  await settled(page);
};

try {
  const share = await furnish({ api });
  for (const colorScheme of ["light", "dark"]) {
    await take(`overview-${colorScheme}`, `?${DEMO}`, { ...DESK, colorScheme });
    await take(`api-${colorScheme}`, `?view=requests&site=${RICH}`, { ...DESK, colorScheme });
    await take(`funnel-${colorScheme}`, `?view=funnels&${FUNNEL}&site=${RICH}`, { ...DESK, colorScheme });
  }
  await take("phone", `?${DEMO}`, { ...PHONE, colorScheme: "light" });
  if (everything) {
    for (const colorScheme of ["light", "dark"]) {
      await others(`1440-${colorScheme}`, { ...DESK, colorScheme }, share);
      await others(`390-${colorScheme}`, { ...PHONE, colorScheme }, share);
      for (const width of [1440, 390, 820]) {
        const look = async (screen, prefix) => {
          const { name, query, press } = screen;
          const isOnTop = press || query.includes("dialog=") || query.includes("more=");
          const file = `${width}-${colorScheme}-${prefix}${name.replace(/\W+/g, "-")}`;
          const act = press ? pressed(press) : undefined;
          await take(file, query, { viewport: { width, height: 900 }, colorScheme, ...(width < 400 && { isMobile: true, hasTouch: true }) }, { act, fullPage: !isOnTop });
        };
        for (const screen of screens(RICH)) await look(screen, "");
        if (width !== 820) for (const screen of screens(EMPTY)) await look(screen, "empty-");
      }
    }
  }
} finally {
  for (const site of [RICH, EMPTY]) await api.owner("DELETE", `/api/v1/sites/${site}`);
  await browser.close();
}
for (const line of failed) console.error(line);
process.exitCode = failed.length ? 1 : 0;
