// What the runtime loads: the classes it can call, each a thin wrapper around the Rust one.
//
// A panic traps the WebAssembly instance, and with it every request of the isolate that waits inside it: without
// help they would never be answered. So every call is watched here. After a trap all calls in flight are answered at
// once, the objects' open transactions are rolled back, and the next call finds a fresh instance.
import { DurableObject } from "cloudflare:workers";
import * as rust from "./index.js";
import { isWatched, tellSoon, watch } from "./live.mjs";
import { Overloaded, deliver, isFull } from "./outbox.mjs";

/** What this file itself answers, by its status and reason code. */
const PANIC = [500, "internal", "Something broke inside the collector.", "Send it again: events with an id count once."];
const OVERLOADED = [503, "overloaded", "More comes than can be taken.", "Send it again after the time that Retry-After names."];
const UNAVAILABLE = [503, "unavailable", "The store could not take the request.", "Send it again: events with an id count once."];

function refusal([status, code, error, hint]) {
  const headers = {
    "content-type": "application/json",
    "cache-control": "no-store",
    "access-control-allow-origin": "*",
    "access-control-expose-headers": "retry-after",
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
  };
  if (status === 503) headers["retry-after"] = "1";
  return new Response(JSON.stringify({ error, code, hint }), { status, headers });
}

let trapped = false;
let generation = 0;
/** Calls in flight, each as the function that ends it. */
const inFlight = new Set();
/** Objects alive in this isolate. */
const objects = new Set();

class Panic extends Error {}

/** Ends everything that waits inside the broken instance. */
function onTrap() {
  if (trapped) return;
  trapped = true;
  for (const end of inFlight) end(new Panic("the instance trapped"));
  inFlight.clear();
  for (const object of objects) {
    // Only the object whose turn this is may be ended from here; the others start anew at their next call.
    try {
      object.ctx.abort("panic");
    } catch {}
  }
  objects.clear();
}

addEventListener("error", (event) => {
  if (event.error instanceof WebAssembly.RuntimeError) onTrap();
});

/** Gives the instance a fresh start if the last one trapped. */
function revive() {
  if (!trapped) return;
  rust.__wbg_reset_state();
  trapped = false;
  generation++;
}

/** Runs a call into Rust that ends when the call ends or when the instance traps. */
function guarded(call) {
  return new Promise((resolve, reject) => {
    const end = (error) => {
      inFlight.delete(end);
      reject(error);
    };
    inFlight.add(end);
    let pending;
    try {
      revive();
      pending = call();
    } catch (error) {
      if (error instanceof WebAssembly.RuntimeError) onTrap();
      return end(error);
    }
    Promise.resolve(pending).then(
      (value) => {
        inFlight.delete(end);
        resolve(value);
      },
      (error) => {
        if (error instanceof WebAssembly.RuntimeError) onTrap();
        end(error);
      },
    );
  });
}

/** Runs a call into Rust that ends at once. */
function atOnce(call) {
  try {
    revive();
    return call();
  } catch (error) {
    if (error instanceof WebAssembly.RuntimeError) onTrap();
    throw error;
  }
}

/** A batch of more bytes takes the long way, where it is refused. */
const BATCH_BYTES_MAX = 65_536;
/** What the short way reads of a request, and the headers of its answers; learned from Rust at the first batch. */
let names;
let headers;

/** Whether a request is a batch whose length is known. */
function isBatch(request) {
  const { url } = request;
  return (
    request.method === "POST" &&
    url.startsWith("/e", url.indexOf("/", 8)) &&
    url.length === url.indexOf("/", 8) + 2 &&
    Number(request.headers.get("content-length") ?? Infinity) <= BATCH_BYTES_MAX
  );
}

/** Answers a batch the short way; where there is anything to say but that it is taken in, the long way says it. */
async function collect(request, env, ctx) {
  // Said before anything is read: so little the runtime reads to its end by itself.
  if (isFull()) return refusal(OVERLOADED);
  const body = new Uint8Array(await request.arrayBuffer());
  if (names === undefined) {
    names = atOnce(() => rust.namesOfHeaders(env)).split("\n");
    const lines = atOnce(() => rust.headersOfAnswers()).split("\n");
    headers = Object.fromEntries(lines.flatMap((line, at) => (at % 2 === 0 ? [[line, lines[at + 1]]] : [])));
  }
  const stated = names.map((name) => {
    if (name === "") return "";
    return (name.startsWith("cf.") ? request.cf?.[name.slice(3)] : request.headers.get(name)) ?? "";
  });
  const prepared = atOnce(() => rust.prepare(env, stated.join("\n"), body));
  if (prepared !== undefined) {
    const end = 2 + prepared[0] + prepared[1] * 256;
    const object = String.fromCharCode(...prepared.subarray(2, end));
    // Native promises alone wait here: the answer comes from another request's call, and only they come back to this one.
    let answer;
    try {
      answer = await deliver(env, ctx, object, prepared.subarray(end));
    } catch (error) {
      return refusal(error instanceof Overloaded ? OVERLOADED : UNAVAILABLE);
    }
    const results = atOnce(() => rust.results(object, answer));
    return results === undefined ? refusal(UNAVAILABLE) : new Response(results, { headers });
  }
  return guarded(() => rust.fetch(new Request(request, { body }), env, ctx));
}

export default {
  async fetch(request, env, ctx) {
    try {
      if (isBatch(request)) return await collect(request, env, ctx);
      return await guarded(() => rust.fetch(request, env, ctx));
    } catch {
      return refusal(PANIC);
    }
  },
};

/** A Durable Object whose methods are those of a Rust class. */
class Guarded extends DurableObject {
  constructor(ctx, env, RustClass) {
    super(ctx, env);
    this.RustClass = RustClass;
    this.born = -1;
    objects.add(this);
  }

  call(method, ...args) {
    return guarded(() => {
      if (this.born !== generation) {
        this.rust = new this.RustClass(this.ctx, this.env);
        this.born = generation;
        objects.add(this);
      }
      return this.rust[method](...args);
    });
  }

  fetch(request) {
    return this.call("fetch", request);
  }

  alarm() {
    return this.call("alarm");
  }
}

/** One site: its journal, its settings, its answers. */
export class SiteStore extends Guarded {
  constructor(ctx, env) {
    super(ctx, env, rust.SiteStore);
  }

  /** Commits deliveries; answers one outcome per event, once they are durable. */
  async deliver(bytes) {
    const watched = isWatched(this);
    const answer = await this.call("deliver", bytes, watched);
    if (watched) tellSoon(this);
    return answer;
  }

  /** Lets somebody watch. */
  fetch() {
    return watch(this);
  }

  webSocketMessage() {}

  webSocketError() {}

  webSocketClose(socket, code) {
    try {
      socket.close(code);
    } catch {
      // The other side said no code that may be said back.
    }
  }

  /** A piece of an export, with where the next begins in front. */
  takeOut(from, since) {
    return this.call("export", from, since);
  }

  /** Counts what this object has for a question that is asked of several. */
  count(question) {
    return this.call("count", question);
  }

  /** The visits of days as columns, with what is known of them in front. */
  columns(wanted) {
    return this.call("columns", wanted);
  }

  /** Answers a JSON request about the site with JSON. */
  async ask(request) {
    const answer = await this.call("ask", request);
    // The site may be gone, and who watches it hears so.
    if (isWatched(this)) tellSoon(this);
    return answer;
  }
}

/** Which sites exist. */
export class Registry extends Guarded {
  constructor(ctx, env) {
    super(ctx, env, rust.Registry);
  }

  /** Answers a JSON request about the sites with JSON. */
  ask(request) {
    return this.call("ask", request);
  }
}
