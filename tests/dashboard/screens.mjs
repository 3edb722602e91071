// Every screen of the dashboard: the views as `views/src/view.rs` lists them, their opened parts, and the ways in.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { makeShare } from "../access/shares.mjs";
import { ROOT } from "../harness/paths.mjs";
import { product } from "./product-data.mjs";
import { GOALS, shoppers } from "./shoppers.mjs";
import { ZONE, day, visits } from "./stage.mjs";

/** The site that has some of everything. */
export const RICH = "rich.test";
/** The site that has nothing. */
export const EMPTY = "empty.test";

/** The names of all views, so that a new one is on every list here by itself. */
export const VIEWS = [...readFileSync(join(ROOT, "views/src/view.rs"), "utf8").matchAll(/^ {4}facts\(View::\w+, "(\w+)"/gm)].map(
  ([, name]) => name,
);
/** The parts of the settings. */
export const PARTS = ["general", "goals", "annotations", "segments", "keys", "members", "shares", "data"];
/** A funnel, as addresses have it. */
export const FUNNEL = "kind1=page&step1=/pricing&kind2=goal&step2=Signup&kind3=page&step3=/welcome";

/** What is opened in a view, as its address says. */
const OPENED = {
  "overview, filtered": "f=is.source.Google&f=is_not.country.US",
  "overview, a long list": "more=page",
  "overview, the chart's table": "chart=table",
  "overview, nothing found": "f=is.page.%2Fnowhere",
  "goals, one of them": "view=goals&goal=Bought+something&prop=plan",
  "funnels, a funnel": `view=funnels&${FUNNEL}`,
  "journeys, from a page": "view=journeys&start=page:/pricing",
  "requests, a route": "view=requests&method=POST&route=%2Fapi%2Fcheckout",
  "vitals, a vital": "view=vitals&vital=CLS",
  "errors, an error": "view=errors&type=TypeError&fingerprint=b41c09e2",
  "components, a component": "view=components&component=Button",
  "commands, a command": "view=commands&command=build",
  "queries, a query": "view=queries&system=redis&fingerprint=GET+session%3A%3F",
  ...Object.fromEntries(PARTS.slice(1).map((part) => [`settings, ${part}`, `view=settings&part=${part}`])),
  "a new site": "add=site",
  "filters, what has been chosen": "dialog=filters&f=is.source.Google&f=is_not.country.US",
  "filters, one of them": "dialog=filters&filter-at=new&filter-field=country&filter-op=is&filter-value=DE",
  "the keys": "dialog=keys",
  "boards, being changed": `view=boards&edit=1&set=1&${["numbers", "list%26dimension%3Dvisit%253Asource", "chart", "text"].map((kind) => `w=kind%3D${kind}`).join("&")}`,
};

/** What is clicked open: the screen, and the selector of what is pressed. */
const PRESSED = {
  "overview, the sites": ["", ".site-menu > summary"],
  "overview, the days": ["", ".range-menu > summary"],
  "overview, a card taken out": ["", "[data-panel=sources] .export > summary"],
  "settings, a question": ["view=settings&part=keys", "[data-panel=keys] summary"],
};
/** The widgets of the board that the site has: one of each kind but the funnel, which is the site's own. */
const WIDGETS = [
  { kind: "text", title: "Every Monday", text: "Look at the checkout first.", width: "full" },
  { kind: "list", dimension: "visit:source" },
  ...["numbers", "chart", "map", "goals", "retention", "vitals", "requests", "errors", "live"].map((kind) => ({ kind })),
];

/** `{ name, query, press }` of every screen of a site that an owner may look at; `press` is a selector to be clicked. */
export function screens(domain) {
  const of = (name, query, press) => ({ name, query: `?${[query, `site=${domain}`].filter(Boolean).join("&")}`, press });
  const views = VIEWS.filter((name) => name !== "share").map((name) => of(name, name === "overview" ? "" : `view=${name}`));
  if (domain === EMPTY) return [...views, ...PARTS.slice(1).map((part) => of(`settings, ${part}`, `view=settings&part=${part}`))];
  return [
    ...views,
    ...Object.entries(OPENED).map(([name, query]) => of(name, query)),
    ...Object.entries(PRESSED).map(([name, [query, press]]) => of(name, query, press)),
  ];
}

/** Fills the site that has everything, and makes the one that has nothing; gives the address of a share of the first. */
export async function furnish({ api }) {
  const make = (what, body) => api.mustOwner("POST", `/api/v1/sites/${RICH}/${what}`, body);
  await api.putSite(EMPTY, { timezone: ZONE });
  await api.putSite(RICH, { timezone: ZONE, goals: GOALS, label: "The shop" });
  for (const events of [shoppers(), product(), visits()]) {
    const answer = await api.importEvents(RICH, events);
    assert.equal(answer.json?.accepted, events.length, answer.text.slice(0, 400));
  }
  await make("annotations", { time: day(-9), text: "The payment provider was down" });
  await make("annotations", { time: day(-4), text: "Release 3.0" });
  await make("segments", { name: "Readers on phones", filters: [["is", "visit:device", ["Mobile"]]] });
  await make("funnels", {
    name: "From price to welcome",
    steps: [
      { name: "/pricing", filter: ["is", "event:page", ["/pricing"]] },
      { name: "Signup", filter: ["is", "event:goal", ["Signup"]] },
    ],
  });
  await make("boards", { name: "The week", widgets: WIDGETS });
  await make("members", { name: "Ada", role: "editor" });
  await make("keys", { name: "Continuous integration", scopes: ["read"] });
  const { pathname, hash } = new URL((await makeShare(api, RICH)).url);
  return { path: pathname.slice(1), hash };
}

/** Waits until the screen is whole: its modules and answers are there, and nothing more has come for a while. */
export async function settled(page, { quiet = 350 } = {}) {
  await page.waitForFunction(
    (quiet) => {
      const main = document.querySelector("main");
      const arrived = performance.getEntriesByType("resource");
      const whole = main && main.getAttribute("aria-busy") !== "true" && !document.querySelector(".stale, .waiting");
      const seen = (window.arrivals ??= { count: 0, since: performance.now() });
      const modules = arrived.some((one) => one.name.endsWith(".wasm"));
      if (!whole || !modules || seen.count !== arrived.length) Object.assign(seen, { count: arrived.length, since: performance.now() });
      return performance.now() - seen.since > quiet;
    },
    quiet,
    { timeout: 20_000, polling: 50 },
  );
}
