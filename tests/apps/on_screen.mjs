// What the dashboard's owner reads on the screen about the pages of a site.
import { visitor } from "../harness/browser.mjs";
import { ADMIN_KEY } from "../harness/worker.mjs";

const number = (text) => Number(text.replace(/,/g, ""));

/** Logs in, opens the site and its long list of pages: `{pageviews, pages: {path: page views}}`. */
export async function onScreen(browser, collector, site) {
  const { context, page } = await visitor(browser);
  try {
    await page.goto(`${collector}/?site=${site}&more=page`);
    await page.locator("input[type=password]").fill(ADMIN_KEY);
    await page.keyboard.press("Enter");
    await page.waitForSelector("main[aria-busy=false] [data-metric=pageviews] [data-value]", { state: "attached" });
    const headline = await page.locator("[data-metric=pageviews] [data-value]").getAttribute("data-value");
    await page.waitForSelector("[role=dialog] tbody tr");
    const heads = await page.$$eval("[role=dialog] thead th", (all) => all.map((head) => head.innerText.trim().toLowerCase()));
    const rows = await page.$$eval("[role=dialog] tbody tr", (all) =>
      all.map((row) => [...row.cells].map((cell) => cell.innerText.trim())),
    );
    const column = heads.findIndex((head) => head.startsWith("pageviews") || head.startsWith("page views"));
    return { pageviews: number(headline), pages: Object.fromEntries(rows.map((row) => [row[0], number(row[column])])) };
  } finally {
    await context.close();
  }
}
