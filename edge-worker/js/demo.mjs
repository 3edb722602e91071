// The demo site: static files, with the collector's address filled into its pages.
const TYPES = {
  html: "text/html; charset=utf-8",
  js: "text/javascript; charset=utf-8",
  css: "text/css; charset=utf-8",
  svg: "image/svg+xml",
  png: "image/png",
  jpg: "image/jpeg",
  webp: "image/webp",
  ico: "image/x-icon",
  json: "application/json",
  txt: "text/plain; charset=utf-8",
  woff2: "font/woff2",
};

/** The file of a path, or null where there is none (a folder's listing is none). */
async function file(env, path) {
  if (path.endsWith("/")) path += "index.html";
  const extension = /\.([a-z0-9]+)$/.exec(path)?.[1];
  if (!extension) return null;
  const answer = await env.FILES.fetch("http://files" + path);
  if (!answer.ok) {
    await answer.body?.cancel();
    return null;
  }
  return { answer, extension };
}

export default {
  async fetch(request, env) {
    if (request.method !== "GET" && request.method !== "HEAD") {
      return new Response("Only GET and HEAD.", { status: 405, headers: { allow: "GET, HEAD" } });
    }
    const { pathname } = new URL(request.url);
    // A path without a file is a route of the page's own router.
    const found = (await file(env, pathname)) ?? (/\.[a-z0-9]+$/.test(pathname) ? null : await file(env, "/"));
    if (!found) return new Response("Not found.", { status: 404 });
    const headers = {
      "content-type": TYPES[found.extension] ?? "application/octet-stream",
      "cache-control": "no-cache",
      "x-content-type-options": "nosniff",
    };
    if (found.extension !== "html") return new Response(found.answer.body, { headers });
    const page = await found.answer.text();
    return new Response(page.replaceAll("__COLLECTOR__", env.PASSERBY_COLLECTOR ?? "http://127.0.0.1:8787"), { headers });
  },
};
