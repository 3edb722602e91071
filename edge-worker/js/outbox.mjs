// Hands deliveries to the objects of sites, those that wait for the same object in one call.
//
// A call from the worker into an object costs more than all that is done with a delivery there. So while a call is under
// way, what arrives for the same object waits and goes with the next one: nobody waits where there is no load, and under
// load a call carries many. Each delivery has its own answer, and gets it once all that the call carried is durable.

/** A leader that has been at it for so long (milliseconds) is followed by the next request. */
const TERM_MS = 1_000;
/** So many bytes of deliveries go in one call, unless one alone has more. */
const CALL_BYTES_MAX = 1 << 20;

/** So long (milliseconds) a request waits for its answer. */
const PATIENCE_MS = 20_000;

/**
 * So many deliveries may wait, of all sites. Then those of sites that have more than their share of them are refused, as they
 * would be answered too late; half as many again, and all are.
 */
const WAITING_MAX = 512;

/** More comes than can be taken. */
export class Overloaded extends Error {}

/** How many wait now for a call to take them along. */
let waiting = 0;

/** Whether one more delivery would wait too long, whosever it is. */
export const isFull = () => waiting >= 1.5 * WAITING_MAX;

/** What waits for each object, by the object's name. */
const boxes = new Map();

/**
 * Delivers bytes to the object of that name and promises its answer.
 *
 * The request that finds no leader becomes it: it calls for all who wait, and goes on while there are any, under its own
 * `waitUntil`, so that it may be answered, or hang up, meanwhile. A request's lease on the runtime ends, so after a while
 * the next one follows it.
 */
export async function deliver(env, ctx, name, bytes) {
  // A way back, should a runtime come whose promises do not find back to their requests.
  if (env.PASSERBY_COALESCE === "0") return split(await objectOf(env, name).deliver(join([{ bytes }])), 1)[0];
  let box = boxes.get(name);
  if (box === undefined) boxes.set(name, (box = { waiting: [], leader: null, since: 0 }));
  if (waiting >= WAITING_MAX && box.waiting.length * boxes.size >= WAITING_MAX) throw new Overloaded();
  // Not `new Promise`: once that is hot, the compiled code makes promises that do not know their request, and the answer
  // would be given in the name of the request that brought it.
  const { promise, resolve, reject } = Promise.withResolvers();
  box.waiting.push({ bytes, resolve, reject });
  waiting++;
  // The runtime takes a request that waits for nothing of its own for one that hangs, and ends it.
  const late = setTimeout(() => reject(new Error("no answer in time")), PATIENCE_MS);
  const now = Date.now();
  if (box.leader === null || now - box.since > TERM_MS) {
    box.leader = ctx;
    box.since = now;
    ctx.waitUntil(lead(env, ctx, name, box));
  }
  try {
    return await promise;
  } finally {
    clearTimeout(late);
  }
}

async function lead(env, ctx, name, box) {
  const object = objectOf(env, name);
  while (box.leader === ctx && box.waiting.length > 0) {
    const carried = take(box.waiting);
    waiting -= carried.length;
    try {
      const answers = split(await object.deliver(join(carried)), carried.length);
      carried.forEach(({ resolve }, place) => resolve(answers[place]));
    } catch (error) {
      carried.forEach(({ reject }) => reject(error));
    }
  }
  if (box.leader === ctx) {
    box.leader = null;
    if (box.waiting.length === 0) boxes.delete(name);
  }
}

const objectOf = (env, name) => env.SITE.get(env.SITE.idFromName(name));

/** Takes what goes in the next call off those who wait. */
function take(queue) {
  let [count, bytes] = [0, 0];
  while (count < queue.length && (count === 0 || bytes + queue[count].bytes.length <= CALL_BYTES_MAX)) {
    bytes += queue[count++].bytes.length;
  }
  return queue.splice(0, count);
}

/** Byte strings one after the other, each after its length in four bytes. */
function join(carried) {
  const joined = new Uint8Array(carried.reduce((sum, { bytes }) => sum + 4 + bytes.length, 0));
  const view = new DataView(joined.buffer);
  let at = 0;
  for (const { bytes } of carried) {
    view.setUint32(at, bytes.length, true);
    joined.set(bytes, at + 4);
    at += 4 + bytes.length;
  }
  return joined;
}

/** Reads what {@link join} writes. */
function split(joined, count) {
  const view = new DataView(joined.buffer, joined.byteOffset, joined.byteLength);
  const parts = [];
  for (let at = 0; parts.length < count; ) {
    const length = view.getUint32(at, true);
    parts.push(joined.subarray(at + 4, at + 4 + length));
    at += 4 + length;
  }
  return parts;
}
