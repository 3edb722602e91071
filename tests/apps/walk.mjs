// A visitor who clicks around: the same steps for the same seed.
import { settled, sleep } from "../harness/eventually.mjs";

/** A small seeded generator (mulberry32): numbers in [0, 1). */
export function random(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** The links a visitor could click: visible, of this site, opening here, leading elsewhere; as positions among `a`. */
function clickable() {
  const roots = [document];
  const links = [];
  // Lit keeps its links in shadow roots.
  while (roots.length > 0) {
    for (const element of roots.shift().querySelectorAll("*")) {
      if (element.shadowRoot) roots.push(element.shadowRoot);
      if (element.localName === "a") links.push(element);
    }
  }
  window.__links = links;
  return links
    .map((link, i) => ({ link, i }))
    .filter(({ link }) => {
      const box = link.getBoundingClientRect();
      const url = new URL(link.href || "about:blank", location.href);
      return (
        link.origin === location.origin &&
        link.target !== "_blank" &&
        box.width > 0 &&
        box.height > 0 &&
        link.checkVisibility({ visibilityProperty: true, opacityProperty: true }) &&
        (url.pathname !== location.pathname || url.hash.startsWith("#/")) &&
        url.href !== location.href
      );
    })
    .map(({ i }) => i);
}

/** Waits until the page has stopped moving. */
async function rest(page) {
  const place = () => page.evaluate(() => location.href + document.readyState);
  // Between two documents there is nothing to ask.
  await settled(() => place().catch(() => Date.now()), { quiet: 150, every: 50 });
}

/** Clicks a link that chance picks; false where the page has none. */
async function click(page, next, depth) {
  const links = await page.evaluate(clickable);
  if (links.length === 0) return null;
  const before = await page.evaluate(() => history.length);
  const href = await page.evaluate((i) => {
    const link = window.__links[i];
    link.scrollIntoView({ block: "center" });
    // After this answer has left the page, for the click may end it.
    setTimeout(() => link.click());
    return link.href;
  }, links[Math.floor(next() * links.length)]);
  await sleep(100);
  await rest(page);
  if ((await page.evaluate(() => history.length)) > before || depth.forward > 0) {
    depth.back++;
    depth.forward = 0;
  }
  const { pathname, hash } = new URL(href);
  return `click ${pathname}${hash}`;
}

async function goBack(page, depth) {
  depth.back--;
  depth.forward++;
  await page.evaluate(() => void setTimeout(() => history.back()));
  return "back";
}

async function goForward(page, depth) {
  depth.back++;
  depth.forward--;
  await page.evaluate(() => void setTimeout(() => history.forward()));
  return "forward";
}

/** One step by chance; returns what it was. */
async function step(page, next, depth) {
  const dice = next();
  if (dice < 0.12 && depth.back > 0) return goBack(page, depth);
  if (dice < 0.2 && depth.forward > 0) return goForward(page, depth);
  if (dice >= 0.26) {
    const clicked = await click(page, next, depth);
    if (clicked) return clicked;
    if (depth.back > 0) return goBack(page, depth);
  }
  await page.reload();
  return "reload";
}

/** Walks from where the page is: `steps` by chance, then back, forward and a reload, so that no walk is without. */
export async function walk(page, seed, steps) {
  const next = random(seed);
  const depth = { back: 0, forward: 0 };
  const done = [];
  const take = async (what) => {
    done.push(await what());
    await sleep(100);
    await rest(page);
  };
  for (let taken = 0; taken < steps; taken++) await take(() => step(page, next, depth));
  if (depth.back === 0) await take(() => click(page, next, depth));
  await take(() => goBack(page, depth));
  await take(() => goForward(page, depth));
  await take(async () => {
    await page.reload();
    return "reload";
  });
  return done;
}
