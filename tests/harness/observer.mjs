// A second pair of eyes in the page, independent of the tracker: counts page views by its own definition and reports
// them out of the browser, so that nothing the page does afterwards can lose them.
//
// A page view is: a document's first show; a show from the back/forward cache; a change of the path (search and
// fragment do not matter) by pushState, replaceState or going through the history. With hash routing the route in
// the fragment belongs to the path.

/** Runs in the page before anything else of it. */
function observe(hash) {
  if (window !== window.top) return;
  const here = () => location.pathname + (hash && location.hash.startsWith("#/") ? location.hash : "");
  const report = (how) => window.__observed(JSON.stringify({ path, how }));
  let path = null;
  const arrive = (how) => {
    if (here() === path) return;
    path = here();
    report(how);
  };
  for (const name of ["pushState", "replaceState"]) {
    const original = history[name];
    history[name] = function (...args) {
      const result = original.apply(this, args);
      // Before the document was shown its first path is still open to change.
      if (path !== null) arrive(name);
      return result;
    };
  }
  addEventListener("popstate", () => arrive("popstate"));
  if (hash) addEventListener("hashchange", () => arrive("hashchange"));
  addEventListener("pageshow", (event) => {
    if (!event.persisted) return;
    path = here();
    report("restored");
  });
  document.addEventListener("DOMContentLoaded", () => arrive("load"), { once: true });
}

/** Watches every page of a context. Returns `{seen, counts()}`: seen in order, and counts per path. */
export async function watch(context, { hash = false } = {}) {
  const seen = [];
  await context.exposeFunction("__observed", (text) => {
    seen.push(JSON.parse(text));
  });
  await context.addInitScript(observe, hash);
  return {
    seen,
    counts() {
      const counts = {};
      for (const { path } of seen) counts[path] = (counts[path] ?? 0) + 1;
      return counts;
    },
  };
}
