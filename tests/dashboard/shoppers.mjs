// A shop whose visitors read, sign up and buy over four weeks: always the same, so that what the views say can be checked.
import { at } from "./stage.mjs";

export const SHOP = "shop.test";
export const GOALS = [
  { event: "Signup" },
  { event: "Purchase", display_name: "Bought something", currency: "EUR" },
  { page_path: "/blog/**", display_name: "Read the blog" },
  { page_path: "/docs", scroll_threshold: 75, display_name: "Read the docs to the end" },
  { event: "File Download" },
];

const PLACES = [
  { country: "DE", referrer: "https://www.google.com/", browser: "Firefox", os: "Windows", device: "Desktop" },
  { country: "DE", browser: "Chrome", os: "Mac", device: "Desktop" },
  { country: "FR", referrer: "https://news.ycombinator.com/item", browser: "Safari", os: "Mac", device: "Desktop" },
  { country: "US", referrer: "https://www.google.com/", browser: "Chrome", os: "Android", device: "Mobile" },
  { country: "JP", utm_source: "newsletter", utm_medium: "email", browser: "Safari", os: "iOS", device: "Mobile" },
];
/** What the visits do, page by page; names without a slash are events. The more often a line stands here, the more do it. */
const WAYS = [
  "/",
  "/",
  "/ /pricing",
  "/ /pricing Signup",
  "/ /pricing Signup /welcome",
  "/ /docs",
  "/ /docs /pricing Signup /welcome",
  "/docs",
  "/docs /docs/install",
  "/docs /docs/install /pricing",
  "/blog/how-we-count",
  "/blog/how-we-count /",
  "/blog/privacy-without-banners /pricing Signup /welcome /shop",
  "/blog/privacy-without-banners",
  "/pricing /shop Purchase /thanks",
  "/shop /shop/cart",
  "/shop /shop/cart Purchase /thanks",
  "/ /shop /shop/cart Purchase /thanks",
  "/ /about",
  "/docs/install File Download",
];

/** About 1,900 events of 560 visits, some of them by visitors whom an import names and who come again. */
export function shoppers() {
  const events = [];
  let state = 11;
  const next = (below) => (state = (state * 16_807) % 2_147_483_647) % below;
  for (let visit = 0; visit < 560; visit++) {
    // More and more of them; today has not many hours yet.
    const shift = -Math.min(next(28), next(28));
    const hour = shift === 0 ? next(11) : 6 + next(16);
    const visitor = next(3) === 0 ? `known ${next(90)}` : `visitor ${visit}`;
    const place = PLACES[next(PLACES.length)];
    let minute = 0;
    let pathname = "/";
    const event = (name, more = {}) => {
      const timestamp = at(shift, `${String(hour).padStart(2, "0")}:${String(minute).padStart(2, "0")}:${String(next(60)).padStart(2, "0")}`);
      events.push({ ...place, name, visitor, timestamp, pathname, ...more });
    };
    for (const step of WAYS[next(WAYS.length)].split(" ")) {
      minute += 1 + next(4);
      if (step.startsWith("/")) {
        pathname = step;
        event("pageview");
        minute += 1;
        const depth = pathname.startsWith("/blog") ? 40 + next(60) : 15 + next(85);
        event("engagement", { scroll_depth: depth, engagement_time_ms: 4_000 + next(90) * 1_000 });
      } else if (step === "Purchase") {
        event(step, { revenue: { amount: 9 + next(90), currency: "EUR" }, props: { plan: ["starter", "team", "team", "business"][next(4)] } });
      } else if (step === "File") {
        event("File Download", { props: { url: "https://shop.test/files/guide.pdf" } });
      } else if (step === "Signup") {
        event(step, { props: { method: ["e-mail", "passkey"][next(2)] } });
      }
    }
  }
  return events;
}
