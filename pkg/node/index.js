// Events that a server reports: queued in memory, sent in batches, sent again under the same ids until the collector has
// said what became of them. Nothing but what every runtime has: fetch, timers, random numbers.
import { backoff, isPassing } from "./retry.js";
import { newId, signer } from "./sign.js";

/** What the collector takes in one batch, of events and of bytes. */
const BATCH_EVENTS_MAX = 100;
const BATCH_BYTES_MAX = 1_000_000;
const EVENT_BYTES_MAX = 65_536;
const TIMEOUT_MS = 30_000;

const encoder = new TextEncoder();

/** What the collector knows of an event, in its words. */
const eventOf = (
  { url, ip, userAgent, referrer, props, revenue, interactive, at = Date.now(), id = newId() },
  site,
) => ({
  id,
  url: url ?? `https://${site}/`,
  timestamp: new Date(at).toISOString(),
  ip,
  user_agent: userAgent,
  referrer,
  props,
  revenue,
  interactive,
});

export class Passerby {
  #address;
  #site;
  /** The headers that show the right to send a body. */
  #authorise;
  #waitMs;
  #queueBytes;
  #onOutcome;
  /** Events without an outcome, the eldest first: `{id, name, text, bytes}`. */
  #queue = [];
  #bytes = 0;
  #dropped = 0;
  #failures = 0;
  #closed = false;
  #timer;
  #sending = false;
  /** Who waits until nothing waits. */
  #idle = [];

  constructor({ url, site, key, sign = false, waitMs = 1000, queueBytes = 8_388_608, onOutcome = () => {} }) {
    for (const [name, value] of Object.entries({ url, site, key })) {
      if (typeof value != "string" || !value) throw new TypeError(`Passerby needs \`${name}\`, a text.`);
    }
    this.#address = new URL("/api/v1/events", url);
    this.#site = site;
    this.#authorise = sign ? signer(key) : () => ({ authorization: `Bearer ${key}` });
    this.#waitMs = waitMs;
    this.#queueBytes = queueBytes;
    this.#onOutcome = onOutcome;
  }

  get waiting() {
    return this.#queue.length;
  }

  get dropped() {
    return this.#dropped;
  }

  track(name, options = {}) {
    return this.#add(name, options);
  }

  request({ method, route, status, duration_ms, bytes_in, bytes_out, ...options }) {
    return this.#add("request", options, { method, route, status, duration_ms, bytes_in, bytes_out });
  }

  command({ name, flags, success, duration_ms, version, ...options }) {
    return this.#add("command", options, { name, flags, success, duration_ms, version });
  }

  async flush({ timeoutMs = TIMEOUT_MS } = {}) {
    if (!this.waiting) return true;
    // Who is told to wait, waits.
    if (!this.#failures) this.#after(0);
    let timer;
    await new Promise((done) => {
      this.#idle.push(done);
      timer = setTimeout(done, timeoutMs);
    });
    clearTimeout(timer);
    return !this.waiting;
  }

  async close(options) {
    this.#closed = true;
    const all = await this.flush(options);
    clearTimeout(this.#timer);
    for (const event of this.#queue.splice(0)) this.#drop(event, "closed");
    this.#bytes = 0;
    return all;
  }

  #add(name, options, own) {
    let event;
    try {
      const { id, ...rest } = eventOf(options, this.#site);
      const text = JSON.stringify({ id, name, ...rest, ...(own && { [name]: own }) });
      event = { id, name, text, bytes: encoder.encode(text).length };
    } catch (error) {
      // Cycles, getters that throw, times that are none: the caller's work goes on.
      console.warn("passerby: an event could not be written as JSON:", error.name);
      this.#dropped++;
      return undefined;
    }
    if (this.#closed) this.#drop(event, "closed");
    else if (event.bytes > EVENT_BYTES_MAX) this.#drop(event, "too_large");
    else if (this.#bytes + event.bytes > this.#queueBytes) this.#drop(event, "queue_full");
    else {
      this.#queue.push(event);
      this.#bytes += event.bytes;
      if (!this.#failures && this.waiting >= BATCH_EVENTS_MAX) this.#after(0);
      else if (this.#timer === undefined) this.#after(this.#waitMs);
    }
    return event.id;
  }

  #drop({ id, name }, reason) {
    this.#dropped++;
    this.#tell({ id, name, outcome: "dropped", reason });
  }

  #tell(outcome) {
    try {
      this.#onOutcome(outcome);
    } catch (error) {
      console.warn("passerby: onOutcome threw:", error);
    }
  }

  #after(milliseconds, keepsAlive = true) {
    // What is being sent looks by itself whether there is more.
    if (this.#sending) return;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#deliver(), milliseconds);
    // A collector that is gone does not keep a process from ending; `close()` says how long it may.
    if (!keepsAlive) this.#timer.unref?.();
  }

  async #deliver() {
    this.#sending = true;
    let wait;
    while (this.waiting && wait === undefined) wait = await this.#send(this.#batch());
    this.#sending = false;
    this.#timer = undefined;
    if (wait !== undefined && this.waiting) this.#after(wait, false);
    if (!this.waiting) for (const done of this.#idle.splice(0)) done();
  }

  /** The eldest events that fit into a body; they stay where they are until they have an outcome. */
  #batch() {
    let bytes = 0;
    const end = this.#queue.findIndex(
      (event, i) => i == BATCH_EVENTS_MAX || (bytes += event.bytes + 1) > BATCH_BYTES_MAX,
    );
    return this.#queue.slice(0, end < 0 ? undefined : end);
  }

  /** Sends a batch. Gives the milliseconds to wait where any of it has to be sent again. */
  async #send(batch) {
    let answer;
    let said = {};
    try {
      const body = `{"site":${JSON.stringify(this.#site)},"events":[${batch.map((event) => event.text).join()}]}`;
      const headers = { "content-type": "application/json", ...(await this.#authorise(body)) };
      answer = await fetch(this.#address, { method: "POST", headers, body, signal: AbortSignal.timeout(TIMEOUT_MS) });
      said = await answer.json();
    } catch {
      // What did not answer in words may have counted the events: the ids say so when they come again.
      if (!answer || answer.ok) return backoff(this.#failures++);
    }
    // What somebody on the way sent twice came in once, and signed anew it is told what became of it.
    if (isPassing(answer.status) || said.code == "replayed") {
      return backoff(this.#failures++, answer.headers.get("retry-after"));
    }
    const results = batch.map(
      (event, i) => said.results?.[i] ?? { outcome: "refused", reason: said.code ?? `http_${answer.status}` },
    );
    const again = batch.filter((event, i) => results[i].outcome == "rate_limited");
    this.#queue.splice(0, batch.length, ...again);
    this.#bytes = this.#queue.reduce((sum, event) => sum + event.bytes, 0);
    batch.forEach(({ id, name }, i) => {
      if (!again.includes(batch[i])) this.#tell({ id, name, outcome: results[i].outcome, reason: results[i].reason });
    });
    if (again[0]) return backoff(this.#failures++, answer.headers.get("retry-after"));
    this.#failures = 0;
    return undefined;
  }
}
