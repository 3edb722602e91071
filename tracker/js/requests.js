// How the page's own requests fare, where the owner asks for it by `data-requests`: method, route with ids folded, status,
// duration and size, never what was sent or answered.

/** What stands in a path for something that is different each time: numbers, hashes, UUIDs and other long words. */
const ID = /\/(?=[^/]*\d)(\d+|[\da-f]{12,}|[\w-]{20,})(?=\/|$)/gi;

/**
 * Watches `fetch` and `XMLHttpRequest`. `add` takes an event; `origins` names further origins than the page's own, with
 * spaces between.
 */
export const requests = (add, origins) => {
  const REQUEST = 4;
  const told = (method, address, begun, status, received) => {
    try {
      const { origin, pathname } = new URL(address, location);
      if (origin != location.origin && !origins.split(/[\s,]+/).includes(origin)) return;
      const route = (origin == location.origin ? "" : origin) + pathname.replace(ID, "/:id").replace(/\/[^/]*(@|%40)[^/]*/g, "/:email");
      const duration = Math.round(performance.now() - begun);
      add(REQUEST, [`${method}`.toUpperCase(), route, status, duration, 0, received > 0 ? +received : 0]);
    } catch {}
  };

  const { fetch } = window;
  window.fetch = function (input, options) {
    const begun = performance.now();
    const answer = fetch.apply(this, arguments);
    const tell = (status, length) => told(options?.method || input?.method || "GET", input?.url || input, begun, status, length);
    answer.then(
      ({ status, headers }) => tell(status, headers.get("content-length")),
      () => tell(0),
    );
    return answer;
  };

  const { open } = XMLHttpRequest.prototype;
  XMLHttpRequest.prototype.open = function (method, address) {
    const begun = performance.now();
    this.addEventListener("loadend", ({ loaded }) => told(method, address, begun, this.status, loaded), { once: true });
    return open.apply(this, arguments);
  };
};
