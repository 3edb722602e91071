// A network between browser and collector that can be told to fail, and that remembers what was sent.
import { createServer, request as forward } from "node:http";
import { freePort } from "./port.mjs";

/**
 * Starts a proxy in front of a collector. `faults` is a queue that is used up by requests which bring events:
 * `"503"` answers so without asking the collector, `"429:2"` with `Retry-After: 2` as well, `"drop"` cuts the connection
 * before, `"lose-answer"` cuts it after the collector has committed, `"keep-answer"` lets the sender wait for ever, `"twice"` sends
 * it twice and passes on the second answer. `outage` is the fault of all of them while it is set. `deliveries` lists what was
 * sent: `{at, type, mode, headers, body, fault, status}`, `mode` being `cors` for fetch and `no-cors` for sendBeacon.
 * Events come to `route`. Requests for a path that matches `withheld` are never answered.
 * Between `down()` and `up()` nobody listens.
 */
export async function proxyTo(collector, route = "/e") {
  const bringsEvents = (request) => request.method === "POST" && request.url.startsWith(route);
  const port = await freePort();
  const target = new URL(collector);
  const proxy = { url: `http://127.0.0.1:${port}`, faults: [], deliveries: [], requests: [], withheld: null, outage: null };
  const server = createServer((incoming, outgoing) => {
    const chunks = [];
    incoming.on("data", (chunk) => chunks.push(chunk));
    incoming.on("error", () => {});
    incoming.on("end", () => {
      const body = Buffer.concat(chunks);
      proxy.requests.push({ method: incoming.method, path: incoming.url });
      if (proxy.withheld?.test(incoming.url)) return;
      const fault = bringsEvents(incoming) ? (proxy.outage ?? proxy.faults.shift()) : undefined;
      const { "content-type": type, "sec-fetch-mode": mode } = incoming.headers;
      const delivery = { at: Date.now(), type, mode, headers: incoming.headers, body, fault, status: null };
      if (bringsEvents(incoming)) proxy.deliveries.push(delivery);
      if (fault === "drop") return incoming.socket.destroy();
      const [refusal, seconds] = /^\d+/.test(fault) ? fault.split(":") : [];
      if (refusal) {
        const wait = seconds ? { "retry-after": seconds, "access-control-expose-headers": "retry-after" } : {};
        const headers = { "access-control-allow-origin": "*", "content-type": "application/json", ...wait };
        return outgoing.writeHead(Number(refusal), headers).end('{"error":"busy","code":"busy","hint":"again"}');
      }
      const { method, url: path, headers } = incoming;
      const pass = (answered) => {
        const onward = forward({ host: target.hostname, port: target.port, method, path, headers }, answered);
        onward.on("error", () => incoming.socket.destroy());
        onward.end(body);
      };
      const answered = (answer) => {
        delivery.status = answer.statusCode;
        if (fault === "lose-answer" || fault === "keep-answer") {
          answer.resume();
          if (fault === "lose-answer") answer.on("end", () => incoming.socket.destroy());
          return;
        }
        outgoing.writeHead(answer.statusCode, answer.rawHeaders);
        answer.pipe(outgoing);
      };
      if (fault === "twice") pass((first) => first.resume().on("end", () => pass(answered)));
      else pass(answered);
    });
  });
  proxy.up = () => new Promise((done) => server.listen(port, "127.0.0.1", done));
  proxy.down = () =>
    new Promise((done) => {
      server.close(done);
      server.closeAllConnections();
    });
  await proxy.up();
  proxy.close = proxy.down;
  return proxy;
}
