// What the runtime loads: the classes it can call, each a thin wrapper around the Rust one.
//
// A panic traps the WebAssembly instance, and with it every request of the isolate that waits inside it: without
// help they would never be answered. So every call is watched here. After a trap all calls in flight are answered at
// once, the objects' open transactions are rolled back, and the next call finds a fresh instance.
import { DurableObject } from "cloudflare:workers";
import * as rust from "./index.js";

const PANIC_ANSWER = JSON.stringify({
  error: "Something broke inside the collector.",
  code: "internal",
  hint: "Send the request again; nothing of it was counted.",
});

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

export default {
  async fetch(request, env, ctx) {
    try {
      return await guarded(() => rust.fetch(request, env, ctx));
    } catch {
      return new Response(PANIC_ANSWER, {
        status: 500,
        headers: {
          "content-type": "application/json",
          "cache-control": "no-store",
          "access-control-allow-origin": "*",
          "x-content-type-options": "nosniff",
          "referrer-policy": "no-referrer",
        },
      });
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

  /** Commits a delivery; answers one outcome per event, once they are durable. */
  deliver(bytes) {
    return this.call("deliver", bytes);
  }

  /** A piece of an export, with where the next begins in front. */
  takeOut(from, since) {
    return this.call("export", from, since);
  }

  /** Counts what this object has for a question that is asked of several. */
  count(question) {
    return this.call("count", question);
  }

  /** Answers a JSON request about the site with JSON. */
  ask(request) {
    return this.call("ask", request);
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
