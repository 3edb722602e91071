// What a page names: notices page views and calls of `passerby` from the first moment, loads the module that delivers
// them once the page is idle, and delivers them itself, as JSON, where that module may not run or comes too late.
const { src, dataset } = document.currentScript;
const { site = location.hostname, api = new URL("/e", src).href } = dataset;
const byHash = "hash" in dataset;
const before = window.passerby;
/** Events that nobody has taken yet: their options, and name, url, referrer and at, the time. */
const waiting = [];
/** Takes them; empty until it is known how events are delivered. */
let deliver;
/** The page that was counted last. */
let counted;
let { referrer } = document;

// Commas between patterns, stars for what varies. Without patterns it fits no path: paths begin with a slash.
const literal = dataset.exclude?.replace(/[^\w\s,*]/g, "\\$&").replace(/[\s,]+/g, "|");
const excluded = new RegExp(`^(${literal?.replace(/\*+/g, (stars) => (stars[1] ? ".*" : "[^/]*"))})$`);

const put = (name, options) => {
  if (excluded.test(location.pathname)) return;
  try {
    const url = new URL(options?.url || location, location).href;
    waiting.push({ ...options, name, url, referrer, at: Date.now() });
    referrer = "";
    deliver?.();
  } catch (error) {
    // A call that makes no sense must not end the page's own work.
    console.warn("passerby:", error);
  }
};

const look = () => {
  const page = location.pathname + (byHash ? location.hash : "");
  // A page in a tab that nobody has looked at, or that is being prepared, has not been seen.
  if (!document.hidden && page != counted) {
    counted = page;
    if (dataset.auto != "false") put("pageview");
  }
};

/** Without the module: no batches and no second try, but nothing is missed. */
const plain = () => {
  const events = waiting.splice(0).map(({ at, ...event }) => {
    const url = new URL(event.url);
    url.search = new URLSearchParams([...url.searchParams].filter(([key]) => /^(utm_|ref$|source$)/.test(key)));
    if (!byHash) url.hash = "";
    return { ...event, url, referrer: event.referrer.split(/[?#]/)[0], age_ms: Date.now() - at };
  });
  if (events[0]) navigator.sendBeacon(api, JSON.stringify({ v: 1, site, screen_width: screen.width, events }));
};

// A second tag counts nothing, nor does any where the visitor asks not to be counted.
if (!before?.on) {
  const silent = navigator.globalPrivacyControl || ("dnt" in dataset && navigator.doNotTrack == 1);
  (window.passerby = silent ? () => {} : put).on = true;
  if (!silent) {
    for (const call of before?.q || []) put(...call);
    for (const name of ["pushState", "replaceState"]) {
      const original = history[name];
      history[name] = function (...state) {
        original.apply(this, state);
        // Until the document stands, its first path is still open to change.
        if (counted) look();
      };
    }
    addEventListener("popstate", look);
    addEventListener("pageshow", (event) => {
      if (event.persisted) counted = 0;
      look();
    });
    addEventListener("visibilitychange", () => {
      look();
      if (!deliver && document.hidden) plain();
    });
    if (document.readyState == "complete") look();
    else addEventListener("DOMContentLoaded", look);
    const load = () =>
      import(new URL(__TRACKER_JS__, src))
        .then((module) => module.default(new URL(__TRACKER_WASM__, src), api, site, byHash, waiting))
        .catch(() => plain)
        .then((way) => (deliver = way)());
    (window.requestIdleCallback || setTimeout)(load);
  }
}
