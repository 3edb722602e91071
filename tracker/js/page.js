// What a page is from its first moment: which page views there are, what is called before the module has come that
// delivers, and whether the visitor lets anything be noticed at all. The module is loaded once the page is idle; where it
// cannot be had, or the visitor leaves before it came, events are sent from here, as JSON.

/**
 * Starts in a page: `self.passerby` is the page's function from now on. `config` has the tag's attributes, `api` is the
 * address that takes events, `load` gives a promise of the module.
 */
export const start = (config, api, load) => {
  const before = self.passerby;
  /** Where the route ends: at its fragment, if that is none of it. */
  const end = config.hash == null ? "#" : " ";
  /** Calls that nobody has taken yet: the time, the address, the name, the options. */
  const waiting = [];
  /** Whether the visitor does not want to be counted, whatever the page says. */
  let silent = navigator.globalPrivacyControl;
  let counting = !silent && config.consent != "opt-in";
  /** Takes them; empty until it is known how events are delivered. */
  let deliver;
  let loading;
  /** The page that was counted last. */
  let counted;

  const put = (...call) => {
    if (counting) {
      // However long the module takes, a page does not feel what waits: the rest is holes, which only count.
      if (waiting[299]) waiting.length++;
      else waiting.push([Date.now(), location.href, ...call]);
      deliver?.();
    }
  };

  /** Without the module: no batches, no second try, and nothing where routes are to be judged, which is done there. */
  const plain = () => {
    const events = waiting.splice(0, 99).map(([, url, name, options]) => ({
      url: url.split(end)[0].replace(/([?&])(?!utm_|ref=)[^&#]*/g, "$1"),
      referrer: document.referrer.split("?")[0],
      name,
      ...options,
    }));
    if (events[0]) config.exclude ?? config.mask ?? config.auto ?? navigator.sendBeacon(api, JSON.stringify({ site: config.site || location.hostname, events }));
  };

  const look = ({ persisted }) => {
    const page = location.pathname + location.hash.split(end)[0];
    // A page in a tab that nobody has looked at, or that is being prepared, has not been seen.
    if (document.hidden) deliver || plain();
    else if (counting && (persisted || page != counted)) {
      counted = page;
      put("pageview", persisted);
    }
  };

  const go = () => {
    if (counting) {
      // "loading", "interactive", "complete": the last one comes first in the alphabet.
      if (document.readyState < "d") look(config);
      loading ||= (self.requestIdleCallback || setTimeout)(() =>
        load()
          .then((module) => module.default(waiting, put, api, config))
          .catch(() => plain)
          .then((way) => (deliver = way)()),
      );
    } else {
      // Before the module has come nobody else has any of it.
      waiting.length = 0;
      deliver?.(0);
    }
  };

  self.passerby = put;
  put.component = (name, component) => put("component", { component: { ...component, name } });
  put.consent = async (given) => {
    go((config.consent = counting = given && !silent));
    given || indexedDB.deleteDatabase("passerby");
  };
  put.off = () => go((counting = !(silent = go)));

  before?.q?.map((call) => put(...call));
  ["pushState", "replaceState"].map((name) => {
    const original = history[name];
    history[name] = function (...state) {
      original.apply(this, state);
      // Until the document stands, its first path is still open to change.
      if (counted) look(state);
    };
  });
  ["popstate", "pageshow", "DOMContentLoaded", "visibilitychange"].map((name) => addEventListener(name, look));
  go();
};
