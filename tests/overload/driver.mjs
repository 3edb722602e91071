// Sends batches over kept-alive connections: HTTP/1.1 written by hand, as a client library would need more processor time
// than the worker under test.
import { connect } from "node:net";
import { randomBytes } from "node:crypto";
import { CHROME } from "../harness/api.mjs";

const RUN = randomBytes(8).toString("hex");
let made = 0;

/** A JSON batch of page views that nobody has sent before. */
export function batch(site, events = 5) {
  const view = (n) => `{"id":"${RUN}${(made++).toString(16).padStart(16, "0")}","name":"pageview","url":"https://${site}/page-${n}"}`;
  return `{"site":"${site}","events":[${Array.from({ length: events }, (_, n) => view(n))}]}`;
}

/** The bytes of a request that brings a batch, from an address of its own. */
export function request(body, { path = "/e", address = anyAddress() } = {}) {
  return (
    `POST ${path} HTTP/1.1\r\nhost: localhost\r\nuser-agent: ${CHROME}\r\nx-test-ip: ${address}\r\n` +
    `content-type: text/plain\r\ncontent-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`
  );
}

const anyAddress = () => `10.${[...randomBytes(3)].join(".")}`;

/** A connection that carries one request at a time. */
class Connection {
  constructor(port) {
    this.socket = connect(port, "127.0.0.1");
    this.socket.setNoDelay(true);
    this.text = "";
    this.socket.on("data", (bytes) => this.#read(bytes.toString("latin1")));
    for (const event of ["error", "close"]) {
      this.socket.on(event, (error) => this.#end({ status: 0, why: error?.code ?? event }));
    }
  }

  send(bytes) {
    return new Promise((done) => {
      this.done = done;
      this.socket.write(bytes);
    });
  }

  #read(text) {
    this.text += text;
    const head = this.text.indexOf("\r\n\r\n");
    if (head < 0) return;
    const headers = this.text.slice(0, head).toLowerCase();
    const length = /content-length: (\d+)/.exec(headers);
    const isWhole = length
      ? this.text.length >= head + 4 + Number(length[1])
      : this.text.endsWith("0\r\n\r\n");
    if (!isWhole) return;
    const body = this.text.slice(head + 4);
    this.text = "";
    this.#end({ status: Number(headers.slice(9, 12)), retryAfter: /retry-after: (\d+)/.exec(headers)?.[1], body });
  }

  #end(answer) {
    if (answer.status === 0) this.isGone = true;
    const { done } = this;
    this.done = undefined;
    done?.(answer);
  }
}

/** Connections to a worker, opened when needed and used again. */
export class Connections {
  constructor(port) {
    this.port = port;
    this.idle = [];
    this.open = 0;
  }

  /** Sends a request and says how it was answered, and in how many milliseconds. */
  async send(bytes) {
    let connection = this.idle.pop();
    if (connection === undefined || connection.isGone) {
      connection = new Connection(this.port);
      this.open++;
    }
    const begun = performance.now();
    const answer = await connection.send(bytes);
    answer.ms = performance.now() - begun;
    if (connection.isGone) this.open--;
    else this.idle.push(connection);
    return answer;
  }

  close() {
    for (const { socket } of this.idle) socket.destroy();
  }
}

/** As many requests as are answered in so many milliseconds, so many at a time. */
export async function closedLoop(connections, { ms, atOnce, make, seen }) {
  const end = performance.now() + ms;
  const one = async () => {
    while (performance.now() < end) seen(await connections.send(make()));
  };
  await Promise.all(Array.from({ length: atOnce }, one));
}

/** So many requests a second for so many milliseconds, whether they are answered or not. */
export async function openLoop(connections, { ms, perSecond, make, seen, atOnceMax = 2_000 }) {
  const begun = performance.now();
  const waiting = new Set();
  const wrong = [];
  let sent = 0;
  for (;;) {
    const elapsed = performance.now() - begun;
    if (elapsed >= ms) break;
    for (; sent < (elapsed * perSecond) / 1000 && waiting.size < atOnceMax; sent++) {
      const answered = connections.send(make()).then(seen);
      waiting.add(answered);
      answered.catch((error) => wrong.push(error)).finally(() => waiting.delete(answered));
    }
    await new Promise((later) => setTimeout(later, 1));
  }
  await Promise.allSettled(waiting);
  if (wrong.length > 0) throw wrong[0];
  return sent;
}

/** The value that a share of the values does not exceed. */
export function quantile(values, share) {
  const sorted = [...values].sort((one, other) => one - other);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
}
