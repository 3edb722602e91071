// What a page names: notices page views and calls of `passerby` from the first moment, loads the module that delivers
// them once the page is idle, and delivers them itself, as JSON, where that module may not run or comes too late.
const script = document.currentScript;
const { dataset } = script;
const { site = location.hostname, api = new URL("/e", script.src).href } = dataset;
const byHash = "hash" in dataset;
const before = window.passerby;
/** Events that nobody has taken yet: name, options, address, referrer, time. */
const waiting = [];
/** Takes an event; empty until it is known how events are delivered. */
let deliver;
/** The page that was counted last. */
let counted;
let referrer = document.referrer;

const excluded = (dataset.exclude || "").split(",").map((pattern) => {
  const literal = pattern.trim().replace(/[^\w*]/g, "\\$&");
  return new RegExp(`^${literal.replace(/\*+/g, (stars) => (stars[1] ? ".*" : "[^/]*"))}$`);
});

const put = (name, options = {}) => {
  if (excluded.some((pattern) => pattern.test(location.pathname))) return;
  waiting.push([name, options, options.url || location.href, referrer, Date.now()]);
  referrer = "";
  if (deliver) deliver(waiting.splice(0));
};

const look = () => {
  const page = location.pathname + (byHash ? location.hash : "");
  // A page in a tab that nobody has looked at, or that is being prepared, has not been seen.
  if (document.visibilityState == "visible" && page != counted) {
    counted = page;
    if (dataset.auto != "false") put("pageview");
  }
};

/** Without the module: no batches and no second try, but nothing is missed. */
const plain = (events) => {
  const batch = events.map(([name, { props, revenue }, address, referrer, at]) => {
    const url = new URL(address);
    for (const key of [...url.searchParams.keys()]) {
      if (!/^(utm_.*|ref|source)$/.test(key)) url.searchParams.delete(key);
    }
    if (!byHash) url.hash = "";
    return { name, url, referrer: referrer.split(/[?#]/)[0], age_ms: Date.now() - at, props, revenue };
  });
  if (batch[0]) navigator.sendBeacon(api, JSON.stringify({ v: 1, site, screen_width: screen.width, events: batch }));
};

// A second tag counts nothing, nor does any where the visitor asks not to be counted.
if (!before?.on) {
  const silent = navigator.globalPrivacyControl || ("dnt" in dataset && navigator.doNotTrack == 1);
  window.passerby = silent ? () => {} : put;
  window.passerby.on = true;
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
    const on = (name, then) => addEventListener(name, then, true);
    on("popstate", look);
    on("pageshow", (event) => {
      if (event.persisted) counted = 0;
      look();
    });
    on("visibilitychange", () => {
      look();
      if (!deliver && document.visibilityState == "hidden") plain(waiting.splice(0));
    });
    if (document.readyState == "complete") look();
    else on("DOMContentLoaded", look);
    const load = () =>
      import(new URL(__TRACKER_JS__, script.src))
        .then((module) => module.default(new URL(__TRACKER_WASM__, script.src), api, site, byHash))
        .catch(() => plain)
        .then((way) => {
          deliver = way;
          deliver(waiting.splice(0));
        });
    (window.requestIdleCallback || setTimeout)(load);
  }
}
