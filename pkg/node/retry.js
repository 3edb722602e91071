// When to send again: half a second, doubled with each failure up to a minute, and of that any part by chance, so that
// those who failed together do not come back together.

const FIRST_MS = 500;
const MOST_MS = 60_000;

/** Milliseconds to wait after so many failures before this one; at least what the header `Retry-After` says, in seconds. */
export const backoff = (failures, retryAfter) =>
  Math.max(Math.min(FIRST_MS * 2 ** Math.min(failures, 7), MOST_MS) * Math.random(), 1000 * Number(retryAfter) || 0);

/** Whether a status says that the same request may succeed later. */
export const isPassing = (status) => status == 408 || status == 429 || status > 499;
