// HTTP as bytes: requests that no well-behaved client could write, over many connections that are kept.
import { connect } from "node:net";

/** A request as it goes over the wire. A body gets its length, or goes in chunks; headers are names and latin-1 texts. */
export function requestBytes({ method, path, headers = {}, body = null, chunked = false }) {
  const lines = [`${method} ${path} HTTP/1.1`, "host: collector"];
  for (const [name, value] of Object.entries(headers)) lines.push(`${name}: ${value}`);
  if (body !== null) lines.push(chunked ? "transfer-encoding: chunked" : `content-length: ${body.length}`);
  const head = Buffer.from(`${lines.join("\r\n")}\r\n\r\n`, "latin1");
  if (body === null) return head;
  return Buffer.concat([head, chunked ? inChunks(body) : body]);
}

function inChunks(body) {
  const size = Math.max(1, Math.ceil(body.length / 3));
  const parts = [];
  for (let at = 0; at < body.length; at += size) {
    const part = body.subarray(at, at + size);
    parts.push(Buffer.from(`${part.length.toString(16)}\r\n`), part, Buffer.from("\r\n"));
  }
  return Buffer.concat([...parts, Buffer.from("0\r\n\r\n")]);
}

/** An answer, if the bytes hold a whole one: `{status, headers, body, used, closes}`. */
function parsed(bytes, method) {
  const end = bytes.indexOf("\r\n\r\n");
  if (end < 0) return null;
  const [first, ...lines] = bytes.toString("latin1", 0, end).split("\r\n");
  const headers = new Map(lines.map((line) => [line.slice(0, line.indexOf(":")).toLowerCase(), line.slice(line.indexOf(":") + 1).trim()]));
  const status = Number(first.split(" ")[1]);
  const told = { status, headers, closes: headers.get("connection") === "close" };
  const begin = end + 4;
  if (method === "HEAD" || status === 204 || status === 304) return { ...told, body: Buffer.alloc(0), used: begin };
  if (headers.get("transfer-encoding") !== "chunked") {
    const used = begin + Number(headers.get("content-length") ?? 0);
    return bytes.length < used ? null : { ...told, body: bytes.subarray(begin, used), used };
  }
  const parts = [];
  for (let at = begin; ; ) {
    const line = bytes.indexOf("\r\n", at);
    if (line < 0) return null;
    const size = parseInt(bytes.toString("latin1", at, line), 16);
    if (bytes.length < line + 4 + size) return null;
    if (size === 0) return { ...told, body: Buffer.concat(parts), used: line + 4 };
    parts.push(bytes.subarray(line + 2, line + 2 + size));
    at = line + 4 + size;
  }
}

/** A connection that is opened again where the other side closed it. One request is under way at a time. */
class Connection {
  constructor(port) {
    this.port = port;
  }

  #open() {
    const socket = connect(this.port, "127.0.0.1").setNoDelay(true);
    Object.assign(this, { socket, bytes: Buffer.alloc(0) });
    // What one that was given up still says is nothing to the next.
    socket.on("data", (more) => {
      if (this.socket !== socket) return;
      this.bytes = this.bytes.length === 0 ? more : Buffer.concat([this.bytes, more]);
      this.#look();
    });
    socket.on("error", () => {});
    socket.on("close", () => {
      if (this.socket !== socket) return;
      this.socket = null;
      this.waiting?.fail(new Error("the connection was closed without an answer"));
      this.waiting = null;
    });
  }

  #look() {
    const answer = this.waiting && parsed(this.bytes, this.waiting.method);
    if (!answer || answer.status < 200) return;
    this.bytes = this.bytes.subarray(answer.used);
    const { done } = this.waiting;
    this.waiting = null;
    if (answer.closes) {
      this.socket.destroy();
      this.socket = null;
    }
    done(answer);
  }

  ask(bytes, method) {
    if (!this.socket) this.#open();
    return new Promise((done, fail) => {
      this.waiting = { done, fail, method };
      this.socket.write(bytes);
    });
  }

  close() {
    this.socket?.destroy();
  }
}

/**
 * Sends all `requests` (an iterable of what `requestBytes` takes) over so many connections, and gives each with its answer and
 * the milliseconds that it took to `answered`. A connection may close between two requests, as HTTP allows; what is lost
 * by that is sent once more.
 */
export async function drive({ port, connections, requests, answered }) {
  const queue = requests[Symbol.iterator]();
  const sender = async () => {
    const connection = new Connection(port);
    try {
      for (let next = queue.next(); !next.done; next = queue.next()) {
        const request = next.value;
        const bytes = requestBytes(request);
        const begun = performance.now();
        const ask = () => connection.ask(bytes, request.method);
        const answer = await ask().catch(ask).catch((error) => {
          throw new Error(`${error.message}: ${bytes.toString("latin1", 0, 2_000)}`);
        });
        answered(request, answer, performance.now() - begun);
      }
    } finally {
      connection.close();
    }
  };
  await Promise.all(Array.from({ length: connections }, sender));
}
