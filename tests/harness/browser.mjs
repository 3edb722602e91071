// Chromium under test, as close to a visitor's as automation allows.
import { chromium } from "playwright-core";
import { CHROME } from "./api.mjs";
import { CHROMIUM } from "./paths.mjs";

/** What every Chromium here is started with. */
export const FLAGS = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
  // Not only in the context's options, which requests of a page that is being left do not hear of.
  `--user-agent=${CHROME}`,
];

/** Starts a browser. Unlike Playwright's default it keeps the back/forward cache, as visitors have it. */
export function launch({ args = [] } = {}) {
  return chromium.launch({
    executablePath: CHROMIUM,
    headless: true,
    ignoreDefaultArgs: ["--disable-back-forward-cache"],
    args: [...FLAGS, ...args],
  });
}

/**
 * A fresh visitor: a context of its own whose user agent is not a robot's, and a page that notes what goes wrong.
 * `page.troubles` collects uncaught errors and console errors.
 */
export async function visitor(browser, options = {}) {
  const context = await browser.newContext({ userAgent: CHROME, viewport: { width: 1440, height: 900 }, ...options });
  context.setDefaultTimeout(10_000);
  const page = await context.newPage();
  page.troubles = [];
  page.on("pageerror", (error) => page.troubles.push(`uncaught: ${error.message}`));
  page.on("console", (message) => {
    if (message.type() === "error") page.troubles.push(`console: ${message.text()}`);
  });
  return { context, page };
}
