// A web site on an origin of its own: files of a folder or pages made by a function, with the tracker's tag put into
// every HTML page as its owner would.
import { createReadStream, existsSync, readFileSync, statSync } from "node:fs";
import { createServer } from "node:http";
import { extname, join, normalize } from "node:path";
import { freePort } from "./port.mjs";

const TYPES = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".mjs": "text/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".svg": "image/svg+xml",
  ".png": "image/png",
  ".gif": "image/gif",
  ".jpg": "image/jpeg",
  ".ico": "image/x-icon",
  ".json": "application/json",
  ".wasm": "application/wasm",
  ".woff2": "font/woff2",
};

/** The tag a site owner pastes, and that the browser of a test is counted: it is automated, and on this machine. */
export function tag(collector, site, attributes = "") {
  return `<script defer src="${collector}/p.js" data-site="${site}" data-local data-automated ${attributes}></script>`;
}

/** Puts markup at the start of the page's head, or of the page where it has none. */
export function inject(html, markup) {
  const head = /<head[^>]*>/i.exec(html);
  if (!head) return markup + html;
  const at = head.index + head[0].length;
  return html.slice(0, at) + markup + html.slice(at);
}

/** The file of a path below a folder, or null. */
function fileOf(folder, path) {
  const inside = normalize(decodeURIComponent(path)).replace(/^(\.\.[/\\])+/, "");
  const candidates = path.endsWith("/")
    ? [join(folder, inside, "index.html")]
    : [join(folder, inside), join(folder, `${inside}.html`)];
  return candidates.find((file) => existsSync(file) && statSync(file).isFile()) ?? null;
}

/**
 * Serves a site until `close()`.
 *
 * - `folder`: its files; `fallback` names the file for paths without one, as single-page applications want it
 * - `pages`: `{path: html}` or a function from path to html or null
 * - `markup`: what goes into the head of every page
 * - `headers`: extra headers of every HTML page
 */
export async function serveSite({ folder, fallback, pages = {}, markup = "", headers = {}, port }) {
  const page = typeof pages === "function" ? pages : (path) => pages[path] ?? null;
  const requests = [];
  const server = createServer((request, response) => {
    const path = new URL(request.url, "http://site").pathname;
    requests.push({ method: request.method, path, headers: request.headers });
    const html = (text) => {
      const all = { "content-type": TYPES[".html"], "cache-control": "no-cache", ...headers };
      response.writeHead(200, all).end(inject(text, markup));
    };
    const made = page(path);
    if (made !== null) return html(made);
    let file = folder ? fileOf(folder, path) : null;
    if (!file && folder && fallback && extname(path) === "") file = join(folder, fallback);
    // Browsers ask for it unasked, and would report its absence as the page's trouble.
    if (!file && path === "/favicon.ico") return response.writeHead(204).end();
    if (!file) return response.writeHead(404, { "content-type": "text/plain" }).end("Not found.");
    if (extname(file) === ".html") return html(readFileSync(file, "utf8"));
    response.writeHead(200, { "content-type": TYPES[extname(file)] ?? "application/octet-stream" });
    createReadStream(file).pipe(response);
  });
  const listening = port ?? (await freePort());
  await new Promise((done) => server.listen(listening, "127.0.0.1", done));
  return {
    url: `http://127.0.0.1:${listening}`,
    /** What was asked of it. */
    requests,
    close: () =>
      new Promise((done) => {
        server.close(done);
        server.closeAllConnections();
      }),
  };
}
