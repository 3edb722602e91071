// Chromium and Firefox, each as Debian ships it, behind one driver: Chromium by its own protocol, Firefox by WebDriver BiDi.
import puppeteer from "puppeteer-core";
import { FLAGS } from "./browser.mjs";
import { eventually } from "./eventually.mjs";
import { CHROMIUM, FIREFOX } from "./paths.mjs";

const PROGRAMS = {
  chromium: { browser: "chrome", executablePath: CHROMIUM, args: FLAGS },
  firefox: { browser: "firefox", executablePath: FIREFOX, args: [] },
};
/** What the tracker must work in. */
export const BROWSERS = Object.keys(PROGRAMS);

/** Starts one of them. `profile` is a folder that outlives it, `args` are added to its own. */
export function launch(name, { profile, args = [] } = {}) {
  const program = PROGRAMS[name];
  return puppeteer.launch({
    ...program,
    args: [...program.args, ...args],
    headless: true,
    defaultViewport: null,
    userDataDir: profile,
  });
}

/** A function's call as text. */
const call = (code, values) => `(${code})(${values.map((value) => JSON.stringify(value)).join()})`;

/**
 * A tab whose page is driven from within, by what a visitor's click or a page's script would do. What it has in common with a
 * page or context of Playwright's is called the same.
 */
export class Tab {
  /**
   * Opens one for a fresh visitor, if need be in a window of its own, where no other can hide it. `prepare` is run in each of
   * its documents before all else, one function or several.
   */
  static async open(browser, { prepare = [], window = false } = {}) {
    const context = await browser.createBrowserContext();
    const tab = new Tab(await context.newPage(window ? { type: "window" } : {}), context);
    for (const code of [prepare].flat()) await tab.addInitScript(code);
    return tab;
  }

  /** Opens another of the same visitor, in front of this one. */
  async beside() {
    return new Tab(await this.context.newPage(), this.context);
  }

  /** Drives a page of the driver's. */
  constructor(page, context) {
    this.page = page;
    this.context = context;
    /** What went wrong in it: uncaught errors, and errors in the console. */
    this.troubles = [];
    /** Whether it was closed. */
    this.closed = false;
    page.on("pageerror", (error) => this.troubles.push(`uncaught: ${error.message}`));
    page.on("console", (message) => {
      if (message.type() === "error") this.troubles.push(`console: ${message.text()}`);
    });
  }

  /** Uncaught errors alone, without what Firefox reports like one: that a policy refused something, or the network did. */
  get uncaught() {
    const ofFirefox = /^uncaught: (Content-Security-Policy|Cross-Origin Request Blocked)/;
    return this.troubles.filter((trouble) => trouble.startsWith("uncaught") && !ofFirefox.test(trouble));
  }

  /** Opens an address, and waits until it is loaded. */
  async goto(address) {
    await this.page.goto(address);
  }

  /** Has a function run in each further document before all else. */
  addInitScript(code, ...values) {
    return this.page.evaluateOnNewDocument(code, ...values);
  }

  /**
   * Gives every further document a function that tells a text here: by the console, of which a page that is left loses no
   * line. Those of a page from Firefox's back/forward cache come twice.
   */
  exposeFunction(name, take) {
    const told = new Set();
    this.page.on("console", (message) => {
      const [mark, id, ...words] = message.text().split(" ");
      if (mark !== name || told.has(id)) return;
      told.add(id);
      take(words.join(" "));
    });
    return this.addInitScript((name) => (window[name] = (text) => console.debug(`${name} ${crypto.randomUUID()} ${text}`)), name);
  }

  /** Runs a function in the page and gives what it gives. */
  evaluate(code, ...values) {
    return this.page.evaluate(code, ...values);
  }

  /** Waits until a function in the page gives something true. Between two documents there is nothing to ask. */
  until(code, ...values) {
    // What a page gives has to be made a plain value there.
    const asked = `Boolean(${call(code, values)})`;
    return eventually(async () => {
      if (!(await this.evaluate(asked))) throw new Error(`not yet: ${code}`);
    });
  }

  /** Waits until the tracker's module has taken over in the document that is there. */
  ready() {
    return this.until(() => document.readyState === "complete" && Boolean(window.passerby?.inspect));
  }

  /**
   * Runs a function in the page that leads elsewhere, once the driver has its answer, and waits until the address ends
   * with `end` and is loaded. A driver's own going back would wait for a load that no restored page has.
   */
  async go(code, end, ...values) {
    await this.evaluate(`void setTimeout(() => ${call(code, values)})`);
    await this.until((end) => location.href.endsWith(end) && document.readyState === "complete", end);
  }

  /** Goes back to the address that ends with `end`. */
  back(end) {
    return this.go(() => history.back(), end);
  }

  /** Goes forward to the address that ends with `end`. */
  forward(end) {
    return this.go(() => history.forward(), end);
  }

  /** Clicks the first element of a selector and waits for the address. */
  click(selector, end) {
    return this.go((selector) => document.querySelector(selector).click(), end, selector);
  }

  /** Loads the page again. */
  async reload() {
    await this.evaluate(() => {
      window.old = true;
      setTimeout(() => location.reload());
    });
    await this.until(() => !window.old && document.readyState === "complete");
  }

  /** Brings the tab in front of the others. */
  show() {
    return this.page.bringToFront();
  }

  /** Leaves for a page without a tracker, so that whatever this one still has to say is said. */
  async leave() {
    await this.evaluate(() => void setTimeout(() => (location.href = "about:blank")));
    await this.until(() => location.href === "about:blank");
  }

  /** Closes the tab as a visitor does. Firefox under load ends a tab's process before all that its page sent at last is out. */
  async close() {
    this.closed = true;
    await this.page.close({ runBeforeUnload: true });
  }
}
