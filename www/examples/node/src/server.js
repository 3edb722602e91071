// A site without a script: its server says what it served. Start it with
// `COLLECTOR=http://127.0.0.1:8787 KEY=… node src/server.js`.
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import { Passerby } from "@passerby/node";
import { page } from "./page.js";

const passerby = new Passerby({
  url: process.env.COLLECTOR ?? "http://127.0.0.1:8787",
  site: "node.example",
  key: process.env.KEY,
  onOutcome: ({ name, outcome, reason }) => console.log(name, outcome, reason ?? ""),
});
const style = readFileSync(new URL("../../style.css", import.meta.url));
let left = 12;

const routes = {
  "GET /": (visit) => {
    passerby.track("pageview", visit);
    return { status: 200, type: "text/html; charset=utf-8", body: page(left) };
  },
  "GET /style.css": () => ({ status: 200, type: "text/css", body: style }),
  "POST /order": (visit) => {
    left -= 1;
    passerby.track("Order", { ...visit, props: { bread: "rye" }, revenue: { amount: 4.2, currency: "EUR" } });
    return { status: 303, location: "/" };
  },
  "POST /ask": (visit) => {
    passerby.track("Question", { ...visit, props: { to: "baker" } });
    return { status: 303, location: "/" };
  },
};

const server = createServer((request, response) => {
  const begun = performance.now();
  const path = request.url.split("?")[0];
  const visit = {
    url: `https://node.example${path}`,
    ip: request.socket.remoteAddress,
    userAgent: request.headers["user-agent"],
    referrer: request.headers.referer,
  };
  const {
    status,
    type,
    location,
    body = "",
  } = routes[`${request.method} ${path}`]?.(visit) ?? { status: 404, type: "text/plain", body: "Not found." };
  response.writeHead(status, { ...(type && { "content-type": type }), ...(location && { location }) }).end(body);
  passerby.request({
    method: request.method,
    route: path,
    status,
    duration_ms: Math.round(performance.now() - begun),
    bytes_out: body.length,
  });
});

server.listen(Number(process.env.PORT ?? 8080), "127.0.0.1", () =>
  console.log(`http://127.0.0.1:${server.address().port}`),
);

process.once("SIGTERM", async () => {
  server.close();
  server.closeAllConnections();
  // What was reported is delivered before the process ends.
  await passerby.close({ timeoutMs: 5000 });
});
